"""The load: a lean pretend Bot API over real HTTP, and the people who talk to a bot through it.

The sandbox knows far more of Telegram, and would be the bottleneck here. This one takes every call, keeps nothing it
need not, and limits no rate. Its people find their answer in what the bot shows: a button by its label, a question by
its words, so any bot that holds the same dialog can be driven.
"""

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol, cast
from urllib.parse import parse_qsl

import aiohttp

TOKEN = "123456789:benchmarks-only-no-such-bot-anywhere"
FORM = "eight"
LIMIT, WAIT = 100, 50.0
"""Bot API: updates of one getUpdates at most; seconds it may wait."""

CONNECTIONS = 40
"""Bot API: connections to a webhook, by default."""

SILENCE = 30.0
"""Seconds without any step after which a bot counts as stuck."""

PATIENCE = 10.0
"""Seconds without any reply after which those that are missing count as lost."""

_BOT = {
    "id": 123456789,
    "is_bot": True,
    "first_name": "Bench",
    "username": "bench_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
}

Parameters = dict[str, str]
Answer = Callable[[str], None]


class Stuck(Exception):
    """A bot does not answer; it says what was last shown to whom."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What a person waits for, and what they do when it is there."""

    press: str = ""
    """The label of a button; empty where they write."""
    shows: str = ""
    """Words of the question, where there is no button to know it by."""
    write: str = ""

    def found(self, text: str, markup: str) -> str | None:
        """The data of the button to press, "" where the question is one to write to; None where this is another."""
        if not self.press:
            return "" if self.shows in text else None
        if f'"{self.press}"' not in markup:
            return None
        rows = json.loads(markup).get("inline_keyboard", [])
        return next((key["callback_data"] for row in rows for key in row if key["text"] == self.press), None)


STORY = "Story {chat} of a long night."
"""What somebody tells; like no other's."""

WALK = (
    Screen(press="English"),
    Screen(press="I understand, I am an adult"),
    Screen(press="Yes"),
    Screen(shows="How old are you", write="34"),
    Screen(shows="Which country", write="Madagascar"),
    Screen(press="Water"),
    Screen(shows="What happened", write=STORY),
    Screen(press="Much"),
    Screen(press="Send"),
    Screen(shows="Received"),
)
"""One walk: language, consent (in two taps), age, country, one of five, free text, rating, confirmation."""

STEPS = len(WALK)
"""Updates of one walk: /start and an answer to each screen but the last."""


class Hearers(Protocol):
    """Whoever has a chat with the bot."""

    def shown(self, chat: int, message: int, text: str, markup: str, *, new: bool) -> None:
        """The bot said something, or changed what it said."""
        ...


@dataclass(slots=True)
class Person:
    """Somebody with a phone. After a walk they come back as somebody new."""

    chat: int
    place: int = 0  # the screen that is next to come
    since: float = 0.0  # when they said the last thing
    waiting: bool = False
    button: str = ""
    message: int = 0  # the bot's message they answer
    shown: str = ""
    markup: str = ""
    seen: set[str] = field(default_factory=set)


class Crowd:
    """Many people at once, and the count of what becomes of their updates.

    Each answers `after` seconds after the bot's message came, but not more than once in `every` seconds.
    """

    def __init__(self, api: "Api") -> None:
        self._api = api
        self._after, self._every = 0.0, 0.0
        self._people: dict[int, Person] = {}
        self._next_chat = 1_000_000
        self._talking = False
        self._walks = 0
        self._last = 0.0
        self.latencies: list[float] = []
        self.repeated = 0
        self.finished: list[int] = []
        api.crowd = self

    async def talk(
        self, people: int, seconds: float, *, after: float = 0.01, every: float = 0.0, whole: bool = False
    ) -> None:
        """Let so many talk for so long, all of them new; `whole`: at least until each had a whole walk. Stuck."""
        self._people = {person.chat: person for person in (self._newcomer() for _ in range(people))}
        self._after, self._every = after, every
        self._walks, self.latencies, self.repeated, self._talking = 0, [], 0, True
        loop = asyncio.get_running_loop()
        for number, person in enumerate(self._people.values()):
            loop.call_later(max(every, 0.2) * number / people, self._speak, person)
        began = self._last = time.perf_counter()
        while time.perf_counter() - began < seconds or (whole and self._walks < people):
            await asyncio.sleep(
                0.05
            )  # a look twenty times a second costs the load nothing; a step is no event
            if time.perf_counter() - self._last > SILENCE:
                raise Stuck(self._told())
        self._talking = False

    async def answered(self) -> int:
        """Wait for the replies that are still to come, as long as any comes; how many did not."""
        self._last = time.perf_counter()
        while missing := sum(person.waiting for person in self._people.values()):
            await asyncio.sleep(0.05)
            if time.perf_counter() - self._last > PATIENCE:
                break
        return missing

    def shown(self, chat: int, message: int, text: str, markup: str, *, new: bool) -> None:
        """The bot said something, or changed what it said."""
        person = self._people.get(chat)
        if person is None:
            return
        if new:
            self.repeated += text in person.seen
            person.seen.add(text)
        if not person.waiting or (button := WALK[person.place].found(text, markup)) is None:
            return
        now = self._last = time.perf_counter()
        self.latencies.append(now - person.since)
        person.waiting = False
        person.button, person.message, person.shown, person.markup = button, message, text, markup
        person.place += 1
        if person.place == STEPS:
            self.finished.append(chat)
            self._walks += 1
            person = self._newcomer()
            self._people[person.chat] = person  # who is gone stays: they may hear something again
        pause = max(self._after, person.since + self._every - now)
        asyncio.get_running_loop().call_later(pause, self._speak, person)

    def _newcomer(self) -> Person:
        self._next_chat += 1
        return Person(self._next_chat, since=time.perf_counter())

    def _speak(self, person: Person) -> None:
        if not self._talking or person.chat not in self._people:
            return
        person.since, person.waiting = time.perf_counter(), True
        if person.place == 0:
            self._api.write(person.chat, f"/start f-{FORM}")
            return
        screen = WALK[person.place - 1]
        if screen.press:
            self._api.press(person)
        else:
            self._api.write(person.chat, screen.write.format(chat=person.chat))

    def _told(self) -> str:
        person = next(person for person in self._people.values() if person.place < STEPS)
        return f"person {person.chat} waits for screen {person.place}; saw {sorted(person.seen)}"


class Api:
    """The Bot API's methods. Updates go out by getUpdates or, once a webhook is set, by POST."""

    def __init__(self) -> None:
        self.crowd: Hearers | None = None
        self.calls = self.told = 0  # calls of the bot, and bytes in them for the phone
        self._updates: deque[tuple[int, str]] = deque()
        self._update = self._message = 1
        self._poll: tuple[Answer, int, asyncio.TimerHandle] | None = None
        self._polled = asyncio.Event()
        self._webhook: Webhook | None = None

    async def ready(self, within: float) -> None:
        """Wait until the bot takes updates. TimeoutError."""
        await asyncio.wait_for(self._polled.wait(), within)

    def taken(self) -> list[str]:
        """All updates that wait for getUpdates, oldest first; none of them waits any longer."""
        waited = [body for _, body in self._updates]
        self._updates.clear()
        return waited

    def forget_bot(self) -> None:
        """The bot's process died."""
        self._drop_poll()
        self._polled.clear()

    async def close(self) -> None:
        """End what is under way."""
        self._drop_poll()
        if self._webhook:
            await self._webhook.close()

    # -- what people do ---------------------------------------------------------------------------------------------

    def write(self, chat: int, text: str, *, ago: int = 0) -> None:
        """Somebody writes, or wrote so many seconds ago."""
        message = self._new(chat, text, ago) | {"from": _person(chat)}
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        self._put(chat, "message", json.dumps(message))

    def press(self, person: Person) -> None:
        """Somebody presses a button."""
        under = {
            "message_id": person.message,
            "from": _BOT,
            "chat": _chat(person.chat),
            "date": int(time.time()),
        }
        under |= {"text": person.shown, "reply_markup": json.loads(person.markup)}
        query = {
            "id": str(self._update),
            "from": _person(person.chat),
            "chat_instance": "1",
            "message": under,
        }
        self._put(person.chat, "callback_query", json.dumps(query | {"data": person.button}))

    def _put(self, chat: int, kind: str, body: str) -> None:
        update = f'{{"update_id":{self._update},"{kind}":{body}}}'
        if self._webhook:
            self._webhook.put(chat, update)
        else:
            self._updates.append((self._update, update))
            self._answer_poll()
        self._update += 1

    # -- what the bot asks ------------------------------------------------------------------------------------------

    def call(self, method: str, parameters: Parameters, answer: Answer) -> None:
        """One call; `answer` takes the body, now or later."""
        self.calls += 1
        match method:
            case "getUpdates":
                self._get_updates(parameters, answer)
            case "sendMessage":
                self._message += 1
                self._say(self._message, parameters, answer, new=True)
            case "editMessageText":
                self._say(int(parameters["message_id"]), parameters, answer, new=False)
            case "getMe":
                answer(_ok(json.dumps(_BOT)))
            case "setWebhook":
                self._webhook = self._webhook or Webhook(self)
                self._webhook.goes_to(parameters["url"], parameters.get("secret_token", ""))
                self._polled.set()
                answer(_ok("true"))
            case "getWebhookInfo":
                answer(_ok('{"url":"","has_custom_certificate":false,"pending_update_count":0}'))
            case _:
                answer(_ok("true"))

    def _say(self, number: int, parameters: Parameters, answer: Answer, *, new: bool) -> None:
        chat, text, markup = (
            int(parameters["chat_id"]),
            parameters["text"],
            parameters.get("reply_markup", ""),
        )
        self.told += len(text.encode()) + len(markup.encode())
        message: dict[str, object] = {"message_id": number, "from": _BOT, "chat": _chat(chat)}
        body = json.dumps(message | {"date": int(time.time()), "text": text})
        if "inline_keyboard" in markup:
            body = f'{body[:-1]},"reply_markup":{markup}}}'
        answer(_ok(body))
        if self.crowd:
            self.crowd.shown(chat, number, text, markup, new=new)

    def _get_updates(self, parameters: Parameters, answer: Answer) -> None:
        self._drop_poll()
        self._polled.set()
        offset = int(parameters.get("offset", 0))
        while self._updates and self._updates[0][0] < offset:
            self._updates.popleft()
        wait = min(WAIT, float(parameters.get("timeout", 0)))
        timer = asyncio.get_running_loop().call_later(wait, self._answer_poll, True)
        self._poll = answer, int(parameters.get("limit", LIMIT)), timer
        self._answer_poll()

    def _answer_poll(self, late: bool = False) -> None:
        if self._poll and (self._updates or late):
            answer, limit, timer = self._poll
            self._poll = None
            timer.cancel()
            some = [body for _, (_, body) in zip(range(min(limit, LIMIT)), self._updates, strict=False)]
            answer(_ok(f"[{','.join(some)}]"))

    def _drop_poll(self) -> None:
        if self._poll:
            self._poll[2].cancel()
            self._poll = None

    def _new(self, chat: int, text: str, ago: int) -> dict[str, object]:
        self._message += 1
        date = int(time.time()) - ago
        return {"message_id": self._message, "date": date, "chat": _chat(chat), "text": text}


class Webhook:
    """Delivers updates by POST: those of one chat one after another, again until the bot says 2xx.

    An answer with a body is one call of the bot.
    """

    def __init__(self, api: Api) -> None:
        self._api = api
        self._url, self._headers = "", {"Content-Type": "application/json"}
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS))
        self._waiting: dict[int, deque[str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def goes_to(self, url: str, secret: str) -> None:
        """Where the bot listens, and the word by which it knows us."""
        self._url = url
        self._headers["X-Telegram-Bot-Api-Secret-Token"] = secret

    def put(self, chat: int, update: str) -> None:
        """One more update of this chat."""
        if chat in self._waiting:
            self._waiting[chat].append(update)
            return
        self._waiting[chat] = deque([update])
        task = asyncio.create_task(self._deliver(chat))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, chat: int) -> None:
        queue = self._waiting[chat]
        pause = 0.0
        while queue:
            await asyncio.sleep(pause)
            if await self._accepted(queue[0]):
                queue.popleft()
                pause = 0.0
            else:  # Telegram: the first retry at once, then after a second, then doubled
                pause = min(60.0, 2 * pause) or 1.0
        del self._waiting[chat]

    async def _accepted(self, update: str) -> bool:
        try:
            async with self._session.post(self._url, data=update.encode(), headers=self._headers) as response:
                if body := await response.read():
                    asked = json.loads(body)
                    self._api.call(asked.pop("method"), asked, lambda answer: None)
                return response.status // 100 == 2
        except aiohttp.ClientError:
            return False

    async def close(self) -> None:
        """End what is under way."""
        for task in self._tasks:
            task.cancel()
        await self._session.close()


def _chat(chat: int) -> dict[str, object]:
    return {"id": chat, "type": "private", "first_name": "Person"}


def _person(chat: int) -> dict[str, object]:
    return {"id": chat, "is_bot": False, "first_name": "Person", "language_code": "en"}


def _ok(result: str) -> str:
    return f'{{"ok":true,"result":{result}}}'


class Wire(asyncio.Protocol):
    """As much HTTP/1.1 as clients of the Bot API speak: bodies with a length, one request after another."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._kept = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client came."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Some bytes came."""
        self._kept += data
        while (end := self._kept.find(b"\r\n\r\n")) >= 0:
            head = self._kept[:end].decode("latin-1")
            lines = head.split("\r\n")
            headers = {
                name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
            }
            size = end + 4 + int(headers.get("content-length", 0))
            if "transfer-encoding" in headers:
                raise ValueError("a body sent in chunks: this load reads only those that tell their length")
            if len(self._kept) < size:
                return
            body, self._kept = self._kept[end + 4 : size], self._kept[size:]
            method = lines[0].split(" ")[1].rpartition("/")[2]
            kind = headers.get("content-type", "")
            self._api.call(method, dict(_parameters(kind, body.decode())), self._answer)

    def _answer(self, body: str) -> None:
        encoded = body.encode()
        if self._transport and not self._transport.is_closing():
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                % (len(encoded), encoded)
            )


@contextlib.asynccontextmanager
async def serving(api: Api) -> AsyncIterator[str]:
    """Serve the Bot API on this machine; where."""
    server = await asyncio.get_running_loop().create_server(lambda: Wire(api), "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        await api.close()
        server.close()


def _parameters(kind: str, body: str) -> Iterable[tuple[str, str]]:
    if kind.startswith("application/json"):
        found = json.loads(body) if body else {}
        return (
            (name, value if isinstance(value, str) else json.dumps(value)) for name, value in found.items()
        )
    return parse_qsl(body, keep_blank_values=True)
