from collections.abc import AsyncIterator

import pytest
from telegram import Bot

from sandbox import Clock, Sandbox
from tests.sandbox.bots import library

MORNING = 1_800_000_000.0


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox whose clock stands still until a test moves it."""
    async with Sandbox(clock=Clock(MORNING, running=False)) as stage:
        yield stage


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    """python-telegram-bot's Bot, talking to the sandbox."""
    async with library(sandbox) as each:
        yield each
