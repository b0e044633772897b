"""Small named values the process must not lose."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from bot.ports import AT_ONCE
from storage.rows import Rows, this
from storage.tables import marks

_GET = sa.select(marks.c.value).where(this(marks.c.name))
_add = insert(marks)
SET = _add.on_conflict_do_update(
    index_elements=[marks.c.name], set_={"value": _add.excluded.value, "until": _add.excluded.until}
)
NOTE = _add.on_conflict_do_update(index_elements=[marks.c.name], set_={"value": _add.excluded.value})
"""Given a name and a value alone: so it can be said in every shape of this table that a backup may bring back."""

_DROP_OLDER = sa.delete(marks).where(
    marks.c.name.in_(
        sa.select(marks.c.name).where(marks.c.until < sa.bindparam("before")).limit(sa.bindparam("most"))
    )
)


class Marks(Rows):
    """The Marks port."""

    __slots__ = ()

    def get(self, name: str) -> str | None:
        """The value last set; None where there is none."""
        value: str | None = self._connection.execute(_GET, {"this": name}).scalar()
        return value

    def set(self, name: str, value: str, until: datetime | None = None) -> None:
        """Remember a value. `until`: when it tells nothing any more; None: it is kept."""
        self._connection.execute(SET, {"name": name, "value": value, "until": until})

    def drop_older(self, before: datetime, most: int = AT_ONCE) -> int:
        """Drop values that told nothing any more before then, at most so many at once; how many."""
        return self._connection.execute(_DROP_OLDER, {"before": before, "most": most}).rowcount
