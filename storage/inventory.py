"""The data inventory: what is held about whom, why and for how long, read from the tables themselves (S49).

`python -m storage.inventory` writes docs/data.md; a test holds the page to the tables.
"""

from pathlib import Path

import sqlalchemy as sa

from storage.tables import Held, metadata

PAGE = Path(__file__).parent.parent / "docs" / "data.md"

_INTRO = """# What we hold

Every column of every table: how sensitive it is (the classes of the IASC Operational Guidance on Data Responsibility),
whether it is sealed, what it is for, how long it is kept. This page is written by `python -m storage.inventory` from
`storage/tables.py`; a test compares the two, and both with the schema of a migrated database.

**Sealed** means AES-256-GCM under a key that is not in the database: one data key for each respondent, one for the
house, each wrapped by the key file. Forgetting someone destroys their data key with their rows, so that no copy made
afterwards can be read; what an older backup holds is erased again after its restore, and what was allowed in it and
taken back since is taken back again, by the tombstones and by a list of them that is kept beside the data (`forgotten`:
the same keyed hashes, each with its day). A Telegram id is never stored: an address is found by a keyed hash
(HMAC-SHA-256 with a key of its own) and its chat id is sealed.

What is not sealed can be read by whoever takes the database without the keys: random ids, states, times, counts,
languages, countries, which form was used, which purposes were agreed to. On PostgreSQL a row that was deleted stays in
the files until the next vacuum, and in the write-ahead log until it is recycled; on SQLite it is overwritten, and when
someone is forgotten the log is cut at once.

Recordings lie in the vault, a folder of files under names that are keyed hashes, each sealed with the data key of its
respondent; they go with their row in `media`.
"""

_HEAD = "| column | sensitivity | sealed | purpose | kept |\n|---|---|---|---|---|"


def held(column: sa.Column[object]) -> Held:
    """Why a column is there; KeyError where nobody said so."""
    reason: Held = column.info["class"]
    return reason


def columns() -> dict[str, dict[str, Held]]:
    """Every table, and why each of its columns is there."""
    tables = sorted(metadata.tables.values(), key=lambda table: table.name)
    return {table.name: {column.name: held(column) for column in table.columns} for table in tables}


def page() -> str:
    """The inventory as Markdown: one table of columns for each table."""
    tables = sorted(metadata.tables.values(), key=lambda table: table.name)
    return "\n".join([_INTRO, *map(_section, tables)])


def _section(table: sa.Table) -> str:
    return f"## {table.name}\n\n{_HEAD}\n" + "\n".join(map(_row, table.columns)) + "\n"


def _row(column: sa.Column[object]) -> str:
    why = held(column)
    sealed = "sealed" if why.sealed else ""
    return f"| {column.name} | {why.sensitivity} | {sealed} | {why.purpose} | {why.retention} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
