"""What one process does for all, and who takes it up when that one dies."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from bot.duties import LEASE, RENEW, Duties
from bot.outbox import Kind
from bot.people import Partner
from bot.ports import News, Raw, Unavailable, Unit
from bot.receiving import POLLING, NotOurs, Receiving
from storage.database import Database
from tests.fakes import FakeClock
from tests.stores import NOW, Source, change, opened, say, someone

T = TypeVar("T")


class Process:
    """One process with one duty: whether it does it now, and how often it heard that another died."""

    def __init__(self, store: Any, *, alone: bool = False) -> None:
        self.clock = FakeClock()
        self.does = asyncio.Event()
        self.let_go = asyncio.Event()
        self.deaths = 0
        self.duties = Duties(store, self.clock, {"polling": self._poll}, recovered=self._heard, alone=alone)

    async def _poll(self) -> None:
        self.does.set()
        self.let_go.clear()
        try:
            await asyncio.Event().wait()
        finally:
            self.does.clear()
            self.let_go.set()

    def _heard(self) -> None:
        self.deaths += 1

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        await self.duties.begin()
        task = asyncio.create_task(self.duties.work())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def looks_again(self) -> None:
        """Its next look is over."""
        await self.clock.asleep(RENEW)
        self.clock.advance(RENEW)
        await self.clock.asleep(RENEW)


@pytest.fixture
def shared(postgres: Source) -> Any:
    url = postgres.fresh()
    yield url
    postgres.drop(url)


async def test_who_is_alone_has_every_duty_and_looks_no_more(store: Database) -> None:
    """R26: one process on one SQLite file."""
    process = Process(store, alone=True)
    async with process.working():
        await asyncio.wait_for(process.does.wait(), 5)
        assert process.clock.next_alarm is None


async def test_of_two_processes_one_has_the_duty_and_the_other_at_once_when_it_ends(shared: str) -> None:
    """R26: a clean stop lets it go; the other hears of it."""
    async with opened(shared) as store, opened(shared) as other:
        first, second = Process(store), Process(other)
        listening = asyncio.create_task(
            other.listen(lambda news, _: second.duties.wake() if news is News.LEASES else None)
        )
        async with second.working():
            await asyncio.wait_for(second.does.wait(), 5)
        async with first.working():
            await asyncio.wait_for(first.does.wait(), 5)
            ended = second.working()
            await ended.__aenter__()
            await second.looks_again()
            assert not second.does.is_set()
        await asyncio.wait_for(second.does.wait(), 5)  # its own clock stood still
        await ended.__aexit__(None, None, None)
        listening.cancel()


async def test_what_a_process_had_when_it_died_is_taken_up(shared: str) -> None:
    """R26, R28: its duty, its replies; its campaign is left unknown (R13). The store's own clock says when."""

    def begin(unit: Unit) -> None:
        unit.people.add_partner(Partner("atd", "ATD"))
        for n, kind in enumerate(Kind):
            say(unit, kind, someone(unit, n + 1).address, kind=kind)
        unit.leases.live(LEASE)
        assert unit.leases.take("polling", LEASE)
        assert len(unit.outbox.claim(9, NOW)) == len(Kind)

    async with opened(shared) as dying, opened(shared) as store:
        process = Process(store)
        await dying.transact(begin)
        async with process.working():
            await process.looks_again()
            assert not process.does.is_set()
            assert process.deaths == 0
            change(shared, "UPDATE leases SET until = until - 21000000")
            await process.looks_again()
            await asyncio.wait_for(process.does.wait(), 5)
            assert process.deaths == 1
            again = await store.transact(lambda unit: unit.outbox.claim(9, NOW))
    assert [each.kind for each in again] == [each for each in Kind if each is not Kind.CAMPAIGN]


async def test_a_process_that_lost_its_lease_stops(shared: str) -> None:
    """R26: it was held up for longer than its lease; another has the duty by now."""
    async with opened(shared) as store, opened(shared) as other:
        process = Process(store)
        async with process.working():
            await asyncio.wait_for(process.does.wait(), 5)
            change(shared, "UPDATE leases SET until = 0")
            assert await other.transact(lambda unit: unit.leases.take("polling", LEASE))
            process.clock.advance(RENEW)
            await asyncio.wait_for(process.let_go.wait(), 5)


async def test_who_cannot_renew_keeps_a_duty_until_shortly_before_the_lease_ends(store: Database) -> None:
    """R26: another may have it then."""

    class Away:
        away = False

        async def transact(self, work: Callable[[Unit], T]) -> T:
            if self.away:
                raise Unavailable("down")
            return await store.transact(work)

        async def close(self) -> None: ...

    door = Away()
    process = Process(door)
    async with process.working():
        await asyncio.wait_for(process.does.wait(), 5)
        door.away, began = True, process.clock.now()
        while process.does.is_set():
            await process.looks_again()
        assert timedelta(0) < began + LEASE - process.clock.now() <= timedelta(seconds=RENEW)
        door.away = False
        await process.looks_again()
        await asyncio.wait_for(process.does.wait(), 5)


async def test_a_duty_that_fails_ends_the_process(store: Database) -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    duties = Duties(store, FakeClock(), {"polling": fail}, recovered=lambda: None, alone=True)
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(duties.work(), 5)


async def test_who_lost_the_polling_keeps_nothing_more(shared: str) -> None:
    """R1, R26: so it acknowledges nothing, and the other process is told the same once more."""

    def nothing(*_: object) -> None: ...

    update = Raw(5, 7, (1, 5), b"{}")
    async with opened(shared) as store, opened(shared) as other:
        await other.transact(lambda unit: unit.leases.take(POLLING, LEASE))
        slow = Receiving(store, FakeClock(), nothing, apologise=nothing)
        with pytest.raises(NotOurs):
            await slow.take([update], 6)
        assert await slow.offset() is None
        quick = Receiving(other, FakeClock(), nothing, apologise=nothing)
        await quick.take([update], 6)
        assert await slow.offset() == 6
        assert await other.transact(lambda unit: unit.inbox.waiting(NOW)) == 1


async def test_a_process_hears_of_updates_that_another_kept_and_handles_them(shared: str) -> None:
    """R5: woken at the commit, not by its own clock; what is its own it does not hear."""
    heard: asyncio.Queue[tuple[News, int]] = asyncio.Queue()
    updates = [Raw(number, number, (1, number), b"{}") for number in range(1, 4)]
    async with opened(shared) as store, opened(shared) as other:
        listening = asyncio.create_task(other.listen(lambda news, count: heard.put_nowait((news, count))))
        missed = [await asyncio.wait_for(heard.get(), 10) for _ in News]
        await other.transact(lambda unit: unit.inbox.add(updates[:1], NOW))
        await store.transact(lambda unit: unit.inbox.add(updates, NOW))
        assert missed == [(news, 1) for news in News]
        assert await asyncio.wait_for(heard.get(), 10) == (News.INBOX, 2)
        change(
            shared,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'LISTEN%'",
        )
        again = [await asyncio.wait_for(heard.get(), 10) for _ in 2 * list(News)]
        assert again == 2 * missed  # while it could not be heard, and when it could again
        listening.cancel()
