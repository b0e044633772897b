"""How fast the bot is, beside others that hold the same dialog: `make bench`.

All contestants are measured in one run, in turns, the median of several rounds. Each is a process of its own; the load
(`benchmarks.load`) is this one. No one limits any rate: nothing leaves this machine. Compare figures of one run with
one another, no others.
"""

import argparse
import asyncio
import os
import platform
import pstats
import statistics
import sys
from pathlib import Path
from typing import Any

from benchmarks.contestants import ROOT, Absent, OnRedis, Ours, OursOnPostgres, Script
from benchmarks.load import Stuck
from benchmarks.table import Amount, Figures, Make, measure

WAITING = ("'poll' of", "'get' of '_queue", "'acquire' of")
"""Calls in which a thread waits."""


def contestants(tree: Path, profile: Path | None) -> dict[str, tuple[str, Make]]:
    """All of them, by a short name: what the table calls them, and how to make one."""
    return {
        "ours": (
            "**Voices**, SQLite, polling",
            lambda folder, api: Ours(folder, api, tree=tree, profile=profile),
        ),
        "ours-pg": (
            "**Voices**, PostgreSQL, polling",
            lambda folder, api: OursOnPostgres(folder, api, tree=tree, profile=profile),
        ),
        "ptb": (
            "python-telegram-bot, ConversationHandler, PicklePersistence",
            lambda folder, api: Script(folder, api, script="ptb"),
        ),
        "aiogram": (
            "aiogram, FSM on Redis",
            lambda folder, api: OnRedis(folder, api, script="fsm"),
        ),
        "echo": (
            "ceiling: asks the next question, keeps nothing",
            lambda folder, api: Script(folder, api, script="echo", arguments=("none",), keeps=False),
        ),
        "echo-each": (
            "ceiling: the same, one durable commit an update",
            lambda folder, api: Script(folder, api, script="echo", arguments=("each",), keeps=False),
        ),
        "echo-group": (
            "ceiling: the same, one durable commit a batch",
            lambda folder, api: Script(folder, api, script="echo", arguments=("group",), keeps=False),
        ),
    }


def machine() -> str:
    """What the figures were measured on."""
    model = next(
        (
            line.partition(": ")[2]
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return (
        f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    )


def top(profile: Path, lines: int = 25) -> list[str]:
    """Where the time went in a thread: own time by function, largest first, waiting left out."""
    kept: Any = pstats.Stats(str(profile))
    rows = [
        (own, f"{Path(file).name}:{line} {name}")
        for (file, line, name), (_, _, own, _, _) in kept.stats.items()
        if not any(waiting in name for waiting in WAITING)
    ]
    total = sum(own for own, _ in rows)
    return [f"  {own / total:6.1%}  {where}" for own, where in sorted(rows, reverse=True)[:lines]]


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default="", help="names of contestants, with commas")
    parser.add_argument("--people", default="200,2000", help="how many at once, with commas")
    parser.add_argument("--seconds", type=float, default=10, help="of load, at least one whole walk of each")
    parser.add_argument("--calm", type=float, default=15, help="seconds at a calm pace; 0 leaves it out")
    parser.add_argument("--kill", type=float, default=16, help="seconds around a SIGKILL; 0 leaves it out")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tree", type=Path, default=ROOT, help="another checkout to take our bot from")
    parser.add_argument(
        "--profile", type=Path, help="where to write our bot's profile, a file for each thread"
    )
    asked = parser.parse_args()
    everybody = contestants(asked.tree.resolve(), asked.profile and asked.profile.resolve())
    names = asked.only.split(",") if asked.only else list(everybody)
    print(f"{machine()}\n")
    for people in map(int, asked.people.split(",")):
        amount = Amount(people, asked.seconds, asked.calm, asked.kill)
        rounds: dict[str, list[Figures]] = {name: [] for name in names}
        absent: dict[str, str] = {}
        for _ in range(asked.rounds):
            for name in names:
                if name in absent:
                    continue
                try:
                    rounds[name].append(asyncio.run(measure(everybody[name][1], amount)))
                    print(name, rounds[name][-1], file=sys.stderr)
                except (Absent, Stuck, TimeoutError) as reason:
                    absent[name] = str(reason) or type(reason).__name__
                    print(name, "is absent:", absent[name], file=sys.stderr)
        for name in names:
            if rounds[name]:
                print(
                    everybody[name][0],
                    {
                        each: round(statistics.median(r[each] for r in rounds[name]), 2)
                        for each in rounds[name][0]
                    },
                )
    if asked.profile:
        for path in sorted(asked.profile.parent.glob(f"{asked.profile.name}.*")):
            print(f"\n{path.name}")
            print("\n".join(top(path)))


if __name__ == "__main__":
    main()
