"""Which codes testimonies were given, and who gave them. Every query names the partner or the testimony (S20)."""

import base64
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from bot.coded import Coded, Coding
from storage.rows import Rows, among, insert_once, this, word
from storage.shown import ShownVoices
from storage.tables import codes, codings, testimonies

RECENT = 1000
"""So many of the latest codings are looked through for examples in a language."""

_SECOND: sa.BindParameter[bool] = sa.bindparam("by_second")
_ROUND = codings.c.second == _SECOND
_GIVE = insert_once(codes, codes.c.testimony, codes.c.second, codes.c.code)
_TAKE_BACK = sa.delete(codes).where(
    this(codes.c.testimony), codes.c.second == _SECOND, codes.c.code == sa.bindparam("which")
)
_OF = sa.select(codes).where(this(codes.c.testimony)).order_by(codes.c.at, codes.c.code)
_AMONG = sa.select(codes).where(among(codes.c.testimony, "those")).order_by(codes.c.at, codes.c.code)
_CODING = sa.select(codings).where(this(codings.c.testimony), _ROUND)
_add = insert(codings)
_SAVE = _add.on_conflict_do_update(
    index_elements=[codings.c.testimony, codings.c.second],
    set_={name: _add.excluded[name] for name in ("partner", "coder", "frame", "version", "at", "open")},
)
_RELEASE = (
    sa.delete(codes).where(this(codes.c.testimony), codes.c.second),
    sa.delete(codings).where(this(codings.c.testimony), codings.c.second),
)
_DROP = (
    sa.delete(codes).where(this(codes.c.testimony)),
    sa.delete(codings).where(this(codings.c.testimony)),
)

_again = codings.alias("again")
_ACCEPTED = sa.and_(
    testimonies.c.id == codings.c.testimony,
    testimonies.c.partner == codings.c.partner,
    testimonies.c.state == word("accepted"),
    testimonies.c.sensitive.is_(sa.false()),
)
_BY_FRAME = sa.and_(codings.c.partner == sa.bindparam("whose"), codings.c.frame == sa.bindparam("called"))
_WAITS = (
    sa.select(codings.c.testimony)
    .select_from(codings.join(testimonies, _ACCEPTED))
    .where(
        _BY_FRAME,
        sa.text("codings.open AND NOT codings.second"),  # as the index has it
        ~among(codings.c.coder, "besides"),
        testimonies.c.respondent != sa.bindparam("author"),
        ~sa.exists()
        .where(
            _again.c.testimony == codings.c.testimony,
            _again.c.second,
            ~among(_again.c.coder, "besides"),
            _again.c.at > sa.bindparam("before"),
        )
        .correlate(codings),
    )
    .order_by(codings.c.at, codings.c.testimony)
    .limit(1)
)
_TWICE = (
    sa.select(codings)
    .select_from(
        codings.join(testimonies, _ACCEPTED).join(
            _again, sa.and_(_again.c.testimony == codings.c.testimony, _again.c.second, ~_again.c.open)
        )
    )
    .where(
        _BY_FRAME, ~codings.c.second, _again.c.partner == codings.c.partner, _again.c.frame == codings.c.frame
    )
    .order_by(_again.c.at.desc(), codings.c.testimony)
    .limit(sa.bindparam("most"))
)
_SECONDS = sa.select(codings).where(_BY_FRAME, codings.c.second, among(codings.c.testimony, "those"))
_recent = (
    sa.select(codings)
    .where(_BY_FRAME, ~codings.c.second)
    .order_by(codings.c.at.desc())
    .limit(sa.literal_column(str(RECENT)))
    .subquery("recent")
)
_EXAMPLES = (
    sa.select(_recent)
    .select_from(
        _recent.join(
            testimonies,
            sa.and_(
                testimonies.c.id == _recent.c.testimony,
                testimonies.c.partner == _recent.c.partner,
                testimonies.c.state == word("accepted"),
                testimonies.c.sensitive.is_(sa.false()),
            ),
        )
    )
    .where(testimonies.c.language == sa.bindparam("tongue"), _recent.c.testimony != sa.bindparam("besides"))
    .order_by(_recent.c.at.desc(), _recent.c.testimony)
    .limit(sa.bindparam("most"))
)


class Codings(Rows):
    """The Codings port."""

    __slots__ = ()

    def give(self, coded: Coded, *, partner: str) -> bool:
        """Give a code; False where it was given."""
        row = {name: getattr(coded, name) for name in Coded.__slots__}
        self._shown.look_again(coded.testimony)
        return bool(self._connection.execute(_GIVE, row).rowcount)

    def take_back(self, testimony: str, code: str, *, second: bool) -> bool:
        """Take a code back; False where it was not given."""
        values = {"this": testimony, "which": code, "by_second": second}
        self._shown.look_again(testimony)
        return bool(self._connection.execute(_TAKE_BACK, values).rowcount)

    def of(self, testimony: str) -> list[Coded]:
        """Every code of a testimony, in the order in which they were given."""
        return [_coded(row) for row in self._connection.execute(_OF, {"this": testimony}).all()]

    def coding(self, testimony: str, *, second: bool) -> Coding | None:
        """One coder's work on it, without the codes."""
        row = self._connection.execute(_CODING, {"this": testimony, "by_second": second}).first()
        return None if row is None else _coding(row)

    def save(self, coding: Coding) -> None:
        """Write who codes it, by what, since when."""
        row = {name: getattr(coding, name) for name in Coding.__slots__ if name != "codes"}
        self._connection.execute(_SAVE, row)

    def release(self, testimony: str) -> None:
        """The second coder gives it back: what they had coded goes."""
        for statement in _RELEASE:
            self._connection.execute(statement, {"this": testimony})

    def drop(self, testimony: str) -> None:
        """Every code of a testimony goes."""
        self._shown.look_again(testimony)
        for statement in _DROP:
            self._connection.execute(statement, {"this": testimony})

    def sampled(self, testimony: str, second: int) -> bool:
        """Whether it is among so many of a hundred that are coded twice: by a keyed hash of its id."""
        mark = self._seals.keys.mark("second coding", testimony)
        return int.from_bytes(base64.urlsafe_b64decode(f"{mark}=")[:8]) % 100 < second

    def waits(
        self, *, partner: str, frame: str, besides: Collection[str], author: str | None, before: datetime
    ) -> str | None:
        """The testimony that has waited longest for a second coder."""
        values = {
            "whose": partner,
            "called": frame,
            "besides": besides,
            "author": author or "",
            "before": before,
        }
        found: str | None = self._connection.execute(_WAITS, values).scalar()
        return found

    def twice(self, partner: str, frame: str, most: int) -> list[tuple[Coding, Coding]]:
        """What two have coded, with their codes, the latest first."""
        values = {"whose": partner, "called": frame}
        firsts = self._connection.execute(_TWICE, values | {"most": most}).all()
        those = [row.testimony for row in firsts]
        given = self._given(those)
        rows = self._connection.execute(_SECONDS, values | {"those": those}).all()
        seconds = {row.testimony: _coding(row) for row in rows}
        return [(_with(_coding(row), given), _with(seconds[row.testimony], given)) for row in firsts]

    def examples(self, *, partner: str, frame: str, language: str, besides: str, most: int) -> list[Coding]:
        """The latest first codings with their codes."""
        values = {"whose": partner, "called": frame, "tongue": language, "besides": besides, "most": most}
        rows = self._connection.execute(_EXAMPLES, values).all()
        given = self._given(row.testimony for row in rows)
        return [_with(_coding(row), given) for row in rows]

    @property
    def _shown(self) -> ShownVoices:
        return ShownVoices(self._connection, self._seals)

    def _given(self, testimonies: Iterable[str]) -> dict[tuple[str, bool], set[str]]:
        given: dict[tuple[str, bool], set[str]] = defaultdict(set)
        for row in self._connection.execute(_AMONG, {"those": list(testimonies)}).all():
            given[row.testimony, row.second].add(row.code)
        return given


def _with(coding: Coding, given: dict[tuple[str, bool], set[str]]) -> Coding:
    return replace(coding, codes=frozenset(given[coding.testimony, coding.second]))


def _coding(row: Any) -> Coding:
    return Coding(row.testimony, row.second, row.partner, row.coder, row.frame, row.version, row.at, row.open)


def _coded(row: Any) -> Coded:
    return Coded(row.testimony, row.code, row.coder, row.at, row.frame, row.version, row.second)
