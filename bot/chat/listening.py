"""Update → Heard: everything Telegram can say, read in one place from plain JSON.

Only the fields named here are read; names, usernames, phone numbers and origins of forwarded messages are not (S5). Of
a group nothing is heard but that it is to be a room, has moved, or is without the bot.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn, Protocol

from bot.heard import (
    Command,
    Convened,
    Deed,
    Dismissed,
    Edited,
    Heard,
    Moved,
    OfGroup,
    Place,
    Reached,
    Recording,
    Tap,
    Unheard,
    Words,
)
from bot.linking import ROOM

KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of update we ask Telegram for."""

SILENT = frozenset(
    {"nobody", "not_private", "elsewhere", "anonymous", "sender_chat", "bot", "via_bot", "service", "edited"}
)
"""Reasons of Unheard that get no answer: they come from no respondent, or ask for none."""

ANONYMOUS = frozenset({1087968824, 136817688, 777000})
"""Bot API: GroupAnonymousBot, Channel_Bot and Telegram itself write in the place of a person."""

REFUSED = (
    "sticker",
    "contact",
    "poll",
    "dice",
    "game",
    "story",
    "checklist",
    "paid_media",
    "invoice",
    "giveaway",
)
"""What people send that a testimony cannot hold; the reason of Unheard has the same name."""

_SERVICE = (
    "pinned_message",
    "message_auto_delete_timer_changed",
    "write_access_allowed",
    "chat_background_set",
    "users_shared",
    "chat_shared",
    "connected_website",
    "web_app_data",
    "successful_payment",
    "refunded_payment",
    "forum_topic_created",
    "forum_topic_edited",
)
"""What Telegram notes in a chat by itself."""

YEAR_10000 = 253_402_300_800
"""Unix seconds no datetime can hold any more."""

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@[A-Za-z0-9_]+)?(?:\s+(.*))?", re.DOTALL)
_CONVENES = re.compile(rf"/(?:start(?:@(\w+))?\s+{ROOM}|{ROOM}(?:@(\w+))?)(?:[\s-]+([\w-]+))?\s*", re.ASCII)
GROUPS = ("group", "supergroup")
"""Bot API: what groups are called."""


class Unreadable(Exception):
    """Bytes that are no update. It names why, never what was in them."""


class Checks(Protocol):
    """Who knows which buttons are ours."""

    def check(self, person: int, data: str) -> str | None:
        """The action signed for this person, or None."""
        ...


def peek(body: bytes) -> tuple[int | None, tuple[int, int]]:
    """Whose update it is (Telegram id) and its place in their order: (Unix date, message id) (R5).

    A tap has the place of the message it was made on. Unreadable where the bytes are no update.
    """
    return glance(_read(body))


def glance(update: Mapping[str, Any]) -> tuple[int | None, tuple[int, int]]:
    """`peek` at an update that is plain values already. Unreadable where its shape is wrong."""
    try:
        match update:
            case {"message": {"from": {"id": int(person)}, "date": int(date), "message_id": int(number)}}:
                return _placed(person, date, number)
            case {"edited_message": {"from": {"id": int(person)}, "message_id": int(number)} as message}:
                return _placed(person, int(message.get("edit_date") or message["date"]), number)
            case {"callback_query": {"from": {"id": int(person)}} as query}:
                message = query.get("message") or {}
                return _placed(person, int(message.get("date", 0)), int(message.get("message_id", 0)))
            case {"my_chat_member": {"from": {"id": int(person)}, "date": int(date)}}:
                return _placed(person, date, 0)
            case _:
                return None, (0, 0)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        _unreadable(error)


def _placed(person: int, date: int, number: int) -> tuple[int, tuple[int, int]]:
    """Whose and where; ValueError for numbers no clock and no database can hold (R9)."""
    if max(abs(person), abs(number)) >= 2**63 or not 0 <= date < YEAR_10000:
        raise ValueError("a number that is too large")
    return person, (date, number)


def overheard(update: Mapping[str, Any]) -> bool:
    """Whether it is talk in a group, which is not meant for us: none of it is kept (S5)."""
    match update:
        case {"message": {"chat": {"type": "group" | "supergroup"}} as message}:
            return _of_group(message) is None
        case {"edited_message": {"chat": {"type": "group" | "supergroup"}}}:
            return True
        case _:
            return False


def listen(body: bytes, signer: Checks) -> Heard:
    """Read one update. Never raises but Unreadable.

    What comes from nobody (a channel, a kind not known) is Heard with person 0 and Unheard("nobody").
    """
    update = _read(body)
    glance(update)
    try:
        match update:
            case {"message": dict(message)}:
                return _message(update["update_id"], message)
            case {"edited_message": dict(message)}:
                return _message(update["update_id"], message, edited=True)
            case {"callback_query": dict(query)}:
                return _tap(update["update_id"], query, signer)
            case {"my_chat_member": dict(change)}:
                return _change(update["update_id"], change)
            case _:
                return _nobody(update["update_id"])
    except (AttributeError, IndexError, KeyError, OSError, OverflowError, TypeError, ValueError) as error:
        _unreadable(error)


def _read(body: bytes) -> dict[str, Any]:
    try:
        update = json.loads(body)  # not by `unpack`: to orjson a number beyond 64 bits is a fraction
    except (ValueError, RecursionError) as error:
        _unreadable(error)
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
        raise Unreadable("an update is an object with an update_id")
    return update


def _unreadable(error: Exception) -> NoReturn:
    raise Unreadable(type(error).__name__) from None  # the error's own text may quote what was said


def _nobody(update: int) -> Heard:
    return Heard(update, 0, 0, _moment(0), Unheard("nobody"))


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _message(update: int, message: dict[str, Any], *, edited: bool = False) -> Heard:
    sender = message.get("from")
    if sender is None:
        return _nobody(update)
    chat = message["chat"]
    of_group = None if edited else _of_group(message)
    what = (
        of_group
        or _stranger(sender, chat, message)
        or (_edited(message) if edited else None)
        or _said(message)
    )
    return Heard(
        update=update,
        person=int(sender["id"]),
        chat=int(chat["id"]),
        at=_moment(message.get("edit_date") or message["date"]),
        what=what,
        message=int(message["message_id"]),
        language=_language(sender),
    )


def _language(sender: Mapping[str, Any]) -> str | None:
    language = sender.get("language_code")
    return language if isinstance(language, str) else None


def _stranger(
    sender: Mapping[str, Any], chat: Mapping[str, Any], message: Mapping[str, Any]
) -> Unheard | None:
    """Whom we do not hear: rights and testimonies belong to a person in a private chat (S22)."""
    if sender["id"] in ANONYMOUS:
        return Unheard("anonymous")
    if chat.get("type") != "private" or chat["id"] != sender["id"]:
        return Unheard("not_private")
    return _masked(sender, message)


def _masked(sender: Mapping[str, Any], message: Mapping[str, Any]) -> Unheard | None:
    """Whoever does not stand for themselves."""
    if sender.get("id") in ANONYMOUS:
        return Unheard("anonymous")
    if sender.get("is_bot"):
        return Unheard("bot")
    if "sender_chat" in message:
        return Unheard("sender_chat")
    if "via_bot" in message:
        return Unheard("via_bot")
    return None


def _is_forwarded(message: Mapping[str, Any]) -> bool:
    return "forward_origin" in message or "forward_date" in message


def _of_group(message: Mapping[str, Any]) -> OfGroup | None:
    """What is said in a group and meant for us, by somebody who stands for themselves."""
    chat, sender = message["chat"], message.get("from") or {}
    if chat.get("type") not in GROUPS:
        return None
    match message:
        case {"migrate_to_chat_id": int(number)}:
            return Moved(number)
        case {"text": str(text)} if not (_masked(sender, message) or _is_forwarded(message)):
            found = _CONVENES.fullmatch(text)
            forum = chat.get("is_forum") is True
            return Convened(found[3] or "", found[1] or found[2] or "", forum) if found else None
        case _:
            return None


def _edited(message: dict[str, Any]) -> Deed:
    words = message.get("text") or message.get("caption")
    return Edited(int(message["message_id"]), str(words)) if words else Unheard("edited")


def _said(message: dict[str, Any]) -> Deed:
    match message:
        case {"text": str(text)}:
            return _text(text, forwarded=_is_forwarded(message))
        case {"voice": dict(file)}:
            return _recording("audio", file, message, "audio/ogg")
        case {"audio": dict(file)}:
            return _recording("audio", file, message)
        case {"photo": [*sizes]} if sizes:
            return _recording("image", max(sizes, key=_pixels), message, "image/jpeg")
        case {"video": dict(file)} | {"video_note": dict(file)} | {"animation": dict(file)}:
            return _recording("video", file, message, "video/mp4")
        case {"document": dict(file)}:
            return _recording(_kind(str(file.get("mime_type", ""))), file, message)
        case {"location": {"latitude": float() | int() as north, "longitude": float() | int() as east}}:
            return Place(float(north), float(east))
        case _:
            if any(kind in message for kind in _SERVICE):
                return Unheard("service")
            return Unheard(next((kind for kind in REFUSED if kind in message), "other"))


def _text(text: str, *, forwarded: bool) -> Deed:
    command = _COMMAND.fullmatch(text)
    if command is None:
        return Words(text)
    if forwarded:
        return Unheard("forwarded_command")
    return Command(command[1].lower(), (command[2] or "").strip())


def _pixels(size: Mapping[str, Any]) -> int:
    return int(size.get("width", 0)) * int(size.get("height", 0))


def _kind(mime: str) -> str:
    family = mime.partition("/")[0]
    return family if family in ("audio", "image", "video") else "file"


def _recording(kind: str, file: Mapping[str, Any], message: Mapping[str, Any], mime: str = "") -> Recording:
    return Recording(
        kind=kind,
        file=str(file["file_id"]),
        unique=str(file["file_unique_id"]),
        mime=str(file.get("mime_type") or mime),
        size=int(file.get("file_size") or 0),
        seconds=int(file.get("duration") or 0),
        caption=str(message.get("caption") or ""),
    )


def _tap(update: int, query: dict[str, Any], signer: Checks) -> Heard:
    sender = query["from"]
    person = int(sender["id"])
    message = query.get("message")
    stranger = _stranger(sender, message["chat"] if message else {}, {})
    if stranger == Unheard("not_private"):
        stranger = Unheard("elsewhere")  # our buttons are in private chats: this tap was made up
    data = query.get("data")
    action = signer.check(person, data) if isinstance(data, str) else None
    number = int(message["message_id"]) if message else None
    return Heard(
        update=update,
        person=person,
        chat=person,
        at=_moment(int(message.get("date", 0)) if message else 0),
        what=stranger or Tap(action, str(query["id"]), number),
        message=number,
        language=_language(sender),
    )


def _change(update: int, change: dict[str, Any]) -> Heard:
    sender, chat = change["from"], change["chat"]
    reachable = change["new_chat_member"]["status"] not in ("kicked", "left")
    what: Deed = _stranger(sender, chat, {}) or Reached(reachable)
    if chat.get("type") in GROUPS and not reachable:
        what = Dismissed()  # whoever did it
    return Heard(
        update=update,
        person=int(sender["id"]),
        chat=int(chat["id"]),
        at=_moment(change["date"]),
        what=what,
        language=_language(sender),
    )
