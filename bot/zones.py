"""Zones: which clocks there are, which of them a country goes by, and which of these differ.

All of it comes from the package `tzdata`, pinned in requirements.lock, and never from the operating system: an old
machine must not tell people an old time, and two machines must not disagree.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from importlib import resources
from importlib.metadata import version
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
AHEAD = timedelta(days=2 * 365)
"""How far from now zones must agree to be one to who is asked: two years hold every yearly rule twice."""

LARGEST = (
    *("Europe/Moscow", "Europe/Samara"),
    *("America/Sao_Paulo", "America/Manaus", "America/Rio_Branco"),
    *("America/Toronto", "America/Vancouver", "America/Edmonton", "America/Winnipeg", "America/Halifax"),
    *("Australia/Sydney", "Australia/Brisbane", "Australia/Perth", "Australia/Adelaide"),
    *("America/Punta_Arenas", "Pacific/Pohnpei"),
)
"""Cities that stand for their time where zone.tab, which goes from east to west, names a smaller one first."""


class City(NamedTuple):
    """A row of zone.tab: where a zone's city lies, in degrees, and in which country (ISO 3166)."""

    country: str
    latitude: float
    longitude: float
    zone: str


@cache
def edition() -> str:
    """The edition of IANA's rules that is read, as "2026.1"."""
    return version("tzdata")


def known(zone: str) -> bool:
    """Whether the zone is one of IANA's, by its name of today or a former one."""
    return zone in _names()


def zone(key: str) -> tzinfo:
    """The clock of a zone; UTC where the key is "" or unknown."""
    return _read(key) if known(key) else UTC


def zones_of(country: str, now: datetime) -> tuple[str, ...]:
    """The zones of a country that differ within two years from now, one for each time; () for an unknown country.

    The largest city stands first and for its time. What another country is named first for in zone1970.tab is left
    out, so that nobody is asked about a border to say what time it is.
    """
    different: dict[tuple[tuple[datetime, timedelta], ...], str] = {}
    for name in _own(country):
        different.setdefault(tuple(offsets(name, now, now + AHEAD)), name)
    return tuple(different.values())


@cache
def largest(country: str) -> str:
    """The zone of a country's largest city; "" for an unknown country."""
    return next(iter(_own(country)), "")


@cache
def point(country: str) -> tuple[int, int] | None:
    """The point that stands for a country on a map, the same for everybody in it: where the city of its largest zone
    lies, latitude and longitude in whole degrees; None for an unknown country.
    """
    zone = largest(country)
    return next(
        (
            (round(city.latitude), round(city.longitude))
            for city in cities()
            if (city.country, city.zone) == (country, zone)
        ),
        None,
    )


def nearest(latitude: float, longitude: float, country: str = "") -> str:
    """The zone whose city lies nearest, in degrees, within the country where it has one.

    A guess to be shown and not believed: borders of zones are not in the package (docs/time.md says how far it errs).
    """
    within = [city for city in cities() if city.country == country] or cities()
    return min(within, key=lambda city: _apart(latitude, longitude, city.latitude, city.longitude)).zone


def offsets(key: str, begins: datetime, ends: datetime) -> Iterator[tuple[datetime, timedelta]]:
    """How a zone stands to UTC at the beginning, and from each minute at which that changes, before the end."""
    at = begins.astimezone(UTC).replace(second=0, microsecond=0)
    stands = _offset(key, at)
    yield at, stands
    while at < ends:
        then = at + timedelta(days=1)
        changes = _offset(key, then) != stands
        at = turn(key, at, then) if changes else then
        if changes and at < ends:
            stands = _offset(key, at)
            yield at, stands


def turn(key: str, begins: datetime, ends: datetime) -> datetime:
    """The first minute at which a zone stands otherwise to UTC than at the beginning; the end where it never does.

    Both in UTC, whole minutes, less than a day or so apart: what changes and changes back between them is not seen.
    """
    if _offset(key, ends) == _offset(key, begins):
        return ends
    before, after = begins, ends
    while after - before > MINUTE:
        middle = before + (after - before) // MINUTE // 2 * MINUTE
        if _offset(key, middle) == _offset(key, begins):
            before = middle
        else:
            after = middle
    return after


@cache
def cities() -> tuple[City, ...]:
    """zone.tab, in its order: each country's own cities, also where they share their clock with another country's."""
    rows = (line.split("\t") for line in _lines("zoneinfo/zone.tab"))
    return tuple(City(row[0], *_degrees(row[1]), row[2]) for row in rows)


def _own(country: str) -> list[str]:
    """The zones of a country's own cities, that of the largest first."""
    own = [city.zone for city in cities() if city.country == country and _home(city.zone) in {"", country}]
    return sorted(own, key=lambda name: LARGEST.index(name) if name in LARGEST else len(LARGEST))


def _home(key: str) -> str:
    """The country that zone1970.tab names first for a zone; "" where it has no row of its own."""
    return _homes().get(key, "")


@cache
def _homes() -> dict[str, str]:
    return {row[2]: row[0][:2] for row in (line.split("\t") for line in _lines("zoneinfo/zone1970.tab"))}


@cache
def _names() -> frozenset[str]:
    return frozenset(_lines("zones"))


@cache
def _read(key: str) -> ZoneInfo:
    with resources.files("tzdata").joinpath("zoneinfo", *key.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=key)


def _lines(name: str) -> list[str]:
    text = resources.files("tzdata").joinpath(*name.split("/")).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _offset(key: str, at: datetime) -> timedelta:
    return at.astimezone(zone(key)).utcoffset() or timedelta()


def _degrees(iso: str) -> tuple[float, float]:
    """ISO 6709 without separators: ±DDMM±DDDMM or ±DDMMSS±DDDMMSS."""
    second = max(iso.rfind("+"), iso.rfind("-"))
    return _angle(iso[:second], 2), _angle(iso[second:], 3)


def _angle(text: str, whole: int) -> float:
    sign, digits = (-1 if text[0] == "-" else 1), text[1:]
    degrees, minutes, seconds = digits[:whole], digits[whole : whole + 2], digits[whole + 2 :] or "0"
    return sign * (int(degrees) + int(minutes) / 60 + int(seconds) / 3600)


def _apart(latitude: float, longitude: float, other: float, beside: float) -> float:
    """The angle between two places on the globe (haversine)."""
    one, two = radians(latitude), radians(other)
    across = sin((two - one) / 2) ** 2 + cos(one) * cos(two) * sin(radians(beside - longitude) / 2) ** 2
    return 2 * asin(sqrt(min(1.0, across)))
