"""Renditions: transcripts and translations beside what was said, sealed with the key of who said it. Those of what is
public are rows of the same table, and found by `storage/translations.py` alone.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.rendition import Kind, Rendition
from storage.rows import Rows, this, word
from storage.sealing import Seals
from storage.tables import renditions

WORDS = "renditions.words"

ADD = sa.insert(renditions).inline()
_OF = (
    sa.select(renditions)
    .where(
        this(renditions.c.testimony),
        renditions.c.kind.in_([word(Kind.TRANSCRIPT), word(Kind.TRANSLATION)]),
    )
    .order_by(renditions.c.at, renditions.c.id)
)
_ACCEPT = (
    sa.update(renditions)
    .where(
        this(renditions.c.id),
        renditions.c.testimony == sa.bindparam("of"),
        renditions.c.accepted_by.is_(None),
    )
    .values(accepted_by=sa.bindparam("moderator"), accepted_at=sa.bindparam("now"))
)
_DROP = sa.delete(renditions).where(this(renditions.c.id), renditions.c.testimony == sa.bindparam("of"))


class Renditions(Rows):
    """The Renditions port."""

    __slots__ = ()

    def add(self, rendition: Rendition, *, respondent: str) -> None:
        """Keep one beside the testimony of this respondent."""
        self._connection.execute(ADD, row_of(rendition, self._seals, respondent))

    def of(self, testimony: str, *, respondent: str) -> list[Rendition]:
        """All of a testimony's, the oldest first."""
        rows = self._connection.execute(_OF, {"this": testimony}).all()
        return [rendition_of(row, self._seals, respondent) for row in rows]

    def accept(self, id: str, moderator: str, now: datetime, *, testimony: str) -> bool:
        """Somebody found it right; False where somebody did before, or it is gone."""
        values = {"this": id, "of": testimony, "moderator": moderator, "now": now}
        return bool(self._connection.execute(_ACCEPT, values).rowcount)

    def drop(self, id: str, *, testimony: str) -> None:
        """Take one away."""
        self._connection.execute(_DROP, {"this": id, "of": testimony})


def row_of(rendition: Rendition, seals: Seals, respondent: str) -> dict[str, Any]:
    """A rendition as a row, its words sealed with the key of who said it."""
    sealed = {"words": rendition.words, "of": rendition.of, "kept": list(rendition.kept)}
    return {
        "id": rendition.id,
        "testimony": rendition.testimony,
        "kind": str(rendition.kind),
        "language": rendition.language,
        "words": seals.into(sealed, WORDS, rendition.id, respondent),
        "by": rendition.by,
        "tool": rendition.tool,
        "at": rendition.at,
        "accepted_by": rendition.accepted_by or None,
        "accepted_at": rendition.accepted_at,
    }


def rendition_of(row: Any, seals: Seals, respondent: str) -> Rendition:
    """A row as the rendition it holds, opened."""
    sealed = seals.out_of(row.words, WORDS, row.id, respondent)
    return Rendition(
        id=row.id,
        testimony=row.testimony,
        kind=Kind(row.kind),
        language=row.language,
        words=sealed["words"],
        by=row.by,
        at=row.at,
        tool=row.tool,
        of=sealed["of"],
        accepted_by=row.accepted_by or "",
        accepted_at=row.accepted_at,
        kept=tuple(sealed.get("kept", ())),
    )
