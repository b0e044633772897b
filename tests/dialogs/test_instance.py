import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.form import Form, Group, Kind, Question, Repeat, Text
from dialogs.instance import MAX_ENTRIES, FormStall, Instance
from dialogs.reading.xform import read_xform
from tests.dialogs.written import NOW, form_of, names, restored, started, xform

FAMILY = form_of(
    """
    | survey |
    | | type | name | label::English (en) | label::French (fr) | relevant | required | constraint | calculation |
    | | select_one yn | keep | Keep? | Garder ? | | yes | | |
    | | begin_group | home | Home | Maison | ${keep} = 'yes' | | | |
    | | integer | age | Age | Âge | | ${keep} = 'yes' | . >= 18 and . < 120 | |
    | | text | school | School | École | ${age} < 25 | | | |
    | | end_group | | | | | | | |
    | | calculate | double | | | | | | ${age} * 2 |
    | | note | told | You are ${age}. | Vous avez ${age} ans. | ${age} != '' | | | |
    | choices |
    | | list_name | name | label::English (en) | label::French (fr) |
    | | yn | yes | Yes | Oui |
    | | yn | no | No | Non |
    """
)


def test_a_session_begins_with_what_can_be_asked_first() -> None:
    instance = started(FAMILY)
    assert names(instance) == ["keep"]
    assert instance.to_plain() == {}
    assert instance.answers() == {}


def test_an_answer_brings_what_depends_on_it() -> None:
    instance = started(FAMILY)
    instance.set("/data/keep", "yes")
    assert names(instance) == ["keep", "age"]
    instance.set("/data/home/age", "20")
    assert names(instance) == ["keep", "age", "school", "told"]
    assert instance.value("/data/double") == "40"
    assert instance.to_plain() == {
        "values": {"/data/keep": "yes", "/data/home/age": "20", "/data/double": "40"}
    }


def test_what_is_not_relevant_reads_as_empty_and_is_kept() -> None:
    instance = started(FAMILY)
    instance.set("/data/keep", "yes")
    instance.set("/data/home/age", "20")
    instance.set("/data/home/school", "A")
    instance.set("/data/keep", "no")
    assert (instance.relevant("/data/home/age"), instance.relevant("/data/home")) == (False, False)
    assert (instance.value("/data/home/age"), instance.kept("/data/home/age")) == ("", "20")
    assert instance.value("/data/double") == ""
    assert instance.answers() == {"/data/keep": "no"}
    instance.set("/data/keep", "yes")
    assert instance.answers() == {
        "/data/keep": "yes",
        "/data/home/age": "20",
        "/data/home/school": "A",
        "/data/double": "40",
    }


def test_required_follows_its_rule() -> None:
    instance = started(FAMILY)
    assert (instance.required("/data/keep"), instance.required("/data/home/age")) == (True, False)
    instance.set("/data/keep", "yes")
    assert instance.required("/data/home/age")
    assert not instance.required("/data/home/school")


def test_a_constraint_holds_for_answers_only() -> None:
    instance = started(FAMILY)
    instance.set("/data/keep", "yes")
    assert instance.valid("/data/home/age")
    instance.set("/data/home/age", "17")
    assert not instance.valid("/data/home/age")
    instance.set("/data/home/age", "18")
    assert instance.valid("/data/home/age")
    assert instance.valid("/data/keep")


def test_setting_an_answer_to_nothing_empties_it() -> None:
    instance = started(FAMILY)
    instance.set("/data/keep", "yes")
    instance.set("/data/keep", "")
    assert instance.to_plain() == {}
    assert names(instance) == ["keep"]


def test_steps_know_their_groups() -> None:
    instance = started(FAMILY)
    instance.set("/data/keep", "yes")
    keep, age = instance.walk()
    home = FAMILY.body[1]
    assert isinstance(home, Group)
    assert (keep.groups, age.groups) == ((), (home,))
    assert age.part is home.parts[0]


def test_unknown_refs_are_an_error() -> None:
    instance = started(FAMILY)
    for ref in ("/data/nothing", "/other/keep", "/data/home[2]/age", "/other[1]/keep", ""):
        with pytest.raises(KeyError):
            instance.set(ref, "x")


def test_words_come_in_the_language_of_the_session_or_else_of_the_form() -> None:
    note = next(question for question in FAMILY.questions() if question.name == "told")
    spoken = {}
    for language in ("en", "fr", "ar"):
        instance = started(FAMILY, language)
        instance.set("/data/keep", "yes")
        instance.set("/data/home/age", "20")
        spoken[language] = instance.words(note.label, note.ref)
    assert spoken == {"en": "You are 20.", "fr": "Vous avez 20 ans.", "ar": "You are 20."}
    assert started(FAMILY).words(Text(), "/data/keep") == ""
    assert started(FAMILY).words(Text({"fr": ("Ici",)}), "/data/keep") == "Ici"


def test_what_runs_the_other_way_is_isolated_in_the_words_around_it() -> None:
    """S13: inserts are wrapped in FSI … PDI where they could turn the words around them."""
    form = form_of(
        "| survey |\n| | type | name | label |\n| | text | a | A |\n| | note | n | Hello ${a}! |\n"
    )
    note = list(form.questions())[1]
    instance = started(form)
    instance.set("/data/a", "Ana")
    assert instance.words(note.label, note.ref) == "Hello Ana!"
    instance.set("/data/a", "آنا")
    assert instance.words(note.label, note.ref) == "Hello \u2068آنا\u2069!"


def test_an_answer_in_words_is_its_label() -> None:
    keep, age, *_ = FAMILY.questions()
    instance = started(FAMILY, "fr")
    assert instance.label(keep, "yes", keep.ref) == "Oui"
    assert instance.label(keep, "maybe", keep.ref) == "maybe"
    assert instance.label(keep, "", keep.ref) == ""
    assert instance.label(age, "20", age.ref) == "20"
    several = replace(keep, kind=Kind.SELECT_MULTIPLE)
    assert instance.label(several, "yes no", keep.ref) == "Oui, Non"


CASCADE = form_of(
    """
    | survey |
    | | type | name | label | choice_filter | relevant | parameters |
    | | select_one land | land | Land | | | |
    | | select_one town | town | Town | land = ${land} | | |
    | | select_multiple town | towns | Towns | land = ${land} | | |
    | | select_one town | any | Any | | ${town} != '' | randomize=true |
    | choices |
    | | list_name | name | label | land |
    | | land | mg | Madagascar | |
    | | land | lb | Lebanon | |
    | | town | tana | Tana | mg |
    | | town | fia | Fianarantsoa | mg |
    | | town | bey | Beirut | lb |
    """
)


def offered(instance: Instance, name: str) -> list[str]:
    question = next(question for question in CASCADE.questions() if question.name == name)
    return [choice.name for choice in instance.choices(question, question.ref)]


@pytest.mark.parametrize("kind", ["decimal", "int", "date"])
def test_a_choice_keeps_its_name_whatever_the_type_of_its_field(kind: str) -> None:
    choice = (
        "<select1 ref='/data/a'><label>A</label><item><label>89</label><value>89</value></item></select1>"
    )
    instance = started(read_xform(xform("<a/>", f'<bind nodeset="/data/a" type="{kind}"/>', choice)))
    instance.set("/data/a", "89")
    assert instance.value("/data/a") == "89"


def test_a_filter_offers_what_earlier_answers_leave() -> None:
    instance = started(CASCADE)
    assert (offered(instance, "land"), offered(instance, "town")) == (["mg", "lb"], [])
    instance.set("/data/land", "mg")
    assert offered(instance, "town") == ["tana", "fia"]
    instance.set("/data/land", "lb")
    assert offered(instance, "town") == ["bey"]


def test_an_answer_that_is_offered_no_more_is_gone_until_it_is_offered_again() -> None:
    instance = started(CASCADE)
    instance.set("/data/land", "mg")
    instance.set("/data/town", "tana")
    instance.set("/data/towns", "tana fia")
    instance.set("/data/land", "lb")
    assert instance.answers() == {"/data/land": "lb"}
    assert instance.kept("/data/towns") == "tana fia"
    assert names(instance) == ["land", "town", "towns"]
    again = restored(instance, json.loads(json.dumps(instance.to_plain())))
    for each in (instance, again):
        each.set("/data/land", "mg")
        assert each.answers() == {"/data/land": "mg", "/data/town": "tana", "/data/towns": "tana fia"}
        assert each.to_plain() == {
            "values": {"/data/land": "mg", "/data/town": "tana", "/data/towns": "tana fia"},
            "seed": 0.5,
        }


def test_an_answer_that_is_not_offered_does_not_count() -> None:
    instance = started(CASCADE)
    instance.set("/data/land", "mg")
    instance.set("/data/town", "bey")
    assert (instance.value("/data/town"), instance.kept("/data/town")) == ("", "bey")


def test_a_new_answer_forgets_the_one_that_was_hidden() -> None:
    instance = started(CASCADE)
    instance.set("/data/land", "mg")
    instance.set("/data/town", "tana")
    instance.set("/data/land", "lb")
    instance.set("/data/town", "bey")
    instance.set("/data/land", "mg")
    assert instance.value("/data/town") == ""


def test_a_mixed_list_stays_as_it_was_shown() -> None:
    chances = Random(7)
    orders = set()
    for _ in range(20):
        instance = Instance.start(CASCADE, now=NOW, chance=chances.random, language="default")
        first = offered(instance, "any")
        assert offered(instance, "any") == first
        assert offered(restored(instance, instance.to_plain()), "any") == first
        assert sorted(first) == ["bey", "fia", "tana"]
        orders.add(tuple(first))
    assert len(orders) > 1


def test_choices_may_come_from_the_answers_themselves() -> None:
    form = form_of(
        """
        | survey |
        | | type | name | label |
        | | begin_repeat | child | Child |
        | | text | name | Name |
        | | end_repeat | | |
        | | select_one ${name} | eldest | Who is the eldest? |
        """
    )
    eldest = list(form.questions())[-1]
    instance = started(form)
    instance.set("/data/child[1]/name", "Ana")
    instance.set(f"{instance.add('/data/child')}/name", "Bo")
    assert [(each.name, each.label) for each in instance.choices(eldest, eldest.ref)] == [
        ("Ana", Text({"default": ("Ana",)})),
        ("Bo", Text({"default": ("Bo",)})),
    ]
    assert instance.label(eldest, "Bo", eldest.ref) == "Bo"


GIVEN = form_of(
    """
    | survey |
    | | type | name | label | bind::tg:given | calculation | readonly | relevant |
    | | hidden | partner | | partner | | | |
    | | text | day | Day | day | | yes | |
    | | text | hello | Hello from ${partner} | | | | ${partner} != '' |
    | | calculate | twice | | | concat(${partner}, ${partner}) | | |
    """
)


def test_what_the_application_gives_is_filled_and_never_asked() -> None:
    instance = started(GIVEN, given={"partner": "MMM", "day": "3", "unknown": "x"})
    assert names(instance) == ["hello"]
    assert instance.answers() == {"/data/partner": "MMM", "/data/day": "3", "/data/twice": "MMMMMM"}
    assert names(started(GIVEN)) == []


def test_what_may_only_be_read_comes_as_a_note() -> None:
    form = read_xform(
        xform(
            "<done/><age/><g><a/></g>",
            """<bind nodeset="/data/age" type="int" readonly="/data/done = 'yes'"/>
            <bind nodeset="/data/g" readonly="/data/done = 'yes'"/>""",
            """<input ref="/data/done"><label>Done?</label></input><input ref="/data/age"><label>Age</label></input>
            <group ref="/data/g"><input ref="/data/g/a"><label>A</label></input></group>""",
        )
    )
    instance = started(form)
    kinds = [step.part.kind for step in instance.walk() if isinstance(step.part, Question)]
    assert kinds == [Kind.TEXT, Kind.INTEGER, Kind.TEXT]
    instance.set("/data/done", "yes")
    kinds = [step.part.kind for step in instance.walk() if isinstance(step.part, Question)]
    assert kinds == [Kind.TEXT, Kind.NOTE, Kind.NOTE]
    assert (instance.readonly("/data/done"), instance.readonly("/data/g/a")) == (False, True)


def test_a_readonly_node_without_a_label_is_silent() -> None:
    form = read_xform(
        xform(
            "<a/><b/>",
            '<bind nodeset="/data/a" readonly="1 = 1"/>',
            '<input ref="/data/a"/><input ref="/data/b"><label>B</label></input>',
        )
    )
    assert names(started(form)) == ["b"]


HOUSE = form_of(
    """
    | survey |
    | | type | name | label | repeat_count | calculation | relevant | default |
    | | integer | many | How many? | | | | |
    | | begin_repeat | child | Child | | | ${many} != 0 | |
    | | text | name | Name | | | | |
    | | integer | age | Age | | | ${name} != '' | 5 |
    | | calculate | place | | | position(..) | | |
    | | calculate | so_far | | | ${age} + coalesce(indexed-repeat(${so_far}, ${child}, position(..) - 1), 0) | | |
    | | end_repeat | | | | | | |
    | | calculate | all | | | sum(${age}) | | |
    | | calculate | count | | | count(${child}) | | |
    | | begin_repeat | room | Room | ${many} | | | |
    | | text | colour | Colour of room | | | | |
    | | end_repeat | | | | | | |
    | | text | last | Last | | | | |
    """
)


def refs(instance: Instance) -> list[str]:
    return [step.ref for step in instance.walk()]


def test_a_repeat_is_asked_entry_by_entry_and_then_whether_there_is_more() -> None:
    instance = started(HOUSE)
    assert refs(instance) == ["/data/many", "/data/child[1]/name", "/data/child", "/data/last"]
    instance.set("/data/child[1]/name", "Ana")
    assert instance.add("/data/child") == "/data/child[2]"
    instance.set("/data/child[2]/name", "Bo")
    assert refs(instance) == [
        "/data/many",
        "/data/child[1]/name",
        "/data/child[1]/age",
        "/data/child[2]/name",
        "/data/child[2]/age",
        "/data/child",
        "/data/last",
    ]
    child = HOUSE.body[1]
    assert isinstance(child, Repeat)
    assert [(step.part is child, step.entries) for step in instance.walk()[4:6]] == [
        (False, ((child, "/data/child[2]"),)),
        (True, ()),
    ]
    assert instance.entries("/data/child") == ("/data/child[1]", "/data/child[2]")


def test_rules_run_in_each_entry_and_over_all_of_them() -> None:
    instance = started(HOUSE)
    for number, (name, age) in enumerate([("Ana", "3"), ("Bo", "4"), ("Cy", "")], 1):
        if number > 1:
            instance.add("/data/child")
        instance.set(f"/data/child[{number}]/name", name)
        instance.set(f"/data/child[{number}]/age", age)
    assert [instance.value(f"/data/child[{n}]/place") for n in (1, 2, 3)] == ["1", "2", "3"]
    assert [instance.value(f"/data/child[{n}]/so_far") for n in (1, 2, 3)] == ["3", "7", ""]
    assert (instance.value("/data/all"), instance.value("/data/count")) == ("7", "3")
    instance.remove("/data/child[1]")
    assert [instance.value(f"/data/child[{n}]/place") for n in (1, 2)] == ["1", "2"]
    assert instance.value("/data/child[1]/so_far") == "4"
    assert (instance.value("/data/all"), instance.value("/data/count")) == ("4", "2")


def test_a_count_makes_as_many_entries() -> None:
    instance = started(HOUSE)
    instance.set("/data/many", "2")
    instance.set("/data/room[2]/colour", "blue")
    assert [ref for ref in refs(instance) if "room" in ref] == [
        "/data/room[1]/colour",
        "/data/room[2]/colour",
    ]
    instance.set("/data/many", "1")
    assert [ref for ref in refs(instance) if "room" in ref] == ["/data/room[1]/colour"]
    instance.set("/data/many", "-3")
    assert instance.entries("/data/room") == ()
    instance.set("/data/many", "100000")
    assert len(instance.entries("/data/room")) == MAX_ENTRIES


def test_entries_that_the_form_wrote_come_back_with_the_count_as_it_wrote_them() -> None:
    form = read_xform(
        xform(
            '<n>2</n><r jr:template=""><a>new</a></r><r><a>first</a></r><r><a>second</a></r>',
            '<bind nodeset="/data/n" type="int"/>',
            """<input ref="/data/n"><label>N</label></input><group ref="/data/r"><label>R</label>
            <repeat nodeset="/data/r" jr:count="/data/n"><input ref="/data/r/a"><label>A</label></input></repeat>
            </group>""",
        )
    )
    instance = started(form)
    for count, values in (("1", ["first"]), ("3", ["first", "second", "new"])):
        instance.set("/data/n", count)
        assert [instance.value(f"{entry}/a") for entry in instance.entries("/data/r")] == values
    again = restored(instance, json.loads(json.dumps(instance.to_plain())))
    assert [again.value(f"{entry}/a") for entry in again.entries("/data/r")] == ["first", "second", "new"]


def test_entries_stay_where_the_form_has_them() -> None:
    instance = started(HOUSE)
    instance.remove("/data/child[1]")
    instance.set("/data/many", "1")
    instance.add("/data/child")
    steps = [ref for ref in refs(instance) if ref.count("/") > 2]
    assert steps == ["/data/child[1]/name", "/data/room[1]/colour"]
    tags = [child.tag for child in ElementTree.fromstring(instance.to_xml("uuid:1"))]
    assert tags == ["many", "child", "all", "count", "room", "last", "meta"]


def test_only_a_free_repeat_grows_and_only_so_far() -> None:
    instance = started(HOUSE)
    with pytest.raises(ValueError):
        instance.add("/data/room")
    with pytest.raises(ValueError):
        instance.remove("/data/room[1]")
    for _ in range(MAX_ENTRIES - 1):
        instance.add("/data/child")
    with pytest.raises(ValueError):
        instance.add("/data/child")
    assert "/data/child" not in refs(instance)


def test_a_repeat_that_is_not_relevant_is_not_offered() -> None:
    instance = started(HOUSE)
    instance.set("/data/many", "0")
    assert refs(instance) == ["/data/many", "/data/last"]


NESTED = form_of(
    """
    | survey |
    | | type | name | label | repeat_count | calculation |
    | | begin_repeat | house | House | | |
    | | integer | rooms | Rooms | | |
    | | begin_repeat | room | Room | ${rooms} | |
    | | text | colour | Colour in a house of ${rooms} | | |
    | | end_repeat | | | | |
    | | end_repeat | | | | |
    | | calculate | colours | | | join(' ', ${colour}) |
    """
)


def test_repeats_lie_in_repeats() -> None:
    instance = started(NESTED)
    instance.set("/data/house[1]/rooms", "1")
    instance.add("/data/house")
    instance.set("/data/house[2]/rooms", "2")
    instance.set("/data/house[1]/room[1]/colour", "red")
    instance.set("/data/house[2]/room[2]/colour", "blue")
    assert instance.value("/data/colours").split() == ["red", "blue"]
    steps = instance.walk()
    assert [step.ref for step in steps] == [
        "/data/house[1]/rooms",
        "/data/house[1]/room[1]/colour",
        "/data/house[2]/rooms",
        "/data/house[2]/room[1]/colour",
        "/data/house[2]/room[2]/colour",
        "/data/house",
    ]
    assert [ref for _, ref in steps[4].entries] == ["/data/house[2]", "/data/house[2]/room[2]"]
    assert [instance.words(step.part.label, step.ref) for step in (steps[1], steps[4])] == [
        "Colour in a house of 1",
        "Colour in a house of 2",
    ]
    again = restored(instance, json.loads(json.dumps(instance.to_plain())))
    assert again.to_plain() == instance.to_plain()
    assert again.walk() == steps


def test_defaults_that_are_worked_out_come_at_the_start_and_with_each_new_entry() -> None:
    form = form_of(
        """
        | survey |
        | | type | name | label | default | trigger | calculation |
        | | date | day | Day | today() | | |
        | | begin_repeat | rep | R | | | |
        | | text | a | A | concat('n', position(..)) | | |
        | | end_repeat | | | | | |
        | | calculate | changed | | | ${day} | concat(${day}, '!') |
        """
    )
    instance = started(form)
    assert instance.to_plain() == {"values": {"/data/day": "2026-11-23", "/data/rep[1]/a": "n1"}}
    instance.add("/data/rep")
    assert instance.value("/data/rep[2]/a") == "n2"
    instance.set("/data/day", "2026-11-24")
    assert instance.value("/data/changed") == "2026-11-24!"


def test_only_the_day_is_filled_in_unasked() -> None:
    form = form_of(
        """
        | survey |
        | | type | name | label |
        | | start | start | |
        | | today | today | |
        | | deviceid | deviceid | |
        | | phonenumber | phonenumber | |
        | | username | username | |
        | | text | a | A |
        """
    )
    assert started(form).answers() == {
        "/data/start": "2026-11-23T00:00:00.000+00:00",
        "/data/today": "2026-11-23",
    }


def test_what_clock_and_chance_made_stays_after_coming_back() -> None:
    form = form_of(
        """
        | survey |
        | | type | name | label | calculation | relevant |
        | | calculate | made | | once(concat(uuid(), random())) | |
        | | calculate | day | | today() | |
        | | text | a | A | | |
        | | text | late | Late | | today() > date('2026-11-25') |
        | | calculate | told | | concat(${late}, '!') | |
        """
    )
    instance = started(form)
    instance.set("/data/a", "x")
    chances = Random(1)
    later = Instance.restore(
        form, instance.to_plain(), now=NOW + timedelta(days=5), chance=chances.random, language="default"
    )
    assert later.answers() == instance.answers()
    assert (names(instance), names(later)) == (["a"], ["a", "late"])


def test_what_the_day_brings_is_worked_out_when_the_session_comes_back() -> None:
    form = form_of(
        """
        | survey |
        | | type | name | label | calculation | relevant | default |
        | | text | late | Late | | today() > date('2026-11-25') | soon |
        | | calculate | told | | concat(${late}, '!') | | |
        """
    )
    instance = started(form)
    assert instance.to_plain() == {"values": {"/data/told": "!"}, "off": ["/data/late"]}
    later = Instance.restore(
        form, instance.to_plain(), now=NOW + timedelta(days=5), chance=lambda: 0.5, language="default"
    )
    assert later.answers() == {"/data/late": "soon", "/data/told": "soon!"}


def test_the_end_is_the_last_day_the_session_was_open() -> None:
    form = form_of("| survey |\n| | type | name | label |\n| | end | end | |\n| | text | a | A |\n")
    instance = started(form)
    later = Instance.restore(
        form, instance.to_plain(), now=NOW + timedelta(days=5), chance=lambda: 0.5, language="default"
    )
    assert (instance.value("/data/end"), later.value("/data/end")) == (
        "2026-11-23T00:00:00.000+00:00",
        "2026-11-28T00:00:00.000+00:00",
    )


def test_the_instance_is_written_as_it_is_submitted() -> None:
    instance = started(FAMILY)
    instance.set("/data/keep", "yes")
    instance.set("/data/home/age", "30")
    instance.set("/data/home/school", "hidden")
    assert instance.to_xml("uuid:1&2") == (
        '<data id="data" version="1"><keep>yes</keep><home><age>30</age></home><double>60</double><told></told>'
        "<meta><instanceID>uuid:1&amp;2</instanceID></meta></data>"
    )
    instance.set("/data/home/age", "20")
    instance.set("/data/home/school", '<&>"\ufffe\x00')
    written = ElementTree.fromstring(instance.to_xml("uuid:1"))
    assert written.findtext("home/school") == '<&>"\ufffd\ufffd'
    bare = read_xform(xform("<a>1</a>", "", '<input ref="/data/a"><label>A</label></input>'))
    assert started(bare).to_xml("uuid:1") == (
        '<data id="d" version="7"><a>1</a><meta><instanceID>uuid:1</instanceID></meta></data>'
    )


@pytest.mark.parametrize(
    ("rule", "limit"),
    [
        (
            "count(..//*[boolean(count(..//*[boolean(count(..//*))]))])",
            "the expression visits too many nodes",
        ),
        ("substr(concat(/data/a, /data/a, /data/a), 0)", "more than 65,536 characters"),
    ],
)
def test_a_rule_that_takes_too_long_is_stopped_by_name(rule: str, limit: str) -> None:
    nodes = "".join(f"<n{i}/>" for i in range(100))
    body = '<input ref="/data/a"><label>A</label></input>'
    form = read_xform(xform(f"<a/><b/>{nodes}", f'<bind nodeset="/data/b" required="{rule}"/>', body))
    instance = started(form)
    instance.set("/data/a", "x" * 30_000)
    with pytest.raises(FormStall) as caught:
        instance.required("/data/b")
    assert caught.value.ref == "/data/b"
    assert limit in caught.value.limit


def test_entries_that_read_each_other_in_a_circle_are_stopped_by_name() -> None:
    form = read_xform(
        xform(
            "<r><v/></r><r><v/></r>",
            '<bind nodeset="/data/r/v" calculate="count(/data/r) + sum(/data/r/v)"/>',
            '<repeat nodeset="/data/r"><input ref="/data/r/v"><label>V</label></input></repeat>',
        )
    )
    with pytest.raises(FormStall) as caught:
        started(form)
    assert caught.value.limit in {"the rule never comes to rest", "the expression visits too many nodes"}


def test_a_repeat_that_asks_for_more_as_it_is_filled_grows_once_an_answer() -> None:
    form = read_xform(
        xform(
            "<n/><r><more/></r>",
            '<bind nodeset="/data/n" calculate="count(/data/r) + number(/data/r[last()]/more = \'yes\')"/>',
            '<repeat nodeset="/data/r" jr:count="/data/n"><input ref="more"><label>More?</label></input></repeat>',
        )
    )
    instance = started(form)
    assert len(instance.entries("/data/r")) == 1
    instance.set("/data/r[1]/more", "yes")
    assert len(instance.entries("/data/r")) == 2
    instance.set("/data/r[2]/more", "no")
    assert len(instance.entries("/data/r")) == 2


def test_a_repeat_that_always_wants_more_stops_growing() -> None:
    form = read_xform(
        xform(
            '<n/><r jr:template=""><x/></r>',
            '<bind nodeset="/data/n" calculate="count(/data/r[x = 1]) + 1"/>',
            """<repeat nodeset="/data/r" jr:count="/data/n"><input ref="x"><label>X</label></input>
            <setvalue ref="/data/r/x" event="odk-new-repeat" value="1"/></repeat>""",
        )
    )
    instance = started(form)
    assert len(instance.entries("/data/r")) == MAX_ENTRIES


WALKED: dict[str, Form] = {"family": FAMILY, "cascade": CASCADE, "house": HOUSE, "nested": NESTED}
ANSWERS = {
    Kind.TEXT: ["", "Ana", "x y"],
    Kind.INTEGER: ["", "0", "1", "3", "20", "200"],
    Kind.SELECT_ONE: ["", "yes", "no", "mg", "lb", "tana", "bey"],
    Kind.SELECT_MULTIPLE: ["", "tana", "tana fia", "bey", "fia bey"],
}


def wander(instance: Instance, moves: list[tuple[int, int]]) -> dict[str, str]:
    """Answer, add and remove as the numbers say; gives back the last answer to each question by its ref."""
    answered: dict[str, str] = {}
    for where, what in moves:
        steps = instance.walk()
        step = steps[where % len(steps)]
        if isinstance(step.part, Repeat):
            if what % 3 == 0 and len(instance.entries(step.ref)) > 1:
                instance.remove(instance.entries(step.ref)[-1])
            elif len(instance.entries(step.ref)) < 4:
                instance.add(step.ref)
        elif step.part.kind in ANSWERS:
            counts = step.part.name in {"many", "rooms"}  # emptied, they would take nothing away
            values = ANSWERS[step.part.kind][counts:]
            answered[step.ref] = values[what % len(values)]
            instance.set(step.ref, answered[step.ref])
    return answered


MOVES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=25)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(WALKED)), MOVES)
def test_a_session_comes_back_as_it_was(name: str, moves: list[tuple[int, int]]) -> None:
    instance = started(WALKED[name])
    wander(instance, moves)
    again = restored(instance, json.loads(json.dumps(instance.to_plain())))
    assert again.to_plain() == instance.to_plain()
    assert again.walk() == instance.walk()
    assert again.answers() == instance.answers()
    assert again.to_xml("uuid:1") == instance.to_xml("uuid:1")


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["family", "cascade"]), MOVES)
def test_the_way_does_not_matter_only_the_answers(name: str, moves: list[tuple[int, int]]) -> None:
    """Recomputing dependants only comes to the same as working everything out from the answers."""
    instance = started(WALKED[name])
    answered = wander(instance, moves)
    fresh = started(WALKED[name])
    for ref, value in sorted(answered.items(), reverse=True):
        fresh.set(ref, value)
    assert fresh.walk() == instance.walk()
    assert fresh.answers() == instance.answers()


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["house", "nested"]), MOVES)
def test_rules_in_entries_are_worked_out_as_from_the_start(name: str, moves: list[tuple[int, int]]) -> None:
    instance = started(WALKED[name])
    wander(instance, moves)
    plain = instance.to_plain()
    typed = {"name", "age", "many", "rooms", "colour", "last"}
    kept = {ref: value for ref, value in plain.get("values", {}).items() if ref.rpartition("/")[2] in typed}
    fresh = started(WALKED[name])
    for repeat in ("/data/child", "/data/house"):
        count = plain.get("counts", {}).get(repeat, 1)
        if repeat in refs(fresh):
            for _ in range(count - 1):
                fresh.add(repeat)
    for ref, value in sorted(
        kept.items(), key=lambda item: ("rooms" not in item[0], "many" not in item[0], item[0])
    ):
        fresh.set(ref, value)
    if name == "nested" or "/data/child" in refs(instance):
        assert fresh.answers() == instance.answers()


def test_a_session_keeps_the_zone_of_its_clock() -> None:
    form = form_of(
        "| survey |\n| | type | name | label | calculation |\n| | calculate | d | | today() |\n| | text | a | A | |\n"
    )
    east = datetime.fromisoformat("2026-11-24T01:00:00+03:00")
    days = [
        Instance.start(form, now=now, chance=lambda: 0.5, language="default").value("/data/d")
        for now in (east, east.astimezone(UTC))
    ]
    assert days == ["2026-11-24", "2026-11-23"]


def test_a_count_that_is_emptied_takes_nothing_away() -> None:
    """As ODK Web Forms: only a number resizes a repeat; a form that begins without one has no entries."""
    form = form_of(
        """
        | survey |
        | | type | name | label | repeat_count |
        | | integer | n | N | |
        | | begin_repeat | r | R | ${n} |
        | | text | a | A | |
        | | end_repeat | | | |
        """
    )
    instance = started(form)
    assert instance.entries("/data/r") == ()
    instance.set("/data/n", "2")
    instance.set("/data/r[2]/a", "kept")
    instance.set("/data/n", "")
    assert (len(instance.entries("/data/r")), instance.value("/data/r[2]/a")) == (2, "kept")
    instance.set("/data/n", "1")
    assert instance.entries("/data/r") == ("/data/r[1]",)
    instance.set("/data/n", "0")
    assert instance.entries("/data/r") == ()


def test_a_choice_that_is_not_in_its_list_is_not_chosen_whoever_wrote_it() -> None:
    """As both of ODK's engines: a default or a calculation gives no choice that is not offered."""
    form = form_of(
        """
        | survey |
        | | type | name | label | default | calculation |
        | | select_one c | byhand | A | z | |
        | | select_multiple c | several | B | y  z x | |
        | | select_one c | counted | C | | if(${word} = '', 'x', 'nowhere') |
        | | text | word | W | | |
        | choices |
        | | list_name | name | label |
        | | c | x | X |
        | | c | y | Y |
        """
    )
    instance = started(form)
    assert instance.answers() == {"/data/several": "y x", "/data/counted": "x"}
    instance.set("/data/word", "w")
    assert instance.value("/data/counted") == ""
    instance.set("/data/word", "")
    assert instance.value("/data/counted") == "x"


def test_numbers_and_places_are_written_as_both_engines_write_them() -> None:
    form = form_of(
        """
        | survey |
        | | type | name | label | default |
        | | decimal | d | D | 3 |
        | | integer | i | I | |
        | | geopoint | g | G | |
        """
    )
    instance = started(form)
    decimal = next(iter(form.questions()))
    assert instance.value("/data/d") == "3.0"
    assert instance.label(decimal, "3.0", "/data/d") == "3"
    for said, written in (("11", "11.0"), ("2.50", "2.5"), ("-0.25", "-0.25"), ("ten", "ten")):
        instance.set("/data/d", said)
        assert instance.value("/data/d") == written
    instance.set("/data/i", "007")
    instance.set("/data/g", "48.85 2.35")
    assert (instance.value("/data/i"), instance.value("/data/g")) == ("7", "48.85 2.35 0.0 0.0")


def test_what_people_say_instead_of_a_suggestion_stays_until_there_is_another_one() -> None:
    """As both of ODK's engines in entries that a change elsewhere does not touch; also after a turn."""
    form = form_of(
        """
        | survey |
        | | type | name | label | calculation |
        | | begin_repeat | r | R | |
        | | text | a | A | |
        | | text | b | B | concat(${a}, '!') |
        | | end_repeat | | | |
        """
    )
    instance = started(form)
    instance.add("/data/r")
    instance.set("/data/r[2]/a", "x")
    instance.set("/data/r[2]/b", "my own")
    instance.set("/data/r[1]/a", "elsewhere")
    instance.add("/data/r")
    assert instance.value("/data/r[2]/b") == "my own"
    again = restored(instance, instance.to_plain())
    again.set("/data/r[1]/a", "again")
    assert again.value("/data/r[2]/b") == "my own"
    again.set("/data/r[2]/a", "y")
    assert (again.value("/data/r[1]/b"), again.value("/data/r[2]/b")) == ("again!", "y!")


def test_two_thousand_questions_that_rule_each_other_are_within_the_budget() -> None:
    fields = "".join(f"<q{n}/>" for n in range(2_000))
    binds = "".join(
        f'<bind nodeset="/data/q{n}" type="int" relevant="/data/q{n - 1} &gt; 0 and /data/q0 &gt; 0"'
        f' constraint=". &gt; /data/q{n - 1}"/>'
        for n in range(1, 2_000)
    )
    body = "".join(f'<input ref="/data/q{n}"><label>{n}</label></input>' for n in range(2_000))
    instance = started(read_xform(xform(fields, binds, body)))
    for number in range(3):
        instance.set(f"/data/q{number}", "1")
    again = restored(instance, instance.to_plain())
    assert names(again) == ["q0", "q1", "q2", "q3"]
    again.set("/data/q0", "0")
    assert names(again) == ["q0"]


def test_of_many_entries_those_count_that_are_there() -> None:
    form = form_of("""
    | survey |
    |  | type | name | label | calculation |
    |  | begin_repeat | child | Child | |
    |  | integer | age | Age? | |
    |  | end_repeat | | | |
    |  | calculate | all | | sum(${age}) |
    """)
    instance = started(form)
    for number in range(1, 31):
        if len(instance.entries("/data/child")) < number:
            instance.add("/data/child")
        instance.set(f"/data/child[{number}]/age", "1")
    assert instance.value("/data/all") == "30"
    for _ in range(3):
        instance.remove("/data/child[7]")
        assert instance.value("/data/all") == "29"
        instance.set(f"{instance.add('/data/child')}/age", "1")
        assert instance.value("/data/all") == "30"
