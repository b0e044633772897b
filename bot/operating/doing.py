"""What every command of an operator leans on: the store, and whom a name means."""

import argparse
import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from bot import wiring
from bot.circumstances import Circumstances
from bot.clock import SystemClock
from bot.config import Settings
from bot.people import Partner
from bot.ports import Store, Unit
from bot.words import Catalogs
from bot.workshop import Refused

T = TypeVar("T")

Command = Callable[[Settings, argparse.Namespace], int | None]
"""What does what is asked; what it returns is the exit code, 0 where it returns none."""


def which(unit: Unit, name: str | None) -> Partner:
    """The partner of this name, or the only one."""
    found = [each for each in unit.people.partners() if name in (None, each.name)]
    if len(found) != 1:
        names = ", ".join(each.name for each in unit.people.partners())
        raise LookupError(f"Which partner? Say --partner with one of: {names}.")
    return found[0]


def in_store(settings: Settings, deed: Callable[[Unit], T]) -> T:
    """Do one deed in one transaction, also beside a running bot."""
    return with_store(settings, lambda store: store.transact(deed))


def with_store(settings: Settings, work: Callable[[Store], Coroutine[Any, Any, T]]) -> T:
    """Do something with the store, also beside a running bot; what deeds refuse is said in their own sentence."""

    async def run() -> T:
        async with wiring.opened(settings, SystemClock(), alone=False) as (store, _):
            try:
                return await work(store)
            except (LookupError, ValueError) as refused:  # the deeds' own sentences
                raise Refused(str(refused)) from refused

    return asyncio.run(run())


def moment() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def by_operator(what: str) -> Circumstances:
    """This moment, as the circumstances of what an operator asked for."""
    return Circumstances(f"operator:{what}", moment(), Catalogs.read())


def text_of(file: str) -> str:
    """What stands in a file that an operator named; Refused where it cannot be read."""
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise Refused(f"{file} cannot be read: name a TOML file in UTF-8.") from fault
