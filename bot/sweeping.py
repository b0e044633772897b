"""Sweeping, a deed: what was kept as long as was promised is dropped, a little at a time (S41)."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot import retention
from bot.ports import Store, Unit

GRACE = timedelta(days=1)
"""After this a draft that is due is dropped without a word: `conversation.wake` has closed it kindly before."""

DROPS: tuple[Callable[[Unit, datetime], int], ...] = (
    lambda unit, now: unit.sessions.drop_older(now - retention.DRAFT.age - GRACE),
    lambda unit, now: unit.testimonies.drop_older(now - retention.VOICE.age),
    lambda unit, now: unit.testimonies.drop_unread(now - retention.UNREAD.age),
    lambda unit, now: unit.people.drop_left(now - retention.LEFT.age),
    lambda unit, _: unit.people.drop_bare(),
    lambda unit, now: unit.people.drop_invitations(now - retention.INVITATION.age),
    lambda unit, now: unit.marks.drop_older(now - retention.TRACE.age),
    lambda unit, now: unit.inbox.drop_older(now - retention.TRACE.age),
    lambda unit, now: unit.outbox.drop_older(now - retention.TRACE.age),
    lambda unit, now: unit.checkins.drop_older(now - retention.CHECKIN.age),
    lambda unit, now: unit.exports.drop_older(now - retention.LISTED),
    lambda unit, now: unit.copies.drop_older(now - retention.TRACE.age),
    lambda unit, now: unit.contents.drop_unused(now - retention.CONTENT.age),
)

PAGES: tuple[Callable[[Unit, datetime, str], str | None], ...] = (
    lambda unit, now, after: unit.people.drop_idle(now - retention.PERSON.age, now, after),
    lambda unit, now, after: unit.people.drop_strangers(now - retention.STRANGER.age, after),
)
"""Where most stay, all are looked at, a page at a time."""


async def sweep(store: Store, now: datetime) -> None:
    """Drop all that is due to go, in many small transactions, so that nobody waits long for an answer meanwhile."""
    for drop in DROPS:
        while await store.transact(lambda unit, drop=drop: drop(unit, now)):  # type: ignore[misc]
            pass
    for drop_next in PAGES:
        last: str | None = ""
        while last is not None:
            last = await store.transact(lambda unit, drop=drop_next, after=last: drop(unit, now, after))  # type: ignore[misc]
