"""Is the sandbox like the real thing? The same calls to both, and their answers compared by shape.

`python -m sandbox conform --api https://api.telegram.org --token … --chat … > real.jsonl` makes some thirty calls with
a real bot in a private chat in which its owner has pressed Start, and writes them as a recording. `python -m sandbox
conform real.jsonl` makes the calls of any recording to a fresh sandbox and tells where its answers have another shape.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from sandbox.clock import Clock
from sandbox.comparison import POLL
from sandbox.journal import call_of
from sandbox.parameters import API_VERSION, Upload
from sandbox.performing import perform
from sandbox.recording import FORMAT, Recording, line_of, raw
from sandbox.refusal import Json
from sandbox.replay import again
from sandbox.sandbox import Sandbox

CHAT = "{chat}"
DOCUMENT = b"A file of the conformance check."
_BUTTONS: Json = {
    "inline_keyboard": [
        [{"text": "Yes", "callback_data": "yes"}, {"text": "More", "url": "https://example.org"}]
    ]
}
_LONG: Json = {"inline_keyboard": [[{"text": "Yes", "callback_data": "x" * 65}]]}
_NESTED = (
    '<b>bold <i>both</i></b> <code>x &lt; 1</code> <a href="https://example.org">link</a> /start 😀 <u>u</u>'
)
_MARKED = "*bold _both_* `x` [link](https://example.org) ||hidden|| \\.\n>quoted\n>twice"

CALLS: tuple[tuple[str, Json], ...] = (
    ("getMe", {}),
    ("getChat", {"chat_id": CHAT}),
    ("sendMessage", {"chat_id": CHAT, "text": "  plain, with @mention #tag and /start  "}),
    ("sendMessage", {"chat_id": CHAT, "text": _NESTED, "parse_mode": "HTML"}),
    ("sendMessage", {"chat_id": CHAT, "text": _MARKED, "parse_mode": "MarkdownV2"}),
    ("sendMessage", {"chat_id": CHAT, "text": "*bold* _italic_ `code`", "parse_mode": "Markdown"}),
    ("sendMessage", {"chat_id": CHAT, "text": "é<b>x", "parse_mode": "HTML"}),
    ("sendMessage", {"chat_id": CHAT, "text": "<x>y</x>", "parse_mode": "HTML"}),
    ("sendMessage", {"chat_id": CHAT, "text": "12345*x", "parse_mode": "MarkdownV2"}),
    ("sendMessage", {"chat_id": CHAT, "text": "x.", "parse_mode": "MarkdownV2"}),
    ("sendMessage", {"chat_id": CHAT, "text": " "}),
    ("sendMessage", {"chat_id": CHAT, "text": "x" * 4097}),
    ("sendMessage", {"chat_id": 1, "text": "to nobody"}),
    ("sendMessage", {"chat_id": CHAT, "text": "data too long", "reply_markup": _LONG}),
    ("sendMessage", {"chat_id": CHAT, "text": "to a gap", "reply_parameters": {"message_id": 999_999_999}}),
    ("sendMessage", {"chat_id": CHAT, "text": "protected", "protect_content": True, "disable_notification": True}),
    ("sendMessage", {"chat_id": CHAT, "text": "with buttons", "reply_markup": _BUTTONS}),
    ("editMessageText", {"chat_id": CHAT, "message_id": "{last}", "text": "edited", "reply_markup": _BUTTONS}),
    ("editMessageText", {"chat_id": CHAT, "message_id": "{last}", "text": "edited", "reply_markup": _BUTTONS}),
    ("editMessageReplyMarkup", {"chat_id": CHAT, "message_id": "{last}"}),
    ("setMessageReaction", {"chat_id": CHAT, "message_id": "{last}", "reaction": [{"type": "emoji", "emoji": "👍"}]}),
    ("setMessageReaction", {"chat_id": CHAT, "message_id": "{last}", "reaction": [{"type": "emoji", "emoji": "x"}]}),
    ("copyMessage", {"chat_id": CHAT, "from_chat_id": CHAT, "message_id": "{last}"}),
    ("forwardMessage", {"chat_id": CHAT, "from_chat_id": CHAT, "message_id": "{last}"}),
    ("sendLocation", {"chat_id": CHAT, "latitude": -18.9, "longitude": 47.5}),
    ("sendDocument", {"chat_id": CHAT, "document": DOCUMENT, "caption": "<i>a file</i>", "parse_mode": "HTML"}),
    ("getFile", {"file_id": "{file}"}),
    ("sendChatAction", {"chat_id": CHAT, "action": "typing"}),
    ("answerCallbackQuery", {"callback_query_id": "1"}),
    ("deleteMessage", {"chat_id": CHAT, "message_id": "{last}"}),
    ("deleteMessage", {"chat_id": CHAT, "message_id": "{last}"}),
    ("noSuchMethod", {}),
)  # fmt: skip
"""What is asked: methods with parameters; `{last}` and `{file}` are what the last answer with one gave.

They change nothing of the bot itself, and all that was sent is deleted in the end.
"""


@dataclass(slots=True)
class Caller:
    """Makes the calls over HTTP and keeps them as lines of a recording."""

    api: str
    token: str
    chat: int
    pause: float
    lines: list[Json] = field(default_factory=list)
    _known: Json = field(default_factory=dict)
    _sent: list[int] = field(default_factory=list)

    async def run(self) -> list[Json]:
        """All of `CALLS`, `pause` seconds apart; raises ValueError when the chat cannot be found."""
        about = {"recording": FORMAT, "bot_api": API_VERSION, "of": self.api, "chat": self.chat}
        async with aiohttp.ClientSession() as session:
            for method, parameters in CALLS:
                line = await self._call(session, method, {n: self._filled(v) for n, v in parameters.items()})
                if method == "getChat" and not line["answer"]["ok"]:
                    raise ValueError(f"{self.api} knows no chat {self.chat}: {line['answer']['description']}")
                await asyncio.sleep(self.pause)
            await self._call(session, "deleteMessages", {"chat_id": self.chat, "message_ids": self._sent})
        return [about, *self.lines]

    def _filled(self, value: Any) -> Any:
        match value:
            case "{chat}":
                return self.chat
            case "{last}" | "{file}":
                return self._known[value]
        return value

    async def _call(self, session: aiohttp.ClientSession, method: str, parameters: Json) -> Json:
        form = aiohttp.FormData(quote_fields=False)
        for name, value in parameters.items():
            if isinstance(value, bytes):
                form.add_field(name, value, filename="conform.txt", content_type="text/plain")
            else:
                form.add_field(name, value if isinstance(value, str) else json.dumps(value))
        at = time.time()
        async with session.post(
            f"{self.api}/bot{self.token}/{method}", data=form if parameters else None
        ) as response:
            answer: Json = await response.json()
        self._learn(method, answer.get("result"))
        uploads = {
            n: Upload("conform.txt", "text/plain", v) for n, v in parameters.items() if isinstance(v, bytes)
        }
        call = call_of(len(self.lines) + 1, at, method, parameters | uploads, response.status, answer)
        self.lines.append(line_of(call))
        return self.lines[-1]

    def _learn(self, method: str, result: Any) -> None:
        if isinstance(result, dict) and "message_id" in result:
            if method not in {"copyMessage", "forwardMessage"}:
                self._known["{last}"] = result["message_id"]
            self._sent = [*dict.fromkeys([*self._sent, result["message_id"]])]
        if isinstance(result, dict) and "document" in result:
            self._known["{file}"] = result["document"]["file_id"]


# comparing


_OWN_WORDS = (
    "username last_name language_code is_premium photo bio active_usernames birthdate personal_chat "
    "emoji_status_custom_emoji_id emoji_status_expiration_date background_custom_emoji_id "
    "profile_accent_color_id profile_background_custom_emoji_id added_to_attachment_menu"
)
_OWN = frozenset(_OWN_WORDS.split())
"""Keys that tell who this person or bot is, not how the Bot API speaks."""
_SAID_WORDS = (
    "ok error_code description text caption type status offset length url language emoji callback_data"
)
_SAID = frozenset(_SAID_WORDS.split())
"""Keys whose values must be the same; of all others the kind of value."""
_ROWS = frozenset({"entities", "caption_entities", "inline_keyboard", "keyboard"})
"""Lists whose order and number matter; of all others the kinds of their items."""
_LEFT_OUT = frozenset({POLL, "setWebhook"})
"""Calls that depend on when they come or reach out to the bot: not made again."""


def gaps(was: Any, now: Any, path: str = "answer") -> Iterator[str]:
    """Where two answers differ in shape, each as a sentence."""
    key = path.rpartition(".")[2]
    match was, now:
        case dict(), dict():
            for name in [name for name in was | now if name not in _OWN]:
                if name not in now:
                    yield f"{path}.{name} is missing"
                elif name not in was:
                    yield f"{path}.{name} is new"
                else:
                    yield from gaps(was[name], now[name], f"{path}.{name}")
        case list(), list() if key.partition("[")[0] in _ROWS:
            if len(was) != len(now):
                yield f"{path} had {len(was)} items, has {len(now)}"
            for n, (one, other) in enumerate(zip(was, now, strict=False)):
                yield from gaps(one, other, f"{path}[{n}]")
        case list(), list():
            if bool(was) != bool(now):
                yield f"{path} had {len(was)} items, has {len(now)}"
            elif was:
                yield from gaps(was[0], now[0], f"{path}[0]")
        case _ if _kind(was) != _kind(now):
            yield f"{path} was {_kind(was)}, is {_kind(now)}"
        case _ if key in _SAID and was != now:
            yield f"{path} was {was!r}, is {now!r}"


def _kind(value: object) -> str:
    kinds = {
        bool: "a boolean",
        int: "a number",
        float: "a number",
        str: "a text",
        dict: "an object",
        list: "a list",
    }
    return kinds.get(type(value), "nothing")


@dataclass(slots=True)
class _Names:
    """What ids of the recording are called in the sandbox."""

    chats: dict[int, int]
    messages: dict[int, int] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def learn(self, was: Any, now: Any) -> None:
        match was, now:
            case dict(), dict():
                for name in was.keys() & now.keys():
                    match name, was[name], now[name]:
                        case "message_id" | "message_thread_id", int(old), int(new):
                            self.messages[old] = new
                        case "id", int(old), int(new):
                            self.chats[old] = new
                        case "file_id", str(old), str(new):
                            self.files[old] = new
                        case _, old, new:
                            self.learn(old, new)
            case list(), list():
                for old, new in zip(was, now, strict=False):
                    self.learn(old, new)

    def meant(self, name: str, value: Any) -> Any:
        match value:
            case dict():
                return {each: self.meant(each, inner) for each, inner in value.items()}
            case list():
                return [self.meant(name, each) for each in value]
            case int() if name.removesuffix("s").endswith(("message_id", "thread_id")):
                return self.messages.get(value, value)
            case int() if name.endswith(("chat_id", "user_id")):
                return self.chats.get(value, value)
            case str():
                return self.files.get(value, value)
        return value


def _stage(recording: Recording) -> tuple[Sandbox, dict[int, int]]:
    """A sandbox for a recording: as it was, or with the one person of a recording of the real thing."""
    if "options" in recording.about:
        return again(recording), {}
    sandbox = Sandbox(flood=False, clock=Clock(recording.lines[0]["at"], running=False))
    chat = next(line["answer"]["result"] for line in recording.lines if line["method"] == "getChat")
    person = sandbox.person(chat["first_name"], last_name=chat.get("last_name", ""), started=True)
    return sandbox, {recording.about["chat"]: person.id}


async def compared(recording: Recording) -> list[str]:
    """Make the calls of a recording to a fresh sandbox; where its answers have another shape."""
    sandbox, chats = _stage(recording)
    names, found = _Names(chats), []
    async with sandbox:
        for line in recording.lines:
            sandbox.clock.flow(max(line["at"] - sandbox.clock.now(), 0))
            if "does" in line:
                await perform(sandbox, line)
            elif line["method"] not in _LEFT_OUT:
                given = {name: names.meant(name, value) for name, value in raw(line).items()}
                code, answer, _ = await sandbox.gateway.call(line["method"], given)
                said = [f"the code was {line['code']}, is {code}"] if code != line["code"] else []
                said += gaps(line["answer"], answer)
                found += [f"call {line['seq']}, {line['method']}: {each}" for each in said]
                names.learn(line["answer"], answer)
    return found


def main(arguments: list[str]) -> int:
    """`python -m sandbox conform`: record the real API, or compare the sandbox with a recording."""
    parser = argparse.ArgumentParser(prog="python -m sandbox conform", description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path, nargs="?", help="a recording to compare the sandbox with")
    parser.add_argument("--api", help="where to make the calls, for example https://api.telegram.org")
    parser.add_argument("--token", help="the token of the bot that makes them; it is not written down")
    parser.add_argument(
        "--chat", type=int, help="your own id: you have pressed Start in a private chat with the bot"
    )
    parser.add_argument("--pause", type=float, default=1.1, help="seconds between calls (default: 1.1)")
    given = parser.parse_args(arguments)
    try:
        if given.file:
            recording = Recording.read(given.file)
            found = asyncio.run(compared(recording))
            sys.stdout.write("".join(f"{each}\n" for each in found))
            sys.stdout.write(f"{len(recording.calls)} calls, {len(found)} differences\n")
            return 1 if found else 0
        if not (given.api and given.token and given.chat):
            parser.error("give a recording, or --api, --token and --chat")
        caller = Caller(given.api.rstrip("/"), given.token, given.chat, given.pause)
        for line in asyncio.run(caller.run()):
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    except (OSError, ValueError) as error:
        parser.error(str(error))
    return 0
