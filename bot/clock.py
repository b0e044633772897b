"""The clock of the real world."""

import asyncio
import time
from datetime import UTC, datetime


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
