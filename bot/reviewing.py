"""Reviewing, a deed: take, decide, ask back, set aside, release, undo. What happened comes back as a value."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from operator import itemgetter

from bot.card import REASONS
from bot.circumstances import Circumstances
from bot.daytime import gently
from bot.hiding import take_card
from bot.people import Moderator
from bot.ports import Stale, Unit
from bot.queued import Filter, Group, Place
from bot.speech import Button, Buttons, Message, Part, Sentence
from bot.standing import (
    LEASE,
    AlreadyDecided,
    BuiltOn,
    Changed,
    Done,
    Enough,
    Nothing,
    Outdated,
    Released,
    Standing,
    Taken,
    WithColleague,
    Withdrawn,
    did,
    herself,
    left,
    reads,
    refuse,
    sees,
)
from bot.testimony import SECOND, Decision, DecisionKind, Exchange, State, Testimony, moved

MOST = 3
"""How many testimonies one moderator may have open."""

IN_LINE = 200
"""How many of those that wait longest are looked at: more than moderators ask at once, and as many as can be opened
while somebody waits who wants a theme (themes are sealed).
"""

_READ = "{receipt}: it was read.\n\nThank you. {partner} has taken it up, and it now counts among the voices."

_STEP = "author:"
"""Under which step an author hears of a decision."""


def earlier(unit: Unit, moderator: Moderator, testimony: Testimony) -> list[Testimony]:
    """What the same person told before, the newest first, as far as this moderator may see it."""
    return [
        each
        for each in unit.testimonies.of(testimony.respondent)
        if each.received_at < testimony.received_at
        and each.state is not State.WITHDRAWN
        and not each.barred
        and each.sensitive <= testimony.sensitive  # what is sensitive stays in its lane
        and moderator.may_read(partner=each.partner, sensitive=each.sensitive)
    ]


def note_read(unit: Unit, here: Circumstances, moderator: Moderator, testimony: Testimony) -> None:
    """It was shown beside another (S42)."""
    did(unit, here, moderator, "opened", testimony)


def waiting(unit: Unit, here: Circumstances, moderator: Moderator) -> list[Group]:
    """How many wait for this moderator, by language, country and form, and how many longer than promised. What is
    sensitive has a lane of its own (S34).
    """
    late = here.now - timedelta(days=unit.people.partner(moderator.partner).days)
    return unit.queue.groups(
        partner=moderator.partner, sensitive=False, late=late, now=here.now, left=left(unit, here, moderator)
    )


def themes(unit: Unit, here: Circumstances, roles: Sequence[Moderator]) -> list[str]:
    """The themes of what waits longest, as often as it speaks of them."""
    of_each = {role.partner: role for role in roles}.values()
    places = [(role, place) for role in of_each for *_, place in _of_partner(unit, here, role, Filter())]
    opened = (unit.testimonies.get(place.id, partner=role.partner) for role, place in places)
    return [theme for testimony in opened if testimony is not None for theme in testimony.themes]


def claimed(unit: Unit, here: Circumstances, moderator: Moderator) -> list[Testimony]:
    """What this moderator has open, outside the sensitive lane."""
    found = unit.testimonies.claimed(moderator.id, partner=moderator.partner, now=here.now)
    return [each for each in found if not each.sensitive]


def take(unit: Unit, here: Circumstances, *roles: Moderator) -> Taken | Nothing | Enough:
    """Take the next, in any of these roles of one person: of what they want to see, the languages they read first, what
    waits longer than promised, the oldest. Never one's own words, nor what is sensitive: that has its own lane (S34),
    nor what wants a reader of a language that only colleagues read.
    """
    opened = {role.id: len(claimed(unit, here, role)) for role in roles}
    free = [role for role in roles if opened[role.id] < MOST]
    if not free:
        return Enough(max(opened.values()))
    for role, place in _line(unit, here, free):
        testimony = unit.testimonies.hold(place.id, place.version, partner=role.partner)
        if testimony is not None:  # else a colleague has it in hand in this very moment
            return _claim(unit, here, role, testimony)
    return Nothing()


def take_this(unit: Unit, here: Circumstances, moderator: Moderator, id: str) -> Taken | Standing:
    """Take one that waits, out of turn: it was seen to be like another."""
    testimony = sees(unit, moderator, id)
    if testimony is None:
        return refuse(unit, here, moderator.address, f"testimony:{id}")
    ran_out = testimony.claimed_until is not None and testimony.claimed_until <= here.now
    if testimony.state is not State.RECEIVED and not ran_out:
        return _elsewhere(unit, moderator, testimony)
    held = unit.testimonies.hold(id, testimony.version, partner=moderator.partner)
    taken = Nothing() if held is None else _claim(unit, here, moderator, held)
    return taken if isinstance(taken, Taken) else WithColleague(testimony)


def reopen(unit: Unit, here: Circumstances, moderator: Moderator, id: str) -> Taken | Standing:
    """Show again what is open with this moderator."""
    testimony = sees(unit, moderator, id)
    if testimony is None:
        return refuse(unit, here, moderator.address, f"testimony:{id}")
    if testimony.claimed_by == moderator.id:
        did(unit, here, moderator, "opened", testimony)
        return Taken(testimony)
    return _elsewhere(unit, moderator, testimony)


def open_with(
    unit: Unit, here: Circumstances, moderator: Moderator, id: str, version: int
) -> Testimony | Standing:
    """The testimony, when it is open with this moderator at this version; else what has happened instead. What has
    changed since is new to its reader: that it is shown is noted (S42).
    """
    found = _open(unit, here, moderator, id, version)
    if isinstance(found, Changed):
        did(unit, here, moderator, "opened", found.testimony)
    return found


def accept(unit: Unit, here: Circumstances, moderator: Moderator, id: str, version: int) -> Standing:
    """It counts among the voices; its author learns that it was read."""
    return _decide(unit, here, moderator, id, version, DecisionKind.ACCEPT)


def ask_back(
    unit: Unit, here: Circumstances, moderator: Moderator, id: str, version: int, question: str
) -> Standing:
    """Return it with a question; its author gets the question and a button to answer. Whose words were published
    elsewhere cannot be asked: nothing moves.
    """
    asked = sees(unit, moderator, id)
    if asked is not None and asked.elsewhere:
        return Outdated(asked)
    return _decide(unit, here, moderator, id, version, DecisionKind.RETURN, question=question)


def set_aside(
    unit: Unit, here: Circumstances, moderator: Moderator, id: str, version: int, reason: str, note: str = ""
) -> Standing:
    """Do not use it: `reason` is a key of REASONS, `note` the moderator's own words, which the author never sees."""
    return _decide(unit, here, moderator, id, version, DecisionKind.SET_ASIDE, reason=reason, note=note)


def release(
    unit: Unit, here: Circumstances, moderator: Moderator, id: str, version: int
) -> Released | Standing:
    """Give it back to the queue without a decision."""
    testimony = _open(unit, here, moderator, id, version)
    if isinstance(testimony, Changed):
        testimony = testimony.testimony
    if not isinstance(testimony, Testimony):
        return testimony
    freed = replace(testimony, state=moved(testimony.state, "release"), claimed_by=None, claimed_until=None)
    try:
        freed = unit.testimonies.save(freed)
    except Stale:
        return _after(unit, here, moderator, id)
    did(unit, here, moderator, "released", freed)
    return Released(freed)


def undo(unit: Unit, here: Circumstances, moderator: Moderator, id: str, version: int) -> Standing:
    """Take one's own last decision back, as long as nothing has moved on since. What its author has still to be told of
    it is not said; what was said already stays said.
    """
    testimony = sees(unit, moderator, id)
    if testimony is None:
        return refuse(unit, here, moderator.address, f"testimony:{id}")
    last = _last(unit, testimony)
    if _built_on(unit, here, moderator, testimony, last):
        return BuiltOn(testimony)
    if last is None or last.moderator != moderator.id or last.version != testimony.version:
        return Withdrawn() if testimony.state is State.WITHDRAWN else Outdated(testimony)
    if last.kind is DecisionKind.UNDO:
        return Done(testimony, DecisionKind.UNDO)
    if testimony.version != version:
        return Outdated(testimony)
    exchanges = testimony.exchanges[:-1] if last.kind is DecisionKind.RETURN else testimony.exchanges
    back = replace(
        testimony,
        state=moved(testimony.state, "undo"),
        exchanges=exchanges,
        claimed_by=moderator.id,
        claimed_until=here.now + LEASE,
    )
    undone = _write(unit, here, moderator, back, DecisionKind.UNDO, "")
    whose = testimony.respondent
    if isinstance(undone, Done) and unit.outbox.unsay(whose, id, here.now, step=f"{_STEP}{whose}"):
        _tell_of_another(unit, here, last, testimony)
    return undone


# -- inside -----------------------------------------------------------------------------------------------------------

_VERBS = {
    DecisionKind.ACCEPT: ("accept", "accepted"),
    DecisionKind.RETURN: ("return", "asked back"),
    DecisionKind.SET_ASIDE: ("set_aside", "set aside"),
    DecisionKind.UNDO: ("undo", "undid"),
}


def _open(
    unit: Unit, here: Circumstances, moderator: Moderator, id: str, version: int
) -> Testimony | Standing:
    testimony = sees(unit, moderator, id)
    if testimony is None:
        return refuse(unit, here, moderator.address, f"testimony:{id}")
    if testimony.claimed_by == moderator.id:
        return testimony if testimony.version == version else Changed(testimony)
    return _elsewhere(unit, moderator, testimony)


def _line(unit: Unit, here: Circumstances, roles: Sequence[Moderator]) -> Iterator[tuple[Moderator, Place]]:
    """What waits for somebody with these roles, in the order in which they read it."""
    wanted = unit.queue.filter(roles[0].address)
    known = frozenset[str]().union(*(reads(here, role) for role in roles))
    own = wanted.languages & known if wanted.languages else known
    of_each = {role.partner: role for role in reversed(roles)}.values()
    seen: set[str] = set()
    for part in [replace(wanted, languages=own)] * bool(own) + [wanted]:
        line = [each for role in of_each for each in _of_partner(unit, here, role, part)]
        for _, _, role, place in sorted(line, key=itemgetter(0, 1)):
            if place.id not in seen and (not wanted.themes or _speaks(unit, role, place, wanted)):
                yield role, place
            seen.add(place.id)


def _of_partner(
    unit: Unit, here: Circumstances, role: Moderator, wanted: Filter
) -> Iterator[tuple[bool, datetime, Moderator, Place]]:
    """What waits for one partner, with what orders it: within the promised days, and since when."""
    late = here.now - timedelta(days=unit.people.partner(role.partner).days)
    places = unit.queue.line(
        partner=role.partner,
        wanted=wanted,
        now=here.now,
        besides=herself(unit, role),
        left=left(unit, here, role),
        most=IN_LINE,
    )
    return ((place.received_at >= late, place.received_at, role, place) for place in places)


def _speaks(unit: Unit, role: Moderator, place: Place, wanted: Filter) -> bool:
    testimony = unit.testimonies.get(place.id, partner=role.partner)
    return testimony is not None and wanted.about(testimony)


def _last(unit: Unit, testimony: Testimony) -> Decision | None:
    decisions = unit.testimonies.decisions(testimony.id)
    return decisions[-1] if decisions else None


def _built_on(
    unit: Unit, here: Circumstances, moderator: Moderator, testimony: Testimony, last: Decision | None
) -> bool:
    """Whether a colleague has looked at it, has it now, or redacted it since this moderator accepted it."""
    if testimony.state is not State.ACCEPTED or last is None:
        return False
    copies = unit.redactions.of(testimony.id, respondent=testimony.respondent)
    redacted = any(each.person != moderator.address and each.at >= last.at for each in copies)
    has = unit.looks.claimed_by(testimony.id, here.now)
    return last.kind in SECOND or redacted or has not in (None, moderator.id)


def _claim(unit: Unit, here: Circumstances, moderator: Moderator, testimony: Testimony) -> Taken | Nothing:
    mine = replace(
        testimony,
        state=moved(testimony.state, "take"),
        claimed_by=moderator.id,
        claimed_until=here.now + LEASE,
        wants="",
    )
    try:
        mine = unit.testimonies.save(mine)
    except Stale:  # a colleague took it in this very moment
        return Nothing()
    did(unit, here, moderator, "took", mine)
    if testimony.claimed_by not in (None, moderator.id):
        take_card(unit, here, testimony.claimed_by, mine.id)
    return Taken(mine)


def _elsewhere(unit: Unit, moderator: Moderator, testimony: Testimony) -> Standing:
    """What has happened to a testimony that is not open with this moderator."""
    match testimony.state:
        case State.WITHDRAWN:
            return Withdrawn()
        case State.IN_REVIEW:
            return WithColleague(testimony)
        case State.RECEIVED:
            return Outdated(testimony)
    last = _last(unit, testimony)
    if last is None:
        return Outdated(testimony)
    if last.moderator == moderator.id and last.version == testimony.version:
        return Done(testimony, last.kind)
    return AlreadyDecided(testimony, last.kind)


def _after(unit: Unit, here: Circumstances, moderator: Moderator, id: str) -> Standing:
    """What the faster one made of it."""
    testimony = sees(unit, moderator, id)
    if testimony is None:
        return refuse(unit, here, moderator.address, f"testimony:{id}")
    return _elsewhere(unit, moderator, testimony)


def _decide(
    unit: Unit,
    here: Circumstances,
    moderator: Moderator,
    id: str,
    version: int,
    kind: DecisionKind,
    *,
    question: str = "",
    reason: str = "",
    note: str = "",
) -> Standing:
    testimony = open_with(unit, here, moderator, id, version)
    if not isinstance(testimony, Testimony):
        return testimony
    asked = (Exchange(question),) if kind is DecisionKind.RETURN else ()
    decided = replace(
        testimony,
        state=moved(testimony.state, _VERBS[kind][0]),
        exchanges=(*testimony.exchanges, *asked),
        claimed_by=None,
        claimed_until=None,
    )
    written = _write(unit, here, moderator, decided, kind, f"{reason}: {note}" if note else reason)
    if isinstance(written, Done):
        _tell_author(unit, here, written.testimony, kind, question, reason)
    return written


def _write(
    unit: Unit,
    here: Circumstances,
    moderator: Moderator,
    testimony: Testimony,
    kind: DecisionKind,
    reason: str,
) -> Standing:
    """The new state, the Decision and the Deed, or what a faster colleague made of it (R35)."""
    try:
        saved = unit.testimonies.save(testimony)
    except Stale:
        return _after(unit, here, moderator, testimony.id)
    decision = Decision(here.fresh(), saved.id, moderator.id, kind, reason, here.now, saved.version)
    unit.testimonies.add_decision(decision, respondent=saved.respondent)
    did(unit, here, moderator, _VERBS[kind][1], saved)
    return Done(saved, kind)


def _tell_author(
    unit: Unit, here: Circumstances, testimony: Testimony, kind: DecisionKind, question: str, reason: str
) -> None:
    """She learns that her voice was read; a question always reaches her, a refusal where she may be contacted.

    Who asked us not to write first hears nothing (S45); /mine shows her all of it.
    """
    her = unit.people.respondent(testimony.respondent)
    if her is None or her.quiet or not her.reachable:
        return
    granted = {each.purpose for each in unit.testimonies.consents(testimony.id) if each.granted}
    partner = unit.people.partner(testimony.partner).name
    parts: tuple[Part, ...]
    if kind is DecisionKind.RETURN:
        answer = Button("Answer", f"a:{testimony.id}", style="primary")
        coming = Sentence("{receipt}: we have a question for you.", {"receipt": testimony.receipt})
        asks = Sentence("{partner} asks: {question}", {"partner": partner, "question": question})
        parts = (coming, asks, Buttons(((answer,),)))
    elif kind is DecisionKind.ACCEPT:
        parts = (Sentence(_READ, {"receipt": testimony.receipt, "partner": partner}),)
    elif "contact" in granted:
        parts = (Sentence(REASONS[reason], {"receipt": testimony.receipt}),)
    else:
        return
    gently(
        unit,
        here,
        her,
        Message(her.language or testimony.language, parts, voices=(testimony.id,)),
        step=f"{_STEP}{her.id}",  # who wrote many that are set aside at once hears it once
        since=testimony.received_at,
    )


def _tell_of_another(unit: Unit, here: Circumstances, last: Decision, testimony: Testimony) -> None:
    """Of many of hers that were set aside at once she was to hear of this one, which no longer is: she hears of another
    that still is.
    """
    for each in unit.queue.decided_at(last.moderator, last.at, partner=testimony.partner):
        other = unit.testimonies.get(each, partner=testimony.partner)
        if other is not None and other.respondent == testimony.respondent:
            _tell_author(unit, here, other, DecisionKind.SET_ASIDE, "", last.reason.partition(":")[0])
