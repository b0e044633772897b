"""What no test notices: `python -m benchmarks.mutations`, or of some modules only: `… bot/team.py storage/people.py`.

A mutant is a module with one thing said otherwise. Each runs in a copy of the tree, in a process forked from one that
has the libraries loaded already, against the tests that hold its module: on SQLite first, on PostgreSQL what survived.
Of each module `--most` are tried, drawn by `--seed`. Survivors are listed, to be read by somebody (docs/mutations.md).
"""

import argparse
import ast
import importlib
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HELD: dict[str, tuple[str, ...]] = {
    "storage/permissions.py": ("contracts/test_publications", "contracts/test_leaving"),
    "storage/publications.py": ("contracts/test_publications", "contracts/test_leaving"),
    "storage/everything.py": ("contracts/test_everything", "deeds/test_showing"),
    "storage/people.py": (
        "contracts/test_leaving",
        "contracts/test_people",
        "contracts/test_sweeping",
        "deeds/test_warning",
    ),
    "bot/chat/slowing.py": ("chat/test_slowing",),
    "bot/people.py": ("test_authority", "contracts/test_people", "deeds/test_conversation"),
    "bot/leaving.py": ("deeds/test_leaving", "deeds/test_conversation"),
    "bot/team.py": ("deeds/test_team", "contracts/test_people"),
    "bot/consenting.py": ("deeds/test_consenting",),
    "bot/mydata.py": ("deeds/test_showing",),
    "bot/reviewing.py": ("deeds/test_reviewing", "deeds/test_journal"),
}
"""The modules of consent, authority and forgetting, each with the tests that hold it, those that tell most first."""

LIBRARIES = (
    *(
        "aiohttp",
        "alembic.command",
        "babel.messages",
        "hypothesis",
        "psycopg",
        "pydantic",
        "pytest",
        "pytest_asyncio",
    ),
    *("pyxform.xls2xform", "re2", "sqlalchemy.ext.asyncio", "telegram.ext"),
)
"""What takes long to load and is never mutated."""

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


def mutants(source: bytes) -> dict[bytes, str]:
    """All mutants of a module that Python can read, each once, and where it says what otherwise."""
    lines, tree = source.splitlines(keepends=True), ast.parse(source)
    seen, found = {ast.dump(tree)}, {}
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
                found[mutated] = f"{old.lineno} {_difference(ast.unparse(old), new)}"
    return found


def _difference(old: str, new: str) -> str:
    """Where two wordings part, with a little around it."""
    parts = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(new))
    shown = slice(max(0, parts - 25), parts + 65)
    return f"`{' '.join(old[shown].split())}` → `{' '.join(new[shown].split())}`"


def passes(tests: Sequence[str], only: str, limit: float, log: Path) -> bool:
    """Whether none of these tests fails within so many seconds."""
    process = multiprocessing.get_context("fork").Process(target=_test, args=(tests, only, log))
    process.start()
    process.join(limit)
    for sign in (signal.SIGINT, signal.SIGKILL):  # first kindly: a database server is to be stopped
        if process.pid and process.is_alive():
            os.kill(process.pid, sign)
            process.join(10)
    return process.exitcode in (0, 5)  # 5: there was none


def _test(tests: Sequence[str], only: str, log: Path) -> None:
    with log.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    pytest = importlib.import_module("pytest")
    sys.exit(pytest.main(["-x", "-q", "-k", only, *(f"tests/{each}.py" for each in tests)]))


def look(module: str, most: int, seed: int, log: Path) -> None:
    """Mutate a module of the tree we stand in and say who survives, then its row of the table."""
    path, tests, begun = Path(module), HELD[module], time.monotonic()
    source, sys.dont_write_bytecode = path.read_bytes(), False
    if not passes(tests, "not postgres", 600, log):
        raise SystemExit(f"{module}: without any mutant\n{log.read_text()}")
    limit = 3 * (time.monotonic() - begun) + 10
    contracts = [each for each in tests if each.startswith("contracts/")]
    found = mutants(source)
    tried = random.Random(f"{seed} {module}").sample(sorted(found), min(most, len(found)))
    lived, sys.dont_write_bytecode = 0, True  # no mutant is taken for another one of its size
    for number, mutant in enumerate(tried):
        path.write_bytes(mutant)
        if passes(tests, "not postgres", limit, log) and passes(contracts, "postgres", limit + 60, log):
            lived += 1
            print(f"{number + 1}: {module}:{found[mutant]}", flush=True)
    path.write_bytes(source)
    print(f"| `{module}` | {len(found)} | {len(tried)} | {len(tried) - lived} | {lived} |", flush=True)


def main() -> None:
    """Copy the tree, look at each module, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help="which; all where none is named")
    parser.add_argument("--most", type=int, default=10_000, help="mutants of one module")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="voices-mutants-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(
            ROOT, tree, ignore=shutil.ignore_patterns(".*", "__pycache__", "releases", "pictures")
        )
        os.chdir(tree)
        sys.path[:] = [str(tree), *(each for each in sys.path if each not in ("", str(ROOT)))]
        for library in LIBRARIES:
            importlib.import_module(library)
        for each in asked.modules or HELD:
            look(each, asked.most, asked.seed, Path(folder) / "log")
        os.chdir(ROOT)


if __name__ == "__main__":
    main()
