"""What the repositories share: a connection, the seals, and a few words of SQL."""

import secrets

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Insert, insert

from storage.sealing import Seals


class Rows:
    """Rows of one kind, seen within one transaction."""

    __slots__ = ("_connection", "_seals")

    def __init__(self, connection: sa.Connection, seals: Seals) -> None:
        self._connection = connection
        self._seals = seals


def random_id() -> str:
    """128 random bits: an id that says nothing (assurance S21)."""
    return secrets.token_hex(16)


def this(column: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """The row a statement is about: its key is given as `this`."""
    return column == sa.bindparam("this")


def word(text: str) -> sa.ColumnElement[str]:
    """A word of ours written into the SQL itself, so that partial indexes are found. Never anyone else's words."""
    return sa.literal_column(f"'{text}'")


def insert_once(table: sa.Table, *key: sa.ColumnElement[object]) -> Insert:
    """Insert a row unless its key is taken; `rowcount` says which. Both engines read this form of the statement."""
    statement = insert(table).inline().on_conflict_do_nothing(index_elements=key)
    return statement.execution_options(preserve_rowcount=True)
