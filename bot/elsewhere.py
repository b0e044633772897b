"""Elsewhere: what people published before there was this bot, as rows of a table; read into posts by a mapping. Pure.

A mapping is a TOML file (docs/import.md): which column holds what, what holds for all rows, how a table's words are
called here, and on which statement about consent it may be used. Everything that is wrong is told at once.
"""

import contextlib
import hashlib
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from bot.people import PURPOSES
from dialogs.answer import MAX_TEXT, canonical
from dialogs.form import Form
from dialogs.letters import folded

STATEMENT = "published elsewhere"
"""What a mapping must state of consent: word for word, so that nobody brings anything in unaware."""

VERSION = "published-elsewhere/1"
"""Where `people.Consent.source` names a form: by which words it is used. Other words get another number."""

WORDS: Mapping[str, str] = {
    "keep": "Its author published this where others could read it: {source}. It is kept and read for {partner}. Nobody"
    " asked its author for this; it is taken out as soon as they say so.",
    "share": "Its author published this where others could read it: {source}. It is shared with partners, without any"
    " name.",
    "publish": "Its author published this where others could read it: {source}. It is published once more, without any"
    " name, after two people have looked at it.",
    "quote": "Its author published this where others could read it: {source}. It is quoted in reports, without any"
    " name, after two people have looked at it.",
}
"""On what words each purpose rests; nobody may ever be contacted."""

COLUMNS = ("text", "language", "country", "date", "themes", "source", "link", "author", "form")
ALWAYS = ("language", "country", "source", "form")
CALLED = ("languages", "countries", "themes", "forms")
TOP = ("columns", "always", "consent", *CALLED, "sheet", "separator", "date_format")

EARLIEST = date(2000, 1, 1)
"""Nothing was told before; a date that says so was read wrongly."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that cannot be brought in as it is: where (row and column of the table, "" of the mapping), why, and
    what to do.
    """

    row: int | None
    column: str
    cause: str
    remedy: str

    def __str__(self) -> str:
        place = ", ".join(filter(None, (f"row {self.row}" if self.row else "", self.column)))
        cause = self.cause if place else f"{self.cause[0].upper()}{self.cause[1:]}"
        return f"{f'{place}: ' if place else ''}{cause}. {self.remedy}."


class Unusable(ValueError):
    """A table or a mapping that cannot be used; `mistakes` says everything that is wrong."""

    def __init__(self, *mistakes: Wrong) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Reader:
    """How a table is read, as a mapping says. `columns`: what → its header; `always`: what holds for rows that say
    nothing; `called`: by kind, what the table calls it (`folded`) → our code; `allows`: the purposes it is used
    for.
    """

    columns: Mapping[str, str]
    always: Mapping[str, str]
    called: Mapping[str, Mapping[str, str]]
    allows: tuple[str, ...]
    sheet: str = ""
    separator: str = ";"
    date_format: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """One row: a voice that was published elsewhere. `key`: by which the same row is known again; `author`: theirs, in
    whatever way the table names them, "" where it does not: neither is ever kept.
    """

    row: int
    form: str
    text: str
    language: str
    country: str
    day: date | None
    themes: tuple[str, ...]
    source: str
    key: str
    author: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What there is here to be named: languages, countries, themes by form, each by all its names, `folded`."""

    forms: Mapping[str, Form]
    languages: Mapping[str, str]
    countries: Mapping[str, str]
    themes: Mapping[str, Mapping[str, str]]
    today: date


def reader(text: str) -> Reader:
    """How a table is read, as the mapping in a TOML file says. Unusable."""
    mistakes = _Mistakes()
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise Unusable(Wrong(None, "", f"this is no TOML ({fault})", "See docs/import.md")) from fault
    for key in told.keys() - set(TOP):
        mistakes.add(key, "there is no such key", f"The keys here are {', '.join(TOP)}")
    columns = _table(told, "columns", COLUMNS, mistakes)
    always = _table(told, "always", ALWAYS, mistakes)
    called = {kind: _table(told, kind, None, mistakes) for kind in CALLED}
    if "text" not in columns:
        mistakes.add("columns.text", "no column is named as the text", 'Write text = "…" under [columns]')
    for needed in ("language", "source"):
        if needed not in columns and needed not in always:
            remedy = f"Name its column under [columns], or write {needed} under [always]"
            mistakes.add(f"columns.{needed}", f"nothing says the {needed}", remedy)
    allows = _consent(told, mistakes)
    plain = {key: told.get(key, "") for key in ("sheet", "separator", "date_format")}
    for key, value in plain.items():
        if not isinstance(value, str):
            mistakes.add(key, "this is no text", f'Write {key} = "…"')
    mistakes.told()
    small = {kind: {folded(each): code for each, code in words.items()} for kind, words in called.items()}
    return Reader(
        columns, always, small, allows, plain["sheet"], plain["separator"] or ";", plain["date_format"]
    )


def posts(rows: Sequence[Sequence[str]], by: Reader, known: Known) -> list[Post]:
    """The posts in a table, its first row the headers; empty rows are left out. Unusable with all that is wrong."""
    found = _Reading(by, known)
    at = found.headers(rows[0] if rows else [])
    for number, row in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in row):
            found.row(number, {what: row[n] if n < len(row) else "" for what, n in at.items()})
    if not found.posts and not found.mistakes:
        found.wrong(None, "", "there is no row in it", "Look whether this is the right sheet")
    found.mistakes.told()
    return found.posts


def sheet_of(sheets: Mapping[str, Sequence[Sequence[str]]], by: Reader) -> Sequence[Sequence[str]]:
    """The sheet the mapping names, else the first one with the column of the text, else the first. Unusable."""
    if by.sheet:
        if by.sheet not in sheets:
            names = ", ".join(f"“{each}”" for each in sheets)
            raise Unusable(Wrong(None, by.sheet, "there is no such sheet", f"There are {names}"))
        return sheets[by.sheet]
    text = folded(by.columns["text"])
    with_it = (rows for rows in sheets.values() if rows and text in map(folded, rows[0]))
    return next(with_it, next(iter(sheets.values()), []))


def wording(purpose: str, source: str, partner: str) -> str:
    """The hash of the words on which a purpose rests (as `people.Consent.wording`)."""
    words = WORDS[purpose].format(source=source, partner=partner)
    return hashlib.sha256(words.encode()).hexdigest()


class _Mistakes(list[Wrong]):
    """All that is wrong so far."""

    def add(self, column: str, cause: str, remedy: str, row: int | None = None) -> None:
        self.append(Wrong(row, column, cause, remedy))

    def told(self) -> None:
        """Unusable, where there is any."""
        if self:
            raise Unusable(*self)


def _table(
    told: Mapping[str, Any], name: str, keys: Collection[str] | None, mistakes: _Mistakes
) -> dict[str, str]:
    """One table of a mapping: texts by its keys."""
    found = told.get(name, {})
    if not isinstance(found, dict):
        mistakes.add(name, "this is no table", f"Write it as [{name}]")
        return {}
    for key, value in found.items():
        if keys is not None and key not in keys:
            mistakes.add(f"{name}.{key}", "there is no such key", f"The keys here are {', '.join(keys)}")
        elif not isinstance(value, str):
            mistakes.add(f"{name}.{key}", "this is no text", 'Write it as "…"')
    return {key: value for key, value in found.items() if isinstance(value, str)}


def _consent(told: Mapping[str, Any], mistakes: _Mistakes) -> tuple[str, ...]:
    """The purposes the mapping states consent for; "keep" always."""
    found = told.get("consent", {})
    if not isinstance(found, dict) or found.get("statement") != STATEMENT:
        mistakes.add(
            "consent.statement",
            "it does not say that all of this was published elsewhere by its authors",
            f'If it was, write statement = "{STATEMENT}" under [consent]; if not, it may not be brought in',
        )
        return ()
    for key in found.keys() - {"statement", "allows"}:
        mistakes.add(f"consent.{key}", "there is no such key", "The keys here are statement, allows")
    allows = found.get("allows", [])
    if not isinstance(allows, list) or not set(map(str, allows)) <= set(WORDS):
        remedy = f"Write some of {', '.join(WORDS)}; nobody may be contacted"
        mistakes.add("consent.allows", "this is no list of purposes", remedy)
        return ()
    return tuple(each for each in PURPOSES if each == "keep" or each in allows)


@dataclass(slots=True)
class _Reading:
    """A table under way, and every mistake found in it."""

    by: Reader
    known: Known
    posts: list[Post] = field(default_factory=list)
    mistakes: _Mistakes = field(default_factory=_Mistakes)
    seen: dict[str, Post] = field(default_factory=dict)

    def wrong(self, row: int | None, column: str, cause: str, remedy: str) -> None:
        self.mistakes.add(column, cause, remedy, row)

    def headers(self, head: Sequence[str]) -> dict[str, int]:
        """Where each column stands."""
        there = {folded(each): n for n, each in reversed(list(enumerate(head)))}
        at = {}
        for what, header in self.by.columns.items():
            if folded(header) in there:
                at[what] = there[folded(header)]
            else:
                names = ", ".join(f"“{each}”" for each in head if each) or "none"
                self.wrong(1, header, "there is no such column", f"The table has {names}; name it as it is")
        return at

    def row(self, number: int, cells: Mapping[str, str]) -> None:
        before = len(self.mistakes)
        told = {what: canonical(cell).strip() for what, cell in cells.items()}
        for what, value in self.by.always.items():
            told[what] = told.get(what) or value
        form = self._named(number, "form", told.get("form", "") or "testimony", "forms", self._forms())
        post = Post(
            number,
            form,
            self._text(number, told.get("text", "")),
            self._named(number, "language", told.get("language", ""), "languages", self.known.languages),
            self._named(number, "country", told.get("country", ""), "countries", self.known.countries)
            if told.get("country")
            else "",
            self._day(number, told.get("date", "")),
            self._themes(number, told.get("themes", ""), form),
            told.get("source", ""),
            "",
            told.get("author", ""),
        )
        if not post.source:
            self.wrong(
                number,
                self._column("source"),
                "it does not say where this was published",
                "Write it there, or under [always]",
            )
        if len(self.mistakes) == before:
            self._add(post, told.get("link", ""))

    def _add(self, post: Post, link: str) -> None:
        """Keep a post under its key: its link where it has one, else all that it says."""
        day = post.day.isoformat() if post.day else ""
        said = [link] if link else [post.source, day, post.author, post.text]
        key = "\0".join(said)
        twin = self.seen.get(key)
        if twin is None:
            self.seen[key] = post
            self.posts.append(replace(post, key=key))
        elif twin.text != post.text:
            self.wrong(
                post.row,
                self._column("link"),
                f"it has the link of row {twin.row} and says something else",
                "Give each post a link of its own, or leave one of them out",
            )

    def _text(self, number: int, text: str) -> str:
        if not text:
            self.wrong(number, self._column("text"), "there is no text", "Write it, or leave the row out")
        if len(text) > MAX_TEXT:
            self.wrong(
                number,
                self._column("text"),
                f"the text has {len(text)} characters; {MAX_TEXT} are kept at most",
                "Make two rows of it",
            )
        if "\N{REPLACEMENT CHARACTER}" in text:
            self.wrong(
                number,
                self._column("text"),
                "some characters cannot be read",
                "Save the file as a workbook, or as CSV in UTF-8",
            )
        return text

    def _named(self, number: int, what: str, said: str, kind: str, known: Mapping[str, str]) -> str:
        """Our code for what the table calls something."""
        called = self.by.called[kind].get(folded(said), said)
        code = known.get(folded(called), "")
        if not code:
            self.wrong(
                number,
                self._column(what),
                f"“{said}” is no {what} we know" if said else f"there is no {what}",
                f"Say what it is under [{kind}]" if said else f"Write it there, or {what} under [always]",
            )
        return code

    def _themes(self, number: int, said: str, form: str) -> tuple[str, ...]:
        """Our codes; what the mapping calls "" is left out."""
        known = self.known.themes.get(form, {})
        found: dict[str, None] = {}
        for each in filter(None, map(str.strip, said.split(self.by.separator))):
            called = self.by.called["themes"].get(folded(each))
            for one in [each] if called is None else called.split():
                if code := known.get(folded(one), ""):
                    found[code] = None
                else:
                    self.wrong(
                        number,
                        self._column("themes"),
                        f"“{one}” is no theme of the form {form or 'testimony'}",
                        'Say under [themes] which it is, or "" to leave it out; there are '
                        + (", ".join(dict.fromkeys(known.values())) or "none"),
                    )
        return tuple(found)

    def _day(self, number: int, said: str) -> date | None:
        if not said:
            return None
        day = _day(said, self.by.date_format)
        if day is None or not EARLIEST <= day <= self.known.today:
            self.wrong(
                number,
                self._column("date"),
                f"“{said}” is no day up to today",
                'Write days as 2020-04-03, or say how they are written: date_format = "%d/%m/%Y"',
            )
        return day

    def _forms(self) -> dict[str, str]:
        return {folded(each): each for each in self.known.forms}

    def _column(self, what: str) -> str:
        return self.by.columns.get(what, what)


def _day(said: str, written: str) -> date | None:
    """A day as the mapping says it is written, or as ISO has it, with an hour or without; None where it is none."""
    for how, text in ((written, said), ("%Y-%m-%d", re.split("[T ]", said)[0])):
        with contextlib.suppress(ValueError):
            if how:
                return datetime.strptime(text, how).date()  # noqa: DTZ007  (a day has no zone)
    return None
