"""Stores that go away while the bot is at work, each in its own way, and come back."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from storage.database import Database
from tests.stores import PostgresServer

Outage = Callable[[Database], AbstractAsyncContextManager[None]]
"""While it is entered, the store of this bot is away."""


def locked(file: Path) -> Outage:
    """Another process holds the SQLite file and does not let go."""

    @asynccontextmanager
    async def outage(_: Database) -> AsyncIterator[None]:
        other = sqlite3.connect(file, isolation_level=None, timeout=30, check_same_thread=False)
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            other.close()

    return outage


def full(_: Path) -> Outage:
    """The disk is full: the SQLite file may not grow by a page."""
    return _pragma("max_page_count", "1", "1000000000")


def readonly(_: Path) -> Outage:
    """The SQLite file can be read, not written."""
    return _pragma("query_only", "1", "0")


def _pragma(name: str, away: str, back: str) -> Outage:
    @asynccontextmanager
    async def outage(store: Database) -> AsyncIterator[None]:
        writer = store._engine._driver  # type: ignore[attr-defined]
        await asyncio.to_thread(writer.execute, f"PRAGMA {name} = {away}")
        try:
            yield
        finally:
            await asyncio.to_thread(writer.execute, f"PRAGMA {name} = {back}")

    return outage


def powerless(server: PostgresServer) -> Outage:
    """PostgreSQL stops as if its machine had lost power, and starts again."""

    @asynccontextmanager
    async def outage(_: Database) -> AsyncIterator[None]:
        await asyncio.to_thread(server.crash)
        try:
            yield
        finally:
            await asyncio.to_thread(server.revive)

    return outage
