"""Whatever statement the bot dies at: nothing of the update is there, or all of it."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
STEPS = [12, pytest.param(1, marks=pytest.mark.soak)]
"""Every so manyth statement; `make soak` takes each."""


async def _cut(folder: Path, story: str, step: int) -> Any:
    command = [sys.executable, "-m", "tests.deeds.cutting", str(folder), story, str(step)]
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("step", STEPS)
async def test_a_testimony_is_handed_over_whole_wherever_the_bot_dies(tmp_path: Path, step: int) -> None:
    """R4, R28: Send was tapped; the process ends before a statement, before a commit, after it; then goes on."""
    found = await _cut(tmp_path, "sends", step)
    assert found["faults"] == []
    assert found["nothing"] > 25 / step
    assert found["all"] > 5


@pytest.mark.parametrize("step", STEPS)
async def test_being_forgotten_is_whole_wherever_the_bot_dies(tmp_path: Path, step: int) -> None:
    """S40, R28: killed at each step, then started again: nothing of her is left, in no file even her data key."""
    found = await _cut(tmp_path, "leaves", step)
    assert found["faults"] == []
    assert found["nothing"] > 25 / step
    assert found["all"] > 5
    assert (found["key_before"], found["key_after"]) == (True, False)
