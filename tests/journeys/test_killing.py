"""Kill the bot at any moment: nothing that was acknowledged is lost, nothing is stored twice."""

from pathlib import Path

import pytest

from tests.journeys.killing import SLOTS, torment
from tests.stores import postgres_server

POINTS = ["commit.before", "commit.after", "statement.before", "statement.after"]

LONG = pytest.mark.parametrize("broadcast", [0, 20_000], ids=["talking", "talking and a broadcast"])
"""Twice: while people talk, and while a broadcast is under way beside them."""


async def test_nothing_is_lost_or_doubled_when_the_bot_dies(tmp_path: Path) -> None:
    """R1, R3, R4, R34: a few deaths; `make soak` has many."""
    toll = await torment(
        tmp_path,
        people=20,
        kills=2,
        failpoints=["commit.before:20", "commit.after:20", "statement.before:200", "statement.after:200"],
        think=1,
        seed=1,
    )
    print(toll)
    assert toll.broken == {}
    assert toll.deaths.total() == 6


async def test_nothing_that_was_brought_is_lost_or_doubled_when_the_bot_dies(tmp_path: Path) -> None:
    """R2, R3, R4: the same by webhook; it dies before the commit, and between the commit and the answer 200."""
    toll = await torment(
        tmp_path,
        people=20,
        kills=2,
        failpoints=[
            "inbox.after_insert:3",
            "commit.before:12",
            *(f"commit.after:{n}" for n in (9, 10, 11, 14)),
        ],
        think=1,
        seed=3,
        hook=True,
    )
    print(toll)
    assert toll.broken == {}
    assert toll.deaths["commit.after"] >= 2


async def test_a_broadcast_reaches_everybody_at_most_once_whenever_the_bot_dies(tmp_path: Path) -> None:
    """R13, R14: at most what was under way when it died is unknown, and everybody else heard it once."""
    toll = await torment(
        tmp_path,
        people=4,
        kills=2,
        failpoints=["commit.before:40", "commit.after:40"],
        think=0.2,
        seed=4,
        broadcast=400,
        pace=100,
    )
    print(toll)
    told = toll.broadcast
    assert toll.broken == {}
    assert told.sent + told.unknown + told.refused == told.people == 400
    assert told.unknown <= SLOTS * toll.deaths.total()


@pytest.mark.soak
@LONG
async def test_nothing_is_lost_or_doubled_in_twenty_thousand_updates(tmp_path: Path, broadcast: int) -> None:
    """R1, R3, R4, R13, R14, R34: 200 random moments, and named points around every commit and statement."""
    toll = await torment(
        tmp_path,
        people=2_000,
        kills=200,
        failpoints=[f"{point}:{count}" for point in POINTS for count in (1, 10, 30, 60, 120)],
        think=2,
        seed=2,
        calls=300,
        broadcast=broadcast,
        pace=60,
        patience=900,
    )
    print(toll)
    assert toll.broken == {}
    assert toll.updates_sent == 20_000
    assert toll.deaths["SIGKILL"] >= 200
    told = toll.broadcast
    assert told.sent + told.unknown + told.refused == told.people == broadcast
    assert told.unknown <= SLOTS * toll.deaths.total()


@pytest.mark.soak
@LONG
async def test_nothing_is_lost_or_doubled_whichever_of_two_dies(tmp_path: Path, broadcast: int) -> None:
    """R1, R3, R4, R13, R14, R23, R28, R34: the same on PostgreSQL with two processes; it is stopped at once 20 times.

    What a dead process was sending waits until its lease is over.
    """
    with postgres_server() as server:
        toll = await torment(
            tmp_path,
            people=2_000,
            kills=200,
            failpoints=[f"{point}:{count}" for point in POINTS for count in (10, 60)],
            think=1,
            seed=6,
            calls=300,
            server=server,
            stops=20,
            processes=2,
            broadcast=broadcast,
            pace=60,
            patience=900,
        )
    print(toll)
    assert toll.broken == {}
    assert toll.updates_sent == 20_000
    assert toll.deaths["SIGKILL"] >= 200
    assert toll.stops == 20
    told = toll.broadcast
    assert told.sent + told.unknown + told.refused == told.people == broadcast
    assert told.unknown <= SLOTS * toll.deaths.total()
