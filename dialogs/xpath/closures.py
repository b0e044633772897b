"""What expressions are compiled to: Code, a closure over the Frame it runs in, within a Budget."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from dialogs.told import Told, told
from dialogs.xpath.tree import Node, is_relevant, relevant_below
from dialogs.xpath.values import (
    Calendar,
    Value,
    as_boolean,
    as_number,
    begins_as_date,
    read_number,
    show_number,
)

LONGEST_TEXT = 64 * 1024
"""Characters a text may have that an expression makes."""
DATE = 4
"""Steps it costs to read a date or to write one."""
_CHEAP = 512


class BudgetExceeded(Exception):
    """An evaluation was stopped; the message names the limit: steps, text length, or a regular expression."""


class Refused(Exception):
    """A function can't be compiled with these arguments."""

    def __init__(self, reason: Told) -> None:
        super().__init__(reason)
        self.reason = reason


class Budget:
    """Steps that are left for a form step: about one for a node visited, a value compared or 16 characters read.

    A step is about a microsecond of work, whatever is done.
    """

    __slots__ = ("steps",)

    def __init__(self, steps: int = 200_000) -> None:
        self.steps = steps

    def spend(self, steps: int) -> None:
        """Take `steps` away; raise BudgetExceeded when none are left."""
        self.steps -= steps
        if self.steps < 0:
            raise BudgetExceeded("the expression visits too many nodes")

    def made(self, text: str) -> str:
        """Let `text` pass, at a price; raise BudgetExceeded where it is too long."""
        if len(text) > _CHEAP:
            if len(text) > LONGEST_TEXT:
                raise BudgetExceeded(f"the expression makes a text of more than {LONGEST_TEXT:,} characters")
            self.spend(len(text) >> 4)
        return text


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may look at: the tree, the secondary instances, the clock, chance and the form's texts.

    `node`: the context node, also `current()`. `root`: the primary instance's root element. `instances`: the
    secondary instances' root elements by id (or the `<instance>` elements around them). `now`: aware, in the
    form's zone. `chance`: a number from 0 up to 1. `texts`: a text of the form by its id, in the session's
    language. `choice_name`: a choice's label by its value and the question's path. `language`: in which
    months and days are named.
    """

    node: Node
    root: Node
    instances: Mapping[str, Node]
    now: datetime
    budget: Budget
    chance: Callable[[], float]
    texts: Callable[[str], str]
    choice_name: Callable[[str, str], str]
    language: str = "en"

    @property
    def calendar(self) -> Calendar:
        """The calendar of the form's zone."""
        return Calendar.of(self.now)


class Frame:
    """Where a closure runs: the context node, its position among the others, and what the expression remembers."""

    __slots__ = ("memory", "node", "position", "scope", "size")

    def __init__(self, scope: Scope, node: Node, size: int = 1, memory: dict[int, Any] | None = None) -> None:
        self.scope = scope
        self.node = node
        self.position = 1
        self.size = size
        self.memory: dict[int, Any] = {} if memory is None else memory


Kind = Literal["string", "number", "boolean", "nodes", "any"]
Texts = Callable[[Frame], str]
Numbers = Callable[[Frame], float]
Booleans = Callable[[Frame], bool]
NodeLists = Callable[[Frame], list[Node]]


@dataclass(frozen=True, slots=True)
class Code:
    """A compiled part of an expression. `run` gives a value of `kind` ("any": known only when it runs).

    `fixed`: it comes to the same for every node of an evaluation. `chancy`: it reads chance.
    `size`: how much work it is, in parts of the expression. `constant`: its value, where it is written out.
    `hidden`: for a path, the nodes it leads to, relevant or not.
    """

    kind: Kind
    run: Callable[[Frame], Any]
    fixed: bool = False
    chancy: bool = False
    size: int = 1
    constant: str | float | None = None
    hidden: NodeLists | None = None

    def texts(self) -> Texts:
        """Return a closure that gives the value as a text."""
        run: Callable[[Frame], Any] = self.run
        match self.kind:
            case "string":
                return run
            case "nodes":
                return lambda frame: first_text(run(frame), frame.scope.budget)
            case "number":
                return lambda frame: show_number(run(frame))
            case "boolean":
                return lambda frame: "true" if run(frame) else "false"
        return lambda frame: text_of(run(frame), frame.scope)

    def numbers(self) -> Numbers:
        """Return a closure that gives the value as a number."""
        run: Callable[[Frame], Any] = self.run
        match self.kind:
            case "number":
                return run
            case "boolean":
                return lambda frame: 1.0 if run(frame) else 0.0
        return lambda frame: number_from(run(frame), frame.scope)

    def booleans(self) -> Booleans:
        """Return a closure that gives the value as true or false."""
        run: Callable[[Frame], Any] = self.run
        match self.kind:
            case "boolean":
                return run
            case "nodes" | "string":
                return lambda frame: bool(run(frame))
        return lambda frame: as_boolean(run(frame))

    def nodes(self) -> NodeLists:
        """Return a closure that gives the nodes; raise Refused where the value never is a list of nodes."""
        run: Callable[[Frame], Any] = self.run
        if self.kind == "nodes":
            return run
        if self.kind != "any":
            raise Refused(told("a path is needed here, not a value of type {type}", type=self.kind))

        def nodes(frame: Frame) -> list[Node]:
            value = run(frame)
            return value if isinstance(value, list) else []

        return nodes


def read(node: Node, budget: Budget) -> str:
    """Return the string-value of a node that is known to be relevant, at its price."""
    if not node.children:
        text = node.text
        return text if len(text) <= _CHEAP else budget.made(text)
    pieces = []
    length = 0
    for below in relevant_below(node):
        budget.spend(1)
        length += len(below.text)
        pieces.append(below.text)
        if length > LONGEST_TEXT:
            break
    return budget.made("".join(pieces))


def first_text(nodes: list[Node], budget: Budget) -> str:
    """Return the text of the first of `nodes`, "" where there are none."""
    return read(nodes[0], budget) if nodes else ""


def text_of(value: Value, scope: Scope) -> str:
    """Return any value as a text."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return first_text(value, scope.budget)
    if isinstance(value, bool):
        return "true" if value else "false"
    return show_number(value)


def number_from(value: Value, scope: Scope) -> float:
    """Return any value as a number; a date as days."""
    if isinstance(value, float):
        return value
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    text = value if isinstance(value, str) else first_text(value, scope.budget)
    number = read_number(text)
    if not math.isnan(number) or not begins_as_date(text):
        return number
    scope.budget.spend(DATE)
    return as_number(text, scope.calendar)


def relevant_of(nodes: list[Node]) -> list[Node]:
    """Leave out what is not relevant, by itself or through an ancestor."""
    if len(nodes) == 1:
        return nodes if is_relevant(nodes[0]) else []
    parent: Node | None = None
    under_relevant = True
    kept = []
    for node in nodes:
        if node.parent is not parent or parent is None:
            parent = node.parent
            under_relevant = parent is None or is_relevant(parent)
        if under_relevant and node.relevant:
            kept.append(node)
    return kept


def each_text(code: Code) -> Callable[[Frame], Iterable[str]]:
    """Return a closure that gives the text of each node, or of the one value."""
    run: Callable[[Frame], Any] = code.run
    if code.kind not in {"nodes", "any"}:
        texts = code.texts()
        return lambda frame: (texts(frame),)

    def each(frame: Frame) -> Iterable[str]:
        value = run(frame)
        if not isinstance(value, list):
            return (text_of(value, frame.scope),)
        budget = frame.scope.budget
        budget.spend(len(value))
        return [read(node, budget) for node in value]

    return each
