"""What happened in a simulation, line by line, and the rules that must hold throughout."""

import hashlib
from collections import Counter, deque
from collections.abc import Callable

LAST = 50
"""Lines a failing run shows."""


class Broken(AssertionError):
    """A rule was broken: which seed, what happened last, and how to see it again."""


class Story:
    """Counts the steps of a run and keeps its last lines. `aloud`: gets every line."""

    def __init__(
        self, seed: int, time: Callable[[], float], aloud: Callable[[str], None] | None = None
    ) -> None:
        self.seed = seed
        self.steps = 0
        self.faults: Counter[str] = Counter()
        self.broken: Broken | None = None
        """What was found first, wherever it was raised: whoever plays the run raises it again."""
        self.time = time
        self._aloud = aloud
        self._last: deque[str] = deque(maxlen=LAST)
        self._digest = hashlib.sha256()

    @property
    def digest(self) -> str:
        """Two runs with the same digest were the same, step by step."""
        return self._digest.hexdigest()[:16]

    def tell(self, who: str, what: str) -> None:
        """One step."""
        self.steps += 1
        line = f"{self.steps:6} {self.time():10.3f} {who:14} {what}"
        self._last.append(line)
        self._digest.update(line.encode())
        if self._aloud:
            self._aloud(line)

    def fault(self, kind: str, what: str = "") -> None:
        """One step that goes wrong on purpose."""
        self.faults[kind] += 1
        self.tell("!", f"{kind} {what}".rstrip())

    def must(self, holds: bool, rule: str) -> None:
        """Broken where the rule does not hold."""
        if not holds:
            told = "\n".join(self._last)
            broken = Broken(
                f"seed {self.seed}, step {self.steps}: {rule}\n{told}\nplay it again: make soak SEED={self.seed}"
            )
            self.broken = self.broken or broken
            raise broken
