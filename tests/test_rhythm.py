"""Nine in the morning is nine in the morning, whatever is done to the clocks."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.rhythm import PARTS, QUIET, Every, Part, Quiet, Rhythm, follows, is_quiet, less, local, moment, opens
from bot.zones import zone
from tests.test_zones import ZONES

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BEGINS, ENDS = datetime(2024, 1, 1, tzinfo=UTC), datetime(2033, 1, 1, tzinfo=UTC)
AROUND = sorted({sign * minutes for minutes in (0, 1, 15, 29, 30, 31, 59, 60, 61, 120) for sign in (-1, 1)})
"""Minutes before and after the wall times at which a clock is set, that it leaves and that it is set to."""

KINDS = (
    *("Europe/Berlin", "America/New_York", "Australia/Sydney", "Africa/Casablanca", "Europe/Dublin"),
    *("Africa/Cairo", "America/Havana", "America/Nuuk", "America/Asuncion", "Asia/Almaty"),
    *("Australia/Lord_Howe", "Pacific/Chatham", "Antarctica/Troll", "Antarctica/Casey", "Asia/Kathmandu"),
)
"""Every kind of change: north and south, in Ramadan, back in winter, at and over midnight, for good; half an hour, two
hours, zones at a quarter; and none.
"""


def changes(name: str, step: timedelta) -> Iterator[datetime]:
    """The first minutes of another offset, found by asking at every step and then at every minute."""
    clock = zone(name)
    at, offset = BEGINS, BEGINS.astimezone(clock).utcoffset()
    while at < ENDS:
        then = at + step
        if then.astimezone(clock).utcoffset() != offset:
            while at.astimezone(clock).utcoffset() == offset:
                at += MINUTE
            offset = at.astimezone(clock).utcoffset()
            yield at
        at = then


def expected(name: str, change: datetime) -> Iterator[tuple[str, datetime, datetime]]:
    """The kind, the wall time and the moment that it means, of all wall times around a change.

    Found by looking at a clock on a wall each minute of six hours before and after.
    """
    clock = zone(name)
    shown: dict[datetime, list[datetime]] = {}
    for minute in range(-360, 361):
        at = change + minute * MINUTE
        shown.setdefault(at.astimezone(clock).replace(tzinfo=None), []).append(at)
    edges = [at.astimezone(clock).replace(tzinfo=None) for at in (change - MINUTE, change)]
    for wall in sorted(
        {edge + minutes * MINUTE for edge in (edges[0] + MINUTE, edges[1]) for minutes in AROUND}
    ):
        match shown.get(wall, []):
            case [once]:
                yield "plain", wall, once
            case [first, _]:
                yield "twice: the first", wall, first
            case []:
                same_day = {face: moments for face, moments in shown.items() if face.date() == wall.date()}
                if after := [moments for face, moments in same_day.items() if face > wall]:
                    yield "leapt over: the first after", wall, min(min(moments) for moments in after)
                else:
                    yield "leapt over to the next day: the last before", wall, max(same_day[max(same_day)])


def table(names: Iterable[str], step: timedelta) -> Counter[str]:
    """How many wall times there are of each kind, and how many changes; each held against the clock on the wall."""
    found: Counter[str] = Counter()
    for name in names:
        for change in changes(name, step):
            found["changes"] += 1
            for kind, wall, means in expected(name, change):
                found[kind] += 1
                assert moment(wall.date(), wall.hour * 60 + wall.minute, name) == means, (name, wall, kind)
    return found


def test_a_wall_time_is_one_moment_around_every_kind_of_change() -> None:
    """Of nine years."""
    found = table(KINDS, DAY)
    print(found)
    assert len(found) == 5
    assert min(found.values()) > 0


@pytest.mark.soak
def test_a_wall_time_is_one_moment_around_every_change_of_every_zone() -> None:
    """Of nine years, looked for hour by hour."""
    found = table(ZONES, HOUR)
    print(len(ZONES), "zones:", dict(found))
    assert found["changes"] > 3_000


def test_a_day_that_never_was_has_no_moment() -> None:
    """Samoa went from the 29th to the 31st of December 2011."""
    days = [moment(date(2011, 12, day), 9 * 60, "Pacific/Apia") for day in (29, 30, 31)]
    assert days == [datetime(2011, 12, 29, 19, tzinfo=UTC), None, datetime(2011, 12, 30, 19, tzinfo=UTC)]
    for minute in (0, 1, 24 * 60 - 1):
        assert moment(date(2011, 12, 30), minute, "Pacific/Apia") is None


@pytest.mark.parametrize("zone", ["", "Europe/Nowhere", "../../etc/passwd"])
def test_who_has_no_zone_yet_lives_by_utc(zone: str) -> None:
    assert moment(date(2026, 7, 1), 9 * 60, zone) == datetime(2026, 7, 1, 9, tzinfo=UTC)


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    begins=st.dates(date(2010, 1, 1), date(2036, 1, 1)),
    part=st.sampled_from(Part),
)
@example(zone="Pacific/Apia", begins=date(2011, 12, 1), part=Part.MORNING)
@example(zone="America/Nuuk", begins=date(2024, 3, 1), part=Part.EVENING)
def test_each_day_that_there_is_has_one_moment_and_none_is_in_quiet_hours(
    zone: str, begins: date, part: Part
) -> None:
    days = [begins + day * DAY for day in range(60)]
    moments = {day: moment(day, PARTS[part], zone) for day in days}
    midnight = datetime.combine(begins, time(), UTC) - DAY
    lived = {local(midnight + hour * HOUR, zone).date() for hour in range(62 * 24)}
    assert {day for day, at in moments.items() if at} == {day for day in days if day in lived}
    come = [at for at in moments.values() if at]
    assert [local(at, zone).date() for at in come] == [day for day in days if day in lived]
    assert all(one < other for one, other in pairwise(come))
    assert not any(is_quiet(at, zone, QUIET) for at in come)
    assert [opens(at, zone, QUIET) for at in come] == come


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from([name for name in KINDS for _ in range(4)] + ZONES),
    at=st.integers(0, 13_700_000).map(lambda minutes: datetime(2010, 1, 1, tzinfo=UTC) + minutes * MINUTE),
    quiet=st.builds(Quiet, st.integers(0, 1439), st.integers(0, 1439)),
)
@example(zone="Pacific/Apia", at=datetime(2011, 12, 30, 8, tzinfo=UTC), quiet=QUIET)
@example(zone="Europe/Berlin", at=datetime(2026, 10, 25, 1, 10, tzinfo=UTC), quiet=Quiet(60, 150))
@example(zone="Europe/Berlin", at=datetime(2026, 3, 28, 20, tzinfo=UTC), quiet=Quiet(60, 150))
@example(zone="Europe/Berlin", at=datetime(2026, 3, 29, 0, 30, 5, tzinfo=UTC), quiet=Quiet(60, 150))
@example(zone="America/Nuuk", at=datetime(2024, 3, 30, 23, tzinfo=UTC), quiet=Quiet(1300, 1420))
def test_quiet_hours_open_at_the_first_minute_that_is_not_quiet(
    zone: str, at: datetime, quiet: Quiet
) -> None:
    """Looked for minute by minute on the clock on her wall."""
    begins, ends = (timedelta(minutes=minute) for minute in quiet)

    def silent(moment: datetime) -> bool:
        here = local(moment, zone)
        shown = timedelta(hours=here.hour, minutes=here.minute)
        return begins <= shown < ends if begins <= ends else shown >= begins or shown < ends

    first = at
    while silent(first):
        first = first.replace(second=0, microsecond=0) + MINUTE
    assert is_quiet(at, zone, quiet) is silent(at)
    assert opens(at, zone, quiet) == first


def test_no_quiet_hours_are_none() -> None:
    midnight = datetime(2026, 5, 1, tzinfo=UTC)
    assert not any(is_quiet(midnight + hour * HOUR, "", Quiet(480, 480)) for hour in range(24))


@pytest.mark.parametrize(
    ("shown", "zone"),
    [("14:45", "Asia/Kathmandu"), ("21:45", "Pacific/Chatham"), ("19:30", "Australia/Lord_Howe")],
)
def test_zones_at_a_half_and_at_a_quarter_of_an_hour_are_zones_like_others(shown: str, zone: str) -> None:
    assert f"{local(datetime(2026, 6, 1, 9, tzinfo=UTC), zone):%H:%M}" == shown
    at = moment(date(2026, 6, 1), PARTS[Part.NOON], zone)
    assert at is not None
    assert f"{local(at, zone):%H:%M}" == "12:00"


@pytest.mark.parametrize(
    ("day", "every", "next_day"),
    [
        ("2026-02-26", Every.WEEK, "2026-03-05"),
        ("2026-12-25", Every.FORTNIGHT, "2027-01-08"),
        ("2026-01-15", Every.MONTH, "2026-02-15"),
        ("2026-01-31", Every.MONTH, "2026-02-28"),
        ("2028-01-30", Every.MONTH, "2028-02-28"),
        ("2026-12-31", Every.MONTH, "2027-01-28"),
    ],
)
def test_a_rhythm_has_a_next_day(day: str, every: Every, next_day: str) -> None:
    assert follows(date.fromisoformat(day), every) == date.fromisoformat(next_day)


@pytest.mark.parametrize("began", range(1, 32))
def test_a_month_keeps_its_day_whatever_the_months_between(began: int) -> None:
    """It does not slip at a short month: from its second day on a rhythm is on the same day of every month."""
    day, days, months = date(2027, 7, began), [], []
    for _ in range(36):
        day = follows(day, Every.MONTH)
        days.append(day.day)
        months.append(day.month)
    assert set(days) == {min(began, 28)}
    assert months == [number % 12 + 1 for number in range(7, 43)]


def test_never_has_no_next_day() -> None:
    with pytest.raises(ValueError, match="never"):
        follows(date(2026, 1, 1), Every.NEVER)


def test_less_often_ends_at_never() -> None:
    assert [less(every) for every in Every] == [Every.FORTNIGHT, Every.MONTH, Every.NEVER, Every.NEVER]


def test_who_said_nothing_is_asked_each_month_in_the_morning_and_never_at_night() -> None:
    wishes = Rhythm("somebody")
    assert (wishes.every, PARTS[wishes.part], wishes.quiet) == (Every.MONTH, 540, (1200, 480))
    assert not wishes.digest
