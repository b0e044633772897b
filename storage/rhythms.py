"""How often and when each person wants to be asked."""

from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from bot.ports import Stale
from bot.rhythm import Every, Part, Quiet, Rhythm
from storage.isolation import house
from storage.rows import Rows, insert_once, this, word
from storage.tables import rhythms

_GET = sa.select(rhythms).where(this(rhythms.c.respondent))
_ADD = insert_once(rhythms, rhythms.c.respondent)
_SAVE = (
    sa.update(rhythms)
    .where(this(rhythms.c.respondent), rhythms.c.version == sa.bindparam("seen"))
    .values({each.name: sa.bindparam(f"new_{each.name}") for each in rhythms.c if each.name != "respondent"})
)
DUE = house(
    sa.select(rhythms)
    .where(rhythms.c.next_day <= sa.bindparam("day"), rhythms.c.every != word("never"))
    .order_by(rhythms.c.next_day, rhythms.c.respondent)
    .limit(sa.bindparam("most")),
    "time",
)
READING = house(
    sa.select(rhythms)
    .where(rhythms.c.digest, rhythms.c.respondent > sa.bindparam("after"))
    .order_by(rhythms.c.respondent)
    .limit(sa.bindparam("most")),
    "time",
)


class Rhythms(Rows):
    """The Rhythms port."""

    __slots__ = ()

    def get(self, respondent: str) -> Rhythm | None:
        """None where she never said, and nobody noted her zone."""
        row = self._connection.execute(_GET, {"this": respondent}).first()
        return None if row is None else rhythm(row)

    def save(self, rhythm: Rhythm) -> Rhythm:
        """Keep it, with compare-and-set on `version` where there is one; Stale when someone was faster."""
        row = {
            "zone": rhythm.zone,
            "every": str(rhythm.every),
            "part": str(rhythm.part),
            "quiet_begins": rhythm.quiet.begins,
            "quiet_ends": rhythm.quiet.ends,
            "paused_until": _iso(rhythm.paused_until),
            "digest": rhythm.digest,
            "next_day": _iso(rhythm.next_day),
            "version": rhythm.version + 1,
        }
        if rhythm.version == 0:
            written = self._connection.execute(_ADD, row | {"respondent": rhythm.respondent})
        else:
            changes = {f"new_{name}": value for name, value in row.items()}
            key = {"this": rhythm.respondent, "seen": rhythm.version}
            written = self._connection.execute(_SAVE, key | changes)
        if not written.rowcount:
            raise Stale("the rhythm changed meanwhile")
        return replace(rhythm, version=rhythm.version + 1)

    def due(self, day: date, most: int) -> list[Rhythm]:
        """Those whose next day is this or earlier, whoever's, the longest waiting first."""
        rows = self._connection.execute(DUE, {"day": day.isoformat(), "most": most})
        return [rhythm(row) for row in rows]

    def reading(self, after: str, most: int) -> list[Rhythm]:
        """The next of those who want the digest, by respondent."""
        return [rhythm(row) for row in self._connection.execute(READING, {"after": after, "most": most})]


def rhythm(row: Any) -> Rhythm:
    """One row of the table."""
    return Rhythm(
        respondent=row.respondent,
        zone=row.zone,
        every=Every(row.every),
        part=Part(row.part),
        quiet=Quiet(row.quiet_begins, row.quiet_ends),
        paused_until=_day(row.paused_until),
        digest=row.digest,
        next_day=_day(row.next_day),
        version=row.version,
    )


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(iso: str | None) -> date | None:
    return None if iso is None else date.fromisoformat(iso)
