"""The built-in forms: whole in every ready language, short, kind, and keeping what they promise."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from bot.change import changes
from dialogs.check import check
from dialogs.form import Choice, Form, Kind, Pieces, Question, Repeat, Text
from dialogs.instance import Instance
from dialogs.reading.po import translations
from dialogs.reading.xlsform import load_builtin, load_lists
from dialogs.transcript import differences
from tests.telling import telling

ROOT = Path(__file__).parents[2]
FORMS = ROOT / "dialogs" / "forms"
NAMES = ("testimony", "initiative", "checkin")
VERSIONS = {"testimony": "1.", "initiative": "1.", "checkin": "2."}
LANGUAGES = tomllib.loads((ROOT / "locales" / "languages.toml").read_text("utf-8"))["language"]
READY = {each["code"] for each in LANGUAGES if each["ready"]}
RIGHT_TO_LEFT = [each["code"] for each in LANGUAGES if each["ready"] and each["direction"] == "rtl"]
TRANSCRIPTS = sorted(FORMS.glob("*/*.txt"))
ADDRESSES = {"findahelpline.com", "childhelplineinternational.org"}
COMMANDS = {"start", "mine", "forget", "withdraw", "privacy"}

each_form = pytest.mark.parametrize("name", NAMES)


@cache
def form(name: str) -> Form:
    return load_builtin(FORMS / name)


@cache
def lists() -> dict[str, list[dict[str, str]]]:
    return {
        name: [dict(row) for row in rows]
        for name, rows in load_lists(FORMS / "lists", translations()).items()
    }


def question(name: str, of: str) -> Question:
    return next(each for each in form(of).questions() if each.name == name)


def choices(of: str) -> Iterator[Choice]:
    for each in form(of).questions():
        if each.itemset is not None:
            yield from each.itemset.choices.values()


def texts(name: str) -> Iterator[tuple[str, Text]]:
    """Every text the form has: of its groups, questions, choices and messages."""
    pending = list(form(name).body)
    while pending:
        part = pending.pop(0)
        if isinstance(part, Question):
            yield from ((part.name, text) for text in (part.label, part.hint, part.guidance) if text)
        else:
            assert not isinstance(part, Repeat)
            pending = [*part.parts, *pending]
            if part.label:
                yield part.ref, part.label
    for ref, bind in form(name).binds.items():
        yield from ((ref, text) for text in (bind.constraint_message, bind.required_message) if text)
    yield from ((each.name, each.label) for each in choices(name))


def words(pieces: Pieces) -> str:
    """A text as it reads, a name in the place of what is filled in."""
    return "".join(piece if isinstance(piece, str) else "Voices" for piece in pieces)


def width(label: str) -> int:
    """Letters side by side: marks above or below a letter take no room of their own."""
    return sum(unicodedata.category(letter) != "Mn" for letter in label)


def written(name: str, language: str) -> list[str]:
    return [words(text.by_language[language]) for _, text in texts(name)]


def begun(name: str, *answers: tuple[str, str], given: dict[str, str] | None = None) -> Instance:
    instance = Instance.start(
        form(name),
        now=datetime(2026, 1, 5, tzinfo=UTC),
        chance=lambda: 0.5,
        language="en",
        given=given or {},
    )
    for each, value in answers:
        instance.set(question(each, name).ref, value)
    return instance


@each_form
def test_a_built_in_form_has_no_issue(name: str) -> None:
    assert check(form(name)) == []
    assert (form(name).name, form(name).version[:2], form(name).default_language) == (
        name,
        VERSIONS[name],
        "en",
    )


@each_form
def test_every_text_is_there_in_every_ready_language(name: str) -> None:
    assert set(form(name).languages) == READY
    incomplete = [where for where, text in texts(name) if set(text.by_language) != READY]
    assert incomplete == []
    assert [each.name for each in form(name).questions() if not each.label] == []


@pytest.mark.parametrize(
    ("name", "compulsory"),
    [
        ("testimony", {"entry", "entry_again", "keep", "country", "story", "next"}),
        ("initiative", {"entry", "entry_again", "keep", "country", "what", "next"}),
        ("checkin", {"compared", "next"}),
    ],
)
def test_nothing_is_compulsory_but_what_must_be(name: str, compulsory: set[str]) -> None:
    """`entry_again` is the first question, asked once more after the help lines."""
    assert {ref.rsplit("/", 1)[-1] for ref, bind in form(name).binds.items() if bind.required} == compulsory


@each_form
def test_a_button_is_short(name: str) -> None:
    labels = [words(pieces) for each in choices(name) for pieces in each.label.by_language.values()]
    assert [label for label in labels if width(label) > 40] == []


@each_form
def test_the_authors_own_buttons_fit_one_line_of_a_small_phone(name: str) -> None:
    own = [each for each in choices(name) if each.name not in {row["name"] for row in lists()["countries"]}]
    assert [
        each.name for each in own for pieces in each.label.by_language.values() if len(words(pieces)) > 30
    ] == []


@each_form
@pytest.mark.parametrize("language", sorted(READY))
def test_a_message_fits_a_small_screen_and_reads_easily(name: str, language: str) -> None:
    """S35: plain language, measured as short texts of short sentences."""
    for text in written(name, language):
        assert len(text) <= 420, text
        for sentence in re.split(r"[.?!;:؟۔।。？！；：\n]", text):
            assert len(sentence.split()) <= 22, sentence


@each_form
@pytest.mark.parametrize("language", sorted(READY))
def test_no_number_to_call_is_given_but_112_and_no_address_but_the_known(name: str, language: str) -> None:
    """S34: help lines are never invented."""
    for text in written(name, language):
        plain = text.replace("01/03/2024", "")
        assert set(re.findall(r"\d{3,}", plain)) <= {"112"}, text
        assert set(re.findall(r"[a-z]+\.(?:com|org|net|info)", plain)) <= ADDRESSES, text
        assert set(re.findall(r"(?<![\w/.])/([a-z]+)", plain)) <= COMMANDS, text


@each_form
def test_words_are_plain_without_markup(name: str) -> None:
    said = [text for language in READY for text in written(name, language)]
    assert [text for text in said if re.search(r"[<>*_`\[\]\\]", text)] == []


@each_form
@pytest.mark.parametrize("language", sorted(READY))
def test_the_first_words_say_nothing_of_the_topic(name: str, language: str) -> None:
    """S30: the first line shows on a locked screen."""
    first = next(each for each in form(name).questions() if each.kind is Kind.NOTE)
    shown = words(first.label.by_language[language])
    assert shown
    assert telling(language, shown) == set()


@each_form
def test_french_is_set_as_french_is(name: str) -> None:
    for text in written(name, "fr"):
        assert not re.search(r" [?!:;»]|« |\w'\w", text), text


@each_form
@pytest.mark.parametrize("language", RIGHT_TO_LEFT)
def test_what_is_written_from_the_right_keeps_its_side(name: str, language: str) -> None:
    for text in written(name, language):
        for line in text.splitlines():
            strong = [kind for kind in map(unicodedata.bidirectional, line) if kind in {"L", "R", "AL"}]
            assert not strong or strong[0] == "AL", text
        assert not re.search(r"(?<![\w/.\u200e])/(?=[a-z])", text), text


def test_who_can_see_this_is_said_before_the_first_answer() -> None:
    """S35: volunteers, Telegram, whoever holds the phone, erasing, no emergency line; all before `entry` is asked."""
    for name in ("testimony", "initiative"):
        shown = []
        for step in begun(name, given={"partner": "Voices"}).walk():
            assert isinstance(step.part, Question)
            shown.append(words(step.part.label.by_language["en"]))
            if step.part.kind is not Kind.NOTE:
                break
        said = " ".join(shown)
        for told in (
            "Volunteers of Voices",
            "Telegram",
            "holds your phone",
            "erased",
            "not an emergency line",
        ):
            assert told in said


def test_a_child_alone_is_led_to_a_safe_end() -> None:
    """S33: after the first tap nothing more is asked."""
    for answers in ([("entry", "minor")], [("entry", "help"), ("entry_again", "minor")]):
        for name in ("testimony", "initiative"):
            asked = [
                step.part.name for step in begun(name, *answers).walk() if isinstance(step.part, Question)
            ]
            assert asked[-1] == "child"
            assert question("child", name).chat == {"end": "decline"}


def test_who_turns_out_to_be_a_child_hands_nothing_over() -> None:
    """S33: what was told before the first answer was changed is no longer part of it."""
    told = begun("testimony", ("entry", "adult"), ("keep", "yes"), ("country", "MG"), ("story", "Rain."))
    assert "/testimony/told/story" in told.answers()
    told.set("/testimony/entry", "minor")
    assert told.answers() == {"/testimony/entry": "minor"}


def test_without_consent_to_keep_nothing_is_asked() -> None:
    """S31: the first consent stands before the story, and no is an end without reproach."""
    walked = begun("testimony", ("entry", "adult"), ("keep", "no")).walk()
    assert walked[-1].ref == "/testimony/declined"
    assert question("declined", "testimony").chat == {"end": "decline"}


def test_all_consents_are_switches_that_are_off() -> None:
    """S31: separate, and none given unless tapped."""
    for name in ("testimony", "initiative"):
        asked = question("consents", name)
        assert asked.kind is Kind.SELECT_MULTIPLE
        assert asked.itemset is not None
        assert list(asked.itemset.choices) == ["share", "publish", "photo", "quote", "contact"]
        assert begun(name, ("entry", "adult"), ("keep", "yes")).value(asked.ref) == ""


def test_whether_a_photo_may_be_shown_is_asked_where_there_is_one_and_said_with_what_it_can_show() -> None:
    """S31: whoever sends none sees neither the switch nor a word of it; who takes it away again allows nothing."""
    for name, photo in (("testimony", "story_photo"), ("initiative", "what_photo")):
        asked, note = question("consents", name), question("about_photo", name)
        without = begun(name, ("entry", "adult"), ("keep", "yes"))
        assert "photo" not in [each.name for each in without.choices(asked, asked.ref)]
        assert not without.relevant(note.ref)
        without.set(question(photo, name).ref, "p1")
        assert [each.name for each in without.choices(asked, asked.ref)] == [
            "publish",
            "photo",
            "quote",
            "contact",
        ]
        assert without.relevant(note.ref)
        without.set(asked.ref, "publish photo")
        without.set(question(photo, name).ref, "")
        assert without.value(asked.ref) == "publish"
        assert not without.relevant(note.ref)


def test_whoever_may_allow_to_publish_learns_that_they_may_still_be_recognised() -> None:
    """S31: with the same words in every form of ours that asks for it."""

    def warning(name: str, language: str) -> str:
        publish = words(question("consents", name).guidance.by_language[language]).split("\n")[0]
        return [each for each in re.split(r"(?<=[.。।۔])\s*", publish) if each][-1]

    assert warning("testimony", "en") == "Who knows you may still recognise you."
    for language in READY:
        assert warning("initiative", language) == warning("testimony", language)


def test_help_lines_come_before_the_question_about_danger() -> None:
    """S34: services first."""
    private = begun("testimony", ("entry", "adult"), ("keep", "yes"), ("story", "Rain."), ("next", "private"))
    names = [step.ref.rsplit("/", 1)[-1] for step in private.walk()]
    asked = names.index("sensitive")
    assert names[asked - 3 : asked] == ["care", "care_call", "care_talk"]


@pytest.mark.parametrize(
    ("then", "sensitive"),
    [((), "private"), ((("sensitive", "danger"),), "danger"), ((("sensitive", "no"),), "no")],
)
def test_private_or_urgent_is_taken_at_its_word_even_when_the_next_question_is_skipped(
    then: tuple[tuple[str, str], ...], sensitive: str
) -> None:
    """S34: chosen by the person."""
    told = begun(
        "testimony", ("entry", "adult"), ("keep", "yes"), ("story", "Rain."), ("next", "private"), *then
    )
    means = form("testimony").meaning("sensitive")
    assert means is not None
    assert told.answers()[means] == sensitive


def test_who_speaks_of_danger_is_not_held_up_by_more_questions() -> None:
    told = [("entry", "adult"), ("keep", "yes"), ("country", "LB"), ("story", "Rain."), ("next", "private")]
    more = {"speaks_as", "help", "priorities", "age"}
    for sensitive, expected in (("danger", set()), ("aid", more)):
        walked = begun("testimony", *told, ("sensitive", sensitive)).walk()
        assert {step.ref.rsplit("/", 1)[-1] for step in walked} & more == expected


def test_the_check_in_repeats_what_was_hardest_only_when_it_is_known() -> None:
    known = begun("checkin", given={"last_hardest": "The rain.", "last_day": "3 May"})
    assert "/checkin/last_time" in {step.ref for step in known.walk()}
    label = question("last_time", "checkin").label
    assert known.words(label, "/checkin/last_time") == "Last time (3 May) the hardest was: The rain."
    assert "/checkin/last_time" not in {step.ref for step in begun("checkin").walk()}


def asked_in(checkin: Instance) -> list[str]:
    """What of themes she is asked, as she reads it."""
    return [
        checkin.words(step.part.label, step.ref)
        for step in checkin.walk()
        if isinstance(step.part, Question) and re.fullmatch(r"now_\d|compared", step.part.name)
    ]


def offered(checkin: Instance, name: str) -> set[str]:
    """The choices she has there."""
    asked = question(name, "checkin")
    return {each.name for each in checkin.choices(asked, asked.ref)}


def compared_in(checkin: Instance) -> dict[str, str]:
    """What is counted of it."""
    return {theme: str(how) for theme, how in changes(form("checkin"), checkin.answers()).items()}


def test_the_check_in_asks_how_the_first_three_themes_are_now_else_how_it_is_on_the_whole() -> None:
    whole = "How is it now, compared with last time?"
    assert asked_in(begun("checkin")) == asked_in(begun("checkin", given={"last_themes": "gone"})) == [whole]
    two = begun("checkin", given={"last_themes": "food health"})
    assert asked_in(two) == ["Food: how is it now?", "Health: how is it now?"]
    four = begun("checkin", given={"last_themes": "work food health income"})
    assert asked_in(four) == [f"{name}: how is it now?" for name in ("Work, rights", "Food", "Health")]
    assert asked_in(begun("checkin", given={"last_themes": "gone food"})) == ["Food: how is it now?"]


def test_what_the_check_in_counts_is_what_she_said_of_each_theme() -> None:
    whole = begun("checkin", ("compared", "worse"))
    assert compared_in(whole) == {"": "worse"}
    given = {"last_themes": "food health work"}
    said = begun("checkin", ("now_1", "better"), ("now_3", "worse"), given=given)
    assert compared_in(said) == {"food": "better", "work": "worse"}, "what is passed over is not counted"


def test_that_all_is_about_the_same_is_one_tap_and_counts_for_each_theme() -> None:
    given = {"last_themes": "food health work"}
    said = begun("checkin", ("now_1", "all"), ("next", "send"), given=given)
    assert asked_in(said) == ["Food: how is it now?"]
    assert "/checkin/changed" not in {step.ref for step in said.walk()}
    assert compared_in(said) == {"food": "same", "health": "same", "work": "same"}
    alone = begun("checkin", given={"last_themes": "food"})
    assert "all" not in offered(alone, "now_1"), "of one theme it would say the same twice"


def test_a_check_in_may_name_another_theme_but_none_twice() -> None:
    given = {"last_themes": "food health work"}
    told = begun("checkin", ("now_1", "all"), ("next", "add"), ("about_more", "housing women"), given=given)
    assert told.answers()["/checkin/themes"] == "housing women"
    assert "food" not in offered(told, "about_more")
    without = begun("checkin", ("compared", "worse"), ("changed", "We left."), ("about", "housing"))
    assert without.answers()["/checkin/themes"] == "housing"


def test_the_application_finds_what_it_needs_by_its_meaning() -> None:
    needed = {
        "testimony": "keep consents country story themes speaks_as sensitive help priorities",
        "initiative": "keep consents country story speaks_as place",
        "checkin": "story help themes compared",
    }
    for name, meanings in needed.items():
        assert [means for means in meanings.split() if form(name).meaning(means) is None] == []


def test_the_initiative_asks_for_consent_in_the_words_of_the_testimony() -> None:
    for name in ("seen", "entry", "child", "keep", "declined"):
        ours, theirs = question(name, "initiative"), question(name, "testimony")
        for one, other in ((ours.label, theirs.label), (ours.guidance, theirs.guidance)):
            assert {language: words(pieces) for language, pieces in one.by_language.items()} == {
                language: words(pieces) for language, pieces in other.by_language.items()
            }


def test_the_themes_are_the_networks() -> None:
    assert [row["name"] for row in lists()["themes"]] == [
        "income",
        "food",
        "health",
        "mental_health",
        "education",
        "discrimination",
        "violence",
        "housing",
        "information",
        "work",
        "women",
        "youth",
        "culture",
        "environment",
        "other",
    ]


def test_every_country_has_a_code_a_place_and_a_name_in_every_ready_language() -> None:
    countries = lists()["countries"]
    codes = [row["name"] for row in countries]
    assert len(codes) == len(set(codes)) == 243
    assert all(re.fullmatch("[A-Z]{2}", code) for code in codes)
    for row in countries:
        assert sum(column.startswith("label::") and bool(row[column]) for column in row) == len(READY), row
        for place in row["places"].split():
            latitude, longitude = map(float, place.split(","))
            assert -90 <= latitude <= 90, row
            assert -180 <= longitude <= 180, row


def test_at_most_seven_countries_are_proposed_first_in_a_language() -> None:
    near = [code for row in lists()["countries"] for code in row.get("near", "").split()]
    assert set(near) == {each["code"] for each in LANGUAGES}
    assert [code for code in set(near) if near.count(code) > 7] == []


def test_no_two_countries_share_a_name() -> None:
    seen: dict[str, str] = {}
    for row in lists()["countries"]:
        mine = {row[column].casefold() for column in row if column.startswith("label::")}
        mine |= {alias.strip().casefold() for alias in row.get("aliases", "").split(";") if alias.strip()}
        assert [(name, seen[name]) for name in mine if name in seen] == []
        seen |= dict.fromkeys(mine, row["name"])


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=[each.stem for each in TRANSCRIPTS])
def test_a_conversation_goes_as_it_is_written(transcript: Path) -> None:
    assert differences(form(transcript.parent.name), transcript.read_text("utf-8")) == ""


def test_every_form_has_a_written_conversation_and_the_quick_path_is_seven_steps() -> None:
    """Her lines, the choice of a language before them, and no more than five after."""
    assert {each.parent.name for each in TRANSCRIPTS} == set(NAMES)
    for quick in FORMS.glob("testimony/quick.*.txt"):
        hers = [line for line in quick.read_text("utf-8").splitlines() if line.startswith(">")]
        assert len(hers) + 1 == 7
    for short in FORMS.glob("checkin/*.txt"):
        written = short.read_text("utf-8")
        hers = [line for line in written.splitlines() if line.startswith(">")]
        adds = "/checkin/next: add" in written
        assert len(hers) <= (9 if adds else 7 if "last_themes=" in written else 5), short
