"""Danger words: phrases by which a voice is brought into the sensitive lane unasked (S34). Partners maintain them."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from dialogs.letters import folded

FILE = Path(__file__).with_name("dangerwords.toml")
_DEFAULT = FILE.read_text(encoding="utf-8")

MOST = 500
"""Phrases of one language at most."""

Phrases = Mapping[str, Sequence[str]]
"""Phrases by the code of their language, folded."""


class BadList(ValueError):
    """A list that cannot be used; the sentence names the place, the cause and the remedy."""


def read(text: str) -> Phrases:
    """Phrases from a TOML text: the code of a language, and its list. BadList."""
    try:
        lists = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise BadList(f'{fault}: write each language as en = ["a phrase", "another"]') from fault
    found: dict[str, tuple[str, ...]] = {}
    for language, phrases in lists.items():
        if not isinstance(phrases, list) or not all(isinstance(each, str) for each in phrases):
            raise BadList(
                f'{language}: this is no list of phrases: write {language} = ["a phrase", "another"]'
            )
        if len(phrases) > MOST:
            raise BadList(f"{language}: {len(phrases)} phrases are too many: keep to {MOST}")
        for number, phrase in enumerate(phrases, start=1):
            if len(folded(phrase).replace(" ", "")) < (2 if _unspaced(folded(phrase)) else 3):
                raise BadList(
                    f"{language}, phrase {number}: “{phrase}” is too short: it would match everywhere"
                )
        found[language] = tuple(folded(each) for each in phrases)
    return found


_kept = lru_cache(maxsize=64)(read)


def phrases(own: str = "") -> Phrases:
    """The default phrases; of each language that a partner's `own` list names, that list instead."""
    return {**_kept(_DEFAULT), **(_kept(own) if own else {})}


def found(words: str, own: str = "") -> bool:
    """Whether any phrase of any language stands in these words: as whole words; where a script has no spaces, anywhere.

    Every language counts: people mix them.
    """
    said = folded(words)
    spaced, joined = f" {said} ", said.replace(" ", "")
    return any(
        phrase.replace(" ", "") in joined if _unspaced(phrase) else f" {phrase} " in spaced
        for each in phrases(own).values()
        for phrase in each
    )


def _unspaced(phrase: str) -> bool:
    """Whether it is written in a script without spaces between words (Han, kana, Thai)."""
    return any("\u0e00" <= letter <= "\u0e7f" or "\u3040" <= letter <= "\u9fff" for letter in phrase)
