"""One update's transaction, cut at every statement; run in a process of its own, which forks.

Each child opens a copy of the same database, handles the update that waits in it, says what is due and sweeps the
recordings. It dies at a point, the next child a statement further on, until one lives to the end. After each death
the rows are those of before or those of after, and a second life brings everything to its end.
"""

import asyncio
import itertools
import json
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bot.ports import Raw
from bot.receiving import Receiving
from storage import failing
from storage.opening import migrate
from storage.sealing import Keys
from storage.vault import Files
from tests.deeds.stage import Player, Stage
from tests.fakes import FakeClock
from tests.stores import NOW, every_row, later, opened

POINTS = ("statement.before", "commit.before", "commit.after")
"""Before a statement is after the one before it."""

LATER = {"outbox", "copies"}
"""Tables whose rows go on after the update: once the goodbye is said, what lies before it is taken out of the chat."""


@dataclass
class Holding(Stage):
    """A stage that can hold updates: they are kept in the inbox, not yet handled."""

    holding: bool = False

    async def hears(self, body: dict[str, Any]) -> None:
        """Keep it; handle it unless it is to be held."""
        if not self.holding:
            return await super().hears(body)
        person = next(each["from"]["id"] for each in body.values() if isinstance(each, dict))
        raw = Raw(body["update_id"], person, (int(self.now.timestamp()), 1), json.dumps(body).encode())
        await self.do(lambda unit: unit.inbox.add([raw], self.now))
        return None


async def sends(stage: Holding, amina: Player) -> None:
    """Her testimony is told; the tap on Send waits."""
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.says("The school is closed.")
    await amina.sends_voice()
    stage.holding = True
    await amina.taps("Send")


async def leaves(stage: Holding, amina: Player) -> None:
    """She told, was asked back, began again, and asked to be forgotten; her last tap waits."""
    vera = stage.person(2)
    await amina.tells()
    await vera.says("/next")
    await vera.taps("Ask a question")
    await vera.taps("Since when")
    await amina.starts()
    await amina.taps("Tell what I live")
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.sends_voice()
    await amina.says("/forget")
    await amina.taps("Erase everything")
    stage.holding = True
    await amina.taps("Yes, erase it all")


STORIES: dict[str, Callable[[Holding, Player], Awaitable[None]]] = {"sends": sends, "leaves": leaves}


@dataclass(frozen=True)
class Place:
    """One copy of the database, its keys and its recordings. `key`: her data key, as it is wrapped."""

    folder: Path
    keys: Keys
    key: bytes = b""

    @property
    def url(self) -> str:
        """Where the store opens it."""
        return f"sqlite:///{self.folder / 'voices.db'}"

    def copied(self, name: str) -> "Place":
        """A copy beside it, in place of an earlier one."""
        folder = self.folder.parent / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)
        return Place(folder, self.keys, self.key)

    def rows(self) -> dict[str, list[Any]]:
        """Everything in every table."""
        return {name: list(rows) for name, rows in every_row(self.url).items()}

    def counts(self) -> dict[str, int]:
        """How many rows each table has, how many recordings the vault, and how many updates are done."""
        rows = self.rows()
        done = sum(row[1] == "done" for row in rows["inbox"])
        kept = len(list((self.folder / "vault").iterdir()))
        return {name: len(found) for name, found in rows.items()} | {"vault": kept, "done": done}

    def shows_key(self) -> bool:
        """Whether her key stands in any file."""
        return any(self.key in path.read_bytes() for path in self.folder.rglob("*") if path.is_file())


@dataclass
class Found:
    """What the deaths left: how often nothing of the update, how often all of it, and what was neither."""

    nothing: int = 0
    all: int = 0
    faults: list[str] = field(default_factory=list)
    key_before: bool = False
    key_after: bool = False


async def prepared(folder: Path, story: str) -> Place:
    """A database in which the story's last update waits."""
    folder.mkdir()
    place = Place(folder, Keys.make(folder / "voices.key"))
    migrate(place.url)
    async with opened(place.url, place.keys) as store:
        stage = Holding(store, NOW, place.url)
        await stage.open()
        await stage.moderator(2)
        await STORIES[story](stage, stage.person(1))
        her = await stage.respondent(1)
        for medium in await stage.media(1):
            await Files(folder / "vault", store).put(medium.id, her.id, b"OggS")
        (key,) = (row[2] for row in every_row(place.url)["data_keys"] if row[0] == her.id)
    return Place(folder, place.keys, bytes(key))


async def live(place: Place, *, speak: bool = True) -> bool:
    """Handle what waits, say what is due, sweep the vault; whether her key then stands in a file."""
    async with opened(place.url, place.keys) as store:
        stage, handled = Stage(store, later(minutes=10), place.url), asyncio.Event()
        answering = stage.answering
        receiving = Receiving(
            store, FakeClock(stage.now), answering.handle, apologise=answering.apologise, spoke=handled.set
        )
        await store.transact(lambda unit: unit.outbox.recover(stage.now))
        if await store.transact(lambda unit: unit.inbox.next_due()) is not None:
            work = asyncio.create_task(receiving.work())
            await asyncio.wait_for(handled.wait(), 20)
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
        if speak:
            await stage.deliver()
            await Files(place.folder / "vault", store).sweep()
        return place.shows_key()


def dies(place: Place, point: str) -> bool:
    """Live in a child that ends at the point; False where it lived to the end."""
    child = os.fork()
    if child == 0:
        failing.arm(point)
        asyncio.run(live(place))
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 137), f"a child ended with {code} at {point}"
    return code == 137


def cut(folder: Path, story: str, step: int) -> Found:
    """Cut the story's last update at every commit and at every `step`-th statement."""
    base = asyncio.run(prepared(folder / "base", story))
    before = base.rows()
    handled, ended = base.copied("handled"), base.copied("ended")
    asyncio.run(live(handled, speak=False))
    found = Found(key_before=base.shows_key(), key_after=asyncio.run(live(ended)))
    end = ended.counts()
    whole = {name: (count, end[name]) for name, count in handled.counts().items() if name not in LATER}
    for name in POINTS:
        for nth in itertools.count(1, step if name == "statement.before" else 1):
            place, point = base.copied("cut"), f"{name}:{nth}"
            if not dies(place, point):
                break
            if place.rows() == before:
                found.nothing += 1
            elif all(count in whole[name] for name, count in place.counts().items() if name in whole):
                found.all += 1
            else:
                found.faults.append(f"{point}: half of it was written")
            found.key_after |= asyncio.run(live(place))
            if place.counts() != end:
                found.faults.append(f"{point}: a second life did not bring it to its end")
    return found


if __name__ == "__main__":
    print(json.dumps(asdict(cut(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))))
