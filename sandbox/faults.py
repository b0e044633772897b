"""Things that go wrong on purpose, scripted by method, number and words."""

import json
from dataclasses import dataclass, field
from typing import Literal, Self

from sandbox.refusal import Json

Way = Literal["error", "html", "hang", "close", "cut", "slow"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to a request instead of (or, when `delivered`, after) what it asks for.

    `error` answers with a Telegram error, `html` with a proxy's HTML page, `hang` with nothing for `seconds`
    (None: as long as the bot waits), `close` resets the connection, `cut` ends the body half-way, `slow` answers
    rightly but late. `seconds` pass on the sandbox clock.
    """

    way: Way
    delivered: bool = False
    code: int = 500
    words: str = "Internal Server Error"
    retry_after: int = 0
    seconds: float | None = None

    @classmethod
    def too_many(cls, retry_after: int) -> Self:
        """429 with `retry_after` seconds; nothing is delivered."""
        return cls(
            "error", code=429, words=f"Too Many Requests: retry after {retry_after}", retry_after=retry_after
        )

    @classmethod
    def refused(cls, code: int, words: str) -> Self:
        """Any error of Telegram's, for example 400, "Bad Request: chat not found"."""
        return cls("error", code=code, words=words)

    @classmethod
    def server_error(cls, code: int = 500, *, html: bool = False, delivered: bool = False) -> Self:
        """5xx, as Telegram's JSON or as a proxy's HTML page."""
        words = {
            500: "Internal Server Error",
            502: "Bad Gateway",
            503: "Service Unavailable",
            504: "Gateway Timeout",
        }
        return cls("html" if html else "error", delivered, code, words.get(code, "Internal Server Error"))

    @classmethod
    def hangs(cls, seconds: float | None = None, *, delivered: bool = False) -> Self:
        """No answer for `seconds` (None: until the bot gives up), then the connection closes."""
        return cls("hang", delivered, seconds=seconds)

    @classmethod
    def closed_before(cls) -> Self:
        """The connection breaks before anything is done."""
        return cls("close")

    @classmethod
    def closed_after(cls) -> Self:
        """All is done, but the connection breaks before the answer: the ambiguous case."""
        return cls("close", delivered=True)

    @classmethod
    def cut(cls, *, delivered: bool = True) -> Self:
        """The answer ends in the middle of its body."""
        return cls("cut", delivered)

    @classmethod
    def slow(cls, seconds: float) -> Self:
        """The right answer, `seconds` late."""
        return cls("slow", delivered=True, seconds=seconds)

    @property
    def answer(self) -> Json:
        """The JSON body of an `error`."""
        body: Json = {"ok": False, "error_code": self.code, "description": self.words}
        if self.retry_after:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


@dataclass(slots=True)
class Script:
    """One line of the script: which calls, how many, how. `used` counts what was struck."""

    how: Fault
    method: str | None = None
    contains: str = ""
    skip: int = 0
    times: int | None = 1
    used: int = field(default=0, init=False)

    @property
    def spent(self) -> bool:
        """Whether it will strike no more."""
        return self.times is not None and self.used >= self.times

    def strikes(self, method: str, words: str) -> bool:
        """Whether this call is meant; counts it."""
        if self.spent or (self.method or method).lower() != method.lower() or self.contains not in words:
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.used += 1
        return True


class Faults:
    """The script; its first fitting line strikes."""

    def __init__(self) -> None:
        self.scripts: list[Script] = []

    def add(self, script: Script) -> Script:
        """Append a line."""
        self.scripts.append(script)
        return script

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self.scripts.clear()

    def next(self, method: str, request: Json) -> Fault | None:
        """The fault for this call, if any."""
        if not self.scripts:
            return None
        words = json.dumps(request, ensure_ascii=False, default=str)
        struck = next((script.how for script in self.scripts if script.strikes(method, words)), None)
        self.scripts = [script for script in self.scripts if not script.spent]
        return struck
