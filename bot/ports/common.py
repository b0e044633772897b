"""What every port may say: nothing, at most so many, how many wait, and why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TypeVar

T = TypeVar("T")

NOTHING: Mapping[str, str] = MappingProxyType({})

NO_CONTENTS: Mapping[str, bytes] = MappingProxyType({})

AT_ONCE = 100
"""How many old rows one transaction drops at most: on SQLite nothing else happens meanwhile."""

MANY = 1_000
"""How many rows one transaction moves on at most, by one statement."""


class Stale(Exception):
    """A row changed since it was read; nothing was written."""


class Unavailable(Exception):
    """The store cannot be reached or cannot write (down, locked, full, closed): acknowledge nothing, try later
    (R23, R24). Where the connection to PostgreSQL broke during the commit, the work may have been written.
    """


class NotAllowed(Exception):
    """She does not allow it, the testimony is not accepted, is sensitive or withheld; or no redacted copy of it stands,
    or there is no second person (S31, S36). Nothing was written.
    """


class NotYours(Exception):
    """A form of this name is another partner's, or a built-in one."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in a box, or on a way: how many rows, and since when the one that waits longest has been due."""

    count: int = 0
    since: datetime | None = None
