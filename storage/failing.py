"""Named points at which a crash test ends the process (assurance R1, R4: kill -9 at every step)."""

import os
from collections import Counter

_ARMED, _, _NTH = os.environ.get("VOICES_FAILPOINT", "").partition(":")
_passed: Counter[str] = Counter()


def armed() -> bool:
    """Whether VOICES_FAILPOINT names a point."""
    return bool(_ARMED)


def point(name: str) -> None:
    """End this process at once, as kill -9 would, where VOICES_FAILPOINT is "name", or "name:n" at the n-th pass."""
    if name != _ARMED:
        return
    _passed[name] += 1
    if _passed[name] == int(_NTH or 1):
        os._exit(137)
