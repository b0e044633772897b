"""What exists in the pretend Telegram: the bot, people, chats, messages, files. State only, no rules, no network.

Names and numbers are deterministic: ids are counted from fixed beginnings, chance comes from one seed.
"""

import hashlib
import itertools
import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.clock import Clock
from sandbox.hypertext import to_html
from sandbox.refusal import Json
from sandbox.updates import Updates

Standing = Literal["creator", "administrator", "member", "restricted", "left", "kicked"]
INSIDE = frozenset({"creator", "administrator", "member", "restricted"})
HIGH = frozenset({"creator", "administrator"})


@dataclass(slots=True)
class Account:
    """Somebody with a Telegram account."""

    id: int
    first_name: str
    language: str
    last_name: str = ""
    username: str = ""
    phone: str = ""
    deactivated: bool = False
    seen: bool = False
    """Whether any update ever told the bot of this person."""
    is_bot = False

    @property
    def name(self) -> str:
        """First and last name, as clients show them."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def user(self) -> Json:
        """The Bot API's `User`."""
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.last_name:
            user["last_name"] = self.last_name
        if self.username:
            user["username"] = self.username
        if self.language:
            user["language_code"] = self.language
        return user


@dataclass(slots=True)
class BotAccount:
    """The bot itself, with what it says about itself by language."""

    id: int
    token: str
    username: str
    name: str
    privacy: bool = False
    """In privacy mode a bot that is no administrator hears only commands, mentions and replies in groups."""
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    menu_buttons: dict[int, Json] = field(default_factory=dict)
    rights: dict[bool, Json] = field(default_factory=dict)
    is_bot = True

    @property
    def user(self) -> Json:
        """The Bot API's `User`."""
        return {"id": self.id, "is_bot": True, "first_name": self.name, "username": self.username}


@dataclass(slots=True, eq=False)
class File:
    """A file Telegram keeps; `data` may be fewer bytes than `size` says (large files need not be real)."""

    id: str
    unique_id: str
    kind: str
    data: bytes
    size: int
    name: str = ""
    mime: str = ""
    facts: Json = field(default_factory=dict)
    """Duration, width, height: what the Bot API adds for this kind."""
    path: str = ""
    path_until: float = 0.0
    lost: bool = False

    @property
    def as_json(self) -> Json:
        """The Bot API's object of this kind, without thumbnails."""
        result: Json = {
            "file_id": self.id,
            "file_unique_id": self.unique_id,
            "file_size": self.size,
            **self.facts,
        }
        if self.kind not in {"photo", "voice", "video_note", "sticker"} and self.name:
            result["file_name"] = self.name
        if self.kind not in {"photo", "video_note", "sticker"} and self.mime:
            result["mime_type"] = self.mime
        return result


@dataclass(slots=True, eq=False)
class Message:
    """One message of a chat, from anybody; `content` holds the Bot API's own fields (text, entities, voice…)."""

    id: int
    chat: "Chat"
    date: float
    sender: "Account | BotAccount"
    content: Json
    markup: Json | None = None
    """The inline keyboard."""
    files: tuple[File, ...] = ()
    thread_id: int | None = None
    reply_to: "Message | None" = None
    edit_date: float | None = None
    deleted: bool = False
    protected: bool = False
    silent: bool = False
    fixed: bool = False
    """Sent with a reply keyboard: Telegram lets nobody edit such a message."""
    service: bool = False
    reactions: dict[int, str] = field(default_factory=dict)
    touched: int = 0
    """When it last changed, in steps of the world's own count."""

    @property
    def text(self) -> str:
        """The text, or the caption of media."""
        return str(self.content.get("text", self.content.get("caption", "")))

    @property
    def entities(self) -> list[Json]:
        """The entities of `text`."""
        entities: list[Json] = self.content.get("entities") or self.content.get("caption_entities") or []
        return entities

    @property
    def html(self) -> str:
        """The text in Telegram's HTML."""
        return to_html(self.text, self.entities)

    @property
    def buttons(self) -> list[list[str]]:
        """The labels of the inline keyboard, row by row."""
        return [[button["text"] for button in row] for row in (self.markup or {}).get("inline_keyboard", [])]

    @property
    def media(self) -> File | None:
        """The file it carries: of a photo the largest size."""
        return self.files[-1] if self.files else None

    @property
    def edited(self) -> bool:
        """Whether its words were changed after it was sent."""
        return self.edit_date is not None

    @property
    def from_bot(self) -> bool:
        """Whether the bot sent it."""
        return self.sender.is_bot

    @property
    def kind(self) -> str:
        """What it is: text, voice, photo, location, …"""
        return next((key for key in self.content if key in KINDS), "text")


_KINDS_WORDS = (
    "text animation audio document photo video video_note voice sticker contact location venue dice "
    "new_chat_members left_chat_member pinned_message forum_topic_created forum_topic_closed "
    "forum_topic_reopened forum_topic_edited migrate_to_chat_id migrate_from_chat_id "
    "general_forum_topic_hidden general_forum_topic_unhidden"
)
KINDS = tuple(_KINDS_WORDS.split())


@dataclass(slots=True)
class Topic:
    """A forum topic; its id is the id of the message that opened it, 1 is "General"."""

    id: int
    name: str
    icon_color: int
    closed: bool = False
    hidden: bool = False


@dataclass(slots=True, eq=False)
class Chat:
    """A private chat (its id is the person's) or a group (negative id)."""

    id: int
    kind: Literal["private", "group", "supergroup"]
    title: str = ""
    username: str = ""
    person: Account | None = None
    members: dict[int, Standing] = field(default_factory=dict)
    bot: Standing = "left"
    """How the bot stands here; in a private chat `kicked` means: the person blocked it."""
    messages: dict[int, Message] = field(default_factory=dict)
    last_id: int = 0
    topics: dict[int, Topic] = field(default_factory=dict)
    forum: bool = False
    deleted: bool = False
    migrated_to: int | None = None
    pinned: list[int] = field(default_factory=list)
    keyboard: Json | None = None
    """The reply keyboard (or force_reply) people see."""
    keyboard_used: bool = False
    notes: list[tuple[int, str]] = field(default_factory=list)
    """Taps and notices for the transcript, each after the message of that id."""

    @property
    def as_json(self) -> Json:
        """The Bot API's `Chat`."""
        result: Json = {"id": self.id, "type": self.kind}
        if self.person:
            result |= {
                k: v for k, v in self.person.user.items() if k in {"first_name", "last_name", "username"}
            }
        else:
            result["title"] = self.title
            if self.username:
                result["username"] = self.username
            if self.forum:
                result["is_forum"] = True
        return result

    @property
    def there(self) -> list[Message]:
        """The messages, oldest first, without deleted ones."""
        return [message for message in self.messages.values() if not message.deleted]

    @property
    def started(self) -> bool:
        """Whether the person ever wrote to the bot (groups: whether the bot was ever there)."""
        return self.last_id > 0 or self.bot != "left"


@dataclass(slots=True, eq=False)
class Query:
    """A tap on a callback button that waits for its one answer."""

    id: str
    person: Account
    message: Message
    data: str
    until: float
    answer: Json | None = None


@dataclass(frozen=True, slots=True)
class Happening:
    """Something onlookers may want to draw or wait for."""

    kind: Literal[
        "message", "edited", "deleted", "keyboard", "answer", "action", "chat", "commands", "update", "poll"
    ]
    chat: Chat | None = None
    message: Message | None = None
    facts: Json = field(default_factory=dict)


class World:
    """Everything that is, and one count of all that happened."""

    def __init__(
        self, token: str, *, clock: Clock, seed: int = 0, username: str = "", privacy: bool = False
    ) -> None:
        number, _, _ = token.partition(":")
        self.clock = clock
        self.chance = random.Random(seed)  # noqa: S311 - repeatable on purpose, no secrets here
        self.bot = BotAccount(
            id=int(number) if number.isdecimal() else 1,
            token=token,
            username=username or "voices_sandbox_bot",
            name="Voices",
            privacy=privacy,
        )
        self.people: dict[int, Account] = {}
        self.chats: dict[int, Chat] = {}
        self.groups: list[Chat] = []
        """Those of the chats that are no private ones."""
        self.files: dict[str, File] = {}
        self.paths: dict[str, File] = {}
        self.queries: dict[str, Query] = {}
        self.updates = Updates(self.chance)
        self.count = 0
        self._person_ids = itertools.count(100_000_001 + 1_000_000 * (seed % 1000), 7)
        self._group_ids = itertools.count(4_000_001)
        self._file_numbers = itertools.count(1)
        self._query_numbers = itertools.count(1)
        self._watchers: list[Callable[[Happening], None]] = []

    def now(self) -> float:
        """The sandbox clock, in seconds since 1970."""
        return self.clock.now()

    # people and chats

    def add_person(
        self, first_name: str, language: str = "en", last_name: str = "", username: str = ""
    ) -> Account:
        """A new person with a private chat nobody wrote in."""
        person = Account(next(self._person_ids), first_name, language, last_name, username)
        person.phone = f"+999{person.id}"
        self.people[person.id] = person
        self.chats[person.id] = Chat(person.id, "private", person=person)
        return person

    def add_group(
        self, title: str, people: dict[int, Standing], bot: Standing, *, forum: bool, basic: bool
    ) -> Chat:
        """A group with these members; `basic` groups can migrate to supergroups. Its making was message 1."""
        number = next(self._group_ids)
        chat = Chat(
            id=-number if basic else -1_000_000_000_000 - number,
            kind="group" if basic else "supergroup",
            title=title,
            members=dict(people),
            bot=bot,
            forum=forum,
            last_id=1,
        )
        if forum:
            chat.topics[1] = Topic(1, "General", 0x6FB9F0)
        self.chats[chat.id] = chat
        self.groups.append(chat)
        return chat

    # messages

    def post(self, chat: Chat, sender: Account | BotAccount, content: Json, **facts: Any) -> Message:
        """Put a message into a chat."""
        chat.last_id += 1
        message = Message(chat.last_id, chat, self.now(), sender, content, **facts)
        chat.messages[message.id] = message
        self.touch(message)
        self.tell(Happening("message", chat, message))
        return message

    def touch(self, message: Message) -> None:
        """Note that the message changed just now."""
        self.count += 1
        message.touched = self.count

    def erase(self, message: Message) -> None:
        """Take a message away for everybody."""
        message.deleted = True
        message.chat.pinned = [pinned for pinned in message.chat.pinned if pinned != message.id]
        self.touch(message)
        self.tell(Happening("deleted", message.chat, message))

    # files

    def add_file(
        self, kind: str, data: bytes, *, size: int | None = None, name: str = "", mime: str = "", **facts: Any
    ) -> File:
        """Keep a file; `facts` are the Bot API's fields of its kind (duration, width, height…)."""
        number = next(self._file_numbers)
        mark = hashlib.blake2b(f"{self.bot.id}/{number}/{kind}".encode(), digest_size=24).hexdigest()
        file = File(
            id=f"{_PREFIX.get(kind, 'BQAC')}{mark}{number:04d}",
            unique_id=f"Ag{mark[:12]}{number}",
            kind=kind,
            data=data,
            size=len(data) if size is None else size,
            name=name,
            mime=mime,
            facts=facts,
        )
        self.files[file.id] = file
        return file

    # callback queries

    def add_query(self, person: Account, message: Message, data: str, *, lasts: float) -> Query:
        """A tap that waits for an answer."""
        number = next(self._query_numbers)
        query = Query(str((person.id << 32) + number), person, message, data, self.now() + lasts)
        self.queries[query.id] = query
        if len(self.queries) > 10_000:
            now = self.now()
            self.queries = {key: each for key, each in self.queries.items() if each.until > now}
        return query

    # onlookers

    def watch(self, watcher: Callable[[Happening], None]) -> Callable[[], None]:
        """Tell `watcher` whatever happens; the returned call ends it."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def tell(self, happening: Happening) -> None:
        """Tell all onlookers."""
        for watcher in tuple(self._watchers):
            watcher(happening)

    def wake(self) -> None:
        """Tell whoever waits for updates that there may be some."""
        self.tell(Happening("update"))

    def shared_groups(self, person: Account) -> Iterator[Chat]:
        """Groups in which both the person and the bot are."""
        for chat in self.groups:
            if chat.bot in INSIDE and chat.members.get(person.id) in INSIDE:
                yield chat


_PREFIX = {
    "photo": "AgAC",
    "voice": "AwAC",
    "video": "BAAC",
    "document": "BQAC",
    "sticker": "CAAC",
    "audio": "CQAC",
    "animation": "CgAC",
    "video_note": "DQAC",
}
TOKEN_CHARACTERS = string.ascii_letters + string.digits + "_-"
