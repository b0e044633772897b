"""The webhook: nobody but Telegram is believed, and nothing is answered with 200 before it is kept."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import aiohttp
import pytest

from bot.chat.face import Line, TokenRefused
from bot.chat.hook import LARGEST, SECRET, AddressRefused, Hook
from bot.chat.intake import Intake
from bot.chat.listening import listen
from bot.chat.signing import Signer
from bot.health import serving
from bot.heard import Words
from bot.journal import Deed
from bot.people import Partner
from bot.ports import Entry, Meter, Unavailable, Unit
from bot.receiving import Receiving
from bot.returning import HELD_UP
from bot.speech import Message
from sandbox import Fault, Person, Sandbox
from tests.fakes import FakeClock, FakeMessenger, WatchedStore
from tests.hooks import WORD, free_port, said
from tests.sandbox.bots import eventually
from tests.stores import SqliteFiles, every_row, opened

T = TypeVar("T")
SIGNER = Signer(bytes(32))


class Away(WatchedStore):
    """A Store that is away as long as it is told so."""

    away = False

    async def transact(self, work: Callable[[Unit], T]) -> T:
        if self.away:
            raise Unavailable("down")
        return await super().transact(work)


@dataclass(slots=True)
class Scene:
    """A pretend Telegram with Amina, a store, and a webhook that listens, up to a handler that remembers."""

    sandbox: Sandbox
    url: str
    store: Away
    line: Line
    clock: FakeClock
    messenger: FakeMessenger
    amina: Person
    client: aiohttp.ClientSession
    hook: Hook
    place: str
    heard: list[str]
    spoken: asyncio.Event

    async def hears(self, count: int, within: float = 10) -> list[str]:
        async with asyncio.timeout(within):
            while len(self.heard) < count:
                self.spoken.clear()
                await self.spoken.wait()
        return self.heard

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Task[None]]:
        """With Telegram told where we are."""
        task = asyncio.create_task(self.hook.run())
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def post(self, body: bytes, headers: Mapping[str, str] | None = None) -> int:
        """Bring some bytes as Telegram would; the HTTP code of the answer."""
        given = {SECRET: WORD} if headers is None else headers
        async with self.client.post(self.place, data=body, headers=given) as response:
            return response.status

    async def raw(self, head: str) -> str:
        """Send a request's head alone, no body; the answer's first line."""
        host, port = self.place.removeprefix("http://").removesuffix("/telegram").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"POST /telegram HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode())
        try:
            return (await asyncio.wait_for(reader.readline(), 5)).decode().strip()
        finally:
            writer.close()

    def kept(self) -> int:
        """How many updates are in the inbox."""
        return len(every_row(self.url)["inbox"])

    async def aside(self) -> int:
        return await self.store.transact(lambda unit: unit.inbox.aside())

    async def noted(self) -> list[Deed]:
        """The journal, oldest first, once nothing is under way."""
        await self.store.rests()
        return await self.store.transact(lambda unit: unit.journal.read()[::-1])


@pytest.fixture
async def scene(files: SqliteFiles) -> AsyncIterator[Scene]:
    clock, url = FakeClock(datetime.now().astimezone()), files.fresh()
    heard: list[str] = []
    spoken = asyncio.Event()

    def handle(unit: Unit, body: bytes, now: datetime) -> None:
        what = listen(body, SIGNER).what
        heard.append(what.text if isinstance(what, Words) else type(what).__name__)

    def apologise(unit: Unit, entry: Entry, now: datetime) -> None:
        heard.append("sorry")

    async with Sandbox(flood=False) as sandbox, opened(url) as database, aiohttp.ClientSession() as client:
        await database.transact(lambda unit: unit.people.add_partner(Partner("atd", "ATD Fourth World")))
        store, messenger = Away(database), FakeMessenger()
        line = Line(sandbox.token, sandbox.url)
        await line.open()
        receiving = Receiving(store, clock, handle, apologise=apologise, spoke=spoken.set)
        intake = Intake(store, receiving, messenger, clock)
        amina = sandbox.person("Amina", "fr", started=True)
        port = free_port()
        place = f"http://127.0.0.1:{port}/telegram"
        hook = Hook(line, intake, store, clock, place, WORD, meter=Meter())
        work = asyncio.create_task(receiving.work())
        async with serving("127.0.0.1", port, [hook]):
            yield Scene(
                sandbox, url, store, line, clock, messenger, amina, client, hook, place, heard, spoken
            )
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await line.close()


async def test_what_people_say_is_brought_kept_and_heard_in_order(scene: Scene) -> None:
    """R2: Telegram is told where we are, and of the same kinds of updates as a poll asks for."""
    async with scene.running():
        call = await scene.sandbox.called("setWebhook")
        for text in ("one", "two", "three"):
            await scene.amina.says(text)
        assert await scene.hears(3) == ["one", "two", "three"]
        await scene.sandbox.quiet()
    assert call.parameters == {
        "url": scene.place,
        "max_connections": 100,
        "allowed_updates": ["message", "edited_message", "callback_query", "my_chat_member"],
        "secret_token": WORD,
    }


async def test_an_update_is_in_the_inbox_before_it_is_acknowledged(scene: Scene) -> None:
    """R2: the answer 200 comes after the commit."""
    for number in range(1, 20):
        assert await scene.post(said(number, "word", person=number)) == 200
        assert scene.kept() == number


async def test_an_update_brought_many_times_at_once_is_heard_once(scene: Scene) -> None:
    """R2, R3: parallel and repeated delivery."""
    codes = await asyncio.gather(*(scene.post(said(7, "once")) for _ in range(30)))
    assert set(codes) == {200}
    assert await scene.post(said(8, "after")) == 200
    assert await scene.hears(2) == ["once", "after"]
    assert await scene.post(said(7, "once")) == 200
    assert scene.kept() == 2


STRANGERS: list[dict[str, str]] = [
    {},
    {SECRET: ""},
    {SECRET: WORD[:-1]},
    {SECRET: WORD + "x"},
    {SECRET: WORD.lower()},
    {SECRET: "\u00e9" * 32},
    {"Authorization": WORD},
]


@pytest.mark.parametrize("headers", STRANGERS)
async def test_whoever_does_not_know_the_secret_is_turned_away(scene: Scene, headers: dict[str, str]) -> None:
    """S25: and leaves nothing in the inbox."""
    assert await scene.post(said(1, "forged"), headers) == 401
    assert scene.kept() == 0


async def test_a_secret_given_twice_is_none(scene: Scene) -> None:
    """S25."""
    twice = f"{SECRET}: {WORD}\r\n{SECRET}: {WORD}\r\nContent-Length: 2\r\n\r\n{{}}"
    assert await scene.raw(twice) == "HTTP/1.1 401 Unauthorized"
    assert scene.kept() == 0


async def test_a_strangers_words_are_not_even_read(scene: Scene) -> None:
    """S25: the answer does not wait for the body that was announced."""
    assert await scene.raw("Content-Length: 100000") == "HTTP/1.1 401 Unauthorized"


async def test_what_is_too_large_is_refused_before_it_is_read(scene: Scene) -> None:
    """S25: one byte over a megabyte, announced or growing; a whole megabyte is taken."""
    assert await scene.raw(f"{SECRET}: {WORD}\r\nContent-Length: {LARGEST + 1}") == (
        "HTTP/1.1 413 Request Entity Too Large"
    )
    assert await scene.post(bytes(LARGEST + 1)) == 413

    async def growing() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield bytes(LARGEST // 16)

    async with scene.client.post(scene.place, data=growing(), headers={SECRET: WORD}) as response:
        assert response.status == 413
    assert scene.kept() == 0
    whole = said(1, "x" * (LARGEST - len(said(1, ""))))
    assert len(whole) == LARGEST
    assert await scene.post(whole) == 200
    assert scene.kept() == 1


async def test_nothing_else_is_served_there(scene: Scene) -> None:
    """S25: no other method, no other path."""
    async with scene.client.get(scene.place, headers={SECRET: WORD}) as response:
        assert response.status == 405
    async with scene.client.post(scene.place + "/x", headers={SECRET: WORD}) as response:
        assert response.status == 404


async def test_strangers_are_noted_without_a_word_and_not_more_than_once_a_minute(scene: Scene) -> None:
    """S25: a flood of forged calls is one line of the journal a minute, and counted."""

    def line(count: int) -> Deed:
        return Deed(scene.clock.now(), "nobody", "refused", f"webhook:{count}")

    await scene.post(said(1, "forged"), {})
    first = line(1)
    assert await scene.noted() == [first]
    for _ in range(5):
        await scene.post(said(1, "forged"), {SECRET: "wrong"})
    assert await scene.noted() == [first]
    scene.clock.advance(60)
    second = line(5)
    assert await scene.noted() == [first, second]
    scene.clock.advance(60)
    assert await scene.noted() == [first, second]


async def test_what_the_store_did_not_take_is_brought_again_and_heard_once(scene: Scene) -> None:
    """R2, R23: 503 with a time, no acknowledgement; after recovery it is there, once."""
    async with scene.running():
        await scene.sandbox.called("setWebhook")
        scene.store.away = True
        async with scene.client.post(
            scene.place, data=said(99, "by hand"), headers={SECRET: WORD}
        ) as response:
            assert (response.status, response.headers["Retry-After"]) == (503, "5")
        await scene.amina.says("one")
        await eventually(lambda: scene.sandbox.gateway.webhook.last_error is not None)
        assert scene.kept() == 0
        assert not scene.sandbox.at_rest(0)
        scene.store.away = False
        scene.sandbox.clock.advance(5)
        assert await scene.hears(1) == ["one"]
        await scene.sandbox.quiet()
    assert scene.kept() == 1


async def test_what_cannot_be_read_is_taken_once_and_set_aside(scene: Scene) -> None:
    """R9: no JSON, no id, too deep: 200, kept for the operator, and the next is heard. An id beyond all is no fault."""
    broken = [
        b"",
        b"\xff\xfe",
        b"[1]",
        b'{"update_id": "x"}',
        b'{"update_id": 8, "message": ' + b"[" * 100_000,
    ]
    odd = [b'{"update_id": 1' + b"0" * 30 + b"}", b'{"update_id": -4}']
    for body in [*broken, *odd, *broken, *odd]:
        assert await scene.post(body) == 200
    assert scene.kept() == len(broken) + len(odd)
    assert await scene.post(said(9, "hello")) == 200
    async with scene.clock.hurrying():
        await scene.hears(1 + len(broken) + len(odd))
    assert sorted(scene.heard) == ["Unheard", "Unheard", "hello", *["sorry"] * len(broken)]
    assert await scene.aside() == len(broken)


async def test_a_tap_is_acknowledged_by_the_answer_that_says_it_is_kept(scene: Scene) -> None:
    """R6: by webhook too, and with no further request."""
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "forged"}]]}
    await scene.line.bot.send_message(scene.amina.id, "?", api_kwargs={"reply_markup": json.dumps(keyboard)})
    async with scene.running():
        await scene.sandbox.called("setWebhook")
        await scene.amina.taps("Yes")
        assert await scene.hears(1) == ["Tap"]
        assert (await scene.sandbox.called("answerCallbackQuery")).code == 200
    assert not scene.messenger.acknowledged


async def test_whoever_was_kept_waiting_is_told_once(scene: Scene) -> None:
    """R23, R39: by webhook too."""
    now = scene.clock.now()

    def know(unit: Unit) -> None:
        address = unit.people.add_address(scene.amina.id, scene.amina.id, now)
        unit.people.add_respondent(address, "atd", "fr", now)

    await scene.store.transact(know)
    for number in (1, 2):
        late = now.timestamp() - 3600
        assert await scene.post(said(number, "late", person=scene.amina.id, date=late)) == 200
    assert await scene.post(said(3, "now", person=scene.amina.id, date=now.timestamp())) == 200
    await scene.hears(3)
    found = await scene.store.transact(
        lambda unit: [each.message for each in unit.outbox.claim(9, scene.clock.now())]
    )
    assert found == [Message("fr", (HELD_UP,))]


@pytest.mark.parametrize(
    "fault", [Fault.server_error(502, html=True), Fault.closed_after(), Fault.too_many(3)]
)
async def test_telegram_is_told_again_until_it_hears(scene: Scene, fault: Fault) -> None:
    scene.sandbox.fail("setWebhook", how=fault, times=2)
    async with scene.running(), scene.clock.hurrying():
        await scene.amina.says("one")
        await scene.hears(1)


async def test_a_webhook_that_somebody_changed_is_set_right(scene: Scene) -> None:
    """S28: who else has the token cannot have our updates for long."""
    async with scene.running():
        await scene.sandbox.called("setWebhook")
        await scene.line.bot.set_webhook("http://127.0.0.1:9/elsewhere")
        await scene.amina.says("one")
        async with scene.clock.hurrying(10):
            assert await scene.hears(1) == ["one"]
        await scene.sandbox.quiet()


async def test_an_address_telegram_refuses_stops_the_start_but_not_a_running_bot(scene: Scene) -> None:
    """S48: the sentence is Telegram's."""
    refused = Fault.refused(400, "Bad Request: bad webhook: Failed to resolve host")
    scene.sandbox.fail("setWebhook", how=refused)
    with pytest.raises(AddressRefused, match="Bad webhook: failed to resolve host"):
        await scene.hook.run()
    async with scene.running() as task:
        await scene.sandbox.called("setWebhook", since=scene.sandbox.seq)
        scene.sandbox.fail("setWebhook", how=refused)
        async with scene.clock.hurrying(10):
            for _ in range(2):
                await scene.sandbox.called("setWebhook", since=scene.sandbox.seq)
        await scene.amina.says("one")
        assert await scene.hears(1) == ["one"]
        assert not task.done()


async def test_a_token_that_is_no_longer_known_ends_it(scene: Scene) -> None:
    """S28: at the next time Telegram is told where we are."""
    async with scene.running() as task:
        await scene.sandbox.called("setWebhook")
        scene.sandbox.fail("setWebhook", how=Fault.refused(401, "Unauthorized"))
        async with scene.clock.hurrying(10):
            with pytest.raises(TokenRefused):
                await asyncio.wait_for(task, 10)
