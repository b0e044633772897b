"""The code frames of partners."""

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.frame import Frame
from storage.rows import Rows
from storage.tables import frames

_PARTNER = frames.c.partner == sa.bindparam("whose")
_VERSION = sa.and_(
    _PARTNER, frames.c.name == sa.bindparam("called"), frames.c.version == sa.bindparam("edition")
)
_OF = sa.select(frames.c.content, frames.c.current).where(_PARTNER)
_CURRENT = _OF.where(frames.c.current)
_ONE = _OF.where(_VERSION)
_ALL = _OF.order_by(frames.c.kept_at.desc(), frames.c.name, frames.c.version)
_LATEST = _ALL.where(frames.c.name == sa.bindparam("called")).limit(1)
_ADD = sa.insert(frames)
_RETIRE = sa.update(frames).where(_PARTNER, frames.c.current).values(current=False)
_PROMOTE = sa.update(frames).where(_VERSION).values(current=True, kept_at=sa.bindparam("at"))


class Frames(Rows):
    """The Frames port."""

    __slots__ = ()

    def current(self, partner: str) -> Frame | None:
        """By which this partner codes now."""
        return self._one(_CURRENT, whose=partner)

    def version(self, partner: str, name: str, version: str) -> Frame | None:
        """One version, current or not."""
        return self._one(_ONE, whose=partner, called=name, edition=version)

    def latest(self, partner: str, name: str) -> Frame | None:
        """The version that was kept last."""
        return self._one(_LATEST, whose=partner, called=name)

    def all(self, partner: str) -> list[Frame]:
        """Every version, the newest first."""
        return [_frame(row) for row in self._connection.execute(_ALL, {"whose": partner}).all()]

    def keep(self, partner: str, frame: Frame, now: datetime) -> bool:
        """Code by this version from now on; False where it is so already. ValueError: it says something else."""
        which = {"whose": partner, "called": frame.name, "edition": frame.version}
        known = self._connection.execute(_ONE, which).first()
        if known is not None and _frame(known) != frame:
            raise ValueError(f"version {frame.version} of {frame.name} is kept with another content")
        if known is not None and known.current:
            return False
        self._connection.execute(_RETIRE, {"whose": partner})
        if known is not None:
            self._connection.execute(_PROMOTE, which | {"at": now})
            return True
        row = {
            "partner": partner,
            "name": frame.name,
            "version": frame.version,
            "content": json.dumps(frame.plain(), ensure_ascii=False),
            "current": True,
            "kept_at": now,
        }
        self._connection.execute(_ADD, row)
        return True

    def _one(self, statement: sa.Select[Any], **values: str) -> Frame | None:
        row = self._connection.execute(statement, values).first()
        return None if row is None else _frame(row)


def _frame(row: Any) -> Frame:
    return Frame.from_plain(json.loads(row.content))
