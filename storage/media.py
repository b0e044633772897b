"""Rows about recordings; their bytes are in the vault."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.ports import Medium
from storage.isolation import house
from storage.rows import Rows, random_id, this, word
from storage.tables import media, respondents

FILE = "media.file"
UNIQUE = "media.unique"

_ADD = sa.insert(media)
_GET = house(sa.select(media).where(this(media.c.id)), "row")
_OF = sa.select(media).where(this(media.c.respondent)).order_by(media.c.made_at, media.c.id)
_WANTED = house(
    sa.select(media)
    .where(media.c.state == word("wanted"), media.c.not_before <= sa.bindparam("now"))
    .order_by(media.c.not_before)
    .limit(sa.bindparam("most")),
    "time",
)
_WANTED_FROM = (
    sa.select(sa.literal(1))
    .select_from(respondents.join(media, media.c.respondent == respondents.c.id))
    .where(this(respondents.c.address), media.c.state == word("wanted"))
    .limit(1)
)
_SETTLE = house(sa.update(media).where(this(media.c.id)).values(state=sa.bindparam("to")), "row")
_UNKNOW = house(sa.update(media).where(this(media.c.id)).values(mime=""), "row")
_LATER = _SETTLE.values(not_before=sa.bindparam("later"))
_DUE_NOW = house(
    sa.update(media)
    .where(media.c.state == word("wanted"), media.c.not_before > sa.bindparam("now"))
    .values(not_before=sa.bindparam("now")),
    "time",
)
_DROP = house(sa.delete(media).where(this(media.c.id)), "row")
_IDS = house(
    sa.select(media.c.id).where(media.c.id > sa.bindparam("last")).order_by(media.c.id).limit(200),
    "retention",
)


class Media(Rows):
    """The Media port."""

    __slots__ = ()

    def add(self, medium: Medium, now: datetime) -> Medium:
        """Keep a row; one without id is given a random one."""
        kept = medium if medium.id else replace(medium, id=random_id())
        owner = kept.respondent
        row = {
            "id": kept.id,
            "respondent": owner,
            "kind": kept.kind,
            "file": self._seals.bytes_in(kept.file.encode(), FILE, kept.id, owner),
            "unique": self._seals.bytes_in(kept.unique.encode(), UNIQUE, kept.id, owner),
            "mime": kept.mime,
            "size": kept.size,
            "seconds": kept.seconds,
            "state": kept.state,
            "not_before": now,
            "made_at": now,
        }
        self._connection.execute(_ADD, row)
        return kept

    def get(self, id: str) -> Medium | None:
        """One row by id."""
        row = self._connection.execute(_GET, {"this": id}).first()
        return None if row is None else self._medium(row)

    def of(self, respondent: str) -> list[Medium]:
        """All of a respondent's recordings, oldest first."""
        return [self._medium(row) for row in self._connection.execute(_OF, {"this": respondent})]

    def wanted(self, limit: int, now: datetime) -> list[Medium]:
        """Recordings to be fetched now."""
        rows = self._connection.execute(_WANTED, {"now": now, "most": limit}).all()
        return [self._medium(row) for row in rows]

    def wanted_from(self, address: str) -> bool:
        """Whether a recording that came from this address is still to be fetched."""
        return self._connection.execute(_WANTED_FROM, {"this": address}).first() is not None

    def settle(self, id: str, state: str, not_before: datetime | None = None) -> None:
        """Write what became of it; `not_before`: when to try again."""
        if not_before is None:
            self._connection.execute(_SETTLE, {"this": id, "to": state})
        else:
            self._connection.execute(_LATER, {"this": id, "to": state, "later": not_before})

    def unknow(self, id: str) -> None:
        """It is not what it called itself: nothing is said of its kind of file any more."""
        self._connection.execute(_UNKNOW, {"this": id})

    def set_back(self, by: timedelta, now: datetime) -> None:
        """The clock was set back by so much: what waits is due (R20)."""
        self._connection.execute(_DUE_NOW, {"now": now})

    def drop(self, id: str) -> None:
        """Drop the row; the vault's file is dropped by the caller after the commit, or by its sweep."""
        self._connection.execute(_DROP, {"this": id})

    def drop_named(self, respondent: str, answers: Any) -> None:
        """Drop a respondent's recordings that are named anywhere in these plain values."""
        text = json.dumps(answers)
        for medium in self.of(respondent):
            if medium.id in text:
                self.drop(medium.id)

    def ids(self, last: str) -> list[str]:
        """The ids of the next 200 recordings after this one, in order (for the vault's sweep)."""
        return self._connection.execute(_IDS, {"last": last}).scalars()

    def _medium(self, row: Any) -> Medium:
        return Medium(
            id=row.id,
            respondent=row.respondent,
            kind=row.kind,
            file=self._seals.bytes_out(row.file, FILE, row.id, row.respondent).decode(),
            unique=self._seals.bytes_out(row.unique, UNIQUE, row.id, row.respondent).decode(),
            mime=row.mime,
            size=row.size,
            seconds=row.seconds,
            state=row.state,
        )
