"""How Telegram is reached, and our own polling, which acknowledges nothing before it is committed (R1)."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from telegram import Bot
from telegram.error import InvalidToken

from bot.chat.intake import Intake, Update, read, unreadable
from bot.chat.listening import KINDS
from bot.chat.request import NotSent, Request, Uncertain
from bot.ports import Clock, Meter, Unavailable
from bot.receiving import NotOurs, Receiving

LIMIT = 100
"""Bot API: updates one call may bring."""

WAIT = 50
"""Seconds a call waits for updates; the official server allows no more."""

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

    `read`: seconds an answer may take, but for updates. `account`: the bot's number at Telegram. `opened`: whether
    Telegram has told us who we are.
    """

    def __init__(self, token: str, api_url: str, *, read: float = 20, meter: Meter | None = None) -> None:
        self.url = f"{api_url}/bot{token}"
        self.account = token.partition(":")[0]
        self.opened = False
        self.updates = Request(api_url, connections=2, meter=meter)
        self._spoken = Request(api_url, read=read, meter=meter)
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
        self.opened = True
        return self.bot.username

    async def ask(self, method: str, parameters: Mapping[str, Any]) -> Any:
        """One Bot API call past the library's objects, see `Request.ask`."""
        return await self._spoken.ask(f"{self.url}/{method}", parameters)

    async def close(self) -> None:
        """Close every connection."""
        self.opened = False
        await self.bot.shutdown()


class Polling:
    """Asks for updates, hands them to the intake, and asks for the next only after they are committed."""

    def __init__(
        self, line: Line, receiving: Receiving, intake: Intake, clock: Clock, *, wait: int = WAIT
    ) -> None:
        self._line = line
        self._receiving = receiving
        self._intake = intake
        self._clock = clock
        self._wait = wait
        self._limit = LIMIT

    async def run(self) -> None:
        """Poll until cancelled. TokenRefused when Telegram no longer knows the token."""
        offset: int | None = None
        known = False
        pause = 0.5
        while True:
            try:
                if not known:
                    offset, known = await self._receiving.offset(), True
                updates = await self._ask(offset)
                if updates:
                    following = max(update.raw.update for update in updates) + 1
                    await self._intake.take(updates, following)
                    offset = following
                    self._intake.acknowledge(updates)
            except (_Held, NotSent, Uncertain, NotOurs, Unavailable) as held:
                known = known and not isinstance(held, NotOurs)
                told = held.seconds if isinstance(held, _Held) else None
                pause = min(30.0, 2 * pause)
                log.warning("no updates: %s; again in %s s", str(held) or type(held).__name__, told or pause)
                await self._clock.sleep(told or pause)
                continue
            pause = 0.5

    async def _ask(self, offset: int | None) -> list[Update]:
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

    def _read(self, body: bytes) -> list[Update]:
        """The updates of one answer. An answer that is no JSON is asked for again one update at a time (R9)."""
        try:
            updates = [read(update) for update in json.loads(body)["result"]]
        except (KeyError, TypeError, ValueError, RecursionError):
            if self._limit > 1:
                self._limit = 1
                raise _Held("an answer that cannot be read", 4) from None
            updates = [unreadable(body)]
            if updates[0].raw.update < 0:
                raise _Held("an answer without an update id") from None
        self._limit = LIMIT
        return updates


def _retry_after(body: bytes) -> float:
    try:
        return float(json.loads(body)["parameters"]["retry_after"])
    except (KeyError, TypeError, ValueError, RecursionError):
        return 5.0
