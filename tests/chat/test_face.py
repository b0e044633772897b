"""Polling a strict Telegram: nothing is acknowledged before it is kept, and nothing that comes can stop it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import pytest

from bot.chat.face import Line, Polling, TokenRefused
from bot.chat.intake import Intake
from bot.chat.listening import listen
from bot.chat.signing import Signer
from bot.heard import Words
from bot.people import Partner
from bot.ports import Entry, Store, Unavailable, Unit
from bot.receiving import Receiving
from bot.speech import Message, Sentence
from sandbox import Fault, Person, Sandbox
from storage.database import Database
from tests.fakes import FakeClock, FakeMessenger
from tests.stores import SqliteFiles, opened

T = TypeVar("T")
SIGNER = Signer(bytes(32))


@dataclass(slots=True)
class Scene:
    """A pretend Telegram with Amina, a store, and everything between them up to a handler that remembers."""

    sandbox: Sandbox
    store: Database
    line: Line
    clock: FakeClock
    messenger: FakeMessenger
    amina: Person
    heard: list[str] = field(default_factory=list)
    spoken: asyncio.Event = field(default_factory=asyncio.Event)

    def handle(self, unit: Unit, body: bytes, now: datetime) -> None:
        what = listen(body, SIGNER).what
        self.heard.append(what.text if isinstance(what, Words) else type(what).__name__)

    def apologise(self, unit: Unit, entry: Entry, now: datetime) -> None:
        self.heard.append(f"sorry for {entry.update}")

    @asynccontextmanager
    async def polling(self, store: Store | None = None) -> AsyncIterator[asyncio.Task[None]]:
        kept = store or self.store
        receiving = Receiving(kept, self.clock, self.handle, apologise=self.apologise, spoke=self.spoken.set)
        intake = Intake(kept, receiving, self.messenger, self.clock)
        face = Polling(self.line, receiving, intake, self.clock, wait=5)
        work, poll = asyncio.create_task(receiving.work()), asyncio.create_task(face.run())
        try:
            yield poll
        finally:
            for task in (work, poll):
                task.cancel()
            await asyncio.gather(work, poll, return_exceptions=True)

    async def hears(self, count: int, within: float = 10) -> list[str]:
        async with asyncio.timeout(within):
            while len(self.heard) < count:
                self.spoken.clear()
                await self.spoken.wait()
        return self.heard


@pytest.fixture
async def scene(files: SqliteFiles) -> AsyncIterator[Scene]:
    clock = FakeClock(datetime.now().astimezone())
    async with Sandbox(flood=False, penalty=False) as sandbox, opened(files.fresh()) as store:
        await store.transact(lambda unit: unit.people.add_partner(Partner("atd", "ATD Fourth World")))
        line = Line(sandbox.token, sandbox.url)
        amina = sandbox.person("Amina", "fr", started=True)
        await line.open()
        yield Scene(sandbox, store, line, clock, FakeMessenger(), amina)
        await line.close()


async def test_what_people_say_is_heard_in_order(scene: Scene) -> None:
    """R1: polled, kept, handled, acknowledged."""
    async with scene.polling():
        for text in ("one", "two", "three"):
            await scene.amina.says(text)
        assert await scene.hears(3) == ["one", "two", "three"]
        await scene.amina.says("four")
        await scene.hears(4)
        await scene.sandbox.quiet()
    calls = scene.sandbox.calls("getUpdates")
    assert calls[0].parameters["allowed_updates"] == [
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
    ]
    assert scene.sandbox.at_rest(0)


async def test_the_offset_survives_a_restart(scene: Scene) -> None:
    """R3: the poll offset is its own stored value."""
    async with scene.polling():
        await scene.amina.says("one")
        await scene.hears(1)
    async with scene.polling():
        await scene.amina.says("two")
        assert await scene.hears(2) == ["one", "two"]
    offsets = [call.parameters.get("offset") for call in scene.sandbox.calls("getUpdates")]
    assert offsets[0] is None
    assert None not in offsets[2:]


async def test_a_repeated_update_is_heard_once(scene: Scene) -> None:
    """R3: redelivery."""
    scene.sandbox.repeat(2)
    async with scene.polling():
        await scene.amina.says("one")
        await scene.amina.says("two")
        await scene.amina.says("three")
        await scene.hears(3)
        await scene.sandbox.quiet()
    assert scene.heard == ["one", "two", "three"]


class Away:
    """A Store that is away as long as it is told so."""

    def __init__(self, store: Database) -> None:
        self._store = store
        self.away = False

    async def transact(self, work: Callable[[Unit], T]) -> T:
        if self.away:
            raise Unavailable("down")
        return await self._store.transact(work)

    async def close(self) -> None:
        await self._store.close()


async def test_nothing_is_acknowledged_while_the_store_is_away(scene: Scene) -> None:
    """R1, R23: no acknowledgement, no spin; Telegram keeps the update, and it is heard after recovery."""
    away = Away(scene.store)
    async with scene.polling(away):
        await scene.amina.says("one")
        await scene.hears(1)
        await scene.sandbox.quiet()
        away.away = True
        before = scene.sandbox.seq
        await scene.amina.says("two")
        for _ in range(10):
            await scene.sandbox.called("getUpdates", since=before)
            scene.clock.advance(await scene.clock.asleep())
        calls = scene.sandbox.calls("getUpdates", since=before)
        assert len({call.parameters["offset"] for call in calls}) == 1
        assert 1 < len(calls) <= 11
        away.away = False
        async with scene.clock.hurrying():
            await scene.hears(2)
    assert scene.heard == ["one", "two"]


@pytest.mark.parametrize(
    "fault",
    [
        Fault.server_error(500),
        Fault.server_error(502, html=True),
        Fault.closed_before(),
        Fault.closed_after(),
        Fault.too_many(3),
        Fault.refused(409, "Conflict: terminated by other getUpdates request"),
        Fault.refused(418, "Something new"),
    ],
)
async def test_faults_of_telegram_are_waited_out(scene: Scene, fault: Fault) -> None:
    """R13, R26: 5xx, resets, 429 and 409 with a pause, then on."""
    scene.sandbox.fail("getUpdates", how=fault, times=2)
    async with scene.polling():
        await scene.amina.says("one")
        async with scene.clock.hurrying():
            await scene.hears(1)
        await scene.sandbox.quiet()
    assert scene.heard == ["one"]


async def test_a_webhook_that_was_left_is_taken_away(scene: Scene) -> None:
    await scene.line.bot.set_webhook("https://127.0.0.1/hook")
    async with scene.polling():
        await scene.amina.says("one")
        async with scene.clock.hurrying():
            await scene.hears(1)


async def test_a_token_that_is_no_longer_known_ends_the_polling(scene: Scene) -> None:
    """S28: the operator must give another; the name of the error does not hold the old one."""
    scene.sandbox.fail("getUpdates", how=Fault.refused(401, "Unauthorized"))
    async with scene.polling() as poll:
        with pytest.raises(TokenRefused):
            await poll


async def test_taps_are_acknowledged_when_they_are_taken(scene: Scene) -> None:
    """R6: answerCallbackQuery is always tried, forged or not."""
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "forged"}]]}
    await scene.line.bot.send_message(scene.amina.id, "?", api_kwargs={"reply_markup": json.dumps(keyboard)})
    async with scene.polling():
        await scene.amina.taps("Yes")
        await scene.amina.taps("Yes")
        assert await scene.hears(2) == ["Tap", "Tap"]
        await scene.sandbox.quiet()
    assert len(scene.messenger.acknowledged) == 2


def unfinished(unit: Unit) -> bool:
    return unit.inbox.next_due() is not None


def _beyond(number: int, field: str) -> bytes:
    """A message in which one number is larger than any clock and any database."""
    message = {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "text": "far"}
    message |= {"from": {"id": 10**30}} if field == "from" else {"from": {"id": 5}, field: 10**30}
    return json.dumps({"update_id": number, "message": message}).encode()


async def test_an_update_that_cannot_be_parsed_stops_nobody(files: SqliteFiles) -> None:
    """R9: bytes that are no JSON are asked for one at a time, kept as they are, and passed by."""
    deep = b'{"update_id": 8, "message": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    updates = {
        7: b'{"update_id": 7, "brand_new": {"x": "\\ud800"}}',
        8: deep,
        9: b'{"update_id": 9, "message": {"from": {"id": "nobody"}}}',
        10: json.dumps(
            {
                "update_id": 10,
                "message": {
                    "message_id": 1,
                    "date": 1,
                    "chat": {"id": 5, "type": "private"},
                    "from": {"id": 5},
                    "text": "hi \ud83d\ude00 \ud800",
                },
            }
        ).encode(),
        **{number: _beyond(number, field) for number, field in enumerate(("date", "message_id", "from"), 11)},
    }
    served: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            asked = dict(pair.split(b"=") for pair in (await reader.readexactly(length)).split(b"&"))
            offset, limit = int(asked.get(b"offset", 0)), int(asked[b"limit"])
            found = [(number, body) for number, body in updates.items() if number >= offset][:limit]
            served.append(len(found))
            if not found:
                await asyncio.sleep(3600)
            body = b'{"ok": true, "result": [' + b",".join(body for _, body in found) + b"]}"
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            await writer.drain()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    line, clock, heard = Line("1:x", origin), FakeClock(), []
    done = asyncio.Event()

    def handle(unit: Unit, body: bytes, now: datetime) -> None:
        heard.append(listen(body, SIGNER).what)

    await line.updates.initialize()
    async with opened(files.fresh()) as store:
        receiving = Receiving(store, clock, handle, apologise=lambda *_: None, spoke=done.set)
        polling = Polling(line, receiving, Intake(store, receiving, FakeMessenger(), clock), clock)
        tasks = [asyncio.create_task(receiving.work()), asyncio.create_task(polling.run())]
        async with asyncio.timeout(20), clock.hurrying():
            while await receiving.offset() != 14 or await store.transact(unfinished):
                done.clear()
                await done.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await line.updates.shutdown()
    server.close()
    assert [what for what in heard if isinstance(what, Words)] == [Words("hi 😀 \ud800")]
    assert served[:4] == [7, 1, 6, 1]


async def test_whoever_was_kept_waiting_is_told_once(scene: Scene) -> None:
    """R23, R39: one apology after recovery."""

    def know(unit: Unit) -> None:
        address = unit.people.add_address(scene.amina.id, scene.amina.id, scene.clock.now())
        unit.people.add_respondent(address, "atd", "fr", scene.clock.now())

    await scene.store.transact(know)
    await scene.amina.says("one")
    await scene.amina.says("two")
    scene.clock.advance(3600)
    async with scene.polling():
        await scene.hears(2)
        await scene.sandbox.quiet()
        await scene.amina.says("three")
        await scene.hears(3)
        await scene.sandbox.quiet()
    found = await scene.store.transact(
        lambda unit: [each.message for each in unit.outbox.claim(9, scene.clock.now())]
    )
    apology = Sentence(
        "We were not reachable for a while, and some messages may not have arrived. "
        "If something is missing, please send it again. We are sorry."
    )
    assert found == [Message("fr", (apology,))]
