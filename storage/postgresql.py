"""The engine on PostgreSQL: a few connections, a transaction each; other processes may share the database."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from greenlet import getcurrent, greenlet

from bot.ports import News, Unavailable
from storage.engine import Engine, Job, Outcome, lost_a_race, tell_all, told_of
from storage.listening import listen
from storage.opening import PATIENCE, check_revision, reaching
from storage.prepared import Connection, Statements
from storage.unit import House, Unit, check_keys

T = TypeVar("T")

CONNECTIONS, TOGETHER = 4, 32
"""How many transactions run at once, and how many works share one at most."""

_POSTGRES = (
    "-c timezone=UTC -c synchronous_commit=on -c statement_timeout=60s -c lock_timeout=10s "
    "-c idle_in_transaction_session_timeout=60s "
    "-c jit=off -c plan_cache_mode=force_generic_plan "
    "-c enable_seqscan=off -c enable_bitmapscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
)


async def _aside(work: Callable[[], T]) -> T:
    """Run a work that waits for the database as if it did not wait: the event loop goes on meanwhile."""
    strand = greenlet(work)
    asked = strand.switch()
    while not strand.dead:
        try:
            answer = await asked
        except BaseException as error:
            asked = strand.throw(error)
        else:
            asked = strand.switch(answer)
    return asked


def _wait_for(answer: Awaitable[T]) -> T:
    """Within `_aside`: wait for an answer."""
    return getcurrent().parent.switch(answer)


class _Answer:
    """What the server answered to one statement."""

    __slots__ = ("rowcount", "_rows")

    def __init__(self, rowcount: int, rows: list[Any]) -> None:
        self.rowcount = rowcount
        self._rows = rows

    def fetchone(self) -> Any | None:
        return self._rows[0] if self._rows else None

    def fetchall(self) -> list[Any]:
        return self._rows


class _Line:
    """One connection, as the repositories use it."""

    def __init__(self, connection: psycopg.AsyncConnection, statements: Statements, house: House) -> None:
        self.connection = connection
        self._cursor = connection.cursor(binary=True)
        self.unit = Unit(
            Connection(self, statements, postgresql=True, holder=house.holder), house
        )

    def execute(self, sql: str, arguments: Any) -> _Answer:
        return _wait_for(self._ask(sql, arguments))

    async def _ask(self, sql: str, arguments: Any) -> _Answer:
        cursor = self._cursor
        await cursor.execute(sql, arguments)
        return _Answer(cursor.rowcount, await cursor.fetchall() if cursor.description else [])


class Postgresql(Engine):
    """A few connections; works run on the event loop, each in a strand of its own. While more works wait than there are connections, several share a transaction:
    where one of those fails, nothing of them was written, and each is done again by itself.
    """

    shared = True
    hands = CONNECTIONS * TOGETHER

    def __init__(self, address: sa.URL, house: House) -> None:
        self._house = house
        engine = sa.create_engine(
            address,
            poolclass=sa.NullPool,
            connect_args={"options": _POSTGRES, "connect_timeout": PATIENCE},
        )
        self._statements = Statements(engine.dialect)
        self._address = address.set(drivername="postgresql").render_as_string(hide_password=False)
        with reaching(address), engine.begin() as connection:
            check_revision(connection)
            rows = Connection(connection.connection.driver_connection, self._statements, postgresql=True)
            check_keys(Unit(rows, house))
        self._idle: list[_Line] = []
        self._running: set[asyncio.Task[None]] = set()
        self._jobs: deque[Job] = deque()
        self._closed = False

    async def transact(self, work: Callable[[Unit], T]) -> T:
        """See Database.transact."""
        if self._closed:
            raise Unavailable("the store is closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.append(Job(work, future))
        if len(self._running) < CONNECTIONS:
            task = loop.create_task(self._write())
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return await future

    async def listen(self, hear: Callable[[News, int], None]) -> None:
        """See Database.listen."""
        await listen(self._address, self._house.holder, hear)

    async def close(self) -> None:
        """See Database.close."""
        self._closed = True
        if self._running:
            await asyncio.wait(self._running)
        while self._idle:
            await self._idle.pop().connection.close()

    async def _write(self) -> None:
        """Do a share of what waits, until nothing does."""
        while self._jobs:
            share = max(1, min(TOGETHER, len(self._jobs) // CONNECTIONS))
            tell_all(await self._outcomes([self._jobs.popleft() for _ in range(share)]))

    async def _outcomes(self, group: Sequence[Job], tries: int = 3) -> list[Outcome]:
        """Run works in one transaction and commit it."""
        try:
            values = await self._commit([job.work for job in group])
        except BaseException as error:  # noqa: BLE001  (whatever it is, it belongs to the caller)
            again = lost_a_race(error)
            told = told_of(error)
            if len(group) > 1 and (again or not isinstance(told, Unavailable)):
                return [outcome for job in group for outcome in await self._outcomes([job])]
            if again and tries > 1:
                return await self._outcomes(group, tries - 1)
            return [Outcome(job, error=told) for job in group]
        return [Outcome(job, value) for job, value in zip(group, values, strict=True)]

    async def _commit(self, works: Sequence[Callable[[Unit], Any]]) -> list[Any]:
        began = time.perf_counter()
        line = await self._line()
        try:
            values = await _aside(lambda: self._run(line.unit, works))
            self._house.failpoint("commit.before")
            await line.connection.commit()
        except BaseException:
            await line.connection.rollback()
            raise
        self._idle.append(line)
        self._house.failpoint("commit.after")
        self._house.meter.committed(time.perf_counter() - began)
        return values

    def _run(self, unit: Unit, works: Sequence[Callable[[Unit], Any]]) -> list[Any]:
        values = []
        for work in works:
            unit.begin()
            values.append(work(unit))
            unit.finish()
        return values

    async def _line(self) -> _Line:
        """A connection that is free."""
        if self._idle:
            return self._idle.pop()
        connection = await psycopg.AsyncConnection.connect(
            self._address, options=_POSTGRES, connect_timeout=PATIENCE, prepare_threshold=0
        )
        return _Line(connection, self._statements, self._house)
