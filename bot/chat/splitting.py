"""Long texts in parts Telegram takes: cut between words, never inside a grapheme; joined, they are the text (R10)."""

import re
import unicodedata
from collections.abc import Iterator

_JOINERS = frozenset("\u200d\u2060\ufe0e\ufe0f\u20e3")
_SPACE = re.compile(r"\n+|\s+")


def units(text: str) -> int:
    """The length of a text as Telegram counts it: in UTF-16 code units."""
    return len(text) if text.isascii() else len(text) + sum(character > "\uffff" for character in text)


def split(text: str, limit: int) -> Iterator[str]:
    """The text in parts of at most `limit` UTF-16 units: cut at a line's end, else a word's, else a grapheme's."""
    while units(text) > limit:
        end = _cut(text, _fitting(text, limit))
        yield text[:end]
        text = text[end:]
    yield text


def shortened(text: str, limit: int) -> str:
    """The text, or as many of its words as fit in `limit` UTF-16 units with an ellipsis."""
    return text if units(text) <= limit else next(split(text, limit - 1)).rstrip() + "…"


def _fitting(text: str, limit: int) -> int:
    """How many characters fit into so many units."""
    used = 0
    for index, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > limit:
            return index
    return len(text)


def _cut(text: str, most: int) -> int:
    """Where to cut, at most after `most` characters: the last line's end in the second half, else the last space."""
    ends = [found.end() for found in _SPACE.finditer(text, most // 2, most)]
    lines = [end for end in ends if text[end - 1] == "\n"]
    for end in (*lines[-1:], *ends[-1:]):
        if _between(text, end):
            return end
    for end in range(most, 0, -1):
        if _between(text, end):
            return end
    return max(most, 1)  # one grapheme longer than a message: its marks are cut off


def _between(text: str, at: int) -> bool:
    """Whether a grapheme ends here: nothing after it is a mark, a joiner or the second half of a flag."""
    if at >= len(text):
        return True
    before, after = text[at - 1], text[at]
    if after in _JOINERS or before == "\u200d" or (before == "\r" and after == "\n"):
        return False
    if unicodedata.category(after) in ("Mn", "Mc", "Me") or "\U0001f3fb" <= after <= "\U0001f3ff":
        return False
    if "\U000e0020" <= after <= "\U000e007f":
        return False
    if _flag(before) and _flag(after):
        start = at
        while start and _flag(text[start - 1]):
            start -= 1
        return (at - start) % 2 == 0
    return not (_jamo(before) and _jamo(after))


def _flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _jamo(character: str) -> bool:
    return "\u1100" <= character <= "\u11ff"
