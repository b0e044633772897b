"""Look-alikes: many voices with the same words or the same recording, set aside at once.

Verbs: b which there are · bs all set aside as spam · bt as told twice · bu one taken back · ba all of them
"""

from collections.abc import Mapping

from bot import alike
from bot.alike import Together
from bot.card import beginning
from bot.chat.moderating import card
from bot.chat.moderating.acting import Act, Handler, wait_for
from bot.chat.moderating.outcome import held, show
from bot.chat.moderating.phrases import button, desk, say
from bot.speech import Button, Buttons, Lines
from bot.standing import Standing
from bot.testimony import Testimony


def find(act: Act) -> None:
    """How many look like the one on the card, and how each begins; the list leaves the chat with the card (S43)."""
    testimony = held(act)
    if testimony is None:
        return
    found = alike.find(act.unit, act.here, act.role, testimony)
    if not found:
        nothing = desk("No other voice that waits looks like this one.")
        card.show(
            act.unit,
            act.here,
            act.role,
            testimony,
            foot=(nothing, Buttons(((button("Back", "c", testimony),),))),
        )
        return
    wait_for(act, "alike", testimony=act.which, others=[each.id for each in found])
    head = desk("Waiting and like this one: {count}", count=len(found))
    lines = [
        desk("{label}: {answer}", label=each.receipt, answer=beginning(act.unit, each)) for each in found
    ]
    rows = (
        (button("All aside: spam", "bs", testimony),),
        (button("All aside: told twice", "bt", testimony),),
        (button("Back", "c", testimony),),
    )
    listed = ":".join(each.id for each in (testimony, *found))
    say(act.unit, act.here, act.role, Lines((head, *lines)), Buttons(rows), in_place=True, card=listed)


def as_spam(act: Act) -> None:
    """All that were listed, and the one on the card."""
    _set_aside(act, "spam")


def as_told_twice(act: Act) -> None:
    """The same, for another reason."""
    _set_aside(act, "twice")


def undo_one(act: Act) -> None:
    """One of them goes back to the queue."""
    _show(act, alike.undo(act.unit, act.here, act.role, act.which, act.version, everything=False))


def undo_all(act: Act) -> None:
    """All of them do."""
    _show(act, alike.undo(act.unit, act.here, act.role, act.which, act.version, everything=True))


VERBS: Mapping[str, Handler] = {
    "b": find,
    "bs": as_spam,
    "bt": as_told_twice,
    "bu": undo_one,
    "ba": undo_all,
}


def _set_aside(act: Act, reason: str) -> None:
    """Those that were listed; where the list is gone, it is shown anew."""
    if act.waiting.get("for") != "alike" or act.waiting.get("testimony") != act.which:
        find(act)
        return
    others = act.waiting["others"]
    _show(
        act,
        alike.set_aside(act.unit, act.here, act.role, act.which, act.version, others, reason),
    )


def _show(act: Act, standing: Together | Standing) -> None:
    """What stands set aside together, each with a way back."""
    if not isinstance(standing, Together):
        show(act, standing)
        return
    together = standing.testimonies
    lines = [desk("Set aside together: {count}", count=len(together))]
    if not together:
        lines = [desk("All of it is back in the queue.")]
    if standing.left:
        lines.append(
            desk("Left alone, since a colleague has it or it has changed: {count}", count=standing.left)
        )
    each = [_back(testimony) for testimony in together]
    rows = [tuple(each[at : at + 2]) for at in range(0, len(each), 2)]
    if together:
        rows.append((button("Undo all", "ba", together[0]),))
    rows.append((button("Next", "n"),))
    say(
        act.unit,
        act.here,
        act.role,
        Lines(tuple(lines)),
        Buttons(tuple(rows)),
        in_place=True,
        clears=act.which,
    )


def _back(testimony: Testimony) -> Button:
    return button("Undo {receipt}", "bu", testimony, receipt=testimony.receipt)
