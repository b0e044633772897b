"""A Telegram in the same process: the sandbox's rules, without HTTP, behind a line on which everything goes wrong."""

import asyncio
import contextvars
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from telegram import Bot

from bot.chat.face import Line
from bot.chat.request import NotSent, Request, Uncertain
from sandbox import Sandbox
from sandbox.clock import Clock
from sandbox.flood import Flood
from sandbox.journal import Call
from sandbox.methods.chats import download
from sandbox.updates import Update
from tests.simulation.loop import BEGINNING
from tests.simulation.story import Story

ORIGIN = "https://telegram.invalid"
SAYING = frozenset({"sendMessage", "editMessageText", "sendVoice", "sendPhoto", "sendAudio", "sendDocument"})
CAMPAIGN = re.compile(r"Campaign \d+ for \d+")

FAULTS = {
    "no connection": 0.03,
    "lost before it was done": 0.01,
    "answer lost": 0.03,
    "429": 0.02,
    "500 before": 0.01,
    "502 after": 0.01,
    "answer cut": 0.01,
    "slow": 0.05,
}
"""How often a call goes wrong in which way; each run draws how much of each it has."""

FAR = 1_000_000
"""By how much ids fall: one chosen at random lies far away. Within sandbox.updates.FORWARD of the former ones, asking
for those would confirm what nobody has read; nobody could tell the two apart.
"""


class LoopClock(Clock):
    """The sandbox's clock, told by the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(BEGINNING.timestamp())
        self._loop = loop

    def now(self) -> float:
        """Seconds since 1970."""
        return BEGINNING.timestamp() + self._loop.time()


class Telegram:
    """The pretend Telegram and its weather. `kept`: which of these update ids are in the store, committed."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        chance: random.Random,
        story: Story,
        kept: Callable[[list[int]], set[int]],
    ) -> None:
        self.sandbox = Sandbox(
            flood=Flood(jitter=2), penalty=False, clock=LoopClock(loop), seed=story.seed, calls_kept=1
        )
        self.world = self.sandbox.world
        self.away = False
        self.calm = False
        self.campaigns: Counter[str] = Counter()
        self.said: Counter[int] = Counter()
        """How many messages and changes came into each chat."""
        self.heard: list[Callable[[int, str], None]] = []
        """Told of each text that comes into a chat."""
        self.together: list[list[int]] = []
        """Updates with one person's words that the bot took at once, in the order in which they were said."""
        self._loop, self._chance, self._story, self._kept = loop, chance, story, kept
        self._odds = {kind: odds * chance.choice((0, 0.5, 1, 2)) for kind, odds in FAULTS.items()}
        self._lowest = self.world.updates.next_id
        self._may_fall = chance.random() < 0.5
        self.sandbox.gateway.journal.listeners.append(self._note)

    # -- the line -----------------------------------------------------------------------------------------------------

    async def exchange(self, url: str, data: bytes | None, read: float) -> tuple[int, bytes]:
        """One call of the bot, with whatever goes wrong on its way there and back."""
        name = url.rpartition("/")[2] if data is not None else "file"
        fault = self._fault(name)
        await asyncio.sleep(self._chance.uniform(0.01, 0.2))
        if fault == "no connection":
            raise NotSent(fault)
        if fault == "lost before it was done":
            await asyncio.sleep(read)
            raise Uncertain(fault)
        if fault == "429":
            return 429, _refusal(429, self._chance.choice((1, 2, 5, 30)))
        if fault == "500 before":
            return 500, _refusal(500)
        # Once it is on its way, it is done whether or not the bot still lives.
        doing = self._loop.create_task(self._do(name, url, data), context=contextvars.Context())
        code, body = await asyncio.shield(doing)
        if fault == "slow":
            await asyncio.sleep(self._chance.uniform(1, 15))
        await asyncio.sleep(self._chance.uniform(0.01, 0.2))
        if fault == "answer lost":
            await asyncio.sleep(read)
            raise Uncertain(fault)
        if fault == "answer cut" and name == "getUpdates":
            raise Uncertain(
                fault
            )  # HTTP itself notices; what is whole and no JSON is an update that breaks us (R9)
        if fault == "502 after":
            return 502, b"<html>Bad Gateway</html>"
        return code, body[: len(body) // 2] if fault == "answer cut" else body

    def _fault(self, name: str) -> str:
        if self.calm:
            return ""
        if self.away:
            return self._chance.choice(("no connection", "lost before it was done"))
        drawn = self._chance.random()
        for kind, odds in self._odds.items():
            drawn -= odds
            if drawn < 0:
                self._story.fault(kind, name)
                return kind
        return ""

    async def _do(self, name: str, url: str, data: bytes | None) -> tuple[int, bytes]:
        if data is None:
            file = download(self.world, url.partition("/file/bot")[2].partition("/")[2])
            return (200, file.data) if file else (404, _refusal(404))
        raw: dict[str, Any] = (
            json.loads(data)
            if data.startswith(b"{")
            else dict(parse_qsl(data.decode(), keep_blank_values=True))
        )
        if name == "getUpdates":
            self._confirmed(int(raw.get("offset", 0)))
        code, body, _ = await self.sandbox.gateway.call(name, raw)
        if name == "getUpdates" and code == 200:
            self._give(body["result"])
        return code, json.dumps(body).encode()

    def _note(self, call: Call) -> None:
        if call.method == "getUpdates":
            return
        self._ids_fall()
        chat = call.parameters.get("chat_id", "")
        self._story.tell("telegram", f"{call.method} {chat} {call.code}")
        if call.method in SAYING and (call.code == 200 or "not modified" in str(call.answer)):
            self.said[int(chat)] += 1
            text = str(call.parameters.get("text", ""))
            for found in CAMPAIGN.findall(text):
                self.campaigns[found] += 1
                self._story.must(self.campaigns[found] == 1, f"I3: {found} came twice")
            for told in self.heard:
                told(int(chat), text)

    # -- updates ------------------------------------------------------------------------------------------------------

    def _confirmed(self, offset: int) -> None:
        """The bot asks for what comes after: all before is acknowledged, and must be in the store (I1)."""
        updates = self.world.updates
        if not 0 < offset <= updates.next_id + 10:
            return
        acknowledged = [each for each in updates.pending if each < offset]
        if acknowledged:
            lost = set(acknowledged) - self._kept(acknowledged)
            self._story.must(not lost, f"I1: acknowledged, but not in the store: {sorted(lost)}")
            self._story.tell("telegram", f"acknowledged {acknowledged}")
            self._note_order([updates.pending[each] for each in acknowledged])

    def _note_order(self, taken: list[Update]) -> None:
        said: dict[int, list[tuple[int, int, int]]] = {}
        for each in taken:
            if each.kind == "message" and "text" in each.payload:
                place = each.payload["date"], each.payload["message_id"], each.id
                said.setdefault(each.payload["chat"]["id"], []).append(place)
        self.together += [
            [place[2] for place in sorted(places)] for places in said.values() if len(places) > 1
        ]

    def _give(self, updates: list[dict[str, Any]]) -> None:
        if not updates:
            return
        if not self.calm and len(updates) > 1 and self._chance.random() < 0.3:
            self._story.fault("updates in another order")
            self._chance.shuffle(updates)
        self._story.tell("telegram", f"gives {[each['update_id'] for each in updates]}")

    def _ids_fall(self) -> None:
        """After a long silence ids begin anew somewhere else, maybe lower (Bot API, Update)."""
        updates = self.world.updates
        if updates.pending or updates.again or updates.held:
            return
        if self._may_fall and 6 <= updates.next_id - self._lowest <= 8:
            self._story.fault("update ids fall")
            updates.next_id, self._may_fall = self._lowest - FAR, False

    async def weather(self) -> None:
        """Until cancelled: outages, updates that are late, come twice, come in disorder."""
        chance, updates = self._chance, self.world.updates
        while True:
            await asyncio.sleep(chance.expovariate(1 / 30))
            match chance.choices(("twice", "held", "away"), (6, 12, 1))[0]:
                case "twice":
                    self._story.fault("updates twice")
                    updates.repeat += chance.randint(1, 3)
                case "held":
                    self._story.fault("updates held up")
                    updates.hold()
                    await asyncio.sleep(chance.uniform(1, 20))
                    self.release(shuffled=chance.random() < 0.8)
                case "away":
                    self._story.fault("Telegram is away")
                    self.away = True
                    await asyncio.sleep(chance.uniform(10, 200))
                    self.away = False

    def release(self, *, shuffled: bool = False) -> None:
        """Give out what was held up."""
        self.sandbox.release(shuffled=shuffled)

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self.calm, self.away = True, False
        self.world.updates.repeat = 0
        self.release()


class Wire(Line):
    """The bot's line to this Telegram. `alive` raises where its process has died."""

    def __init__(self, telegram: Telegram, alive: Callable[[], None], token: str) -> None:
        self.url = f"{ORIGIN}/bot{token}"
        self.account = token.partition(":")[0]
        self.opened = False
        self.updates = _Requests(telegram, alive)
        self._spoken = _Requests(telegram, alive)
        self.bot = Bot(
            token,
            base_url=f"{ORIGIN}/bot",
            base_file_url=f"{ORIGIN}/file/bot",
            request=self._spoken,
            get_updates_request=self.updates,
        )


class _Requests(Request):
    """Requests that reach Telegram without a network."""

    def __init__(self, telegram: Telegram, alive: Callable[[], None]) -> None:
        super().__init__(ORIGIN)
        self._telegram, self._alive = telegram, alive

    async def initialize(self) -> None:
        """There is no session."""

    async def shutdown(self) -> None:
        """There is no session."""

    async def exchange(
        self, method: str, url: str, data: Any, read: float, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """See Request.exchange."""
        self._alive()
        try:
            return await self._telegram.exchange(url, data if method == "POST" else None, read)
        finally:
            self._alive()


def _refusal(code: int, retry_after: int = 0) -> bytes:
    body: dict[str, Any] = {"ok": False, "error_code": code, "description": f"HTTP {code}"}
    return json.dumps(body | ({"parameters": {"retry_after": retry_after}} if retry_after else {})).encode()
