"""Keeping: recordings come into the vault, whatever happens on the way."""

from pathlib import Path

import pytest

from bot import photos
from bot.keeping import AGAIN, Keeping
from storage.vault import Files
from tests.deeds.stage import Player, Stage
from tests.fakes import FakeClock, FakeMessenger
from tests.photographs import HOSTILE, NO_PHOTOS


class Unsteady(FakeMessenger):
    """A Messenger that cannot fetch as long as it is told so."""

    broken = False

    async def fetch(self, file: str) -> bytes | None:
        if self.broken:
            raise TimeoutError
        return await super().fetch(file)


@pytest.fixture
async def amina(stage: Stage) -> Player:
    amina = stage.person(1)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.sends_voice(file="v1")
    return amina


async def test_a_recording_is_fetched_into_the_vault(stage: Stage, amina: Player, tmp_path: Path) -> None:
    """R30."""
    messenger, vault = Unsteady(), Files(tmp_path, stage.store)
    messenger.recordings["v1"] = b"OggS"
    keeping = Keeping(stage.store, messenger, vault, FakeClock(stage.now))
    assert await keeping.fetch() == 1
    [medium] = await stage.media(1)
    assert medium.state == "held"
    assert await vault.get(medium.id, medium.respondent) == b"OggS"
    assert await keeping.fetch() == 0


async def test_what_cannot_be_fetched_now_is_fetched_later(
    stage: Stage, amina: Player, tmp_path: Path
) -> None:
    """R30."""
    messenger, clock = Unsteady(), FakeClock(stage.now)
    messenger.recordings["v1"], messenger.broken = b"OggS", True
    keeping = Keeping(stage.store, messenger, Files(tmp_path, stage.store), clock)
    assert await keeping.fetch() == 0
    messenger.broken = False
    assert await keeping.fetch() == 0
    clock.advance(AGAIN.total_seconds())
    assert await keeping.fetch() == 1


async def test_what_telegram_no_longer_has_is_asked_for_once_more(
    stage: Stage, amina: Player, tmp_path: Path
) -> None:
    """R30: the voice itself is not lost."""
    keeping = Keeping(stage.store, Unsteady(), Files(tmp_path, stage.store), FakeClock(stage.now))
    assert await keeping.fetch() == 0
    await stage.deliver()
    assert amina.sees.startswith("The voice note or photo did not reach us whole.")
    assert [each.state for each in await stage.media(1)] == ["gone"]
    assert len(await stage.sessions()) == 1


async def test_what_only_calls_itself_a_photo_is_kept_and_never_offered_to_be_shown(
    stage: Stage, amina: Player, tmp_path: Path
) -> None:
    """S7: by nobody who hides names; the file itself stays what she sent."""
    messenger, vault = Unsteady(), Files(tmp_path, stage.store)
    messenger.recordings |= {"v1": b"OggS", "p1": HOSTILE["a comment"], "p2": NO_PHOTOS["cut off"]}
    await amina.sends_photo("p1")
    await amina.sends_photo("p2")
    await amina.taps("Publish")
    await amina.taps("Show my photo too")
    await amina.says("Send")
    await Keeping(stage.store, messenger, vault, FakeClock(stage.now)).fetch()
    kept = {each.file: each for each in await stage.media(1)}
    assert {each.state for each in kept.values()} == {"held"}
    [told] = await stage.testimonies(1)
    assert await stage.do(lambda unit: photos.offered(unit, told)) == [kept["p1"]]
    assert await vault.get(kept["p2"].id, told.respondent) == NO_PHOTOS["cut off"]


async def test_what_was_withdrawn_leaves_no_file(stage: Stage, amina: Player, tmp_path: Path) -> None:
    """S40, R28."""
    messenger, vault = Unsteady(), Files(tmp_path, stage.store)
    messenger.recordings["v1"] = b"OggS"
    await amina.taps("Send")
    await Keeping(stage.store, messenger, vault, FakeClock(stage.now)).fetch()
    assert len(_files(tmp_path)) == 1
    await amina.says("/withdraw")
    await amina.taps("Yes, withdraw it")
    assert await vault.sweep() == 1
    assert _files(tmp_path) == []


async def test_who_left_while_her_recording_was_on_its_way_leaves_no_file(
    stage: Stage, amina: Player, tmp_path: Path
) -> None:
    """S40."""

    class Slow(Unsteady):
        async def fetch(self, file: str) -> bytes | None:
            await amina.says("/forget")
            await amina.taps("Erase everything")
            await amina.taps("Yes, erase it all")
            return b"OggS"

    vault = Files(tmp_path, stage.store)
    assert await Keeping(stage.store, Slow(), vault, FakeClock(stage.now)).fetch() == 0
    assert _files(tmp_path) == []


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir())
