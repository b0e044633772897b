"""What the sensitive lane goes by: words of danger, help lines, an independent focal point."""

import argparse
from collections.abc import Mapping

from bot import dangerwords, helplines, lane
from bot.circumstances import Circumstances
from bot.config import Settings
from bot.journal import Deed
from bot.operating.doing import Command, in_store, moment, text_of, which
from bot.ports import Unit
from bot.words import Catalogs


def _lane_words(settings: Settings, asked: argparse.Namespace) -> None:
    text = text_of(asked.file)
    count = sum(map(len, dangerwords.read(text).values()))
    partner = _keep_guidance(settings, asked, lane.WORDS, text)
    print(f"{count} phrases of {partner} bring a voice into the sensitive lane.")


def _lane_lines(settings: Settings, asked: argparse.Namespace) -> None:
    text = text_of(asked.file)
    count = len(helplines.read(text))
    partner = _keep_guidance(settings, asked, lane.LINES, text)
    print(f"{count} help lines of {partner} are shown before the others.")


def _lane_independent(settings: Settings, asked: argparse.Namespace) -> None:
    def choose(unit: Unit) -> None:
        partner = which(unit, asked.partner)
        if not lane.focal_points(unit, partner.id):
            raise LookupError(f"{partner.name} has no focal point: voices team invite --role focal_point")
        unit.marks.set(lane.INDEPENDENT, partner.id)
        unit.journal.write(Deed(moment(), "operator", "named independent", f"partner:{partner.id}"))
        lane.hand_on(
            unit, Circumstances(f"operator:independent:{moment().isoformat()}", moment(), Catalogs.read())
        )

    in_store(settings, choose)
    print(f"Focal points of {asked.partner} read what speaks of another partner's people.")


def _keep_guidance(settings: Settings, asked: argparse.Namespace, kind: str, text: str) -> str:
    def keep(unit: Unit) -> str:
        partner = which(unit, asked.partner)
        unit.guidance.set(partner.id, kind, text, moment())
        unit.journal.write(Deed(moment(), "operator", f"took {kind} of", f"partner:{partner.id}"))
        return partner.name

    return in_store(settings, keep)


COMMANDS: Mapping[str, Command] = {
    "lane words": _lane_words,
    "lane lines": _lane_lines,
    "lane independent": _lane_independent,
}
"""By what is asked."""
