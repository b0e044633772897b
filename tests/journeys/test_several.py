"""Several identical processes on one PostgreSQL: any may die, and together they are as one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

import psycopg
import pytest

from bot import wiring
from bot.clock import SystemClock
from bot.config import Settings
from bot.outbox import Kind
from bot.ports import Unit
from bot.speech import Message, Quote
from sandbox import Sandbox
from sandbox.faults import Fault
from tests.journeys.killing import start, torment
from tests.journeys.processes import Process
from tests.journeys.stage import open_house, settings_for
from tests.stores import PostgresServer, every_row, postgres_server


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as found:
        yield found


async def test_nothing_is_lost_or_doubled_when_either_process_dies(
    tmp_path: Path, server: PostgresServer
) -> None:
    """R1, R3, R4, R5, R26, R28: two processes, one after the other killed in the middle of it; `make soak` has many."""
    toll = await torment(
        tmp_path,
        people=12,
        kills=3,
        failpoints=["commit.before:20", "statement.after:200"],
        think=1,
        seed=4,
        server=server,
        processes=2,
    )
    print(toll)
    assert toll.broken == {}
    assert toll.deaths.total() == 5


@pytest.mark.parametrize("attempt", range(2))
async def test_processes_that_start_together_on_an_empty_database_make_it_once(
    tmp_path: Path, server: PostgresServer, attempt: int
) -> None:
    """R26, R29: one key file, one set of tables, one partner, each form once; whoever is later finds it all there."""
    async with Sandbox(flood=False, penalty=False) as sandbox:
        settings = settings_for(sandbox, tmp_path, database=server.bare())
        processes = await asyncio.gather(*[start(settings) for _ in range(3)])
        try:
            async with asyncio.timeout(60):
                while await alive(settings) < len(processes):
                    assert [each.returncode for each in processes] == [None] * len(processes)
                    await asyncio.sleep(0.05)
            mara = sandbox.person("Mara", language="en")
            await mara.starts()
            await mara.sees("language", within=60)
        finally:
            for process in processes:
                if process.returncode is None:
                    process.terminate()
                await process.wait()
        rows = every_row(settings.database)
    assert [process.returncode for process in processes] == [0] * len(processes)
    assert len(rows["partners"]) == 1
    assert len({row[0] for row in rows["forms"]}) == len(rows["forms"]) > 0


async def alive(settings: Settings) -> int:
    """How many processes say in the database that they live; 0 while there is none."""
    url = (settings.database_url or "").replace("+psycopg", "")
    question = (
        "SELECT count(*) FROM leases "
        "WHERE name = holder AND until > extract(epoch FROM clock_timestamp()) * 1000000"
    )
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as rows:
        try:
            found = await (await rows.execute(question)).fetchone()
        except psycopg.errors.UndefinedTable:
            return 0
    assert found is not None
    return int(found[0])


async def test_another_asks_for_updates_when_the_process_that_did_is_gone(
    tmp_path: Path, server: PostgresServer
) -> None:
    """R26: within 30 s where it was killed, at once where it was told to end."""
    async with Sandbox(flood=False, penalty=False) as sandbox:
        settings = settings_for(sandbox, tmp_path, database=server.bare())
        await open_house(settings)
        mara = sandbox.person("Mara", language="en")
        processes: list[Process] = []

        async def see(count: int) -> None:
            """Wait until so many processes say in the database that they live."""
            async with asyncio.timeout(60):
                while await alive(settings) != count:
                    await asyncio.sleep(0.05)

        async def answers() -> float:
            """How long she waits for an answer."""
            began, seen = monotonic(), sandbox.seq
            await mara.starts()
            await sandbox.called("sendMessage", since=seen, within=60)
            return monotonic() - began

        try:
            processes.append(await start(settings))
            await answers()
            processes.append(await start(settings))
            await see(2)
            processes[0].kill()
            killed = await answers()
            processes.append(await start(settings))
            await see(2)
            processes[1].terminate()
            await processes[1].wait()
            ended = await answers()
        finally:
            for process in processes:
                if process.returncode is None:
                    process.terminate()
                await process.wait()
        print(f"killed: answered after {killed:.1f} s; told to end: after {ended:.1f} s")
        assert killed < 30
        assert ended < 10


@dataclass(frozen=True, slots=True)
class Pair:
    """Two running bots on one database, at Telegram's pace."""

    sandbox: Sandbox
    one: wiring.Voices
    other: wiring.Voices

    async def write(self, crowd: list[int], words: str) -> None:
        """A delivery to each; both bots look at once."""

        def add(unit: Unit) -> None:
            now = SystemClock().now()
            for person in crowd:
                address = unit.people.address_of(person) or unit.people.add_address(person, person, now)
                message = Message("en", (Quote(words),))
                unit.outbox.add(
                    key=f"{person}:{words}", address=address, kind=Kind.REPLY, message=message, now=now
                )

        await self.one.store.transact(add)
        self.one.sending.wake()
        self.other.sending.wake()

    async def all_said(self, count: int, within: float = 60) -> None:
        """Wait for so many messages in all chats."""
        async with asyncio.timeout(within):
            while self._said() < count:
                await asyncio.sleep(0.05)

    def _said(self) -> int:
        return sum(call.code == 200 for call in self.sandbox.calls("sendMessage"))


class Apart(SystemClock):
    """The clock of a machine that somebody set wrong, by so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._apart = timedelta(seconds=seconds)

    def now(self) -> datetime:
        """The time this machine believes it is."""
        return super().now() + self._apart


@asynccontextmanager
async def pair(folder: Path, server: PostgresServer, apart: float = 0) -> AsyncIterator[Pair]:
    """`apart`: so many seconds are between the clocks of the two machines, and none is right."""
    async with Sandbox() as sandbox, AsyncExitStack() as stack:
        settings = settings_for(sandbox, folder, database=server.bare(), fast=False)
        await open_house(settings)
        one, other = [
            await stack.enter_async_context(wiring.running(settings, clock=Apart(seconds)))
            for seconds in (apart / 2, -apart / 2)
        ]
        yield Pair(sandbox, one, other)


@pytest.mark.parametrize("apart", [0, 600])
async def test_two_senders_are_no_faster_than_one(
    tmp_path: Path, server: PostgresServer, apart: float, caplog: pytest.LogCaptureFixture
) -> None:
    """R12, R20: with Telegram's limits on, nobody is told to slow down, in the crowd or in one chat."""
    async with pair(tmp_path, server, apart) as both:
        crowd = both.sandbox.crowd(150)
        began = monotonic()
        await both.write(crowd, "hello")
        for number in range(4):
            await both.write(crowd[:1], f"more {number}")
        await both.all_said(154)
        took = monotonic() - began
        calls = both.sandbox.calls("sendMessage")
    assert [call for call in calls if call.code == 429] == []
    assert (154 - 10 - 2) / 30 < took < 20
    assert "set back" not in caplog.text


async def test_what_telegram_tells_one_holds_both(tmp_path: Path, server: PostgresServer) -> None:
    """R11: nobody is early, and nothing is lost, however far apart the clocks of the two machines are."""
    async with pair(tmp_path, server, apart=600) as both:
        crowd = both.sandbox.crowd(60)
        both.sandbox.fail("sendMessage", how=Fault.too_many(3), skip=15)
        await both.write(crowd, "hello")
        await both.all_said(60)
        calls = both.sandbox.calls("sendMessage")
    told = next(call for call in calls if call.code == 429)
    assert not [call for call in calls if told.at + 0.5 <= call.at < told.at + 3]
    assert sum(call.code == 429 for call in calls) == 1
