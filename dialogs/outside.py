"""Expressions that read one answer of a repeat from outside of it, where there is no telling which entry is meant."""

from collections.abc import Iterator

from dialogs.form import Form, Ref
from dialogs.graph import above, repeats
from dialogs.xpath import Expression
from dialogs.xpath.dependencies import depends_on
from dialogs.xpath.parsing import Call, Chain, Here, Negation, Path, Root, Term, parse

_OF_ALL = frozenset(
    {
        "area", "boolean", "concat", "count", "count-non-empty", "distance", "geofence", "indexed-repeat", "join",
        "max", "min", "not", "once", "position", "randomize", "sum",
    }
)  # fmt: skip
"""Functions that take a path as all the nodes it leads to."""


def read_from_outside(form: Form, expression: Expression, at: Ref) -> tuple[Ref, ...]:
    """The repeats of which an expression, worked out at `at`, reads one answer without saying of which entry.

    A path of its own (a choice filter's, a whole expression of nodes) stands for all of its nodes.
    """
    outer = [each.ref for each in repeats(form.body)]
    if not outer:
        return ()
    around = set(above(at))
    term = parse(expression.text)
    found: dict[Ref, None] = {}
    for path in _single(term):
        for read in depends_on(path, at):
            within = [ref for ref in outer if read.startswith(f"{ref}/") and ref not in around]
            found.update(dict.fromkeys(within[:1]))
    return tuple(found)


def _single(term: Term) -> Iterator[Path]:
    """The paths without predicates whose one value is wanted."""
    match term:
        case Path(start=Root() | Here()) if not any(step.predicates for step in term.steps):
            yield term
        case Negation(operand):
            yield from _single(operand)
        case Chain(first, rest):
            for part in (first, *(part for _, part in rest)):
                yield from _single(part)
        case Call(name, arguments) if name not in _OF_ALL:
            for argument in arguments:
                yield from _single(argument)
