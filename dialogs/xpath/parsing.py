"""From an expression's text to its syntax tree: XPath 1.0's grammar by recursive descent, its depth limited."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

from dialogs.told import Told, told

LONGEST = 20_000
"""Characters an expression may have."""

DEEPEST = 60
"""How deep parentheses, arguments and predicates may stand in one another."""


@dataclass(unsafe_hash=True)
class ExpressionError(Exception):
    """An expression that can't be compiled: broken syntax, an unknown function, wrong arguments, too long or deep.

    Not frozen: Python itself writes to an exception on its way up.
    """

    text: str
    position: int
    reason: Told

    def __str__(self) -> str:
        shown = self.text if len(self.text) <= 80 else self.text[:77] + "…"
        return f"{self.reason} (at character {self.position + 1} of {shown!r})"


@dataclass(frozen=True, slots=True)
class Literal:
    """A quoted string."""

    value: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written in an expression."""

    value: float


@dataclass(frozen=True, slots=True)
class Chain:
    """Operands joined by operators of one rank, to be taken from left to right: `a - b + c`."""

    first: "Term"
    rest: "tuple[tuple[str, Term], ...]"


@dataclass(frozen=True, slots=True)
class Negation:
    """One or more minus signs before an operand."""

    operand: "Term"
    odd: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments."""

    name: str
    arguments: "tuple[Term, ...]"
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path. `test` is a name, "*", "prefix:*", or a node type with its parentheses: "node()"."""

    axis: str
    test: str
    predicates: "tuple[Term, ...]" = ()


@dataclass(frozen=True, slots=True)
class Root:
    """Where an absolute path starts: above the root element."""


@dataclass(frozen=True, slots=True)
class Here:
    """Where a relative path starts: at the context node."""


@dataclass(frozen=True, slots=True)
class Path:
    """Steps from a start; `predicates` filter the start itself, before any step: `(//a)[1]/b`."""

    start: "Root | Here | Term"
    predicates: "tuple[Term, ...]"
    steps: tuple[Step, ...]


Term = Literal | Number | Chain | Negation | Call | Path

AXES = frozenset(
    {
        "ancestor",
        "ancestor-or-self",
        "attribute",
        "child",
        "descendant",
        "descendant-or-self",
        "following",
        "following-sibling",
        "namespace",
        "parent",
        "preceding",
        "preceding-sibling",
        "self",
    }
)
NODE_TYPES = frozenset({"comment", "node", "processing-instruction", "text"})
RANKS = {
    "or": 1,
    "and": 2,
    "=": 3,
    "!=": 3,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "div": 6,
    "mod": 6,
}
"""Binary operators, the loosest first; the minus sign and then `|` bind closer than all of them."""

EVERYWHERE = Step("descendant-or-self", "node()")
"""What `//` stands for."""

_NAME = r"[^\W\d][\w.\-·]*"
_TOKEN = re.compile(
    rf"""[ \t\r\n]*(?:
      (?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    | (?P<literal>"[^"]*"|'[^']*')
    | (?P<name>{_NAME}(?::(?!:)(?:{_NAME}|\*))?)
    | (?P<sign>::|//|\.\.|!=|<=|>=|[()\[\].@,/|+\-=<>*])
    | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
_WORD = re.compile(r"[ \t\r\n]*(and|or|div|mod)(?![^\W\d])")
_BEFORE_OPERAND = frozenset(
    {"@", "::", "(", "[", ",", "/", "//", "|", "+", "-", "=", "!=", "<", "<=", ">", ">="}
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an expression; `kind` is "number", "literal", "name", "sign", "operator" or "end"."""

    kind: str
    text: str
    position: int


def parse(text: str) -> Term:
    """Return the syntax tree of `text`; raise ExpressionError where it is not XPath 1.0."""
    if len(text) > LONGEST:
        reason = told("an expression may have {most} characters at most", most=LONGEST)
        raise ExpressionError(text, LONGEST, reason)
    return _Parser(text).whole()


def _tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of `text`. A name or `*` after an operand is an operator (XPath 1.0, 3.7)."""
    position = 0
    after_operand = False
    while True:
        if after_operand and (word := _WORD.match(text, position)):
            yield Token("operator", word[1], word.start(1))
            position, after_operand = word.end(), False
            continue
        match = _TOKEN.match(text, position)
        if match is None:
            at = len(text) - len(text[position:].lstrip(" \t\r\n"))
            found = text[at]
            reason = told("{found} has no meaning here", found=repr(found))
            if found in "\"'":
                reason = told("a quotation mark is not closed")
            raise ExpressionError(text, at, reason)
        kind = match.lastgroup or ""
        value = match[kind]
        yield Token("operator" if after_operand and value == "*" else kind, value, match.start(kind))
        if kind == "end":
            return
        position = match.end()
        after_operand = value not in _BEFORE_OPERAND and not (after_operand and value == "*")


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.depth = 0
        self.tokens = list(_tokens(text))
        self.index = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.index]

    def whole(self) -> Term:
        if self.next.kind == "end":
            self.fail(told("the expression is empty"))
        term = self.expression()
        if self.next.kind != "end":
            self.fail(told("unexpected {found}", found=repr(self.next.text)))
        return term

    def fail(self, reason: Told, at: Token | None = None) -> NoReturn:
        raise ExpressionError(self.text, (at or self.next).position, reason)

    def take(self) -> Token:
        token = self.tokens[self.index]
        self.index += 1
        return token

    def sees(self, *signs: str) -> bool:
        return self.tokens[self.index].text in signs

    def accepts(self, sign: str) -> bool:
        if self.tokens[self.index].text != sign:
            return False
        self.index += 1
        return True

    def expects(self, sign: str) -> None:
        if not self.accepts(sign):
            self.fail(told("expected {wanted}, found {found}", wanted=repr(sign), found=self.found()))

    def found(self) -> str:
        return told("the end") if self.next.kind == "end" else repr(self.next.text)

    def expression(self) -> Term:
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(told("nested more than {most} deep", most=DEEPEST))
        term = self.joined(1)
        self.depth -= 1
        return term

    def rank(self) -> int:
        token = self.tokens[self.index]
        return RANKS.get(token.text, 0) if token.kind in {"sign", "operator"} else 0

    def joined(self, loosest: int) -> Term:
        """Read operands joined by operators that bind at least as closely as the rank `loosest`."""
        term = self.negation()
        while (rank := self.rank()) >= loosest:
            rest = []
            while self.rank() == rank:
                operator = self.take().text
                rest.append((operator, self.joined(rank + 1)))
            term = Chain(term, tuple(rest))
        return term

    def negation(self) -> Term:
        signs = 0
        while self.accepts("-"):
            signs += 1
        first = self.path()
        rest = []
        while self.accepts("|"):
            rest.append(("|", self.path()))
        term = Chain(first, tuple(rest)) if rest else first
        return Negation(term, signs % 2 == 1) if signs else term

    def path(self) -> Term:
        token = self.next
        if self.accepts("/"):
            return Path(Root(), (), self.steps() if self.starts_step() else ())
        if self.accepts("//"):
            return Path(Root(), (), (EVERYWHERE, *self.steps()))
        if self.starts_step():
            return Path(Here(), (), self.steps())
        start = self.primary(token)
        predicates = self.predicates()
        steps: tuple[Step, ...] = ()
        if self.accepts("/"):
            steps = self.steps()
        elif self.accepts("//"):
            steps = (EVERYWHERE, *self.steps())
        return Path(start, predicates, steps) if predicates or steps else start

    def primary(self, token: Token) -> Term:
        match token.kind:
            case "literal":
                return Literal(self.take().text[1:-1])
            case "number":
                return Number(float(self.take().text))
            case "name":
                return self.call()
        if self.accepts("("):
            term = self.expression()
            self.expects(")")
            return term
        return self.fail(told("expected a value, found {found}", found=self.found()))

    def call(self) -> Call:
        name = self.take()
        self.expects("(")
        arguments = []
        if not self.sees(")"):
            arguments.append(self.expression())
            while self.accepts(","):
                arguments.append(self.expression())
        self.expects(")")
        return Call(name.text, tuple(arguments), name.position)

    def starts_step(self) -> bool:
        """Say whether a step comes: a name that is not a function's, `*`, `@`, `.` or `..`."""
        token = self.next
        if token.kind == "name":
            after = self.tokens[self.index + 1]
            return after.text != "(" or after.kind != "sign" or token.text in NODE_TYPES
        return token.kind == "sign" and token.text in {"*", "@", ".", ".."}

    def steps(self) -> tuple[Step, ...]:
        steps = [self.step()]
        while self.sees("/", "//"):
            if self.take().text == "//":
                steps.append(EVERYWHERE)
            steps.append(self.step())
        return tuple(steps)

    def step(self) -> Step:
        if self.accepts("."):
            return Step("self", "node()", self.predicates())
        if self.accepts(".."):
            return Step("parent", "node()", self.predicates())
        axis = "child"
        if self.accepts("@"):
            axis = "attribute"
        elif self.next.kind == "name" and self.tokens[self.index + 1].text == "::":
            name = self.take()
            if name.text not in AXES:
                self.fail(told("there is no axis {name}", name=repr(name.text)), name)
            axis = name.text
            self.expects("::")
        test, called = self.node_test()
        return Step(axis, test, (*called, *self.predicates()))

    def node_test(self) -> "tuple[str, tuple[Term, ...]]":
        """Read a node test; that an instruction is called so is asked by a predicate: `[name() = 'x']`."""
        token = self.take() if self.next.kind == "name" or self.sees("*") else None
        if token is None:
            self.fail(told("expected the name of a step, found {found}", found=self.found()))
        if token.kind == "name" and token.text in NODE_TYPES and self.accepts("("):
            called: tuple[Term, ...] = ()
            if token.text == "processing-instruction" and self.next.kind == "literal":
                target = Literal(self.next.text[1:-1])
                called = (Chain(Call("name", (), self.take().position), (("=", target),)),)
            self.expects(")")
            return f"{token.text}()", called
        return token.text, ()

    def predicates(self) -> "tuple[Term, ...]":
        found = []
        while self.accepts("["):
            found.append(self.expression())
            self.expects("]")
        return tuple(found)
