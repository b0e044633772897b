"""What every test is watched for: a word, name or token in a log or an output (S27, S51), and any other host (S52).

A pytest plugin (see conftest). The log of each test is what the bot would write at DEBUG; whatever people said while it
ran is a canary, and so are the words of CANARIES. Nobody is reached but this machine: a connection elsewhere is refused
and fails the test, however the bot took it. Processes that tests start are watched by `tests/watched/sitecustomize.py`.
"""

import contextlib
import functools
import io
import json
import logging
import re
import sys
from collections.abc import Generator
from typing import Any

import pytest

from bot import logs
from tests.guarding import ELSEWHERE, guard

CANARIES = (
    "sandbox-token-no-secret",
    "canary",
    "c4nary",
    "n4me",
    "h4ndle",
    "f1le-id",
    "story number",
    ELSEWHERE,
)
"""Words, in small letters, that stand in tests' tokens, stories, names and ids, and in no output."""

LONG = 12
"""From so many characters on, words said in several are told from words of ours."""

_NAMES = ("first_name", "last_name", "username")
_WORDS = ("text", "caption")


def leaks(output: str) -> list[str]:
    """The canaries and tokens in an output."""
    low = output.lower()
    return [each for each in CANARIES if each in low] + logs.TOKEN.findall(output)


class Watch:
    """The plugin: one log and one list of canaries a test."""

    def __init__(self) -> None:
        self.reached: list[str] = []
        self.said: set[str] = set()
        self.names: set[str] = set()
        self.log = io.StringIO()
        guard(self.reached.append)

    def hear(self, body: bytes) -> None:
        """What somebody says, and what they are called, is nobody's to log."""
        with contextlib.suppress(ValueError):
            self._note(json.loads(body))

    def found(self) -> list[str]:
        """What stands in the log and must not, and who was spoken to."""
        text = self.log.getvalue()
        found = [*leaks(text), *(f"{ELSEWHERE}: {host}" for host in self.reached)]
        if text:
            found += [words for words in self.said if words in text]
            found += [name for name in self.names if re.search(rf"\b{re.escape(name)}\b", text)]
        return found

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Around a test and its fixtures: everything is logged as the bot logs it at DEBUG."""
        self._listen()
        self.log = io.StringIO()
        root, written = logging.getLogger(), logs.handler(self.log)
        for words in (self.reached, self.said, self.names):
            words.clear()
        before = root.level
        root.addHandler(written)
        root.setLevel(logging.DEBUG)
        for name in logs.LOUD:
            logging.getLogger(name).setLevel(logging.WARNING)
        try:
            return (yield)
        finally:
            root.removeHandler(written)
            root.setLevel(before)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """When all is over, a test that let something slip fails."""
        report = yield
        if report.when == "teardown":
            found = self.found() + leaks(report.capstdout + report.capstderr)
            if found:
                report.outcome = "failed"
                report.longrepr = f"{item.nodeid} leaked or reached out: {sorted(set(found))}"
        return report

    def _note(self, told: Any) -> None:
        if isinstance(told, list):
            for each in told:
                self._note(each)
        elif isinstance(told, dict):
            for key, value in told.items():
                if key in _WORDS and isinstance(value, str) and len(value) >= LONG and " " in value:
                    self.said.add(value[:60])
                elif key in _NAMES and isinstance(value, str) and len(value) > 3:
                    self.names.add(value)
                else:
                    self._note(value)

    def _listen(self) -> None:
        """Overhear what the bot reads, once it can read."""
        answering = sys.modules.get("bot.chat.answering")
        listen = getattr(answering, "listen", None)
        if listen is None or hasattr(listen, "__wrapped__"):
            return

        @functools.wraps(listen)
        def overheard(body: bytes, *more: Any) -> Any:
            self.hear(body)
            return listen(body, *more)

        answering.listen = overheard  # type: ignore[union-attr]
