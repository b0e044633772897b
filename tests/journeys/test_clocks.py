"""A real bot whose machine's clock is set, back and forth and over days asleep (R20), by libfaketime (`make soak`)."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from benchmarks.load import Api, serving
from bot import wiring
from bot.campaign import Campaign, Kind, Schedule
from bot.clock import SystemClock
from bot.config import Settings
from bot.people import Partner
from bot.ports import Unit
from bot.rhythm import Quiet
from storage.database import Database
from tests.campaigns import person, running
from tests.guarding import environment as guarded
from tests.journeys.killing import told
from tests.journeys.spreading import FIRST, Ears, settings_for_api
from tests.stores import selected

PEOPLE = 12
SETTLED = 25.0
"""Real seconds after which a clock that was set has had its effect: planning looks every ten."""

PLACES = (
    *(os.environ.get(name, "") for name in ("FAKETIME_LIBRARY",)),
    *map(str, Path("/usr/lib").glob("*/faketime/libfaketime.so.1")),
)


def library() -> str:
    """Where libfaketime is."""
    found = next((each for each in PLACES if each and Path(each).exists()), None)
    assert found, "libfaketime is not here: apt install libfaketime, or say where by FAKETIME_LIBRARY"
    return found


class Machine:
    """A bot on a machine whose clock shows so much more than ours; what is passing by a monotonic clock stays."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings, self._offset = settings, folder / "offset"

    def set(self, ahead: timedelta) -> None:
        """Its clock shows so much more than ours."""
        beside = self._offset.with_suffix(".new")
        beside.write_text(f"{ahead.total_seconds():+.0f}\n")
        beside.replace(self._offset)

    @contextlib.asynccontextmanager
    async def runs(self) -> AsyncIterator[None]:
        """The bot runs there."""
        environment = os.environ | guarded() | told(self._settings)
        environment |= {
            "LD_PRELOAD": library(),
            "FAKETIME_TIMESTAMP_FILE": str(self._offset),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        process = subprocess.Popen([sys.executable, "-m", "bot", "run"], env=environment)  # noqa: ASYNC220
        try:
            yield
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait)


async def begun(store: Database, minute: int, weekday: int) -> Campaign:
    """Some people, awake at any hour, whom a campaign asks each week at this minute."""
    now = SystemClock().now()
    await store.transact(lambda unit: unit.people.add_partner(Partner("atd", "ATD Fourth World")))

    def come(unit: Unit) -> None:
        for number in range(FIRST, FIRST + PEOPLE):
            person(unit, number, zone="Etc/UTC", quiet=Quiet(0, 0), told_at=now)

    await store.transact(come)
    week = Schedule(Kind.WEEKLY, minute, now.date(), number=weekday)
    return await store.transact(partial(running, now=now, schedule=week, reminders=0, expires=3))


@pytest.mark.soak
@pytest.mark.timeout(1_800)
async def test_a_clock_that_is_set_asks_nobody_twice_and_leaves_out_nobody(tmp_path: Path) -> None:
    """R20: an hour and a day forth and back, a week forth and back, and three days asleep."""
    hour, day = timedelta(hours=1), timedelta(days=1)
    api, ears = Api(), Ears()
    api.crowd = ears
    story: list[tuple[str, int]] = []
    async with serving(api) as url:
        settings = settings_for_api(tmp_path, url, 30)
        machine = Machine(settings, tmp_path)
        asks_at = datetime.now(UTC) + timedelta(minutes=50)
        async with wiring.opened(settings, SystemClock()) as (store, _):
            await begun(store, asks_at.hour * 60 + asks_at.minute, asks_at.weekday())

        async def shows(ahead: timedelta, what: str) -> None:
            machine.set(ahead)
            await asyncio.sleep(SETTLED)
            story.append((what, ears.total))

        machine.set(timedelta())
        async with machine.runs():
            await shows(timedelta(), "before its hour")
            await shows(hour, "an hour on")
            await shows(timedelta(), "and back")
            await shows(-hour, "an hour back")
            await shows(day, "a day on")
            await shows(-day, "a day back")
            await shows(hour, "right again")
            await shows(7 * day, "a week on, before its hour")
            await shows(7 * day + hour, "at its hour")
            await shows(7 * day, "and back")
            await shows(8 * day, "a day later")
        machine.set(16 * day + hour)  # three weeks on, it slept from a day before its hour to two days after
        async with machine.runs():
            await shows(16 * day + hour, "woken two days late")
            await shows(16 * day, "and back")
            await shows(19 * day, "three days later")
    print(story)
    rounds = await asyncio.to_thread(
        selected,
        settings.database,
        "SELECT day, stage, reason, count(*) FROM checkins GROUP BY 1, 2, 3 ORDER BY 1",
    )
    print(rounds)
    times = [0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert [total for _, total in story] == [PEOPLE * each for each in times]
    assert ears.heard == dict.fromkeys(range(FIRST, FIRST + PEOPLE), 3)
    assert [row[1:] for row in rounds if row[1] != "planned"] == 3 * [("sent", "", PEOPLE)]
