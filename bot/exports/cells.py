"""Cells: how a text stands in a spreadsheet so that it stays text, and whole (S11)."""

import re

LONGEST = 32_767
"""What a cell of Excel holds, counted in UTF-16 as Excel counts."""

STARTS = frozenset("=+-@\t\r\n\0＝＋－＠'")
"""How a cell of a CSV file may not begin: what spreadsheets compute, also in full width (ASVS 1.2.10). The apostrophe
is among them so that whoever takes one away always has the text as it was.
"""

BACK = 400
"""Characters that are looked back through for a space to break at."""

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def sound(text: str) -> str:
    """A text as every kind of file can hold it: controls and lone surrogates become U+FFFD, nothing is left out."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def guarded(text: str) -> str:
    """A text as it stands in a CSV file: with an apostrophe before it where it begins as it may not, behind spaces too,
    as some spreadsheets take them away.
    """
    return f"'{text}" if not STARTS.isdisjoint((text[:1], text.lstrip()[:1])) else text


def pieces(text: str, most: int = LONGEST) -> list[str]:
    """A text in pieces that fit a cell, put together again by joining; broken behind a space where one is near."""
    if len(text) * 2 <= most or _units(text) <= most:
        return [text]
    found = []
    while _units(text) > most:
        end = _fitting(text, most)
        space = max(text.rfind(each, end - BACK, end) for each in " \n")
        if space > 0:
            end = space + 1
        found.append(text[:end])
        text = text[end:]
    return [*found, text] if text else found


def _units(text: str) -> int:
    return len(text) + sum(each > "\uffff" for each in text)


def _fitting(text: str, most: int) -> int:
    """How many characters fit."""
    room = most
    for end, each in enumerate(text):
        room -= 2 if each > "\uffff" else 1
        if room < 0:
            return end
    return len(text)
