"""What the bot says outside forms: every language complete, plain, short enough, and written its own way."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from gettext import c2py
from pathlib import Path
from typing import Any

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bot.translating import AUDIENCES, examine, gathered
from dialogs.reading import po
from tests.telling import telling

LOCALES = Path(__file__).parents[2] / "locales"
LANGUAGES = tomllib.loads((LOCALES / "languages.toml").read_text("utf-8"))["language"]
READY = [each["code"] for each in LANGUAGES if each["ready"]]
RIGHT_TO_LEFT = [each["code"] for each in LANGUAGES if each["ready"] and each["direction"] == "rtl"]
DOMAINS = ("chat", "desk", "authors")
COMMANDS = {
    "forms",
    "team",
    "translate",
    *(
        "start",
        "language",
        "help",
        "privacy",
        "stop",
        "resume",
        "mydata",
        "withdraw",
        "forget",
        "mine",
        "hide",
        "checkins",
    ),
    *("initiative", "queue", "next", "claimed"),
    *("voices", "offers"),
    "sensitive",
    "wedid",
    "export",
}
CATEGORIES = ("zero", "one", "two", "few", "many", "other")
FORMS = {
    **dict.fromkeys(("en", "fr", "es", "pt", "hi", "bn", "ur", "sw", "mg"), ("one", "other")),
    "zh": ("other",),
    "ru": ("one", "few", "many"),
    "ar": CATEGORIES,
}
"""The plural forms of whole numbers, in the order of the catalogs."""
ADDRESSES = {"findahelpline.com", "childhelplineinternational.org"}
UNASKED = (
    "{partner}: the page of this week, if you like.",
    "There is no hurry. Whenever it suits you, you can go on here. Nothing is lost.",
    "{receipt}: it was read.\n\nThank you. {partner} has taken it up, and it now counts among the voices.",
    "{receipt}: we have a question for you.",
    "{partner}: news about what you told.",
    "{partner}: a few short questions, if you like.",
    (
        "What you had begun was waiting for {days} day and is now closed. Nothing of it is kept. You can begin again"
        " with /start."
    ),
    "The voice note or photo did not reach us whole. What you wrote is safe. Could you send it once more?",
    (
        "We were not reachable for a while, and some messages may not have arrived. "
        "If something is missing, please send it again. We are sorry."
    ),
    (
        "These questions are no longer asked, so we stop here. Thank you for the time you gave. You can begin again"
        " with /start."
    ),
    "Received: {receipt}. It is read within {days} day. You can see, change or erase it any time with /mine.",
    (
        "What is older than two days Telegram does not let us take out. To clear the whole chat yourself, open its menu"
        " and choose “Delete chat”."
    ),
)
"""What may come while the phone lies on a table."""
Entry = tuple[str, str, tuple[str, ...], str]
"""An entry as the tests see it: its context, its id, its texts, the note for translators."""


def catalog(language: str, domain: str) -> Any:
    with (LOCALES / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as source:
        return read_po(source)


def entries(language: str, domain: str) -> list[Entry]:
    return [
        (
            message.context or "",
            message.id if isinstance(message.id, str) else message.id[0],
            (message.string,) if isinstance(message.string, str) else tuple(message.string),
            " ".join(message.auto_comments),
        )
        for message in catalog(language, domain)
        if message.id
    ]


def texts(language: str) -> Iterator[str]:
    for domain in DOMAINS:
        for _, _, said, _ in entries(language, domain):
            yield from said


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


each_catalog = pytest.mark.parametrize(
    ("language", "domain"), [(one, two) for one in READY for two in DOMAINS]
)
each_language = pytest.mark.parametrize("language", READY)


def test_the_one_list_names_the_twelve_languages_and_how_they_are_written() -> None:
    assert " ".join(each["code"] for each in LANGUAGES) == "en fr es pt ar ru zh hi bn ur sw mg"
    assert {each["code"] for each in LANGUAGES if each["direction"] == "rtl"} == {"ar", "ur"}
    assert all(
        set(each) - {"fallback"} == {"code", "name", "english", "direction", "vouched_by", "ready"}
        for each in LANGUAGES
    )
    assert len({each["name"] for each in LANGUAGES}) == len({each["english"] for each in LANGUAGES}) == 12


def test_every_language_has_its_catalogs_and_a_page_on_style() -> None:
    codes = {each["code"] for each in LANGUAGES}
    for domain in AUDIENCES:
        assert {each.parent.parent.name for each in LOCALES.glob(f"*/LC_MESSAGES/{domain}.po")} == codes
    assert {each.stem for each in (LOCALES / "style").glob("*.md")} >= set(READY)


def test_a_language_is_ready_when_nothing_is_missing_and_nothing_is_wrong() -> None:
    """Placeholders, markup, commands, lengths, lines, plural forms: `voices words` says the same."""
    assert [
        (each.language.code, each.audience, each.faults) for each in examine(LOCALES) if each.faults
    ] == []
    unready = {each.language.code for each in examine(LOCALES) if each.missing}
    assert unready == {each["code"] for each in LANGUAGES} - set(READY)


def test_the_built_in_forms_are_in_the_catalogs_as_they_ask() -> None:
    """`make words` was run after the last change of a built-in form."""
    english = (LOCALES / "en" / "LC_MESSAGES" / "forms.po").read_bytes()
    assert english.decode() == po.written(gathered()).decode()


@each_catalog
def test_every_language_says_the_same_things_and_leaves_none_out(language: str, domain: str) -> None:
    mine, english = entries(language, domain), entries("en", domain)
    source = catalog("en", domain)
    if language != "en":  # the notes of the others tell what English says
        source = po.renewed(Catalog(locale=language), source, language)
    notes = [" ".join(message.auto_comments) for message in source if message.id]
    assert [(context, key) for context, key, _, _ in mine] == [
        (context, key) for context, key, _, _ in english
    ]
    assert [note for _, _, _, note in mine] == notes
    assert [key for _, key, said, _ in mine if not all(text.strip() for text in said)] == []
    assert [message.id for message in catalog(language, domain) if message.id and message.fuzzy] == []


def test_english_says_what_its_ids_say_until_somebody_rewords_it() -> None:
    assert all(placeholders(key) <= placeholders(" ".join(said)) for _, key, said, _ in entries("en", "chat"))


@each_catalog
def test_a_number_finds_its_plural_as_unicode_has_it(language: str, domain: str) -> None:
    rule = c2py(catalog(language, domain).plural_expr)
    locale = Locale(language)
    for number in range(1200):
        assert FORMS[language][rule(number)] == locale.plural_form(number), number


@each_catalog
def test_what_has_a_plural_has_every_form_of_it(language: str, domain: str) -> None:
    counted = [message for message in catalog(language, domain) if not isinstance(message.id, str)]
    assert {len(message.string) for message in counted} <= {len(FORMS[language])}


@each_language
def test_words_are_plain_without_markup(language: str) -> None:
    """But for what stands where a name stood: “[name]”."""
    words = [re.sub(r"\{\w+\}|^\[[^\[\]<>]+\]$", "", text) for text in texts(language)]
    assert [text for text in words if re.search(r"[<>&*_`\[\]\\]", text)] == []


@each_catalog
def test_what_must_be_short_is_short(language: str, domain: str) -> None:
    for _, key, said, note in entries(language, domain):
        for limit in re.findall(r"at most (\d+) characters", note):
            shown = [re.sub(r"[\u200e\u200f]", "", text) for text in said]
            assert all(len(text) <= int(limit) for text in shown), key
        if note.startswith("Command"):
            assert all(len(text) >= 3 for text in said), key


@each_language
def test_a_message_fits_a_small_screen(language: str) -> None:
    assert [text for text in texts(language) if len(text) > 420] == []


@each_language
def test_every_command_that_is_named_exists(language: str) -> None:
    named = {found for text in texts(language) for found in re.findall(r"(?<![\w/.}])/([a-z]+)", text)}
    assert named <= COMMANDS


@each_language
def test_no_number_to_call_is_given_but_112_and_no_address_but_the_known(language: str) -> None:
    """S34: help lines are never invented."""
    for domain in DOMAINS:
        for _, _, said, _ in entries(language, domain):
            for text in said:
                plain = text.replace("15/03/2024", "")
                assert set(re.findall(r"\d{3,}", plain)) <= {"112"}, text
                assert set(re.findall(r"[a-z]+\.(?:com|org|net|info)", plain)) <= ADDRESSES, text


@each_language
def test_a_message_that_comes_unasked_begins_with_nothing_telling(language: str) -> None:
    """S30: the first sixty characters show on a locked screen."""
    said = {key: words for _, key, words, _ in entries(language, "chat")}
    for key in UNASKED:
        for text in said[key]:
            assert telling(language, text.splitlines()[0][:60]) == set(), text


@each_language
def test_a_word_typed_in_place_of_a_tap_means_one_thing(language: str) -> None:
    meanings = {
        key: said[0].split("|")
        for context, key, said, _ in entries(language, "chat")
        if context == "synonyms"
    }
    assert list(meanings) == ["yes", "no", "back", "skip", "stop", "done", "more", "send"]
    words = [word for each in meanings.values() for word in each]
    assert len(words) == len(set(words))
    assert all(word == word.strip().casefold() and word for word in words)


@each_language
def test_the_words_on_a_button_may_be_typed_too(language: str) -> None:
    said = {(context, key): words[0] for context, key, words, _ in entries(language, "chat")}
    buttons = {
        "yes": "Yes",
        "no": "No",
        "back": "Back",
        "skip": "Skip",
        "stop": "Stop",
        "done": "Done",
        "more": "Tell me more",
        "send": "Send",
    }
    for key, label in buttons.items():
        assert said["", label].casefold() in said["synonyms", key].split("|"), label


@each_language
def test_a_button_named_in_a_sentence_is_called_as_it_is(language: str) -> None:
    """What stands in “curly quotes” in English and is a button's label stands in the translation as that label."""
    for domain in AUDIENCES:
        said = {key: words for context, key, words, _ in entries(language, domain) if not context}
        for key, words in said.items():
            for label in set(re.findall(r"“(.+?)”", key)) & set(said):
                assert all(
                    re.search(rf"[“”«]\s?{re.escape(said[label][0])}\s?[“”»]", text) for text in words
                ), key


def test_french_is_set_as_french_is() -> None:
    for text in texts("fr"):
        if "|" not in text:
            assert not re.search(r" [?!:;»]|« |[A-Za-zé]'[A-Za-zé]", text), text


@pytest.mark.parametrize("language", RIGHT_TO_LEFT)
def test_lines_from_the_right_begin_there_and_commands_keep_their_slash(language: str) -> None:
    """What is filled in counts as written from left to right: a name, a receipt."""
    for text in texts(language):
        for line in re.sub(r"\{\w+\}", "x", text).splitlines():
            strong = [kind for kind in map(unicodedata.bidirectional, line) if kind in {"L", "R", "AL"}]
            if "|" not in line and any(kind in {"R", "AL"} for kind in strong):
                assert strong[0] in {"R", "AL"}, text
        assert not re.search(r"(?<![\w/.}\u200e])/(?=[a-z])", text), text
