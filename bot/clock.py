"""The clock of the real world."""

import asyncio
from datetime import UTC, datetime


class SystemClock:
    """The machine's own time (the Clock port)."""

    def now(self) -> datetime:
        """The time now, UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds."""
        await asyncio.sleep(seconds)
