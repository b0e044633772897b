"""Suggesting themes for a text: by keywords of the frame, and by what was coded before. A suggestion is no code."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence

from bot.frame import Code, Frame

MOST = 4
"""Suggestions for one text."""

LIKE = 0.25
"""Of the words of the shorter of two texts so many stand in the other where they are alike."""

SHORTEST = 4
"""Letters of a word that says something; shorter ones mostly hold sentences together."""

_DENSE = r"぀-ヿ㐀-䶿一-鿿"
"""Scripts written without spaces between words."""
_WORDS = re.compile(rf"[{_DENSE}]+|[^\W{_DENSE}]+")


def suggested(frame: Frame, words: str, earlier: Sequence[tuple[str, Collection[str]]] = ()) -> list[str]:
    """The codes that keywords suggest, then those given to texts like it (`earlier`: words and codes), best first."""
    offered = {code.id: code for code in frame.offered}
    text, said = _even(words), _said(words)
    by_rule = [code.id for code in offered.values() if any(_stands(each, text) for each in _keywords(code))]
    weights: dict[str, float] = {}
    for other, codes in earlier:
        if (likeness := _likeness(said, _said(other))) >= LIKE:
            for code in offered.keys() & codes:
                weights[code] = weights.get(code, 0) + likeness
    by_example = sorted(weights, key=lambda code: (-weights[code], code))
    return list(dict.fromkeys([*by_rule, *by_example]))[:MOST]


def _keywords(code: Code) -> Iterable[str]:
    """What its author wrote, and its own names."""
    written = [each for texts in (code.keywords, code.names) for each in texts.values()]
    return {even for each in written for part in re.split(r"[;,،、]", each) if (even := _even(part).strip())}


def _stands(keyword: str, text: str) -> bool:
    """Whether a keyword stands in a text as a word; a long one also as the beginning of a longer word."""
    if re.search(rf"[{_DENSE}]", keyword):
        return keyword in text
    ends = "" if len(keyword) > SHORTEST else r"\b"
    return re.search(rf"\b{re.escape(keyword)}{ends}", text) is not None


def _likeness(one: Collection[str], other: Collection[str]) -> float:
    if not one or not other:
        return 0
    return len(set(one) & set(other)) / min(len(one), len(other))


def _said(words: str) -> set[str]:
    """The words that say something; of dense scripts every two signs."""
    said: set[str] = set()
    for each in _WORDS.findall(_even(words)):
        if re.match(rf"[{_DENSE}]", each):
            said |= {each[at : at + 2] for at in range(len(each) - 1)}
        elif len(each) >= SHORTEST:
            said.add(each)
    return said


def _even(words: str) -> str:
    return unicodedata.normalize("NFKC", words).casefold()
