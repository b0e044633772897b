"""Small named values the process must not lose."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from storage.rows import Rows, this
from storage.tables import marks

_GET = sa.select(marks.c.value).where(this(marks.c.name))
_add = insert(marks)
SET = _add.on_conflict_do_update(index_elements=[marks.c.name], set_={"value": _add.excluded.value})


class Marks(Rows):
    """The Marks port."""

    __slots__ = ()

    def get(self, name: str) -> str | None:
        """The value last set; None where there is none."""
        value: str | None = self._connection.execute(_GET, {"this": name}).scalar()
        return value

    def set(self, name: str, value: str) -> None:
        """Remember a value."""
        self._connection.execute(SET, {"name": name, "value": value})
