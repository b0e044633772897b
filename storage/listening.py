"""What other processes on one PostgreSQL tell: one connection that listens."""

import asyncio
import logging
from collections.abc import Callable
from typing import NoReturn

import psycopg

from bot.ports import News
from storage.prepared import CHANNEL

ALIVE = 20.0
"""Seconds of silence after which the connection is asked whether it still stands."""

AGAIN = 1.0
"""Seconds between two looks while nothing can be heard."""

log = logging.getLogger("voices.storage")


async def listen(address: str, me: str, hear: Callable[[News, int], None]) -> NoReturn:
    """Pass on what others tell, until cancelled. What may have been missed counts as told: once when the connection
    stands, and every second while it does not.
    """
    heard = True
    while True:
        try:
            connection = await psycopg.AsyncConnection.connect(address, autocommit=True, connect_timeout=10)
            async with connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                heard = True
                _everything(hear)
                while True:
                    async for told in connection.notifies(timeout=ALIVE):
                        who, what, count = told.payload.split()
                        if who != me:
                            hear(News(what), int(count))
                    await connection.execute("SELECT 1")
        except (psycopg.Error, OSError) as error:
            if heard:
                log.warning("other processes cannot be heard: %s", type(error).__name__)
            heard = False
            _everything(hear)
            await asyncio.sleep(AGAIN)


def _everything(hear: Callable[[News, int], None]) -> None:
    for news in News:
        hear(news, 1)
