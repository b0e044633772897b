"""What people answered to published voices: for the voice's partner alone, never person to person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.offer import Kind, Offer
from bot.ports import AT_ONCE
from storage.rows import Rows, insert_once, this
from storage.tables import offers

WORDS = "offers.words"

_ADD = insert_once(offers, offers.c.testimony, offers.c.respondent, offers.c.kind)
_PARTNER = offers.c.partner == sa.bindparam("whose")
_OF = sa.select(offers).where(_PARTNER).order_by(offers.c.at, offers.c.id).limit(sa.bindparam("most"))
_UNREAD = _OF.where(offers.c.read_at.is_(None))
_READ = sa.update(offers).where(this(offers.c.id), _PARTNER).values(read_at=sa.bindparam("now"))
_COUNTED = (
    sa.select(offers.c.kind, sa.func.count().label("count"))
    .where(this(offers.c.testimony))
    .group_by(offers.c.kind)
)


class Offers(Rows):
    """The Offers port."""

    __slots__ = ()

    def add(self, offer: Offer) -> bool:
        """Keep it; False where she said this to that voice already."""
        words = (
            self._seals.bytes_in(offer.words.encode(), WORDS, offer.id, offer.respondent)
            if offer.words
            else None
        )
        row = {
            "id": offer.id,
            "testimony": offer.testimony,
            "respondent": offer.respondent,
            "partner": offer.partner,
            "kind": str(offer.kind),
            "words": words,
            "at": offer.at,
            "read_at": offer.read_at,
        }
        return bool(self._connection.execute(_ADD, row).rowcount)

    def of(self, partner: str, *, unread: bool, most: int = AT_ONCE) -> list[Offer]:
        """The oldest first."""
        rows = self._connection.execute(_UNREAD if unread else _OF, {"whose": partner, "most": most}).all()
        return [self._offer(row) for row in rows]

    def read(self, id: str, now: datetime, *, partner: str) -> None:
        """The partner has seen it."""
        self._connection.execute(_READ, {"this": id, "whose": partner, "now": now})

    def counted(self, testimony: str) -> Mapping[str, int]:
        """How many of each kind a voice has."""
        rows = self._connection.execute(_COUNTED, {"this": testimony})
        return {row.kind: row.count for row in rows}

    def _offer(self, row: Any) -> Offer:
        words = b"" if row.words is None else self._seals.bytes_out(row.words, WORDS, row.id, row.respondent)
        return Offer(
            row.id,
            row.testimony,
            row.respondent,
            row.partner,
            Kind(row.kind),
            words.decode("utf-8", "replace"),
            row.at,
            row.read_at,
        )
