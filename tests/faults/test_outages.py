"""The store goes away while people talk: nothing is acknowledged, nothing spins, and recovery needs nobody."""

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot import wiring
from sandbox import Sandbox
from tests.faults.outages import Outage, full, locked, powerless, readonly
from tests.journeys.killing import Toll, count, walk
from tests.journeys.stage import open_house, settings_for
from tests.stores import PostgresServer, postgres_server

PEOPLE = 4
IDLE = 0.5
"""The part of a processor that the bot and the sandbox together may use while they can do nothing."""

LENGTHS = [6.0, pytest.param(60.0, marks=[pytest.mark.soak, pytest.mark.timeout(600)])]
"""Seconds of an outage; `make soak` has the whole minute."""


async def _outlive(
    folder: Path, outage: Outage, seconds: float, *, way: object = None, database: str | None = None
) -> None:
    """A crowd talks; in the middle of it the store is away; in the end everybody has what they came for."""
    chance = random.Random(1)
    async with Sandbox(flood=False, penalty=False) as sandbox:
        settings = settings_for(sandbox, folder, database=database)
        await open_house(settings)
        crowd = [sandbox.person(f"Person {number}") for number in range(PEOPLE)]
        async with wiring.running(settings) as voices:
            talking = asyncio.gather(*(walk(each, n, chance, 1.0, 300) for n, each in enumerate(crowd)))
            await sandbox.called("answerCallbackQuery", within=60)
            async with outage(voices.store):
                await asyncio.sleep(1)  # until whatever was under way has met the outage
                late = sandbox.person("Late")
                await late.starts()
                worked = time.process_time()
                await asyncio.sleep(
                    seconds
                )  # the outage itself, by a real clock: what spins shows in real CPU
                worked = time.process_time() - worked
                waits = any(each.lane[1] == late.id for each in sandbox.world.updates.pending.values())
                assert waits or way is full  # whose file may have room for one more row in the pages it has
                assert worked < seconds * IDLE
            await talking
            await late.sees("Choose your language", within=300)
            await sandbox.quiet(within=60, settle=0.5)
        toll = Toll(PEOPLE)
        await count(settings, toll, [each.id for each in crowd])
    assert (toll.stories_lost, toll.stories_doubled, toll.updates_unfinished) == (0, 0, 0)


@pytest.mark.parametrize("seconds", LENGTHS)
@pytest.mark.parametrize("way", [locked, full, readonly])
async def test_a_file_that_cannot_be_written_stops_nobody_for_good(
    tmp_path: Path, way: Callable[[Path], Outage], seconds: float
) -> None:
    """R23, R24: SQLite locked by another process, on a full disk, or read-only."""
    await _outlive(tmp_path, way(tmp_path / "data" / "voices.db"), seconds, way=way)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A PostgreSQL server that nobody else relies on."""
    with postgres_server() as found:
        yield found


@pytest.mark.parametrize("seconds", LENGTHS)
async def test_a_server_that_lost_power_stops_nobody_for_good(
    tmp_path: Path, server: PostgresServer, seconds: float
) -> None:
    """R23: `pg_ctl -m immediate` under load, and started again."""
    await _outlive(tmp_path, powerless(server), seconds, database=server.bare())
