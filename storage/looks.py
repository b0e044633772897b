"""Looks: what is accepted and may be published waits here for its redaction and its second look (S36)."""

from datetime import datetime

import sqlalchemy as sa

from bot.people import PUBLIC
from storage.isolation import house
from storage.rows import Rows, insert_once, this, word
from storage.tables import looks, permissions, testimonies

MOST = 200
"""How many of the oldest are looked through for one that a moderator may take."""

_MAY_BE_PUBLIC = sa.and_(
    testimonies.c.state == word("accepted"),
    testimonies.c.sensitive.is_(sa.false()),
    testimonies.c.withheld.is_(sa.false()),
    sa.exists()
    .where(
        permissions.c.testimony == testimonies.c.id,
        permissions.c.purpose.in_([word(each) for each in PUBLIC]),
    )
    .correlate(testimonies),
)
_FREE = sa.or_(looks.c.claimed_until.is_(None), looks.c.claimed_until <= sa.bindparam("now"))
_WAIT = house(
    insert_once(looks, looks.c.testimony).from_select(
        ["testimony", "partner", "since"],
        sa.select(testimonies.c.id, testimonies.c.partner, testimonies.c.received_at).where(
            this(testimonies.c.id), _MAY_BE_PUBLIC
        ),
    ),
    "row",
)
WAITING = (
    sa.select(looks.c.testimony)
    .where(
        looks.c.partner == sa.bindparam("partner"),
        sa.or_(_FREE, looks.c.claimed_by == sa.bindparam("mine")),
        sa.exists()
        .where(
            testimonies.c.id == looks.c.testimony,
            testimonies.c.partner == looks.c.partner,
            testimonies.c.respondent != sa.bindparam("besides"),
            _MAY_BE_PUBLIC,
        )
        .correlate(looks),
    )
    .order_by(looks.c.since, looks.c.testimony)
    .limit(MOST)
)
_CLAIM = (
    sa.update(looks)
    .where(this(looks.c.testimony), sa.or_(_FREE, looks.c.claimed_by == sa.bindparam("mine")))
    .values(claimed_by=sa.bindparam("mine"), claimed_until=sa.bindparam("until"))
)
_CLAIMED_BY = sa.select(looks.c.claimed_by).where(
    this(looks.c.testimony), looks.c.claimed_until > sa.bindparam("now")
)
_FREED = sa.update(looks).where(this(looks.c.testimony)).values(claimed_by=None, claimed_until=None)
_DROP = sa.delete(looks).where(this(looks.c.testimony))


class Looks(Rows):
    """The Looks port."""

    __slots__ = ()

    def wait(self, testimony: str) -> None:
        """It waits, where it is accepted and may be published; where it waits already, as it was."""
        self._connection.execute(_WAIT, {"this": testimony})

    def waiting(self, *, partner: str, now: datetime, mine: str, besides: str) -> list[str]:
        """The oldest that wait for a partner's moderators: free, or this one's; none of the respondent `besides`."""
        values = {"partner": partner, "now": now, "mine": mine, "besides": besides}
        return self._connection.execute(WAITING, values).scalars()

    def claim(self, testimony: str, moderator: str, until: datetime, now: datetime) -> bool:
        """Take it until then; False where a colleague has it, or it does not wait."""
        values = {"this": testimony, "mine": moderator, "until": until, "now": now}
        return bool(self._connection.execute(_CLAIM, values).rowcount)

    def claimed_by(self, testimony: str, now: datetime) -> str | None:
        """Who has it now."""
        found: str | None = self._connection.execute(_CLAIMED_BY, {"this": testimony, "now": now}).scalar()
        return found

    def release(self, testimony: str) -> None:
        """Nobody has it any more; it waits on."""
        self._connection.execute(_FREED, {"this": testimony})

    def drop(self, testimony: str) -> None:
        """It waits no more."""
        self._connection.execute(_DROP, {"this": testimony})
