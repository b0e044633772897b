"""A backup as a file: a tar encrypted to public keys in the age format, so that any age tool opens it (S50).

Nothing of it is held in memory as a whole, and no plain tar ever lies on a disk: tar and age are joined by a pipe.
"""

import contextlib
import hashlib
import io
import os
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

import pyrage

MANIFEST = "manifest.json"
"""The last member: what the archive says of the others."""

PART = ".part"
"""Ends the name of a file that is still being written."""

_NAME = re.compile(r"(rows|media)/[\w-]{1,100}(\.jsonl)?")
_LARGEST_MANIFEST = 1 << 20
_BLOCK = 1 << 20


class ArchiveFault(Exception):
    """A backup cannot be written or read: one sentence that says why, and what to do."""


def make_identity(path: Path) -> str:
    """Make a pair of keys: the private one into a new file for its owner alone; the public one is returned."""
    made = pyrage.x25519.Identity.generate()
    public = str(made.to_public())
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"# public key: {public}\n{made}\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise ArchiveFault(f"{path} is there already: keys are never overwritten") from None
    except OSError as error:
        raise ArchiveFault(f"{path} cannot be made ({error.strerror}): choose another folder") from error
    return public


def write(
    path: Path,
    members: Iterable[tuple[str, Path]],
    manifest: Callable[[Mapping[str, str]], bytes],
    public_keys: Iterable[str],
) -> None:
    """Write an archive, whole or not at all; it is on the disk when this returns.

    `members`: names and files, each read when it is its turn; one that is gone by then is left out. `manifest` makes
    the last member from the SHA-256 of all the others. ArchiveFault where a key is none, or the disk refuses.
    """
    recipients = [_recipient(key) for key in public_keys]
    part = path.with_name(path.name + PART)
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with _beside(lambda pipe: _pack(pipe, members, manifest), "wb") as pipe:
                pyrage.encrypt_io(pipe, file, recipients)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync(path.parent)
    except (OSError, pyrage.EncryptError) as error:
        reason = (
            error.strerror if isinstance(error, OSError) else str(error).rpartition("] ")[2]
        )  # age wraps it
        raise ArchiveFault(
            f"{path} cannot be written ({reason}): make room, or choose another folder"
        ) from error
    finally:
        part.unlink(missing_ok=True)


def read(path: Path, identity: Path, into: Path) -> tuple[bytes, dict[str, str]]:
    """Take an archive apart into an empty folder: its manifest, and the SHA-256 of each other member.

    ArchiveFault where it is no backup, was made for another key, was cut short or changed, or the disk refuses.
    """
    identities = _identities(identity)
    taken: list[tuple[bytes, dict[str, str]]] = []
    try:
        with path.open("rb") as file, _beside(lambda pipe: taken.append(_unpack(pipe, into)), "rb") as pipe:
            pyrage.decrypt_io(file, pipe, identities)
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            raise ArchiveFault(
                f"{path} was made for another key than the one in {identity}: name the file with its private key"
            ) from error
        raise ArchiveFault(f"{path} is not a backup of Voices: name another file") from error
    except OSError as error:
        if error.errno is None:  # age's own words: a block does not open, or the last one is missing
            raise ArchiveFault(f"{path} was cut short or changed: take another copy of it") from error
        raise ArchiveFault(f"{path} cannot be read or unpacked ({error.strerror})") from error
    except (tarfile.TarError, ValueError, EOFError) as error:
        raise ArchiveFault(f"{path} is not a backup of Voices: name another file") from error
    return taken[0]


def sync(folder: Path) -> None:
    """See that the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _recipient(key: str) -> Any:
    try:
        return pyrage.x25519.Recipient.from_str(key)
    except pyrage.RecipientError:
        raise ArchiveFault(f"{key[:12]}… is not a public key (age1…): voices identity makes one") from None


def _identities(path: Path) -> list[Any]:
    try:
        lines = [line.strip() for line in path.read_text().splitlines()]
        return [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except OSError as error:
        raise ArchiveFault(
            f"{path} cannot be read ({error.strerror}): name the private key's file"
        ) from error
    except (pyrage.IdentityError, UnicodeDecodeError):
        raise ArchiveFault(
            f"{path} holds no private key (AGE-SECRET-KEY-…): name the file voices identity made"
        ) from None


@contextlib.contextmanager
def _beside(work: Callable[[IO[bytes]], None], mode: str) -> Iterator[IO[bytes]]:
    """Let `work` use one end of a pipe in another thread; the other end is given. Whoever fails first is heard."""
    source, sink = os.pipe()
    theirs, ours = (os.fdopen(sink, "wb"), os.fdopen(source, "rb"))
    if mode == "rb":
        theirs, ours = ours, theirs  # type: ignore[assignment]

    def run() -> None:
        with theirs:
            work(theirs)

    with ThreadPoolExecutor(1) as pool:
        other: Future[None] = pool.submit(run)
        try:
            with ours:
                yield ours
        except BrokenPipeError:
            other.result()  # it closed its end because of a fault of its own
            raise
        except BaseException:
            with contextlib.suppress(Exception):
                other.result()  # what it says now is only that we went away
            raise
        other.result()


def _pack(
    pipe: IO[bytes], members: Iterable[tuple[str, Path]], manifest: Callable[[Mapping[str, str]], bytes]
) -> None:
    hashes: dict[str, str] = {}
    with tarfile.open(fileobj=pipe, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for name, path in members:
            try:
                file = path.open("rb")
            except FileNotFoundError:
                continue  # a recording that was taken back meanwhile
            with file:
                hashed = _Hashed(file)
                tar.addfile(_member(name, os.fstat(file.fileno()).st_size), hashed)
            hashes[name] = hashed.hash.hexdigest()
        told = manifest(hashes)
        tar.addfile(_member(MANIFEST, len(told)), io.BytesIO(told))


def _unpack(pipe: IO[bytes], into: Path) -> tuple[bytes, dict[str, str]]:
    """Only plain files of names we give are taken, and nothing after the manifest; what is there is never replaced."""
    hashes: dict[str, str] = {}
    try:
        with tarfile.open(fileobj=pipe, mode="r|") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isfile() else None
                if content is None:
                    raise ValueError("not a file")
                if member.name == MANIFEST and member.size <= _LARGEST_MANIFEST:
                    return content.read(), hashes
                if not _NAME.fullmatch(member.name):
                    raise ValueError("a name we never give")
                hashes[member.name] = _keep(content, into / member.name)
        raise ValueError("no manifest")
    finally:
        while pipe.read(_BLOCK):  # age says that all of it was genuine only when it is read to its end
            pass


def _keep(content: IO[bytes], path: Path) -> str:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    hashed = _Hashed(content)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while block := hashed.read(_BLOCK):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return hashed.hash.hexdigest()


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


class _Hashed:
    """Reads a file and hashes what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self.hash.update(block)
        return block
