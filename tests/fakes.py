"""In-memory twins of the ports that are easy to be: a clock that is moved, a messenger that remembers."""

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bot.outbox import Outcome, Sent
from bot.ports import Store, Unit
from bot.speech import Message

T = TypeVar("T")

BEGINNING = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


class FakeClock:
    """A Clock that stands still until it is advanced; whoever sleeps wakes when their time has come."""

    def __init__(self, now: datetime = BEGINNING) -> None:
        self._now = now
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._lain_down = asyncio.Event()

    def now(self) -> datetime:
        """The time it was set to."""
        return self._now

    def monotonic(self) -> float:
        """How far it was advanced."""
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock was advanced so far."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._numbers), woken))
        self._lain_down.set()
        await woken

    async def asleep(self, seconds: float = 0.0, within: float = 5) -> float:
        """Wait until somebody sleeps for at least so long; for how long. At most `within` real seconds."""
        async with asyncio.timeout(within):
            while (alarm := self.next_alarm) is None or alarm < seconds:
                self._lain_down.clear()
                await self._lain_down.wait()
        return alarm

    def advance(self, seconds: float) -> None:
        """Move on; everyone whose time has come is woken, in the order of their times. Less than 0: it is set back."""
        self._now += timedelta(seconds=seconds)
        self._elapsed += max(0.0, seconds)
        while self._sleepers and self._sleepers[0][0] <= self._elapsed + 1e-6:
            _, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():
                woken.set_result(None)

    @asynccontextmanager
    async def hurrying(self, step: float = 1.0) -> AsyncIterator[None]:
        """Let the clock run by itself, a step every few real milliseconds."""

        async def run() -> None:
            while True:
                await asyncio.sleep(0.005)
                self.advance(step)

        running = asyncio.create_task(run())
        try:
            yield
        finally:
            running.cancel()

    @property
    def next_alarm(self) -> float | None:
        """Seconds until the first sleeper wakes; None where nobody sleeps."""
        waiting = [moment for moment, _, woken in self._sleepers if not woken.done()]
        return min(waiting) - self._elapsed if waiting else None


class Tireless(FakeClock):
    """A clock that is moved, by which nobody waits."""

    async def sleep(self, seconds: float) -> None:
        """Go on at once."""
        await asyncio.sleep(0)


class WatchedStore:
    """A Store that knows whether anything is under way, so that a test can wait until all has come to rest."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._under_way = 0
        self._rest = asyncio.Event()
        self._rest.set()

    async def transact(self, work: Callable[[Unit], T]) -> T:
        """As the store does."""
        self._under_way += 1
        self._rest.clear()
        try:
            return await self._store.transact(work)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._rest.set()

    async def close(self) -> None:
        """As the store does."""
        await self._store.close()

    async def rests(self) -> None:
        """Wait until every task waits for something else than this store."""
        calm = 0
        while calm < 20:
            calm = calm + 1 if self._rest.is_set() else 0
            await self._rest.wait()
            await asyncio.sleep(0)


class FakeMessenger:
    """A Messenger that says everything to a list. `answer` decides what comes of a delivery; by default it is sent."""

    def __init__(self, answer: Callable[[int, Message], Outcome] | None = None) -> None:
        self.said: list[tuple[int, Message]] = []
        self.files: list[Mapping[str, str]] = []
        self.acknowledged: list[str] = []
        self.recordings: dict[str, bytes] = {}
        self._answer = answer or (lambda chat, message: Sent(len(self.said)))
        self._changed = asyncio.Event()

    async def deliver(self, chat: int, message: Message, files: Mapping[str, str]) -> Outcome:
        """Remember it, and answer as told."""
        self.said.append((chat, message))
        self.files.append(files)
        self._changed.set()
        return self._answer(chat, message)

    async def acknowledge(self, callback: str) -> None:
        """Remember it."""
        self.acknowledged.append(callback)

    async def fetch(self, file: str) -> bytes | None:
        """The bytes put into `recordings`."""
        return self.recordings.get(file)

    async def has_said(self, count: int, within: float = 5) -> list[tuple[int, Message]]:
        """Wait until so much was said, at most `within` real seconds; all of it."""
        async with asyncio.timeout(within):
            while len(self.said) < count:
                self._changed.clear()
                await self._changed.wait()
        return self.said
