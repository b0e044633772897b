from pathlib import Path

import pytest

import dialogs
from dialogs.check import check, cycles
from dialogs.form import FormError, Issue
from dialogs.reading.xform import read_xform
from dialogs.reading.xlsform import load_builtin
from dialogs.told import Told
from tests.dialogs.written import form_of, xform

FORMS = Path(dialogs.__file__).parent / "forms"
INPUT = '<input ref="/data/a"><label>A</label></input>'


def told(table: str) -> list[tuple[int | None, str, bool]]:
    return [(issue.row, issue.cause, issue.advice) for issue in check(form_of(table))]


def told_of_xml(instance: str, binds: str = "", body: str = INPUT) -> list[str]:
    return [f"{issue.ref}: {issue.cause}" for issue in check(read_xform(xform(instance, binds, body)))]


def test_a_good_form_has_no_issues() -> None:
    table = """
    | survey |
    | | type | name | label | body::tg:voice | body::tg:suggest | body::tg:place | body::tg:summary | bind::tg:means |
    | | select_one c | where | Where? | | near | at | | country |
    | | text | story | Story | voice | | | | story |
    | | audio | voice | V | | | | | |
    | | note | end | Read it | | | | yes | |
    | choices |
    | | list_name | name | label | near | at |
    | | c | mg | Madagascar | fr | -18.9,47.5 |
    """
    assert told(table) == []


@pytest.mark.parametrize("name", ["testimony", "initiative", "checkin"])
def test_the_forms_of_the_house_stop_at_nothing(name: str) -> None:
    assert [str(issue) for issue in check(load_builtin(FORMS / name)) if not issue.advice] == []


def test_a_form_that_asks_nothing_is_told() -> None:
    assert told("| survey |\n| | type | name | label |\n| | note | a | A |\n") == [
        (None, "The form asks nothing.", False)
    ]


def test_circles_are_found_however_long() -> None:
    binds = "".join(f'<bind nodeset="/data/n{i}" calculate="/data/n{(i + 1) % 9} + 1"/>' for i in range(9))
    nodes = "".join(f"<n{i}/>" for i in range(9))
    form_xml = xform(f"<a/>{nodes}", binds, INPUT)
    with pytest.raises(Exception, match=r"in a circle: n0 \(calculation\) → n8 \(calculation\)"):
        read_xform(form_xml)


@pytest.mark.parametrize(
    "binds",
    [
        '<bind nodeset="/data/a" calculate="once(/data/b)"/>',
        '<bind nodeset="/data/a" constraint=". != /data/b"/><bind nodeset="/data/b" constraint=". != /data/a"/>',
        """<bind nodeset="/data/a" required="/data/b = ''"/><bind nodeset="/data/b" required="/data/a = ''"/>""",
        '<bind nodeset="/data/a" relevant="/data/b"/><bind nodeset="/data/c" calculate="/data/a"/>',
    ],
)
def test_rules_that_nothing_waits_for_make_no_circle(binds: str) -> None:
    assert cycles(read_xform(xform("<a/><b/><c/>", binds, INPUT))) == []


def test_a_running_total_over_entries_is_no_circle() -> None:
    binds = '<bind nodeset="/data/r/t" calculate="../x + sum(/data/r[position() &lt; position(current()/..)]/t)"/>'
    body = '<repeat nodeset="/data/r"><input ref="x"><label>X</label></input></repeat>'
    assert cycles(read_xform(xform("<r><x/><t/></r>", binds, body))) == []


@pytest.mark.parametrize(
    ("binds", "cause"),
    [
        ('<bind nodeset="/data/z" relevant="1"/>', "/data/z: The rules are for a node that is not there."),
        (
            '<bind nodeset="/data/a" relevant="/data/z"/>',
            "/data/a: “/data/z” reads /data/z, which is not there.",
        ),
        (
            '<bind nodeset="/data/a" relevant="../b = yes"/>',
            "/data/a: “../b = yes” reads /data/a/yes, which is not there.",
        ),
        (
            '<bind nodeset="/data/a" constraint="instance(\'l\')/root/item"/>',
            "/data/a: “instance('l')/root/item” reads the list “l”, which is not there.",
        ),
    ],
)
def test_what_is_read_must_be_there(binds: str, cause: str) -> None:
    assert told_of_xml("<a/><b/>", binds) == [cause]


def test_null_is_only_advised_against() -> None:
    form = read_xform(xform("<a/><b/>", '<bind nodeset="/data/a" calculate="if(../b = 1, 2, null)"/>', INPUT))
    assert [(str(issue.cause), issue.advice) for issue in check(form)] == [
        ("“if(../b = 1, 2, null)” reads /data/a/null, which is not there.", True)
    ]


def test_outputs_counts_and_values_to_set_are_looked_at_too() -> None:
    binds = '<setvalue ref="/data/b" event="odk-instance-first-load" value="/data/w"/>'
    body = """<input ref="/data/a"><label>Hello <output value="/data/x"/></label></input>
        <repeat nodeset="/data/r" jr:count="/data/y"><input ref="q"><label>Q</label></input></repeat>
        <select1 ref="/data/b"><label>B</label><itemset nodeset="/data/v"><value ref="q"/></itemset></select1>"""
    assert told_of_xml("<a/><b/><r><q/></r>", binds, body) == [
        "/data/a: “/data/x” reads /data/x, which is not there.",
        "/data/b: “/data/v” reads /data/v, which is not there.",
        "/data/b: “/data/w” reads /data/w, which is not there.",
        "/data/r: “/data/y” reads /data/y, which is not there.",
    ]


def test_wildcards_may_find_nothing_by_name() -> None:
    assert (
        told_of_xml("<a/><b/>", '<bind nodeset="/data/a" required="count(/data/*) and count(//b) and @id"/>')
        == []
    )


HINTS = """
    | survey |
    | | type | name | label | body::tg:{hint} |
    | | {kind} | a | A | {value} |
    | | audio | speech | S | |
    | | image | picture | P | |
    | | text | words | W | |
    | choices |
    | | list_name | name | label | near |
    | | l | x | X | fr |
"""


@pytest.mark.parametrize(
    ("hint", "kind", "value", "cause"),
    [
        ("voice", "text", "speech", None),
        ("voice", "text", "nobody", "“nobody” is no audio question of this form."),
        ("voice", "text", "picture", "“picture” is no audio question of this form."),
        ("photo", "text", "words", "“words” is no image question of this form."),
        ("voice", "integer", "speech", "Only a text can be answered by voice."),
        ("suggest", "select_one l", "near", None),
        ("suggest", "select_one l", "far", "The choices have no column “far”."),
        ("place", "text", "near", "The choices have no column “near”."),
        ("end", "note", "decline", None),
        ("end", "note", "stop", "“end” cannot be “stop” here."),
        ("end", "text", "decline", "“end” cannot be “decline” here."),
        ("summary", "note", "no", "“summary” cannot be “no” here."),
        ("colour", "text", "red", "The chat hint “colour” is not known here."),
    ],
)
def test_chat_hints_must_be_known_and_fit(hint: str, kind: str, value: str, cause: str | None) -> None:
    found = told(HINTS.format(hint=hint, kind=kind, value=value))
    assert found == ([(2, cause, False)] if cause else [])


def test_hints_of_binds_and_groups_must_be_known_too() -> None:
    table = """
    | survey |
    | | type | name | label | bind::tg:means | bind::tg:secret | body::tg:voice |
    | | begin_group | g | G | | | b |
    | | text | a | A | story | x | |
    | | text | b | B | story | | |
    | | end_group | | | | | |
    """
    assert told(table) == [
        (2, "The chat hint “voice” is not known here.", False),
        (3, "The chat hint “secret” is not known here.", False),
        (4, "a already says “means” is “story”.", False),
    ]


def test_what_compares_has_the_answers_that_are_counted_and_each_theme_once() -> None:
    table = """
    | survey |
    | | type | name | label | calculation | bind::tg:means | bind::tg:theme |
    | | select_one how | food | A | | compared | food |
    | | select_one how | again | B | | compared | food |
    | | select_one how | whole | C | | compared | |
    | | select_one less | work | D | | compared | work |
    | | text | lost | E | | | ${whole} |
    | | calculate | made | | 'better' | compared | ${lost} |
    | choices |
    | | list_name | name | label |
    | | how | better | B |
    | | how | same | S |
    | | how | worse | W |
    | | how | unknown | U |
    | | less | better | B |
    | | less | worse | W |
    """
    form = form_of(table)
    assert [(each.row, str(each.cause), str(each.remedy)) for each in check(form)] == [
        (3, "food already says “means” is “compared”.", "Say it of one question only."),
        (5, "“means” cannot be “compared” here.", "Let it have the choices better, same, worse."),
        (6, "“theme” cannot be “/data/whole” here.", "Write “compared” in the column bind::tg:means."),
    ]


@pytest.mark.parametrize(
    ("hint", "value", "cause"),
    [
        ("hide", "always", None),
        ("hide", "ask", None),
        ("hide", "never", None),
        ("hide", "sometimes", "The chat hint “hide: sometimes” is not known here."),
        ("colour", "red", "The chat hint “colour” is not known here."),
    ],
)
def test_hints_of_the_whole_form_stand_in_its_settings(hint: str, value: str, cause: str | None) -> None:
    settings = f"""
| settings |
|  | form_id | version | namespaces | attribute::tg:{hint} |
|  | data | 1 | tg="https://voices.example/xforms/chat" | {value} |
"""
    form = form_of("| survey |\n| | type | name | label |\n| | text | a | A |\n", settings)
    assert form.chat == {hint: value}
    found = [(each.sheet, each.row, each.column, str(each.cause)) for each in check(form)]
    assert found == ([("settings", 2, f"attribute::tg:{hint}", cause)] if cause else [])


def test_what_identifies_a_person_unasked_is_refused() -> None:
    table = """
    | survey |
    | | type | name | label |
    | | text | a | A |
    | | start | start | |
    | | today | today | |
    | | deviceid | deviceid | |
    | | phonenumber | phonenumber | |
    | | username | username | |
    | | email | email | |
    | | audit | audit | |
    """
    assert told(table) == [
        (5, "“deviceid” tells who the person is, without asking.", False),
        (6, "“phonenumber” tells who the person is, without asking.", False),
        (7, "“username” tells who the person is, without asking.", False),
        (8, "“email” tells who the person is, without asking.", False),
        (None, "An audit records the person unasked.", False),
    ]


def test_a_missing_translation_is_told_for_each_text() -> None:
    table = """
    | survey |
    | | type | name | label::English (en) | label::French (fr) | hint::English (en) |
    | | select_one l | a | A | A | Look |
    | | text | b | - | B | |
    | choices |
    | | list_name | name | label::English (en) | label::French (fr) |
    | | l | x | X | |
    """
    settings = "\n| settings |\n| | form_id | default_language |\n| | data | English (en) |\n"
    assert [(issue.row, issue.cause, issue.advice) for issue in check(form_of(table, settings))] == [
        (2, "The hint is missing in fr.", True),
        (2, "The label of choice “x” is missing in fr.", True),
        (3, "The label is missing in en.", False),
    ]


def test_long_labels_on_buttons_are_told_once() -> None:
    table = f"""
    | survey |
    | | type | name | label |
    | | select_one l | a | A |
    | | select_one l | b | B |
    | choices |
    | | list_name | name | label |
    | | l | x | {"x" * 65} |
    | | l | y | {"y" * 64} |
    """
    assert told(table) == [(2, "The label of “x” has 65 characters in default.", True)]


@pytest.mark.parametrize(
    ("kind", "appearance", "cause", "advice"),
    [
        (
            "text",
            "ex:my.app(x=1)",
            "Another app (appearance “ex:my.app(x=1)”) is not possible in a chat.",
            False,
        ),
        ("text", "printer:zebra", "Printing (appearance “printer:zebra”) is not possible in a chat.", False),
        ("image", "draw", "Drawing (appearance “draw”) is not possible in a chat.", False),
        ("image", "annotate", "Drawing on a photo (appearance “annotate”) is not possible in a chat.", False),
        ("image", "signature", "Signing by hand (appearance “signature”) is not possible in a chat.", False),
        ("osm", "", "A chat cannot ask for “osm”.", False),
        ("geopoint", "maps", "A chat cannot show the appearance “maps”: it is asked without a map.", True),
        (
            "date",
            "ethiopian",
            "A chat cannot show the appearance “ethiopian”: it is asked in the Gregorian calendar.",
            True,
        ),
        ("select_one l", "map", "A chat cannot show the appearance “map”: it is asked without a map.", True),
        ("select_one l", "minimal", None, False),
        ("date", "month-year", None, False),
    ],
)
def test_what_a_chat_cannot_ask_is_told_with_its_row(
    kind: str, appearance: str, cause: str | None, advice: bool
) -> None:
    table = f"""
    | survey |
    | | type | name | label | appearance |
    | | text | z | Z | |
    | | {kind} | a | A | {appearance} |
    | choices |
    | | list_name | name | label |
    | | l | x | X |
    """
    assert told(table) == ([(3, cause, advice)] if cause else [])


@pytest.mark.parametrize(
    "kind", ["geotrace", "geoshape", "background-audio", "start-geopoint", "xml-external"]
)
def test_what_cannot_be_read_as_a_question_is_refused(kind: str) -> None:
    table = f"""
    | survey |
    | | type | name | label |
    | | text | a | A |
    | | {kind} | b | B |
    """
    try:
        issues = check(form_of(table))
    except FormError as error:
        issues = list(error.issues)
    assert [issue for issue in issues if not issue.advice]


def test_nobody_has_to_tell_where_they_are() -> None:
    """S5: a place is never required; how exact it is kept, the author says."""
    table = """
    | survey |
    | | type | name | label | required | body::tg:precision |
    | | geopoint | a | A | yes | 1 |
    | | geopoint | b | B | ${c} = 'x' | 9 |
    | | text | c | C | | 2 |
    """
    assert told(table) == [
        (2, "Nobody has to tell where they are.", False),
        (3, "“precision” cannot be “9” here.", False),
        (4, "“precision” cannot be “2” here.", False),
    ]


def test_pictures_sounds_and_films_that_were_not_sent_are_told_together() -> None:
    table = """
    | survey |
    | | type | name | label | media::image | media::audio |
    | | select_one l | a | A | a.png | a.mp3 |
    | choices |
    | | list_name | name | label | media::image |
    | | l | x | X | x.png |
    """
    assert told(table) == [
        (2, "The form shows a.png, a.mp3, x.png, which were not sent: it is asked without.", True)
    ]


def test_what_buttons_cannot_show_is_told() -> None:
    choices = "\n".join(f"| | l | x{n} | X | x{n}.png | x.mp3 |" for n in range(11))
    table = f"""
    | survey |
    | | type | name | label |
    | | select_one l | a | A |
    | choices |
    | | list_name | name | label | media::image | media::audio |
    {choices}
    """
    assert told(table)[1:3] == [
        (2, "The chat does not show the “audio” of a choice.", True),
        (2, "11 choices have a picture; a chat shows at most 10 at once.", True),
    ]


def test_a_range_must_have_its_limits() -> None:
    body = '<range ref="/data/b" start="1" end="x" step="1"><label>B</label></range>'
    assert told_of_xml("<a/><b/>", "", INPUT + body) == ["/data/b: The range has no start, end and step."]


def test_a_question_must_say_something_and_lie_in_its_repeat() -> None:
    body = """<repeat nodeset="/data/r"><input ref="x"><label>X</label></input></repeat>
        <input ref="/data/r/y"><label>Y</label></input><input ref="/data/a"/>
        <select1 ref="/data/b"><label>B</label></select1>"""
    assert told_of_xml("<a/><b/><r><x/><y/></r>", "", body) == [
        "/data/a: The question says nothing.",
        "/data/b: There is nothing to choose from.",
        "/data/r/y: The question belongs to the repeat r and is asked outside of it.",
    ]


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ("geotrace | a | A", "A chat cannot ask for “geotrace”."),
        ("geoshape | a | A", "A chat cannot ask for “geoshape”."),
        ("background-audio | a | ", "It records sound unasked."),
        ("start-geopoint | a | ", "It records where the person is, unasked."),
        ("deviceid | a | ", "“deviceid” tells who the person is, without asking."),
        ("username | a | ", "“username” tells who the person is, without asking."),
        ("phonenumber | a | ", "“phonenumber” tells who the person is, without asking."),
        ("email | a | ", "“email” tells who the person is, without asking."),
        ("simserial | a | ", "“simserial” tells who the person is, without asking."),
    ],
)
def test_what_a_chat_cannot_ask_or_must_not_is_told_with_sheet_row_and_column(row: str, cause: str) -> None:
    table = f"| survey |\n| | type | name | label |\n| | text | b | B |\n| | {row} |\n"
    assert [
        (issue.sheet, issue.row, issue.column, issue.ref, issue.cause) for issue in check(form_of(table))
    ] == [("survey", 3, "type", "/data/a", cause)]


def test_background_places_and_audits_are_told() -> None:
    table = """
    | survey |
    | | type | name | label | trigger |
    | | text | b | B | |
    | | background-geopoint | where | | ${b} |
    | | audit | audit | | |
    """
    assert told(table) == [
        (3, "It records where the person is, unasked.", False),
        (None, "An audit records the person unasked.", False),
    ]


def test_lists_in_files_that_are_not_there_are_told() -> None:
    table = "| survey |\n| | type | name | label |\n| | select_one_from_file c.csv | a | A |\n"
    form = form_of(table)
    assert [str(issue) for issue in check(form)] == [
        (
            "survey, row 2, type, /data/a: The form reads “c.csv”, which was not sent. "
            "Send a .zip with the form and the files it names."
        )
    ]
    assert form.elsewhere == {"c": "jr://file-csv/c.csv"}


def test_what_was_sent_last_time_is_not_read() -> None:
    model = '<instance id="last-saved" src="jr://instance/last-saved"/>'
    assert [issue.cause for issue in check(read_xform(xform("<a/>", "", INPUT, model=model)))] == [
        "The form reads what was sent last time."
    ]


def test_entities_are_not_kept() -> None:
    form_xml = xform(
        '<a/><meta><entity dataset="people" id="" create="1"><label/></entity></meta>',
        '<bind nodeset="/data/meta/entity/@id" type="string"/>'
        '<setvalue ref="/data/meta/entity/@id" event="odk-instance-first-load" value="uuid()"/>',
        INPUT,
    )
    assert [f"{issue.ref}: {issue.cause}" for issue in check(read_xform(form_xml))] == [
        "/data/meta/entity: Entities are not kept by this bot."
    ]


def test_an_answer_in_a_repeat_is_not_read_from_outside_unless_all_or_one_are_meant() -> None:
    table = """
    | survey |
    | | type | name | label | calculation | relevant | repeat_count |
    | | begin_repeat | child | Child | | | 2 |
    | | integer | age | Age | | | |
    | | note | told | ${age} | ${age} + 1 | ${age} > 1 | |
    | | end_repeat | | | | | |
    | | calculate | all | | sum(${age}) + count(${child}) | | |
    | | calculate | one | | indexed-repeat(${age}, ${child}, 1) + /data/child[2]/age | | |
    | | note | bad | The age is ${age}. | | | |
    | | calculate | worse | | 1 + ${age} | ${age} = 3 | |
    """
    where = [
        (issue.row, issue.column) for issue in check(form_of(table)) if "from outside of it" in issue.cause
    ]
    assert where == [(8, "label"), (9, "relevant"), (9, "calculation")]


def test_a_path_that_is_nowhere_suggests_the_nearest() -> None:
    table = """
    | survey |
    | | type | name | label | calculation |
    | | text | country | Country | |
    | | calculate | c | | /data/contry |
    """
    (issue,) = check(form_of(table))
    assert str(issue) == (
        "survey, row 3, calculation, /data/c: “/data/contry” reads /data/contry, which is not there. "
        "Did you mean “/data/country”?"
    )


def test_issues_of_choices_name_their_row_on_the_choices_sheet() -> None:
    table = f"""
    | survey |
    | | type | name | label |
    | | select_one c | a | A |
    | choices |
    | | list_name | name | label |
    | | c | x | X |
    | | c | y | {"Y" * 70} |
    """
    assert [(issue.sheet, issue.row, issue.column) for issue in check(form_of(table))] == [
        ("choices", 3, "label")
    ]


def test_issues_come_in_the_order_of_the_rows() -> None:
    table = """
    | survey |
    | | type | name | label | body::tg:voice |
    | | text | a | A | x |
    | | deviceid | d | | |
    | | text | b | B | y |
    """
    assert [row for row, _, _ in told(table)] == [2, 3, 4]


def test_an_issue_reads_as_a_sentence() -> None:
    issue = Issue(
        3, "/data/a", Told("It is wrong."), Told("Make it right."), sheet="survey", column="relevant"
    )
    assert str(issue) == "survey, row 3, relevant, /data/a: It is wrong. Make it right."
    assert str(Issue(None, "", Told("It is wrong."), Told("Make it right."))) == "It is wrong. Make it right."
