"""A campaign to many, whose processes are killed (R14), and how soon a pause holds (R16)."""

import os
from pathlib import Path

import pytest

from tests.journeys.killing import SLOTS
from tests.journeys.spreading import Spread, spread
from tests.stores import postgres_server

LONG = pytest.mark.timeout(14_400)
MANY = int(os.environ.get("PEOPLE", "100000"))


def is_right(figures: Spread) -> None:
    """Nobody hears it twice, nobody is lost, and a pause holds within two seconds."""
    print(figures)
    assert (figures.doubled, figures.lost) == (0, 0)
    assert figures.stages["unknown"] <= SLOTS * figures.kills
    assert figures.stages["sent"] + figures.stages["unknown"] == figures.people
    assert figures.still <= 2


async def test_a_few_hundred_are_asked_once_while_the_process_is_killed(tmp_path: Path) -> None:
    """R14, R16: `make soak` has a hundred thousand and 60 deaths."""
    is_right(await spread(tmp_path, 240, kills=2, seed=1, pace=120))


@pytest.mark.soak
@LONG
async def test_a_hundred_thousand_are_asked_once_on_sqlite(tmp_path: Path) -> None:
    """R14, R16."""
    is_right(await spread(tmp_path, MANY, kills=60, seed=2, within=7_200))


@pytest.mark.soak
@LONG
async def test_a_hundred_thousand_are_asked_once_by_two_on_postgresql(tmp_path: Path) -> None:
    """R14, R16, R26: what a dead process was sending waits until its lease is over."""
    with postgres_server() as server:
        is_right(await spread(tmp_path, MANY, kills=60, seed=3, processes=2, server=server, within=7_200))


@pytest.mark.soak
@LONG
async def test_at_telegrams_pace_the_pace_is_reached(tmp_path: Path) -> None:
    """R12, R16: for some minutes, as long as nobody dies."""
    figures = await spread(tmp_path, 6_000, kills=0, seed=4, pace=30, within=1_000)
    is_right(figures)
    assert figures.people / figures.seconds > 0.9 * 30
