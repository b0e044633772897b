"""What the repositories share: a connection, the seals, and a few words of SQL."""

import json
import secrets
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.compiler import compiles

from storage.prepared import Connection
from storage.sealing import Seals


class Rows:
    """Rows of one kind, seen within one transaction."""

    __slots__ = ("_connection", "_seals")

    def __init__(self, connection: Connection, seals: Seals) -> None:
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


class Listed(sa.TypeDecorator[Collection[str]]):
    """Several words as one value: an array for PostgreSQL, JSON for SQLite."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Collection[str] | None, dialect: sa.Dialect) -> Any:
        """As each engine takes it."""
        words = list(value or ())
        return words if dialect.name == "postgresql" else json.dumps(words)


class among(sa.sql.functions.GenericFunction[bool]):  # noqa: N801
    """Whether a column is one of the words given as `name`, however many there are: one statement for all."""

    type = sa.Boolean()
    inherit_cache = True

    def __init__(self, column: sa.ColumnElement[str], name: str) -> None:
        super().__init__(column, sa.bindparam(name, type_=Listed()))

    def self_group(self, against: Any = None) -> "among":
        """As it is: SQLAlchemy would write `= 1` behind it for SQLite, which then looks at every row."""
        return self


@compiles(among, "sqlite")
def _among_json(element: among, compiler: Any, **options: Any) -> str:
    column, words = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({words}))"  # noqa: S608  (a column of ours and a place for a value)


@compiles(among, "postgresql")
def _among_array(element: among, compiler: Any, **options: Any) -> str:
    column, words = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = ANY(CAST({words} AS text[]))"


def insert_once(table: sa.Table, *key: sa.ColumnElement[object]) -> Insert:
    """Insert a row unless its key is taken; `rowcount` says which. Both engines read this form of the statement."""
    return insert(table).inline().on_conflict_do_nothing(index_elements=key)
