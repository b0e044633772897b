"""What the bot tells whoever watches over it: that it lives, that it is ready, and its numbers (R32)."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from aiohttp import web
from aiohttp.log import server_logger

from bot.metrics import CONTENT_TYPE, Metrics, waiting
from bot.ports import Clock, Store, Unavailable

PATIENCE = 10.0
"""Seconds the store may take to answer: longer than it waits for anybody's lock."""

LARGEST = 1024 * 1024
"""Bytes of the largest body anyone may send."""

log = logging.getLogger("voices.health")


class CannotListen(Exception):
    """The place where the bot should listen cannot be had; one sentence. `setting`: which names the place."""

    def __init__(self, why: str, setting: str = "VOICES_LISTEN") -> None:
        super().__init__(why)
        self.setting = setting


class Answers(Protocol):
    """Whatever has something to answer over HTTP."""

    @property
    def routes(self) -> list[web.RouteDef]:
        """What it answers."""
        ...


class Health:
    """Answers `/healthz`, `/readyz` and `/metrics`. `opened`: whether Telegram was reached."""

    def __init__(
        self,
        store: Store,
        metrics: Metrics,
        clock: Clock,
        opened: Callable[[], bool],
        *,
        patience: float = PATIENCE,
    ) -> None:
        self._store = store
        self._metrics = metrics
        self._clock = clock
        self._opened = opened
        self._patience = patience

    @property
    def routes(self) -> list[web.RouteDef]:
        """What is served."""
        return [
            web.get("/healthz", self._lives),
            web.get("/readyz", self._ready),
            web.get("/metrics", self._numbers),
        ]

    async def _lives(self, request: web.Request) -> web.Response:
        """Whether a restart would help: the event loop turns, or nobody would answer, and the store does not hang.

        A database that is away is no reason: the store says so, and finds it again by itself (R23).
        """
        try:
            async with asyncio.timeout(self._patience):
                await self._store.transact(lambda unit: None)
        except TimeoutError:
            return _said("stuck", 503)
        except Unavailable:
            pass
        return _said("alive")

    async def _ready(self, request: web.Request) -> web.Response:
        """Whether people are served: the rows can be read, Telegram was reached. If not, the word says what is away."""
        try:
            async with asyncio.timeout(self._patience):
                await self._store.transact(lambda unit: unit.outbox.paused_until())
        except (TimeoutError, Unavailable):
            return _said("store", 503)
        return _said("ready") if self._opened() else _said("telegram", 503)

    async def _numbers(self, request: web.Request) -> web.Response:
        """The metrics; what waits is read from the rows now, and left out where they cannot be read."""
        try:
            async with asyncio.timeout(self._patience):
                waits = await self._store.transact(waiting)
        except (TimeoutError, Unavailable):
            waits = None
        text = self._metrics.text(waits, self._clock.now())
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE})


def _said(word: str, status: int = 200) -> web.Response:
    return web.Response(text=f"{word}\n", status=status, headers={"Cache-Control": "no-store"})


@asynccontextmanager
async def serving(host: str, port: int, parts: Sequence[Answers]) -> AsyncIterator[int]:
    """Answer over HTTP at this place alone until the block ends; gives the port. CannotListen where it is taken."""
    application = web.Application(client_max_size=LARGEST)
    for part in parts:
        application.add_routes(part.routes)
    async with _listening(host, port, application, "VOICES_LISTEN", server_logger) as found:
        yield found


@asynccontextmanager
async def listening(host: str, port: int, application: web.Application, setting: str) -> AsyncIterator[int]:
    """The same for the public, with an application that tells the log itself what goes wrong: what the server would
    write of who sent nonsense is not written. `setting`: which names the place.
    """
    unheard = logging.getLogger("voices.unheard")
    unheard.disabled = True
    async with _listening(host, port, application, setting, unheard) as found:
        yield found


@asynccontextmanager
async def _listening(
    host: str, port: int, application: web.Application, setting: str, heard: logging.Logger
) -> AsyncIterator[int]:
    runner = web.AppRunner(
        application, access_log=None, logger=heard, shutdown_timeout=5, lingering_time=1
    )  # a body nobody wants
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port, backlog=1024).start()
        except OSError as error:
            raise CannotListen(
                f"{host}:{port} cannot be listened on ({error.strerror}): choose another port, or an address of "
                "this machine",
                setting,
            ) from error
        port = runner.addresses[0][1]
        log.info("listening on %s:%s", host, port)
        yield port
    finally:
        await runner.cleanup()
