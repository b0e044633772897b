"""R38: the whole house simulated, with every fault at once; the same seed is the same run."""

import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat

import pytest

from tests.simulation.loop import environment
from tests.simulation.simulation import Figures, simulate

STEPS = 5_000
"""Steps of a long run, before its faults cease."""

SOAKED = range(1_000, 1_200)
"""The seeds of the long runs: with STEPS each, a million steps."""


@pytest.mark.parametrize("seed", range(1, 21))
def test_whatever_goes_wrong_all_that_was_promised_is_kept(seed: int) -> None:
    """R38, R1, R3, R4, R5, R13, R20, R27, R28: nothing acknowledged is lost, nothing doubled, nobody waits forever.

    `make soak` plays 200 seeds with a million steps; `make soak SEED=7` tells the story of one.

    That it can fail was seen by hand, by breaking one rule after another: an update acknowledged before it is
    committed, the inbox taking what it has already, a campaign whose fate is unknown sent again, the order of updates
    by their ids, nothing recovered at the start, a delivery called sent before it is said, a clock that is set back.
    """
    figures = simulate(seed, 200)
    assert figures.testimonies > 0


def test_the_same_seed_is_the_same_run() -> None:
    """R38: step by step, also in another process, whatever order its sets have."""
    here = simulate(3, 300)
    command = [
        sys.executable,
        "-c",
        "from tests.simulation.simulation import simulate; print(simulate(3, 300).digest)",
    ]
    there = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    assert there.stdout.strip() == here.digest
    assert simulate(4, 300).digest != here.digest


@pytest.mark.soak
@pytest.mark.timeout(6 * 3600)
def test_a_million_steps_of_two_hundred_seeds_break_no_promise() -> None:
    """R38, R1, R3, R4, R5, R13, R20, R28: the same at full length."""
    with ProcessPoolExecutor(os.cpu_count()) as processes:
        runs: list[Figures] = list(processes.map(simulate, SOAKED, repeat(STEPS), chunksize=1))
    faults = sum((run.faults for run in runs), Counter[str]())
    told, hours = sum(run.testimonies for run in runs), sum(run.hours for run in runs)
    print(
        f"\n{sum(run.steps for run in runs):,} steps, {len(runs)} seeds, {told:,} testimonies, {hours:,.0f} hours"
    )
    print(", ".join(f"{kind} {count:,}" for kind, count in faults.most_common()))
    assert sum(run.steps for run in runs) >= 1_000_000
