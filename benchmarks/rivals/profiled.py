"""`voices run` with a profile of each of its threads, written beside the file that is named."""

import cProfile
import sys
import threading
from collections.abc import Callable

from bot.__main__ import main


def _profiled(work: Callable[[], object], name: str) -> None:
    profile = cProfile.Profile()
    profile.runcall(work)
    profile.dump_stats(f"{sys.argv[1]}.{name}")


if __name__ == "__main__":
    run = threading.Thread.run
    threading.Thread.run = lambda self: _profiled(lambda: run(self), self.name)  # type: ignore[method-assign]
    _profiled(lambda: main(["run"]), "main")
