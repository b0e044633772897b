"""Months, days and times in the languages of the project."""

from datetime import date

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from bot.words import listed
from dialogs.dates import in_words, month_named, name_of_month, read_date

LANGUAGES = [language.code for language in listed()]
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_months_of_every_language_are_read_as_unicode_names_them(language: str) -> None:
    """The names of CLDR."""
    names = Locale.parse(language).months["format"]["wide"]
    written = "2024年{}5日" if language == "zh" else "5 {} 2024"
    read = {month: read_date(written.format(name), TODAY) for month, name in names.items()}
    assert read == {month: f"2024-{month:02}-05" for month in range(1, 13)}


@pytest.mark.parametrize("language", LANGUAGES)
@given(day=st.dates(min_value=date(1900, 1, 1), max_value=date(2027, 12, 31)))
def test_a_date_in_words_is_read_back(language: str, day: date) -> None:
    assert read_date(in_words(day.isoformat(), language), TODAY) == day.isoformat()


@pytest.mark.parametrize(
    ("value", "language", "words"),
    [
        ("2026-11-23", "en", "23 November 2026"),
        ("2026-11-23", "fr-CA", "23 novembre 2026"),
        ("2026-11-23", "es", "23 de noviembre de 2026"),
        ("2026-11-23", "ru", "23 ноября 2026"),
        ("2026-11-23", "zh", "2026年11月23日"),
        ("2026-11-23", "ar", "23 نوفمبر 2026"),
        ("2026-11-23", "xx", "2026-11-23"),
        ("2026-11", "ru", "ноябрь 2026"),
        ("2026-11", "zh", "2026年11月"),
        ("2026", "en", "2026"),
        ("14:30:00", "en", "14:30"),
        ("2026-11-23T14:30:00", "fr", "23 novembre 2026, 14:30"),
        ("", "en", ""),
        ("no date", "en", "no date"),
    ],
)
def test_a_date_is_said_as_people_say_it(value: str, language: str, words: str) -> None:
    assert in_words(value, language) == words


def test_a_month_has_a_name_of_its_own() -> None:
    assert (name_of_month(3, "ru"), name_of_month(3, "fr"), name_of_month(3, "xx")) == ("март", "mars", "3")
    assert (month_named("mar"), month_named("ma"), month_named("الثاني")) == (3, None, None)
