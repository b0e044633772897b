"""From the outbox to a strict Telegram and back: sending, speaker and limiter together, at real pace."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from bot.chat.face import Line
from bot.chat.gallery import Gallery
from bot.chat.signing import Signer
from bot.chat.speaking import Speaker
from bot.outbox import Kind, Outcome
from bot.people import Partner
from bot.ports import Clock, Unit
from bot.sending import Limiter, Sending
from bot.speech import Message, Quote
from bot.words import Catalogs
from sandbox import Fault, Flood, Sandbox
from sandbox.clock import Clock as Time
from sandbox.flood import Pace
from tests.fakes import WatchedStore
from tests.stores import SqliteFiles, opened


@dataclass(slots=True)
class Scene:
    """A Telegram that minds its pace, and everything that says our words to it."""

    sandbox: Sandbox
    store: WatchedStore
    speaker: "Watched"
    sending: Sending
    clock: Clock

    async def write(self, people: list[int], words: str, kind: Kind = Kind.REPLY) -> None:
        """Add a delivery to each, and wake the sender."""

        def add(unit: Unit) -> None:
            now = self.clock.now()
            for person in people:
                address = unit.people.address_of(person) or unit.people.add_address(person, person, now)
                message = Message("en", (Quote(words),))
                unit.outbox.add(key=f"{person}:{words}", address=address, kind=kind, message=message, now=now)

        await self.store.transact(add)
        self.sending.wake()

    async def all_said(self, count: int, within: float = 20) -> list[str]:
        """Wait for so many messages in all chats; their words."""
        async with asyncio.timeout(within):
            seen = self.sandbox.seq
            while len(found := self.said) < count:
                seen = (await self.sandbox.called("sendMessage", since=seen, within=within)).seq
        return found

    @property
    def said(self) -> list[str]:
        """The words of every message in every chat."""
        return [
            message.text for chat in self.sandbox.world.chats.values() for message in chat.messages.values()
        ]

    @property
    def refused(self) -> int:
        """How often Telegram said 429."""
        return sum(call.code == 429 for call in self.sandbox.calls("sendMessage"))


class Watched(Speaker):
    """A speaker that knows how many deliveries are under way."""

    saying = 0

    async def deliver(self, chat: int, message: Message, files: Mapping[str, str]) -> Outcome:
        """As the speaker does."""
        self.saying += 1
        try:
            return await super().deliver(chat, message, files)
        finally:
            self.saying -= 1


@asynccontextmanager
async def saying(
    files: SqliteFiles, catalogs: Catalogs, signer: Signer, sandbox: Sandbox, hands: int = 64
) -> AsyncIterator[Scene]:
    clock = SandboxClock(sandbox)
    async with opened(files.fresh()) as store:
        await store.transact(lambda unit: unit.people.add_partner(Partner("atd", "ATD Fourth World")))
        line = Line(sandbox.token, sandbox.url)
        await line.open()
        limiter = Limiter(clock)
        gallery = Gallery(store, line.account)
        speaker = Watched(line.bot, line.ask, catalogs, signer, clock, limiter, gallery)
        watched = WatchedStore(store)
        sending = Sending(watched, speaker, clock, limiter=limiter, hands=hands)
        working = asyncio.create_task(sending.work())
        try:
            yield Scene(sandbox, watched, speaker, sending, clock)
        finally:
            await sending.stop()
            await working
            await line.close()


@pytest.fixture
async def scene(files: SqliteFiles, catalogs: Catalogs, signer: Signer) -> AsyncIterator[Scene]:
    async with Sandbox() as sandbox, saying(files, catalogs, signer, sandbox) as found:
        yield found


async def test_at_our_own_pace_telegram_never_says_stop(scene: Scene) -> None:
    """R12: 1/s in a chat, 30/s overall: no 429 in a calm dialogue, nor in a crowd."""
    crowd = scene.sandbox.crowd(45)
    await scene.write(crowd, "hello")
    for number in range(3):
        await scene.write(crowd[:1], f"more {number}")
    await scene.all_said(48)
    assert scene.refused == 0


async def test_after_a_429_nobody_is_early(scene: Scene) -> None:
    """R11: what Telegram told is kept to, by everyone, and nothing is lost."""
    crowd = scene.sandbox.crowd(12)
    scene.sandbox.fail("sendMessage", how=Fault.too_many(2), skip=3)
    await scene.write(crowd, "hello")
    await scene.all_said(12)
    calls = scene.sandbox.calls("sendMessage")
    told = next(call for call in calls if call.code == 429)
    assert scene.refused == 1
    in_flight = [call for call in calls if told.at < call.at < told.at + 0.2]
    assert not [call for call in calls if told.at + 0.2 <= call.at < told.at + 2]
    assert len(in_flight) < 12


class SandboxClock:
    """The sandbox's clock as ours."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def now(self) -> datetime:
        """What the sandbox says."""
        return datetime.fromtimestamp(self._sandbox.clock.now(), UTC)

    def monotonic(self) -> float:
        """Seconds of the sandbox clock."""
        return self.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        """Wait on the sandbox's clock."""
        await self._sandbox.clock.sleep(seconds)


@asynccontextmanager
async def hurrying(scene: Scene) -> AsyncIterator[None]:
    """Move the sandbox's clock on whenever nothing is being said or written."""

    async def run() -> None:
        while True:
            await scene.store.rests()
            if not scene.speaker.saying:
                scene.sandbox.clock.advance(0.25)
            await asyncio.sleep(0)

    running = asyncio.create_task(run())
    try:
        yield
    finally:
        running.cancel()


SLOW, FREE = Pace(1, 3), Pace(1000, 1000)


@pytest.mark.parametrize(("chat", "overall"), [(FREE, SLOW), (Pace(0.2, 1), FREE)])
async def test_whatever_telegram_tells_us_to_wait_we_wait(
    files: SqliteFiles, catalogs: Catalogs, signer: Signer, chat: Pace, overall: Pace
) -> None:
    """R11: a slower Telegram than we believe, with waits at random: 0 early requests by its own count, none lost."""
    flood = Flood(chat, overall=overall, jitter=9, chance=random.Random(5))
    async with (
        Sandbox(flood=flood, clock=Time(running=False)) as sandbox,
        saying(files, catalogs, signer, sandbox, hands=1) as scene,
    ):
        crowd = sandbox.crowd(24 if overall is SLOW else 8)
        words = ["one"] if overall is SLOW else ["one", "two", "three"]
        for each in words:
            await scene.write(crowd, each)
        async with hurrying(scene):
            await scene.all_said(24)
        assert scene.refused > 2
        assert flood.early == 0
        assert sorted(scene.said) == sorted(words * len(crowd))


async def test_where_two_chats_must_wait_everybody_waits(
    files: SqliteFiles, catalogs: Catalogs, signer: Signer
) -> None:
    """R11: Telegram does not say which limit it was; of each wait that was ours, at most one chat asks too early."""
    flood = Flood(FREE, overall=SLOW, jitter=9, chance=random.Random(5))
    async with (
        Sandbox(flood=flood, clock=Time(running=False)) as sandbox,
        saying(files, catalogs, signer, sandbox, hands=1) as scene,
    ):
        crowd = sandbox.crowd(8)
        for each in ("one", "two", "three"):
            await scene.write(crowd, each)
        async with hurrying(scene):
            await scene.all_said(24)
        assert scene.refused - flood.early > 1
        assert flood.early <= scene.refused - flood.early


async def test_when_nobody_knows_a_reply_comes_again_and_a_campaign_does_not(scene: Scene) -> None:
    """R13: reply = at least once, campaign = at most once, end to end."""
    amina, rakoto = scene.sandbox.crowd(2)
    scene.sandbox.fail("sendMessage", how=Fault.closed_after(), contains="campaign")
    scene.sandbox.fail("sendMessage", how=Fault.closed_after(), contains="reply")
    scene.sandbox.fail("sendMessage", how=Fault.closed_before(), contains="lost")
    await scene.write([amina], "campaign", Kind.CAMPAIGN)
    await scene.write([rakoto], "reply")
    await scene.write([amina], "lost", Kind.CAMPAIGN)
    await scene.all_said(3)
    assert sorted(scene.said) == ["campaign", "reply", "reply"]
