"""The outbox: every outgoing message, as rows.

At one address the deliveries form a line: what is being sent, then by priority, then by age. Only its head is claimed.
A delivery that was planned for a later time joins the line when that time comes; one that is tried again keeps its
place. So a reply overtakes a campaign that waits for its turn, or news that waits for her morning, and nothing
overtakes what is being sent.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert

from bot.outbox import MOVES, PRIORITY, Delivery, Kind, Later, Outcome, Pace, Refused, Sent, State, Unknown
from bot.ports import AT_ONCE, Backlog, News
from bot.speech import Message, from_plain, to_plain
from storage.failing import point
from storage.leases import ALIVE
from storage.leaving import Leaving
from storage.permissions import Permissions
from storage.prepared import Connection
from storage.rows import Listed, Rows, among, insert_once, random_id, this, word
from storage.sealing import HOUSE, SealFault, Seals
from storage.tables import leases, outbox, pauses
from storage.unsaid import MESSAGE, Unsaid

EVERYWHERE = ""

SEEN_LATER = timedelta(minutes=10)
"""How long before the clock was set back it may have been looked at last: what was planned for a time until then was
due.
"""

_DUE = outbox.c.state == word("due")
_SENDING = outbox.c.state == word("sending")
_THIS = this(outbox.c.id)
_NOW: sa.BindParameter[datetime] = sa.bindparam("now")
_ME: sa.BindParameter[str] = sa.bindparam("me")
_MINE = sa.and_(_SENDING, outbox.c.holder == _ME)
_EMPTY = {
    "message": sa.null(),
    "holder": sa.null(),
    "ended_at": sa.bindparam("now"),
}

_ADD = insert_once(outbox, outbox.c.key)

_before = outbox.alias("before")
_stands_before = sa.and_(
    _before.c.address == outbox.c.address,
    sa.or_(_before.c.state == word("due"), _before.c.state == word("sending")),
)
_goes_first = sa.tuple_(_before.c.priority, _before.c.sequence) < sa.tuple_(
    outbox.c.priority, outbox.c.sequence
)
_sends = _before.c.state == word("sending")
_HEAD = ~(
    sa.exists()
    .where(
        _stands_before,
        sa.or_(_sends, sa.and_(_goes_first, sa.or_(_before.c.tries > 0, _before.c.not_before <= _NOW))),
    )
    .correlate(outbox)
)
_NOT_STUCK = ~(
    sa.exists()
    .where(_stands_before, sa.or_(_sends, sa.and_(_goes_first, _before.c.tries > 0)))
    .correlate(outbox)
)
_PAUSED = sa.exists().where(pauses.c.address == outbox.c.address)
_everywhere = pauses.alias("everywhere")
_SILENT = sa.exists().where(_everywhere.c.address == sa.literal_column("''"), _everywhere.c.until > _NOW)
_FIRST_DUE = (
    sa.select(outbox.c.sequence)
    .where(
        _DUE,
        ~_SILENT,
        outbox.c.not_before <= _NOW,
        ~among(outbox.c.address, "busy"),
        ~_PAUSED.where(pauses.c.until > _NOW).correlate(outbox),
        _HEAD,
    )
    .order_by(outbox.c.priority, outbox.c.sequence)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True, of=outbox)
)


def _claim(which: sa.Select[Any]) -> sa.Executable:
    """Take rows, whole. A plain subquery PostgreSQL may run once for every row, and take new ones each time."""
    these = which.cte("these")
    return (
        sa.update(outbox)
        .where(outbox.c.sequence.in_(sa.select(these.c.sequence)))
        .values(state=word("sending"), holder=_ME)
        .returning(outbox)
    )


_CLAIM = _claim(_FIRST_DUE)
_CLAIM_KIND = _claim(_FIRST_DUE.where(outbox.c.kind == sa.bindparam("of_kind")))
_END = (
    sa.update(outbox)
    .where(_THIS, _MINE)
    .values({**_EMPTY, "state": sa.bindparam("to")})
    .returning(outbox.c.address, outbox.c.about)
)
_SENT = (
    sa.update(outbox)
    .where(among(outbox.c.id, "these"), _MINE)
    .values({**_EMPTY, "state": word("sent")})
    .returning(outbox.c.address, outbox.c.about)
)
_END_UNKNOWN = sa.update(outbox).where(_THIS, _MINE).values(state=word("unknown"), holder=None, ended_at=_NOW)
_AGAIN = (
    sa.update(outbox)
    .where(_THIS, _MINE)
    .values(state=word("due"), tries=outbox.c.tries + 1, not_before=sa.bindparam("later"), holder=None)
)
_LET_GO = sa.update(outbox).where(_MINE, ~among(outbox.c.id, "known")).values(state=word("due"), holder=None)
_ANOTHERS = sa.and_(_SENDING, outbox.c.holder != _ME)
_NOBODYS = sa.and_(_ANOTHERS, ~sa.exists().where(leases.c.name == outbox.c.holder, ALIVE).correlate(outbox))


def _recover(lost: sa.ColumnElement[bool]) -> sa.Update:
    return (
        sa.update(outbox)
        .where(lost, outbox.c.kind != word("campaign"))
        .values(state=word("due"), tries=outbox.c.tries + 1, not_before=_NOW, holder=None)
    )


def _recover_unknown(lost: sa.ColumnElement[bool]) -> sa.Update:
    return (
        sa.update(outbox)
        .where(lost, outbox.c.kind == word("campaign"))
        .values(state=word("unknown"), holder=None, ended_at=_NOW)
    )


_RECOVER, _RECOVER_AMONG_MANY = _recover(_ANOTHERS), _recover(_NOBODYS)
_RECOVER_UNKNOWN, _RECOVER_UNKNOWN_AMONG_MANY = _recover_unknown(_ANOTHERS), _recover_unknown(_NOBODYS)
_HOLD_BACK = (
    sa.update(outbox)
    .where(sa.or_(_DUE, _SENDING), outbox.c.kind == word("campaign"))
    .values(state=word("unknown"), holder=None, ended_at=_NOW)
)
_STILL = sa.select(sa.func.count()).select_from(
    sa.select(outbox.c.sequence)
    .where(_DUE, outbox.c.priority == sa.bindparam("rank"))
    .limit(sa.bindparam("most"))
    .subquery()
)
_NEXT = (
    sa.select(outbox.c.not_before)
    .where(_DUE, _NOT_STUCK, ~_PAUSED.where(pauses.c.until > _NOW).correlate(outbox))
    .order_by(outbox.c.not_before)
    .limit(1)
)
_NEXT_PAUSED = sa.select(  # from the few pauses to what waits for them, not the other way round
    pauses.c.until,
    sa.select(sa.func.min(outbox.c.not_before, type_=outbox.c.not_before.type))
    .where(outbox.c.address == pauses.c.address, _DUE, _NOT_STUCK)
    .correlate(pauses)
    .scalar_subquery()
    .label("due"),
).where(pauses.c.until > _NOW)
_CANCEL = (
    sa.update(outbox)
    .where(this(outbox.c.address), _DUE, outbox.c.kind != word("hiding"))
    .values({**_EMPTY, "state": word("refused")})
)
_CANCEL_UNASKED = _CANCEL.where(outbox.c.kind.not_in([word("first"), word("notice")]))
_UNTIL = sa.select(pauses.c.until).where(this(pauses.c.address))
_pause = insert(pauses)
_PAUSE = _pause.on_conflict_do_update(
    index_elements=[pauses.c.address],
    set_={"until": _pause.excluded.until},
    where=pauses.c.until < _pause.excluded.until,
)
_BACKLOG = sa.select(outbox.c.priority, sa.func.count()).where(_DUE).group_by(outbox.c.priority)
_first = (
    sa.select(outbox.c.not_before)
    .where(_DUE, outbox.c.priority == sa.bindparam("priority"))
    .order_by(outbox.c.sequence)
    .limit(1000)
    .subquery()
)
_SINCE = sa.select(sa.func.min(_first.c.not_before, type_=outbox.c.not_before.type))
_whole = sa.BigInteger()
_start = sa.cast(sa.bindparam("start", type_=pauses.c.until.type), _whole)
_each = (
    sa.func.unnest(
        sa.cast(sa.bindparam("addresses", type_=Listed()), ARRAY(sa.Text())),
        sa.cast(sa.bindparam("steps", type_=Listed()), ARRAY(_whole)),
    )
    .table_valued("address", "step")
    .render_derived()
)
_rest = insert(pauses).from_select(["address", "until"], sa.select(_each.c.address, _start + _each.c.step))
_REST = _rest.on_conflict_do_update(  # each for its step longer, counted from `start` at the earliest
    index_elements=[pauses.c.address],
    set_={
        "until": sa.func.greatest(sa.type_coerce(pauses.c.until, _whole), _start)
        + (sa.type_coerce(_rest.excluded.until, _whole) - _start)
    },
)
_UNTIL_ALONE = _UNTIL.with_for_update()
_DUE_NOW = (
    sa.update(outbox)
    .where(
        _DUE,
        outbox.c.not_before > _NOW,
        sa.or_(
            outbox.c.tries > 0,
            outbox.c.kind != word("campaign"),
            outbox.c.not_before <= sa.bindparam("seen"),
        ),
    )
    .values(not_before=_NOW)
)
_PAUSES = sa.select(pauses.c.address, pauses.c.until).where(pauses.c.until > _NOW)
_SHORTEN = sa.update(pauses).where(this(pauses.c.address)).values(until=sa.bindparam("sooner"))
_DROP = sa.delete(outbox).where(
    outbox.c.sequence.in_(
        sa.select(outbox.c.sequence)
        .where(outbox.c.ended_at < sa.bindparam("before"))
        .order_by(outbox.c.ended_at)
        .limit(sa.bindparam("most"))
    )
)
_DROP_PAUSES = sa.delete(pauses).where(
    pauses.c.address.in_(
        sa.select(pauses.c.address)
        .where(pauses.c.until < sa.bindparam("before"))
        .order_by(pauses.c.until)
        .limit(sa.bindparam("most"))
    )
)


class Outbox(Rows):
    """The Outbox port. `holder` names this process; `alone`: no other process can be sending."""

    __slots__ = ("_alone", "_holder", "_leaving", "_permissions")

    def __init__(
        self, connection: Connection, seals: Seals, leaving: Leaving, *, holder: str, alone: bool
    ) -> None:
        super().__init__(connection, seals)
        self._leaving = leaving
        self._permissions = Permissions(connection, seals)
        self._holder = holder
        self._alone = alone

    def add(
        self,
        *,
        key: str,
        address: str,
        kind: Kind,
        message: Message,
        now: datetime,
        about: str | None = None,
        not_before: datetime | None = None,
    ) -> None:
        """A delivery to come; nothing where the key has one already (R34)."""
        new = random_id()
        row = {
            "id": new,
            "key": key,
            "address": address,
            "about": about,
            "kind": str(kind),
            "priority": PRIORITY[kind],
            "state": "due",
            "message": self._seals.into(to_plain(message), MESSAGE, new, about or HOUSE),
            "not_before": not_before or now,
            "tries": 0,
        }
        self._connection.execute(_ADD, row)
        point("outbox.after_insert")

    def claim(
        self,
        limit: int,
        now: datetime,
        *,
        busy: Sequence[str] = (),
        kind: Kind | None = None,
    ) -> list[Delivery]:
        """Due heads of their lines by priority then age, none of the addresses in `busy` or paused; marked as
        being sent by this process. `kind`: of this kind only. A campaign that is no longer allowed is refused.
        """
        values = {"now": now, "busy": busy, "me": self._holder}
        found: list[Delivery] = []
        while True:
            values["most"] = limit - len(found)
            if kind is None:
                rows = self._connection.execute(_CLAIM, values).all()
            else:
                rows = self._connection.execute(_CLAIM_KIND, values | {"of_kind": str(kind)}).all()
            rows.sort(key=attrgetter("priority", "sequence"))
            point("outbox.after_claim")
            readable = [delivery for row in rows if (delivery := self._readable(row, now)) is not None]
            wanted = self._wanted(readable, now)
            found += wanted
            if len(wanted) == len(readable):
                return found  # else there is room for others

    def _wanted(self, claimed: Sequence[Delivery], now: datetime) -> list[Delivery]:
        """Those that may be said: a campaign is refused where whom it is about no longer allows it (R15, S45)."""
        asked = [(each, each.about) for each in claimed if each.kind is Kind.CAMPAIGN and each.about]
        allowed = self._permissions.contact({about for _, about in asked})
        refused = [each for each, about in asked if not _allows(each.message, allowed.get(about, ()))]
        for each in refused:
            self.settle(each.id, Refused("it is no longer allowed"), now)
        return [each for each in claimed if each not in refused]

    def _readable(self, row: Any, now: datetime) -> Delivery | None:
        """A claimed row as a delivery; one that cannot be read is left as unknown and holds up nobody (R31)."""
        try:
            return self._delivery(row)
        except (SealFault, KeyError, TypeError, ValueError):
            self.settle(row.id, Unknown("it cannot be read"), now)
            return None

    def sent(self, ids: Sequence[str], now: datetime) -> None:
        """Settle deliveries that were sent, all at once."""
        for row in (
            self._connection.execute(_SENT, {"these": ids, "me": self._holder, "now": now}) if ids else ()
        ):
            if row.about is None:
                self._leaving.let_go_if_left(row.address)
        point("outbox.after_settle")

    def settle(self, id: str, outcome: Outcome, now: datetime) -> None:
        """Write the outcome by the table of states; `later` counts a try; a sent or refused row keeps no words.

        A row that is gone, or that this process is not sending any more, stays as it is.
        """
        this = {"this": id, "me": self._holder}
        match outcome:
            case Later(seconds):
                later = now + timedelta(seconds=seconds)
                self._connection.execute(_AGAIN, {**this, "later": later})
            case Unknown():
                self._connection.execute(_END_UNKNOWN, {**this, "now": now})
            case Sent() | Refused():
                verb = "sent" if isinstance(outcome, Sent) else "refused"
                to = str(MOVES[State.SENDING][verb])
                row = self._connection.execute(_END, {**this, "to": to, "now": now}).first()
                if row is not None and row.about is None:
                    self._leaving.let_go_if_left(row.address)
        point("outbox.after_settle")

    def let_go(self, known: Sequence[str]) -> int:
        """Deliveries this process is sending by the rows, but none of those it knows of, are due again: the claim was
        committed, and the answer to the commit was lost (R28). How many.
        """
        return self._connection.execute(_LET_GO, {"me": self._holder, "known": known}).rowcount

    def recover(self, now: datetime) -> tuple[int, int]:
        """Deliveries left in sending by a process that is gone: replies become due again, campaigns unknown (R13).
        (again, unknown).
        """
        values = {"me": self._holder, "now": now}
        if self._connection.postgresql:
            unknown, again = _RECOVER_UNKNOWN_AMONG_MANY, _RECOVER_AMONG_MANY
        elif self._alone:
            unknown, again = _RECOVER_UNKNOWN, _RECOVER
        else:
            return 0, 0
        unknown_ = self._connection.execute(unknown, values).rowcount
        return self._connection.execute(again, values).rowcount, unknown_

    def hold_back(self, now: datetime) -> int:
        """After a restore: nobody knows which campaign deliveries were said since the backup (R37); how many."""
        return self._connection.execute(_HOLD_BACK, {"now": now}).rowcount

    def waiting(self, kind: Kind, most: int) -> int:
        """How many of a kind are still to be said, counted no further than `most`."""
        values = {"rank": PRIORITY[kind], "most": most}
        count: int = self._connection.execute(_STILL, values).scalar() or 0
        return count

    def next_due(self, now: datetime) -> datetime | None:
        """When the next claim can find something; nothing that waits behind a delivery that is being sent counts."""
        values = {"now": now}
        times: list[datetime] = [
            max(until, due)
            for until, due in self._connection.execute(_NEXT_PAUSED, values)
            if due is not None
        ]
        free = self._connection.execute(_NEXT, values).scalar()
        if free is not None:
            times.append(free)
        if not times:
            return None
        paused = self.paused_until()
        return min(times) if paused is None else max(min(times), paused)

    def cancel(self, address: str, now: datetime, *, unasked: bool = False) -> int:
        """Everything still to be said to an address is refused (blocked; `unasked`: stopped, so neither the answers to
        what anyone may ask at any time nor notices); how many.
        """
        statement = _CANCEL_UNASKED if unasked else _CANCEL
        cancelled = self._connection.execute(statement, {"this": address, "now": now}).rowcount
        self._leaving.let_go_if_left(address)
        return cancelled

    def unsay(self, about: str, voice: str, now: datetime, *, step: str = "") -> int:
        """News of this voice that she has still to be told are refused (`step`: only what is said by keys that end so);
        how many.
        """
        return Unsaid(self._connection, self._seals).news(about, voice, now, step=step)

    def pause(self, until: datetime, address: str | None = None) -> None:
        """Send nothing (to this address) before then; the later of two pauses holds (R11)."""
        self._connection.execute(_PAUSE, {"address": address or EVERYWHERE, "until": until})
        self._connection.tell(News.OUTBOX)

    def paused_until(self) -> datetime | None:
        """Until when nothing is sent to anyone; None where that was never so."""
        until: datetime | None = self._connection.execute(_UNTIL, {"this": EVERYWHERE}).scalar()
        return until

    def room(self, now: datetime, pace: Pace) -> tuple[int, datetime]:
        """How many messages may go now, and when one may: what several processes share. Until the transaction ends no
        other has any of it. A process that is alone counts for itself and need not ask.
        """
        if not self._connection.postgresql:
            return pace.burst, now
        until = self._connection.execute(_UNTIL_ALONE, {"this": EVERYWHERE}).scalar()
        if until is None:
            values = {"address": EVERYWHERE, "until": pace.start(now)}
            self._connection.execute(_PAUSE, values)
            until = self._connection.execute(_UNTIL_ALONE, {"this": EVERYWHERE}).scalar() or now
        return pace.room(until, now), until

    def take(self, messages: int, now: datetime, pace: Pace) -> None:
        """Count messages that go now against what several processes share."""
        self.rest({EVERYWHERE: messages} if messages else {}, now, pace)

    def rest(self, messages: Mapping[str, int], now: datetime, pace: Pace) -> None:
        """Count so many messages to each address, so that no process sends there too soon."""
        if messages and self._connection.postgresql:
            step = pace.interval // timedelta(microseconds=1)
            steps = [str(count * step) for count in messages.values()]
            values = {"addresses": list(messages), "steps": steps, "start": pace.start(now)}
            self._connection.execute(_REST, values)

    def set_back(self, by: timedelta, now: datetime) -> None:
        """The clock was set back by so much: pauses end as much earlier; due is whatever was not planned for a later
        time, which only campaigns are (R20).
        """
        self._connection.execute(_DUE_NOW, {"now": now, "seen": now + by + SEEN_LATER})
        for row in self._connection.execute(_PAUSES, {"now": now}).all():
            self._connection.execute(_SHORTEN, {"this": row.address, "sooner": row.until - by})
        self._connection.tell(News.OUTBOX)

    def drop_older(self, before: datetime, most: int = AT_ONCE) -> int:
        """Drop deliveries that ended before this, and pauses that were over, of each at most so many at once; how many
        rows.
        """
        values = {"before": before, "most": most}
        return sum(self._connection.execute(each, values).rowcount for each in (_DROP, _DROP_PAUSES))

    def backlog(self) -> Mapping[Kind, Backlog]:
        """What is still to be said, of every kind; what is planned for a later time counts, and is due then. Since when
        is that of the thousand first in line.
        """
        found = {
            priority: Backlog(count, self._connection.execute(_SINCE, {"priority": priority}).scalar())
            for priority, count in self._connection.execute(_BACKLOG)
        }
        return {kind: found.get(priority, Backlog()) for kind, priority in PRIORITY.items()}

    def _delivery(self, row: Any) -> Delivery:
        message = from_plain(self._seals.out_of(row.message, MESSAGE, row.id, row.about or HOUSE))
        return Delivery(
            id=row.id,
            key=row.key,
            address=row.address,
            kind=Kind(row.kind),
            message=message,
            not_before=row.not_before,
            about=row.about,
            state=State.SENDING,
            tries=row.tries,
            sequence=row.sequence,
        )


def _allows(message: Message, voices: Collection[str]) -> bool:
    """Whether one may be written to so, who may be about these voices."""
    return bool(set(message.voices).intersection(voices) if message.voices else voices)
