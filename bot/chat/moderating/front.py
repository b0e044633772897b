"""The front: each command, tap and word of a moderator goes to the feature it is for."""

from collections.abc import Mapping
from functools import partial

from bot.chat.moderating import (
    audience,
    campaigns,
    coding,
    conveying,
    deciding,
    earlier,
    exports,
    languages,
    links,
    lookalikes,
    looking,
    numbers,
    offers,
    passing,
    queue,
    redacting,
    responding,
    searching,
    sensitive,
    team,
    timing,
    wording,
)
from bot.chat.moderating.acting import (
    Act,
    Handler,
    listen_no_more,
    read_action,
    readers,
    role_for,
    stranger,
)
from bot.circumstances import Circumstances
from bot.people import Moderator
from bot.ports import Copy, Unit

NEXT: Handler = partial(queue.take, otherwise=partial(redacting.take, otherwise=conveying.second))
"""First readings, then what waits for its redaction or its second look, then translations for a second reader."""

COMMANDS: Mapping[str, Handler] = {
    **queue.COMMANDS,
    **searching.COMMANDS,
    **numbers.COMMANDS,
    **offers.COMMANDS,
    **exports.COMMANDS,
    **responding.COMMANDS,
    **sensitive.COMMANDS,
    **team.COMMANDS,
    **campaigns.COMMANDS,
    **conveying.COMMANDS,
    "next": NEXT,
}
"""What moderators type."""

VERBS: Mapping[str, Handler] = {
    **queue.VERBS,
    **deciding.VERBS,
    **coding.VERBS,
    **conveying.VERBS,
    **earlier.VERBS,
    **languages.VERBS,
    **links.VERBS,
    **lookalikes.VERBS,
    **numbers.VERBS,
    **offers.VERBS,
    **passing.VERBS,
    **redacting.VERBS,
    **responding.VERBS,
    **searching.VERBS,
    **sensitive.VERBS,
    **team.VERBS,
    **campaigns.VERBS,
    **audience.VERBS,
    **timing.VERBS,
    **wording.VERBS,
    **looking.VERBS,
    **numbers.VERBS,
    "n": NEXT,
}
"""What they tap."""

WORDS: Mapping[str, Handler] = {
    **conveying.WORDS,
    **deciding.WORDS,
    **languages.WORDS,
    **redacting.WORDS,
    **responding.WORDS,
    **searching.WORDS,
    **sensitive.WORDS,
    **team.WORDS,
    **campaigns.WORDS,
    **wording.WORDS,
    **looking.WORDS,
}
"""What they are asked to write."""


def command(unit: Unit, here: Circumstances, address: str, name: str, argument: str = "") -> None:
    """A command, for whoever holds a role at this address (S22); `argument`: what was typed behind it."""
    roles = listen_no_more(unit, readers(unit, address))
    if not roles:
        stranger(unit, here, address, f"command:{name}")
        return
    COMMANDS[name](Act(unit, here, roles[0], roles, words=argument))


def tap(unit: Unit, here: Circumstances, address: str, action: str) -> None:
    """A tap on a card. Rights are read anew at each (S22); an old card changes nothing (S23)."""
    tapped = read_action(action)
    asked = readers(unit, address)
    if not asked or tapped is None or tapped.verb not in VERBS:
        thing = f"testimony:{tapped.testimony}" if tapped is not None and tapped.testimony else "button"
        stranger(unit, here, address, thing)
        return
    waiting = next((role.waiting for role in asked if role.waiting), {})
    roles = listen_no_more(unit, asked)
    role = role_for(unit, roles, tapped.testimony)
    VERBS[tapped.verb](Act(unit, here, role, roles, tapped, waiting))


def expects_words(unit: Unit, address: str) -> bool:
    """Whether somebody at this address was asked to write something."""
    return any(_asked(role) for role in unit.people.moderators_at(address))


def stop_waiting(unit: Unit, address: str) -> None:
    """Something else was done: the next words are no question and no reason."""
    listen_no_more(unit, unit.people.moderators_at(address))


def write(unit: Unit, here: Circumstances, address: str, words: str) -> None:
    """The words a moderator was asked for; they may repeat hers, and leave the chat with the card (S43)."""
    roles = unit.people.moderators_at(address)
    role = next(role for role in roles if _asked(role))
    which = str(role.waiting.get("testimony", ""))
    if which and here.message is not None:
        unit.copies.said(address, Copy(here.message, here.now, card=which))
    WORDS[role.waiting["for"]](Act(unit, here, role, roles, waiting=role.waiting, words=words))


def _asked(role: Moderator) -> bool:
    """Whether they were asked for words: what they see may be waiting for a tap."""
    return role.waiting.get("for") in WORDS
