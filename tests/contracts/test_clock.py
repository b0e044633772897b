"""The time that all processes on one database have in common."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import CommonClock
from storage.database import Database
from tests.fakes import FakeClock
from tests.stores import Source, opened

NEAR = timedelta(seconds=5)
"""What a busy machine may need for a look; the clocks below are years apart."""


async def test_the_store_tells_what_time_it_is(store: Database) -> None:
    told = await store.transact(lambda unit: unit.leases.now())
    assert timedelta() <= datetime.now(UTC) - told < NEAR


@pytest.mark.parametrize("year", [2001, 2099])
async def test_a_machine_set_wrong_goes_by_the_time_of_the_database(postgres: Source, year: int) -> None:
    """R20: whenever its own clock is set; between two looks the seconds go on, and a look puts them right."""
    url = postgres.fresh()
    own = FakeClock(datetime(year, 1, 1, tzinfo=UTC))
    async with opened(url) as store:
        clock = CommonClock(own, store)
        assert clock.now() == own.now()
        await clock.look()
        assert abs(clock.now() - datetime.now(UTC)) < NEAR
        seen = clock.now()
        own.advance(-86_400)
        assert clock.now() == seen
        own.advance(60)
        assert clock.now() - seen == timedelta(seconds=60)
        await clock.look()
        assert abs(clock.now() - datetime.now(UTC)) < NEAR
    postgres.drop(url)
