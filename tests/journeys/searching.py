"""A search of all a house keeps: its files as they lie, its rows, and whatever its keys open."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.config import Settings
from storage.sealing import Keys, SealFault, unseal, unwrap
from storage.tables import data_keys, media, metadata

WRAPPED = "data_keys.wrapped"
"""Keys: they open what others hold, and are told as they lie there."""


ASKED = {"forms", "contents"}
"""Tables of what everybody is asked: every country stands there."""

LONG = 6
"""So few letters as are not written by chance in a file of sealed bytes."""


@dataclass
class Found:
    """What is kept. `told`: what can be read, each with its place (table.column, vault, file.name).
    `noise`: the places of what none of the keys opens. `keys`: whose data keys there are, and these, wrapped.
    """

    told: list[tuple[str, str]] = field(default_factory=list)
    noise: list[str] = field(default_factory=list)
    keys: dict[str, bytes] = field(default_factory=dict)

    def hits(self, canaries: Mapping[str, str]) -> set[tuple[str, str]]:
        """Which canary stands in which place."""
        return {
            (name, place)
            for place, text in self.told
            for name, canary in canaries.items()
            if canary in text and (len(canary) >= LONG or not place.startswith("file."))
        }


def search(settings: Settings, folder: Path) -> Found:
    """Read everything: the rows of the database and the vault, opened with all keys there are; and every file below
    the folder, byte by byte. A text cell is read as JSON writes it.
    """
    found = Found()
    engine = sa.create_engine(settings.database, poolclass=sa.NullPool)
    with engine.connect() as connection:
        rows = {
            table.name: [row._asdict() for row in connection.execute(sa.select(table))]
            for table in metadata.sorted_tables
        }
    engine.dispose()
    found.keys = {row["scope"]: row["wrapped"] for row in rows[data_keys.name]}
    keys = Keys.read(settings.key_file)
    openers = {
        row["scope"]: AESGCM(unwrap(keys, row["lock"], row["wrapped"], row["scope"]))
        for row in rows[data_keys.name]
    }
    for table in metadata.sorted_tables:
        for row in rows[table.name] if table.name not in ASKED else ():
            for column in table.columns:
                _look(found, openers, column, row)
    names = [row["id"] for row in rows[media.name]]
    for recording in settings.recordings.glob("[!.]*"):
        _open(found, openers, recording.read_bytes(), "vault", names)
    for path in folder.rglob("*"):
        if path.is_file():
            found.told.append((f"file.{path.relative_to(folder)}", path.read_bytes().decode("latin-1")))
    return found


def _look(
    found: Found, openers: Mapping[str, AESGCM], column: sa.Column[Any], row: Mapping[str, Any]
) -> None:
    """One value of one row."""
    place, value = str(column), row[column.name]
    if value in (None, b""):
        return
    if column.info["class"].sealed and place != WRAPPED:
        _open(found, openers, value, place, [str(each) for each in row.values()])
    elif isinstance(value, bytes):
        found.told.append((place, value.decode("latin-1")))
    else:
        found.told.append((place, json.dumps(value, ensure_ascii=False, default=str)))


def _open(
    found: Found, openers: Mapping[str, AESGCM], sealed: bytes, place: str, names: Sequence[str]
) -> None:
    """Try every key on what may have any of these names, as one who has them all would."""
    for scope, key in openers.items():
        for name in names:
            try:
                plain = unseal(key, sealed, place, name, scope)
            except SealFault:
                continue
            found.told.append((place, plain.decode("latin-1")))
            return
    found.noise.append(place)
