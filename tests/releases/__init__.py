"""Houses as earlier releases left them: see README.md here."""

import base64
import json
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from storage import archive
from storage.opening import migrate

HERE = Path(__file__).parent
REVISIONS = sorted(path.name.removesuffix(".tar.xz") for path in HERE.glob("*.tar.xz"))


@dataclass(frozen=True, slots=True)
class House:
    """What a release wrote, taken apart in a folder."""

    folder: Path

    @classmethod
    def unpacked(cls, revision: str, folder: Path) -> "House":
        """Take one apart in an empty folder."""
        with tarfile.open(HERE / f"{revision}.tar.xz") as tar:
            tar.extractall(folder, filter="data")
        (folder / "voices.key").chmod(0o600)
        return cls(folder)

    @property
    def manifest(self) -> dict[str, Any]:
        """What its backup said of itself."""
        found: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text())
        return found

    @property
    def key(self) -> Path:
        """Its key file."""
        return self.folder / "voices.key"

    def rows(self, table: str) -> list[dict[str, Any]]:
        """A table's rows, bytes still as text."""
        head, *lines = (self.folder / "rows" / f"{table}.jsonl").read_text().splitlines()
        return [dict(zip(json.loads(head), json.loads(line), strict=True)) for line in lines]

    def as_backup(self, path: Path, public_key: str, **otherwise: Any) -> None:
        """Write it as a backup again; `otherwise`: what its manifest shall say instead."""
        told = json.dumps(self.manifest | otherwise).encode()
        members = [(name, self.folder / name) for name in self.manifest["sha256"]]
        archive.write(path, members, lambda _: told, [public_key])

    def as_database(self, url: str, media: Path) -> None:
        """Write it into a database and a vault, in the shape that release knew."""
        migrate(url, self.manifest["revision"])
        there = sa.MetaData()
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            there.reflect(connection)
            for table in there.sorted_tables:
                if table.name in self.manifest["rows"] and (rows := self.rows(table.name)):
                    connection.execute(sa.insert(table), [_as_kept(table, row) for row in rows])
                    _count_on(connection, table, rows)
        engine.dispose()
        shutil.copytree(self.folder / "media", media)


def _as_kept(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: base64.b64decode(value)
        if value is not None and isinstance(table.columns[name].type, sa.LargeBinary)
        else value
        for name, value in row.items()
    }


def _count_on(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """PostgreSQL's own counters, where that release left them."""
    counter = {"consents": "n", "journal": "n", "outbox": "sequence"}.get(table.name)
    if counter and connection.dialect.name == "postgresql":
        largest = max(row[counter] for row in rows)
        connection.exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', '{counter}'), {largest})"
        )
