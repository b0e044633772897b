"""Offers: what people answered to the partner's published voices, one after the other, until somebody has read it.

Verbs: z the first that is unread · zr it was read
"""

from collections.abc import Mapping

from bot import offering
from bot.chat.moderating.acting import Act, Handler
from bot.chat.moderating.phrases import desk, say
from bot.offer import Kind
from bot.speech import Button, Buttons, Day, Part, Quote
from bot.standing import refuse

SAID: Mapping[Kind, str] = {
    Kind.HELPS: "To {receipt} somebody answered on {day}: this helps us too.",
    Kind.OFFER: "To {receipt} somebody answered on {day}: we can offer something.",
}


def show(act: Act) -> None:
    """/offers: the oldest that nobody has read."""
    _show(act)


def again(act: Act) -> None:
    """The same, in place."""
    _show(act, in_place=True)


def read(act: Act) -> None:
    """It was read: the next."""
    if not offering.mark_read(act.unit, act.here, act.roles, act.which):
        refuse(act.unit, act.here, act.role.address, f"offer:{act.which}")
    _show(act, in_place=True)


COMMANDS: Mapping[str, Handler] = {"offers": show}
VERBS: Mapping[str, Handler] = {"z": again, "zr": read}


def _show(act: Act, *, in_place: bool = False) -> None:
    found = next(((role, each) for role in act.roles for each in offering.unread(act.unit, role)), None)
    if found is None:
        nothing = desk("Nothing more was answered to your published voices.")
        say(act.unit, act.here, act.role, nothing, in_place=in_place)
        return
    role, (offer, voice) = found
    said = desk(SAID[offer.kind], receipt=voice.receipt, day=Day(offer.at.date().isoformat()))
    parts: list[Part] = [said, *([Quote(offer.words)] if offer.words else [])]
    if offering.reaches(offer):
        parts.append(
            desk(
                "⚠️ There is a number or an address in it. Do not pass it on to anybody, and do not use it on your own."
            )
        )
    done = Button("I have read it", f"r:zr:{offer.id}", style="primary", domain="desk")
    say(act.unit, act.here, role, *parts, Buttons(((done,),)), in_place=in_place, about=offer.respondent)
