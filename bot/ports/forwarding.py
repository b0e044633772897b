"""Where accepted testimonies are handed on, and how far each is."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.forward import Forward, Pinned, State, Target
from bot.ports.common import Backlog


class Targets(Protocol):
    """The data servers of partners."""

    def add(self, target: Target) -> None: ...
    def of(self, partner: str) -> list[Target]:
        """Those of a partner, the oldest first, those that were removed too."""
        ...

    def due(self, now: datetime) -> list[Target]:
        """Everybody's that are active, and may be tried now."""
        ...

    def save(self, target: Target) -> None:
        """Write where it stands, how it is called and how it is reached; an empty `access` is kept no more."""
        ...

    def met(self, id: str, failures: int, not_before: datetime | None) -> None:
        """Write how often in a row it could take nothing, and when it is tried again."""
        ...

    def stopped(self) -> int:
        """How many are stopped, of everybody's."""
        ...

    def stop(self, id: str, reason: str) -> None:
        """An active one is tried no more, until a person has looked at it."""
        ...

    def set_back(self, by: timedelta, now: datetime) -> None:
        """The clock was set back by so much: each may be tried (R20)."""
        ...

    def drop(self, id: str) -> None:
        """It is as if it had never been; nothing was handed on there."""
        ...


class Forwards(Protocol):
    """Testimonies on their way to a target. What is taken back waits no more, with the same commit: withdrawn, left,
    no longer to be shared, sensitive, set aside, given to another partner. Where a copy may have left, a row stays that
    says so.
    """

    def lacking(
        self, target: Target, after: tuple[datetime, str], most: int
    ) -> tuple[list[str], tuple[datetime, str] | None]:
        """Of the next so many testimonies of its form that are accepted, not sensitive, those that may be shared and
        have no row for it; and the last that was looked at, None where there were no more.
        """
        ...

    def plan(self, target: str, testimonies: Collection[str], now: datetime) -> int:
        """They are due; how many were not known."""
        ...

    def next(self, target: str, now: datetime) -> Forward | None:
        """The one that has been due longest; what was left in sending is due."""
        ...

    def begin(self, forward: Forward, pinned: Pinned, now: datetime) -> Forward:
        """It is sent now: what is sent is pinned, and may be there from now on. Stale where it was taken back."""
        ...

    def settle(self, forward: Forward, state: State, now: datetime, *, reason: str, due_at: datetime) -> bool:
        """Write what came of it, and `left_at` as the forward has it; False where it was taken back meanwhile, or
        begun again.
        """
        ...

    def stands(self, forward: Forward) -> bool:
        """Whether it is still being sent, and was not taken back meanwhile."""
        ...

    def postpone(self, id: str, due_at: datetime, reason: str) -> None:
        """It is not sent yet."""
        ...

    def hold(self, id: str, reason: str) -> None:
        """A person looks at it before it is sent."""
        ...

    def of(self, testimony: str) -> list[Forward]:
        """All rows of a testimony that may have left, the oldest first."""
        ...

    def standing(self, target: str, states: Sequence[State]) -> list[Forward]:
        """Those of a target in these states, the oldest first, without what is pinned."""
        ...

    def counts(self, target: str) -> Mapping[State, int]:
        """How many of a target are in each state."""
        ...

    def backlog(self) -> Backlog:
        """How many are on their way to anybody's."""
        ...

    def waiting(self, target: str) -> Mapping[str, int]:
        """How many are due, by why they were not sent yet; "" where nothing stood in the way."""
        ...

    def receivers(self, respondent: str, testimony: str | None = None) -> list[str]:
        """The names of the targets that may have a copy of hers (of this one), the first first."""
        ...

    def again(self, id: str, now: datetime) -> bool:
        """What is held or was taken back is due; False where it is neither."""
        ...

    def done(self, id: str, now: datetime) -> bool:
        """What is held was put right by hand and counts as sent; what was taken back was asked for and goes. False
        where it is neither.
        """
        ...

    def clear(self, target: str) -> None:
        """Nothing is sent there any more: what has not left goes, what may have left counts as sent."""
        ...

    def set_back(self, by: timedelta, now: datetime) -> None:
        """The clock was set back by so much: what waits is due (R20)."""
        ...
