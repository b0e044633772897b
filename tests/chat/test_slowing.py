"""A flood from one person: what is kept is bounded, what anyone may ask is answered, nobody else waits (S44)."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from bot.chat.answering import Answering
from bot.chat.intake import SLOWER, Intake, Update, read
from bot.chat.signing import Signer
from bot.chat.slowing import AGAIN, BURST, EVERY, KNOWN, Came, Slowing, always, confirms
from bot.outbox import Delivery
from bot.people import Partner
from bot.ports import Entry, Unit
from bot.receiving import Receiving
from bot.speech import Document
from storage.database import Database
from tests.deeds.stage import catalogs, forms
from tests.fakes import BEGINNING, FakeClock, FakeMessenger
from tests.stores import SqliteFiles, every_row, opened

RIGHTS = ("privacy", "mydata", "withdraw", "forget", "stop")
"""Stop last: it takes back nothing that was asked for."""
AMINA, NOOR = 1, 2
START = int(BEGINNING.timestamp())
AN_HOUR = timedelta(hours=1)


def came(at: float = 0.0, *, tap: bool = False, asks: str | None = None, person: int = AMINA) -> Came:
    return Came(person, at, tap, asks)


def kept(slowing: Slowing, each: Sequence[Came], first: int = 0) -> int:
    return sum(slowing.keeps(first + number, one) for number, one in enumerate(each))


def test_as_much_as_anybody_can_write_is_kept_and_then_one_in_two_seconds() -> None:
    slowing = Slowing()
    assert kept(slowing, [came()] * 500) == BURST
    assert kept(slowing, [came(EVERY * 10)] * 500, 500) == 10
    assert kept(slowing, [came(EVERY * 1000)] * 500, 1000) == BURST


def test_taps_and_messages_are_counted_apart_and_each_person_alone() -> None:
    slowing = Slowing()
    kept(slowing, [came()] * 500)
    assert kept(slowing, [came(tap=True)] * 500, 500) == BURST
    assert kept(slowing, [came(person=NOOR)] * 9, 1000) == 9


def test_what_came_while_we_were_away_counts_when_it_was_said() -> None:
    """S44, R23: a day’s messages that come at once are no flood."""
    assert kept(Slowing(), [came(60.0 * number) for number in range(1000)]) == 1000


def test_an_update_that_comes_again_counts_once_and_is_judged_alike() -> None:
    """R2: where the store is away Telegram brings the same updates again and again."""
    slowing = Slowing()
    for _ in range(5):
        assert kept(slowing, [came()] * (BURST + 10)) == BURST


def test_what_anyone_may_ask_is_heard_in_the_flood_and_not_a_thousand_times() -> None:
    slowing = Slowing()
    kept(slowing, [came()] * BURST)
    asked = [came(asks=asks) for asks in RIGHTS] * 100
    assert kept(slowing, asked, 1000) == len(RIGHTS)
    assert kept(slowing, [came(AGAIN - 0.1, asks="forget")] * 9, 2000) <= 3  # what the bucket lost meanwhile
    assert slowing.keeps(3000, came(AGAIN, asks="forget"))


def test_what_one_person_asks_in_the_flood_takes_nothing_from_another() -> None:
    """S44: two who flood, and both leave in the same moment."""
    slowing = Slowing()
    kept(slowing, [came(person=person) for person in (AMINA, NOOR)] * BURST)
    assert kept(slowing, [came(person=person, asks="forget") for person in (AMINA, NOOR)], 1000) == 2


def test_what_is_remembered_is_bounded() -> None:
    slowing = Slowing()
    for person in range(KNOWN + 500):
        slowing.keeps(person, came(person=person))
    assert (len(slowing._levels), len(slowing._judged)) == (KNOWN, KNOWN)


def test_whoever_was_heard_longest_ago_is_forgotten_first() -> None:
    """S44: a flood is not unslowed by a crowd, and in a crowd a new flood is seen."""
    slowing = Slowing()
    kept(slowing, [came()] * 500)
    kept(slowing, [came(person=person) for person in range(1000, 1000 + KNOWN - 1)], 1000)
    assert not slowing.keeps(100_000, came())
    kept(slowing, [came(person=person) for person in range(20_000, 20_009)], 100_001)
    assert not slowing.keeps(100_010, came())
    assert kept(slowing, [came(person=NOOR)] * 500, 200_000) == BURST


@pytest.mark.parametrize(
    ("update", "asks"),
    [
        ({"message": {"text": "/privacy"}}, "privacy"),
        ({"message": {"text": "/Forget@voices_bot now"}}, "forget"),
        ({"message": {"text": "/start"}}, None),
        ({"message": {"text": "I will /stop"}}, None),
        ({"message": {"voice": {}}}, None),
        ({"callback_query": {"data": "0123456789abcdeff:yes"}}, "f:yes"),
        ({"callback_query": {"data": "0123456789abcdeff:yes:6925d1c0"}}, "f:yes"),
        ({"callback_query": {"data": "0123456789abcdeff:made-up"}}, None),
        ({"callback_query": {"data": "0123456789abcdefs:7:1"}}, None),
        ({"callback_query": {}}, None),
    ],
)
def test_what_is_always_heard(update: dict[str, Any], asks: str | None) -> None:
    assert always(update) == asks


@pytest.mark.parametrize("name", [*RIGHTS, "developer_info", "hide", "help"])
def test_each_command_anyone_may_send_at_any_time_is_always_heard(name: str) -> None:
    """S1, S30, S44."""
    assert always({"message": {"text": f"/{name}"}}) == name


@pytest.mark.parametrize("step", ["w:ask", "w:yes", "w:no", "f:sure", "f:yes", "f:no", "c:stop"])
def test_each_step_of_withdrawing_forgetting_and_stopping_is_always_heard(step: str) -> None:
    """S40, S44, S45."""
    assert confirms(f"{step}:0f:more") == step


def message(number: int, person: int, text: str, at: int = START, *, chat: int = 0) -> Update:
    who = {"id": person, "is_bot": False, "first_name": "N4me", "language_code": "en"}
    where = {"id": chat, "type": "group"} if chat else {"id": person, "type": "private"}
    said = {"message_id": number, "date": at, "from": who, "chat": where, "text": text}
    return read({"update_id": number, "message": said})


async def test_a_flood_of_ten_thousand_from_one_person_is_bounded_answered_and_in_nobodys_way(
    files: SqliteFiles,
) -> None:
    """S44, S1: what is kept, the five commands in the midst of it, and another's word right behind it."""
    url, clock = files.fresh(), FakeClock()
    answering = Answering(catalogs(), Signer(b"k" * 32))
    handled: list[int] = []

    def handle(unit: Unit, body: bytes, now: Any) -> None:
        answering.handle(unit, body, now)
        handled.append(json.loads(body)["update_id"])

    def sorry(unit: Unit, entry: Entry, now: Any) -> None:
        raise AssertionError(entry.update)

    flood = [message(number, AMINA, "all work and no play " * 20) for number in range(1, 10_001)]
    for place, name in enumerate(RIGHTS):
        flood[9_000 + place] = message(9_001 + place, AMINA, f"/{name}")
    noor = message(20_000, NOOR, "/start")
    async with opened(url) as store:
        await store.transact(lambda unit: prepare(unit))
        receiving = Receiving(store, clock, handle, apologise=sorry)
        intake = Intake(store, receiving, FakeMessenger(), clock)
        await store.transact(lambda unit: unit.leases.take("polling", AN_HOUR))
        for begin in range(0, len(flood), 100):
            await intake.take(flood[begin : begin + 100], begin + 101)
            if begin == 0:
                work = asyncio.create_task(receiving.work())
        await intake.take([noor], 20_001)
        async with asyncio.timeout(60):
            while (await store.transact(lambda unit: unit.inbox.backlog())).count:
                await asyncio.sleep(0.01)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        rows = every_row(url)
        assert len(rows["inbox"]) == BURST + len(RIGHTS) + 1
        assert await store.transact(lambda unit: unit.marks.get("offset")) == "20001"
        assert handled.index(20_000) <= BURST + len(RIGHTS)
        assert len(rows["outbox"]) <= BURST + 2 * len(RIGHTS) + 1
        told = await said_first(store, clock)
    firsts = [delivery for delivery in told if delivery.kind == "first"]
    assert told[: len(firsts)] == firsts  # they do not wait behind the replies to the flood
    assert len(firsts) == len(RIGHTS) + 1  # and the word that it is too much
    assert any(isinstance(part, Document) for each in firsts for part in each.message.parts)


async def test_whoever_sends_too_much_is_told_once_a_minute_in_their_language(files: SqliteFiles) -> None:
    """S44: a loss is told, and never the same way a hundred times; before the first word nobody is known to be told."""
    clock = FakeClock()
    async with opened(files.fresh()) as store:
        await store.transact(prepare)
        receiving = Receiving(store, clock, lambda *_: None, apologise=lambda *_: None)
        intake = Intake(store, receiving, FakeMessenger(), clock)
        await intake.take([message(number, NOOR, "!") for number in range(1, 1000)])

        def meet(unit: Unit) -> None:
            unit.people.add_respondent(
                unit.people.add_address(AMINA, AMINA, BEGINNING), "mmm", "fr", BEGINNING
            )

        await store.transact(meet)
        for begin in range(1000, 3000, 100):
            await intake.take([message(begin + number, AMINA, "!") for number in range(100)])
        [told] = await said_first(store, clock)
        assert (told.message.language, told.message.parts, told.kind) == ("fr", (SLOWER,), "first")
        clock.advance(61)
        await intake.take([message(3000 + number, AMINA, "!") for number in range(100)])
        assert len(await said_first(store, clock)) == 1


async def test_talk_in_a_group_is_not_kept(files: SqliteFiles) -> None:
    """S5: not sealed, not for a moment; what makes it a room is."""
    clock, url = FakeClock(), files.fresh()
    async with opened(url) as store:
        await store.transact(prepare)
        receiving = Receiving(store, clock, lambda *_: None, apologise=lambda *_: None)
        intake = Intake(store, receiving, FakeMessenger(), clock)
        await store.transact(lambda unit: unit.leases.take("polling", AN_HOUR))
        said = ("hello", "/queue", "/room")
        await intake.take([message(number, AMINA, text, chat=-5) for number, text in enumerate(said)], 4)
        assert len(every_row(url)["inbox"]) == 1
        assert await store.transact(lambda unit: unit.marks.get("offset")) == "4", (
            "Telegram does not bring it again"
        )


def prepare(unit: Unit) -> None:
    unit.people.add_partner(Partner("mmm", "Make Mothers Matter", 7, "hello@example.org"))
    for form in forms():
        unit.forms.publish(form, BEGINNING)


async def said_first(store: Database, clock: FakeClock) -> list[Delivery]:
    """What she is told, in order."""
    told: list[Delivery] = []

    def look(unit: Unit) -> list[Delivery]:
        found = unit.outbox.claim(10, clock.now())
        unit.outbox.sent([each.id for each in found], clock.now())
        return found

    while found := await store.transact(look):
        told += found
    address = await store.transact(lambda unit: unit.people.address_of(AMINA))
    return [each for each in told if each.address == address]
