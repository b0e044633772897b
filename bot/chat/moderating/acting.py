"""Acting: who taps or writes, in which role, and what their button says.

Actions are `r:<verb>`, `r:<verb>:<testimony>` or `r:<verb>:<testimony>:<version>`; a verb is letters, and may end in a
number. Each feature lists its verbs.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.chat.moderating.phrases import desk
from bot.circumstances import Circumstances, tell
from bot.people import Moderator
from bot.ports import Unit
from bot.speech import Message
from bot.standing import refuse, sees
from bot.testimony import Testimony
from bot.words import FALLBACK

_VERB = re.compile(r"([a-z]+)([0-9]*)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tapped:
    """A moderator's button, read: `number` is what its verb ends in."""

    verb: str
    number: int | None = None
    testimony: str = ""
    version: int = -1


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a moderator does: in this role, of these they hold. `waiting`: what their words were asked for before;
    `words`: what they wrote.
    """

    unit: Unit
    here: Circumstances
    role: Moderator
    roles: Sequence[Moderator]
    tapped: Tapped = Tapped("")
    waiting: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""

    @property
    def which(self) -> str:
        """The testimony it is about."""
        return self.tapped.testimony

    @property
    def version(self) -> int:
        """Its version when the button was shown."""
        return self.tapped.version


Handler = Callable[[Act], None]


def read_action(action: str) -> Tapped | None:
    """Read an action of ours; None for any other."""
    mark, _, rest = action.partition(":")
    verb, *where = rest.split(":")
    found = _VERB.fullmatch(verb)
    if mark != "r" or found is None:
        return None
    name, number = found[1], int(found[2]) if found[2] else None
    match where:
        case []:
            return Tapped(name, number)
        case [testimony]:
            return Tapped(name, number, testimony)
        case [testimony, version] if version.isdecimal():
            return Tapped(name, number, testimony, int(version))
        case _:
            return None


def readers(unit: Unit, address: str) -> list[Moderator]:
    """The roles at this address that read voices."""
    return [role for role in unit.people.moderators_at(address) if role.reads]


def wait_for(act: Act, what: str, /, **more: Any) -> Moderator:
    """Take the next words as this: a key of some feature's WORDS."""
    return act.unit.people.save_moderator(replace(act.role, waiting={"for": what, **more}))


def waited_for(act: Act, what: str, testimony: Testimony) -> bool:
    """Whether what was written last was written as this, about this testimony: only that is remembered."""
    return act.waiting.get("for") == what and act.waiting.get("testimony") == testimony.id


def listen_no_more(unit: Unit, roles: Sequence[Moderator]) -> list[Moderator]:
    """The roles, none of them waiting for words any more."""
    return [unit.people.save_moderator(replace(role, waiting={})) if role.waiting else role for role in roles]


def role_for(unit: Unit, roles: Sequence[Moderator], id: str) -> Moderator:
    """The role in which this testimony is seen: the one that holds it, else any that may see it."""
    seen = [(role, testimony) for role in roles if (testimony := sees(unit, role, id)) is not None]
    holding = [role for role, testimony in seen if testimony.claimed_by == role.id]
    return next(iter((*holding, *(role for role, _ in seen), *roles)))


def language_of_author(unit: Unit, role: Moderator, id: str) -> str:
    """The language in which its author reads."""
    testimony = unit.testimonies.get(id, partner=role.partner)
    author = unit.people.respondent(testimony.respondent) if testimony else None
    return (author.language if author else None) or (testimony.language if testimony else FALLBACK)


def stranger(unit: Unit, here: Circumstances, address: str, thing: str) -> None:
    """Somebody without the right: nothing changes, one line in the journal, an answer that says nothing (S22)."""
    refuse(unit, here, address, thing)
    no = desk("This is for moderators. You are not one, or no longer one.")
    tell(unit, here, address, Message(here.language(), (no,)))
