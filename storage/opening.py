"""How a database is reached, held and brought to this program's shape; every fault in one sentence (S48)."""

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage.tables import data_keys

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


_ONE_MIGRATES = sa.text("SELECT pg_advisory_lock(hashtextextended('voices migrate', 0))")
"""Held until the connection ends: each revision is a transaction of its own."""


class StoreFault(Exception):
    """The database cannot be used: one sentence that says why, and what to do."""


class InUse(StoreFault):
    """Another process holds the SQLite file as its own."""


def migrate(url: str, revision: str = "head") -> None:
    """Bring a database to a revision (by default the newest), made where there is none. StoreFault as for `open`.

    Of several processes that begin together one does it; the others wait, and find it done.
    """
    with connected(url, alone=True) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(_ONE_MIGRATES)
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
    address = address_of(url)
    with contextlib.ExitStack() as cleanup:
        if address.get_backend_name() == "sqlite":
            if alone:
                cleanup.enter_context(only_process(Path(address.database or "")))
            engine = sqlite_engine(address)
            sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        else:
            engine = sa.create_engine(
                address,
                poolclass=sa.NullPool,
                isolation_level="READ COMMITTED" if alone else "REPEATABLE READ",
                connect_args={"connect_timeout": PATIENCE},
            )
        cleanup.callback(engine.dispose)
        with reaching(address):
            connection = cleanup.enter_context(engine.connect())
        yield connection


def sealed(url: str) -> bool:
    """Whether a database is there that holds anything only a key file opens. StoreFault where it cannot be asked."""
    address = address_of(url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").exists():
        return False
    engine = sa.create_engine(address, poolclass=sa.NullPool)
    try:
        with reaching(address), engine.connect() as connection:
            kept = sa.inspect(connection).has_table(data_keys.name)
            return kept and connection.execute(sa.select(data_keys.c.scope).limit(1)).first() is not None
    finally:
        engine.dispose()


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


def check_revision(connection: sa.Connection) -> None:
    """StoreFault where the database's shape is not this program's."""
    found = revision_of(connection)
    head = ScriptDirectory.from_config(_alembic()).get_current_head()
    if found != head:
        raise StoreFault(
            f"the database is at revision {found}, this program needs {head}: "
            "stop the bot, then run voices migrate"
        )


def address_of(url: str) -> sa.URL:
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
def only_process(path: Path) -> Iterator[None]:
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
def reaching(address: sa.URL) -> Iterator[None]:
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


def sqlite_engine(address: sa.URL) -> sa.Engine:
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


def check_pragmas(driver: sqlite3.Connection) -> None:
    """StoreFault where a connection does not say of itself what PRAGMAS asks for (R25)."""
    for name, wanted in PRAGMAS.items():
        found = driver.execute(f"PRAGMA {name}").fetchone()
        if found != (wanted,):
            raise StoreFault(f"this SQLite cannot be used safely: PRAGMA {name} is {found}, not {wanted}")


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
