"""Named points at which a crash test ends the process (assurance R1, R4: kill -9 at every step)."""

import os
from collections import Counter

_armed, _nth = "", 1
_passed: Counter[str] = Counter()


def arm(where: str) -> None:
    """Choose the point: "name", or "name:n" for its n-th pass from now on; "" for none."""
    global _armed, _nth
    _armed, _, nth = where.partition(":")
    _nth = int(nth or 1)
    _passed.clear()


def armed() -> bool:
    """Whether a point was chosen."""
    return bool(_armed)


def point(name: str) -> None:
    """End this process at once, as kill -9 would, where this is the chosen point."""
    if name != _armed:
        return
    _passed[name] += 1
    if _passed[name] == _nth:
        os._exit(137)


arm(os.environ.get("VOICES_FAILPOINT", ""))
