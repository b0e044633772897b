"""Kill the bot at any moment: nothing that was acknowledged is lost, nothing is stored twice."""

from pathlib import Path

import pytest

from tests.journeys.killing import UPDATES, torment
from tests.stores import postgres_server

POINTS = ["commit.before", "commit.after", "statement.before", "statement.after"]


async def test_nothing_is_lost_or_doubled_when_the_bot_dies(tmp_path: Path) -> None:
    """R1, R3, R4, R34: a few deaths; `make soak` has many."""
    toll = await torment(
        tmp_path,
        people=20,
        kills=2,
        failpoints=["commit.before:20", "commit.after:20", "statement.before:200", "statement.after:200"],
        think=3,
        seed=1,
    )
    print(toll)
    assert (toll.stories_lost, toll.stories_doubled, toll.updates_unfinished, toll.replies_missing) == (
        0,
        0,
        0,
        0,
    )
    assert toll.deaths.total() >= 4


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
        think=3,
        seed=3,
        hook=True,
    )
    print(toll)
    assert (toll.stories_lost, toll.stories_doubled, toll.updates_unfinished, toll.replies_missing) == (
        0,
        0,
        0,
        0,
    )
    assert toll.deaths["commit.after"] >= 2


@pytest.mark.soak
async def test_nothing_is_lost_or_doubled_in_a_thousand_updates(tmp_path: Path) -> None:
    """R1, R3, R4, R34: 100 people, 30 random moments, and named points around every commit and statement."""
    failpoints = [f"{point}:{count}" for point in POINTS for count in (1, 10, 30, 60, 120)]
    toll = await torment(tmp_path, people=100, kills=30, failpoints=failpoints, think=25, seed=2)
    print(toll)
    assert toll.updates_sent == 100 * UPDATES
    assert toll.deaths["SIGKILL"] == 30
    assert (toll.stories_lost, toll.stories_doubled, toll.updates_unfinished, toll.replies_missing) == (
        0,
        0,
        0,
        0,
    )


@pytest.mark.soak
async def test_nothing_is_lost_or_doubled_on_postgresql(tmp_path: Path) -> None:
    """R1, R3, R4, R34: the same on PostgreSQL, where what a dead process was sending waits until its lease is over."""
    failpoints = [f"{point}:{count}" for point in POINTS for count in (10, 60)]
    with postgres_server() as server:
        toll = await torment(
            tmp_path,
            people=30,
            kills=10,
            failpoints=failpoints,
            think=10,
            seed=3,
            database=server.bare(),
            patience=900,
        )
    print(toll)
    assert toll.deaths.total() >= 10
    assert (toll.stories_lost, toll.stories_doubled, toll.updates_unfinished, toll.replies_missing) == (
        0,
        0,
        0,
        0,
    )
