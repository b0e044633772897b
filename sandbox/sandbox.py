"""The sandbox: a pretend Telegram that is up as long as the `async with` block."""

from types import TracebackType
from typing import Self, Unpack

from aiohttp import web

from sandbox import page, steering
from sandbox.server import application
from sandbox.stage import TOKEN, Options, Stage


class Sandbox(Stage):
    """A Bot API server on 127.0.0.1 with people who talk to the bot; the other options are those of a `Stage`."""

    def __init__(
        self, token: str = TOKEN, *, host: str = "127.0.0.1", port: int = 0, **options: Unpack[Options]
    ) -> None:
        super().__init__(token, **options)
        self._host, self._port = host, port
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = application(self.gateway, self.token)
        steering.routes(app, self)
        page.routes(app)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port, backlog=1024).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.gateway.webhook.close()
        if self._runner:
            await self._runner.cleanup()
        self.leave()

    @property
    def url(self) -> str:
        """Where the Bot API is; libraries want `f"{url}/bot"` and `f"{url}/file/bot"`."""
        return f"http://{'127.0.0.1' if self._host == '0.0.0.0' else self._host}:{self._port}"  # noqa: S104 - compared only

    @property
    def page_url(self) -> str:
        """Where people chat in a browser."""
        return f"{self.url}/"
