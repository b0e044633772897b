"""What the bot says, in each language: catalogs, plurals, dates, and the fallback from language to language."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from bot.speech import Day, Sentence
from dialogs.answer import canonical, folded

LOCALES = Path(__file__).parent.parent / "locales"
DOMAINS = ("chat", "desk", "authors", "pages", "report")
SYNONYMS = "synonyms"
"""The context of the entries that list words typed in place of a tap, separated by "|"."""

FALLBACK = "en"
"""The language of the message ids: what every other falls back to."""

LABELS = {
    "yes": "Yes",
    "no": "No",
    "back": "Back",
    "skip": "Skip",
    "stop": "Stop",
    "done": "Done",
    "more": "Tell me more",
    "send": "Send",
}
"""The button that says each meaning: its label, typed, means the same."""

REGIONS = (
    *("Côte d’Ivoire", "Central Africa", "English-speaking Africa", "Madagascar", "South Asia"),
    *("Asia Pacific", "North America", "Latin America", "Europe", "Lebanon"),
)
"""The regions of deploy/partners.toml: what they are called is in the catalog `pages`."""

FSI, PDI, LRM, RLM = "\u2068", "\u2069", "\u200e", "\u200f"
"""Unicode: first strong isolate and its end; the marks of the two directions."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")

_TODAY: Mapping[str, str] = get_global("zone_aliases")
"""The name that each zone of a former name has today."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the list: its code, its name in itself and in English, and whether the bot speaks it yet.

    `vouched_by`: who checked its words; empty for a machine draft. `fallback`: the languages whose words it takes, one
    after the other, where it has none of its own; English comes last always.
    """

    code: str
    name: str
    english: str
    direction: str = "ltr"
    vouched_by: str = ""
    ready: bool = False
    fallback: tuple[str, ...] = ()


def listed(folder: Path = LOCALES) -> list[Language]:
    """The one list of languages, `languages.toml`, in its order."""
    rows = tomllib.loads((folder / "languages.toml").read_text(encoding="utf-8"))["language"]
    return [_language(row) for row in rows]


def _folded(words: str) -> str:
    return folded(words) or words.strip()


def strong(text: str) -> Iterator[str]:
    """The directions ("ltr" or "rtl") of the letters of a text, in order."""
    for character in text:
        match unicodedata.bidirectional(character):
            case "L":
                yield "ltr"
            case "R" | "AL":
                yield "rtl"


class Words:
    """What the bot says in one language."""

    def __init__(self, language: Language, domains: Mapping[str, NullTranslations]) -> None:
        self.language = language.code
        self.direction = language.direction
        self._domains = domains
        self._locale = _locale(language.code)

    def say(self, sentence: Sentence) -> str:
        """The sentence in this language, its values put in and isolated; plain text, nothing in it is markup.

        A sentence no catalog has is said as it stands. Dates are written out; a day, never a time (S6).
        """
        text = self._translated(sentence)
        if "{" not in text:
            return text
        values = {"count": sentence.count} | dict(sentence.values)
        return _PLACEHOLDER.sub(
            lambda found: self._value(values[found[1]]) if found[1] in values else found[0], text
        )

    def meanings(self) -> dict[str, str]:
        """The words (folded) that may be typed in place of a tap, and what each means (LABELS)."""
        catalog = self._domains["chat"]
        meanings: dict[str, str] = {}
        for meaning, label in LABELS.items():
            synonyms = catalog.pgettext(SYNONYMS, meaning)
            for synonym in (*synonyms.split("|"), catalog.gettext(label)):
                meanings.setdefault(_folded(synonym), meaning)
        return meanings

    def short_day(self, day: date) -> str:
        """A day as a button bears it: its weekday, its number and its month."""
        return str(format_skeleton("MMMEd", day, locale=self._locale))

    def month(self, day: date) -> str:
        """The month of a day and its year, where it stands by itself."""
        return str(format_skeleton("yMMMM", day, locale=self._locale))

    def number(self, value: int) -> str:
        """A whole number as it is written in this language."""
        return str(format_decimal(value, locale=self._locale))

    def date(self, day: date) -> str:
        """A day, written out in this language."""
        return str(format_date(day, format="long", locale=self._locale))

    def name_of(self, language: str) -> str:
        """What a language is called in this one; "" where nobody knows."""
        return str(self._locale.languages.get(language, ""))

    def country(self, code: str) -> str:
        """What a country (ISO 3166) is called in this language; "" where nobody knows."""
        return str(self._locale.territories.get(code, ""))

    def region(self, name: str) -> str:
        """What a region is called in this language: one of REGIONS; any other stands as it was written."""
        return self._domains["pages"].gettext(name) if name in REGIONS else name

    def weekday(self, number: int) -> str:
        """What a day of the week is called where it stands by itself; 0 is Monday."""
        return str(self._locale.days["stand-alone"]["wide"][number])

    def city(self, zone: str) -> str:
        """What the city of a zone is called in this language; where nobody knows, as IANA writes it.

        Asked of the locale itself: Babel's own function knows no zone by the name CLDR has for it ("Europe/Kiev").
        """
        today = _TODAY.get(zone, zone)
        former = (name for name, renamed in _TODAY.items() if renamed == today)
        for name in (zone, today, *former):
            if city := self._locale.time_zones.get(name, {}).get("city"):
                return str(city)
        return today.rpartition("/")[2].replace("_", " ")

    def isolated(self, text: str) -> str:
        """A text set apart from the words around it, line by line, where its direction differs from theirs (S13).

        Signs that would be mirrored and no letter, as ")", are written from left to right.
        """
        directions = set(strong(text)) or {"ltr" for sign in text if unicodedata.mirrored(sign)}
        if directions <= {self.direction}:
            return text
        return "\n".join(f"{FSI}{line}{PDI}" for line in text.split("\n"))

    def marked(self, line: str) -> str:
        """A line of our own words that is read in this language's direction, whatever it begins with."""
        apart = 0
        for character in line:
            if character == FSI:
                apart += 1
            elif character == PDI:
                apart -= 1
            elif not apart:
                for direction in strong(character):
                    if direction == self.direction:
                        return line
                    return (RLM if self.direction == "rtl" else LRM) + line
        return RLM + line if self.direction == "rtl" and line else line

    def _translated(self, sentence: Sentence) -> str:
        catalog, text, plural = self._domains[sentence.domain], sentence.text, sentence.plural
        match sentence.context, sentence.count:
            case "", None:
                return catalog.gettext(text)
            case context, None:
                return catalog.pgettext(context, text)
            case "", int(count):
                return catalog.ngettext(text, plural or text, count)
            case context, int(count):
                return catalog.npgettext(context, text, plural or text, count)

    def _value(self, value: Any) -> str:
        match value:
            case Sentence():
                return self.say(value)
            case Day(iso):
                return self.date(date.fromisoformat(iso))
            case datetime():
                return self.date(value.date())
            case date():
                return self.date(value)
            case tuple() | list():
                return str(format_list([self._value(item) for item in value], "standard", self._locale))
            case _:
                return self.isolated(canonical(str(value)))


class Catalogs:
    """Every language the bot may speak, read once at start."""

    def __init__(self, languages: Mapping[str, Language], words: Mapping[str, Words]) -> None:
        self.languages = tuple(languages.values())
        self._words = words
        self._meanings = {code: spoken.meanings() for code, spoken in words.items()}

    @classmethod
    def read(cls, folder: Path = LOCALES) -> "Catalogs":
        """Read `languages.toml` and the catalogs beside it, compiled in memory."""
        languages = {language.code: language for language in listed(folder)}
        words = {}
        for code, language in languages.items():
            domains = {domain: _translations(folder, code, domain) for domain in DOMAINS}
            for other in dict.fromkeys((*language.fallback, FALLBACK)):
                for domain, catalog in domains.items():
                    if other != code:
                        catalog.add_fallback(_translations(folder, other, domain))
            words[code] = Words(language, domains)
        return cls(languages, words)

    @property
    def ready(self) -> tuple[Language, ...]:
        """The languages people may choose, in the order of the list."""
        return tuple(language for language in self.languages if language.ready)

    def words(self, language: str | None) -> Words:
        """The words of a language: of "fr-CA" those of "fr", of one not listed the English ones."""
        code = (language or FALLBACK).lower()
        return self._words.get(code) or self._words.get(code.partition("-")[0]) or self._words[FALLBACK]

    def meaning(self, words: str, language: str | None) -> str | None:
        """What typed words mean in place of a tap ("yes", "back", …; see LABELS); also understood in English."""
        said = _folded(words)
        own = self._meanings[self.words(language).language]
        return own.get(said) or self._meanings[FALLBACK].get(said)


def _language(row: Mapping[str, Any]) -> Language:
    return Language(
        code=row["code"],
        name=row["name"],
        english=row["english"],
        direction=row.get("direction", "ltr"),
        vouched_by=row.get("vouched_by", ""),
        ready=row.get("ready", False),
        fallback=tuple(row.get("fallback", ())),
    )


def _translations(folder: Path, language: str, domain: str) -> NullTranslations:
    path = folder / language / "LC_MESSAGES" / f"{domain}.po"
    if not path.exists():
        return NullTranslations()
    return GNUTranslations(BytesIO(_compiled(path, language, path.stat().st_mtime_ns)))


@cache
def _compiled(path: Path, language: str, _written_at: int) -> bytes:
    """A catalog as gettext reads it: most of a start would be the parsing of those that others fall back to."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=language, domain=path.stem)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    return compiled.getvalue()


def _locale(code: str) -> Locale:
    try:
        return Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(FALLBACK)
