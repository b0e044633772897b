"""How a function is described: the number of its arguments, and how a call of it becomes Code."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dialogs.xpath.closures import Code, Frame, Kind, relevant_of

Build = Callable[[Sequence[Code]], Code]
"""Makes a call's Code. What the Code says of itself (`fixed`, `chancy`) is without its arguments."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language: takes `least` to `most` arguments (None: any number).

    `clock`: it reads the clock. `counts`: the numbers it takes, where not all between are right.
    """

    least: int
    most: int | None
    build: Build
    clock: bool = False
    counts: tuple[int, ...] = ()

    def miscounted(self, number: int) -> str | None:
        """Return how many arguments are taken ("3", "1–2", "≥ 1", "3, 5"), if `number` is wrong."""
        if self.counts:
            return None if number in self.counts else ", ".join(map(str, self.counts))
        if self.least <= number and (self.most is None or number <= self.most):
            return None
        if self.most is None:
            return f"≥ {self.least}"
        return str(self.least) if self.least == self.most else f"{self.least}–{self.most}"


def pure(kind: Kind, work: Callable[..., Any], takes: str, least: int | None = None) -> Function:
    """Describe a function of its arguments' values alone.

    `takes` has a letter for each argument: "S" for a text, "N" for a number, "B" for true or false.
    """

    def build(arguments: Sequence[Code]) -> Code:
        values = [_converted(argument, letter) for argument, letter in zip(arguments, takes, strict=False)]
        match values:
            case [one]:
                return Code(kind, lambda frame: work(one(frame)), True)
            case [one, two]:
                return Code(kind, lambda frame: work(one(frame), two(frame)), True)
        return Code(kind, lambda frame: work(*[value(frame) for value in values]), True)

    return Function(len(takes) if least is None else least, len(takes), build)


def of_node(kind: Kind, build: Callable[[Code], Code]) -> Function:
    """Describe a function of one argument that reads the context node where it is given none."""

    def made(arguments: Sequence[Code]) -> Code:
        if arguments:
            return build(arguments[0])
        return Code(kind, build(Code("nodes", lambda frame: relevant_of([frame.node]))).run)

    return Function(0, 1, made)


def literal(argument: Code) -> str | None:
    """Return the text an argument is written as, if it is."""
    return argument.constant if isinstance(argument.constant, str) else None


def _converted(argument: Code, letter: str) -> Callable[[Frame], Any]:
    match letter:
        case "S":
            return argument.texts()
        case "N":
            return argument.numbers()
    return argument.booleans()
