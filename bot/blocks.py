"""What stands on paper: headings, paragraphs, tables, charts and quotes in one language, before anyone lays them out.

In every text a number, a day and a receipt is marked, so that a page can say which number it is and nothing else is
taken for one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.report import Number

MARKS = "\ue000\ue001\ue002"
"""Characters nobody writes: a mark begins, its words begin, they end."""

_BEGIN, _MIDDLE, _END = tuple(MARKS)
_MARKED = re.compile(f"{_BEGIN}(.*?){_MIDDLE}(.*?){_END}")

DAY, CODE, FREE = "day", "code", "free"
"""What a mark is that is no number: a day or a month; a receipt, a code, a command; words that are not ours."""


@dataclass(frozen=True, slots=True)
class Run:
    """Some of a text; `mark`: the id of the number it is, DAY, CODE, FREE or ""."""

    words: str
    mark: str = ""


def marked(mark: str, words: str) -> str:
    """Words as a number, or one of DAY, CODE, FREE."""
    return f"{_BEGIN}{mark}{_MIDDLE}{words}{_END}"


def runs(text: str) -> Iterator[Run]:
    """A text, piece by piece."""
    at = 0
    for found in _MARKED.finditer(text):
        if found.start() > at:
            yield Run(text[at : found.start()])
        yield Run(found[2], found[1])
        at = found.end()
    if at < len(text):
        yield Run(text[at:])


def unmarked(text: str) -> str:
    """A text without its marks."""
    return _MARKED.sub(lambda found: found[2], text)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the first level (a chapter) or the second."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences that stand together."""

    text: str


@dataclass(frozen=True, slots=True)
class Points:
    """A list."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its caption, the head of each column, and rows, the first of each its head. `file`: where its numbers
    come from; "" where it has none. Columns that are numbers have a narrow head.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    file: str = ""
    numbers: bool = True


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a chart: what it is called, and its number in each of the chart's parts; None: nothing is told."""

    label: str
    numbers: tuple[Number | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars beside each other: of one part, each with its number; of several parts, one behind the other in a line, told
    apart by pattern, shade and number. `id`: the name of its file. The table with the same numbers follows it.
    """

    id: str
    title: str
    parts: tuple[str, ...]
    bars: tuple[Bar, ...]

    @property
    def most(self) -> int:
        """The longest line."""
        return max(sum(each.value for each in bar.numbers if each) for bar in self.bars)


@dataclass(frozen=True, slots=True)
class Columns:
    """Small columns over months, one line for each label, all of one scale."""

    id: str
    title: str
    months: tuple[str, ...]
    rows: tuple[Bar, ...]

    @property
    def most(self) -> int:
        """The tallest column."""
        return max(each.value for row in self.rows for each in row.numbers if each)


@dataclass(frozen=True, slots=True)
class Quotation:
    """Somebody's words in their own language; `about` says where, when and in which language."""

    words: str
    language: str
    direction: str
    about: str


Block = Heading | Paragraph | Points | Grid | Chart | Columns | Quotation


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole report in one language; `subtitle` and `note` stand under the title."""

    language: str
    direction: str
    title: str
    subtitle: str
    note: str
    blocks: tuple[Block, ...]
