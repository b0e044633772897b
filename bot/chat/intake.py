"""What becomes of everything Telegram brings, by whichever way: kept first (R1, R2), then answered for."""

import asyncio
import hashlib
import logging
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.chat.listening import Unreadable, glance, overheard
from bot.chat.slowing import Came, Slowing, always
from bot.outbox import Kind
from bot.packing import pack
from bot.ports import Clock, Messenger, Raw, Store, Unavailable, Unit
from bot.receiving import Receiving
from bot.returning import HELD_UP
from bot.speech import Message, Sentence
from bot.words import FALLBACK

LATE = timedelta(minutes=15)
"""A message we read later than this was held up by us or by Telegram."""

SLOWER = Sentence(
    "You are sending more than we can take in at once. What you sent last was not kept. Please wait a minute, then"
    " send it again. These always work: /stop /privacy /mydata /withdraw /forget /hide /help"
)

_UPDATE_ID = re.compile(rb'"update_id"\s*:\s*(\d{1,18})')
_LARGEST_ID = 10**18

log = logging.getLogger("voices.intake")


@dataclass(frozen=True, slots=True)
class Update:
    """One update as it came. `tap`: the callback id of a button; `said_at`: when a message was written; `asks`: what
    it asks for that is always heard (S44). `talk`: it was said in a group, and not to us.
    """

    raw: Raw
    tap: str | None = None
    said_at: datetime | None = None
    asks: str | None = None
    talk: bool = False


def read(update: Any, body: bytes | None = None) -> Update:
    """One update; `body`, its bytes, is written anew where it is left out. ValueError for what is no update."""
    number = update.get("update_id") if isinstance(update, dict) else None
    if not isinstance(number, int) or not 0 <= number < _LARGEST_ID:
        raise ValueError("no update")
    try:
        person, order = glance(update)
    except Unreadable:
        person, order = None, (0, 0)
    if body is None:
        body = pack(update)
    query = update.get("callback_query")
    tap = query.get("id") if isinstance(query, dict) else None
    said = "message" in update and person is not None
    return Update(
        Raw(number, person, order, body),
        tap if isinstance(tap, str) else None,
        datetime.fromtimestamp(order[0], UTC) if said else None,
        always(update),
        overheard(update),
    )


def unreadable(body: bytes) -> Update:
    """Bytes nobody can read, kept as they are (R9): by the update id that stands in them, else by one made of them."""
    found = _UPDATE_ID.search(body)
    number = int(found[1]) if found else -int.from_bytes(hashlib.sha256(body).digest()[:7])
    return Update(Raw(number, None, (0, 0), body))


class Intake:
    """Keeps updates and tells whoever was kept waiting; stops the buttons' waiting signs."""

    def __init__(self, store: Store, receiving: Receiving, messenger: Messenger, clock: Clock) -> None:
        self._store = store
        self._receiving = receiving
        self._messenger = messenger
        self._clock = clock
        self._slowing = Slowing()
        self._acknowledging: set[asyncio.Task[None]] = set()

    async def take(self, updates: Sequence[Update], next_offset: int | None = None) -> None:
        """Keep updates, and the next offset, in one commit; once this returns they may be acknowledged (R1, R2).

        Of what one person sends far too much nothing is kept; they are told (S44). Talk in a group is not kept (S5).

        Unavailable: nothing was kept, or nobody knows; let Telegram bring them again.
        """
        updates = [update for update in updates if not update.talk]
        kept = [update for update in updates if self._keeps(update)]
        await self._receiving.take([update.raw for update in kept], next_offset)
        if len(kept) < len(updates):
            await self._slow_down({update.raw.person for update in updates if not self._keeps(update)})
        late = self._clock.now() - LATE
        persons = [update.raw.person for update in updates if update.said_at and update.said_at < late]
        await self._apologise([person for person in dict.fromkeys(persons) if person is not None])

    def acknowledge(self, updates: Sequence[Update]) -> None:
        """Stop the waiting signs of the buttons that were tapped, without waiting for it (R6)."""
        for update in updates:
            if update.tap is not None:
                task = asyncio.create_task(self._messenger.acknowledge(update.tap))
                self._acknowledging.add(task)
                task.add_done_callback(self._acknowledging.discard)

    def _keeps(self, update: Update) -> bool:
        """Whether its sender has room for it; the same answer however often Telegram brings it."""
        if update.raw.person is None:
            return True
        tap = update.tap is not None
        date, _ = update.raw.order  # when it was said, not when it came: after an outage much comes at once
        at = self._clock.now().timestamp() if tap else float(date)
        return self._slowing.keeps(update.raw.update, Came(update.raw.person, at, tap, update.asks))

    async def _slow_down(self, persons: Collection[int | None]) -> None:
        """Tell each, once a minute, that what they sent last was not kept."""

        def say(unit: Unit) -> None:
            for person in persons:
                if person is not None:
                    _slow_down(unit, person, self._clock.now())

        try:
            await self._store.transact(say)
        except Unavailable:
            log.warning("nobody was told to send less: the store is away")

    async def _apologise(self, persons: Sequence[int]) -> None:
        """Say once a day to each that we were away (R23, R39)."""
        if not persons:
            return

        def say(unit: Unit) -> None:
            for person in persons:
                _apologise(unit, person, self._clock.now())

        try:
            await self._store.transact(say)
        except Unavailable:
            log.warning("nobody was told that we were away: the store is away again")


def _slow_down(unit: Unit, person: int, now: datetime) -> None:
    address = unit.people.address_of(person)
    if address is None:
        return
    her = unit.people.respondent_at(address)
    message = Message((her.language if her else None) or FALLBACK, (SLOWER,))
    key = f"slower:{now:%Y-%m-%dT%H:%M}:{address}"
    about = her.id if her else None
    unit.outbox.add(key=key, address=address, kind=Kind.FIRST, message=message, now=now, about=about)


def _apologise(unit: Unit, person: int, now: datetime) -> None:
    address = unit.people.address_of(person)
    respondent = unit.people.respondent_at(address) if address else None
    if address is None or respondent is None:
        return
    message = Message(respondent.language or "en", (HELD_UP,))
    key = f"away:{now:%Y-%m-%d}:{address}"
    unit.outbox.add(key=key, address=address, kind=Kind.REPLY, message=message, now=now, about=respondent.id)
