"""Telegram's other way in: it brings each update to us, and hears that we have it once it is committed (R2, S25)."""

import asyncio
import hmac
import json
import logging
from collections.abc import Sequence

from aiohttp import web
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.chat.face import Line, TokenRefused
from bot.chat.intake import Intake, Update, read, unreadable
from bot.chat.listening import KINDS
from bot.chat.request import TooFast
from bot.config import HOOK
from bot.journal import Deed
from bot.ports import Clock, Meter, Store, Unavailable, Unit

SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
"""Bot API: the header that holds what we told setWebhook."""

LARGEST = 1024 * 1024
"""Bytes of the largest body that is read: an update has a few thousand."""

CONNECTIONS = 100
"""How many updates Telegram may bring at once, the most it allows: those that come together share one commit."""

RETRY = 5
"""Seconds after which Telegram may bring an update again that the store did not take."""

RENEW = 300.0
"""Seconds after which Telegram is told again where we are: whoever else has the token may have told it otherwise."""

NOTE = 60.0
"""Seconds between two lines of the journal about those who were turned away."""

log = logging.getLogger("voices.hook")


class AddressRefused(Exception):
    """Telegram will not call the webhook's address; in its own words."""


class Hook:
    """Takes what Telegram brings to `url`. Who does not know `secret` is turned away unread, and counted."""

    def __init__(
        self, line: Line, intake: Intake, store: Store, clock: Clock, url: str, secret: str, *, meter: Meter
    ) -> None:
        self._line = line
        self._intake = intake
        self._store = store
        self._clock = clock
        self._url = url
        self._secret = secret
        self._meter = meter
        self._refused = 0
        self._noting: asyncio.Task[None] | None = None

    @property
    def routes(self) -> list[web.RouteDef]:
        """What is served."""
        return [web.post(HOOK, self._take)]

    async def run(self) -> None:
        """Have Telegram bring updates, until cancelled. TokenRefused; AddressRefused where it never could."""
        known = False
        pause = 0.5
        try:
            while True:
                try:
                    await self._tell()
                except (AddressRefused, TelegramError) as fault:
                    if isinstance(fault, AddressRefused) and not known:
                        raise
                    pause = fault.seconds if isinstance(fault, TooFast) else min(30.0, 2 * pause)
                    log.warning("the webhook could not be set: %s; again in %s s", fault, pause)
                    await self._clock.sleep(pause)
                else:
                    known, pause = True, 0.5
                    await self._clock.sleep(RENEW)
        finally:
            if self._noting:
                self._noting.cancel()

    async def _tell(self) -> None:
        try:
            await self._line.bot.set_webhook(
                self._url, secret_token=self._secret, allowed_updates=KINDS, max_connections=CONNECTIONS
            )
        except InvalidToken:
            raise TokenRefused from None
        except BadRequest as refused:
            raise AddressRefused(refused.message) from None

    async def _take(self, request: web.Request) -> web.Response:
        """Keep one update: 200 once it is committed, 503 where it could not be.

        A tap's answer carries the call that stops the button's waiting sign (Bot API, "Making requests when getting
        updates"): one request less, and she sees at once that it was heard (R6).
        """
        if not self._trusted(request.headers.getall(SECRET, [])):
            self._turn_away()
            return web.Response(status=401)
        if (request.content_length or 0) > LARGEST:
            return web.Response(status=413)
        body = await request.read()  # one that grows beyond is refused by the server
        update = _update(body)
        try:
            await self._intake.take([update])
        except Unavailable:
            return web.Response(status=503, headers={"Retry-After": str(RETRY)})
        if update.tap is None:
            return web.Response()
        return web.json_response({"method": "answerCallbackQuery", "callback_query_id": update.tap})

    def _trusted(self, given: Sequence[str]) -> bool:
        """Whether the secret was given, once; in a time that tells nothing of it."""
        return len(given) == 1 and hmac.compare_digest(
            given[0].encode(errors="surrogateescape"), self._secret.encode()
        )

    def _turn_away(self) -> None:
        self._refused += 1
        self._meter.turned_away()
        if self._noting is None or self._noting.done():
            self._noting = asyncio.create_task(self._note())

    async def _note(self) -> None:
        """Write down how many were turned away, at once and then no more than once a minute."""
        while count := self._refused:
            self._refused = 0

            def note(unit: Unit, count: int = count) -> None:
                unit.journal.write(Deed(self._clock.now(), "nobody", "refused", f"webhook:{count}"))

            try:
                await self._store.transact(note)
            except Unavailable:
                self._refused += count
            await self._clock.sleep(NOTE)


def _update(body: bytes) -> Update:
    try:
        return read(json.loads(body), body)
    except (ValueError, RecursionError):
        return unreadable(body)
