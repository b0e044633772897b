"""A bot in processes of its own that are killed and started again, and a crowd that goes on talking to it."""

import asyncio
import contextlib
import os
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bot import wiring
from bot.clock import SystemClock
from bot.config import Settings
from bot.ports import Unit
from sandbox import Sandbox
from sandbox.people import Person
from tests.guarding import environment as guarded
from tests.journeys.broadcast import Broadcast, all_said, announce, outcome
from tests.journeys.processes import Process, Streams
from tests.journeys.stage import FAST, open_house, settings_for
from tests.stores import PostgresServer

PATIENCE = 90.0
"""Real seconds a person waits for an answer: the bot is down now and then."""

UPDATES = 10
"""What one person says and taps from /start to Send."""

LULL, SHORT_LULL = 15.0, 3.0
"""Real seconds after which the next dies although little is said: the one alone, and one of several, of which that
may be dead that asks for updates.
"""

SLOTS = 64
"""How many messages a process has under way at most (`bot.sending.Sending`)."""

THERE = 137
"""What a process returns that died at a named point (`storage.failing`)."""

STORY = "/testimony/told/story"


@dataclass
class Toll:
    """What a run cost: how often the bot died and its database was stopped, and what was lost or doubled."""

    people: int
    deaths: Counter[str] = field(default_factory=Counter)
    stops: int = 0
    stories_lost: int = 0
    stories_doubled: int = 0
    updates_sent: int = 0
    updates_unfinished: int = 0
    replies_missing: int = 0
    replies_doubled: int = 0
    broadcast: Broadcast = field(default_factory=Broadcast)

    @property
    def broken(self) -> dict[str, int]:
        """What we promise that there is none of (a reply may come twice, R13), where there was some."""
        counts = {
            "stories lost": self.stories_lost,
            "stories stored twice": self.stories_doubled,
            "updates unfinished": self.updates_unfinished,
            "replies missing": self.replies_missing,
            "lost of the broadcast": self.broadcast.lost,
            "doubled of the broadcast": self.broadcast.doubled,
        }
        return {name: count for name, count in counts.items() if count}

    def __str__(self) -> str:
        """The figures in one line, the broadcast's in another."""
        deaths = ", ".join(f"{name} {count}" for name, count in sorted(self.deaths.items()))
        return (
            f"{self.updates_sent} updates from {self.people} people; deaths: {deaths};"
            f" stops of the database: {self.stops}; lost {self.stories_lost},"
            f" stored twice {self.stories_doubled}, unfinished {self.updates_unfinished},"
            f" replies missing {self.replies_missing}, replies doubled {self.replies_doubled}"
            + (f"\n{self.broadcast}" if self.broadcast.people else "")
        )


async def walk(
    person: Person, number: int, chance: random.Random, think: float = 0, patience: float = PATIENCE
) -> None:
    """Ten updates, each after the answer to the one before and up to `think` seconds of thought."""

    async def says(words: str) -> None:
        await asyncio.sleep(chance.uniform(0, think))
        await person.says(words)

    async def taps(label: str) -> None:
        await asyncio.sleep(chance.uniform(0, think))
        await person.taps(label, within=patience)

    await says("/start")
    for label in ("English", "I understand, I am an adult", "Yes"):
        await taps(label)
    await person.sees("Which country", within=patience)
    await says("Madagascar")
    await person.sees("What is hardest", within=patience)
    await says(story(number))
    for label in ("☐ Food", "☐ Health", "☐ Quote in the report", "Send"):
        await taps(label)
    await person.sees("MG-", within=patience)


def story(number: int) -> str:
    """One person's story, like no other's."""
    return f"Story number {number:04d} of a long night."


def told(settings: Settings) -> dict[str, str]:
    """These settings as an operator gives them: in variables."""
    assert settings.token is not None
    variables = {
        "VOICES_TOKEN": settings.token.get_secret_value(),
        "VOICES_API_URL": settings.api_url,
        "VOICES_DATA_DIR": str(settings.data_dir),
        "VOICES_KEY_FILE": str(settings.key_file),
        "VOICES_PACE": str(settings.pace),
        "VOICES_CHAT_PACE": str(settings.chat_pace),
    }
    if settings.webhook:
        variables["VOICES_WEBHOOK_URL"], variables["VOICES_WEBHOOK_SECRET"] = settings.webhook
        variables["VOICES_LISTEN"] = settings.listen or ""
    if settings.database_url:
        variables["VOICES_DATABASE_URL"] = settings.database_url
    return variables


async def start(settings: Settings, failpoint: str = "", log: Path | None = None) -> Process:
    """A bot process of its own with these settings; it dies at `failpoint`, and writes into `log`."""
    machine = {name: value for name, value in os.environ.items() if not name.startswith("VOICES_")}
    environment = (
        machine | guarded() | told(settings) | ({"VOICES_FAILPOINT": failpoint} if failpoint else {})
    )
    return await asyncio.to_thread(Process, environment, Streams(log, log) if log else None)


@dataclass
class Herd:
    """The processes that share the work: `wanted` of them."""

    settings: Settings
    sandbox: Sandbox
    wanted: int
    living: list[Process] = field(default_factory=list)

    async def fill(self, failpoint: str = "") -> None:
        """Start those that are missing; the last that comes dies at that point."""
        while missing := self.wanted - len(self.living):
            self.living.append(await self._another(failpoint if missing == 1 else ""))

    async def kill(self, which: int) -> int:
        """Kill one of them; what it returned."""
        process = self.living.pop(which)
        if process.returncode is None:
            process.kill()
        return await process.wait()

    async def falls(self, within: float = 8) -> bool:
        """Wait until the last that came has died at its point; False where it had to be killed after all."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.living[-1].wait(), within)
        return await self.kill(-1) == THERE

    async def end(self) -> None:
        """Tell all of them to end, and see that they do."""
        for process in self.living:
            if process.returncode is None:
                process.terminate()
        await asyncio.gather(*(asyncio.wait_for(process.wait(), 15) for process in self.living))

    async def _another(self, failpoint: str) -> Process:
        """One that has reached Telegram or its point; another where it could not start, for the database was away."""
        while True:
            known = self._greetings()
            process = await start(self.settings, failpoint)
            while self._greetings() == known and process.returncode is None:
                await asyncio.sleep(0.01)
            if process.returncode in {None, THERE}:
                return process

    def _greetings(self) -> int:
        return self.sandbox.gateway.journal.counts.get("getMe", 0)


async def torment(
    folder: Path,
    *,
    people: int,
    kills: int,
    failpoints: list[str],
    think: float,
    seed: int,
    calls: int = 40,
    hook: bool = False,
    server: PostgresServer | None = None,
    stops: int = 0,
    processes: int = 1,
    broadcast: int = 0,
    pace: float = FAST,
    patience: float = PATIENCE,
) -> Toll:
    """Let a crowd talk while the bot dies at named points and at random moments; then let it live and count.

    People come as long as the bot dies, so many for each death, and think up to `think` real seconds before each deed.
    `calls`: after at most so many calls of the Bot API, or a LULL, comes the next random death. `hook`: Telegram
    brings the updates. `server`: a PostgreSQL instead of a SQLite file, stopped at once `stops` times, half of them
    with a death in the meantime. `processes`: how many share the work. `broadcast`: how many others are written to.
    `pace`: messages a second in all.
    """
    chance = random.Random(seed)
    toll = Toll(people)
    plan = [*failpoints, *["SIGKILL"] * kills, *["stop"] * stops]
    chance.shuffle(plan)
    async with Sandbox(flood=False, penalty=False, calls_kept=100) as sandbox:
        settings = settings_for(sandbox, folder, database=server.bare() if server else None, hook=hook)
        settings = settings.model_copy(update={"pace": pace})
        await open_house(settings)
        others = sandbox.crowd(broadcast)
        await announce(settings, others)
        crowd = [sandbox.person(f"Person {number}", language="en") for number in range(people)]
        herd = Herd(settings, sandbox, processes)
        try:
            async with asyncio.TaskGroup() as talking:
                for number, ending in enumerate(plan):
                    for coming in range(people * number // len(plan), people * (number + 1) // len(plan)):
                        talking.create_task(walk(crowd[coming], coming, chance, think, patience))
                    await herd.fill(ending if ending in failpoints else "")
                    if ending in failpoints:
                        there = await herd.falls()
                        toll.deaths[ending.partition(":")[0] if there else "late"] += 1
                        continue
                    await _moment(sandbox, chance, calls, LULL if processes == 1 else SHORT_LULL)
                    if stopped := server if ending == "stop" else None:
                        toll.stops += 1
                        await asyncio.to_thread(stopped.crash)
                        await asyncio.sleep(chance.uniform(0, 1))
                    if ending == "SIGKILL" or chance.random() < 0.5:
                        await herd.kill(chance.randrange(processes))
                        toll.deaths["SIGKILL"] += 1
                    if stopped:
                        await asyncio.sleep(chance.uniform(0, 1))
                        await asyncio.to_thread(stopped.revive)
                await herd.fill()
            await all_said(settings)
            await sandbox.quiet(within=60, settle=0.5)
        finally:
            await herd.end()
        toll.updates_sent = people * UPDATES
        for person in crowd:
            said = Counter(message.text for message in person.chat if message.from_bot)
            toll.replies_doubled += sum(said.values()) - len(said)
            toll.replies_missing += not any("MG-" in text for text in said)
        await count(settings, toll, [person.id for person in crowd])
        toll.broadcast = await outcome(settings, sandbox, others)
    return toll


async def _moment(sandbox: Sandbox, chance: random.Random, calls: int, lull: float) -> None:
    """Wait for a random moment: counted in calls, for a slow machine would let nobody live long enough to speak."""
    then = sandbox.seq + chance.randrange(calls)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(lull):
            while sandbox.seq < then:
                await asyncio.sleep(0.005)
    await asyncio.sleep(chance.uniform(0, 0.05))


async def count(settings: Settings, toll: Toll, people: list[int]) -> None:
    """Open the database the dead process left and count what is in it."""
    now = SystemClock().now()

    def read(unit: Unit) -> list[str]:
        told = []
        for person in people:
            address = unit.people.address_of(person)
            respondent = unit.people.respondent_at(address) if address else None
            told += [each.answers[STORY] for each in unit.testimonies.of(respondent.id)] if respondent else []
        toll.updates_unfinished = unit.inbox.waiting(now + timedelta(days=1))
        return told

    async with wiring.opened(settings, SystemClock()) as (store, _):
        told = Counter(await store.transact(read))
    toll.stories_lost = sum(story(number) not in told for number in range(toll.people))
    toll.stories_doubled = sum(times - 1 for times in told.values())
