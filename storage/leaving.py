"""Leaving: what goes with whom, at once, with the last word to them, or when its time has come (S40, S41)."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.ports import AT_ONCE
from storage.failing import point
from storage.forwards import FORGET
from storage.inbox import CLEAR
from storage.isolation import house
from storage.publications import Publications
from storage.rows import Rows, among, this, word
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
    looks,
    marks,
    media,
    metadata,
    moderators,
    offers,
    outbox,
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
from storage.team import MODERATES
from storage.tombstones import Tombstones

RESPONDENT = "respondent"
"""Of what a tombstone is."""

_HER_ADDRESS = sa.select(respondents.c.address).where(this(respondents.c.id))
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

_PERSON_AT = sa.select(addresses.c.person).where(this(addresses.c.id))
_READS_HERE = sa.select(MODERATES).where(this(addresses.c.id))
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
_IN_USE = sa.select(sa.or_(*_SOMEBODY, MODERATES)).where(this(addresses.c.id))
_LEFT = house(
    sa.select(addresses.c.id)
    .join(moderators, moderators.c.address == addresses.c.id)
    .where(addresses.c.person.is_not(None), sa.not_(sa.or_(*_SOMEBODY, MODERATES)))
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


class Leaving(Rows):
    """Of the People port: who leaves, and who is let go of when their time has come."""

    __slots__ = ("_leaving",)

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self._leaving: list[str] = []

    def forget(self, respondent: str, now: datetime) -> None:
        """Erase a respondent everywhere and destroy their data key; a keyed tombstone stays (S40). Idempotent.

        The address loses its index at once, and goes when this transaction ends, or when the last delivery to it that
        is added after this has ended: the goodbye.
        """
        address = self._connection.execute(_HER_ADDRESS, {"this": respondent}).scalar()
        Publications(self._connection, self._seals).unpublish_hers(respondent)
        for statement in _ERASE:
            self._connection.execute(statement, {"this": respondent})
            point("forget.between")
        self._connection.execute(_ERASE_RESPONDENT, {"this": respondent})
        self._seals.destroy(respondent)
        if address is None:
            return
        Tombstones(self._connection, self._seals).bury(RESPONDENT, respondent, now)
        index = self._connection.execute(_PERSON_AT, {"this": address}).scalar()
        self._connection.execute(CLEAR, {"whose": index, "now": now})
        self._connection.execute(_DROP_TRIES, {"this": f"tries:{address}"})
        if self._connection.execute(_READS_HERE, {"this": address}).scalar():
            self._connection.execute(_ERASE_HER_MAIL, {"this": address})
        else:
            self.leave(address)

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
