"""Permissions: what is allowed now, beside the history of all that was said about it (assurance S31).

The history (`consents`) only grows: who said what, in which words, when. A row of `permissions` is there exactly where
the last word was yes; what is published refers to it. Once taken back, its id has a tombstone: a backup that brings it
back does not bring back what it allowed. A later yes is another row with another id, and no older tombstone meets it; a
second yes, in newer words, keeps the row and its id, so that a backup from before it is met too.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from bot.people import PHOTO, PUBLIC, Consent
from storage.forwards import Forwards
from storage.isolation import house
from storage.looks import Looks
from storage.publications import Publications
from storage.redactions import Redactions
from storage.rows import Rows, among, random_id, this, word
from storage.tables import consents, permissions, respondents, testimonies
from storage.tombstones import Tombstones

PERMISSION = "permission"

_later = consents.alias("later")
_LATEST = (
    sa.select(consents)
    .where(
        this(consents.c.testimony),
        consents.c.n.in_(
            sa.select(sa.func.max(_later.c.n))
            .where(_later.c.testimony == sa.bindparam("this"))
            .group_by(_later.c.purpose)
        ),
    )
    .order_by(consents.c.n)
)
_SAID = sa.insert(consents).inline()
_YES = sa.insert(consents).returning(consents.c.n)
_DROP_HISTORY = sa.delete(consents).where(this(consents.c.testimony))

_LIVE = sa.select(permissions.c.purpose, permissions.c.id).where(this(permissions.c.testimony))
_allow = insert(permissions)
_ALLOW = _allow.on_conflict_do_update(
    index_elements=[permissions.c.testimony, permissions.c.purpose],
    set_={"consent": _allow.excluded.consent},
)
_DROP = sa.delete(permissions).where(this(permissions.c.testimony))
_DROP_ONE = _DROP.where(permissions.c.purpose == sa.bindparam("purpose"))
_CONTACT = (
    sa.select(testimonies.c.respondent, testimonies.c.id)
    .select_from(
        testimonies.join(respondents, respondents.c.id == testimonies.c.respondent).join(
            permissions,
            sa.and_(permissions.c.testimony == testimonies.c.id, permissions.c.purpose == word("contact")),
        )
    )
    .where(
        among(testimonies.c.respondent, "these"),
        testimonies.c.sensitive.is_(sa.false()),
        respondents.c.reachable,
        ~respondents.c.quiet,
    )
)
_ALL = house(sa.select(permissions.c.id, permissions.c.testimony, permissions.c.purpose), "restore")


class Permissions(Rows):
    """What each testimony may be used for."""

    __slots__ = ()

    def latest(self, testimony: str) -> list[Consent]:
        """The latest consent of each purpose, oldest first."""
        return [
            Consent(
                row.testimony,
                row.purpose,
                row.granted,
                row.wording,
                row.language,
                row.at,
                row.source,
                tuple(row.partners.split()),
            )
            for row in self._connection.execute(_LATEST, {"this": testimony})
        ]

    def contact(self, respondents: Collection[str]) -> Mapping[str, frozenset[str]]:
        """About which of their voices these may be written to unasked: none that is sensitive, and nothing to who asked
        for quiet or cannot be reached (S31, S34, S45).
        """
        found: dict[str, frozenset[str]] = {}
        for row in self._connection.execute(_CONTACT, {"these": list(respondents)}) if respondents else ():
            found[row.respondent] = found.get(row.respondent, frozenset()) | {row.id}
        return found

    def say(self, testimony: str, said: Sequence[Consent]) -> None:
        """Keep what was said about a testimony's purposes; what is taken back is no longer public."""
        live = {row.purpose: row.id for row in self._connection.execute(_LIVE, {"this": testimony})}
        for consent in said:
            if consent.granted:
                self._allow(consent)
                continue
            # the line refers to the testimony: whoever publishes that at this moment comes first
            self._connection.execute(_SAID, _row(consent))
            if consent.purpose in live:
                self._take_back(testimony, consent.purpose, live[consent.purpose], consent.at)

    def withdraw(self, testimony: str) -> None:
        """Nothing is allowed any more, nothing of it is public, and no redacted copy is kept; the history stays."""
        publications = Publications(self._connection, self._seals)
        publications.hold(testimony)
        publications.unpublish(testimony)
        Redactions(self._connection, self._seals).drop(testimony)
        Looks(self._connection, self._seals).drop(testimony)
        Forwards(self._connection, self._seals).take_back(testimony)
        self._connection.execute(_DROP, {"this": testimony})

    def drop(self, testimony: str) -> None:
        """Drop all of it, the history too."""
        Forwards(self._connection, self._seals).unlink(testimony)
        self.withdraw(testimony)
        self._connection.execute(_DROP_HISTORY, {"this": testimony})

    def take_back_again(self, now: datetime) -> int:
        """Take back whatever has a tombstone: after a restore (S40); how many."""
        live = {row.id: row for row in self._connection.execute(_ALL)}
        back = Tombstones(self._connection, self._seals).among(PERMISSION, live)
        for each in back:
            row = live[each]
            said = [one for one in self.latest(row.testimony) if one.purpose == row.purpose]
            self.say(row.testimony, [replace(one, granted=False, at=now) for one in said])
        return len(back)

    def _allow(self, consent: Consent) -> None:
        line = self._connection.execute(_YES, _row(consent)).scalar()
        key = {"testimony": consent.testimony, "purpose": consent.purpose}
        self._connection.execute(_ALLOW, key | {"id": random_id(), "consent": line})
        if consent.purpose in (*PUBLIC, PHOTO):
            Looks(self._connection, self._seals).wait(consent.testimony)

    def _take_back(self, testimony: str, purpose: str, id: str, now: datetime) -> None:
        Publications(self._connection, self._seals).unpublish(testimony, purpose)
        if purpose == "share":
            Forwards(self._connection, self._seals).take_back(testimony)
        self._connection.execute(_DROP_ONE, {"this": testimony, "purpose": purpose})
        Tombstones(self._connection, self._seals).bury(PERMISSION, id, now)


def _row(consent: Consent) -> dict[str, object]:
    return {
        "testimony": consent.testimony,
        "purpose": consent.purpose,
        "granted": consent.granted,
        "wording": consent.wording,
        "language": consent.language,
        "at": consent.at,
        "source": consent.source,
        "partners": " ".join(consent.partners),
    }
