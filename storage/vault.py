"""The vault: recordings as files, encrypted with their respondent's key; without the key they are noise."""

import asyncio
import os
import secrets
import time
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.database import Database
from storage.sealing import SealFault, seal, unseal
from storage.unit import Unit

_PLACE = "vault"
_DRAFT = ".draft-"
_FORSAKEN = 3600
"""Seconds after which a draft is nobody's any more: no write takes that long."""


class Files:
    """The Vault port: one file a recording, in one folder. A file's name is a keyed hash and says nothing (S9)."""

    def __init__(self, folder: Path, database: Database) -> None:
        self._database = database
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    async def put(self, medium: str, respondent: str, content: bytes) -> None:
        """Keep the bytes, whole or not at all; they are on the disk when this returns.

        SealFault where the respondent left, OSError where the disk refuses.
        """

        def look(unit: Unit) -> tuple[str, AESGCM]:
            return _name(unit, medium), unit.seals.key(respondent)

        name, key = await self._database.transact(look)
        await asyncio.to_thread(self._write, name, key, medium, respondent, content)

    async def get(self, medium: str, respondent: str) -> bytes | None:
        """The bytes; None when they are gone. SealFault where the file was changed or is another's."""

        def look(unit: Unit) -> tuple[str, AESGCM | None]:
            try:
                return _name(unit, medium), unit.seals.key(respondent)
            except SealFault:  # the key was destroyed: so are the bytes
                return "", None

        name, key = await self._database.transact(look)
        if key is None:
            return None
        return await asyncio.to_thread(self._read, name, key, medium, respondent)

    async def drop(self, medium: str) -> None:
        """Drop the file; nothing where there is none."""
        name = await self._database.transact(lambda unit: _name(unit, medium))
        await asyncio.to_thread(self._drop, [name])

    async def sweep(self) -> int:
        """Drop every file that no row names, and drafts that were never finished; how many. Idempotent (R28)."""
        there = await asyncio.to_thread(self._names)
        last, known = "", set[str]()
        while found := await self._database.transact(partial(_names_after, last)):
            last = found[-1][0]
            known.update(name for _, name in found)
        return await asyncio.to_thread(self._drop, [name for name in there if name not in known])

    def _write(self, name: str, key: AESGCM, medium: str, respondent: str, content: bytes) -> None:
        draft = self._folder / f"{_DRAFT}{secrets.token_hex(8)}"
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(seal(key, content, _PLACE, medium, respondent))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._folder / name)
        finally:
            draft.unlink(missing_ok=True)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)  # the name, too, is on the disk
        finally:
            os.close(folder)

    def _read(self, name: str, key: AESGCM, medium: str, respondent: str) -> bytes | None:
        try:
            sealed = (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None
        return unseal(key, sealed, _PLACE, medium, respondent)

    def _drop(self, names: list[str]) -> int:
        for name in names:
            (self._folder / name).unlink(missing_ok=True)
        return len(names)

    def _names(self) -> list[str]:
        """What lies in the folder, without drafts that are still being written."""
        old = time.time() - _FORSAKEN
        return [
            each.name
            for each in self._folder.iterdir()
            if not each.name.startswith(_DRAFT) or each.stat().st_mtime < old
        ]


def _names_after(last: str, unit: Unit) -> list[tuple[str, str]]:
    """Some more recordings, by their ids: each with the name of its file."""
    return [(medium, _name(unit, medium)) for medium in unit.recordings(last)]


def _name(unit: Unit, medium: str) -> str:
    return unit.seals.keys.mark("recording", medium)
