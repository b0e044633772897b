"""Safe numbers: somebody who has every table of every week, and is told more than anybody could know, finds nobody.

The attacker below is written apart from the rule. Of each number that was told she concludes between which two numbers
the truth lies, carries that through every sum that two tables must have in common and from week to week, until nothing
moves any more. She is given what nobody can know: that the lot never left out more than so many (it has no upper end),
and how many came and went in each week.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.safe import FLOOR, LEAST, Table, is_over, left_out, margins, months, told, told_of, week

SIDES = {"theme_region": (0, 1), "theme_month": (0, 2), "language_region": (3, 1)}
"""Three tables, each with the two of a person's four traits it sorts by."""

WEEKS = 4

Span = tuple[int, int]
Cell = tuple[int, int]


@dataclass(frozen=True)
class Somebody:
    """Who told: four traits, the week they came, the week they took it back."""

    id: str
    traits: tuple[int, int, int, int]
    came: int
    went: int


Publish = Callable[[set[str]], int | None]


def exact(people: set[str]) -> int | None:
    """What many do: the number itself, and none below ten."""
    return len(people) if len(people) >= LEAST else None


def people(chance: random.Random) -> list[Somebody]:
    """A data set: few or many, some cells crowded and most thin."""
    sizes = [chance.randint(2, 4) for _ in range(4)]
    weights = [[chance.random() ** 3 + 0.02 for _ in range(size)] for size in sizes]
    found = []
    for _ in range(chance.choice((15, 60, 200, 400))):
        traits = tuple(
            chance.choices(range(size), each)[0] for size, each in zip(sizes, weights, strict=True)
        )
        came = chance.choice((0, 0, 0, 1, 2, 3))
        went = chance.randint(came + 1, WEEKS) if chance.random() < 0.05 else WEEKS
        found.append(Somebody(chance.randbytes(8).hex(), traits, came, went))  # type: ignore[arg-type]  # as many traits as there are
    return found


def cells_of(there: list[Somebody], week: int, everybody: list[Somebody]) -> dict[str, dict[Cell, set[str]]]:
    """Who is in which cell of each table in a week; every cell there could be, empty ones too."""
    tables: dict[str, dict[Cell, set[str]]] = {}
    for name, (one, other) in SIDES.items():
        rows, columns = ({each.traits[side] for each in everybody} for side in (one, other))
        tables[name] = {cell: set() for cell in product(rows, columns)}
        for each in there:
            if each.came <= week < each.went:
                tables[name][each.traits[one], each.traits[other]].add(each.id)
    return tables


class Attacker:
    """Knows of each cell of each table of each week between which numbers it lies."""

    def __init__(self, slack: int) -> None:
        self.slack = slack
        self.spans: dict[tuple[int, str, Cell], Span] = {}
        self.sums: dict[tuple[int, int, int], list[list[tuple[int, str, Cell]]]] = {}
        self.moves: dict[int, tuple[int, int]] = {}

    def reads(self, week: int, name: str, table: Mapping[Cell, int | None], width: int) -> None:
        """A table as it was told; a number stands for itself and `width` more, and whoever the lot left out."""
        for cell, number in table.items():
            least, most = (0, LEAST - 1) if number is None else (number, number + width)
            self.spans[week, name, cell] = least, most + self.slack
        for place, side in enumerate(SIDES[name]):
            for value in {cell[place] for cell in table}:
                line = [(week, name, cell) for cell in table if cell[place] == value]
                self.sums.setdefault((week, side, value), []).append(line)
        self.sums.setdefault((week, -1, 0), []).append([(week, name, cell) for cell in table])

    def totals(
        self, week: int, name: str, table: Mapping[Cell, set[str]], publish: Publish, width: int
    ) -> None:
        """What is told of a whole line by itself: as one more line of which the sum is known."""
        for place, side in enumerate(SIDES[name]):
            for value in {cell[place] for cell in table}:
                told = publish(set().union(*(table[cell] for cell in table if cell[place] == value)))
                key = (week, f"all of {name} {side} {value}", (0, 0))
                least, most = (0, LEAST - 1) if told is None else (told, told + width)
                self.spans[key] = least, most + self.slack
                self.sums.setdefault((week, side, value), []).append([key])

    def thinks(self) -> None:
        """Until nothing moves any more."""
        moving = True
        while moving:
            moving = False
            for lines in self.sums.values():
                bounds = [self._sum(line) for line in lines]
                low, high = max(each[0] for each in bounds), min(each[1] for each in bounds)
                for line in lines:
                    least, most = self._sum(line)
                    for key in line:
                        one, other = self.spans[key]
                        moving |= self._learn(key, low - (most - other), high - (least - one))
            for now, name, cell in list(self.spans):
                before = self.spans.get((now - 1, name, cell))
                if before is not None and now in self.moves:
                    came, went = self.moves[now]
                    one, other = self.spans[now, name, cell]
                    moving |= self._learn((now, name, cell), before[0] - went, before[1] + came)
                    moving |= self._learn((now - 1, name, cell), one - came, other + went)

    def _sum(self, line: list[tuple[int, str, Cell]]) -> Span:
        return sum(self.spans[key][0] for key in line), sum(self.spans[key][1] for key in line)

    def _learn(self, key: tuple[int, str, Cell], least: int, most: int) -> bool:
        low, high = self.spans[key]
        learned = max(low, least), min(high, most)
        self.spans[key] = learned
        return learned != (low, high)


def found(everybody: list[Somebody], publish: Publish, width: int, *, totals: bool = False) -> Iterator[str]:
    """What an attacker works out exactly that she must not: a cell of few people, a change by few."""
    truth = {now: cells_of(everybody, now, everybody) for now in range(WEEKS)}
    lots = [
        left_out(there) for tables in truth.values() for cells in tables.values() for there in cells.values()
    ]
    whole = [
        left_out(set().union(*(cells[cell] for cell in cells if cell[place] == cell_of[place])))
        for tables in truth.values()
        for cells in tables.values()
        for cell_of in cells
        for place in (0, 1)
    ]
    attacker = Attacker(0 if publish is exact else max(lots + whole))
    for now, tables in truth.items():
        for name, table in tables.items():
            told = {cell: publish(there) for cell, there in table.items()}
            attacker.reads(now, name, told, width)
            if totals:
                attacker.totals(now, name, table, publish, width)
        came = sum(each.came == now for each in everybody)
        attacker.moves[now] = came, sum(each.went == now for each in everybody)
    attacker.thinks()
    for (now, name, cell), (low, high) in attacker.spans.items():
        if name not in SIDES:
            continue
        there = len(truth[now][name][cell])
        assert low <= there <= high, "what she concludes is true"
        if low == high and 0 < there < LEAST:
            yield f"{there} people in {cell} of {name}"
        if (now - 1, name, cell) in attacker.spans:
            one, other = attacker.spans[now - 1, name, cell]
            change = there - len(truth[now - 1][name][cell])
            if low - other == high - one and 0 < abs(change) < LEAST:
                yield f"{change} people more in {cell} of {name}"


def attacked(count: int, publish: Publish, width: int, *, totals: bool = False, seed: int = 1) -> list[str]:
    chance = random.Random(seed)
    return [each for _ in range(count) for each in found(people(chance), publish, width, totals=totals)]


def test_nobody_is_found_by_all_tables_of_all_weeks() -> None:
    """S37."""
    assert attacked(30, told_of, 9, totals=True) == []


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_nobody_is_found_in_ten_thousand_data_sets() -> None:
    """S37."""
    assert attacked(10_000, told_of, 9, totals=True, seed=2026) == []


def test_the_attacker_finds_people_where_numbers_are_exact_and_sums_are_told() -> None:
    """So that nothing found above means something."""
    assert len(attacked(10, exact, 0, totals=True)) > 20
    assert len(attacked(10, exact, 0)) > 0


def windows(daily: list[int], publish: Callable[[int, int], int | None], slack: int) -> list[Span]:
    """Between what numbers each day lies, from the number of every span of days: shortest ways between prefix sums."""
    days = len(daily)
    far = 10**6
    way = [[0 if one == other else far for other in range(days + 1)] for one in range(days + 1)]
    for first, last in product(range(days + 1), repeat=2):
        if first < last:
            number = publish(first, last)
            low, high = (0, LEAST - 1 + slack) if number is None else (number, number + 9 + slack)
            way[first][last] = min(way[first][last], high)
            way[last][first] = min(way[last][first], -low)
    for over, one, other in product(range(days + 1), repeat=3):
        way[one][other] = min(way[one][other], way[one][over] + way[over][other])
    return [(-way[day + 1][day], way[day][day + 1]) for day in range(days)]


def test_spans_of_somebodys_choice_find_people_behind_tens_and_not_behind_the_lot() -> None:
    """S37: one person a day; with tens alone, every span of days that anybody asks for tells each day exactly."""
    daily = [1] * 24
    ids = [f"{day:032x}" for day in range(24)]
    assert windows(daily, lambda first, last: told(last - first), 0) == [(1, 1)] * 24
    lots = max(left_out(ids[one:other]) for one, other in product(range(25), repeat=2) if one < other)
    behind = windows(daily, lambda first, last: told_of(set(ids[first:last])), lots)
    assert all(low < 1 < high or low == 0 < high for low, high in behind)


# -- the rule itself --------------------------------------------------------------------------------------------------


@given(st.integers(0, 5000), st.integers(0, 60))
def test_what_is_told_is_a_floor_and_never_one_of_few(count: int, least: int) -> None:
    """S37."""
    number = told(count, least)
    if number is None:
        assert count < max(least, FLOOR)
    else:
        assert number <= count < number + 10
        assert count >= max(least, FLOOR)
        assert number % 10 == 0 or number == max(least, FLOOR)


@given(st.sets(st.uuids().map(str), max_size=40))
def test_the_same_people_draw_the_same_lot_in_whatever_order(ids: set[str]) -> None:
    assert left_out(sorted(ids)) == left_out(sorted(ids, reverse=True))
    number = told_of(ids)
    assert number is None or LEAST <= number <= len(ids)


def test_the_lot_leaves_out_three_on_average_and_now_and_then_many() -> None:
    lots = [left_out([str(n)]) for n in range(20_000)]
    assert 2.9 < sum(lots) / len(lots) < 3.1
    assert max(lots) > 25
    assert 0.23 < lots.count(0) / len(lots) < 0.27


def test_what_is_told_of_twenty_people_depends_on_who_they_are() -> None:
    """S37: so one person more or less cannot be read from two numbers."""
    told_now = [told_of({f"{n}-{m}" for m in range(20)}) for n in range(400)]
    assert set(told_now) == {None, 10, 20}
    assert 60 < told_now.count(20) < 140
    assert told_now.count(None) < 60


def test_each_person_counts_once_in_a_cell_and_sums_are_of_what_is_told() -> None:
    table = Table("theme_region")
    for n in range(60):
        for _ in range(3):
            table.add(f"one{n}", "food", "mg")
    table.add("alone", "food", "lb")
    table.add("alone", "health", "mg")
    [(cell, number)] = table.told().items()
    assert cell == ("food", "mg")
    assert 30 <= number <= 60
    assert margins(table.told(), 0) == {"food": number}
    with pytest.raises(KeyError):
        Table("theme by village")


def test_a_week_is_told_when_it_is_over_and_a_report_is_of_whole_months() -> None:
    monday = date(2026, 11, 23)
    assert {week(monday + timedelta(days=n)) for n in range(7)} == {monday}
    assert not is_over(monday, date(2026, 11, 29))
    assert is_over(monday, date(2026, 11, 30))
    assert months(date(2026, 11, 1), date(2027, 1, 31)) == [
        date(2026, 11, 1),
        date(2026, 12, 1),
        date(2027, 1, 1),
    ]
    for first, last in (
        (date(2026, 1, 2), date(2026, 1, 31)),
        (date(2026, 1, 1), date(2026, 1, 30)),
        (date(2026, 2, 1), date(2026, 1, 31)),
    ):
        with pytest.raises(ValueError, match="whole months"):
            months(first, last)
