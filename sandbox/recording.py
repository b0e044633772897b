"""A run as lines of JSON: what the sandbox was, what people, time and mishap did, what the bot called.

The first line tells the sandbox (`{"recording": 1, "bot": …, "start": …, "options": {…}}`). Every other line is a deed
(`{"at": …, "who": 100000001, "does": "says", "with": {"text": "hello"}}`; without `who` the sandbox itself) or a call
(`{"at": …, "seq": …, "method": …, "parameters": {…}, "code": …, "answer": {…}}`), in the order in which they happened,
`at` a moment of the sandbox clock. No token is written down.
"""

import base64
import dataclasses
import functools
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar, cast

from sandbox.faults import Fault
from sandbox.journal import Call
from sandbox.parameters import API_VERSION, Upload
from sandbox.refusal import Json
from sandbox.world import Message

FORMAT = 1


class Actor(Protocol):
    """Whoever does something that is written down."""

    @property
    def id(self) -> int:
        """A person's or group's chat id; 0 for the sandbox itself."""

    def note(self, does: str, given: Json) -> None:
        """Write a deed down, if this run is recorded."""


_Deed = TypeVar("_Deed", bound=Callable[..., Any])


def recorded(act: _Deed) -> _Deed:
    """A method of an actor, async or not, that is written down with its arguments once it is done.

    How long somebody was ready to wait (`within`) is no part of what was done.
    """
    signature = inspect.signature(act)

    def note(actor: Actor, arguments: tuple[Any, ...], named: Json) -> None:
        given = dict(signature.bind(actor, *arguments, **named).arguments)
        actor.note(act.__name__, {n: v for n, v in given.items() if n not in {"self", "within"}})

    @functools.wraps(act)
    async def later(actor: Actor, *arguments: Any, **named: Any) -> Any:
        result = await act(actor, *arguments, **named)
        note(actor, arguments, named)
        return result

    @functools.wraps(act)
    def now(actor: Actor, *arguments: Any, **named: Any) -> Any:
        result = act(actor, *arguments, **named)
        note(actor, arguments, named)
        return result

    return cast("_Deed", later if inspect.iscoroutinefunction(act) else now)


def plain(value: object) -> object:
    """A deed's argument as JSON: people and groups by id, messages by chat and number, bytes in base64."""
    match value:
        case bytes():
            return {"$bytes": base64.b64encode(value).decode()}
        case Message():
            return {"$message": [value.chat.id, value.id]}
        case Fault():
            return {"$fault": dataclasses.asdict(value)}
        case Mapping():
            return {str(name): plain(each) for name, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
        case None | bool() | int() | float() | str():
            return value
    return {"$chat": cast("Actor", value).id}


def line_of(call: Call) -> Json:
    """A call with its answer, what it uploaded in base64."""
    files = {
        name: {"name": each.name, "mime": each.mime, "data": base64.b64encode(each.data).decode()}
        for name, each in call.uploads.items()
    }
    return call.as_json | ({"files": files} if files else {})


def raw(line: Json) -> Json:
    """The parameters of a recorded call as they were sent, uploads and all."""
    files = {
        name: Upload(each["name"], each["mime"], base64.b64decode(each["data"]))
        for name, each in line.get("files", {}).items()
    }
    return {**line["parameters"], **files}


class Recorder:
    """Writes a run down as it happens; raises FileExistsError rather than write over another one."""

    def __init__(self, path: Path, about: Json) -> None:
        self._file = path.open("x", encoding="utf-8", buffering=1)
        self._write({"recording": FORMAT, "bot_api": API_VERSION, **about})

    def deed(self, at: float, who: int, does: str, given: Json) -> None:
        """Somebody (0: the sandbox itself) has done something."""
        line: Json = {"at": at} | ({"who": who} if who else {}) | {"does": does}
        self._write(line | ({"with": plain(given)} if given else {}))

    def call(self, call: Call) -> None:
        """The bot has called, and this is what it was told."""
        self._write(line_of(call))

    def close(self) -> None:
        """No more."""
        self._file.close()

    def _write(self, line: Json) -> None:
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")


@dataclass(frozen=True, slots=True)
class Recording:
    """A run as it was written down."""

    about: Json
    lines: list[Json]

    @classmethod
    def read(cls, path: Path) -> Self:
        """The recording in a file; raises ValueError for a file that is none."""
        first, *rest = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()] or [
            ""
        ]
        try:
            about, lines = json.loads(first), [json.loads(line) for line in rest]
        except ValueError:
            raise ValueError(f"{path} is no recording: not lines of JSON") from None
        if not isinstance(about, dict) or about.get("recording") != FORMAT:
            raise ValueError(f"{path} is no recording of format {FORMAT}")
        return cls(about, lines)

    @property
    def calls(self) -> list[Json]:
        """What the bot called."""
        return [line for line in self.lines if "method" in line]
