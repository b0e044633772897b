"""Numbers: how the queue of each of a moderator's partners stands, what was decided, how far coders agree.

Verbs: i agreement, theme by theme
"""

from collections.abc import Mapping

from bot import reporting
from bot.chat.moderating.acting import Act, Handler
from bot.chat.moderating.phrases import button, say
from bot.people import Partner
from bot.speech import Buttons


def numbers(act: Act) -> None:
    """/stats"""
    mine = [role.id for role in act.roles]
    found = [(reporting.numbers(act.unit, act.here, each), each) for each in _partners(act)]
    parts = [reporting.told(each, partner, mine) for each, partner in found]
    compared = any(reporting.compared(each.agreed) for each, _ in found)
    more = (Buttons(((button("Agreement by theme", "i"),),)),) if compared else ()
    say(act.unit, act.here, act.role, *parts, *more)


def agreement(act: Act) -> None:
    """How far coders agree on each theme of each partner's frame."""
    language = act.here.language(act.role.language)
    parts = [reporting.by_theme(act.unit, each, language) for each in _partners(act)]
    say(act.unit, act.here, act.role, *parts, in_place=True)


def _partners(act: Act) -> list[Partner]:
    return [act.unit.people.partner(each) for each in dict.fromkeys(role.partner for role in act.roles)]


COMMANDS: Mapping[str, Handler] = {"stats": numbers}
VERBS: Mapping[str, Handler] = {"i": agreement}
