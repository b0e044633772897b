"""Functions that decide: true, not, if, coalesce, once, checklists."""

from collections.abc import Callable, Sequence
from typing import Any

from dialogs.xpath.closures import Code, Frame, each_text, number_from
from dialogs.xpath.functions.registry import Function, pure


def _choose(arguments: Sequence[Code]) -> Code:
    """if(condition, then, else): only the branch that is taken is evaluated."""
    holds = arguments[0].booleans()
    then, other = arguments[1], arguments[2]
    yes: Callable[[Frame], Any] = then.run
    no: Callable[[Frame], Any] = other.run
    kind = then.kind if then.kind == other.kind else "any"
    return Code(kind, lambda frame: yes(frame) if holds(frame) else no(frame), True)


def _coalesce(arguments: Sequence[Code]) -> Code:
    texts = [argument.texts() for argument in arguments]

    def first_written(frame: Frame) -> str:
        return next((text for text in (each(frame) for each in texts) if text), "")

    return Code("string", first_written, True)


def _once(arguments: Sequence[Code]) -> Code:
    """once(x): the context node's own value if it has one, relevant or not; else x."""
    text = arguments[0].texts()
    return Code("string", lambda frame: frame.node.text or text(frame))


def _within(least: float, most: float, number: float) -> bool:
    return (least < 0 or number >= least) and (most < 0 or number <= most)


def _checklist(arguments: Sequence[Code]) -> Code:
    """checklist(least, most, item, …): whether enough, and not too many, items hold; -1 is no limit."""
    least, most = arguments[0].numbers(), arguments[1].numbers()
    items = [_truths(argument) for argument in arguments[2:]]

    def checked(frame: Frame) -> bool:
        number = sum(sum(truths(frame)) for truths in items)
        return _within(least(frame), most(frame), number)

    return Code("boolean", checked, True)


def _weighted_checklist(arguments: Sequence[Code]) -> Code:
    """weighted-checklist(least, most, item, weight, …): the same with the weights of what holds added up."""
    least, most = arguments[0].numbers(), arguments[1].numbers()
    pairs = [
        (_truths(item), _weights(weight))
        for item, weight in zip(arguments[2::2], arguments[3::2], strict=False)
    ]

    def checked(frame: Frame) -> bool:
        total = sum(
            weight
            for truths, weights in pairs
            for truth, weight in zip(truths(frame), weights(frame), strict=False)
            if truth
        )
        return _within(least(frame), most(frame), total)

    return Code("boolean", checked, True)


def _truths(argument: Code) -> Callable[[Frame], list[bool]]:
    """Return a closure for what holds: a value once, nodes each by its text."""
    if argument.kind != "nodes":
        holds = argument.booleans()
        return lambda frame: [holds(frame)]
    texts = each_text(argument)
    return lambda frame: [bool(text) for text in texts(frame)]


def _weights(argument: Code) -> Callable[[Frame], list[float]]:
    if argument.kind != "nodes":
        number = argument.numbers()
        return lambda frame: [number(frame)]
    texts = each_text(argument)
    return lambda frame: [number_from(text, frame.scope) for text in texts(frame)]


FUNCTIONS = {
    "true": pure("boolean", lambda: True, ""),
    "false": pure("boolean", lambda: False, ""),
    "boolean": pure("boolean", lambda value: value, "B"),
    "not": pure("boolean", lambda value: not value, "B"),
    "boolean-from-string": pure("boolean", lambda text: text.lower() in {"1", "true"}, "S"),
    "if": Function(3, 3, _choose),
    "coalesce": Function(1, None, _coalesce),
    "once": Function(1, 1, _once),
    "checklist": Function(3, None, _checklist),
    "weighted-checklist": Function(4, None, _weighted_checklist),
}
