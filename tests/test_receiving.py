"""What Telegram said is kept before it is acknowledged, and handled once, in order, whatever one update does."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.ports import Entry, Raw, Stale, Unavailable, Unit
from bot.receiving import TRIES, Receiving
from storage.database import Database
from tests.fakes import FakeClock
from tests.stores import SqliteFiles, opened

T = TypeVar("T")


@pytest.fixture
async def store(files: SqliteFiles) -> AsyncIterator[Database]:
    async with opened(files.fresh()) as database:
        yield database


def raw(update: int, person: int | None = 1, date: int = 0, words: str = "") -> Raw:
    body = json.dumps({"update": update, "words": words}).encode()
    return Raw(update, person, (date or update, update), body)


@dataclass(slots=True)
class Handler:
    """Handles updates by writing them down: in the transaction's marks, so that a rollback takes it back."""

    sabotage: Callable[[dict[str, object], int], None] = lambda update, tries: None
    tries: dict[int, int] = field(default_factory=dict)
    sorry: list[int] = field(default_factory=list)

    def handle(self, unit: Unit, body: bytes, now: datetime) -> None:
        update = json.loads(body)
        number = update["update"]
        done: list[int] = json.loads(unit.marks.get("done") or "[]")
        unit.marks.set("done", json.dumps([*done, number]))
        self.tries[number] = self.tries.get(number, 0) + 1
        self.sabotage(update, self.tries[number])

    def apologise(self, unit: Unit, entry: Entry, now: datetime) -> None:
        self.sorry.append(entry.update)


class Spoken:
    """Counts commits, so that a test can wait for them."""

    def __init__(self) -> None:
        self.count = 0
        self._more = asyncio.Event()

    def __call__(self) -> None:
        self.count += 1
        self._more.set()

    async def reaches(self, count: int, within: float = 10) -> None:
        async with asyncio.timeout(within):
            while self.count < count:
                self._more.clear()
                await self._more.wait()


@asynccontextmanager
async def working(receiving: Receiving) -> AsyncIterator[None]:
    task = asyncio.create_task(receiving.work())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def handled(store: Database) -> list[int]:
    done = await store.transact(lambda unit: unit.marks.get("done"))
    found: list[int] = json.loads(done or "[]")
    return found


async def test_an_update_is_handled_once_however_often_it_comes(store: Database) -> None:
    """R3: stored once by its exact id; redelivery 10×, ids that fall."""
    clock, handler, spoken = FakeClock(), Handler(), Spoken()
    receiving = Receiving(store, clock, handler.handle, apologise=handler.apologise, spoke=spoken)
    async with working(receiving):
        for _ in range(10):
            await receiving.take([raw(900_000_001, date=1), raw(17, date=2)], 18)
        await spoken.reaches(2)
        await receiving.take([raw(900_000_002, date=3)], 900_000_003)
        await spoken.reaches(3)
    assert await handled(store) == [900_000_001, 17, 900_000_002]
    assert await receiving.offset() == 900_000_003


async def test_the_offset_is_its_own_value(store: Database) -> None:
    """R3: not the largest id seen: ids become random after a week of silence."""
    receiving = Receiving(store, FakeClock(), Handler().handle, apologise=Handler().apologise)
    assert await receiving.offset() is None
    await receiving.take([raw(900)], 901)
    await receiving.take([raw(5)], 6)
    assert await receiving.offset() == 6


async def test_what_an_earlier_process_left_is_handled_at_start(store: Database) -> None:
    """R1, R28: taken, then the process was gone."""
    clock, handler, spoken = FakeClock(), Handler(), Spoken()
    earlier = Receiving(store, clock, handler.handle, apologise=handler.apologise)
    await earlier.take([raw(1), raw(2), raw(3, person=2)])
    async with working(Receiving(store, clock, handler.handle, apologise=handler.apologise, spoke=spoken)):
        await spoken.reaches(3)
    assert sorted(await handled(store)) == [1, 2, 3]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(range(1, 9)))
async def test_any_order_of_delivery_ends_in_the_order_it_was_said(
    files: SqliteFiles, order: list[int]
) -> None:
    """R5: permuted deliveries give the state of the sorted ones."""
    async with opened(files.fresh()) as store:
        clock, handler, spoken = FakeClock(), Handler(), Spoken()
        receiving = Receiving(store, clock, handler.handle, apologise=handler.apologise, spoke=spoken)
        for number in order:
            await receiving.take([raw(100 - number, date=number)])
        async with working(receiving):
            await spoken.reaches(len(order))
        assert await handled(store) == [100 - number for number in sorted(order)]


async def test_one_persons_updates_never_overlap_while_people_go_in_parallel(store: Database) -> None:
    """R5: serial for a person, parallel for people."""
    clock, spoken = FakeClock(), Spoken()
    per_person: dict[int, list[int]] = {}

    def handle(unit: Unit, body: bytes, now: datetime) -> None:
        update = json.loads(body)
        per_person.setdefault(int(update["words"]), []).append(update["update"])

    receiving = Receiving(store, clock, handle, apologise=Handler().apologise, spoke=spoken)
    async with working(receiving):
        for start in range(0, 200, 20):
            await receiving.take(
                [raw(number, person=number % 7, words=str(number % 7)) for number in range(start, start + 20)]
            )
        await spoken.reaches(200)
    assert per_person == {person: list(range(person, 200, 7)) for person in range(7)}


def _crash(unit: Unit) -> None:
    raise RecursionError("words of somebody")


POISONS: dict[str, Callable[[Unit], object]] = {
    "the parser": lambda unit: json.loads(b'{"message": {'),
    "the handler": _crash,
    "the database": lambda unit: unit.marks.set("number", cast("str", 2**70)),
    "its rules": lambda unit: unit.marks.set("nothing", cast("str", None)),
}
"""What an update can crash."""


@pytest.mark.parametrize("poison", POISONS)
async def test_poison_is_set_aside_and_the_others_go_on(store: Database, poison: str) -> None:
    """R9: ≤3 tries with backoff, quarantine, neutral reply; what it wrote is rolled back; the chat goes on."""
    clock, handler, spoken = FakeClock(), Handler(), Spoken()

    def handle(unit: Unit, body: bytes, now: datetime) -> None:
        handler.handle(unit, body, now)
        if b"poison" in body:
            POISONS[poison](unit)

    receiving = Receiving(store, clock, handle, apologise=handler.apologise, spoke=spoken)
    async with working(receiving):
        await receiving.take(
            [raw(1, words="poison"), raw(2)] + [raw(number, person=number) for number in range(3, 50)]
        )
        async with clock.hurrying():
            await spoken.reaches(47 + TRIES + 1)  # the others, the notes of three failures, her next update
    assert handler.tries[1] == TRIES
    assert handler.sorry == [1]
    assert sorted(await handled(store)) == list(range(2, 50))


async def test_a_failure_that_passes_is_tried_again_after_a_pause(store: Database) -> None:
    """R9: backoff 1 s, 2 s; the same person's next update waits."""
    clock, spoken = FakeClock(), Spoken()

    def stumble(update: dict[str, object], tries: int) -> None:
        if update["update"] == 1 and tries < TRIES:
            raise ValueError("not yet")

    handler = Handler(stumble)
    receiving = Receiving(store, clock, handler.handle, apologise=handler.apologise, spoke=spoken)
    async with working(receiving):
        await receiving.take([raw(1), raw(2)])
        await spoken.reaches(1)
        failed_at = clock.now()
        assert await store.transact(lambda unit: unit.inbox.next_due()) == failed_at + timedelta(seconds=1)
        assert handler.tries == {1: 1}
        async with clock.hurrying(step=0.1):
            await spoken.reaches(4)
    assert await handled(store) == [1, 2]
    assert handler.tries == {1: TRIES, 2: 1}
    assert (clock.now() - failed_at).total_seconds() >= 1 + 2
    assert handler.sorry == []


async def test_an_apology_that_fails_does_not_keep_the_poison(store: Database) -> None:
    clock, spoken = FakeClock(), Spoken()

    def crash(unit: Unit, *_: object) -> None:
        raise ValueError("no")

    receiving = Receiving(store, clock, crash, apologise=crash, spoke=spoken)
    async with working(receiving):
        await receiving.take([raw(1)])
        async with clock.hurrying():
            await spoken.reaches(TRIES)
    assert await store.transact(lambda unit: unit.inbox.next_due()) is None


async def test_a_lost_race_is_run_again_at_once(store: Database) -> None:
    """Stale: a colleague's change in between is no failure of the update."""
    clock, spoken = FakeClock(), Spoken()

    def race(update: dict[str, object], tries: int) -> None:
        if tries < 3:
            raise Stale

    handler = Handler(race)
    receiving = Receiving(store, clock, handler.handle, apologise=handler.apologise, spoke=spoken)
    async with working(receiving):
        await receiving.take([raw(1)])
        await spoken.reaches(1)
    assert await handled(store) == [1]
    assert handler.tries == {1: 3}


class Away:
    """A Store that is away as long as it is told so."""

    def __init__(self, store: Database) -> None:
        self._store = store
        self.away = False
        self.asked = 0

    async def transact(self, work: Callable[[Unit], T]) -> T:
        self.asked += 1
        if self.away:
            raise Unavailable("down")
        return await self._store.transact(work)

    async def close(self) -> None:
        await self._store.close()


async def test_while_the_store_is_away_nothing_is_taken_and_nothing_spins(store: Database) -> None:
    """R23: no acknowledgement, bounded backoff, no spin; everything is handled after recovery, and no try is lost."""
    clock, handler, spoken, away = FakeClock(), Handler(), Spoken(), Away(store)
    receiving = Receiving(away, clock, handler.handle, apologise=handler.apologise, spoke=spoken)
    await receiving.take([raw(1)], 2)
    away.away = True
    with pytest.raises(Unavailable):
        await receiving.take([raw(2)], 3)
    async with working(receiving):
        before = away.asked
        for _ in range(10):
            clock.advance(await clock.asleep())
        assert away.asked - before <= 13
        away.away = False
        async with clock.hurrying():
            await spoken.reaches(1)
    assert await handled(store) == [1]
    assert await receiving.offset() == 2


async def test_a_store_that_reads_but_cannot_write_makes_nobody_spin(store: Database) -> None:
    """R24: disk full; nothing is counted as a try, and all is handled when there is room again."""
    clock, spoken, full = FakeClock(), Spoken(), True

    def write(update: dict[str, object], tries: int) -> None:
        if full:
            raise Unavailable("disk full")

    handler = Handler(write)
    receiving = Receiving(store, clock, handler.handle, apologise=handler.apologise, spoke=spoken)
    async with working(receiving):
        await receiving.take([raw(1)])
        for _ in range(10):
            clock.advance(await clock.asleep())
            await store.transact(lambda unit: None)
        assert handler.tries[1] <= 12
        full = False
        async with clock.hurrying():
            await spoken.reaches(1)
    assert await handled(store) == [1]
    assert handler.sorry == []


async def test_an_idle_receiving_asks_next_to_nothing(store: Database) -> None:
    """R9: CPU idle."""
    clock, away = FakeClock(), Away(store)
    receiving = Receiving(away, clock, Handler().handle, apologise=Handler().apologise)
    async with working(receiving):
        await clock.asleep(30)
        assert away.asked == 1
