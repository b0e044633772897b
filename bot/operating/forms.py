"""Forms and frames of codes, and what authors and translators do with them at a shell."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from bot import framing, workshop
from bot.circumstances import Circumstances
from bot.config import Settings
from bot.operating.doing import Command, in_store, moment, which
from bot.ports import Unit
from bot.words import Catalogs


def _form_publish(settings: Settings, asked: argparse.Namespace) -> None:
    form, contents = workshop.read(asked.form)

    def publish(unit: Unit) -> str:
        partner = which(unit, asked.partner)
        changed = workshop.publish(unit, partner, form, contents)
        return f"{form.name} {form.version} of {partner.name} {'is' if changed else 'was already'} published."

    print(in_store(settings, publish))


def _form_list(settings: Settings, _: argparse.Namespace) -> None:
    def read(unit: Unit) -> list[str]:
        return [
            workshop.line_of(partner, edition)
            for partner in unit.people.partners()
            for edition in unit.forms.editions(partner.id)
        ]

    print("\n".join(in_store(settings, read)) or "No partner has a form of its own yet: voices form publish")


def _form_withdraw(settings: Settings, asked: argparse.Namespace) -> None:
    in_store(settings, lambda unit: workshop.withdraw(unit, which(unit, asked.partner), asked.form))
    print(f"{asked.form} is asked no more.")


def _frame_load(settings: Settings, asked: argparse.Namespace) -> None:
    reading = framing.read(asked.file)

    def load(unit: Unit) -> str:
        here = Circumstances("operator:frame", moment(), Catalogs.read())
        return framing.load(unit, here, which(unit, asked.partner), reading)

    print(in_store(settings, load))


def _frame_list(settings: Settings, _: argparse.Namespace) -> None:
    def read(unit: Unit) -> list[str]:
        return [line for partner in unit.people.partners() for line in framing.lines(unit, partner)]

    print("\n".join(in_store(settings, read)))


def _frame_export(settings: Settings, asked: argparse.Namespace) -> None:
    print(in_store(settings, lambda unit: framing.export(unit, which(unit, asked.partner), Path(asked.to))))


def _frame_agreement(settings: Settings, asked: argparse.Namespace) -> None:
    print(in_store(settings, lambda unit: framing.agreement(unit, which(unit, asked.partner))))


COMMANDS: Mapping[str, Command] = {
    "form publish": _form_publish,
    "form list": _form_list,
    "form withdraw": _form_withdraw,
    "frame load": _frame_load,
    "frame list": _frame_list,
    "frame export": _frame_export,
    "frame agreement": _frame_agreement,
    "form check": lambda _, asked: workshop.check(asked),
    "form replay": lambda _, asked: workshop.replay(asked),
    "play": lambda _, asked: workshop.play_here(asked),
    "words renew": lambda _, asked: workshop.words(asked),
    "words out": lambda _, asked: workshop.words_out(asked),
    "words back": lambda _, asked: workshop.words_back(asked),
}
"""By what is asked."""
