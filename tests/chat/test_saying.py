"""From the outbox to a strict Telegram and back: sending, speaker and limiter together, at real pace."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from bot.chat.face import Line
from bot.chat.signing import Signer
from bot.chat.speaking import Speaker
from bot.clock import SystemClock
from bot.outbox import Kind
from bot.people import Partner
from bot.ports import Unit
from bot.sending import Limiter, Sending
from bot.speech import Message, Quote
from bot.words import Catalogs
from sandbox import Fault, Flood, Sandbox
from storage.database import Database
from tests.stores import SqliteFiles, opened, sqlite_files


@pytest.fixture(scope="module")
def files() -> Iterator[SqliteFiles]:
    with sqlite_files() as found:
        yield found


@dataclass(slots=True)
class Scene:
    """A Telegram that minds its pace, and everything that says our words to it."""

    sandbox: Sandbox
    flood: Flood
    store: Database
    sending: Sending
    clock: SystemClock

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


@asynccontextmanager
async def saying(files: SqliteFiles, catalogs: Catalogs, signer: Signer) -> AsyncIterator[Scene]:
    clock, flood = SystemClock(), Flood()
    async with Sandbox(flood=flood) as sandbox, opened(files.fresh()) as store:
        await store.transact(lambda unit: unit.people.add_partner(Partner("atd", "ATD Fourth World")))
        line = Line(sandbox.token, sandbox.url)
        await line.open()
        limiter = Limiter(clock)
        sending = Sending(store, Speaker(line.bot, catalogs, signer, clock, limiter), clock, limiter=limiter)
        working = asyncio.create_task(sending.work())
        try:
            yield Scene(sandbox, flood, store, sending, clock)
        finally:
            await sending.stop()
            await working
            await line.close()


@pytest.fixture
async def scene(files: SqliteFiles, catalogs: Catalogs, signer: Signer) -> AsyncIterator[Scene]:
    async with saying(files, catalogs, signer) as found:
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
