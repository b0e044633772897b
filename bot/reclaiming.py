"""Reclaiming, a deed: what partners took out must be destroyed by its day, and at once where a voice in it may be
shared no more (GDPR 19). Who leads sees what is out, and is told; who runs the bot sees the same at a shell (S41).

Which voices are in an export the journal alone knows. It is looked at once a day and told without a number, so that
nobody learns at what hour somebody took back what they told (S6), nor who.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.circumstances import Circumstances, tell
from bot.exports.record import Export
from bot.journal import Deed
from bot.outbox import Kind
from bot.people import Moderator
from bot.ports import Clock, Store, Unit
from bot.retention import EXPORT, LISTED
from bot.speech import Day, Message, Sentence
from bot.words import FALLBACK, Catalogs

BACK = "back"
"""What the mark of an export says where something of it may be shared no more; else the day of the last look."""

TOLD_FOR = timedelta(days=10)
"""For so long after its last day leads are still told, once, where nothing ran before. Shorter than the trace of what
was said is kept: by that they are told once.
"""


def out(unit: Unit, here: Circumstances, lead: Moderator) -> list[Sentence]:
    """What is out of a lead's partner, the newest first. That it was looked at is noted (S42)."""
    unit.journal.write(Deed(here.now, f"moderator:{lead.id}", "read", f"exports:{lead.partner}"))
    return [
        _line(each, here.now, back=unit.marks.get(_mark(each)) == BACK)
        for each in unit.exports.of(lead.partner)
    ]


def remind(unit: Unit, here: Circumstances) -> int:
    """Time speaks: whoever leads a partner's team hears of each export whose time is over that every copy must be
    destroyed; of how many exports.
    """
    over = unit.exports.over(here.now - TOLD_FOR, here.now)
    for each in over:
        _tell(unit, here, each, "over", _line(each, here.now))
    return len(over)


async def look(store: Store, clock: Clock, catalogs: Catalogs) -> int:
    """Once a day, but for that on which it was made: whether all that left with each export may still be shared.
    Whoever leads hears of one where it may not; of how many exports.
    """
    count = 0
    here = Circumstances("exports", clock.now(), catalogs)
    for each in await store.transact(lambda unit: _unseen(unit, here.now)):
        back, after = await store.transact(partial(_page, export=each))
        while after is not None and not back:
            back, after = await store.transact(partial(_page, export=each, after=after))
        await store.transact(partial(_seen, here=here, export=each, back=bool(back)))
        count += bool(back)
    return count


def taken_back(unit: Unit, export: Export) -> int:
    """How many of all voices that left with an export may be shared no more; it is looked through at once."""
    count, after = unit.exports.taken_back(export)
    while after is not None:
        more, after = unit.exports.taken_back(export, after)
        count += more
    return count


def _unseen(unit: Unit, now: datetime) -> list[Export]:
    """What is out and was not looked at today."""
    today = now.date().isoformat()
    return [
        each
        for each in unit.exports.over(now, now + EXPORT.age)
        if each.made_at.date() < now.date() and unit.marks.get(_mark(each)) not in (today, BACK)
    ]


def _page(unit: Unit, export: Export, after: int = 0) -> tuple[int, int | None]:
    return unit.exports.taken_back(export, after)


def _seen(unit: Unit, here: Circumstances, export: Export, *, back: bool) -> None:
    """It was looked at today; where something of it was taken back, whoever leads hears of it, once."""
    value = BACK if back else here.now.date().isoformat()
    unit.marks.set(_mark(export), value, until=export.expires_at + LISTED)
    if back:
        _tell(unit, here, export, "back", _line(export, here.now, back=True))


def _mark(export: Export) -> str:
    return f"export:{export.id}"


def _tell(unit: Unit, here: Circumstances, export: Export, step: str, line: Sentence) -> None:
    """Whoever leads the partner's team hears of an export."""
    spoken = replace(here, cause=f"export:{export.id}")
    for lead in unit.people.moderators_of(export.partner):
        if lead.leads(export.partner):
            message = Message(lead.language or FALLBACK, (line,), protect=True)
            tell(unit, spoken, lead.address, message, kind=Kind.MODERATION, step=f"{step}:{lead.id}")


def _line(export: Export, now: datetime, *, back: bool = False) -> Sentence:
    """One export: what, from when, and what is to be done."""
    what = {"what": f"{export.form}, {export.kind}", "day": _day(export.made_at)}
    if export.expires_at <= now:
        return Sentence(
            "⚠️ {what}, taken out on {day}: its time is over. Please destroy every copy now.",
            what,
            domain="desk",
        )
    if back:
        return Sentence(
            "⚠️ {what}, taken out on {day}: something in it may be shared no more. Please destroy every copy now, and"
            " have it taken out anew.",
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
