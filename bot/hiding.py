"""Hiding, a deed: what lies in a chat is taken out of it (S29, S30, S43); what we hold stays.

A message of ours may clear what lies before it. What that is, is known once it is said: everything said earlier has
its number by then, and what is said later is left alone. Then deliveries of their own take it out, tried until they
succeed, however often the bot dies.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.circumstances import Circumstances, reply, tell
from bot.outbox import Delivery, Kind
from bot.people import Respondent
from bot.ports import Copy, Unit
from bot.speech import Button, Buttons, Message, Part, Sentence
from dialogs.form import HIDES, Form

REACH = timedelta(hours=48)
"""How long Telegram lets a bot delete a message, also one written to it in a private chat (Bot API deleteMessage)."""

ALL = ""
"""What a message clears that clears the whole chat (speech.Message.clears)."""

ALWAYS, ASK, NEVER = HIDES
"""A form's wish, and a person's: take it out once it is stored, offer to, or leave it."""

OLDER = Sentence(
    "What is older than two days Telegram does not let us take out. To clear the whole chat yourself, open its menu"
    " and choose “Delete chat”."
)

_SWITCH = "Take what I wrote out of this chat"


def hide(unit: Unit, here: Circumstances, her: Respondent) -> None:
    """/hide: take out of the chat what Telegram lets us, but for the receipts; say how she clears the rest (S30)."""
    unit.copies.drop(her.address, _too_old(unit.copies.there(her.address), here.now))  # it is told now
    parts: list[Part] = [
        Sentence(
            "What you and we wrote here in the last two days is being taken out of this chat. Your receipts stay. What"
            " you told us stays with us: /mine"
        ),
        OLDER,
    ]
    if unit.sessions.of(her.id) is not None:
        parts.append(Sentence("To go on with your answers: /resume"))
    message = Message(here.language(her.language), tuple(parts), clears=ALL)
    tell(
        unit, here, her.address, message, about=her.id, kind=Kind.REPLY
    )  # after all that is still to be said


def switch(unit: Unit, here: Circumstances, her: Respondent, on: bool) -> None:
    """Her own choice, before that of any form: each time once it is stored, or only when she says /hide."""
    if her.hides is not on:
        her = unit.people.save_respondent(replace(her, hides=on))
    reply(unit, here, her, Sentence("Changed. It counts from now on."), *switches(her))


def switches(her: Respondent) -> tuple[Part, ...]:
    """What the switch does, and the switch."""
    on = bool(her.hides)
    return (
        Sentence(
            "Once you have sent something, what you and we wrote can be taken out of this chat by itself. Any time:"
            " /hide"
        ),
        Buttons(((Button(_SWITCH, f"h:{int(not on)}", picked=on),),)),
    )


def wish(her: Respondent, form: Form, *, sensitive: bool) -> str:
    """What becomes of the chat once this is stored: as she chose, else as the form says; what is sensitive goes."""
    if her.hides is not None:
        return ALWAYS if her.hides else NEVER
    said = form.chat.get("hide", ASK)
    return ALWAYS if sensitive and said == ASK else said


def told_of(wish: str) -> tuple[Part, ...]:
    """What stands under the receipt."""
    match wish:
        case "always":
            return (
                Sentence(
                    "What you wrote is being taken out of this chat. It stays with us: /mine. To change this: /privacy"
                ),
            )
        case "ask":
            return (Buttons(((Button("Take it out of this chat", "h:now"),),)),)
        case _:
            return ()


def spoken(unit: Unit, delivery: Delivery, numbers: Sequence[int], now: datetime) -> None:
    """A delivery became these Telegram messages: they lie in the chat from now on, and what it clears is hidden.

    A recording is taken out once it is held (R30). What is kept up to date, in a room or for a lead, is noted there.
    """
    message, address = delivery.message, delivery.address
    if message.post is not None:
        unit.rooms.posted(address, message.post, numbers[0] if numbers else None)
        return
    if message.hides:
        unit.copies.drop(address, message.hides)
        return
    if message.campaign and numbers:
        unit.campaigns.lies(message.campaign, address, numbers[-1])
    for number in numbers:
        unit.copies.said(address, Copy(number, now, message.stays, message.card))
    if message.clears is None:
        return
    there = [
        each
        for each in unit.copies.there(address)
        if not each.stays
        and each.number not in numbers
        and (message.clears == ALL or _shows(each, message.clears))
    ]
    if old := _too_old(there, now):
        unit.copies.drop(address, old)
        if message.clears == ALL:
            told = Message(message.language, (OLDER,))
            unit.outbox.add(
                key=f"{delivery.key}:older",
                address=address,
                kind=Kind.REPLY,
                message=told,
                now=now,
                about=delivery.about,
            )
    waiting = unit.media.wanted_from(address)
    near = [each for each in there if each.number not in old]
    for step, these, holds in (
        ("hide", [each.number for each in near if not (waiting and each.recording)], False),
        ("held", [each.number for each in near if waiting and each.recording], True),
    ):
        if these:
            unit.outbox.add(
                key=f"{delivery.key}:{step}",
                address=address,
                kind=Kind.HIDING,
                message=Message(message.language, (), hides=tuple(these), holds=holds),
                now=now,
                about=delivery.about,
            )


def take_card(unit: Unit, here: Circumstances, moderator: str, *testimonies: str) -> None:
    """Take the cards of testimonies out of the chat of a moderator who no longer has them (S43)."""
    former = unit.people.moderator(moderator)
    if former is None:
        return
    there = unit.copies.there(former.address)
    numbers = tuple(each.number for each in there if any(_shows(each, which) for which in testimonies))
    if numbers:
        message = Message(here.language(former.language), (), hides=numbers)
        step = f"hide:{testimonies[0]}:{moderator}"
        tell(unit, here, former.address, message, kind=Kind.HIDING, step=step)


def on_cards(unit: Unit, address: str) -> set[str]:
    """What the cards in a chat show: testimonies, by their ids, and what else a card is named by."""
    return {which for each in unit.copies.there(address) for which in each.card.split(":") if which}


def _shows(copy: Copy, which: str) -> bool:
    """Whether a message shows this testimony. A card may be named by several things: that it was looked up, and the id
    of what was found; the ids of what is read side by side.
    """
    return which in copy.card.split(":")


def _too_old(copies: Sequence[Copy], now: datetime) -> list[int]:
    return [each.number for each in copies if not each.stays and now - each.at >= REACH]
