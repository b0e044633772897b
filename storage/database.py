"""The Store: one async door to the rows, on SQLite and PostgreSQL alike.

SQLite has one connection. What waits is taken in groups, each work after the first behind its savepoint, with one
commit for all: with the disk as slow as it is, that is what makes durable steps cheap. PostgreSQL has a few
connections; what waits when one of them is free shares a transaction.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import bot.ports
from bot.ports import News, Unavailable
from storage import failing
from storage.engine import Engine
from storage.opening import address_of
from storage.postgresql import Postgresql
from storage.sealing import Keyring, Keys
from storage.sqlite import Sqlite
from storage.unit import House, Unit

T = TypeVar("T")


class Database:
    """The Store port."""

    def __init__(self, engine: Engine, meter: bot.ports.Meter) -> None:
        self._engine = engine
        self._meter = meter

    @classmethod
    def open(
        cls,
        url: str,
        keys: Keys,
        *,
        key_file: Path | None = None,
        alone: bool = True,
        failpoint: Callable[[str], None] = failing.point,
        meter: bot.ports.Meter | None = None,
    ) -> "Database":
        """Open a migrated database: "sqlite:///path" or "postgresql://…".

        `key_file`: where the keys are read anew once they were rotated. `alone` False: an operator's tool that
        writes beside the process whose file it is (SQLite).
        `failpoint` is called with "commit.before" and "commit.after". StoreFault where another process uses the
        SQLite file, or the schema is not this program's; KeyFault where the keys are not those it was sealed with.
        """
        address = address_of(url)
        meter = meter or bot.ports.Meter()
        ring = Keyring(keys, key_file)
        engine: Engine
        if address.get_backend_name() == "sqlite":
            engine = Sqlite(address, House(ring, alone=alone, failpoint=failpoint, meter=meter))
        else:
            engine = Postgresql(address, House(ring, alone=False, failpoint=failpoint, meter=meter))
        return cls(engine, meter)

    async def transact(self, work: Callable[[Unit], T]) -> T:
        """Run `work` in one transaction and return what it returned, after the commit.

        What it raises rolls back its own writes and is raised here. Unavailable: nothing was written, try later.
        `work` runs on the event loop, may run again after a deadlock, and must not wait for anything but its rows.
        """
        try:
            return await self._engine.transact(work)
        except Unavailable:
            self._meter.away()
            raise

    @property
    def shared(self) -> bool:
        """Whether other processes may use the same database."""
        return self._engine.shared

    @property
    def hands(self) -> int:
        """How many works it is worth to ask for at once."""
        return self._engine.hands

    async def listen(self, hear: Callable[[News, int], None]) -> None:
        """Pass on what other processes on the same database tell, until cancelled; on SQLite there are none."""
        await self._engine.listen(hear)

    async def close(self) -> None:
        """Finish what was begun, then let go of the database. Idempotent."""
        await self._engine.close()
