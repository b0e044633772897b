"""The stage: real storage, real forms, real words, real rendering; only Telegram is not there.

People act by updates as Telegram would send them, and read what was delivered to their chat.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from babel.messages.pofile import read_po

from bot.attending import Attending
from bot.chat.answering import Answering
from bot.chat.rendering import File, Key, Media, Text, render
from bot.chat.signing import Signer
from bot.chat.slowing import Crowding
from bot.circumstances import Circumstances
from bot.hiding import spoken
from bot.journal import Deed
from bot.launching import Launching
from bot.outbox import Delivery, Later
from bot.people import Consent, Moderator, Partner, Respondent, Role
from bot.ports import Kept, Medium, Meter, Raw, Unit
from bot.rhythm import local
from bot.speech import Button, Buttons, Lines, Message, Quote, Sentence
from bot.team import invite
from bot.testimony import Testimony
from bot.words import LOCALES, Catalogs
from dialogs.form import Form
from dialogs.reading.xlsform import load_builtin
from storage.database import Database
from tests.fakes import Tireless

T = TypeVar("T")

FORMS = Path(__file__).parents[2] / "dialogs" / "forms"


@cache
def forms() -> tuple[Form, ...]:
    """The built-in forms, read once."""
    return tuple(load_builtin(FORMS / name) for name in ("testimony", "initiative", "checkin", "opening"))


@cache
def catalogs() -> Catalogs:
    """The bot's words, read once."""
    return Catalogs.read()


@cache
def sentences(domain: str) -> frozenset[tuple[str, str]]:
    """Every sentence of a catalog: its context and its id."""
    with (LOCALES / "en" / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        catalog = read_po(file)
    return frozenset(
        (entry.context or "", entry.id if isinstance(entry.id, str) else entry.id[0]) for entry in catalog
    )


def unknown(said: Any) -> Iterator[str]:
    """The sentences of a message that no catalog has."""
    match said:
        case Sentence(text, values, _, _, domain, context):
            if (context, text) not in sentences(domain):
                yield text
            for value in values.values():
                yield from unknown(value)
        case Button(text, _, values, literal, _, domain, context):
            if not literal and (context, text) not in sentences(domain):
                yield text
            for value in values.values():
                yield from unknown(value)
        case Quote(_, label, domain):
            if label and ("", label) not in sentences(domain):
                yield label
        case Message(_, parts) | Lines(parts) | Buttons(parts):
            yield from unknown(parts)
        case tuple():
            for part in said:
                yield from unknown(part)


@dataclass(frozen=True)
class Seen:
    """One message in a chat, as its reader sees it."""

    number: int
    message: Message
    text: str
    keys: tuple[Key, ...]
    recordings: tuple[Media, ...]
    files: tuple[File, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(key.text for key in self.keys)


@dataclass
class Stage:
    """A bot without Telegram, and the people who talk with it."""

    store: Database
    now: datetime
    url: str = ""
    signer: Signer = field(default_factory=lambda: Signer(b"k" * 32))
    crowding: Crowding = field(default_factory=Crowding)
    update: int = 0
    message: int = 0
    people: dict[int, "Player"] = field(default_factory=dict)

    @property
    def answering(self) -> Answering:
        return Answering(catalogs(), self.signer, partner="mmm", crowding=self.crowding)

    async def do(self, work: Callable[[Unit], T]) -> T:
        """Work in one transaction."""
        return await self.store.transact(work)

    async def open(self, *, alone: bool = False) -> "Stage":
        """Two partners (`alone`: one) and the built-in forms."""

        def prepare(unit: Unit) -> None:
            unit.people.add_partner(Partner("mmm", "Make Mothers Matter", 7, "hello@example.org"))
            if not alone:
                unit.people.add_partner(Partner("omep", "OMEP", 5, "omep@example.org"))
            for form in forms():
                unit.forms.publish(form, self.now)

        await self.do(prepare)
        return self

    def person(self, id: int, language: str = "en") -> "Player":
        """Somebody with a phone in this language."""
        return self.people.setdefault(id, Player(self, id, language))

    async def moderator(self, id: int, role: Role = Role.MODERATOR, partner: str = "mmm") -> "Player":
        """Somebody who was invited and joined."""
        code = await self.do(lambda unit: invite(unit, partner, role, self.now))
        player = self.person(id)
        await player.starts(f"j-{code}")
        return player

    async def hears(self, body: dict[str, Any]) -> None:
        """One update: kept, handled and done as `receiving` does it, then everything due is delivered."""
        raw = json.dumps(body).encode()
        person = next(each["from"]["id"] for each in body.values() if isinstance(each, dict))
        now = self.now

        def work(unit: Unit) -> None:
            unit.inbox.add([Raw(body["update_id"], person, (int(now.timestamp()), 1), raw)], now)
            self.answering.handle(unit, raw, now)
            unit.inbox.done(body["update_id"], now)

        await self.do(work)
        await self.deliver()

    async def deliver(self) -> None:
        """Speak everything that is due, as `sending` does it."""
        while claimed := await self.do(lambda unit: unit.outbox.claim(50, self.now)):
            addresses = [delivery.address for delivery in claimed]
            chats = await self.do(lambda unit, these=addresses: unit.people.chats(these))  # type: ignore[misc]
            for delivery in claimed:
                if delivery.address in chats:
                    await self._say(delivery, chats[delivery.address])

    async def _say(self, delivery: Delivery, chat: int) -> None:
        def early(unit: Unit) -> bool:
            return delivery.message.holds and unit.media.wanted_from(delivery.address)

        if await self.do(early):
            await self.do(lambda unit: unit.outbox.settle(delivery.id, Later(60), self.now))
            return
        numbers = self.person(chat).receive(delivery.message)

        def settle(unit: Unit) -> None:
            spoken(unit, delivery, numbers, self.now)
            unit.outbox.sent([delivery.id], self.now)

        await self.do(settle)

    async def wakes(self, **units: float) -> int:
        """So much time passes, and the sessions that are due wake."""
        self.now += timedelta(**units)
        count = await self.do(lambda unit: self.answering.wake(unit, self.now))
        await self.deliver()
        return count

    async def ticks(self, **units: float) -> None:
        """So much time passes; what is due of campaigns and check-ins is planned, sent, and followed."""
        self.now += timedelta(**units)
        launching = Launching(self.store, Tireless(self.now), catalogs(), pace=25, meter=Meter())
        await launching.plan()
        await launching.launch()
        await self.deliver()
        await launching.follow()
        await self.deliver()

    async def attends(self, **units: float) -> int:
        """So much time passes; people of campaigns are counted, and their cards kept up to date: how many changed."""
        self.now += timedelta(**units)
        attending = Attending(self.store, Tireless(self.now), catalogs())
        await attending.count()
        changed = await attending.keep_up()
        await self.deliver()
        return changed

    async def comes_to(self, hour: int, zone: str = "Indian/Antananarivo") -> None:
        """Time passes to the next such hour of a zone."""
        wall = local(self.now, zone)
        at = wall.replace(hour=hour, minute=0, second=0, microsecond=0)
        await self.ticks(seconds=((at if at > wall else at + timedelta(days=1)) - wall).total_seconds())

    def here(self, cause: str = "test") -> Circumstances:
        return Circumstances(cause, self.now, catalogs())

    async def testimonies(self, id: int) -> list[Testimony]:
        """What this person told."""

        def work(unit: Unit) -> list[Testimony]:
            address = unit.people.address_of(id)
            her = unit.people.respondent_at(address) if address else None
            return unit.testimonies.of(her.id) if her else []

        return await self.do(work)

    async def respondent(self, id: int) -> Respondent:
        """This person as somebody who speaks."""

        def work(unit: Unit) -> Respondent:
            address = unit.people.address_of(id)
            her = unit.people.respondent_at(address) if address else None
            assert her is not None
            return her

        return await self.do(work)

    async def consents(self, id: int) -> list[Consent]:
        """What this person allows for the newest testimony."""
        newest, *_ = await self.testimonies(id)
        return await self.do(lambda unit: unit.testimonies.consents(newest.id))

    async def media(self, id: int) -> list[Medium]:
        """The recordings of this person."""
        her = await self.respondent(id)
        return await self.do(lambda unit: unit.media.of(her.id))

    async def sessions(self) -> list[Kept]:
        """Everybody's unfinished sessions."""
        return await self.do(lambda unit: unit.sessions.waking(self.now + timedelta(days=100)))

    async def deeds(self, verb: str) -> list[Deed]:
        """The lines of the journal with this verb."""
        return [each for each in await self.do(lambda unit: unit.journal.read(1000)) if each.verb == verb]

    async def role(self, id: int) -> Moderator:
        """The first role this person holds."""

        def work(unit: Unit) -> Moderator:
            address = unit.people.address_of(id)
            assert address is not None
            return unit.people.moderators_at(address)[0]

        return await self.do(work)


@dataclass
class Player:
    """One person: acts, and sees the chat."""

    stage: Stage
    id: int
    language: str
    chat: list[Seen] = field(default_factory=list)
    own: dict[int, dict[str, Any]] = field(default_factory=dict)
    replies: int = 0

    def receive(self, message: Message) -> list[int]:
        """A delivery arrives, all its sentences known; one that replaces an earlier message stands in its place, one
        that hides some takes them away. The numbers of what it became.
        """
        if message.hides:
            self.chat = [each for each in self.chat if each.number not in message.hides]
            self.own = {number: what for number, what in self.own.items() if number not in message.hides}
            return []
        assert list(unknown(message)) == []
        words = catalogs().words(message.language)
        rendered = render(message, words, lambda action: self.stage.signer.sign(self.id, action))
        texts = [part for part in rendered if isinstance(part, Text)]
        keys = tuple(key for text in texts for row in text.keyboard for key in row)
        media = tuple(part for part in rendered if isinstance(part, Media))
        files = tuple(part for part in rendered if isinstance(part, File))
        self.stage.message += 1
        number = message.replaces or self.stage.message
        seen = Seen(number, message, plain("\n\n".join(text.plain for text in texts)), keys, media, files)
        self.chat = [*(each for each in self.chat if each.number != number), seen]
        self.replies += 1
        return [number]

    @property
    def last(self) -> Seen:
        return self.chat[-1]

    @property
    def sees(self) -> str:
        """The words of the last message."""
        return self.last.text

    @property
    def everything(self) -> str:
        """All words in the chat."""
        return "\n".join(each.text for each in self.chat)

    async def starts(self, payload: str = "") -> None:
        await self.says(f"/start {payload}".strip())

    async def says(self, text: str) -> int:
        """A text message; its number."""
        return await self._message({"text": text})

    async def sends_voice(self, seconds: int = 40, file: str = "voice", size: int = 9000) -> int:
        voice = {
            "file_id": file,
            "file_unique_id": f"u-{file}",
            "duration": seconds,
            "file_size": size,
            "mime_type": "audio/ogg",
        }
        return await self._message({"voice": voice})

    async def sends_photo(self, file: str = "photo", caption: str = "") -> int:
        size = {"file_id": file, "file_unique_id": f"u-{file}", "width": 9, "height": 9, "file_size": 900}
        return await self._message({"photo": [size]} | ({"caption": caption} if caption else {}))

    async def sends(self, **what: Any) -> int:
        return await self._message(what)

    async def edits(self, number: int, text: str) -> None:
        message = self._body(number) | {"text": text, "edit_date": int(self.stage.now.timestamp())}
        await self._update({"edited_message": message})

    async def taps(self, label: str, on: int | None = None) -> None:
        """Tap the newest button that begins with this label (on the message with this number)."""
        number, key = self.button(label, on)
        await self.taps_data(key.data, number)

    async def taps_data(self, data: str, number: int) -> None:
        query = {
            "id": "1",
            "from": self._sender(),
            "message": self._body(number),
            "chat_instance": "1",
            "data": data,
        }
        await self._update({"callback_query": query})

    async def blocks(self, blocked: bool = True) -> None:
        change = {
            "chat": {"id": self.id, "type": "private"},
            "from": self._sender(),
            "date": int(self.stage.now.timestamp()),
            "old_chat_member": {"status": "member"},
            "new_chat_member": {"status": "kicked" if blocked else "member"},
        }
        await self._update({"my_chat_member": change})

    def button(self, label: str, on: int | None = None) -> tuple[int, Key]:
        for seen in reversed(self.chat):
            for key in seen.keys:
                if on in (None, seen.number) and plain(key.text).removeprefix("☐ ").removeprefix(
                    "☑ "
                ).startswith(label):
                    return seen.number, key
        raise AssertionError(
            f"no button {label!r}; the last message is\n{self.last.text}\n{self.last.labels}"
        )

    async def _message(self, what: dict[str, Any]) -> int:
        self.stage.message += 1
        number = self.stage.message
        self.own[number] = what
        await self._update({"message": self._body(number) | what})
        return number

    async def _update(self, what: dict[str, Any]) -> None:
        self.stage.update += 1
        self.stage.now += timedelta(seconds=1)
        await self.stage.hears({"update_id": self.stage.update} | what)

    def _body(self, number: int) -> dict[str, Any]:
        return {
            "message_id": number,
            "date": int(self.stage.now.timestamp()),
            "chat": {"id": self.id, "type": "private", "first_name": "N4me-of-hers"},
            "from": self._sender(),
        }

    def _sender(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": "N4me-of-hers",
            "username": "h4ndle",
            "language_code": self.language,
        }

    # -- short ways ---------------------------------------------------------------------------------------------------

    async def arrives(self, language: str = "English") -> None:
        """From /start to the country."""
        await self.starts()
        await self.taps(language)

    async def begins(self) -> None:
        """/start, and on to the first question of the testimony, wherever she stood."""
        await self.starts()
        for label in ("Start again", "English", "Tell what I live"):
            if label in " ".join(self.last.labels):
                await self.taps(label)

    async def agrees(self) -> None:
        await self.taps("I understand")
        await self.taps("Yes")

    async def tells(self, story: str = "The school is closed.", country: str = "Madagascar") -> str:
        """A whole testimony by the quick path; its receipt."""
        await self.begins()
        await self.agrees()
        await self.says(country)
        await self.says(story)
        await self.taps("Send")
        return (await self.stage.testimonies(self.id))[0].receipt

    async def tells_privately(
        self, story: str = "He asks for money.", what: str = "It is about an aid"
    ) -> str:
        """A sensitive testimony; its receipt."""
        await self.begins()
        await self.agrees()
        await self.says("Madagascar")
        await self.says(story)
        await self.taps("Private or urgent")
        await self.taps(what)
        while "Send" not in self.last.labels:
            await self.taps("Skip")
        await self.taps("Send")
        return (await self.stage.testimonies(self.id))[0].receipt


def plain(text: str) -> str:
    """Without the isolates and joiners that keep mixed text in order."""
    return text.translate({0x2068: None, 0x2069: None, 0x200E: None, 0x200F: None, 0x2060: None})
