"""Ticks come whatever happens to the machine's clock, by which APScheduler waits."""

import asyncio
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from unittest import mock

import pytest

from bot.ports import Unavailable
from bot.schedule import EVERY, Schedule
from tests.fakes import FakeClock


class Machine(datetime):
    """A machine's time of day, which somebody may set."""

    moved = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "Machine":
        """The time this machine believes it is."""
        return cls.fromtimestamp((datetime.now(UTC) + cls.moved).timestamp(), tz)


@pytest.fixture
def machine() -> Iterator[type[Machine]]:
    Machine.moved = timedelta()
    with (
        mock.patch("bot.schedule.datetime", Machine),
        mock.patch("apscheduler.schedulers.base.datetime", Machine),
    ):
        yield Machine


async def test_a_clock_set_back_stops_no_tick(machine: type[Machine]) -> None:
    """R20: it waits by the time of day, and would tick again in a day."""
    ticked: asyncio.Queue[None] = asyncio.Queue()
    clock = FakeClock()

    async def tick() -> None:
        ticked.put_nowait(None)

    running = asyncio.create_task(Schedule({tick: timedelta(seconds=0.05)}, clock).run())
    for _ in range(2):
        await asyncio.wait_for(ticked.get(), 10)
    machine.moved = -timedelta(days=1)
    clock.advance(EVERY)
    for _ in range(5):
        await asyncio.wait_for(ticked.get(), 10)
    running.cancel()


async def test_a_store_that_is_away_fills_no_log(caplog: pytest.LogCaptureFixture) -> None:
    """R23: ticks come every few seconds; the next one finds it back."""
    tries: asyncio.Queue[None] = asyncio.Queue()

    async def tick() -> None:
        tries.put_nowait(None)
        raise Unavailable

    running = asyncio.create_task(Schedule({tick: timedelta(seconds=0.05)}, FakeClock()).run())
    for _ in range(3):
        await asyncio.wait_for(tries.get(), 10)
    running.cancel()
    assert [
        record
        for record in caplog.records
        if record.levelno >= logging.INFO and record.name == "voices.schedule"
    ] == []
