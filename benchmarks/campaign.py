"""Whether replies come at once while a campaign runs: `python -m benchmarks.campaign`.

As many people as are asked for are to be told something, each by a delivery of a campaign in the outbox. While the bot
works through them at the pace it is allowed, thirty others hold the dialog of the eight questions, once a second each.
Then these must stop, and the rest of the campaign is waited for, where it was not cut short.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import uvloop

from benchmarks.__main__ import machine
from benchmarks.contestants import Ours, running
from benchmarks.load import SILENCE, Api, Crowd, serving
from benchmarks.process import Peak
from bot import config, wiring
from bot.clock import SystemClock
from bot.outbox import Kind
from bot.ports import Unit
from bot.speech import Message, Sentence

FIRST = 5_000_001
"""The chat of the first of those whom the campaign reaches; nobody of the others has such a number."""

BATCH = 5_000
TELLS = Message("en", (Sentence("How are you this week?"),))
NEAR = 0.95
"""The part of a campaign during which the others talk: it does not end before them."""


class Told:
    """Counts what comes to whom, and passes on to the crowd what is theirs. `all_told`: the campaign is over."""

    def __init__(self, crowd: Crowd, count: int) -> None:
        self._crowd = crowd
        self._count = count
        self.campaign: Counter[int] = Counter()
        self.others = 0
        self.all_told = asyncio.Event()

    def shown(self, chat: int, message: int, text: str, markup: str, *, new: bool) -> None:
        """The bot said something, or changed what it said: both count against its pace."""
        if chat < FIRST:
            self.others += 1
            self._crowd.shown(chat, message, text, markup, new=new)
            return
        self.campaign[chat] += 1
        if len(self.campaign) == self._count:
            self.all_told.set()


@dataclass(frozen=True, slots=True)
class Ran:
    """What was measured: messages of the campaign and others in so many seconds, replies' latencies in ms, the part of
    the allowed pace that was reached, and of the whole campaign who was not told (None: cut short) or told twice.
    """

    seconds: float
    campaign: int
    others: int
    reached: float
    latencies: Sequence[float]
    mb: float
    missing: int | None
    twice: int

    def __str__(self) -> str:
        ranks = statistics.quantiles(self.latencies, n=100)
        ends = "cut short" if self.missing is None else f"not told {self.missing}"
        return (
            f"in {self.seconds:.0f} s {self.campaign:,} messages of the campaign and {self.others:,} others: "
            f"{self.reached:.1%} of the allowed pace; replies p50 {ranks[49]:.0f} · p95 {ranks[94]:.0f} · "
            f"p99 {ranks[98]:.0f} · worst {max(self.latencies):.0f} ms; at most {self.mb:.0f} MB; "
            f"{ends}, told twice {self.twice}"
        )


async def run(count: int, pace: float, *, people: int, every: float, seconds: float | None = None) -> Ran:
    """One campaign for `count` people at `pace` messages a second, and `people` who talk once in `every` seconds.

    `seconds`: cut it short. TimeoutError where it takes twice as long as it may.
    """
    api = Api()
    async with serving(api) as url:
        with tempfile.TemporaryDirectory(prefix="voices-campaign-", ignore_cleanup_errors=True) as folder:
            bot = Ours(Path(folder), url, more={"VOICES_PACE": str(pace), "VOICES_CHAT_PACE": "1"})
            await bot.prepare()
            await _plan(bot, count)
            crowd = Crowd(api)
            api.crowd = told = Told(crowd, count)
            async with running(bot, api), Peak([bot.process.pid]) as peak:
                campaign, others, began = told.campaign.total(), told.others, time.perf_counter()
                await crowd.talk(people, seconds or NEAR * count / pace, every=every)
                took = time.perf_counter() - began
                campaign, others = told.campaign.total() - campaign, told.others - others
                latencies = [1000 * each for each in crowd.latencies]
                if seconds is None:
                    await asyncio.wait_for(told.all_told.wait(), count / pace + SILENCE)
    missing = count - len(told.campaign) if seconds is None else None
    twice = told.campaign.total() - len(told.campaign)
    return Ran(took, campaign, others, (campaign + others) / took / pace, latencies, peak.mb, missing, twice)


async def _plan(bot: Ours, count: int) -> None:
    """People whom we know, and a delivery to each."""
    clock = SystemClock()

    def plan(first: int, unit: Unit) -> None:
        now = clock.now()
        partner = unit.people.partners()[0].id
        for chat in range(first, min(first + BATCH, FIRST + count)):
            address = unit.people.add_address(chat, chat, now)
            unit.people.add_respondent(address, partner, "en", now)
            key = f"campaign:1:{address}"
            unit.outbox.add(key=key, address=address, kind=Kind.CAMPAIGN, message=TELLS, now=now)

    async with wiring.opened(config.read(bot.environment), clock) as (store, _):
        for first in range(FIRST, FIRST + count, BATCH):
            await store.transact(partial(plan, first))


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.campaign", description=__doc__)
    parser.add_argument("--reaches", type=int, default=100_000, help="how many people")
    parser.add_argument(
        "--pace", type=float, default=30, help="messages a second that the bot may say, overall"
    )
    parser.add_argument("--people", type=int, default=30, help="who talk meanwhile")
    parser.add_argument("--every", type=float, default=1, help="seconds between two answers of one of them")
    parser.add_argument("--seconds", type=float, help="cut it short; else it is waited for to its end")
    asked = parser.parse_args()
    print(
        f"{machine()}; {asked.reaches:,} people at {asked.pace:g} a second, "
        f"{asked.people} others once in {asked.every:g} s\n"
    )
    ran = run(asked.reaches, asked.pace, people=asked.people, every=asked.every, seconds=asked.seconds)
    print(uvloop.run(ran))


if __name__ == "__main__":
    main()
