"""One contestant measured: under load, at a calm pace, and killed in the middle."""

import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten

from benchmarks.contestants import START, Absent, Contestant
from benchmarks.load import Api, Crowd, Stuck, serving
from benchmarks.process import Peak, cpu_seconds

Figures = dict[str, float]
Make = Callable[[Path, str], Contestant]


@dataclass(frozen=True, slots=True)
class Amount:
    """How much is measured: crowds of how many people, and the seconds of each part; 0 leaves it out.

    At a calm pace `calm_people` answer once in `calm_every` seconds: as often as Telegram lets a bot reply. At a pace
    that a bot cannot bear, the length of its queue would be all that is measured.
    """

    people: tuple[int, ...]
    load: float
    calm: float
    kill: float
    calm_people: int = 30
    calm_every: float = 1.0


async def measure(make: Make, amount: Amount) -> Figures:
    """One round of one contestant in a fresh folder. Absent, Stuck."""
    gc.collect()
    api = Api()
    async with serving(api) as url:
        with tempfile.TemporaryDirectory(prefix="voices-bench-", ignore_cleanup_errors=True) as folder:
            contestant = make(Path(folder), url)
            try:
                await contestant.prepare()
                return await _round(contestant, api, amount)
            finally:
                await contestant.close()


async def _round(contestant: Contestant, api: Api, amount: Amount) -> Figures:
    crowd = Crowd(api)
    figures: Figures = {}
    await contestant.start()
    try:
        await _ready(contestant, api)
        roots = [contestant.process.pid, *contestant.servers]
        async with Peak(roots) as peak:
            for people in amount.people:
                figures |= await _loaded(crowd, api, roots, people, amount.load)
            if amount.calm:
                figures |= await _calm(crowd, amount)
        figures["MB"] = peak.mb
        if amount.kill:
            figures |= await _killed(contestant, crowd, api, amount)
    except Stuck as fault:
        raise Stuck(f"{fault}; the bot's last word: {contestant.complaint}") from None
    finally:
        await contestant.stop()
    kept = await contestant.stories(crowd.finished)
    if kept is not None:
        figures["not kept"] = sum(not kept[chat] for chat in crowd.finished)
        figures["kept twice"] = sum(kept[chat] - 1 for chat in crowd.finished if kept[chat])
    return figures


async def _ready(contestant: Contestant, api: Api) -> None:
    """Wait until it takes updates. Absent where it ends instead."""
    ready = asyncio.create_task(api.ready(START))
    ended = asyncio.create_task(contestant.process.wait())
    await asyncio.wait({ready, ended}, return_when=asyncio.FIRST_COMPLETED)
    ended.cancel()
    if not ready.done():
        ready.cancel()
        raise Absent(f"it ended at its start: {contestant.complaint}")
    await ready


async def _loaded(crowd: Crowd, api: Api, roots: list[int], people: int, seconds: float) -> Figures:
    """Everybody answers as soon as the bot's message came."""
    used, own, began = cpu_seconds(roots), time.process_time(), time.perf_counter()
    api.calls = api.told = 0
    await crowd.talk(people, seconds, whole=True)
    took, steps = time.perf_counter() - began, len(crowd.latencies)
    figures = {
        f"steps/s, {people}": steps / took,
        f"CPU, {people}": 1000 * (cpu_seconds(roots) - used) / steps,
        f"CPU of the load, {people}": 1000 * (time.process_time() - own) / steps,
        f"calls a step, {people}": api.calls / steps,
        f"bytes a step, {people}": api.told / steps,
    }
    return figures | {f"unanswered, {people}": await crowd.answered()}


async def _calm(crowd: Crowd, amount: Amount) -> Figures:
    """How long each waits where there is room for all; at least a whole walk of each."""
    await crowd.talk(amount.calm_people, amount.calm, every=amount.calm_every, whole=True)
    await crowd.answered()
    ranks = statistics.quantiles(crowd.latencies, n=100)
    return {f"p{rank}": 1000 * ranks[rank - 1] for rank in (50, 95, 99)}


async def _killed(contestant: Contestant, crowd: Crowd, api: Api, amount: Amount) -> Figures:
    """Under load, a SIGKILL in the middle, a new process at once; what people then miss or hear again."""
    talking = asyncio.create_task(crowd.talk(amount.people[0], amount.kill))
    await asyncio.sleep(amount.kill / 2)
    contestant.process.kill()
    await contestant.process.wait()
    api.forget_bot()
    await contestant.start()
    await talking
    await _ready(contestant, api)
    return {"lost": await crowd.answered(), "repeated": crowd.repeated}


# -- written down -----------------------------------------------------------------------------------------------------


def written(rows: dict[str, list[Figures] | str], people: tuple[int, ...]) -> str:
    """The table, in Markdown: the median of the rounds, of what went wrong the worst; a str says why not."""
    heads = ["", *(f"steps/s, {each:,} people" for each in people), "CPU s per 1,000 steps (of the load)"]
    heads += ["p50 · p95 · p99 ms", "most MB", "lost", "said again", "not kept · kept twice"]
    lines = [heads, ["---"] * len(heads)]
    for title, rounds in rows.items():
        if isinstance(rounds, str):
            lines.append([title, f"left out: {shorten(rounds, 80)}", *[""] * (len(heads) - 2)])
            continue
        lines.append([title, *(_spread(rounds, f"steps/s, {each}") for each in people)])
        lines[-1] += [" · ".join(_cpu(rounds, each) for each in people)]
        lines[-1] += [" · ".join(_middle(rounds, rank, 0) for rank in ("p50", "p95", "p99"))]
        lines[-1] += [_middle(rounds, "MB", 0), _worst(rounds, "lost"), _worst(rounds, "repeated")]
        lines[-1] += [f"{_worst(rounds, 'not kept')} · {_worst(rounds, 'kept twice')}"]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _middle(rounds: list[Figures], name: str, digits: int) -> str:
    known = [each[name] for each in rounds if name in each]
    return f"{statistics.median(known):,.{digits}f}" if known else "–"


def _cpu(rounds: list[Figures], people: int) -> str:
    return f"{_middle(rounds, f'CPU, {people}', 2)} ({_middle(rounds, f'CPU of the load, {people}', 2)})"


def _spread(rounds: list[Figures], name: str) -> str:
    known = [each[name] for each in rounds if name in each]
    return f"{_middle(rounds, name, 0)} ({min(known):,.0f}–{max(known):,.0f})" if known else "–"


def _worst(rounds: list[Figures], name: str) -> str:
    known = [each[name] for each in rounds if name in each]
    return f"{max(known):,.0f}" if known else "–"
