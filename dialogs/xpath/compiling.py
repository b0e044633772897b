"""From a syntax tree to closures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import count
from typing import Any

from dialogs.told import told
from dialogs.xpath import paths
from dialogs.xpath.arithmetic import arithmetic, logic, union
from dialogs.xpath.closures import (
    Code,
    Frame,
    NodeLists,
    Refused,
    Scope,
    number_from,
    relevant_of,
    text_of,
)
from dialogs.xpath.comparing import comparison
from dialogs.xpath.dependencies import depends_on
from dialogs.xpath.functions import FUNCTIONS
from dialogs.xpath.parsing import (
    Call,
    Chain,
    ExpressionError,
    Here,
    Literal,
    Negation,
    Number,
    Path,
    Root,
    Term,
    parse,
)
from dialogs.xpath.tree import Document, Node
from dialogs.xpath.values import Value, as_boolean

TALLEST = 180
"""How many parts of an expression may be made of one another; bounds the closures that call each other."""

_SHORT = 500
"""Characters of an expression that is remembered, so that what is remembered stays within some 100 MB."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression. Evaluating it raises BudgetExceeded, and nothing else.

    `calls`: each function it calls with its number of arguments, as written. `volatile`: it reads the clock or
    chance, so it may come to something else although no answer changed.
    """

    text: str
    calls: tuple[tuple[str, int], ...]
    volatile: bool
    _term: Term
    _code: Code

    def evaluate(self, scope: Scope) -> Value:
        """Return the value as it comes; dates are ISO strings."""
        scope.budget.spend(self.size)
        value: Value = self._code.run(Frame(scope, scope.node))
        return value

    @property
    def size(self) -> int:
        """How much there is of it, in parts; a regular expression counts as many as it needs."""
        return self._code.size

    def string(self, scope: Scope) -> str:
        """Return the value as a text; NaN is ""."""
        return text_of(self.evaluate(scope), scope)

    def number(self, scope: Scope) -> float:
        """Return the value as a number; a date is its days since 1970-01-01."""
        return number_from(self.evaluate(scope), scope)

    def boolean(self, scope: Scope) -> bool:
        """Return the value as true or false."""
        return as_boolean(self.evaluate(scope))

    def nodes(self, scope: Scope) -> list[Node]:
        """Return the nodes it names; none where it comes to another kind of value."""
        value = self.evaluate(scope)
        return value if isinstance(value, list) else []

    def dependencies(self, at: str) -> frozenset[str]:
        """Return the paths, without indexes, that the value can depend on when it is evaluated at `at`.

        Relative steps are resolved, those in predicates too. "*" stands for any name, "**" for any number of
        steps; below instance('x') a path begins with "instance(x)". A path that names a group stands for all
        that is in it.
        """
        return depends_on(self._term, at)


def compile_expression(text: str) -> Expression:
    """Compile `text`; raise ExpressionError where it is not an expression or calls what there is not.

    Short ones are remembered: forms say the same in many places.
    """
    return _remembered(text) if len(text) <= _SHORT else _compiled(text)


def _compiled(text: str) -> Expression:
    term = parse(text)
    compiler = _Compiler(text)
    code = compiler.code(term)
    return Expression(text, tuple(compiler.calls), compiler.volatile, term, code)


_remembered = lru_cache(maxsize=512)(_compiled)


class _Compiler:
    def __init__(self, text: str) -> None:
        self.text = text
        self.calls: list[tuple[str, int]] = []
        self.volatile = False
        self.height = 0
        self.predicates = 0
        self.near = True
        self.places = count()

    def code(self, term: Term) -> Code:
        self.height += 1
        if self.height > TALLEST:
            reason = told("more than {most} parts stand in one another", most=TALLEST)
            raise ExpressionError(self.text, 0, reason)
        match term:
            case Literal(value):
                code = Code("string", lambda _: value, True, size=1 + len(value) // 16, constant=value)
            case Number(number):
                code = Code("number", lambda _: number, True, constant=number)
            case Negation():
                code = self.negation(term)
            case Chain():
                code = self.chain(term)
            case Call():
                code = self.call(term)
            case Path():
                code = self.path(term)
        self.height -= 1
        return code

    def operands(self, *terms: Term) -> list[Code]:
        """Compile `terms`; inside a predicate, what is fixed among them is worked out only once."""
        codes = [self.code(term) for term in terms]
        if self.predicates and not all(code.fixed for code in codes):
            codes = [self.remembered(code) for code in codes]
        return codes

    def remembered(self, code: Code) -> Code:
        if not code.fixed or code.constant is not None:
            return code
        run, place = code.run, next(self.places)

        def recall(frame: Frame) -> Any:
            memory = frame.memory
            if place not in memory:
                memory[place] = run(frame)
            return memory[place]

        def recall_text(frame: Frame) -> str:
            return frame.scope.budget.made(recall(frame))

        return replace(code, run=recall_text if code.kind == "string" else recall, size=1)

    def negation(self, term: Negation) -> Code:
        parts = self.operands(term.operand)
        number = parts[0].numbers()
        run: Callable[[Frame], float] = (lambda frame: -number(frame)) if term.odd else number
        constant = parts[0].constant
        if isinstance(constant, float):
            return Code("number", run, True, constant=-constant if term.odd else constant)
        return summed(Code("number", run, True), parts)

    def chain(self, term: Chain) -> Code:
        signs = [sign for sign, _ in term.rest]
        parts = self.operands(term.first, *(operand for _, operand in term.rest))
        match signs[0]:
            case "or" | "and":
                made = Code("boolean", logic(signs[0], [part.booleans() for part in parts]), True)
            case "|":
                made = Code("nodes", union([self.nodes(part) for part in parts]), True)
            case "+" | "-" | "*" | "div" | "mod":
                made = Code("number", arithmetic(signs, [part.numbers() for part in parts]), True)
            case _:
                made = Code("boolean", comparison(signs, parts), True)
        return summed(made, parts)

    def nodes(self, code: Code, at: int = 0) -> NodeLists:
        try:
            return code.nodes()
        except Refused as refusal:
            raise ExpressionError(self.text, at, refusal.reason) from None

    def call(self, term: Call) -> Code:
        function = FUNCTIONS.get(term.name)
        number = len(term.arguments)
        name = f"{term.name}()"
        if function is None:
            reason = told("there is no function {function}", function=name)
            raise ExpressionError(self.text, term.position, reason)
        if wanted := function.miscounted(number):
            reason = told(
                "{function} takes {wanted} arguments, not {number}",
                function=name,
                wanted=wanted,
                number=number,
            )
            raise ExpressionError(self.text, term.position, reason)
        self.calls.append((term.name, number))
        # indexed-repeat() names an instance itself: its paths mean every instance.
        before, self.near = self.near, self.near and term.name != "indexed-repeat"
        parts = self.operands(*term.arguments)
        self.near = before
        try:
            made = function.build(parts)
        except Refused as refusal:
            reason = told("{function}: {reason}", function=name, reason=refusal.reason)
            raise ExpressionError(self.text, term.position, reason) from None
        made = summed(made, parts)
        self.volatile = self.volatile or made.chancy or function.clock
        return made

    def path(self, term: Path) -> Code:
        route = paths.plain(term.steps)
        if route and not term.predicates and (short := self.short_path(term.start, *route)):
            return short
        fixed = True
        steps = term.steps
        parts: list[Code] = []
        start: NodeLists
        match term.start:
            case Root():
                names = paths.named_children(steps)
                steps = steps[len(names) :]
                near = len(names) if self.near else 0
                start = paths.from_root(names, near=near, hidden=True) if names else _document
            case Here():
                start, fixed = _here, False
            case _:
                first = self.code(term.start)
                start, fixed = first.hidden or self.nodes(first), first.fixed
                parts.append(first)
        own = self.filters(term.predicates, parts)
        steps = paths.shortened(steps, counts_positions)
        every = paths.path(start, own, steps, [self.filters(step.predicates, parts) for step in steps])
        made = Code("nodes", lambda frame: relevant_of(every(frame)), size=1 + len(steps), hidden=every)
        return replace(summed(made, parts), fixed=fixed and not any(part.chancy for part in parts))

    def short_path(self, start: Root | Here | Term, up: int, names: tuple[str, ...]) -> Code | None:
        """Compile a path that only leads up and down by names."""
        build: Callable[..., NodeLists]
        match start:
            case Root() if names and not up:
                build, fixed = partial(paths.from_root, names, near=len(names) - 1 if self.near else 0), True
            case Here():
                build, fixed = partial(paths.from_node, lambda frame: frame.node, up, names), False
            case Call("current", ()):
                self.calls.append(("current", 0))
                build, fixed = partial(paths.from_node, lambda frame: frame.scope.node, up, names), True
            case _:
                return None
        return Code("nodes", build(), fixed, size=1 + 2 * up + len(names), hidden=build(hidden=True))

    def filters(self, predicates: tuple[Term, ...], parts: list[Code]) -> tuple[paths.Filter, ...]:
        """Compile predicates, adding them to `parts`."""
        self.predicates += 1
        codes = [self.remembered(self.code(term)) for term in predicates]
        self.predicates -= 1
        parts.extend(codes)
        return tuple(paths.predicate(code) for code in codes)


def _document(frame: Frame) -> list[Node]:
    return [Document(frame.scope.root)]


def _here(frame: Frame) -> list[Node]:
    return [frame.node]


def summed(made: Code, parts: Sequence[Code]) -> Code:
    """Return `made` with what it takes over from its `parts`."""
    chancy = made.chancy or any(part.chancy for part in parts)
    fixed = made.fixed and not chancy and all(part.fixed for part in parts)
    return replace(made, fixed=fixed, chancy=chancy, size=made.size + sum(part.size for part in parts))


def counts_positions(term: Term) -> bool:
    """Say whether a predicate looks at positions, or may be a number and so a position itself."""
    match term:
        case Literal() | Path(predicates=()):
            return False
        case Chain(first, rest):
            if rest[0][0] in _NUMERIC:
                return True
            return _counts(first) or any(_counts(operand) for _, operand in rest)
        case Call(name, arguments):
            return name not in _NEVER_NUMBERS or any(_counts(argument) for argument in arguments)
    return True


def _counts(term: Term) -> bool:
    """Say whether an operand looks at positions; here a number is just a number."""
    match term:
        case Number():
            return False
        case Negation(operand):
            return _counts(operand)
        case Chain(first, rest):
            return _counts(first) or any(_counts(operand) for _, operand in rest)
        case Call(name, arguments):
            return name in {"position", "last"} or any(_counts(argument) for argument in arguments)
    return counts_positions(term)


_NUMERIC = frozenset({"+", "-", "*", "div", "mod"})
_NEVER_NUMBERS = frozenset(
    {"boolean", "contains", "false", "not", "regex", "selected", "starts-with", "true"}
)
