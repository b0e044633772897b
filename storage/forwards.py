"""Which testimonies are handed on where. What is sent is pinned, sealed with her key, until it is surely there.

Whatever takes a testimony back calls `take_back`, `forget` or `unlink` in the same transaction.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.forward import Forward, Pinned, State, Target, instance_id
from bot.ports import Backlog, Stale
from storage.isolation import house
from storage.rows import Rows, among, insert_once, random_id, this, word
from storage.tables import forwards, permissions, targets, testimonies

PINNED = "forwards.pinned"
DIGEST = "forwards.digest"

_since: sa.BindParameter[datetime] = sa.bindparam("since", type_=testimonies.c.received_at.type)
LACKING = (
    sa.select(
        testimonies.c.id,
        testimonies.c.received_at,
        sa.and_(
            sa.exists()
            .where(permissions.c.testimony == testimonies.c.id, permissions.c.purpose == word("share"))
            .correlate(testimonies),
            ~sa.exists()
            .where(forwards.c.testimony == testimonies.c.id, forwards.c.target == sa.bindparam("target"))
            .correlate(testimonies),
        ).label("lacks"),
    )
    .where(
        testimonies.c.partner == sa.bindparam("whose"),
        testimonies.c.barred.is_(sa.false()),
        testimonies.c.sensitive.is_(sa.false()),
        testimonies.c.state == word("accepted"),
        testimonies.c.form == sa.bindparam("form"),
        testimonies.c.received_at >= _since,
        sa.or_(testimonies.c.received_at > _since, testimonies.c.id > sa.bindparam("after")),
    )
    .order_by(testimonies.c.received_at, testimonies.c.id)
    .limit(sa.bindparam("most"))
)
_PLAN = insert_once(forwards, forwards.c.target, forwards.c.testimony)
_OF_TARGET = forwards.c.target == sa.bindparam("whose")
_TO_SEND = forwards.c.state.in_([word("due"), word("sending")])
NEXT = (
    sa.select(forwards)
    .where(_OF_TARGET, _TO_SEND, forwards.c.due_at <= sa.bindparam("now"))
    .order_by(forwards.c.due_at, forwards.c.id)
    .limit(1)
)
_WHOSE = house(sa.select(testimonies.c.respondent).where(this(testimonies.c.id)), "row")
_BEGIN = house(sa.update(forwards).where(this(forwards.c.id), _TO_SEND), "row")
_SETTLE = house(
    sa.update(forwards).where(
        this(forwards.c.id),
        forwards.c.state == word("sending"),
        forwards.c.tries == sa.bindparam("seen"),
    ),
    "row",
)
_STANDS = house(
    sa.select(sa.literal(1)).where(
        this(forwards.c.id), forwards.c.state == word("sending"), forwards.c.tries == sa.bindparam("seen")
    ),
    "row",
)
_PUT_OFF = house(sa.update(forwards).where(this(forwards.c.id), _TO_SEND), "row")
_DUE_NOW = house(
    sa.update(forwards)
    .where(_TO_SEND, forwards.c.due_at > sa.bindparam("now"))
    .values(due_at=sa.bindparam("now")),
    "time",
)
_OF = (
    sa.select(forwards)
    .where(this(forwards.c.testimony), forwards.c.left_at.is_not(None))
    .order_by(forwards.c.left_at, forwards.c.id)
)
_STANDING = (
    sa.select(forwards)
    .where(_OF_TARGET, among(forwards.c.state, "states"))
    .order_by(forwards.c.due_at, forwards.c.id)
)
_COUNTS = sa.select(forwards.c.state, sa.func.count()).where(_OF_TARGET).group_by(forwards.c.state)
BACKLOG = house(
    sa.select(sa.func.count(), sa.func.min(forwards.c.due_at, type_=forwards.c.due_at.type)).where(_TO_SEND),
    "count",
)
_WAITING = (
    sa.select(forwards.c.reason, sa.func.count())
    .where(_OF_TARGET, forwards.c.state == word("due"))
    .group_by(forwards.c.reason)
)
_HERS = forwards.c.testimony.in_(sa.select(testimonies.c.id).where(this(testimonies.c.respondent)))
_LEFT = forwards.c.left_at.is_not(None)
RECEIVERS = (
    sa.select(targets.c.name)
    .select_from(forwards.join(targets, targets.c.id == forwards.c.target))
    .where(_HERS, _LEFT)
    .group_by(targets.c.name)
    .order_by(sa.func.min(forwards.c.left_at), targets.c.name)
)
_RECEIVERS_OF = RECEIVERS.where(forwards.c.testimony == sa.bindparam("testimony"))
_AGAIN = house(
    sa.update(forwards)
    .where(
        this(forwards.c.id),
        forwards.c.state.in_([word("held"), word("taken_back")]),
        forwards.c.testimony.is_not(None),
    )
    .values(state=word("due"), due_at=sa.bindparam("now"), reason=word("")),
    "row",
)
_DONE = house(
    sa.update(forwards)
    .where(this(forwards.c.id), forwards.c.state == word("held"))
    .values(
        state=word("sent"),
        reason=word(""),
        pinned=None,
        left_at=sa.func.coalesce(forwards.c.left_at, sa.bindparam("now")),
        ended_at=sa.bindparam("now"),
    ),
    "row",
)
_ASKED = house(sa.delete(forwards).where(this(forwards.c.id), forwards.c.state == word("taken_back")), "row")
_CLEAR = sa.delete(forwards).where(_OF_TARGET, forwards.c.left_at.is_(None))
_COUNT_AS_SENT = (
    sa.update(forwards)
    .where(_OF_TARGET, forwards.c.state.in_([word("due"), word("sending"), word("held")]))
    .values(state=word("sent"), reason=word(""), pinned=None)
)
_NOT_LEFT = sa.delete(forwards).where(this(forwards.c.testimony), forwards.c.left_at.is_(None))
_GONE: Mapping[str, Any] = {"state": word("taken_back"), "reason": word(""), "pinned": None, "digest": None}
_TAKE_BACK = sa.update(forwards).where(this(forwards.c.testimony), _LEFT).values(_GONE)
_EXPIRED = sa.delete(forwards).where(this(forwards.c.testimony), forwards.c.state != word("taken_back"))
_UNLINK = sa.update(forwards).where(this(forwards.c.testimony)).values(testimony=None)

FORGET: tuple[sa.Executable, ...] = (
    sa.delete(forwards).where(_HERS, forwards.c.left_at.is_(None)),
    sa.update(forwards).where(_HERS).values(dict(_GONE) | {"testimony": None}),
)
"""Of a respondent who leaves stay, of what may have left, the name of the target and what it calls it."""


class Forwards(Rows):
    """The Forwards port."""

    __slots__ = ()

    def lacking(
        self, target: Target, after: tuple[datetime, str], most: int
    ) -> tuple[list[str], tuple[datetime, str] | None]:
        """Of the next so many testimonies of its form that are accepted, not sensitive, those that may be shared and
        have no row for it; and the last that was looked at, None where there were no more.
        """
        since, last_seen = after
        values = {
            "target": target.id,
            "whose": target.partner,
            "form": target.form,
            "since": since,
            "after": last_seen,
            "most": most,
        }
        rows = self._connection.execute(LACKING, values).all()
        last = (rows[-1].received_at, rows[-1].id) if len(rows) == most else None
        return [row.id for row in rows if row.lacks], last

    def plan(self, target: str, testimonies: Collection[str], now: datetime) -> int:
        """They are due; how many were not known."""
        return sum(
            self._connection.execute(
                _PLAN,
                {
                    "id": random_id(),
                    "target": target,
                    "testimony": each,
                    "instance": instance_id(each),
                    "state": str(State.DUE),
                    "tries": 0,
                    "due_at": now,
                    "left_at": None,
                    "ended_at": None,
                    "reason": "",
                    "pinned": None,
                    "digest": None,
                },
            ).rowcount
            for each in testimonies
        )

    def next(self, target: str, now: datetime) -> Forward | None:
        """The one that has been due longest; what was left in sending is due."""
        row = self._connection.execute(NEXT, {"whose": target, "now": now}).first()
        return None if row is None else self._forward(row)

    def begin(self, forward: Forward, pinned: Pinned, now: datetime) -> Forward:
        """It is sent now: what is sent is pinned, and may be there from now on. Stale where it was taken back."""
        digest = hashlib.sha256(pinned.xml.encode()).hexdigest()
        begun = replace(
            forward,
            state=State.SENDING,
            tries=forward.tries + 1,
            left_at=forward.left_at or now,
            pinned=pinned,
            digest=digest,
        )
        her = self._respondent(forward.testimony)
        plain = [pinned.xml, dict(pinned.files), pinned.words]
        values = {
            "this": forward.id,
            "state": str(begun.state),
            "tries": begun.tries,
            "left_at": begun.left_at,
            "pinned": self._seals.into(plain, PINNED, forward.id, her),
            "digest": self._seals.bytes_in(digest.encode(), DIGEST, forward.id, her),
        }
        if not self._connection.execute(_BEGIN, values).rowcount:
            raise Stale("it was taken back meanwhile")
        return begun

    def settle(self, forward: Forward, state: State, now: datetime, *, reason: str, due_at: datetime) -> bool:
        """Write what came of it, and `left_at` as the forward has it; False where it was taken back meanwhile, or
        begun again.
        """
        values: dict[str, Any] = {
            "this": forward.id,
            "seen": forward.tries,
            "state": str(state),
            "reason": reason,
            "due_at": due_at,
            "left_at": forward.left_at,
        }
        if state is State.SENT:
            values |= {"pinned": None, "ended_at": now}
        return bool(self._connection.execute(_SETTLE, values).rowcount)

    def stands(self, forward: Forward) -> bool:
        """Whether it is still being sent, and was not taken back meanwhile."""
        values = {"this": forward.id, "seen": forward.tries}
        return self._connection.execute(_STANDS, values).first() is not None

    def postpone(self, id: str, due_at: datetime, reason: str) -> None:
        """It is not sent yet."""
        values = {"this": id, "state": str(State.DUE), "due_at": due_at, "reason": reason}
        self._connection.execute(_PUT_OFF, values)

    def hold(self, id: str, reason: str) -> None:
        """A person looks at it before it is sent."""
        self._connection.execute(_PUT_OFF, {"this": id, "state": str(State.HELD), "reason": reason})

    def of(self, testimony: str) -> list[Forward]:
        """All rows of a testimony that may have left, the oldest first."""
        return [self._forward(row) for row in self._connection.execute(_OF, {"this": testimony}).all()]

    def standing(self, target: str, states: Sequence[State]) -> list[Forward]:
        """Those of a target in these states, the oldest first, without what is pinned."""
        values = {"whose": target, "states": [str(each) for each in states]}
        return [self._bare(row) for row in self._connection.execute(_STANDING, values).all()]

    def counts(self, target: str) -> Mapping[State, int]:
        """How many of a target are in each state."""
        rows = self._connection.execute(_COUNTS, {"whose": target}).all()
        return {State(row[0]): row[1] for row in rows}

    def backlog(self) -> Backlog:
        """How many are on their way to anybody's."""
        [(count, since)] = self._connection.execute(BACKLOG).all()
        return Backlog(count, since)

    def waiting(self, target: str) -> Mapping[str, int]:
        """How many are due, by why they were not sent yet; "" where nothing stood in the way."""
        return {row[0]: row[1] for row in self._connection.execute(_WAITING, {"whose": target}).all()}

    def receivers(self, respondent: str, testimony: str | None = None) -> list[str]:
        """The names of the targets that may have a copy of hers (of this one), the first first."""
        if testimony is None:
            return self._connection.execute(RECEIVERS, {"this": respondent}).scalars()
        values = {"this": respondent, "testimony": testimony}
        return self._connection.execute(_RECEIVERS_OF, values).scalars()

    def again(self, id: str, now: datetime) -> bool:
        """What is held or was taken back is due; False where it is neither, or its testimony is gone."""
        return bool(self._connection.execute(_AGAIN, {"this": id, "now": now}).rowcount)

    def done(self, id: str, now: datetime) -> bool:
        """What is held was put right by hand and counts as sent; what was taken back was asked for and goes. False
        where it is neither.
        """
        sent = self._connection.execute(_DONE, {"this": id, "now": now}).rowcount
        return bool(sent or self._connection.execute(_ASKED, {"this": id}).rowcount)

    def clear(self, target: str) -> None:
        """Nothing is sent there any more: what has not left goes, what may have left counts as sent."""
        for statement in (_CLEAR, _COUNT_AS_SENT):
            self._connection.execute(statement, {"whose": target})

    def set_back(self, by: timedelta, now: datetime) -> None:
        """The clock was set back by so much: what waits is due (R20)."""
        self._connection.execute(_DUE_NOW, {"now": now})

    def take_back(self, testimony: str) -> None:
        """It waits no more; of what may have left it is known that it was taken back."""
        for statement in (_NOT_LEFT, _TAKE_BACK):
            self._connection.execute(statement, {"this": testimony})

    def stay(self, testimony: str) -> None:
        """It waits no more; what may have left stays as it is."""
        self._connection.execute(_NOT_LEFT, {"this": testimony})

    def unlink(self, testimony: str) -> None:
        """The testimony goes, as its time is over; what was taken back is still asked for."""
        for statement in (_EXPIRED, _UNLINK):
            self._connection.execute(statement, {"this": testimony})

    def _respondent(self, testimony: str) -> str:
        her: str = self._connection.execute(_WHOSE, {"this": testimony}).scalar()
        return her

    def _forward(self, row: Any) -> Forward:
        bare = self._bare(row)
        if row.testimony is None or row.digest is None:
            return bare
        her = self._respondent(row.testimony)
        pinned = Pinned(*self._seals.out_of(row.pinned, PINNED, row.id, her)) if row.pinned else None
        digest = self._seals.bytes_out(row.digest, DIGEST, row.id, her).decode()
        return replace(bare, pinned=pinned, digest=digest)

    def _bare(self, row: Any) -> Forward:
        return Forward(
            id=row.id,
            target=row.target,
            testimony=row.testimony or "",
            instance=row.instance,
            state=State(row.state),
            due_at=row.due_at,
            tries=row.tries,
            left_at=row.left_at,
            ended_at=row.ended_at,
            reason=row.reason,
        )
