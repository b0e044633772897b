"""What partners answered to those who told, and who would hear it. Every query names the partner (S20)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.ports import Stale
from bot.response import Listener, Response, Words
from storage.rows import Rows, this, word
from storage.sealing import HOUSE
from storage.tables import EPOCH, codes, permissions, respondents, responses, testimonies
from storage.testimonies import WORDS as TESTIMONY

WORDS = "responses.words"

BATCH = 500
"""So many testimonies are looked at in one go: the words of each may have to be opened."""

_PARTNER = responses.c.partner == sa.bindparam("whose")
_ADD = sa.insert(responses)
_GET = sa.select(responses).where(this(responses.c.id), _PARTNER)
_DRAFTS = sa.select(responses).where(_PARTNER, responses.c.sent_at.is_(None)).order_by(responses.c.id)
_SENT = sa.select(responses).where(_PARTNER, responses.c.sent_at > EPOCH).order_by(responses.c.sent_at)
_SAVE = sa.update(responses).where(
    this(responses.c.id), _PARTNER, responses.c.version == sa.bindparam("seen"), responses.c.sent_at.is_(None)
)
_DROP = sa.delete(responses).where(this(responses.c.id), _PARTNER, responses.c.sent_at.is_(None))

_since: sa.BindParameter[datetime] = sa.bindparam("since", type_=testimonies.c.received_at.type)
_CODED = sa.exists().where(
    codes.c.testimony == testimonies.c.id, ~codes.c.second, codes.c.code == sa.bindparam("code")
)
_SPOKE = (
    sa.select(
        testimonies.c.id,
        testimonies.c.respondent,
        testimonies.c.received_at,
        testimonies.c.words,
        respondents.c.address,
        sa.func.coalesce(respondents.c.language, testimonies.c.language).label("reads"),
        _CODED.correlate(testimonies).label("coded"),
    )
    .select_from(
        testimonies.join(respondents, respondents.c.id == testimonies.c.respondent).join(
            permissions,
            sa.and_(permissions.c.testimony == testimonies.c.id, permissions.c.purpose == word("contact")),
        )
    )
    .where(
        testimonies.c.partner == sa.bindparam("whose"),
        testimonies.c.sensitive.is_(sa.false()),
        testimonies.c.barred.is_(sa.false()),
        testimonies.c.state == word("accepted"),
        sa.or_(sa.bindparam("any_form", type_=sa.Boolean()), testimonies.c.form == sa.bindparam("form")),
        respondents.c.reachable,
        ~respondents.c.quiet,
        sa.or_(
            testimonies.c.received_at > _since,
            sa.and_(testimonies.c.received_at == _since, testimonies.c.id > sa.bindparam("after")),
        ),
    )
    .order_by(testimonies.c.received_at, testimonies.c.id)
    .limit(sa.literal_column(str(BATCH)))
)
"""Accepted, not sensitive, and with a permission to write that stands, of whoever can be written to and wants it."""


class Responses(Rows):
    """The Responses port."""

    __slots__ = ()

    def add(self, response: Response) -> None:
        """Keep a draft."""
        row = {"id": response.id, "partner": response.partner, "about": response.about}
        self._connection.execute(_ADD, row | self._row(response) | {"moderator": response.moderator})

    def get(self, id: str, *, partner: str) -> Response | None:
        """One of that partner's."""
        row = self._connection.execute(_GET, {"this": id, "whose": partner}).first()
        return None if row is None else self._response(row)

    def drafts(self, partner: str) -> list[Response]:
        """Those that are not sent."""
        return [self._response(row) for row in self._connection.execute(_DRAFTS, {"whose": partner}).all()]

    def sent(self, partner: str) -> list[Response]:
        """Those that were, oldest first."""
        return [self._response(row) for row in self._connection.execute(_SENT, {"whose": partner}).all()]

    def save(self, response: Response) -> Response:
        """Write a draft, or that it is sent now, with compare-and-set on `version`; Stale when someone was faster."""
        row = self._row(response) | {"version": response.version + 1}
        which = {"this": response.id, "whose": response.partner, "seen": response.version}
        if not self._connection.execute(_SAVE, row | which).rowcount:
            raise Stale("the response changed meanwhile")
        return replace(response, version=response.version + 1)

    def drop(self, id: str, *, partner: str) -> None:
        """A draft goes; what was sent stays."""
        self._connection.execute(_DROP, {"this": id, "whose": partner})

    def audience(self, response: Response) -> list[Listener]:
        """Who spoke of it and agreed to be contacted, each once."""
        found: dict[str, Listener] = {}
        for row in self._spoke(response):
            if not response.theme or self._speaks_of(row, response.theme):
                before = found.get(row.respondent) or Listener(row.respondent, row.address, row.reads, ())
                found[row.respondent] = replace(before, voices=(*before.voices, row.id))
        return list(found.values())

    def _spoke(self, response: Response) -> Iterator[Any]:
        values: dict[str, Any] = {"whose": response.partner, "code": response.theme, "form": response.form}
        values |= {"any_form": not response.form, "since": EPOCH, "after": ""}
        while rows := self._connection.execute(_SPOKE, values).all():
            yield from rows
            values |= {"since": rows[-1].received_at, "after": rows[-1].id}

    def _speaks_of(self, row: Any, theme: str) -> bool:
        """By a coder's code, else by what she chose herself, which is sealed with her words."""
        if row.coded or row.words is None:
            return bool(row.coded)
        return theme in self._seals.out_of(row.words, TESTIMONY, row.id, row.respondent)["themes"]

    def _row(self, response: Response) -> dict[str, Any]:
        return {
            "words": self._seals.into(dict(response.words), WORDS, response.id, HOUSE),
            "sent_at": response.sent_at,
            "version": response.version,
        }

    def _response(self, row: Any) -> Response:
        words = self._seals.out_of(row.words, WORDS, row.id, HOUSE)
        return Response(
            id=row.id,
            partner=row.partner,
            about=row.about,
            moderator=row.moderator,
            words={language: Words(*both) for language, both in words.items()},
            sent_at=row.sent_at,
            version=row.version,
        )
