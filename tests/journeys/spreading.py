"""A campaign to very many, by processes that are killed again and again; who heard it, and how soon a pause holds."""

import asyncio
import contextlib
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from benchmarks.load import TOKEN, Api, serving
from benchmarks.process import Peak
from bot import campaigning, wiring
from bot.campaign import Campaign, Kind, Schedule
from bot.clock import SystemClock
from bot.config import Settings
from bot.launching import Launching
from bot.people import Partner
from bot.ports import Meter, Unavailable, Unit
from bot.rhythm import Quiet
from storage.database import Database
from tests.campaigns import at, catalogs, lead, person, running
from tests.journeys.killing import start
from tests.journeys.processes import Process
from tests.journeys.stage import FAST
from tests.stores import PostgresServer, selected

FIRST, LAST = 5_000_001, 500_000_000
"""The chat of the first of them; beyond the last are those of leads."""

TOGETHER = 500
PARTNER = "atd"
QUIETLY = 3.0
"""Real seconds for which a pause is watched."""


@dataclass
class Spread:
    """What became of it. `after_pause`: messages that came after the commit of the pause, and `still`: how many seconds
    after it the last of them.
    """

    people: int
    expanded_in: float = 0.0
    seconds: float = 0.0
    pace: float = 0.0
    mb: float = 0.0
    kills: int = 0
    heard: int = 0
    doubled: int = 0
    lost: int = 0
    stages: Counter[str] = field(default_factory=Counter)
    after_pause: int = 0
    still: float = 0.0
    paused_in: float = 0.0

    def __str__(self) -> str:
        """The figures in one line."""
        said = self.heard + self.doubled
        share = f" ({said / self.seconds / self.pace:.1%} of the allowed)" if self.pace < FAST else ""
        return (
            f"{self.people:,} people: expanded in {self.expanded_in:.1f} s; said in {self.seconds:.0f} s,"
            f" {said / self.seconds:.1f} a second{share}; at most {self.mb:.0f} MB; {self.kills} SIGKILL:"
            f" heard {self.heard:,}, doubled {self.doubled}, lost {self.lost}, {dict(self.stages)};"
            f" paused in {1000 * self.paused_in:.0f} ms, {self.after_pause} came after that,"
            f" the last {self.still:.2f} s after"
        )


class Ears:
    """Counts what comes to whom."""

    def __init__(self) -> None:
        self.heard: Counter[int] = Counter()
        self.last = 0.0
        self.total = 0

    def shown(self, chat: int, message: int, text: str, markup: str, *, new: bool) -> None:
        """The bot said something."""
        if new and FIRST <= chat <= LAST:
            self.heard[chat] += 1
            self.total += 1
            self.last = time.perf_counter()

    async def more(self, messages: int, within: float) -> None:
        """Wait until so many more came, at most so long."""
        then, until = self.total + messages, time.perf_counter() + within
        while self.total < then and time.perf_counter() < until:
            await asyncio.sleep(0.005)


async def spread(
    folder: Path,
    people: int,
    *,
    kills: int,
    seed: int,
    pace: float = FAST,
    processes: int = 1,
    server: PostgresServer | None = None,
    within: float = 600.0,
) -> Spread:
    """Tell so many, by so many processes at once, one of which is killed so often; it is paused once for a while."""
    chance, figures, ears = random.Random(seed), Spread(people, pace=pace, kills=kills), Ears()
    api = Api()
    api.crowd = ears
    async with serving(api) as url:
        settings = settings_for_api(folder, url, pace, server)
        async with wiring.opened(settings, SystemClock()) as (store, _):
            campaign = await _begun(store, people)
            figures.expanded_in = await _expanded(store)
        living = [await start(settings) for _ in range(processes)]
        try:
            async with Peak([each.pid for each in living]) as peak:
                began = time.perf_counter()
                await ears.more(people // 4, within)
                await _pauses(settings, campaign, ears, figures)
            figures.mb = peak.mb
            for _ in range(kills):
                # So often that all deaths come before the end: while one begins anew, others go on.
                await ears.more(chance.randrange(max(2, people // (3 * (kills + 1)))), within / kills)
                await _killed(living, chance.randrange(processes), settings)
            await _all_said(settings, within)
            figures.seconds = ears.last - began
        finally:
            for each in living:
                each.terminate()
            await asyncio.gather(*(each.wait() for each in living))
        await _counted(settings, ears, figures)
    return figures


def settings_for_api(folder: Path, url: str, pace: float, server: PostgresServer | None = None) -> Settings:
    """Settings of a bot that speaks to this address, and may say so much in a second."""
    return Settings(
        token=SecretStr(TOKEN),
        api_url=url,
        data_dir=folder / "data",
        key_file=folder / "keys" / "voices.key",
        database_url=server.bare() if server else None,
        pace=pace,
        chat_pace=FAST,
    )


async def _begun(store: Database, people: int) -> Campaign:
    """All of them are there, awake at any hour, and a campaign asks them now."""
    now = SystemClock().now()

    def come(unit: Unit, first: int) -> None:
        for number in range(first, min(first + TOGETHER, FIRST + people)):
            person(unit, number, zone="Etc/UTC", quiet=Quiet(0, 0), told_at=now)

    def begin(unit: Unit) -> Campaign:
        today = Schedule(Kind.ONCE, 0, now.date())
        return running(unit, now, schedule=today, reminders=0, expires=9)

    await store.transact(lambda unit: unit.people.add_partner(Partner(PARTNER, "ATD Fourth World")))
    for first in range(FIRST, FIRST + people, TOGETHER):
        await store.transact(partial(come, first=first))
    return await store.transact(begin)


async def _expanded(store: Database) -> float:
    began = time.perf_counter()
    await Launching(store, SystemClock(), catalogs(), 30, Meter()).plan()
    return time.perf_counter() - began


async def _pauses(settings: Settings, campaign: Campaign, ears: Ears, figures: Spread) -> None:
    """A lead pauses it, and lets it go on after a while."""
    async with wiring.opened(settings, SystemClock(), alone=False) as (store, _):

        async def does(what: str) -> None:
            def work(unit: Unit) -> None:
                known = unit.campaigns.get(campaign.id, partner=PARTNER)
                assert known is not None
                deed = campaigning.pause if what == "pause" else campaigning.resume
                deed(unit, at(SystemClock().now()), lead(unit), known)

            for _ in range(10):
                with contextlib.suppress(Unavailable):  # locked by the bot for too long on a crowded machine
                    await store.transact(work)
                    return
            raise Unavailable("the bot does not let go of its file")

        began = time.perf_counter()
        await does("pause")
        paused, before = time.perf_counter(), ears.total
        figures.paused_in = paused - began
        await asyncio.sleep(QUIETLY)
        figures.after_pause = ears.total - before
        figures.still = max(0.0, ears.last - paused)
        await does("resume")


async def _killed(living: list[Process], which: int, settings: Settings) -> None:
    process = living.pop(which)
    process.kill()
    await process.wait()
    living.append(await start(settings))


async def _all_said(settings: Settings, within: float) -> None:
    """Wait until nothing is planned any more, nor under way."""
    open_ = "SELECT count(*) FROM (SELECT 1 FROM checkins WHERE stage IN ('planned', 'queued', 'held') LIMIT 1) AS few"
    async with asyncio.timeout(within):
        while await asyncio.to_thread(selected, settings.database, open_) != [(0,)]:
            await asyncio.sleep(0.5)


async def _counted(settings: Settings, ears: Ears, figures: Spread) -> None:
    rows = await asyncio.to_thread(
        selected, settings.database, "SELECT stage, count(*) FROM checkins GROUP BY stage"
    )
    figures.stages = Counter({str(stage): int(count) for stage, count in rows})
    figures.heard = len(ears.heard)
    figures.doubled = ears.total - len(ears.heard)
    figures.lost = max(
        0, figures.people - figures.heard - figures.stages["unknown"] - figures.stages["refused"]
    )
