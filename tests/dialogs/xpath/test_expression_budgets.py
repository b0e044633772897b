"""Hostile expressions: stopped by budget, quickly, and by no other exception than the named ones."""

import contextlib
import string
import sys
from dataclasses import replace
from types import FrameType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dialogs.xpath import Budget, BudgetExceeded, ExpressionError, Node, compile_expression
from dialogs.xpath.functions import FUNCTIONS
from tests.dialogs.xpath.world import household, scope, tree

CALLS = 25
"""Calls of functions that one step of the budget may stand for: work is measured, not time."""


def wide(children: int = 1000) -> Node:
    """Return a tree of many leaves and one long text."""
    return tree("data", {"a": ["b"] * children, "x": "z" * 60_000})


@pytest.mark.parametrize(
    "text",
    [
        '//*[count(//*[count(//*[.="b"] | .)=0] | .)=0]',
        "//*[preceding::*]",
        "//*/following::*/ancestor::*",
        "count(//*[. < //*[. != current()/a]])",
        "//*[contains(concat(/data/x, .), 'y')]",
        "concat(/data/x, /data/x)",
        "join(/data/x, /data/a)",
        "concat(/, /)",
        "jr:itext('long')",
        "uuid(100000)",
        "format-date(today(), concat('" + "%Y" * 9000 + "', '" + "%Y" * 900 + "', /data/x))",
        "//*[regex('zz', concat('(z{1,30}){1,30}', string(position())))]",
        "//*[" + "1+" * 9000 + "count(//*[. = current()])]",
    ],
)
def test_an_expression_that_asks_too_much_is_stopped(text: str) -> None:
    """A form comes from outside; one evaluation may not hold everybody up."""
    with pytest.raises(BudgetExceeded):
        compile_expression(text).evaluate(scope(wide()))


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "not(" * 61 + "1" + ")" * 61,
        "a[" * 61 + "1" + "]" * 61,
        "1 or 1 and 1 = 1 < 1 + 1 * (" * 59 + "1" + ")" * 59,
        "x" * 20_001,
    ],
)
def test_an_expression_too_long_or_too_deep_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        compile_expression(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1+" * 9999 + "1", 10_000.0),
        ("1=" * 9999 + "1", True),
        ("-" * 19_998 + "1", 1.0),
        ("1 and " * 3000 + "1", True),
        ("count(a" + "[true()]" * 100 + ")", 1000.0),
        ("a/" * 9999 + "a", []),
        ("(" * 59 + "1" + ")" * 59, 1.0),
        ("not(" * 58 + "1" + ")" * 58, True),
        ("if(" * 58 + "1" + ", 2, 3)" * 58, 2.0),
        ("count(//*[count(//*[count(//*[.='b'])=0])=0])", 1002.0),
        ("regex(/data/x, '(z+)+y')", False),
        ("regex(/data/x, '^(z+)+$')", True),
        ("'" + "a" * 19_000 + "' = ''", False),
        ("9" * 400, float("inf")),
        ("count(/data/a[" + "9" * 400 + "])", 0.0),
    ],
)
def test_what_is_only_long_is_evaluated(text: str, value: object) -> None:
    expression = compile_expression(text)
    assert expression.evaluate(scope(wide())) == value
    assert expression.dependencies("/data/x") is not None


MANY = "abcdefghij" * 1900
POINTS = "1 1;" * 4000


@pytest.mark.parametrize(
    "text",
    [
        "count(//*[count(//*[count(//*[. = 'b']) = 0]) = 0])",
        "//*/following::*/ancestor::*",
        "//g/*[preceding::*]",
        "//* | //* | //* | //*",
        "//g[k != //g/k]",
        "//g[k < //g/v]",
        "//g/*[id('a')]",
        "//g/*[max(//g/k) = 1]",
        "//g/*[randomize(//*, 1)]",
        "//g/*[pulldata('places', 'country', 'name', .)]",
        "//g/*[indexed-repeat(//*, //*, position())]",
        f"//g/*[translate(., '{MANY}', '') = 'q']",
        f"//g/*[translate(., concat(., '{MANY}'), '') = 'q']",
        f"//g/*[string-length(concat(., '{MANY}')) = 1]",
        f"//g/*[substr(concat(., '{'🥰' * 9000}'), 1, 2) = 'q']",
        f"//g/*[selected(concat(., '{'a ' * 9000}'), .)]",
        f"//g/*[format-date(., '{'%Y' * 9000}') = 'q']",
        f"//g/*[area(concat('{POINTS}', .)) = 1]",
        f"//g/*[distance(concat('{POINTS}', .)) = 1]",
        f"//g/*[geofence('1 1', concat('{POINTS}', .))]",
        f"//g/*[geofence(concat(., '1 1'), '{POINTS}1 2')]",
        f"//g/*[jr:choice-name(., '{'../' * 5000}x')]",
        f"//g/*[{'number(.) + ' * 1500}1 = 0]",
        f"//g/*[{'string-length(.) + ' * 1000}1 = 0]",
        f"//g/*[{'date(.) = . or ' * 1200}. = 1]",
        f"//g/*[{'../../../.. = . or ' * 900}. = 1]",
        f"//g/*[coalesce({', '.join(['none'] * 3000)}) = 1]",
        "//g/*[. < '2021-01-01']",
        "//g/*[uuid() = 'q']",
        "//g/*[digest(., 'SHA-512') = 'q']",
        "//g/*[lang('en')]",
        "//g/*[name() = 'q']",
    ],
    ids=lambda text: text[:60],
)
def test_a_step_of_the_budget_is_always_about_the_same_work(text: str) -> None:
    """So that a budget of steps bounds the time, whatever an expression does."""
    rows = [{"k": str(number), "v": "2020-01-01"} for number in range(300)]
    given_scope = scope(tree("data", {"g": rows, "a": "b"}), steps=20_000)
    expression = compile_expression(text)
    calls = 0

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    with contextlib.suppress(BudgetExceeded):
        expression.evaluate(given_scope)
    sys.setprofile(None)
    assert calls < CALLS * (20_000 - given_scope.budget.steps)


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("//a[. | ..]", 1000 * 1000 // 8),
        ("/data/a[last()]/b[../following-sibling::none]", 1000 * 1000 // 16),
        ("/data/a[last()]/b[../preceding-sibling::none]", 1000 * 1000 // 16),
        ("/data/a[last()]/b[position(..) = 0]", 1000 * 1000 // 16),
        ("/data/a[last()]/b[pulldata('wide', 'x', 'y', .)]", 1000 * 1000 // 8),
    ],
)
def test_a_search_among_many_siblings_costs_what_it_takes(text: str, least: int) -> None:
    root = tree("data", {"a": ["b"] * 1000})
    for _ in range(1000):
        root.children[-1].append(Node("b"))
    given_scope = scope(root, steps=10_000_000)
    given_scope = replace(given_scope, instances={"wide": tree("root", {"row": {"a": ["b"] * 1000}})})
    compile_expression(text).evaluate(given_scope)
    assert 10_000_000 - given_scope.budget.steps > least


@pytest.mark.parametrize(
    ("text", "answer"),
    [("aaaa", True), ("a" * 30_000 + "!", False)],
)
def test_a_pattern_that_hangs_other_engines_costs_few_steps(text: str, answer: bool) -> None:
    root = tree("data", {"x": text})
    given_scope = scope(root, "/data/x")
    assert compile_expression("regex(., '^(a+)+$')").evaluate(given_scope) is answer
    assert given_scope.budget.steps > 198_000


def test_a_large_pattern_costs_what_it_takes_on_a_long_text() -> None:
    root = tree("data", {"x": "abc " * 5_000})
    with pytest.raises(BudgetExceeded):
        compile_expression("//x[regex(., '([^0-9]{1,31}){1,32}')]").evaluate(scope(root, steps=20_000))


def test_doubling_chains_stop_at_the_longest_text() -> None:
    doubled = "'" + "ab" * 500 + "'"
    for _ in range(4):
        doubled = f"concat({doubled}, {doubled})"
    with pytest.raises(BudgetExceeded, match="a text of more than 65,536 characters"):
        compile_expression("concat(/data/x, /data/x)").evaluate(scope(wide()))
    assert len(str(compile_expression(doubled).evaluate(scope()))) == 16_000


def test_a_form_step_shares_one_budget() -> None:
    budget = Budget(10)
    budget.spend(10)
    with pytest.raises(BudgetExceeded, match="too many nodes"):
        budget.spend(1)
    assert Budget().steps == 200_000


def test_a_budget_that_suffices_is_only_lessened() -> None:
    given_scope = scope(household(), steps=100)
    compile_expression("/data/name").evaluate(given_scope)
    assert 0 < given_scope.budget.steps < 100


def test_a_long_list_is_filtered_within_the_budget() -> None:
    root = tree(
        "data", {"wanted": "c3", "item": [{"name": f"n{i}", "in": f"c{i % 50}"} for i in range(5000)]}
    )
    found = compile_expression("/data/item[in = /data/wanted]/name").nodes(scope(root))
    assert len(found) == 100


def test_places_that_multiply_are_told_as_anywhere() -> None:
    paths = compile_expression("a/" * 5000 + "ancestor::*/" * 20 + "b").dependencies("/data")
    assert "/**/b" in paths
    assert len(paths) < 100


names = st.sampled_from(
    ["data", "name", "age", "empty", "born", "child", "group", "none", "langs", "*", "orx:x"]
)
literals = st.one_of(
    st.text(string.printable.replace("'", ""), max_size=8).map(lambda text: f"'{text}'"),
    st.sampled_from(
        [
            "'2020-02-30'",
            "'9999-12-31'",
            "'0001-01-01T00:00:00+14:00'",
            "'\ud800'",
            "'\0'",
            "'[a-'",
            "'12:00'",
            "''",
        ]
    ),
)
numbers = st.one_of(
    st.integers(0, 10**6).map(str),
    st.sampled_from(
        ["0.5", "(1 div 0)", "(-1 div 0)", "(0 div 0)", "3000000", "9" * 40, "." + "0" * 40 + "1"]
    ),
)
axes = st.sampled_from(
    [
        "",
        "@",
        "descendant::",
        "ancestor::",
        "following::",
        "preceding-sibling::",
        "self::",
        "parent::",
        "namespace::",
    ]
)


def steps(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    predicate = st.one_of(st.just(""), inner.map(lambda text: f"[{text}]"))
    named = st.builds(lambda axis, name, kept: f"{axis}{name}{kept}", axes, names, predicate)
    return st.one_of(named, st.sampled_from([".", "..", "node()", "text()"]))


def paths(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    joined = st.lists(st.tuples(st.sampled_from(["/", "//"]), steps(inner)), max_size=3)
    tail = joined.map(lambda pairs: "".join(sign + step for sign, step in pairs))
    start = st.one_of(
        st.just("/data"), steps(inner), st.just("current()"), st.just("instance('places')/root/item")
    )
    return st.builds(lambda first, rest: first + rest, start, tail)


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    signs = st.sampled_from(["or", "and", "=", "!=", "<", ">=", "+", "-", "*", "div", "mod", "|"])
    called = st.sampled_from(sorted(FUNCTIONS)).flatmap(
        lambda name: st.lists(
            inner,
            min_size=FUNCTIONS[name].least,
            max_size=FUNCTIONS[name].least + 2 if FUNCTIONS[name].most is None else FUNCTIONS[name].most,
        ).map(lambda arguments: f"{name}({', '.join(arguments)})")
    )
    return st.one_of(
        st.builds(lambda left, sign, right: f"{left} {sign} {right}", inner, signs, inner),
        inner.map(lambda text: f"({text})"),
        inner.map(lambda text: f"-{text}"),
        called,
        called,
        paths(inner),
    )


simple = st.one_of(literals, numbers, names)
expressions: st.SearchStrategy[str] = st.deferred(lambda: st.one_of(simple, simple, grown(expressions)))


@settings(max_examples=400, deadline=None)
@given(expressions, st.sampled_from(["/data", "/data/name", "/data/child[2]/age", "/data/empty"]))
@example("substring('abc', (1 div 0), (-1 div 0))", "/data")
@example("selected-at('a', (1 div 0))", "/data")
@example("round(5, 3000000)", "/data")
@example("date('9999-12-31') + 1", "/data")
@example("date(3000000)", "/data")
@example("uuid((1 div 0))", "/data")
@example("indexed-repeat(/data/child, /data/child, (0 div 0))", "/data")
@example("area(('91 0;0 0;0 1'))", "/data")
def test_only_the_named_exceptions_come_out(text: str, at: str) -> None:
    try:
        expression = compile_expression(text)
    except ExpressionError:
        return
    given_scope = scope(household(), at, steps=20_000)
    expression.dependencies(at)
    try:
        value = expression.evaluate(given_scope)
        assert isinstance(value, str | float | bool | list)
        assert isinstance(expression.string(given_scope), str)
        assert isinstance(expression.number(given_scope), float)
    except BudgetExceeded:
        pass


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40) | st.text("()[]/.@'\"|*+-<>=!,: abdor1$", max_size=40))
def test_any_text_compiles_or_is_refused(text: str) -> None:
    with contextlib.suppress(ExpressionError):
        assert compile_expression(text).text == text
