"""Data servers of partners, and what is handed on to them."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from bot import targeting, wiring
from bot.config import Settings
from bot.forward import Target
from bot.operating.doing import Command, in_store, moment
from bot.ports import Unit
from bot.workshop import Refused


def _forward_add(settings: Settings, asked: argparse.Namespace) -> None:
    def add(unit: Unit) -> list[Target]:
        return targeting.add(unit, targeting.read(Path(asked.file)), wiring.builtin_names(), moment())

    for each in in_store(settings, add):
        print(
            f"{each.name} ({each.access.origin}) is given what is accepted of {each.form} and may be shared."
        )
    print(f"See that it answers: voices doctor. Then erase {asked.file}: it holds secrets.")


def _forward_list(settings: Settings, _: argparse.Namespace) -> None:
    print("\n".join(in_store(settings, targeting.lines)) or "There is none yet: voices forward add")


def _forward_held(settings: Settings, _: argparse.Namespace) -> None:
    print("\n".join(in_store(settings, targeting.held)) or "Nothing needs anybody.")


def _forward_stand(settings: Settings, asked: argparse.Namespace) -> None:
    stand, told = {
        "pause": (targeting.pause, "Nothing goes to {} until it is resumed."),
        "resume": (targeting.resume, "{} is given what waits for it."),
        "remove": (targeting.remove, "Nothing goes to {} any more."),
    }[asked.what]
    print(told.format(in_store(settings, lambda unit: stand(unit, asked.target, moment()))))


def _forward_again(settings: Settings, asked: argparse.Namespace) -> None:
    count = in_store(settings, lambda unit: targeting.again(unit, asked.which, moment()))
    print(f"Sent again: {count}.")


def _forward_done(settings: Settings, asked: argparse.Namespace) -> None:
    count = in_store(settings, lambda unit: targeting.done(unit, asked.which, moment()))
    print(f"Settled: {count}.")


def _forward_form(settings: Settings, asked: argparse.Namespace) -> None:
    xml = in_store(settings, lambda unit: targeting.source(unit, asked.form))
    try:
        with Path(asked.to).open("x", encoding="utf-8") as file:
            file.write(xml)
    except OSError as fault:
        raise Refused(f"{asked.to} cannot be written ({fault.strerror}): name a new file.") from fault
    print(f"{asked.form} is in {asked.to}: publish it there (docs/forwarding.md).")


COMMANDS: Mapping[str, Command] = {
    "forward add": _forward_add,
    "forward list": _forward_list,
    "forward held": _forward_held,
    **dict.fromkeys(("forward pause", "forward resume", "forward remove"), _forward_stand),
    "forward again": _forward_again,
    "forward done": _forward_done,
    "forward form": _forward_form,
}
"""By what is asked."""
