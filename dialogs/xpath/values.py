"""What an expression can come to, and how one kind becomes another (XPath 1.0, 3-4; dates as ODK's XForms)."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from dialogs.xpath.tree import Node

Value = str | float | bool | list[Node]
"""Dates are strings in ISO form; in arithmetic they count as days since 1970-01-01 in UTC."""

NAN = math.nan
_NUMBER = re.compile(r"[ \t\r\n]*-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[ \t\r\n]*")
_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_CLOCK = re.compile(
    r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(?:(Z)|([+-])([0-9]{2}):?([0-9]{2})?)?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400


class Days(float):
    """The number of a date, as number() gives it: a fraction to reckon with, whole days when written down."""

    __slots__ = ("whole",)
    whole: int

    def __new__(cls, value: float, whole: int) -> "Days":
        """Make the number `value` that is written as `whole`."""
        days = super().__new__(cls, value)
        days.whole = whole
        return days


@dataclass(frozen=True, slots=True)
class Calendar:
    """How dates and days become one another in the form's zone.

    A date without a time counts from midnight in the zone's standard time, summer or not, so that days between
    dates are whole numbers and a date plus seven is a date.
    """

    zone: tzinfo
    standard: timedelta

    @staticmethod
    def of(now: datetime) -> "Calendar":
        """Return the calendar of the zone that `now` is told in."""
        return _calendar(now, now.tzinfo)

    def days(self, moment: date | datetime) -> float:
        """Return the days from 1970-01-01T00:00Z to `moment`."""
        if isinstance(moment, datetime):
            return (moment - _EPOCH).total_seconds() / _DAY
        return moment.toordinal() - _EPOCH.toordinal() - self.standard.total_seconds() / _DAY

    def whole_days(self, moment: date | datetime) -> int:
        """Return the days as number() writes them down: a date's own, else those that have passed in UTC."""
        if isinstance(moment, datetime):
            return math.floor(self.days(moment))
        return moment.toordinal() - _EPOCH.toordinal()

    def instant(self, moment: date | datetime) -> float:
        """Return the days to the very moment, a date being midnight as the zone's clocks show it."""
        if isinstance(moment, datetime):
            return self.days(moment)
        return self.days(datetime(moment.year, moment.month, moment.day, tzinfo=self.zone))

    def moment(self, days: float) -> date | datetime | None:
        """Return the date, or date and time, that `days` stands for; None where no calendar reaches."""
        if not math.isfinite(days) or abs(days) > 3_000_000:
            return None
        milliseconds = round(days * _DAY * 1000)
        local = milliseconds + round(self.standard.total_seconds() * 1000)
        try:
            if local % (_DAY * 1000) == 0:
                return date.fromordinal(_EPOCH.toordinal() + local // (_DAY * 1000))
            return (_EPOCH + timedelta(milliseconds=milliseconds)).astimezone(self.zone)
        except (OverflowError, ValueError):
            return None

    def read(self, text: str) -> date | datetime | None:
        """Read an ISO date, or date and time (in this zone where it names none); None where it is neither."""
        text = text.strip()
        found = _DATE.match(text)
        if not found:
            return None
        try:
            day = date(int(found[1]), int(found[2]), int(found[3]))
            rest = text[found.end() :]
            if not rest:
                return day
            clock = read_clock(rest[1:]) if rest[0] in "T " else None
            if clock is None:
                return None
            since_midnight, offset = clock
            naive = datetime(day.year, day.month, day.day) + since_midnight  # noqa: DTZ001 (zone follows)
            if offset is None:
                return naive.replace(tzinfo=self.zone)
            return (naive.replace(tzinfo=UTC) - offset).astimezone(self.zone)
        except (OverflowError, ValueError):
            return None


@lru_cache(maxsize=64)
def _calendar(now: datetime, zone: tzinfo | None) -> Calendar:
    return Calendar(zone or UTC, (now.utcoffset() or timedelta()) - (now.dst() or timedelta()))


UNIVERSAL = Calendar(UTC, timedelta())


def begins_as_date(text: str) -> bool:
    """Say whether `text` may be a date: whether it is worth reading as one."""
    return _DATE.match(text.lstrip()) is not None


def read_clock(text: str) -> tuple[timedelta, timedelta | None] | None:
    """Read "06:00:00.000-07:00" as the time since midnight and the offset from UTC, if it names one."""
    found = _CLOCK.fullmatch(text)
    if not found:
        return None
    hours, minutes, seconds = int(found[1]), int(found[2]), int(found[3] or 0)
    fraction = int((found[4] or "").ljust(6, "0")[:6])
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    since_midnight = timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=fraction)
    if found[5]:
        return since_midnight, timedelta()
    if not found[6]:
        return since_midnight, None
    away_hours, away_minutes = int(found[7]), int(found[8] or 0)
    if away_hours > 23 or away_minutes > 59:
        return None
    offset = timedelta(hours=away_hours, minutes=away_minutes)
    return since_midnight, -offset if found[6] == "-" else offset


def show_moment(moment: date | datetime) -> str:
    """Write "2026-11-23", or "2026-11-23T10:00:00.000+01:00"."""
    if not isinstance(moment, datetime):
        return moment.isoformat()
    away = round((moment.utcoffset() or timedelta()).total_seconds() / 60)
    sign, away = ("-", -away) if away < 0 else ("+", away)
    return f"{moment.replace(tzinfo=None).isoformat(timespec='milliseconds')}{sign}{away // 60:02}:{away % 60:02}"


def read_number(text: str) -> float:
    """Read a number as XPath 1.0 writes it: no exponent, no plus sign; NaN where it is none."""
    return float(text) if _NUMBER.fullmatch(text) else NAN


def show_number(number: float) -> str:
    """Write a number without an exponent, an integer without ".0", and NaN as "" (as ODK, unlike XPath 1.0)."""
    if isinstance(number, Days):
        return str(number.whole)
    if math.isnan(number):
        return ""
    if number in (math.inf, -math.inf):
        return "Infinity" if number > 0 else "-Infinity"
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    shown = repr(number)
    if "e" in shown:
        shown = format(Decimal(shown), "f")
    return shown.removesuffix(".0")


def as_string(value: Value) -> str:
    """Return `value` as XPath's string(); of nodes, the first; NaN is ""."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return show_number(value)
    return value[0].value() if value else ""


def as_number(value: Value, calendar: Calendar = UNIVERSAL) -> float:
    """Return `value` as XPath's number(); a date is its days since 1970-01-01."""
    if isinstance(value, float):
        return value
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    text = as_string(value)
    number = read_number(text)
    if not math.isnan(number) or not text:
        return number
    moment = calendar.read(text)
    return NAN if moment is None else calendar.days(moment)


def as_boolean(value: Value) -> bool:
    """Return `value` as XPath's boolean(): a text that is not empty, a number but 0 and NaN, any node at all."""
    if isinstance(value, float):
        return not math.isnan(value) and value != 0
    return bool(value)


def as_answer(value: Value) -> str:
    """Return `value` as it is kept in an instance: true is "1" and false "0" (as JavaRosa), NaN is ""."""
    if isinstance(value, bool):
        return "1" if value else "0"
    return as_string(value)


def rounded(number: float, places: int = 0) -> float:
    """Round half up, away from zero, as the number is written in decimal: 1.005 to 2 places is 1.01."""
    if not math.isfinite(number) or places > 300:
        return number
    if places < -400:
        return 0.0
    unit = Decimal(1).scaleb(-places)
    return float((Decimal(repr(float(number))) / unit).to_integral_value(ROUND_HALF_UP) * unit)


def utf16(text: str) -> int:
    """Count UTF-16 units, in which both of ODK's engines measure a text."""
    return len(text) if not text or max(text) <= "\uffff" else len(_units(text)) // 2


def cut(text: str, start: int, end: int) -> str:
    """Return the UTF-16 units of `text` from `start` up to `end`; a character that is cut in two is left out."""
    if not text or max(text) <= "\uffff":
        return text[start:end]
    return _units(text)[2 * start : 2 * end].decode("utf-16-le", "ignore")


def _units(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")
