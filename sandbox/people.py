"""People and groups to write tests with: `await amina.says("…")`, `await amina.sees("…")`.

Deeds of a person return at once, when Telegram has taken them; `sees`, `is_told` and `taps` wait for the bot.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

from sandbox import acts
from sandbox.photos import photo_files
from sandbox.recording import recorded
from sandbox.refusal import Json
from sandbox.transcript import transcript
from sandbox.world import Account, Chat, Happening, Message, Query, Standing, World

_T = TypeVar("_T")
VOICE = (Path(__file__).parent / "static" / "voice.ogg").read_bytes()
"""Three seconds of a hummed melody, Ogg Opus as Telegram sends voice notes."""
PHOTO = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c636060600000000400015c0fd5a60000000049454e44ae426082"
)
"""A PNG of one black dot."""


async def until(
    world: World,
    found: Callable[[], _T | None],
    within: float,
    matters: Callable[[Happening], bool] = lambda _: True,
) -> _T | None:
    """What `found` returns, as soon as it is not None; None after `within` real seconds.

    It is asked again only when something happened that `matters`: among thousands little does.
    """
    changed = asyncio.Event()

    def note(happening: Happening) -> None:
        if matters(happening):
            changed.set()

    unwatch = world.watch(note)
    ends = time.monotonic() + within
    try:
        while (result := found()) is None and (left := ends - time.monotonic()) > 0:
            try:
                await asyncio.wait_for(changed.wait(), left)
            except TimeoutError:
                break
            changed.clear()
        return result
    finally:
        unwatch()


class Ground(Protocol):
    """What people stand on."""

    @property
    def world(self) -> World:
        """Where they are."""

    def note(self, does: str, given: Json, who: int = 0) -> None:
        """Write down what one of them has done, if this run is recorded."""

    def at_rest(self, settle: float = 0.05) -> bool:
        """Whether the bot has nothing to do, and had not for `settle` real seconds."""


class Place:
    """A chat with its messages: a private chat or a group."""

    def __init__(self, stage: Ground, chat: Chat) -> None:
        self._stage = stage
        self._chat = chat

    @property
    def id(self) -> int:
        """The chat's id."""
        return self._chat.id

    @property
    def chat(self) -> list[Message]:
        """All messages, oldest first, deleted ones too (they say so)."""
        return list(self._chat.messages.values())

    @property
    def last(self) -> Message:
        """The bot's last message that is still there; raises AssertionError when there is none."""
        for message in reversed(self._chat.messages.values()):
            if message.from_bot and not message.deleted and not message.service:
                return message
        raise AssertionError(f"the bot has said nothing:\n{self.transcript()}")

    @property
    def keyboard(self) -> list[list[str]]:
        """The labels of the reply keyboard, row by row; empty without one."""
        rows: list[list[Json]] = (self._chat.keyboard or {}).get("keyboard", [])
        return [[button["text"] for button in row] for row in rows]

    @property
    def pinned(self) -> list[Message]:
        """The pinned messages, oldest first."""
        return [self._chat.messages[pin] for pin in self._chat.pinned]

    def transcript(self) -> str:
        """The whole chat as text."""
        return transcript(self._chat)

    def note(self, does: str, given: Json) -> None:
        """Write a deed down, if this run is recorded."""
        self._stage.note(does, given, self.id)


class Group(Place):
    """A group the bot is in."""

    @property
    def title(self) -> str:
        """What the group is called."""
        return self._chat.title

    @property
    def topics(self) -> dict[str, int]:
        """Forum topics: their ids by name."""
        return {topic.name: topic.id for topic in self._chat.topics.values()}

    @recorded
    def adds(self, person: "Person", standing: Standing = "member") -> None:
        """Somebody joins, or stands otherwise than before ("administrator", "left", "kicked"…)."""
        acts.change_member(self._stage.world, person.account, self._chat, person.account, standing)

    @recorded
    def bot_stands(self, standing: Standing, by: "Person") -> None:
        """Somebody adds, promotes or removes the bot."""
        acts.stand(self._stage.world, by.account, self._chat, standing)

    @recorded
    def becomes_supergroup(self, by: "Person") -> "Group":
        """A basic group is upgraded: the old id answers with `migrate_to_chat_id` from then on."""
        return Group(self._stage, acts.migrate(self._stage.world, by.account, self._chat))

    @recorded
    def disappears(self) -> None:
        """The group is deleted by its owner."""
        self._chat.deleted = True


@dataclass(slots=True)
class _Found:
    message: Message | None
    button: Json


@dataclass(slots=True)
class _Mark:
    count: int = 0
    notices: int = 0
    told: list[Json] = field(default_factory=list)


class Person(Place):
    """Somebody who talks with the bot, in her private chat or in groups."""

    def __init__(self, stage: Ground, account: Account) -> None:
        super().__init__(stage, stage.world.chats[account.id])
        self.account = account
        self._location = (-18.8792, 47.5079)
        self._mark = _Mark()

    @property
    def name(self) -> str:
        """First and last name."""
        return self.account.name

    @property
    def location(self) -> tuple[float, float]:
        """Where she is: what a location button shares (latitude, longitude)."""
        return self._location

    @location.setter
    def location(self, place: tuple[float, float]) -> None:
        self._location = place
        self.note("goes", {"to": place})

    @property
    def notices(self) -> list[str]:
        """What the bot answered to her taps, oldest first."""
        return [answer["text"] for answer in self._mark.told if answer["text"]]

    @property
    def commands(self) -> dict[str, str]:
        """The command menu of her private chat, in her language."""
        menu = acts.commands_for(self._stage.world, self._chat, self.account)
        return {command["command"]: command["description"] for command in menu}

    # what she does

    @recorded
    async def starts(self, payload: str = "") -> Message:
        """Press Start; `payload` is what a deep link carries."""
        self._acts()
        return acts.start(self._stage.world, self.account, payload)

    @recorded
    async def says(
        self, text: str, to: Group | None = None, *, reply_to: Message | None = None, topic: int | None = None
    ) -> Message:
        """Write; texts above 4096 units go in several messages, the last is returned."""
        self._acts()
        chat = self._where(to)
        return acts.say(self._stage.world, self.account, chat, text, reply_to=reply_to, thread_id=topic)[-1]

    @recorded
    async def taps(self, label: str, on: Message | None = None, *, within: float = 5) -> Query | None:
        """Tap a button by what is written on it, on `on` or else on the latest message that has it.

        Waits up to `within` real seconds for a button the bot showed since her last deed; when the bot has come
        to rest without one, an older button will do. A reply-keyboard button sends its label, her location or her
        contact. Returns the callback query, if it is one.
        """
        found = self._button(label, on, fresh=False) if on else await self._wait_for_button(label, within)
        if found is None:
            where = on.buttons if on else "any message"
            raise AssertionError(
                f"no button [{label}] on {where} for {self.name}:\n{self._all_transcripts()}"
            )
        if found.message is None:
            self._press(found.button)
            return None
        return self._presses(found.message, found.button)

    @recorded
    async def presses(self, message: Message, button: Json) -> Query | None:
        """Tap exactly this inline button (the Bot API's object) of this message."""
        return self._presses(message, button)

    @recorded
    async def sends_voice(
        self,
        data: bytes = VOICE,
        seconds: int = 3,
        caption: str = "",
        *,
        size: int | None = None,
        to: Group | None = None,
    ) -> Message:
        """Send a voice note; `size` (bytes) may claim more than `data` has."""
        facts: Json = {"duration": seconds}
        return self._sends("voice", data, caption, to, size=size, mime="audio/ogg", **facts)

    @recorded
    async def sends_photo(
        self, data: bytes = PHOTO, caption: str = "", *, size: int | None = None, to: Group | None = None
    ) -> Message:
        """Send a photo; Telegram makes several sizes of it."""
        self._acts()
        files = photo_files(self._stage.world, data, size)
        return acts.send_files(self._stage.world, self.account, self._where(to), "photo", files, caption)

    @recorded
    async def sends_album(
        self, photos: Sequence[bytes], caption: str = "", *, to: Group | None = None
    ) -> list[Message]:
        """Send 2-10 photos as one album: one message each, the caption on the first."""
        self._acts()
        world, chat = self._stage.world, self._where(to)
        album = str(12_000_000_000_000_000 + (self.account.id << 16) + chat.last_id)
        captions = [caption, *[""] * (len(photos) - 1)]
        return [
            acts.send_files(world, self.account, chat, "photo", photo_files(world, data), words, album=album)
            for data, words in zip(photos, captions, strict=True)
        ]

    @recorded
    async def sends_document(
        self,
        data: bytes,
        name: str,
        mime: str = "application/octet-stream",
        caption: str = "",
        *,
        size: int | None = None,
        to: Group | None = None,
    ) -> Message:
        """Send a file as it is."""
        return self._sends("document", data, caption, to, size=size, name=name, mime=mime)

    @recorded
    async def sends_audio(
        self,
        data: bytes,
        name: str = "audio.mp3",
        mime: str = "audio/mpeg",
        seconds: int = 30,
        *,
        size: int | None = None,
    ) -> Message:
        """Send music or a recording as an audio file."""
        facts: Json = {"duration": seconds}
        return self._sends("audio", data, "", None, size=size, name=name, mime=mime, **facts)

    @recorded
    async def sends_video(
        self,
        data: bytes,
        name: str = "video.mp4",
        seconds: int = 10,
        caption: str = "",
        *,
        size: int | None = None,
    ) -> Message:
        """Send a video."""
        facts: Json = {"duration": seconds, "width": 640, "height": 360}
        return self._sends("video", data, caption, None, size=size, name=name, mime="video/mp4", **facts)

    @recorded
    async def shares_location(self, latitude: float, longitude: float) -> Message:
        """Share a point on the map."""
        return self._shares_location(latitude, longitude)

    @recorded
    async def shares_contact(self) -> Message:
        """Share her own phone number."""
        return self._shares_contact()

    @recorded
    async def edits(self, message: Message, text: str) -> None:
        """Change the words of one of her messages."""
        self._acts()
        acts.edit(self._stage.world, self.account, message, text)

    @recorded
    async def deletes(self, message: Message) -> None:
        """Delete a message for everybody; bots are not told."""
        self._acts()
        acts.delete(self._stage.world, message)

    @recorded
    async def reacts(self, message: Message, emoji: str) -> None:
        """Put an emoji under a message, "" takes it away."""
        self._acts()
        acts.react(self._stage.world, self.account, message, emoji)

    @recorded
    async def blocks(self) -> None:
        """Stop and block the bot."""
        self._acts()
        acts.stand(self._stage.world, self.account, self._chat, "kicked")

    @recorded
    async def unblocks(self) -> None:
        """Let the bot write again."""
        self._acts()
        acts.stand(self._stage.world, self.account, self._chat, "member")

    @recorded
    async def leaves_telegram(self) -> None:
        """Delete her account: the bot gets 403 "user is deactivated"."""
        acts.deactivate(self._stage.world, self.account)

    @recorded
    async def speaks(self, language: str) -> None:
        """Set the language of her Telegram app (IETF tag)."""
        self.account.language = language
        self._stage.world.tell(Happening("commands", self._chat))

    @recorded
    async def follows(self, url: str) -> None:
        """Open a link; t.me/<bot>?start=… starts the bot with that payload, others do nothing."""
        self._acts()
        acts.follow(self._stage.world, self.account, url)

    # what she sees

    async def sees(self, words: str, within: float = 5, *, where: Group | None = None) -> Message:
        """Wait for a bot message with `words` in it, sent or edited since her last deed.

        `within` is in real seconds. Raises AssertionError with the whole chat as text.
        """
        chat = self._where(where)

        def found() -> Message | None:
            for message in reversed(chat.messages.values()):
                if (
                    message.from_bot
                    and not message.deleted
                    and message.touched > self._mark.count
                    and words in message.text
                ):
                    return message
            return None

        message = await until(self._stage.world, found, within, lambda happening: happening.chat is chat)
        if message is None:
            raise AssertionError(f"{self.name} does not see {words!r} within {within} s:\n{transcript(chat)}")
        return message

    async def is_told(self, words: str, within: float = 5) -> str:
        """Wait for a notice (answer to a tap) with `words`, given since her last deed."""

        def found() -> str | None:
            fresh = self._mark.told[self._mark.notices :]
            return next((answer["text"] for answer in fresh if words in answer["text"]), None)

        notice = await until(self._stage.world, found, within)
        if notice is None:
            raise AssertionError(f"{self.name} is not told {words!r} within {within} s:\n{self.transcript()}")
        return notice

    def told(self, answer: Json) -> None:
        """Take in the answer to one of her taps."""
        self._mark.told.append(answer)

    # how

    def _acts(self) -> None:
        self._mark.count = self._stage.world.count
        self._mark.notices = len(self._mark.told)

    def _where(self, group: Group | None) -> Chat:
        return group._chat if group else self._chat

    def _shares_location(self, latitude: float, longitude: float) -> Message:
        return self._writes({"location": {"latitude": latitude, "longitude": longitude}})

    def _shares_contact(self) -> Message:
        account = self.account
        contact = {"phone_number": account.phone, "first_name": account.first_name, "user_id": self.id}
        return self._writes({"contact": contact})

    def _writes(self, content: Json) -> Message:
        self._acts()
        return acts.write(self._stage.world, self.account, self._chat, content)

    def _sends(
        self,
        kind: str,
        data: bytes,
        caption: str,
        to: Group | None,
        *,
        size: int | None = None,
        name: str = "",
        mime: str = "",
        **facts: object,
    ) -> Message:
        self._acts()
        world = self._stage.world
        file = world.add_file(kind, data, size=size, name=name, mime=mime, **facts)
        return acts.send_files(world, self.account, self._where(to), kind, (file,), caption)

    def _sees_of(self, happening: Happening) -> bool:
        """Whether it happened in her chat, or in a group that may be hers."""
        chat = happening.chat
        return chat is self._chat or (chat is not None and chat.kind != "private")

    def _chats(self) -> list[Chat]:
        return [self._chat, *self._stage.world.shared_groups(self.account)]

    def _all_transcripts(self) -> str:
        return "\n\n".join(transcript(chat) for chat in self._chats())

    def _button(self, label: str, on: Message | None, *, fresh: bool) -> _Found | None:
        if on is not None:
            rows: list[list[Json]] = (on.markup or {}).get("inline_keyboard", [])
            button = _labelled([button for row in rows for button in row], label)
            return _Found(on, button) if button else None
        candidates = [
            message
            for chat in self._chats()
            for message in chat.there
            if message.markup and (not fresh or message.touched > self._mark.count)
        ]
        for message in sorted(candidates, key=lambda each: each.touched, reverse=True):
            if found := self._button(label, message, fresh=False):
                return found
        keys: list[list[Json]] = (self._chat.keyboard or {}).get("keyboard", [])
        button = _labelled([button for row in keys for button in row], label)
        return _Found(None, button) if button else None

    async def _wait_for_button(self, label: str, within: float) -> _Found | None:
        fresh = lambda: self._button(label, None, fresh=True)  # noqa: E731 - a condition, said in one line
        ends = time.monotonic() + within
        while (
            found := await until(self._stage.world, fresh, 0.05, self._sees_of)
        ) is None and time.monotonic() < ends:
            if self._stage.at_rest(0.1) and (found := self._button(label, None, fresh=False)):
                break
        return found or self._button(label, None, fresh=False)

    def _presses(self, message: Message, button: Json) -> Query | None:
        self._acts()
        if url := button.get("url"):
            acts.follow(self._stage.world, self.account, url)
        return acts.tap(self._stage.world, self.account, message, button)

    def _press(self, button: Json) -> None:
        self._acts()
        keyboard = self._chat.keyboard
        if keyboard and keyboard.get("one_time_keyboard"):
            self._chat.keyboard_used = True
        if button.get("request_location"):
            self._shares_location(*self.location)
        elif button.get("request_contact"):
            self._shares_contact()
        else:
            acts.say(self._stage.world, self.account, self._chat, button["text"])


def _labelled(buttons: list[Json], label: str) -> Json | None:
    exact = [button for button in buttons if button["text"].strip() == label.strip()]
    if exact:
        return exact[0]
    close = [button for button in buttons if label in button["text"]]
    return close[0] if len(close) == 1 else None
