"""Duties: what one process does for all on the same database, and how the others know that it lives (R26, R28)."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any

from bot.ports import Clock, Store, Unavailable, Unit
from bot.waiting import happens

LEASE = timedelta(seconds=20)
"""How long a process counts as alive, and has its duties, after it last said so."""

RENEW = 4.0
"""Seconds between two times it says so, and looks for duties that nobody has: together less than half a minute."""

MARGIN = 4.0
"""So many seconds before its lease ends a process that could not renew it lets its duties go."""

log = logging.getLogger("voices.duties")

Duty = Callable[[], Coroutine[Any, Any, None]]
"""Done until it is cancelled; what it raises ends the process."""


class Duties:
    """Does those of `duties` that no other process does. `recovered` is called when a process has died: what it took
    from the inbox and the outbox is there again. `alone`: there never is another process.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        duties: Mapping[str, Duty],
        *,
        recovered: Callable[[], None],
        alone: bool,
    ) -> None:
        self._store = store
        self._clock = clock
        self._duties = duties
        self._recovered = recovered
        self._alone = alone
        self._doing: dict[str, asyncio.Task[None]] = {}
        self._look = asyncio.Event()

    def wake(self) -> None:
        """Another process may have let a duty go."""
        self._look.set()

    async def begin(self) -> None:
        """Count as alive, and take up what an earlier process left half done. Unavailable."""
        await self._store.transact(self._live)
        counts = await self._store.transact(lambda unit: unit.outbox.recover(self._clock.now()))
        if any(counts):
            log.info("taken up: %s to be sent again, %s campaign messages unknown", *counts)

    async def end(self) -> None:
        """Count as alive no longer; what is left half done is taken up by the others."""
        with contextlib.suppress(Unavailable):
            await self._store.transact(lambda unit: unit.leases.release())

    async def work(self) -> None:
        """Do the duties of this process until cancelled; then let them go. What a duty raises is raised."""
        until = self._clock.monotonic() + LEASE.total_seconds()
        try:
            while True:
                self._look.clear()
                now = self._clock.monotonic()
                try:
                    mine, died = await self._store.transact(self._renew)
                    until = now + LEASE.total_seconds()
                except Unavailable:
                    log.warning("the store is away; duties are kept until their leases end")
                    mine, died = (
                        set(self._doing) if self._clock.monotonic() < until - MARGIN else set(),
                        False,
                    )
                if died:
                    self._recovered()
                await self._do(mine)
                await self._rest()
        finally:
            await self._do(set())
            with contextlib.suppress(Unavailable):
                await self._store.transact(self._let_go)

    def _live(self, unit: Unit) -> None:
        unit.leases.live(LEASE)

    def _renew(self, unit: Unit) -> tuple[set[str], bool]:
        self._live(unit)
        died = unit.leases.bury()
        if died:
            unit.outbox.recover(self._clock.now())
        return {name for name in self._duties if unit.leases.take(name, LEASE)}, died

    def _let_go(self, unit: Unit) -> None:
        for name in self._duties:
            unit.leases.release(name)

    async def _do(self, mine: set[str]) -> None:
        """Begin what is ours by now, end what is not any more."""
        lost = [self._doing.pop(name) for name in list(self._doing) if name not in mine]
        for task in lost:
            task.cancel()
        await asyncio.gather(*lost, return_exceptions=True)
        for name in sorted(mine - set(self._doing)):
            log.info("this process has the duty: %s", name)
            self._doing[name] = asyncio.create_task(self._duties[name](), name=name)

    async def _rest(self) -> None:
        """Wait for the next look; a duty that ends by itself ends the wait, and its fault is raised."""
        settled = self._alone and set(self._doing) == set(self._duties)
        look = asyncio.ensure_future(
            self._look.wait() if settled else happens(self._look, self._clock, RENEW)
        )
        try:
            await asyncio.wait([look, *self._doing.values()], return_when=asyncio.FIRST_COMPLETED)
        finally:
            look.cancel()
        for task in self._doing.values():
            if task.done():
                task.result()
