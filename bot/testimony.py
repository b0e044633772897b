"""Testimony: what a finished session hands over, and the table of its states."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum


class State(StrEnum):
    """Where a testimony stands."""

    RECEIVED = "received"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    SET_ASIDE = "set_aside"
    WITHDRAWN = "withdrawn"


MOVES: dict[State, dict[str, State]] = {
    State.RECEIVED: {"take": State.IN_REVIEW, "shelter": State.RECEIVED, "withdraw": State.WITHDRAWN},
    State.IN_REVIEW: {
        "take": State.IN_REVIEW,  # a claim that ran out is taken by another
        "release": State.RECEIVED,
        "accept": State.ACCEPTED,
        "return": State.RETURNED,
        "set_aside": State.SET_ASIDE,
        "close": State.ACCEPTED,  # a case of the sensitive lane
        "shelter": State.RECEIVED,  # into that lane, or back to it
        "withdraw": State.WITHDRAWN,
    },
    State.ACCEPTED: {"undo": State.IN_REVIEW, "shelter": State.RECEIVED, "withdraw": State.WITHDRAWN},
    State.RETURNED: {
        "answer": State.RECEIVED,
        "undo": State.IN_REVIEW,
        "close": State.ACCEPTED,
        "shelter": State.RECEIVED,
        "withdraw": State.WITHDRAWN,
    },
    State.SET_ASIDE: {"undo": State.IN_REVIEW, "shelter": State.RECEIVED, "withdraw": State.WITHDRAWN},
    State.WITHDRAWN: {},
}


class WrongMove(Exception):
    """A testimony was asked for a move its state does not have; nothing moved."""


def moved(state: State, verb: str) -> State:
    """The state after a move, by the table; WrongMove where it has none."""
    try:
        return MOVES[state][verb]
    except KeyError:
        raise WrongMove(f"a testimony that is {state} cannot be moved by {verb}") from None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question a moderator sent back, and what the respondent answered (words and media ids)."""

    question: str
    answer: str = ""
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Testimony:
    """One voice. `answers` maps refs to canonical values in form order; `themes` and `country` are read from them.

    `said`: words of answers by the id of the message they came in, so that an edit finds them (R8); sealed with them.
    `withheld`: it is never published, not even anonymised (S36).
    `association`: the local group by whose link she came, "" where by none.
    `barred`: nobody of its partner sees it (S34).
    `wants`: the language whose readers are to take it next, "" where anybody may.
    `campaign`: which one asked, by a check-in or its link; "" where none did.
    `elsewhere`: of what was published before and brought in: its "source" and "day"; sealed with the words.
    """

    id: str
    receipt: str
    respondent: str
    partner: str
    form: str
    form_version: str
    language: str
    country: str
    themes: tuple[str, ...]
    sensitive: bool
    state: State
    received_at: datetime
    answers: Mapping[str, str]
    exchanges: tuple[Exchange, ...] = ()
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    said: Mapping[int, str] = field(default_factory=dict)
    association: str = ""
    version: int = 0
    withheld: bool = False
    barred: bool = False
    wants: str = ""
    campaign: str = ""
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    @property
    def told_at(self) -> datetime:
        """When it was told: of what was published elsewhere before, the day of that (UTC)."""
        day = self.elsewhere.get("day", "")
        return datetime.combine(date.fromisoformat(day), time(), UTC) if day else self.received_at


@dataclass(frozen=True, slots=True)
class Publication:
    """What of a testimony is before everybody: by `id` and for which purpose ("publish", "quote"), since when; which
    redacted copy, and which moderator looked at it second (S36).
    """

    id: str
    testimony: str
    purpose: str
    at: datetime
    redaction: str
    moderator: str


class DecisionKind(StrEnum):
    """What a moderator decided."""

    ACCEPT = "accept"
    RETURN = "return"
    SET_ASIDE = "set_aside"
    UNDO = "undo"
    PUBLISH = "publish"
    QUOTE = "quote"
    SEND_BACK = "send_back"
    WITHHOLD = "withhold"
    LIFT = "lift"
    ESCALATE = "escalate"
    CLOSE = "close"


SECOND = frozenset(
    {
        DecisionKind.PUBLISH,
        DecisionKind.QUOTE,
        DecisionKind.SEND_BACK,
        DecisionKind.WITHHOLD,
        DecisionKind.LIFT,
    }
)
"""What is decided at the second look, or after it (S36)."""

SHELTERED = frozenset({DecisionKind.ESCALATE, DecisionKind.CLOSE})
"""What is decided about a sensitive case: outside its lane nobody hears of it, nor counts it (S34)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What changed a testimony's state: by whom, when, why; `version` is the testimony's after it."""

    id: str
    testimony: str
    moderator: str
    kind: DecisionKind
    reason: str
    at: datetime
    version: int


ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Receipt characters: none that are read for another (no 0 O 1 I L U)."""


def receipt(country: str, chance: Callable[[], float], length: int = 4) -> str:
    """A receipt code, "MG-7K2P": country (ISO 3166, XX where unknown) and random characters.

    It is neither a secret nor a counter (S21).
    """
    return f"{country or 'XX'}-" + "".join(ALPHABET[int(chance() * len(ALPHABET))] for _ in range(length))
