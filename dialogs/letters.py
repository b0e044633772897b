"""Letters and digits of every script: text as it is kept, as it is compared, and how wide; digits and marks as ours."""

import re
from collections.abc import Iterable
from functools import lru_cache
from unicodedata import category, decimal, east_asian_width, normalize

MAX_MARKS = 6
"""Combining marks on one letter; no script in use needs more."""


def canonical(words: str) -> str:
    """Text as it is kept (assurance S13): NFC; no control characters but newline and tab, no lone surrogates, no
    bidirectional overrides; joiners stay, and marks piled on one letter are capped. Idempotent.
    """
    if words.isascii() and words.isprintable():
        return words
    lines = words.replace("\r\n", "\n").replace("\r", "\n")
    kept = normalize("NFC", _UNWANTED.sub("", lines))
    return kept if kept.isascii() else "".join(_capped(kept))


_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def _capped(text: str) -> Iterable[str]:
    marks = 0
    for letter in text:
        marks = marks + 1 if category(letter) in {"Mn", "Me"} else 0
        if marks <= MAX_MARKS:
            yield letter


@lru_cache(maxsize=65_536)
def folded(words: str) -> str:
    """Words for comparing: no case, accents, Arabic vowel marks or punctuation; hamza and digit forms as one."""
    plain = normalize("NFKD", words).casefold()
    letters = []
    for letter in plain_of(plain).translate(_SAME):
        kind = category(letter)
        if kind[0] in "LN" or kind[0] == "M":
            letters.append(letter)
        elif kind != "Cf":
            letters.append(" ")
    return " ".join("".join(letters).split())


_JOINER, _AS_EMOJI = "\u200d", "\ufe0f"
_SKINS = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


def width(text: str) -> int:
    """How wide a text is shown, in Latin letters: those of East Asia and emoji count two, marks on letters nothing.

    Emoji that are joined, or have the colour of a skin, are one (Unicode UAX #11 and UTS #51, roughly).
    """
    wide, before = 0, ""
    for letter in text:
        kind = category(letter)
        joined = letter in _SKINS or (before == _JOINER and kind[0] != "L")
        if letter == _AS_EMOJI:
            wide += _across(before) == 1
        elif kind not in {"Mn", "Me", "Cf"} and not joined:
            wide += _across(letter)
        before = letter
    return wide


def _across(letter: str) -> int:
    return 2 if letter and east_asian_width(letter) in "WF" else len(letter)


def _ranges(*ranges: tuple[int, int]) -> dict[int, str | None]:
    return {code: None for first, last in ranges for code in range(first, last + 1)}


_SAME: dict[int, str | None] = {
    **_ranges((0x300, 0x36F), (0x591, 0x5C7), (0x610, 0x61A), (0x64B, 0x65F), (0x670, 0x670), (0x6D6, 0x6ED)),
    ord("ـ"): None,
    **{ord(letter): "ا" for letter in "أإآٱ"},
    **{ord(letter): "ي" for letter in "ىئی"},
    **{ord(letter): "ك" for letter in "کڪ"},
    ord("ؤ"): "و",
    ord("ة"): "ه",
    ord("ہ"): "ه",
    ord("ھ"): "ه",
    ord("’"): " ",
    ord("'"): " ",
}


@lru_cache(maxsize=4_096)
def plain_of(text: str) -> str:
    """Digits of every script as ASCII, invisible direction marks dropped, separators of every script as ours."""
    return with_digits(text).translate(_SEPARATORS)


def with_digits(text: str) -> str:
    """Digits of every script as ASCII, all else as it is."""
    return text if text.isascii() else "".join(map(_digit, text))


def _digit(letter: str) -> str:
    return letter if letter.isascii() or not letter.isdecimal() else str(decimal(letter))


_SEPARATORS: dict[int, str | None] = {
    **dict.fromkeys((0x200E, 0x200F, 0x61C, 0x200B, 0xFEFF)),
    **{ord(letter): " " for letter in "\u00a0\u2009\u202f\u2007"},
    **{ord(letter): "-" for letter in "−‐‑‒–—"},
    ord("٫"): ".",
    ord("٬"): "'",
    ord("،"): ",",
    ord("’"): "'",
    ord("،"): ",",
    ord("，"): ",",
    ord("．"): ".",
    ord("："): ":",
}
