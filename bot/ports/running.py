"""What keeps the house in order: the journal, marks, leases."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Protocol

from bot.exports.record import Export
from bot.journal import Chain, Deed
from bot.ports.common import AT_ONCE, MANY


class Journal(Protocol):
    """Append-only and chained (S42)."""

    def write(self, deed: Deed) -> None: ...
    def read(self, limit: int = 100) -> list[Deed]:
        """The latest lines, newest first."""
        ...

    def follow(self, chain: Chain, *, most: int, noted: str = "") -> Chain:
        """Follow the chain over up to `most` further lines; `noted`: a hash to look out for."""
        ...

    def objects(self, verbs: Collection[str], until: datetime, actor: str | None = None) -> list[str]:
        """What was done to any of these before then, by everybody or by one actor."""
        ...

    def actors(self, since: datetime, until: datetime) -> list[str]:
        """Who did anything in that time."""
        ...


class Exports(Protocol):
    """What partners took out, until it is long past its last day."""

    def add(self, export: Export) -> None: ...
    def counted(self, id: str, count: int, *, partner: str) -> None:
        """So many voices left with it."""
        ...

    def of(self, partner: str) -> list[Export]:
        """The newest first."""
        ...

    def over(self, since: datetime, until: datetime) -> list[Export]:
        """Those whose last day ended in that time, whoever's."""
        ...

    def taken_back(self, export: Export, after: int = 0, most: int = MANY) -> tuple[int, int | None]:
        """Of the next so many voices that left with it, how many may be shared no more (taken back or withdrawn since,
        set aside, made private, given to another partner, gone); and the line of the journal after which the next ones
        come, None where there are none.
        """
        ...

    def drop_older(self, before: datetime, most: int = AT_ONCE) -> int:
        """Forget those whose last day was before this, at most so many at once; how many."""
        ...


OFFSET = "offset"
"""The mark that holds the next update id to ask for: its own value, never the largest id seen (R3)."""

BACKUP = "backup"
"""The mark that says when the last backup was made (ISO)."""

RESTORED = "restored"
"""The mark a restore leaves (JSON): `made_at`, from when the copy is, and `next_update`, which was expected then."""


class Marks(Protocol):
    """Small named values the process must not lose: the polling offset, for one."""

    def get(self, name: str) -> str | None: ...
    def set(self, name: str, value: str, until: datetime | None = None) -> None:
        """Remember a value. `until`: when it tells nothing any more; None: it is kept."""
        ...

    def drop_older(self, before: datetime, most: int = AT_ONCE) -> int:
        """Drop values that told nothing any more before then, at most so many at once; how many."""
        ...


class Leases(Protocol):
    """What one of several processes has for a while, by the database's own clock. A process that is alone has all."""

    def now(self) -> datetime:
        """The time by the database's own clock; by this machine's where nobody else can be."""
        ...

    def live(self, span: timedelta) -> None:
        """Tell the others that this process is alive, and will say so again within `span`."""
        ...

    def take(self, name: str, span: timedelta) -> bool:
        """Take a lease that is free, or keep one's own for `span` from now; False where another has it."""
        ...

    def held(self, name: str) -> bool:
        """Whether a lease is this process's, and stays so until the transaction ends."""
        ...

    def bury(self) -> bool:
        """Drop what others did not renew in time; whether there was any."""
        ...

    def release(self, name: str | None = None) -> None:
        """Let a lease go; without a name, count as alive no longer. Other processes hear of it."""
        ...
