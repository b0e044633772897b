"""Sealing: what people say is encrypted field by field, each respondent with a key of their own that can be destroyed.

AES-256-GCM with a random 96-bit nonce; the place of a value (format, table, column, row, scope) is authenticated with
it, so that a value moved elsewhere does not open (assurance S2). The scope is a respondent's id, or the house for what
is nobody's alone. Data keys are wrapped by the first key of the key file; the others only open what they once wrapped.
"""

import base64
import binascii
import contextlib
import hashlib
import hmac
import json
import os
import secrets
import stat
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.dialects.postgresql import insert

from bot.packing import pack, unpack
from storage.prepared import Connection
from storage.tables import data_keys

HOUSE = "house"
"""The scope of what belongs to no respondent: raw updates, addresses, moderators' words."""

FORMAT = b"\x01"
_VERSION = 1
_NONCE = 12
_KEY = 32
_TAG = 16
_REMEMBERED = 10_000
_WRAPPED = "data_keys.wrapped"


class KeyFault(Exception):
    """The key file cannot be used: one sentence that says why, and what to do."""


class KeyFileMissing(KeyFault):
    """There is no key file at this path."""


class KeyFileThere(KeyFault):
    """There is a key file at this path already: keys are never overwritten."""


class SealFault(Exception):
    """A sealed value does not open: wrong key, wrong place, cut short, changed, or its key was destroyed."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one installation, kept apart from its data.

    `locks`: key-encryption keys by id, the first wraps, all unwrap. `indexing` keys the blind indexes (S4), `buttons`
    signs what buttons carry (S23).
    """

    locks: tuple[tuple[str, bytes], ...] = field(repr=False)
    indexing: bytes = field(repr=False)
    buttons: bytes = field(repr=False)

    @classmethod
    def fresh(cls) -> "Keys":
        """Random keys."""
        return cls(((secrets.token_hex(4), os.urandom(_KEY)),), os.urandom(_KEY), os.urandom(_KEY))

    @classmethod
    def make(cls, path: Path) -> "Keys":
        """Make a key file readable by its owner alone, whole or not at all. KeyFault where it cannot be made,
        KeyFileThere where another did.
        """
        keys = cls.fresh()
        draft = _draft(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            keys._write(draft)
            path.hardlink_to(draft)
        except FileExistsError:
            raise KeyFileThere(f"{path} is there already: keys are never overwritten") from None
        except OSError as error:
            raise KeyFault(
                f"{path} cannot be made ({error.strerror}): choose a folder this account may write to"
            ) from error
        finally:
            draft.unlink(missing_ok=True)
        return keys

    @classmethod
    def read(cls, path: Path) -> "Keys":
        """Read a key file. KeyFault where it is missing, readable by others, or not a key file."""
        try:
            mode = path.stat().st_mode
            if not stat.S_ISREG(mode):
                raise KeyFault(f"{path} is not a file: name the key file itself")
            if stat.S_IMODE(mode) & 0o077:
                raise KeyFault(f"{path} can be read by others: run chmod 600 {path}")
            text = path.read_text()
        except FileNotFoundError:
            raise KeyFileMissing(
                f"{path} is missing, and without it the data cannot be read: restore it from your copy"
            ) from None
        except OSError as error:
            raise KeyFault(f"{path} cannot be read ({error.strerror}): let this account read it") from error
        try:
            plain = json.loads(text)
            _same(plain["version"], _VERSION)
            first, *others = [(str(lock["id"]), _key(lock["key"])) for lock in plain["locks"]]
            return cls((first, *others), _key(plain["indexing"]), _key(plain["buttons"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise KeyFault(
                f"{path} is not a key file of version {_VERSION}: restore it from your copy"
            ) from None

    def rotated(self) -> "Keys":
        """The same keys with a further first lock: what is wrapped from now on uses it, older ones still open."""
        return Keys(((secrets.token_hex(4), os.urandom(_KEY)), *self.locks), self.indexing, self.buttons)

    def index(self, telegram_id: int) -> str:
        """The blind index of a Telegram id: HMAC-SHA-256 under a key of its own (S4)."""
        return self.mark("person", str(telegram_id))

    def mark(self, kind: str, text: str) -> str:
        """A keyed hash by which something is found again without being kept: codes, tombstones, file names."""
        digest = hmac.digest(self.indexing, f"{kind}:{text}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def id(self, kind: str, text: str) -> str:
        """A keyed hash in the shape of a random id: 32 hex digits."""
        return hmac.digest(self.indexing, f"{kind}:{text}".encode(), hashlib.sha256).hex()[:32]

    def link(self, text: str) -> str:
        """The keyed hash by which a line of the journal is chained to the one before it (S42): 64 hex digits."""
        return hmac.digest(self.indexing, f"journal:{text}".encode(), hashlib.sha256).hex()

    def write(self, path: Path) -> None:
        """Put these keys in place of those in a key file, whole or not at all (rotation)."""
        draft = _draft(path)
        self._write(draft)
        draft.replace(path)

    def retired(self) -> "Keys":
        """The same keys without the older locks: what only those open can no longer be read."""
        return Keys(self.locks[:1], self.indexing, self.buttons)

    def _write(self, path: Path) -> None:
        plain = {
            "version": 1,
            "locks": [{"id": name, "key": _text(key)} for name, key in self.locks],
            "indexing": _text(self.indexing),
            "buttons": _text(self.buttons),
        }
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(plain, file, indent=1)
            file.flush()
            os.fsync(file.fileno())


def _draft(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}")


class Keyring:
    """The keys as the key file has them, also when it is rotated under a running process.

    `path`: the key file; None where the keys never change.
    """

    __slots__ = ("_path", "_seen", "keys")

    def __init__(self, keys: Keys, path: Path | None = None) -> None:
        self.keys = keys
        self._path = path
        self._seen = _stamp(path)

    def current(self) -> Keys:
        """The keys as the file has them now; those known where it cannot be read, or is another installation's."""
        if self._path is not None and (stamp := _stamp(self._path)) != self._seen:
            with contextlib.suppress(KeyFault):
                found = Keys.read(self._path)
                if found.indexing == self.keys.indexing:
                    self.keys, self._seen = found, stamp
        return self.keys


def _stamp(path: Path | None) -> tuple[int, int] | None:
    """What tells one writing of a file from another."""
    if path is None:
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _same(found: object, wanted: object) -> None:
    if found != wanted:
        raise ValueError(f"{found!r} is not {wanted!r}")


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if len(key) != _KEY:
        raise ValueError("not 256 bits")
    return key


def seal(key: AESGCM, plain: bytes, place: str, row: str, scope: str) -> bytes:
    """Encrypt a value for one place: format, nonce, ciphertext with tag."""
    nonce = os.urandom(_NONCE)
    return FORMAT + nonce + key.encrypt(nonce, plain, _place(place, row, scope))


def unseal(key: AESGCM, sealed: bytes, place: str, row: str, scope: str) -> bytes:
    """Decrypt a value read from that place; SealFault where anything at all is not as it was sealed."""
    if sealed[:1] != FORMAT or len(sealed) < 1 + _NONCE + _TAG:
        raise SealFault(f"{place} of {row} is of an unknown format")
    try:
        return key.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], _place(place, row, scope))
    except InvalidTag:
        raise SealFault(f"{place} of {row} does not open") from None


def unwrap(keys: Keys, lock: str, wrapped: bytes, scope: str) -> bytes:
    """The data key of a scope, as it is kept; SealFault where no lock of the key file opens it."""
    opener = dict(keys.locks).get(lock)
    if opener is None:
        raise SealFault(f"the key file has no lock {lock}: it is not the one this data was sealed with")
    return unseal(AESGCM(opener), wrapped, _WRAPPED, scope, scope)


def _place(place: str, row: str, scope: str) -> bytes:
    return f"1|{place}|{len(row)}|{row}|{scope}".encode()


_FIND = sa.select(data_keys.c.lock, data_keys.c.wrapped).where(data_keys.c.scope == sa.bindparam("scope"))
_ADD = insert(data_keys).on_conflict_do_nothing(index_elements=[data_keys.c.scope])
_DROP = sa.delete(data_keys).where(data_keys.c.scope == sa.bindparam("scope_"))
_older = data_keys.c.lock != sa.bindparam("lock_")
_OLD = sa.select(data_keys).where(_older).limit(sa.bindparam("most"))
_HOW_MANY_OLD = sa.select(sa.func.count()).select_from(data_keys).where(_older)
_REWRAP = (
    sa.update(data_keys)
    .where(data_keys.c.scope == sa.bindparam("scope_"))
    .values(lock=sa.bindparam("lock"), wrapped=sa.bindparam("wrapped"))
)


class Seals:
    """Seals and opens values within one transaction. `opened` remembers data keys that were unwrapped before."""

    __slots__ = ("_connection", "_opened", "_ring", "destroyed", "keys")

    def __init__(self, connection: Connection, ring: Keyring, opened: dict[str, AESGCM]) -> None:
        self._connection = connection
        self._opened = opened
        self._ring = ring
        self.keys = ring.keys
        self.destroyed = False

    def make(self, scope: str, now: datetime) -> None:
        """Make a data key for a scope that has none, wrapped by the first lock the key file has by now."""
        self.keys = self._ring.current()
        lock, _ = self.keys.locks[0]
        values = {
            "lock": lock,
            "wrapped": self._wrap(os.urandom(_KEY), scope),
            "scope": scope,
            "made_at": now,
        }
        self._connection.execute(_ADD, values)

    def key(self, scope: str) -> AESGCM:
        """The data key of a scope; SealFault where it was destroyed or no lock of the key file opens it."""
        known = self._opened.get(scope)
        if known is None:
            row = self._connection.execute(_FIND, {"scope": scope}).first()
            if row is None:
                raise SealFault(f"the key of {scope} was destroyed")
            if len(self._opened) >= _REMEMBERED:
                self._opened.clear()
            known = self._opened[scope] = AESGCM(self._unwrap(row.lock, row.wrapped, scope))
        return known

    def destroy(self, scope: str) -> None:
        """Destroy the data key of a scope: what it sealed can never be read again, in no copy made from now on."""
        self._opened.pop(scope, None)
        self._connection.execute(_DROP, {"scope_": scope})
        self.destroyed = True

    def rewrap(self, limit: int) -> int:
        """Wrap up to `limit` data keys again that an older lock wraps; how many. 0: older locks may go."""
        self.keys = self._ring.current()
        lock, _ = self.keys.locks[0]
        old = self._connection.execute(_OLD, {"lock_": lock, "most": limit}).all()
        for row in old:
            key = self._unwrap(row.lock, row.wrapped, row.scope)
            values = {"scope_": row.scope, "lock": lock, "wrapped": self._wrap(key, row.scope)}
            self._connection.execute(_REWRAP, values)
        return len(old)

    def older(self) -> int:
        """How many data keys an older lock wraps."""
        self.keys = self._ring.current()
        count: int = self._connection.execute(_HOW_MANY_OLD, {"lock_": self.keys.locks[0][0]}).scalar()
        return count

    def bytes_in(self, plain: bytes, place: str, row: str, scope: str) -> bytes:
        """Seal bytes for a place ("table.column") in a scope."""
        return seal(self.key(scope), plain, place, row, scope)

    def bytes_out(self, sealed: bytes, place: str, row: str, scope: str) -> bytes:
        """Open bytes read from a place; SealFault where they do not open."""
        return unseal(self.key(scope), sealed, place, row, scope)

    def into(self, plain: Any, place: str, row: str, scope: str) -> bytes:
        """Seal plain values as JSON."""
        return self.bytes_in(pack(plain), place, row, scope)

    def out_of(self, sealed: bytes, place: str, row: str, scope: str) -> Any:
        """Open plain values sealed as JSON."""
        return unpack(self.bytes_out(sealed, place, row, scope))

    def _wrap(self, key: bytes, scope: str) -> bytes:
        return seal(AESGCM(self.keys.locks[0][1]), key, _WRAPPED, scope, scope)

    def _unwrap(self, lock: str, wrapped: bytes, scope: str) -> bytes:
        if lock not in dict(self.keys.locks):
            self.keys = self._ring.current()  # the key file was rotated since this process read it
        return unwrap(self.keys, lock, wrapped, scope)
