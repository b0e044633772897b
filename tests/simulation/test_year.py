"""A year of people who are asked again, each by her own clock (R15, R19, R21)."""

import os
import time

import pytest

from bot.people import Partner
from storage.database import Database
from tests.simulation.year import BUSY, ZONES, Verdict, judged, live
from tests.stores import SqliteFiles, opened

PEOPLE, DAYS = 200, 60
MANY = int(os.environ.get("PEOPLE", "2000"))


async def judged_after(files: SqliteFiles, people: int, days: int, seed: int) -> tuple[Verdict, str]:
    async with opened(files.fresh()) as store:
        await begin(store)
        began = time.perf_counter()
        log = await live(store, people, days, seed)
    verdict = judged(log)
    told = (
        f"{people:,} people in {verdict.zones} zones, {days} days in {time.perf_counter() - began:.0f} s:"
        f" said {verdict.said:,}; {dict(log.left)}; missed {log.missed}; faults: {verdict.faults}"
    )
    return verdict, told


async def begin(store: Database) -> None:
    for partner in (Partner("atd", "ATD Fourth World"), Partner(BUSY, "OMEP")):
        await store.transact(lambda unit, partner=partner: unit.people.add_partner(partner))  # type: ignore[misc]


async def test_sixty_days_of_two_hundred_people(files: SqliteFiles) -> None:
    """R15, R19, R21: everybody once for each day of hers, nothing in quiet hours, nothing above the cap."""
    verdict, told = await judged_after(files, PEOPLE, DAYS, 1)
    assert verdict.faults == {}, told
    assert verdict.said > 10 * PEOPLE
    assert verdict.zones == len(ZONES) >= 40


@pytest.mark.soak
@pytest.mark.timeout(7200)
async def test_a_year_of_many(files: SqliteFiles, capsys: pytest.CaptureFixture[str]) -> None:
    """R15, R19, R21: `PEOPLE=10000 make soak` has more of them."""
    verdict, told = await judged_after(files, MANY, 365, 2)
    with capsys.disabled():
        print(f"\n{told}")
    assert verdict.faults == {}, told
