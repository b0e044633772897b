"""The journal: who did what to which thing, when; lines are only ever added."""

import sqlalchemy as sa

from bot.journal import Deed
from storage.rows import Rows
from storage.tables import journal

_WRITE = sa.insert(journal)
_READ = (
    sa.select(journal.c.at, journal.c.actor, journal.c.verb, journal.c.object)
    .order_by(journal.c.n.desc())
    .limit(sa.bindparam("most"))
)


class Journal(Rows):
    """The Journal port."""

    __slots__ = ()

    def write(self, deed: Deed) -> None:
        """Add a line."""
        row = {"at": deed.at, "actor": deed.actor, "verb": deed.verb, "object": deed.object}
        self._connection.execute(_WRITE, row)

    def read(self, limit: int = 100) -> list[Deed]:
        """The latest lines, newest first."""
        return [Deed(*row) for row in self._connection.execute(_READ, {"most": limit})]
