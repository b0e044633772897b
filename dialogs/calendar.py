"""Dates and times by taps: year, month, day, hour, quarter, one after the other.

What was tapped so far is a list of numbers ("2026", "11"), kept with the other ticks of the open screen.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from dialogs import dates
from dialogs.form import Kind, Question

NEAR = ("today", "yesterday")
"""The days that may be tapped at once, by how long ago they are."""
STAGES = ("near", "year", "month", "day", "hour", "minute")
"""What is tapped; the place of each is the number of its field (effect.Field)."""
PAST, AHEAD = 110, 10
"""Years offered before this one; and after it, where the author's constraint takes any."""

Fits = Callable[[str], bool]
"""Whether a canonical value keeps the author's constraint."""


def stages(question: Question) -> tuple[str, ...]:
    """What has to be tapped for an answer, in order."""
    match question.kind:
        case Kind.TIME:
            return ("hour", "minute")
        case Kind.DATE if "year" in question.appearance:
            return ("year",)
        case Kind.DATE if "month-year" in question.appearance:
            return ("year", "month")
        case Kind.DATE:
            return ("year", "month", "day")
        case _:
            return ("year", "month", "day", "hour", "minute")


def open_stages(question: Question, tapped: Sequence[str]) -> tuple[str, ...]:
    """What may be tapped next: a part, at first perhaps one of the near days instead."""
    all_stages = stages(question)
    if len(tapped) >= len(all_stages):
        return ()
    near = not tapped and "day" in all_stages
    return ("near", "year") if near else (all_stages[len(tapped)],)


def numbers(
    stage: str, question: Question, tapped: Sequence[str], today: date, fits: Fits | None
) -> list[int]:
    """The numbers on the buttons of a stage; those alone with which the author's constraint can be kept, if any can."""
    if stage == "near":
        return [
            ago for ago in range(len(NEAR)) if _reachable(question, _day(today - timedelta(ago)), today, fits)
        ]
    offered = list(_numbers(stage, tapped, today, ahead=fits is not None))
    kept = [number for number in offered if _reachable(question, [*tapped, f"{number}"], today, fits)]
    return kept or [number for number in offered if stage != "year" or number <= today.year]


def _numbers(stage: str, tapped: Sequence[str], today: date, *, ahead: bool) -> Iterator[int]:
    match stage:
        case "year":
            yield from range(today.year, today.year - PAST - 1, -1)
            yield from range(today.year + 1, today.year + AHEAD + 1 if ahead else 0)
        case "month":
            yield from range(1, 13)
        case "day":
            yield from range(1, _days(int(tapped[0]), int(tapped[1])) + 1)
        case "hour":
            yield from range(24)
        case "minute":
            yield from (0, 15, 30, 45)


def after(
    question: Question, tapped: Sequence[str], field: int, number: int, today: date
) -> list[str] | None:
    """What is tapped once this button is; None where there is no such button. The same tap twice changes nothing."""
    stage = STAGES[field] if 0 <= field < len(STAGES) else ""
    all_stages = stages(question)
    if stage == "near" and "day" in all_stages and 0 <= number < len(NEAR):
        day = _day(today - timedelta(number))
        return list(tapped) if list(tapped[:3]) == day else day
    if stage not in all_stages or (place := all_stages.index(stage)) > len(tapped):
        return None
    if number not in _numbers(stage, tapped, today, ahead=True):
        return None
    if tapped[place : place + 1] == [str(number)]:
        return list(tapped)
    return [*tapped[:place], str(number)]


def value(question: Question, tapped: Sequence[str]) -> str:
    """The canonical value once everything is tapped; "" before."""
    return _written(question, [int(part) for part in tapped]) if not open_stages(question, tapped) else ""


def so_far(question: Question, tapped: Sequence[str], language: str) -> str:
    """What is tapped already, in words; "" where nothing is."""
    if not tapped or question.kind is Kind.TIME:
        return f"{int(tapped[0]):02}:…" if tapped else ""
    day = "-".join(f"{int(part):02}" for part in tapped[:3])
    hour = f", {int(tapped[3]):02}:…" if len(tapped) > 3 else ""
    return dates.in_words(day, language) + hour


def label(stage: str, number: int, tapped: Sequence[str], language: str) -> str:
    """The words on a button; those of a near day are their key (NEAR), for the face to word."""
    match stage:
        case "near":
            return NEAR[number]
        case "month":
            return dates.name_of_month(number, language)
        case "hour":
            return f"{number:02}"
        case "minute":
            return f"{int(tapped[-1]):02}:{number:02}"
        case _:
            return str(number)


def _written(question: Question, parts: Sequence[int]) -> str:
    if question.kind is Kind.TIME:
        return "{:02}:{:02}:00".format(*parts, *[0] * (2 - len(parts)))
    year, month, day, hour, minute = (*parts, *(0, 1, 1, 0, 0)[len(parts) :])
    written = f"{year:04}-{month:02}-{day:02}"
    return written if question.kind is Kind.DATE else f"{written}T{hour:02}:{minute:02}:00"


def _reachable(question: Question, tapped: Sequence[str], today: date, fits: Fits | None) -> bool:
    """Whether some answer that begins so keeps the constraint."""
    return fits is None or any(fits(_written(question, parts)) for parts in _samples(question, tapped, today))


def _samples(question: Question, tapped: Sequence[str], today: date) -> Iterator[list[int]]:
    """Answers that begin so: of a year its months' first days, its last day and today; of a month every day …"""
    parts = [int(part) for part in tapped]
    missing = len(stages(question)) - len(parts)
    if question.kind is Kind.TIME:
        yield from ([*parts, *([minute] if missing else [])] for minute in (0, 15, 30, 45))
    elif missing == 0:
        yield parts
    elif "day" not in stages(question):
        yield from ([*parts, month] for month in range(1, 13))
    else:
        clocks = ([0, 0], [23, 45]) if question.kind is Kind.DATETIME else ([],)
        for day in _sample_days(parts[:3], today):
            if len(parts) == 4:
                yield from ([*parts, minute] for minute in (0, 15, 30, 45))
                return
            yield from ([*day, *clock] for clock in clocks)


def _sample_days(parts: Sequence[int], today: date) -> Iterator[list[int]]:
    match parts:
        case [year]:
            if year == today.year:
                yield [today.year, today.month, today.day]
            yield [year, 12, 31]
            yield from ([year, month, 1] for month in range(1, 13))
        case [year, month]:
            yield from ([year, month, day] for day in range(1, _days(year, month) + 1))
        case _:
            yield list(parts)


def _day(day: date) -> list[str]:
    return [str(day.year), str(day.month), str(day.day)]


def _days(year: int, month: int) -> int:
    """How many days a month has."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(1)).day
