"""Which clocks a country goes by, and where somebody's is; from the package that is pinned."""

import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import pytest

from bot.words import Catalogs
from bot.zones import cities, known, nearest, offsets, zone, zones_of

ZONES = (resources.files("tzdata") / "zones").read_text(encoding="utf-8").split()
CATALOGS = Catalogs.read()
NOW = datetime(2026, 11, 28, tzinfo=UTC)


def test_every_zone_of_the_package_is_known_and_can_be_read() -> None:
    assert len(ZONES) > 590
    for name in ZONES:
        assert known(name)
        assert NOW.astimezone(zone(name)).tzinfo is zone(name)


@pytest.mark.parametrize("name", ["", "Europe", "Europe/Nowhere", "/etc/localtime", "../tzdata/zones", "utc"])
def test_what_is_no_zone_is_utc(name: str) -> None:
    assert not known(name)
    assert zone(name) is UTC


ASKED = """
from datetime import UTC, datetime
from zoneinfo import ZoneInfo
from bot.rhythm import local

now = datetime(2026, 7, 1, tzinfo=UTC)
print(now.astimezone(ZoneInfo("Europe/Berlin")).hour, local(now, "Europe/Berlin").hour)
"""


def test_the_time_zones_of_the_machine_do_not_matter(tmp_path: Path) -> None:
    """Not even where they lie: here Berlin's file is Tokyo's."""
    (tmp_path / "Europe").mkdir()
    tokyo = resources.files("tzdata") / "zoneinfo" / "Asia" / "Tokyo"
    (tmp_path / "Europe" / "Berlin").write_bytes(tokyo.read_bytes())
    told = subprocess.run(
        [sys.executable, "-c", ASKED],
        env={"PYTHONTZPATH": str(tmp_path)},
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["9", "2"]


@pytest.mark.parametrize(
    ("country", "names"),
    [
        ("DE", "Europe/Berlin"),
        ("UA", "Europe/Kyiv"),
        ("AR", "America/Argentina/Buenos_Aires"),
        ("CD", "Africa/Kinshasa Africa/Lubumbashi"),
        ("ID", "Asia/Jakarta Asia/Makassar Asia/Jayapura"),
        ("BR", "America/Sao_Paulo America/Manaus America/Rio_Branco America/Noronha"),
        ("PT", "Europe/Lisbon Atlantic/Azores"),
        ("NZ", "Pacific/Auckland Pacific/Chatham"),
        ("XX", ""),
        ("", ""),
    ],
)
def test_a_country_has_one_zone_for_each_time_that_differs(country: str, names: str) -> None:
    assert list(zones_of(country, NOW)) == names.split()


def test_large_countries_begin_with_their_largest_city() -> None:
    first = {country: zones_of(country, NOW) for country in ("RU", "US", "AU", "CA", "MX")}
    assert {country: (len(names), names[0]) for country, names in first.items()} == {
        "RU": (11, "Europe/Moscow"),
        "US": (8, "America/New_York"),
        "AU": (7, "Australia/Sydney"),
        "CA": (9, "America/Toronto"),
        "MX": (6, "America/Mexico_City"),
    }


def test_every_country_has_a_zone_and_most_have_one() -> None:
    """How many have how many: what somebody has to be asked."""
    countries = {city.country for city in cities()}
    counted = Counter(len(zones_of(country, NOW)) for country in countries)
    print(sorted(counted.items()))
    assert sum(counted.values()) > 240
    assert counted[0] == 0
    assert counted[1] > 220


def test_zones_that_part_later_are_two_while_they_differ_and_one_when_they_do_no_more() -> None:
    """Nuuk and Scoresbysund went together from March 2024 on; who asked before was told of both."""
    assert len(zones_of("GL", datetime(2023, 1, 1, tzinfo=UTC))) == 4
    assert len(zones_of("GL", datetime(2025, 1, 1, tzinfo=UTC))) == 3


def test_a_zone_says_when_it_changes_to_the_minute() -> None:
    begins = datetime(2026, 1, 1, 0, 0, 30, tzinfo=UTC)
    assert [f"{at:%m-%d %H:%M} {offset}" for at, offset in offsets("Europe/Berlin", begins, NOW)] == [
        "01-01 00:00 1:00:00",
        "03-29 01:00 2:00:00",
        "10-25 01:00 1:00:00",
    ]


@pytest.mark.parametrize(
    ("place", "country", "name"),
    [
        ((52.5, 13.4), "", "Europe/Berlin"),
        ((50.5, 30.5), "", "Europe/Kyiv"),
        ((49.8, 24.0), "UA", "Europe/Kyiv"),
        ((-11.7, 27.5), "CD", "Africa/Lubumbashi"),
        ((-1.7, 29.2), "CD", "Africa/Lubumbashi"),
        ((-8.7, 115.2), "ID", "Asia/Makassar"),
        ((27.7, 85.3), "NP", "Asia/Kathmandu"),
        ((-17.0, 179.9), "FJ", "Pacific/Fiji"),
        ((-17.0, -179.9), "", "Pacific/Fiji"),
        ((0.0, 0.0), "XX", "Africa/Accra"),
    ],
)
def test_the_nearest_city_says_which_zone_it_is(place: tuple[float, float], country: str, name: str) -> None:
    assert nearest(*place, country) == name


def test_every_city_is_nearest_to_itself() -> None:
    for city in cities():
        assert nearest(city.latitude, city.longitude, city.country) == city.zone


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", "Kyiv, Kathmandu, Buenos Aires, Los Angeles"),
        ("fr", "Kiev, Katmandou, Buenos Aires, Los Angeles"),
        ("ar", "كييف, كاتماندو, بوينوس أيرس, لوس انجلوس"),
        ("ru", "Киев, Катманду, Буэнос-Айрес, Лос-Анджелес"),
        ("mg", "Kyiv, Kathmandu, Buenos Aires, Los Angeles"),
    ],
)
def test_a_zone_is_called_by_its_city_in_the_readers_language(language: str, names: str) -> None:
    zones = ("Europe/Kyiv", "Asia/Kathmandu", "America/Argentina/Buenos_Aires", "US/Pacific")
    assert ", ".join(CATALOGS.words(language).city(name) for name in zones) == names


def test_every_zone_has_a_name_in_every_language() -> None:
    for language in CATALOGS.languages:
        words = CATALOGS.words(language.code)
        assert all(words.city(name) and "/" not in words.city(name) for name in ZONES)
        assert (words.city("Europe/No_Where"), words.city("")) == ("No Where", "")
