"""What each command of `voices` does for an operator."""

import argparse
import logging
import sys
from collections.abc import Mapping

from bot import dangerwords, helplines, wiring
from bot.config import Settings
from bot.operating import breaches, campaigns, forms, forwards, lanes, machine, taking, teams
from bot.operating.doing import Command
from bot.workshop import Refused

COMMANDS: Mapping[str, Command] = {
    **machine.COMMANDS,
    **breaches.COMMANDS,
    **teams.COMMANDS,
    **lanes.COMMANDS,
    **forms.COMMANDS,
    **taking.COMMANDS,
    **campaigns.COMMANDS,
    **forwards.COMMANDS,
}
"""By what is asked."""

log = logging.getLogger("voices")


def perform(command: str, settings: Settings, asked: argparse.Namespace) -> int:
    """Do what was asked; 0 where all went well, 1 with one sentence on standard error where not."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal without ✓ shows ?
    try:
        return COMMANDS[command](settings, asked) or 0
    except (Refused, dangerwords.BadList, helplines.BadLines) as fault:
        print(fault, file=sys.stderr)
    except wiring.Fault as fault:
        print(wiring.sentence(fault, settings), file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
    except (
        Exception
    ):  # the log says where, and never with the fault's words: they may be somebody's (S27, S51)
        log.exception(
            "voices %s met a fault nobody foresaw; please send these lines to whoever helps you", command
        )
    return 1
