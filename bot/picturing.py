"""Picturing, a deed: photos that may be shown are made ready for the pages, each anew from its pixels.

The photo itself stays sealed in the vault. What is made of it is written where somebody still allows it: whoever takes
it back meanwhile has taken the row it would be written to (S7, S31).
"""

import asyncio
import logging
from collections.abc import Set
from functools import partial

from bot import pixels
from bot.ports import Store, Unavailable, Unit, Vault, Waiting

log = logging.getLogger("voices.picturing")

AT_ONCE = 10
"""Photos that are looked for at once."""


async def picture(store: Store, vault: Vault) -> int:
    """Make ready what waits; how many can be seen now. What is no photo, or is here no more, is not shown; what cannot
    be read now waits for the next time, and nothing else waits for it (R31).
    """
    count, later = 0, set[str]()
    while waiting := await store.transact(partial(_waiting, besides=later)):
        for each in waiting:
            try:
                count += await _ready(store, vault, each)
            except OSError as error:
                log.warning("a photo could not be read: %s", type(error).__name__)
                later.add(each.id)
    return count


def _waiting(unit: Unit, besides: Set[str]) -> list[Waiting]:
    return [each for each in unit.pictures.waiting(AT_ONCE + len(besides)) if each.id not in besides]


async def _ready(store: Store, vault: Vault, photo: Waiting) -> bool:
    content = await _original(vault, photo)
    made = await asyncio.to_thread(pixels.anew, content) if content else None
    if made is None:
        log.warning("a photo cannot be shown: it is none, or too large, or gone")
        await store.transact(lambda unit: unit.pictures.drop(photo.id))
        return False
    return await store.transact(partial(_keep, photo.id, made))


async def _original(vault: Vault, photo: Waiting) -> bytes | None:
    """Its bytes; None where they cannot be had: she may have left meanwhile, and her key with her."""
    try:
        return await vault.get(photo.medium, photo.respondent)
    except (OSError, Unavailable):
        raise
    except Exception as error:  # noqa: BLE001 - one that cannot be opened must not hold up the rest (R31)
        log.warning("a photo could not be opened: %s", type(error).__name__)
        return None


def _keep(id: str, made: tuple[bytes, int, int], unit: Unit) -> bool:
    return unit.pictures.ready(id, *made)
