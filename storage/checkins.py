"""Check-ins as rows: planned, queued, sent; and what came of each.

The truth of a check-in is a wall time (day, minute, zone); `due_at` is worked out from it. A delivery is found by its
key, `checkin:<id>`: sending knows nothing of check-ins, and what became of it is followed afterwards.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.campaign import CheckIn, Progress, Reason, Reply, Stage
from bot.outbox import PRIORITY, Kind
from bot.ports import AT_ONCE, MANY
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
_EXPIRES: sa.BindParameter[datetime] = sa.bindparam("expires", type_=checkins.c.due_at.type)
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
_newer = checkins.alias("newer")
SUPERSEDED = house(
    sa.select(checkins.c.id).where(
        among(checkins.c.id, "these"),
        sa.exists().where(
            _newer.c.campaign == checkins.c.campaign,
            _newer.c.respondent == checkins.c.respondent,
            _newer.c.day > checkins.c.day,
            _newer.c.stage != word("left"),
            _newer.c.due_at <= _NOW,
        ),
    ),
    "time",
)

_ITS = sa.and_(_CAMPAIGN, checkins.c.partner == sa.bindparam("whose"))
_COMING = sa.select(
    sa.func.min(checkins.c.due_at).label("first"), sa.func.max(checkins.c.due_at).label("last")
).where(_ITS, _PLANNED)
_SAID = sa.select(sa.func.count().label("count"), sa.func.min(checkins.c.sent_at).label("first")).where(
    _ITS, checkins.c.stage == word("sent"), checkins.c.sent_at >= sa.bindparam("since")
)


def _set(ground: str, *where: sa.ColumnElement[bool], **values: Any) -> sa.Update:
    return house(sa.update(checkins).where(*where).values(**values), ground)


_QUEUE = _set(
    "time",
    _THIS,
    _PLANNED,
    stage=word("queued"),
    due_at=_NOW,
    expires_at=sa.bindparam("expires"),
    remind_at=sa.bindparam("reminds"),
)
_POSTPONE = _set("time", _THIS, _PLANNED, due_at=sa.bindparam("later"))
_LEAVE = _set("time", _THIS, _PLANNED, stage=word("left"), reason=sa.bindparam("why"))
_LATE = house(
    sa.select(checkins.c.id).where(_PLANNED, checkins.c.expires_at <= _NOW).limit(sa.bindparam("most")),
    "time",
)
_LET_PASS = _set(
    "time", _PLANNED | _HELD, checkins.c.due_at <= _NOW, stage=word("left"), reason=sa.bindparam("why")
)
_REMIND_NO_MORE = _set("time", checkins.c.remind_at <= _NOW, remind_at=None)
_LEAVE_THESE = _set(
    "time", among(checkins.c.id, "these"), _PLANNED | _HELD, stage=word("left"), reason=sa.bindparam("why")
)

_UNSAID = house(
    sa.select(outbox.c.sequence, checkins.c.id, checkins.c.stage)
    .select_from(outbox.join(checkins, checkins.c.id == sa.func.substr(outbox.c.key, len(KEY) + 1, 32)))
    .where(
        outbox.c.state == word("due"),
        outbox.c.priority == sa.literal_column(str(PRIORITY[Kind.CAMPAIGN])),
        sa.func.substr(outbox.c.key, 1, len(KEY)) == word(KEY),
    ),
    "time",
)
UNSAID = _UNSAID.where(_CAMPAIGN)
STUCK = house(
    _UNSAID.where(
        sa.func.coalesce(checkins.c.reminded_at, checkins.c.due_at)
        < sa.bindparam("before", type_=checkins.c.due_at.type)
    ),
    "time",
)
_TAKE_BACK = house(
    sa.delete(outbox).where(outbox.c.sequence == sa.bindparam("delivery"), outbox.c.state == word("due")),
    "time",
)
_BACK = _set("time", _THIS, _QUEUED, stage=sa.bindparam("to"), remind_at=None)
_UNREMINDED = _set(
    "time",
    _THIS,
    remind_at=checkins.c.reminded_at,
    reminders=checkins.c.reminders - 1,
    reminded_at=sa.case((checkins.c.reminders > 1, checkins.c.reminded_at), else_=None),
)


def _some(*where: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """So many of a campaign's rows: nobody waits for a hundred thousand."""
    rows = sa.select(checkins.c.id).where(_CAMPAIGN, *where).limit(sa.bindparam("most"))
    return checkins.c.id.in_(house(rows, "time"))


_HOLD = _set("time", _some(_PLANNED), stage=word("held"))
_RELEASE = _set(
    "time",
    _some(_HELD),
    stage=word("planned"),
    expires_at=sa.case((checkins.c.due_at <= _NOW, _EXPIRES), else_=checkins.c.expires_at),
)
_END = _set("time", _some(_PLANNED | _HELD), stage=word("left"), reason=sa.bindparam("why"))

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
    remind_at=sa.case((sa.bindparam("goes_on", type_=sa.Boolean()), checkins.c.remind_at)),
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
ASKED = (
    sa.select(checkins.c.respondent, checkins.c.reply)
    .where(
        checkins.c.partner == sa.bindparam("partner"),
        checkins.c.due_at >= sa.bindparam("since"),
        checkins.c.due_at < sa.bindparam("until"),
        checkins.c.stage == word("sent"),
        checkins.c.form != word(""),
    )
    .order_by(checkins.c.due_at)
)
REMINDS = house(
    sa.select(checkins)
    .where(checkins.c.remind_at <= _NOW, checkins.c.stage == word("sent"))
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
_MOVED = _set("time", _THIS, zone=sa.bindparam("clock"), due_at=sa.bindparam("later"), expires_at=_EXPIRES)
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
).where(_ITS)
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

    def superseded(self, these: Collection[str], now: datetime) -> frozenset[str]:
        """Those of these after which a later day of the same campaign and person has come already (R21)."""
        values = {"these": these, "now": now}
        return frozenset(self._connection.execute(SUPERSEDED, values).scalars())

    def planned(self, campaign: str, *, partner: str) -> tuple[datetime, datetime] | None:
        """When the first and the last planned one of a campaign are due; None where none is planned."""
        row = self._connection.execute(_COMING, {"which": campaign, "whose": partner}).first()
        return None if row is None or row.first is None else (row.first, row.last)

    def said(self, campaign: str, since: datetime, *, partner: str) -> tuple[int, datetime] | None:
        """How many of a campaign reached somebody since then, and when the first did; None where nobody was reached.
        Reminders do not count.
        """
        values = {"which": campaign, "whose": partner, "since": since}
        row = self._connection.execute(_SAID, values).first()
        return None if row is None or row.first is None else (row.count, row.first)

    def queue(self, id: str, now: datetime, expires_at: datetime, remind_at: datetime | None) -> bool:
        """It goes out now; how long it stays open, and when she may be reminded. False where it is not planned any
        more: then nothing goes out.
        """
        values = {"this": id, "now": now, "expires": expires_at, "reminds": remind_at}
        return self._connection.execute(_QUEUE, values).rowcount == 1

    def postpone(self, id: str, due_at: datetime) -> None:
        """It stays planned, for later."""
        self._connection.execute(_POSTPONE, {"this": id, "later": due_at})

    def leave(self, id: str, reason: Reason) -> None:
        """It does not go out."""
        self._connection.execute(_LEAVE, {"this": id, "why": str(reason)})

    def late(self, now: datetime, most: int = MANY) -> int:
        """Planned ones that closed before they went out are left as late; how many (R20)."""
        ids = self._connection.execute(_LATE, {"now": now, "most": most}).scalars()
        if ids:
            self._connection.execute(_LEAVE_THESE, {"these": ids, "why": str(Reason.LATE)})
        return len(ids)

    def let_pass(self, now: datetime) -> int:
        """All that was due is left as late, and nobody is reminded: it may have been said already (R37). How many."""
        self._connection.execute(_REMIND_NO_MORE, {"now": now})
        return self._connection.execute(_LET_PASS, {"now": now, "why": str(Reason.LATE)}).rowcount

    def hold(self, campaign: str, most: int = MANY) -> int:
        """All that is handed over and not being sent is taken back from sending, and held with so many of what is
        planned; how many (R16).
        """
        taken = self._take_back(UNSAID, {"which": campaign}, "held")
        return taken + self._connection.execute(_HOLD, {"which": campaign, "most": most}).rowcount

    def recall(self, before: datetime) -> int:
        """What was handed over before then and still could not be sent is planned again; how many."""
        return self._take_back(STUCK, {"before": before}, "planned")

    def _take_back(self, which: sa.Select[Any], values: Mapping[str, Any], to: str) -> int:
        """Nothing of what is found is due to be sent any more, but for what a sender has taken meanwhile."""
        count = 0
        for row in self._connection.execute(which, values).all():
            if self._connection.execute(_TAKE_BACK, {"delivery": row.sequence}).rowcount:
                if row.stage == "queued":
                    self._connection.execute(_BACK, {"this": row.id, "to": to})
                else:
                    self._connection.execute(_UNREMINDED, {"this": row.id})
                count += 1
        return count

    def release(self, campaign: str, now: datetime, open_for: timedelta, most: int = MANY) -> int:
        """So many of what is held are planned again; what became due meanwhile stays open for so long from now. How
        many.
        """
        values = {"which": campaign, "now": now, "expires": now + open_for, "most": most}
        return self._connection.execute(_RELEASE, values).rowcount

    def end(self, campaign: str, reason: Reason, most: int = MANY) -> int:
        """So many of what is planned or held are left; how many."""
        values = {"which": campaign, "why": str(reason), "most": most}
        return self._connection.execute(_END, values).rowcount

    def follow(self, now: datetime, most: int) -> int:
        """What became of queued ones' deliveries is noted with them; how many."""
        rows = self._connection.execute(FOLLOW, {"most": most}).all()
        for row in rows:
            refused = row.state == "refused"
            why = "" if not refused else _why(quiet=row.quiet, reachable=row.reachable)
            at = None if refused else row.ended_at
            values = {"this": row.id, "to": row.state, "at": at, "why": why, "goes_on": row.state == "sent"}
            self._connection.execute(_BECAME, values)
        return len(rows)

    def lately(self, these: Collection[str], since: datetime) -> Mapping[str, list[datetime]]:
        """When each of them was written to unasked since then, or is about to be, by campaigns of all partners: for the
        weekly cap. Of several reminders each counts as the last; what is being sent, from when it was handed over; what
        she put off to tomorrow counts then.
        """
        found: dict[str, list[datetime]] = {}
        for row in self._connection.execute(LATELY, {"these": these, "since": since}):
            times = found.setdefault(row.respondent, [])
            if row.stage == "queued":
                times.append(row.due_at)
            elif row.sent_at is not None and row.sent_at > since:
                times.append(row.sent_at)
            if row.reminded_at is not None and row.reminded_at > since:
                times += [row.reminded_at] * row.reminders
        return found

    def asked(self, partner: str, since: datetime, until: datetime) -> Mapping[str, bool]:
        """Whom a partner asked again since then and before, each with whether she answered, once at least."""
        values = {"partner": partner, "since": since, "until": until}
        found: dict[str, bool] = {}
        for row in self._connection.execute(ASKED, values):
            found[row.respondent] = found.get(row.respondent, False) or row.reply == Reply.FINISHED
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
            due_at = each.moment_in(zone)
            self.set_clock(each.id, zone, due_at, each.expires_at + (due_at - each.moment_in(each.zone)))
        return len(planned)

    def set_clock(self, id: str, zone: str, due_at: datetime, expires_at: datetime) -> None:
        """It is due by this clock, at this moment of it, and closes then."""
        values = {"this": id, "clock": zone, "later": due_at, "expires": expires_at}
        self._connection.execute(_MOVED, values)

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
    """Why a delivery was refused, as far as her row tells; "" where Telegram did not take the message."""
    if not reachable:
        return str(Reason.UNREACHABLE)
    return str(Reason.STOPPED) if quiet else ""


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
