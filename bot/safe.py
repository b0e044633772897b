"""Safe numbers: what everybody may learn of how many people there are (S37; docs/safe-numbers.md has the argument).

Every number that is told is a floor: at least so many people. Some are left out by lot before it is rounded down to a
ten; the same people always draw the same lot, so asking again teaches nothing. No number limits anything from above.
"""

import hashlib
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date, timedelta

LEAST = 10
"""A number of fewer people is not told, unless the operator says so."""

FLOOR = 5
"""And never one of fewer than these, whoever says so."""

STEP = 10
"""What is told is a multiple of this; below it, the least that is told at all."""

MORE = 0.75
"""With this chance the lot leaves out one more, again and again: three on average, and no number is the most."""

TABLES: Mapping[str, tuple[str, ...]] = {
    "people": ("what",),
    "themes": ("theme",),
    "theme_region": ("theme", "region"),
    "theme_month": ("theme", "month"),
    "language_region": ("language", "region"),
    "role": ("role",),
    "age": ("age",),
    "change": ("theme", "direction"),
    "change_region": ("region", "direction"),
    "help": ("region", "reaching"),
    "help_theme": ("theme", "reaching"),
    "doers": ("doer",),
    "initiatives_region": ("region",),
    "priorities": ("theme",),
    "priorities_region": ("region", "theme"),
    "aside": ("reason",),
}
"""The tables there are, each with what it sorts people by. There is no other, and none of some people alone: a table of
somebody's choice could be taken from one of somebody else's.
"""

Cell = tuple[str, ...]
"""Where a number stands: one value for each thing a table sorts by."""


def told(count: int, least: int = LEAST) -> int | None:
    """What may be told of so many people: rounded down to a ten; None below `least` (never below FLOOR)."""
    least = max(least, FLOOR)
    if count < least:
        return None
    return count // STEP * STEP or least


def told_of(people: Set[str], least: int = LEAST) -> int | None:
    """What may be told of these people, by ids that nobody else knows: some are left out by lot, the rest is `told`."""
    return told(len(people) - left_out(people), least)


def left_out(people: Iterable[str]) -> int:
    """How many the lot leaves out: the same for the same people, in whatever order, table or year; else another lot.

    The key of a cell is made of the keys of those in it, as statistical offices do (the cell key method); here what
    is drawn has no upper end (a geometric number).
    """
    key = 0
    for each in people:
        key ^= int.from_bytes(hashlib.sha256(each.encode()).digest()[:8], "big")
    drawn = hashlib.sha256(key.to_bytes(8, "big")).digest()
    chance, bound, count = int.from_bytes(drawn[:8], "big") / 2**64, MORE, 0
    while chance < bound:
        count, bound = count + 1, bound * MORE
    return count


@dataclass(slots=True)
class Table:
    """One of TABLES, counted as people come: in each cell each person once (KeyError for another table)."""

    name: str
    _people: dict[Cell, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        TABLES[self.name]

    def add(self, person: str, *cell: str) -> None:
        """This person is one of those in this cell."""
        self._people.setdefault(cell, set()).add(person)

    def told(self, least: int = LEAST) -> dict[Cell, int]:
        """What may be told of each cell; a cell that is not here is of few people, or of none."""
        found = ((cell, told_of(people, least)) for cell, people in sorted(self._people.items()))
        return {cell: count for cell, count in found if count is not None}


def margins(cells: Mapping[Cell, int], by: int) -> dict[str, int]:
    """The sums of what is told, by the thing at this place of a cell: never counted by themselves."""
    sums: dict[str, int] = {}
    for cell, count in cells.items():
        sums[cell[by]] = sums.get(cell[by], 0) + count
    return sums


def week(day: date) -> date:
    """The week of a day, by its Monday."""
    return day - timedelta(days=day.weekday())


def is_over(monday: date, today: date) -> bool:
    """Whether the week that began on this day may be told: it is over."""
    return monday + timedelta(days=7) <= today


def months(first: date, last: date) -> list[date]:
    """The months from the first day of one to the last day of another, each by its first day.

    ValueError for anything else: numbers of spans that anybody chooses by the day can be taken from each other.
    """
    after = last + timedelta(days=1)
    if first.day != 1 or after.day != 1 or after <= first:
        raise ValueError("A report is of whole months: from the first day of one to the last day of one.")
    found = [first]
    while (following := (found[-1] + timedelta(days=31)).replace(day=1)) < after:
        found.append(following)
    return found
