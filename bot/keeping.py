"""Keeping, a deed: recordings people sent are fetched into the vault."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import pixels
from bot.outbox import Kind
from bot.ports import Clock, Medium, Messenger, Store, Unit, Vault
from bot.speech import Message, Sentence
from bot.words import FALLBACK

log = logging.getLogger("voices.keeping")

AT_ONCE = 10
"""How many recordings one round fetches."""

AGAIN = timedelta(minutes=2)
"""When a recording that could not be fetched is tried again."""

GONE = "The voice note or photo did not reach us whole. What you wrote is safe. Could you send it once more?"


@dataclass(frozen=True, slots=True)
class Keeping:
    """Moves recordings from Telegram into the vault; safe to interrupt and repeat at any point (R30, R28)."""

    store: Store
    messenger: Messenger
    vault: Vault
    clock: Clock

    async def fetch(self) -> int:
        """Fetch what is wanted and due; how many are held after this round that were not before."""
        now = self.clock.now()
        wanted = await self.store.transact(lambda unit: unit.media.wanted(AT_ONCE, now))
        return sum([await self._fetch(medium) for medium in wanted])

    async def _fetch(self, medium: Medium) -> bool:
        try:
            content = await self.messenger.fetch(medium.file)
            if content is not None:
                await self.vault.put(medium.id, medium.respondent, content)
        except OSError as error:
            log.warning("a recording could not be fetched: %s", type(error).__name__)
            later = self.clock.now() + AGAIN
            await self.store.transact(lambda unit: unit.media.settle(medium.id, "wanted", later))
            return False
        except Exception:
            if await self.store.transact(lambda unit: unit.media.get(medium.id)) is None:
                return False  # its owner left while it was on its way, and the key with her
            raise
        now = self.clock.now()
        photo = await _is_photo(medium, content)
        known = await self.store.transact(lambda unit: _settle(unit, medium, content is not None, photo, now))
        if not known:
            await self.vault.drop(medium.id)
        return known and content is not None


async def _is_photo(medium: Medium, content: bytes | None) -> bool:
    """Whether it is what it calls itself, where that is a picture: only then it can be shown (S7)."""
    return medium.kind != "image" or (
        content is not None and await asyncio.to_thread(pixels.is_photo, content)
    )


def _settle(unit: Unit, medium: Medium, held: bool, photo: bool, now: datetime) -> bool:
    """Write the outcome, and ask once more for what is gone; False where its row has left meanwhile."""
    if unit.media.get(medium.id) is None:
        return False
    unit.media.settle(medium.id, "held" if held else "gone")
    if held and not photo:
        unit.media.unknow(medium.id)
    her = unit.people.respondent(medium.respondent)
    if not held and her is not None and her.reachable and not her.quiet:
        unit.outbox.add(
            key=f"medium:{medium.id}:gone",
            address=her.address,
            kind=Kind.REPLY,
            message=Message(her.language or FALLBACK, (Sentence(GONE),)),
            now=now,
            about=her.id,
        )
    return True
