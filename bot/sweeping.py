"""Sweeping, a deed: what was kept as long as was promised is dropped, a little at a time (S41)."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.ports import Store, Unit

DRAFTS = timedelta(days=15)
"""After this a session nobody touches is dropped: a day after `conversation.wake` has closed it kindly."""

VOICES = timedelta(days=365)
"""How long a testimony is kept after it was decided."""

TRACES = timedelta(days=14)
"""How long rows of the inbox and the outbox that hold no words any more are kept."""

DROPS: tuple[Callable[[Unit, datetime], int], ...] = (
    lambda unit, now: unit.sessions.drop_older(now - DRAFTS),
    lambda unit, now: unit.testimonies.drop_older(now - VOICES),
    lambda unit, now: unit.inbox.drop_older(now - TRACES),
    lambda unit, now: unit.outbox.drop_older(now - TRACES),
    lambda unit, now: unit.contents.drop_unused(now - TRACES),
)


async def sweep(store: Store, now: datetime) -> None:
    """Drop all that is due to go, in many small transactions, so that nobody waits long for an answer meanwhile."""
    for drop in DROPS:
        while await store.transact(lambda unit, drop=drop: drop(unit, now)):  # type: ignore[misc]
            pass
