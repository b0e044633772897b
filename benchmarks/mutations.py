"""What no test notices: `python -m benchmarks.mutations`; of some only: `… bot/team.py bot/mydata.py:7,40-90`.

Of a module first all tests that hold it run once, with a mark before each statement: so it is known which of them run
what, and how long each takes. Then each mutant is put into the module as it is loaded, in a process forked from this
one, and the tests that run what is mutated meet it until one fails, the quickest first, PostgreSQL last. What cannot be
changed once it is loaded (what a class is, what a function is given where nothing is said) is written into a copy of
the tree and meets all tests in a process of its own; so does what fails on PostgreSQL alone. Who survives is to be read
by somebody (docs/mutations.md).
"""

import argparse
import ast
import builtins
import gc
import multiprocessing
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

from benchmarks.mutants import MARK, Mutant, marked, mutants

ROOT = Path(__file__).resolve().parents[1]
HELD: dict[str, tuple[str, ...]] = {
    "storage/permissions.py": (
        "contracts/test_publications",
        "contracts/test_leaving",
        "contracts/test_testimonies",
        "contracts/test_responses",
        "contracts/test_forwards",
        "contracts/test_pictures",
        "deeds/test_photos",
    ),
    "storage/publications.py": (
        "contracts/test_publications",
        "contracts/test_leaving",
        "contracts/test_shown",
    ),
    "bot/chat/slowing.py": ("chat/test_slowing", "deeds/test_crowding"),
    "bot/people.py": (
        "test_authority",
        "contracts/test_people",
        "contracts/test_publications",
        "deeds/test_conversation",
        "deeds/test_team",
        "deeds/test_photos",
    ),
    "bot/team.py": ("deeds/test_team", "contracts/test_people", "deeds/test_redacting"),
    "bot/leaving.py": (
        "deeds/test_leaving",
        "deeds/test_forwarding",
        "deeds/test_hiding",
        "deeds/test_journal",
        "deeds/test_team",
    ),
    "bot/consenting.py": (
        "deeds/test_consenting",
        "deeds/test_forwarding",
        "deeds/test_conversation",
        "deeds/test_photos",
    ),
    "bot/mydata.py": ("deeds/test_showing", "deeds/test_photos"),
    "storage/everything.py": ("contracts/test_everything", "deeds/test_showing"),
    "bot/reviewing.py": (
        "deeds/test_reviewing",
        "deeds/test_queue",
        "deeds/test_journal",
        "deeds/test_interpreting",
        "deeds/test_redacting",
        "deeds/test_hiding",
    ),
    "storage/people.py": ("contracts/test_people", "contracts/test_leaving", "deeds/test_warning"),
    "storage/team.py": ("contracts/test_people", "contracts/test_sweeping", "contracts/test_everything"),
    "storage/leaving.py": (
        "contracts/test_everything",
        "contracts/test_leaving",
        "contracts/test_people",
        "contracts/test_returning",
        "contracts/test_sweeping",
    ),
}
"""The modules of consent, authority and forgetting, each with the tests that hold it."""

MEMORY = 8 << 30
"""Bytes of address space a mutant may take that never stops growing."""

NOTICED, TIMEOUT, SURVIVES = "noticed", "timeout", "SURVIVES"
"""What becomes of a mutant: a test fails, the tests come to no end, or neither."""

PYTEST = ("-m", "pytest", "-q", "--timeout=0")
"""How tests are run: time is kept here."""

FORK = multiprocessing.get_context("fork")


class Loaded:
    """A module that is loaded, and can be made to say something else."""

    def __init__(self, path: Path) -> None:
        self._names = vars(sys.modules[".".join(path.with_suffix("").parts)])
        self._file = self._names["__file__"]
        self._functions = [
            each
            for each in gc.get_objects()
            if isinstance(each, FunctionType) and each.__code__.co_filename == self._file
        ]

    def says(self, tree: ast.Module) -> None:
        """Its functions do this from now on, and what it makes when it is loaded is made anew, for its takers too. What
        its classes are, and what others made of what they took, stays.
        """
        codes = {each.co_qualname: each for each in _codes(compile(tree, self._file, "exec"))}
        for function in self._functions:
            with suppress(KeyError, ValueError):  # a lambda is made anew below
                function.__code__ = codes[function.__qualname__]
        before = dict(self._names)
        for each in tree.body:
            if not isinstance(each, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
                exec(compile(ast.Module([each], []), self._file, "exec"), self._names)
        anew = {name for name, old in before.items() if self._names[name] is not old}
        for other in list(sys.modules.values()):
            for name in anew & vars(other).keys():
                if vars(other)[name] is before[name]:
                    setattr(other, name, self._names[name])

    def took(self, module: ModuleType, names: set[str]) -> bool:
        """Whether a module has taken what one of these names stands for."""
        return any(vars(module).get(name, self) is self._names[name] for name in names & self._names.keys())

    def gave(self, names: set[str]) -> bool:
        """Whether another module of the bot has."""
        return any(
            self.took(module, names)
            for name, module in list(sys.modules.items())
            if not name.startswith("tests.") and vars(module) is not self._names
        )


def _codes(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _codes(each)


class Trying:
    """A plugin of pytest that runs the tests it is given once, then again on each mutant."""

    def __init__(self, path: Path, tried: Sequence[Mutant], say: Callable[[str], None]) -> None:
        self._path, self._tried, self._say = path, tried, say
        self._test = ""
        self._lines: dict[str, set[int]] = defaultdict(set)
        self._seconds: dict[str, float] = defaultdict(float)
        self._failed = Path("failed")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test, or what it stands on, was run; one that fails is enough."""
        self._seconds[report.nodeid] += report.duration
        if report.failed:
            self._failed.write_text(report.nodeid)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """All tests once, then all mutants."""
        source = self._path.read_bytes()
        loaded = Loaded(self._path)
        setattr(builtins, MARK, lambda line: self._lines[self._test].add(line))
        loaded.says(marked(source))
        if not self._pass(session.items, session):
            raise SystemExit(f"{self._path}: without any mutant fails {self._failed.read_text()}")
        gc.freeze()  # so that forks leave it where it is
        tests = sorted(session.items, key=lambda each: (_on_postgresql(each), self._seconds[each.nodeid]))
        late = {each.nodeid for each in tests if _on_postgresql(each)}
        became: Counter[str] = Counter()
        for mutant in self._tried:
            chosen = self._meeting(tests, loaded, mutant)
            what, why = (
                self._here(loaded, mutant, chosen, session) if chosen else (SURVIVES, "nobody runs it")
            )
            if (what == SURVIVES and mutant.names is None) or why in late:
                self._path.write_bytes(mutant.source)
                what, why = apart([each.nodeid for each in chosen], sum(map(self._limit, chosen)))
                self._path.write_bytes(source)
            became[what] += 1
            self._say(f"{what}: {self._path}:{mutant.says} ({why})")
        counts = (str(became[each]) for each in (NOTICED, TIMEOUT, SURVIVES))
        self._say(f"| `{self._path}` | {became.total()} | {' | '.join(counts)} |")
        return True

    def _meeting(self, tests: Sequence[Any], loaded: Loaded, mutant: Mutant) -> Sequence[Any]:
        """The tests that run or read what is mutated, or may; what runs when the module is loaded ("") concerns all."""
        names, marks = mutant.names, mutant.marks
        if names is None or marks & self._lines[""] or loaded.gave(names):
            return tests
        return [each for each in tests if marks & self._lines[each.nodeid] or loaded.took(each.module, names)]

    def _limit(self, test: pytest.Item) -> float:
        """Seconds after which a test comes to no end, on a machine that has much else to do."""
        return 60 + 20 * self._seconds[test.nodeid]

    def _pass(self, tests: Sequence[pytest.Item], session: Any) -> bool:
        """Whether these pass, one after the other; the first that fails is enough. One that needs very much longer than
        the first time ends the process.
        """
        self._failed.unlink(missing_ok=True)
        for each in tests:
            self._test = each.nodeid
            signal.alarm(int(self._limit(each)) if each.nodeid in self._seconds else 0)
            each.ihook.pytest_runtest_protocol(item=each, nextitem=session)  # what all tests share stays
            if self._failed.exists():
                return False
        return True

    def _here(
        self, loaded: Loaded, mutant: Mutant, tests: Sequence[pytest.Item], session: pytest.Session
    ) -> tuple[str, str]:
        """What becomes of a mutant among these tests in a fork of this process, and by which test."""

        def meet() -> None:
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            loaded.says(ast.parse(mutant.source))
            os._exit(not self._pass(tests, session))

        process = FORK.Process(target=meet)
        process.start()
        process.join()
        if process.exitcode == -signal.SIGALRM:
            return TIMEOUT, f"one of {len(tests)} tests"
        if process.exitcode:
            return NOTICED, self._failed.read_text() if self._failed.exists() else "when it is loaded"
        return SURVIVES, f"{len(tests)} tests"


def _on_postgresql(test: pytest.Item) -> bool:
    return "[postgres" in test.nodeid or "postgres" in getattr(test, "fixturenames", ())


def apart(tests: Sequence[str], limit: float) -> tuple[str, str]:
    """What becomes of the tree as it stands among these tests on both databases, in a process of its own; by which."""
    names = dict.fromkeys(each.partition("[")[0] for each in tests)
    with Path("log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-B", *PYTEST, "-x", *names], stdout=log, stderr=log)
    try:
        code = process.wait(limit)
    except subprocess.TimeoutExpired:
        for sign in (signal.SIGINT, signal.SIGKILL):  # first kindly: a database server is to be stopped
            process.send_signal(sign)
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
        return TIMEOUT, f"{len(names)} tests apart"
    if code == pytest.ExitCode.OK:
        return SURVIVES, f"{len(names)} tests"
    said = Path("log").read_text()
    failed = re.search(r"^(?:FAILED|ERROR) (\S+)", said, re.MULTILINE)
    return NOTICED, f"{failed[1] if failed else said.splitlines()[-1]}, apart"


def look(asked: str, tree: Path) -> None:
    """Try the mutants of a module, or of some of its lines ("bot/team.py:7,40-90"), in a copy of the tree."""
    path, _, lines = asked.partition(":")
    ranges = [
        range(int(a), int(b or a) + 1)
        for a, _, b in (each.partition("-") for each in lines.split(",") if each)
    ]
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".*", "__pycache__", "releases", "pictures"))
    os.chdir(tree)
    os.environ["PYTHONPATH"] = str(tree)
    sys.path[:] = [str(tree), *(each for each in sys.path if each not in ("", str(ROOT)))]
    out, log = os.fdopen(os.dup(1), "w"), os.open("log", os.O_WRONLY | os.O_CREAT)

    def say(words: str) -> None:
        print(words, file=out, flush=True)

    found = mutants(Path(path).read_bytes())
    tried = [each for each in found if not ranges or any(each.line in some for some in ranges)]
    for each in (1, 2):
        os.dup2(log, each)
    files = [f"tests/{each}.py" for each in HELD[path]]
    plugin = Trying(Path(path), tried, say)
    if pytest.main([*PYTEST[2:], *files], plugins=[plugin]):
        say(f"{path}: {Path('log').read_text()}")


def main() -> None:
    """Look at each module in a process of its own, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help="which, or which lines of them; all where none is named")
    for asked in parser.parse_args().modules or HELD:
        with tempfile.TemporaryDirectory(prefix="voices-mutants-") as folder:
            process = FORK.Process(target=look, args=(asked, Path(folder) / "tree"))
            process.start()
            process.join()


if __name__ == "__main__":
    main()
