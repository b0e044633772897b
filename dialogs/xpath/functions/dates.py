"""Functions on dates and times."""

import math
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time

from dialogs.xpath.closures import DATE, Code, Frame, Scope, text_of
from dialogs.xpath.functions.names import DAYS, MONTHS
from dialogs.xpath.functions.registry import Function
from dialogs.xpath.values import NAN, Value, read_clock, read_number, show_moment

_CODES: dict[str, Callable[[datetime, str], str]] = {
    "Y": lambda moment, _: f"{moment.year:04}",
    "y": lambda moment, _: f"{moment.year % 100:02}",
    "m": lambda moment, _: f"{moment.month:02}",
    "n": lambda moment, _: str(moment.month),
    "b": lambda moment, language: MONTHS[language][moment.month - 1],
    "d": lambda moment, _: f"{moment.day:02}",
    "e": lambda moment, _: str(moment.day),
    "a": lambda moment, language: DAYS[language][moment.weekday()],
    "W": lambda moment, _: str(moment.isocalendar().week),
    "H": lambda moment, _: f"{moment.hour:02}",
    "h": lambda moment, _: str(moment.hour),
    "M": lambda moment, _: f"{moment.minute:02}",
    "S": lambda moment, _: f"{moment.second:02}",
    "3": lambda moment, _: f"{moment.microsecond // 1000:03}",
    "%": lambda moment, _: "%",
}
"""What `%x` stands for in format-date(), given the language that names are written in."""

_CODE = re.compile(r"%(.)")


def _moment(value: Value, scope: Scope) -> date | datetime | None:
    """Read any value as a date, or date and time: ISO text, or days since 1970-01-01."""
    if isinstance(value, bool):
        return None
    calendar = scope.calendar
    scope.budget.spend(DATE)
    if isinstance(value, float):
        return calendar.moment(value)
    text = text_of(value, scope)
    number = read_number(text)
    return calendar.moment(number) if not math.isnan(number) else calendar.read(text)


def _date(arguments: Sequence[Code]) -> Code:
    """date(x), date-time(x): an ISO text; "" where x is no date."""
    run = arguments[0].run

    def dated(frame: Frame) -> str:
        moment = _moment(run(frame), frame.scope)
        return "" if moment is None else show_moment(moment)

    return Code("string", dated, True)


def _decimal_date_time(arguments: Sequence[Code]) -> Code:
    """decimal-date-time(x): days since 1970-01-01T00:00Z, with their fraction."""
    run = arguments[0].run

    def days(frame: Frame) -> float:
        moment = _moment(run(frame), frame.scope)
        return NAN if moment is None else frame.scope.calendar.days(moment)

    return Code("number", days, True)


def _decimal_time(arguments: Sequence[Code]) -> Code:
    """decimal-time(x): the part of the day that has passed, in the form's zone."""
    run = arguments[0].run

    def part_of_day(frame: Frame) -> float:
        scope = frame.scope
        text = text_of(run(frame), scope).strip()
        clock = read_clock(text)
        if clock is None:
            moment = scope.calendar.read(text)
            return _passed(moment.time()) if isinstance(moment, datetime) else NAN
        since_midnight, offset = clock
        if offset is not None:
            since_midnight += scope.calendar.standard - offset
        return since_midnight.total_seconds() % 86_400 / 86_400

    return Code("number", part_of_day, True)


def _passed(clock: time) -> float:
    return (clock.hour * 3600 + clock.minute * 60 + clock.second + clock.microsecond / 1e6) / 86_400


def _format(arguments: Sequence[Code]) -> Code:
    """format-date(x, pattern): "" where x is no date; a code that has no meaning stays as it is."""
    run, pattern = arguments[0].run, arguments[1].texts()

    def formatted(frame: Frame) -> str:
        moment = _moment(run(frame), frame.scope)
        if moment is None:
            return ""
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time(), frame.scope.calendar.zone)
        known, shape = moment, pattern(frame)
        frame.scope.budget.spend(len(shape))
        language = frame.scope.language if frame.scope.language in MONTHS else "en"
        written = _CODE.sub(
            lambda code: _CODES[code[1]](known, language) if code[1] in _CODES else code[0], shape
        )
        return frame.scope.budget.made(written)

    return Code("string", formatted, True)


FUNCTIONS = {
    "today": Function(
        0, 0, lambda _: Code("string", lambda frame: frame.scope.now.date().isoformat(), True), clock=True
    ),
    "now": Function(
        0, 0, lambda _: Code("string", lambda frame: show_moment(frame.scope.now), True), clock=True
    ),
    "date": Function(1, 1, _date),
    "date-time": Function(1, 1, _date),
    "decimal-date-time": Function(1, 1, _decimal_date_time),
    "decimal-time": Function(1, 1, _decimal_time),
    "format-date": Function(2, 2, _format),
    "format-date-time": Function(2, 2, _format),
}
