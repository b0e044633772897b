"""Numbers: how the queue of each of a moderator's partners stands, what was decided, how far coders agree; for leads,
what changes, and the report.

Verbs: ag agreement, theme by theme · ch change · rm<n> a report of the last n months
"""

from collections.abc import Mapping

from bot import changing, compiling, reporting
from bot.chat.moderating.acting import Act, Handler, stranger
from bot.chat.moderating.phrases import button, desk, say
from bot.people import Partner
from bot.speech import Buttons

MONTHS = {
    1: "The last month",
    3: "The last three months",
    6: "The last half-year",
    12: "The last year",
}
"""Of how many months a lead can have a report."""


def numbers(act: Act) -> None:
    """/stats"""
    mine = [role.id for role in act.roles]
    found = [(reporting.numbers(act.unit, act.here, each), each) for each in _partners(act)]
    parts = [reporting.told(each, partner, mine) for each, partner in found]
    more = []
    if any(reporting.compared(each.agreed) for each, _ in found):
        more.append(button("Agreement by theme", "ag"))
    if any(role.leads(role.partner) for role in act.roles):
        more.append(button("Change", "ch"))
    say(act.unit, act.here, act.role, *parts, *((Buttons(tuple((each,) for each in more)),) if more else ()))


def agreement(act: Act) -> None:
    """How far coders agree on each theme of each partner's frame."""
    language = act.here.language(act.role.language)
    parts = [reporting.by_theme(act.unit, each, language) for each in _partners(act)]
    say(act.unit, act.here, act.role, *parts, in_place=True)


def _partners(act: Act) -> list[Partner]:
    return [act.unit.people.partner(each) for each in dict.fromkeys(role.partner for role in act.roles)]


def change(act: Act) -> None:
    """How what people live through changes: counted apart from this, and told to who leads. It names no testimony."""
    leading = [role for role in act.roles if role.leads(role.partner)]
    if act.which or not leading:
        stranger(act.unit, act.here, act.role.address, "button")
        return
    for role in leading:
        changing.ask(act.unit, role)
    say(act.unit, act.here, act.role, desk("It is being counted, and comes in a moment."))


def report(act: Act) -> None:
    """/report: of which months."""
    if not any(role.leads(role.partner) for role in act.roles):
        stranger(act.unit, act.here, act.role.address, "command:report")
        return
    asked = desk("A report of accepted voices, as a PDF. Of which months? They are whole, and over.")
    rows = tuple((button(text, f"rm{months}"),) for months, text in MONTHS.items())
    say(act.unit, act.here, act.role, asked, Buttons(rows))


def made(act: Act) -> None:
    """A report is to be made: apart from this, and sent to who leads. It names no testimony."""
    leading = [role for role in act.roles if role.leads(role.partner)]
    if act.which or not leading or act.tapped.number not in MONTHS:
        stranger(act.unit, act.here, act.role.address, "button")
        return
    for role in leading:
        compiling.ask(act.unit, role, act.tapped.number)
    say(act.unit, act.here, act.role, desk("It is being made, and comes in a few minutes."), in_place=True)


COMMANDS: Mapping[str, Handler] = {"stats": numbers, "report": report}
VERBS: Mapping[str, Handler] = {"ag": agreement, "ch": change, "rm": made}
