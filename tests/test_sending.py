"""Every outgoing word is a row first; it is said in its order, at Telegram's pace, as often as its kind allows."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import pytest

from bot.duties import Duties
from bot.outbox import Kind, Later, Outcome, Refused, Sent, Unknown
from bot.people import Partner
from bot.ports import Copy, Medium, Unavailable, Unit
from bot.sending import BURST, CHAT_BURST, Limiter, Sending
from bot.speech import Attached, Message, Part, Quote
from tests.fakes import FakeClock, FakeMessenger, WatchedStore
from tests.stores import SqliteFiles, opened

T = TypeVar("T")


@dataclass(slots=True)
class Scene:
    """A store with people in it, a clock, and a messenger."""

    store: WatchedStore
    clock: FakeClock
    messenger: FakeMessenger

    async def people(self, count: int) -> list[str]:
        """Addresses of people whose chat is 1, 2, 3 …"""

        def add(unit: Unit) -> list[str]:
            addresses = [
                unit.people.add_address(chat, chat, self.clock.now()) for chat in range(1, count + 1)
            ]
            for address in addresses:
                unit.people.add_respondent(address, "atd", "en", self.clock.now())
            return addresses

        return await self.store.transact(add)

    async def write(
        self, address: str, *words: str, kind: Kind = Kind.REPLY, parts: tuple[Part, ...] = ()
    ) -> None:
        """Add one delivery for each of the words."""

        def add(unit: Unit) -> None:
            for text in words:
                message = Message("en", (Quote(text), *parts))
                key = f"{kind}:{address}:{text}"
                unit.outbox.add(key=key, address=address, kind=kind, message=message, now=self.clock.now())

        await self.store.transact(add)

    def sending(self, **more: float) -> Sending:
        return Sending(self.store, self.messenger, self.clock, **{"pace": 10_000, "chat_pace": 10_000} | more)  # type: ignore[arg-type]

    async def pass_time(self, until: int, step: float = 60.0) -> None:
        """Let the clock run, never further than the next alarm, until so many messages were said."""
        async with asyncio.timeout(20):
            await self.store.rests()
            while len(self.messenger.said) < until:
                self.clock.advance(min(step, await self.clock.asleep()))
                await self.store.rests()

    @property
    def words(self) -> list[str]:
        """The words of all that was said."""
        parts = [part for _, message in self.messenger.said for part in message.parts]
        return [part.words for part in parts if isinstance(part, Quote)]


@asynccontextmanager
async def working(sending: Sending) -> AsyncIterator[Sending]:
    task = asyncio.create_task(sending.work())
    try:
        yield sending
    finally:
        await sending.stop()
        await task


@pytest.fixture
async def scene(files: SqliteFiles) -> AsyncIterator[Scene]:
    async with opened(files.fresh()) as store:
        await store.transact(lambda unit: unit.people.add_partner(Partner("atd", "ATD Fourth World")))
        yield Scene(WatchedStore(store), FakeClock(), FakeMessenger())


async def test_what_was_written_is_said_once_and_in_order(scene: Scene) -> None:
    """R34: the same key never speaks twice; one address hears its messages in order."""
    amina, rakoto = await scene.people(2)
    await scene.write(amina, "one", "two", "three")
    await scene.write(amina, "one", "two", "three")
    await scene.write(rakoto, "one")
    async with working(scene.sending()):
        await scene.messenger.has_said(4)
    assert [text for (chat, _), text in zip(scene.messenger.said, scene.words, strict=True) if chat == 1] == [
        "one",
        "two",
        "three",
    ]
    assert await scene.store.transact(lambda unit: unit.outbox.next_due(scene.clock.now())) is None


async def test_it_wakes_when_something_was_written(scene: Scene) -> None:
    (amina,) = await scene.people(1)
    async with working(scene.sending()) as sending:
        await scene.clock.asleep(30)
        await scene.write(amina, "hello")
        sending.wake()
        await scene.messenger.has_said(1)


async def test_replies_go_before_moderation_before_campaigns(scene: Scene) -> None:
    """R17: replies first."""
    people = await scene.people(6)
    for address, kind in zip(people, [Kind.CAMPAIGN, Kind.MODERATION, Kind.REPLY] * 2, strict=True):
        await scene.write(address, str(kind), kind=kind)
    async with working(scene.sending(hands=1)):
        await scene.messenger.has_said(6)
    assert scene.words == ["reply"] * 2 + ["moderation"] * 2 + ["campaign"] * 2


async def test_a_campaign_keeps_its_share_while_replies_wait(scene: Scene) -> None:
    """R17: a minimum share; strict priority starves it."""
    people = await scene.people(60)
    for address in people[:50]:
        await scene.write(address, "reply")
    for address in people[50:]:
        await scene.write(address, "campaign", kind=Kind.CAMPAIGN)
    async with working(scene.sending(hands=1)):
        await scene.messenger.has_said(60)
    first = scene.words[:50]
    assert 3 <= first.count("campaign") <= 6


async def test_the_pace_is_kept_overall_and_in_each_chat(scene: Scene) -> None:
    """R12: ~30/s overall and 1/s in a chat after a small burst, one limiter for all kinds, on a virtual clock."""
    people = await scene.people(40)
    at: dict[int, list[float]] = {}
    start = scene.clock.now()

    def note(chat: int, message: Message) -> Outcome:
        at.setdefault(chat, []).append((scene.clock.now() - start).total_seconds())
        return Sent(1)

    scene.messenger = FakeMessenger(note)
    for address in people:
        await scene.write(address, "reply")
        await scene.write(address, "campaign", kind=Kind.CAMPAIGN)
    await scene.write(people[0], *map(str, range(5)))
    async with working(scene.sending(pace=30, chat_pace=1)):
        await scene.pass_time(85, step=0.05)
    everything = sorted(moment for moments in at.values() for moment in moments)
    for moment in everything:
        assert sum(moment <= other < moment + 1 for other in everything) <= 30 + BURST
    for moments in at.values():
        for moment in moments:
            assert sum(moment <= other < moment + 1 for other in moments) <= CHAT_BURST
    assert everything[-1] < 6


async def test_time_that_passes_in_the_store_is_not_lost(scene: Scene) -> None:
    """R17: a pace that lets something go while the store was busy is used at once."""
    people = await scene.people(40)
    for address in people:
        await scene.write(address, "reply")

    class Slow(WatchedStore):
        async def transact(self, work: Callable[[Unit], T]) -> T:
            result = await super().transact(work)
            scene.clock.advance(0.02)
            return result

    scene.store, begun = Slow(scene.store), scene.clock.now()
    async with working(scene.sending(pace=30)):
        await scene.pass_time(40)
    assert (scene.clock.now() - begun).total_seconds() < 5


async def test_a_told_pause_is_kept_by_everyone_and_survives_a_restart(scene: Scene) -> None:
    """R11: 429 stops the whole bot until it is over, in another process too; 0 early requests."""
    people = await scene.people(5)
    begun = scene.clock.now()
    at: list[float] = []

    def answer(chat: int, message: Message) -> Outcome:
        at.append((scene.clock.now() - begun).total_seconds())
        return Later(30, everywhere=True, reason="429") if len(at) == 1 else Sent(1)

    scene.messenger = FakeMessenger(answer)
    await scene.write(people[0], "first")
    async with working(scene.sending(hands=1)):
        await scene.messenger.has_said(1)
    for address in people[1:]:
        await scene.write(address, "later")
    async with working(scene.sending()):
        await scene.pass_time(6, step=1)
    assert at[0] == 0
    assert all(moment >= 30 for moment in at[1:])


async def test_a_pause_of_one_chat_holds_up_no_other(scene: Scene) -> None:
    """R11: other chats go on when the limit is per chat; nothing overtakes in that chat."""
    amina, rakoto = await scene.people(2)
    begun = scene.clock.now()
    at: list[tuple[int, float]] = []

    def answer(chat: int, message: Message) -> Outcome:
        at.append((chat, (scene.clock.now() - begun).total_seconds()))
        return Later(20, reason="429") if len(at) == 1 else Sent(1)

    scene.messenger = FakeMessenger(answer)
    await scene.write(amina, "campaign", kind=Kind.CAMPAIGN)
    async with working(scene.sending()) as sending:
        await scene.messenger.has_said(1)
        await scene.clock.asleep(1)
        await scene.write(amina, "a reply must not go early either")
        await scene.write(rakoto, "hello")
        sending.wake()
        await scene.messenger.has_said(2)
        await scene.pass_time(4, step=1)
    assert at[1:2] == [(2, 0.0)]
    assert [chat for chat, moment in at[2:] if moment >= 20] == [1, 1]


async def test_random_pauses_bring_no_early_request(scene: Scene) -> None:
    """R11: a server with random retry_after: 0 early requests."""
    people = await scene.people(30)
    chance = random.Random(7)
    closed_until = scene.clock.now()
    early: list[float] = []

    def answer(chat: int, message: Message) -> Outcome:
        nonlocal closed_until
        now = scene.clock.now()
        if now < closed_until:
            early.append((closed_until - now).total_seconds())
        if chance.random() < 0.2:
            seconds = chance.randint(1, 9)
            closed_until = max(closed_until, now + timedelta(seconds=seconds))
            return Later(seconds, everywhere=True, reason="429")
        return Sent(1)

    scene.messenger = FakeMessenger(answer)
    for address in people:
        await scene.write(address, "hello", "again")
    async with working(scene.sending()):
        async with asyncio.timeout(30):
            while (
                await scene.store.transact(lambda unit: unit.outbox.next_due(scene.clock.now())) is not None
            ):
                scene.clock.advance(min(0.5, await scene.clock.asleep()))
                await scene.store.rests()
    assert early == []
    assert len(scene.messenger.said) > 60


@pytest.mark.parametrize(("kind", "times"), [(Kind.REPLY, 3), (Kind.MODERATION, 3), (Kind.CAMPAIGN, 1)])
async def test_a_reply_is_sent_at_least_once_a_campaign_at_most_once(
    scene: Scene, kind: Kind, times: int
) -> None:
    """R13: an unknown end repeats a reply with growing pauses, and leaves a campaign to the operator."""
    (amina,) = await scene.people(1)
    ends: list[Outcome] = [Unknown("hang"), Unknown("hang"), Sent(1)]
    scene.messenger = FakeMessenger(lambda chat, message: ends.pop(0))
    await scene.write(amina, "hello", kind=kind)
    async with working(scene.sending()):
        await scene.pass_time(times)
        await scene.clock.asleep(30)
    assert len(scene.messenger.said) == times


async def test_a_reply_that_never_gets_an_answer_is_left_alone_at_last(scene: Scene) -> None:
    """R13: at least once, not forever."""
    (amina,) = await scene.people(1)
    scene.messenger = FakeMessenger(lambda chat, message: Unknown("hang"))
    await scene.write(amina, "hello")
    async with working(scene.sending()):
        await scene.pass_time(8)
        await scene.clock.asleep(30)
        scene.clock.advance(3600)
        await scene.clock.asleep(30)
    assert len(scene.messenger.said) == 8


async def test_what_was_not_sent_waits_longer_each_time(scene: Scene) -> None:
    """R13: a connection error is tried again, with backoff."""
    (amina,) = await scene.people(1)
    begun = scene.clock.now()
    at: list[float] = []

    def answer(chat: int, message: Message) -> Outcome:
        at.append((scene.clock.now() - begun).total_seconds())
        return Later(1, reason="ClientConnectorError")

    scene.messenger = FakeMessenger(answer)
    await scene.write(amina, "hello", kind=Kind.CAMPAIGN)
    async with working(scene.sending()):
        await scene.pass_time(5)
    assert at == [0, 1, 3, 7, 15]


async def test_whoever_is_gone_is_written_to_no_more(scene: Scene) -> None:
    """R18: 403 → unreachable, all that waits for her is cancelled; the others go on."""
    amina, rakoto = await scene.people(2)
    scene.messenger = FakeMessenger(
        lambda chat, message: (
            Refused("Forbidden: bot was blocked by the user", gone=True) if chat == 1 else Sent(1)
        )
    )
    await scene.write(amina, "one", "two", "three")
    await scene.write(rakoto, "hello")
    async with working(scene.sending()):
        await scene.messenger.has_said(2)
        await scene.store.rests()
    assert [chat for chat, _ in scene.messenger.said] == [1, 2]
    assert await scene.store.transact(lambda unit: unit.outbox.next_due(scene.clock.now())) is None
    reachable = [await scene.store.transact(at(address)) for address in (amina, rakoto)]
    assert reachable == [False, True]


def at(address: str) -> Callable[[Unit], bool]:
    def reachable(unit: Unit) -> bool:
        respondent = unit.people.respondent_at(address)
        return respondent is not None and respondent.reachable

    return reachable


async def test_what_cannot_be_said_does_not_hold_up_the_rest(scene: Scene) -> None:
    """R31: outgoing poison is refused; the chat goes on."""
    (amina,) = await scene.people(1)

    def answer(chat: int, message: Message) -> Outcome:
        if message.parts == (Quote("poison"),):
            raise KeyError("a template nobody wrote")
        return Sent(1)

    scene.messenger = FakeMessenger(answer)
    await scene.write(amina, "poison", "hello")
    async with working(scene.sending()):
        await scene.messenger.has_said(2)
    assert scene.words == ["poison", "hello"]


async def test_recordings_go_with_their_file_ids(scene: Scene) -> None:
    (amina,) = await scene.people(1)

    def add(unit: Unit) -> str:
        respondent = unit.people.respondent_at(amina)
        assert respondent
        unit.media.add(Medium("m1", respondent.id, "audio", "file-1", "unique-1"), scene.clock.now())
        return respondent.id

    await scene.store.transact(add)
    await scene.write(amina, "listen", parts=(Attached("audio", "m1"), Attached("image", "gone")))
    async with working(scene.sending()):
        await scene.messenger.has_said(1)
    assert scene.messenger.files == [{"m1": "file-1"}]


async def test_what_is_under_way_is_finished_before_the_end(scene: Scene) -> None:
    """R27: stop claiming, finish, nothing is said twice afterwards."""
    people = await scene.people(3)
    gate = asyncio.Event()

    class Slow(FakeMessenger):
        async def deliver(self, chat: int, message: Message, files: Mapping[str, str]) -> Outcome:
            outcome = await super().deliver(chat, message, files)
            await gate.wait()
            return outcome

    scene.messenger = Slow()
    for address in people:
        await scene.write(address, "hello")
    sending = scene.sending(hands=2)
    task = asyncio.create_task(sending.work())
    await scene.messenger.has_said(2)
    stopping = asyncio.create_task(sending.stop())
    await scene.store.rests()
    assert not stopping.done()
    gate.set()
    await stopping
    await task
    assert len(scene.messenger.said) == 2
    assert await scene.store.transact(lambda unit: unit.outbox.recover(scene.clock.now())) == (0, 0)
    async with working(scene.sending()):
        await scene.messenger.has_said(3)
        await scene.clock.asleep(30)
    assert len(scene.messenger.said) == 3


async def test_what_a_process_left_half_done_is_taken_up(files: SqliteFiles) -> None:
    """R13, R28: a reply becomes due again, a campaign unknown."""
    url = files.fresh()
    async with opened(url) as store:
        await store.transact(lambda unit: unit.people.add_partner(Partner("atd", "ATD Fourth World")))
        before = Scene(WatchedStore(store), FakeClock(), FakeMessenger())
        amina, rakoto = await before.people(2)
        await before.write(amina, "reply")
        await before.write(rakoto, "campaign", kind=Kind.CAMPAIGN)
        claimed = await store.transact(lambda unit: unit.outbox.claim(9, before.clock.now()))
        assert len(claimed) == 2
    async with opened(url) as store:
        after = Scene(WatchedStore(store), FakeClock(), FakeMessenger())
        await Duties(after.store, after.clock, {}, recovered=lambda: None, alone=True).begin()
        async with working(after.sending()):
            await after.messenger.has_said(1)
            await after.clock.asleep(30)
        assert after.words == ["reply"]


class ForgetfulStore(WatchedStore):
    """It commits, and the first answer is lost."""

    _lost = False

    async def transact(self, work: Callable[[Unit], T]) -> T:
        value = await super().transact(work)
        if not self._lost:
            self._lost = True
            raise Unavailable("the connection is gone")
        return value


@pytest.mark.parametrize("kind", [Kind.REPLY, Kind.CAMPAIGN])
async def test_what_was_claimed_in_a_commit_without_an_answer_is_said_once(scene: Scene, kind: Kind) -> None:
    """R13, R23, R28: the process goes on living, so nobody else would take it up."""
    (amina,) = await scene.people(1)
    await scene.write(amina, "hello", kind=kind)
    scene.store = ForgetfulStore(scene.store)
    async with working(scene.sending()):
        await scene.pass_time(1)
        await scene.clock.asleep(30)
    assert scene.words == ["hello"]


async def test_an_idle_outbox_is_hardly_looked_at(scene: Scene) -> None:
    async with working(scene.sending()):
        assert await scene.clock.asleep(30) == 30


def test_a_clock_set_back_does_not_silence_the_bot() -> None:
    """R20: the limiter waits as long as before, also where it was told to."""
    clock = FakeClock()
    limiter = Limiter(clock)
    limiter.halt(20)
    for _ in range(BURST):
        limiter.take(1)
    clock.advance(-86_400)
    assert limiter.wait(1) == 20
    clock.advance(20)
    assert (limiter.wait(1), limiter.room()) == (0, BURST)


def test_a_changed_message_counts_overall_only() -> None:
    limiter = Limiter(FakeClock())
    for _ in range(5):
        limiter.take(1, edit=True)
    assert limiter.rests(1) == 0
    assert limiter.room() == BURST - 5


def test_the_limiter_forgets_chats_that_rested() -> None:
    """R33: memory is bounded."""
    clock = FakeClock()
    limiter = Limiter(clock, pace=1_000_000)
    for chat in range(10_000):
        limiter.take(chat)
        clock.advance(0.01)
    assert len(limiter._chats) < 5_000


async def test_what_a_message_clears_is_taken_out_after_it_and_recordings_once_they_are_held(
    scene: Scene,
) -> None:
    """S29, R30: all that was said before, hers and ours; nothing that is said later; a recording last."""
    (amina,) = await scene.people(1)
    scene.messenger = FakeMessenger(lambda chat, message: Sent(100 + len(scene.messenger.said)))
    now = scene.clock.now()

    def told(unit: Unit) -> str:
        her = unit.people.respondent_at(amina)
        assert her is not None
        unit.copies.heard(amina, Copy(1, now))
        unit.copies.heard(amina, Copy(2, now, recording=True))
        medium = unit.media.add(Medium("", her.id, "audio", "file", "unique"), now)
        unit.outbox.add(
            key="receipt",
            address=amina,
            kind=Kind.REPLY,
            message=Message("en", (Quote("MG"),), clears=""),
            now=now,
        )
        return medium.id

    await scene.write(amina, "echo")
    medium = await scene.store.transact(told)
    await scene.write(amina, "later")
    async with working(scene.sending()):
        await scene.pass_time(4)
        assert [message.hides for _, message in scene.messenger.said] == [(), (), (), (1, 101)]
        scene.clock.advance(600)
        await scene.store.rests()
        assert len(scene.messenger.said) == 4
        await scene.store.transact(lambda unit: unit.media.settle(medium, "held"))
        await scene.pass_time(5)
    assert scene.messenger.said[-1][1].hides == (2,)
    left = await scene.store.transact(lambda unit: unit.copies.there(amina))
    assert [each.number for each in left] == [102, 103]


async def test_who_leaves_is_known_until_the_chat_is_cleared(scene: Scene) -> None:
    """S29, S40: the address goes with the last message that is taken out."""
    (amina,) = await scene.people(1)
    now = scene.clock.now()

    def leaves(unit: Unit) -> None:
        her = unit.people.respondent_at(amina)
        assert her is not None
        unit.copies.heard(amina, Copy(7, now))
        unit.people.forget(her.id, now)
        goodbye = Message("en", (Quote("goodbye"),), clears="")
        unit.outbox.add(key="goodbye", address=amina, kind=Kind.REPLY, message=goodbye, now=now)

    await scene.store.transact(leaves)
    async with working(scene.sending()):
        await scene.pass_time(2)
        await scene.store.rests()
    assert scene.messenger.said[-1][1].hides == (7,)

    def gone(unit: Unit) -> object:
        return unit.people.chat(amina), unit.copies.there(amina)

    assert await scene.store.transact(gone) == (None, [])
