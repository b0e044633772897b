"""Gently: few readers at a time look at the rows, so that whoever speaks with the bot waits for few of them at most."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from bot.ports import Store, Unit

T = TypeVar("T")

READERS = 3
"""So many look at once; the others wait for them, and nobody else does."""


class Gently:
    """A store for readers."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._turn = asyncio.Semaphore(READERS)

    async def transact(self, work: Callable[[Unit], T]) -> T:
        """See Store.transact."""
        async with self._turn:
            return await self._store.transact(work)

    async def close(self) -> None:
        """The store is another's: it stays open."""
