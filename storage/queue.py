"""The queue: what waits, found by the columns that are not sealed. Every query names the partner (S20)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.queued import KINDS, Filter, Group, Hit, Place, Search, Tally
from bot.testimony import SHELTERED, DecisionKind, State
from storage.rows import Rows, among, insert_once, word
from storage.tables import decisions, filters, moderators, testimonies
from storage.testimonies import LANE, RAN_OUT, RECEIVED, WAITS


def _of(column: sa.Column[str], name: str) -> sa.ColumnElement[bool]:
    """Whether it is one of the words given as `name`; each is where none is given."""
    return sa.or_(sa.bindparam(f"any_{name}", type_=sa.Boolean()), among(column, name))


_WANTED = sa.and_(
    _of(testimonies.c.language, "languages"),
    _of(testimonies.c.country, "countries"),
    _of(testimonies.c.form, "forms"),
    _of(testimonies.c.campaign, "campaigns"),
    testimonies.c.respondent != sa.bindparam("besides"),
)
_NOT_LEFT = ~among(testimonies.c.wants, "left")


def _line(waits: sa.ColumnElement[bool]) -> sa.Select[tuple[str, int, str, datetime]]:
    return (
        sa.select(testimonies.c.id, testimonies.c.version, testimonies.c.language, testimonies.c.received_at)
        .where(LANE, waits, _WANTED, _NOT_LEFT)
        .order_by(testimonies.c.received_at, testimonies.c.id)
        .limit(sa.bindparam("most"))
    )


LINE = _line(RECEIVED)
LINE_RAN_OUT = _line(RAN_OUT)
GROUPS = (
    sa.select(
        testimonies.c.language,
        testimonies.c.country,
        testimonies.c.form,
        testimonies.c.campaign,
        sa.func.count().label("count_"),
        sa.func.sum(
            sa.case(
                (testimonies.c.received_at < sa.bindparam("late", type_=testimonies.c.received_at.type), 1),
                else_=0,
            )
        ).label("late"),
    )
    .where(WAITS, _NOT_LEFT)
    .group_by(testimonies.c.language, testimonies.c.country, testimonies.c.form, testimonies.c.campaign)
)
WAIT = sa.select(sa.func.count()).select_from(testimonies).where(WAITS)
MEDIAN = (
    sa.select(testimonies.c.received_at)
    .where(WAITS)
    .order_by(testimonies.c.received_at)
    .limit(1)
    .offset(sa.bindparam("half"))
)
FIND = sa.select(testimonies.c.id).where(
    testimonies.c.receipt == sa.bindparam("receipt"), LANE, testimonies.c.state != word("withdrawn")
)


def _search(*named: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The newest in one state of which this is true: what is equal is found by its own index, however rare it is."""
    return (
        sa.select(
            testimonies.c.id,
            testimonies.c.receipt,
            testimonies.c.language,
            testimonies.c.country,
            testimonies.c.state,
            testimonies.c.received_at,
        )
        .where(
            LANE,
            testimonies.c.state == sa.bindparam("state"),
            testimonies.c.received_at >= sa.bindparam("since"),
            testimonies.c.respondent != sa.bindparam("besides"),
            *named,
        )
        .order_by(testimonies.c.received_at.desc(), testimonies.c.id)
        .limit(sa.bindparam("most"))
    )


_LANGUAGE = testimonies.c.language == sa.bindparam("language")
_COUNTRY = testimonies.c.country == sa.bindparam("country")
_COUNTRY_TOO = among(testimonies.c.country, "countries")
"""Of two that are equal SQLite takes the country's index; a language is mostly rarer."""
SEARCH = {
    (False, False): _search(),
    (True, False): _search(_LANGUAGE),
    (False, True): _search(_COUNTRY),
    (True, True): _search(_LANGUAGE, _COUNTRY_TOO),
}
"""By whether a language and whether a country is named."""
_TODAY = sa.case((decisions.c.at >= sa.bindparam("today", type_=decisions.c.at.type), 1), else_=0)
TALLIES = (
    sa.select(sa.func.count().label("count_"), sa.func.sum(_TODAY).label("today"))
    .select_from(decisions.join(testimonies, testimonies.c.id == decisions.c.testimony))
    .where(
        decisions.c.moderator == sa.bindparam("moderator"),
        decisions.c.kind == sa.bindparam("kind"),
        decisions.c.at >= sa.bindparam("since"),
        LANE,
    )
)
"""Of one moderator and one kind: so the few who read are the way to what they decided, and nothing is sorted."""
_READERS = sa.select(moderators.c.id).where(moderators.c.partner == sa.bindparam("partner"))
DECIDED_AT = sa.select(decisions.c.testimony).where(
    decisions.c.moderator == sa.bindparam("moderator"),
    decisions.c.at == sa.bindparam("at"),
    decisions.c.kind == word("set_aside"),
    sa.exists()
    .where(
        testimonies.c.id == decisions.c.testimony,
        testimonies.c.version == decisions.c.version,
        testimonies.c.state == word("set_aside"),
        LANE,
    )
    .correlate(decisions),
)

_FILTER = sa.select(filters.c.kind, filters.c.code).where(filters.c.address == sa.bindparam("whose"))
_CLEAR = sa.delete(filters).where(filters.c.address == sa.bindparam("whose"))
_CHOOSE = insert_once(filters, filters.c.address, filters.c.kind, filters.c.code)


class Queue(Rows):
    """The Queue port."""

    __slots__ = ()

    def filter(self, address: str) -> Filter:
        """What the moderator at this address wants to see."""
        rows = self._connection.execute(_FILTER, {"whose": address}).all()
        return Filter(**{kind: frozenset(row.code for row in rows if row.kind == kind) for kind in KINDS})

    def save_filter(self, address: str, wanted: Filter) -> None:
        """From now on they want to see this."""
        self._connection.execute(_CLEAR, {"whose": address})
        for kind in KINDS:
            for code in sorted(wanted.of(kind)):
                self._connection.execute(_CHOOSE, {"address": address, "kind": kind, "code": code})

    def groups(
        self,
        *,
        partner: str,
        sensitive: bool,
        late: datetime,
        now: datetime,
        left: Collection[str] = (),
    ) -> list[Group]:
        """How many wait, by language, country, form and campaign, but what is left to others; late: before then."""
        values = {"partner": partner, "sensitive": sensitive, "late": late, "now": now, "left": left}
        return [Group(*row) for row in self._connection.execute(GROUPS, values).all()]

    def line(
        self,
        *,
        partner: str,
        wanted: Filter,
        now: datetime,
        besides: str | None = None,
        left: Collection[str] = (),
        most: int,
    ) -> list[Place]:
        """Those that wait longest, of what is wanted by all but themes, none of the respondent `besides`, nor what is
        left to others.
        """
        values = _lane(partner) | _wanted(wanted, besides) | {"most": most, "left": left}
        found = self._connection.execute(LINE, values).all()
        found += self._connection.execute(LINE_RAN_OUT, values | {"now": now}).all()
        return sorted((Place(*row) for row in found), key=lambda each: (each.received_at, each.id))[:most]

    def median(self, *, partner: str, now: datetime) -> datetime | None:
        """When the one in the middle of those that wait was received."""
        values = _lane(partner) | {"now": now}
        count = self._connection.execute(WAIT, values).scalar()
        found: datetime | None = self._connection.execute(MEDIAN, values | {"half": count // 2}).scalar()
        return found

    def find(self, receipt: str, *, partner: str) -> str | None:
        """The testimony with this receipt, but a withdrawn one."""
        found: str | None = self._connection.execute(FIND, _lane(partner) | {"receipt": receipt}).scalar()
        return found

    def search(
        self, search: Search, *, partner: str, now: datetime, besides: str | None = None, most: int
    ) -> list[Hit]:
        """The newest of what is looked for, none of the respondent `besides`: state by state, so that the index finds
        them in order.
        """
        statement = SEARCH[bool(search.language), bool(search.country)]
        values = _lane(partner) | {
            "since": search.since(now),
            "besides": besides or "",
            "language": search.language,
            "country": search.country,
            "countries": [search.country],
            "most": most,
        }
        rows = [
            row
            for state in search.states
            for row in self._connection.execute(statement, values | {"state": str(state)}).all()
        ]
        rows.sort(key=lambda row: (row.received_at, row.id), reverse=True)
        return [
            Hit(row.id, row.receipt, row.language, row.country, State(row.state), row.received_at)
            for row in rows[:most]
        ]

    def tallies(self, *, partner: str, since: datetime, today: datetime) -> list[Tally]:
        """What was decided since then by those who read for a partner, and since `today`."""
        values = _lane(partner) | {"since": since, "today": today}
        found = [
            Tally(reader, kind, row.count_, row.today)
            for reader in self._connection.execute(_READERS, {"partner": partner}).scalars()
            for kind in DecisionKind
            if kind not in SHELTERED
            for row in self._connection.execute(TALLIES, values | {"moderator": reader, "kind": str(kind)})
        ]
        return [each for each in found if each.count]

    def decided_at(self, moderator: str, at: datetime, *, partner: str) -> list[str]:
        """What this moderator set aside at that very moment, and nothing has moved since."""
        values = _lane(partner) | {"moderator": moderator, "at": at}
        return self._connection.execute(DECIDED_AT, values).scalars()


def _lane(partner: str) -> dict[str, object]:
    """What is not sensitive, of one partner."""
    return {"partner": partner, "sensitive": False}


def _wanted(wanted: Filter, besides: str | None) -> dict[str, object]:
    values: dict[str, object] = {"besides": besides or ""}
    for kind in ("languages", "countries", "forms", "campaigns"):
        values |= {kind: sorted(wanted.of(kind)), f"any_{kind}": not wanted.of(kind)}
    return values
