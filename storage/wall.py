"""The wall: published voices, the newest first, whoever's they are. Read only; no word of them is among what it gives.

What may be here the tables themselves say: a row of `publications` stands on a live permission (see there). Themes are
sealed with her words, so that of a theme the newest are opened one after the other, so many at most.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from bot.published import Published, Wanted
from storage.isolation import house
from storage.rows import Rows, among, this, word
from storage.tables import codes, publications, testimonies
from storage.testimonies import WORDS

LOOKED = 100
"""Voices that are looked at together for a theme."""

OPENED = 1_000
"""Voices that are opened for a theme at most: under a tenth of a second."""

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 1, 1, tzinfo=UTC)
_AT = publications.c.at.type


def _any_or(column: sa.Column[str], name: str) -> sa.ColumnElement[bool]:
    """Whether it is one of the words given as `name`; each is where none is given."""
    return sa.or_(sa.bindparam(f"any_{name}", type_=sa.Boolean()), among(column, name))


_PUBLIC = house(
    sa.select(
        publications.c.id,
        publications.c.testimony,
        testimonies.c.partner,
        testimonies.c.respondent,
        testimonies.c.language,
        testimonies.c.country,
        publications.c.at,
    )
    .select_from(publications.join(testimonies, testimonies.c.id == publications.c.testimony))
    .where(publications.c.purpose == word("publish")),
    "public",
)
_WANTED = _PUBLIC.add_columns(testimonies.c.words).where(
    publications.c.at >= sa.bindparam("since", type_=_AT),
    _any_or(testimonies.c.language, "languages"),
    _any_or(testimonies.c.country, "countries"),
    ~among(testimonies.c.country, "elsewhere"),
    testimonies.c.respondent != sa.bindparam("besides"),
)
_THAN = sa.bindparam("at", type_=_AT)
_SAME = publications.c.at == _THAN
OLDER = (
    _WANTED.where(
        publications.c.at <= _THAN,
        sa.or_(publications.c.at < _THAN, sa.and_(_SAME, publications.c.id < sa.bindparam("than"))),
    )
    .order_by(publications.c.at.desc(), publications.c.id.desc())
    .limit(sa.bindparam("most"))
)
NEWER = (
    _WANTED.where(
        publications.c.at >= _THAN,
        sa.or_(publications.c.at > _THAN, sa.and_(_SAME, publications.c.id > sa.bindparam("than"))),
    )
    .order_by(publications.c.at, publications.c.id)
    .limit(sa.bindparam("most"))
)
ONE = _PUBLIC.where(this(publications.c.id))
CODED = sa.select(codes.c.testimony, codes.c.code).where(among(codes.c.testimony, "these"), ~codes.c.second)


class Wall(Rows):
    """The Wall port."""

    __slots__ = ()

    def one(self, id: str) -> Published | None:
        """The one that is public by this id; None where it is public no more."""
        row = self._connection.execute(ONE, {"this": id}).first()
        return None if row is None else _published(row)

    def older(self, wanted: Wanted, *, than: str = "", most: int) -> list[Published]:
        """The newest of those that are older than this one; of all where it is none, or public no more."""
        known = self.one(than) if than else None
        at, than = (known.at, known.id) if known else (_LAST, "")
        return self._found(OLDER, wanted, at, than, most)

    def newer(self, wanted: Wanted, *, than: str, most: int) -> list[Published]:
        """The oldest of those that are newer than this one, the nearest first; none where it is public no more."""
        known = self.one(than)
        return self._found(NEWER, wanted, known.at, known.id, most) if known else []

    def _found(
        self, statement: sa.Select[Any], wanted: Wanted, at: datetime, than: str, most: int
    ) -> list[Published]:
        found: list[Published] = []
        for _ in range(OPENED // LOOKED if wanted.theme else 1):
            at_once = LOOKED if wanted.theme else most
            values = _values(wanted) | {"at": at, "than": than, "most": at_once}
            rows = self._connection.execute(statement, values).all()
            found += [_published(row) for row in (self._about(rows, wanted.theme) if wanted.theme else rows)]
            if len(found) >= most or len(rows) < at_once:
                break
            at, than = rows[-1].at, rows[-1].id
        return found[:most]

    def _about(self, rows: list[Any], theme: str) -> Iterator[Any]:
        """Those that are about a theme."""
        these = {"these": [row.testimony for row in rows]}
        coded = {each.testimony for each in self._connection.execute(CODED, these) if each.code == theme}
        for row in rows:
            if row.testimony in coded or theme in self._themes(row):
                yield row

    def _themes(self, row: Any) -> list[str]:
        if row.words is None:
            return []
        themes: list[str] = self._seals.out_of(row.words, WORDS, row.testimony, row.respondent)["themes"]
        return themes


def _values(wanted: Wanted) -> dict[str, Any]:
    return {
        "since": wanted.since or _FIRST,
        "languages": [wanted.language],
        "any_languages": not wanted.language,
        "countries": wanted.countries,
        "any_countries": not wanted.countries,
        "elsewhere": wanted.elsewhere,
        "besides": wanted.besides,
    }


def _published(row: Any) -> Published:
    return Published(row.id, row.testimony, row.partner, row.respondent, row.language, row.country, row.at)
