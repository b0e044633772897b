"""How long it takes to answer what piled up while the bot was away: `python -m benchmarks.backlog`.

Everybody has begun the eight questions when the bot ends. In the hour before it is back each writes ten messages: the
other answers, a story in four of them, a last word. They wait at Telegram, where polling fetches 100 at a time, or, as
a second variant, in the inbox: the bot died when it had taken them. Each is to be answered, one person's in order, and
the stories kept as they were told; for the delay the bot apologises once to each.
"""

import argparse
import asyncio
import contextlib
import json
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import uvloop

from benchmarks.__main__ import machine
from benchmarks.contestants import PACE, Ours, running
from benchmarks.load import FORM, LIMIT, WALK, Api, Person, serving
from benchmarks.process import Peak, cpu_seconds
from bot import config, wiring
from bot.chat.intake import read
from bot.clock import SystemClock
from bot.ports import OFFSET, Raw, Unit

BEGUN = 4
"""Screens up to the first question that is answered in words."""

SAYS = (
    ("34", "Which country"),
    ("Madagascar", "What is hardest"),
    ("Water", "What happened"),
    ("Told by {chat}:", "How much help"),
    ("first the well,", "added"),
    ("then the field,", "added"),
    ("then the road.", "added"),
    ("Much", "read it through"),
    ("Send", "Received"),
    ("/mine", "This is what you told us"),
)
"""What each writes, and words of the answer to it; none is answered before all else, for that would outrun the rest."""

STORY = "\n".join(words for words, _ in SAYS[3:7])
APOLOGY = "We were not reachable"
AGO = 3600
"""Seconds since the people wrote."""

SILENCE = 60.0
"""Seconds without anything said after which the bot counts as stuck."""


class Waiting:
    """People who wait for the bot: the end of that is an event. TimeoutError where it says nothing for a minute."""

    def __init__(self, chats: Iterable[int]) -> None:
        self.people = {chat: Person(chat) for chat in chats}
        self.missing = 0
        self._last = time.perf_counter()
        self._over = asyncio.Event()

    def heard(self, *, awaited: bool) -> None:
        """The bot said something; whether somebody waited for it."""
        self._last = time.perf_counter()
        self.missing -= awaited
        if not self.missing:
            self._over.set()

    async def over(self) -> None:
        """Until nothing is missing."""
        while not self._over.is_set():
            left = self._last + SILENCE - time.perf_counter()
            if left <= 0:
                raise TimeoutError(f"{self.missing} answers are missing")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), left)


class Beginners(Waiting):
    """They come to the first question that is answered in words."""

    def __init__(self, api: Api, chats: Iterable[int]) -> None:
        super().__init__(chats)
        self._api = api
        self.missing = len(self.people) * BEGUN

    def begin(self) -> None:
        """All at once."""
        for chat in self.people:
            self._api.write(chat, f"/start f-{FORM}")

    def shown(self, chat: int, message: int, text: str, markup: str, *, new: bool) -> None:
        """Press the button that is awaited."""
        person = self.people[chat]
        button = WALK[person.place].found(text, markup)
        if button is None:
            return
        person.button, person.message, person.shown, person.markup = button, message, text, markup
        person.place += 1
        if person.place < BEGUN:
            self._api.press(person)
        self.heard(awaited=True)


class Listeners(Waiting):
    """They have said everything, and wait for the answers to it, each in its turn."""

    def __init__(self, chats: Iterable[int]) -> None:
        super().__init__(chats)
        self.missing = len(self.people) * len(SAYS)
        self.apologies = self.astray = 0

    def shown(self, chat: int, message: int, text: str, markup: str, *, new: bool) -> None:
        """Whether it is the answer that comes next."""
        person = self.people[chat]
        awaited = person.place < len(SAYS) and SAYS[person.place][1] in text
        person.place += awaited
        self.apologies += text.startswith(APOLOGY)
        self.astray += not awaited and not text.startswith(APOLOGY)
        self.heard(awaited=awaited)


@dataclass(frozen=True, slots=True)
class Cleared:
    """What became of a backlog: `seconds` from the start of the bot's process to the last answer, its start in it;
    `astray`: what was said twice or out of turn; `kept`: people whose story is kept, once and whole.
    """

    updates: int
    start: float
    seconds: float
    cpu: float
    mb: float
    apologies: int
    astray: int
    kept: int

    def __str__(self) -> str:
        return (
            f"{self.updates:,} updates answered in {self.seconds:.1f} s, the start of {self.start:.1f} s in it "
            f"({self.updates / (self.seconds - self.start):.0f} a second after it); CPU {self.cpu:.1f} s, at most "
            f"{self.mb:.0f} MB; apologies {self.apologies:,}; out of turn or twice {self.astray}; "
            f"stories kept whole {self.kept:,}"
        )


async def clear(people: int, *, taken: bool, pace: str = PACE) -> Cleared:
    """One backlog; `taken`: it waits in the inbox; `pace`: messages a second that the bot may say. TimeoutError."""
    api = Api()
    chats = range(1_000_001, 1_000_001 + people)
    async with serving(api) as url:
        with tempfile.TemporaryDirectory(prefix="voices-backlog-", ignore_cleanup_errors=True) as folder:
            bot = Ours(Path(folder), url)
            await bot.prepare()
            api.crowd = beginners = Beginners(api, chats)
            async with running(bot, api):
                beginners.begin()
                await beginners.over()
            for words, _ in SAYS:  # everybody's first words, then everybody's second
                for chat in chats:
                    api.write(chat, words.format(chat=chat), ago=AGO)
            if taken:
                await _take(bot, api)
            api.crowd = listeners = Listeners(chats)
            bot.more["VOICES_PACE"] = pace
            began = time.perf_counter()
            async with running(bot, api), Peak([bot.process.pid]) as peak:
                start = time.perf_counter() - began
                await listeners.over()
                seconds, cpu = time.perf_counter() - began, cpu_seconds([bot.process.pid])
            kept = await bot.told(chats)
    whole = sum(kept[STORY.format(chat=chat)] == 1 for chat in chats)
    updates = people * len(SAYS)
    return Cleared(updates, start, seconds, cpu, peak.mb, listeners.apologies, listeners.astray, whole)


async def _take(bot: Ours, api: Api) -> None:
    """What waits at Telegram is taken as the bot's polling takes it, and no further."""
    updates = [read(json.loads(body)).raw for body in api.taken()]
    clock = SystemClock()

    def keep(batch: list[Raw], unit: Unit) -> None:
        unit.marks.set(OFFSET, str(batch[-1].update + 1))
        unit.inbox.add(batch, clock.now())

    async with wiring.opened(config.read(bot.environment), clock) as (store, _):
        for first in range(0, len(updates), LIMIT):
            await store.transact(partial(keep, updates[first : first + LIMIT]))


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.backlog", description=__doc__)
    parser.add_argument("--people", type=int, default=2_000, help="each of whom writes ten messages")
    parser.add_argument("--pace", default=PACE, help="messages a second that the bot may say, overall")
    asked = parser.parse_args()
    print(f"{machine()}; pace {asked.pace} a second\n")
    for where, taken in (("at Telegram", False), ("in the inbox", True)):
        print(f"{where}: {uvloop.run(clear(asked.people, taken=taken, pace=asked.pace))}", flush=True)


if __name__ == "__main__":
    main()
