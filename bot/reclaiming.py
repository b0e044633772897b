"""Reclaiming, a deed: what partners took out must be destroyed by its day; who leads sees what is out, and is told when
its time is over. The one who runs the bot sees the same at a shell (S41).
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.circumstances import Circumstances, tell
from bot.exports.record import Export
from bot.journal import Deed
from bot.outbox import Kind
from bot.people import Moderator
from bot.ports import Unit
from bot.speech import Day, Message, Sentence
from bot.words import FALLBACK

TOLD_FOR = timedelta(days=10)
"""For so long after its last day leads are still told, once, where nothing ran before. Shorter than the trace of what
was said is kept: by that they are told once.
"""


def out(unit: Unit, here: Circumstances, lead: Moderator) -> list[Sentence]:
    """What is out of a lead's partner, the newest first. That it was looked at is noted (S42)."""
    unit.journal.write(Deed(here.now, f"moderator:{lead.id}", "read", f"exports:{lead.partner}"))
    return [_line(each, here.now) for each in unit.exports.of(lead.partner)]


def remind(unit: Unit, here: Circumstances) -> int:
    """Time speaks: whoever leads a partner's team hears of each export whose time is over that every copy must be
    destroyed; of how many exports.
    """
    over = unit.exports.over(here.now - TOLD_FOR, here.now)
    for each in over:
        spoken = replace(here, cause=f"export:{each.id}")
        for lead in unit.people.moderators_of(each.partner):
            if lead.leads(each.partner):
                line = _line(each, here.now)
                message = Message(lead.language or FALLBACK, (line,), protect=True)
                tell(unit, spoken, lead.address, message, kind=Kind.MODERATION, step=f"over:{lead.id}")
    return len(over)


def _line(export: Export, now: datetime) -> Sentence:
    """One export: what, from when, and what is to be done."""
    what = {"what": f"{export.form}, {export.kind}", "day": _day(export.made_at)}
    if export.expires_at <= now:
        return Sentence(
            "⚠️ {what}, taken out on {day}: its time is over. Please destroy every copy now.",
            what,
            domain="desk",
        )
    return Sentence(
        "{what}, taken out on {day}. Voices: {count}. Destroy every copy by {until}.",
        {**what, "count": str(export.count), "until": _day(export.expires_at)},
        domain="desk",
    )


def _day(at: datetime) -> Day:
    return Day(at.date().isoformat())
