"""Advice on what ODK Collect and ODK Web Forms would do otherwise."""

import pytest

from dialogs.portable import portable
from tests.dialogs.written import form_of


def advice(column: str, rule: str) -> list[str]:
    table = (
        f"| survey |\n| | type | name | label | {column} |\n| | text | a | A | |\n"
        f"| | {'calculate' if column == 'calculation' else 'text'} | b | B | {rule} |\n"
    )
    issues = portable(form_of(table))
    assert all(issue.advice and issue.row == 3 and issue.column == column for issue in issues)
    return [f"{issue.cause} {issue.remedy}" for issue in issues]


@pytest.mark.parametrize(
    ("column", "rule", "told"),
    [
        ("relevant", "floor(${a}) = 1", "ODK Collect does not know floor(). Use int()."),
        ("relevant", "substring(${a}, 1) = 'x'", "ODK Collect does not know substring(). Use substr()."),
        ("relevant", "is-selected(${a}, 'x')", "ODK Web Forms does not know is-selected(). Use selected()."),
        ("relevant", "version() = '2'", "ODK Web Forms does not know version(). Correct the expression."),
        ("relevant", "count(//a) = 1", "ODK Collect does not know //. Correct the expression."),
        ("constraint", "number() = 1", "ODK Collect does not know number(). Use number(.)."),
        (
            "constraint",
            "regex(., '[0-9]+')",
            "“'[0-9]+'” comes to something else in ODK Web Forms. Write it like this: '^([0-9]+)$'",
        ),
        (
            "relevant",
            "'2020-01-01' < ${a}",
            "“'2020-01-01'” comes to something else in ODK Collect. Write it like this: date('2020-01-01')",
        ),
        (
            "calculation",
            "/data/a = 1",
            "“/data/a = 1” comes to something else in ODK Web Forms. Write it like this: if(/data/a = 1, 1, 0)",
        ),
        (
            "calculation",
            "number(now()) + 1",
            "“number(now())” comes to something else in ODK Web Forms. Write it like this: decimal-date-time(now())",
        ),
        ("relevant", "date('2020-02-30') < today()", "“2020-02-30” is no date. Correct the expression."),
    ],
)
def test_what_another_tool_does_otherwise_is_told_with_another_way(column: str, rule: str, told: str) -> None:
    assert advice(column, rule) == [told]


@pytest.mark.parametrize(
    ("column", "rule"),
    [
        ("constraint", "regex(., '^[0-9]+$')"),
        ("relevant", "${a} = 1"),
        ("relevant", "date('2020-01-01') < today()"),
        ("calculation", "if(${a} = 1, 1, 0)"),
        ("calculation", "int(${a} div 2)"),
    ],
)
def test_what_all_do_alike_is_not_told(column: str, rule: str) -> None:
    assert advice(column, rule) == []
