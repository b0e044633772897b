"""The inbox: everything Telegram said, until it is done."""

from collections import deque
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.ports import AT_ONCE, Backlog, Entry, News, Raw
from storage.failing import point
from storage.prepared import Connection
from storage.rows import Rows, among, insert_once, random_id, word
from storage.sealing import HOUSE, SealFault, Seals
from storage.tables import inbox

BODY = "inbox.body"

_OPEN = inbox.c.state == word("open")
_THIS = inbox.c.update == sa.bindparam("this")
_ORDER = (inbox.c.date, inbox.c.message, inbox.c.update)

_ADD = insert_once(inbox, inbox.c.update)
_earlier = inbox.alias("earlier")
_FIRST_OPEN = sa.and_(
    _OPEN,
    inbox.c.update
    == sa.select(_earlier.c.update)
    .where(_earlier.c.person == inbox.c.person, _earlier.c.state == word("open"))
    .order_by(_earlier.c.date, _earlier.c.message, _earlier.c.update)
    .limit(sa.literal_column("1"))
    .correlate(inbox)
    .scalar_subquery(),
)
_DUE = sa.and_(inbox.c.not_before <= sa.bindparam("now"), _FIRST_OPEN)
_WAITING = sa.select(sa.func.count()).select_from(
    sa.select(inbox.c.update).where(_DUE).limit(1000).subquery()
)
_CLAIM = (
    sa.select(inbox.c.update, inbox.c.body, inbox.c.tries, inbox.c.person)
    .where(_DUE, ~among(inbox.c.person, "besides"))
    .order_by(inbox.c.not_before, inbox.c.update)
    .limit(sa.bindparam("most"))
)
_free = _CLAIM.with_for_update(skip_locked=True, of=inbox).subquery()
_CLAIM_AMONG_MANY = sa.select(_free).where(
    sa.func.pg_try_advisory_xact_lock(sa.func.hashtextextended(_free.c.person, 0))
)
"""The row's lock lets each process take another person's; the person's lock also stands where an update that came late
goes before the one that is being handled (R5)."""
_NEXT = sa.select(inbox.c.not_before).where(_FIRST_OPEN).order_by(inbox.c.not_before).limit(1)
_EMPTY = {
    "state": word("done"),
    "person": sa.null(),
    "date": sa.null(),
    "message": sa.null(),
    "body": sa.null(),
    "ended_at": sa.bindparam("now"),
}
_DONE = sa.update(inbox).where(_THIS).values(_EMPTY)
_FAILED = (
    sa.update(inbox).where(_THIS, _OPEN).values(tries=inbox.c.tries + 1, not_before=sa.bindparam("later"))
)
_DUE_NOW = (
    sa.update(inbox)
    .where(_OPEN, inbox.c.not_before > sa.bindparam("now"))
    .values(not_before=sa.bindparam("now"))
)
_ASIDE = sa.update(inbox).where(_THIS, _OPEN).values(state=word("aside"), ended_at=sa.bindparam("now"))
_DROP = sa.delete(inbox).where(
    inbox.c.update.in_(
        sa.select(inbox.c.update)
        .where(inbox.c.ended_at < sa.bindparam("before"))
        .order_by(inbox.c.ended_at)
        .limit(sa.bindparam("most"))
    )
)
_BACKLOG = sa.select(sa.func.count(), sa.func.min(inbox.c.not_before, type_=inbox.c.not_before.type)).where(
    _OPEN
)
_KEPT = sa.select(sa.func.count()).select_from(inbox).where(inbox.c.person.is_not(None))
"""All that are open or aside; like the backlog it is counted in an index, without a look at a row."""
CLEAR = sa.update(inbox).where(inbox.c.person == sa.bindparam("whose")).values(_EMPTY)
"""Empties all rows of a person who leaves; the bare update ids stay, so that none is taken twice (R3)."""


class Inbox(Rows):
    """The Inbox port."""

    __slots__ = ("_ahead", "_answers", "together")

    def __init__(self, connection: Connection, seals: Seals) -> None:
        super().__init__(connection, seals)
        self.together = 1
        """How many works of this transaction may claim from now on: PostgreSQL looks for all of them at once."""
        self._ahead: deque[Any] = deque()
        self._answers = 0

    def add(self, updates: Sequence[Raw], now: datetime) -> int:
        """Keep updates not seen before, by their exact id (R3); how many. Other processes hear of it.

        An update that is nobody's stands in a line of its own.
        """
        added = []
        for raw in updates:
            person = f"nobody:{random_id()}" if raw.person is None else self._seals.keys.index(raw.person)
            date, message = raw.order
            row = {
                "update": raw.update,
                "state": "open",
                "person": person,
                "date": date,
                "message": message,
                "body": self._seals.bytes_in(raw.body, BODY, str(raw.update), HOUSE),
                "tries": 0,
                "not_before": now,
            }
            added.append(self._connection.execute(_ADD, row))
            point("inbox.after_insert")
        kept = sum(each.rowcount for each in added)
        if kept:
            self._connection.tell(News.INBOX, kept)
        return kept

    def waiting(self, now: datetime) -> int:
        """How many persons' first unfinished update is due, counted no further than a thousand."""
        count: int = self._connection.execute(_WAITING, {"now": now}).scalar()
        return count

    def claim(self, now: datetime, besides: Collection[str] = ()) -> Entry | None:
        """The update that has been due longest of those that are their person's first unfinished one by (date, message
        id), of none of the persons `besides`.

        Until the transaction ends nobody else is given an update of this person (R5).
        """
        if not self._answers:
            claim = _CLAIM_AMONG_MANY if self._connection.postgresql else _CLAIM
            values = {"now": now, "besides": besides, "most": self.together}
            self._ahead.extend(self._connection.execute(claim, values))
            self._answers = self.together
        self._answers -= 1
        while self._ahead and self._ahead[0].person in besides:
            self._ahead.popleft()
        if not self._ahead:
            return None
        row = self._ahead.popleft()
        try:
            body = self._seals.bytes_out(row.body, BODY, str(row.update), HOUSE)
        except SealFault:
            body = b""  # it is tried and set aside like any other that cannot be read (R9)
        return Entry(row.update, row.person, body, row.tries)

    def next_due(self) -> datetime | None:
        """When the next unfinished update becomes due."""
        due: datetime | None = self._connection.execute(_NEXT).scalar()
        return due

    def done(self, update: int, now: datetime) -> None:
        """It was handled: drop its body and whose it was."""
        self._connection.execute(_DONE, {"this": update, "now": now})

    def failed(self, update: int, not_before: datetime) -> None:
        """It could not be handled: one more try at that time."""
        self._connection.execute(_FAILED, {"this": update, "later": not_before})

    def set_aside(self, update: int, now: datetime) -> bool:
        """It will not be tried again; the sealed body is kept for the operator (R9). False where it is done."""
        return self._connection.execute(_ASIDE, {"this": update, "now": now}).rowcount == 1

    def set_back(self, by: timedelta, now: datetime) -> None:
        """The clock was set back by so much: what waits is due (R20)."""
        self._connection.execute(_DUE_NOW, {"now": now})
        self._connection.tell(News.INBOX)

    def drop_older(self, before: datetime, most: int = AT_ONCE) -> int:
        """Drop rows that were done or set aside before this, at most so many at once; how many."""
        return self._connection.execute(_DROP, {"before": before, "most": most}).rowcount

    def backlog(self) -> Backlog:
        """What is not handled yet."""
        count, since = self._connection.execute(_BACKLOG).first() or (0, None)
        return Backlog(count, since)

    def aside(self) -> int:
        """How many updates were set aside and are still kept."""
        kept: int = self._connection.execute(_KEPT).scalar()
        return kept - self.backlog().count
