"""Syntax trees written down as expressions, and a strategy for trees: what is written reads back as the same."""

import math
from decimal import Decimal
from math import inf

from hypothesis import strategies as st

from dialogs.xpath.parsing import (
    AXES,
    NODE_TYPES,
    RANKS,
    Call,
    Chain,
    Here,
    Literal,
    Negation,
    Number,
    Path,
    Root,
    Step,
    Term,
)

MINUS, UNION, ALONE, CLOSED = 7, 8, 9, 10
"""How closely parts bind, beside the ranks of the operators."""


def printed(term: Term) -> str:
    """Write a tree as an expression."""
    match term:
        case Literal(value):
            return f'"{value}"' if "'" in value else f"'{value}'"
        case Number(value):
            return "9" * 400 if value == inf else format(Decimal(repr(value)), "f")
        case Negation(operand, odd):
            return ("-" if odd else "--") + _within(operand, UNION)
        case Chain(first, rest):
            rank = _rank(term)
            return _within(first, rank + 1) + "".join(
                f" {sign} {_within(operand, rank + 1)}" for sign, operand in rest
            )
        case Call(name, arguments):
            return f"{name}({', '.join(map(printed, arguments))})"
        case Path(start, predicates, steps):
            path = "/".join(map(_step, steps))
            match start:
                case Root():
                    return f"/{path}"
                case Here():
                    return path
            return f"{_within(start, CLOSED)}{_kept(predicates)}{'/' if steps else ''}{path}"


def _rank(term: Term) -> int:
    match term:
        case Chain(_, ((sign, _), *_)):
            return RANKS.get(sign, UNION)
        case Negation():
            return MINUS
        case Path(Root(), _, ()):
            return 0  # "/ * 2" would read on as a path
        case Path():
            return ALONE
    return CLOSED


def _within(term: Term, rank: int) -> str:
    return printed(term) if _rank(term) >= rank else f"({printed(term)})"


def _kept(predicates: tuple[Term, ...]) -> str:
    return "".join(f"[{printed(predicate)}]" for predicate in predicates)


def _step(step: Step) -> str:
    return f"{step.axis}::{step.test}{_kept(step.predicates)}"


names = st.sampled_from(
    ["a", "data", "and", "div", "mod", "or", "self", "text", "a-b", "a.b", "é", "orx:meta", "x1", "_"]
)
tests = st.one_of(
    names, st.sampled_from(["*", "orx:*", *sorted(f"{node_type}()" for node_type in NODE_TYPES)])
)
literals = st.text(max_size=6).filter(lambda text: not {"'", '"'} <= set(text)).map(Literal)
numbers = st.floats(0, 1e12).map(lambda value: Number(math.fabs(value)))


def _grown(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    predicates = st.lists(inner, max_size=2).map(tuple)
    steps = st.builds(Step, st.sampled_from(sorted(AXES)), tests, predicates)
    some_steps = st.lists(steps, min_size=1, max_size=3).map(tuple)
    chains = st.sampled_from([*sorted({*RANKS.values()}), UNION]).flatmap(
        lambda rank: st.builds(
            Chain,
            inner,
            st.lists(st.tuples(st.sampled_from(_signs(rank)), inner), min_size=1, max_size=3).map(tuple),
        )
    )
    return st.one_of(
        chains,
        st.builds(Negation, inner, st.booleans()),
        st.builds(
            Call, names.filter(lambda name: name not in NODE_TYPES), st.lists(inner, max_size=3).map(tuple)
        ),
        st.builds(Path, st.builds(Root), st.just(()), st.lists(steps, max_size=3).map(tuple)),
        st.builds(Path, st.builds(Here), st.just(()), some_steps),
        st.builds(Path, inner, predicates, some_steps),
        st.builds(Path, inner, st.lists(inner, min_size=1, max_size=2).map(tuple), st.just(())),
    )


def _signs(rank: int) -> list[str]:
    return [sign for sign, other in RANKS.items() if other == rank] or ["|"]


trees: st.SearchStrategy[Term] = st.recursive(st.one_of(literals, numbers), _grown, max_leaves=12)
