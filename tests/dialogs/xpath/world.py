"""A small instance tree to try expressions on, and a Scope that stands still."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dialogs.xpath import Budget, Node, Scope, Value, compile_expression

ZONE = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 7, 15, 12, 30, 15, 250_000, tzinfo=ZONE)
"""A summer's noon: the zone's standard time is an hour off its clocks."""


def tree(name: str, content: Any = "", **attributes: str) -> Node:
    """Build a node from nested mappings; a list stands for several children of one name."""
    if isinstance(content, str):
        return Node(name, content, attributes=attributes)
    node = Node(name, attributes=attributes)
    for child, inside in content.items():
        for each in inside if isinstance(inside, list) else [inside]:
            node.append(tree(child, each))
    return node


def household() -> Node:
    """Return a form's instance: answers, an empty one, a group and three children in a repeat."""
    return tree(
        "data",
        {
            "name": "Ana",
            "age": "34",
            "empty": "",
            "born": "1992-03-01",
            "when": "2026-07-15T08:00:00.000+02:00",
            "langs": "fr es",
            "group": {"note": "in a group", "deep": {"down": "7"}},
            "child": [
                {"name": "Bo", "age": "3", "out": ""},
                {"name": "", "age": "", "out": ""},
                {"name": "Cy", "age": "9", "out": ""},
            ],
        },
        version="2026071501",
    )


def places() -> Node:
    """Return a secondary instance: cities and their countries."""
    rows = [("paris", "fr"), ("lyon", "fr"), ("madrid", "es")]
    return tree("root", {"item": [{"name": name, "country": country} for name, country in rows]})


def node_at(root: Node, path: str) -> Node:
    """Return the node that a path with indexes names."""
    found = next((node for node in every(root) if node.path == path), None)
    assert found is not None, path
    return found


def every(node: Node) -> list[Node]:
    """Return a node and all below it."""
    return [node, *(below for child in node.children for below in every(child))]


def scope(
    root: Node | None = None,
    at: str = "/data",
    *,
    now: datetime = NOON,
    steps: int = 200_000,
    chance: Callable[[], float] = lambda: 0.5,
) -> Scope:
    """Return a scope at a node of `root`, a fresh household unless one is given."""
    root = root or household()
    return Scope(
        node=node_at(root, at),
        root=root,
        instances={"places": places()},
        now=now,
        budget=Budget(steps),
        chance=chance,
        texts=lambda key: {"hello": "Bonjour", "long": "x" * 70_000}.get(key, ""),
        choice_name=lambda value, question: f"{value} of {question}",
    )


def evaluate(text: str, at: str = "/data", root: Node | None = None) -> Value:
    """Return what an expression comes to in the household; nodes as their paths joined by spaces."""
    value = compile_expression(text).evaluate(scope(root, at))
    return " ".join(node.path for node in value) if isinstance(value, list) else value
