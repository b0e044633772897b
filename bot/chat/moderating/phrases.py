"""How moderators are spoken to: sentences and buttons of the catalog "desk", in their language, not to be forwarded."""

from collections.abc import Callable
from typing import Any

from bot.circumstances import Circumstances, tell
from bot.outbox import Kind
from bot.people import Moderator
from bot.ports import Unit
from bot.speech import Button, Message, Part, Sentence
from bot.testimony import Testimony


def desk(text: str, **values: Any) -> Sentence:
    """A sentence for moderators."""
    return Sentence(text, values, domain="desk")


def counted(one: str, many: str, count: int, **values: Any) -> Sentence:
    """A sentence that counts."""
    return Sentence(one, {"count": count, **values}, many, count, "desk")


def button(text: str, verb: str, testimony: Testimony | None = None, **values: Any) -> Button:
    """A button; about a testimony it carries its version, so that an old one changes nothing (S23)."""
    action = f"r:{verb}:{testimony.id}:{testimony.version}" if testimony else f"r:{verb}"
    return Button(text, action, values, domain="desk")


def paging(page: int, pages: int, action: Callable[[int], str]) -> list[tuple[Button, ...]]:
    """To the page before and the one after, by the action of each; a row, where there is either. Which way an arrow
    points, each language says: where one reads from right to left, on is to the left.
    """
    before = [("◀ {page}/{pages}", page - 1)] if page > 1 else []
    after = [("▶ {page}/{pages}", page + 1)] if page < pages else []
    row = [Button(text, action(at), {"page": at, "pages": pages}) for text, at in (*before, *after)]
    return [tuple(row)] if row else []


def say(
    unit: Unit,
    here: Circumstances,
    role: Moderator,
    *parts: Part,
    in_place: bool = False,
    about: str | None = None,
    card: str = "",
    clears: str = "",
    step: str = "0",
) -> None:
    """Say it to a moderator, in place of what was tapped or anew. `card`: the testimony it shows; `clears`: the one
    whose card is taken out of the chat (S43).
    """
    replaces = here.message if in_place else None
    language = here.language(role.language)
    message = Message(language, parts, replaces=replaces, protect=True, card=card, clears=clears or None)
    tell(unit, here, role.address, message, about=about, kind=Kind.MODERATION, step=step)
