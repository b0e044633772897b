"""How fast the bot is, beside others that hold the same dialog: `make bench`.

All contestants are measured in one run, in turns, the median of several rounds. Each is a process of its own; the load
(`benchmarks.load`) is this one. No one limits any rate: nothing leaves this machine. Compare figures of one run with
one another, no others.
"""

import argparse
import os
import platform
import pstats
import sys
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.contestants import (
    ROOT,
    Absent,
    OnNode,
    OnRedis,
    Ours,
    OursByWebhook,
    OursOnPostgres,
    OursTwice,
    Script,
)
from benchmarks.load import Stuck
from benchmarks.table import Amount, Figures, Make, measure, written

WAITING = ("'poll' of", "'get' of '_queue", "'acquire' of")
"""Calls in which a thread waits."""


def contestants(tree: Path, profile: Path | None) -> dict[str, tuple[str, Make]]:
    """All of them, by a short name: what the table calls them, and how to make one."""

    def ours(kind: type[Ours]) -> Make:
        return lambda folder, api: kind(folder, api, tree=tree, profile=profile)

    def script(*words: str, keeps: bool = True, kind: type[Script] = Script) -> Make:
        return lambda folder, api: kind(folder, api, script=words, keeps=keeps)

    return {
        "ours": ("**Voices**, SQLite, polling", ours(Ours)),
        "ours-webhook": ("**Voices**, SQLite, webhook", ours(OursByWebhook)),
        "ours-pg": ("**Voices**, PostgreSQL, polling", ours(OursOnPostgres)),
        "ours-pg-2": ("**Voices**, PostgreSQL, polling, 2 processes", ours(OursTwice)),
        "ptb": ("python-telegram-bot, ConversationHandler, PicklePersistence", script("ptb")),
        "aiogram": ("aiogram, FSM on Redis", script("fsm", kind=OnRedis)),
        "grammy": ("grammY on Node, router, sessions in SQLite, runner", script(kind=OnNode)),
        "grammy-durable": ("the same, each commit on the disk", script("durable", kind=OnNode)),
        "echo": ("ceiling: asks the next question, keeps nothing", script("echo", "none", keeps=False)),
        "echo-each": ("ceiling: and one durable commit an update", script("echo", "each", keeps=False)),
        "echo-group": ("ceiling: and one durable commit a batch", script("echo", "group", keeps=False)),
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
    parser.add_argument("--only", default="", help="names of contestants, with commas: ours, ptb …")
    parser.add_argument("--people", default="200,2000", help="how many at once, with commas")
    parser.add_argument("--seconds", type=float, default=10, help="of load; at least one whole walk of each")
    parser.add_argument("--calm", type=float, default=10, help="seconds at a calm pace; 0 leaves it out")
    parser.add_argument("--calm-people", type=int, default=30, help="how many talk at the calm pace")
    parser.add_argument(
        "--calm-every", type=float, default=1, help="seconds between two answers of one of them"
    )
    parser.add_argument("--kill", type=float, default=10, help="seconds around a SIGKILL; 0 leaves it out")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tree", type=Path, default=ROOT, help="another checkout to take our bot from")
    parser.add_argument(
        "--profile", type=Path, help="where to write our bot's profile, a file for each thread"
    )
    asked = parser.parse_args()
    everybody = contestants(asked.tree.resolve(), asked.profile and asked.profile.resolve())
    chosen = asked.only.split(",") if asked.only else list(everybody)
    people = tuple(map(int, asked.people.split(",")))
    if unknown := set(chosen) - set(everybody):
        parser.error(f"no such contestant: {', '.join(unknown)}; known are {', '.join(everybody)}")
    kill = 0 if asked.profile else asked.kill  # who is killed leaves no profile
    amount = Amount(people, asked.seconds, asked.calm, kill, asked.calm_people, asked.calm_every)
    print(f"{machine()}; median of {asked.rounds} rounds\n")
    rows: dict[str, list[Figures] | str] = {name: [] for name in chosen}
    try:
        for number in range(asked.rounds):
            for name in chosen:
                _one_more(rows, name, everybody[name][1], amount, number)
    except KeyboardInterrupt:
        print("stopped early\n")
    print(written({everybody[name][0]: figures for name, figures in rows.items()}, people))
    if asked.profile:
        for path in sorted(asked.profile.parent.glob(f"{asked.profile.name}.*")):
            print(f"\n{path.name}")
            print("\n".join(top(path)))


def _one_more(
    rows: dict[str, list[Figures] | str], name: str, make: Make, amount: Amount, number: int
) -> None:
    """One more round of a contestant that can take part; its figures also on standard error."""
    rounds = rows[name]
    if isinstance(rounds, str):
        return
    try:
        rounds.append(uvloop.run(measure(make, amount)))
    except Absent as reason:
        rows[name] = str(reason)
    except (Stuck, TimeoutError) as reason:
        print(f"{name}: {type(reason).__name__} {reason}", file=sys.stderr)
    else:
        figures = ", ".join(f"{figure} {value:.2f}" for figure, value in rounds[-1].items())
        print(f"{name}, round {number + 1}: {figures}", file=sys.stderr)


if __name__ == "__main__":
    main()
