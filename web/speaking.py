"""Speaking: what a page says in one language. A page's own sentences are in the catalog `pages`."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.frame import Code
from bot.speech import Day, Sentence
from bot.words import FALLBACK, Catalogs, Language

DOMAIN = "pages"


class Speech:
    """One language of the site, as templates use it."""

    def __init__(self, catalogs: Catalogs, language: Language) -> None:
        self._catalogs = catalogs
        self._words = catalogs.words(language.code)
        self.language = language

    @property
    def unchecked(self) -> bool:
        """Whether nobody vouches for its words: a machine's draft, which the page says."""
        return not self.language.vouched_by and self.language.code != FALLBACK

    @property
    def languages(self) -> tuple[Language, ...]:
        """Every language the site speaks."""
        return self._catalogs.ready

    def say(self, text: str, *, domain: str = DOMAIN, **values: Any) -> str:
        """A sentence of a catalog with its values; plain text."""
        return self._words.say(Sentence(text, values, domain=domain))

    def sentence(self, sentence: Sentence) -> str:
        """A sentence that a deed made."""
        return self._words.say(sentence)

    def day(self, iso: str) -> Day:
        """A day as a value of a sentence."""
        return Day(iso)

    def date(self, iso: str) -> str:
        """A day written out."""
        return self._words.date(date.fromisoformat(iso))

    def month(self, iso: str) -> str:
        """A month ("2026-11") written out, with its year."""
        return self._words.month(date.fromisoformat(f"{iso}-01"))

    def number(self, count: int) -> str:
        """A number as it is written in this language."""
        return self._words.number(count)

    def country(self, code: str) -> str:
        """What a country is called; its code where nobody knows."""
        return self._words.country(code) or code

    def tongue(self, code: str) -> str:
        """What a language is called in this one."""
        return self._words.name_of(code) or code

    def region(self, name: str) -> str:
        """What a region is called."""
        return self._words.region(name)

    def theme(self, code: Code) -> str:
        """What a theme is called."""
        return code.name(self.language.code)

    def direction(self, code: str) -> str:
        """How a voice in this language is written; "auto" where it is none of ours."""
        known: Mapping[str, Language] = {each.code: each for each in self._catalogs.languages}
        return known[code].direction if code in known else "auto"


def preferred(accepts: str, ready: tuple[Language, ...]) -> str:
    """The language a reader likes best of those that are ready, by what the browser says (RFC 9110, 12.5.4)."""
    codes = {each.code for each in ready}
    best, most = FALLBACK, 0.0
    for part in accepts[:500].split(","):
        tag, _, weight = part.strip().partition(";")
        code = tag.strip().lower().partition("-")[0]
        try:
            liked = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if code in codes and most < liked <= 1:
            best, most = code, liked
    return best
