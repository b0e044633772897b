"""What lies in the chats: the Telegram numbers of messages, hers and ours, so that they can be hidden there."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from bot.ports import AT_ONCE, Copy
from storage.rows import Rows, insert_once, this
from storage.tables import copies

_HEARD = insert_once(copies, copies.c.address, copies.c.number)
_new = insert(copies)
_SAID = _new.on_conflict_do_update(
    index_elements=[copies.c.address, copies.c.number],
    set_={"stays": _new.excluded.stays, "card": _new.excluded.card},
)
_THERE = sa.select(copies).where(this(copies.c.address)).order_by(copies.c.number)
_DROP = sa.delete(copies).where(this(copies.c.address), copies.c.number == sa.bindparam("which"))
_DROP_OLDER = sa.delete(copies).where(
    sa.tuple_(copies.c.address, copies.c.number).in_(
        sa.select(copies.c.address, copies.c.number)
        .where(copies.c.at < sa.bindparam("before"))
        .order_by(copies.c.at)
        .limit(sa.bindparam("most"))
    )
)


class Copies(Rows):
    """The Copies port."""

    __slots__ = ()

    def heard(self, address: str, copy: Copy) -> None:
        """She wrote it, or tapped on it; nothing where it is known."""
        self._connection.execute(_HEARD, _row(address, copy))

    def said(self, address: str, copy: Copy) -> None:
        """We said it; where it is known, only what it is now is new: Telegram counts from when it was first said."""
        self._connection.execute(_SAID, _row(address, copy))

    def there(self, address: str) -> list[Copy]:
        """All that lies in this chat, oldest first."""
        rows = self._connection.execute(_THERE, {"this": address}).all()
        return [Copy(row.number, row.at, row.stays, row.card, row.recording) for row in rows]

    def drop(self, address: str, numbers: Collection[int]) -> None:
        """These are no longer there, or no longer in reach."""
        for number in numbers:
            self._connection.execute(_DROP, {"this": address, "which": number})

    def drop_older(self, before: datetime, most: int = AT_ONCE) -> int:
        """Forget what was said before this, at most so many at once; how many."""
        return self._connection.execute(_DROP_OLDER, {"before": before, "most": most}).rowcount


def _row(address: str, copy: Copy) -> dict[str, Any]:
    return {
        "address": address,
        "number": copy.number,
        "at": copy.at,
        "stays": copy.stays,
        "card": copy.card,
        "recording": copy.recording,
    }
