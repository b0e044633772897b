"""Statements that are compiled once: SQLAlchemy writes the SQL, the driver runs it.

What SQLAlchemy does around each execution costs several times what the database does for a step of ours. Here a
statement is compiled at its first use; after that its values go to the driver and its rows come back, with nothing
between but each column's own type. Only there is it looked at whether it says whose rows it is about (S20).
"""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from bot.ports import News
from storage import failing, isolation

_NOTHING: Mapping[str, Any] = MappingProxyType({})

_Convert = Callable[[Any], Any]


class Found:
    """What a statement found: its rows, each with its columns as attributes, and how many rows it wrote."""

    __slots__ = ("_cursor", "_row")

    def __init__(self, cursor: Any, row: _Convert) -> None:
        self._cursor = cursor
        self._row = row

    def __iter__(self) -> Iterator[Any]:
        return iter(self.all())

    @property
    def rowcount(self) -> int:
        """How many rows were written."""
        count: int = self._cursor.rowcount
        return count

    def first(self) -> Any | None:
        """The first row, None where there is none."""
        plain = self._cursor.fetchone()
        return None if plain is None else self._row(plain)

    def all(self) -> list[Any]:
        """Every row."""
        return [self._row(plain) for plain in self._cursor.fetchall()]

    def scalar(self) -> Any:
        """The first column of the first row, None where there is none."""
        row = self.first()
        return None if row is None else row[0]

    def scalars(self) -> list[Any]:
        """The first column of every row."""
        return [row[0] for row in self.all()]


class _Prepared:
    """One statement as the driver takes it, for values of these names."""

    __slots__ = ("_in_order", "_writes", "row", "sql")

    def __init__(self, statement: Any, names: Sequence[str], dialect: sa.Dialect) -> None:
        isolation.check(statement)
        compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
        fixed = compiled.params
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self.sql: str = compiled.string
        self.row = _reader(statement, dialect)
        self._in_order: bool = compiled.positional
        self._writes: list[tuple[str, _Convert | None, Any]] = [
            (name, binds[name].type.dialect_impl(dialect).bind_processor(dialect), fixed[name])
            for name in (compiled.positiontup if compiled.positional else binds)
        ]

    def arguments(self, values: Mapping[str, Any]) -> Any:
        """What the driver is to put into the SQL."""
        if self._in_order:
            return [
                write(values.get(name, fixed)) if write is not None else values.get(name, fixed)
                for name, write, fixed in self._writes
            ]
        return {
            name: write(values.get(name, fixed)) if write is not None else values.get(name, fixed)
            for name, write, fixed in self._writes
        }


def _reader(statement: Any, dialect: sa.Dialect) -> _Convert:
    """How a row of a statement is read: named by its columns, each value as its column's type keeps it."""
    columns = (
        list(statement.exported_columns) if isinstance(statement, sa.Select | sa.sql.dml.UpdateBase) else []
    )
    names = [getattr(column, "key", None) or "" for column in columns]
    shape: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]
    make: _Convert = shape._make
    found = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    reads = [(place, read) for place, read in enumerate(found) if read is not None]
    if not reads:
        return make

    def row(plain: Sequence[Any]) -> Any:
        values = list(plain)
        for place, read in reads:
            values[place] = read(values[place])
        return make(values)

    return row


class Statements:
    """The statements of one engine, each compiled at its first use."""

    def __init__(self, dialect: sa.Dialect) -> None:
        self._dialect = dialect
        self._known: dict[tuple[Any, ...], _Prepared] = {}

    def prepared(self, statement: sa.Executable, values: Mapping[str, Any]) -> _Prepared:
        """A statement ready for values of these names. `statement` is one that lives as long as the program."""
        key = (statement, *values)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = _Prepared(statement, list(values), self._dialect)
        return known


CHANNEL = "voices"
"""Where processes on one PostgreSQL tell each other what is new: "who what how-many"."""

_TELL = sa.select(sa.func.pg_notify(sa.literal_column(f"'{CHANNEL}'"), sa.bindparam("words")))


class Connection:
    """A driver's connection, as the repositories use it within one transaction. `holder` names this process."""

    __slots__ = ("_driver", "_holder", "_statements", "postgresql")

    def __init__(self, driver: Any, statements: Statements, *, postgresql: bool, holder: str = "") -> None:
        self._driver = driver
        self._statements = statements
        self._holder = holder
        self.postgresql = postgresql

    def tell(self, news: News, count: int = 1) -> None:
        """Tell the other processes, at the commit."""
        if self.postgresql:
            self.execute(_TELL, {"words": f"{self._holder} {news} {count}"})

    def execute(self, statement: sa.Executable, values: Mapping[str, Any] = _NOTHING) -> Found:
        """Run a statement; the driver's errors come as they are."""
        prepared = self._statements.prepared(statement, values)
        failing.point("statement.before")
        cursor = self._driver.execute(prepared.sql, prepared.arguments(values))
        failing.point("statement.after")
        return Found(cursor, prepared.row)
