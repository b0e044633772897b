"""Drawing: the map and the charts as shapes for a template, from numbers that may be told. Pure; no colour is decided
here: a shape has a class, and the style sheet knows light and dark.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from bot.shown import Told

CELL, GAP = 10, 1
"""A square of the map and the space around it, in units of the drawing."""

ROUND = tuple(digit * 10**power for power in range(1, 7) for digit in (1, 2, 5))
"""Numbers at which a shade may begin: 10, 20, 50, 100, …"""

SHADES = 3
"""So many shades beside the first, which begins at ten."""

WEEKS, MONTHS = 53, 12
"""So many weeks and months are drawn: a year."""

COLUMN, HIGH = 10, 120
"""How wide a week of the timeline is, how high the chart, in units of the drawing."""


@dataclass(frozen=True, slots=True)
class Square:
    """A country on the map; `shade` as of `shaded`, -1 where it is in no region."""

    country: str
    x: int
    y: int
    shade: int
    region: str = ""


@dataclass(frozen=True, slots=True)
class Map:
    """The map: its size, and its squares."""

    width: int
    height: int
    side: int
    squares: tuple[Square, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A column of a chart: of when, how many, where it stands and how high; no height where too few are told."""

    when: str
    told: Told
    x: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns side by side."""

    width: int
    height: int
    column: int
    bars: tuple[Bar, ...]


def steps(told: Mapping[str, Told]) -> tuple[int, ...]:
    """At which numbers each shade begins, so that the largest is in the last of them."""
    most = max((count for count in told.values() if count is not None), default=0)
    fit = [step for step in ROUND if step <= most] or list(ROUND[:1])
    return tuple(dict.fromkeys([ROUND[0], *fit[-SHADES:]]))


def shaded(told: Told, at: Sequence[int]) -> int:
    """How strong a number's colour is: 0 where too few are told, then one more at each step."""
    return sum(told >= step for step in at) if told is not None else 0


@cache
def world() -> tuple[tuple[str, int, int], ...]:
    """Every country with its column and row, from `world.txt`."""
    lines = (Path(__file__).parent / "world.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return tuple(
        (code, column, row)
        for row, line in enumerate(rows)
        for column, code in enumerate(line)
        if code != ".."
    )


def drawn(regions: Mapping[str, Sequence[str]], told: Mapping[str, Told]) -> Map:
    """The map: `regions` with their countries, and how many voices each has."""
    at = steps(told)
    of = {country: region for region, countries in regions.items() for country in countries}
    squares = tuple(
        Square(
            code,
            column * CELL + GAP,
            row * CELL + GAP,
            shaded(told.get(of[code]), at) if code in of else -1,
            of.get(code, ""),
        )
        for code, column, row in world()
    )
    width = max(each.x for each in squares) + CELL
    height = max(each.y for each in squares) + CELL
    return Map(width, height, CELL - GAP, squares)


def weekly(told: Mapping[str, Told]) -> Chart:
    """The last year week by week, those in between too in which nothing can be told."""
    if not told:
        return Chart(0, HIGH, COLUMN, ())
    last = date.fromisoformat(max(told))
    first = max(date.fromisoformat(min(told)), last - timedelta(weeks=WEEKS - 1))
    weeks = [(first + timedelta(weeks=n)).isoformat() for n in range((last - first).days // 7 + 1)]
    return _chart([(week, told.get(week)) for week in weeks])


def months_of(last: str) -> list[str]:
    """The twelve months up to this one ("2026-11"), the oldest first."""
    year, month = map(int, last.split("-"))
    numbers = [year * 12 + month - 1 - back for back in reversed(range(MONTHS))]
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers]


def monthly(told: Mapping[str, Told], months: Sequence[str]) -> Chart:
    """One theme month by month."""
    return _chart([(month, told.get(month)) for month in months])


def _chart(counts: Sequence[tuple[str, Told]]) -> Chart:
    most = max((count or 0 for _, count in counts), default=0) or 1
    bars = []
    for number, (when, count) in enumerate(counts):
        height = round((count or 0) / most * (HIGH - 4), 1)
        bars.append(Bar(when, count, number * COLUMN, HIGH - height, height))
    return Chart(len(bars) * COLUMN, HIGH, COLUMN, tuple(bars))
