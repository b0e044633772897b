"""Dates and times by taps: what is offered, and what the taps make."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from dialogs import calendar
from dialogs.form import Kind, Question

TODAY = date(2026, 11, 23)
DAY = Question("/f/d", Kind.DATE)
MONTH = Question("/f/d", Kind.DATE, appearance=frozenset({"month-year"}))
YEAR = Question("/f/d", Kind.DATE, appearance=frozenset({"year"}))
TIME = Question("/f/d", Kind.TIME)
MOMENT = Question("/f/d", Kind.DATETIME)


def offered(stage: str, question: Question, *tapped: str, fits: calendar.Fits | None = None) -> list[int]:
    return calendar.numbers(stage, question, tapped, TODAY, fits)


def after_today(value: str) -> bool:
    return value > "2026-11-23"


def in_spring(value: str) -> bool:
    return "2020-03-10" <= value <= "2020-05-31"


def in_the_morning(value: str) -> bool:
    return value < "12:00:00"


def late_today(value: str) -> bool:
    return value > "2026-11-23T22:00:00"


def never(value: str) -> bool:
    return not value


def after(question: Question, tapped: list[str], field: int, number: int) -> list[str] | None:
    return calendar.after(question, tapped, field, number, TODAY)


def test_a_day_is_near_or_a_year_a_month_and_a_day() -> None:
    assert calendar.open_stages(DAY, []) == ("near", "year")
    assert calendar.open_stages(DAY, ["2024"]) == ("month",)
    assert calendar.open_stages(DAY, ["2024", "2"]) == ("day",)
    assert calendar.open_stages(DAY, ["2024", "2", "29"]) == ()
    assert calendar.open_stages(MONTH, []) == ("year",)
    assert calendar.open_stages(TIME, ["8"]) == ("minute",)
    assert calendar.open_stages(MOMENT, ["2024", "2", "29"]) == ("hour",)


def test_taps_make_a_value_once_nothing_is_missing() -> None:
    assert calendar.value(DAY, ["2024", "2"]) == ""
    assert calendar.value(DAY, ["2024", "2", "9"]) == "2024-02-09"
    assert calendar.value(MONTH, ["2024", "2"]) == "2024-02-01"
    assert calendar.value(YEAR, ["2024"]) == "2024-01-01"
    assert calendar.value(TIME, ["8", "15"]) == "08:15:00"
    assert calendar.value(MOMENT, ["2024", "2", "9", "8", "0"]) == "2024-02-09T08:00:00"


def test_without_a_rule_of_the_author_the_past_is_offered() -> None:
    assert offered("near", DAY) == [0, 1]
    assert offered("year", DAY) == list(range(2026, 1915, -1))
    assert offered("month", DAY, "2026") == list(range(1, 13))
    assert len(offered("day", DAY, "2023", "2")) == 28
    assert len(offered("day", DAY, "2024", "2")) == 29
    assert len(offered("day", DAY, "2024", "12")) == 31
    assert offered("minute", TIME, "8") == [0, 15, 30, 45]


def test_with_a_rule_only_what_can_keep_it_is_offered() -> None:
    assert offered("near", DAY, fits=after_today) == []
    assert offered("year", DAY, fits=after_today) == list(range(2026, 2037))
    assert offered("month", DAY, "2026", fits=after_today) == [11, 12]
    assert offered("day", DAY, "2026", "11", fits=after_today) == [24, 25, 26, 27, 28, 29, 30]
    assert offered("year", DAY, fits=in_spring) == [2020]
    assert offered("month", DAY, "2020", fits=in_spring) == [3, 4, 5]
    assert offered("month", MONTH, "2020", fits=in_spring) == [4, 5]
    assert offered("hour", TIME, fits=in_the_morning) == list(range(12))
    assert offered("near", MOMENT, fits=late_today) == [0]
    assert offered("hour", MOMENT, "2026", "11", "23", fits=late_today) == [22, 23]
    assert offered("minute", MOMENT, "2026", "11", "23", "22", fits=late_today) == [15, 30, 45]


def test_a_rule_nothing_on_the_buttons_keeps_hides_none_of_them() -> None:
    assert offered("near", DAY, fits=never) == []
    assert offered("month", DAY, "2026", fits=never) == list(range(1, 13))
    assert offered("year", YEAR, fits=never) == list(range(2026, 1915, -1))


def test_a_tap_goes_one_part_on_and_the_same_tap_again_changes_nothing() -> None:
    assert after(DAY, [], 1, 2024) == ["2024"]
    assert after(DAY, ["2024", "2"], 1, 2024) == ["2024", "2"]
    assert after(DAY, ["2024", "2"], 1, 2023) == ["2023"]
    assert after(DAY, [], 0, 1) == ["2026", "11", "22"]
    assert after(MOMENT, ["2026", "11", "22", "8"], 0, 1) == ["2026", "11", "22", "8"]
    assert after(DAY, ["2024"], 2, 13) is None
    assert after(DAY, ["2023", "2"], 3, 29) is None
    assert after(DAY, [], 3, 1) is None
    assert after(MONTH, [], 0, 1) is None
    assert after(DAY, [], 9, 1) is None


def test_what_is_tapped_so_far_is_said() -> None:
    assert calendar.so_far(DAY, [], "en") == ""
    assert calendar.so_far(DAY, ["2024"], "en") == "2024"
    assert calendar.so_far(DAY, ["2024", "2"], "fr") == "février 2024"
    assert calendar.so_far(MOMENT, ["2024", "2", "9"], "en") == "9 February 2024"
    assert calendar.so_far(MOMENT, ["2024", "2", "9", "8"], "en") == "9 February 2024, 08:…"
    assert calendar.so_far(TIME, ["8"], "en") == "08:…"


@given(st.sampled_from([DAY, MONTH, YEAR, TIME, MOMENT]), st.data())
def test_every_way_through_the_buttons_ends_in_a_value(question: Question, data: st.DataObject) -> None:
    tapped: list[str] = []
    while stages := calendar.open_stages(question, tapped):
        stage = data.draw(st.sampled_from(stages))
        number = data.draw(st.sampled_from(offered(stage, question, *tapped)))
        assert calendar.label(stage, number, tapped, "en")
        after = calendar.after(question, tapped, calendar.STAGES.index(stage), number, TODAY)
        assert after is not None
        assert len(after) > len(tapped)
        tapped = after
    assert calendar.value(question, tapped)
