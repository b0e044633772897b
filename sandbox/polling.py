"""getUpdates: long polls that wait and wake, one consumer only."""

import asyncio

from sandbox.clock import wake
from sandbox.refusal import Json, Refusal, conflict
from sandbox.world import Happening, World

LONGEST = 50
"""Telegram cuts `timeout` to 50 seconds."""
_OTHER = "terminated by other getUpdates request; make sure that only one bot instance is running"


class Polling:
    """Serves getUpdates. With `penalty` re-polling the same offset is slowed down as Telegram does it:
    within 3 s the poll is made a long one, within 0.5 s it gets one update only.
    """

    def __init__(self, world: World, *, penalty: bool = True) -> None:
        self._world = world
        self._penalty = penalty
        self._waiting: asyncio.Future[None] | None = None
        self._last = (-1, float("-inf"))
        self._next_conflict = float("-inf")
        world.watch(self._on)

    @property
    def waiting(self) -> bool:
        """Whether the bot waits in a long poll."""
        return self._waiting is not None

    async def get_updates(self, request: Json, *, webhook: bool) -> list[Json]:
        """Pending updates, waiting up to `timeout` for the first; raises 409 Conflict."""
        world, now = self._world, self._world.now()
        if webhook:
            raise await self._conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        offset = request.get("offset") or 0
        limit = min(max(request.get("limit") or 100, 1), 100)
        wait = min(max(request.get("timeout") or 0, 0), LONGEST)
        world.updates.allow(request.get("allowed_updates"))
        if self._penalty and offset == self._last[0]:
            if wait < 3 and now < self._last[1] + 3:
                wait = 3
            if now < self._last[1] + 0.5:
                limit = 1
        self._last = (offset, now)
        updates = world.updates.get(offset, limit, now)
        self.abort(_OTHER)
        if not updates and wait:
            await self._wait(wait)
            updates = world.updates.get(max(offset, 0), limit, world.now())
        return [update.as_json for update in updates]

    def abort(self, words: str) -> None:
        """End the waiting poll, if there is one, with 409."""
        waiting, self._waiting = self._waiting, None
        if waiting and not waiting.done():
            waiting.set_exception(conflict(words))

    async def _wait(self, seconds: float) -> None:
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting = waiting
        self._world.tell(Happening("poll"))
        alarm = self._world.clock.call_at(self._world.now() + seconds, lambda: wake(waiting))
        try:
            await waiting
        except Refusal as refusal:
            raise await self._conflict(refusal.description.removeprefix("Conflict: ")) from None
        finally:
            alarm.cancel()
            if self._waiting is waiting:
                self._waiting = None

    async def _conflict(self, words: str) -> Refusal:
        clock = self._world.clock
        if clock.now() < self._next_conflict:
            await clock.sleep(3)
        else:
            self._next_conflict = clock.now() + 3
        return conflict(words)

    def _on(self, happening: Happening) -> None:
        if happening.kind == "update" and self._waiting:
            wake(self._waiting)
