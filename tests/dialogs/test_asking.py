"""How each kind of question is asked in a chat, and answered: docs/forms.md."""

import pytest

from dialogs import engine
from dialogs.effect import Ask, Field, Keep, Option, Refuse
from dialogs.event import ChangedLanguage, Chose, Cleared, Confirmed, Located, Paged
from tests.dialogs.walker import Talk, form_of, labels

LISTS = """
| choices |
| | list_name | name | label |
| | needs | food | Food |
| | needs | water | Water |
| | needs | school | School |
| | marks | bad | 😞 |
| | marks | so | 😐 |
| | marks | good | 🙂 |
| | wide | home | 住房和生活条件 |
| | wide | work | 工作 |
| | wider | home | 住房和生活条件吧 |
| | wider | work | 工作 |
| | long | one | Strongly agree |
| | long | two | Agree |
| | long | three | Neither nor |
| | long | four | Disagree |
"""


def asked(kind: str, **columns: str) -> Talk:
    """A form with this one question, labelled A, and a last one behind it."""
    head = " | ".join(columns)
    cells = " | ".join(columns.values())
    blank = " | ".join("" for _ in columns)
    return Talk(
        form_of(
            f"| survey |\n| | type | name | label | {head} |\n| | {kind} | a | A | {cells} |\n"
            f"| | text | z | Z | {blank} |\n" + LISTS
        )
    )


def told(talk: Talk, language: str) -> list[tuple[str, str]]:
    """The answers in words, as on a card."""
    view = engine.retold(talk.form, talk.answers, language)
    return [(view.label(ref), view.answer(ref)) for ref in view.changeable()]


def fields(talk: Talk) -> list[tuple[str, int]]:
    """The kind of each list of buttons and how many stand in a row."""
    return [(each.kind, each.columns) for each in talk.ask.fields]


# -- dates ----------------------------------------------------------------------------------------------------------


def test_a_date_is_tapped_in_three_taps_on_one_screen() -> None:
    talk = asked("date")
    assert (talk.ask.expects, talk.ask.facts) == ("date", {"example": "15/03/2024"})
    assert fields(talk) == [("near", 2), ("year", 4)]
    assert (labels(talk.ask), labels(talk.ask, 1)[:2]) == (["today", "yesterday"], ["2026", "2025"])
    turn = talk.ask.turn
    assert talk.tap("2025") == [
        Ask(
            turn,
            ("A",),
            (Field(2, "month", tuple(Option(n, name) for n, name in enumerate(MONTHS, 1)), 3),),
            ("skip", "back", "stop"),
            "date",
            again=True,
            facts={"example": "15/03/2024", "so_far": "2025"},
        )
    ]
    talk.tap("February")
    assert (len(labels(talk.ask)), fields(talk), talk.ask.facts["so_far"]) == (
        28,
        [("day", 7)],
        "February 2025",
    )
    assert talk.tap("9")[0] == Keep("/f/a", "2025-02-09")
    assert told(talk, "fr") == [("A", "9 février 2025")]


MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def test_a_near_day_is_one_tap() -> None:
    assert asked("date").tap("yesterday")[0] == Keep("/f/a", "2026-03-01")


def test_back_takes_back_one_part_of_a_date_after_the_other() -> None:
    talk = asked("date")
    talk.tap("2025")
    talk.tap("February")
    talk.back()
    assert fields(talk) == [("month", 3)]
    talk.back()
    assert (fields(talk), talk.ask.moves) == ([("near", 2), ("year", 4)], ("skip", "stop"))


def test_a_second_tap_on_a_part_of_a_date_changes_nothing() -> None:
    """R6: the button carries what it stands for, not "the next"."""
    talk = asked("date")
    turn = talk.ask.turn
    talk.tap("2025")
    assert talk.do(Chose(turn, 1, 2025)) == []
    talk.tap("February")
    assert talk.do(Chose(turn, 2, 2)) == []
    assert talk.do(Chose(turn, 3, 30)) == [Refuse("not_a_choice")]
    assert talk.do(Chose(turn, 1, 2024))[0].facts["so_far"] == "2024"  # type: ignore[union-attr]  # an Ask


def test_many_years_stand_in_pages() -> None:
    talk = asked("date")
    assert talk.ask.fields[1].pages == 7
    talk.do(Paged(talk.ask.turn, 1, 2))
    assert (labels(talk.ask, 1)[0], labels(talk.ask)) == ("1994", ["today", "yesterday"])
    talk.tap("1994")
    assert fields(talk) == [("month", 3)]


def test_what_is_tapped_may_be_written_too() -> None:
    talk = asked("date")
    assert talk.say("15/03/2024")[0] == Keep("/f/a", "2024-03-15")
    talk = asked("date")
    talk.say("٢٠٢٤")
    talk.say("mars")
    assert talk.ask.facts["so_far"] == "March 2024"
    assert talk.say("32") == [Refuse("not_a_date")]
    assert talk.say("9")[0] == Keep("/f/a", "2024-03-09")


def test_a_constraint_decides_what_of_a_date_is_offered() -> None:
    talk = asked("date", constraint=". > today()", constraint_message="Later, please.")
    assert fields(talk) == [("year", 4)]
    assert labels(talk.ask)[:2] == ["2026", "2027"]
    talk.tap("2026")
    assert labels(talk.ask)[0] == "March"
    talk.tap("March")
    assert labels(talk.ask)[0] == "3"
    assert talk.say("yesterday") == [Refuse("not_valid", "Later, please.")]
    assert talk.tap("3")[0] == Keep("/f/a", "2026-03-03")


def test_a_year_or_a_month_is_fewer_taps() -> None:
    talk = asked("date", appearance="year")
    assert talk.ask.facts == {"example": "2024"}
    assert talk.tap("2020")[0] == Keep("/f/a", "2020-01-01")
    assert told(talk, "en") == [("A", "2020")]
    talk = asked("date", appearance="month-year")
    talk.tap("2020")
    assert talk.tap("May")[0] == Keep("/f/a", "2020-05-01")
    assert told(talk, "en") == [("A", "May 2020")]
    assert asked("date", appearance="month-year").say("05/2020")[0] == Keep("/f/a", "2020-05-01")
    assert asked("date", appearance="year").say("twenty") == [Refuse("not_a_year")]


def test_a_time_is_an_hour_and_a_quarter() -> None:
    talk = asked("time")
    assert (talk.ask.expects, fields(talk), len(labels(talk.ask))) == ("time", [("hour", 6)], 24)
    talk.tap("08")
    assert labels(talk.ask) == ["08:00", "08:15", "08:30", "08:45"]
    assert talk.tap("08:30")[0] == Keep("/f/a", "08:30:00")
    assert asked("time").say("half past") == [Refuse("not_a_time")]
    assert asked("time").say("8:20 am")[0] == Keep("/f/a", "08:20:00")


def test_a_moment_is_a_day_an_hour_and_a_quarter() -> None:
    talk = asked("dateTime")
    talk.tap("today")
    talk.tap("14")
    assert talk.ask.facts["so_far"] == "2 March 2026, 14:…"
    assert talk.tap("14:15")[0] == Keep("/f/a", "2026-03-02T14:15:00")
    assert told(talk, "en") == [("A", "2 March 2026, 14:15")]
    assert asked("dateTime").say("2/3/2026 8h")[0] == Keep("/f/a", "2026-03-02T08:00:00")


def test_a_change_of_language_names_the_months_anew() -> None:
    talk = asked("date")
    talk.tap("2025")
    talk.do(ChangedLanguage("ar"))
    assert labels(talk.ask)[1] == "فبراير"


def test_a_date_answered_before_can_be_kept_or_tapped_anew() -> None:
    talk = asked("date")
    talk.say("15/03/2024")
    talk.back()
    assert (talk.ask.moves[0], talk.ask.labels) == ("keep", {"keep": "15 March 2024"})
    talk.tap("2025")
    assert talk.do(Confirmed(talk.ask.turn))[0] == Keep("/f/a", "2024-03-15")


# -- ranges ---------------------------------------------------------------------------------------------------------


def test_a_short_range_is_tapped() -> None:
    talk = asked("range", parameters="start=0 end=10 step=1")
    assert (labels(talk.ask), fields(talk)) == ([str(number) for number in range(11)], [("one", 6)])
    assert talk.say("١٠")[0] == Keep("/f/a", "10")
    assert labels(asked("range", parameters="start=2 end=0 step=0.5").ask) == [
        "2.0",
        "1.5",
        "1.0",
        "0.5",
        "0.0",
    ]


def test_a_long_range_is_written_within_its_limits() -> None:
    talk = asked("range", parameters="start=0 end=100 step=5")
    limits = {"least": "0", "most": "100", "step": "5"}
    assert (talk.ask.expects, talk.ask.facts, talk.ask.fields) == ("number", limits, ())
    assert talk.say("105") == [Refuse("not_within", facts=limits)]
    assert talk.say("-5") == [Refuse("not_within", facts=limits)]
    assert talk.say("72") == [Refuse("not_within", facts=limits)]
    assert talk.say("٧٥")[0] == Keep("/f/a", "75")
    assert asked("range", parameters="start=1 end=60 step=1").ask.facts == {"least": "1", "most": "60"}


def test_a_decimal_is_said_as_it_was_written() -> None:
    talk = asked("decimal")
    assert talk.say("١٢٫٠")[0] == Keep("/f/a", "12.0")
    assert told(talk, "en") == [("A", "12")]


# -- lists ----------------------------------------------------------------------------------------------------------


def test_a_rank_is_put_in_order_by_taps_and_may_begin_anew() -> None:
    talk = asked("rank needs")
    assert (fields(talk), talk.ask.moves) == ([("rank", 2)], ("done", "skip", "stop"))
    talk.tap("Water")
    assert (labels(talk.ask), talk.ask.moves) == (
        ["Food", "1. Water", "School"],
        ("done", "clear", "skip", "stop"),
    )
    assert talk.done() == [Refuse("not_ranked")]
    talk.do(Cleared(talk.ask.turn))
    assert (labels(talk.ask), talk.ask.moves) == (["Food", "Water", "School"], ("done", "skip", "stop"))
    for label in ("School", "Food", "Water"):
        talk.tap(label)
    assert talk.done()[0] == Keep("/f/a", "school food water")
    assert told(talk, "en") == [("A", "School, Food, Water")]


@pytest.mark.parametrize(
    ("kind", "appearance", "columns"),
    [
        ("select_one marks", "likert", 3),
        ("select_one long", "likert", 1),
        ("select_one needs", "columns-3", 3),
        ("select_one needs", "columns-pack", 3),
        ("select_one long", "columns-pack", 1),
        ("select_one needs", "", 2),
        ("select_one wide", "", 2),
        ("select_one wider", "", 1),
    ],
)
def test_appearances_decide_how_many_stand_in_a_row(kind: str, appearance: str, columns: int) -> None:
    assert asked(kind, appearance=appearance).ask.fields[0].columns == columns


@pytest.mark.parametrize("appearance", ["minimal", "autocomplete", "search"])
def test_a_list_may_ask_to_be_found_by_its_letters(appearance: str) -> None:
    talk = asked("select_one needs", appearance=appearance)
    assert talk.say("foo")[0] == Keep("/f/a", "food")


def test_a_choice_that_is_not_on_the_list_is_asked_for_in_words() -> None:
    talk = asked("select_one needs or_other")
    talk.tap("Other")
    assert talk.heard() == ("Specify other.",)
    assert talk.say("Seeds")[0] == Keep("/f/a_other", "Seeds")
    assert talk.answers == {"/f/a": "other", "/f/a_other": "Seeds"}


def test_the_constraint_of_several_choices_is_asked_for_at_done() -> None:
    talk = asked(
        "select_multiple needs", constraint="count-selected(.) < 3", constraint_message="Two at most."
    )
    for label in ("Food", "Water", "School"):
        talk.tap(label)
    assert talk.done() == [Refuse("not_valid", "Two at most.")]
    talk.tap("Water")
    assert talk.done()[0] == Keep("/f/a", "food school")


def test_a_table_of_lists_is_asked_list_by_list() -> None:
    form = form_of(
        """
| survey |
| | type | name | label | appearance |
| | begin_group | g | How much? | table-list |
| | select_one needs | x | Rice | |
| | select_one needs | y | Oil | |
| | end_group | | | |
"""
        + LISTS
    )
    talk = Talk(form)
    assert (talk.heard(), len(talk.ask.fields)) == (("How much?", "Rice", "Oil"), 2)


# -- words, places, groups --------------------------------------------------------------------------------------------


def test_a_barcode_is_written() -> None:
    talk = asked("barcode")
    assert talk.ask.expects == "barcode"
    assert talk.send("image", "m1") == [Refuse("needs_words")]
    assert talk.say("٤٠٠٦-x")[0] == Keep("/f/a", "4006-x")


def test_what_may_only_be_read_is_said() -> None:
    form = form_of(
        """
| survey |
| | type | name | label | readonly | calculation |
| | integer | a | How many? | | |
| | text | b | Twice as many: | yes | ${a} * 2 |
| | text | c | C | | |
"""
    )
    talk = Talk(form)
    talk.say("4")
    assert talk.heard() == ("Twice as many:\n8", "C")


def test_a_place_is_kept_as_exactly_as_the_author_says() -> None:
    """S5: what is not kept cannot be told."""
    columns = {"body::tg:precision": "1"}
    assert asked("geopoint", **columns).do(Located(-18.91234, 47.56789))[0] == Keep(
        "/f/a", "-18.9 47.6 0.0 0.0"
    )
    assert asked("geopoint", **columns).say("-18.91234, 47.56789")[0] == Keep("/f/a", "-18.9 47.6 0.0 0.0")


def test_a_field_list_that_is_asked_one_by_one_says_how_many_come() -> None:
    form = form_of(
        """
| survey |
| | type | name | label | appearance |
| | begin_group | g | Your house | field-list |
| | integer | a | Rooms? | |
| | note | n | Roughly. | |
| | integer | b | People? | |
| | end_group | | | |
| | begin_group | h | Your street | field-list |
| | text | c | Name? | |
| | end_group | | | |
"""
    )
    talk = Talk(form)
    assert (talk.heard(), talk.ask.facts) == (("Your house", "Rooms?"), {"heading": "0", "questions": "2"})
    talk.say("2")
    assert (talk.heard(), talk.ask.facts) == (("Roughly.", "People?"), {})
    talk.say("3")
    assert (talk.heard(), talk.ask.facts) == (("Your street", "Name?"), {})


def test_marks_in_labels_are_not_on_buttons_nor_before_answers() -> None:
    form = form_of(
        """
| survey |
| | type | name | label |
| | select_one c | a | **What** <span style="color:red">now</span> |

| choices |
| | list_name | name | label |
| | c | yes | **Yes**, _please_ |
"""
    )
    talk = Talk(form)
    assert labels(talk.ask) == ["Yes, please"]
    talk.tap("Yes, please")
    assert told(talk, "en") == [("What now", "Yes, please")]
