"""How fast the whole bot is, and where its time goes: `make bench`.

A sandbox in this process plays many people at once; the bot runs in a process of its own on SQLite, fully durable.
Each person answers as soon as the bot's message has come. Compare figures of one run with one another, no others.
"""

import asyncio
import os
import platform
import pstats
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from sandbox import Sandbox
from sandbox.people import Person
from tests.journeys.killing import UPDATES, start, walk
from tests.journeys.stage import open_house, settings_for

PROFILED = """
import cProfile, sys, threading
from bot.__main__ import main

def profiled(work, name):
    profile = cProfile.Profile()
    profile.runcall(work)
    profile.dump_stats(f"{sys.argv[1]}.{name}")

run = threading.Thread.run
threading.Thread.run = lambda self: profiled(lambda: run(self), self.name)
profiled(lambda: main(["run"]), "main")
"""
"""The bot with a profile of each of its threads."""


WAITING = ("'poll' of", "'get' of '_queue", "'acquire' of")
"""Calls in which a thread waits."""


def cpu_seconds(pid: int) -> float:
    """CPU time a process has used, user and system (proc(5): fields 14 and 15 of stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mb(pid: int) -> float:
    """Peak memory of a process, in MB."""
    line = next(
        line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM")
    )
    return int(line.split()[1]) / 1024


async def measure(people: int, profile: Path | None = None) -> dict[str, float]:
    """One run: everybody walks from /start to the receipt; what it took."""
    with tempfile.TemporaryDirectory(prefix="voices-bench-") as folder:
        async with Sandbox(flood=False, penalty=False, strict=False, calls_kept=10) as sandbox:
            settings = settings_for(sandbox, Path(folder))
            await open_house(settings)
            crowd: list[Person] = [sandbox.person(f"Person {number}") for number in range(people)]
            command = ("-c", PROFILED, str(profile)) if profile else ("-m", "bot", "run")
            process = await start(settings, command=command)
            try:
                await sandbox.polled(within=60)
                used, began = cpu_seconds(process.pid), time.perf_counter()
                own = time.process_time()
                talks = [walk(person, number, random.Random(number)) for number, person in enumerate(crowd)]
                await asyncio.gather(*talks)
                seconds = time.perf_counter() - began
                steps = people * UPDATES
                figures = {
                    "steps/s": steps / seconds,
                    "bot CPU ms a step": 1000 * (cpu_seconds(process.pid) - used) / steps,
                    "sandbox CPU ms a step": 1000 * (time.process_time() - own) / steps,
                    "bot peak MB": peak_mb(process.pid),
                }
                size = (settings.data_dir / "voices.db").stat().st_size
                figures["database kB a testimony"] = size / 1024 / people
            finally:
                process.terminate()
                await process.wait()
    return figures


def machine() -> str:
    """What the figures were measured on."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"


def top(profile: Path, lines: int = 12) -> list[str]:
    """Where the time went in a thread: own time by function, largest first, waiting left out."""
    kept: Any = pstats.Stats(str(profile))
    rows = [
        (own, f"{Path(file).name}:{line} {name}")
        for (file, line, name), (_, _, own, _, _) in kept.stats.items()
        if not any(waiting in name for waiting in WAITING)
    ]
    total = sum(own for own, _ in rows)
    return [f"  {own / total:6.1%}  {where}" for own, where in sorted(rows, reverse=True)[:lines]]


def bytes_to_the_phone() -> dict[str, int]:
    """What the quick path costs in data: bytes of the bot's messages as the Bot API takes them."""

    async def one() -> dict[str, int]:
        with tempfile.TemporaryDirectory(prefix="voices-bench-") as folder:
            async with Sandbox(flood=False, calls_kept=1000) as sandbox:
                settings = settings_for(sandbox, Path(folder))
                await open_house(settings)
                process = await start(settings)
                try:
                    await sandbox.polled(within=60)
                    before = sandbox.seq
                    await walk(sandbox.person("Amina"), 0, random.Random(0))
                    await sandbox.quiet()
                    spoken = [
                        call
                        for call in sandbox.calls(since=before)
                        if call.method.startswith(("send", "edit", "delete"))
                    ]
                finally:
                    process.terminate()
                    await process.wait()
        return {
            "messages and changes": len(spoken),
            "bytes": sum(len(str(call.parameters).encode()) for call in spoken),
        }

    return asyncio.run(one())


def main() -> None:
    """Print the table."""
    print(f"{machine()}\n")
    print(f"One testimony of {UPDATES} updates, to the phone: {bytes_to_the_phone()}\n")
    for people in (50, 200):
        runs = [asyncio.run(measure(people)) for _ in range(3)]
        print(f"{people} people at once, SQLite, every step durable; median of {len(runs)} runs")
        for name in runs[0]:
            figures = sorted(run[name] for run in runs)
            print(f"  {name:24} {statistics.median(figures):10.2f}   ({figures[0]:.2f} to {figures[-1]:.2f})")
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder, "profile")
        asyncio.run(measure(100, profile))
        for thread in ("main", "storage-writer"):
            print(f"\nWhere the thread {thread} spends its time (100 people, profiled, so slower)")
            print("\n".join(top(Path(f"{profile}.{thread}"))))


if __name__ == "__main__":
    main()
