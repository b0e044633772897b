"""A TCP proxy between the bot and whatever it speaks to: slow, cut off, or half open."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Proxy:
    """Passes bytes on. `delay`: seconds each piece waits; `half_open`: connections stand, and nothing comes through."""

    def __init__(self, host: str, port: int) -> None:
        self.port = 0
        self.delay = 0.0
        self._host, self._to = host, port
        self._flows = asyncio.Event()
        self._flows.set()
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def half_open(self) -> bool:
        """Whether nothing comes through."""
        return not self._flows.is_set()

    @half_open.setter
    def half_open(self, holds: bool) -> None:
        (self._flows.clear if holds else self._flows.set)()

    def reset(self) -> None:
        """Cut every connection with a reset."""
        for writer in self._writers:
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, both ways, until either side ends it."""
        with contextlib.suppress(OSError):
            there, back = await asyncio.open_connection(self._host, self._to)
            self._writers |= {writer, back}
            try:
                await asyncio.gather(self._pass(reader, back), self._pass(there, writer))
            finally:
                self._writers -= {writer, back}
                back.close()
        writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65_536):
            await asyncio.sleep(self.delay)
            await self._flows.wait()
            writer.write(piece)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def proxied(host: str, port: int) -> AsyncIterator[Proxy]:
    """A proxy to this address on a port of its own."""
    proxy = Proxy(host, port)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        proxy.half_open = False
        proxy.reset()
