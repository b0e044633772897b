"""People as campaigns see them: nothing sensitive, nothing withdrawn, no word but where it is asked for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from bot import zones
from bot.campaign import Candidate, Told
from bot.rhythm import Rhythm
from storage.isolation import house
from storage.rhythms import rhythm
from storage.rows import Rows, among, word
from storage.tables import codes, permissions, respondents, rhythms, testimonies
from storage.testimonies import WORDS

_PEOPLE = house(
    sa.select(
        respondents.c.id,
        respondents.c.address,
        respondents.c.partner,
        respondents.c.language,
        respondents.c.association,
        respondents.c.quiet,
        respondents.c.reachable,
        *(rhythms.c[each.name] for each in rhythms.c),
    ).select_from(respondents.outerjoin(rhythms, rhythms.c.respondent == respondents.c.id)),
    "time",
)
OF = (
    _PEOPLE.where(
        respondents.c.partner == sa.bindparam("whose"),
        respondents.c.id > sa.bindparam("after"),
    )
    .order_by(respondents.c.id)
    .limit(sa.bindparam("most"))
)
AMONG = _PEOPLE.where(among(respondents.c.id, "these"))

_CONTACT = sa.exists().where(
    permissions.c.testimony == testimonies.c.id, permissions.c.purpose == word("contact")
)
_HERS = sa.and_(
    among(testimonies.c.respondent, "these"),
    testimonies.c.sensitive.is_(sa.false()),
    testimonies.c.barred.is_(sa.false()),
    testimonies.c.state != word("withdrawn"),
)
_COLUMNS = (
    testimonies.c.id,
    testimonies.c.respondent,
    testimonies.c.form,
    testimonies.c.language,
    testimonies.c.country,
    testimonies.c.received_at,
    _CONTACT.correlate(testimonies).label("contact"),
)
TOLD = sa.select(*_COLUMNS).where(_HERS).order_by(testimonies.c.received_at.desc(), testimonies.c.id)
COUNTRIES = (
    sa.select(testimonies.c.country)
    .where(
        testimonies.c.partner == sa.bindparam("whose"),
        testimonies.c.sensitive.is_(sa.false()),
        testimonies.c.state != word("withdrawn"),
        testimonies.c.country != word(""),
    )
    .group_by(testimonies.c.country)
    .order_by(sa.func.count().desc(), testimonies.c.country)
)
OPENED = TOLD.add_columns(testimonies.c.words)
CODED = (
    sa.select(codes.c.testimony, codes.c.code)
    .select_from(codes.join(testimonies, testimonies.c.id == codes.c.testimony))
    .where(_HERS, ~codes.c.second)
)


class Audiences(Rows):
    """The Audiences port."""

    __slots__ = ()

    def of(self, partner: str, *, after: str, most: int, opened: bool) -> list[Candidate]:
        """The next of a partner's people, by id. `opened`: themes and answers too."""
        rows = self._connection.execute(OF, {"whose": partner, "after": after, "most": most}).all()
        return self._candidates(rows, opened=opened)

    def countries(self, partner: str) -> Sequence[str]:
        """From where people told a partner something, the countries most told from first."""
        return list(self._connection.execute(COUNTRIES, {"whose": partner}).scalars())

    def among(self, respondents: Collection[str]) -> Mapping[str, Candidate]:
        """These, as they are now."""
        rows = self._connection.execute(AMONG, {"these": respondents}).all()
        return {each.respondent: each for each in self._candidates(rows, opened=False)}

    def _candidates(self, rows: Sequence[Any], *, opened: bool) -> list[Candidate]:
        these = {"these": [row.id for row in rows]}
        told: dict[str, list[Told]] = {row.id: [] for row in rows}
        spoke: dict[str, str] = {}
        coded: dict[str, set[str]] = {}
        if opened:
            for each in self._connection.execute(CODED, these):
                coded.setdefault(each.testimony, set()).add(each.code)
        for each in self._connection.execute(OPENED if opened else TOLD, these):
            told[each.respondent].append(self._told(each, coded.get(each.id, set()), opened=opened))
            spoke.setdefault(each.respondent, each.language)
        candidates = (
            Candidate(
                respondent=row.id,
                address=row.address,
                language=row.language or spoke.get(row.id, ""),
                association=row.association,
                quiet=row.quiet,
                reachable=row.reachable,
                rhythm=Rhythm(row.id) if row.zone is None else rhythm(row),
                told=tuple(told[row.id]),
                partner=row.partner,
            )
            for row in rows
        )
        return [_by_a_clock(each) for each in candidates]

    def _told(self, row: Any, coded: set[str], *, opened: bool) -> Told:
        themes, answers = coded, {}
        if opened and row.words is not None:
            words = self._seals.out_of(row.words, WORDS, row.id, row.respondent)
            themes, answers = coded or set(words["themes"]), words["answers"]
        return Told(
            row.id, row.form, row.country, row.received_at, row.contact, tuple(sorted(themes)), answers
        )


def _by_a_clock(who: Candidate) -> Candidate:
    """Whose zone nobody noted lives by the clock of the country she spoke from last."""
    if who.rhythm.zone or not who.country:
        return who
    return replace(who, rhythm=replace(who.rhythm, zone=zones.largest(who.country)))
