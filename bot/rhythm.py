"""Rhythm: how often, on which part of her day somebody is asked again, and when nothing of ours may come (R19).

What is true is a day of hers, a minute of that day and her zone. A moment of UTC follows from them and may be kept
beside them, to be found by; it is worked out anew when her zone or the zones' own rules change. Kept alone it is no
truth: governments change their clocks at a month's notice, and nine in the morning is meant to stay nine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from bot import zones

DAY = 24 * 60
"""The minutes that a clock on the wall shows."""

EVERY_MONTH = 28
"""The last day that every month has."""


class Every(StrEnum):
    """How often she is asked."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"
    NEVER = "never"


class Part(StrEnum):
    """The part of her day in which she is asked."""

    MORNING = "morning"
    NOON = "noon"
    AFTERNOON = "afternoon"
    EVENING = "evening"


PARTS: Mapping[Part, int] = MappingProxyType(
    {Part.MORNING: 9 * 60, Part.NOON: 12 * 60, Part.AFTERNOON: 15 * 60, Part.EVENING: 18 * 60}
)
"""When each part of the day begins, in local minutes after midnight."""


class Quiet(NamedTuple):
    """The hours in which nothing comes unasked, in local minutes after midnight (0 to 1,439), over midnight or not.

    The first minute is quiet, the last is not; none where both are the same.
    """

    begins: int
    ends: int


QUIET = Quiet(20 * 60, 8 * 60)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What a respondent wishes. `zone`: of IANA, "" while nobody knows it. `paused_until`: asked again from that day.

    `digest`: she wants to read what others said. `next_day`: the day of hers on which she is asked next.
    """

    respondent: str
    zone: str = ""
    every: Every = Every.MONTH
    part: Part = Part.MORNING
    quiet: Quiet = QUIET
    paused_until: date | None = None
    digest: bool = False
    next_day: date | None = None
    version: int = 0


def moment(day: date, minute: int, zone: str) -> datetime | None:
    """The moment (UTC) at which a clock of the zone shows this minute (0 to 1,439) of this day.

    Where it shows it twice: the first. Where it leaps over it: the first minute of that day after the leap, or the
    last before it where none comes after. None where the zone never had the day, as Samoa the 30th of December 2011.
    """
    wall = datetime.combine(day, time(), zones.zone(zone)) + timedelta(minutes=minute)
    shown = wall.astimezone(UTC)
    if local(shown, zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return shown
    leap = zones.turn(zone, wall.replace(fold=1).astimezone(UTC), shown)
    return next((at for at in (leap, leap - zones.MINUTE) if local(at, zone).date() == day), None)


def local(at: datetime, zone: str) -> datetime:
    """What clocks of the zone show at a moment; those of UTC where the zone is "" or unknown."""
    return at.astimezone(zones.zone(zone))


def is_quiet(at: datetime, zone: str, quiet: Quiet) -> bool:
    """Whether nothing may come now, by the clock on her wall."""
    here = local(at, zone)
    since = (here.hour * 60 + here.minute - quiet.begins) % DAY
    return since < (quiet.ends - quiet.begins) % DAY


def opens(at: datetime, zone: str, quiet: Quiet) -> datetime:
    """The moment itself outside of quiet hours, else the first minute (UTC) that is not quiet.

    That is their end, or, where her clock is set meanwhile, the minute at which it has left them for the first time.
    """
    while is_quiet(at, zone, quiet):
        here = local(at, zone)
        begins = at.astimezone(UTC).replace(second=0, microsecond=0)
        left = (quiet.ends - here.hour * 60 - here.minute) % DAY
        at = zones.turn(zone, begins, begins + timedelta(minutes=left))
    return at


def follows(day: date, every: Every) -> date:
    """The next day of a rhythm: 7 or 14 days on, or the same day of the next month, the 28th at the latest: a day that
    every month has is the same for good, and needs nothing else to be remembered.

    Raises ValueError for never.
    """
    match every:
        case Every.WEEK:
            return day + timedelta(days=7)
        case Every.FORTNIGHT:
            return day + timedelta(days=14)
        case Every.MONTH:
            year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
            return date(year, month, min(day.day, EVERY_MONTH))
        case Every.NEVER:
            raise ValueError("who is never asked has no next day")


def less(every: Every) -> Every:
    """One step less often, down to never."""
    steps = list(Every)
    return steps[min(steps.index(every) + 1, len(steps) - 1)]
