"""The queue: how much waits, taking the next, what is open."""

from collections import Counter
from collections.abc import Mapping

from bot import reviewing
from bot.chat.moderating.acting import Act, Handler
from bot.chat.moderating.outcome import show
from bot.chat.moderating.phrases import button, counted, desk, say
from bot.speech import Button, Buttons, Lines
from bot.standing import Nothing


def waiting(act: Act) -> None:
    """/queue: how many wait for this moderator, in all their roles, by language."""
    counts: Counter[str] = Counter()
    for role in act.roles:
        counts.update(reviewing.waiting(act.unit, act.here, role))
    total = counts.total()
    if not total:
        say(act.unit, act.here, act.role, desk("Nothing is waiting. Thank you."))
        return
    summary = [counted("{count} voice is waiting.", "{count} voices are waiting.", total)]
    summary += [
        desk("{language}: {count}", language=act.here.name_in(language, act.role.language), count=count)
        for language, count in counts.most_common()
    ]
    say(act.unit, act.here, act.role, Lines(tuple(summary)), Buttons(((button("Next", "n"),),)))


def take(act: Act, otherwise: Handler) -> None:
    """/next: the first that waits for any of their roles; `otherwise` where nothing does."""
    for role in act.roles:
        found = reviewing.take(act.unit, act.here, role)
        if not isinstance(found, Nothing):
            show(act, found, role=role, in_place=False)
            return
    otherwise(act)


def opened(act: Act) -> None:
    """/claimed: what they have open, one button each."""
    mine = [testimony for role in act.roles for testimony in reviewing.claimed(act.unit, act.here, role)]
    if not mine:
        say(act.unit, act.here, act.role, desk("You have nothing open. Take the next one: /next"))
        return
    rows = tuple((Button(each.receipt, f"r:o:{each.id}", literal=True),) for each in mine)
    summary = counted("You have {count} voice open.", "You have {count} voices open.", len(mine))
    say(act.unit, act.here, act.role, summary, Buttons(rows))


def reopen(act: Act) -> None:
    """Show again what is open."""
    show(act, reviewing.reopen(act.unit, act.here, act.role, act.which), in_place=False)


COMMANDS: Mapping[str, Handler] = {"queue": waiting, "claimed": opened}
VERBS: Mapping[str, Handler] = {"o": reopen}
