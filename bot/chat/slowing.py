"""Slowing: whoever sends far more than anybody can write is not kept up with, and told so; nobody else waits (S44).
Of the newcomers one link brings in an hour so many are let in, however many accounts somebody makes.

What anyone may ask at any time is always heard. Counts are kept in memory, of a bounded number of people; a restart
forgets them, and each of several processes counts what it handles.
"""

import logging
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.chat.signing import SIGNATURE

BURST = 120
"""Messages, and as many taps, one person may send at once: more than the hundred Telegram lets them forward."""

EVERY = 2.0
"""Seconds in which one more may follow; together about as many as the chat may be answered (R12)."""

AGAIN = 5.0
"""Seconds after which somebody who sends too much is heard asking the same again: till then the answer is under way."""

KNOWN = 10_000
"""Counts, and updates, that are remembered."""

LINK_PACE = 1000
"""Newcomers one link brings in an hour if nothing else is said."""

ALWAYS = frozenset({"privacy", "developer_info", "mydata", "withdraw", "forget", "stop", "hide", "help"})
"""Commands that are heard however much else was sent (S1, S44)."""

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@[A-Za-z0-9_]+)?(?:\s.*)?", re.DOTALL)
CONFIRMED = frozenset({"w:ask", "w:yes", "w:no", "f:sure", "f:yes", "f:no", "c:stop"})
"""How the actions of the buttons begin by which withdrawing and forgetting are confirmed, or nothing more is wanted."""


def confirms(action: str) -> str | None:
    """Which step of withdrawing, forgetting or stopping a button is, as far as it says so; None for any other."""
    step = ":".join(action.split(":")[:2])
    return step if step in CONFIRMED else None


def always(update: Mapping[str, Any]) -> str | None:
    """What an update asks for that is always heard: a command's name, a button's action; None where it may wait."""
    match update:
        case {"message": {"text": str(text)}}:
            command = _COMMAND.fullmatch(text)
            name = command[1].lower() if command else ""
            return name if name in ALWAYS else None
        case {"callback_query": {"data": str(data)}}:
            return confirms(data[SIGNATURE:])
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Came:
    """One update as far as it counts: whose, when, whether it is a tap, what it asks for that is always heard."""

    person: int
    at: float
    tap: bool
    asks: str | None


log = logging.getLogger("voices.slowing")

_Key = tuple[int, bool | str]


class Slowing:
    """Counts what comes from each person, as buckets that lose a little with time; what is always heard has its own."""

    def __init__(self) -> None:
        self._levels: OrderedDict[_Key, tuple[float, float]] = OrderedDict()
        self._judged: OrderedDict[int, bool] = OrderedDict()

    def keeps(self, update: int, came: Came) -> bool:
        """Count one more; whether it is to be kept. An update that comes again counts once."""
        if update not in self._judged:
            self._judged[update] = self._judge(came)
            while len(self._judged) > KNOWN:
                self._judged.popitem(last=False)
        return self._judged[update]

    def _judge(self, came: Came) -> bool:
        if self._room((came.person, came.tap), came.at, BURST, EVERY):
            return True
        return came.asks is not None and self._room((came.person, came.asks), came.at, 1, AGAIN)

    def _room(self, key: _Key, at: float, holds: int, every: float) -> bool:
        """Count one more in the bucket of this key, which `holds` so many and loses one in `every` seconds; whether
        there was room.
        """
        level, since = self._levels.get(key, (0.0, at))
        level = max(0.0, level - max(0.0, at - since) / every)
        room = level + 1 <= holds
        self._levels[key] = (level + room, max(at, since))
        self._levels.move_to_end(key)
        while len(self._levels) > KNOWN:
            self._levels.popitem(last=False)
        return room


class Crowding:
    """Counts who came new by each link in the hour that is now; `most` are let in. It knows no more than `most` people
    of each link it is asked about: ask about links that lead somewhere.
    """

    def __init__(self, most: int = LINK_PACE) -> None:
        self._most = most
        self._hour = 0
        self._came: dict[str, set[int]] = {}

    def lets_in(self, link: str, person: int, at: datetime) -> bool:
        """Whether there is room for one more person who came at this time; the same answer to who came before."""
        hour = int(at.timestamp()) // 3600
        if hour > self._hour:  # what was said late in an earlier hour counts in this one
            self._hour = hour
            self._came.clear()
        came = self._came.setdefault(link, set())
        if len(came) < self._most:
            came.add(person)
            if len(came) == self._most:
                log.warning(
                    "a link has brought %s newcomers in this hour: others are asked to wait", self._most
                )
        return person in came
