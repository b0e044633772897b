"""Tombstones: keyed hashes of what left, so that it leaves again when a backup brings it back (S40)."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from storage.rows import Rows, insert_once
from storage.tables import tombstones

_BURY = insert_once(tombstones, tombstones.c.mark)
_ALL = sa.select(tombstones)


class Tombstones(Rows):
    """What left: respondents, testimonies that were withdrawn, permissions that were taken back."""

    __slots__ = ()

    def bury(self, kind: str, id: str, now: datetime) -> None:
        """Keep a tombstone for a thing of that kind and id."""
        self.add({self._seals.keys.mark(kind, id): now})

    def add(self, marks: Mapping[str, datetime]) -> int:
        """Keep tombstones by their marks; how many were not there yet."""
        return sum(
            self._connection.execute(_BURY, {"mark": mark, "at": at}).rowcount for mark, at in marks.items()
        )

    def all(self) -> dict[str, datetime]:
        """Every mark, and when it was made."""
        return {row.mark: row.at for row in self._connection.execute(_ALL)}

    def among(self, kind: str, ids: Iterable[str]) -> list[str]:
        """Which of these have one."""
        buried = self.all()
        return [each for each in ids if self._seals.keys.mark(kind, each) in buried]
