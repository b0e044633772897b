"""A few in-memory ticks. APScheduler only wakes: what is due is a row, so a missed tick loses nothing (R19)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.ports import Clock, Unavailable

EVERY = 5.0
"""Seconds between two looks whether the machine's clock, by which the scheduler waits, was set back."""

log = logging.getLogger("voices.schedule")

Tick = Callable[[], Awaitable[object]]


class Schedule:
    """Calls each tick at the start and then at its interval, one call at a time; one that fails is logged and called
    again next time.
    """

    def __init__(self, ticks: Mapping[Tick, timedelta], clock: Clock) -> None:
        self._ticks = dict(ticks)
        self._clock = clock
        self._scheduler: AsyncIOScheduler | None = None

    async def run(self) -> None:
        """Tick until cancelled."""
        self.start()
        try:
            while True:
                seen = datetime.now(UTC)
                await self._clock.sleep(EVERY)
                if datetime.now(UTC) < seen:
                    self.again()
        finally:
            self.stop()

    def start(self) -> None:
        """Begin ticking on the running event loop."""
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        now = datetime.now(UTC)
        for tick, interval in self._ticks.items():
            seconds = interval.total_seconds()
            self._scheduler.add_job(_guarded, "interval", args=(tick,), seconds=seconds, next_run_time=now)
        self._scheduler.start()

    def again(self) -> None:
        """Tick now and at each interval from now on: the clock by which the scheduler waits was set back (R20)."""
        now = datetime.now(UTC)
        for job in self._scheduler.get_jobs() if self._scheduler else ():
            job.modify(next_run_time=now)

    def stop(self) -> None:
        """Tick no more; a tick under way is broken off: what it did not finish is still due at the next start."""
        if self._scheduler:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None


async def _guarded(tick: Tick) -> None:
    try:
        await tick()
    except (
        asyncio.CancelledError
    ):  # broken off by `stop`, which is no fault, though the scheduler would call it one
        log.info("a tick was broken off")
    except Unavailable:  # whoever has this duty says so every few seconds
        log.debug("a tick found the store away")
    except Exception:  # the next tick must come whatever this one met
        log.exception("a tick failed")
