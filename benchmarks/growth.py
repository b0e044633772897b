"""Whether it stays as fast when much is kept: `python -m benchmarks.growth`.

For each size a fresh database is filled through the bot's own repositories: people, voices, consents, decisions, the
journal, and the traces that 14 days leave in the inbox and the outbox; one voice in a hundred waits to be read. Then
people walk through the eight questions and a moderator reads, in this process and without HTTP: measured is what the
store and the deeds cost, up to the reply that was delivered. The sizes take turns. At last the whole bot is started.
"""

import argparse
import asyncio
import contextlib
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from unittest.mock import patch

from benchmarks.__main__ import machine
from benchmarks.contestants import RIVALS, Ours, running
from benchmarks.load import FORM, Api, serving
from bot import retention
from bot.journal import Deed
from bot.outbox import Kind
from bot.people import PURPOSES, Consent, Moderator
from bot.ports import Raw, Unit
from bot.queued import Filter
from bot.speech import Message, Sentence
from bot.sweeping import DROPS
from bot.testimony import ALPHABET, Decision, DecisionKind, State, Testimony
from dialogs.form import Form
from dialogs.reading.xform import read_xform
from dialogs.reading.xlsform import read_workbook
from storage.database import Database
from storage.opening import PRAGMAS, connected, migrate
from storage.sealing import Keys
from tests.deeds.stage import Player, Stage
from tests.stores import PostgresServer, postgres_server

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
BATCH = 5_000
WIDE = -2_000_000
"""SQLite's page cache while a house is filled, in KiB as a pragma has it: with the bot's own each batch would write
its pages many times over, 100 KB a voice.
"""
WAITING = 0.01
"""The part of all voices that still waits to be read."""

PUBLIC = 0.1
"""The part that may be published: it waits for its second look."""

COUNTRIES = ("MG",) * 8 + ("KE", "SN")

STEPS = 10
"""Updates and replies of one voice."""

STORY = "The well is dry since June; the children walk two hours. " * 5
"""Some 280 characters: what people write."""

READER, COLLEAGUE = 7, 8
"""The moderators' Telegram ids; the colleague wants a language that nobody wrote."""

HEARD, WALKERS = 1_000_000_000, 10_000_000
"""The first update id of those that were heard before; the first Telegram id of those that are measured."""


def eight() -> Form:
    """The form of the eight questions."""
    xml, rows = read_workbook((RIVALS / f"{FORM}.md").read_bytes(), name=FORM, kind=".md")
    return read_xform(xml, rows=rows)


@dataclass
class Times:
    """What something took, each time: by the clock, and of this process's CPU time, in ms."""

    clock: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    async def of(self, doing: Awaitable[object]) -> None:
        """Do it, and note how long it took."""
        began, cpu = time.perf_counter(), time.process_time()
        await doing
        self.cpu.append(1000 * (time.process_time() - cpu))
        self.clock.append(1000 * (time.perf_counter() - began))


ANSWERS = (
    *("/next", "/next that finds nothing", "a card opened", "/queue", "look-alikes", "accept"),
    *("/search", "/search that finds nothing", "/stats"),
)
"""The bot's answers to moderators that are timed."""


@dataclass
class House:
    """One filled installation: its folder as `Ours` has it, and what was measured in it."""

    size: int
    folder: Path
    url: str
    keys: Keys
    steps: Times = field(default_factory=Times)
    answers: dict[str, Times] = field(default_factory=lambda: {name: Times() for name in ANSWERS})
    sweeps: Times = field(default_factory=Times)
    starts: list[float] = field(default_factory=list)
    bytes_each: float = 0.0
    stages: int = 0
    walkers: int = WALKERS

    @classmethod
    def new(cls, size: int, folder: Path, server: PostgresServer | None = None) -> "House":
        """An empty one, with keys of its own."""
        (folder / "data").mkdir(mode=0o700, parents=True)
        url = server.fresh() if server else f"sqlite:///{folder / 'data' / 'voices.db'}"
        return cls(size, folder, url, Keys.make(folder / "keys" / "voices.key"))

    @contextlib.asynccontextmanager
    async def stage(self) -> AsyncIterator[Stage]:
        """It opened, without Telegram."""
        self.stages += 1
        store = await asyncio.to_thread(partial(Database.open, self.url, self.keys))
        try:
            yield Stage(store, NOW, update=1_000_000 * self.stages)  # none comes twice
        finally:
            await store.close()

    async def fill(self, form: Form) -> None:
        """The voices, and everything else a house has."""
        migrate(self.url)
        async with contextlib.AsyncExitStack() as closing:
            closing.enter_context(patch.dict(PRAGMAS, cache_size=WIDE))
            stage = await closing.enter_async_context(self.stage())
            await stage.open(alone=True)
            await stage.do(lambda unit: unit.forms.keep(form, "mmm", NOW))
            await stage.do(lambda unit: unit.forms.publish(form, NOW))
            for each in (READER, COLLEAGUE):
                await stage.moderator(each)
            reader, colleague = await stage.role(READER), await stage.role(COLLEAGUE)
            nobodys = Filter(languages=frozenset({"ja"}))
            await stage.do(lambda unit: unit.queue.save_filter(colleague.address, nobodys))
            for first in range(0, self.size, BATCH):
                await stage.do(partial(_voices, reader, first, min(BATCH, self.size - first)))
        with connected(self.url) as connection:
            self.bytes_each = (
                connection.exec_driver_sql(
                    "SELECT pg_database_size(current_database())"
                    if connection.dialect.name == "postgresql"
                    else "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
                ).scalar_one()
                / self.size
            )


def _voices(reader: Moderator, first: int, count: int, unit: Unit) -> None:
    chance = random.Random(first)
    lately: list[tuple[int, Testimony, str]] = []
    for number in range(first, first + count):
        at = NOW - timedelta(minutes=chance.randrange(500_000))
        address = unit.people.add_address(1_000_000 + number, 1_000_000 + number, at)
        her = unit.people.add_respondent(address, "mmm", chance.choice(("en", "fr", "ar", "sw")), at)
        code = "".join(chance.choices(ALPHABET, k=5))
        waits = chance.random() < WAITING
        voice = Testimony(
            id=f"{chance.getrandbits(128):032x}",
            receipt=f"MG-{code}-{number}",
            respondent=her.id,
            partner="mmm",
            form=FORM,
            form_version="1",
            language=her.language or "en",
            country=chance.choice(COUNTRIES),
            themes=("food", "health"),
            sensitive=False,
            state=State.RECEIVED if waits else State.ACCEPTED,
            received_at=at,
            answers={f"/{FORM}/story": STORY, f"/{FORM}/age": "34", f"/{FORM}/country": "Madagascar"},
            said={7: STORY},
            version=0 if waits else 2,
        )
        allowed = {"keep", "publish"} if chance.random() < PUBLIC else {"keep"}
        agreed = [Consent(voice.id, each, each in allowed, "hash", "en", at) for each in PURPOSES]
        unit.testimonies.add(voice, agreed)
        _noted(unit, reader, voice, chance)
        if at > NOW - retention.TRACE.age:
            lately.append((number, voice, address))
    _heard_and_said(unit, lately)


def _noted(unit: Unit, reader: Moderator, voice: Testimony, chance: random.Random) -> None:
    """What the journal says of a voice, and the decision on it."""
    at, actor, thing = voice.received_at, f"moderator:{reader.id}", f"testimony:{voice.id}"
    unit.journal.write(Deed(at, f"respondent:{voice.respondent}", "handed over", thing))
    if voice.state is State.RECEIVED:
        return
    unit.journal.write(Deed(at, actor, "took", thing))
    unit.journal.write(Deed(at, actor, "accepted", thing))
    accepted = Decision(
        f"{chance.getrandbits(128):032x}", voice.id, reader.id, DecisionKind.ACCEPT, "", at, voice.version
    )
    unit.testimonies.add_decision(accepted, respondent=voice.respondent)


def _heard_and_said(unit: Unit, lately: list[tuple[int, Testimony, str]]) -> None:
    """The traces of what led to these voices: updates that were handled, replies that were sent."""
    for step in range(STEPS):
        for number, voice, address in lately:
            update = HEARD + STEPS * number + step
            unit.inbox.add([Raw(update, 1_000_000 + number, (0, step), b"{}")], voice.received_at)
            unit.inbox.done(update, voice.received_at)
            unit.outbox.add(
                key=f"update:{update}:0",
                address=address,
                kind=Kind.REPLY,
                message=Message("en", (Sentence("Nothing is waiting. Thank you.", domain="desk"),)),
                now=voice.received_at,
                about=voice.respondent,
            )
        claimed = unit.outbox.claim(BATCH, NOW)
        unit.outbox.sent([each.id for each in claimed], NOW)


async def walk(house: House, her: Player) -> None:
    """One person from the link to the receipt, each step timed."""
    step = house.steps.of
    await step(her.starts(f"f-{FORM}"))
    for label in ("English", "I understand", "Yes"):
        await step(her.taps(label))
    for words in ("34", "Madagascar"):
        await step(her.says(words))
    await step(her.taps("Food"))
    await step(her.says(STORY))
    for label in ("Some", "Send"):
        await step(her.taps(label))


async def read(house: House, reader: Player, colleague: Player) -> None:
    """The queue looked at, one voice taken, opened again from the list, compared with what waits, and accepted; what is
    kept is searched, and counted. A colleague looks for a language in which nothing waits, and nothing is kept.
    """

    async def timed(name: str, doing: Awaitable[object]) -> None:
        await house.answers[name].of(doing)

    await timed("/queue", reader.says("/queue"))
    await timed("/next", reader.says("/next"))
    await reader.says("/claimed")
    await timed("a card opened", reader.taps(""))
    await reader.taps("More")
    await timed("look-alikes", reader.taps("Look-alikes"))
    await reader.taps("Back")
    await timed("accept", reader.taps("Accept"))
    await timed("/next that finds nothing", colleague.says("/next"))
    await reader.says("/search")
    await timed("/search", reader.taps("Show what there is"))
    number = await colleague.says("/search")
    for choice in ("r:vg:ja", "r:vd:365"):
        await colleague.taps_data(colleague.stage.signer.sign(COLLEAGUE, choice), number)
    await timed("/search that finds nothing", colleague.taps("Show what there is"))
    await timed("/stats", reader.says("/stats"))


async def sweep(house: House, stage: Stage) -> None:
    """What the bot drops every hour, nothing else being done meanwhile."""
    for drop in DROPS:
        await house.sweeps.of(stage.do(lambda unit, drop=drop: drop(unit, NOW)))  # type: ignore[misc]


async def measure(house: House, walks: int) -> None:
    """Some walks, some reading, and one sweep."""
    async with house.stage() as stage:
        reader, colleague = stage.person(READER), stage.person(COLLEAGUE)
        for _ in range(walks):
            house.walkers += 1
            await walk(house, stage.person(house.walkers))
            await read(house, reader, colleague)
        await sweep(house, stage)


async def start(house: House) -> None:
    """The whole bot started, until it asks for updates."""
    api = Api()
    async with serving(api) as url:
        bot = Ours(house.folder, url, more={"VOICES_DATABASE_URL": house.url})
        began = time.perf_counter()
        async with running(bot, api):
            house.starts.append(time.perf_counter() - began)


def written(houses: list[House]) -> str:
    """The tables, in Markdown."""
    heads = ["voices kept", "longest drop of a sweep, ms", "start-up, s", "bytes a voice"]
    rows = [
        [
            f"{house.size:,}",
            f"{max(house.sweeps.clock):.0f}",
            f"{statistics.median(house.starts):.2f}",
            f"{house.bytes_each:,.0f}",
        ]
        for house in houses
    ]
    by_clock = _answers(houses, "by the clock", lambda times: times.clock)
    tables = [by_clock, _table(heads, rows)]
    if houses[0].url.startswith("sqlite"):  # a PostgreSQL's time is another process's
        tables.insert(0, _answers(houses, "CPU time, which others disturb least", lambda times: times.cpu))
    return "\n\n".join(tables)


def _answers(houses: list[House], by: str, read: Callable[[Times], list[float]]) -> str:
    heads = [f"p50 · p95, ms, {by}", *(f"{house.size:,} kept" for house in houses)]
    rows = [["a step", *(_middle_and_worst(read(house.steps)) for house in houses)]]
    rows += [[name, *(_middle_and_worst(read(house.answers[name])) for house in houses)] for name in ANSWERS]
    return _table(heads, rows)


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _middle_and_worst(times: list[float]) -> str:
    return f"{statistics.median(times):.1f} · {statistics.quantiles(times, n=20)[18]:.1f}"


def grown(
    sizes: list[int], folder: Path, rounds: int, walks: int, server: PostgresServer | None
) -> list[House]:
    """Houses of these sizes, filled and measured in turns."""
    form = eight()
    houses = [House.new(size, folder / str(size), server) for size in sizes]
    for house in houses:
        began = time.perf_counter()
        asyncio.run(house.fill(form))
        print(f"{house.size:,} voices filled in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    for _ in range(rounds):
        for house in houses:
            asyncio.run(measure(house, walks))
    return houses


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument(
        "--sizes", default="1000,100000,1000000", help="how many voices are kept, with commas"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--walks", type=int, default=30, help="people and cards a round")
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server of its own")
    asked = parser.parse_args()
    sizes = [int(size) for size in asked.sizes.split(",")]
    print(f"{machine()}; {asked.rounds} rounds of {asked.walks} walks, in turns\n")
    with contextlib.ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="voices-growth-")))
        server = closing.enter_context(postgres_server()) if asked.postgres else None
        houses = grown(sizes, folder, asked.rounds, asked.walks, server)
        for _ in range(asked.rounds):
            for house in houses:
                asyncio.run(start(house))
        print(written(houses))


if __name__ == "__main__":
    main()
