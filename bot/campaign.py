"""Campaign: a planned round of asking, its audience, its schedule, and the table of its states; and the check-in, one
invitation to one person.

A check-in's truth is a wall time of her own: a day, a minute of it and a zone (R19). `due_at` is worked out from them
and worked out anew when she moves or the rules of a zone change.
"""

import hashlib
from calendar import monthrange
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.rhythm import Every, Quiet, Rhythm, is_quiet, local, moment, opens

RHYTHM, DIGEST, RESPONSE = "", "digest", "response:"
"""In place of a campaign's id: her own rhythm; the weekly page of others' voices; what a partner answered (its id
follows).
"""

REMINDERS = 2
"""Reminders of one check-in at most."""

CAP = 2
"""Messages nobody asked for that one person gets within WEEK at most: check-ins, reminders, digests, responses."""

WEEK = timedelta(days=7)

SECOND = 50
"""A campaign to more people than this is approved by a second lead."""


class State(StrEnum):
    """Where a campaign stands. A draft is composed; it waits where a second lead is to approve it."""

    DRAFT = "draft"
    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    ENDED = "ended"


MOVES: dict[State, dict[str, State]] = {
    State.DRAFT: {"offer": State.WAITING, "start": State.RUNNING, "cancel": State.CANCELLED},
    State.WAITING: {"start": State.RUNNING, "send back": State.DRAFT, "cancel": State.CANCELLED},
    State.RUNNING: {"pause": State.PAUSED, "cancel": State.CANCELLED, "end": State.ENDED},
    State.PAUSED: {"resume": State.RUNNING, "cancel": State.CANCELLED},
    State.CANCELLED: {},
    State.ENDED: {},
}


ON_ITS_WAY = timedelta(minutes=3)
"""Nothing is handed over when quiet hours begin so soon: it may wait for its turn, and be on the wire."""

COUNTING, AWAY, OVER = "counting", "away", "over"
"""What the card of a campaign says, in place of a hash: its people are being counted; something else stands in its
place; its end was shown.
"""

SOONEST = 3
"""Of a campaign that asks so many days after she told something, the fewest days."""

LONGEST = 30
"""Days for which an invitation stays open at most."""


class Lack(StrEnum):
    """What a campaign lacks before it may run."""

    FORM = "form"
    WORDS = "words"
    DAY = "day"
    RULE = "rule"
    COUNT = "count"


class NotNow(Exception):
    """A campaign does not move so from where it stands, or lacks something. `lack`: what."""

    def __init__(self, why: str, lack: Lack | None = None) -> None:
        super().__init__(why)
        self.lack = lack


class NotAlone(Exception):
    """A campaign of this size is started by two people."""


def moved(state: State, move: str) -> State:
    """Where a move leads. NotNow where the table lacks it."""
    try:
        return MOVES[state][move]
    except KeyError:
        raise NotNow(f"a campaign that is {state} cannot {move}") from None


class Kind(StrEnum):
    """When a campaign asks: on one day; every week; every month; so many days after she told something last."""

    ONCE = "once"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When it asks, by each person's own wall clock. `minute`: of the day. `first`, `last`: the days between which it
    does, `last` None without an end. `number`: the weekday (0 Monday), the day of the month (31: its last), or how many
    days after.
    """

    kind: Kind = Kind.ONCE
    minute: int = 10 * 60
    first: date = date.min
    last: date | None = None
    number: int = 0

    def asks_on(self, day: date) -> bool:
        """Whether this is a day on which it asks; for AFTER any day is, for those whose day it is."""
        if day < self.first or (self.last is not None and day > self.last):
            return False
        match self.kind:
            case Kind.ONCE:
                return day == self.first
            case Kind.WEEKLY:
                return day.weekday() == self.number
            case Kind.MONTHLY:
                return day.day == min(self.number, monthrange(day.year, day.month)[1])
            case Kind.AFTER:
                return True

    def days(self, since: date, until: date) -> Iterator[date]:
        """Its days from one to another, both included."""
        day = max(since, self.first)
        while day <= min(until, self.last or until):
            if self.asks_on(day):
                yield day
            day += timedelta(days=1)

    def over(self, day: date) -> bool:
        """Whether nothing is asked on this day or after it."""
        last = self.first if self.kind is Kind.ONCE else self.last
        return last is not None and day > last


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a campaign may reach, of the people of its partner: each of these holds, an empty one holds of everybody.

    `languages` and `countries` by their codes; `associations` by whose link she came; of what she told: `forms`,
    `themes` (any of them), `roles` ("I speak as"), `answers` (a ref and the values of which it has one). `changes`:
    what her last check-in says, of whatever theme. `within`: she told something in so many days; `silent`: and nothing
    in the last so many; 0 for any.
    """

    languages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    associations: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    changes: tuple[str, ...] = ()
    within: int = 0
    silent: int = 0

    @property
    def reads_words(self) -> bool:
        """Whether what she told must be opened for it."""
        return bool(self.themes or self.roles or self.answers or self.changes)


@dataclass(frozen=True, slots=True)
class Wording:
    """What an invitation says in one language, `b` to every second person where it is given."""

    a: str
    b: str = ""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A planned round. `name` is for its team. `wordings`: by language; only these languages are written to.

    `moderator`: who made it or changed it last, and answers for it; another one approves it. `expires`: days after
    which a check-in silently closes; `reminders`: at most REMINDERS, a day or more apart;
    `quota`: it ends after so many answers, 0 for none. `code`: what its link carries (worth nothing by itself, S24).
    `planned`: how far it has been expanded: the day, and the last respondent of that day ("" once it is whole).
    `counted`: what the last dry run found. `card`: the chat and message where a lead watches it.
    """

    id: str
    partner: str
    moderator: str
    form: str
    name: str = ""
    audience: Audience = field(default_factory=Audience)
    schedule: Schedule = field(default_factory=Schedule)
    wordings: Mapping[str, Wording] = field(default_factory=dict)
    expires: int = 3
    reminders: int = 1
    quota: int = 0
    code: str = ""
    state: State = State.DRAFT
    approved_by: str | None = None
    planned: tuple[str, str] = ("", "")
    counted: Mapping[str, Any] | None = None
    card: tuple[str, int] | None = None
    card_says: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    version: int = 0

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it is ready in."""
        return tuple(code for code, wording in self.wordings.items() if wording.a)


@dataclass(frozen=True, slots=True)
class Told:
    """Something a person told, as far as an audience asks: `contact`: she allows us to write about it. `themes`,
    `answers` where they were opened.
    """

    id: str
    form: str
    country: str
    received_at: datetime
    contact: bool
    themes: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody a campaign could reach: what she told, newest first, nothing sensitive or withdrawn."""

    respondent: str
    address: str
    language: str
    association: str
    quiet: bool
    reachable: bool
    rhythm: Rhythm
    told: Sequence[Told] = ()
    partner: str = ""

    @property
    def country(self) -> str:
        """Where she spoke from last; "" where nobody knows."""
        return next((each.country for each in self.told if each.country), "")


class Reason(StrEnum):
    """Why somebody of the audience is left out, or a check-in was not sent."""

    CONSENT = "consent"
    STOPPED = "stopped"
    UNREACHABLE = "unreachable"
    NEVER = "never"
    PAUSED = "paused"
    LANGUAGE = "language"
    CAP = "cap"
    LATE = "late"
    FORM = "form"
    QUOTA = "quota"
    CANCELLED = "cancelled"
    NOTHING = "nothing"


def wanted(
    audience: Audience,
    who: Candidate,
    role_refs: Collection[str],
    change_refs: Collection[str],
    now: datetime,
) -> bool:
    """Whether somebody is of an audience. `role_refs`: the questions in which she says as what she speaks;
    `change_refs`: the answers that compare with the time before.
    """
    newest = max((each.received_at for each in who.told), default=None)
    return all(
        (
            not audience.languages or who.language in audience.languages,
            not audience.countries or who.country in audience.countries,
            not audience.associations or who.association in audience.associations,
            not audience.forms or any(each.form in audience.forms for each in who.told),
            not audience.themes or any(set(audience.themes) & set(each.themes) for each in who.told),
            not audience.roles or any(_said(each, role_refs, audience.roles) for each in who.told),
            all(
                any(_said(each, (ref,), values) for each in who.told)
                for ref, values in audience.answers.items()
            ),
            not audience.changes or _said_last(who.told, change_refs, audience.changes),
            not audience.within or (newest is not None and newest >= now - timedelta(days=audience.within)),
            not audience.silent or newest is None or newest < now - timedelta(days=audience.silent),
        )
    )


def _said(told: Told, refs: Collection[str], values: Collection[str]) -> bool:
    return any(not set(told.answers.get(ref, "").split()).isdisjoint(values) for ref in refs)


def _said_last(told: Sequence[Told], refs: Collection[str], values: Collection[str]) -> bool:
    """Whether the newest that answers any of these does so with one of the values."""
    last = next((each for each in told if any(each.answers.get(ref) for ref in refs)), None)
    return last is not None and _said(last, refs, values)


def left_out(who: Candidate, languages: Collection[str], now: datetime) -> Reason | None:
    """Why somebody who is of the audience is not written to; None where she is. Looked at when a round is planned, and
    again at the moment of sending (R15).
    """
    today = local(now, who.rhythm.zone).date()
    if not who.reachable:
        return Reason.UNREACHABLE
    if who.quiet:
        return Reason.STOPPED
    if not any(each.contact for each in who.told):
        return Reason.CONSENT
    if who.rhythm.every is Every.NEVER:
        return Reason.NEVER
    if who.rhythm.paused_until is not None and today < who.rhythm.paused_until:
        return Reason.PAUSED
    if who.language not in languages:
        return Reason.LANGUAGE
    return None


@dataclass(frozen=True, slots=True)
class Hour:
    """When those of a zone are asked: the first of them by their own clock (`local`) and by UTC, and how many."""

    zone: str
    local: datetime
    utc: datetime
    people: int


@dataclass(frozen=True, slots=True)
class Count:
    """What a dry run found: whom the next round of a campaign reaches, by language and by zone, the earliest first;
    and how many of its audience are left out, by reason.
    """

    at: datetime
    reached: int = 0
    languages: Mapping[str, int] = field(default_factory=dict)
    hours: Sequence[Hour] = ()
    left: Mapping[Reason, int] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As a campaign keeps it."""
        return {
            "at": self.at.isoformat(),
            "reached": self.reached,
            "languages": dict(self.languages),
            "hours": [
                [each.zone, each.local.isoformat(), each.utc.isoformat(), each.people] for each in self.hours
            ],
            "left": {str(reason): people for reason, people in self.left.items()},
        }

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Count":
        """As it was kept."""
        return cls(
            datetime.fromisoformat(plain["at"]),
            plain["reached"],
            plain["languages"],
            [
                Hour(zone, datetime.fromisoformat(local), datetime.fromisoformat(utc), people)
                for zone, local, utc, people in plain["hours"]
            ],
            {Reason(reason): people for reason, people in plain["left"].items()},
        )


class Stage(StrEnum):
    """Where a check-in stands on its way to her. Held: its campaign pauses."""

    PLANNED = "planned"
    HELD = "held"
    QUEUED = "queued"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    LEFT = "left"


STAGES: dict[Stage, dict[str, Stage]] = {
    Stage.PLANNED: {"queue": Stage.QUEUED, "hold": Stage.HELD, "leave": Stage.LEFT},
    Stage.HELD: {"release": Stage.PLANNED, "leave": Stage.LEFT},
    Stage.QUEUED: {
        "sent": Stage.SENT,
        "refused": Stage.REFUSED,
        "unknown": Stage.UNKNOWN,
        "hold": Stage.HELD,
        "leave": Stage.LEFT,
    },
    Stage.SENT: {},
    Stage.REFUSED: {},
    Stage.UNKNOWN: {},
    Stage.LEFT: {},
}


class Reply(StrEnum):
    """What she did with a check-in."""

    NONE = ""
    STARTED = "started"
    FINISHED = "finished"
    NOT_NOW = "not now"
    TOMORROW = "tomorrow"
    LESS = "less often"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class CheckIn:
    """One invitation to one respondent, once for a campaign and a day of hers. `campaign`: its id, or RHYTHM, DIGEST,
    or RESPONSE with an id. `arm`: "a" or "b", the wording. `reached`: the question she stands at; `testimony`: what
    came of it. `reason`: why it was left. `voices`: her testimonies by which she may be told this, where
    not any of them will do.
    """

    id: str
    campaign: str
    partner: str
    respondent: str
    day: date
    minute: int
    zone: str
    due_at: datetime
    expires_at: datetime
    form: str = ""
    language: str = ""
    arm: str = "a"
    stage: Stage = Stage.PLANNED
    reason: str = ""
    reply: Reply = Reply.NONE
    reminders: int = 0
    remind_at: datetime | None = None
    reminded_at: datetime | None = None
    sent_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    reached: str = ""
    testimony: str = ""
    voices: tuple[str, ...] = ()

    @property
    def waited(self) -> bool:
        """Whether its time had come, and it was put off."""
        return self.due_at > self.moment_in(self.zone)

    def moment_in(self, zone: str) -> datetime:
        """When it is due by the clock of a zone; a day that is left out there begins with the next (R19)."""
        day = self.day
        while (at := moment(day, self.minute, zone)) is None:
            day += timedelta(days=1)
        return at


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign is: `stages` and `replies` counted, sent and finished by language and by hour of her day, and
    where those who began and did not finish stand.
    """

    stages: Mapping[Stage, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    replies: Mapping[Reply, int] = field(default_factory=dict)
    languages: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    hours: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    arms: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    standing: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Go:
    """It is sent now."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not before then."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Leave:
    """It is not sent at all."""

    reason: Reason


def decided(
    checkin: CheckIn, who: Candidate, lately: Sequence[datetime], languages: Collection[str], now: datetime
) -> Go | Wait | Leave:
    """What is to be done with a check-in whose time has come. `lately`: when she was written to unasked within WEEK.

    What she allows, her quiet hours and the weekly cap are looked at here, at the moment of sending (R15). One that
    expired meanwhile is late (R20, R21).
    """
    if now >= checkin.expires_at:
        return Leave(Reason.LATE)
    if reason := _not_asked(checkin, who, languages, now):
        return Leave(reason)
    zone, quiet = who.rhythm.zone, who.rhythm.quiet
    full = len(lately) >= CAP
    at = _said_by_then(max(now, sorted(lately)[-CAP] + WEEK) if full else now, zone, quiet)
    if at >= checkin.expires_at:
        return Leave(Reason.CAP if full else Reason.LATE)
    return Go() if at <= now else Wait(at)


def _said_by_then(at: datetime, zone: str, quiet: Quiet) -> datetime:
    """The first moment from then on that is not quiet, nor so shortly before that quiet hours begin meanwhile."""
    at = opens(at, zone, quiet)
    return opens(at + ON_ITS_WAY, zone, quiet) if is_quiet(at + ON_ITS_WAY, zone, quiet) else at


def _not_asked(checkin: CheckIn, who: Candidate, languages: Collection[str], now: datetime) -> Reason | None:
    """What a partner answers and the digest are no check-ins: her rhythm does not speak of them."""
    reason = left_out(who, languages, now)
    if checkin.campaign == DIGEST:
        if not who.rhythm.digest:
            return Reason.CONSENT
        return reason if reason in (Reason.UNREACHABLE, Reason.STOPPED) else None
    if checkin.campaign.startswith(RESPONSE) and reason in (Reason.NEVER, Reason.PAUSED):
        return None
    return reason


def arm(campaign: str, respondent: str) -> str:
    """Which wording a person gets where there are two: as good as by chance, and always the same."""
    return "ab"[hashlib.sha256(f"{campaign} {respondent}".encode()).digest()[0] % 2]
