"""Every function: what it comes to."""

import math
from dataclasses import replace

import pytest

from dialogs.xpath import BudgetExceeded, Node, Value, as_answer, compile_expression
from dialogs.xpath.functions import FUNCTIONS
from dialogs.xpath.functions.names import DAYS, MONTHS
from tests.dialogs.xpath.world import evaluate, household, node_at, scope, tree

CASES: list[tuple[str, Value]] = [
    # deciding
    ("true()", True),
    ("false()", False),
    ("not(/data/none)", True),
    ("boolean('false')", True),
    ("boolean-from-string('TRUE')", True),
    ("boolean-from-string(1.0)", True),
    ("boolean-from-string('yes')", False),
    ("if(/data/age > 18, 'adult', 'minor')", "adult"),
    ("if(false(), 1, 2)", 2.0),
    ("if(true(), /data/child, 'x')", "/data/child[1] /data/child[2] /data/child[3]"),
    ("coalesce('', /data/empty, 'last')", "last"),
    ("coalesce(/data/name, 'x')", "Ana"),
    ("coalesce(number('x'), 0)", "0"),
    ("checklist(2, 3, true(), false(), /data/name)", True),
    ("checklist(2, -1, true(), false())", False),
    ("checklist(-1, 1, /data/child/name)", False),
    ("weighted-checklist(5, 5, true(), 2, true(), 3, false(), 9)", True),
    ("weighted-checklist(12, 12, /data/child/age, /data/child/age)", True),
    # reckoning
    ("number('12')", 12.0),
    ("number(true())", 1.0),
    ("int(-3.7)", -3.0),
    ("int('x') = 0", False),
    ("round(2.5)", 3.0),
    ("round(-2.5)", -3.0),
    ("round(1.005, 2)", 1.01),
    ("round(1250, -2)", 1300.0),
    ("floor(-1.5)", -2.0),
    ("ceiling(-1.5)", -1.0),
    ("1 div ceiling(-0.5)", -math.inf),
    ("1 div floor(-0)", -math.inf),
    ("1 div round(-0.2)", -math.inf),
    ("1 div int(-0.5)", -math.inf),
    ("string(ceiling(-0.5))", "0"),
    ("abs(-4)", 4.0),
    ("pow(2, 10)", 1024.0),
    ("pow(0, -1)", math.inf),
    ("pow(-10, 999)", -math.inf),
    ("sqrt(16)", 4.0),
    ("exp(0)", 1.0),
    ("exp(1000)", math.inf),
    ("exp10(3)", 1000.0),
    ("log(1)", 0.0),
    ("log(0)", -math.inf),
    ("log10(1000)", 3.0),
    ("round(pi(), 4)", 3.1416),
    ("round(sin(1) * sin(1) + cos(1) * cos(1), 9)", 1.0),
    ("round(tan(atan(0.5)), 9)", 0.5),
    ("round(asin(1) + acos(1), 4)", 1.5708),
    ("atan2(0, 1)", 0.0),
    ("count(/data/child)", 3.0),
    ("count-non-empty(/data/child/name)", 2.0),
    ("sum(/data/child/age)", 12.0),
    ("sum(/data/none)", 0.0),
    ("sum(/data/empty)", 0.0),
    ("min(3, /data/age, '2')", 2.0),
    ("max(3, /data/age)", 34.0),
    ("random()", 0.5),
    # texts
    ("string(12.50)", "12.5"),
    ("string(number('x'))", ""),
    ("string(1 = 1)", "true"),
    ("string-length('añ🥰')", 4.0),
    ("string-length(now())", 29.0),
    ("normalize-space('  a \n b ')", "a b"),
    ("concat('a', 1, true(), /data/child/name)", "a1trueBoCy"),
    ("concat()", ""),
    ("join(', ', 'x', /data/child/age)", "x, 3, , 9"),
    ("join('-')", ""),
    ("contains('abc', 'b')", True),
    ("starts-with('abc', 'b')", False),
    ("ends-with('abc', 'bc')", True),
    ("substr('hello', 1, 3)", "el"),
    ("substr('hello', -2)", "lo"),
    ("substr('hello', 3, 1)", ""),
    ("substr('hello', number('x'))", "hello"),
    ("substr('hello', -9, -1)", "hell"),
    ("substr('a🥰b', 1, 3)", "🥰"),
    ("substr('a🥰b', -1)", "b"),
    ("substr('a🥰b', 2)", "b"),
    ("substring('a🥰b', 2, 2)", "🥰"),
    ("substring('a🥰b', 3)", "b"),
    ("substr('a🥰', 0, string-length('a🥰') - 2)", "a"),
    ("substring('12345', 2, 3)", "234"),
    ("substring('12345', 1.5, 2.6)", "234"),
    ("substring('12345', 0 div 0, 3)", ""),
    ("substring('12345', 0 div 0)", ""),
    ("substring('12345', -42, 1 div 0)", "12345"),
    ("substring('12345', -1 div 0)", "12345"),
    ("substring('12345', -1 div 0, 1 div 0)", ""),
    ("substring-before('1999/04', '/')", "1999"),
    ("substring-after('1999/04', '/')", "04"),
    ("substring-after('1999', '/')", ""),
    ("translate('bar', 'abc', 'AB')", "BAr"),
    ("translate('--a--', '-', '')", "a"),
    ("regex('12345', '[0-9]{5}')", True),
    ("regex('abc123', '[0-9]+')", False),
    ("regex(/data/name, concat('A', '.*'))", True),
    (r"regex('é', '\u00e9')", True),
    ("digest('abc', 'MD5', 'hex')", "900150983cd24fb0d6963f7d28e17f72"),
    ("digest('abc', 'SHA-1')", "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="),
    ("digest('abc', 'SHA-256', 'morse')", ""),
    ("digest('abc', concat('CR', 'C'))", ""),
    ("base64-decode('w6nDqMOx')", "éèñ"),
    ("base64-decode('!')", ""),
    ("uuid()", "80808080-8080-4080-a080-808080808080"),
    ("uuid(3)", "fff"),
    ("uuid(-1)", ""),
    # choices
    ("selected(/data/langs, 'es')", True),
    ("selected(/data/langs, 'e')", False),
    ("selected(/data/langs, ' fr ')", True),
    ("selected('', '')", True),
    ("is-selected('a b', 'b')", True),
    ("selected-at(/data/langs, 1)", "es"),
    ("selected-at(/data/langs, 2)", ""),
    ("selected-at(/data/langs, -1)", ""),
    ("count-selected(/data/langs)", 2.0),
    ("jr:itext('hello')", "Bonjour"),
    ("jr:choice-name('a', ' /data/langs ')", "a of /data/langs"),
    ("jr:choice-name('a', '../langs')", "a of /langs"),
    ("jr:choice-name('a', 'group/note')", "a of /data/group/note"),
    ("pulldata('places', 'country', 'name', 'madrid')", "es"),
    ("pulldata('places', 'country', 'name', 'rome')", ""),
    ("pulldata('nowhere', 'country', 'name', 'rome')", ""),
    # dates; Paris in summer
    ("today()", "2026-07-15"),
    ("now()", "2026-07-15T12:30:15.250+02:00"),
    ("date('2020-02-29')", "2020-02-29"),
    ("date('2020-02-30')", ""),
    ("date('1970-1-2')", "1970-01-02"),
    ("date('nonsense')", ""),
    ("date(/data/empty)", ""),
    ("date(true())", ""),
    ("date('2020-01-01T23:30:00Z')", "2020-01-02T00:30:00.000+01:00"),
    ("date('2020-06-01T10:00:00')", "2020-06-01T10:00:00.000+02:00"),
    ("date('2020-06-01T10:00:00.5-0330')", "2020-06-01T15:30:00.500+02:00"),
    ("date('2020-06-01T25:00:00')", ""),
    ("date('2020-06-01x')", ""),
    ("date-time('2020-06-01')", "2020-06-01"),
    ("date(today() + 200)", "2027-01-31"),
    ("date(today() - 200)", "2025-12-27"),
    ("date('2026-01-15' + 180)", "2026-07-14"),
    ("today() - date('2026-01-15')", 181.0),
    ("int((today() - /data/born) div 365.25)", 34.0),
    ("date(0.5)", "1970-01-01T13:00:00.000+01:00"),
    ("date(99999999)", ""),
    ("today() > '2026-07-14'", True),
    ("today() = '2026-07-15'", True),
    ("today() <= now()", True),
    ("'2026-07-15T00:30:00.000+02:00' >= today()", True),
    ("/data/born < today()", True),
    ("/data/when < now()", True),
    ("/data/when < today() - 1", False),
    ("string(number('2020-01-01'))", "18262"),
    ("int('2020-01-01')", 18262.0),
    ("number('1970-01-01T12:00:00Z')", 0.5),
    ("decimal-date-time('1970-01-02T00:00:00Z')", 1.0),
    ("decimal-time('06:00:00.000+01:00')", 0.25),
    ("decimal-time('06:00')", 0.25),
    ("decimal-time('23:00:00.000-02:00')", 1 / 12),
    ("format-date(/data/born, '%e %b %Y, %a')", "1 Mar 1992, Sun"),
    ("format-date(/data/when, '%d/%m/%y %n %H:%M:%S.%3 %h %% %q')", "15/07/26 7 08:00:00.000 8 % %q"),
    ("format-date-time('', '%Y')", ""),
    ("format-date(today() + 1, '%d')", "16"),
    # the tree
    ("position(/data/child[2])", 2.0),
    ("position(/data/name)", 1.0),
    ("last()", 1.0),
    ("name(/data/group/*)", "note"),
    ("local-name(/data/group)", "group"),
    ("namespace-uri(/data/group)", ""),
    ("version()", "2026071501"),
    ("property('deviceid')", ""),
    ("lang('fr')", False),
    ("count(id('x'))", 0.0),
    ("indexed-repeat(/data/child/age, /data/child, 3) + 1", 10.0),
    ("indexed-repeat(/data/child/age, /data/child, 4)", ""),
    # places
    ("distance('0 0;0 1')", 111318.85),
    ("distance('0 0', '0 1')", 111318.85),
    ("distance('nowhere')", 0.0),
    ("area('0 0;0 1;1 1')", 6_195_628_067.9),
    ("enclosed-area('0 0;0 1')", 0.0),
    ("geofence('0.5 0.5 0 0', '0 0;0 1;1 1;1 0;0 0')", True),
    ("geofence('2 0.5', '0 0;0 1;1 1;1 0;0 0')", False),
    ("geofence('0.5 0.5', '0 0;0 1;1 1;1 0')", False),
    ("geofence('', '')", False),
]


@pytest.mark.parametrize(("text", "value"), CASES)
def test_a_function_comes_to_its_value(text: str, value: Value) -> None:
    assert evaluate(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "number('x')",
        "number('')",
        "0 div 0",
        "sqrt(-1)",
        "log(-1)",
        "pow(-1, 0.5)",
        "asin(2)",
        "sin(1 div 0)",
        "5 mod 0",
        "max('a', 2)",
        "min(/data/none)",
        "max(/data/child/age)",
        "sum(/data/name)",
        "round('x')",
        "decimal-time('24:00')",
        "decimal-time('a')",
        "decimal-date-time('a')",
        "position(/data/none)",
    ],
)
def test_what_is_no_number_is_written_as_nothing(text: str) -> None:
    value = compile_expression(text).evaluate(scope())
    assert isinstance(value, float)
    assert math.isnan(value)
    assert as_answer(value) == ""


def test_every_function_is_tried() -> None:
    tried = {name for text, _ in CASES for name, _ in compile_expression(text).calls}
    elsewhere = {"current", "instance", "once", "randomize"}
    assert set(FUNCTIONS) == tried | elsewhere


def test_functions_without_an_argument_read_the_context_node() -> None:
    given = scope(at="/data/age")
    found = [
        compile_expression(f"{name}()").evaluate(given)
        for name in ("string", "number", "string-length", "normalize-space", "name", "local-name")
    ]
    assert found == ["34", 34.0, 2.0, "34", "age", "age"]


def test_once_keeps_a_value_that_is_there() -> None:
    root = household()
    once = compile_expression("once('first')")
    assert once.evaluate(scope(root, "/data/name")) == "Ana"
    assert once.evaluate(scope(root, "/data/empty")) == "first"
    node_at(root, "/data/name").relevant = False
    assert once.evaluate(scope(root, "/data/name")) == "Ana"


def test_languages_ids_and_namespaces_are_read_from_attributes() -> None:
    root = tree("data", {"text": {"word": ""}}, **{"xml:lang": "pt-BR", "xmlns:orx": "https://orx.example"})
    root.children[0].attributes["id"] = "first"
    word = root.children[0].append(Node("orx:word"))
    given = scope(root, word.path)
    for text, value in [
        ("lang('PT')", True),
        ("lang('pt-br')", True),
        ("lang('p')", False),
        ("namespace-uri()", "https://orx.example"),
        ("local-name()", "word"),
        ("count(id('none first'))", 1.0),
        ("count(/data/@*)", 1.0),
    ]:
        assert compile_expression(text).evaluate(given) == value


@pytest.mark.parametrize(
    ("seed", "order"),
    [
        ("42", "afcbhegd"),
        ("-3", "fahbegdc"),
        ("1.5", "gfeachbd"),
        ("'42'", "afcbhegd"),
        ("'abc'", "acbhfgde"),
        ("''", "cbhafdge"),
        ("99999999999", "bhgfdeca"),
        ("1 div 0", "gfeachbd"),
        ("'4f2a9c1e-7d'", "adbcefhg"),
    ],
)
def test_a_seed_gives_the_order_that_odk_gives(seed: str, order: str) -> None:
    root = tree("data", {letter: letter for letter in "abcdefgh"})
    found = compile_expression(f"randomize(/data/*, {seed})").nodes(scope(root))
    assert "".join(node.text for node in found) == order


def test_without_a_seed_chance_decides_the_order() -> None:
    root = tree("data", {letter: letter for letter in "abc"})
    found = compile_expression("randomize(/data/*)").nodes(scope(root, chance=lambda: 0.0))
    assert [node.text for node in found] == ["c", "a", "b"]


def test_nested_repeats_are_indexed_level_by_level() -> None:
    root = tree(
        "data",
        {"home": [{"child": [{"name": "a"}, {"name": "b"}]}, {"child": [{"name": "c"}, {"name": "d"}]}]},
    )
    text = "indexed-repeat(/data/home/child/name, /data/home, 2, /data/home/child, 1)"
    assert compile_expression(text).string(scope(root)) == "c"


def test_repeats_are_indexed_in_any_order() -> None:
    root = tree("data", {"home": [{"child": [{"name": "a"}]}, {"child": [{"name": "b"}, {"name": "c"}]}]})
    text = "indexed-repeat(/data/home/child/name, /data/home/child, 2, /data/home, 2)"
    assert compile_expression(text).string(scope(root)) == "c"
    text = "indexed-repeat(/data/home/child/name, /data/home/child, 2, /data/home, 1)"
    assert compile_expression(text).string(scope(root)) == ""


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "Mon 9 Mar"),
        ("fr", "lun 9 mars"),
        ("es", "lun 9 mar"),
        ("ar", "الاثنين 9 مارس"),
        ("xx", "Mon 9 Mar"),
    ],
)
def test_months_and_days_are_named_in_the_language_of_the_session(language: str, written: str) -> None:
    given = replace(scope(), language=language)
    assert compile_expression("format-date('2026-03-09', '%a %e %b')").string(given) == written


def test_every_language_names_all_months_and_days() -> None:
    assert {len(names) for names in MONTHS.values()} == {12}
    assert {len(names) for names in DAYS.values()} == {7}
    assert set(MONTHS) == set(DAYS)


def test_a_pattern_made_up_at_run_time_that_can_run_away_is_refused_by_name() -> None:
    with pytest.raises(BudgetExceeded, match="regular expression"):
        evaluate("regex('a', concat('(?=', 'a)'))")
