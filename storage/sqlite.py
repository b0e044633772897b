"""The engine on SQLite: one connection, one commit for all works that wait."""

import asyncio
import contextlib
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import dialect

from bot.ports import News, Unavailable
from storage.engine import Engine, Job, Outcome, tell_all, told_of
from storage.opening import PRAGMAS, check_pragmas, check_revision, only_process, reaching, sqlite_engine
from storage.prepared import Connection, Statements
from storage.unit import House, Unit, check_keys

T = TypeVar("T")

GROUP, SLICE = 256, 0.02
"""How many works share one commit at most, and for how many seconds no more of them begin."""

STATEMENTS = Statements(dialect())
"""Compiled once, however many databases a process opens."""

_BEGIN = "BEGIN IMMEDIATE"
_EMPTY_LOG = "PRAGMA wal_checkpoint(TRUNCATE)"
"""The log holds what was written before: a data key that was destroyed, for one (S40)."""


class Sqlite(Engine):
    """One connection: the works of a group run on the event loop, what waits for the disk in a thread.

    The interpreter's lock is let go around each statement. In a thread of their own, works would wait at each for the
    loop to give it back: twenty times a step. One loop at a time may use it.
    """

    shared = False
    hands = GROUP

    def __init__(self, address: sa.URL, house: House) -> None:
        self._house = house
        self._jobs: deque[Job] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._closed = False
        with contextlib.ExitStack() as cleanup:
            if house.alone:
                cleanup.enter_context(only_process(Path(address.database or "")))
            self._engine = sqlite_engine(address)
            cleanup.callback(self._engine.dispose)
            with reaching(address):
                self._connection = cleanup.enter_context(self._engine.connect())
            driver = self._connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)  # noqa: S101  (tells the type checker what pysqlite gives)
            self._driver = driver
            rows = Connection(driver, STATEMENTS, postgresql=False)
            self._unit = Unit(rows, house)
            check_pragmas(driver)
            if house.alone:
                driver.execute(_EMPTY_LOG)  # the process before us may have died before it could
            check_revision(self._connection)
            driver.execute(_BEGIN)
            check_keys(self._unit)
            driver.execute("COMMIT")
            self._disk = ThreadPoolExecutor(1, "storage-disk")
            cleanup.callback(self._disk.shutdown)
            self._cleanup = cleanup.pop_all()

    async def listen(self, hear: Callable[[News, int], None]) -> None:
        """See Database.listen."""
        await asyncio.Event().wait()

    async def transact(self, work: Callable[[Unit], T]) -> T:
        """See Database.transact."""
        if self._closed:
            raise Unavailable("the store is closed")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.append(Job(work, future))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="storage")
        return await future

    async def close(self) -> None:
        """See Database.close."""
        self._closed = True
        if self._writing is not None:
            await asyncio.wait([self._writing])
        await asyncio.to_thread(self._cleanup.close)

    async def _write(self) -> None:
        """Take what waits, in groups, until nothing does: one commit for each."""
        disk = partial(asyncio.get_running_loop().run_in_executor, self._disk)
        while self._jobs:
            group: list[Job] = []
            outcomes: list[Outcome] = []
            began = time.perf_counter()
            try:
                if not self._begun_at_once():
                    await disk(self._driver.execute, _BEGIN)
                until = time.perf_counter() + SLICE
                while (job := self._next()) is not None:
                    group.append(job)
                    outcomes.append(self._run(job) if outcomes else self._run_first(job))
                    if len(group) == GROUP or time.perf_counter() > until or not self._driver.in_transaction:
                        break
                if self._driver.in_transaction:
                    await disk(self._commit, any(outcome.destroyed for outcome in outcomes))
            except Exception as error:  # noqa: BLE001  (the loop must go on, each caller be told)
                told = self._give_up(error)
                own = {id(outcome.job): outcome.error for outcome in outcomes}
                outcomes = [Outcome(job, error=own.get(id(job)) or told) for job in group or self._everyone()]
            self._house.meter.committed(time.perf_counter() - began)
            tell_all(outcomes)

    def _begun_at_once(self) -> bool:
        """Begin, unless an operator's tool is writing: that is waited for in the thread."""
        self._driver.execute("PRAGMA busy_timeout = 0")
        try:
            self._driver.execute(_BEGIN)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
        finally:
            self._driver.execute(f"PRAGMA busy_timeout = {PRAGMAS['busy_timeout']}")
        return self._driver.in_transaction

    def _next(self) -> Job | None:
        """The next work somebody still waits for."""
        while self._jobs:
            job = self._jobs.popleft()
            if not job.future.done():
                return job
        return None

    def _everyone(self) -> list[Job]:
        """All works that wait, where not even the first can begin."""
        waiting = [job for job in self._jobs if not job.future.done()]
        self._jobs.clear()
        return waiting

    def _run_first(self, job: Job) -> Outcome:
        """Run the first work of a transaction; where it fails there is nothing else to undo.

        A savepoint keeps a copy of each page it changes in memory, and most statements walk through all of them: a
        work of thousands of rows, as after a restore, would take longer by the square of its length.
        """
        return self._run_or(job, "ROLLBACK")

    def _run(self, job: Job) -> Outcome:
        """Run a further one, behind its own savepoint."""
        self._driver.execute("SAVEPOINT work")
        outcome = self._run_or(job, "ROLLBACK TO work")
        self._driver.execute("RELEASE work")
        return outcome

    def _run_or(self, job: Job, undo: str) -> Outcome:
        unit = self._unit
        unit.begin()
        try:
            value = job.work(unit)
            unit.finish()
            unit.end()
        except BaseException as error:  # whatever it is, it belongs to the caller
            unit.undo()
            if not self._driver.in_transaction:
                raise  # SQLite gave up the whole transaction, not one statement of it
            self._driver.execute(undo)
            return Outcome(job, error=told_of(error))
        return Outcome(job, value, destroyed=unit.seals.destroyed)

    def _commit(self, destroyed: bool) -> None:
        """Only after this is anything true: what was said to have happened is on the disk."""
        self._house.failpoint("commit.before")
        self._driver.execute("COMMIT")
        self._house.failpoint("commit.after")
        if destroyed:
            self._driver.execute(_EMPTY_LOG)

    def _give_up(self, error: Exception) -> BaseException:
        """Nothing of a group was written; what its callers are told."""
        if self._driver.in_transaction:
            self._driver.execute("ROLLBACK")
        self._house.forget_unwritten()
        return told_of(error)
