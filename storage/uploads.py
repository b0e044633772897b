"""Forms that authors sent, until they were read."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.ports import Upload
from storage.isolation import house
from storage.rows import Rows, random_id, this
from storage.sealing import HOUSE
from storage.tables import uploads

FILE = "uploads.file"

_ADD = sa.insert(uploads)
_WANTED = house(
    sa.select(uploads)
    .where(uploads.c.not_before <= sa.bindparam("now"))
    .order_by(uploads.c.not_before)
    .limit(sa.bindparam("most")),
    "time",
)
_LATER = house(
    sa.update(uploads)
    .where(this(uploads.c.id))
    .values(tries=uploads.c.tries + 1, not_before=sa.bindparam("later")),
    "row",
)
_DUE_NOW = house(
    sa.update(uploads)
    .where(uploads.c.not_before > sa.bindparam("now"))
    .values(not_before=sa.bindparam("now")),
    "time",
)
_DROP = house(sa.delete(uploads).where(this(uploads.c.id)), "row")


class Uploads(Rows):
    """The Uploads port."""

    __slots__ = ()

    def add(self, moderator: str, file: str, now: datetime) -> None:
        """Keep what is to be fetched: Telegram's id of the file."""
        new = random_id()
        row = {
            "id": new,
            "moderator": moderator,
            "file": self._seals.bytes_in(file.encode(), FILE, new, HOUSE),
            "tries": 0,
            "not_before": now,
        }
        self._connection.execute(_ADD, row)

    def wanted(self, limit: int, now: datetime) -> list[Upload]:
        """What is to be fetched now, oldest first."""
        rows = self._connection.execute(_WANTED, {"now": now, "most": limit}).all()
        return [
            Upload(
                row.id,
                row.moderator,
                self._seals.bytes_out(row.file, FILE, row.id, HOUSE).decode(),
                row.tries,
            )
            for row in rows
        ]

    def later(self, id: str, not_before: datetime) -> None:
        """It could not be fetched: try again then."""
        self._connection.execute(_LATER, {"this": id, "later": not_before})

    def set_back(self, by: timedelta, now: datetime) -> None:
        """The clock was set back by so much: what waits is due (R20)."""
        self._connection.execute(_DUE_NOW, {"now": now})

    def drop(self, id: str) -> bool:
        """It was read; False where it was dropped before."""
        return bool(self._connection.execute(_DROP, {"this": id}).rowcount)
