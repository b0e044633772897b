import pytest

from dialogs.form import FormError, Group, Issue, Kind, Question, Repeat, Text
from dialogs.reading.itext import language_code
from dialogs.reading.xform import read_xform
from dialogs.told import told
from tests.dialogs.written import form_of, issues_of, started, xform

ALL_KINDS = """
    | survey |
    | | type | name | label | appearance | parameters | readonly |
    | | text | t | T | multiline | | |
    | | integer | i | I | | | |
    | | decimal | d | D | | | |
    | | range | r | R | | start=0 end=10 step=2 | |
    | | select_one yn | s | S | columns-2 | | |
    | | select_multiple yn | m | M | | | |
    | | rank yn | k | K | | | |
    | | date | da | Da | | | |
    | | time | ti | Ti | | | |
    | | dateTime | dt | Dt | | | |
    | | geopoint | g | G | | | |
    | | image | im | Im | | | |
    | | audio | au | Au | | | |
    | | video | vi | Vi | | | |
    | | file | fi | Fi | | | |
    | | barcode | ba | Ba | | | |
    | | note | no | No | | | |
    | | text | ro | Ro | | | yes |
    | | acknowledge | ac | Ac | | | |
    | choices |
    | | list_name | name | label |
    | | yn | yes | Yes |
    | | yn | no | No |
"""


def test_each_type_of_xlsform_has_its_kind() -> None:
    form = form_of(ALL_KINDS)
    assert {question.name: question.kind for question in form.questions()} == {
        "t": Kind.TEXT,
        "i": Kind.INTEGER,
        "d": Kind.DECIMAL,
        "r": Kind.RANGE,
        "s": Kind.SELECT_ONE,
        "m": Kind.SELECT_MULTIPLE,
        "k": Kind.RANK,
        "da": Kind.DATE,
        "ti": Kind.TIME,
        "dt": Kind.DATETIME,
        "g": Kind.GEOPOINT,
        "im": Kind.IMAGE,
        "au": Kind.AUDIO,
        "vi": Kind.VIDEO,
        "fi": Kind.FILE,
        "ba": Kind.BARCODE,
        "no": Kind.NOTE,
        "ro": Kind.NOTE,
        "ac": Kind.ACKNOWLEDGE,
    }
    by_name = {question.name: question for question in form.questions()}
    assert by_name["t"].appearance == {"multiline"}
    assert by_name["r"].parameters == {"start": "0", "end": "10", "step": "2"}
    assert (form.name, form.version, form.languages, form.default_language) == (
        "data",
        "1",
        ("default",),
        "default",
    )
    assert by_name["t"].row == 2
    assert by_name["ac"].row == 20


LANGUAGES = """
    | survey |
    | | type | name | label::English (en) | label::Français (fr) | hint::English (en) | guidance_hint::English (en) |
    | | select_one yn | keep | May we keep it, ${who}? | Pouvons-nous le garder, ${who} ? | A hint | More about it |
    | | text | who | It’s “you”?<br>Who? | Qui ? | | |
    | choices |
    | | list_name | name | label::English (en) | label::Français (fr) | near |
    | | yn | yes | Yes | Oui | fr |
    | | yn | no | No | - | |
"""
MESSAGES = """
    | survey |
    | | type | name | label::en | label::fr | constraint | constraint_message::en | constraint_message::fr |
    | | text | a | A | A | . = 'yes' | Say yes | Dites oui |
"""


def test_texts_are_read_in_every_language_of_the_form() -> None:
    form = form_of(LANGUAGES)
    keep, who = form.questions()
    assert form.languages == ("en", "fr")
    assert form.default_language == "en"
    assert who.label == Text({"en": ("It’s “you”?\nWho?",), "fr": ("Qui ?",)})
    assert keep.hint == Text({"en": ("A hint",)})
    assert keep.guidance == Text({"en": ("More about it",)})
    pieces = keep.label.by_language["fr"]
    assert [piece if isinstance(piece, str) else piece.text for piece in pieces] == [
        "Pouvons-nous le garder, ",
        "/data/who",
        " ?",
    ]


def test_messages_are_read_in_every_language_or_the_only_one() -> None:
    bind = form_of(MESSAGES).binds["/data/a"]
    assert bind.constraint_message == Text({"en": ("Say yes",), "fr": ("Dites oui",)})
    assert bind.required_message == Text()
    plain = read_xform(
        xform("<a/>", '<bind nodeset="/data/a" jr:requiredMsg="Please"/>', '<input ref="/data/a"/>')
    )
    assert plain.binds["/data/a"].required_message == Text({"default": ("Please",)})


def test_choices_carry_their_labels_and_the_authors_further_columns() -> None:
    keep, _ = form_of(LANGUAGES).questions()
    assert keep.itemset is not None
    assert [(choice.name, choice.label, dict(choice.extra)) for choice in keep.itemset.choices.values()] == [
        ("yes", Text({"en": ("Yes",), "fr": ("Oui",)}), {"near": "fr"}),
        ("no", Text({"en": ("No",)}), {}),
    ]


def test_the_default_language_is_the_one_the_settings_name() -> None:
    settings = "\n| settings |\n| | form_id | default_language |\n| | data | Français (fr) |\n"
    assert form_of(LANGUAGES, settings).default_language == "fr"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("French (fr)", "fr"),
        ("fr", "fr"),
        ("Français", "fr"),
        ("english", "en"),
        ("Klingon", "Klingon"),
        ("Chinese (zh-Hans)", "zh-Hans"),
        ("English (United Kingdom) (en_GB)", "en-GB"),
        ("Malagasy (official) ", "official"),
    ],
)
def test_a_languages_code_stands_in_parentheses_or_is_known_by_its_name(name: str, code: str) -> None:
    assert language_code(name) == code


def test_one_language_may_not_be_written_twice() -> None:
    table = """
    | survey |
    | | type | name | label::English (en) | label::Anglais (en) |
    | | text | a | A | B |
    """
    assert [issue.cause for issue in issues_of(table)] == ["The language “en” is there twice."]


def test_chat_hints_lie_on_the_question_and_on_the_bind() -> None:
    form = form_of(
        """
        | survey |
        | | type | name | label | appearance | body::tg:voice | bind::tg:means | bind::tg:given |
        | | begin_group | g | G | field-list | | | |
        | | text | story | S | multiline | story_voice | story | |
        | | end_group | | | | | | |
        | | audio | story_voice | V | | | | |
        | | hidden | partner | | | | | partner |
        """
    )
    (group, voice) = form.body
    assert isinstance(group, Group)
    assert isinstance(voice, Question)
    assert group.appearance == {"field-list"}
    assert [dict(part.chat) for part in (group, *group.parts, voice) if not isinstance(part, Repeat)] == [
        {},
        {"voice": "story_voice"},
        {},
    ]
    assert form.meaning("story") == "/data/g/story"
    assert dict(form.binds["/data/partner"].chat) == {"given": "partner"}


def test_rules_are_compiled_on_the_bind() -> None:
    form = form_of(
        """
        | survey |
        | | type | name | label | relevant | required | constraint | calculation |
        | | integer | a | A | | true() | . > 1 | |
        | | calculate | b | | ${a} > 1 | | | ${a} * 2 |
        """
    )
    rules = {
        ref: tuple(
            rule.text if rule is not None else ""
            for rule in (bind.relevant, bind.required, bind.constraint, bind.calculate)
        )
        for ref, bind in form.binds.items()
    }
    assert rules == {
        "/data/a": ("", "true()", ". > 1", ""),
        "/data/b": ("/data/a  > 1", "", "", "/data/a  * 2"),
        "/data/meta/instanceID": ("", "", "", ""),
    }
    assert (form.binds["/data/a"].type, form.binds["/data/a"].row) == ("int", 2)
    assert form.binds["/data/meta/instanceID"].preload == "uid"


def test_repeats_are_read_with_their_template_and_count() -> None:
    form = form_of(
        """
        | survey |
        | | type | name | label | repeat_count | default |
        | | begin_repeat | house | House | | |
        | | begin_repeat | child | Child | 2 | |
        | | text | name | Name | | Ana |
        | | end_repeat | | | | |
        | | end_repeat | | | | |
        """
    )
    (house,) = form.body
    assert isinstance(house, Repeat)
    (child,) = house.parts
    assert isinstance(child, Repeat)
    assert (house.ref, house.count, house.row) == ("/data/house", None, 2)
    assert child.count is not None
    assert (child.ref, child.count.text) == ("/data/house/child", "../child_count")
    assert [(node.name, node.text) for node in child.template.children] == [("name", "Ana")]
    assert [node.name for node in house.template.children] == ["child_count"]


def test_a_repeat_without_a_template_takes_its_first_entry_without_values() -> None:
    form = read_xform(
        xform(
            "<rep><a>1</a></rep><rep><a>2</a></rep>",
            '<bind nodeset="/data/rep/a"/>',
            '<group><repeat nodeset="/data/rep" jr:noAddRemove="true()"><input ref="a"/></repeat></group>',
        )
    )
    (repeat,) = form.body
    assert isinstance(repeat, Repeat)
    assert repeat.fixed
    assert [(node.name, node.text) for node in repeat.template.children] == [("a", "")]
    assert [question.ref for question in form.questions()] == ["/data/rep/a"]
    assert [step.ref for step in started(form).walk()] == ["/data/rep[1]/a", "/data/rep[2]/a"]


def test_dynamic_defaults_and_triggers_become_actions() -> None:
    form = form_of(
        """
        | survey |
        | | type | name | label | default | trigger | calculation |
        | | date | day | Day | today() | | |
        | | begin_repeat | rep | R | | | |
        | | text | a | A | concat('x', 1) | | |
        | | end_repeat | | | | | |
        | | calculate | seen | | | ${day} | now() |
        """
    )
    told = {(action.ref, action.events, action.source) for action in form.actions}
    assert told == {
        ("/data/day", frozenset({"odk-instance-first-load"}), None),
        ("/data/rep/a", frozenset({"odk-instance-first-load"}), None),
        ("/data/rep/a", frozenset({"odk-new-repeat"}), None),
        ("/data/seen", frozenset({"xforms-value-changed"}), "/data/day"),
    }


def test_pictures_beside_labels_are_read() -> None:
    form = form_of(
        """
        | survey |
        | | type | name | label | media::image |
        | | select_one l | a | A | map.png |
        | choices |
        | | list_name | name | label | media::audio |
        | | l | x | X | x.mp3 |
        """
    )
    (question,) = form.questions()
    assert question.media == {"image": Text({"default": ("jr://images/map.png",)})}
    assert question.itemset is not None
    assert question.itemset.choices["x"].media == {"audio": Text({"default": ("jr://audio/x.mp3",)})}


def test_items_written_inside_a_question_are_its_choices() -> None:
    body = """<select1 ref="/data/a"><label>A</label>
        <item><label>One</label><value>1</value></item><item><label>Two</label><value>2</value></item></select1>"""
    form = read_xform(xform("<a/>", "", body))
    (question,) = form.questions()
    assert question.itemset is not None
    assert question.itemset.nodes is None
    assert [(each.name, each.label) for each in question.itemset.choices.values()] == [
        ("1", Text({"default": ("One",)})),
        ("2", Text({"default": ("Two",)})),
    ]


def test_names_keep_the_prefix_that_rules_use() -> None:
    form = read_xform(
        xform(
            "<a/><orx:meta><orx:instanceID/></orx:meta>",
            '<bind nodeset="/data/orx:meta/orx:instanceID" jr:preload="uid"/>',
            '<input ref="/data/a"><label>A</label></input>',
        )
    )
    instance = started(form)
    assert instance.kept("/data/orx:meta/orx:instanceID") == ""
    assert instance.to_xml("uuid:1") == (
        '<data id="d" version="7" xmlns:orx="http://openrosa.org/xforms"><a></a>'
        "<orx:meta><orx:instanceID>uuid:1</orx:instanceID></orx:meta></data>"
    )


@pytest.mark.parametrize(
    ("table", "row", "ref", "cause"),
    [
        (
            "| survey |\n| | type | name | label | relevant |\n| | text | a | A | |\n| | text | b | B | ${a} == ( 1 |",
            3,
            "/data/b",
            "The expression “/data/a == ( 1” cannot be read: ",
        ),
        (
            "| survey |\n| | type | name | label | relevant |\n| | text | b | B | frobnicate(1) |",
            2,
            "/data/b",
            "The expression “frobnicate(1)” cannot be read: there is no function frobnicate().",
        ),
        (
            "| survey |\n| | type | name | label | constraint |\n| | text | a | A | regex(., '(?=a)') |",
            2,
            "/data/a",
            "The expression “regex(., '(?=a)')” cannot be read: ",
        ),
        (
            "| survey |\n| | type | name | label | relevant |\n| | text | a | A | ${b} |\n| | text | b | B | ${a} |",
            2,
            "/data/a",
            "These rules read each other in a circle: a (relevant) → b (relevant) → a (relevant).",
        ),
        (
            "| survey |\n| | type | name | label | relevant |\n| | text | a | A | ${a} = '' |",
            2,
            "/data/a",
            "These rules read each other in a circle: a (relevant) → a (relevant).",
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_its_row(table: str, row: int | None, ref: str, cause: str) -> None:
    first = issues_of(table)[0]
    assert (first.row, first.ref) == (row, ref)
    assert first.cause.startswith(cause), first.cause


def test_everything_wrong_is_told_at_once() -> None:
    table = """
    | survey |
    | | type | name | label | relevant | constraint |
    | | text | a | A | 1 + | |
    | | geoshape | b | B | | nope(.) |
    """
    assert [issue.row for issue in issues_of(table)] == [2, 3, 3]


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "not xml",
        "<a/>",
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>',
        "<a>" * 10_000,
        "<a>" + "x" * 5_300_000 + "</a>",
        "<a>\ud800</a>",
    ],
)
def test_hostile_or_broken_xml_is_refused_by_name(xml: str) -> None:
    """S10: no entities, nothing external, bounded size and depth."""
    with pytest.raises(FormError):
        read_xform(xml)


@pytest.mark.parametrize(
    ("binds", "body", "cause"),
    [
        ("", '<input ref="/data/b"><label>B</label></input>', "The question has no place in the instance."),
        ("", '<secret ref="/data/a"><label>B</label></secret>', "A chat cannot ask for “secret”."),
        ('<setvalue ref="/data/a" event="xforms-ready" value="1"/>', "", "A value is set at “xforms-ready”."),
        (
            '<setvalue ref="/data/z" event="odk-instance-first-load" value="1"/>',
            "",
            "A value is set where there is",
        ),
        (
            '<bind nodeset="/data/a" type="boolean"/>',
            '<input ref="/data/a"/>',
            "A chat cannot ask for “boolean”.",
        ),
        (
            "",
            '<select1 ref="/data/a"><itemset nodeset="instance(\'x\')/root/item"/></select1>',
            "The list “x” is not",
        ),
    ],
)
def test_what_a_chat_does_not_have_is_refused_by_name(binds: str, body: str, cause: str) -> None:
    with pytest.raises(FormError) as caught:
        read_xform(xform("<a/>", binds, body))
    assert caught.value.issues[0].cause.startswith(cause)


def test_a_declared_encoding_does_not_matter_for_text_already_decoded() -> None:
    written = xform("<a>é</a>", "", '<input ref="/data/a"><label>A</label></input>')
    form = read_xform(written.replace('version="1.0"?', 'version="1.0" encoding="ISO-8859-1"?'))
    assert started(form).value("/data/a") == "é"


def test_a_form_whose_expressions_are_too_many_is_refused() -> None:
    """S10: nothing that comes in a form keeps the bot busy."""
    nodes = "".join(f"<n{number}/>" for number in range(60))
    binds = "".join(
        f'<bind nodeset="/data/n{number}" calculate="{number}{" + 1" * 2000}"/>' for number in range(60)
    )
    with pytest.raises(FormError) as caught:
        read_xform(xform(f"<a/>{nodes}", binds, '<input ref="/data/a"/>'))
    assert caught.value.issues == (
        Issue(
            None,
            "/data/n49",
            told("The form's expressions have more than {most} parts.", most=100_000),
            told("Make two forms of it."),
        ),
    )
