"""Unsaid: what waits to be said of a voice and is not true, or not wanted, any more is refused before it goes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.speech import Message, from_plain
from storage.rows import Rows, among, word
from storage.sealing import SealFault
from storage.tables import outbox

MESSAGE = "outbox.message"
"""What a message is sealed as."""

_WAITS = outbox.c.state == word("due")
_WAITING = sa.select(outbox.c.id, outbox.c.key, outbox.c.message).where(
    outbox.c.about == sa.bindparam("about"), outbox.c.kind == word("moderation"), _WAITS
)
_REFUSE = (
    sa.update(outbox)
    .where(among(outbox.c.id, "these"), _WAITS)
    .values(state=word("refused"), message=sa.null(), holder=sa.null(), ended_at=sa.bindparam("now"))
)


class Unsaid(Rows):
    """What moderation says about one person."""

    __slots__ = ()

    def news(self, about: str, voice: str, now: datetime, *, step: str = "") -> int:
        """What names this voice (`step`: only what is said by keys that end so); how many."""
        return self._refuse(about, now, lambda row, said: row.key.endswith(step) and voice in _of(said))

    def withdrawn(self, about: str, voice: str, now: datetime) -> None:
        """Whatever does not name other voices alone: to her, and to those who read it."""
        self._refuse(about, now, lambda _, said: voice in _of(said) or not _of(said))

    def _refuse(self, about: str, now: datetime, which: Callable[[Any, Message | None], bool]) -> int:
        found = self._connection.execute(_WAITING, {"about": about}).all()
        these = [row.id for row in found if which(row, self._said(row, about))]
        return self._connection.execute(_REFUSE, {"these": these, "now": now}).rowcount if these else 0

    def _said(self, row: Any, about: str) -> Message | None:
        """None where it cannot be read: it says nothing when its time comes either."""
        try:
            said: Message = from_plain(self._seals.out_of(row.message, MESSAGE, row.id, about))
        except (SealFault, KeyError, TypeError, ValueError):
            return None
        return said


def _of(said: Message | None) -> set[str]:
    """The voices that a message names, and what else its card is named by."""
    return {*said.voices, *said.card.split(":")} - {""} if said is not None else set()
