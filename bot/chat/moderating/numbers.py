"""Numbers: how the queue of each of a moderator's partners stands, and what was decided."""

from collections.abc import Mapping

from bot import reporting
from bot.chat.moderating.acting import Act, Handler
from bot.chat.moderating.phrases import say


def numbers(act: Act) -> None:
    """/stats"""
    mine = [role.id for role in act.roles]
    partners = [act.unit.people.partner(each) for each in dict.fromkeys(role.partner for role in act.roles)]
    parts = [reporting.told(reporting.numbers(act.unit, act.here, each), each, mine) for each in partners]
    say(act.unit, act.here, act.role, *parts)


COMMANDS: Mapping[str, Handler] = {"stats": numbers}
