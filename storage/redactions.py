"""Redactions: versions of a testimony's texts without what points to people; the original stays as it was (S36)."""

from typing import Any

import sqlalchemy as sa

from bot.redaction import Redaction
from storage.looks import Looks
from storage.publications import Publications
from storage.rows import Rows, random_id, this
from storage.tables import redactions
from storage.translations import Translations

BODY = "redactions.body"
OFFERED = 0
"""The number of what was offered and not kept yet."""

_ADD = sa.insert(redactions).inline()
_RETIRE = (
    sa.update(redactions).where(this(redactions.c.testimony), redactions.c.stands).values(stands=sa.false())
)
_LAST = sa.select(sa.func.coalesce(sa.func.max(redactions.c.number), 0)).where(this(redactions.c.testimony))
_STANDING = sa.select(redactions).where(this(redactions.c.testimony), redactions.c.stands)
_ALL = (
    sa.select(redactions)
    .where(this(redactions.c.testimony), redactions.c.number > OFFERED)
    .order_by(redactions.c.number)
)
_OFFERED = sa.select(redactions).where(this(redactions.c.testimony), redactions.c.number == OFFERED)
_DROP_OFFERED = sa.delete(redactions).where(this(redactions.c.testimony), redactions.c.number == OFFERED)
_DROP = sa.delete(redactions).where(this(redactions.c.testimony))


class Redactions(Rows):
    """The Redactions port."""

    __slots__ = ()

    def add(self, redaction: Redaction, *, respondent: str) -> Redaction:
        """Keep the next version, sealed with her key: it stands; what was public of an earlier one is no longer, and
        its translations go.
        """
        publications = Publications(self._connection, self._seals)
        publications.hold(redaction.testimony)
        publications.unpublish(redaction.testimony)
        self._connection.execute(_DROP_OFFERED, {"this": redaction.testimony})
        self._connection.execute(_RETIRE, {"this": redaction.testimony})
        Translations(self._connection, self._seals).drop_all(redaction.testimony)
        number = self._connection.execute(_LAST, {"this": redaction.testimony}).scalar() + 1
        added = self._insert(redaction, respondent, number)
        Looks(self._connection, self._seals).wait(redaction.testimony)
        return added

    def offer(self, redaction: Redaction, *, respondent: str) -> None:
        """Keep it until it is kept as a version, or dropped; there is one at most."""
        self.drop_offered(redaction.testimony)
        self._insert(redaction, respondent, OFFERED)

    def offered(self, testimony: str, *, respondent: str) -> Redaction | None:
        """What was offered."""
        return self._one(_OFFERED, testimony, respondent)

    def drop_offered(self, testimony: str) -> None:
        """It is not kept."""
        self._connection.execute(_DROP_OFFERED, {"this": testimony})

    def standing(self, testimony: str, *, respondent: str) -> Redaction | None:
        """The latest version."""
        return self._one(_STANDING, testimony, respondent)

    def of(self, testimony: str, *, respondent: str) -> list[Redaction]:
        """Every version, the first first."""
        rows = self._connection.execute(_ALL, {"this": testimony})
        return [self._redaction(row, respondent) for row in rows]

    def drop(self, testimony: str) -> None:
        """All of them go."""
        self._connection.execute(_DROP, {"this": testimony})

    def _insert(self, redaction: Redaction, respondent: str, number: int) -> Redaction:
        new = random_id()
        body = {
            "texts": dict(redaction.texts),
            "of": dict(redaction.of),
            "kept": [list(each) for each in redaction.kept],
            "photo": redaction.photo,
        }
        row = {
            "id": new,
            "testimony": redaction.testimony,
            "number": number,
            "moderator": redaction.moderator,
            "person": redaction.person,
            "at": redaction.at,
            "stands": number > OFFERED,
            "body": self._seals.into(body, BODY, new, respondent),
        }
        self._connection.execute(_ADD, row)
        return Redaction(
            new,
            redaction.testimony,
            redaction.moderator,
            redaction.person,
            redaction.at,
            redaction.texts,
            redaction.of,
            redaction.kept,
            number,
            redaction.photo,
        )

    def _one(self, statement: sa.Select[Any], testimony: str, respondent: str) -> Redaction | None:
        row = self._connection.execute(statement, {"this": testimony}).first()
        return None if row is None else self._redaction(row, respondent)

    def _redaction(self, row: Any, respondent: str) -> Redaction:
        body = self._seals.out_of(row.body, BODY, row.id, respondent)
        return Redaction(
            id=row.id,
            testimony=row.testimony,
            moderator=row.moderator,
            person=row.person,
            at=row.at,
            texts=body["texts"],
            of=body["of"],
            kept=tuple((key, words, moderator, at) for key, words, moderator, at in body["kept"]),
            number=row.number,
            photo=body.get("photo"),
        )
