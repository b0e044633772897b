"""What is queued: how much waits, what a moderator wants to see of it, and numbers about it. Facts, without a word."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.agreement import NOT_COMPARED, Agreement
from bot.testimony import DecisionKind, State, Testimony

KINDS = ("languages", "countries", "themes", "forms", "campaigns")
"""By what the queue can be narrowed down."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a moderator wants to see: codes of languages, countries and themes, names of forms, ids of campaigns. Empty:
    all of them.
    """

    languages: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    themes: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    campaigns: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether it keeps anything out."""
        return any(self.of(kind) for kind in KINDS)

    def of(self, kind: str) -> frozenset[str]:
        """What is chosen of one of KINDS."""
        chosen: frozenset[str] = getattr(self, kind)
        return chosen

    def toggled(self, kind: str, *codes: str) -> "Filter":
        """With all of these chosen where one of them was not, and the other way round."""
        chosen, these = self.of(kind), frozenset(codes)
        return replace(self, **{kind: chosen - these if these <= chosen else chosen | these})

    def about(self, testimony: Testimony) -> bool:
        """Whether a testimony speaks of a theme that is wanted: themes are sealed, so it must be opened first."""
        return not self.themes or not self.themes.isdisjoint(testimony.themes)


@dataclass(frozen=True, slots=True)
class Group:
    """How many wait that have language, country, form and the campaign ("" for none) in common, and how many of them
    longer than promised.
    """

    language: str
    country: str
    form: str
    campaign: str
    count: int
    late: int


@dataclass(frozen=True, slots=True)
class Place:
    """One that waits, at its place in the line: nothing of what it says."""

    id: str
    version: int
    language: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: a state, a language, a country, each "" for any; received within so many days."""

    state: str = ""
    language: str = ""
    country: str = ""
    days: int = 30

    def but(self, kind: str, code: str) -> "Search":
        """The same with this state, language, country or number of days; as it was where there is no such thing."""
        if code and _CODES[kind].fullmatch(code) is None:
            return self
        changes: Any = {kind: int(code) if kind == "days" else code}
        return replace(self, **changes)

    @property
    def states(self) -> tuple[State, ...]:
        """In which states: what was withdrawn is found by nobody."""
        return (State(self.state),) if self.state else FOUND

    def since(self, now: datetime) -> datetime:
        """From when on."""
        return now - timedelta(days=self.days)


FOUND = (State.RECEIVED, State.IN_REVIEW, State.RETURNED, State.ACCEPTED, State.SET_ASIDE)
"""The states in which a testimony can be found."""

DAYS = (7, 30, 90, 365)
"""Within how many days one may look."""

_CODES = {
    "state": re.compile("|".join(FOUND)),
    "language": re.compile("[A-Za-z-]{2,12}"),
    "country": re.compile("[A-Z]{2}"),
    "days": re.compile("|".join(map(str, DAYS))),
}


@dataclass(frozen=True, slots=True)
class Hit:
    """One that was found: nothing of what it says."""

    id: str
    receipt: str
    language: str
    country: str
    state: State
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """How often one moderator decided so, in the whole time and today."""

    moderator: str
    kind: DecisionKind
    count: int
    today: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """How a partner's queue stands. `middle`: when the one in the middle of those that wait came; `agreed`: how far two
    who coded the same voice agree.
    """

    waiting: int = 0
    late: int = 0
    middle: datetime | None = None
    tallies: Sequence[Tally] = field(default=())
    agreed: Agreement = NOT_COMPARED

    def decided(self, by: Collection[str] = (), *, today: bool = False) -> int:
        """How many decisions: by some moderators, or by all; what was only taken back is none."""
        return sum(
            each.today if today else each.count
            for each in self.tallies
            if (not by or each.moderator in by) and each.kind is not DecisionKind.UNDO
        )

    def kinds(self) -> Mapping[DecisionKind, int]:
        """How many of each kind, those only that there are."""
        counts = {
            kind: sum(each.count for each in self.tallies if each.kind is kind) for kind in DecisionKind
        }
        return {kind: count for kind, count in counts.items() if count}
