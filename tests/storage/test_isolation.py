"""No question about somebody's rows can be asked without saying whose."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

import storage
from storage import isolation, queue, testimonies
from storage.isolation import HOUSE, NOBODYS, WHOSE, Unbounded, check, house
from storage.prepared import Statements
from storage.rows import among, this, word
from storage.tables import addresses, decisions, metadata, moderators, respondents
from storage.tables import testimonies as told

PREPARED = Statements(sqlite.dialect())

EVERYBODYS = {
    "breach": {"people._MET", "people._WROTE", "sessions._EVERYBODY", "testimonies.ORIGINS"},
    "form": {"sessions._ALL"},
    "lane": {"cases.UNREAD"},
    "link": {
        "associations._BY_LINK",
        "campaigns._BY_CODE",
        "team._DROP_LABEL",
        "team._USE_INVITATION",
    },
    "public": {
        "pictures.CONTENT",
        "shown.ABOUT",
        "shown.ALL",
        "shown.COUNTED",
        "shown.SAYING",
        "shown.STALE",
        "shown.THEIR_PHOTOS",
        "shown.THEIR_THEMES",
        "shown.THEIR_TRANSLATIONS",
        "shown.THEMED",
        "shown.THESE",
        "shown.TRANSLATED_SAYING",
        "shown._ABOUT",
        "shown._ALL",
        "wall.NEWER",
        "wall.OLDER",
        "wall.ONE",
        "wall._PUBLIC",
        "wall._WANTED",
    },
    "restore": {"leaving._EVERYBODY", "permissions._ALL", "testimonies._THERE"},
    "retention": {
        "checkins._DROP",
        "checkins._OLDER",
        "contents._UNUSED",
        "expiring._COUNTS",
        "exports._DROP",
        "media._IDS",
        "team._DROP_INVITATIONS",
        "leaving._DROP_ROLES",
        "leaving._LEFT",
        "leaving._NEXT",
        "leaving._PASSING",
        "leaving._UNNAMED",
        "sessions._OLDER",
        "testimonies.OLDER",
        "testimonies.UNREAD",
        "testimonies._OLD",
    },
    "count": {"forwards.BACKLOG", "targets._STOPPED"},
    "row": {
        "campaigns._LEAVE",
        "campaigns._LIES",
        "campaigns._NAMED",
        "campaigns._WATCH",
        "checkins._REACHED",
        "forwards._AGAIN",
        "forwards._ASKED",
        "forwards._BEGIN",
        "forwards._DONE",
        "forwards._PUT_OFF",
        "forwards._SETTLE",
        "forwards._STANDS",
        "forwards._WHOSE",
        "looks._WAIT",
        "media._DROP",
        "media._GET",
        "media._LATER",
        "media._SETTLE",
        "media._UNKNOW",
        "team._MODERATOR",
        "pictures._DROP",
        "pictures._READY",
        "publications._ACCEPTED_BY",
        "publications._HOLD",
        "publications._SECOND",
        "sessions._DROP",
        "testimonies.BARRED",
        "testimonies._DECISIONS",
        "uploads._DROP",
        "uploads._LATER",
    },
    "time": {
        "audiences.AMONG",
        "audiences.OF",
        "audiences._PEOPLE",
        "campaigns._ENDED",
        "campaigns._PLANNED",
        "campaigns._STANDING",
        "campaigns._STANDSTILL",
        "campaigns._WATCHED",
        "cases.DUE",
        "checkins.DUE",
        "checkins.FOLLOW",
        "checkins.LATELY",
        "checkins.REMINDS",
        "checkins.STUCK",
        "checkins.SUPERSEDED",
        "checkins.UNSAID",
        "checkins._BACK",
        "checkins._BECAME",
        "checkins._END",
        "checkins._HOLD",
        "checkins._LATE",
        "checkins._LEAVE",
        "checkins._LEAVE_THESE",
        "checkins._LET_PASS",
        "checkins._MOVED",
        "checkins._OF_ZONE",
        "checkins._POSTPONE",
        "checkins._QUEUE",
        "checkins._RELEASE",
        "checkins._REMINDED",
        "checkins._REMINDS_NEXT",
        "checkins._REMIND_NO_MORE",
        "checkins._TAKE_BACK",
        "checkins._UNREMINDED",
        "checkins._UNSAID",
        "checkins._WAITS",
        "checkins._ZONES",
        "exports._OVER",
        "forwards._DUE_NOW",
        "media._DUE_NOW",
        "media._WANTED",
        "pictures._WAITING",
        "rhythms.DUE",
        "rhythms.READING",
        "rooms.DUE",
        "sessions._WAKING",
        "targets._DUE",
        "targets._DUE_NOW",
        "uploads._DUE_NOW",
        "uploads._WANTED",
    },
}
"""The closed list of statements about everybody's rows, by their reason. Adding one is a decision: say it here too."""


def _statements(value: Any) -> Iterator[sa.Executable]:
    match value:
        case sa.Select() | sa.Insert() | sa.Update() | sa.Delete():
            yield value
        case tuple() | list():
            for each in value:
                yield from _statements(each)
        case dict():
            yield from _statements(list(value.values()))


def _ours() -> Iterator[tuple[str, sa.Executable]]:
    """Every statement the repositories keep, under its name."""
    for module in pkgutil.iter_modules(storage.__path__):
        if module.name not in ("backup", "migrations", "tables"):
            for name, value in vars(importlib.import_module(f"storage.{module.name}")).items():
                for each in _statements(value):
                    yield f"{module.name}.{name}", each


def test_every_statement_says_whose_rows_it_is_about_or_is_on_a_closed_list() -> None:
    """S20: default deny; none of them is first looked at when somebody needs it."""
    statements = list(_ours())
    assert len(statements) > 200
    found: dict[str, set[str]] = {}
    reasons = {words: name for name, words in HOUSE.items()}
    for name, each in statements:
        check(each)
        if words := each.get_execution_options().get("house"):
            found.setdefault(reasons[words], set()).add(name)
    assert found == EVERYBODYS
    assert set(HOUSE) == set(EVERYBODYS)


def test_every_table_is_somebodys_or_nobodys() -> None:
    """S20: a new table chooses."""
    assert WHOSE.keys() & NOBODYS.keys() == set()
    assert WHOSE.keys() | NOBODYS.keys() == set(metadata.tables)
    for name, columns in WHOSE.items():
        assert set(columns) <= set(metadata.tables[name].columns.keys()), name


_OTHER = told.alias("other")
_ANYBODYS = sa.select(told.c.id)

UNBOUNDED: dict[str, Any] = {
    "no criterion": sa.select(told),
    "by its id alone": sa.select(told).where(this(told.c.id)),
    "by something else": sa.select(told).where(told.c.country == sa.bindparam("country")),
    "half of an or": sa.select(told).where(sa.or_(told.c.partner == sa.bindparam("p"), told.c.sensitive)),
    "not theirs": sa.select(told).where(told.c.partner != sa.bindparam("p")),
    "later than theirs": sa.select(told).where(told.c.partner > sa.bindparam("p")),
    "of all partners": sa.select(told).where(told.c.partner.in_(sa.select(metadata.tables["partners"].c.id))),
    "two tables that only know each other": sa.select(told).join(
        respondents, respondents.c.id == told.c.respondent
    ),
    "a second look at the same table": sa.select(told, _OTHER).where(told.c.partner == sa.bindparam("p")),
    "a count": sa.select(sa.func.count()).select_from(told),
    "a count of a subquery": sa.select(sa.func.count()).select_from(sa.select(told.c.id).subquery()),
    "a subquery": sa.select(decisions).where(decisions.c.testimony.in_(_ANYBODYS)),
    "a look aside": sa.select(addresses, sa.exists().where(moderators.c.active)).where(this(addresses.c.id)),
    "a common table": sa.select(sa.func.count()).select_from(sa.select(told.c.id).cte("all")),
    "a change": sa.update(told).where(this(told.c.id)).values(state=word("accepted")),
    "a change of all": sa.update(told).values(state=word("accepted")),
    "a drop": sa.delete(decisions).where(this(decisions.c.id)),
    "a drop of all": sa.delete(told),
    "a union": sa.union_all(
        sa.select(told.c.id).where(told.c.partner == sa.bindparam("p")), sa.select(told.c.id)
    ),
    "copied rows": sa.insert(told).from_select(["id"], _ANYBODYS),
    "words": sa.text("SELECT * FROM testimonies"),
    "a table nobody sorted": sa.select(sa.Table("secrets", sa.MetaData(), sa.Column("id", sa.Text()))),
}

BOUNDED: dict[str, Any] = {
    "by its partner": sa.select(told).where(this(told.c.id), told.c.partner == sa.bindparam("p")),
    "by one of some": sa.select(told).where(among(told.c.respondent, "these")),
    "by a table that is": sa.select(decisions, told)
    .join(told, told.c.id == decisions.c.testimony)
    .where(this(decisions.c.testimony), told.c.respondent == sa.bindparam("r")),
    "a subquery that is": sa.select(decisions).where(
        decisions.c.testimony.in_(_ANYBODYS.where(told.c.partner == sa.bindparam("p")))
    ),
    "a new row": sa.insert(told),
    "a reason": house(sa.select(told), "breach"),
}


@pytest.mark.parametrize("case", UNBOUNDED)
def test_a_statement_that_does_not_say_whose_is_refused_when_it_is_prepared(case: str) -> None:
    """S20: before it runs for the first time, on either engine."""
    with pytest.raises(Unbounded):
        PREPARED.prepared(UNBOUNDED[case], {})


@pytest.mark.parametrize("case", BOUNDED)
def test_a_statement_that_says_whose_is_prepared(case: str) -> None:
    """S20."""
    check(BOUNDED[case])


def test_a_reason_is_one_of_the_list() -> None:
    """S20: nobody makes one up on the spot, here or past the function."""
    with pytest.raises(KeyError):
        house(sa.select(told), "because")
    with pytest.raises(Unbounded):
        check(sa.select(told).execution_options(house="because"))


def test_a_statement_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """S20: it costs nothing when it runs."""
    seen: list[object] = []
    monkeypatch.setattr(isolation, "check", seen.append)
    statements = Statements(sqlite.dialect())
    for _ in range(3):
        statements.prepared(testimonies.GET, {"this": "", "partner": ""})
    assert seen == [testimonies.GET]


def test_every_question_about_testimonies_names_the_partner_or_the_respondent() -> None:
    """S20: in the very words of SQL, whatever the check above believes."""
    questions = {
        name: re.sub(r"\s+", " ", str(statement.compile(dialect=sqlite.dialect())))
        for name, statement in (vars(testimonies) | vars(queue)).items()
        if isinstance(statement, (sa.Select, sa.Update)) and name.isupper() and not name.startswith("_")
    }
    assert len(questions) > 10
    open_to_all = {
        f"testimonies.{name}"
        for name, sql in questions.items()
        if not re.search(r"WHERE .*testimonies\.(partner|respondent) = \?", sql)
    }
    listed = EVERYBODYS["breach"] | EVERYBODYS["retention"] | EVERYBODYS["row"]
    assert open_to_all == {name for name in listed if re.match(r"testimonies\.[A-Z]", name)}
