"""Exports: what partners took out, and by when it must be destroyed."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.exports.record import Export
from bot.ports import AT_ONCE
from storage.isolation import house
from storage.rows import Rows, this
from storage.tables import exports

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

    def drop_older(self, before: datetime, most: int = AT_ONCE) -> int:
        """Forget those whose last day was before this, at most so many at once; how many."""
        return self._connection.execute(_DROP, {"before": before, "most": most}).rowcount


def _export(row: Any) -> Export:
    return Export(row.id, row.partner, row.form, row.kind, row.actor, row.made_at, row.expires_at, row.count)
