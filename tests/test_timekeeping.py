"""A clock that is set back keeps nobody waiting, in this life or the next."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.outbox import Kind, Later
from bot.ports import Raw, Unit
from bot.timekeeping import EVERY, Timekeeping
from storage.database import Database
from tests.fakes import FakeClock
from tests.stores import NOW, say, someone, sqlite_store

DAY = 86_400.0


@asynccontextmanager
async def watched(store: Database, clock: FakeClock) -> AsyncIterator[asyncio.Event]:
    """The clock is watched; what is yielded is set when it was set back."""
    told = asyncio.Event()
    working = asyncio.create_task(Timekeeping(store, clock, told.set).work())
    try:
        await clock.asleep()
        yield told
    finally:
        working.cancel()


async def _waits(store: Database) -> None:
    """A reply that is to be tried again, a pause of half a minute, an update that failed once."""

    def prepare(unit: Unit) -> None:
        her = someone(unit)
        say(unit, "reply", her.address)
        say(unit, "planned", her.address, kind=Kind.CAMPAIGN, not_before=NOW + timedelta(days=3))
        [claimed] = unit.outbox.claim(5, NOW)
        unit.outbox.settle(claimed.id, Later(60), NOW)
        unit.outbox.pause(NOW + timedelta(seconds=30))
        unit.inbox.add([Raw(1, 7, (1, 1), b"{}")], NOW)
        unit.inbox.failed(1, NOW + timedelta(seconds=4))

    await store.transact(prepare)


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_clock_set_back_by_a_day_keeps_nobody_waiting_for_a_day(
    tmp_path: Path, restarted: bool
) -> None:
    """R20: also where it was set back while the bot was down; what was planned for a later day still is."""
    clock = FakeClock(NOW)
    async with sqlite_store(tmp_path) as store:
        await _waits(store)
        async with watched(store, clock) as told:
            clock.advance(-DAY)
            if not restarted:
                clock.advance(EVERY)
                await asyncio.wait_for(told.wait(), 5)
        if restarted:
            async with watched(store, clock) as told:
                await asyncio.wait_for(told.wait(), 5)
        soon = clock.now() + timedelta(seconds=61)
        assert await store.transact(lambda unit: unit.inbox.waiting(soon)) == 1
        claimed = await store.transact(lambda unit: unit.outbox.claim(5, soon))
        assert [each.key for each in claimed] == ["reply"]
        assert await store.transact(lambda unit: unit.outbox.claim(5, clock.now())) == []


async def test_a_clock_that_goes_on_is_no_matter(tmp_path: Path) -> None:
    """R20: nor is one that jumps ahead, or is set right by a few seconds."""
    clock = FakeClock(NOW)
    async with sqlite_store(tmp_path) as store, watched(store, clock) as told:
        for seconds in (EVERY, DAY, -5 + EVERY, EVERY):
            clock.advance(seconds)
            await clock.asleep()
        assert not told.is_set()
