"""Authors of what was published elsewhere: respondents whom nobody can write to.

Their address has no chat, and in place of a Telegram id's index a keyed hash that is none; their ids are keyed hashes
of what they are known by, so that the same is found again and nothing of it is kept.
"""

from datetime import datetime

import sqlalchemy as sa

from bot.people import Respondent
from storage.leaving import RESPONDENT
from storage.rows import Rows, insert_once, this
from storage.tables import addresses, respondents, tombstones

_ADD_ADDRESS = insert_once(addresses, addresses.c.id)
_ADD = insert_once(respondents, respondents.c.id)
_GET = sa.select(respondents).where(this(respondents.c.id))
_BURIED = sa.select(tombstones.c.at).where(this(tombstones.c.mark))


class Elsewhere(Rows):
    """The Elsewhere port."""

    __slots__ = ()

    def id(self, what: str) -> str:
        """A keyed hash as an id: the same whenever the same is brought in, and it says nothing of it."""
        return self._seals.keys.id("elsewhere", what)

    def left(self, id: str) -> bool:
        """Whether a respondent of this id was forgotten: what is theirs never comes in again (S40)."""
        mark = self._seals.keys.mark(RESPONDENT, id)
        return self._connection.execute(_BURIED, {"this": mark}).first() is not None

    def author(self, id: str, partner: str, language: str, now: datetime) -> Respondent:
        """The respondent of this id, made where there is none: not reachable, quiet, found by no Telegram id."""
        row = self._connection.execute(_GET, {"this": id}).first()
        if row is not None:
            return Respondent(
                row.id,
                row.address,
                row.partner,
                row.language,
                row.reachable,
                row.quiet,
                row.since,
                version=row.version,
            )
        nobody = self._seals.keys.mark("elsewhere", id)
        self._connection.execute(_ADD_ADDRESS, {"id": id, "person": nobody, "chat": b"", "made_at": now})
        self._seals.make(id, now)
        her = Respondent(id, id, partner, language, reachable=False, quiet=True, since=now)
        self._connection.execute(
            _ADD,
            {
                "id": id,
                "address": id,
                "partner": partner,
                "language": language,
                "reachable": False,
                "quiet": True,
                "since": now,
                "waiting": None,
                "hides": None,
                "association": "",
                "version": 0,
            },
        )
        return her
