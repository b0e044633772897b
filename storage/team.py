"""Who reads for a partner: roles, and the invitations by which they come."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.people import Invitation, Moderator, Role
from bot.ports import AT_ONCE, Stale
from storage.isolation import house
from storage.rows import Rows, random_id, this
from storage.sealing import HOUSE
from storage.tables import addresses, invitations, moderators

THEIR_WAITING = "moderators.waiting"
THEIR_LABEL = "moderators.label"
COMING_LABEL = "invitations.label"

_MODERATOR = house(sa.select(moderators).where(this(moderators.c.id)), "row")
_MODERATORS_AT = (
    sa.select(moderators).where(this(moderators.c.address), moderators.c.active).order_by(moderators.c.id)
)
_MODERATORS_OF = (
    sa.select(moderators).where(this(moderators.c.partner), moderators.c.active).order_by(moderators.c.id)
)
_SAME_ROLE = sa.select(moderators).where(
    this(moderators.c.address),
    moderators.c.partner == sa.bindparam("partner"),
    moderators.c.role == sa.bindparam("role"),
)
_ADD_MODERATOR = sa.insert(moderators).inline()
_SAVE_MODERATOR = sa.update(moderators).where(
    this(moderators.c.id),
    moderators.c.partner == sa.bindparam("whose"),
    moderators.c.version == sa.bindparam("seen"),
)

_ADD_INVITATION = sa.insert(invitations).inline()
_USE_INVITATION = house(
    sa.update(invitations)
    .where(
        this(invitations.c.code),
        invitations.c.used_at.is_(None),
        invitations.c.expires_at > sa.bindparam("now"),
    )
    .values(used_at=sa.bindparam("now"))
    .returning(invitations),
    "link",
)
_DROP_LABEL = house(sa.update(invitations).where(this(invitations.c.id)).values(label=None), "link")
_DROP_INVITATIONS = house(
    sa.delete(invitations).where(
        invitations.c.id.in_(
            sa.select(invitations.c.id)
            .where(invitations.c.expires_at < sa.bindparam("before"))
            .limit(sa.bindparam("most"))
        )
    ),
    "retention",
)

MODERATES = (
    sa.exists().where(moderators.c.address == addresses.c.id, moderators.c.active).correlate(addresses)
)
"""Whether somebody at this of the `addresses` reads for a partner."""


class Team(Rows):
    """Of the People port: moderators and invitations."""

    __slots__ = ()

    def moderator(self, id: str) -> Moderator | None:
        """One moderator by id, active or not."""
        row = self._connection.execute(_MODERATOR, {"this": id}).first()
        return None if row is None else self._moderator(row)

    def moderators_at(self, address: str) -> list[Moderator]:
        """Active roles held at this address, read at each tap (S22)."""
        return [self._moderator(row) for row in self._connection.execute(_MODERATORS_AT, {"this": address})]

    def moderators_of(self, partner: str) -> list[Moderator]:
        """Active moderators of a partner."""
        return [self._moderator(row) for row in self._connection.execute(_MODERATORS_OF, {"this": partner})]

    def add_moderator(
        self, address: str, partner: str, role: Role, language: str | None, now: datetime, label: str = ""
    ) -> Moderator:
        """Give a role; one that was taken away before comes back to life. `label`: what their lead calls them."""
        before = self._connection.execute(
            _SAME_ROLE, {"this": address, "partner": partner, "role": str(role)}
        ).first()
        if before is not None:
            again = replace(self._moderator(before), language=language, left_at=None)
            if not before.active:
                again = replace(again, label=label, since=now)
            return self.save_moderator(again)
        moderator = Moderator(random_id(), address, partner, role, language, label=label, since=now)
        row = {
            "id": moderator.id,
            "address": address,
            "partner": partner,
            "role": str(role),
            "language": language,
            "active": True,
            "label": self._label(label, THEIR_LABEL, moderator.id),
            "since": now,
            "version": 0,
        }
        self._connection.execute(_ADD_MODERATOR, row)
        return moderator

    def save_moderator(self, moderator: Moderator) -> Moderator:
        """Write with compare-and-set on `version`; Stale when someone was faster. Returns it with the next version."""
        waiting = dict(moderator.waiting)
        row = {
            "this": moderator.id,
            "seen": moderator.version,
            "whose": moderator.partner,
            "language": moderator.language,
            "active": moderator.active,
            "waiting": self._seals.into(waiting, THEIR_WAITING, moderator.id, HOUSE) if waiting else None,
            "label": self._label(moderator.label, THEIR_LABEL, moderator.id),
            "languages": " ".join(moderator.languages),
            "since": moderator.since,
            "left_at": moderator.left_at,
            "version": moderator.version + 1,
        }
        if not self._connection.execute(_SAVE_MODERATOR, row).rowcount:
            raise Stale("the moderator changed meanwhile")
        return replace(moderator, version=moderator.version + 1)

    def add_invitation(self, invitation: Invitation, code: str) -> None:
        """Keep an invitation under the keyed hash of its code (S24)."""
        row = {
            "id": invitation.id,
            "partner": invitation.partner,
            "role": str(invitation.role),
            "code": self._seals.keys.mark("code", code),
            "expires_at": invitation.expires_at,
            "label": self._label(invitation.label, COMING_LABEL, invitation.id),
        }
        self._connection.execute(_ADD_INVITATION, row)

    def use_invitation(self, code: str, now: datetime) -> Invitation | None:
        """Use up a code: the invitation, or None where it is unknown, used or expired (S24)."""
        key = self._seals.keys.mark("code", code)
        row = self._connection.execute(_USE_INVITATION, {"this": key, "now": now}).first()
        if row is None:
            return None
        label = self._called(row.label, COMING_LABEL, row.id)
        if label:
            self._connection.execute(_DROP_LABEL, {"this": row.id})
        return Invitation(row.id, row.partner, Role(row.role), row.expires_at, row.used_at, label)

    def drop_invitations(self, before: datetime, most: int = AT_ONCE) -> int:
        """Drop invitations that ended before this, at most so many at once; how many."""
        return self._connection.execute(_DROP_INVITATIONS, {"before": before, "most": most}).rowcount

    def _moderator(self, row: Any) -> Moderator:
        waiting = {} if row.waiting is None else self._seals.out_of(row.waiting, THEIR_WAITING, row.id, HOUSE)
        return Moderator(
            id=row.id,
            address=row.address,
            partner=row.partner,
            role=Role(row.role),
            language=row.language,
            waiting=waiting,
            label=self._called(row.label, THEIR_LABEL, row.id),
            languages=tuple(row.languages.split()),
            since=row.since,
            left_at=row.left_at,
            version=row.version,
        )

    def _label(self, label: str, place: str, id: str) -> bytes | None:
        return (
            self._seals.bytes_in(label.encode("utf-8", "surrogatepass"), place, id, HOUSE) if label else None
        )

    def _called(self, sealed: bytes | None, place: str, id: str) -> str:
        if sealed is None:
            return ""
        return self._seals.bytes_out(sealed, place, id, HOUSE).decode("utf-8", "surrogatepass")
