"""Every language speaks with its own words, and with English ones where it has none yet."""

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.speech import Day, Sentence
from bot.words import FSI, LRM, PDI, REGIONS, RLM, Catalogs, Language

CATALOGS = Catalogs.read()
HEADER = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""


def test_the_list_of_languages_is_the_products() -> None:
    """Product: twelve languages; those that are ready are offered in the order of the list."""
    listed = [language.code for language in CATALOGS.languages]
    ready = [language.code for language in CATALOGS.ready]
    assert ready == [code for code in listed if code in ready]
    assert {"en", "fr", "ar"} <= set(ready)
    codes = "en fr es pt ar ru zh hi bn ur sw mg"
    assert {language.code for language in CATALOGS.languages} == set(codes.split())
    assert {each.code for each in CATALOGS.languages if each.direction == "rtl"} == {"ar", "ur"}


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_a_ready_language_says_yes_in_its_own_words(language: str) -> None:
    yes = CATALOGS.words(language).say(Sentence("Yes"))
    assert yes == {"en": "Yes", "fr": "Oui", "ar": "نعم"}[language]


@pytest.mark.parametrize("language", ["xx", "", None, "xx-KE"])
def test_what_a_language_lacks_is_said_in_english(language: str | None) -> None:
    assert CATALOGS.words(language).say(Sentence("Back")) == "Back"


def test_a_region_speaks_its_language() -> None:
    assert CATALOGS.words("fr-CA").language == "fr"
    assert CATALOGS.words("AR").direction == "rtl"


def test_the_arrows_of_every_language_point_where_its_pages_are() -> None:
    """▶ is not mirrored by the phone, as a bracket is."""
    for language in CATALOGS.languages:
        words = CATALOGS.words(language.code)
        on, back = [
            words.say(Sentence(f"{sign} {{page}}/{{pages}}", {"page": 2, "pages": 3})) for sign in "▶◀"
        ]
        assert ("◀" in on, "▶" in back) == ((language.direction == "rtl",) * 2), language.code


def test_the_networks_regions_are_called_as_in_each_language_and_others_as_they_were_written() -> None:
    example = tomllib.loads((Path(__file__).parents[1] / "deploy" / "partners.toml").read_text("utf-8"))
    assert {each["name"] for each in example["regions"]} == set(REGIONS)
    catalogs = Catalogs.read()
    for language in catalogs.ready:
        words = catalogs.words(language.code)
        called = {words.region(name) for name in REGIONS}
        assert len(called) == len(REGIONS)
        assert language.code == "en" or len(called - set(REGIONS)) > 5, language.code
        assert words.region("About") == "About", "no region, though a page says it"
    assert catalogs.words("fr").region("South Asia") == "Asie du Sud"


def test_a_sentence_no_catalog_has_is_said_as_it_stands() -> None:
    assert CATALOGS.words("fr").say(Sentence("Nobody wrote {this} yet.", {"this": "sentence"})) == (
        "Nobody wrote sentence yet."
    )


DAYS = "What you begin and do not send is erased after {days} day."
MANY = "What you begin and do not send is erased after {days} days."


def test_plurals_follow_the_language() -> None:
    """The catalog's own plural forms: six in Arabic."""

    def said(language: str, count: int) -> str:
        return CATALOGS.words(language).say(Sentence(DAYS, {"days": count}, MANY, count))

    assert said("en", 1) == "What you begin and do not send is erased after 1 day."
    assert said("en", 14) == "What you begin and do not send is erased after 14 days."
    assert len({said("ar", count).replace(str(count), "") for count in (1, 2, 3, 11, 100)}) >= 4


def test_a_word_of_one_context_is_not_that_of_another() -> None:
    english = CATALOGS.words("fr")
    state = english.say(Sentence("set aside", context="state"))
    decision = english.say(Sentence("set aside", context="decision", domain="desk"))
    assert state != "set aside"
    assert decision != "set aside"


def test_days_are_written_out_and_times_never_said() -> None:
    """S6: a day, not a time."""
    moment = datetime(2026, 11, 23, 20, 15, tzinfo=UTC)
    sentence = "This text is version {version} of {day}."
    for value in (moment, moment.date(), Day("2026-11-23")):
        assert CATALOGS.words("en").say(Sentence(sentence, {"version": 1, "day": value})) == (
            "This text is version 1 of November 23, 2026."
        )
    assert CATALOGS.words("fr").date(date(2026, 11, 23)) == "23 novembre 2026"
    assert CATALOGS.words("mg").date(date(2026, 11, 23))


def test_several_values_become_a_list_in_words() -> None:
    allowed = Sentence("You allow: {consents}", {"consents": (Sentence("Yes"), Sentence("No"), "x")})
    assert CATALOGS.words("en").say(allowed) == "You allow: Yes, No, and x"
    assert "Oui, Non et x" in CATALOGS.words("fr").say(allowed)


@pytest.mark.parametrize(
    ("words", "language", "meaning"),
    [
        ("Oui !", "fr", "yes"),
        ("OUI", "fr", "yes"),
        ("retour", "fr", "back"),
        ("Arrêter", "fr", "stop"),
        ("arreter", "fr", "stop"),
        ("نعم", "ar", "yes"),
        ("yes", "fr", "yes"),
        ("Tell me more", "en", "more"),
        ("?", "en", "more"),
        ("yes please do", "en", None),
        ("", "en", None),
        ("yes", None, "yes"),
        ("yes", "mg", "yes"),
    ],
)
def test_words_typed_in_place_of_a_tap_are_understood(
    words: str, language: str | None, meaning: str | None
) -> None:
    assert CATALOGS.meaning(words, language) == meaning


def test_every_meaning_is_understood_by_its_own_button() -> None:
    labels = {
        "yes": "Yes",
        "no": "No",
        "back": "Back",
        "skip": "Skip",
        "stop": "Stop",
        "done": "Done",
        "send": "Send",
    }
    for language in CATALOGS.ready:
        words = CATALOGS.words(language.code)
        for meaning, label in labels.items():
            assert CATALOGS.meaning(words.say(Sentence(label)), language.code) == meaning, language.code


@given(st.text(max_size=50))
def test_what_is_put_in_cannot_break_out(value: str) -> None:
    """S13: control characters and overrides are dropped; braces and format tricks are only words."""
    said = CATALOGS.words("ar").say(
        Sentence("{partner} asks: {question}", {"partner": value, "question": "{partner}"})
    )
    assert not set(said) & set("\u202a\u202b\u202d\u202e\u2066\u2067\x00\x1b")
    assert said.count(FSI) == said.count(PDI)
    assert "{partner}" in said


def test_a_value_cannot_reach_into_python() -> None:
    """S13: placeholders are names, not expressions."""
    catalogs = CATALOGS.words("en")
    assert catalogs.say(Sentence("{x.__class__} {x!r} {y}", {"x": "1"})) == "{x.__class__} {x!r} {y}"


def test_isolates_stand_only_where_directions_meet() -> None:
    """S13: wrapped in FSI…PDI line by line where the value runs the other way, or would be mirrored."""
    english, arabic = CATALOGS.words("en"), CATALOGS.words("ar")
    assert english.isolated("ATD 12") == "ATD 12"
    assert english.isolated("نعم") == f"{FSI}نعم{PDI}"
    assert arabic.isolated("MG-7\nنعم") == f"{FSI}MG-7{PDI}\n{FSI}نعم{PDI}"
    assert (english.isolated("')'"), arabic.isolated("')'")) == ("')'", f"{FSI}')'{PDI}")
    assert arabic.isolated("12") == "12"
    assert english.marked("نعم yes") == f"{LRM}نعم yes"
    assert english.marked("123") == "123"
    assert arabic.marked("123") == f"{RLM}123"
    assert arabic.marked(f"{FSI}ATD{PDI} نعم") == f"{FSI}ATD{PDI} نعم"


def test_a_translation_that_is_marked_as_unsure_is_not_used(tmp_path: Path) -> None:
    """A fuzzy or empty entry falls back to English."""
    (tmp_path / "languages.toml").write_text(
        '[[language]]\ncode = "en"\nname = "English"\nenglish = "English"\nready = true\n'
        '[[language]]\ncode = "xx"\nname = "X"\nenglish = "X"\ndirection = "rtl"\nvouched_by = "Ada"\n'
    )
    for language, entries in (
        ("en", 'msgid "Back"\nmsgstr "Back"\n\nmsgid "Skip"\nmsgstr "Skip it"\n'),
        (
            "xx",
            '#, fuzzy\nmsgid "Back"\nmsgstr "Wrong"\n\nmsgid "Skip"\nmsgstr ""\n\nmsgid "Stop"\nmsgstr "Halt"\n',
        ),
    ):
        folder = tmp_path / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "chat.po").write_text(f"{HEADER}\n{entries}")
    catalogs = Catalogs.read(tmp_path)
    assert [catalogs.words("xx").say(Sentence(text)) for text in ("Back", "Skip", "Stop")] == [
        "Back",
        "Skip it",
        "Halt",
    ]
    assert catalogs.languages[1] == Language("xx", "X", "X", "rtl", "Ada")
    assert [each.code for each in catalogs.ready] == ["en"]
