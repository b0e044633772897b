"""Delivery: one outgoing message as a row, the table of its states, and when to try again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.speech import Message


class Kind(StrEnum):
    """Why something is sent. A reply is sent at least once, a campaign at most once (R13), and only while whom it is
    about still allows it: that is looked at again when it is claimed (R15). A notice is what the law
    makes us say (S46): at least once, also to who asked us not to write first. Before all else goes what anyone may
    ask for at any time, and the word to whoever sends too much (S1, S44); after what anyone waits for, the word to
    whoever comes by a link that is crowded.

    Hiding takes messages out of a chat. Doing so twice is as doing it once; it holds up nothing that is said.
    """

    FIRST = "first"
    REPLY = "reply"
    MODERATION = "moderation"
    NOTICE = "notice"
    HIDING = "hiding"
    CROWDED = "crowded"
    CAMPAIGN = "campaign"


PRIORITY = {
    Kind.FIRST: -1,
    Kind.REPLY: 0,
    Kind.MODERATION: 1,
    Kind.NOTICE: 2,
    Kind.HIDING: 3,
    Kind.CROWDED: 4,
    Kind.CAMPAIGN: 5,
}


PER_SECOND = 30.0
"""Messages a second that Telegram takes from a bot (its FAQ for bots), unless more is paid for."""

SHARE = 0.1
"""The part of what is sent that campaigns get however many replies wait (R17)."""


class State(StrEnum):
    """Where a delivery stands."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


MOVES: dict[State, dict[str, State]] = {
    State.DUE: {"claim": State.SENDING, "cancel": State.REFUSED, "hold back": State.UNKNOWN},
    State.SENDING: {
        "sent": State.SENT,
        "later": State.DUE,
        "let go": State.DUE,
        "refused": State.REFUSED,
        "unknown": State.UNKNOWN,
    },
    State.SENT: {},
    State.REFUSED: {},
    State.UNKNOWN: {"again": State.DUE},
}


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast messages may go: so many a second, and so many at once after a rest.

    It is kept as one moment, before which none may go (the generic cell rate algorithm).
    """

    per_second: float
    burst: int

    @property
    def interval(self) -> timedelta:
        """The time between two messages."""
        return timedelta(seconds=1 / self.per_second)

    def start(self, now: datetime) -> datetime:
        """The earliest such moment that counts: who rested longer gets no larger burst."""
        return now - (self.burst - 1) * self.interval

    def room(self, until: datetime, now: datetime) -> int:
        """How many may go now where none may before `until`."""
        return min(self.burst, (now - until) // self.interval + 1) if until <= now else 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One outgoing message. `key` (cause, person, step) is unique: the same cause never speaks twice (R34).

    `about` is the respondent whose words it carries, so that forgetting finds it.
    """

    id: str
    key: str
    address: str
    kind: Kind
    message: Message
    not_before: datetime
    about: str | None = None
    state: State = State.DUE
    tries: int = 0
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """Telegram took it and gave it this message id; `further`: those of the other messages it became."""

    message_id: int
    further: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Later:
    """It was certainly not sent; try again after so many seconds. `everywhere`: the whole bot must pause (R11)."""

    seconds: float
    everywhere: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """Telegram will never take it. `gone`: the person blocked the bot or left Telegram (R18). `said`: the messages
    that came before what was refused.
    """

    reason: str
    gone: bool = False
    said: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not have been sent: the connection broke after the request was written (R13)."""

    reason: str


Outcome = Sent | Later | Refused | Unknown


def backoff(tries: int) -> timedelta:
    """How long to wait after so many failed tries: 1, 2, 4 … at most 300 seconds."""
    return timedelta(seconds=min(300, 2 ** max(0, tries - 1)))
