"""The vault: recordings, encrypted with their respondent's key, erasable."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.people import Respondent
from bot.ports import Medium
from storage.database import Database
from storage.sealing import SealFault
from storage.vault import Files
from tests.stores import NOW, someone, sqlite_store

SOUND = b"OggS canary-sound " * 5000


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Database]:
    async with sqlite_store(tmp_path) as database:
        yield database


@pytest.fixture
async def her(store: Database) -> Respondent:
    return await store.transact(someone)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "media"


@pytest.fixture
def vault(store: Database, folder: Path) -> Files:
    return Files(folder, store)


async def test_a_recording_is_kept_and_given_back(vault: Files, her: Respondent) -> None:
    await vault.put("m1", her.id, SOUND)
    await vault.put("m2", her.id, b"")
    assert await vault.get("m1", her.id) == SOUND
    assert await vault.get("m2", her.id) == b""
    assert await vault.get("m3", her.id) is None


async def test_a_file_says_nothing(vault: Files, her: Respondent, folder: Path) -> None:
    """S3, S9: neither its name nor its bytes; its owner alone may read it."""
    await vault.put("canary-medium", her.id, SOUND)
    (file,) = files(folder)
    assert b"canary" not in file.read_bytes()
    assert [word for word in ("canary", her.id) if word in file.name] == []
    assert mode(file) == 0o600
    assert mode(folder) == 0o700


async def test_writing_again_replaces_the_whole_file(vault: Files, her: Respondent, folder: Path) -> None:
    await vault.put("m1", her.id, SOUND)
    await vault.put("m1", her.id, b"other")
    assert await vault.get("m1", her.id) == b"other"
    assert len(files(folder)) == 1


async def test_a_dropped_recording_is_gone(vault: Files, her: Respondent, folder: Path) -> None:
    await vault.put("m1", her.id, SOUND)
    await vault.drop("m1")
    await vault.drop("m1")
    assert await vault.get("m1", her.id) is None
    assert files(folder) == []


async def test_a_changed_or_exchanged_file_does_not_open(
    vault: Files, store: Database, her: Respondent, folder: Path
) -> None:
    """S2: another recording's bytes, another respondent's, a changed bit: each fails closed."""
    him = await store.transact(lambda unit: someone(unit, 5))
    await vault.put("m1", her.id, b"one")
    (first,) = files(folder)
    kept = first.read_bytes()
    await vault.put("m2", her.id, b"two")
    (second,) = [each for each in files(folder) if each != first]
    first.write_bytes(second.read_bytes())
    with pytest.raises(SealFault):
        await vault.get("m1", her.id)
    first.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    with pytest.raises(SealFault):
        await vault.get("m1", her.id)
    with pytest.raises(SealFault):
        await vault.get("m2", him.id)


async def test_forgetting_her_makes_her_recordings_noise(
    vault: Files, store: Database, her: Respondent, folder: Path
) -> None:
    """S40: the key is gone with her; the sweep takes the files."""
    await store.transact(lambda unit: unit.media.add(Medium("m1", her.id, "audio", "f", "u"), NOW))
    await vault.put("m1", her.id, SOUND)
    await store.transact(lambda unit: unit.people.forget(her.id, NOW))
    assert await vault.get("m1", her.id) is None
    with pytest.raises(SealFault, match="destroyed"):
        await vault.put("m1", her.id, SOUND)
    assert await vault.sweep() == 1
    assert files(folder) == []


async def test_the_sweep_takes_what_no_row_names_and_forsaken_drafts(
    vault: Files, store: Database, her: Respondent, folder: Path
) -> None:
    """R28, S40: what a crash left behind goes; what is named, or still being written, stays. Twice is as once."""
    await store.transact(lambda unit: unit.media.add(Medium("m1", her.id, "audio", "f", "u"), NOW))
    await vault.put("m1", her.id, SOUND)
    await vault.put("nobody's", her.id, SOUND)
    young, old = folder / ".draft-young", folder / ".draft-old"
    for draft in (young, old):
        draft.write_bytes(b"half")
    os.utime(old, (1_700_000_000, 1_700_000_000))
    assert await vault.sweep() == 2
    assert await vault.sweep() == 0
    assert await vault.get("m1", her.id) == SOUND
    assert young.exists()


async def test_a_disk_that_refuses_leaves_no_half_file(vault: Files, her: Respondent, folder: Path) -> None:
    """R24: whole or not at all."""
    await vault.put("m1", her.id, b"whole")
    (file,) = files(folder)
    file.unlink()
    file.mkdir()  # the name is taken by what a file cannot replace
    with pytest.raises(OSError, match="directory"):
        await vault.put("m1", her.id, SOUND)
    assert files(folder) == [file]
