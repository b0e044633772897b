"""Case: what a sensitive voice is in its lane, and the table of its states (S34). Its words stay in the testimony."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

CLOCK = timedelta(hours=24)
"""Within this a focal point has looked at it (assurance S34: IASC), and so long one of them has it alone."""

REMINDERS = (
    timedelta(hours=12),
    timedelta(hours=20),
    CLOCK,
    timedelta(hours=48),
    timedelta(hours=72),
)
"""When we say again that nobody has looked at it; from CLOCK on it is overdue. After the last nothing more is said."""

THINKING = timedelta(hours=1)
"""So long who speaks of an aid worker may say of which organisation, before anybody hears of the case."""


class Way(StrEnum):
    """How a voice came into the lane."""

    HERSELF = "herself"
    FLAG = "flag"
    WORD = "word"


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    TAKEN = "taken"
    REFERRED = "referred"
    CLOSED = "closed"


MOVES: dict[CaseState, dict[str, CaseState]] = {
    CaseState.OPEN: {"take": CaseState.TAKEN, "enter": CaseState.OPEN, "close": CaseState.CLOSED},
    CaseState.TAKEN: {
        "take": CaseState.TAKEN,  # whose day is over
        "hand over": CaseState.OPEN,
        "refer": CaseState.REFERRED,
        "enter": CaseState.OPEN,
        "close": CaseState.CLOSED,
    },
    CaseState.REFERRED: {
        "take": CaseState.REFERRED,
        "hand over": CaseState.OPEN,
        "refer": CaseState.REFERRED,
        "enter": CaseState.OPEN,
        "close": CaseState.CLOSED,
    },
    CaseState.CLOSED: {"enter": CaseState.OPEN},
}


class WrongStep(Exception):
    """A case was asked for a move its state does not have; nothing moved."""


def stepped(state: CaseState, verb: str) -> CaseState:
    """The state after a move, by the table; WrongStep where it has none."""
    try:
        return MOVES[state][verb]
    except KeyError:
        raise WrongStep(f"a case that is {state} cannot be moved by {verb}") from None


class Outcome(StrEnum):
    """How a case ended."""

    HELPED = "helped"
    DECLINED = "declined"
    UNREACHED = "unreached"
    UNPUBLISHABLE = "unpublishable"
    OTHER = "other"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `code`: by which it is spoken of, random; `partner`: whose focal points read it, `barred`: nobody's.

    `about`: the partners whose people it speaks of, who never learn of it. `holder`: the focal point who has it.
    `remind_at`: when time speaks next, for the `reminded`-th time; None: it is looked at.
    """

    testimony: str
    code: str
    way: Way
    opened_at: datetime
    remind_at: datetime | None
    partner: str = ""
    barred: bool = False
    state: CaseState = CaseState.OPEN
    reminded: int = 0
    read_at: datetime | None = None
    holder: str | None = None
    about: tuple[str, ...] = ()
    outcome: str = ""
    version: int = 0

    def next_reminder(self) -> datetime | None:
        """When time speaks once more; None where it has said enough."""
        return self.opened_at + REMINDERS[self.reminded] if self.reminded < len(REMINDERS) else None

    def overdue(self, now: datetime) -> bool:
        """Whether nobody has looked at it in time."""
        return self.read_at is None and now - self.opened_at >= CLOCK


class StepKind(StrEnum):
    """What was done with a case."""

    TOOK = "took"
    HANDED = "handed over"
    ASKED_REFER = "asked to refer"
    ASKED_RETURN = "asked to return"
    YES = "she agrees"
    NO = "she declines"
    KEPT_OUT = "kept out"
    CLOSED = "closed"


ASKED = (StepKind.ASKED_REFER, StepKind.ASKED_RETURN)
"""What only she decides."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done with a case: by which moderator (None: by her), when; `note` is sealed.

    A question to her, and her answer, keep which words she saw (`wording`: their hash, `language`), like a consent.
    """

    id: str
    testimony: str
    kind: StepKind
    at: datetime
    moderator: str | None = None
    wording: str = ""
    language: str = ""
    note: str = ""
