"""Rows about recordings."""

from dataclasses import replace

from bot.ports import Medium, Unit
from storage.database import Database
from tests.stores import NOW, every_row, later, someone


async def test_a_recording_is_read_back_equal(store: Database) -> None:
    def work(unit: Unit) -> None:
        her = someone(unit)
        medium = Medium("", her.id, "audio", "file-1", "unique-1", "audio/ogg", 20_000_000, 41)
        kept = unit.media.add(medium, NOW)
        assert kept == replace(medium, id=kept.id)
        assert len(kept.id) == 32
        named = unit.media.add(replace(medium, id="m1", kind="image"), later(seconds=1))
        assert unit.media.get(kept.id) == kept
        assert unit.media.get("nothing") is None
        assert unit.media.of(her.id) == [kept, named]
        unit.media.drop(kept.id)
        assert unit.media.of(her.id) == [named]

    await store.transact(work)


async def test_recordings_are_fetched_when_due_until_they_are_held(store: Database) -> None:
    def work(unit: Unit) -> object:
        her = someone(unit)
        for n in range(3):
            unit.media.add(Medium(f"m{n}", her.id, "audio", "f", "u"), later(seconds=n))
        first = [each.id for each in unit.media.wanted(2, later(seconds=9))]
        early = [each.id for each in unit.media.wanted(9, later(seconds=1))]
        unit.media.settle("m0", "held")
        unit.media.settle("m1", "gone")
        unit.media.settle("m2", "wanted", later(minutes=5))
        states = [each.state for each in unit.media.of(her.id)]
        waiting = unit.media.wanted(9, later(minutes=4))
        again = [each.id for each in unit.media.wanted(9, later(minutes=5))]
        return first, early, states, waiting, again

    assert await store.transact(work) == (
        ["m0", "m1"],
        ["m0", "m1"],
        ["held", "gone", "wanted"],
        [],
        ["m2"],
    )


async def test_telegrams_file_ids_are_sealed(store: Database, url: str) -> None:
    """S3: with them and the bot's token the recording could be fetched."""

    def work(unit: Unit) -> None:
        unit.media.add(Medium("m1", someone(unit).id, "audio", "canary-file", "canary-unique"), NOW)

    await store.transact(work)
    assert "canary" not in str(every_row(url)["media"])
