"""People who follow scripts: they read what is in their chat, and go on until they have what they came for."""

import asyncio
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox import Sandbox, acts
from sandbox.people import VOICE, Person
from sandbox.world import Happening, Message
from tests.simulation.story import Story

RECEIPT = re.compile(r"Received: ([A-Z]{2}-\w+)\.|^([A-Z]{2}-\w+) · ")
"""How a receipt is given, and how /mine lists it."""

ASKED = "asks:"
PATIENCE = 200.0
"""Seconds somebody waits before they try once more."""

LABELS = (
    "English",
    "Go on",
    "Tell what I live through",
    "I understand, I am an adult",
    "Yes",
    "Ask me again later",
    "Send",
)
"""What somebody taps who wants to tell something and may be written to, wherever it turns up."""


@dataclass
class Told:
    """One testimony as its author knows it: the words in their order, and the receipt once it was given."""

    words: list[str] = field(default_factory=list)
    receipt: str = ""


class Soul:
    """Somebody with a phone."""

    def __init__(
        self, sandbox: Sandbox, name: str, partner: str, chance: random.Random, story: Story
    ) -> None:
        self.person: Person = sandbox.person(name, language="en")
        self.partner = partner
        self.leaving = False
        self.quiet_since: float | None = None
        self._world = sandbox.world
        self._chat = self._world.chats[self.person.id]
        self._name = name
        self._chance, self._story = chance, story
        self._mark = 0
        self._changed = asyncio.Event()
        self._world.watch(self._happens)

    @property
    def id(self) -> int:
        """Her Telegram id."""
        return self.person.id

    def _happens(self, happening: Happening) -> None:
        if happening.kind in {"message", "edited"} and happening.chat is self._chat:
            self._changed.set()

    # -- what she does ------------------------------------------------------------------------------------------------

    def says(self, text: str) -> Message:
        """Write."""
        self._acts(f"says {text}")
        return acts.say(self._world, self.person.account, self._chat, text)[-1]

    def edits(self, message: Message, text: str) -> None:
        """Change what she wrote, if it is still there."""
        if message.deleted:
            return
        self._acts(f"edits {message.id}: {text}")
        acts.edit(self._world, self.person.account, message, text)

    def records(self) -> None:
        """Send a voice note."""
        self._acts("speaks")
        file = self._world.add_file("voice", VOICE, mime="audio/ogg", duration=3)
        acts.send_files(self._world, self.person.account, self._chat, "voice", (file,))

    def taps(self, message: Message, button: dict[str, Any]) -> None:
        """Tap, now and then twice; what was taken out of the chat meanwhile cannot be tapped."""
        if message.deleted:
            return
        for _ in range(2 if self._chance.random() < 0.1 else 1):
            self._acts(f"taps [{button['text']}] on {message.id}")
            acts.tap(self._world, self.person.account, message, button)

    async def blocks(self) -> None:
        """Block the bot for a while."""
        self._story.fault("blocks the bot", self._name)
        acts.stand(self._world, self.person.account, self._chat, "kicked")
        await asyncio.sleep(self._chance.uniform(1, 300))
        acts.stand(self._world, self.person.account, self._chat, "member")
        self.says("/start")

    def _acts(self, what: str) -> None:
        self._mark = self._world.count
        self._story.tell(self._name, what)

    # -- what she sees ------------------------------------------------------------------------------------------------

    def fresh(self, found: Callable[[Message], Any], since: int | None = None) -> Any:
        """What `found` makes of the newest message since her last deed for which that is something."""
        since = self._mark if since is None else since
        for message in sorted(self._chat.there, key=lambda each: -each.touched)[:12]:
            if message.from_bot and message.touched > since and (result := found(message)):
                return result
        return None

    async def sees(self, found: Callable[[Message], Any], patience: float = PATIENCE) -> Any:
        """Wait for it; None where patience ends first."""
        ends = self._story.time() + patience
        while (result := self.fresh(found)) is None and self._story.time() < ends:
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), max(0.001, ends - self._story.time()))
            except TimeoutError:
                continue
        return result

    async def thinks(self) -> None:
        """Take a moment."""
        await asyncio.sleep(self._chance.choice((0.2, 1, 3, 10, 20)))


class Respondent(Soul):
    """Somebody who tells what she lives through, again and again."""

    def __init__(self, *about: Any, heard: Callable[[int], bool]) -> None:
        super().__init__(*about)
        self.told: list[Told] = []
        self.forgotten: list[Told] = []
        self._heard = heard
        self._number = 0

    async def lives(self) -> None:
        """Testimony after testimony until she is to leave; between them she stops, or is forgotten."""
        while not self.leaving:
            await self._tells()
            await asyncio.sleep(self._chance.uniform(1, 60))
            match self._chance.random():
                case low if low < 0.1:
                    await self._is_forgotten()
                case low if low < 0.2:
                    await self._stops()

    async def _tells(self) -> None:
        now = Told()
        self.quiet_since = None
        self.says(f"/start p-{self.partner}")
        before = self._mark
        asked: set[str] = set()

        def receipt(message: Message) -> str:
            shown = [message.text, *(button["text"] for button in _buttons(message))]
            given = [found[1] or found[2] for text in shown for found in RECEIPT.finditer(text)]
            return next((each for each in given if each not in self._receipts), "")

        def next_step(message: Message) -> Any:
            if receipt(message):
                return message, None
            for label in LABELS:
                fits = {"Send": bool(now.words), "Tell what I live through": not now.words}.get(label, True)
                button = _button(message, label) if fits else None
                if button and "☑" not in button["text"]:
                    return message, button
            for question in ("Which country", "What is hardest"):
                if question in message.text and question not in asked:
                    return message, question
            return None

        while not (given := self.fresh(receipt, before)):
            step = await self.sees(next_step)
            await self.thinks()
            if not self._may_write:
                continue
            if self._chance.random() < 0.03 and not self.leaving:
                await self.blocks()
            elif step is None:
                self._tries_again(next_step, now)
            elif self._chance.random() < 0.08:
                self._taps_something_old()
            else:
                await self._goes_on(step, now, asked)
        now.receipt = given
        self.told.append(now)
        self._story.tell(self._name, f"has {now.receipt}")

    async def _goes_on(self, step: Any, now: Told, asked: set[str]) -> None:
        match step:
            case (_, None):
                return
            case (_, "Which country" as question):
                asked.add(question)
                self.says("Madagascar")
            case (_, "What is hardest" as question):
                asked.add(question)
                await self._tells_all(now)
            case (message, button):
                if (
                    button["text"] == "Send"
                    and self._chance.random() < 0.3
                    and (food := _button(message, "Food"))
                ):
                    button = food
                self.taps(message, button)

    async def _tells_all(self, now: Told) -> None:
        """Several messages, quickly; some of them changed afterwards; and nothing more until all was heard."""
        before = self._mark
        for _ in range(self._chance.randint(1, 3)):
            self._number += 1
            words = f"S-{self.partner}-{self.id}-{self._number}"
            message = self.says(words)
            now.words.append(words)
            await asyncio.sleep(self._chance.choice((0, 0.3, 2)))
            if self._chance.random() < 0.2:
                now.words[-1] = f"{words}e"
                self.edits(message, now.words[-1])
        if self._chance.random() < 0.3:
            self.records()
        while not self._heard(self.id):
            await asyncio.sleep(2)
        self._mark = before

    async def _is_forgotten(self) -> None:
        def next_step(message: Message) -> Any:
            if "Everything is erased" in message.text:
                return message, None
            for label in ("Yes, erase it all", "Erase everything"):
                if button := _button(message, label):
                    return message, button
            return None

        self.says("/forget")
        while True:
            step = await self.sees(next_step)
            await self.thinks()
            if step is None:
                self.says("/forget")
            elif step[1] is None:
                break
            else:
                self.taps(*step)
        self.forgotten += self.told
        self.told = []
        self._story.tell(self._name, "is forgotten")

    async def _stops(self) -> None:
        said = ("no longer write to you first", "We stop here")  # without a form that is open, and with one
        self.says("/stop")
        while not await self.sees(lambda message: any(words in message.text for words in said)):
            self.says("/stop")
        self.quiet_since = self._story.time()
        await asyncio.sleep(self._chance.uniform(60, 600))

    @property
    def _receipts(self) -> set[str]:
        return {each.receipt for each in (*self.told, *self.forgotten)}

    @property
    def _may_write(self) -> bool:
        return self._chat.bot != "kicked"

    def _tries_again(self, next_step: Callable[[Message], Any], now: Told) -> None:
        """Nothing came: tap once more what is there, look whether it was taken, or begin from the start."""
        step = self.fresh(next_step, 0)
        if step and isinstance(step[1], dict) and self._chance.random() < 0.5:
            self.taps(*step)
        elif now.words and self._chance.random() < 0.5:
            self.says("/mine")
        else:
            self.says("/start")

    def _taps_something_old(self) -> None:
        mark = self._mark
        old = [
            (message, button)
            for message in self._chat.there[-30:]
            if message.from_bot
            for label in (*LABELS[:5], "Food")
            if (button := _button(message, label))
        ]
        if old:
            self.taps(*self._chance.choice(old))
            self._mark = mark


class Moderator(Soul):
    """Somebody who reads for a partner."""

    async def lives(self) -> None:
        """Take a voice, decide, take the next."""
        while not self.leaving:
            await asyncio.sleep(self._chance.uniform(5, 120))
            self.says("/next")
            card = await self.sees(lambda message: _button(message, "Accept") and message)
            if card is None:
                continue
            await self.thinks()
            label = self._chance.choice(("Accept", "Ask a question", "Release"))
            if button := _button(card, label):
                self.taps(card, button)
            if label == "Ask a question" and (
                found := await self.sees(
                    lambda message: _button(message, "Since when has it been like this?")
                )
            ):
                self.taps(card, found)


def _button(message: Message, label: str) -> dict[str, Any] | None:
    """The inline button with this label, its box left out."""
    fitting = (each for each in _buttons(message) if each["text"].lstrip("☐☑ \u2068\u2069") == label)
    return next(fitting, None)


def _buttons(message: Message) -> list[dict[str, Any]]:
    """Every inline button under a message."""
    return [button for row in (message.markup or {}).get("inline_keyboard", []) for button in row]
