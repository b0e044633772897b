"""How fast a bot may speak before Telegram says 429."""

import dataclasses
import math
import random
from dataclasses import dataclass, field
from typing import Self

from sandbox.refusal import Json


@dataclass(frozen=True, slots=True)
class Pace:
    """So many per second on average, so many at once."""

    per_second: float
    burst: int


CHAT = Pace(per_second=1, burst=3)
GROUP = Pace(per_second=20 / 60, burst=20)
OVERALL = Pace(per_second=30, burst=30)
"""Bot FAQ: one message per second in a chat (short bursts pass), 20 per minute in a group, about 30 per
second overall. Telegram's exact numbers are unpublished; the bursts are this sandbox's own."""


@dataclass(slots=True)
class Flood:
    """Counts what is sent, by the generic cell rate algorithm: one number per chat.

    Inside a wait that was told to the bot every further request is refused too and counted as `early`.
    `jitter` adds up to so many seconds to each wait, from `chance` (a sandbox gives one of its own seed).
    """

    chat: Pace = CHAT
    group: Pace = GROUP
    overall: Pace = OVERALL
    jitter: int = 0
    chance: random.Random | None = None
    early: int = 0
    _next: dict[int, float] = field(default_factory=dict)
    _closed: dict[int, float] = field(default_factory=dict)

    @property
    def limits(self) -> Json:
        """The paces and the jitter, as JSON."""
        return {n: dataclasses.asdict(getattr(self, n)) for n in ("chat", "group", "overall")} | {
            "jitter": self.jitter
        }

    @classmethod
    def of(cls, limits: Json) -> Self:
        """A fresh model with these `limits`."""
        chat, group, overall = (Pace(**limits[name]) for name in ("chat", "group", "overall"))
        return cls(chat, group, overall, limits["jitter"])

    def admit(self, chat_id: int, now: float, count: int = 1) -> int:
        """0 when `count` messages may go to the chat, else the whole seconds to wait; nothing is sent then."""
        for key in (0, chat_id):
            if self._closed.get(key, 0.0) > now:
                self.early += 1
                return math.ceil(self._closed[key] - now)
        paces = {0: self.overall, chat_id: self.group if chat_id < 0 else self.chat}
        for key, pace in paces.items():
            wait = self._due(key, now) + (min(count, pace.burst) - pace.burst) / pace.per_second - now
            if wait > 1e-9:
                late = self.chance.randint(0, self.jitter) if self.chance and self.jitter else 0
                seconds = max(math.ceil(wait - 1e-9), 1) + late
                self._closed[key] = now + seconds
                return seconds
        for key, pace in paces.items():
            self._next[key] = self._due(key, now) + count / pace.per_second
        if len(self._next) > 10_000:
            self._next = {key: moment for key, moment in self._next.items() if moment > now}
            self._closed = {key: moment for key, moment in self._closed.items() if moment > now}
        return 0

    def _due(self, key: int, now: float) -> float:
        return max(self._next.get(key, 0.0), now)
