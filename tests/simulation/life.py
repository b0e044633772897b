"""One life of the bot: a process as far as anyone can tell. It dies at a named point or at any moment."""

import asyncio
import contextvars
import random
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from bot import wiring
from bot.config import Settings
from bot.ports import Clock, Unavailable
from storage import failing
from storage.database import Database
from storage.sealing import Keys
from storage.unit import Unit
from tests.deeds.stage import catalogs
from tests.simulation.story import Story
from tests.simulation.telegram import Telegram, Wire

T = TypeVar("T")

LIFE: contextvars.ContextVar["Life | None"] = contextvars.ContextVar("life", default=None)

POINTS = {
    "commit.before": 60,
    "commit.after": 60,
    "statement.before": 400,
    "statement.after": 400,
    "inbox.after_insert": 20,
    "outbox.after_insert": 20,
    "outbox.after_claim": 15,
    "outbox.after_settle": 20,
    "sessions.after_save": 15,
    "testimonies.after_insert": 2,
    "forget.between": 3,
}
"""Named points, and after how many passes at most the process dies there."""


class Died(BaseException):
    """The process ended here: nothing after this line was ever done."""


STORE = (
    ("away", "the store is away"),
    ("full", "the disk is full"),
    ("mute", "commits are not answered"),
)
"""What happens to a store."""


class Life:
    """A bot at work on a copy of the files the one before it left."""

    def __init__(
        self, number: int, folder: Path, settings: Settings, keys: Keys, chance: random.Random, story: Story
    ) -> None:
        self.number = number
        self.dead = False
        self.died = asyncio.Event()
        self.stop = asyncio.Event()
        self.up = False
        self.full = False
        self.away = False
        self.mute = False
        self.door: Door | None = None
        self._folder = folder
        self._settings = settings.model_copy(update={"database_url": f"sqlite:///{self.file}"})
        self._keys, self._chance, self._story = keys, chance, story
        self._tasks: list[asyncio.Task[Any]] = []

    @property
    def file(self) -> Path:
        """Its database."""
        return self._folder / f"{self.number}.db"

    def begin(self, telegram: Telegram, clock: Clock, point: str) -> None:
        """Come to life, to die at this point ("" for none)."""
        failing.arm(point, self._die_within)

        def line(token: str, _: str, **more: Any) -> Wire:
            return Wire(telegram, self.alive, token)

        async def live() -> None:
            outside = wiring.Outside(self._opened, line, catalogs)
            running = wiring.running(self._settings, clock=clock, stop=self.stop, outside=outside)
            async with running:
                self.up = True
                self._story.tell("bot", f"is up, life {self.number}")
                await self.stop.wait()
            self._story.tell("bot", "has ended")

        context = contextvars.copy_context()
        context.run(LIFE.set, self)
        asyncio.get_running_loop().create_task(live(), context=context).add_done_callback(self._ended)

    def holds(self, task: asyncio.Task[Any]) -> None:
        """A task of this process."""
        self._tasks = [each for each in self._tasks if not each.done()]
        self._tasks.append(task)
        task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())  # how it died is known

    def alive(self) -> None:
        """CancelledError for whoever does not know yet that the process is dead."""
        if self.dead:
            raise asyncio.CancelledError

    def die(self, how: str) -> None:
        """End here and now, as kill -9 would: what is in the files stays, all else is gone."""
        if self.dead:
            return
        self.dead = True
        self._story.fault(f"dies: {how}")
        after = self._folder / f"{self.number + 1}.db"
        for more in ("", "-wal"):
            if (left := Path(f"{self.file}{more}")).exists():
                shutil.copyfile(left, f"{after}{more}")
        self.died.set()

    async def is_buried(self) -> None:
        """Once it is dead: let go of all it held."""
        failing.arm("")
        for _ in range(1000):
            left = [task for task in self._tasks if not task.done()]
            if not left:
                break
            for task in left:
                task.cancel()
            await asyncio.sleep(0)
        else:
            raise AssertionError(f"tasks outlive their process: {left}")
        if self.door is not None:
            await self.door.close()
        for left_over in self._folder.glob(f"{self.number}.db*"):
            left_over.unlink()

    def _die_within(self) -> None:
        self.die(failing.armed())
        raise Died

    def _ended(self, task: asyncio.Task[None]) -> None:
        """It ended by itself: it was told to, or a fault ended it, which must not happen."""
        if self.dead or task.cancelled():
            return
        fault = task.exception()
        could_not_start = isinstance(fault, Unavailable) and not self.up
        self.die("it cannot start without its store" if could_not_start else "SIGTERM")
        self._story.must(fault is None or could_not_start, f"the bot ended by itself: {fault!r}")

    @asynccontextmanager
    async def _opened(
        self, settings: Settings, clock: Clock, **more: Any
    ) -> AsyncIterator[tuple[Database, Keys]]:
        database = Database.open(settings.database, self._keys, failpoint=self._committing)
        self.door = Door(database, self, self._chance)
        try:
            yield self.door, self._keys
        finally:
            if not self.dead:
                await self.door.close()

    def _committing(self, name: str) -> None:
        if self.full and name == "commit.before":
            full = sqlite3.OperationalError("database or disk is full")
            full.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise full
        failing.point(name)

    async def weather(self, calm: Callable[[], bool]) -> None:
        """Until it is calm: for a while something is wrong with the store."""
        while True:
            await asyncio.sleep(self._chance.expovariate(1 / 120))
            if calm():
                return
            kind, told = self._chance.choice(STORE)
            self._story.fault(told)
            setattr(self, kind, True)
            await asyncio.sleep(self._chance.choice((1, 10, 60)))
            setattr(self, kind, False)


class Door(Database):
    """The store of one life: it takes its time, and a dead process gets no answer."""

    def __init__(self, database: Database, life: Life, chance: random.Random) -> None:
        super().__init__(database._engine, database._meter)
        self._life, self._chance = life, chance

    async def transact(self, work: Callable[[Unit], T]) -> T:
        """See Database.transact."""
        life = self._life
        life.alive()
        if life.away:
            raise Unavailable("the store is away")
        await asyncio.sleep(self._chance.choice((0.0, 0.001, 0.02)))
        try:
            value = await super().transact(work)
        finally:
            life.alive()
        if life.mute and self._chance.random() < 0.5:
            raise Unavailable("it is committed, and nobody says so")
        return value
