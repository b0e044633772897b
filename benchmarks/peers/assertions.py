"""How the expression language stands against recorded assertions: `python -m benchmarks.peers.assertions FILE`.

FILE is JSON: `documents` (XML texts), `namespaces` (prefixes that expressions use), `timezone`, and `assertions`,
each an expression (`expr`) with its context node (`doc`, `ctx`: "/*[1]/@id"), the value that another engine gives
(`expected`) and how to compare (`kind`). Every one that fails is listed; nothing is left out or forgiven.
"""

import argparse
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.peers.document import read
from dialogs.xpath import (
    Budget,
    BudgetExceeded,
    Expression,
    ExpressionError,
    Node,
    Scope,
    compile_expression,
)
from dialogs.xpath.tree import Attribute, Document, OwnText, Remark, Text, identity


@dataclass(frozen=True, slots=True)
class Failure:
    """An assertion that does not hold: what came instead, and the reason, "" where none is known."""

    assertion: Mapping[str, Any]
    got: object
    reason: str

    def __str__(self) -> str:
        case = self.assertion
        return (
            f"{case['file']}{case['suite']}: {case['expr']}  at {case['ctx']} of document {case['doc']}\n"
            f"    expected {case['expected']!r}, got {self.got!r}\n"
            f"    {self.reason or 'FOR NO KNOWN REASON'}"
        )


class Assertions:
    """A file of assertions, and what of it holds here."""

    def __init__(self, recorded: Mapping[str, Any]) -> None:
        self.recorded = recorded
        zone = ZoneInfo(recorded["timezone"])
        self.now = datetime.combine(day_of(recorded) or datetime.now(zone).date(), time(12), zone)
        self.prefixes = prefixes_of(recorded)

    def failures(self) -> Iterator[Failure]:
        """Try every assertion; yield those that fail."""
        for case in self.recorded["assertions"]:
            if (failure := self.tried(case)) is not None:
                yield failure

    def tried(self, case: Mapping[str, Any]) -> Failure | None:
        """Try one assertion."""
        document = self.recorded["documents"][case["doc"]]
        try:
            expression = compile_expression(case["expr"])
            root = read(document, self.prefixes[case["doc"]])
            node = node_at(root, case["ctx"])
            got = value_of(case["kind"], expression, self.scope(root, node, case.get("lang")))
        except (ExpressionError, BudgetExceeded, LookupError) as error:
            got = error
        return None if holds(case, got) else Failure(case, got, reason_of(case, got, document))

    def scope(self, root: Node, node: Node, language: str | None) -> Scope:
        """Return what the expression may look at: a form's own instances and texts, where the document is a form."""
        instances = [each for each in below(root) if each.name == "instance"]
        primary = instances[0].children if root.name.endswith("html") and instances else []
        texts = texts_of(root, language)
        return Scope(
            node=node,
            root=next((each for each in primary if type(each) is Node), root),
            instances={each.attributes["id"]: each for each in instances if "id" in each.attributes},
            now=self.now,
            budget=Budget(),
            chance=Random(0).random,
            texts=lambda key: texts.get(key, ""),
            choice_name=lambda value, question: "",
        )


def day_of(recorded: Mapping[str, Any]) -> date | None:
    """Return the day on which the assertions were recorded, as one of them gives it."""
    days = [
        case["expected"]
        for case in recorded["assertions"]
        if case["expr"] == "today()" and case["kind"] == "string"
    ]
    return date.fromisoformat(days[0]) if days else None


def prefixes_of(recorded: Mapping[str, Any]) -> dict[int, dict[str, str]]:
    """Return for each document the namespaces that some expression on it writes with a prefix.

    Others stay under the document's own prefixes: a name is its prefix and its local part here, as in a form.
    """
    found: dict[int, dict[str, str]] = {number: {} for number in range(len(recorded["documents"]))}
    for case in recorded["assertions"]:
        for prefix, address in recorded["namespaces"].items():
            if f"{prefix}:" in case["expr"]:
                found[case["doc"]][address] = prefix
    return found


def below(node: Node) -> Iterator[Node]:
    """Yield a node and all that is below it."""
    yield node
    for child in node.children:
        yield from below(child)


def texts_of(root: Node, language: str | None) -> dict[str, str]:
    """Return a form's texts by id, in a language or in the form's default."""
    spoken = [each for each in below(root) if each.name == "translation"]
    for each in spoken:
        if each.attributes["lang"] == language or (language is None and "default" in each.attributes):
            break
    else:
        each = spoken[0] if spoken else Node("")
    return {text.attributes["id"]: text.value().strip() for text in each.children if "id" in text.attributes}


def node_at(root: Node, place: str) -> Node:
    """Return the node at "/*[1]/*[2]/text()[1]"; raise LookupError where there is none."""
    here: Node = Document(root)
    for step in place.split("/")[1:] if place != "/" else ():
        if step.startswith("@"):
            here = Attribute(here, step[1:])
            continue
        kind, _, number = step.removesuffix("]").partition("[")
        alike = [each for each in children(here) if sort_of_node(each) == kind]
        here = alike[int(number) - 1]
    return here


def place_of(node: Node) -> str:
    """Return where a node is, as `node_at` reads it."""
    if isinstance(node, Document):
        return "/"
    if isinstance(node, Attribute) and node.parent is not None:
        return f"{place_of(node.parent)}/@{node.name}"
    parent = node.parent or Document(node)
    alike = [each for each in children(parent) if sort_of_node(each) == sort_of_node(node)]
    number = next(index for index, each in enumerate(alike, 1) if identity(each) == identity(node))
    return f"{place_of(parent).rstrip('/')}/{sort_of_node(node)}[{number}]"


def children(node: Node) -> list[Node]:
    """Return a node's children, its own text among them."""
    return node.children or ([OwnText(node)] if node.text and type(node) is Node else [])


def sort_of_node(node: Node) -> str:
    """Return how a place names nodes like this one."""
    if isinstance(node, Remark):
        return "node()" if node.target else "comment()"
    return "text()" if isinstance(node, Text) else "*"


def value_of(kind: str, expression: Expression, scope: Scope) -> object:
    """Evaluate an expression as the kind of assertion asks for it."""
    match kind:
        case "boolean":
            return expression.boolean(scope)
        case "number" | "rounded":
            return expression.number(scope)
        case "nodes" | "unodes":
            return [place_of(node) for node in expression.nodes(scope)]
        case _:
            return expression.string(scope)


def holds(case: Mapping[str, Any], got: Any) -> bool:
    """Say whether a value is what was expected."""
    expected = case["expected"]
    if isinstance(got, Exception):
        return False
    match case["kind"]:
        case "number":
            return bool(got == _number(expected) or (math.isnan(got) and math.isnan(_number(expected))))
        case "rounded":
            return bool(abs(got - _number(expected)) * case["factor"] < 1)
        case "match":
            return re.search(expected, got) is not None
        case "strlen":
            return bool(len(got) == expected)
        case "unodes":
            return sorted(got) == sorted(expected)
        case _:
            return bool(got == expected)


def _number(expected: object) -> float:
    return float(expected) if isinstance(expected, str | int | float) else math.nan


def reason_of(case: Mapping[str, Any], got: object, document: str) -> str:
    """Return why an assertion does not hold, where it is by choice; docs/expressions.md says more of each."""
    expected, expression = case["expected"], case["expr"]
    if isinstance(got, ExpressionError) and "there is no function" in got.reason:
        return "a function that there is not is refused when the form is read, reached or not"
    if isinstance(got, ExpressionError) and " takes " in got.reason:
        return "a wrong number of arguments is refused when the form is read, reached or not"
    if isinstance(got, list) and isinstance(expected, list):
        return _reason_for_nodes(got, expected, expression, document)
    reasons = {
        "a date that there is not is empty": expected == "Invalid Date" and got == "",
        "sum() passes over what is empty": expression.startswith("sum(") and expected == "NaN",
        "boolean-from-string() takes TRUE and True too": expression == "boolean-from-string('True')",
        "regex() asks for the whole text": expression.startswith("regex(") and got is False,
        "a number has no exponent (XPath 1.0, 4.4)": re.search(r"\de[-+]?\d", expression) is not None,
    }
    return next((reason for reason, applies in reasons.items() if applies), "")


def _reason_for_nodes(got: list[str], expected: list[str], expression: str, document: str) -> str:
    if expression.startswith("jr:itext("):
        return "jr:itext() gives a text, not nodes"
    without_declarations = [place for place in expected if "/@xmlns:" not in place]
    if got == without_declarations:
        return "a declaration of a namespace is no attribute (XPath 1.0, 5.3)"
    without_type = [place for place in expected if place != "/node()[1]"]
    if document.startswith("<!DOCTYPE") and got == without_type:
        return "a document type is no node (XPath 1.0, 5)"
    if "<![CDATA[" in document and _without_texts(got) == _without_texts(without_type):
        return "a CDATA section is no text apart from its neighbours (XPath 1.0, 5.7)"
    return ""


def _without_texts(places: list[str]) -> list[str]:
    return [place for place in places if "/text()" not in place]


def main() -> int:
    """Print each assertion that fails, then how many hold by kind; return 1 where one fails for no known reason."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    recorded = json.loads(parser.parse_args().file.read_text())
    failures = list(Assertions(recorded).failures())
    for failure in failures:
        print(failure)
    kinds = Counter(case["kind"] for case in recorded["assertions"])
    failed = Counter(failure.assertion["kind"] for failure in failures)
    for kind, number in kinds.most_common():
        print(f"{kind:8} {number - failed[kind]:5,} of {number:5,}")
    for reason, number in Counter(failure.reason for failure in failures).most_common():
        print(f"{number:3} fail: {reason or 'FOR NO KNOWN REASON'}")
    total = kinds.total()
    print(f"all      {total - len(failures):5,} of {total:5,}  ({(total - len(failures)) / total:.2%})")
    return int(any(not failure.reason for failure in failures))


if __name__ == "__main__":
    sys.exit(main())
