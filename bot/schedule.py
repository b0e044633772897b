"""A few in-memory ticks. APScheduler only wakes: what is due is a row, so a missed tick loses nothing (R19)."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger("voices.schedule")

Tick = Callable[[], Awaitable[object]]


class Schedule:
    """Calls each tick at its interval, one call at a time; a tick that fails is logged and called again next time."""

    def __init__(self, ticks: Mapping[Tick, timedelta]) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        for tick, interval in ticks.items():
            self._scheduler.add_job(_guarded, "interval", args=(tick,), seconds=interval.total_seconds())

    def start(self) -> None:
        """Begin ticking on the running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Tick no more; a tick under way is left to finish."""
        self._scheduler.shutdown(wait=False)


async def _guarded(tick: Tick) -> None:
    try:
        await tick()
    except Exception:  # the next tick must come whatever this one met
        log.exception("a tick failed")
