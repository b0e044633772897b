"""Waiting for whichever comes first: a thing that happens, or a time on the injected clock."""

import asyncio

from bot.ports import Clock


async def happens(event: asyncio.Event, clock: Clock, within: float) -> bool:
    """Wait for the event, at most so many seconds of that clock; whether it happened."""
    if event.is_set():
        return True
    waits = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(clock.sleep(within))]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
    return event.is_set()
