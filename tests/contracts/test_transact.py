"""The one door: all of a work is committed, or none of it."""

import asyncio
from datetime import datetime

import psycopg
import pytest
import sqlalchemy as sa

from bot.outbox import Kind, Pace
from bot.people import Partner
from bot.ports import Raw, Stale, Unavailable, Unit
from storage.database import Database
from storage.opening import StoreFault
from storage.sealing import KeyFault, Keys, SealFault
from storage.unit import Unit as StorageUnit
from storage.wire import wait_for
from tests.stores import KEYS, NOW, Source, change, every_row, opened, remember, say, someone, walk


async def test_a_work_returns_what_it_returned(store: Database) -> None:
    assert await store.transact(lambda unit: ("any", 5)) == ("any", 5)


async def test_what_a_work_raises_is_raised_and_rolls_its_writes_back(store: Database) -> None:
    """R4: one transaction; the others committed beside it stand."""

    def good(unit: Unit) -> None:
        unit.marks.set("good", "yes")

    def bad(unit: Unit) -> None:
        unit.marks.set("bad", "yes")
        raise ZeroDivisionError("mine")

    results = await asyncio.gather(
        *[store.transact(work) for work in (good, bad, good, bad)], return_exceptions=True
    )
    assert [repr(result) for result in results] == [
        "None",
        "ZeroDivisionError('mine')",
        "None",
        "ZeroDivisionError('mine')",
    ]
    marks = await store.transact(lambda unit: [unit.marks.get("good"), unit.marks.get("bad")])
    assert marks == ["yes", None]


async def test_an_iteration_that_ends_in_a_work_does_not_hang_its_caller(store: Database) -> None:
    with pytest.raises(RuntimeError):
        await store.transact(lambda unit: next(iter([])))


async def test_many_works_at_once_are_all_done(store: Database) -> None:
    async def one(n: int) -> int:
        def work(unit: Unit) -> int:
            unit.marks.set(f"mark {n}", str(n))
            return n

        return await store.transact(work)

    assert await asyncio.gather(*map(one, range(300))) == list(range(300))
    kept = await store.transact(lambda unit: [unit.marks.get(f"mark {n}") for n in range(300)])
    assert kept == [str(n) for n in range(300)]


async def test_a_step_is_kept_whole(store: Database, url: str) -> None:
    """R4: a step whose last write is refused leaves no trace of its first."""

    def step(unit: Unit) -> None:
        her = someone(unit)
        unit.sessions.add(her.id, walk(), None, NOW)
        say(unit, "update:1:0", her.address, about=her.id)
        unit.sessions.add(her.id, walk(), None, NOW)

    with pytest.raises(Stale):
        await store.transact(step)
    rows = every_row(url)
    tables = ("addresses", "respondents", "sessions", "outbox")
    assert {name: rows[name] for name in tables} == {key: [] for key in tables}
    assert [row[0] for row in rows["data_keys"]] == ["house"]


async def test_a_closed_store_says_so(url: str) -> None:
    async with opened(url) as store:
        await store.close()
        with pytest.raises(Unavailable):
            await store.transact(lambda unit: None)


async def test_what_waits_is_finished_before_the_store_closes(url: str) -> None:
    """R27: nothing that was begun is dropped."""
    async with opened(url) as store:
        works = [asyncio.ensure_future(store.transact(remember(f"{n}"))) for n in range(50)]
        await asyncio.sleep(0)
        await store.close()
        await asyncio.gather(*works)
    assert len(every_row(url)["marks"]) == 50


async def test_another_key_file_is_refused_at_the_start(url: str) -> None:
    """S2: a wrong key fails closed, in one sentence."""
    async with opened(url):
        pass
    with pytest.raises(KeyFault, match="key file"):
        Database.open(url, Keys.fresh())


async def test_a_rotated_key_file_reads_the_old_and_writes_the_new(url: str) -> None:
    """S2: ordered fallback keys; when all data keys are wrapped again the old lock may go."""
    rotated = KEYS.rotated()

    def begin(unit: Unit) -> str:
        unit.people.add_partner(Partner("atd", "ATD"))
        her = someone(unit)
        unit.sessions.add(her.id, walk(), None, NOW)
        return her.id

    async with opened(url) as before:
        her = await before.transact(begin)
    async with opened(url, rotated) as between:
        assert await between.transact(lambda unit: unit.sessions.of(her)) is not None
        assert await between.transact(lambda unit: unit.seals.rewrap(100)) == 2
        assert await between.transact(lambda unit: unit.seals.rewrap(100)) == 0
    newest = Keys(rotated.locks[:1], rotated.indexing, rotated.buttons)
    async with opened(url, newest) as after:
        kept = await after.transact(lambda unit: unit.sessions.of(her))
        assert kept is not None
        assert kept.session == walk()


async def test_a_database_that_was_never_migrated_is_refused(source: Source) -> None:
    url = source.bare()
    with pytest.raises(StoreFault, match="voices migrate"):
        Database.open(url, KEYS)
    source.drop(url)


async def test_times_are_kept_to_the_microsecond_and_only_with_their_zone(store: Database) -> None:
    def work(unit: Unit) -> object:
        her = someone(unit)
        unit.sessions.add(her.id, walk(), NOW, NOW)
        kept = unit.sessions.of(her.id)
        return kept and (kept.wake_at, kept.begun_at.utcoffset())

    assert await store.transact(work) == (NOW, NOW.utcoffset())
    with pytest.raises(Exception, match="without a zone"):
        await store.transact(lambda unit: unit.outbox.pause(datetime(2026, 1, 1)))  # noqa: DTZ001  (naive on purpose)


async def test_a_value_moved_to_another_place_does_not_open(store: Database, url: str) -> None:
    """S2: another row, another respondent, another column: each fails closed."""

    def begin(unit: Unit) -> list[str]:
        people = [someone(unit, n) for n in (1, 2)]
        for n, each in enumerate(people):
            unit.sessions.add(each.id, walk(turn=n), None, NOW)
            say(unit, f"{n}", each.address, about=each.id, kind=Kind.REPLY)
        return [each.id for each in people]

    first, second = await store.transact(begin)
    for swap in (
        "UPDATE sessions SET data = (SELECT data FROM sessions WHERE respondent = :b) WHERE respondent = :a",
        "UPDATE sessions SET data = (SELECT message FROM outbox WHERE about = :a) WHERE respondent = :a",
        "UPDATE sessions SET data = substr(data, 1, 20) WHERE respondent = :a",
    ):
        change(url, swap, {"a": first, "b": second})
        with pytest.raises(SealFault):
            await store.transact(lambda unit: unit.sessions.of(first))
    assert (await store.transact(lambda unit: unit.sessions.of(second))) is not None


async def test_a_respondents_key_does_not_open_anothers(store: Database, url: str) -> None:
    """S2: data keys are bound to their scope; swapped, nothing opens."""

    def begin(unit: Unit) -> str:
        her, him = someone(unit, 1), someone(unit, 2)
        unit.sessions.add(her.id, walk(), None, NOW)
        unit.sessions.add(him.id, walk(), None, NOW)
        return her.id

    her = await store.transact(begin)
    await store.close()
    change(
        url,
        "UPDATE data_keys SET wrapped = (SELECT wrapped FROM data_keys WHERE scope NOT IN (:her, 'house'))"
        " WHERE scope = :her",
        {"her": her},
    )
    async with opened(url) as after:
        with pytest.raises(SealFault):
            await after.transact(lambda unit: unit.sessions.of(her))


async def test_a_database_that_went_away_is_found_again(postgres: Source) -> None:
    """R23: connections that broke are told as Unavailable; the next work goes through."""
    url = postgres.fresh()
    async with opened(url) as store:
        await asyncio.gather(*[store.transact(lambda unit: unit.marks.get("a")) for _ in range(8)])
        change(
            url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        with pytest.raises(Unavailable):
            await store.transact(remember("a", "lost"))
        await store.transact(remember("a", "kept"))
        assert await store.transact(lambda unit: unit.marks.get("a")) == "kept"
    postgres.drop(url)


async def test_a_table_that_stays_locked_and_a_standby_count_as_away(postgres: Source) -> None:
    """R23: nobody's update is blamed for it; what was to be done is tried again later, as often as it takes."""
    url = postgres.fresh()

    def locked(unit: Unit) -> None:
        assert isinstance(unit, StorageUnit)
        unit._connection.execute(_IMPATIENT)
        unit.marks.set("a", "x")

    def standby(unit: Unit) -> None:
        assert isinstance(unit, StorageUnit)
        unit._connection.execute(_STANDBY)
        unit.marks.set("a", "x")

    async with opened(url) as store:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.begin() as other:
            other.exec_driver_sql("LOCK TABLE marks")
            with pytest.raises(Unavailable):
                await store.transact(locked)
        with pytest.raises(Unavailable):
            await store.transact(standby)
        await store.transact(remember("a"))
        engine.dispose()
    postgres.drop(url)


_IMPATIENT = sa.text("SET LOCAL lock_timeout = '20ms'")
_STANDBY = sa.text("SET LOCAL transaction_read_only = on")


async def test_works_that_stand_in_each_others_way_are_taken_again(postgres: Source) -> None:
    """A deadlock is nobody's fault: the work runs again, and both are done."""
    url = postgres.fresh()
    both, begun = asyncio.Barrier(2), asyncio.Event()
    met: set[str] = set()

    def work(unit: Unit, mine: str, other: str) -> None:
        unit.marks.set(mine, mine)
        if unit.marks.get(mine) == mine and mine not in met:
            met.add(mine)
            begun.set()
            wait_for(asyncio.ensure_future(both.wait()))
        unit.marks.set(other, mine)

    async with opened(url) as store:
        for name in "ab":
            await store.transact(remember(name, ""))
        first = asyncio.ensure_future(store.transact(lambda unit: work(unit, "a", "b")))
        await begun.wait()  # else they would share a transaction
        await asyncio.gather(first, store.transact(lambda unit: work(unit, "b", "a")))
        marks = await store.transact(lambda unit: {unit.marks.get("a"), unit.marks.get("b")})
    postgres.drop(url)
    assert marks in ({"a"}, {"b"})


async def test_a_write_that_nobody_looked_at_is_undone_with_its_fault(postgres: Source) -> None:
    """R4: what the server refuses is raised at the commit at the latest, and the store goes on."""
    url = postgres.fresh()

    def work(unit: Unit) -> None:
        unit.marks.set("good", "x")
        unit.marks.set("bad", "no text for PostgreSQL: \0")

    async with opened(url) as store:
        with pytest.raises(psycopg.DataError):
            await store.transact(work)
        assert await store.transact(lambda unit: unit.marks.get("good")) is None
    postgres.drop(url)


async def test_what_is_larger_than_a_line_takes_at_once_arrives_whole(store: Database) -> None:
    content = bytes(range(256)) * 40_000
    await store.transact(lambda unit: unit.inbox.add([Raw(1, 1, (1, 1), content)], NOW))
    entry = await store.transact(lambda unit: unit.inbox.claim(NOW))
    assert entry is not None
    assert entry.body == content


async def test_words_with_every_mark_an_array_knows_arrive_as_they_are(postgres: Source) -> None:
    url = postgres.fresh()
    words = ['a "b"', "c\\d", "e, f", "{g}", "NULL", " ", "ل", ""]
    async with opened(url) as store:
        pace = Pace(1, 1)
        await store.transact(lambda unit: unit.outbox.rest(dict.fromkeys(words, 1), NOW, pace))
    assert sorted(row[0] for row in every_row(url)["pauses"]) == sorted(words)
    postgres.drop(url)
