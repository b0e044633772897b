"""What a form asks of us that ODK Collect or ODK Web Forms would do otherwise: advice for who uses it there too.

Each was seen in the engines themselves (docs/expressions.md, “Where ODK's engines differ”). Only what can be written in
another way is told: where an answer that is missing is counted otherwise, no author can help it.
"""

from collections.abc import Iterator
from datetime import date
from re import compile as pattern

from dialogs.check import expressions, in_order
from dialogs.form import Form, Issue
from dialogs.told import Told, told
from dialogs.xpath import Expression
from dialogs.xpath.parsing import Call, Chain, Literal, Negation, Path, Step, Term, parse

COLLECT, WEB_FORMS = "ODK Collect", "ODK Web Forms"
UNKNOWN = {
    COLLECT: {
        "ceiling": "round",
        "floor": "int",
        "id": "",
        "lang": "",
        "last": "count",
        "local-name": "",
        "name": "",
        "namespace-uri": "",
        "substring": "substr",
    },
    WEB_FORMS: {"enclosed-area": "area", "is-selected": "selected", "property": "", "version": ""},
}
"""Functions that are not known there, and what does the same or nearly so."""
_CONDITIONS = frozenset(
    {
        "true",
        "false",
        "boolean",
        "boolean-from-string",
        "not",
        "selected",
        "is-selected",
        "contains",
        "starts-with",
        "ends-with",
        "regex",
        "checklist",
        "weighted-checklist",
        "geofence",
    }
)
"""Functions that say true or false."""
_COMPARING = frozenset({"<", "<=", ">", ">="})
_DECIDING = _COMPARING | {"=", "!=", "and", "or"}
_CLOCK = frozenset({"date", "date-time", "today", "now"})
_DATE = pattern(r"\d{4}-\d{2}-\d{2}")
_CORRECT = told("Correct the expression.")


def portable(form: Form) -> list[Issue]:
    """Advice on what other tools do not know or do otherwise, in the order of the rows; none of it stops a form."""
    found: dict[Issue, None] = {}
    for place, expression in expressions(form):
        for cause, remedy in _otherwise(expression, kept=place.column == "calculation"):
            found.setdefault(place.issue(cause, remedy, advice=True))
    return in_order(found)


def _otherwise(expression: Expression, *, kept: bool) -> Iterator[tuple[Told, Told]]:
    top = parse(expression.text)
    if kept and _decides(top):
        words = " ".join(expression.text.split())
        yield _differs(words, WEB_FORMS), _like(f"if({words}, 1, 0)")
    for term in _terms(top):
        match term:
            case Call(name=name, arguments=arguments):
                yield from _unknown(name, arguments)
                yield from _called(name, arguments)
            case Chain(first=first, rest=rest) if {operator for operator, _ in rest} & _COMPARING:
                for each in (first, *(operand for _, operand in rest)):
                    if isinstance(each, Literal) and _DATE.fullmatch(each.value):
                        yield _differs(f"'{each.value}'", COLLECT), _like(f"date('{each.value}')")
            case Step(axis=axis) if axis not in {"child", "self", "parent"}:
                written = "//" if axis == "descendant-or-self" else f"{axis}::"
                yield told("{tool} does not know {function}.", tool=COLLECT, function=written), _CORRECT


def _unknown(name: str, arguments: tuple[Term, ...]) -> Iterator[tuple[Told, Told]]:
    for tool, instead in UNKNOWN.items():
        if name in instead:
            remedy = told("Use {function}.", function=f"{instead[name]}()") if instead[name] else _CORRECT
            yield told("{tool} does not know {function}.", tool=tool, function=f"{name}()"), remedy
    if name in {"string", "number"} and not arguments:
        cause = told("{tool} does not know {function}.", tool=COLLECT, function=f"{name}()")
        yield cause, told("Use {function}.", function=f"{name}(.)")


def _called(name: str, arguments: tuple[Term, ...]) -> Iterator[tuple[Told, Told]]:
    match name, arguments:
        case "regex", (_, Literal(value=value)) if not (value.startswith("^") and value.endswith("$")):
            yield _differs(f"'{value}'", WEB_FORMS), _like(f"'^({value})$'")
        case "number", (Call(name=inner, arguments=given),) if inner in _CLOCK:
            called = f"{inner}(…)" if given else f"{inner}()"
            yield _differs(f"number({called})", WEB_FORMS), _like(f"decimal-date-time({called})")
        case "date", (Literal(value=value),) if _DATE.fullmatch(value) and not _is_date(value):
            yield told("“{words}” is no date.", words=value), _CORRECT


def _differs(words: str, tool: str) -> Told:
    return told("“{expression}” comes to something else in {tool}.", expression=words, tool=tool)


def _like(example: str) -> Told:
    return told("Write it like this: {example}", example=example)


def _decides(term: Term) -> bool:
    """Whether it comes to true or false: Collect and we keep that as 1 and 0, Web Forms as words."""
    match term:
        case Chain(rest=rest):
            return bool({operator for operator, _ in rest} & _DECIDING)
        case Call(name=name):
            return name in _CONDITIONS
    return False


def _is_date(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True


def _terms(term: Term) -> Iterator[Term | Step]:
    """The parts of an expression, outermost first."""
    yield term
    match term:
        case Chain(first=first, rest=rest):
            inner = [first, *(operand for _, operand in rest)]
        case Negation(operand=operand):
            inner = [operand]
        case Call(arguments=arguments):
            inner = list(arguments)
        case Path(start=start, predicates=predicates, steps=steps):
            yield from steps
            begun = [start] if isinstance(start, Literal | Chain | Negation | Call | Path) else []
            inner = [*begun, *predicates, *(each for step in steps for each in step.predicates)]
        case _:
            inner = []
    for each in inner:
        yield from _terms(each)
