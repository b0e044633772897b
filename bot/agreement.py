"""Agreement of coders: Krippendorff's alpha for names (nominal data), with missing values.

Klaus Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011): 1 is agreement throughout, 0 what chance alone
would give, below 0 coders who disagree by rule.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass

Value = Hashable
MISSING = None
"""Stands for a value that a coder did not give."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One text as one coder coded it: the codes given, of those there were to give."""

    given: frozenset[str]
    of: frozenset[str]

    def on(self, code: str) -> bool | None:
        """Whether this code was given; MISSING where there was none of that id."""
        return code in self.given if code in self.of else MISSING


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far coders agree: alpha (None: it cannot be told), on so many texts that two coded."""

    alpha: float | None
    units: int


NOT_COMPARED = Agreement(None, 0)
"""Nothing was coded by two."""


def alpha(units: Iterable[Collection[Value | None]]) -> float | None:
    """Krippendorff's alpha of units, each the values its coders gave; MISSING counts as not given.

    None where no unit was coded by two, or where all values are the same one: then there was nothing to disagree on.
    """
    pairable = [values for unit in units if len(values := [each for each in unit if each is not MISSING]) > 1]
    totals: Counter[Value] = Counter(value for values in pairable for value in values)
    count = totals.total()
    if len(totals) < 2:
        return None
    observed = sum(_unequal(Counter(values)) / (len(values) - 1) for values in pairable)
    return 1 - (count - 1) * observed / _unequal(totals)


def of_each(pairs: Collection[tuple[Judged, Judged]]) -> dict[str, Agreement]:
    """Alpha of each code: given or not, by the two who coded the same text."""
    codes = sorted({code for pair in pairs for each in pair for code in each.of})
    return {code: _on([code], pairs) for code in codes}


def overall(pairs: Collection[tuple[Judged, Judged]]) -> Agreement:
    """Alpha of all codes together: each text with each code is one unit, given or not."""
    codes = sorted({code for pair in pairs for each in pair for code in each.of})
    return Agreement(_on(codes, pairs).alpha, len(pairs))


def _on(codes: Collection[str], pairs: Collection[tuple[Judged, Judged]]) -> Agreement:
    units = [(one.on(code), other.on(code)) for code in codes for one, other in pairs]
    both = [unit for unit in units if MISSING not in unit]
    return Agreement(alpha(both), len(both))


def _unequal(counts: Counter[Value]) -> int:
    """How many ordered pairs of these values are not the same."""
    return counts.total() ** 2 - sum(each**2 for each in counts.values())
