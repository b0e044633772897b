"""Passing on: another partner reads it from now on, where its author allows that by name.

Verbs: vh to whom · vh1 … one of them
"""

from collections.abc import Mapping

from bot import passing
from bot.chat.moderating import card
from bot.chat.moderating.acting import Act, Handler
from bot.chat.moderating.outcome import held, show
from bot.chat.moderating.phrases import button, desk, say
from bot.passing import NotAgreed, Passed
from bot.speech import Button, Buttons
from bot.testimony import Testimony


def pass_on(act: Act) -> None:
    """To whom; or the one that was tapped."""
    testimony = held(act)
    if testimony is None:
        return
    named = passing.partners(act.unit, testimony)
    number = act.tapped.number
    if number is None or not 1 <= number <= len(named):
        _ask(act, testimony)
        return
    to = named[number - 1]
    standing = passing.pass_on(act.unit, act.here, act.role, act.which, act.version, to.id)
    match standing:
        case Passed(passed, partner):
            line = desk(
                "{receipt}: {partner} reads it from now on.", receipt=passed.receipt, partner=partner.name
            )
            foot = Buttons(((button("Next", "n"),),))
            say(act.unit, act.here, act.role, line, foot, in_place=True, clears=act.which)
        case NotAgreed():
            _ask(act, testimony)
        case _:
            show(act, standing)


VERBS: Mapping[str, Handler] = {"vh": pass_on}


def _ask(act: Act, testimony: Testimony) -> None:
    """Whom she allows; where that is nobody, why."""
    back = (button("Back", "c", testimony),)
    named = passing.partners(act.unit, testimony)
    if named:
        words = desk("Who reads it from now on? It leaves your queue for good. The person agreed to it.")
    else:
        words = desk(
            "The person did not agree that another partner reads this. They can change that any time with /mine."
        )
    rows = [
        (Button(each.name, f"r:vh{number}:{testimony.id}:{testimony.version}", literal=True),)
        for number, each in enumerate(named, start=1)
    ]
    card.show(act.unit, act.here, act.role, testimony, foot=(words, Buttons((*rows, back))))
