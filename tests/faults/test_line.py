"""The line to Telegram is slow, cut off or half open."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot import wiring
from bot.config import Settings
from sandbox import Sandbox
from tests.faults.proxy import Proxy, proxied
from tests.journeys.stage import open_house, settings_for


@asynccontextmanager
async def behind_a_proxy(folder: Path) -> AsyncIterator[tuple[Sandbox, Proxy, Settings]]:
    """A pretend Telegram, a line to it that can be hurt, and the settings of a bot that speaks through it."""
    async with (
        Sandbox(flood=False) as sandbox,
        proxied("127.0.0.1", int(sandbox.url.rpartition(":")[2])) as line,
    ):
        settings = settings_for(sandbox, folder)
        await open_house(settings)
        yield sandbox, line, settings.model_copy(update={"api_url": f"http://127.0.0.1:{line.port}"})


async def test_told_to_end_while_requests_hang_it_ends(tmp_path: Path) -> None:
    """R27: what is under way gets ten seconds; then the process goes, and the next one says it."""
    async with behind_a_proxy(tmp_path) as (sandbox, line, settings):
        amina = sandbox.person("Amina")
        async with wiring.running(settings):
            await sandbox.polled(20)
            line.half_open = True  # the poll that waits is answered, but the answer stays on its way
            await amina.starts()
            await asyncio.sleep(1)  # real sockets: long enough that what was sent is stuck on its way
            line.half_open = False
            line.reset()
            await amina.sees("Choose your language", within=60)
            await sandbox.quiet(20)
            await sandbox.polled(20)
            await amina.taps("English", within=20)
            while not sandbox.calls("answerCallbackQuery"):
                await asyncio.sleep(0.01)
            line.half_open = True
            ended = time.monotonic()
        assert time.monotonic() - ended < 12
        line.half_open = False
        line.reset()
        async with wiring.running(settings):
            await amina.sees("Welcome", within=60)


async def test_a_line_that_was_cut_or_slow_loses_nothing(tmp_path: Path) -> None:
    """R1, R13: every connection is reset again and again while somebody talks, and answers come late."""
    async with behind_a_proxy(tmp_path) as (sandbox, line, settings):
        amina = sandbox.person("Amina")
        line.delay = 0.05
        async with wiring.running(settings):
            await amina.starts()
            for label in ("English", "I understand, I am an adult", "Yes"):
                await amina.taps(label, within=60)
                await asyncio.sleep(
                    0.1
                )  # so that the reset meets an answer that is under way, twice the line's delay
                line.reset()
            await amina.sees("Which country", within=60)
            await sandbox.quiet(60)
