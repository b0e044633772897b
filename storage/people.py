"""Partners, respondents, moderators, their addresses; and leaving."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.people import Invitation, Known, Moderator, Partner, Respondent, Role
from bot.ports import AT_ONCE, Stale
from storage.everything import Everything
from storage.failing import point
from storage.forwards import FORGET
from storage.inbox import CLEAR
from storage.isolation import house
from storage.publications import Publications
from storage.rows import Rows, among, insert_once, random_id, this, word
from storage.sealing import HOUSE
from storage.tables import (
    addresses,
    case_steps,
    cases,
    checkins,
    codes,
    codings,
    consents,
    copies,
    decisions,
    filters,
    invitations,
    looks,
    marks,
    media,
    metadata,
    moderators,
    offers,
    outbox,
    partners,
    pauses,
    permissions,
    redactions,
    renditions,
    respondents,
    rhythms,
    rooms,
    sessions,
    testimonies,
)
from storage.tombstones import Tombstones

RESPONDENT = "respondent"
CHAT = "addresses.chat"
HER_WAITING = "respondents.waiting"
THEIR_WAITING = "moderators.waiting"
THEIR_LABEL = "moderators.label"
COMING_LABEL = "invitations.label"

_PARTNERS = sa.select(partners).order_by(partners.c.name, partners.c.id)
_PARTNER = sa.select(partners).where(this(partners.c.id))
_HOLD_PARTNER = sa.select(partners.c.id).where(this(partners.c.id)).with_for_update()
_ADD_PARTNER = insert_once(partners, partners.c.id)
_SAVE_PARTNER = (
    sa.update(partners)
    .where(this(partners.c.id))
    .values({name: sa.bindparam(f"new_{name}") for name in ("name", "days", "contact")})
)

_ADDRESS_OF = sa.select(addresses.c.id).where(this(addresses.c.person))
_MODERATES = (
    sa.exists().where(moderators.c.address == addresses.c.id, moderators.c.active).correlate(addresses)
)
_KNOWN = (
    sa.select(
        addresses.c.id.label("at"), sa.type_coerce(_MODERATES, sa.Boolean()).label("moderates"), respondents
    )
    .select_from(addresses.outerjoin(respondents, respondents.c.address == addresses.c.id))
    .where(this(addresses.c.person))
)
_ADD_ADDRESS = insert_once(addresses, addresses.c.person)
_ADD_PASSER = insert_once(addresses, addresses.c.id)
_CHATS = sa.select(addresses.c.id, addresses.c.chat).where(among(addresses.c.id, "these"))
_CHAT = sa.select(addresses.c.chat).where(this(addresses.c.id))

_RESPONDENT = sa.select(respondents).where(this(respondents.c.id))
_RESPONDENT_AT = sa.select(respondents).where(this(respondents.c.address))
_MET = house(
    sa.select(respondents)
    .where(respondents.c.since < sa.bindparam("until"))
    .order_by(respondents.c.since, respondents.c.id),
    "breach",
)


def _in_time(at: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return sa.and_(at >= sa.bindparam("since"), at < sa.bindparam("until"))


_WROTE = house(
    sa.select(respondents.c.id).where(
        sa.or_(
            _in_time(respondents.c.since),
            sa.exists().where(
                testimonies.c.respondent == respondents.c.id, _in_time(testimonies.c.received_at)
            ),
            sa.exists().where(
                sessions.c.respondent == respondents.c.id,
                sessions.c.begun_at < sa.bindparam("until"),
                sessions.c.touched_at >= sa.bindparam("since"),
            ),
            sa.exists().where(  # an answer to her: for the 14 days in which it is kept
                outbox.c.address == respondents.c.address,
                outbox.c.kind.in_([word("first"), word("reply")]),
                _in_time(outbox.c.not_before),
            ),
        )
    ),
    "breach",
)
_ADD_RESPONDENT = insert_once(respondents, respondents.c.address)
_SAVE_RESPONDENT = sa.update(respondents).where(
    this(respondents.c.id), respondents.c.version == sa.bindparam("seen")
)

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
_ADD_INVITATION = sa.insert(invitations).inline()
_SAVE_MODERATOR = sa.update(moderators).where(
    this(moderators.c.id),
    moderators.c.partner == sa.bindparam("whose"),
    moderators.c.version == sa.bindparam("seen"),
)
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

_HERS = sa.select(testimonies.c.id).where(this(testimonies.c.respondent))
_ERASE: tuple[sa.Executable, ...] = (
    *FORGET,
    sa.delete(codes).where(codes.c.testimony.in_(_HERS)),
    sa.delete(codings).where(codings.c.testimony.in_(_HERS)),
    sa.delete(looks).where(looks.c.testimony.in_(_HERS)),
    sa.delete(redactions).where(redactions.c.testimony.in_(_HERS)),
    sa.delete(case_steps).where(case_steps.c.testimony.in_(_HERS)),
    sa.delete(cases).where(cases.c.testimony.in_(_HERS)),
    sa.delete(decisions).where(decisions.c.testimony.in_(_HERS)),
    sa.delete(renditions).where(renditions.c.testimony.in_(_HERS)),
    sa.delete(permissions).where(permissions.c.testimony.in_(_HERS)),
    sa.delete(consents).where(consents.c.testimony.in_(_HERS)),
    sa.delete(offers).where(offers.c.testimony.in_(_HERS)),
    sa.delete(offers).where(this(offers.c.respondent)),
    sa.delete(checkins).where(this(checkins.c.respondent)),
    sa.delete(rhythms).where(this(rhythms.c.respondent)),
    sa.delete(testimonies).where(this(testimonies.c.respondent)),
    sa.delete(sessions).where(this(sessions.c.respondent)),
    sa.delete(media).where(this(media.c.respondent)),
    sa.delete(outbox).where(this(outbox.c.about)),
)
_ERASE_RESPONDENT = sa.delete(respondents).where(this(respondents.c.id))
_ERASE_HER_MAIL = sa.delete(outbox).where(this(outbox.c.address), outbox.c.kind != word("moderation"))
_ERASE_ALL_MAIL = sa.delete(outbox).where(this(outbox.c.address))
_EVERYBODY = house(sa.select(respondents.c.id), "restore")
_NEXT = house(
    sa.select(
        respondents.c.id,
        respondents.c.since,
        sa.or_(
            *(
                sa.exists().where(column == respondents.c.id).correlate(respondents)
                for column in (testimonies.c.respondent, sessions.c.respondent, offers.c.respondent)
            ),
            sa.exists()
            .where(
                outbox.c.address == respondents.c.address, outbox.c.state.in_([word("due"), word("sending")])
            )
            .correlate(respondents),
        ).label("busy"),
    )
    .where(respondents.c.id > sa.bindparam("after"))
    .order_by(respondents.c.id)
    .limit(sa.bindparam("most")),
    "retention",
)
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

_PERSON_AT = sa.select(addresses.c.person).where(this(addresses.c.id))
_READS_HERE = sa.select(_MODERATES).where(this(addresses.c.id))
_LOSE_INDEX = sa.update(addresses).where(this(addresses.c.id)).values(person=None)
_UNFINISHED = sa.select(
    sa.exists().where(
        this(outbox.c.address), sa.or_(outbox.c.state == word("due"), outbox.c.state == word("sending"))
    )
)
_DROP_TRIES = sa.delete(marks).where(this(marks.c.name))
_LET_GO = (
    _ERASE_ALL_MAIL,
    *(sa.delete(table).where(this(table.c.address)) for table in (pauses, copies, filters)),
)
_BARE_ROLES = (
    sa.update(moderators)
    .where(this(moderators.c.address))
    .values(language=None, languages="", waiting=None, label=None)
)
_DROP_CHAT = sa.update(addresses).where(this(addresses.c.id)).values(chat=b"")
_DROP_ADDRESS = sa.delete(addresses).where(this(addresses.c.id))

_HOLD_ADDRESS = sa.select(addresses.c.id).where(this(addresses.c.id)).with_for_update(skip_locked=True)


def _at(column: sa.Column[str], *more: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Whether a row of another table has this address."""
    return sa.exists().where(column == addresses.c.id, *more).correlate(addresses)


_SOMEBODY = (
    _at(respondents.c.address),
    _at(rooms.c.address),
    _at(outbox.c.address, outbox.c.state.in_([word("due"), word("sending")])),
)
_IN_USE = sa.select(sa.or_(*_SOMEBODY, _MODERATES)).where(this(addresses.c.id))
_LEFT = house(
    sa.select(addresses.c.id)
    .join(moderators, moderators.c.address == addresses.c.id)
    .where(addresses.c.person.is_not(None), sa.not_(sa.or_(*_SOMEBODY, _MODERATES)))
    .group_by(addresses.c.id)
    .having(sa.func.max(moderators.c.left_at) < sa.bindparam("before"))
    .limit(sa.bindparam("most")),
    "retention",
)
_NAMING = sorted(
    (key for table in metadata.tables.values() for key in table.c if key.references(moderators.c.id)),
    key=lambda key: key.table is not decisions,
)
"""The columns that name who read; decisions first: it is them that stay."""
_UNNAMED = house(
    sa.select(moderators.c.id)
    .join(addresses, addresses.c.id == moderators.c.address)
    .where(
        addresses.c.chat == sa.literal(b""),
        *(~sa.exists().where(key == moderators.c.id).correlate(moderators) for key in _NAMING),
    )
    .limit(sa.bindparam("most")),
    "retention",
)
_DROP_ROLES = house(sa.delete(moderators).where(among(moderators.c.id, "these")), "retention")
_PASSING = house(
    sa.select(
        addresses.c.id,
        addresses.c.made_at,
        sa.or_(*_SOMEBODY, _at(moderators.c.address)).label("busy"),
    )
    .where(addresses.c.id > sa.bindparam("after"))
    .order_by(addresses.c.id)
    .limit(sa.bindparam("most")),
    "retention",
)


class People(Rows):
    """The People port."""

    __slots__ = ("_leaving",)

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self._leaving: list[str] = []

    def partners(self) -> list[Partner]:
        """All partners, by name."""
        return [Partner(**row._asdict()) for row in self._connection.execute(_PARTNERS)]

    def partner(self, id: str) -> Partner:
        """One partner; KeyError where there is none of that id."""
        row = self._connection.execute(_PARTNER, {"this": id}).first()
        if row is None:
            raise KeyError(f"no partner {id}")
        return Partner(**row._asdict())

    def add_partner(self, partner: Partner) -> None:
        """Keep a partner; ValueError where the id is taken."""
        row = {"id": partner.id, "name": partner.name, "days": partner.days, "contact": partner.contact}
        if not self._connection.execute(_ADD_PARTNER, row).rowcount:
            raise ValueError(f"there is a partner {partner.id} already")

    def save_partner(self, partner: Partner) -> None:
        """Change a partner's name, promise or contact. LookupError where there is none of this id."""
        row = {"new_name": partner.name, "new_days": partner.days, "new_contact": partner.contact}
        if not self._connection.execute(_SAVE_PARTNER, {"this": partner.id, **row}).rowcount:
            raise LookupError(f"there is no partner {partner.id}")

    def hold_partner(self, id: str) -> None:
        """Nobody else who holds this partner goes on until the transaction ends: who leads is counted by one alone."""
        self._connection.execute(_HOLD_PARTNER, {"this": id})

    def address_of(self, person: int) -> str | None:
        """The address id of a Telegram id, by keyed index (S4)."""
        index = self._seals.keys.index(person)
        address: str | None = self._connection.execute(_ADDRESS_OF, {"this": index}).scalar()
        return address

    def known(self, person: int) -> Known | None:
        """Who writes from a Telegram id, in one look; None for a stranger. Roles as they are at this tap (S22)."""
        row = self._connection.execute(_KNOWN, {"this": self._seals.keys.index(person)}).first()
        if row is None:
            return None
        return Known(row.at, None if row.id is None else self._her(row), row.moderates)

    def add_address(self, person: int, chat: int, now: datetime) -> str:
        """The address id of a Telegram id and its chat, made where there is none."""
        new = random_id()
        sealed = self._seals.bytes_in(str(chat).encode(), CHAT, new, HOUSE)
        row = {"id": new, "person": self._seals.keys.index(person), "chat": sealed, "made_at": now}
        if self._connection.execute(_ADD_ADDRESS, row).rowcount:
            return new
        known = self.address_of(person)
        if known is None:
            raise Stale("the address left while it was being made")
        return known

    def add_passer(self, person: int, chat: int, now: datetime) -> str | None:
        """An address for one word to somebody who is not kept: it has no index, and goes when this transaction ends, or
        when the delivery to it has ended. None where one waits already: its id is a keyed hash of whose it is.
        """
        whose = self._seals.keys.mark("passer", str(person))
        sealed = self._seals.bytes_in(str(chat).encode(), CHAT, whose, HOUSE)
        row = {"id": whose, "chat": sealed, "made_at": now}
        if not self._connection.execute(_ADD_PASSER, row).rowcount:
            return None
        self._leaving.append(whose)
        return whose

    def chat(self, address: str) -> int | None:
        """The chat to write to; None when the address is gone."""
        sealed = self._connection.execute(_CHAT, {"this": address}).scalar()
        return int(self._seals.bytes_out(sealed, CHAT, address, HOUSE)) if sealed else None

    def chats(self, addresses: Sequence[str]) -> Mapping[str, int]:
        """`chat` of several addresses; those that are gone are left out."""
        rows = self._connection.execute(_CHATS, {"these": addresses}) if addresses else ()
        return {row.id: int(self._seals.bytes_out(row.chat, CHAT, row.id, HOUSE)) for row in rows if row.chat}

    def respondent(self, id: str) -> Respondent | None:
        """One respondent by id."""
        return self._respondent(_RESPONDENT, id)

    def respondent_at(self, address: str) -> Respondent | None:
        """The respondent who speaks from an address."""
        return self._respondent(_RESPONDENT_AT, address)

    def add_respondent(self, address: str, partner: str, language: str | None, now: datetime) -> Respondent:
        """A respondent with a data key of their own. Stale where the address has one already."""
        respondent = Respondent(random_id(), address, partner, language, since=now)
        self._seals.make(respondent.id, now)
        row = {
            "id": respondent.id,
            "address": address,
            "partner": partner,
            "language": language,
            "reachable": True,
            "quiet": False,
            "since": now,
            "version": 0,
        }
        if not self._connection.execute(_ADD_RESPONDENT, row).rowcount:
            raise Stale("this address has a respondent already")
        return respondent

    def met(self, before: datetime) -> list[Respondent]:
        """Everybody who was met before then and has not been forgotten, whoever's partner: for a breach (S46)."""
        return [self._her(row) for row in self._connection.execute(_MET, {"until": before})]

    def wrote(self, since: datetime, until: datetime) -> list[str]:
        """The respondents who wrote in that time, as far as rows still tell."""
        return self._connection.execute(_WROTE, {"since": since, "until": until}).scalars()

    def save_respondent(self, respondent: Respondent) -> Respondent:
        """Write with compare-and-set on `version`; Stale when someone was faster. Returns it with the next version."""
        row = {
            "this": respondent.id,
            "seen": respondent.version,
            "partner": respondent.partner,
            "language": respondent.language,
            "reachable": respondent.reachable,
            "quiet": respondent.quiet,
            "waiting": self._kept(respondent.waiting, HER_WAITING, respondent.id, respondent.id),
            "hides": respondent.hides,
            "association": respondent.association,
            "version": respondent.version + 1,
        }
        if not self._connection.execute(_SAVE_RESPONDENT, row).rowcount:
            raise Stale("the respondent changed meanwhile")
        return replace(respondent, version=respondent.version + 1)

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
        row = {
            "this": moderator.id,
            "seen": moderator.version,
            "whose": moderator.partner,
            "language": moderator.language,
            "active": moderator.active,
            "waiting": self._kept(moderator.waiting, THEIR_WAITING, moderator.id, HOUSE),
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

    def everything(self, respondent: str, besides: str = "") -> dict[str, Any]:
        """All rows about a respondent as plain values, table by table; see `storage.everything`."""
        return Everything(self._connection, self._seals).of(respondent, besides)

    def forget(self, respondent: str, now: datetime) -> None:
        """Erase a respondent everywhere and destroy their data key; a keyed tombstone stays (S40). Idempotent.

        The address loses its index at once, and goes when this transaction ends, or when the last delivery to it that
        is added after this has ended: the goodbye.
        """
        her = self.respondent(respondent)
        Publications(self._connection, self._seals).unpublish_hers(respondent)
        for statement in _ERASE:
            self._connection.execute(statement, {"this": respondent})
            point("forget.between")
        self._connection.execute(_ERASE_RESPONDENT, {"this": respondent})
        self._seals.destroy(respondent)
        if her is None:
            return
        Tombstones(self._connection, self._seals).bury(RESPONDENT, respondent, now)
        index = self._connection.execute(_PERSON_AT, {"this": her.address}).scalar()
        self._connection.execute(CLEAR, {"whose": index, "now": now})
        self._connection.execute(_DROP_TRIES, {"this": f"tries:{her.address}"})
        if self._connection.execute(_READS_HERE, {"this": her.address}).scalar():
            self._connection.execute(_ERASE_HER_MAIL, {"this": her.address})
        else:
            self.leave(her.address)

    def leave(self, address: str) -> None:
        """An address is found no more; it goes when this transaction ends, or when the last delivery to it that is
        added after this has ended.
        """
        self._connection.execute(_ERASE_ALL_MAIL, {"this": address})
        self._connection.execute(_LOSE_INDEX, {"this": address})
        self._leaving.append(address)

    def drop_idle(self, before: datetime, now: datetime, after: str, most: int = AT_ONCE) -> str | None:
        """Forget those of the next respondents by id who came before that time and of whom nothing else is kept (S41);
        the last id that was looked at, None where there was none left.
        """
        last = None
        for row in self._connection.execute(_NEXT, {"after": after, "most": most}).all():
            last = row.id
            if row.since < before and not row.busy:
                self.forget(row.id, now)
        return last

    def drop_left(self, before: datetime, most: int = AT_ONCE) -> int:
        """Let go of the chats of those whose last role ended before that time and who are nobody else here, at most so
        many at once; how many (S41). Of their roles the bare rows stay as long as decisions name them.
        """
        left = self._connection.execute(_LEFT, {"before": before, "most": most}).scalars()
        return sum(self._leave_unused(each) for each in left)

    def drop_bare(self, most: int = AT_ONCE) -> int:
        """Drop bare roles that nothing names any more, at most so many at once; how many (S41)."""
        bare = list(self._connection.execute(_UNNAMED, {"most": most}).scalars())
        return self._connection.execute(_DROP_ROLES, {"these": bare}).rowcount if bare else 0

    def drop_strangers(self, before: datetime, after: str, most: int = AT_ONCE) -> str | None:
        """Let go of those of the next addresses by id that were made before that time and are nobody's (S41); the last
        id that was looked at, None where there was none left.
        """
        last = None
        for row in self._connection.execute(_PASSING, {"after": after, "most": most}).all():
            last = row.id
            if row.made_at < before and not row.busy:
                self._leave_unused(row.id)
        return last

    def drop_invitations(self, before: datetime, most: int = AT_ONCE) -> int:
        """Drop invitations that ended before this, at most so many at once; how many."""
        return self._connection.execute(_DROP_INVITATIONS, {"before": before, "most": most}).rowcount

    def forget_again(self, now: datetime) -> int:
        """Forget whoever has a tombstone: after a restore those who left meanwhile leave again (S40); how many."""
        everybody = self._connection.execute(_EVERYBODY).scalars()
        back = Tombstones(self._connection, self._seals).among(RESPONDENT, everybody)
        for each in back:
            self.forget(each, now)
        return len(back)

    def let_go_if_left(self, address: str) -> None:
        """Drop an address that was left, as soon as no delivery to it is unfinished. Where somebody read from there, an
        id stays without a chat: redacted copies and publications tell by it that they were two people's.
        """
        found = self._connection.execute(_PERSON_AT, {"this": address}).first()
        if found is None or found.person is not None:
            return
        if not self._connection.execute(_UNFINISHED, {"this": address}).scalar():
            for statement in _LET_GO:
                self._connection.execute(statement, {"this": address})
            self._connection.execute(_DROP_TRIES, {"this": f"tries:{address}"})
            bare = self._connection.execute(_BARE_ROLES, {"this": address}).rowcount
            self._connection.execute(_DROP_CHAT if bare else _DROP_ADDRESS, {"this": address})

    def finish(self) -> None:
        """Before the commit: addresses that were left and have no goodbye waiting go now."""
        while self._leaving:
            self.let_go_if_left(self._leaving.pop())

    def _leave_unused(self, address: str) -> bool:
        """Leave an address; False where somebody came to use it: it is held first, and looked at then."""
        if self._connection.execute(_HOLD_ADDRESS, {"this": address}).first() is None:
            return False
        if self._connection.execute(_IN_USE, {"this": address}).scalar():
            return False
        self.leave(address)
        return True

    def _respondent(self, statement: sa.Select[Any], key: str) -> Respondent | None:
        row = self._connection.execute(statement, {"this": key}).first()
        return None if row is None else self._her(row)

    def _her(self, row: Any) -> Respondent:
        return Respondent(
            id=row.id,
            address=row.address,
            partner=row.partner,
            language=row.language,
            reachable=row.reachable,
            quiet=row.quiet,
            since=row.since,
            waiting=self._read(row.waiting, HER_WAITING, row.id, row.id),
            hides=row.hides,
            association=row.association,
            version=row.version,
        )

    def _moderator(self, row: Any) -> Moderator:
        return Moderator(
            id=row.id,
            address=row.address,
            partner=row.partner,
            role=Role(row.role),
            language=row.language,
            waiting=self._read(row.waiting, THEIR_WAITING, row.id, HOUSE),
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

    def _kept(self, waiting: Mapping[str, Any], place: str, id: str, scope: str) -> bytes | None:
        return self._seals.into(dict(waiting), place, id, scope) if waiting else None

    def _read(self, sealed: bytes | None, place: str, id: str, scope: str) -> Mapping[str, Any]:
        return {} if sealed is None else self._seals.out_of(sealed, place, id, scope)
