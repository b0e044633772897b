"""The comparisons `=`, `!=`, `<`, `<=`, `>` and `>=` (XPath 1.0, 3.4), and dates among them."""

import math
import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from dialogs.xpath.closures import DATE, Booleans, Budget, Code, Frame, Scope, number_from, read, text_of
from dialogs.xpath.tree import Node
from dialogs.xpath.values import NAN, Value, as_boolean, begins_as_date, read_number

Compare = Callable[[Any, Any], bool]
COMPARES: dict[str, Compare] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def comparison(signs: Sequence[str], operands: Sequence[Code]) -> Booleans:
    """Return a closure that compares from left to right: `a = b`, and also `a < b < c`."""
    if len(operands) == 2:
        return _pair(signs[0], *operands)
    runs = [_operand(operand) for operand in operands]
    compares = [COMPARES[sign] for sign in signs]

    def chained(frame: Frame) -> bool:
        value: Value = runs[0](frame)
        for compare, run in zip(compares, runs[1:], strict=True):
            apply = equal if compare in (operator.eq, operator.ne) else ordered
            value = apply(compare, value, run(frame), frame.scope)
        return as_boolean(value)

    return chained


def _pair(sign: str, left: Code, right: Code) -> Booleans:
    compare = COMPARES[sign]
    of_left, of_right = _operand(left), _operand(right)
    kinds = {left.kind, right.kind}
    if kinds == {"number"}:
        return lambda frame: compare(of_left(frame), of_right(frame))
    if compare not in (operator.eq, operator.ne):
        return lambda frame: ordered(compare, of_left(frame), of_right(frame), frame.scope)
    if kinds == {"string"}:
        return lambda frame: compare(of_left(frame), of_right(frame))
    if (left.kind, right.kind) == ("nodes", "string"):
        return lambda frame: _nodes_against_text(compare, of_left(frame), of_right(frame), frame)
    if (left.kind, right.kind) == ("string", "nodes"):
        return lambda frame: _nodes_against_text(compare, of_right(frame), of_left(frame), frame)
    return lambda frame: equal(compare, of_left(frame), of_right(frame), frame.scope)


def _operand(code: Code) -> Callable[[Frame], Any]:
    """Return a closure for one side: nodes of which none is relevant compare as an empty text (as in ODK's engines)."""
    run: Callable[[Frame], Any] = code.run
    hidden = code.hidden
    if hidden is None:
        return run
    return lambda frame: run(frame) or ("" if hidden(frame) else [])


def _nodes_against_text(compare: Compare, nodes: list[Node] | str, text: str, frame: Frame) -> bool:
    if isinstance(nodes, str):
        return compare(nodes, text)
    budget = frame.scope.budget
    if len(nodes) == 1:
        return compare(read(nodes[0], budget), text)
    return any(compare(each, text) for each in _texts(nodes, budget))


def _texts(nodes: list[Node], budget: Budget) -> Iterator[str]:
    """Yield the text of each node; many cost a step each, however often they are read."""
    if len(nodes) > 1:
        budget.spend(len(nodes))
    return (read(node, budget) for node in nodes)


def equal(compare: Compare, left: Value, right: Value, scope: Scope) -> bool:
    """Compare any two values by `=` or `!=`: as booleans, else numbers, else texts; nodes each by itself."""
    if isinstance(left, bool) or isinstance(right, bool):
        return compare(as_boolean(left), as_boolean(right))
    if isinstance(left, list) and isinstance(right, list):
        lefts = set(_texts(left, scope.budget))
        rights = set(_texts(right, scope.budget))
        if compare is operator.eq:
            return not lefts.isdisjoint(rights)
        return bool(lefts and rights) and len(lefts | rights) > 1
    if isinstance(left, list):
        texts = _texts(left, scope.budget)
        return any(equal(compare, text, right, scope) for text in texts)
    if isinstance(right, list):
        texts = _texts(right, scope.budget)
        return any(equal(compare, left, text, scope) for text in texts)
    if isinstance(left, float) or isinstance(right, float):
        return compare(number_from(left, scope), number_from(right, scope))
    return compare(left, right)


def ordered(compare: Compare, left: Value, right: Value, scope: Scope) -> bool:
    """Compare any two values by their numbers; two that are texts or nodes may both be dates.

    Of many nodes it is enough that one compares so: the extreme ones decide.
    """
    both_written = isinstance(left, str | list) and isinstance(right, str | list)
    number = _exact if both_written else number_from
    if (isinstance(left, list) and len(left) != 1) or (isinstance(right, list) and len(right) != 1):
        lefts, rights = _numbers(number, left, scope), _numbers(number, right, scope)
        if not lefts or not rights:
            return False
        if compare in (operator.lt, operator.le):
            return compare(min(lefts), max(rights))
        return compare(max(lefts), min(rights))
    return compare(number(left, scope), number(right, scope))


def _numbers(number: Callable[[Value, Scope], float], value: Value, scope: Scope) -> list[float]:
    """Return the number of a value or of each node, without NaN."""
    values: list[Value] = [[node] for node in value] if isinstance(value, list) else [value]
    scope.budget.spend(len(values))
    numbers = (number(each, scope) for each in values)
    return [each for each in numbers if not math.isnan(each)]


def _exact(value: Value, scope: Scope) -> float:
    """Return a text's number, or the very moment it names, a date being the midnight that the clocks show."""
    text = text_of(value, scope)
    number = read_number(text)
    if not math.isnan(number) or not begins_as_date(text):
        return number
    scope.budget.spend(DATE)
    calendar = scope.calendar
    moment = calendar.read(text)
    return NAN if moment is None else calendar.instant(moment)
