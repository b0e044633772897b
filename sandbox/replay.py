"""Play a recorded run again: the same people do the same at the same times, to whatever bot is attached."""

import argparse
import asyncio
import math
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.clock import Clock
from sandbox.comparison import POLL, Difference, differences
from sandbox.flood import Flood
from sandbox.journal import Call
from sandbox.people import until
from sandbox.performing import perform
from sandbox.recording import Recording
from sandbox.refusal import Json
from sandbox.sandbox import Sandbox
from sandbox.stage import TOKEN
from sandbox.world import Message

_TICK = 0.01


def again(recording: Recording, *, token: str = "", host: str = "127.0.0.1", port: int = 0) -> Sandbox:
    """A sandbox as the recorded one was: options, seed, time. Its clock moves as `Replay` moves it."""
    options = dict(recording.about["options"])
    limits = options.pop("flood")
    bot = recording.about["bot"]
    return Sandbox(
        token or (TOKEN if TOKEN.startswith(f"{bot}:") else f"{bot}:sandbox-token-no-secret"),
        flood=Flood.of(limits) if limits else False,
        clock=Clock(recording.about["start"], running=False),
        host=host,
        port=port,
        **options,
    )


@dataclass(slots=True)
class Replay:
    """One replay of a recording in a sandbox made by `again`.

    Each deed is done at its recorded sandbox time, once the bot has made as many calls as it had made by then and has
    come to rest. While it has not, sandbox time runs with real time (if it did when the run was recorded), but not past
    the deed; a call that does not come by its recorded time is given up after `patience` real seconds in which the bot
    called nothing. `tell` hears what is being done.
    """

    recording: Recording
    sandbox: Sandbox
    patience: float = 2.0
    tell: Callable[[str], None] = lambda words: None
    _calls: list[Json] = field(default_factory=list)
    _seen: int = 0
    """How many of them came before the last deed."""
    _owed: list[Json] = field(default_factory=list)
    """What was called between the last deed and the next."""
    _failed: list[str] = field(default_factory=list)

    async def play(self, within: float = 30) -> list[Difference]:
        """Play all of it; where the bot's calls differ. AssertionError when no bot comes `within` real seconds."""
        journal = self.sandbox.gateway.journal
        for call in self.sandbox.calls():
            self._on_call(call)
        journal.listeners.append(self._on_call)
        try:
            await self._attached(within)
            for line in self.recording.lines:
                if "method" in line:
                    self._owed += [line] * (line["method"] != POLL)
                else:
                    await self._reach(line["at"])
                    await self._do(line)
            last = self.recording.lines[-1]["at"] if self.recording.lines else self.sandbox.clock.now()
            await self._reach(last, end=True)
        finally:
            journal.listeners.remove(self._on_call)
        return differences(self.recording.calls, self._calls)

    @property
    def failed(self) -> list[str]:
        """Deeds that could not be done this time, each as a sentence."""
        return list(self._failed)

    def _on_call(self, call: Call) -> None:
        if call.method != POLL:
            self._calls.append(call.as_json)

    async def _attached(self, within: float) -> None:
        ends = time.monotonic() + within
        gateway = self.sandbox.gateway
        while not (self._calls or gateway.polling.waiting or gateway.webhook.url or gateway.journal.seq):
            if time.monotonic() > ends:
                raise AssertionError(f"no bot came within {within} s")
            await asyncio.sleep(_TICK)

    async def _reach(self, moment: float, *, end: bool = False) -> None:
        """Let the bot do what it had done by this moment, then let it be that moment."""
        clock, began = self.sandbox.clock, time.monotonic()
        due = max((line["at"] for line in self._owed), default=0.0)
        if self.recording.about["running"]:
            clock.run(until=math.inf if end else moment)
        while not self._caught_up:
            await asyncio.sleep(_TICK)
            if clock.now() < due and self.recording.about["running"]:
                began = time.monotonic()
            elif time.monotonic() - max(began, self.sandbox.gateway.last_activity) > self.patience:
                break
        clock.rest()
        clock.flow(max(moment - clock.now(), 0))
        self._owed, self._seen = [], len(self._calls)

    @property
    def _caught_up(self) -> bool:
        return len(self._calls) - self._seen >= len(self._owed) and self.sandbox.at_rest()

    async def _do(self, line: Json) -> None:
        self.tell(f"{line['at'] - self.recording.about['start']:+9.3f} s  {self._said(line)}")
        try:
            if not await self._tapped(line):
                await perform(self.sandbox, line)
        except (ValueError, AssertionError, LookupError, StopIteration) as error:
            self._failed.append(f"{self._said(line)}: {str(error).splitlines()[0]}")
            self.tell(f"            cannot be done now: {self._failed[-1]}")

    async def _tapped(self, line: Json) -> bool:
        """Tap by what is written on a button: its data is the bot's own business and may be another now."""
        if line["does"] == "presses":
            label, on = line["with"]["button"]["text"], line["with"]["message"]
        elif line["does"] == "taps":
            label, on = line["with"]["label"], line["with"].get("on")
        else:
            return False
        person, message = self.sandbox.person_of(line["who"]), None
        if on:
            message = await until(self.sandbox.world, lambda: self._labelled(on, label), self.patience)
        await person.taps(label, message, within=self.patience)
        return True

    def _labelled(self, on: Json, label: str) -> Message | None:
        chat_id, message_id = on["$message"]
        message = self.sandbox.world.chats[chat_id].messages.get(message_id)
        there = message and any(label in row for row in message.buttons)
        return message if there else None

    def _said(self, line: Json) -> str:
        who = "sandbox"
        with suppress(LookupError):
            who = self.sandbox.world.people[line["who"]].name if line.get("who", 0) > 0 else who
        given = ", ".join(f"{name}={str(value)[:60]}" for name, value in line.get("with", {}).items())
        return f"{who} {line['does']} {given}".rstrip()


async def _run(given: argparse.Namespace) -> int:
    recording = Recording.read(given.file)
    async with again(recording, token=given.token, host=given.host, port=given.port) as sandbox:
        _say(f"Sandbox at {sandbox.url}\n  Bot API       {sandbox.url}/bot\n  token         {sandbox.token}")
        _say("Waiting for a bot")
        replay = Replay(recording, sandbox, given.patience, _say)
        found = await replay.play(given.within)
    for each in found:
        _say(str(each))
    _say(
        f"{len(recording.calls)} calls recorded, {len(found)} differences, {len(replay.failed)} deeds not done"
    )
    return 1 if found or replay.failed else 0


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """`python -m sandbox replay FILE`: 0 when the bot did the same, 1 when it differs."""
    parser = argparse.ArgumentParser(
        prog="python -m sandbox replay", description="Play a recorded run to the bot that comes."
    )
    parser.add_argument("file", type=Path, help="what --record wrote")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: only this machine)"
    )
    parser.add_argument("--port", type=int, default=8081, help="port, 0 takes a free one (default: 8081)")
    parser.add_argument("--token", default="", help="the bot's token, with the recorded bot's number")
    parser.add_argument(
        "--patience", type=float, default=2, help="seconds to wait for a missing call (default: 2)"
    )
    parser.add_argument("--within", type=float, default=60, help="seconds to wait for the bot (default: 60)")
    given = parser.parse_args(arguments)
    try:
        return asyncio.run(_run(given))
    except (OSError, ValueError, AssertionError) as error:
        parser.error(str(error))
