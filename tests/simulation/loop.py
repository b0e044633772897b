"""Time and chance of a simulation: an event loop on which no real time passes, and random bytes from a seed."""

import asyncio
import math
import os
import random
import selectors
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from typing import Any, TypeVar
from unittest import mock

from dialogs.form import Form
from dialogs.reading.xform import read_xform

T = TypeVar("T")

BEGINNING = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


class Stuck(AssertionError):
    """Everybody waits for something that nobody will ever do."""


class _NoWaiting(selectors.SelectSelector):
    """Where a loop would wait so many seconds, its time moves on by as many."""

    elapsed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Stuck("nobody waits for a time, and nobody does anything")
        self.elapsed += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is the simulation's. What would run in a thread runs at once, in its place."""

    def __init__(self) -> None:
        self._still = _NoWaiting()
        super().__init__(self._still)

    def time(self) -> float:
        """Seconds since the simulation began."""
        return self._still.elapsed

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """Run it now."""
        done: asyncio.Future[T] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - it is whoever waits who is told
            done.set_exception(error)
        return done

    def _write_to_self(self) -> None:
        """There is no other thread that could wake us."""


def _shown(now: Callable[[], datetime]) -> type[datetime]:
    """A `datetime` whose now() is the simulation's."""

    class Shown(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Shown":
            moment = now().astimezone(tz)
            return cls.fromtimestamp(moment.timestamp(), tz)

    return Shown


@cache
def _read_once(xml: str) -> Form:
    """A form is frozen: all lives may have the same, as one life has one for all its people."""
    return read_xform(xml)


@contextmanager
def seeded(seed: int, now: Callable[[], datetime]) -> Iterator[None]:
    """Random ids, nonces and keys come from the seed, and the scheduler of the ticks reads this clock."""
    chance = random.Random(f"bytes of {seed}")
    clock = _shown(now)
    with (
        mock.patch("os.urandom", chance.randbytes),
        mock.patch("random._urandom", chance.randbytes),
        mock.patch("storage.forms.read_xform", _read_once),
        mock.patch("storage.sqlite.SLICE", math.inf),  # how fast this machine is must decide nothing
        mock.patch("bot.schedule.datetime", clock),
        mock.patch("apscheduler.schedulers.base.datetime", clock),
    ):
        yield


class Wall:
    """The bot's clock: the loop's time from BEGINNING, moved by whoever sets the machine's clock."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.moved = timedelta()

    def true(self) -> datetime:
        """The time Telegram has."""
        return BEGINNING + timedelta(seconds=self._loop.time())

    def now(self) -> datetime:
        """The time this machine believes it is."""
        return self.true() + self.moved

    def monotonic(self) -> float:
        """Seconds since the simulation began."""
        return self._loop.time()

    async def sleep(self, seconds: float) -> None:
        """Wait so long; no clock that is set makes it longer or shorter."""
        await asyncio.sleep(seconds)


def environment() -> Mapping[str, str]:
    """What another process needs to play the same run, whatever order its sets have."""
    return os.environ | {"PYTHONHASHSEED": "1"}
