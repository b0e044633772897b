"""An evening of review: two partners, five moderators in three languages, many voices, over real HTTP."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot import partnering
from bot.clock import SystemClock
from bot.ports import Unit
from sandbox.people import Person
from sandbox.world import Message
from tests.journeys.stage import raised
from tests.journeys.test_voices import MADAGASCAR, begins, first_line, label, said

LANGUAGES = ("en", "fr", "ar")
AT_ONCE = 8
"""How many people tell at the same time."""


@dataclass
class Reader:
    """A moderator at work: what they accepted, and every word their chat ever showed."""

    person: Person
    partner: str
    language: str
    accepted: list[str] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)

    def say(self, sentence: str) -> str:
        return said(sentence, self.language, "desk")

    async def works(self) -> None:
        """/next once; then one tap to accept and one for the next, until nothing waits."""
        await self.person.says("/next")
        while card := await self._card():
            self.accepted.append(card.text[card.text.index("MG-") :][:7])
            self.shown.update(card.text.split())
            await self.person.taps(self.say("Accept"), on=card)
            await self.person.sees(self.accepted[-1])
            await self.person.taps(self.say("Next"), on=self.person.last)

    async def _card(self) -> Message | None:
        """The card that came, or None where nothing waits."""
        nothing = asyncio.create_task(self.person.sees(self.say("Nothing is waiting. Thank you."), 20))
        card = asyncio.create_task(self.person.sees("MG-", 20))
        done, other = await asyncio.wait({nothing, card}, return_when=asyncio.FIRST_COMPLETED)
        for each in other:
            each.cancel()
        return card.result() if card in done else None


async def tells(person: Person, partner: str, language: str, story: str) -> None:
    """The quick path, by the link of a partner."""
    await person.starts(f"p-{partner}")
    await begins(person, "testimony", language)
    await person.sees(first_line("testimony", "country", language))
    await person.says(MADAGASCAR[language])
    await person.sees(first_line("testimony", "story", language))
    await person.says(story)
    await person.taps(label("testimony", "next", "send", language))
    await person.sees("MG-")


@pytest.mark.parametrize("count", [12, pytest.param(200, marks=pytest.mark.soak)])
async def test_five_moderators_read_what_two_partners_were_told(tmp_path: Path, count: int) -> None:
    """S20, S43, R35: each voice is accepted once, by somebody of the partner it was told to; nobody else ever sees a
    word of it, and no chat keeps one.
    """
    async with raised(tmp_path) as stage:
        other = await stage.voices.store.transact(_second)
        teams = {stage.partner: ("fr", "en", "ar"), other: ("fr", "ar")}
        readers = [
            Reader(
                await stage.moderator(f"R{partner[:2]}{language}", language, partner=partner),
                partner,
                language,
            )
            for partner, languages in teams.items()
            for language in languages
        ]
        told = {f"canary{number:03}": (stage.partner, other)[number % 2] for number in range(count)}
        turns = asyncio.Semaphore(AT_ONCE)

        async def speaks(number: int, canary: str, partner: str) -> None:
            async with turns:
                language = LANGUAGES[number % 3]
                await tells(
                    stage.person(f"P{number}", language), partner, language, f"Rice is dear. {canary}"
                )

        await asyncio.gather(*(speaks(number, *each) for number, each in enumerate(told.items())))
        await asyncio.gather(*(reader.works() for reader in readers))
        decided = Counter(receipt for reader in readers for receipt in reader.accepted)
        assert len(decided) == count
        assert set(decided.values()) == {1}
        for reader in readers:
            theirs = {canary for canary, partner in told.items() if partner == reader.partner}
            assert reader.shown & told.keys() <= theirs
            assert not [each for each in reader.person.chat if "canary" in each.text and not each.deleted]
        assert set().union(*(reader.shown for reader in readers)) >= told.keys()


def _second(unit: Unit) -> str:
    return partnering.add_partner(unit, "Second Home", "hello@second.example", SystemClock().now()).id
