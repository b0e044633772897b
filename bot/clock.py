"""The clocks: that of the real world, and the one that all processes on a database have in common."""

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta

from bot.ports import Clock, Store, Unavailable

EVERY = 5.0
"""Seconds between two looks at the database's clock."""

log = logging.getLogger("voices.clock")


class SystemClock:
    """The machine's own time (the Clock port)."""

    def now(self) -> datetime:
        """The time now, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some moment of this process, whatever the time of day is set to."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds."""
        await asyncio.sleep(seconds)


class CommonClock:
    """The database's time (the Clock port), so that what one process plans is due for all (R11, R12, R20).

    Between two looks it goes by what nobody sets, the seconds of `own`.
    """

    def __init__(self, own: Clock, store: Store) -> None:
        self._own = own
        self._store = store
        self._beginning = own.now() - timedelta(seconds=own.monotonic())

    def now(self) -> datetime:
        """The time now, UTC."""
        return self._beginning + timedelta(seconds=self._own.monotonic())

    def monotonic(self) -> float:
        """Seconds since some moment of this process."""
        return self._own.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds."""
        await self._own.sleep(seconds)

    async def look(self) -> None:
        """Ask the database, and go as far as is certain: it answered between the question and now. Unavailable."""
        asked = self._own.monotonic()
        told = await self._store.transact(lambda unit: unit.leases.now())
        earliest, latest = (told - timedelta(seconds=when) for when in (self._own.monotonic(), asked))
        self._beginning = min(max(self._beginning, earliest), latest)

    async def work(self) -> None:
        """Look again and again until cancelled."""
        while True:
            await self._own.sleep(EVERY)
            try:
                await self.look()
            except Unavailable:
                log.debug("the store is away; the clock goes on by itself")
