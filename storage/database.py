"""The Store: one async door to the rows, on SQLite and PostgreSQL alike.

SQLite has one connection. What waits is taken in groups, each work behind its savepoint, with one commit for all: with
the disk as slow as it is, that is what makes durable steps cheap. PostgreSQL has a few threads; only what more of
them wait than there are threads is taken in groups.
"""

import asyncio
import contextlib
import fcntl
import os
import secrets
import sqlite3
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import bot.ports
from bot.ports import News, Unavailable
from storage import failing
from storage.contents import Contents
from storage.forms import Forms, Shelf
from storage.inbox import Inbox
from storage.journal import Journal
from storage.leases import Leases
from storage.listening import listen
from storage.marks import Marks
from storage.media import Media
from storage.outbox import Outbox
from storage.people import People
from storage.prepared import Connection, Statements
from storage.sealing import HOUSE, KeyFault, Keys, SealFault, Seals
from storage.sessions import Sessions
from storage.tables import data_keys
from storage.testimonies import Testimonies
from storage.tombstones import Tombstones
from storage.uploads import Uploads

T = TypeVar("T")

GROUP, SLICE = 256, 0.02
"""How many works share one commit at most, and for how many seconds no more of them begin (SQLite)."""

THREADS, TOGETHER = 4, 8
"""How many transactions run at once, and how many works share one at most (PostgreSQL)."""

PATIENCE = 10
"""Seconds a PostgreSQL server may take to let us in."""

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL
    "foreign_keys": 1,
    "secure_delete": 1,
    "trusted_schema": 0,
    "busy_timeout": 5000,
    "temp_store": 2,  # MEMORY: nothing of a query is written to a temporary file
    "cache_size": -16_000,  # KiB
}
"""What every SQLite connection must say of itself (assurance R25)."""

_POSTGRES = (
    "-c timezone=UTC -c synchronous_commit=on -c statement_timeout=60s -c lock_timeout=10s "
    "-c idle_in_transaction_session_timeout=60s"
)
_AWAY = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}
_AWAY_CLASSES = ("08", "53", "57", "58")  # connection, resources, operator intervention, system (SQLSTATE)
_TRY_AGAIN = ("40001", "40P01")  # serialization failure, deadlock


class StoreFault(Exception):
    """The database cannot be used: one sentence that says why, and what to do."""


class InUse(StoreFault):
    """Another process holds the SQLite file as its own."""


class Unit:
    """One unit of work (the Unit port), and what only storage itself asks of the rows."""

    __slots__ = (
        "_forms",
        "_media",
        "_people",
        "_testimonies",
        "_tombstones",
        "contents",
        "forms",
        "inbox",
        "journal",
        "leases",
        "marks",
        "media",
        "outbox",
        "people",
        "seals",
        "sessions",
        "testimonies",
        "uploads",
    )

    def __init__(self, connection: Connection, house: "_House") -> None:
        seals = Seals(connection, house.keys, house.opened)
        self._people = People(connection, seals)
        self._media = Media(connection, seals)
        self._forms = Forms(connection, seals, house.shelf)
        self.seals = seals
        self.leases: bot.ports.Leases = Leases(connection, seals, holder=house.holder)
        self.inbox: bot.ports.Inbox = Inbox(connection, seals)
        self.people: bot.ports.People = self._people
        self.sessions: bot.ports.Sessions = Sessions(connection, seals)
        self._testimonies = Testimonies(connection, seals)
        self._tombstones = Tombstones(connection, seals)
        self.testimonies: bot.ports.Testimonies = self._testimonies
        self.outbox: bot.ports.Outbox = Outbox(
            connection, seals, self._people, holder=house.holder, alone=house.alone
        )
        self.media: bot.ports.Media = self._media
        self.contents: bot.ports.Contents = Contents(connection, seals)
        self.forms: bot.ports.Forms = self._forms
        self.uploads: bot.ports.Uploads = Uploads(connection, seals)
        self.journal: bot.ports.Journal = Journal(connection, seals)
        self.marks: bot.ports.Marks = Marks(connection, seals)

    def begin(self) -> None:
        """A new work: nothing is left of the one before."""
        self._people.begin()
        self._forms.begin()
        self.seals.destroyed = False

    def forget_again(self, now: datetime) -> int:
        """After a restore: forget and withdraw again whatever has a tombstone (S40); how many."""
        return self._people.forget_again(now) + self._testimonies.withdraw_again(now)

    def bury(self, marks: Mapping[str, datetime]) -> int:
        """Keep tombstones of another copy of these rows; how many were not known here."""
        return self._tombstones.add(marks)

    def buried(self) -> dict[str, datetime]:
        """The marks of all who left, and when."""
        return self._tombstones.all()

    def recordings(self) -> set[str]:
        """The ids of all recordings that have a row."""
        return self._media.ids()

    def finish(self) -> None:
        """The last writes, just before the commit."""
        self._people.finish()


@dataclass(slots=True)
class _House:
    """What outlives a unit: the keys, what was unwrapped and read, and who we are."""

    keys: Keys
    alone: bool
    failpoint: Callable[[str], None]
    meter: bot.ports.Meter
    opened: dict[str, AESGCM] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=dict)
    holder: str = field(default_factory=lambda: secrets.token_hex(8))

    def forget_unwritten(self) -> None:
        """A commit failed: nothing that is remembered may come from what it would have written."""
        self.opened.clear()
        self.shelf.clear()


class Database:
    """The Store port."""

    def __init__(self, engine: "_Engine", meter: bot.ports.Meter) -> None:
        self._engine = engine
        self._meter = meter

    @classmethod
    def open(
        cls,
        url: str,
        keys: Keys,
        *,
        alone: bool = True,
        failpoint: Callable[[str], None] = failing.point,
        meter: bot.ports.Meter | None = None,
    ) -> "Database":
        """Open a migrated database: "sqlite:///path" or "postgresql://…".

        `alone` False: an operator's tool that writes beside the process whose file it is (SQLite).
        `failpoint` is called with "commit.before" and "commit.after". StoreFault where another process uses the
        SQLite file, or the schema is not this program's; KeyFault where the keys are not those it was sealed with.
        """
        address = _address(url)
        meter = meter or bot.ports.Meter()
        engine: _Engine
        if address.get_backend_name() == "sqlite":
            engine = _Sqlite(address, _House(keys, alone=alone, failpoint=failpoint, meter=meter))
        else:
            engine = _Postgres(address, _House(keys, alone=False, failpoint=failpoint, meter=meter))
        return cls(engine, meter)

    async def transact(self, work: Callable[[Unit], T]) -> T:
        """Run `work` in one transaction and return what it returned, after the commit.

        What it raises rolls back its own writes and is raised here. Unavailable: nothing was written, try later.
        `work` runs on the event loop (SQLite) or in another thread (PostgreSQL), may run again after a deadlock, and
        must not wait for anything.
        """
        try:
            return await self._engine.transact(work)
        except Unavailable:
            self._meter.away()
            raise

    @property
    def shared(self) -> bool:
        """Whether other processes may use the same database."""
        return self._engine.shared

    @property
    def hands(self) -> int:
        """How many works it is worth to ask for at once."""
        return self._engine.hands

    async def listen(self, hear: Callable[[News, int], None]) -> None:
        """Pass on what other processes on the same database tell, until cancelled; on SQLite there are none."""
        await self._engine.listen(hear)

    async def close(self) -> None:
        """Finish what was begun, then let go of the database. Idempotent."""
        await self._engine.close()


class _Engine(ABC):
    """What the two engines have in common."""

    shared: bool
    hands: int

    @abstractmethod
    async def listen(self, hear: Callable[[News, int], None]) -> None:
        """See Database.listen."""

    @abstractmethod
    async def transact(self, work: Callable[[Unit], T]) -> T:
        """See Database.transact."""

    @abstractmethod
    async def close(self) -> None:
        """See Database.close."""


@dataclass(frozen=True, slots=True)
class _Job:
    """One work that waits for the writer."""

    work: Callable[[Unit], Any]
    future: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of one job."""

    job: _Job
    value: Any = None
    error: BaseException | None = None
    destroyed: bool = False  # a data key


_EMPTY_LOG = "PRAGMA wal_checkpoint(TRUNCATE)"
"""The log holds what was written before: a data key that was destroyed, for one (S40)."""


class _Sqlite(_Engine):
    """One connection: the works of a group run on the event loop, what waits for the disk in a thread.

    The interpreter's lock is let go around each statement. In a thread of their own, works would wait at each for the
    loop to give it back: twenty times a step. One loop at a time may use it.
    """

    shared = False
    hands = GROUP

    def __init__(self, address: sa.URL, house: _House) -> None:
        self._house = house
        self._jobs: deque[_Job] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._closed = False
        with contextlib.ExitStack() as cleanup:
            if house.alone:
                cleanup.enter_context(_only_process(Path(address.database or "")))
            self._engine = _sqlite_engine(address)
            cleanup.callback(self._engine.dispose)
            with _reaching(address):
                self._connection = cleanup.enter_context(self._engine.connect())
            driver = self._connection.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)  # noqa: S101  (tells the type checker what pysqlite gives)
            self._driver = driver
            rows = Connection(driver, Statements(self._engine.dialect), postgresql=False)
            self._unit = Unit(rows, house)
            _check_pragmas(driver)
            if house.alone:
                driver.execute(_EMPTY_LOG)  # the process before us may have died before it could
            _check_revision(self._connection)
            driver.execute("BEGIN IMMEDIATE")
            _check_keys(self._unit)
            driver.execute("COMMIT")
            self._disk = ThreadPoolExecutor(1, "storage-disk")
            cleanup.callback(self._disk.shutdown)
            self._cleanup = cleanup.pop_all()

    async def listen(self, hear: Callable[[News, int], None]) -> None:
        await asyncio.Event().wait()

    async def transact(self, work: Callable[[Unit], T]) -> T:
        if self._closed:
            raise Unavailable("the store is closed")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.append(_Job(work, future))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="storage")
        return await future

    async def close(self) -> None:
        self._closed = True
        if self._writing is not None:
            await asyncio.wait([self._writing])
        await asyncio.to_thread(self._cleanup.close)

    async def _write(self) -> None:
        """Take what waits, in groups, until nothing does: one commit for each."""
        disk = partial(asyncio.get_running_loop().run_in_executor, self._disk)
        while self._jobs:
            group: list[_Job] = []
            outcomes: list[_Outcome] = []
            began = time.perf_counter()
            try:
                await disk(self._driver.execute, "BEGIN IMMEDIATE")
                until = time.perf_counter() + SLICE
                while (job := self._next()) is not None:
                    group.append(job)
                    outcomes.append(self._run(job))
                    if len(group) == GROUP or time.perf_counter() > until:
                        break
                await disk(self._commit, any(outcome.destroyed for outcome in outcomes))
            except Exception as error:  # noqa: BLE001  (the loop must go on, each caller be told)
                told = self._give_up(error)
                own = {id(outcome.job): outcome.error for outcome in outcomes}
                outcomes = [
                    _Outcome(job, error=own.get(id(job)) or told) for job in group or self._everyone()
                ]
            self._house.meter.committed(time.perf_counter() - began)
            _tell_all(outcomes)

    def _next(self) -> _Job | None:
        """The next work somebody still waits for."""
        while self._jobs:
            job = self._jobs.popleft()
            if not job.future.done():
                return job
        return None

    def _everyone(self) -> list[_Job]:
        """All works that wait, where not even the first can begin."""
        waiting = [job for job in self._jobs if not job.future.done()]
        self._jobs.clear()
        return waiting

    def _run(self, job: _Job) -> _Outcome:
        """Run one work behind its own savepoint."""
        self._driver.execute("SAVEPOINT work")
        unit = self._unit
        unit.begin()
        try:
            value = job.work(unit)
            unit.finish()
        except BaseException as error:  # whatever it is, it belongs to the caller
            if not self._driver.in_transaction:
                raise  # SQLite gave up the whole transaction, not one statement of it
            self._driver.execute("ROLLBACK TO work")
            outcome = _Outcome(job, error=_told(error))
        else:
            outcome = _Outcome(job, value, destroyed=unit.seals.destroyed)
        self._driver.execute("RELEASE work")
        return outcome

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
        return _told(error)


class _Postgres(_Engine):
    """A few threads with a connection each. While more works wait than there are threads, several share a transaction:
    where one of those fails, nothing of them was written, and each is done again by itself.
    """

    shared = True
    hands = THREADS * TOGETHER

    def __init__(self, address: sa.URL, house: _House) -> None:
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
            with _reaching(address), self._engine.begin() as connection:
                _check_revision(connection)
                _check_keys(Unit(self._rows(connection), house))
        except BaseException:
            self._engine.dispose()
            raise
        self._threads = ThreadPoolExecutor(THREADS, "storage")
        self._jobs: deque[_Job] = deque()
        self._closed = False

    async def transact(self, work: Callable[[Unit], T]) -> T:
        if self._closed:
            raise Unavailable("the store is closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.append(_Job(work, future))
        self._threads.submit(self._write, loop)
        return await future

    async def listen(self, hear: Callable[[News, int], None]) -> None:
        await listen(self._listens_at, self._house.holder, hear)

    async def close(self) -> None:
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
            loop.call_soon_threadsafe(_tell_all, self._outcomes(group))

    def _outcomes(self, group: Sequence[_Job], tries: int = 3) -> list[_Outcome]:
        """Run works in one transaction and commit it."""
        try:
            values = self._commit([job.work for job in group])
        except BaseException as error:  # noqa: BLE001  (whatever it is, it belongs to the caller)
            again = _sqlstate(error) in _TRY_AGAIN
            told = _told(error)
            if len(group) > 1 and (again or not isinstance(told, Unavailable)):
                return [outcome for job in group for outcome in self._outcomes([job])]
            if again and tries > 1:
                return self._outcomes(group, tries - 1)
            return [_Outcome(job, error=told) for job in group]
        return [_Outcome(job, value) for job, value in zip(group, values, strict=True)]

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


def migrate(url: str, revision: str = "head") -> None:
    """Bring a database to a revision (by default the newest), made where there is none. StoreFault as for `open`."""
    with connected(url, alone=True) as connection:
        config = _alembic()
        config.attributes["connection"] = connection
        current = revision_of(connection)
        connection.rollback()
        backwards = revision == "base" or (current is not None and _older(config, revision, current))
        (command.downgrade if backwards else command.upgrade)(config, revision)


@contextlib.contextmanager
def connected(url: str, *, alone: bool = False) -> Iterator[sa.Connection]:
    """A bare connection for what is done beside the Store: migrations, backups. StoreFault as for `open`.

    A transaction sees one moment of the database, and on SQLite is its only writer. `alone`: the SQLite file is made
    where there is none, and held for this process.
    """
    address = _address(url)
    with contextlib.ExitStack() as cleanup:
        if address.get_backend_name() == "sqlite":
            if alone:
                cleanup.enter_context(_only_process(Path(address.database or "")))
            engine = _sqlite_engine(address)
            sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        else:
            engine = sa.create_engine(
                address,
                poolclass=sa.NullPool,
                isolation_level="READ COMMITTED" if alone else "REPEATABLE READ",
                connect_args={"connect_timeout": PATIENCE},
            )
        cleanup.callback(engine.dispose)
        with _reaching(address):
            connection = cleanup.enter_context(engine.connect())
        yield connection


def sealed(url: str) -> bool:
    """Whether a database is there that holds anything only a key file opens. StoreFault where it cannot be asked."""
    address = _address(url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").exists():
        return False
    engine = sa.create_engine(address, poolclass=sa.NullPool)
    try:
        with _reaching(address), engine.connect() as connection:
            kept = sa.inspect(connection).has_table(data_keys.name)
            return kept and connection.execute(sa.select(data_keys.c.scope).limit(1)).first() is not None
    finally:
        engine.dispose()


def _older(config: Config, revision: str, current: str) -> bool:
    if revision == "head":
        return False
    below = {each.revision for each in ScriptDirectory.from_config(config).iterate_revisions(current, "base")}
    return revision in below and revision != current


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _address(url: str) -> sa.URL:
    """Read the URL; StoreFault for anything but a SQLite file or PostgreSQL."""
    try:
        address = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):  # their words may quote the password
        raise StoreFault(
            "the database's URL cannot be read: write sqlite:///path or postgresql://…"
        ) from None
    match address.get_backend_name():
        case "sqlite" if address.database and address.database != ":memory:":
            return address.set(drivername="sqlite")
        case "postgresql":
            return address.set(drivername="postgresql+psycopg")
        case _:
            raise StoreFault(
                "the database must be a SQLite file (sqlite:///path) or PostgreSQL (postgresql://…)"
            )


@contextlib.contextmanager
def _only_process(path: Path) -> Iterator[None]:
    """Hold the SQLite file for this process alone (R26); the file is made readable by its owner alone."""
    with contextlib.ExitStack() as cleanup:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
            cleanup.callback(os.close, lock)
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except BlockingIOError:
            raise InUse(f"{path} is in use by another process: stop it first, or use PostgreSQL") from None
        except OSError as error:
            raise StoreFault(
                f"{path} cannot be opened ({error.strerror}): let this account write to its folder"
            ) from error
        yield


@contextlib.contextmanager
def _reaching(address: sa.URL) -> Iterator[None]:
    """Say in one sentence why a database cannot be opened, never with its password (S48)."""
    try:
        yield
    except (sa.exc.DBAPIError, sqlite3.Error) as error:
        reason = str(error.orig if isinstance(error, sa.exc.DBAPIError) else error).split("\n")[0]
        if address.get_backend_name() == "sqlite":
            raise StoreFault(
                f"{address.database} cannot be opened ({reason}): restore your copy of it"
            ) from error
        raise StoreFault(
            f"PostgreSQL cannot be reached at {address.host or 'its socket'} ({reason.rpartition('failed: ')[2]}): "
            "see that it runs, and that name, password and database are right"
        ) from error


def _sqlite_engine(address: sa.URL) -> sa.Engine:
    """An engine that leaves BEGIN and COMMIT to us and sets the pragmas on each connection."""
    engine = sa.create_engine(
        address,
        poolclass=sa.NullPool,
        connect_args={"isolation_level": None, "check_same_thread": False, "cached_statements": 256},
    )

    @sa.event.listens_for(engine, "connect")
    def _profile(driver: sqlite3.Connection, record: object) -> None:
        for name, value in PRAGMAS.items():
            driver.execute(f"PRAGMA {name} = {value}")

    return engine


def _check_pragmas(driver: sqlite3.Connection) -> None:
    for name, wanted in PRAGMAS.items():
        found = driver.execute(f"PRAGMA {name}").fetchone()
        if found != (wanted,):
            raise StoreFault(f"this SQLite cannot be used safely: PRAGMA {name} is {found}, not {wanted}")


def revision_of(connection: sa.Connection) -> str | None:
    """The database's revision, None for an empty one; StoreFault where only a newer program knows it."""
    found: str | None = MigrationContext.configure(connection).get_current_revision()
    if found is not None and not knows(found):
        raise StoreFault(
            f"the database was last used by a newer version of Voices (revision {found}): "
            "install that version, or restore a copy from before"
        )
    return found


def knows(revision: str) -> bool:
    """Whether a revision is one of this program's."""
    return revision in {each.revision for each in ScriptDirectory.from_config(_alembic()).walk_revisions()}


def _check_revision(connection: sa.Connection) -> None:
    found = revision_of(connection)
    head = ScriptDirectory.from_config(_alembic()).get_current_head()
    if found != head:
        raise StoreFault(
            f"the database is at revision {found}, this program needs {head}: "
            "stop the bot, then run voices migrate"
        )


def _check_keys(unit: Unit) -> None:
    """Make the house's data key at the first start; afterwards it must open."""
    unit.seals.make(HOUSE, datetime.now(UTC))
    try:
        unit.seals.key(HOUSE)
    except SealFault as error:
        raise KeyFault(
            "this is not the key file with which the database was sealed: restore that one from your copy"
        ) from error


def _told(error: BaseException) -> BaseException:
    """What the caller is told: Unavailable where the database was away, else the error itself."""
    if isinstance(error, StopIteration):
        return RuntimeError("a work ended with StopIteration")  # a future cannot carry it
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    match cause:
        case sqlite3.Error():
            away = getattr(cause, "sqlite_errorcode", 0) & 0xFF in _AWAY
        case psycopg.Error():
            state = cause.sqlstate
            away = isinstance(cause, psycopg.OperationalError) and state is None
            away |= state is not None and (state[:2] in _AWAY_CLASSES or state in _TRY_AGAIN)
        case _:
            away = isinstance(cause, sa.exc.TimeoutError)
    if not away:
        return error
    unavailable = Unavailable(f"the database cannot write: {type(cause).__name__}")
    unavailable.__cause__ = error
    return unavailable


def _sqlstate(error: BaseException) -> str | None:
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    return cause.sqlstate if isinstance(cause, psycopg.Error) else None


def _tell_all(outcomes: Sequence[_Outcome]) -> None:
    for outcome in outcomes:
        _tell(outcome)


def _tell(outcome: _Outcome) -> None:
    """Give a caller what came of the work."""
    future = outcome.job.future
    if future.done():
        return  # cancelled while it was written
    if outcome.error is None:
        future.set_result(outcome.value)
    else:
        future.set_exception(outcome.error)
