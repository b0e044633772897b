"""Where Telegram's updates come in: our own polling, which acknowledges nothing before it is committed (R1)."""

import asyncio
import json
import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from telegram import Bot
from telegram.error import InvalidToken

from bot.chat.listening import KINDS, Unreadable, glance
from bot.chat.request import NotSent, Request, Uncertain
from bot.outbox import Kind
from bot.packing import pack
from bot.ports import Clock, Messenger, Raw, Store, Unavailable, Unit
from bot.receiving import Receiving
from bot.speech import Message, Sentence

LIMIT = 100
"""Bot API: updates one call may bring."""

WAIT = 50
"""Seconds a call waits for updates; the official server allows no more."""

LATE = timedelta(minutes=15)
"""A message we read later than this was held up by us or by Telegram."""

HELD_UP = Sentence(
    "We were not reachable for a while, and some messages may not have arrived. "
    "If something is missing, please send it again. We are sorry."
)

_UPDATE_ID = re.compile(rb'"update_id"\s*:\s*(\d{1,18})')

log = logging.getLogger("voices.face")


class TokenRefused(Exception):
    """Telegram does not know this token; a new one comes from @BotFather."""

    def __init__(self) -> None:
        super().__init__("Telegram refuses the token: ask @BotFather for it again")


class _Held(Exception):
    """A call brought nothing for a reason; try again after so many seconds, or after a growing pause."""

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Line:
    """Our line to the Bot API: python-telegram-bot's Bot, `ask` for what is said all day, a request for updates.

    `read`: seconds an answer may take, but for updates. `account`: the bot's number at Telegram.
    """

    def __init__(self, token: str, api_url: str, *, read: float = 20) -> None:
        self.url = f"{api_url}/bot{token}"
        self.account = token.partition(":")[0]
        self.updates = Request(api_url, connections=2)
        self._spoken = Request(api_url, read=read)
        self.bot = Bot(
            token,
            base_url=f"{api_url}/bot",
            base_file_url=f"{api_url}/file/bot",
            request=self._spoken,
            get_updates_request=self.updates,
        )

    async def open(self) -> str:
        """Connect; the bot's username. TokenRefused, or NotSent and Uncertain while Telegram is out of reach."""
        try:
            await self.bot.initialize()
        except InvalidToken:
            raise TokenRefused from None
        return self.bot.username

    async def ask(self, method: str, parameters: Mapping[str, Any]) -> Any:
        """One Bot API call past the library's objects, see `Request.ask`."""
        return await self._spoken.ask(f"{self.url}/{method}", parameters)

    async def close(self) -> None:
        """Close every connection."""
        await self.bot.shutdown()


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one call brought; `taps` are callback ids, `late` the people whose message was held up."""

    raws: tuple[Raw, ...] = ()
    next_offset: int | None = None
    taps: tuple[str, ...] = ()
    late: tuple[int, ...] = ()


class Polling:
    """Asks for updates, hands them to `receiving`, and asks for the next only after they are committed."""

    def __init__(
        self,
        line: Line,
        store: Store,
        receiving: Receiving,
        messenger: Messenger,
        clock: Clock,
        *,
        wait: int = WAIT,
    ) -> None:
        self._line = line
        self._store = store
        self._receiving = receiving
        self._messenger = messenger
        self._clock = clock
        self._wait = wait
        self._limit = LIMIT
        self._acknowledging: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Poll until cancelled. TokenRefused when Telegram no longer knows the token."""
        offset: int | None = None
        known = False
        pause = 0.5
        while True:
            try:
                if not known:
                    offset, known = await self._receiving.offset(), True
                batch = await self._ask(offset)
                if batch.raws:
                    await self._receiving.take(batch.raws, batch.next_offset)
            except (_Held, NotSent, Uncertain, Unavailable) as held:
                told = held.seconds if isinstance(held, _Held) else None
                pause = min(30.0, 2 * pause)
                log.warning("no updates: %s; again in %s s", str(held) or type(held).__name__, told or pause)
                await self._clock.sleep(told or pause)
                continue
            pause = 0.5
            offset = batch.next_offset or offset
            self._acknowledge(batch.taps)
            await self._apologise(batch.late)

    async def _ask(self, offset: int | None) -> _Batch:
        parameters = {
            "timeout": str(self._wait),
            "limit": str(self._limit),
            "allowed_updates": json.dumps(KINDS),
        }
        if offset is not None:
            parameters["offset"] = str(offset)
        code, body = await self._line.updates.call(
            f"{self._line.url}/getUpdates", parameters, self._wait + 10
        )
        if code == 200:
            return self._read(body)
        await self._refused(code, body)
        raise _Held(f"HTTP {code}", _retry_after(body) if code == 429 else None)

    async def _refused(self, code: int, body: bytes) -> None:
        if code in (401, 404):
            raise TokenRefused
        if code == 409 and b"webhook" in body:
            await self._line.updates.call(f"{self._line.url}/deleteWebhook", {}, 20)
        elif code == 409:
            raise _Held("another process asks for this bot's updates", 5)

    def _read(self, body: bytes) -> _Batch:
        """The updates of one answer. An answer that is no JSON is asked for again one update at a time (R9)."""
        try:
            updates = json.loads(body)["result"]
            batch = _batch(updates, self._clock.now())
        except (KeyError, TypeError, ValueError, RecursionError):
            if self._limit > 1:
                self._limit = 1
                raise _Held("an answer that cannot be read", 4) from None
            batch = _poison(body)
        self._limit = LIMIT
        return batch

    def _acknowledge(self, taps: Iterable[str]) -> None:
        for tap in taps:
            task = asyncio.create_task(self._messenger.acknowledge(tap))
            self._acknowledging.add(task)
            task.add_done_callback(self._acknowledging.discard)

    async def _apologise(self, late: tuple[int, ...]) -> None:
        """Say once a day to each that we were away (R23, R39)."""
        if not late:
            return

        def say(unit: Unit) -> None:
            for person in late:
                _apologise(unit, person, self._clock.now())

        try:
            await self._store.transact(say)
        except Unavailable:
            log.warning("nobody was told that we were away: the store is away again")


def _apologise(unit: Unit, person: int, now: datetime) -> None:
    address = unit.people.address_of(person)
    respondent = unit.people.respondent_at(address) if address else None
    if address is None or respondent is None:
        return
    message = Message(respondent.language or "en", (HELD_UP,))
    key = f"away:{now:%Y-%m-%d}:{address}"
    unit.outbox.add(key=key, address=address, kind=Kind.REPLY, message=message, now=now, about=respondent.id)


def _batch(updates: list[dict[str, Any]], now: datetime) -> _Batch:
    raws, taps, late = [], [], []
    for update in updates:
        number = int(update["update_id"])
        try:
            person, order = glance(update)
        except Unreadable:
            person, order = None, (0, 0)
        body = pack(update)
        raws.append(Raw(number, person, order, body))
        query = update.get("callback_query")
        if isinstance(query, dict) and isinstance(query.get("id"), str):
            taps.append(query["id"])
        if "message" in update and person is not None and now - _moment(order[0]) > LATE:
            late.append(person)
    next_offset = max(raw.update for raw in raws) + 1 if raws else None
    return _Batch(tuple(raws), next_offset, tuple(taps), tuple(dict.fromkeys(late)))


def _poison(body: bytes) -> _Batch:
    """One update that cannot be read: kept as it is, so that the next can be asked for."""
    found = _UPDATE_ID.search(body)
    if found is None:
        raise _Held("an answer without an update id")
    number = int(found[1])
    return _Batch((Raw(number, None, (0, 0), body),), number + 1)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _retry_after(body: bytes) -> float:
    try:
        return float(json.loads(body)["parameters"]["retry_after"])
    except (KeyError, TypeError, ValueError, RecursionError):
        return 5.0
