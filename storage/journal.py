"""The journal: who did what to which thing, when; lines are only ever added, each chained to the one before it.

The database itself refuses to change or drop a line (see the migration 0005). On PostgreSQL whoever adds lines holds
the end of the chain from just before the commit until it is done; nobody else waits.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.journal import Chain, Deed, follow, link
from storage.prepared import Connection
from storage.rows import Rows, among, this
from storage.sealing import Seals
from storage.tables import journal

_END = 0x766F69636573  # "voices" in ASCII: PostgreSQL's name for the end of the chain
_HOLD = sa.select(sa.func.pg_advisory_xact_lock(sa.literal_column(str(_END))))
_LAST = sa.select(journal.c.n, journal.c.hash).order_by(journal.c.n.desc()).limit(1)
_LAST_HASH = (
    sa.select(journal.c.n, journal.c.hash)
    .where(journal.c.hash.is_not(None))
    .order_by(journal.c.n.desc())
    .limit(1)
)
_WRITE = sa.insert(journal)
_READ = sa.select(journal).order_by(journal.c.n.desc()).limit(sa.bindparam("most"))
_AFTER = sa.select(journal).where(journal.c.n > sa.bindparam("after")).order_by(journal.c.n)
_NEXT = _AFTER.limit(sa.bindparam("most"))
_OBJECTS = (
    sa.select(journal.c.object)
    .where(among(journal.c.verb, "verbs"), journal.c.at < sa.bindparam("until"))
    .distinct()
)
_OBJECTS_BY = _OBJECTS.where(this(journal.c.actor))
_ACTORS = (
    sa.select(journal.c.actor)
    .where(journal.c.at >= sa.bindparam("since"), journal.c.at < sa.bindparam("until"))
    .distinct()
)


class Journal(Rows):
    """The Journal port."""

    __slots__ = ("_new",)

    def __init__(self, connection: Connection, seals: Seals) -> None:
        super().__init__(connection, seals)
        self._new: list[Deed] = []

    def undo(self) -> None:
        """What was done is undone: none of it is written."""
        self._new.clear()

    def write(self, deed: Deed) -> None:
        """Add a line, at the end of this transaction."""
        self._new.append(deed)

    def finish(self) -> None:
        """Before the commit: what was done is chained and written."""
        if not self._new:
            return
        n, head = self._end()
        for place, new in enumerate(self._new, 1):
            deed = replace(new, n=n + place)
            head = link(self._seals.keys.link, head, deed)
            self._connection.execute(_WRITE, _row(deed) | {"hash": head})
        self._new.clear()

    def read(self, limit: int = 100) -> list[Deed]:
        """The latest lines, newest first, those of this work among them."""
        self.finish()
        return [_deed(row) for row in self._connection.execute(_READ, {"most": limit})]

    def follow(self, chain: Chain, *, most: int, noted: str = "") -> Chain:
        """Follow the chain over up to `most` further lines; see Chain. `noted`: a hash to look out for."""
        rows = self._connection.execute(_NEXT, {"after": chain.last, "most": most}).all()
        if not rows:
            return replace(chain, over=True)
        return follow(chain, [(_deed(row), row.hash) for row in rows], self._seals.keys.link, noted)

    def objects(self, verbs: Collection[str], until: datetime, actor: str | None = None) -> list[str]:
        """What was done to any of these, before then, by everybody or by one."""
        values = {"verbs": verbs, "until": until}
        if actor is None:
            return self._connection.execute(_OBJECTS, values).scalars()
        return self._connection.execute(_OBJECTS_BY, values | {"this": actor}).scalars()

    def actors(self, since: datetime, until: datetime) -> list[str]:
        """Who did anything in that time."""
        return self._connection.execute(_ACTORS, {"since": since, "until": until}).scalars()

    def _end(self) -> tuple[int, str]:
        """The last line's number, and the hash the next one follows; ours until the transaction ends."""
        if self._connection.postgresql:
            self._connection.execute(_HOLD)
        last = self._connection.execute(_LAST).first()
        if last is None:
            return 0, ""
        if last.hash is not None:
            return last.n, last.hash
        n, head = self._connection.execute(_LAST_HASH).first() or (0, "")
        for row in self._connection.execute(_AFTER, {"after": n}):
            n, head = row.n, link(self._seals.keys.link, head, _deed(row))
        return n, head


def note(connection: sa.Connection, deed: Deed) -> None:
    """Add a line where the key file is not; the next one that carries a hash covers it. First in its transaction."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(
            "SET TRANSACTION ISOLATION LEVEL READ COMMITTED"
        )  # the end as it is once held
        connection.execute(_HOLD)
    last = connection.execute(sa.select(sa.func.max(journal.c.n))).scalar() or 0
    connection.execute(_WRITE, _row(replace(deed, n=last + 1)))


def _deed(row: Any) -> Deed:
    return Deed(row.at, row.actor, row.verb, row.object, row.n)


def _row(deed: Deed) -> dict[str, Any]:
    return {"n": deed.n, "at": deed.at, "actor": deed.actor, "verb": deed.verb, "object": deed.object}
