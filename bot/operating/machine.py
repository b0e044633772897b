"""The machine: run, looked at, brought up to date, backed up; its keys, its journal, and what is kept how long."""

import argparse
import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import Callable, Mapping

from bot import backups, doctor, retention, rotating, verifying, wiring
from bot.clock import SystemClock
from bot.config import Settings
from bot.journal import Chain, Deed
from bot.operating.doing import Command, in_store, moment, with_store
from bot.ports import Unit
from bot.workshop import Refused


def _run(settings: Settings, _: argparse.Namespace) -> None:
    _forever(lambda stop: wiring.running(settings, stop=stop))


def _demo(_: Settings, asked: argparse.Namespace) -> None:
    from bot import demo  # the sandbox takes seconds to import, and only the demo needs it

    _forever(lambda stop: demo.show(stop, port=asked.port, voices=asked.voices))


def _doctor(settings: Settings, _: argparse.Namespace) -> int:
    return asyncio.run(doctor.examine(settings, sys.stdout))


def _migrate(settings: Settings, _: argparse.Namespace) -> None:
    in_store(settings, lambda unit: None)
    print("The database has this version's shape.")


def _backup(settings: Settings, asked: argparse.Namespace) -> None:
    print(backups.make(settings, asked))


def _restore(settings: Settings, asked: argparse.Namespace) -> int:
    print(backups.restore(settings, asked))
    # who left leaves again, and people are told: before the bot speaks
    chain = with_store(settings, verifying.verify)
    print(verifying.sentence(chain))
    print("Look at it with voices doctor, then start the bot.")
    return 0 if verifying.holds(chain) else 1


def _identity(_: Settings, asked: argparse.Namespace) -> None:
    print(backups.identity(asked))


def _key_rotate(settings: Settings, _: argparse.Namespace) -> None:
    print(asyncio.run(rotating.rotate(settings)))


def _key_retire(settings: Settings, asked: argparse.Namespace) -> None:
    print(asyncio.run(rotating.retire(settings, sure=asked.yes)))


def _retention(settings: Settings, _: argparse.Namespace) -> None:
    async def look() -> list[str]:
        lines = []
        async with wiring.opened(settings, SystemClock(), alone=False) as (store, _):
            for name, rule in retention.RULES.items():
                found = await store.transact(lambda unit, name=name: unit.held(name, moment()))  # type: ignore[misc]
                next_goes = f"the next goes on {found.first:%Y-%m-%d}" if found.first else "nothing goes"
                lines += [
                    f"{name}: {rule.days} days. {rule.of[0].upper()}{rule.of[1:]}.",
                    f"  {found.count} kept, {next_goes}, {found.soon} within 7 days",
                ]
        return lines

    print("\n".join(asyncio.run(look())))


def _journal(settings: Settings, asked: argparse.Namespace) -> None:
    def read(unit: Unit) -> list[Deed]:
        lines = unit.journal.read(asked.last)
        unit.journal.write(Deed(moment(), "operator", "read", "journal"))
        return lines

    for each in reversed(in_store(settings, read)):
        print(f"{each.n:>7}  {each.at:%Y-%m-%d %H:%M:%S}  {each.actor}  {each.verb}  {each.object}")


def _journal_verify(settings: Settings, asked: argparse.Namespace) -> int:
    noted = asked.head.strip().lower()

    async def look() -> Chain:
        async with wiring.looked_at(settings) as store:
            if store is None:
                raise Refused("There is no data yet: voices run makes it.")
            return await verifying.verify(store, noted)

    chain = asyncio.run(look())
    print(verifying.sentence(chain, noted))
    return 0 if verifying.holds(chain, noted) else 1


def _forever(show: Callable[[asyncio.Event], contextlib.AbstractAsyncContextManager[object]]) -> None:
    """Keep something open until it stops by itself, or until SIGTERM or Ctrl-C."""

    async def lasting() -> None:
        stop = asyncio.Event()
        async with show(stop):
            _tidy()
            await stop.wait()

    async def until_stopped() -> None:
        task = asyncio.create_task(lasting())
        for each in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(each, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(until_stopped())


def _tidy() -> None:
    """Never look again for garbage among what was made to start (catalogs, forms, libraries), and less often after.

    An eighth of all a step costs, measured; what is thrown away in circles waits a little longer.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


COMMANDS: Mapping[str, Command] = {
    "run": _run,
    "demo": _demo,
    "doctor": _doctor,
    "migrate": _migrate,
    "backup": _backup,
    "restore": _restore,
    "identity": _identity,
    "key rotate": _key_rotate,
    "key retire": _key_retire,
    "retention": _retention,
    "journal": _journal,
    "journal verify": _journal_verify,
}
"""By what is asked."""
