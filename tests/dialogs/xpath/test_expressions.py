"""The language itself: syntax, operators, paths, kinds of values."""

import math
from datetime import UTC, datetime

import pytest

from dialogs.xpath import (
    ExpressionError,
    Node,
    Value,
    as_answer,
    as_boolean,
    as_number,
    as_string,
    compile_expression,
)
from tests.dialogs.xpath.world import evaluate, household, node_at, scope, tree

NAN = math.nan

OPERATORS: list[tuple[str, Value]] = [
    ("1 + 2 * 3", 7.0),
    ("(1 + 2) * 3", 9.0),
    ("10 - 2 - 3", 5.0),
    ("7 div 2", 3.5),
    ("-7 mod 3", -1.0),
    ("1div1", 1.0),
    ("6mod4", 2.0),
    ("--3", 3.0),
    ("- - - 3", -3.0),
    (".5 + 1.", 1.5),
    ("1 div 0", math.inf),
    ("-1 div 0", -math.inf),
    ("2 * /data/age", 68.0),
    ("*[1] = 'Ana'", True),
    ("1 = 1 and 2 > 1", True),
    ("1 = 2 or 2 < 1", False),
    ("true() or false() and false()", True),
    ("1 < 2 = true()", True),
    ("3 > 2 > 1", False),
    ("'a' = \"a\"", True),
    ("'a' != 'a'", False),
    ("'2' = 2", True),
    ("'b' > 'a'", False),
    ("'10' > '9'", True),
    ("/data/child/age = '9'", True),
    ("/data/child/age != '9'", True),
    ("/data/child/age = /data/age", False),
    ("/data/child/age < 4", True),
    ("/data/child/age > 9", False),
    ("/data/empty = ''", True),
    ("/data/empty = 0", False),
    ("/data/empty >= 0", False),
    ("/data/none = ''", False),
    ("/data/none != ''", False),
    ("/data/name = true()", True),
    ("/data/none = false()", True),
    ("true() = 'x'", True),
]


@pytest.mark.parametrize(("text", "value"), OPERATORS)
def test_operators_follow_xpath(text: str, value: Value) -> None:
    assert evaluate(text) == value


def test_nan_is_unequal_to_everything_even_itself() -> None:
    assert [evaluate(f"number('x') {sign} number('x')") for sign in ("=", "!=", "<", ">=")] == [
        False,
        True,
        False,
        False,
    ]


PATHS = [
    ("/data/name", "/data", "/data/name"),
    ("/", "/data/name", "/"),
    (".", "/data/name", "/data/name"),
    ("..", "/data/name", "/data"),
    ("../..", "/data/name", "/"),
    ("../../..", "/data/name", ""),
    ("../age", "/data/name", "/data/age"),
    ("./../age", "/data/name", "/data/age"),
    ("name", "/data", "/data/name"),
    ("group/*", "/data", "/data/group/note /data/group/deep"),
    ("//down", "/data", "/data/group/deep/down"),
    ("group//down", "/data", "/data/group/deep/down"),
    ("/data/child[2]/name", "/data", "/data/child[2]/name"),
    ("/data/child[age > 2]/name", "/data", "/data/child[1]/name /data/child[3]/name"),
    ("/data/child[name = 'Cy'][1]", "/data", "/data/child[3]"),
    ("/data/child[last()]", "/data", "/data/child[3]"),
    ("/data/child[position() < 3]", "/data", "/data/child[1] /data/child[2]"),
    ("(//name)[2]", "/data", "/data/child[1]/name"),
    ("//child/name[1]", "/data", "/data/child[1]/name /data/child[2]/name /data/child[3]/name"),
    ("//name[1]", "/data", "/data/name /data/child[1]/name /data/child[2]/name /data/child[3]/name"),
    ("child[3]/preceding-sibling::child[1]", "/data", "/data/child[2]"),
    ("child[1]/following-sibling::*", "/data", "/data/child[2] /data/child[3]"),
    ("ancestor::*", "/data/group/deep/down", "/data /data/group /data/group/deep"),
    ("ancestor-or-self::deep", "/data/group/deep/down", "/data/group/deep"),
    ("preceding::down", "/data/child[1]/name", "/data/group/deep/down"),
    ("following::age[1]", "/data/child[1]/name", "/data/child[1]/age"),
    ("self::name | ../age", "/data/name", "/data/name /data/age"),
    ("../age | . | ../age", "/data/name", "/data/name /data/age"),
    ("@version", "/data", "/data/@version"),
    ("/data/@*", "/data/name", "/data/@version"),
    ("/data/name/text()", "/data", "/data/name/text()"),
    ("/data/name/node()", "/data", "/data/name/text()"),
    ("current()", "/data/age", "/data/age"),
    ("/data/child[name = current()/../child[1]/name]", "/data/age", "/data/child[1]"),
    ("orx:meta", "/data", ""),
    ("//comment()", "/data", ""),
    ("nothing/at/all", "/data", ""),
]


@pytest.mark.parametrize(("text", "at", "paths"), PATHS)
def test_a_path_leads_to_its_nodes_in_document_order(text: str, at: str, paths: str) -> None:
    assert evaluate(text, at) == paths


def test_a_prefix_is_part_of_a_name() -> None:
    root = tree("data", {"orx:meta": {"orx:instanceID": "uuid:1", "instanceID": "2"}})
    assert evaluate("/data/orx:meta/orx:instanceID", root=root) == "/data/orx:meta/orx:instanceID"
    assert evaluate("count(/data/orx:meta/orx:*)", root=root) == 1


def test_an_absolute_path_in_a_predicate_means_the_primary_instance() -> None:
    found = compile_expression("instance('places')/root/item[country = /data/langs]/name")
    root = household()
    node_at(root, "/data/langs").text = "fr"
    assert [node.text for node in found.nodes(scope(root))] == ["paris", "lyon"]


def test_a_secondary_instance_may_be_given_with_the_element_around_it() -> None:
    around = Node("instance", attributes={"id": "x"})
    around.append(tree("root", {"item": {"name": "a"}}))
    given = scope()
    inside = type(given)(
        given.node,
        given.root,
        {"x": around},
        given.now,
        given.budget,
        given.chance,
        given.texts,
        given.choice_name,
    )
    assert compile_expression("instance('x')/root/item/name").string(inside) == "a"
    assert compile_expression("instance('y')/root/item/name").string(inside) == ""


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("../name", ["Bo", "", "Cy"]),
        ("/data/child/name", ["Bo", "", "Cy"]),
        ("/data/child/age + 1", ["4", "", "10"]),
        ("position(..)", ["1", "2", "3"]),
        ("count(/data/child)", ["3", "3", "3"]),
        ("count(../../child)", ["3", "3", "3"]),
        ("/data/child[position() = position(current()/..) - 1]/name", ["", "Bo", ""]),
        ("indexed-repeat(/data/child/name, /data/child, 3)", ["Cy", "Cy", "Cy"]),
        ("indexed-repeat(/data/child/name, /data/child, position(..) - 1)", ["", "Bo", ""]),
        ("sum(../../child/age)", ["12", "12", "12"]),
    ],
)
def test_inside_a_repeat_an_absolute_path_means_its_own_instance(text: str, values: list[str]) -> None:
    root = household()
    found = [compile_expression(text).string(scope(root, f"/data/child[{i}]/out")) for i in (1, 2, 3)]
    assert found == values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("/data/group/deep/down", ""),
        ("string(/data/group/deep/down)", ""),
        ("/data/group/deep/down = ''", True),
        ("'' = /data/group/deep/down", True),
        ("/data/group/deep/down != '7'", True),
        ("/data/group/deep/down > 6", False),
        ("count(/data/group)", 0.0),
        ("count(//down)", 0.0),
        ("count-non-empty(//down)", 0.0),
        ("sum(/data/group/deep/down)", 0.0),
        ("boolean(/data/group)", False),
        ("concat('a', /data/group/deep/down)", "a"),
        ("string(/data)", "Ana34" + "1992-03-01" + "2026-07-15T08:00:00.000+02:00" + "fr es" + "Bo3" + "Cy9"),
        ("coalesce(/data/group/note, 'x')", "x"),
    ],
)
def test_what_is_not_relevant_reads_as_empty(text: str, value: Value) -> None:
    root = household()
    node_at(root, "/data/group").relevant = False
    assert evaluate(text, root=root) == value


def test_a_node_tells_its_path_and_its_value() -> None:
    root = household()
    second = node_at(root, "/data/child[2]")
    assert second.path == "/data/child[2]"
    assert node_at(root, "/data/group/note").path == "/data/group/note"
    assert node_at(root, "/data/group").value() == "in a group7"
    node_at(root, "/data/group/deep").relevant = False
    assert node_at(root, "/data/group").value() == "in a group"
    assert node_at(root, "/data/group/deep/down").value() == ""
    assert second.append(Node("more", "x")).path == "/data/child[2]/more"


BROKEN = [
    ("", 0, "empty"),
    ("   ", 3, "empty"),
    ("/data/b == ( 1", 9, "expected a value"),
    ("1 +", 3, "found the end"),
    ("(1", 2, "expected ')'"),
    ("a b", 2, "unexpected 'b'"),
    ("'open", 0, "quotation mark"),
    ("${a}", 0, "'$' has no meaning"),
    ("a[1", 3, "expected ']'"),
    ("frobnicate(1)", 0, "no function frobnicate()"),
    ("1 + true(2)", 4, "true() takes 0 arguments, not 1"),
    ("if(1, 2)", 0, "if() takes 3 arguments, not 2"),
    ("round()", 0, "round() takes 1–2 arguments, not 0"),
    ("coalesce()", 0, "coalesce() takes ≥ 1 arguments, not 0"),
    ("indexed-repeat(a, b, 1, c)", 0, "takes 3, 5, 7, 9, 11 arguments, not 4"),
    ("sideways::a", 0, "no axis 'sideways'"),
    ("count('x')", 0, "a path is needed"),
    ("1 | a", 0, "a path is needed"),
    ("regex(., '(?=a)')", 0, "not possible here"),
    (r"regex(., '(a)\1')", 0, "not possible here"),
    ("digest('a', 'CRC')", 0, "no digest 'CRC'"),
    ("$x", 0, "'$' has no meaning"),
    ("a/", 2, "expected the name of a step"),
    ("1e5", 1, "unexpected 'e5'"),
]


@pytest.mark.parametrize(("text", "position", "reason"), BROKEN)
def test_a_broken_expression_is_refused_with_place_and_reason(text: str, position: int, reason: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text)
    assert (caught.value.text, caught.value.position) == (text, position)
    assert reason in caught.value.reason
    assert f"character {position + 1}" in str(caught.value)


def test_the_same_text_is_compiled_once() -> None:
    assert compile_expression("1 + 1") is compile_expression("1 + 1")


def test_an_expression_comes_as_every_kind() -> None:
    given = scope()
    age = compile_expression("/data/age")
    assert (age.string(given), age.number(given), age.boolean(given)) == ("34", 34.0, True)
    assert [node.path for node in age.nodes(given)] == ["/data/age"]
    assert compile_expression("1 + 1").nodes(given) == []
    assert age.text == "/data/age"


@pytest.mark.parametrize(
    ("value", "string", "number", "boolean", "answer"),
    [
        ("", "", NAN, False, ""),
        ("x", "x", NAN, True, "x"),
        (" 4.50 ", " 4.50 ", 4.5, True, " 4.50 "),
        ("1e5", "1e5", NAN, True, "1e5"),
        ("+1", "+1", NAN, True, "+1"),
        ("1970-01-03", "1970-01-03", 2.0, True, "1970-01-03"),
        (3.0, "3", 3.0, True, "3"),
        (-0.0, "0", 0.0, False, "0"),
        (0.1, "0.1", 0.1, True, "0.1"),
        (1e-7, "0.0000001", 1e-7, True, "0.0000001"),
        (1e22, "10000000000000000000000", 1e22, True, "10000000000000000000000"),
        (NAN, "", NAN, False, ""),
        (math.inf, "Infinity", math.inf, True, "Infinity"),
        (-math.inf, "-Infinity", -math.inf, True, "-Infinity"),
        (True, "true", 1.0, True, "1"),
        (False, "false", 0.0, False, "0"),
        ([], "", NAN, False, ""),
        ([Node("a", "5"), Node("b", "6")], "5", 5.0, True, "5"),
        ([Node("a")], "", NAN, True, ""),
    ],
)
def test_values_become_one_another(
    value: Value, string: str, number: float, boolean: bool, answer: str
) -> None:
    assert (as_string(value), as_boolean(value), as_answer(value)) == (string, boolean, answer)
    assert as_number(value) == pytest.approx(number, nan_ok=True)


def test_calls_are_told_as_written() -> None:
    assert compile_expression("if(selected(a, 'x'), concat(), current()/b)").calls == (
        ("if", 3),
        ("selected", 2),
        ("concat", 0),
        ("current", 0),
    )


@pytest.mark.parametrize(
    ("text", "volatile"),
    [
        ("/data/a + 1", False),
        ("once(/data/a)", False),
        ("today() > /data/a", True),
        ("if(true(), 1, now())", True),
        ("random()", True),
        ("uuid()", True),
        ("randomize(/data/a)", True),
        ("randomize(/data/a, 4)", False),
        ("/data/a[. = today()]", True),
        ("/data/a[random() > 0.5]", True),
    ],
)
def test_what_reads_the_clock_or_chance_is_volatile(text: str, volatile: bool) -> None:
    assert compile_expression(text).volatile is volatile


def test_chance_is_asked_anew_for_every_node() -> None:
    numbers = iter([0.9, 0.1, 0.9])
    found = compile_expression("count(/data/child[random() > 0.5])")
    assert found.number(scope(chance=lambda: next(numbers))) == 2


def test_zones_without_a_summer_count_days_from_their_own_midnight() -> None:
    given = scope(now=datetime(2026, 1, 1, tzinfo=UTC))
    assert compile_expression("number(date('2020-01-01'))").evaluate(given) == 18262.0
