"""Translations of what is public: rows of `renditions` of a kind of their own, sealed like those beside the original.

One belongs to the redacted copy it was made of and goes when another copy stands. What everybody may read of it is
written down by `bot/displaying.py`, and gone here in the commit in which it is taken away (S31, S36).
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from bot.rendition import Kind, Rendition
from storage.prepared import Connection
from storage.renditions import ADD, rendition_of, row_of
from storage.rows import Rows, among, this, word
from storage.sealing import Seals
from storage.shown import ShownVoices
from storage.tables import moderators, publications, renditions, testimonies

_HERE = renditions.c
_OTHERS = renditions.alias("others")
_KEPT, _DRAFT = word(Kind.PUBLIC), word(Kind.DRAFT)
_WAITS = _HERE.accepted_by.is_(None)
_OF = (
    sa.select(renditions)
    .where(this(_HERE.testimony), _HERE.kind == _KEPT)
    .order_by(_HERE.at.desc(), _HERE.id)
)
_MINE = (this(_HERE.testimony), _HERE.kind == _DRAFT, _HERE.by == sa.bindparam("mine"))
_DRAFTED = sa.select(renditions).where(*_MINE)
_DROP_DRAFT = sa.delete(renditions).where(*_MINE)
_IN = (this(_HERE.testimony), _HERE.kind == _KEPT, _HERE.language == sa.bindparam("into"))
_DROP_WAITING = sa.delete(renditions).where(*_IN, _WAITS)
_DROP_ACCEPTED = sa.delete(renditions).where(*_IN, ~_WAITS)
_DROP_BEFORE = _DROP_ACCEPTED.where(_HERE.id != sa.bindparam("which"))
_ACCEPT = (
    sa.update(renditions)
    .where(this(_HERE.testimony), _HERE.id == sa.bindparam("which"), _HERE.kind == _KEPT, _WAITS)
    .values(accepted_by=sa.bindparam("moderator"), accepted_at=sa.bindparam("now"))
)
_DROP = sa.delete(renditions).where(this(_HERE.testimony), _HERE.kind.in_([_KEPT, _DRAFT]))

_PUBLIC = publications.c.purpose == word("publish")


def _theirs(testimony: sa.Column[str], origin: sa.FromClause) -> sa.ColumnElement[bool]:
    """Whether it is a partner's, told by somebody else in a language the moderator reads; looked at for each row of
    `origin`, so that few of them lead to few.
    """
    told = (
        sa.select(testimonies.c.id)
        .where(
            testimonies.c.id == testimony,
            testimonies.c.partner == sa.bindparam("partner"),
            testimonies.c.respondent != sa.bindparam("besides"),
            among(testimonies.c.language, "languages"),
        )
        .correlate(origin)
    )
    return testimony.in_(told)


WAITING = (
    sa.select(_HERE.testimony)
    .where(
        _HERE.kind == _KEPT,
        _WAITS,
        among(_HERE.language, "languages"),
        _HERE.by.not_in(sa.select(moderators.c.id).where(moderators.c.address == sa.bindparam("address"))),
        _theirs(_HERE.testimony, renditions),
        _HERE.testimony.in_(
            sa.select(publications.c.testimony)
            .where(publications.c.testimony == _HERE.testimony, _PUBLIC)
            .correlate(renditions)
        ),
    )
    .order_by(_HERE.at, _HERE.id)
    .limit(sa.bindparam("most"))
)
_MADE = (
    sa.select(sa.func.count(sa.distinct(_OTHERS.c.language)))
    .where(
        _OTHERS.c.testimony == publications.c.testimony,
        _OTHERS.c.kind == _KEPT,
        among(_OTHERS.c.language, "languages"),
    )
    .correlate(publications)
    .scalar_subquery()
)
_AT = sa.bindparam("at", type_=publications.c.at.type)
WANTING = (
    sa.select(publications.c.testimony)
    .where(
        _PUBLIC,
        publications.c.at <= _AT,
        sa.or_(publications.c.at < _AT, publications.c.id < sa.bindparam("than")),
        _theirs(publications.c.testimony, publications),
        sa.bindparam("others", type_=sa.Integer()) > _MADE,
    )
    .order_by(publications.c.at.desc(), publications.c.id.desc())
    .limit(sa.bindparam("most"))
)


class Translations(Rows):
    """The Translations port."""

    __slots__ = ("_shown",)

    def __init__(self, connection: Connection, seals: Seals) -> None:
        super().__init__(connection, seals)
        self._shown = ShownVoices(connection, seals)

    def draft(self, rendition: Rendition, *, respondent: str) -> None:
        """Remember what its author wrote until it is kept; there is one of theirs at most."""
        self.drop_draft(rendition.testimony, rendition.by)
        self._add(replace(rendition, kind=Kind.DRAFT), respondent)

    def drafted(self, testimony: str, by: str, *, respondent: str) -> Rendition | None:
        """What this moderator wrote and did not keep yet."""
        row = self._connection.execute(_DRAFTED, {"this": testimony, "mine": by}).first()
        return None if row is None else rendition_of(row, self._seals, respondent)

    def drop_draft(self, testimony: str, by: str) -> None:
        """It is not kept."""
        self._connection.execute(_DROP_DRAFT, {"this": testimony, "mine": by})

    def keep(self, rendition: Rendition, *, respondent: str) -> None:
        """It waits for somebody else, in place of its draft and of what waited in its language."""
        self.drop_draft(rendition.testimony, rendition.by)
        self._connection.execute(_DROP_WAITING, {"this": rendition.testimony, "into": rendition.language})
        self._add(replace(rendition, kind=Kind.PUBLIC), respondent)

    def of(self, testimony: str, *, respondent: str) -> list[Rendition]:
        """Those that were kept, the newest first: in a language at most one that is accepted, and one that waits."""
        rows = self._connection.execute(_OF, {"this": testimony}).all()
        return [rendition_of(row, self._seals, respondent) for row in rows]

    def accept(self, rendition: Rendition, moderator: str, now: datetime) -> bool:
        """Somebody else found it right: it stands in place of the one before; False where it waits no more."""
        values = {"this": rendition.testimony, "which": rendition.id}
        accepted = self._connection.execute(_ACCEPT, values | {"moderator": moderator, "now": now}).rowcount
        if accepted:
            self._connection.execute(_DROP_BEFORE, values | {"into": rendition.language})
            self._shown.look_again(rendition.testimony)
        return bool(accepted)

    def drop(self, testimony: str, language: str, *, accepted: bool) -> bool:
        """The one that waits goes, or the one that is accepted: then nobody reads it from this commit on. Whether
        there was one.
        """
        statement = _DROP_ACCEPTED if accepted else _DROP_WAITING
        gone = bool(self._connection.execute(statement, {"this": testimony, "into": language}).rowcount)
        if accepted and gone:
            self._shown.untranslate(testimony, language)
        return gone

    def drop_all(self, testimony: str) -> None:
        """Another copy stands: what was made of the one before goes."""
        self._connection.execute(_DROP, {"this": testimony})

    def waiting(
        self, *, partner: str, languages: Collection[str], besides: str, address: str, most: int
    ) -> list[str]:
        """Testimonies with a translation that waits, the oldest first: from and into languages that are read, by
        nobody at this address, of words that the respondent `besides` did not tell.
        """
        values = {
            "partner": partner,
            "languages": languages,
            "besides": besides,
            "address": address,
            "most": most,
        }
        return self._connection.execute(WAITING, values).scalars()

    def wanting(
        self,
        *,
        partner: str,
        languages: Collection[str],
        besides: str,
        than: tuple[datetime, str],
        most: int,
    ) -> list[str]:
        """Public testimonies, told in one of these languages, that nobody put into each of the others yet: those that
        became public before `than` (a moment and the id of a publication), the newest first.
        """
        at, place = than
        values = {
            "partner": partner,
            "languages": languages,
            "besides": besides,
            "at": at,
            "than": place,
            "most": most,
        }
        return self._connection.execute(WANTING, values | {"others": len(languages) - 1}).scalars()

    def _add(self, rendition: Rendition, respondent: str) -> None:
        self._connection.execute(ADD, row_of(rendition, self._seals, respondent))
