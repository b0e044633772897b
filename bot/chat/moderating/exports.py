"""Exports: which files a partner took out, and by when every copy must be destroyed. A file itself never comes by
Telegram, where it could not be destroyed.
"""

from collections.abc import Mapping

from bot import reclaiming
from bot.chat.moderating.acting import Act, Handler
from bot.chat.moderating.phrases import desk, say
from bot.speech import Lines

SHOWN = 10
"""The newest of each partner."""


def show(act: Act) -> None:
    """/export: for who leads."""
    leading = [role for role in act.roles if role.leads(role.partner)]
    if not leading:
        say(act.unit, act.here, act.role, desk("Files are taken out for a lead of your team."))
        return
    lines = [line for role in leading for line in reclaiming.out(act.unit, act.here, role)[:SHOWN]]
    rule = desk("They hold what people agreed to share, names hidden. They are for your team alone.")
    how = desk("Whoever runs this bot makes such a file for you: a table, a workbook or a map.")
    there = [Lines(tuple(lines)), rule] if lines else [desk("No file is out just now.")]
    say(act.unit, act.here, leading[0], *there, how)


COMMANDS: Mapping[str, Handler] = {"export": show}
