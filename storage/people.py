"""Partners, addresses and respondents. Who reads for a partner: `storage.team`; who leaves: `storage.leaving`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.people import Known, Partner, Respondent
from bot.ports import Stale
from storage.everything import Everything
from storage.isolation import house
from storage.leaving import Leaving
from storage.rows import among, insert_once, random_id, this, word
from storage.sealing import HOUSE
from storage.tables import addresses, outbox, partners, respondents, sessions, testimonies
from storage.team import MODERATES, Team

CHAT = "addresses.chat"
HER_WAITING = "respondents.waiting"

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
_KNOWN = (
    sa.select(
        addresses.c.id.label("at"), sa.type_coerce(MODERATES, sa.Boolean()).label("moderates"), respondents
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


class People(Team, Leaving):
    """The People port: partners, addresses and respondents, and with what it inherits all of it."""

    __slots__ = ()

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
        waiting, whose = dict(respondent.waiting), respondent.id
        row = {
            "this": respondent.id,
            "seen": respondent.version,
            "partner": respondent.partner,
            "language": respondent.language,
            "reachable": respondent.reachable,
            "quiet": respondent.quiet,
            "waiting": self._seals.into(waiting, HER_WAITING, whose, whose) if waiting else None,
            "hides": respondent.hides,
            "association": respondent.association,
            "version": respondent.version + 1,
        }
        if not self._connection.execute(_SAVE_RESPONDENT, row).rowcount:
            raise Stale("the respondent changed meanwhile")
        return replace(respondent, version=respondent.version + 1)

    def everything(self, respondent: str, besides: str = "") -> dict[str, Any]:
        """All rows about a respondent as plain values, table by table; see `storage.everything`."""
        return Everything(self._connection, self._seals).of(respondent, besides)

    def _respondent(self, statement: sa.Select[Any], key: str) -> Respondent | None:
        row = self._connection.execute(statement, {"this": key}).first()
        return None if row is None else self._her(row)

    def _her(self, row: Any) -> Respondent:
        waiting = {} if row.waiting is None else self._seals.out_of(row.waiting, HER_WAITING, row.id, row.id)
        return Respondent(
            id=row.id,
            address=row.address,
            partner=row.partner,
            language=row.language,
            reachable=row.reachable,
            quiet=row.quiet,
            since=row.since,
            waiting=waiting,
            hides=row.hides,
            association=row.association,
            version=row.version,
        )
