"""Guidance: what a partner keeps for the sensitive lane."""

from datetime import datetime

import sqlalchemy as sa

from storage.rows import Rows, insert_once
from storage.tables import guidance

_ITS = sa.and_(guidance.c.partner == sa.bindparam("whose"), guidance.c.kind == sa.bindparam("which"))
_GET = sa.select(guidance.c.text).where(_ITS)
_ADD = insert_once(guidance, guidance.c.partner, guidance.c.kind)
_SET = sa.update(guidance).where(_ITS).values(text=sa.bindparam("new"), at=sa.bindparam("now"))


class Guidance(Rows):
    """The Guidance port."""

    __slots__ = ()

    def get(self, partner: str, kind: str) -> str:
        """A partner's own file; empty where it has none."""
        found: str | None = self._connection.execute(_GET, {"whose": partner, "which": kind}).scalar()
        return found or ""

    def set(self, partner: str, kind: str, text: str, now: datetime) -> None:
        """Keep it in place of the one before."""
        row = {"partner": partner, "kind": kind, "text": text, "at": now}
        if not self._connection.execute(_ADD, row).rowcount:
            self._connection.execute(_SET, {"whose": partner, "which": kind, "new": text, "now": now})
