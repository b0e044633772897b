"""One contestant measured: under load, at a calm pace, and killed in the middle."""

import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contestants import Contestant
from benchmarks.load import Api, Crowd, Wire
from benchmarks.process import Peak, cpu_seconds

Figures = dict[str, float]
Make = Callable[[Path, str], Contestant]

START = 60.0
"""Seconds a bot may take to start."""

PATIENCE = 20.0
"""Seconds after the last answer within which a reply counts as given."""

CALM = 50.0
"""Answers a second, all people together, at a calm pace: more than Telegram lets a bot answer, less than any here bears."""


@dataclass(frozen=True, slots=True)
class Amount:
    """How much is measured: how many people, seconds of each phase, whether the bot is killed."""

    people: int
    seconds: float
    calm: float
    kill: float = 0


async def measure(make: Make, amount: Amount) -> Figures:
    """One round of one contestant in a fresh folder. Absent, Stuck."""
    gc.collect()
    api = Api()
    server = await asyncio.get_running_loop().create_server(lambda: Wire(api), "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with tempfile.TemporaryDirectory(prefix="voices-bench-", ignore_cleanup_errors=True) as folder:
        contestant = make(Path(folder), url)
        try:
            await contestant.prepare()
            return await _rounds(contestant, api, amount)
        finally:
            await contestant.close()
            await api.close()
            server.close()


async def _rounds(contestant: Contestant, api: Api, amount: Amount) -> Figures:
    process = await contestant.start()
    crowd = Crowd(api, amount.people)
    roots = [process.pid, *contestant.servers]
    try:
        await api.ready(START)
        async with Peak(roots) as peak:
            figures = await _loaded(crowd, api, roots, amount.seconds)
            figures |= await _calm(crowd, amount.calm) if amount.calm else {}
        figures["MB"] = peak.mb
        if amount.kill:
            process, more = await _killed(contestant, crowd, api, process, amount.kill)
            figures |= more
    finally:
        if process.returncode is None:
            process.terminate()
            await asyncio.wait_for(process.wait(), 60)
    kept = await contestant.stories(crowd.finished)
    if kept is not None:
        figures["not kept"] = sum(not kept[chat] for chat in crowd.finished)
        figures["kept twice"] = sum(kept[chat] - 1 for chat in crowd.finished if kept[chat])
    return figures


async def _loaded(crowd: Crowd, api: Api, roots: list[int], seconds: float) -> Figures:
    """Everybody answers as soon as the bot's message came."""
    used, own, began = cpu_seconds(roots), time.process_time(), time.perf_counter()
    api.calls.clear()
    await crowd.talk(seconds, whole=True)
    took, steps = time.perf_counter() - began, len(crowd.latencies)
    figures = {
        "steps/s": steps / took,
        "CPU s per 1,000": 1000 * (cpu_seconds(roots) - used) / steps,
        "load CPU s per 1,000": 1000 * (time.process_time() - own) / steps,
        "calls a step": sum(api.calls.values()) / steps,
    }
    figures["unanswered"] = await crowd.answered(PATIENCE)
    return figures


async def _calm(crowd: Crowd, seconds: float) -> Figures:
    """So many answers a second as any bot bears, or none does."""
    await crowd.talk(seconds, every=crowd.size / CALM)
    await crowd.answered(PATIENCE)
    ranks = statistics.quantiles(crowd.latencies, n=100)
    return {f"p{rank}": 1000 * ranks[rank - 1] for rank in (50, 95, 99)}


async def _killed(
    contestant: Contestant, crowd: Crowd, api: Api, process: asyncio.subprocess.Process, seconds: float
) -> tuple[asyncio.subprocess.Process, Figures]:
    """A calm pace, a SIGKILL in the middle, a new process at once; what people then miss or hear again."""
    talking = asyncio.create_task(crowd.talk(seconds, every=crowd.size / CALM))
    await asyncio.sleep(seconds / 2)
    process.kill()
    await process.wait()
    api.forget_bot()
    process = await contestant.start()
    await talking
    await api.ready(START)
    lost = await crowd.answered(PATIENCE)
    return process, {"lost": lost, "repeated": crowd.repeated}
