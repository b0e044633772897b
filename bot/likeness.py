"""Likeness: whether two voices are (nearly) the same words, or the same recording. Whose they are does not matter."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

NEAR = 0.8
"""The part of their shingles two texts must share (Jaccard) to be look-alikes."""

SHINGLE = 4
"""Characters in a shingle: of characters and not of words, since not every script sets words apart."""

_BESIDES = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Likeness:
    """What of a voice is compared: its text without case, accents and signs, its shingles, its recordings (Telegram's
    lasting ids).
    """

    text: str
    shingles: frozenset[str]
    recordings: frozenset[str]

    def like(self, other: "Likeness") -> bool:
        """Whether they are look-alikes; two that say nothing are none."""
        if self.recordings & other.recordings:
            return True
        if not self.text or not other.text:
            return False
        few, many = sorted((len(self.shingles), len(other.shingles)))
        if few < NEAR * many:
            return self.text == other.text
        shared = len(self.shingles & other.shingles)
        return shared >= NEAR * (few + many - shared)


def likeness(words: str, recordings: Collection[str] = ()) -> Likeness:
    """What of these words and recordings is compared."""
    plain = unicodedata.normalize("NFKD", words.casefold())
    text = _BESIDES.sub(" ", "".join(each for each in plain if not unicodedata.combining(each))).strip()
    ends = range(max(1, len(text) - SHINGLE + 1)) if text else ()
    return Likeness(text, frozenset(text[at : at + SHINGLE] for at in ends), frozenset(recordings))
