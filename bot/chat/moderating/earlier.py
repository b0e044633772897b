"""Earlier: what the same person told this partner before, read beside the card, without naming her.

Verbs: h the list · h<n> one of it, h<n><pp> its page pp (h203: the second, page three)
"""

from collections.abc import Mapping

from bot import reviewing
from bot.chat.moderating import card
from bot.chat.moderating.acting import Act, Handler
from bot.chat.moderating.outcome import STATES, held
from bot.chat.moderating.phrases import button, desk, say
from bot.speech import Button, Buttons, Sentence

MOST = 8
"""How many are listed, the newest."""


def before(act: Act) -> None:
    """The list, or one of it."""
    if (testimony := held(act)) is None:
        return
    earlier = reviewing.earlier(act.unit, act.role, testimony)[:MOST]
    back = (button("Back", "c", testimony),)
    which, page = divmod(act.tapped.number or 0, 100)
    if not 1 <= which <= len(earlier):
        rows = [
            (Button(each.receipt, f"r:h{at}01:{testimony.id}:{testimony.version}", literal=True),)
            for at, each in enumerate(earlier, start=1)
        ]
        listed = (
            desk("What the same person told before, the newest first.") if rows else desk("Nothing before.")
        )
        card.show(act.unit, act.here, act.role, testimony, foot=(listed, Buttons((*rows, back))))
        return
    read = earlier[which - 1]
    reviewing.note_read(act.unit, act.here, act.role, read)
    parts, count = card.contents(act.unit, act.here, act.role, read, page)
    stands = desk(
        "Told before: {decision}.", decision=Sentence(STATES[read.state], domain="desk", context="decision")
    )
    turning = card.turning(f"h{which}{{page:02}}", testimony, page, count)
    say(
        act.unit,
        act.here,
        act.role,
        stands,
        *parts,
        Buttons((*turning, back)),
        in_place=True,
        about=testimony.respondent,
        card=f"{testimony.id}:{read.id}",
    )


VERBS: Mapping[str, Handler] = {"h": before}
