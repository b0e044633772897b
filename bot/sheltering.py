"""Sheltering, a deed: what is done with a sensitive voice, by moderators, focal points and herself (S34).

A moderator flags it and has it no more. A focal point takes it, asks her, hands it over, closes it. She decides whether
it is passed on, or read by others, and of whose people it speaks.
"""

import hashlib
from dataclasses import dataclass, replace

from bot import lane
from bot.cases import ASKED, CLOCK, Case, CaseState, Outcome, Step, StepKind, Way, stepped
from bot.circumstances import Circumstances, reply
from bot.daytime import gently
from bot.journal import Deed
from bot.people import Moderator, Partner, Respondent, Role
from bot.ports import Stale, Unit
from bot.speech import Button, Buttons, Message, Sentence
from bot.testimony import Decision, DecisionKind, State, Testimony, moved

FULL_STOPS = ".。।۔"
"""What ends a sentence; ours goes on after whom it names."""
ANSWERS = {"yes": StepKind.YES, "no": StepKind.NO}

_INSTEAD = Sentence("In their place, the person named for this at another partner reads it; or nobody does.")

_MORE = (
    "They would read what you told us here. They do not learn who you are: we do not know your name or number"
    " either. You can say no without a reason, and take everything back any time: /mine"
)


@dataclass(frozen=True, slots=True)
class Held:
    """A case that is with this focal point, and what she told."""

    case: Case
    testimony: Testimony


# -- a moderator ------------------------------------------------------------------------------------------------------


def flag(unit: Unit, here: Circumstances, moderator: Moderator, id: str, version: int) -> bool:
    """What a moderator has open is sensitive: it leaves them at once, and she hears whom she can call. False where
    they do not have it, or it has changed since.
    """
    testimony = unit.testimonies.get(id, partner=moderator.partner)
    if (
        testimony is None
        or testimony.sensitive
        or testimony.state is not State.IN_REVIEW
        or testimony.claimed_by != moderator.id
        or testimony.version != version
    ):
        return False
    sheltered = lane.enter(unit, here, testimony, Way.FLAG, f"moderator:{moderator.id}")
    _decide(unit, here, moderator, sheltered, DecisionKind.ESCALATE, "")
    if her := unit.people.respondent(testimony.respondent):
        lane.care(unit, here, her, sheltered, asked=False)
    return True


# -- a focal point ----------------------------------------------------------------------------------------------------


def listed(unit: Unit, moderator: Moderator) -> list[Case]:
    """The cases a focal point may see, oldest first; none for anybody else."""
    if moderator.role is not Role.FOCAL_POINT or not moderator.active:
        return []
    hers = unit.people.respondent_at(moderator.address)
    return [
        case
        for case in unit.cases.of(moderator.partner)
        if hers is None or unit.testimonies.own(case.testimony, respondent=hers.id) is None
    ]


def take(unit: Unit, here: Circumstances, moderator: Moderator, id: str) -> Held | None:
    """Take a case, or look again at one's own; None where there is none, or a colleague has it. One holds it for a
    day; then another may take it.
    """
    found = _sees(unit, moderator, id)
    if found is None:
        return None
    case, testimony = found.case, found.testimony
    if case.state is CaseState.CLOSED or not _free(unit, here, moderator, case, testimony):
        return None
    if testimony.state in (State.RECEIVED, State.IN_REVIEW):
        testimony = replace(
            testimony,
            state=moved(testimony.state, "take"),
            claimed_by=moderator.id,
            claimed_until=here.now + CLOCK,
        )
    try:
        testimony = unit.testimonies.save(testimony)
        mine = replace(
            case,
            state=stepped(case.state, "take"),
            holder=moderator.id,
            read_at=case.read_at or here.now,
            remind_at=None,
        )
        mine = unit.cases.save(mine)
    except Stale:  # a colleague took it in this very moment
        return None
    if case.holder != moderator.id:
        lane.clear(unit, here, moderator.partner, id)
        _step(unit, here, testimony, StepKind.TOOK, moderator)
    unit.journal.write(Deed(here.now, f"moderator:{moderator.id}", "took", f"testimony:{id}"))
    return Held(mine, testimony)


def held(unit: Unit, moderator: Moderator, id: str, version: int) -> Held | None:
    """A case that is with this focal point, as the card showed it; else None."""
    found = _sees(unit, moderator, id)
    if found is None or found.case.holder != moderator.id or found.testimony.version != version:
        return None
    return found if found.case.state is not CaseState.CLOSED else None


def hand_over(unit: Unit, here: Circumstances, moderator: Moderator, mine: Held, note: str) -> bool:
    """Give it to the other focal points, with a note that whoever takes it reads; False where there is no other."""
    others = [each for each in lane.focal_points(unit, moderator.partner) if each.id != moderator.id]
    if not others:
        return False
    case, testimony = mine.case, mine.testimony
    fresh = Case(case.testimony, case.code, case.way, here.now, None, about=case.about, version=case.version)
    unit.cases.save(replace(fresh, state=stepped(case.state, "hand over"), remind_at=fresh.next_reminder()))
    if testimony.state is State.IN_REVIEW:
        freed = replace(
            testimony, state=moved(testimony.state, "release"), claimed_by=None, claimed_until=None
        )
        testimony = unit.testimonies.save(freed)
    _step(unit, here, testimony, StepKind.HANDED, moderator, note=note)
    unit.journal.write(
        Deed(here.now, f"moderator:{moderator.id}", "handed over", f"testimony:{testimony.id}")
    )
    lane.told(unit, here, testimony, besides=moderator.address)
    return True


def ask_her(unit: Unit, here: Circumstances, moderator: Moderator, mine: Held, whom: str = "") -> bool:
    """Ask her whether it may be passed on (`whom`), or, without, be read by all who read for the partner. Whether she
    hears it now; /mine shows it too.
    """
    testimony, whom = mine.testimony, whom.strip().rstrip(FULL_STOPS) or whom
    her = unit.people.respondent(testimony.respondent)
    if her is None:
        return False
    kind = StepKind.ASKED_REFER if whom else StepKind.ASKED_RETURN
    language = here.language(her.language or testimony.language)
    asked = lane.question(unit, testimony, kind, whom)
    wording = hashlib.sha256(here.say(asked, language).encode()).hexdigest()
    _step(unit, here, testimony, kind, moderator, wording=wording, language=language, note=whom)
    unit.journal.write(Deed(here.now, f"moderator:{moderator.id}", str(kind), f"testimony:{testimony.id}"))
    if her.quiet or not her.reachable:
        return False
    message = Message(language, lane.open_question(unit, testimony), voices=(testimony.id,))
    gently(unit, here, her, message, step="asks her", since=testimony.received_at)
    return True


def agreed_to_return(unit: Unit, moderator: Moderator, testimony: Testimony) -> bool | None:
    """Whether she agreed that others read it, and another focal point asked her; None: nobody has her yes."""
    asker, yes = None, False
    for step in lane.history(unit, testimony):
        if step.kind in ASKED or step.kind in lane.ANEW:
            asker, yes = step.moderator if step.kind is StepKind.ASKED_RETURN else None, False
        elif asker is not None and step.kind in (StepKind.YES, StepKind.NO):
            yes = step.kind is StepKind.YES
    return asker != moderator.id if yes else None


def bring_back(unit: Unit, here: Circumstances, moderator: Moderator, mine: Held) -> bool:
    """Back among the ordinary voices: with her yes, and by a second focal point; never what speaks of a partner."""
    if mine.case.about or not agreed_to_return(unit, moderator, mine.testimony):
        return False
    state = moved(mine.testimony.state, "shelter")
    back = replace(mine.testimony, sensitive=False, state=state, claimed_by=None, claimed_until=None)
    _end(unit, here, moderator, mine, Outcome.RETURNED, back)
    return True


def close(unit: Unit, here: Circumstances, moderator: Moderator, mine: Held, outcome: Outcome) -> None:
    """It is over; she learns it only where she agreed to be written to."""
    ended = replace(
        mine.testimony,
        state=moved(mine.testimony.state, "close"),
        claimed_by=None,
        claimed_until=None,
    )
    ended = _end(unit, here, moderator, mine, outcome, ended)
    her = unit.people.respondent(ended.respondent)
    allowed = {each.purpose for each in unit.testimonies.consents(ended.id) if each.granted}
    if her is None or her.quiet or not her.reachable or "contact" not in allowed:
        return
    partner = unit.people.partner(ended.partner).name
    text = "{receipt}: {partner} has read it and done what it could for now. If something changes: /start"
    done = Sentence(text, {"receipt": ended.receipt, "partner": partner})
    message = Message(here.language(her.language or ended.language), (done,), voices=(ended.id,))
    gently(unit, here, her, message, step="closed", since=ended.received_at)


def keep_out(unit: Unit, here: Circumstances, moderator: Moderator, mine: Held, accused: str) -> Testimony:
    """A focal point sees that it speaks of people of a partner; she hears who reads it now."""
    out = lane.keep_out(unit, here, mine.testimony, accused, moderator)
    if (her := unit.people.respondent(out.respondent)) and out.partner != mine.testimony.partner:
        lane.care(unit, here, her, out, asked=False)
    return out


# -- herself ----------------------------------------------------------------------------------------------------------


def offer(unit: Unit, here: Circumstances, her: Respondent, id: str) -> None:
    """This is private or urgent, she says of what she sent: who would read it then, and of whom does it speak?"""
    testimony = _own(unit, her, id)
    if testimony is None or testimony.sensitive:
        about(unit, here, her, id)
        return
    partner = unit.people.partner(testimony.partner).name
    text = (
        "Then only the person named for this at {partner} reads it, and nothing of it is published. If it is about"
        " someone of one of these organisations, they do not see it."
    )
    rows: list[tuple[Button, ...]] = [(Button("It is private or urgent", f"k:in:{id}", style="primary"),)]
    rows += _organisations(unit, id)
    rows.append((Button("No, leave it", "w:no"),))
    said = Sentence(text, {"partner": partner})
    reply(unit, here, her, said, _INSTEAD, Buttons(tuple(rows)), replaces=here.message)


def bring_in(unit: Unit, here: Circumstances, her: Respondent, id: str, accused: str | None = None) -> None:
    """She brings it into the lane; `accused`: of whose people it speaks, who hear nothing of it."""
    testimony = _own(unit, her, id)
    if testimony is None:
        reply(unit, here, her, _old())
        return
    if not testimony.sensitive:
        if accused is not None:
            testimony = unit.testimonies.save(replace(testimony, sensitive=True, barred=True))
        testimony = lane.enter(
            unit, here, testimony, Way.HERSELF, f"respondent:{her.id}", besides=her.address
        )
    if accused is not None:
        testimony = lane.keep_out(unit, here, testimony, accused or None)
    lane.care(unit, here, her, testimony)


def about(unit: Unit, here: Circumstances, her: Respondent, id: str) -> None:
    """Of which organisation does it speak?"""
    testimony = _own(unit, her, id)
    if testimony is None:
        reply(unit, here, her, _old())
        return
    asked = Sentence("Is it about someone of one of these organisations? Then they do not see it.")
    none = Button("None of these", f"k:of:{id}:-")
    reply(
        unit, here, her, asked, _INSTEAD, Buttons((*_organisations(unit, id), (none,))), replaces=here.message
    )


def speaks_of(unit: Unit, here: Circumstances, her: Respondent, id: str, number: str) -> None:
    """She named one of the organisations, by its number in the list; or none of them."""
    partners = organisations(unit)
    if number == "-":
        bring_in(unit, here, her, id, "")
    elif number.isdecimal() and int(number) < len(partners):
        bring_in(unit, here, her, id, partners[int(number)].id)
    else:
        reply(unit, here, her, _old())


def organisations(unit: Unit) -> list[Partner]:
    """Whom a voice could speak of, in an order that stays."""
    return sorted(unit.people.partners(), key=lambda each: each.id)


def answer(unit: Unit, here: Circumstances, her: Respondent, id: str, said: str) -> None:
    """She says yes or no to what she was asked, or wants to know more; kept like a consent, with the words she saw."""
    testimony = _own(unit, her, id)
    pending = lane.pending_question(unit, testimony) if testimony else None
    if testimony is None or pending is None:
        reply(unit, here, her, _old())
        return
    if said == "more":
        reply(unit, here, her, *lane.open_question(unit, testimony, _MORE), replaces=here.message)
        return
    kind = ANSWERS[said]
    case = unit.cases.own(id, respondent=her.id)
    _step(unit, here, testimony, kind, None, wording=pending.wording, language=pending.language)
    unit.journal.write(Deed(here.now, f"respondent:{her.id}", f"said {said}", f"testimony:{id}"))
    if case is not None:
        if kind is StepKind.YES and pending.kind is StepKind.ASKED_REFER and case.holder is not None:
            unit.cases.save(replace(case, state=stepped(case.state, "refer")))
        lane.told(unit, here, testimony, besides=her.address)
    thanks = (
        "Thank you. It happens as you say." if kind is StepKind.YES else "All right. Nothing has changed."
    )
    reply(unit, here, her, Sentence(thanks), replaces=here.message)


# -- inside -----------------------------------------------------------------------------------------------------------


def _organisations(unit: Unit, id: str) -> list[tuple[Button, ...]]:
    return [
        (Button(each.name, f"k:of:{id}:{number}", literal=True),)
        for number, each in enumerate(organisations(unit))
    ]


def _own(unit: Unit, her: Respondent, id: str) -> Testimony | None:
    testimony = unit.testimonies.own(id, respondent=her.id)
    return None if testimony is None or testimony.state is State.WITHDRAWN else testimony


def _old() -> Sentence:
    return Sentence("This button is from earlier and does nothing any more. What you told us: /mine")


def _sees(unit: Unit, moderator: Moderator, id: str) -> Held | None:
    """A case and its words, where this focal point may see them."""
    if id not in {each.testimony for each in listed(unit, moderator)}:
        return None
    case = unit.cases.get(id, partner=moderator.partner)
    testimony = unit.testimonies.get(id, partner=moderator.partner)
    return Held(case, testimony) if case is not None and testimony is not None else None


def _free(unit: Unit, here: Circumstances, moderator: Moderator, case: Case, testimony: Testimony) -> bool:
    """Whether this focal point may have it: nobody does, or they do, or whoever did has had it for a day, or left."""
    if case.holder in (None, moderator.id):
        return True
    holder = unit.people.moderator(case.holder)
    if holder is None or not holder.active:
        return True
    return testimony.claimed_until is not None and testimony.claimed_until <= here.now


def _step(
    unit: Unit,
    here: Circumstances,
    testimony: Testimony,
    kind: StepKind,
    moderator: Moderator | None,
    *,
    wording: str = "",
    language: str = "",
    note: str = "",
) -> None:
    by = moderator.id if moderator is not None else None
    step = Step(here.fresh(), testimony.id, kind, here.now, by, wording, language, note)
    unit.cases.add_step(step, respondent=testimony.respondent)


def _decide(
    unit: Unit,
    here: Circumstances,
    moderator: Moderator,
    testimony: Testimony,
    kind: DecisionKind,
    reason: str,
) -> None:
    decision = Decision(here.fresh(), testimony.id, moderator.id, kind, reason, here.now, testimony.version)
    unit.testimonies.add_decision(decision, respondent=testimony.respondent)
    verb = "escalated" if kind is DecisionKind.ESCALATE else "closed"
    unit.journal.write(Deed(here.now, f"moderator:{moderator.id}", verb, f"testimony:{testimony.id}"))


def _end(
    unit: Unit,
    here: Circumstances,
    moderator: Moderator,
    mine: Held,
    outcome: Outcome,
    testimony: Testimony,
) -> Testimony:
    """The case is over: the testimony as it is then, the Decision, the record."""
    state = stepped(mine.case.state, "close")
    unit.cases.save(replace(mine.case, state=state, outcome=outcome, holder=None, remind_at=None))
    testimony = unit.testimonies.save(testimony)
    _decide(unit, here, moderator, testimony, DecisionKind.CLOSE, str(outcome))
    _step(unit, here, testimony, StepKind.CLOSED, moderator)
    return testimony
