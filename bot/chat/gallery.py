"""What forms show, as Telegram has it: brought there once by each bot, then named by the id Telegram gave it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from telegram import Message
from telegram.error import BadRequest

from bot.ports import Store, Unit

File = str | bytes
"""Telegram's id of a file, or its bytes."""

Send = Callable[[Sequence[File]], Awaitable[Sequence[Message]]]

_KNOWN = 4096


class Gone(Exception):
    """No form shows this any more."""


class Gallery:
    """Lends what forms show to whoever sends it. `bot`: who we are to Telegram, whose ids hold for one bot only."""

    def __init__(self, store: Store, bot: str) -> None:
        self._store = store
        self._bot = bot
        self._known: dict[str, str] = {}
        self._bringing = asyncio.Lock()

    async def send(self, digests: Sequence[str], send: Send) -> Sequence[Message]:
        """Send these by their ids; what Telegram has not got yet, or has no longer, is brought to it, one sending
        after another, and its id is kept. Gone where something is not here any more.
        """
        known = [await self._file(digest) for digest in digests]
        if None not in known:
            try:
                return await send([file for file in known if file is not None])
            except BadRequest as error:
                if "file" not in error.message.lower():
                    raise
                await self._keep(dict.fromkeys(digests))
        async with self._bringing:
            files = [await self._file(digest) or await self._bytes(digest) for digest in digests]
            messages = await send(files)
        brought = zip(digests, files, map(_id_of, messages), strict=True)
        await self._keep({digest: told for digest, file, told in brought if isinstance(file, bytes)})
        return messages

    async def _file(self, digest: str) -> str | None:
        if digest not in self._known:
            file = await self._store.transact(lambda unit: unit.contents.file(digest, self._bot))
            if file is None:
                return None
            self._remember(digest, file)
        return self._known[digest]

    async def _bytes(self, digest: str) -> bytes:
        content = await self._store.transact(lambda unit: unit.contents.get(digest))
        if content is None:
            raise Gone(digest)
        return content

    async def _keep(self, files: dict[str, str | None]) -> None:
        def keep(unit: Unit) -> None:
            for digest, file in files.items():
                unit.contents.sent(digest, self._bot, file)

        for digest, file in files.items():
            self._known.pop(digest, None)
            if file is not None:
                self._remember(digest, file)
        await self._store.transact(keep)

    def _remember(self, digest: str, file: str) -> None:
        self._known[digest] = file
        if len(self._known) > _KNOWN:
            del self._known[next(iter(self._known))]


def _id_of(message: Message) -> str | None:
    """The id of the one file in a message, of a photo's sizes the largest."""
    found = message.effective_attachment
    last = found[-1] if isinstance(found, tuple | list) and found else found
    file: str | None = getattr(last, "file_id", None)
    return file
