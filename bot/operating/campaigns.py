"""Campaigns from a file, and what becomes of them."""

import argparse
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from bot import planning
from bot.config import Settings
from bot.operating.doing import Command, by_operator, in_store, text_of, which, with_store
from bot.ports import Store, Unit


def _campaign_list(settings: Settings, _: argparse.Namespace) -> None:
    read = in_store(settings, lambda unit: planning.lines(unit, by_operator("campaign")))
    print("\n".join(read) or "There is no campaign yet: voices campaign new, or /campaigns in the chat.")


def _campaign_new(settings: Settings, asked: argparse.Namespace) -> None:
    text = text_of(asked.file)

    async def make(store: Store) -> str:
        whose = partial(which, name=asked.partner)
        return await planning.new(store, by_operator("campaign"), whose, asked.lead, text, dry=asked.dry_run)

    print(with_store(settings, make))


def _campaign_show(settings: Settings, asked: argparse.Namespace) -> None:
    here = replace(by_operator("campaign"), pace=settings.pace)
    print(in_store(settings, lambda unit: planning.shown(unit, here, asked.campaign)))


def _campaign_count(settings: Settings, asked: argparse.Namespace) -> None:
    print(with_store(settings, lambda store: planning.count(store, by_operator("campaign"), asked.campaign)))


def _campaign_move(settings: Settings, asked: argparse.Namespace) -> None:
    def do(unit: Unit) -> str:
        return planning.move(unit, by_operator("campaign"), asked.campaign, asked.what, asked.lead)

    print(in_store(settings, do))


COMMANDS: Mapping[str, Command] = {
    "campaign list": _campaign_list,
    "campaign new": _campaign_new,
    "campaign show": _campaign_show,
    "campaign count": _campaign_count,
    **dict.fromkeys((f"campaign {what}" for what in planning.MOVES), _campaign_move),
}
"""By what is asked."""
