"""Reporting, a deed: numbers about a partner's queue, for who reads it when they ask, for its leads every week."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime, time, timedelta

from bot import themes
from bot.agreement import Agreement
from bot.circumstances import Circumstances, tell
from bot.outbox import Kind
from bot.people import Partner, Role
from bot.ports import Unit
from bot.queued import Numbers
from bot.speech import Day, Lines, Message, Sentence
from bot.testimony import SECOND, DecisionKind

ENOUGH = 10
"""So many voices that two have coded tell how far coders agree; of fewer each single slip would."""

MOST = 30
"""How many themes are listed."""

WEEK = timedelta(days=7)
MORNING = time(6)
"""When on a Monday the leads are told, UTC."""

DECISIONS = {
    DecisionKind.ACCEPT: "accepted",
    DecisionKind.RETURN: "returned with a question",
    DecisionKind.SET_ASIDE: "set aside",
    DecisionKind.UNDO: "waiting again",
    **dict.fromkeys(SECOND, "read a second time"),
}
"""What each decision is called (context "decision")."""


def numbers(unit: Unit, here: Circumstances, partner: Partner) -> Numbers:
    """How the queue stands, and what was decided in the last seven days: nothing sensitive in any number (S34)."""
    late = here.now - timedelta(days=partner.days)
    groups = unit.queue.groups(partner=partner.id, sensitive=False, late=late, now=here.now)
    midnight = here.now.replace(hour=0, minute=0, second=0, microsecond=0)
    return Numbers(
        waiting=sum(each.count for each in groups),
        late=sum(each.late for each in groups),
        middle=unit.queue.median(partner=partner.id, now=here.now),
        tallies=unit.queue.tallies(partner=partner.id, since=here.now - WEEK, today=midnight),
        agreed=themes.agreed(unit, partner.id).overall,
    )


def told(found: Numbers, partner: Partner, mine: Collection[str] = ()) -> Lines:
    """The numbers in words; `mine`: the roles of one reader, whose own decisions are told apart."""
    lines = [
        _desk("{partner}, in numbers", partner=partner.name),
        _counted("{count} voice is waiting.", "{count} voices are waiting.", found.waiting)
        if found.waiting
        else _desk("Nothing is waiting. Thank you."),
    ]
    if found.late:
        lines.append(_desk("Longer than promised: {count}", count=found.late))
    if found.middle is not None and found.waiting > 1:
        day = Day(found.middle.date().isoformat())
        lines.append(_desk("Half of them came before the end of {day}.", day=day))
    if not mine:
        lines.append(_desk("Decided in seven days: {count}", count=found.decided()))
    else:
        for text, today in (
            ("Decided today: {mine} by you, {others} by colleagues", True),
            ("Decided in seven days: {mine} by you, {others} by colleagues", False),
        ):
            own = found.decided(mine, today=today)
            lines.append(_desk(text, mine=own, others=found.decided(today=today) - own))
    counts: Counter[str] = Counter()
    for kind, count in found.kinds().items():
        counts[DECISIONS[kind]] += count
    for text, count in counts.items():
        decision = Sentence(text, domain="desk", context="decision")
        lines.append(_desk("{label}: {answer}", label=decision, answer=count))
    if compared(found.agreed):
        lines.append(
            _desk(
                "Agreement of two coders: {alpha} (1: always, 0: as by chance). Voices coded twice: {count}",
                alpha=f"{found.agreed.alpha:.2f}",
                count=found.agreed.units,
            )
        )
    return Lines(tuple(lines))


def compared(agreed: Agreement) -> bool:
    """Whether enough was coded by two to say how far they agree."""
    return agreed.alpha is not None and agreed.units >= ENOUGH


def by_theme(unit: Unit, partner: Partner, language: str) -> Lines:
    """How far two coders agree on each theme, the lowest first; only those that one of the two gave."""
    agreed = themes.agreed(unit, partner.id)
    told = sorted((each.alpha, code) for code, each in agreed.codes.items() if each.alpha is not None)
    head = _desk(
        "{partner}: agreement of two coders, theme by theme, the lowest first. Below 0.67 a theme usually needs a"
        " clearer definition.",
        partner=partner.name,
    )
    lines = [
        _desk("{label}: {answer}", label=agreed.frame.named(code, language), answer=f"{alpha:.2f}")
        for alpha, code in told[:MOST]
    ]
    return Lines((head, *lines))


def weekly(unit: Unit, here: Circumstances) -> int:
    """Tell the leads of each partner how its queue stands, once a week from Monday morning on, however often this is
    called; how many partners' were told. The first week of a partner is not told.
    """
    count = 0
    week = _week(here.now)
    for partner in unit.people.partners():
        mark = f"week:{partner.id}"
        before = unit.marks.get(mark)
        if before == week:
            continue
        unit.marks.set(mark, week)
        if before is not None:
            count += 1
            _tell_leads(unit, here, partner)
    return count


def _tell_leads(unit: Unit, here: Circumstances, partner: Partner) -> None:
    found = told(numbers(unit, here, partner), partner)
    for lead in unit.people.moderators_of(partner.id):
        if lead.role is Role.LEAD:
            message = Message(here.language(lead.language), (found,), protect=True)
            tell(unit, here, lead.address, message, kind=Kind.MODERATION, step=lead.id)


def _week(now: datetime) -> str:
    """The week that began with the last Monday morning."""
    year, week, _ = (now - timedelta(hours=MORNING.hour)).isocalendar()
    return f"{year}-{week}"


def _desk(text: str, **values: object) -> Sentence:
    return Sentence(text, values, domain="desk")


def _counted(one: str, many: str, count: int) -> Sentence:
    return Sentence(one, {"count": count}, many, count, "desk")
