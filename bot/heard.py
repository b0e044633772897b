"""What a person did on Telegram, in our words: the fact a raw update is read into. Never stored."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Command:
    """A command such as /start, without the slash, and what was written after it."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A text message."""

    text: str


@dataclass(frozen=True, slots=True)
class Tap:
    """An inline button: its action (already checked to be one of ours for this person), or None where forged (S23)."""

    action: str | None
    callback: str
    message: int | None


@dataclass(frozen=True, slots=True)
class Recording:
    """A voice note, photo, video or file, by Telegram's file id. Sizes in bytes, time in seconds."""

    kind: str  # "audio" | "image" | "video" | "file"
    file: str
    unique: str
    mime: str = ""
    size: int = 0
    seconds: int = 0
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A shared location, in degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Edited:
    """A message sent earlier now has other words."""

    message: int
    text: str


@dataclass(frozen=True, slots=True)
class Reached:
    """The person blocked the bot (False) or let it in again (True) (my_chat_member)."""

    reachable: bool


@dataclass(frozen=True, slots=True)
class Convened:
    """Somebody says in a group that it is to be a room. `argument`: what stood behind the command; `bot`: whom it
    named, "" for nobody; `forum`: whether the group has topics.
    """

    argument: str
    bot: str = ""
    forum: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """A group has another chat id from now on."""

    chat: int


@dataclass(frozen=True, slots=True)
class Dismissed:
    """The bot is in a group no more."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """Something we do not take: a sticker, a poll, a forwarded command. `reason` names which."""

    reason: str


OfGroup = Convened | Moved | Dismissed
"""All that is heard of groups."""

Deed = Command | Words | Tap | Recording | Place | Edited | Reached | OfGroup | Unheard


@dataclass(frozen=True, slots=True)
class Heard:
    """One update: who (Telegram id, used only to find the address), in which chat, when, and what."""

    update: int
    person: int
    chat: int
    at: datetime
    what: Deed
    message: int | None = None
    language: str | None = None
