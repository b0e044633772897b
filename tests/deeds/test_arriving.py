"""Updates through the real inbox to the real deeds: once, in her order, whatever the way they came."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.chat.listening import peek
from bot.ports import Raw, Unit
from bot.receiving import Receiving
from tests.deeds.stage import Stage
from tests.fakes import FakeClock, WatchedStore
from tests.stores import NOW, SqliteFiles, every_row, opened

AMINA = 4711
SAID = ("/start", "1", "yes", "Madagascar", "The school is closed.", "There is no water.", "send")
"""A testimony told in words alone, after the language was tapped."""

TOLD = {
    "/testimony/partner": "Make Mothers Matter",
    "/testimony/partners": "OMEP",
    "/testimony/entry": "adult",
    "/testimony/keep": "yes",
    "/testimony/told/country": "MG",
    "/testimony/told/story": "The school is closed.\nThere is no water.",
    "/testimony/told/last/next": "send",
}
"""What was told, when everything comes in order."""


def _body(number: int, **what: Any) -> dict[str, Any]:
    """Her `number`-th update, a second after the one before."""
    sender = {"id": AMINA, "is_bot": False, "first_name": "N4me", "language_code": "en"}
    at = {"message_id": number, "date": int(NOW.timestamp()) + number}
    return at | {"chat": {"id": AMINA, "type": "private"}, "from": sender} | what


def _said(number: int, text: str, update: int | None = None) -> Raw:
    return _raw({"update_id": update or number, "message": _body(number, text=text)})


def _tapped(number: int, data: str, update: int) -> Raw:
    message = _body(number)
    return _raw(
        {
            "update_id": update,
            "callback_query": {"id": str(update), "from": message["from"], "message": message, "data": data},
        }
    )


def _raw(update: dict[str, Any]) -> Raw:
    body = json.dumps(update).encode()
    person, order = peek(body)
    return Raw(update["update_id"], person, order, body)


class Arriving:
    """Receiving at work, and a way to wait until it rests."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.store = WatchedStore(stage.store)
        answering = stage.answering
        self.clock = FakeClock(NOW + timedelta(hours=1))
        stage.now = self.clock.now()
        self.receiving = Receiving(
            self.store, self.clock, answering.handle, apologise=answering.apologise, hands=8
        )

    async def take(self, raws: Sequence[Raw]) -> None:
        """Keep them in one commit, and wait until all are handled."""
        await self.receiving.take(raws)
        await self.rests()

    async def rests(self) -> None:
        """Wait until nothing is left to be handled."""
        async with asyncio.timeout(20):
            while await self.stage.do(lambda unit: unit.inbox.next_due()) is not None:
                await self.store.rests()


@asynccontextmanager
async def arriving(stage: Stage) -> AsyncIterator[Arriving]:
    found = Arriving(stage)
    work = asyncio.create_task(found.receiving.work())
    try:
        yield found
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


def _journey(stage: Stage) -> list[Raw]:
    """From /start to Send, in her order."""
    language = _tapped(1, stage.signer.sign(AMINA, "l:en"), 100)
    return [_said(1, SAID[0]), language, *(_said(2 + n, text) for n, text in enumerate(SAID[1:]))]


async def _told(stage: Stage) -> list[dict[str, str]]:
    return [dict(each.answers) for each in await stage.testimonies(AMINA)]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(range(len(SAID) + 1)))
async def test_what_comes_in_any_order_is_what_was_told_in_order(
    files: SqliteFiles, order: list[int]
) -> None:
    """R5: permuted deliveries give the state of the sorted ones."""
    async with opened(files.fresh()) as store, arriving(await Stage(store, NOW).open()) as scene:
        raws = _journey(scene.stage)
        await scene.take([raws[place] for place in order])
        assert await _told(scene.stage) == [TOLD]


async def test_twenty_taps_at_once_send_one_testimony(stage: Stage) -> None:
    """R6: one row; each of the others gets an answer, too, and the same one."""
    async with arriving(stage) as scene:
        *before, _ = _journey(stage)
        for raw in before:
            await scene.take([raw])
        await stage.deliver()
        amina = stage.person(AMINA)
        number, key = amina.button("Send")
        heard = amina.replies
        await asyncio.gather(*(scene.receiving.take([_tapped(number, key.data, 200 + n)]) for n in range(20)))
        await scene.rests()
        await stage.deliver()
    [told] = await stage.testimonies(AMINA)
    assert amina.replies == heard + 20
    answers = [seen.text for seen in amina.chat[-20:]]
    assert sum(told.receipt in text for text in answers) == 1
    assert len({text for text in answers if told.receipt not in text}) == 1


async def test_replaying_everything_that_came_changes_no_row(stage: Stage) -> None:
    """R3, R34: each row of the inbox again, ten times, in any order: nothing new is stored or said."""
    async with arriving(stage) as scene:
        journey = _journey(stage)
        for raw in journey:
            await scene.take([raw])
        await stage.deliver()
        before = every_row(stage.url)
        for _ in range(10):
            await scene.take(journey[::-1])
        assert every_row(stage.url) == before
    assert len(before["inbox"]) == len(journey)
    assert len(before["testimonies"]) == 1


async def test_whatever_is_handled_twice_speaks_once(stage: Stage) -> None:
    """R34: even where the inbox had forgotten it, the same cause and step have one key."""
    async with arriving(stage) as scene:
        journey = _journey(stage)
        for raw in journey:
            await scene.take([raw])
        keys = await _keys(stage)

        def again(unit: Unit, raw: Raw) -> None:
            stage.answering.handle(unit, raw.body, scene.clock.now())

        for raw in journey:
            await stage.do(lambda unit, raw=raw: again(unit, raw))  # type: ignore[misc]
        assert await _keys(stage) == keys
    assert len(keys) == len(journey)


async def _keys(stage: Stage) -> list[str]:
    return sorted(row[2] for row in every_row(stage.url)["outbox"])
