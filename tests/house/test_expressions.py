"""The page of expressions and the code agree: functions, budgets, and what is taken where ODK's engines differ."""

import re
import tomllib
from pathlib import Path

import pytest

from dialogs.reading.xform import MAX_PARTS
from dialogs.xpath import Budget, Node, as_answer, compile_expression
from dialogs.xpath.closures import LONGEST_TEXT
from dialogs.xpath.compiling import TALLEST
from dialogs.xpath.functions import FUNCTIONS
from dialogs.xpath.functions.names import MONTHS
from dialogs.xpath.functions.registry import Function
from dialogs.xpath.parsing import DEEPEST, LONGEST
from tests.dialogs.xpath.world import household, scope, tree

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "expressions.md").read_text()


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def counted(function: Function) -> tuple[int, int | None]:
    """Return the least and the most arguments, None where any number more is taken."""
    return function.least, None if function.counts else function.most


def written(call: str) -> tuple[int, int | None]:
    """Return what a call on the page says of its arguments."""
    inside = call.partition("(")[2].removesuffix(")")
    arguments = [each.strip() for each in inside.split(",") if each.strip()]
    more = "…" in arguments
    named = [each for each in arguments if each != "…"]
    least = sum(not each.endswith("?") for each in named)
    return least, None if more else len(named)


def test_the_page_has_every_function_with_its_arguments() -> None:
    calls = [row[0].strip("`") for row in rows("Functions")]
    assert {call.partition("(")[0]: written(call) for call in calls} == {
        name: counted(function) for name, function in FUNCTIONS.items()
    }
    assert calls == sorted(calls, key=lambda call: call.partition("(")[0])


@pytest.mark.parametrize("row", rows("Where ODK's engines differ"), ids=lambda row: row[0])
def test_where_engines_differ_the_page_says_what_is_taken(row: list[str]) -> None:
    root = household()
    root.append(Node("hidden", "5")).relevant = False
    root.append(tree("letters", {letter: letter for letter in "ABCDEF"}))
    expression = compile_expression(row[0].strip("`"))
    value = as_answer(expression.evaluate(scope(root)))
    assert f"`{value or repr('')}`" == row[3]


def test_the_page_names_every_limit_as_it_is() -> None:
    limits = PAGE.split("## Budgets\n")[1]
    for sentence in (
        f"| {LONGEST:,} characters in an expression |",
        f"| {DEEPEST} parentheses, arguments or predicates in one another |",
        f"| {TALLEST} parts made of one another |",
        f"| {MAX_PARTS:,} parts in all expressions of a form |",
        f"| {Budget().steps:,} steps for what one answer sets going |",
        f"| {LONGEST_TEXT:,} characters in a text that an expression makes |",
    ):
        assert sentence in limits


def test_dates_are_named_in_every_language_of_the_project() -> None:
    languages = tomllib.loads((ROOT / "locales" / "languages.toml").read_text("utf-8"))["language"]
    assert {each["code"] for each in languages} <= set(MONTHS)
