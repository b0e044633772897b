"""Sessions: written with compare-and-set, read back equal, woken and dropped in time."""

import asyncio
from dataclasses import replace

import pytest

from bot.ports import Kept, Medium, Stale, Unit
from storage.database import Database
from tests.stores import NOW, every_row, later, someone, walk


async def test_a_session_is_read_back_equal(store: Database) -> None:
    def work(unit: Unit) -> None:
        her = someone(unit)
        assert unit.sessions.of(her.id) is None
        kept = unit.sessions.add(her.id, walk(), later(days=1), NOW)
        assert kept == Kept(kept.id, her.id, walk(), NOW, NOW, later(days=1))
        assert unit.sessions.of(her.id) == kept
        changed = replace(
            kept,
            session=walk(answers={"/testimony/story": "\ud800 ع ‍👩‍👧 नमस्ते"}, turn=4),
            touched_at=later(minutes=1),
            wake_at=None,
            said={12: "L’eau", 13: "est loin"},
        )
        saved = unit.sessions.save(changed)
        assert saved == replace(changed, version=1)
        assert unit.sessions.of(her.id) == saved
        unit.sessions.drop(saved.id)
        assert unit.sessions.of(her.id) is None

    await store.transact(work)


async def test_ids_of_sessions_are_random(store: Database) -> None:
    """S21: no counter; the tag on the buttons is the first eight characters."""

    def work(unit: Unit) -> list[str]:
        return [unit.sessions.add(someone(unit, n).id, walk(), None, NOW).tag for n in range(1, 40)]

    tags = await store.transact(work)
    assert len(set(tags)) == 39
    assert {len(tag) for tag in tags} == {8}


async def test_a_respondent_has_one_session(store: Database) -> None:
    def work(unit: Unit) -> None:
        her = someone(unit)
        unit.sessions.add(her.id, walk(), None, NOW)
        unit.sessions.add(her.id, walk(), None, NOW)

    with pytest.raises(Stale):
        await store.transact(work)


async def test_of_many_who_save_a_session_at_once_one_wins(store: Database) -> None:
    """R6: twenty taps at once move the session once."""

    def begin(unit: Unit) -> Kept:
        return unit.sessions.add(someone(unit).id, walk(), None, NOW)

    kept = await store.transact(begin)

    async def tap(n: int) -> str:
        try:
            await store.transact(lambda unit: unit.sessions.save(replace(kept, session=walk(turn=n))))
        except Stale:
            return "lost"
        return "won"

    results = await asyncio.gather(*[tap(n) for n in range(20)])
    found = await store.transact(lambda unit: unit.sessions.of(kept.respondent))
    assert sorted(results) == ["lost"] * 19 + ["won"]
    assert found == replace(kept, session=walk(turn=results.index("won")), version=1)


async def test_sessions_wake_oldest_first(store: Database) -> None:
    def work(unit: Unit) -> object:
        times = {1: later(hours=3), 2: later(hours=1), 3: None, 4: later(hours=9), 5: later(hours=2)}
        kept = {n: unit.sessions.add(someone(unit, n).id, walk(), at, NOW) for n, at in times.items()}
        numbers = {each.id: n for n, each in kept.items()}
        return (
            [numbers[each.id] for each in unit.sessions.waking(NOW)],
            [numbers[each.id] for each in unit.sessions.waking(later(hours=3))],
            [numbers[each.id] for each in unit.sessions.waking(later(hours=3), 2)],
        )

    assert await store.transact(work) == ([], [2, 5, 1], [2, 5])


async def test_drafts_nobody_touches_are_dropped_with_their_recordings(store: Database) -> None:
    """S41: drafts live 14 days; a recording nothing names any more goes with them, others stay."""

    def work(unit: Unit) -> object:
        old, young = someone(unit, 1), someone(unit, 2)
        dropped = unit.media.add(Medium("m1", old.id, "audio", "f", "u"), NOW)
        kept = unit.media.add(Medium("m2", old.id, "audio", "f", "u"), NOW)
        unit.sessions.add(old.id, walk(answers={"/testimony/story": dropped.id}), None, NOW)
        session = unit.sessions.add(young.id, walk(), None, later(days=2))
        count = unit.sessions.drop_older(later(days=1))
        return (
            count,
            unit.sessions.of(old.id),
            unit.sessions.of(young.id) == session,
            unit.media.of(old.id) == [kept],
        )

    assert await store.transact(work) == (1, None, True, True)


async def test_nothing_she_said_stands_plain_in_a_session(store: Database, url: str) -> None:
    """S3: the walk is sealed as a whole, its form and language too."""

    def work(unit: Unit) -> None:
        told = walk(
            form="canary-form", language="canary-language", answers={"/canary-form/story": "canary-story"}
        )
        kept = unit.sessions.add(someone(unit).id, told, None, NOW)
        unit.sessions.save(replace(kept, said={1: "canary-words"}))

    await store.transact(work)
    assert "canary" not in str(every_row(url)["sessions"])
