"""What the public pages show: a row for each publication, filled by `bot/displaying.py`, gone with it (S31).

A page of the wall is found by one index, in its order; of words the next ones are looked through, so many at a
time, so that no search holds anybody up.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from bot.shown import Count, Counted, Page, Picture, Shown, Sought, Themed, Translation, place
from dialogs.letters import folded
from storage.isolation import house
from storage.rows import Rows, among, insert_once, this, word
from storage.tables import pictures, publications, shown, shown_themes, shown_translations

LOOKED = 1_000
"""Voices that are looked through for words in one transaction: some hundredths of a second."""

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
_READABLE = shown.c.since > word("")
"""One that may be read is public since some week; one that is found by its key is not asked by it, for the planner
would take the index of the wall.
"""


class holds(sa.sql.functions.GenericFunction[bool]):  # noqa: N801  (SQL names it so)
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


def _wanted(table: sa.Table, which: Any) -> Any:
    """Those of a table that are sought, after a place, in the order of the wall."""
    here, week = table.c, sa.bindparam("after_week", type_=sa.Text())
    return _public(
        sa.select(here.publication, here.since)
        .where(
            which,
            _any_or(here.country, "countries"),
            _any_or(here.language, "languages"),
            _any_or(here.form, "forms"),
            here.since <= week,
            sa.or_(here.since < week, here.publication < sa.bindparam("after_id", type_=sa.Text())),
        )
        .order_by(here.since.desc(), here.publication.desc())
    )


_ALL = _wanted(shown, _READABLE)
_ABOUT = _wanted(shown_themes, shown_themes.c.theme == sa.bindparam("theme", type_=sa.Text()))
_MOST: sa.BindParameter[int] = sa.bindparam("most", type_=sa.Integer())
ALL, ABOUT = (each.limit(_MOST) for each in (_ALL, _ABOUT))
_READS = shown_translations.c.language == sa.bindparam("reader", type_=sa.Text())


def _saying(table: sa.Table, *which: Any) -> Any:
    """Those of some that have these words."""
    words = (holds(table.c.folded, f"word{number}") for number in range(WORDS))
    return _public(sa.select(table.c.publication).where(among(table.c.publication, "these"), *words, *which))


SAYING, TRANSLATED_SAYING = _saying(shown), _saying(shown_translations, _READS)
THESE = _public(sa.select(*_READ).where(among(shown.c.publication, "these")))
THEIR_THEMES = _public(
    sa.select(shown_themes.c.publication, shown_themes.c.theme).where(
        among(shown_themes.c.publication, "these")
    )
)
THEIR_TRANSLATIONS = _public(
    sa.select(shown_translations.c.publication, shown_translations.c.language, shown_translations.c.text)
    .where(among(shown_translations.c.publication, "these"))
    .order_by(shown_translations.c.language)
)
THEIR_PHOTOS = _public(
    sa.select(pictures.c.publication, pictures.c.id, pictures.c.width, pictures.c.height).where(
        among(pictures.c.publication, "these"), pictures.c.width > sa.literal_column("0")
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
_NOTHING = dict.fromkeys(("form", "language", "country", "week", "since", "text", "folded"), "")
"""What a row says of which nothing can be read."""

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
_DROP_TRANSLATIONS = sa.delete(shown_translations).where(this(shown_translations.c.publication))
_ADD_TRANSLATION = sa.insert(shown_translations).inline()
_UNTRANSLATE = sa.delete(shown_translations).where(
    shown_translations.c.publication.in_(sa.select(publications.c.id).where(this(publications.c.testimony))),
    shown_translations.c.language == sa.bindparam("into"),
)
COUNTED = _public(
    sa.select(shown.c.country, shown.c.form, shown.c.week, sa.func.count().label("count"))
    .where(shown.c.week > word(""))
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
        self._connection.execute(_AWAIT, {"publication": publication, "rules": "", **_NOTHING})

    def look_again(self, testimony: str) -> None:
        """Something of this testimony changed: what is shown of it is made again."""
        self._connection.execute(_AGAIN, {"this": testimony})

    def untranslate(self, testimony: str, language: str) -> None:
        """Its translation into this language is read no more; what else is shown is looked at again."""
        self.look_again(testimony)
        self._connection.execute(_UNTRANSLATE, {"this": testimony, "into": language})

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
            copied = {name: row[name] for name in ("since", "week", "country", "language", "form")}
            self._connection.execute(_ADD_THEME, {"publication": voice.id, "theme": theme, **copied})
        for each in voice.translations:
            translated = {"language": each.language, "text": each.text, "folded": folded(each.text)}
            self._connection.execute(_ADD_TRANSLATION, {"publication": voice.id, **translated})
        return True

    def hide(self, id: str, rules: str) -> None:
        """Nothing of it can be read now."""
        self._save(id, {"rules": rules, **_NOTHING})

    def one(self, id: str) -> Shown | None:
        """The one that is shown by this id."""
        return next(iter(self._voices([id])), None)

    def found(self, sought: Sought, *, after: str = "", most: int) -> Page:
        """Those that are sought, the newest week first, after this place. For words the next LOOKED are looked through:
        a page with fewer than `most` may still have more after it.
        """
        week, last = place(after) or _LAST
        values: dict[str, Any] = {"after_week": week, "after_id": last, **_criteria(sought)}
        if sought.words:
            return self._searched(sought, values, most)
        rows = self._connection.execute(_statement(sought), {**values, "most": most + 1}).all()
        return self._page(rows[:most], rows[most - 1] if len(rows) > most else None)

    def counted(self) -> Counted:
        """How many are shown, exactly: to be rounded before anybody is told."""
        voices = self._connection.execute(COUNTED).all()
        themes = self._connection.execute(THEMED).all()
        return Counted(
            tuple(Count(row[0], row[1], row[2], row[3]) for row in voices),
            tuple(Themed(row[0], row[1], row[2]) for row in themes),
        )

    def _searched(self, sought: Sought, values: dict[str, Any], most: int) -> Page:
        """Those of the next voices that have these words."""
        words = [*sought.words[:WORDS], *[""] * WORDS][:WORDS]
        each = {f"word{number}": word for number, word in enumerate(words)}
        rows = self._connection.execute(_statement(sought), {**values, "most": LOOKED}).all()
        these = {"these": [row.publication for row in rows]}
        saying = set(self._connection.execute(SAYING, {**these, **each}).scalars())
        if sought.reader:
            translated = {**these, **each, "reader": sought.reader}
            saying.update(self._connection.execute(TRANSLATED_SAYING, translated).scalars())
        found = [row for row in rows if row.publication in saying]
        if len(found) > most:
            return self._page(found[:most], found[most - 1])
        return self._page(found, rows[-1] if len(rows) == LOOKED else None)

    def _page(self, rows: list[Any], last: Any | None = None) -> Page:
        """These rows as voices; `last`: after which there may be more."""
        voices = self._voices([row.publication for row in rows])
        return Page(tuple(voices), f"{last.since}.{last.publication}" if last is not None else "")

    def _voices(self, these: list[str]) -> list[Shown]:
        """These voices with their themes, translations and photos, in this order; without those that cannot be read."""
        if not these:
            return []
        themes: dict[str, list[str]] = {each: [] for each in these}
        for row in self._connection.execute(THEIR_THEMES, {"these": these}).all():
            themes[row.publication].append(row.theme)
        translated: dict[str, list[Translation]] = {each: [] for each in these}
        for row in self._connection.execute(THEIR_TRANSLATIONS, {"these": these}).all():
            translated[row.publication].append(Translation(row.language, row.text))
        photos = {
            row.publication: Picture(row.id, row.width, row.height)
            for row in self._connection.execute(THEIR_PHOTOS, {"these": these}).all()
        }
        rows = self._connection.execute(THESE, {"these": these}).all()
        read = {
            row.publication: _shown(
                row, themes[row.publication], translated[row.publication], photos.get(row.publication)
            )
            for row in rows
            if row.since
        }
        return [read[each] for each in these if each in read]

    def _save(self, id: str, row: dict[str, Any]) -> bool:
        new = {f"new_{name}": value for name, value in row.items()}
        saved = bool(self._connection.execute(_SAVE, {"this": id, **new}).rowcount)
        if saved:
            self._connection.execute(_DROP_THEMES, {"this": id})
            self._connection.execute(_DROP_TRANSLATIONS, {"this": id})
        return saved


def _statement(sought: Sought) -> Any:
    return ABOUT if sought.theme else ALL


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


def _shown(row: Any, themes: list[str], translations: list[Translation], photo: Picture | None) -> Shown:
    return Shown(
        row.publication,
        row.form,
        row.language,
        row.country,
        row.week,
        row.since,
        row.text,
        tuple(sorted(themes)),
        tuple(translations),
        photo,
    )
