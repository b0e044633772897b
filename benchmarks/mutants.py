"""Mutants: a module with one thing said otherwise, and which lines somebody must run to notice."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PAIRS = ((ast.Eq, ast.NotEq), (ast.Lt, ast.LtE), (ast.Gt, ast.GtE), (ast.Is, ast.IsNot), (ast.In, ast.NotIn))
OTHER: dict[type[ast.cmpop], type[ast.cmpop]] = {a: b for pair in PAIRS for a, b in (pair, pair[::-1])}
UNREAD = ("annotation", "returns", "decorator_list")
NO_CODE = ast.Import | ast.ImportFrom | ast.JoinedStr


def others(node: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """The ways in which a node can be said otherwise: what is replaced, and by which words."""

    def but(**fields: object) -> tuple[ast.AST, str]:
        return node, ast.unparse(type(node)(**{name: getattr(node, name) for name in node._fields} | fields))

    match node:
        case ast.Compare(ops=[op]) if type(op) in OTHER:
            yield but(ops=[OTHER[type(op)]()])
        case ast.BoolOp(values=values):
            yield from (but(values=rest) for rest in _without(values))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield node, ast.unparse(operand)
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            yield test, f"not ({ast.unparse(test)})"
        case ast.comprehension(ifs=ifs):
            yield from ((each, "True") for each in ifs)
        case ast.Call(func=func, args=args, keywords=keywords):
            yield from (but(keywords=rest) for rest in _without(keywords))
            if isinstance(func, ast.Attribute) and func.attr in ("where", "and_", "or_"):
                yield from (but(args=rest) for rest in _without(args) if rest)
            if isinstance(func, ast.Attribute) and func.attr in ("where", "order_by", "with_for_update"):
                yield node, ast.unparse(func.value)
        case ast.Tuple(elts=elts, ctx=ast.Load()) | ast.Set(elts=elts):
            yield from (but(elts=rest) for rest in _without(elts) if rest)
        case ast.Dict(keys=keys, values=values):
            for some, rest in zip(_without(keys), _without(values), strict=True):
                yield but(keys=some, values=rest)
        case ast.Constant(value=bool(value)):
            yield node, str(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield node, str(value + 1)
        case ast.FunctionDef(returns=ast.Name(id="bool")):
            first = next(each for each in node.body if not _docstring(each))
            yield from ((first, f"return {says}") for says in (True, False))
        case ast.Expr(value=ast.Call()) | ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield node, "pass"
        case ast.Raise() | ast.Continue() | ast.AugAssign():
            yield node, "pass"


def _without(parts: Sequence[ast.AST | None]) -> list[list[ast.AST | None]]:
    return [[*parts[:gone], *parts[gone + 1 :]] for gone in range(len(parts))]


def _docstring(node: object) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def running(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes that run; types and words for people are left alone."""
    yield tree
    for name, value in ast.iter_fields(tree):
        for child in value if isinstance(value, list) else [value]:
            silent = _docstring(child) or (name == "slice" and isinstance(child, ast.Tuple))
            if (
                isinstance(child, ast.AST)
                and not isinstance(child, NO_CODE)
                and not silent
                and name not in UNREAD
            ):
                yield from running(child)


@dataclass(frozen=True)
class Mutant:
    """A module's source with one thing said otherwise: in which line and words; which marks (see `marked`) whoever uses
    it passes; which `names` are made of it when the module is loaded, for others to take, None where it is part of a
    class, speaks of its class (`super`), or is part of how a function is called.
    """

    source: bytes
    line: int
    says: str
    marks: set[int]
    names: set[str] | None


def mutants(source: bytes) -> list[Mutant]:
    """All mutants of a module that Python can read, each once, line by line."""
    lines, tree = source.splitlines(keepends=True), ast.parse(source)
    seen, found = {ast.dump(tree)}, []
    for node in running(tree):
        for old, new in others(node):
            assert isinstance(old, ast.stmt | ast.expr)
            begin = sum(map(len, lines[: old.lineno - 1])) + old.col_offset
            end = sum(map(len, lines[: (old.end_lineno or 0) - 1])) + (old.end_col_offset or 0)
            words = f"({new})" if isinstance(old, ast.expr) else new
            mutated = source[:begin] + words.encode() + source[end:]
            try:
                said = ast.dump(ast.parse(mutated))
            except SyntaxError:  # a pattern, where no expression may stand
                continue
            if said not in seen:
                seen.add(said)
                says = f"{old.lineno} {_difference(ast.unparse(old), new)}"
                found.append(Mutant(mutated, old.lineno, says, *_used(tree, old)))
    return sorted(found, key=lambda each: each.line)


def _difference(old: str, new: str) -> str:
    """Where two wordings part, with a little around it."""
    parts = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(new))
    shown = slice(max(0, parts - 25), parts + 65)
    return f"`{' '.join(old[shown].split())}` → `{' '.join(new[shown].split())}`"


# -- who would notice -------------------------------------------------------------------------------------------------

MARK = "_ran"
"""The function that is called by a mark, with the line it stands for."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Definition = _Function | ast.ClassDef
_LOADING = (ast.Module, ast.ClassDef)


def marked(source: bytes) -> ast.Module:
    """The module with a mark before each statement of its functions: whichever thread or task runs it tells so."""
    tree = ast.parse(source)
    for node in list(ast.walk(tree)):
        for name, value in ast.iter_fields(node):
            if (
                name in ("body", "orelse", "finalbody")
                and isinstance(value, list)
                and not isinstance(node, _LOADING)
            ):
                setattr(node, name, [line for each in value for line in (_mark(each.lineno), each)])
    return ast.fix_missing_locations(tree)


def _mark(line: int) -> ast.stmt:
    return ast.Expr(ast.Call(ast.Name(MARK, ast.Load()), [ast.Constant(line)], []))


def _used(tree: ast.Module, part: ast.AST) -> tuple[set[int], set[str] | None]:
    """The marks and names of a mutant of this part: the mark of its own statement; or, where that runs when the module
    is loaded, what is made of it, and the marks of all functions that read this.
    """
    functions = {
        each: set(range(each.body[0].lineno, (each.end_lineno or 0) + 1))
        for each in ast.walk(tree)
        if isinstance(each, _Function)
    }
    around = [each for each in ast.walk(tree) if isinstance(each, ast.stmt) and _within(part, each)]
    inner = max(around, key=lambda each: each.lineno)
    line = inner.lineno
    if any(line in lines for lines in functions.values()):
        return {line}, None if "super" in _names(inner, ast.Load) else set()
    if isinstance(around[0], _Definition):
        return set(), None
    made = _names(around[0], ast.Store)
    for each in tree.body:
        if not isinstance(each, _Definition) and made & _names(each, ast.Load):
            made |= _names(each, ast.Store)
    return {
        line for each, lines in functions.items() if made & _names(each, ast.Load) for line in lines
    }, made


def _within(part: ast.AST, around: ast.AST) -> bool:
    return any(each is part for each in ast.walk(around))


def _names(tree: ast.AST, context: type[ast.expr_context]) -> set[str]:
    return {
        each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and isinstance(each.ctx, context)
    }
