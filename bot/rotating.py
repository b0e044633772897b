"""What `voices key` does for an operator: another lock for all data keys, beside a running bot; the older ones end.

Nothing that people said is written anew: their data keys are unwrapped and wrapped again (storage.sealing). Keys that
index and sign stay, for what they made could not be found again.
"""

from bot import wiring
from bot.clock import SystemClock
from bot.config import Settings
from bot.journal import Deed
from bot.workshop import Refused

TOGETHER = 500
"""Data keys that are wrapped in one transaction: a running bot waits no longer than that takes."""


async def rotate(settings: Settings) -> str:
    """Put a new lock first in the key file, and wrap every data key by it. One that was cut short is finished."""
    async with wiring.opened(settings, SystemClock(), alone=False) as (store, keys):
        unfinished = await store.transact(lambda unit: unit.wrapped_by_older())
        if not unfinished:
            keys = keys.rotated()
            keys.write(settings.key_file)
        lock = keys.locks[0][0]
        wrapped = 0
        while done := await store.transact(lambda unit: unit.wrap_again(TOGETHER)):
            wrapped += done
        await store.transact(lambda unit: unit.journal.write(_deed("rotated", lock)))
    what = "The rotation that was cut short is finished" if unfinished else "The key file has a new lock"
    return (
        f"{what}: {lock} wraps {wrapped} data keys that another did. The older locks are still in "
        f"{settings.key_file}. Copy it again, to every machine and to your two safe places; then voices key retire."
    )


async def retire(settings: Settings, *, sure: bool) -> str:
    """Take the older locks out of the key file, once nothing here needs them."""
    keys = wiring.keys_of(settings)
    older = [name for name, _ in keys.locks[1:]]
    if not older:
        return f"There is one lock in {settings.key_file}, and no older one."
    if not sure:
        raise Refused(
            f"Backups made before the rotation need {', '.join(older)}: without it they can never be read again. "
            "Make a backup now, drop the older ones, then say --yes."
        )
    async with wiring.opened(settings, SystemClock(), alone=False) as (store, _):
        if left := await store.transact(lambda unit: unit.wrapped_by_older()):
            raise Refused(f"{left} data keys still need an older lock: voices key rotate.")
        keys.retired().write(settings.key_file)
        await store.transact(lambda unit: unit.journal.write(_deed("retired", " ".join(older))))
    return f"{', '.join(older)} can open nothing any more. Copy {settings.key_file} again, in place of the old copies."


def _deed(verb: str, locks: str) -> Deed:
    return Deed(SystemClock().now(), "operator", verb, f"lock:{locks}")
