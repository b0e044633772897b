"""Timekeeping, a deed: when the machine's clock is set back, nothing waits longer for that (R20)."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.ports import Clock, Store, Unavailable, Unit

SEEN = "clock"
"""The mark that holds the latest time this bot has seen, also in an earlier life."""

EVERY = 5.0
"""Seconds between two looks at the clock."""

REMEMBERED = timedelta(minutes=1)
"""How often the time is written down for the next life."""

TOLERANCE = timedelta(minutes=2)
"""So much may clocks differ: nobody minds who waits as much longer."""

log = logging.getLogger("voices.timekeeping")


@dataclass(frozen=True, slots=True)
class Timekeeping:
    """Notices that the clock was set back. `set_back` is called once what waits in the store was told."""

    store: Store
    clock: Clock
    set_back: Callable[[], None]

    async def work(self) -> None:
        """Watch until cancelled."""
        seen = written = datetime.fromtimestamp(0, UTC)
        while True:
            now = self.clock.now()
            if now < seen - TOLERANCE or now >= written + REMEMBERED:
                try:
                    by = await self.store.transact(partial(_look, seen=seen, now=now))
                except Unavailable:
                    log.warning("the store is away; the clock is looked at again in %s s", EVERY)
                    await self.clock.sleep(EVERY)
                    continue
                written = now
                if by:
                    log.warning("the clock was set back by %s; what waited for a time is due", by)
                    self.set_back()
            seen = now
            await self.clock.sleep(EVERY)


def _look(unit: Unit, seen: datetime, now: datetime) -> timedelta:
    """By how much the clock was set back since it was last seen, in this life or the one before."""
    mark = unit.marks.get(SEEN)
    unit.marks.set(SEEN, now.isoformat())
    by = max(seen, datetime.fromisoformat(mark) if mark else seen) - now
    if by <= TOLERANCE:
        return timedelta()
    for rows in (unit.inbox, unit.media, unit.outbox, unit.uploads, unit.targets, unit.forwards):
        rows.set_back(by, now)
    return by
