"""The queue of what the bot has yet to hear: ids, allowed kinds, expiry. Plain state, the time is given."""

import itertools
import random
from dataclasses import dataclass

from sandbox.refusal import Json

LASTS = 86_400.0
"""Telegram keeps updates for 24 hours."""
QUERY_LASTS = 150.0
"""Callback queries it keeps for 150 seconds only."""
WEEK = 7 * 86_400.0
"""After a week without updates the next id is chosen at random (Bot API, `Update`)."""
FORWARD = 10
"""An offset further than this beyond the next id counts as unknown: the queue answers from its head."""

_KINDS_WORDS = (
    "message edited_message callback_query my_chat_member chat_member message_reaction message_reaction_count"
)
KINDS = frozenset(_KINDS_WORDS.split())
"""Kinds of updates the sandbox makes."""
ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Kinds Telegram leaves out unless `allowed_updates` names them."""


@dataclass(frozen=True, slots=True)
class Update:
    """One update as it will be given to the bot."""

    id: int
    kind: str
    payload: Json
    until: float
    lane: tuple[str, int]
    """Updates of one lane reach a webhook in order: messages by chat, callback queries by person, others apart."""

    @property
    def as_json(self) -> Json:
        """The Bot API's `Update`."""
        return {"update_id": self.id, self.kind: self.payload}


class Updates:
    """Pending updates in the order of their ids."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.next_id = chance.randint(100_000_000, 400_000_000)
        self.allowed: frozenset[str] | None = None
        self.pending: dict[int, Update] = {}
        self.again: list[Update] = []
        """Updates that will be given once more although the bot has confirmed them."""
        self.repeat = 0
        """How many of the next confirmed updates to give once more."""
        self.held: list[tuple[str, Json, float, tuple[str, int]]] | None = None
        self.dropped = 0
        self._last_at: float | None = None

    def allows(self, kind: str) -> bool:
        """Whether an update of that kind is made at all."""
        return kind not in ON_REQUEST if self.allowed is None else kind in self.allowed

    def allow(self, kinds: list[str] | None) -> None:
        """Remember `allowed_updates`: None keeps the former list, an empty one means the usual kinds."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def add(self, kind: str, payload: Json, lane: tuple[str, int], now: float) -> bool:
        """Queue an update; False when the bot does not want this kind."""
        if not self.allows(kind):
            return False
        if self.held is not None:
            self.held.append((kind, payload, now, lane))
            return True
        if self._last_at is not None and now - self._last_at >= WEEK and not self.pending:
            self.next_id = self._chance.randint(100_000_000, 400_000_000)
        self._last_at = now
        lasts = QUERY_LASTS if kind == "callback_query" else LASTS
        self.pending[self.next_id] = Update(self.next_id, kind, payload, now + lasts, lane)
        self.next_id += 1
        return True

    def hold(self) -> None:
        """Keep further updates back, as a slow network would."""
        if self.held is None:
            self.held = []

    def release(self, *, shuffled: bool = False) -> int:
        """Give out what was held back, by the seed in another order if wanted; returns how many."""
        held, self.held = self.held or [], None
        if shuffled:
            self._chance.shuffle(held)
        for kind, payload, moment, lane in held:
            self.add(kind, payload, lane, moment)
        return len(held)

    def expire(self, now: float) -> None:
        """Drop what is too old."""
        old = [update.id for update in self.pending.values() if update.until <= now]
        for update_id in old:
            del self.pending[update_id]
        self.dropped += len(old)

    def get(self, offset: int, limit: int, now: float) -> list[Update]:
        """Updates from `offset` on; those before it are confirmed and gone.

        A negative offset keeps that many from the end and forgets the others.
        """
        self.expire(now)
        if offset < 0:
            for update_id in list(self.pending)[:offset]:
                del self.pending[update_id]
        elif 0 < offset <= self.next_id + FORWARD:
            for update_id in list(itertools.takewhile(lambda each: each < offset, self.pending)):
                self.confirm(update_id)
        again, self.again = self.again[:limit], self.again[limit:]
        return again + list(itertools.islice(self.pending.values(), limit - len(again)))

    def confirm(self, update_id: int) -> None:
        """The bot took this one; does nothing when it is gone already."""
        update = self.pending.pop(update_id, None)
        if update and self.repeat > 0:
            self.repeat -= 1
            self.again.append(update)

    def clear(self) -> None:
        """Drop everything."""
        self.pending.clear()
        self.again.clear()
