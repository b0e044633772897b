"""Recorded assertions of other engines: those that hold are silent, the others are told with their reason."""

from typing import Any

import pytest

from benchmarks.peers.assertions import Assertions

MIXED = """<!DOCTYPE html><data xmlns:x="http://example.org/x">before<!-- aside --><a n="1">one</a><?style it?>between
<b xmlns="http://www.w3.org/1999/xhtml" x:n="2" xmlnswidth="3"/><![CDATA[ raw]]></data>"""
FORM = """<html xmlns:jr="http://openrosa.org/javarosa"><model><itext>
<translation lang="en"><text id="hi"><value>Hello</value></text></translation>
<translation lang="fr" default=""><text id="hi"><value>Bonjour</value></text></translation></itext>
<instance><data><a>1</a></data></instance><instance id="list"><root><item>x</item></root></instance></model></html>"""


def tried(case: dict[str, Any]) -> tuple[object, str] | None:
    """Try one assertion; None where it holds, else what came and why."""
    case = {"file": "f", "suite": "", "test": "", "ctx": "/", "doc": 0, **case}
    today = {**case, "kind": "string", "expr": "today()", "expected": "2026-11-23"}
    recorded = {
        "timezone": "America/Phoenix",
        "namespaces": {"xhtml": "http://www.w3.org/1999/xhtml", "jr": "http://openrosa.org/javarosa"},
        "documents": [MIXED, FORM],
        "assertions": [today, case],
    }
    failures = list(Assertions(recorded).failures())
    return (failures[0].got, failures[0].reason) if failures else None


HOLDING: list[dict[str, Any]] = [
    {"kind": "boolean", "expr": "today() = '2026-11-23'", "expected": True},
    {"kind": "number", "expr": "count(/data/*)", "expected": 1 + 1},
    {"kind": "number", "expr": "1 + 'x'", "expected": "NaN"},
    {"kind": "rounded", "expr": "10 div 3", "expected": 3.33333, "factor": 10_000},
    {"kind": "match", "expr": "uuid()", "expected": "^[0-9a-f-]{36}$"},
    {"kind": "strlen", "expr": "uuid(7)", "expected": 7},
    {"kind": "string", "expr": "string(/data)", "expected": "beforeonebetween\n raw"},
    {"kind": "string", "expr": "name(//processing-instruction())", "expected": "style"},
    {"kind": "string", "expr": "string(//comment())", "expected": " aside "},
    {"kind": "nodes", "expr": "//comment()", "expected": ["/*[1]/comment()[1]"]},
    {"kind": "nodes", "expr": "//processing-instruction('other')", "expected": []},
    {"kind": "nodes", "expr": "//processing-instruction('style')", "expected": ["/*[1]/node()[1]"]},
    {
        "kind": "nodes",
        "expr": "/data/a/preceding-sibling::node()",
        "expected": ["/*[1]/text()[1]", "/*[1]/comment()[1]"],
    },
    {
        "kind": "nodes",
        "expr": "following-sibling::node()[position() < 3]",
        "ctx": "/*[1]/comment()[1]",
        "expected": ["/*[1]/*[1]", "/*[1]/node()[1]"],
    },
    {"kind": "nodes", "expr": "..", "ctx": "/*[1]/*[1]/text()[1]", "expected": ["/*[1]/*[1]"]},
    {"kind": "nodes", "expr": "preceding::text()", "ctx": "/*[1]/*[1]/@n", "expected": ["/*[1]/text()[1]"]},
    {"kind": "nodes", "expr": "/data/xhtml:b/@x:n", "expected": ["/*[1]/*[2]/@x:n"]},
    {"kind": "unodes", "expr": "//@*[. > 1]", "expected": ["/*[1]/*[2]/@xmlnswidth", "/*[1]/*[2]/@x:n"]},
    {"kind": "string", "expr": "namespace-uri(//@x:n)", "expected": "http://example.org/x"},
    {"kind": "string", "expr": "/data/a", "doc": 1, "expected": "1"},
    {"kind": "string", "expr": "instance('list')/root/item", "doc": 1, "expected": "x"},
    {"kind": "string", "expr": "jr:itext('hi')", "doc": 1, "expected": "Bonjour"},
    {"kind": "string", "expr": "jr:itext('hi')", "doc": 1, "lang": "en", "expected": "Hello"},
]


@pytest.mark.parametrize("case", HOLDING, ids=lambda case: case["expr"])
def test_what_holds_is_silent(case: dict[str, Any]) -> None:
    assert tried(case) is None


FAILING: list[tuple[dict[str, Any], object, str]] = [
    ({"kind": "number", "expr": "1 + 1", "expected": 3}, 2.0, ""),
    ({"kind": "nodes", "expr": "//a", "expected": ["/*[1]"]}, ["/*[1]/*[1]"], ""),
    (
        {"kind": "nodes", "expr": "/node()", "expected": ["/node()[1]", "/*[1]"]},
        ["/*[1]"],
        "a document type is no node (XPath 1.0, 5)",
    ),
    (
        {"kind": "string", "expr": "date('never')", "expected": "Invalid Date"},
        "",
        "a date that there is not is empty",
    ),
    (
        {"kind": "boolean", "expr": "regex('ab', 'a')", "expected": True},
        False,
        "regex() asks for the whole text",
    ),
]


@pytest.mark.parametrize(("case", "got", "reason"), FAILING, ids=lambda value: str(value)[:40])
def test_what_fails_is_told_with_its_reason(case: dict[str, Any], got: object, reason: str) -> None:
    assert tried(case) == (got, reason)


def test_a_function_that_there_is_not_is_a_failure_too() -> None:
    failure = tried({"kind": "boolean", "expr": "true() or explode()", "expected": True})
    assert failure is not None
    assert failure[1] == "a function that there is not is refused when the form is read, reached or not"
