"""The operators that join operands: `or`, `and`, `+`, `-`, `*`, `div`, `mod` and `|`."""

import math
import operator
from collections.abc import Callable, Sequence

from dialogs.xpath.closures import Booleans, Frame, NodeLists, Numbers
from dialogs.xpath.tree import Node, in_document_order
from dialogs.xpath.values import NAN


def logic(sign: str, operands: Sequence[Booleans]) -> Booleans:
    """Return a closure for `or` or `and`, which asks no further than it must."""
    if len(operands) == 2:
        left, right = operands
        if sign == "or":
            return lambda frame: left(frame) or right(frame)
        return lambda frame: left(frame) and right(frame)
    decide = any if sign == "or" else all
    return lambda frame: decide(operand(frame) for operand in operands)


def divided(left: float, right: float) -> float:
    """Divide as IEEE 754: by zero is an infinity, and zero by zero is NaN."""
    if right:
        return left / right
    if math.isnan(left) or not left:
        return NAN
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def remainder(left: float, right: float) -> float:
    """Return what is left of a division that cuts towards zero; it has the sign of `left` (XPath 1.0, 3.5)."""
    return math.fmod(left, right) if right and math.isfinite(left) else NAN


OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "div": divided,
    "mod": remainder,
}


def arithmetic(signs: Sequence[str], operands: Sequence[Numbers]) -> Numbers:
    """Return a closure that reckons from left to right."""
    first = operands[0]
    rest = [(OPERATORS[sign], operand) for sign, operand in zip(signs, operands[1:], strict=True)]
    if len(rest) == 1:
        ((work, second),) = rest
        return lambda frame: work(first(frame), second(frame))

    def reckon(frame: Frame) -> float:
        number = first(frame)
        for work, operand in rest:
            number = work(number, operand(frame))
        return number

    return reckon


def union(operands: Sequence[NodeLists]) -> NodeLists:
    """Return a closure that gives the nodes of all operands, once each, in document order."""

    def nodes(frame: Frame) -> list[Node]:
        found = [node for operand in operands for node in operand(frame)]
        return in_document_order(found, frame.scope.budget.spend)

    return nodes
