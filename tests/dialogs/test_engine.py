"""What a session does with what happens to it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from dialogs import engine
from dialogs.effect import Ask, Close, Entry, Field, Forget, Keep, Line, Option, Refuse, Say, Wake
from dialogs.event import (
    Added,
    Amended,
    ChangedLanguage,
    Chose,
    Confirmed,
    Entered,
    Located,
    Paged,
    Removed,
    Reopened,
    Resumed,
    Skipped,
    Stopped,
    TimePassed,
    WentBack,
    Wondered,
)
from dialogs.form import Form, Ref
from dialogs.session import Session, State, WrongMove
from tests.dialogs.walker import NOON, Talk, form_of, labels


def told(form: Form, answers: Mapping[Ref, str], language: str) -> list[tuple[str, str]]:
    """Handed-over answers as a card lists them."""
    view = engine.retold(form, answers, language)
    return [(view.label(ref), view.answer(ref)) for ref in view.changeable()]


COLOURS = """
| choices |
| | list_name | name | label |
| | yes_no | yes | Yes, please |
| | yes_no | no | No, thank you |
| | colours | red | Red |
| | colours | green | Green |
| | colours | blue | Blue |
| | colours | grey | Grey |
| | ways | send | Send it |
| | ways | more | Say more |
"""

SIMPLE = (
    """
| survey |
| | type | name | label | hint | required | required_message |
| | note | hello | Welcome. | | | |
| | text | name | Your name? | As you like | yes | A name, please. |
| | integer | age | Your age? | | | |
| | select_one colours | colour | Your colour? | | | |
| | note | bye | Goodbye, ${name}. | | | |
"""
    + COLOURS
)

STORY = (
    """
| survey |
| | type | name | label | appearance | required | body::tg:voice | body::tg:photo | body::tg:summary |
| | text | story | What happened? | multiline | ${story_voice} = '' and ${story_photo} = '' | story_voice \
| story_photo | |
| | audio | story_voice | Voice | | | | | |
| | image | story_photo | Photo | | | | | |
| | select_multiple colours | colours | Which colours? | | | | | |
| | text | place | Where? | | | | | |
| | note | summary | Please check. | | | | | yes |
"""
    + COLOURS
)

SCREEN = (
    """
| survey |
| | type | name | label | appearance | required | required_message | constraint | constraint_message \
| relevant | guidance_hint |
| | begin_group | last | Nearly done | field-list | | | | | | |
| | select_multiple colours | colours | Which colours? | | yes | One colour at least. | count-selected(.) < 3 \
| Two at most. | | Any colour. |
| | note | between | And now | | | | | | | |
| | select_one yes_no | sure | Sure? | | | | | | selected(${colours}, 'red') | |
| | select_one ways | next | How to go on? | | yes | | | | | |
| | end_group | | | | | | | | | |
| | text | extra | What else? | | | | | | ${next} = 'more' | |
"""
    + COLOURS
)


# -- the walk -------------------------------------------------------------------------------------------------------


def test_notes_join_the_question_that_follows_and_words_move_on() -> None:
    talk = Talk(form_of(SIMPLE))
    first = Ask(1, ("Welcome.", "Your name?", "As you like"), moves=("stop",), hints=(2,))
    assert talk.effects == (first, Wake(NOON + timedelta(hours=24)))
    assert talk.say("Rivo") == [
        Keep("/f/name", "Rivo"),
        Ask(2, ("Your age?",), moves=("skip", "back", "stop"), expects="number"),
    ]


def test_a_note_at_the_end_is_said_and_the_session_finishes() -> None:
    talk = Talk(form_of(SIMPLE))
    talk.say("Rivo")
    talk.say("٣٤")
    assert talk.tap("Green") == [
        Keep("/f/colour", "green"),
        Say(paragraphs=("Goodbye, Rivo.",)),
        Close("finished"),
    ]
    assert talk.effects[-2:] == (Wake(None), Close("finished"))
    assert talk.session.state is State.FINISHED
    assert talk.answers == {"/f/name": "Rivo", "/f/age": "34", "/f/colour": "green"}


def test_answers_are_ordered_by_the_form_not_by_time() -> None:
    talk = Talk(form_of(SIMPLE))
    talk.say("Rivo")
    talk.say("34")
    talk.back()
    talk.back()
    talk.say("Hery")
    assert talk.heard() == ("Your colour?",)
    talk.tap("Red")
    assert list(talk.answers) == ["/f/name", "/f/age", "/f/colour"]
    assert talk.answers["/f/name"] == "Hery"


def test_what_becomes_relevant_behind_her_is_asked_on_the_way() -> None:
    form = form_of(
        """
| survey |
| | type | name | label | relevant |
| | text | a | First? | |
| | note | told | Listen. | ${c} = 'x' |
| | text | b | Second? | ${c} = 'x' |
| | text | c | Third? | |
| | text | d | Fourth? | |
"""
    )
    talk = Talk(form)
    talk.say("1")
    assert talk.heard() == ("Third?",)
    talk.say("x")
    assert talk.heard() == ("Listen.", "Second?")
    talk.say("2")
    assert talk.heard() == ("Fourth?",)


def test_a_note_that_becomes_relevant_among_answered_questions_is_said_once() -> None:
    form = form_of(
        """
| survey |
| | type | name | label | relevant |
| | text | a | First? | |
| | note | told | Take care. | ${a} = 'danger' |
| | text | b | Second? | |
| | text | c | Third? | |
| | text | d | Fourth? | |
"""
    )
    talk = Talk(form)
    for words in ("calm", "2"):
        talk.say(words)
    talk.do(Reopened(talk.ask.turn, 1))
    talk.say("danger")
    assert talk.heard() == ("Take care.", "Third?")
    talk.say("3")
    assert talk.heard() == ("Fourth?",)


def test_a_group_gives_its_label_once_as_a_heading() -> None:
    form = form_of(
        """
| survey |
| | type | name | label |
| | begin_group | g | About you |
| | text | a | First? |
| | text | b | Second? |
| | end_group | | |
| | text | c | Third? |
"""
    )
    talk = Talk(form)
    assert talk.heard() == ("About you", "First?")
    talk.say("1")
    assert talk.heard() == ("Second?",)


def test_a_note_that_declines_ends_everything_and_nothing_is_kept() -> None:
    """S33: a child alone is led to a safe end; no testimony is stored."""
    form = form_of(
        """
| survey |
| | type | name | label | relevant | body::tg:end |
| | select_one yes_no | adult | Are you an adult? | | |
| | note | child | Thank you. Here is a number for children. | ${adult} = 'no' | decline |
| | text | story | What happened? | | |
"""
        + COLOURS
    )
    talk = Talk(form)
    assert talk.say("no", "no") == [
        Say(paragraphs=("Thank you. Here is a number for children.",)),
        Close("declined"),
    ]
    assert talk.session.state is State.DECLINED
    assert talk.session.answers == {}
    assert talk.answers == {}
    assert talk.say("wait") == []


def test_what_is_given_is_not_asked_and_is_handed_over() -> None:
    form = form_of(
        """
| survey |
| | type | name | label | bind::tg:given |
| | hidden | partner | | partner |
| | text | a | Hello from ${partner}. Who are you? | |
"""
    )
    talk = Talk(form, given={"partner": "Voix", "unknown": "x"})
    assert talk.heard() == ("Hello from Voix. Who are you?",)
    talk.say("Rivo")
    assert talk.answers == {"/f/partner": "Voix", "/f/a": "Rivo"}


def test_a_default_is_asked_with_a_button_that_keeps_it() -> None:
    form = form_of(
        """
| survey |
| | type | name | label | default |
| | text | a | Where? | Paris |
| | text | b | When? | |
"""
    )
    talk = Talk(form)
    assert talk.ask.moves == ("keep", "skip", "stop")
    assert talk.ask.labels == {"keep": "Paris"}
    assert talk.done()[0] == Keep("/f/a", "Paris")
    assert talk.heard() == ("When?",)
    other = Talk(form)
    assert other.skip() == [Forget("/f/a"), Ask(2, ("When?",), moves=("skip", "back", "stop"))]


def test_what_is_required_is_asked_for_before_the_session_finishes() -> None:
    form = form_of(
        """
| survey |
| | type | name | label | required | required_message |
| | text | why | Why? | ${colour} = 'red' | Red needs a reason. |
| | select_one colours | colour | Your colour? | yes | |
"""
        + COLOURS
    )
    talk = Talk(form)
    talk.skip()
    assert talk.tap("Red") == [
        Keep("/f/colour", "red"),
        Refuse("required", "Red needs a reason."),
        Ask(3, ("Why?",), moves=("back", "stop")),
    ]
    assert talk.say("so") == [Keep("/f/why", "so"), Close("finished")]


def test_a_constraint_broken_by_a_later_answer_is_asked_again() -> None:
    form = form_of(
        """
| survey |
| | type | name | label | constraint | constraint_message |
| | integer | low | Least? | not(. > ${high}) | At most ${high}. |
| | integer | high | Most? | | |
"""
    )
    talk = Talk(form)
    talk.say("9")
    effects = talk.say("5")
    assert effects[:2] == [Keep("/f/high", "5"), Refuse("not_valid", "At most 5.")]
    assert talk.heard() == ("Least?",)
    assert talk.done() == [Refuse("not_valid", "At most 5.")]
    assert talk.say("4")[-1] == Close("finished")


def test_an_answer_the_list_no_longer_offers_is_given_up_and_asked_again() -> None:
    form = form_of(
        """
| survey |
| | type | name | label | choice_filter |
| | select_one lands | land | Land? | |
| | select_one towns | town | Town? | land = ${land} |
| | text | end | Anything else? | |

| choices |
| | list_name | name | label | land |
| | lands | mg | Madagascar | |
| | lands | fr | France | |
| | towns | tana | Antananarivo | mg |
| | towns | paris | Paris | fr |
"""
    )
    talk = Talk(form)
    talk.tap("Madagascar")
    assert labels(talk.ask) == ["Antananarivo"]
    talk.tap("Antananarivo")
    talk.do(Reopened(talk.ask.turn, 1))
    assert talk.tap("France")[:2] == [Keep("/f/land", "fr"), Forget("/f/town")]
    assert labels(talk.ask) == ["Paris"]


def test_a_list_that_offers_nothing_can_be_left() -> None:
    form = form_of(
        """
| survey |
| | type | name | label | choice_filter | required |
| | text | land | Land? | | |
| | select_one towns | town | Town? | land = ${land} | yes |

| choices |
| | list_name | name | label | land |
| | towns | tana | Antananarivo | mg |
"""
    )
    talk = Talk(form)
    talk.say("fr")
    assert (labels(talk.ask), talk.ask.moves) == ([], ("skip", "back", "stop"))
    assert talk.skip() == [Close("finished")]


# -- words ----------------------------------------------------------------------------------------------------------


def test_words_that_do_not_fit_are_refused_and_nothing_moves() -> None:
    talk = Talk(form_of(SIMPLE))
    assert talk.say("x" * 32_769) == [Refuse("too_long")]
    assert talk.say("\u202e\u0000") == [Refuse("needs_words")]
    assert talk.send("audio", "m1") == [Refuse("needs_words")]
    assert talk.do(Located(1.0, 2.0)) == [Refuse("needs_words")]
    assert talk.do(Skipped(1)) == [Refuse("required", "A name, please.")]
    talk.say("Rivo")
    turn, answers = talk.session.turn, talk.session.answers
    assert talk.say("many") == [Refuse("not_a_number")]
    assert talk.say("1.5") == [Refuse("not_whole")]
    assert (talk.session.turn, talk.session.answers) == (turn, answers)
    assert talk.say("12")[0] == Keep("/f/age", "12")


def test_words_for_moves_count_where_the_move_is_offered() -> None:
    talk = Talk(form_of(SIMPLE))
    assert talk.say("retour", "back")[0] == Keep("/f/name", "retour")
    assert talk.say("weiter", "skip") == [talk.ask]
    assert talk.heard() == ("Your colour?",)
    assert talk.say("retour", "back")[0] == Ask(
        4, ("Your age?",), moves=("skip", "back", "stop"), expects="number"
    )
    assert talk.say("assez", "stop") == [Say("stopped")]


@pytest.mark.parametrize(
    ("words", "meaning", "name"),
    [
        ("green", None, "green"),
        ("GREEN!", None, "green"),
        ("2", None, "green"),
        ("٢", None, "green"),
        ("२", None, "green"),
        ("blu", None, "blue"),
        ("Greeen", None, "green"),
    ],
)
def test_words_are_understood_in_place_of_a_tap(words: str, meaning: str | None, name: str) -> None:
    talk = Talk(
        form_of("| survey |\n| | type | name | label |\n| | select_one colours | c | Colour? |\n" + COLOURS)
    )
    assert talk.say(words, meaning) == [Keep("/f/c", name), Close("finished")]


def test_yes_and_no_choose_where_the_list_has_them() -> None:
    form = form_of("| survey |\n| | type | name | label |\n| | select_one yes_no | c | Agreed? |\n" + COLOURS)
    assert Talk(form).say("oui", "yes") == [Keep("/f/c", "yes"), Close("finished")]
    assert Talk(form).say("tsia", "no") == [Keep("/f/c", "no"), Close("finished")]
    assert Talk(form).say("perhaps") == [Refuse("not_a_choice")]
    assert Talk(form).say("weiter", "skip") == [Close("finished")]


def test_several_that_fit_are_offered_and_one_is_taken() -> None:
    talk = Talk(
        form_of("| survey |\n| | type | name | label |\n| | select_one colours | c | Colour? |\n" + COLOURS)
    )
    assert talk.say("gr") == [
        Ask(
            1,
            ("Colour?",),
            (Field(0, "one", (Option(1, "Green"), Option(3, "Grey")), columns=2, pages=2),),
            ("skip", "stop"),
            "tap",
            again=True,
        )
    ]
    talk.do(Paged(1, 0, 1))
    assert labels(talk.ask) == ["Red", "Green", "Blue", "Grey"]
    assert talk.tap("Red") == [Keep("/f/c", "red"), Close("finished")]


def test_what_asks_for_a_voice_note_or_a_photo_says_so() -> None:
    form = form_of(
        """
| survey |
| | type | name | label |
| | audio | a | Speak, please. |
| | image | b | A photo? |
| | video | c | A film? |
| | file | d | A paper? |
| | geopoint | e | Where? |
"""
    )
    talk = Talk(form)
    assert talk.ask.expects == "audio"
    assert talk.say("hello") == [Refuse("needs_voice")]
    assert talk.send("image", "p0") == [Refuse("needs_words")]
    assert talk.send("audio", "v1")[0] == Keep("/f/a", "v1")
    assert talk.say("hello") == [Refuse("needs_photo")]
    assert talk.send("image", "p1")[0] == Keep("/f/b", "p1")
    assert talk.send("image", "p2")[:2] == [Keep("/f/b", "p1 p2"), Say("added")]
    assert (talk.ask.expects, talk.say("hello")) == ("video", [Refuse("needs_video")])
    assert talk.send("video", "f1")[0] == Keep("/f/c", "f1")
    assert (talk.ask.expects, talk.say("hello")) == ("file", [Refuse("needs_file")])
    assert talk.send("audio", "d1")[0] == Keep("/f/d", "d1")
    assert talk.ask.moves == ("place", "skip", "back", "stop")
    assert talk.say("here") == [Refuse("not_a_place")]
    assert talk.do(Located(-18.91, 47.52))[0] == Keep("/f/e", "-18.91 47.52 0.0 0.0")
    assert told(form, talk.answers, "en") == [
        ("Speak, please", "🎤"),
        ("A photo", "📷 📷"),
        ("A film", "🎬"),
        ("A paper", "📎"),
        ("Where", "-18.91, 47.52"),
    ]


def test_an_acknowledgement_is_one_button() -> None:
    form = form_of(
        """
| survey |
| | type | name | label | required |
| | acknowledge | a | We read it. | yes |
| | text | b | More? | |
"""
    )
    talk = Talk(form)
    assert talk.ask.fields == (Field(0, "acknowledge", (Option(0, "OK"),)),)
    assert talk.say("why?") == [Refuse("not_a_choice")]
    assert talk.tap("OK")[0] == Keep("/f/a", "OK")
    assert Talk(form).say("ok")[0] == Keep("/f/a", "OK")
    assert Talk(form).say("bien", "yes")[0] == Keep("/f/a", "OK")


# -- several choices, screens of several lists ----------------------------------------------------------------------


def test_toggles_are_idempotent_and_done_confirms() -> None:
    talk = Talk(form_of(SCREEN.replace("field-list", "")))
    assert talk.ask.moves == ("done", "more", "stop")
    toggled = talk.tap("Blue")
    assert toggled == [
        Ask(
            1,
            ("Nearly done", "Which colours?"),
            (
                Field(
                    0,
                    "several",
                    (
                        Option(0, "Red", False),
                        Option(1, "Green", False),
                        Option(2, "Blue", True),
                        Option(3, "Grey", False),
                    ),
                    columns=2,
                ),
            ),
            ("done", "more", "stop"),
            "tap",
            again=True,
        )
    ]
    assert talk.do(Chose(1, 0, 2, True)) == [talk.ask]
    talk.do(Chose(1, 0, 0, True))
    talk.do(Chose(1, 0, 1, True))
    assert talk.done() == [Refuse("not_valid", "Two at most.")]
    talk.do(Chose(1, 0, 1, False))
    assert talk.done()[0] == Keep("/f/last/colours", "red blue")


def test_ticks_wait_while_she_goes_back() -> None:
    talk = Talk(form_of(STORY))
    talk.say("No water.")
    talk.tap("Red")
    talk.back()
    assert talk.done()[-1] == talk.ask
    assert [option.picked for option in talk.ask.fields[0].options] == [True, False, False, False]
    assert talk.answers == {"/f/story": "No water."}


def test_a_choice_that_asks_for_more_on_its_screen_is_ticked_and_waits() -> None:
    table = """
    | survey |
    | | type | name | label | appearance | required | relevant |
    | | begin_group | health | Health | field-list | | |
    | | select_one ways | ill | Ill? | | | |
    | | select_multiple colours | marks | Which marks? | | yes | ${ill} = 'more' |
    | | end_group | | | | | |
    """
    talk = Talk(form_of(table + COLOURS))
    assert [each.number for each in talk.ask.fields] == [0]
    talk.tap("Say more")
    assert [each.number for each in talk.ask.fields] == [0, 1]
    assert talk.done() == [Refuse("required")]
    talk.tap("Red")
    assert talk.done() == [
        Keep("/f/health/ill", "more"),
        Keep("/f/health/marks", "red"),
        Close("finished"),
    ]


def test_nothing_ticked_is_an_answer_only_where_none_is_needed() -> None:
    talk = Talk(form_of(SCREEN.replace("field-list", "")))
    assert talk.done() == [Refuse("required", "One colour at least.")]
    form = form_of(
        "| survey |\n| | type | name | label |\n| | select_multiple colours | c | Colours? |\n" + COLOURS
    )
    assert Talk(form).done() == [Close("finished")]


def test_several_choices_can_be_written() -> None:
    talk = Talk(form_of(SCREEN.replace("field-list", "")))
    talk.say("red, grey")
    assert talk.session.picks == {"/f/last/colours": ["red", "grey"]}
    assert talk.ask.again
    talk.say("1 3")
    assert talk.session.picks == {"/f/last/colours": ["red", "grey", "blue"]}
    assert len(talk.say("red")) == 1
    assert talk.say("fini", "done") == [Refuse("not_valid", "Two at most.")]


def test_a_field_list_is_one_screen_and_its_last_list_confirms_it() -> None:
    talk = Talk(form_of(SCREEN))
    assert talk.heard() == ("Nearly done", "Which colours?", "And now", "How to go on?")
    assert [each.kind for each in talk.ask.fields] == ["several", "one"]
    assert talk.ask.moves == ("more", "stop")
    assert talk.tap("Say more") == [Refuse("required", "One colour at least.")]
    talk.tap("Green")
    assert talk.tap("Say more")[:2] == [Keep("/f/last/colours", "green"), Keep("/f/last/next", "more")]
    assert talk.heard() == ("What else?",)


def test_what_a_tick_makes_relevant_appears_on_the_same_screen() -> None:
    talk = Talk(form_of(SCREEN))
    talk.tap("Red")
    assert [labels(talk.ask, number) for number in range(3)] == [
        ["Red", "Green", "Blue", "Grey"],
        ["Yes, please", "No, thank you"],
        ["Send it", "Say more"],
    ]
    assert talk.session.answers == {}
    talk.tap("Yes, please")
    assert [option.picked for option in talk.ask.fields[1].options] == [True, False]
    talk.tap("No, thank you")
    assert talk.say("send it") == [
        Keep("/f/last/colours", "red"),
        Keep("/f/last/sure", "no"),
        Keep("/f/last/next", "send"),
        Close("finished"),
    ]


def test_a_word_that_is_the_name_of_a_choice_chooses_it() -> None:
    talk = Talk(form_of(SCREEN))
    talk.say("green")
    assert talk.say("alefaso", "send")[-1] == Close("finished")


def test_a_screen_reopened_offers_done_and_keeps_its_last_button() -> None:
    talk = Talk(form_of(SCREEN))
    talk.tap("Green")
    talk.tap("Say more")
    talk.back()
    assert talk.ask.moves == ("done", "more", "stop")
    talk.tap("Blue")
    assert talk.done()[:2] == [Keep("/f/last/colours", "green blue"), Keep("/f/last/next", "more")]


def test_tell_me_more_is_said_and_the_question_asked_again_without_what_led_to_it() -> None:
    talk = Talk(form_of(SCREEN))
    before = talk.ask
    asked = replace(before, paragraphs=("Which colours?", "And now", "How to go on?"))
    assert before.paragraphs == ("Nearly done", *asked.paragraphs)
    assert talk.more() == [Say(paragraphs=("Any colour.",)), asked]
    assert talk.say("why", "yes") == [Refuse("not_a_choice")]


def test_unfitting_questions_of_a_field_list_are_asked_one_by_one() -> None:
    form = form_of(
        """
| survey |
| | type | name | label | appearance |
| | begin_group | g | Together | field-list |
| | text | a | First? | |
| | select_one colours | c | Colour? | |
| | text | b | Last? | |
| | end_group | | | |
"""
        + COLOURS
    )
    talk = Talk(form)
    assert talk.heard() == ("Together", "First?")
    talk.say("1")
    assert talk.heard() == ("Colour?",)
    talk.tap("Red")
    assert talk.heard() == ("Last?",)


# -- long lists -----------------------------------------------------------------------------------------------------

_LANDS = [
    ("MG", "Madagascar", "fr mg", "-18.9,47.5"),
    ("ML", "Mali", "fr", "12.6,-8.0"),
    ("MT", "Malta", "en", "35.9,14.5"),
    ("MV", "Maldives", "", "4.2,73.5"),
    *((f"X{number:02}", f"Xland {number:02}", "", f"{number},{number}") for number in range(20)),
]
LANDS = """
| survey |
| | type | name | label::English (en) | label::French (fr) | appearance | body::tg:suggest | body::tg:place | required |
| | select_one lands | land | Which country? | Quel pays ? | autocomplete | near | places | yes |

| choices |
| | list_name | name | label::English (en) | label::French (fr) | near | places |
""" + "\n".join(
    f"| | lands | {name} | {label} | {label} | {near} | {places} |" for name, label, near, places in _LANDS
)


def test_a_long_list_is_shown_in_pages_with_those_near_first() -> None:
    talk = Talk(form_of(LANDS), language="fr")
    each = talk.ask.fields[0]
    assert (each.page, each.pages, each.columns) == (0, 3, 2)
    assert labels(talk.ask)[:3] == ["Madagascar", "Mali", "Malta"]
    assert talk.ask.moves == ("place", "stop")
    talk.do(Paged(1, 0, 2))
    assert (talk.ask.fields[0].page, labels(talk.ask)[-1]) == (2, "Xland 19")
    assert talk.do(Paged(1, 0, 2)) == [talk.ask]
    talk.do(Paged(1, 0, 99))
    assert talk.ask.fields[0].page == 2
    assert talk.say("1")[0] == Keep("/f/land", "X12")


def test_the_number_of_a_choice_stays_when_pages_and_language_change() -> None:
    talk = Talk(form_of(LANDS), language="en")
    assert talk.ask.fields[0].options[0] == Option(2, "Malta")
    first = talk.ask
    talk.do(ChangedLanguage("fr"))
    talk.do(Paged(1, 0, 1))
    assert talk.tap("Malta", first)[0] == Keep("/f/land", "MT")


def test_typing_filters_a_long_list() -> None:
    talk = Talk(form_of(LANDS), language="fr")
    talk.say("mal")
    assert (labels(talk.ask), talk.ask.fields[0].pages) == (["Mali", "Malta", "Maldives"], 4)
    assert talk.say("mada")[0] == Keep("/f/land", "MG")


def test_a_shared_place_proposes_the_nearest_choices() -> None:
    talk = Talk(form_of(LANDS), language="fr")
    talk.do(Located(-20.0, 46.0))
    assert labels(talk.ask)[0] == "Madagascar"
    assert len(labels(talk.ask)) == 5
    assert "46" not in json.dumps(talk.session.to_plain())
    assert talk.tap("Madagascar")[0] == Keep("/f/land", "MG")


@pytest.mark.parametrize(
    ("longest", "appearance", "columns"),
    [(14, "", 2), (15, "", 1), (24, "columns-3", 3), (25, "columns-3", 1), (3, "columns-1", 1)],
)
def test_labels_decide_how_many_stand_in_a_row(longest: int, appearance: str, columns: int) -> None:
    form = form_of(
        f"""
| survey |
| | type | name | label | appearance |
| | select_one l | c | Which? | {appearance} |

| choices |
| | list_name | name | label |
| | l | a | {"a" * longest} |
| | l | b | b |
"""
    )
    assert Talk(form).ask.fields[0].columns == columns


# -- the story ------------------------------------------------------------------------------------------------------


def test_a_voice_note_or_photo_answers_the_story() -> None:
    talk = Talk(form_of(STORY))
    assert talk.send("audio", "v1")[0] == Keep("/f/story_voice", "v1")
    assert talk.heard() == ("Which colours?",)
    photo = Talk(form_of(STORY))
    assert photo.send("image", "p1", "our well")[:2] == [
        Keep("/f/story", "our well"),
        Keep("/f/story_photo", "p1"),
    ]


def test_what_follows_the_story_joins_it() -> None:
    """R7: albums and two quick texts are both kept."""
    talk = Talk(form_of(STORY))
    talk.say("No water.", "no")
    assert talk.say("And no school since Monday.") == [
        Keep("/f/story", "No water.\nAnd no school since Monday."),
        Say("added"),
    ]
    assert talk.send("image", "p1") == [Keep("/f/story_photo", "p1"), Say("added")]
    assert talk.send("image", "p2", "the well") == [
        Keep("/f/story_photo", "p1 p2"),
        Say("added"),
        Keep("/f/story", "No water.\nAnd no school since Monday.\nthe well"),
    ]
    assert talk.send("audio", "v1") == [Keep("/f/story_voice", "v1"), Say("added")]
    assert talk.send("audio", "v1") == []
    assert talk.send("video", "w1") == [Refuse("needs_words")]
    assert talk.ask.turn == talk.session.turn == 2
    talk.tap("Red")
    talk.done()
    assert talk.say("In Antsirabe")[0] == Keep("/f/place", "In Antsirabe")


@pytest.mark.parametrize("words", ["We have no green left", "Red is what we wear, blue is what they wear"])
def test_a_sentence_that_holds_the_label_of_a_choice_joins_the_story(words: str) -> None:
    """R7: what is said to a list after the story is kept, though it sounds like a choice."""
    talk = Talk(form_of(STORY))
    talk.say("No water.")
    assert talk.say(words) == [Keep("/f/story", f"No water.\n{words}"), Say("added")]


def test_what_joins_the_story_may_end_the_question_that_is_open() -> None:
    form = form_of(
        """
| survey |
| | type | name | label | appearance | relevant | constraint | constraint_message |
| | text | story | What happened? | multiline | | not(contains(., 'Rakoto')) | No names, please. |
| | select_one yes_no | short | Is that all? | | string-length(${story}) < 20 | | |
| | text | more | Anything else? | | | | |
"""
        + COLOURS
    )
    talk = Talk(form)
    talk.say("No water.")
    assert talk.say("Rakoto took it from us all.") == [Refuse("not_valid", "No names, please.")]
    talk.say("And no school for anybody.")
    assert talk.heard() == ("Anything else?",)
    assert talk.do(Amended("And no school for anybody.", "Rakoto.")) == [
        Refuse("not_valid", "No names, please.")
    ]


def test_a_story_keeps_only_so_many_photos_and_words() -> None:
    talk = Talk(form_of(STORY))
    for number in range(20):
        talk.send("image", f"p{number}")
    assert talk.send("image", "p20") == [Refuse("too_many")]
    assert talk.say("x " * 16_000)[0] == Keep("/f/story", ("x " * 16_000).strip())
    assert talk.say("y " * 16_000) == [Refuse("too_long")]


def test_everything_is_story_while_the_story_is_told() -> None:
    assert Talk(form_of(STORY)).say("stop", "stop")[0] == Keep("/f/story", "stop")


def test_a_story_reopened_keeps_what_is_not_replaced() -> None:
    talk = Talk(form_of(STORY))
    talk.say("No water.")
    talk.send("image", "p1")
    talk.back()
    assert talk.ask.labels == {"keep": "No water. 📷"}
    assert talk.ask.moves == ("keep", "stop")
    talk.say("No water and no school.")
    assert talk.answers == {"/f/story": "No water and no school.", "/f/story_photo": "p1"}


def test_a_message_edited_on_the_phone_changes_the_answer() -> None:
    """R8: before it is sent, an edited message amends the answer it became."""
    talk = Talk(form_of(STORY))
    talk.say("No watter.")
    talk.say("No school for the children of our street.")
    assert talk.do(Amended("No watter.", "No water.")) == [
        Keep("/f/story", "No water.\nNo school for the children of our street."),
        Say("changed"),
    ]
    assert talk.do(Amended("Never said", "x")) == []
    assert talk.do(Amended("No water.", "\u202e")) == []
    talk.do(Stopped())
    assert talk.do(Amended("No water.", "No well.")) == [
        Say("resumed"),
        Keep("/f/story", "No well.\nNo school for the children of our street."),
        Say("changed"),
        talk.ask,
    ]


# -- back, skip, stop, silence --------------------------------------------------------------------------------------


def test_back_keeps_the_old_answer_until_a_new_one_is_given() -> None:
    talk = Talk(form_of(SIMPLE))
    talk.say("Rivo")
    assert talk.back() == [
        Ask(
            3,
            ("Welcome.", "Your name?", "As you like"),
            moves=("keep", "stop"),
            labels={"keep": "Rivo"},
            hints=(2,),
        )
    ]
    assert talk.answers == {"/f/name": "Rivo"}
    assert talk.done() == [
        Keep("/f/name", "Rivo"),
        Ask(4, ("Your age?",), moves=("skip", "back", "stop"), expects="number"),
    ]


def test_an_answer_taken_back_by_skip_is_forgotten() -> None:
    talk = Talk(form_of(SIMPLE))
    talk.say("Rivo")
    talk.say("34")
    talk.back()
    assert talk.ask.moves == ("keep", "skip", "back", "stop")
    assert talk.skip()[0] == Forget("/f/age")
    assert talk.answers == {"/f/name": "Rivo"}


def test_a_stopped_session_keeps_everything_and_resumes_with_a_turn_of_its_own() -> None:
    talk = Talk(form_of(SIMPLE))
    talk.say("Rivo")
    assert talk.do(Stopped()) == [Say("stopped")]
    assert talk.effects[0] == Wake(None)
    assert talk.session.state is State.STOPPED
    assert talk.do(Stopped()) == [Say("stopped")]
    assert talk.do(TimePassed()) == []
    assert talk.do(Resumed()) == [
        Say("resumed"),
        Ask(3, ("Your age?",), moves=("skip", "back", "stop"), expects="number"),
    ]
    assert talk.answers == {"/f/name": "Rivo"}


def test_what_is_said_to_a_stopped_session_resumes_it_and_counts() -> None:
    talk = Talk(form_of(SIMPLE))
    talk.say("Rivo")
    talk.do(Stopped())
    assert talk.say("34")[:2] == [Say("resumed"), Keep("/f/age", "34")]
    talk.do(Stopped())
    assert talk.say("no colour at all") == [Say("resumed"), Refuse("not_a_choice"), talk.ask]
    assert talk.session.state is State.OPEN
    talk.do(Stopped())
    assert talk.do(ChangedLanguage("fr")) == []
    assert (talk.session.state, talk.session.language) == (State.STOPPED, "fr")


def test_the_button_of_a_question_asked_again_still_answers_it() -> None:
    talk = Talk(form_of(SIMPLE))
    talk.say("Rivo")
    talk.say("34")
    before = talk.ask
    talk.do(Resumed())
    assert talk.tap("Red", before)[0] == Keep("/f/colour", "red")


def test_silence_is_answered_once_and_gently() -> None:
    talk = Talk(form_of(SIMPLE))
    talk.say("Rivo")
    before = talk.ask
    assert talk.do(TimePassed()) == [Say("still_here"), before]
    assert talk.effects[0] == Wake(None)
    assert talk.effects[-1] == before
    assert talk.do(TimePassed()) == []
    assert talk.say("34")[0] == Keep("/f/age", "34")


def test_a_change_of_language_asks_the_same_question_and_loses_nothing() -> None:
    """R36: switching language in the middle keeps answers, toggles and the turn."""
    form = form_of(
        """
| survey |
| | type | name | label::English (en) | label::French (fr) | label::Arabic (ar) |
| | text | a | Name? | Nom ? | الاسم؟ |
| | select_multiple l | c | Which? | Lesquels ? | أي؟ |

| choices |
| | list_name | name | label::English (en) | label::French (fr) | label::Arabic (ar) |
| | l | food | Food | Nourriture | طعام |
| | l | school | School | École | مدرسة |
"""
    )
    talk = Talk(form)
    talk.say("Rivo")
    talk.tap("Food")
    before = talk.session
    (asked,) = talk.do(ChangedLanguage("ar"))
    assert isinstance(asked, Ask)
    assert (asked.turn, asked.again, asked.paragraphs) == (2, False, ("أي؟",))
    assert [(option.label, option.picked) for option in asked.fields[0].options] == [
        ("طعام", True),
        ("مدرسة", False),
    ]
    assert talk.say("École") == [talk.ask]
    assert (talk.session.answers, before.turn) == (before.answers, 2)
    talk.done()
    assert talk.answers == {"/f/a": "Rivo", "/f/c": "food school"}


def test_a_language_the_form_does_not_have_falls_back() -> None:
    assert Talk(form_of(SIMPLE), language="zz").ask.paragraphs[1] == "Your name?"


# -- turns ----------------------------------------------------------------------------------------------------------


def test_a_second_tap_changes_nothing() -> None:
    """R6: a double tap has its effect once; the second gets a friendly answer."""
    talk = Talk(
        form_of(
            "| survey |\n| | type | name | label |\n| | select_one colours | c | Colour? |\n| | text | d | Why? |\n"
            + COLOURS
        )
    )
    first = talk.ask
    talk.tap("Red")
    before = talk.session
    assert talk.tap("Red", first) == [Refuse("already_answered", asked=1, answer="Red")]
    assert talk.tap("Blue", first) == [Refuse("already_answered", asked=1, answer="Red")]
    assert talk.session == before
    talk.say("so")
    assert talk.tap("Red", first) == [Refuse("already_answered", answer="Red")]


def test_already_answered_can_be_changed() -> None:
    """R7: an old button says it is answered and offers to change it."""
    talk = Talk(form_of(SIMPLE))
    talk.say("Rivo")
    talk.say("34")
    assert talk.do(Skipped(2)) == [Refuse("already_answered", asked=2, answer="34")]
    assert talk.do(Reopened(3, 2)) == [
        Ask(
            4,
            ("Your age?",),
            moves=("keep", "skip", "back", "stop"),
            expects="number",
            labels={"keep": "34"},
        )
    ]
    assert talk.do(Reopened(3, 2)) == [talk.ask]
    assert talk.say("35")[0] == Keep("/f/age", "35")
    assert talk.heard() == ("Your colour?",)


def test_back_from_an_answer_being_changed_returns_to_where_she_was() -> None:
    talk = Talk(form_of(SIMPLE))
    talk.say("Rivo")
    talk.say("34")
    talk.do(Reopened(3, 1))
    talk.back()
    assert talk.heard() == ("Your colour?",)
    assert talk.answers == {"/f/name": "Rivo", "/f/age": "34"}


def test_a_second_tap_on_skip_or_back_is_answered_like_any_old_button() -> None:
    """R6, R7: nothing moves, and she may go to the question the button belonged to."""
    talk = Talk(form_of(SIMPLE))
    talk.say("Rivo")
    talk.skip()
    before = talk.session
    for old in (Skipped(2), WentBack(2), Wondered(2), Confirmed(2), Paged(2, 0, 1)):
        assert talk.do(old) == [Refuse("already_answered", asked=2)]
    talk.back()
    assert talk.do(WentBack(3)) == [Refuse("already_answered", asked=3)]
    talk.skip()
    assert (talk.session.at, talk.session.answers) == (before.at, before.answers)
    talk.do(Reopened(4, 2))
    assert talk.heard() == ("Your age?",)


def test_every_button_of_a_conversation_that_has_ended_is_answered() -> None:
    """R6: also of one that kept nothing."""
    talk = Talk(form_of(SIMPLE))
    talk.say("Rivo")
    talk.skip()
    talk.tap("Red")
    assert talk.session.state is State.FINISHED
    before = talk.session
    for old in (WentBack(1), Skipped(1), Wondered(1), Confirmed(1), Paged(1, 0, 1), Reopened(3, 1)):
        assert talk.do(old) == [Refuse("already_answered", answer="Rivo")]
    assert talk.do(Skipped(2)) == [Refuse("already_answered")]
    assert talk.session == before


def test_an_old_summary_comes_back_when_its_button_is_tapped() -> None:
    talk = at_summary()
    talk.do(Reopened(talk.ask.turn, talk.ask.summary[0].asked))
    summary = talk.ask.turn - 1
    assert talk.do(Confirmed(summary)) == [talk.ask]
    assert talk.ask.expects == "summary"


def test_the_button_of_a_question_she_left_open_brings_it_back() -> None:
    talk = Talk(form_of(SIMPLE))
    talk.say("Rivo")
    talk.skip()
    left = talk.ask
    talk.back()
    assert talk.tap("Red", left) == [talk.ask]
    assert talk.heard() == ("Your colour?",)


def test_a_button_nobody_knows_moves_nothing() -> None:
    """S23: forged numbers are refused."""
    talk = Talk(form_of(SIMPLE))
    before = talk.session
    for turn in (0, -1, 99):
        assert talk.do(Chose(turn, 0, 0)) == [Refuse("already_answered")]
        assert talk.do(Reopened(1, turn)) == [Refuse("already_answered")]
    for field, choice in ((0, 0), (5, 0), (-1, 0), (0, -1), (0, 99)):
        assert talk.do(Chose(1, field, choice)) == [Refuse("not_a_choice")]
    assert talk.do(Paged(1, 3, 1)) == []
    assert talk.do(Confirmed(1)) == [Refuse("required", "A name, please.")]
    assert talk.do(WentBack(1)) == []
    assert talk.session == before


def test_only_the_last_turns_are_remembered() -> None:
    talk = Talk(form_of(SIMPLE))
    for _ in range(300):
        talk.do(Resumed())
    assert list(talk.session.asked) == list(range(102, 302))


def test_turns_go_on_from_an_earlier_session() -> None:
    session, effects = engine.start(
        form_of(SIMPLE), language="en", now=NOON, chance=lambda: 0.5, given={}, turn=41
    )
    assert session.turn == 42
    assert isinstance(effects[0], Ask)
    assert effects[0].turn == 42


# -- the summary ----------------------------------------------------------------------------------------------------


def at_summary() -> Talk:
    talk = Talk(form_of(STORY))
    talk.say("No water.")
    talk.send("audio", "v1")
    talk.tap("Red")
    talk.tap("Blue")
    talk.done()
    talk.skip()
    return talk


def test_the_summary_shows_every_answer_with_a_way_to_change_it() -> None:
    talk = at_summary()
    assert talk.ask == Ask(
        4,
        ("Please check.",),
        moves=("send", "back", "stop"),
        expects="summary",
        summary=(Line("What happened", "No water. 🎤", 1), Line("Which colours", "Red, Blue", 2)),
    )
    assert talk.say("d’accord", "yes") == [Close("finished")]


def test_a_change_from_the_summary_returns_to_it() -> None:
    talk = at_summary()
    talk.do(Reopened(4, 2))
    assert talk.heard() == ("Which colours?",)
    talk.tap("Red")
    assert talk.done()[0] == Keep("/f/colours", "blue")
    assert talk.ask.expects == "summary"
    assert talk.ask.summary[1] == Line("Which colours", "Blue", 5)
    assert talk.do(Confirmed(talk.ask.turn)) == [Close("finished")]
    assert talk.do(Confirmed(talk.ask.turn)) == [Refuse("already_answered")]


def test_the_summary_is_shown_anew_when_the_story_grows() -> None:
    talk = at_summary()
    effects = talk.send("image", "p1")
    assert effects[:2] == [Keep("/f/story_photo", "p1"), Say("added")]
    assert effects[2] == talk.ask
    assert (talk.ask.turn, talk.ask.again) == (4, True)
    assert talk.ask.summary[0].answer == "No water. 🎤 📷"


def test_words_at_the_summary_choose_a_line_send_or_join() -> None:
    talk = at_summary()
    assert talk.say("2") == [talk.ask]
    assert talk.heard() == ("Which colours?",)
    talk.back()
    assert talk.say("One thing more.")[:2] == [
        Keep("/f/story", "No water.\nOne thing more."),
        Say("added"),
    ]
    assert talk.say("alefaso", "send") == [Close("finished")]


def test_the_summary_leaves_out_what_led_to_the_consent() -> None:
    form = form_of(
        """
| survey |
| | type | name | label | body::tg:summary | bind::tg:means |
| | select_one yes_no | adult | Are you an adult? | | |
| | select_one yes_no | keep | May we keep it? | | keep |
| | acknowledge | seen | We read it. | | |
| | text | a | **Who are you?**<br>Only if you like. | | |
| | note | summary | Please check. | yes | |
"""
        + COLOURS
    )
    talk = Talk(form)
    talk.say("", None)
    for words in ("yes", "yes", "ok", "Rivo"):
        talk.say(words, None)
    assert [(line.label, line.answer) for line in talk.ask.summary] == [("Who are you", "Rivo")]


def test_a_line_of_the_summary_can_be_changed_though_its_turn_is_long_past() -> None:
    talk = at_summary()
    for _ in range(250):
        talk.do(Resumed())
    talk.do(Reopened(talk.ask.turn, talk.ask.summary[0].asked))
    assert talk.heard() == ("What happened?",)


# -- repeats --------------------------------------------------------------------------------------------------------

CHILDREN = (
    """
| survey |
| | type | name | label | repeat_count | appearance | relevant |
| | integer | children | How many children? | | | |
| | begin_repeat | child | Child | ${children} | | |
| | text | called | What is it called? | | | |
| | select_one colours | likes | Which colour? | | | |
| | end_repeat | | | | | |
| | text | end | Anything else? | | | |
"""
    + COLOURS
)


def test_a_counted_repeat_is_asked_for_each_entry() -> None:
    form = form_of(CHILDREN)
    talk = Talk(form)
    talk.say("2")
    for number, name, colour in ((1, "Koto", "Red"), (2, "Soa", "Blue")):
        assert talk.heard() == (f"Child ({number}/2)", "What is it called?")
        talk.say(name)
        assert talk.heard() == ("Which colour?",)
        talk.tap(colour)
    talk.skip()
    assert talk.answers == {
        "/f/children": "2",
        "/f/child[1]/called": "Koto",
        "/f/child[1]/likes": "red",
        "/f/child[2]/called": "Soa",
        "/f/child[2]/likes": "blue",
    }
    assert told(form, talk.answers, "en") == [
        ("How many children", "2"),
        ("What is it called (1)", "Koto"),
        ("Which colour (1)", "Red"),
        ("What is it called (2)", "Soa"),
        ("Which colour (2)", "Blue"),
    ]


def test_an_entry_that_is_gone_takes_its_answers_and_buttons_with_it() -> None:
    talk = Talk(form_of(CHILDREN))
    talk.say("2")
    for name in ("Koto", "Soa"):
        talk.say(name)
        last = talk.ask
        talk.tap("Red")
    talk.do(Reopened(talk.ask.turn, 1))
    assert sorted(talk.say("1")[:3], key=repr) == [
        Forget("/f/child[2]/called"),
        Forget("/f/child[2]/likes"),
        Keep("/f/children", "1"),
    ]
    assert talk.heard() == ("Anything else?",)
    assert talk.tap("Red", last) == [Refuse("already_answered")]


FAMILY = """
| survey |
| | type | name | label | required | relevant |
| | begin_repeat | child | Child | | |
| | text | called | What is it called? | yes | |
| | begin_repeat | illness | Illness | | ${called} != 'Soa' |
| | text | ill | What was it ill of? | | |
| | end_repeat | | | | |
| | end_repeat | | | | |
"""


def family(*names: str) -> Talk:
    """A talk in which children were named, Soa never first, none of them ill: it stands where another is asked for."""
    talk = Talk(form_of(FAMILY))
    for place, name in enumerate(names):
        if place:
            talk.do(Added(talk.ask.turn))
        talk.say(name)
        if not place:
            talk.skip()  # the first child's first illness is asked for; the others have none yet
        if name != "Soa":
            talk.done()
    return talk


def test_a_repeat_asks_for_one_entry_after_the_other_until_that_is_all() -> None:
    talk = Talk(form_of(FAMILY))
    assert talk.heard() == ("Child (1)", "What is it called?")
    talk.say("Koto")
    assert talk.heard() == ("Illness (1)", "What was it ill of?")
    talk.say("Fever")
    assert (talk.heard(), talk.ask.entries, talk.ask.moves) == (
        ("Illness",),
        (Entry(1, "Fever"),),
        ("add", "done", "back", "stop"),
    )
    talk.say("no", "no")
    assert (talk.heard(), talk.ask.entries) == (("Child",), (Entry(1, "Koto, Fever"),))
    talk.say("yes", "yes")
    assert talk.heard() == ("Child (2)", "What is it called?")
    talk.say("Soa")
    assert talk.ask.entries == (Entry(1, "Koto, Fever"), Entry(2, "Soa"))
    assert talk.done()[-1] == Close("finished")
    assert talk.answers == {
        "/f/child[1]/called": "Koto",
        "/f/child[1]/illness[1]/ill": "Fever",
        "/f/child[2]/called": "Soa",
    }


def test_an_entry_can_be_opened_and_its_answers_changed() -> None:
    talk = family("Koto", "Soa")
    talk.say("2")
    assert (talk.heard(), talk.ask.moves, talk.ask.again) == (
        ("Child (2)",),
        ("remove", "list", "stop"),
        True,
    )
    assert [(line.label, line.answer) for line in talk.ask.summary] == [("What is it called (2)", "Soa")]
    talk.do(Reopened(talk.ask.turn, talk.ask.summary[0].asked))
    talk.say("Vola")
    talk.done()
    assert talk.ask.entries == (Entry(1, "Koto"), Entry(2, "Vola"))


def test_an_entry_goes_only_when_she_is_sure_and_the_later_ones_move_up() -> None:
    talk = family("Koto", "Soa", "Vola")
    talk.do(Entered(talk.ask.turn, 2))
    opened = talk.ask
    talk.do(Removed(opened.turn, 2))
    talk.do(Removed(opened.turn, 2))  # a double tap is not yet being sure
    assert (talk.ask.moves, talk.session.answers["counts"]["/f/child"]) == (("sure", "list", "stop"), 3)
    facts = talk.do(Removed(opened.turn, 2, sure=True))
    assert facts[:2] == [Forget("/f/child[3]/called"), Keep("/f/child[2]/called", "Vola")]
    assert talk.ask.entries == (Entry(1, "Koto"), Entry(2, "Vola"))
    talk.do(Removed(opened.turn, 2, sure=True))  # the same button once more
    assert talk.ask.entries == (Entry(1, "Koto"), Entry(2, "Vola"))
    talk.done()
    assert talk.answers == {"/f/child[1]/called": "Koto", "/f/child[2]/called": "Vola"}


def test_all_entries_may_go_and_one_may_come_again() -> None:
    talk = family("Soa")
    talk.do(Entered(talk.ask.turn, 1))
    talk.do(Removed(talk.ask.turn, 1))
    talk.do(Removed(talk.ask.turn, 1, sure=True))
    assert (talk.heard(), talk.ask.entries) == (("Child",), ())
    talk.do(Added(talk.ask.turn))
    assert talk.heard() == ("Child (1)", "What is it called?")
    talk.back()
    assert talk.ask.expects == "entries"


def test_words_where_another_entry_is_asked_for_are_met_with_an_example() -> None:
    assert family("Soa").say("perhaps") == [Refuse("not_a_choice")]


# -- facts ----------------------------------------------------------------------------------------------------------


def test_answers_in_words_are_given_in_the_readers_language() -> None:
    talk = at_summary()
    talk.done()
    assert told(form_of(STORY), talk.answers, "en") == [
        ("What happened", "No water. 🎤"),
        ("Which colours", "Red, Blue"),
    ]
    assert told(form_of(STORY), {"/f/elsewhere": "x"}, "en") == []


def test_a_session_is_plain_values_and_a_wrong_move_has_a_name() -> None:
    session = Session("f", "1", "en", asked={3: ["/f/a"]}, state=State.STOPPED)
    assert Session.from_plain(json.loads(json.dumps(session.to_plain()))) == session
    session.move("resume")
    assert session.state is State.OPEN
    with pytest.raises(WrongMove):
        session.move("resume")


def test_every_ask_sets_the_wake_up() -> None:
    talk = Talk(form_of(SIMPLE))
    talk.say("Rivo")
    assert talk.effects[-1] == Wake(NOON + timedelta(hours=24, minutes=1))
