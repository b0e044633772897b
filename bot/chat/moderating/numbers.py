"""Numbers: how the queue of each of a moderator's partners stands, what was decided, how far coders agree; for leads,
what changes, and the report.

Verbs: ag agreement, theme by theme · ch change · ra<n> a report as the n-th of KINDS · rm<100·n + months> is made so
"""

from collections.abc import Mapping
from dataclasses import replace

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

KINDS = {"pdf": "PDF", "docx": "Word", "html": "Web page", "zip": "Page and tables (ZIP)"}
"""As what; the first, where nobody says otherwise."""


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
    _offer(act, 0)


def kind(act: Act) -> None:
    """As what it comes, chosen on the same card. It names no testimony."""
    number = act.tapped.number or 0
    if (
        act.which
        or number not in range(len(KINDS))
        or not any(role.leads(role.partner) for role in act.roles)
    ):
        stranger(act.unit, act.here, act.role.address, "button")
        return
    _offer(act, number, in_place=True)


def _offer(act: Act, chosen: int, *, in_place: bool = False) -> None:
    kinds = [
        replace(button(text, f"ra{number}"), picked=number == chosen)
        for number, text in enumerate(KINDS.values())
    ]
    months = [(button(text, f"rm{100 * chosen + months}"),) for months, text in MONTHS.items()]
    asked = desk("A report of accepted voices. As what, and of which months? They are whole, and over.")
    rows = (tuple(kinds[:2]), tuple(kinds[2:]), *months)
    say(act.unit, act.here, act.role, asked, Buttons(rows), in_place=in_place)


def made(act: Act) -> None:
    """A report is to be made: apart from this, and sent to who leads. It names no testimony."""
    leading = [role for role in act.roles if role.leads(role.partner)]
    which, months = divmod(act.tapped.number or 0, 100)
    if act.which or not leading or months not in MONTHS or which not in range(len(KINDS)):
        stranger(act.unit, act.here, act.role.address, "button")
        return
    for role in leading:
        compiling.ask(act.unit, role, months, list(KINDS)[which])
    say(act.unit, act.here, act.role, desk("It is being made, and comes in a few minutes."), in_place=True)


COMMANDS: Mapping[str, Handler] = {"stats": numbers, "report": report}
VERBS: Mapping[str, Handler] = {"ag": agreement, "ch": change, "ra": kind, "rm": made}
