"""Publications: what of testimonies is before everybody, never without a live permission (assurance S31).

The table's own keys refuse a row whose permission is not there, one of a testimony that is not accepted, is sensitive
or withheld, and one without a redacted copy that stands or without two people (S36). Whoever changes any of these holds
the testimony's row first, so that nobody publishes it meanwhile.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.people import PUBLIC
from bot.ports import NotAllowed
from bot.testimony import Publication, State
from storage.isolation import house
from storage.marks import Marks
from storage.rows import Rows, insert_once, random_id, this, word
from storage.shown import ShownVoices
from storage.tables import (
    decisions,
    moderators,
    permissions,
    publications,
    redactions,
    respondents,
    testimonies,
)

PUBLISH = "publish"
"""The purpose for which the public pages show it."""

REVISION = "publications"
"""The mark that is another one after every change."""

_HOLD = house(
    sa.select(
        testimonies.c.state,
        testimonies.c.sensitive,
        testimonies.c.withheld,
        testimonies.c.version,
        testimonies.c.partner,
        testimonies.c.respondent,
    )
    .where(this(testimonies.c.id))
    .with_for_update(),
    "row",
)
_HOLD_HERS = sa.select(testimonies.c.id).where(this(testimonies.c.respondent)).with_for_update()
_PURPOSE = publications.c.purpose == sa.bindparam("purpose")
_ALLOWED = sa.select(permissions.c.id).where(
    this(permissions.c.testimony), permissions.c.purpose == sa.bindparam("purpose")
)
_COPY = sa.select(redactions.c.person).where(
    this(redactions.c.id), redactions.c.testimony == sa.bindparam("testimony"), redactions.c.stands
)
_SECOND = house(
    sa.select(moderators.c.address, moderators.c.partner).where(this(moderators.c.id), moderators.c.active),
    "row",
)
_ACCEPTED_BY = house(
    sa.select(moderators.c.address)
    .join(decisions, decisions.c.moderator == moderators.c.id)
    .where(this(decisions.c.testimony), decisions.c.kind == word("accept"))
    .order_by(decisions.c.version.desc())
    .limit(1),
    "row",
)
_TOLD_BY = sa.select(respondents.c.address).where(this(respondents.c.id))
_ADD = insert_once(publications, publications.c.testimony, publications.c.purpose)
_OF = (
    sa.select(publications)
    .where(this(publications.c.testimony))
    .order_by(publications.c.at, publications.c.purpose)
)
_DROP = sa.delete(publications).where(this(publications.c.testimony))
_DROP_ONE = _DROP.where(_PURPOSE)
_DROP_HERS = sa.delete(publications).where(
    publications.c.testimony.in_(sa.select(testimonies.c.id).where(this(testimonies.c.respondent)))
)


class Publications(Rows):
    """The Publications port."""

    __slots__ = ()

    def hold(self, testimony: str) -> Any | None:
        """How a testimony stands, which nobody else changes until the transaction ends; None where there is none."""
        return self._connection.execute(_HOLD, {"this": testimony}).first()

    def publish(
        self, testimony: str, purpose: str, now: datetime, *, redaction: str, moderator: str
    ) -> Publication:
        """Bring a redacted copy before everybody for "publish" or "quote", looked at by this moderator, who neither
        made it nor accepted the testimony last, nor told it; what is there already stays. NotAllowed.
        """
        held = self.hold(testimony)
        key = {"this": testimony, "purpose": purpose}
        copy = self._connection.execute(_COPY, {"this": redaction, "testimony": testimony}).first()
        second = self._connection.execute(_SECOND, {"this": moderator}).first()
        if (
            purpose not in PUBLIC
            or held is None
            or held.state != State.ACCEPTED
            or held.sensitive
            or held.withheld
            or copy is None
            or second is None
            or second.partner != held.partner
            or second.address in (copy.person, *self._accepted_by(testimony), *self._told_by(held.respondent))
            or self._connection.execute(_ALLOWED, key).first() is None
        ):
            raise NotAllowed(f"a testimony may not be used to {purpose}")
        row: dict[str, Any] = {
            "id": random_id(),
            "testimony": testimony,
            "purpose": purpose,
            "state": str(State.ACCEPTED),
            "sensitive": False,
            "withheld": False,
            "redaction": redaction,
            "stands": True,
            "redacted_by": copy.person,
            "moderator": moderator,
            "looked_by": second.address,
            "at": now,
        }
        if self._connection.execute(_ADD, row).rowcount:
            self._changed()
            if purpose == PUBLISH:
                ShownVoices(self._connection, self._seals).await_look(row["id"])
        return next(each for each in self.of(testimony) if each.purpose == purpose)

    def _accepted_by(self, testimony: str) -> list[str]:
        return self._connection.execute(_ACCEPTED_BY, {"this": testimony}).scalars()

    def _told_by(self, respondent: str) -> list[str]:
        return self._connection.execute(_TOLD_BY, {"this": respondent}).scalars()

    def unpublish(self, testimony: str, purpose: str | None = None) -> int:
        """Take it back (for this purpose only); how many there were."""
        if purpose is None:
            return self._drop(_DROP, {"this": testimony})
        return self._drop(_DROP_ONE, {"this": testimony, "purpose": purpose})

    def unpublish_hers(self, respondent: str) -> int:
        """Take back all of a respondent's, and hold her testimonies; how many there were."""
        self._connection.execute(_HOLD_HERS, {"this": respondent})
        return self._drop(_DROP_HERS, {"this": respondent})

    def of(self, testimony: str) -> list[Publication]:
        """What of it is before everybody, the oldest first."""
        rows = self._connection.execute(_OF, {"this": testimony})
        return [
            Publication(row.id, row.testimony, row.purpose, row.at, row.redaction, row.moderator)
            for row in rows
        ]

    def revision(self) -> str:
        """Another one after every change: whoever keeps a copy looks whether it is still this one."""
        return Marks(self._connection, self._seals).get(REVISION) or ""

    def _drop(self, statement: sa.Delete, values: dict[str, str]) -> int:
        count = self._connection.execute(statement, values).rowcount
        if count:
            self._changed()
        return count

    def _changed(self) -> None:
        """A random word, not a count: two who change it at once never arrive at the same one."""
        Marks(self._connection, self._seals).set(REVISION, random_id())
