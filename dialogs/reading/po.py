"""A form's texts out to translators as a PO catalog, and back in as further columns of its workbook."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from gettext import c2py
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from dialogs.reading.itext import LOCALES, language_code

Rows = Sequence[Mapping[str, str]]

NOTES = {
    "label": "What is asked or said. The first line is its short name where all answers are listed.",
    "hint": "In italics, under the question.",
    "guidance_hint": "Behind the button “Tell me more”.",
    "required_message": "Said when there is no answer yet.",
    "constraint_message": "Said when the answer does not fit.",
    "aliases": "Other words people may type for this choice, separated by semicolons; shown nowhere.",
}
"""The columns whose cells are words, and what translators are told of them."""

CHOICE = "Button, at most 40 characters, better 24."
HEADING = "Said once, before the questions that belong together."
NOTE = "Said on the way; it asks nothing."
ALIASES = "aliases"
"""The column, and the PO context, of words typed in place of a choice."""

COUNTRIES = "countries"
"""The choice list whose names come from the Unicode CLDR: nobody has to translate them."""

PLURALS = {
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);",
    **dict.fromkeys(("bn", "fr", "hi", "mg", "pt"), "nplurals=2; plural=(n > 1);"),
}
"""Plural rules of the Unicode CLDR, in gettext's words, where Babel's table of them says otherwise."""

_SOURCE = "en"
_WIDTH = 110
_MARKS = re.compile(r"\$?\{\w+\}|\*\*|</?\w+>|(?<![\w/])/[a-z]+\b|\w+\.(?:com|org|net|info)\b")
"""What a translation must say as the source does: what is filled in, markup, commands, addresses."""
_LIMIT = re.compile(r"at most (\d+) characters")
_BOILERPLATE = re.compile(
    rb'^"(?:Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date: YEAR|Last-Translator: FULL|Generated-By).*\n',
    re.MULTILINE,
)
_INVISIBLE = re.compile(r"[\u200e\u200f\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Translation:
    """One language of a form: its code, the name of its columns, its words, and the codes it falls back to."""

    code: str
    column: str
    words: Mapping[tuple[str, str], str] = field(default_factory=lambda: MappingProxyType({}))
    fallback: tuple[str, ...] = ()


@cache
def translations(folder: Path = LOCALES) -> tuple[Translation, ...]:
    """The languages of the built-in forms: those of `languages.toml` that are ready, with their `forms.po`."""
    listed = tomllib.loads((folder / "languages.toml").read_text("utf-8"))["language"]
    return tuple(
        Translation(
            row["code"],
            f"{row['english']} ({row['code']})",
            words_of(read(folder / row["code"] / "LC_MESSAGES" / "forms.po")),
            tuple(row.get("fallback", ())),
        )
        for row in listed
        if row["ready"] and row["code"] != _SOURCE
    )


def read(path: Path) -> Catalog:
    """A catalog from its file; an empty one where there is none. ValueError where the file is no PO file."""
    language = path.parent.parent.name if path.parent.name == "LC_MESSAGES" else None
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def written(catalog: Catalog) -> bytes:
    """A catalog as the text of its file, without the parts of a header that nobody filled in."""
    out = BytesIO()
    write_po(out, catalog, width=_WIDTH, include_lineno=False)
    return _BOILERPLATE.sub(b"", out.getvalue()).rstrip(b"\n") + b"\n"


def words_of(catalog: Catalog) -> dict[tuple[str, str], str]:
    """What a catalog says, by context and source text; what is empty or unsure (fuzzy) is left out."""
    return {
        (message.context or "", str(message.id)): str(message.string)
        for message in catalog
        if message.id and isinstance(message.id, str) and message.string and not message.fuzzy
    }


def gather(catalog: Catalog, sheets: Mapping[str, Rows], *, form: str, language: str = _SOURCE) -> None:
    """Add every text of a workbook in this language to a catalog, in the order in which a translator reads them.

    The same words are one entry. `sheets`: the rows of "survey" and "choices". A cell of a list whose names the CLDR
    has is left out.
    """
    for sheet, rows in sheets.items():
        for row in rows:
            if row.get("list_name") == COUNTRIES:
                continue
            for head, text in _texts(row, language):
                where = "/".join(filter(None, (form, row.get("list_name"), row.get("name"))))
                catalog.add(
                    text,
                    context=ALIASES if head == ALIASES else None,
                    auto_comments=[_note(sheet, row, head)],
                    locations=[(where, 0)],
                )


def fill(rows: Rows, into: Sequence[Translation], *, language: str = _SOURCE) -> list[dict[str, str]]:
    """Rows with a column for each further language; what has words already keeps them.

    `aliases` of all languages become one column: people may type any of them.
    """
    known = {each.code: each for each in into}
    filled: list[dict[str, str]] = []
    for row in rows:
        cells = dict(row)
        for head, text in _texts(row, language):
            context = ALIASES if head == ALIASES else ""
            for each in into:
                chain = (each, *(known[code] for code in each.fallback if code in known))
                said = next((w for one in chain if (w := one.words.get((context, text)))), "")
                if row.get("list_name") == COUNTRIES and head == "label":
                    said = _country(row["name"], (each.code, *each.fallback))
                if said:
                    cells.setdefault(f"{head}::{each.column}", said)
        aliases = [cells.pop(column) for column in list(cells) if column.startswith(f"{ALIASES}::")]
        if aliases:
            cells[ALIASES] = "; ".join(aliases)
        filled.append(cells)
    return filled


def _texts(row: Mapping[str, str], language: str) -> Iterator[tuple[str, str]]:
    """The cells of a row that are words in this language: the column without its language, and the text."""
    for column, cell in row.items():
        head, _, named = (part.strip() for part in column.partition("::"))
        head = head.lower().replace(" ", "_")
        if head in NOTES and cell and (not named or language_code(named) == language):
            yield head, cell


def _note(sheet: str, row: Mapping[str, str], head: str) -> str:
    if head == "label" and sheet == "choices":
        return CHOICE
    if head == "label" and row.get("type", "").startswith("begin"):
        return HEADING
    if head == "label" and row.get("type", "").strip() == "note":
        return NOTE
    return NOTES[head]


def _country(code: str, languages: Sequence[str]) -> str:
    for language in languages:
        if name := Locale.parse(language).territories.get(code):
            return str(name)
    return ""


def renewed(old: Catalog, source: Catalog, language: str) -> Catalog:
    """A language's catalog with the entries, the order and the notes of the source.

    What the source no longer says is dropped. What it says in other words, in slightly another key or in another
    wording of the same key (IN_ENGLISH), keeps its translation, marked as unsure (fuzzy) and not used until somebody
    has read it.
    """
    name = str(Locale.parse(language, sep="-").english_name)
    new = Catalog(
        locale=language,
        project="Voices",
        version="1",
        header_comment=source.header_comment.replace("in English.", f"in {name}."),
        language_team=name,
        fuzzy=False,
    )
    if language in PLURALS:
        new.mime_headers = [("Plural-Forms", PLURALS[language])]
    new.update(old, no_fuzzy_matching=True)
    new.update(_emptied(source))
    new.obsolete.clear()
    for message in new:
        before = old.get(message.id, context=message.context) if message.id else None
        if before is not None and all(_said(before)) and _in_english(before) != _in_english(message):
            message.flags.add("fuzzy")
    return new


IN_ENGLISH = "In English: "
"""Begins the last note of an entry whose English wording is not its key."""


def _in_english(message: Message) -> str:
    """The English wording an entry was translated from, as its notes say; "" where that is its key."""
    notes = " ".join(message.auto_comments)
    return notes.partition(IN_ENGLISH)[2]


def _wording(message: Message) -> list[str]:
    said = " / ".join(_said(message))
    key = message.id if isinstance(message.id, str) else " / ".join(message.id)
    if not said.strip(" /") or said == key or message.context in ("synonyms", ALIASES):
        return []
    return [IN_ENGLISH + " ".join(said.split())]


def _emptied(source: Catalog) -> Catalog:
    template = Catalog()
    for message in source:
        if message.id:
            template.add(
                message.id,
                locations=message.locations,
                flags=message.flags,
                auto_comments=[*message.auto_comments, *_wording(message)],
                context=message.context,
            )
    return template


# -- faults -----------------------------------------------------------------------------------------------------------


def missing(catalog: Catalog) -> list[str]:
    """The entries nobody has translated, or of which nobody is sure."""
    return [_key(message) for message in catalog if message.id and (message.fuzzy or not all(_said(message)))]


def faults(catalog: Catalog) -> list[str]:
    """What is wrong with the translations there are, a sentence each: the entry, what, and what to do."""
    return [
        f"“{_key(message)}”: {fault}"
        for message in catalog
        if message.id and not message.fuzzy and all(_said(message))
        for fault in _faults(catalog, message)
    ]


def _faults(catalog: Catalog, message: Message) -> Iterator[str]:
    sources = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
    limits = [int(found) for note in message.auto_comments for found in _LIMIT.findall(note)]
    said = _said(message)
    if len(sources) > 1 and len(said) != catalog.num_plurals:
        yield f"it needs {catalog.num_plurals} plural forms"
    for number, text in enumerate(said):
        if text != text.strip():
            yield "it begins or ends with a blank: take it away"
        if message.context in ("synonyms", ALIASES):
            continue
        yield from _marks(sources[-1], text, exact=len(sources) > 1 and _names_one(catalog, number))
        if text.count("\n") != sources[-1].count("\n"):
            yield f"it has {text.count(chr(10)) + 1} lines, the source {sources[-1].count(chr(10)) + 1}"
        yield from (
            f"it has {len(_INVISIBLE.sub('', text))} characters: at most {limit}"
            for limit in limits
            if len(_INVISIBLE.sub("", text)) > limit
        )


def _marks(source: str, text: str, *, exact: bool) -> Iterator[str]:
    wanted, found = sorted(_MARKS.findall(source)), sorted(_MARKS.findall(text))
    lost = [mark for mark in wanted if wanted.count(mark) > found.count(mark)]
    added = [mark for mark in found if found.count(mark) > wanted.count(mark)]
    if lost and not exact:
        yield f"it lacks {lost[0]}: write it as it is"
    if added:
        yield f"the source has no {added[0]}: take it away"


def _names_one(catalog: Catalog, form: int) -> bool:
    """Whether a plural form speaks of one number alone ("no voice"), so that the number may be left out."""
    rule = c2py(catalog.plural_expr)
    return sum(rule(number) == form for number in range(200)) == 1


def _said(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def _key(message: Any) -> str:
    return str(message.id if isinstance(message.id, str) else message.id[0])
