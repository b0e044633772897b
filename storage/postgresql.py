"""The engine on PostgreSQL: a few threads, a transaction each; other processes may share the database."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import sqlalchemy as sa

from bot.ports import News, Unavailable
from storage.engine import Engine, Job, Outcome, lost_a_race, tell_all, told_of
from storage.listening import listen
from storage.opening import PATIENCE, check_revision, reaching
from storage.prepared import Connection, Statements
from storage.unit import House, Unit, check_keys

T = TypeVar("T")

THREADS, TOGETHER = 4, 8
"""How many transactions run at once, and how many works share one at most."""

_POSTGRES = (
    "-c timezone=UTC -c synchronous_commit=on -c statement_timeout=60s -c lock_timeout=10s "
    "-c idle_in_transaction_session_timeout=60s"
)


class Postgresql(Engine):
    """A few threads with a connection each. While more works wait than there are threads, several share a transaction:
    where one of those fails, nothing of them was written, and each is done again by itself.
    """

    shared = True
    hands = THREADS * TOGETHER

    def __init__(self, address: sa.URL, house: House) -> None:
        self._house = house
        self._engine = sa.create_engine(
            address,
            pool_size=THREADS,
            max_overflow=0,
            connect_args={"options": _POSTGRES, "connect_timeout": PATIENCE},
        )
        self._statements = Statements(self._engine.dialect)
        self._listens_at = address.set(drivername="postgresql").render_as_string(hide_password=False)
        try:
            with reaching(address), self._engine.begin() as connection:
                check_revision(connection)
                check_keys(Unit(self._rows(connection), house))
        except BaseException:
            self._engine.dispose()
            raise
        self._threads = ThreadPoolExecutor(THREADS, "storage")
        self._jobs: deque[Job] = deque()
        self._closed = False

    async def transact(self, work: Callable[[Unit], T]) -> T:
        """See Database.transact."""
        if self._closed:
            raise Unavailable("the store is closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.append(Job(work, future))
        self._threads.submit(self._write, loop)
        return await future

    async def listen(self, hear: Callable[[News, int], None]) -> None:
        """See Database.listen."""
        await listen(self._listens_at, self._house.holder, hear)

    async def close(self) -> None:
        """See Database.close."""
        self._closed = True
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()

    def _write(self, loop: asyncio.AbstractEventLoop) -> None:
        """Do this thread's share of what waits; nothing, where another has done it."""
        group = []
        for _ in range(max(1, min(TOGETHER, len(self._jobs) // THREADS))):
            with contextlib.suppress(IndexError):
                group.append(self._jobs.popleft())
        if group:
            loop.call_soon_threadsafe(tell_all, self._outcomes(group))

    def _outcomes(self, group: Sequence[Job], tries: int = 3) -> list[Outcome]:
        """Run works in one transaction and commit it."""
        try:
            values = self._commit([job.work for job in group])
        except BaseException as error:  # noqa: BLE001  (whatever it is, it belongs to the caller)
            again = lost_a_race(error)
            told = told_of(error)
            if len(group) > 1 and (again or not isinstance(told, Unavailable)):
                return [outcome for job in group for outcome in self._outcomes([job])]
            if again and tries > 1:
                return self._outcomes(group, tries - 1)
            return [Outcome(job, error=told) for job in group]
        return [Outcome(job, value) for job, value in zip(group, values, strict=True)]

    def _commit(self, works: Sequence[Callable[[Unit], Any]]) -> list[Any]:
        began = time.perf_counter()
        with self._engine.begin() as connection:
            unit = Unit(self._rows(connection), self._house)
            values = []
            for work in works:
                unit.begin()
                values.append(work(unit))
                unit.finish()
            self._house.failpoint("commit.before")
        self._house.failpoint("commit.after")
        self._house.meter.committed(time.perf_counter() - began)
        return values

    def _rows(self, connection: sa.Connection) -> Connection:
        return Connection(
            connection.connection.driver_connection,
            self._statements,
            postgresql=True,
            holder=self._house.holder,
        )
