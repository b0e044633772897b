"""The report: what it is made of. Numbers that may be told, quotes and initiatives that may be quoted; no sentence yet.

Each number is a sum of fields of the tables that lie beside the report, and says of which, so that whoever reads can
count it anew (docs/report.md).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from bot import frame, safe
from bot.change import Direction
from dialogs.form import Form

WHAT = (
    "all",
    "testimony",
    "initiative",
    "checkin",
    "help",
    "priorities",
    "quoted",
    "asked",
    "answered",
    "aside",
)
"""What the table `people` counts."""

RULE = "rule"
"""The table of what the rule itself says: one field, `least`."""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months, by their first day and the last day of the last. ValueError for anything else."""

    first: date
    last: date

    def __post_init__(self) -> None:
        safe.months(self.first, self.last)

    @property
    def months(self) -> tuple[str, ...]:
        """The months, as 2026-01."""
        return tuple(f"{each:%Y-%m}" for each in safe.months(self.first, self.last))

    @property
    def since(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.first, time(), UTC)

    @property
    def until(self) -> datetime:
        """The moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), UTC)


@dataclass(frozen=True, slots=True)
class Quoted:
    """Somebody's own words, of the redacted copy alone, that they allow to be quoted now; `chapter`: where they are."""

    receipt: str
    chapter: str
    words: str
    language: str
    country: str
    region: str
    month: str


@dataclass(frozen=True, slots=True)
class Initiative:
    """What people do for one another, quoted like any words; `whom`, `missing`: "" where they did not say."""

    receipt: str
    what: str
    whom: str
    missing: str
    language: str
    country: str
    region: str
    month: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything a report is made of. `tables`: what is told, by name and cell; `values`: what a cell can be, by what a
    table sorts by; `forms`: by whose choices some of these are called.
    """

    partners: tuple[str, ...]
    period: Period
    made: date
    least: int
    tables: Mapping[str, Mapping[safe.Cell, int]]
    values: Mapping[str, tuple[str, ...]]
    regions: Mapping[str, str]
    themes: frame.Frame
    forms: Mapping[str, Form]
    quotes: tuple[Quoted, ...] = ()
    initiatives: tuple[Initiative, ...] = ()

    def cells(self, table: str) -> Iterator[tuple[safe.Cell, int | None]]:
        """Every field a table has, with what is told of it; None: of few people, or of none."""
        told = self.tables[table]
        for cell in _product([self.values[each] for each in sides(table)]):
            yield cell, told.get(cell)


def sides(table: str) -> tuple[str, ...]:
    """What a table sorts by."""
    return (RULE,) if table == RULE else safe.TABLES[table]


@dataclass(frozen=True, slots=True)
class Number:
    """A number: the sum of what `table` tells where all of `where` holds. `id`: by which it is known."""

    id: str
    value: int
    table: str
    where: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Ledger:
    """Every number of a report, each once; there is no number in it that is not here."""

    gathered: Gathered
    numbers: dict[tuple[str, tuple[tuple[str, str], ...]], Number] = field(default_factory=dict)

    def number(self, table: str, **where: str) -> Number | None:
        """A number; None where nothing of it is told."""
        key = (table, tuple(sorted(where.items())))
        if key not in self.numbers:
            places = {name: at for at, name in enumerate(sides(table))}
            told = [
                count
                for cell, count in self.gathered.tables[table].items()
                if all(cell[places[name]] == value for name, value in where.items())
            ]
            if not told:
                return None
            self.numbers[key] = Number(f"n{len(self.numbers) + 1}", sum(told), table, key[1])
        return self.numbers[key]

    def ranked(self, table: str, side: str, **where: str) -> list[tuple[str, Number]]:
        """The values of what a table sorts by, of which anything is told, those of most people first."""
        found = [
            (value, number)
            for value in self.gathered.values[side]
            if (number := self.number(table, **{side: value}, **where)) is not None
        ]
        return sorted(found, key=lambda each: -each[1].value)


DIRECTIONS = tuple(str(each) for each in Direction)


def _product(values: Sequence[tuple[str, ...]]) -> Iterator[safe.Cell]:
    if not values:
        yield ()
        return
    for first in values[0]:
        for rest in _product(values[1:]):
            yield (first, *rest)
