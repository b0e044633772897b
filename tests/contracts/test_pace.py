"""One pace, used to the full and shared out fairly, by one process or by several; on a virtual clock."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from statistics import quantiles

import pytest

from bot.outbox import SHARE, Kind, Outcome, Sent
from bot.ports import Unit
from bot.sending import BURST, Sending
from bot.speech import Message, Quote
from tests.fakes import FakeClock, FakeMessenger, WatchedStore
from tests.stores import Source, opened

PACE = 30.0
LONG = 40
"""Virtual seconds of a run: long beside the burst at its beginning."""

ON_THE_WAY = 0.15
"""Virtual seconds a message is on its way to Telegram."""


class Line(FakeMessenger):
    """Notes when each message goes, and what kind of message it is."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self.went: list[tuple[datetime, str]] = []
        self._clock = clock

    async def deliver(self, chat: int, message: Message, files: Mapping[str, str]) -> Outcome:
        [part] = message.parts
        assert isinstance(part, Quote)
        self.went.append((self._clock.now(), part.words))
        await self._clock.sleep(ON_THE_WAY)
        return Sent(1)


@dataclass(slots=True)
class Senders:
    """Processes that send from one outbox, each with a door of its own, by one clock."""

    stores: Sequence[WatchedStore]
    clock: FakeClock
    line: Line
    sendings: Sequence[Sending]
    people: int = 0
    said_at: dict[str, datetime] = field(default_factory=dict)

    async def write(self, count: int, kind: Kind) -> None:
        """So many messages, each to somebody else. Their words: the kind, and a number."""
        first, self.people = self.people + 1, self.people + count
        now = self.clock.now()

        def add(unit: Unit) -> None:
            for person in range(first, first + count):
                words = f"{kind} {person}"
                address = unit.people.add_address(person, person, now)
                message = Message("en", (Quote(words),))
                unit.outbox.add(key=words, address=address, kind=kind, message=message, now=now)
                self.said_at[words] = now

        await self.stores[0].transact(add)
        self.sendings[0].wake()  # as the process that wrote it would

    async def pass_time(self, seconds: float) -> None:
        """Let the clock run, from one alarm to the next."""
        end = self.clock.monotonic() + seconds
        while (left := end - self.clock.monotonic()) > 0:
            for store in (*self.stores, *self.stores):
                await store.rests()
            self.clock.advance(min(left, self.clock.next_alarm or left))


@asynccontextmanager
async def senders(source: Source, processes: int) -> AsyncIterator[Senders]:
    url = source.fresh()
    async with AsyncExitStack() as stack:
        clock = FakeClock()
        line = Line(clock)
        stores = [WatchedStore(await stack.enter_async_context(opened(url))) for _ in range(processes)]
        sendings = [Sending(store, line, clock, pace=PACE) for store in stores]
        both = Senders(stores, clock, line, sendings)
        yield both
    source.drop(url)


@asynccontextmanager
async def at_work(both: Senders) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(each.work()) for each in both.sendings]
    try:
        yield
    finally:
        stops = [asyncio.ensure_future(each.stop()) for each in both.sendings]
        async with both.clock.hurrying(0.1):
            await asyncio.gather(*stops, *tasks)


@pytest.fixture(params=["sqlite 1", "postgres 2"])
async def both(request: pytest.FixtureRequest) -> AsyncIterator[Senders]:
    engine, _, processes = request.param.partition(" ")
    async with senders(request.getfixturevalue(engine), int(processes)) as found:
        yield found


async def test_the_whole_pace_is_used_and_campaigns_have_their_share_of_it(both: Senders) -> None:
    """R12, R17: at least 97 % of what is allowed, never more; campaigns a tenth, however many replies wait."""
    await both.write(int(PACE * LONG) + 100, Kind.REPLY)
    await both.write(int(PACE * LONG * SHARE * 2), Kind.CAMPAIGN)
    begun = both.clock.now()
    async with at_work(both):
        await both.pass_time(LONG)
        went = list(both.line.went)
    at = [(moment - begun).total_seconds() for moment, _ in went]
    kinds = Counter(words.split()[0] for _, words in went)
    print(
        f"{(len(went) - BURST) / LONG / PACE:.1%} of the pace, {kinds['campaign'] / len(went):.1%} of it campaigns"
    )
    assert 0.97 * PACE * LONG <= len(went) - BURST <= PACE * LONG
    for first, last in zip(at, at[int(PACE) + BURST :], strict=False):
        assert last - first >= 1 - 0.01
    assert 0.9 * SHARE <= kinds["campaign"] / len(went) <= 1.1 * SHARE


async def test_a_reply_waits_for_no_campaign(both: Senders) -> None:
    """R17: while a campaign takes all the pace, a reply goes within a second; and the pace is still used."""
    await both.write(int(PACE * LONG) + 100, Kind.CAMPAIGN)
    async with at_work(both):
        for _ in range(LONG):
            await both.write(6, Kind.REPLY)
            await both.pass_time(1)
        went = list(both.line.went)
    waits = [(moment - both.said_at[words]).total_seconds() for moment, words in went if words[0] == "r"]
    slowest = quantiles(waits, n=20)[-1]
    print(
        f"95 % of {len(waits)} replies within {slowest:.2f} s; {(len(went) - BURST) / LONG / PACE:.1%} of the pace"
    )
    assert len(waits) >= 6 * (LONG - 1)
    assert slowest < 1
    assert len(went) - BURST >= 0.97 * PACE * LONG
