"""Check-ins as rows: planned, queued, sent; and what came of each.

The truth of a check-in is a wall time (day, minute, zone); `due_at` is worked out from it. A delivery is found by its
key, `checkin:<id>`: sending knows nothing of check-ins, and what became of it is followed afterwards.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from bot.campaign import CheckIn, Progress, Reason, Reply, Stage
from bot.ports import AT_ONCE
from storage.isolation import house
from storage.rows import Rows, among, insert_once, this, word
from storage.tables import checkins, outbox, respondents

KEY = "checkin:"
"""What the key of its delivery begins with."""

_PLANNED = checkins.c.stage == word("planned")
_QUEUED = checkins.c.stage == word("queued")
_HELD = checkins.c.stage == word("held")
_THIS = this(checkins.c.id)
_CAMPAIGN = checkins.c.campaign == sa.bindparam("which")
_NOW: sa.BindParameter[datetime] = sa.bindparam("now", type_=checkins.c.due_at.type)
_KEY: sa.ColumnElement[str] = word(KEY) + checkins.c.id

_ADD = insert_once(checkins, checkins.c.campaign, checkins.c.respondent, checkins.c.day)
_GET = sa.select(checkins).where(_THIS, checkins.c.respondent == sa.bindparam("whose"))
DUE = house(
    sa.select(checkins)
    .where(_PLANNED, checkins.c.due_at <= _NOW)
    .order_by(checkins.c.due_at, checkins.c.id)
    .limit(sa.bindparam("most")),
    "time",
)
NEXT_DUE = house(sa.select(sa.func.min(checkins.c.due_at)).where(_PLANNED), "time")


def _set(ground: str, *where: sa.ColumnElement[bool], **values: Any) -> sa.Update:
    return house(sa.update(checkins).where(*where).values(**values), ground)


_QUEUE = _set(
    "time",
    _THIS,
    _PLANNED,
    stage=word("queued"),
    expires_at=sa.bindparam("expires"),
    remind_at=sa.bindparam("reminds"),
)
_POSTPONE = _set("time", _THIS, _PLANNED, due_at=sa.bindparam("later"))
_LEAVE = _set("time", _THIS, _PLANNED | _HELD, stage=word("left"), reason=sa.bindparam("why"))
_OF_DUE = house(sa.select(outbox.c.sequence).join(checkins, outbox.c.key == _KEY), "time")
_TAKE_BACK = house(
    sa.delete(outbox).where(
        outbox.c.sequence.in_(_OF_DUE.where(_CAMPAIGN, _QUEUED, outbox.c.state == word("due")))
    ),
    "time",
)
_UNSAID = ~sa.exists().where(outbox.c.key == _KEY)
_HOLD = _set("time", _CAMPAIGN, _PLANNED | sa.and_(_QUEUED, _UNSAID), stage=word("held"))
_RELEASE = _set("time", _CAMPAIGN, _HELD, stage=word("planned"))
_END = _set("time", _CAMPAIGN, _PLANNED | _HELD, stage=word("left"), reason=sa.bindparam("why"))

FOLLOW = house(
    sa.select(checkins.c.id, outbox.c.state, outbox.c.ended_at, respondents.c.quiet, respondents.c.reachable)
    .select_from(
        checkins.join(outbox, outbox.c.key == _KEY).join(
            respondents, respondents.c.id == checkins.c.respondent
        )
    )
    .where(_QUEUED, outbox.c.state.in_([word("sent"), word("refused"), word("unknown")]))
    .limit(sa.bindparam("most")),
    "time",
)
_BECAME = _set(
    "time",
    _THIS,
    _QUEUED,
    stage=sa.bindparam("to"),
    sent_at=sa.bindparam("at"),
    reason=sa.bindparam("why"),
)
LATELY = house(
    sa.select(
        checkins.c.respondent,
        checkins.c.stage,
        checkins.c.sent_at,
        checkins.c.reminders,
        checkins.c.reminded_at,
        checkins.c.due_at,
    ).where(
        among(checkins.c.respondent, "these"),
        checkins.c.reply != word("tomorrow"),
        sa.or_(
            checkins.c.sent_at > sa.bindparam("since"),
            checkins.c.reminded_at > sa.bindparam("since"),
            _QUEUED,
        ),
    ),
    "time",
)
REMINDS = house(
    sa.select(checkins)
    .where(
        checkins.c.remind_at <= _NOW,
        checkins.c.stage == word("sent"),
        checkins.c.reply == word(""),
        checkins.c.expires_at > _NOW,
    )
    .order_by(checkins.c.remind_at)
    .limit(sa.bindparam("most")),
    "time",
)
_REMINDS_NEXT = _set("time", _THIS, remind_at=sa.bindparam("next"))
_REMINDED = _set(
    "time",
    _THIS,
    remind_at=sa.bindparam("next"),
    reminded_at=_NOW,
    reminders=checkins.c.reminders + 1,
)
_REPLIED = (
    sa.update(checkins)
    .where(_THIS, checkins.c.respondent == sa.bindparam("whose"))
    .values(reply=sa.bindparam("did"), remind_at=None)
)
_STARTED = _REPLIED.values(started_at=sa.func.coalesce(checkins.c.started_at, _NOW))
_FINISHED = _STARTED.values(finished_at=_NOW, testimony=sa.bindparam("told"), reached="")
_REACHED = _set("row", _THIS, reached=sa.bindparam("ref"))
_OF_HER = (
    sa.select(checkins)
    .where(checkins.c.respondent == sa.bindparam("whose"), _PLANNED | _HELD)
    .order_by(checkins.c.day, checkins.c.id)
)
_MOVED = _set("time", _THIS, zone=sa.bindparam("clock"), due_at=sa.bindparam("later"))
_LATER = (
    sa.update(checkins)
    .where(_THIS, checkins.c.respondent == sa.bindparam("whose"), _PLANNED | _HELD)
    .values(minute=sa.bindparam("wall"), due_at=sa.bindparam("later"))
)
_ZONES = house(sa.select(checkins.c.zone).where(_PLANNED).distinct(), "time")
_OF_ZONE = house(
    sa.select(checkins)
    .where(_PLANNED, checkins.c.zone == sa.bindparam("clock"), checkins.c.id > sa.bindparam("after"))
    .order_by(checkins.c.id)
    .limit(sa.bindparam("most")),
    "time",
)
_ANSWERED = house(
    sa.select(sa.func.count()).select_from(checkins).where(_CAMPAIGN, checkins.c.finished_at.is_not(None)),
    "time",
)
_WAITS = house(
    sa.select(checkins.c.id)
    .where(
        _CAMPAIGN,
        sa.or_(
            checkins.c.stage.in_([word("planned"), word("held"), word("queued")]),
            sa.and_(
                checkins.c.stage == word("sent"),
                checkins.c.finished_at.is_(None),
                checkins.c.expires_at > _NOW,
            ),
        ),
    )
    .limit(sa.literal_column("1")),
    "time",
)
_NUMBERS = sa.select(
    checkins.c.stage,
    checkins.c.reason,
    checkins.c.reply,
    checkins.c.language,
    checkins.c.minute,
    checkins.c.arm,
    checkins.c.finished_at.is_not(None).label("finished"),
    sa.case((checkins.c.finished_at.is_(None), checkins.c.reached), else_=word("")).label("stands"),
    sa.func.count().label("count"),
).where(_CAMPAIGN, checkins.c.partner == sa.bindparam("whose"))
_NUMBERS = _NUMBERS.group_by(*list(_NUMBERS.selected_columns)[:-1])
_OLDER = house(
    sa.select(checkins.c.id)
    .where(checkins.c.due_at < sa.bindparam("before"))
    .order_by(checkins.c.due_at)
    .limit(sa.bindparam("most")),
    "retention",
)
_DROP = house(sa.delete(checkins).where(among(checkins.c.id, "these")), "retention")


class CheckIns(Rows):
    """The CheckIns port."""

    __slots__ = ()

    def plan(self, planned: Sequence[CheckIn]) -> int:
        """Keep new ones; one for a campaign, a respondent and a day of hers (R19): how many were new."""
        return sum(self._connection.execute(_ADD, _row(each)).rowcount for each in planned)

    def get(self, id: str, *, respondent: str) -> CheckIn | None:
        """One of hers."""
        row = self._connection.execute(_GET, {"this": id, "whose": respondent}).first()
        return None if row is None else _checkin(row)

    def ahead(self, respondent: str) -> list[CheckIn]:
        """What is planned for her, by day."""
        return [_checkin(row) for row in self._connection.execute(_OF_HER, {"whose": respondent}).all()]

    def due(self, now: datetime, most: int) -> list[CheckIn]:
        """Planned ones whose time has come, whoever's, the longest due first."""
        return [_checkin(row) for row in self._connection.execute(DUE, {"now": now, "most": most}).all()]

    def next_due(self) -> datetime | None:
        """When the next planned one is due."""
        found: datetime | None = self._connection.execute(NEXT_DUE).scalar()
        return found

    def queue(self, id: str, expires_at: datetime, remind_at: datetime | None) -> None:
        """It goes out now; how long it stays open, and when she may be reminded."""
        self._connection.execute(_QUEUE, {"this": id, "expires": expires_at, "reminds": remind_at})

    def postpone(self, id: str, due_at: datetime) -> None:
        """It stays planned, for later."""
        self._connection.execute(_POSTPONE, {"this": id, "later": due_at})

    def leave(self, id: str, reason: Reason) -> None:
        """It does not go out."""
        self._connection.execute(_LEAVE, {"this": id, "why": str(reason)})

    def hold(self, campaign: str) -> int:
        """What of a campaign is planned, or queued and not being sent, is held, and no delivery of it due any more; how
        many (R16).
        """
        self._connection.execute(_TAKE_BACK, {"which": campaign})
        return self._connection.execute(_HOLD, {"which": campaign}).rowcount

    def release(self, campaign: str) -> int:
        """What was held is planned again; how many."""
        return self._connection.execute(_RELEASE, {"which": campaign}).rowcount

    def end(self, campaign: str, reason: Reason) -> int:
        """What of a campaign is planned or held is left; how many."""
        return self._connection.execute(_END, {"which": campaign, "why": str(reason)}).rowcount

    def follow(self, now: datetime, most: int) -> int:
        """What became of queued ones' deliveries is noted with them; how many."""
        rows = self._connection.execute(FOLLOW, {"most": most}).all()
        for row in rows:
            refused = row.state == "refused"
            why = "" if not refused else _why(quiet=row.quiet, reachable=row.reachable)
            at = None if refused else row.ended_at
            self._connection.execute(_BECAME, {"this": row.id, "to": row.state, "at": at, "why": why})
        return len(rows)

    def lately(self, these: Collection[str], since: datetime) -> Mapping[str, list[datetime]]:
        """When each of them was written to unasked since then, or is about to be, by campaigns of all partners: for the
        weekly cap. Of several reminders each counts as the last. What she put off to tomorrow counts then.
        """
        found: dict[str, list[datetime]] = {}
        for row in self._connection.execute(LATELY, {"these": these, "since": since}):
            times = found.setdefault(row.respondent, [])
            if row.stage == "queued":
                times.append(row.due_at if row.sent_at is None else row.sent_at)
            elif row.sent_at is not None and row.sent_at > since:
                times.append(row.sent_at)
            if row.reminded_at is not None and row.reminded_at > since:
                times += [row.reminded_at] * row.reminders
        return found

    def to_remind(self, now: datetime, most: int) -> list[CheckIn]:
        """Sent ones of which a reminder is due, unanswered and not closed."""
        return [_checkin(row) for row in self._connection.execute(REMINDS, {"now": now, "most": most}).all()]

    def reminded(self, id: str, next_at: datetime | None, now: datetime | None = None) -> None:
        """When the next reminder may be, None for never; `now`: one goes out at this moment."""
        values = {"this": id, "next": next_at}
        if now is None:
            self._connection.execute(_REMINDS_NEXT, values)
        else:
            self._connection.execute(_REMINDED, values | {"now": now})

    def replied(self, id: str, reply: Reply, now: datetime, *, respondent: str, testimony: str = "") -> None:
        """What she did with it; nothing more is reminded."""
        values: dict[str, Any] = {"this": id, "whose": respondent, "did": str(reply)}
        match reply:
            case Reply.FINISHED:
                self._connection.execute(_FINISHED, values | {"now": now, "told": testimony})
            case Reply.STARTED:
                self._connection.execute(_STARTED, values | {"now": now})
            case _:
                self._connection.execute(_REPLIED, values)

    def reached(self, id: str, ref: str) -> None:
        """The question at which she stands."""
        self._connection.execute(_REACHED, {"this": id, "ref": ref})

    def moved(self, respondent: str, zone: str, now: datetime) -> int:
        """She lives by another clock now: what is planned for her keeps its days and minutes (R19); how many."""
        planned = self.ahead(respondent)
        for each in planned:
            self.set_clock(each.id, zone, each.moment_in(zone))
        return len(planned)

    def set_clock(self, id: str, zone: str, due_at: datetime) -> None:
        """It is due by this clock, at this moment of it."""
        self._connection.execute(_MOVED, {"this": id, "clock": zone, "later": due_at})

    def set_minute(self, id: str, minute: int, due_at: datetime, *, respondent: str) -> None:
        """It is due at another minute of its day."""
        values = {"this": id, "whose": respondent, "wall": minute, "later": due_at}
        self._connection.execute(_LATER, values)

    def zones(self) -> list[str]:
        """The zones of everything that is planned."""
        return list(self._connection.execute(_ZONES).scalars())

    def of_zone(self, zone: str, after: str, most: int) -> list[CheckIn]:
        """Planned ones by the clock of a zone, by id: to work out anew when its rules changed."""
        values = {"clock": zone, "after": after, "most": most}
        return [_checkin(row) for row in self._connection.execute(_OF_ZONE, values).all()]

    def answered(self, campaign: str) -> int:
        """How many answers a campaign has."""
        count: int = self._connection.execute(_ANSWERED, {"which": campaign}).scalar() or 0
        return count

    def open(self, campaign: str, now: datetime) -> bool:
        """Whether anything of a campaign is planned, under way, or may still be answered."""
        return self._connection.execute(_WAITS, {"which": campaign, "now": now}).first() is not None

    def progress(self, campaign: str, *, partner: str) -> Progress:
        """How far a campaign is."""
        rows = self._connection.execute(_NUMBERS, {"which": campaign, "whose": partner}).all()
        stages: dict[Stage, int] = {}
        reasons: dict[str, int] = {}
        replies: dict[Reply, int] = {}
        languages: dict[str, tuple[int, int]] = {}
        hours: dict[int, tuple[int, int]] = {}
        arms: dict[str, tuple[int, int]] = {}
        standing: dict[str, int] = {}
        for row in rows:
            stage, reply = Stage(row.stage), Reply(row.reply)
            stages[stage] = stages.get(stage, 0) + row.count
            if row.reason:
                reasons[row.reason] = reasons.get(row.reason, 0) + row.count
            if reply is not Reply.NONE:
                replies[reply] = replies.get(reply, 0) + row.count
            if row.stands:
                standing[row.stands] = standing.get(row.stands, 0) + row.count
            if stage is Stage.SENT:
                done = row.count if row.finished else 0
                _add(languages, row.language, row.count, done)
                _add(hours, row.minute // 60, row.count, done)
                _add(arms, row.arm, row.count, done)
        return Progress(stages, reasons, replies, languages, hours, arms, standing)

    def drop_older(self, before: datetime, most: int = AT_ONCE) -> int:
        """Drop those due before this, at most so many at once; how many (S41)."""
        ids = list(self._connection.execute(_OLDER, {"before": before, "most": most}).scalars())
        if ids:
            self._connection.execute(_DROP, {"these": ids})
        return len(ids)


def _why(*, quiet: bool, reachable: bool) -> str:
    """Why a delivery was refused, as far as she tells."""
    if not reachable:
        return str(Reason.UNREACHABLE)
    return str(Reason.STOPPED if quiet else Reason.CONSENT)


def _add(counts: dict[Any, tuple[int, int]], key: Any, sent: int, finished: int) -> None:
    before = counts.get(key, (0, 0))
    counts[key] = (before[0] + sent, before[1] + finished)


def _row(each: CheckIn) -> dict[str, Any]:
    return {
        "id": each.id,
        "campaign": each.campaign,
        "partner": each.partner,
        "respondent": each.respondent,
        "day": each.day.isoformat(),
        "minute": each.minute,
        "zone": each.zone,
        "due_at": each.due_at,
        "expires_at": each.expires_at,
        "form": each.form,
        "language": each.language,
        "arm": each.arm,
        "stage": str(each.stage),
        "reason": each.reason,
        "reply": str(each.reply),
        "reminders": each.reminders,
        "remind_at": each.remind_at,
        "reminded_at": each.reminded_at,
        "sent_at": each.sent_at,
        "started_at": each.started_at,
        "finished_at": each.finished_at,
        "reached": each.reached,
        "testimony": each.testimony,
        "voices": " ".join(each.voices),
    }


def _checkin(row: Any) -> CheckIn:
    return CheckIn(
        **row._asdict()
        | {
            "day": date.fromisoformat(row.day),
            "stage": Stage(row.stage),
            "reply": Reply(row.reply),
            "voices": tuple(row.voices.split()),
        }
    )
