"""Named points at which a crash test ends the process (assurance R1, R4: kill -9 at every step)."""

import os
from collections import Counter
from collections.abc import Callable


def _kill() -> None:
    """End this process at once, as kill -9 would."""
    os._exit(137)


_armed, _nth, _then = "", 1, _kill
_passed: Counter[str] = Counter()


def arm(where: str, then: Callable[[], None] = _kill) -> None:
    """Choose the point: "name", or "name:n" for its n-th pass from now on; "" for none. `then` happens there: a
    simulation, which is many processes in one, ends one of them only.
    """
    global _armed, _nth, _then
    _armed, _, nth = where.partition(":")
    _nth, _then = int(nth or 1), then
    _passed.clear()


def armed() -> str:
    """The name of the chosen point; "" for none."""
    return _armed


def point(name: str) -> None:
    """Do what was chosen, where this is the chosen point."""
    if name != _armed:
        return
    _passed[name] += 1
    if _passed[name] == _nth:
        _then()


arm(os.environ.get("VOICES_FAILPOINT", ""))
