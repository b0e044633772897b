"""One clock for everything in the sandbox; tests move it, nobody waits."""

import asyncio
import heapq
import itertools
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(order=True, slots=True)
class Alarm:
    """A call that is due at a moment of the sandbox clock; `cancel` takes it back."""

    moment: float
    number: int
    call: Callable[[], None] | None = field(compare=False)

    def cancel(self) -> None:
        """Let the moment pass in silence."""
        self.call = None


def wake(waiting: asyncio.Future[None]) -> None:
    """End a wait, unless something else has ended it."""
    if not waiting.done():
        waiting.set_result(None)


class Clock:
    """Seconds since 1970 as the sandbox sees them.

    A running clock follows real time; `advance` adds to it. A clock with `running=False` stands still
    between two calls of `advance`. Whatever waits on the clock is woken by `advance` in the order in
    which it is due.
    """

    def __init__(self, start: float | None = None, *, running: bool = True) -> None:
        self.running = running
        self._start = time.time() if start is None else start
        self._began = time.monotonic()
        self._added = 0.0
        self._limit = math.inf
        self._alarms: list[Alarm] = []
        self._numbers = itertools.count()
        self._timer: asyncio.TimerHandle | None = None
        self.watchers: list[Callable[[float], None]] = []
        """Told of every `advance` before it happens."""

    def now(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        ran = time.monotonic() - self._began if self.running else 0.0
        return min(self._start + self._added + ran, self._limit)

    def advance(self, seconds: float) -> None:
        """Move the clock forward; raises ValueError when asked to go back."""
        if seconds < 0:
            raise ValueError("the sandbox clock only moves forward")
        for watcher in self.watchers:
            watcher(seconds)
        self.flow(seconds)

    def flow(self, seconds: float) -> None:
        """Let time pass as it passes by itself: nobody is told that somebody moved the clock."""
        self._added += seconds
        self._ring()

    def run(self, until: float = math.inf) -> None:
        """Follow real time from now on, but not past `until`."""
        self._start, self._added, self._began = self.now(), 0.0, time.monotonic()
        self.running, self._limit = True, until
        self._ring()

    def rest(self) -> None:
        """Stand still from now on."""
        self._start, self._added = self.now(), 0.0
        self.running, self._limit = False, math.inf

    def call_at(self, moment: float, call: Callable[[], None]) -> Alarm:
        """Run `call` once the clock reaches `moment`; needs a running event loop."""
        alarm = Alarm(moment, next(self._numbers), call)
        heapq.heappush(self._alarms, alarm)
        if self._alarms[0] is alarm:
            self._set_timer()
        return alarm

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has moved on by `seconds`."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        alarm = self.call_at(self.now() + seconds, lambda: wake(done))
        try:
            await done
        finally:
            alarm.cancel()

    @property
    def waiting(self) -> int:
        """How many waits for this clock."""
        return sum(alarm.call is not None for alarm in self._alarms)

    def close(self) -> None:
        """Forget every alarm."""
        self._alarms.clear()
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        while self._alarms and (self._alarms[0].call is None or self._alarms[0].moment <= self.now()):
            alarm = heapq.heappop(self._alarms)
            if alarm.call:
                alarm.call()
        if self._alarms:
            self._set_timer()

    def _set_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
        delay = max(self._alarms[0].moment - self.now(), 0.0)
        if self.running or not delay:
            self._timer = asyncio.get_running_loop().call_later(delay, self._ring)
