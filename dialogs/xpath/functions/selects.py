"""Functions on choices: what is selected, what it is called, in which order it is shown, what a list says of it."""

import hashlib
import math
from collections.abc import Callable, Sequence

from dialogs.xpath.closures import Code, Frame, Scope, number_from, read, text_of
from dialogs.xpath.functions.nodes import below_root
from dialogs.xpath.functions.registry import Function, literal, pure
from dialogs.xpath.tree import Node
from dialogs.xpath.values import Value

_MODULUS = 2_147_483_647
_MULTIPLIER = 16_807
_LARGEST = 2**63 - 1


def _selected(values: str, value: str) -> bool:
    """selected(): whether a choice is among those of a select; nothing is selected in nothing."""
    wanted = value.strip()
    return wanted in values.split() if wanted else not values.strip()


def _selected_at(values: str, index: float) -> str:
    chosen = values.split()
    return chosen[int(index)] if 0 <= index < len(chosen) else ""


def _text_by_id(arguments: Sequence[Code]) -> Code:
    """jr:itext(id): the form's text of this id in the session's language."""
    text = arguments[0].texts()
    return Code("string", lambda frame: frame.scope.budget.made(frame.scope.texts(text(frame))), True)


def _choice_name(arguments: Sequence[Code]) -> Code:
    """jr:choice-name(value, 'path'): the label of a choice; a relative path is taken from the context node."""
    value, path = arguments[0].texts(), arguments[1].texts()

    def label(frame: Frame) -> str:
        scope = frame.scope
        written_path = path(frame).strip()
        scope.budget.spend(len(written_path) >> 2)
        question = _absolute(written_path, frame.node)
        return scope.budget.made(scope.choice_name(value(frame), question))

    written = literal(arguments[1])
    return Code("string", label, written is not None and written.strip().startswith("/"))


def _absolute(path: str, at: Node) -> str:
    """Resolve a path of names, "." and ".." from `at`, without indexes."""
    if path.startswith("/"):
        return path
    steps: list[str] = []
    node: Node | None = at
    while node is not None:
        steps.insert(0, node.name)
        node = node.parent
    for step in path.removeprefix("current()/").split("/"):
        if step == "..":
            del steps[-1:]
        elif step not in {"", "."}:
            steps.append(step)
    return "/" + "/".join(steps)


def _pulldata(arguments: Sequence[Code]) -> Code:
    """pulldata(instance, column, key column, key): a cell of the first row with that key."""
    name, column, key_column, key = (argument.texts() for argument in arguments)

    def cell(frame: Frame) -> str:
        scope = frame.scope
        wanted, key_name, cell_name = key(frame), key_column(frame), column(frame)
        for row in below_root(scope, name(frame)):
            scope.budget.spend(1 + (len(row.children) >> 3))
            if any(part.name == key_name and part.text == wanted for part in row.children):
                return next((read(part, scope.budget) for part in row.children if part.name == cell_name), "")
        return ""

    return Code("string", cell, True)


def _randomize(arguments: Sequence[Code]) -> Code:
    """randomize(nodes, seed): the same seed gives the same order, here and in ODK's engines."""
    nodes = arguments[0].nodes()
    seed: Callable[[Frame], Value] | None = arguments[1].run if len(arguments) > 1 else None

    def shuffled(frame: Frame) -> list[Node]:
        found = nodes(frame)
        frame.scope.budget.spend(2 * len(found))
        chance = frame.scope.chance if seed is None else park_miller(seed_of(seed(frame), frame.scope))
        mixed: list[Node] = []
        for node in found:
            mixed.append(node)
            other = int(chance() * len(mixed))
            mixed[-1], mixed[other] = mixed[other], node
        return mixed

    return Code("nodes", shuffled, True, seed is None)


def seed_of(value: Value, scope: Scope) -> int:
    """Return a whole number to start chance from: a number's whole part, or eight bytes of a text's SHA-256."""
    number = number_from(value, scope)
    if math.isfinite(number):
        return int(number)
    if math.isinf(number):
        return _LARGEST if number > 0 else -_LARGEST - 1
    text = text_of(value, scope)
    hashed = hashlib.sha256(text.encode(errors="surrogatepass")).digest()
    return int.from_bytes(hashed[:8], "big", signed=True) if text else 0


def park_miller(seed: int) -> Callable[[], float]:
    """Return the generator by which ODK shuffles (XForms specification, randomize): Park and Miller's."""
    state = abs(seed) % _MODULUS * (-1 if seed < 0 else 1)
    if state <= 0:
        state += _MODULUS - 1

    def chance() -> float:
        nonlocal state
        state = state * _MULTIPLIER % _MODULUS
        return (state - 1) / (_MODULUS - 1)

    return chance


FUNCTIONS = {
    "selected": pure("boolean", _selected, "SS"),
    "is-selected": pure("boolean", _selected, "SS"),
    "selected-at": pure("string", _selected_at, "SN"),
    "count-selected": pure("number", lambda values: float(len(values.split())), "S"),
    "jr:itext": Function(1, 1, _text_by_id),
    "jr:choice-name": Function(2, 2, _choice_name),
    "pulldata": Function(4, 4, _pulldata),
    "randomize": Function(1, 2, _randomize),
}
