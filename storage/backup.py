"""Backups: every row and every recording of one moment, as they are kept, sealed; and back again (S50, S40).

Rows are written as JSON, a table a member, so that a backup of SQLite comes back into PostgreSQL and the other way
round. Restoring is one transaction: the rows are there, or none is. The key file is never in a backup, nor asked for
when one is made.
"""

import base64
import contextlib
import json
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.journal import BACKED_UP, Deed
from bot.ports import BACKUP, OFFSET, RESTORED
from storage import archive, failing
from storage.archive import ArchiveFault
from storage.journal import note
from storage.marks import NOTE
from storage.opening import StoreFault, connected, knows, migrate, revision_of, sealed
from storage.rows import insert_once
from storage.sealing import HOUSE, KeyFault, Keys, SealFault, unwrap
from storage.tables import data_keys, inbox, marks, tombstones

_SCRATCH = ".backup-"
_FORSAKEN = 86_400
"""Seconds after which what an unfinished backup left lying about is nobody's any more."""
_ROWS = "rows/{}.jsonl"
_MEDIA = "media"
_AT_ONCE = 500
_LARGE = {"contents", "pictures"}
"""Tables of which one row may be large: their rows go one by one."""
_BURY = insert_once(tombstones, tombstones.c.mark)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `next_update`: the id of the update that was expected when it was made."""

    voices: str
    revision: str
    made_at: str
    next_update: int | None
    rows: Mapping[str, int]
    sha256: Mapping[str, str]

    @property
    def recordings(self) -> int:
        """How many recordings are in it."""
        return sum(name.startswith(f"{_MEDIA}/") for name in self.sha256)


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    """Say in one sentence that the database gave up in the middle: full, away, or locked for too long."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise StoreFault(
            f"the database gave up ({type(error.orig).__name__}): see that it runs and has room, then begin again"
        ) from error


@_refusing()
def write(
    path: Path, url: str, media: Path, room: Path, *, keys: Sequence[str], version: str, now: datetime
) -> Manifest:
    """Write a backup beside a running bot. `room`: a folder on a disk with space for a second copy of the rows.

    ArchiveFault where it cannot be written, StoreFault where the database cannot be reached.
    """
    if not sealed(url):
        raise ArchiveFault("there is no data yet: voices run makes it")
    sweep(room)
    made: list[Manifest] = []
    with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=room) as name, _moment(url, Path(name)) as moment:
        counts: dict[str, int] = {}
        revision, following = revision_of(moment) or "", _next_update(moment)

        def members() -> Iterator[tuple[str, Path]]:
            rows = Path(name) / "rows"
            for table in _tables(moment):
                counts[table.name] = _write_rows(moment, table, rows)
                yield _ROWS.format(table.name), rows
            for recording in sorted(media.iterdir()) if media.is_dir() else ():
                if not recording.name.startswith("."):
                    yield f"{_MEDIA}/{recording.name}", recording

        def manifest(hashes: Mapping[str, str]) -> bytes:
            made.append(Manifest(version, revision, now.isoformat(), following, counts, hashes))
            return json.dumps(asdict(made[0]), indent=1).encode()

        archive.write(path, members(), manifest, keys)
    with connected(url) as connection, connection.begin():
        note(connection, Deed(now, *BACKED_UP, f"backup:{now.isoformat()}"))
        connection.execute(NOTE, {"name": BACKUP, "value": now.isoformat()})
    return made[0]


def buried(url: str) -> dict[str, datetime]:
    """Who was forgotten, as a database knows: keyed marks, and when."""
    with connected(url) as connection, connection.begin():
        return {row.mark: row.at for row in connection.execute(sa.select(tombstones))}


@_refusing()
def restore(
    path: Path, url: str, keys: Keys, media: Path, room: Path, *, identity: Path, left: Mapping[str, datetime]
) -> Manifest:
    """Put a backup into an empty installation, whole or not at all; it can be begun again after any interruption.

    `left`: tombstones of who left after the backup was made. What must be done before the bot speaks again is left to
    whoever opens the store next: see RESTORED. ArchiveFault where the file is not as it was written or there is data
    already; KeyFault where the keys are not those the data was sealed with; StoreFault where the database cannot be
    used.
    """
    if sealed(url):
        raise _taken()
    for old in room.glob(f"{_SCRATCH}*"):
        shutil.rmtree(old)
    with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=room) as name:
        scratch = Path(name)
        manifest = _checked(path, *archive.read(path, identity, scratch))
        _must_open(scratch, keys)
        failing.point("restore.unpacked")
        migrate(url, manifest.revision)
        failing.point("restore.shaped")
        with connected(url, alone=True) as connection, connection.begin():
            _fill(connection, manifest, scratch)
            for mark, at in left.items():
                connection.execute(_BURY, {"mark": mark, "at": at})
            _put(scratch / _MEDIA, media)
            failing.point("restore.filled")
        failing.point("restore.committed")
    migrate(url)
    return manifest


def sweep(folder: Path, pattern: str = f"{_SCRATCH}*") -> None:
    """Drop what backups that were broken off left in a folder a day ago or earlier."""
    for each in folder.glob(pattern):
        with contextlib.suppress(FileNotFoundError):
            if each.stat().st_mtime < time.time() - _FORSAKEN:
                shutil.rmtree(each) if each.is_dir() else each.unlink()


def _taken() -> ArchiveFault:
    return ArchiveFault(
        "there is data already, and nothing is ever written over: restore into an empty data folder or database, "
        "or move what is there away"
    )


@contextlib.contextmanager
def _moment(url: str, scratch: Path) -> Iterator[sa.Connection]:
    """A connection on which nothing changes any more; a running bot is held up for no longer than a copy takes."""
    with connected(url) as connection:
        if connection.dialect.name == "postgresql":
            with connection.begin():
                connection.exec_driver_sql("SET TRANSACTION READ ONLY")
                yield connection
            return
        copy = scratch / "copy"
        copy.touch(mode=0o600)
        live = connection.connection.driver_connection
        assert isinstance(live, sqlite3.Connection)  # noqa: S101  (tells the type checker what pysqlite gives)
        with contextlib.closing(sqlite3.connect(copy)) as target:
            live.backup(target)
    with connected(f"sqlite:///{copy}") as connection, connection.begin():
        yield connection


def _tables(connection: sa.Connection) -> list[sa.Table]:
    """Every table as it stands in the database, each after those its rows name."""
    there = sa.MetaData()
    there.reflect(connection)
    return [table for table in there.sorted_tables if table.name != "alembic_version"]


def _write_rows(connection: sa.Connection, table: sa.Table, path: Path) -> int:
    """Write the names of the columns, then the rows; how many."""
    count = 0
    rows = connection.execute(sa.select(table), execution_options={"yield_per": _at_once(table)})
    with path.open("w", encoding="utf-8") as file:
        path.chmod(0o600)
        json.dump([column.name for column in table.columns], file)
        for count, row in enumerate(rows, 1):  # noqa: B007
            file.write("\n")
            json.dump([_plain(value) for value in row], file, ensure_ascii=False)
    return count


def _fill(connection: sa.Connection, manifest: Manifest, scratch: Path) -> None:
    """Insert every row, and the mark by which the bot knows that it comes from a backup."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"LOCK TABLE {data_keys.name} IN ACCESS EXCLUSIVE MODE")
    if connection.execute(sa.select(data_keys.c.scope).limit(1)).first() is not None:
        raise _taken()
    tables = _tables(connection)
    if {table.name for table in tables} != set(manifest.rows):
        raise ArchiveFault("the backup's tables are not those of its revision: take another copy of it")
    for table in tables:
        rows = _read_rows(table, scratch / _ROWS.format(table.name))
        while some := list(islice(rows, _at_once(table))):
            connection.execute(sa.insert(table), some)
        _count_on(connection, table)
        failing.point("restore.table")
    told = {"made_at": manifest.made_at, "next_update": manifest.next_update}
    connection.execute(NOTE, {"name": RESTORED, "value": json.dumps(told)})
    connection.execute(NOTE, {"name": BACKUP, "value": manifest.made_at})


def _read_rows(table: sa.Table, path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        columns = [table.columns[name] for name in json.loads(file.readline())]
        for line in file:
            yield {
                column.name: base64.b64decode(value) if value and _is_bytes(column) else value
                for column, value in zip(columns, json.loads(line), strict=True)
            }


def _at_once(table: sa.Table) -> int:
    return 1 if table.name in _LARGE else _AT_ONCE


def _count_on(connection: sa.Connection, table: sa.Table) -> None:
    """Where PostgreSQL counts a key up itself, let it go on after the largest there is."""
    column = table.autoincrement_column
    if connection.dialect.name == "postgresql" and column is not None:
        largest = sa.select(sa.func.max(column)).scalar_subquery()
        connection.execute(
            sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(table.name, column.name), largest))
        )


def _put(recordings: Path, media: Path) -> None:
    """Move the recordings into the vault; what an earlier try left there is the same and is written over."""
    media.mkdir(mode=0o700, exist_ok=True)
    for recording in recordings.glob("*"):
        recording.replace(media / recording.name)
        failing.point("restore.recording")
    archive.sync(media)


def _checked(path: Path, told: bytes, hashes: Mapping[str, str]) -> Manifest:
    """The manifest of what was unpacked; ArchiveFault where it does not agree, or only a newer program knows it."""
    try:
        manifest = Manifest(**json.loads(told))
    except (TypeError, ValueError):
        raise ArchiveFault(f"{path} is not a backup of Voices: name another file") from None
    if not knows(manifest.revision):
        raise ArchiveFault(
            f"{path} was made by a newer version of Voices ({manifest.voices}, revision {manifest.revision}): "
            "install that version"
        )
    if dict(manifest.sha256) != hashes:
        raise ArchiveFault(f"{path} does not hold what its manifest says: take another copy of it")
    return manifest


def _must_open(scratch: Path, keys: Keys) -> None:
    """KeyFault where the key file is not the one with which the backup's data was sealed."""
    for row in _read_rows(data_keys, scratch / _ROWS.format(data_keys.name)):
        if row["scope"] == HOUSE:
            try:
                unwrap(keys, row["lock"], row["wrapped"], HOUSE)
            except SealFault as error:
                raise KeyFault(
                    "this is not the key file with which the backup's data was sealed: put that one in its place"
                ) from error


def _next_update(connection: sa.Connection) -> int | None:
    """The id of the update that was expected next, as far as is known."""
    offset = connection.execute(sa.select(marks.c.value).where(marks.c.name == OFFSET)).scalar()
    last = connection.execute(sa.select(sa.func.max(inbox.c.update, type_=sa.BigInteger()))).scalar()
    known = [int(offset or 0), (last or 0) + 1]
    return max(known) if max(known) > 1 else None


def _plain(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _is_bytes(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.LargeBinary)
