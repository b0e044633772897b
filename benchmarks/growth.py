"""Whether it stays as fast when much is kept: `python -m benchmarks.growth`.

For each size a fresh SQLite database is filled through the bot's own repositories, one voice in a hundred waiting to be
read. Then people walk through the eight questions and a moderator reads, in this process and without HTTP: measured is
what the store and the deeds cost. The sizes take turns.
"""

import argparse
import asyncio
import contextlib
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from benchmarks.__main__ import machine
from benchmarks.contestants import RIVALS
from benchmarks.load import FORM
from bot.people import PURPOSES, Consent
from bot.ports import Unit
from bot.testimony import ALPHABET, State, Testimony
from dialogs.form import Form
from dialogs.reading.xform import read_xform
from dialogs.reading.xlsform import read_workbook
from storage.database import Database
from storage.opening import migrate
from storage.sealing import Keys
from tests.deeds.stage import Player, Stage

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
BATCH = 500
WAITING = 0.01
"""The part of all voices that still waits to be read."""

STORY = "The well is dry since June; the children walk two hours. " * 5
"""Some 280 characters: what people write."""

READER = 7
"""The moderator's Telegram id."""


@dataclass
class House:
    """One filled database."""

    size: int
    folder: Path
    keys: Keys
    opened_in: list[float] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)
    cards: list[float] = field(default_factory=list)
    walkers: int = 10_000_000

    @property
    def file(self) -> Path:
        """The database."""
        return self.folder / "voices.db"

    @contextlib.asynccontextmanager
    async def stage(self) -> AsyncIterator[Stage]:
        """It opened, as the bot opens it at its start."""
        began = time.perf_counter()
        store = await asyncio.to_thread(partial(Database.open, f"sqlite:///{self.file}", self.keys))
        self.opened_in.append(time.perf_counter() - began)
        try:
            yield Stage(store, NOW, update=1_000_000 * len(self.opened_in))  # none comes twice
        finally:
            await store.close()

    async def fill(self, form: Form) -> None:
        """The voices, and everything else a house has."""
        migrate(f"sqlite:///{self.file}")
        async with self.stage() as stage:
            await stage.open(alone=True)
            await stage.do(lambda unit: unit.forms.keep(form, "mmm", NOW))
            await stage.do(lambda unit: unit.forms.publish(form, NOW))
            await stage.moderator(READER)
            for first in range(0, self.size, BATCH):
                await stage.do(partial(_voices, first=first, count=min(BATCH, self.size - first)))


def _voices(unit: Unit, first: int, count: int) -> None:
    chance = random.Random(first)
    for number in range(first, first + count):
        at = NOW - timedelta(minutes=chance.randrange(500_000))
        address = unit.people.add_address(1_000_000 + number, 1_000_000 + number, at)
        her = unit.people.add_respondent(address, "mmm", chance.choice(("en", "fr", "ar", "sw")), at)
        code = "".join(chance.choices(ALPHABET, k=5))
        voice = Testimony(
            id=f"{chance.getrandbits(128):032x}",
            receipt=f"MG-{code}-{number}",
            respondent=her.id,
            partner="mmm",
            form=FORM,
            form_version="1",
            language=her.language or "en",
            country="MG",
            themes=("food", "health"),
            sensitive=False,
            state=State.RECEIVED if chance.random() < WAITING else State.ACCEPTED,
            received_at=at,
            answers={f"/{FORM}/story": STORY, f"/{FORM}/age": "34", f"/{FORM}/country": "Madagascar"},
        )
        agreed = [Consent(voice.id, each, each == "keep", "hash", "en", at) for each in PURPOSES]
        unit.testimonies.add(voice, agreed)


async def _timed(into: list[float], doing: Awaitable[object]) -> None:
    began = time.process_time()
    await doing
    into.append(1000 * (time.process_time() - began))


async def walk(house: House, her: Player) -> None:
    """One person from the link to the receipt, each step timed."""
    steps = house.steps
    await _timed(steps, her.starts(f"f-{FORM}"))
    for label in ("English", "I understand", "Yes"):
        await _timed(steps, her.taps(label))
    for words in ("34", "Madagascar"):
        await _timed(steps, her.says(words))
    await _timed(steps, her.taps("Food"))
    await _timed(steps, her.says(STORY))
    for label in ("Some", "Send"):
        await _timed(steps, her.taps(label))


async def read(house: House, reader: Player) -> None:
    """One voice taken, read and accepted."""
    await _timed(house.cards, reader.says("/next"))
    await _timed(house.cards, reader.taps("Accept"))


async def measure(house: House, walks: int) -> None:
    """Some walks and some reading."""
    async with house.stage() as stage:
        reader = stage.person(READER)
        for _ in range(walks):
            house.walkers += 1
            await walk(house, stage.person(house.walkers))
            await read(house, reader)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument(
        "--sizes", default="1000,100000,1000000", help="how many voices are kept, with commas"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--walks", type=int, default=30, help="people and cards a round")
    asked = parser.parse_args()
    xml, rows = read_workbook((RIVALS / f"{FORM}.md").read_bytes(), name=FORM, kind=".md")
    form = read_xform(xml, rows=rows)
    print(f"{machine()}; {asked.rounds} rounds of {asked.walks} walks, in turns\n")
    with tempfile.TemporaryDirectory(prefix="voices-growth-") as folder:
        houses = [House(int(size), Path(folder, size), Keys.fresh()) for size in asked.sizes.split(",")]
        for house in houses:
            house.folder.mkdir()
            asyncio.run(house.fill(form))
        kept = {house.size: house.file.stat().st_size / house.size for house in houses}
        for _ in range(asked.rounds):
            for house in houses:
                asyncio.run(measure(house, asked.walks))
    print("| voices kept | a step, ms of CPU | the next card, p50 · p95 ms | opened in | bytes a voice |")
    print("| --- | --- | --- | --- | --- |")
    for house in houses:
        cards = statistics.quantiles(house.cards, n=20)
        print(
            f"| {house.size:,} | {statistics.mean(house.steps):.2f} (median {statistics.median(house.steps):.2f}) "
            f"| {statistics.median(house.cards):.1f} · {cards[18]:.1f} "
            f"| {statistics.median(house.opened_in):.2f} s | {kept[house.size]:,.0f} |"
        )


if __name__ == "__main__":
    main()
