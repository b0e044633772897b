"""Exports: what partners took out, by when it must be destroyed, and whether all of it may still be shared.

Which voices left with it is kept nowhere but in the journal, which has a line for each.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.exports.record import Export
from bot.ports import AT_ONCE, MANY
from storage.isolation import house
from storage.rows import Rows, this, word
from storage.tables import exports, journal, permissions, testimonies

_ADD = sa.insert(exports).inline()
_WHOSE = exports.c.partner == sa.bindparam("whose")
_COUNTED = sa.update(exports).where(this(exports.c.id), _WHOSE).values(count=sa.bindparam("new"))
_OF = sa.select(exports).where(_WHOSE).order_by(exports.c.made_at.desc(), exports.c.id)
_OVER = house(
    sa.select(exports)
    .where(exports.c.expires_at > sa.bindparam("since"), exports.c.expires_at <= sa.bindparam("until"))
    .order_by(exports.c.expires_at, exports.c.id),
    "time",
)
_BEGAN = sa.select(sa.func.min(journal.c.n)).where(this(journal.c.object))
_MAY_LEAVE = sa.and_(
    testimonies.c.id == sa.func.substr(journal.c.object, 1 + len("testimony:")),
    testimonies.c.partner == sa.bindparam("whose"),
    testimonies.c.sensitive.is_(sa.false()),
    testimonies.c.state.not_in([word("set_aside"), word("withdrawn")]),
)
_SHARED = sa.and_(permissions.c.testimony == testimonies.c.id, permissions.c.purpose == word("share"))
LEFT = (
    sa.select(journal.c.n, permissions.c.testimony.label("allowed"))
    .select_from(journal.outerjoin(testimonies, _MAY_LEAVE).outerjoin(permissions, _SHARED))
    .where(
        journal.c.n > sa.bindparam("after"),
        journal.c.verb == word("exported"),
        journal.c.at == sa.bindparam("at", type_=journal.c.at.type),
        journal.c.actor == sa.bindparam("actor"),
    )
    .order_by(journal.c.n)
    .limit(sa.bindparam("most", type_=sa.Integer()))
)
_DROP = house(
    sa.delete(exports).where(
        exports.c.id.in_(
            sa.select(exports.c.id)
            .where(exports.c.expires_at < sa.bindparam("before"))
            .limit(sa.bindparam("most"))
        )
    ),
    "retention",
)


class Exports(Rows):
    """The Exports port."""

    __slots__ = ()

    def add(self, export: Export) -> None:
        """Remember one that begins."""
        row = {
            "id": export.id,
            "partner": export.partner,
            "form": export.form,
            "kind": export.kind,
            "actor": export.actor,
            "made_at": export.made_at,
            "count": export.count,
            "expires_at": export.expires_at,
        }
        self._connection.execute(_ADD, row)

    def counted(self, id: str, count: int, *, partner: str) -> None:
        """So many voices left with it."""
        self._connection.execute(_COUNTED, {"this": id, "whose": partner, "new": count})

    def of(self, partner: str) -> list[Export]:
        """The newest first."""
        return [_export(row) for row in self._connection.execute(_OF, {"whose": partner})]

    def over(self, since: datetime, until: datetime) -> list[Export]:
        """Those whose last day ended in that time, whoever's."""
        return [_export(row) for row in self._connection.execute(_OVER, {"since": since, "until": until})]

    def taken_back(self, export: Export, after: int = 0, most: int = MANY) -> tuple[int, int | None]:
        """Of the next so many voices that left with it, how many may be shared no more; and the line of the journal
        after which the next ones come, None where there are none.
        """
        began = self._connection.execute(_BEGAN, {"this": f"export:{export.id}"}).scalar() or 0
        values = {"at": export.made_at, "actor": export.actor, "whose": export.partner}
        rows = self._connection.execute(LEFT, {**values, "after": max(after, began), "most": most}).all()
        return sum(row.allowed is None for row in rows), rows[-1].n if len(rows) == most else None

    def drop_older(self, before: datetime, most: int = AT_ONCE) -> int:
        """Forget those whose last day was before this, at most so many at once; how many."""
        return self._connection.execute(_DROP, {"before": before, "most": most}).rowcount


def _export(row: Any) -> Export:
    return Export(row.id, row.partner, row.form, row.kind, row.actor, row.made_at, row.expires_at, row.count)
