"""Change: what a check-in says of each theme, compared with the time before, and how many said what. Facts, no words.

An author says which answers these are: `tg:means` = `compared`, and in `tg:theme` which theme is compared, by its code
or by the question that holds the code; where there is none, it is the whole. docs/change.md has the rules of counting.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.safe import LEAST
from dialogs.form import Form, Ref

COMPARED = "compared"
"""What an answer means that says how something is now."""

WHOLE = ""
"""In the place of a theme: how it is on the whole."""

ELSEWHERE = ""
"""In the place of a region: a country that is of none, or is not known."""


class Direction(StrEnum):
    """How something is now: the names of an author's choices."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"


def themes_asked(form: Form) -> Mapping[Ref, str]:
    """The answers of a form that compare, each with its theme: a code, the ref of what holds the code, or WHOLE."""
    return {
        ref: bind.chat.get("theme", WHOLE)
        for ref, bind in form.binds.items()
        if bind.chat.get("means") == COMPARED
    }


def changes(form: Form, answers: Mapping[str, str]) -> Mapping[str, Direction]:
    """What was said of each theme; nothing where the question was passed over, or of a theme nobody named."""
    found: dict[str, Direction] = {}
    for ref, theme in themes_asked(form).items():
        which = answers.get(theme, "") if theme.startswith("/") else theme
        if (which or not theme) and answers.get(ref) in tuple(Direction):
            found.setdefault(which, Direction(answers[ref]))
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """What people of one region said of one theme: how many said each; None: too few to be told."""

    theme: str
    region: str
    better: int | None
    same: int | None
    worse: int | None

    @property
    def counts(self) -> tuple[int | None, int | None, int | None]:
        """Better, the same, worse."""
        return self.better, self.same, self.worse


Cell = tuple[str, str, Direction]
"""A theme, a region, and what was said."""


@dataclass(slots=True)
class Tally:
    """Counts check-ins as they come, the newest first: of each person the latest word on each theme; with `every`, all.

    What is held of a person is her id beside what she spoke of; of her words nothing.
    """

    every: bool = False
    _answers: Counter[Cell] = field(default_factory=Counter)
    _people: Counter[Cell] = field(default_factory=Counter)
    _seen: set[tuple[str, ...]] = field(default_factory=set)

    def add(self, respondent: str, region: str, said: Mapping[str, Direction]) -> None:
        """One more check-in, older than those before it."""
        for theme, direction in said.items():
            cell = (theme, region, direction)
            once = (respondent, *cell) if self.every else (respondent, theme)
            first = once not in self._seen
            self._seen.add(once)
            self._people[cell] += first
            self._answers[cell] += first or self.every

    def rows(self) -> list[Row]:
        """Everything that was counted, by theme and region."""
        return list(self._rows(self._answers))

    def told(self, least: int = LEAST) -> list[Row]:
        """What may be told of it: no number behind which are fewer people than `least`, nought among them, and no row
        in which nothing would be left. As no sum is told either, nothing that is left out can be worked out.
        """
        enough = {cell: count for cell, count in self._answers.items() if self._people[cell] >= least}
        return [
            Row(row.theme, row.region, *(count or None for count in row.counts)) for row in self._rows(enough)
        ]

    def _rows(self, counts: Mapping[Cell, int]) -> Iterator[Row]:
        for theme, region in sorted(
            {(theme, region) for (theme, region, _), count in counts.items() if count}
        ):
            cells = (counts.get((theme, region, direction), 0) for direction in Direction)
            yield Row(theme, region, *cells)
