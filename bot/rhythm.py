"""Rhythm: when somebody is asked, by her own clock."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Every(StrEnum):
    """How often."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"
    NEVER = "never"


class Part(StrEnum):
    """Which part of her day."""

    MORNING = "morning"
    NOON = "noon"
    AFTERNOON = "afternoon"
    EVENING = "evening"


PARTS: Mapping[Part, int] = MappingProxyType(
    {Part.MORNING: 9 * 60, Part.NOON: 12 * 60, Part.AFTERNOON: 15 * 60, Part.EVENING: 18 * 60}
)
"""The minute of the day at which each is."""


class Quiet(NamedTuple):
    """The minutes of the day between which nothing is sent unasked; none where they are the same."""

    begins: int
    ends: int


QUIET = Quiet(20 * 60, 8 * 60)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often and when one person wants to be asked."""

    respondent: str
    zone: str = ""
    every: Every = Every.MONTH
    part: Part = Part.MORNING
    quiet: Quiet = QUIET
    paused_until: date | None = None
    digest: bool = False
    next_day: date | None = None
    version: int = 0


def local(at: datetime, zone: str) -> datetime:
    """The wall clock there."""
    return at.astimezone(ZoneInfo(zone) if zone else UTC)


def moment(day: date, minute: int, zone: str) -> datetime | None:
    """The moment of a wall time."""
    wall = datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(zone) if zone else UTC)
    return wall.astimezone(UTC)


def is_quiet(at: datetime, zone: str, quiet: Quiet) -> bool:
    """Whether it is a quiet hour there."""
    wall = local(at, zone)
    minute = wall.hour * 60 + wall.minute
    if quiet.begins <= quiet.ends:
        return quiet.begins <= minute < quiet.ends
    return minute >= quiet.begins or minute < quiet.ends


def opens(at: datetime, zone: str, quiet: Quiet) -> datetime:
    """The first moment from then on that is no quiet hour."""
    if not is_quiet(at, zone, quiet):
        return at
    day = local(at, zone).date()
    ends = (moment(each, quiet.ends, zone) for each in (day, day + timedelta(days=1)))
    return next(each for each in ends if each is not None and each > at)


def follows(day: date, every: Every) -> date:
    """The next day of a rhythm."""
    match every:
        case Every.WEEK:
            return day + timedelta(days=7)
        case Every.FORTNIGHT:
            return day + timedelta(days=14)
        case _:
            year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
            return date(year, month, min(day.day, monthrange(year, month)[1]))


def less(every: Every) -> Every:
    """Less often than this."""
    order = tuple(Every)
    return order[min(order.index(every) + 1, len(order) - 1)]
