"""The outcome: what became of a tap, as the card or as one line in its place."""

from dataclasses import replace

from bot import coding, reviewing
from bot.chat.moderating import card
from bot.chat.moderating.acting import Act
from bot.chat.moderating.phrases import button, counted, desk, say
from bot.circumstances import Circumstances
from bot.people import PUBLIC, Moderator
from bot.ports import Unit
from bot.reporting import DECISIONS
from bot.speech import Button, Buttons, Sentence
from bot.standing import (
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
)
from bot.testimony import SECOND, DecisionKind, State, Testimony

DECIDED = {
    DecisionKind.ACCEPT: "{receipt}: accepted.",
    DecisionKind.RETURN: "{receipt}: your question is on its way.",
    DecisionKind.SET_ASIDE: "{receipt}: set aside.",
    DecisionKind.PUBLISH: "{receipt}: published. Two of you have read it. Thank you.",
    DecisionKind.QUOTE: "{receipt}: it may be quoted. Two of you have read it. Thank you.",
    DecisionKind.SEND_BACK: "{receipt}: back to redacting. It comes to whoever takes it next.",
    DecisionKind.WITHHOLD: "{receipt}: it will never be published. Only a lead can change that, with a reason.",
    DecisionKind.LIFT: "{receipt}: it waits for its second look again.",
}

UNHEARD = "{receipt}: your question is kept. We may not write to the person now; /mine shows it when they come back."
"""In place of DECIDED: who asked us not to write first, or cannot be reached, gets no message."""

STATES = {
    State.RECEIVED: "waiting to be read",
    State.IN_REVIEW: "being read",
    State.ACCEPTED: DECISIONS[DecisionKind.ACCEPT],
    State.RETURNED: DECISIONS[DecisionKind.RETURN],
    State.SET_ASIDE: DECISIONS[DecisionKind.SET_ASIDE],
}
"""Where a testimony stands, for whoever reads it beside another."""


def show(
    act: Act,
    standing: Taken | Nothing | Enough | Released | Standing,
    *,
    role: Moderator | None = None,
    in_place: bool = True,
) -> None:
    """What became of it: the card, or one line in its place; then nothing else of the card stays there (S43)."""
    unit, here, role = act.unit, act.here, role or act.role
    next_ones = onward(unit, here, role)
    match standing:
        case Taken(testimony):
            card.show(unit, here, role, testimony, in_place=in_place)
        case Done(testimony, DecisionKind.UNDO):
            heard = card.heard(unit, testimony)  # they were taken out of the chat: the whole card comes anew
            card.show(unit, here, role, testimony, in_place=in_place and not heard)
        case Changed(testimony):
            changed = desk("The person has changed it since. This is the latest version.")
            card.show(unit, here, role, testimony, lead=(changed,), in_place=in_place)
        case Done(testimony, kind):
            undo = () if kind in SECOND else (button("Undo", "u", testimony),)
            hide = ((button("Hide names", "r", testimony),),) if _may_be_public(unit, testimony, kind) else ()
            other = ((button("Translate it", "wt", testimony),),) if kind is DecisionKind.PUBLISH else ()
            foot = Buttons((*hide, *other, (*undo, *next_ones)))
            unheard = kind is DecisionKind.RETURN and not _hears(unit, testimony)
            line = desk(UNHEARD if unheard else DECIDED[kind], receipt=testimony.receipt)
            which = testimony.id
            say(unit, here, role, line, foot, in_place=in_place, card=which, clears=which)
        case Released(testimony):
            line = desk("{receipt}: back in the queue.", receipt=testimony.receipt)
            say(unit, here, role, line, Buttons((next_ones,)), in_place=in_place, clears=testimony.id)
        case _:
            line = _one_line(standing)
            say(unit, here, role, line, Buttons((next_ones,)), in_place=in_place, clears=act.which)


def onward(unit: Unit, here: Circumstances, role: Moderator) -> tuple[Button, ...]:
    """What can be done next: read another, or code one that a colleague coded."""
    second = (button("Second coding", "tn"),) if coding.waits(unit, here, role) else ()
    return button("Next", "n"), *second


def held(act: Act, *, in_place: bool = True) -> Testimony | None:
    """The testimony of the card that was tapped, where it is open with this moderator and as it was shown; else what
    happened to it is said.
    """
    standing = reviewing.open_with(act.unit, act.here, act.role, act.which, act.version)
    if isinstance(standing, Testimony):
        return standing
    show(act, standing, in_place=in_place)
    return None


def held_then(act: Act) -> Testimony | None:
    """The same of the card for which the words were asked that were written now."""
    which, version = str(act.waiting["testimony"]), int(act.waiting["version"])
    return held(replace(act, tapped=replace(act.tapped, testimony=which, version=version)), in_place=False)


def _may_be_public(unit: Unit, testimony: Testimony, kind: DecisionKind) -> bool:
    """Whether hiding names comes next: it was accepted, and she allows it to be published or quoted."""
    granted = {each.purpose for each in unit.testimonies.consents(testimony.id) if each.granted}
    return kind is DecisionKind.ACCEPT and not testimony.sensitive and not granted.isdisjoint(PUBLIC)


def _hears(unit: Unit, testimony: Testimony) -> bool:
    """Whether its author gets what we write without being asked (S45, R18)."""
    author = unit.people.respondent(testimony.respondent)
    return author is not None and author.reachable and not author.quiet


def _one_line(standing: Nothing | Enough | Standing) -> Sentence:
    match standing:
        case AlreadyDecided(_, kind):
            decision = Sentence(DECISIONS[kind], domain="desk", context="decision")
            return desk("A colleague has already decided: {decision}.", decision=decision)
        case BuiltOn():
            return desk(
                "A colleague has gone on with it since, so this can no longer be undone. Thank you both."
            )
        case WithColleague():
            return desk("A colleague has already taken this one.")
        case Outdated():
            return desk("This card is out of date. Open it again with /claimed")
        case Withdrawn():
            return desk("The person has withdrawn this voice. Thank you for not using it.")
        case Nothing():
            return desk("Nothing is waiting. Thank you.")
        case Enough(count):
            return counted(
                "You have {count} voice open. Please decide on it or release it first: /claimed",
                "You have {count} voices open. Please decide on them or release some first: /claimed",
                count,
            )
        case _:
            return desk("Not found.")
