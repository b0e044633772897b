"""The engine on PostgreSQL: a few connections, a transaction each; other processes may share the database."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import dialect

from bot.ports import News, Unavailable
from storage.engine import Engine, Job, Outcome, lost_a_race, tell_all, told_of
from storage.listening import listen
from storage.opening import PATIENCE, check_revision, reaching
from storage.prepared import Connection, Statements
from storage.unit import House, Unit, check_keys
from storage.wire import Wire, run_aside, wait_for

T = TypeVar("T")

CONNECTIONS, TOGETHER = 4, 16
"""How many transactions run at once, and how many works share one at most."""

STATEMENTS = Statements(dialect(paramstyle="numeric_dollar"))  # type: ignore[no-untyped-call]
"""Compiled once, however many databases a process opens."""

_POSTGRES = (  # plans go by indexes: what the statistics say of a queue was so when somebody looked
    "-c timezone=UTC -c synchronous_commit=on -c statement_timeout=60s -c lock_timeout=10s "
    "-c idle_in_transaction_session_timeout=60s "
    "-c jit=off -c plan_cache_mode=force_generic_plan "
    "-c enable_seqscan=off -c enable_bitmapscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
)


class Postgresql(Engine):
    """A few connections with a strand each. While more works wait than there are strands, several share a transaction:
    where one of those fails, nothing of them was written, and each is done again by itself.
    """

    shared = True
    hands = CONNECTIONS * TOGETHER

    def __init__(self, address: sa.URL, house: House) -> None:
        self._house = house
        self._address = address.set(drivername="postgresql").render_as_string(hide_password=False)
        self._statements = STATEMENTS
        engine = sa.create_engine(
            address, poolclass=sa.NullPool, connect_args={"options": _POSTGRES, "connect_timeout": PATIENCE}
        )
        with reaching(address), engine.begin() as connection:
            check_revision(connection)
            driver = connection.connection.driver_connection
            check_keys(Unit(Connection(driver, Statements(engine.dialect), postgresql=True), house))
        self._jobs: deque[Job] = deque()
        self._strands: set[asyncio.Future[None]] = set()
        self._idle: list[Wire] = []
        self._closed = False

    async def transact(self, work: Callable[[Unit], T]) -> T:
        """See Database.transact."""
        if self._closed:
            raise Unavailable("the store is closed")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.append(Job(work, future))
        if len(self._strands) < CONNECTIONS:
            ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._strands.add(ended)
            run_aside(lambda: self._write(ended))
        return await future

    async def listen(self, hear: Callable[[News, int], None]) -> None:
        """See Database.listen."""
        await listen(self._address, self._house.holder, hear)

    async def close(self) -> None:
        """See Database.close."""
        self._closed = True
        if self._strands:
            await asyncio.wait(self._strands)
        while self._idle:
            await self._idle.pop().close()

    def _write(self, ended: asyncio.Future[None]) -> None:
        """Do this strand's share of what waits, until nothing does."""
        while self._jobs:
            share = min(TOGETHER, len(self._jobs))
            tell_all(self._outcomes([self._jobs.popleft() for _ in range(share)]))
        self._strands.discard(ended)
        ended.set_result(None)

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
        wire = self._wire()
        try:
            values = self._run(wire, works)
            self._house.failpoint("commit.before")
            wire.execute("COMMIT")
            wire.settle()
        except BaseException:
            self._undo(wire)
            raise
        self._idle.append(wire)
        self._house.failpoint("commit.after")
        self._house.meter.committed(time.perf_counter() - began)
        return values

    def _run(self, wire: Wire, works: Sequence[Callable[[Unit], Any]]) -> list[Any]:
        wire.execute("BEGIN")
        rows = Connection(wire, self._statements, postgresql=True, holder=self._house.holder)
        unit = Unit(rows, self._house)
        values = []
        for place, work in enumerate(works):
            unit.begin(together=len(works) - place)
            values.append(work(unit))
            unit.finish()
        unit.end()
        return values

    def _undo(self, wire: Wire) -> None:
        """Undo what was begun; a broken connection goes, and with it those that may have broken too."""
        with contextlib.suppress(psycopg.Error):
            if not wire.broken:
                wire.execute("ROLLBACK")
                wire.settle()
        self._idle.append(wire)
        if wire.broken:
            while self._idle:
                wait_for(asyncio.ensure_future(self._idle.pop().close()))

    def _wire(self) -> Wire:
        """A connection that is free."""
        while self._idle:
            wire = self._idle.pop()
            if not wire.broken:
                return wire
            wait_for(asyncio.ensure_future(wire.close()))
        connecting = psycopg.AsyncConnection.connect(
            self._address, options=_POSTGRES, connect_timeout=PATIENCE, client_encoding="utf8"
        )
        return Wire(wait_for(asyncio.ensure_future(connecting)))
