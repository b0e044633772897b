"""What a tree of processes uses, read from /proc (proc(5)); nothing is asked of the processes themselves."""

import asyncio
import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def tree(roots: Iterable[int]) -> list[int]:
    """These processes and all that came of them."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                children.setdefault(int(_stat(int(folder.name))[1]), []).append(int(folder.name))
    found, waiting = [], list(roots)
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def cpu_seconds(roots: Iterable[int]) -> float:
    """CPU time a tree has used, user and system, its ended children's too."""
    used = 0
    for process in tree(roots):
        with contextlib.suppress(OSError):
            used += sum(int(ticks) for ticks in _stat(process)[11:15])
    return used / TICK


def memory_mb(roots: Iterable[int]) -> float:
    """Memory a tree holds now, in MB; what several processes share counts once (Pss)."""
    held = 0
    for process in tree(roots):
        with contextlib.suppress(OSError, StopIteration):
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
            held += int(next(line for line in lines if line.startswith("Pss:")).split()[1])
    return held / 1024


class Peak:
    """The most memory a tree held, looked at twice a second while this is open."""

    def __init__(self, roots: Iterable[int]) -> None:
        self._roots = list(roots)
        self.mb = 0.0

    async def __aenter__(self) -> "Peak":
        self._task = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        self.mb = max(self.mb, memory_mb(self._roots))

    async def _look(self) -> None:
        while True:
            self.mb = max(self.mb, memory_mb(self._roots))
            await asyncio.sleep(0.5)


def _stat(process: int) -> list[str]:
    """The fields of stat from the third, the state, on."""
    return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
