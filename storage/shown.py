"""What the public pages show: a row for each publication, filled by `bot/displaying.py`, gone with it (S31).

A page of the wall is found by one index, in its order; of words the newest are looked through, so many at a time, so
that no search holds anybody up.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from bot.shown import Count, Counted, Page, Shown, Sought, Themed, place
from dialogs.letters import folded
from storage.isolation import house
from storage.rows import Rows, among, insert_once, this
from storage.tables import publications, shown, shown_themes

SEARCHED = 20_000
"""Voices that one search looks through at most: some twenty thousandths of a second."""

WORDS = 4
"""Words of a search that count."""

_LAST = ("9999", "")
_READ = (
    shown.c.publication,
    shown.c.form,
    shown.c.language,
    shown.c.country,
    shown.c.week,
    shown.c.since,
    shown.c.text,
)
_READABLE = sa.text("shown.text IS NOT NULL")


class holds(sa.sql.functions.GenericFunction[bool]):  # noqa: N801
    """Whether a column has these words somewhere in it, letter for letter; no words are in every one."""

    type = sa.Boolean()
    inherit_cache = True

    def __init__(self, column: sa.ColumnElement[str], name: str) -> None:
        super().__init__(column, sa.bindparam(name, type_=sa.Text()))


@compiles(holds, "sqlite")
def _holds_sqlite(element: holds, compiler: Any, **options: Any) -> str:
    column, words = (compiler.process(each, **options) for each in element.clauses)
    return f"instr({column}, {words}) > 0"


@compiles(holds, "postgresql")
def _holds_postgresql(element: holds, compiler: Any, **options: Any) -> str:
    column, words = (compiler.process(each, **options) for each in element.clauses)
    return f"strpos({column}, CAST({words} AS text)) > 0"


def _public(statement: Any) -> Any:
    return house(statement, "public")


def _any_or(column: sa.ColumnElement[str], name: str) -> sa.ColumnElement[bool]:
    return sa.or_(sa.bindparam(f"any_{name}", type_=sa.Boolean()), among(column, name))


def _after(since: sa.ColumnElement[str], publication: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """After a place, in the order of the wall."""
    week = sa.bindparam("after_week", type_=sa.Text())
    return sa.and_(
        since <= week, sa.or_(since < week, publication < sa.bindparam("after_id", type_=sa.Text()))
    )


_OURS = (
    _READABLE,
    _any_or(shown.c.country, "countries"),
    _any_or(shown.c.language, "languages"),
    _any_or(shown.c.form, "forms"),
)
_ALL = _public(
    sa.select(shown.c.publication, shown.c.since)
    .where(*_OURS, _after(shown.c.since, shown.c.publication))
    .order_by(shown.c.since.desc(), shown.c.publication.desc())
)
_ABOUT = _public(
    sa.select(shown_themes.c.publication, shown_themes.c.since)
    .select_from(shown_themes.join(shown, shown.c.publication == shown_themes.c.publication))
    .where(
        shown_themes.c.theme == sa.bindparam("theme", type_=sa.Text()),
        *_OURS,
        _after(shown_themes.c.since, shown_themes.c.publication),
    )
    .order_by(shown_themes.c.since.desc(), shown_themes.c.publication.desc())
)
_MOST: sa.BindParameter[int] = sa.bindparam("most", type_=sa.Integer())
ALL, ABOUT = (each.limit(_MOST) for each in (_ALL, _ABOUT))
ENDS = {
    bool(theme): each.limit(1).offset(sa.bindparam("looked", type_=sa.Integer()))
    for theme, each in (("", _ALL), ("theme", _ABOUT))
}
"""The last of those that one search looks through, by whether a theme is sought."""


def _searched(window: Any) -> Any:
    within = window.limit(sa.bindparam("looked", type_=sa.Integer())).subquery("within")
    return _public(
        sa.select(within.c.publication, within.c.since)
        .select_from(within.join(shown, shown.c.publication == within.c.publication))
        .where(*(holds(shown.c.folded, f"word{number}") for number in range(WORDS)))
        .order_by(within.c.since.desc(), within.c.publication.desc())
        .limit(_MOST)
    )


SEARCH = {False: _searched(_ALL), True: _searched(_ABOUT)}
THESE = _public(sa.select(*_READ).where(among(shown.c.publication, "these"), _READABLE))
THEIR_THEMES = _public(
    sa.select(shown_themes.c.publication, shown_themes.c.theme).where(
        among(shown_themes.c.publication, "these")
    )
)
_RULES: sa.BindParameter[str] = sa.bindparam("by", type_=sa.Text())
STALE = tuple(
    _public(
        sa.select(shown.c.publication)
        .where(other)
        .order_by(shown.c.rules)
        .limit(_MOST)
        .with_for_update(skip_locked=True)
    )
    for other in (shown.c.rules < _RULES, shown.c.rules > _RULES)
)
_AWAIT = insert_once(shown, shown.c.publication)
_AGAIN = (
    sa.update(shown)
    .where(shown.c.publication.in_(sa.select(publications.c.id).where(this(publications.c.testimony))))
    .values(rules="")
)
_SAVE = (
    sa.update(shown)
    .where(this(shown.c.publication))
    .values(
        {
            name: sa.bindparam(f"new_{name}")
            for name in ("rules", "form", "language", "country", "week", "since", "text", "folded")
        }
    )
)
_DROP_THEMES = sa.delete(shown_themes).where(this(shown_themes.c.publication))
_ADD_THEME = insert_once(shown_themes, shown_themes.c.publication, shown_themes.c.theme)
COUNTED = _public(
    sa.select(shown.c.country, shown.c.form, shown.c.week, sa.func.count().label("count"))
    .where(_READABLE)
    .group_by(shown.c.country, shown.c.form, shown.c.week)
)
THEMED = _public(
    sa.select(shown_themes.c.theme, shown_themes.c.week, sa.func.count().label("count")).group_by(
        shown_themes.c.theme, shown_themes.c.week
    )
)


class ShownVoices(Rows):
    """The ShownVoices port, and what other repositories ask of it."""

    __slots__ = ()

    def await_look(self, publication: str) -> None:
        """A publication is there: it is shown once it was looked at."""
        empty = dict.fromkeys(("rules", "form", "language", "country", "week", "since", "folded"), "")
        self._connection.execute(_AWAIT, {"publication": publication, "text": None, **empty})

    def look_again(self, testimony: str) -> None:
        """Something of this testimony changed: what is shown of it is made again."""
        self._connection.execute(_AGAIN, {"this": testimony})

    def stale(self, rules: str, most: int) -> list[str]:
        """The publications that were not looked at by these rules yet, those never looked at first."""
        found: list[str] = []
        for statement in STALE:
            values = {"by": rules, "most": most - len(found)}
            found += self._connection.execute(statement, values).scalars() if len(found) < most else []
        return found

    def show(self, voice: Shown, rules: str) -> bool:
        """Everybody may read it from now on; False where it is public no more."""
        row = {
            "rules": rules,
            "form": voice.form,
            "language": voice.language,
            "country": voice.country,
            "week": voice.week,
            "since": voice.since,
            "text": voice.text,
            "folded": folded(voice.text),
        }
        if not self._save(voice.id, row):
            return False
        for theme in dict.fromkeys(voice.themes):
            values = {"publication": voice.id, "theme": theme, "since": voice.since, "week": voice.week}
            self._connection.execute(_ADD_THEME, values)
        return True

    def hide(self, id: str, rules: str) -> None:
        """Nothing of it can be read now."""
        empty = dict.fromkeys(("form", "language", "country", "week", "since", "folded"), "")
        self._save(id, {"rules": rules, "text": None, **empty})

    def one(self, id: str) -> Shown | None:
        """The one that is shown by this id."""
        return next(iter(self._voices([id])), None)

    def found(self, sought: Sought, *, after: str = "", most: int) -> Page:
        """Those that are sought, the newest week first, after this place; of words, so many at a time are looked
        through, and a page with less than `most` may still have more after it.
        """
        week, last = place(after) or _LAST
        values: dict[str, Any] = {"after_week": week, "after_id": last, **_criteria(sought)}
        if sought.words:
            return self._searched(sought, values, most)
        statement = ABOUT if sought.theme else ALL
        rows = self._connection.execute(statement, {**values, "most": most + 1}).all()
        voices = self._voices([row.publication for row in rows[:most]])
        return Page(tuple(voices), voices[-1].place if voices and len(rows) > most else "")

    def counted(self) -> Counted:
        """How many are shown, exactly: to be rounded before anybody is told."""
        voices = self._connection.execute(COUNTED).all()
        themes = self._connection.execute(THEMED).all()
        return Counted(
            tuple(Count(row[0], row[1], row[2], row[3]) for row in voices),
            tuple(Themed(row[0], row[1], row[2]) for row in themes),
        )

    def _searched(self, sought: Sought, values: dict[str, Any], most: int) -> Page:
        words = [*sought.words[:WORDS], *[""] * WORDS][:WORDS]
        each = {f"word{number}": word for number, word in enumerate(words)}
        search = SEARCH[bool(sought.theme)]
        rows = self._connection.execute(
            search, {**values, **each, "looked": SEARCHED, "most": most + 1}
        ).all()
        voices = self._voices([row.publication for row in rows[:most]])
        if len(rows) > most:
            return Page(tuple(voices), voices[-1].place)
        end = self._connection.execute(ENDS[bool(sought.theme)], {**values, "looked": SEARCHED - 1}).first()
        return Page(tuple(voices), f"{end.since}.{end.publication}" if end else "")

    def _voices(self, these: list[str]) -> list[Shown]:
        """These voices with their themes, in this order; without those that cannot be read."""
        if not these:
            return []
        themes: dict[str, list[str]] = {each: [] for each in these}
        for row in self._connection.execute(THEIR_THEMES, {"these": these}).all():
            themes[row.publication].append(row.theme)
        rows = self._connection.execute(THESE, {"these": these}).all()
        read = {row.publication: _shown(row, themes[row.publication]) for row in rows}
        return [read[each] for each in these if each in read]

    def _save(self, id: str, row: dict[str, Any]) -> bool:
        new = {f"new_{name}": value for name, value in row.items()}
        saved = bool(self._connection.execute(_SAVE, {"this": id, **new}).rowcount)
        if saved:
            self._connection.execute(_DROP_THEMES, {"this": id})
        return saved


def _criteria(sought: Sought) -> dict[str, Any]:
    criteria: dict[str, Any] = {
        "languages": [sought.language],
        "any_languages": not sought.language,
        "forms": [sought.form],
        "any_forms": not sought.form,
        "countries": sought.countries,
        "any_countries": not sought.countries,
    }
    return criteria | ({"theme": sought.theme} if sought.theme else {})


def _shown(row: Any, themes: list[str]) -> Shown:
    return Shown(
        row.publication,
        row.form,
        row.language,
        row.country,
        row.week,
        row.since,
        row.text,
        tuple(sorted(themes)),
    )
