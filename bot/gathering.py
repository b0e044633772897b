"""Gathering, a deed: a group where moderators sit together is told how many voices wait, never a word of one (S34).

A lead makes a group a room. What stands there is one message for each language its team reads, in a topic of its own
where the group has topics we may make, else one message for all; each is changed in place.
"""

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.circumstances import SEPARATOR, Circumstances, tell
from bot.heard import Convened, Dismissed, Moved, OfGroup
from bot.journal import Deed
from bot.linking import NAME, NEXT, opening
from bot.outbox import Kind
from bot.people import Moderator
from bot.ports import Store, Topics, Unit
from bot.queued import Group
from bot.room import Post, Room
from bot.speech import Button, Buttons, Lines, Message, Part, Sentence, to_plain

PACE = timedelta(minutes=1)
"""How long what stands in a room is left as it is."""

NEW = 4
"""Topics made at one look: with their messages and the changes of others fewer than the 20 a minute Telegram takes."""

PATIENCE = timedelta(hours=1)
"""How long something may wait to be said before it is said anew."""

OPENED = "Your group is now the room of the team of {partner}. It shows how many voices wait, never a voice itself."
TAKE = "Take the next voice"
WAITING = "{count} voice is waiting."
ALL_WAITING = "{count} voices are waiting."
NOTHING = "Nothing is waiting. Thank you."
LATE = "Longer than promised: {count}"
BY_LANGUAGE = "Languages: {what}"


def hear(unit: Unit, here: Circumstances, person: int, chat: int, what: OfGroup) -> None:
    """What happens in a group. Whoever has no right to it changes nothing, and hears nothing there (S22)."""
    match what:
        case Convened():
            _convene(unit, here, person, chat, what)
        case Moved(to):
            if room := _room(unit, chat):
                unit.rooms.move(room.address, to)
                unit.journal.write(Deed(here.now, "nobody", "moved", f"room:{room.address}"))
        case Dismissed():
            if room := _room(unit, chat):
                unit.journal.write(Deed(here.now, "nobody", "ended", f"room:{room.address}"))
                unit.rooms.end(room.address)


async def keep_up(store: Store, topics: Topics, here: Circumstances) -> int:
    """Look at each room once a minute; how many messages are to be said or changed. A topic that could not be made now
    is tried at the next look.
    """
    count = 0
    for room in await store.transact(lambda unit: unit.rooms.due(here.now - PACE)):
        with suppress(OSError):
            await _make_topics(store, topics, here, room)
        count += await store.transact(partial(_tell, here=here, address=room.address))
    return count


def _convene(unit: Unit, here: Circumstances, person: int, chat: int, what: Convened) -> None:
    name = unit.marks.get(NAME)
    if what.bot and name and what.bot.lower() != name.lower():
        return  # another bot was meant
    known = unit.people.known(person)
    roles = unit.people.moderators_at(known.address) if known else []
    room = _room(unit, chat)
    wanted = what.argument or (room.partner if room else "")
    lead = next((role for role in roles if role.leads(wanted or role.partner)), None)
    if lead is None or known is None or (room is not None and room.partner != lead.partner):
        actor = f"address:{known.address}" if known else "nobody"
        unit.journal.write(Deed(here.now, actor, "refused", "room"))
        return
    address = room.address if room else unit.people.add_address(chat, chat, here.now)
    unit.rooms.open(Room(address, lead.partner, here.language(lead.language), what.forum))
    unit.journal.write(Deed(here.now, f"moderator:{lead.id}", "opened", f"room:{address}"))
    told = _desk(OPENED, partner=unit.people.partner(lead.partner).name)
    tell(unit, here, known.address, Message(here.language(lead.language), (told,)), kind=Kind.MODERATION)


def _room(unit: Unit, chat: int) -> Room | None:
    address = unit.people.address_of(chat)
    return unit.rooms.get(address) if address else None


async def _make_topics(store: Store, topics: Topics, here: Circumstances, room: Room) -> None:
    """Make topics for languages that have none; a group that does not let us gets one message for all. OSError."""
    chat, missing = await store.transact(partial(_missing, here=here, address=room.address))
    for language in missing:
        thread = await topics.open_topic(chat, here.name(language))
        await store.transact(partial(_made, address=room.address, language=language, thread=thread))
        if thread is None:
            break


def _missing(unit: Unit, here: Circumstances, address: str) -> tuple[int, Sequence[str]]:
    """The group, and the first languages its team reads that have no topic yet."""
    room, chat = unit.rooms.get(address), unit.people.chat(address)
    if room is None or chat is None or not room.topics:
        return 0, ()
    team = unit.people.moderators_of(room.partner)
    there = {post.language for post in room.posts}
    read = [code for code in here.languages if code not in there and any(_reads(each, code) for each in team)]
    return chat, read[:NEW]


def _reads(moderator: Moderator, language: str) -> bool:
    return moderator.reads and language in moderator.languages


def _made(unit: Unit, address: str, language: str, thread: int | None) -> None:
    room = unit.rooms.get(address)
    if room is None:
        return  # it ended meanwhile
    if thread is None:
        unit.rooms.open(replace(room, topics=False))
    else:
        unit.rooms.save(address, Post(language, thread))


def _tell(unit: Unit, here: Circumstances, address: str) -> int:
    """Say what has changed since it was said last, and nothing while that still waits to be said; how many messages."""
    room = unit.rooms.get(address)
    if room is None:
        return 0
    unit.rooms.looked(address, here.now)
    posts = {post.language: post for post in room.posts}
    if not room.topics:
        posts.setdefault("", Post(""))
    late = here.now - timedelta(days=unit.people.partner(room.partner).days)
    groups = unit.queue.groups(partner=room.partner, sensitive=False, late=late, now=here.now)
    count = 0
    for post in posts.values():
        message = _message(unit, here, room, post, groups)
        said = _hash(message)
        waits = post.asked_at is not None and here.now - post.asked_at < PATIENCE
        if said != post.said and not waits:
            unit.rooms.save(address, replace(post, said=said, asked_at=here.now))
            step = f"{address}:{post.language}"
            tell(
                unit, here, address, replace(message, replaces=post.message), kind=Kind.MODERATION, step=step
            )
            count += 1
    return count


def _message(unit: Unit, here: Circumstances, room: Room, post: Post, groups: Sequence[Group]) -> Message:
    """How many wait in a language, or in all: what /queue tells, but for places, and nothing sensitive."""
    language = post.language or room.language
    counted = [each for each in groups if post.language in ("", each.language)]
    total, late = sum(each.count for each in counted), sum(each.late for each in counted)
    lines = [Sentence(WAITING, {"count": total}, ALL_WAITING, total, "desk") if total else _desk(NOTHING)]
    if late:
        lines.append(_desk(LATE, count=late))
    if total and not post.language:
        lines.append(_desk(BY_LANGUAGE, what=_by_language(here, language, counted)))
    parts: list[Part] = [Lines(tuple(lines))]
    if bot := unit.marks.get(NAME):
        parts.append(Buttons(((Button(TAKE, "", url=opening(bot, NEXT), domain="desk"),),)))
    return Message(language, tuple(parts), post=post.language, thread=post.thread)


def _by_language(here: Circumstances, reader: str, groups: Sequence[Group]) -> str:
    counts: dict[str, int] = {}
    for each in groups:
        counts[each.language] = counts.get(each.language, 0) + each.count
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return SEPARATOR.join(f"{here.name_in(code, reader)} {count}" for code, count in ordered)


def _hash(message: Message) -> str:
    return hashlib.sha256(json.dumps(to_plain(message), sort_keys=True).encode()).hexdigest()[:16]


def _desk(text: str, **values: object) -> Sentence:
    return Sentence(text, values, domain="desk")
