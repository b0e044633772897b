"""The `voices` command: run · demo · team · doctor · migrate."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from bot import config, doctor, logs, team, wiring
from bot.circumstances import Circumstances
from bot.clock import SystemClock
from bot.people import Role
from bot.ports import Unit
from bot.wiring import Fault
from bot.words import Catalogs

T = TypeVar("T")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 where all went well, 1 with one sentence on standard error where not."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    try:
        settings = config.read(os.environ)
        secret = settings.token.get_secret_value() if settings.token else ""
        logs.start(settings.log_level, [secret])
        return int(asked.command(settings, asked) or 0)
    except (config.SettingsFault, *Fault, LookupError, ValueError) as fault:
        print(fault, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="voices", description="People tell what they live through; partners answer."
    )
    commands = parser.add_subparsers(required=True, metavar="command")

    run = commands.add_parser("run", help="run the bot until it is stopped")
    run.set_defaults(command=_run)

    play = commands.add_parser(
        "demo", help="play every part on one page: a pretend Telegram, no token needed"
    )
    play.add_argument("--port", type=int, default=8088, help="port of the page (8088)")
    play.set_defaults(command=_demo)

    check = commands.add_parser("doctor", help="look at the set-up and say what is wrong with it")
    check.set_defaults(command=lambda settings, asked: asyncio.run(doctor.examine(settings, sys.stdout)))

    migrate = commands.add_parser(
        "migrate", help="bring the database to this version's shape (run does it too)"
    )
    migrate.set_defaults(command=lambda settings, asked: _in_store(settings, lambda unit: None))

    people = commands.add_parser("team", help="partners and moderators").add_subparsers(
        required=True, metavar="what"
    )
    partner = people.add_parser("partner", help="name the partner whose volunteers read")
    partner.add_argument("name")
    partner.add_argument(
        "--contact", required=True, help="mail or web address where people reach the partner"
    )
    partner.add_argument("--days", type=int, default=7, help="within how many days a voice is read (7)")
    partner.set_defaults(command=_partner)
    invite = people.add_parser("invite", help="make a one-time link by which someone becomes a moderator")
    invite.add_argument("--partner", help="whose moderator (the only one where there is one)")
    invite.add_argument("--role", choices=[str(role) for role in Role], default=str(Role.MODERATOR))
    invite.set_defaults(command=_invite)
    listed = people.add_parser("list", help="who reads for whom")
    listed.set_defaults(command=_list)
    remove = people.add_parser("remove", help="take a moderator's right away, from the next tap on")
    remove.add_argument("moderator", help="the id that `team list` shows")
    remove.set_defaults(command=_remove)
    return parser


def _forever(show: Callable[[asyncio.Event], contextlib.AbstractAsyncContextManager[object]]) -> None:
    """Keep something open until it stops by itself, or until SIGTERM or Ctrl-C."""

    async def lasting() -> None:
        stop = asyncio.Event()
        async with show(stop):
            await stop.wait()

    async def until_stopped() -> None:
        task = asyncio.create_task(lasting())
        for each in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(each, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(until_stopped())


def _run(settings: config.Settings, _: argparse.Namespace) -> None:
    _forever(lambda stop: wiring.running(settings, stop=stop))


def _partner(settings: config.Settings, asked: argparse.Namespace) -> None:
    def add(unit: Unit) -> str:
        return team.add_partner(unit, asked.name, asked.contact, _now(), days=asked.days).id

    print(_in_store(settings, add))


def _invite(settings: config.Settings, asked: argparse.Namespace) -> None:
    def make(unit: Unit) -> str:
        return team.invite(unit, _which(unit, asked.partner), Role(asked.role), _now())

    print(f"https://t.me/YOUR_BOT?start=j-{_in_store(settings, make)}")


def _list(settings: config.Settings, _: argparse.Namespace) -> None:
    def read(unit: Unit) -> list[str]:
        return [
            f"{partner.name}  {each.role}  {each.id}{'' if each.active else '  (removed)'}"
            for partner in unit.people.partners()
            for each in unit.people.moderators_of(partner.id)
        ]

    print("\n".join(_in_store(settings, read)) or "Nobody reads yet: voices team invite")


def _remove(settings: config.Settings, asked: argparse.Namespace) -> None:
    def end(unit: Unit) -> None:
        team.remove(
            unit, Circumstances(f"operator:{asked.moderator}", _now(), Catalogs.read()), asked.moderator
        )

    _in_store(settings, end)


def _which(unit: Unit, name: str | None) -> str:
    """The id of the partner of this name, or of the only one."""
    found = [each for each in unit.people.partners() if name in (None, each.name)]
    if len(found) != 1:
        names = ", ".join(each.name for each in unit.people.partners())
        raise LookupError(f"Which partner? Say --partner with one of: {names}.")
    return found[0].id


def _in_store(settings: config.Settings, work: Callable[[Unit], T]) -> T:
    async def run() -> T:
        async with wiring.opened(settings, SystemClock(), alone=False) as (store, _):
            return await store.transact(work)

    return asyncio.run(run())


def _demo(_: config.Settings, asked: argparse.Namespace) -> None:
    from bot import demo  # the sandbox takes seconds to import, and only the demo needs it

    _forever(lambda stop: demo.show(stop, port=asked.port))


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(main())
