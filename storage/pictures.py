"""Pictures: photos that everybody can see with published words, never without a live permission of their own (S31, S7).

The table's own keys hold each to its publication, to that permission and to the photo it was made from: whichever of
the three goes takes it along, in the same commit.
"""

from typing import Any

import sqlalchemy as sa

from bot.ports import NotAllowed, Waiting
from storage.isolation import house
from storage.rows import Rows, insert_once, random_id, this, word
from storage.tables import media, permissions, pictures, publications, shown

_MAY = sa.select(publications.c.id, publications.c.redaction).where(
    this(publications.c.testimony),
    publications.c.purpose == word("publish"),
    sa.exists()
    .where(permissions.c.testimony == publications.c.testimony, permissions.c.purpose == word("photo"))
    .correlate(publications),
)
_ADD = insert_once(pictures, pictures.c.publication)
_THERE = sa.select(pictures.c.id).where(this(pictures.c.testimony))
_WAITING = house(
    sa.select(pictures.c.id, pictures.c.medium, media.c.respondent)
    .select_from(pictures.join(media, media.c.id == pictures.c.medium))
    .where(pictures.c.width == sa.literal_column("0"))
    .order_by(pictures.c.id)
    .limit(sa.bindparam("most")),
    "time",
)
_READY = house(
    sa.update(pictures)
    .where(this(pictures.c.id))
    .values(
        content=sa.bindparam("new_content"),
        width=sa.bindparam("new_width"),
        height=sa.bindparam("new_height"),
    ),
    "row",
)
_DROP = house(sa.delete(pictures).where(this(pictures.c.id)), "row")
_SEEN = sa.and_(pictures.c.width > sa.literal_column("0"), shown.c.since > word(""))
_AND_SHOWN = pictures.join(shown, shown.c.publication == pictures.c.publication)
_OF = sa.select(pictures.c.id).select_from(_AND_SHOWN).where(this(pictures.c.testimony), _SEEN)
CONTENT = house(
    sa.select(pictures.c.content).select_from(_AND_SHOWN).where(this(pictures.c.id), _SEEN), "public"
)


class Pictures(Rows):
    """The Pictures port."""

    __slots__ = ()

    def show(self, testimony: str, medium: str) -> str:
        """This photo may be shown with the testimony, which is published; it waits to be made ready. The id by which
        it will be found; where there is one already, that stays. NotAllowed.
        """
        public = self._connection.execute(_MAY, {"this": testimony}).first()
        if public is None:
            raise NotAllowed("a photo may not be shown")
        row: dict[str, Any] = {
            "id": random_id(),
            "publication": public.id,
            "testimony": testimony,
            "words": "publish",
            "redaction": public.redaction,
            "purpose": "photo",
            "medium": medium,
            "width": 0,
            "height": 0,
            "content": None,
        }
        self._connection.execute(_ADD, row)
        there: str = self._connection.execute(_THERE, {"this": testimony}).scalar()
        return there

    def waiting(self, most: int) -> list[Waiting]:
        """Those that wait to be made ready."""
        rows = self._connection.execute(_WAITING, {"most": most}).all()
        return [Waiting(row.id, row.medium, row.respondent) for row in rows]

    def ready(self, id: str, content: bytes, width: int, height: int) -> bool:
        """Everybody may see it from now on, as this JPEG; False where it may be shown no more."""
        new = {"new_content": content, "new_width": width, "new_height": height}
        return bool(self._connection.execute(_READY, {"this": id, **new}).rowcount)

    def drop(self, id: str) -> None:
        """It cannot be shown."""
        self._connection.execute(_DROP, {"this": id})

    def of(self, testimony: str) -> str | None:
        """The id of the one that everybody can see with a testimony."""
        found: str | None = self._connection.execute(_OF, {"this": testimony}).scalar()
        return found

    def content(self, id: str) -> bytes | None:
        """The JPEG that everybody can see by this id, while its voice can be read."""
        found: bytes | None = self._connection.execute(CONTENT, {"this": id}).scalar()
        return found
