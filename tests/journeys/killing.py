"""A bot in a process of its own that is killed and started again, and a crowd that goes on talking to it."""

import asyncio
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot import wiring
from bot.clock import SystemClock
from bot.config import Settings
from bot.ports import Unit
from sandbox import Sandbox
from sandbox.people import Person
from tests.journeys.stage import open_house, settings_for

PATIENCE = 90.0
"""Real seconds a person waits for an answer: the bot is down now and then."""

UPDATES = 10
"""What one person says and taps from /start to Send."""

STORY = "/testimony/told/story"
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Toll:
    """What a run cost: how often the bot died, and what was lost or doubled."""

    people: int
    deaths: Counter[str] = field(default_factory=Counter)
    stories_lost: int = 0
    stories_doubled: int = 0
    updates_sent: int = 0
    updates_unfinished: int = 0
    replies_missing: int = 0
    replies_doubled: int = 0

    def __str__(self) -> str:
        """The figures in one line."""
        deaths = ", ".join(f"{name} {count}" for name, count in sorted(self.deaths.items()))
        return (
            f"{self.updates_sent} updates from {self.people} people; deaths: {deaths}; lost {self.stories_lost},"
            f" stored twice {self.stories_doubled}, unfinished {self.updates_unfinished},"
            f" replies missing {self.replies_missing}, replies doubled {self.replies_doubled}"
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


async def start(
    settings: Settings, failpoint: str = "", command: Sequence[str] = ("-m", "bot", "run")
) -> asyncio.subprocess.Process:
    """A bot process of its own, as an operator would start it; `command` is what follows `python`."""
    assert settings.token is not None
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("VOICES_")},
        "VOICES_TOKEN": settings.token.get_secret_value(),
        "VOICES_API_URL": settings.api_url,
        "VOICES_DATA_DIR": str(settings.data_dir),
        "VOICES_KEY_FILE": str(settings.key_file),
        "VOICES_PACE": str(settings.pace),
        "VOICES_CHAT_PACE": str(settings.chat_pace),
        "VOICES_LOG_LEVEL": "ERROR",
    }
    if settings.webhook:
        environment["VOICES_WEBHOOK_URL"], environment["VOICES_WEBHOOK_SECRET"] = settings.webhook
        environment["VOICES_LISTEN"] = settings.listen or ""
    if settings.database_url:
        environment["VOICES_DATABASE_URL"] = settings.database_url
    if failpoint:
        environment["VOICES_FAILPOINT"] = failpoint
    return await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT, env=environment)


async def torment(
    folder: Path,
    *,
    people: int,
    kills: int,
    failpoints: list[str],
    think: float,
    seed: int,
    hook: bool = False,
    database: str | None = None,
    processes: int = 1,
    patience: float = PATIENCE,
    meanwhile: Callable[[], Coroutine[Any, Any, None]] | None = None,
) -> Toll:
    """Let a crowd talk while the bot dies at named points and at random moments; then let it live and count.

    `think`: real seconds a person thinks at most before each deed, so that somebody talks in each of the bot's lives.
    `hook`: Telegram brings the updates.
    `database`: a PostgreSQL one instead of a SQLite file. `processes`: how many share the work; one after the other is
    ended, and another takes its place. `meanwhile`: what else goes wrong while people talk; it ends before the count.
    """
    chance = random.Random(seed)
    toll = Toll(people)
    async with Sandbox(flood=False, penalty=False, calls_kept=100) as sandbox:
        settings = settings_for(sandbox, folder, database=database, hook=hook)
        await open_house(settings)
        crowd = [sandbox.person(f"Person {number}", language="en") for number in range(people)]
        talking = asyncio.gather(
            *(walk(person, number, chance, think, patience) for number, person in enumerate(crowd))
        )
        trouble = asyncio.create_task(meanwhile()) if meanwhile else None
        plan = [*failpoints, *[""] * kills]
        chance.shuffle(plan)
        others = [await start(settings) for _ in range(processes - 1)]
        for failpoint in plan:
            if talking.done():
                break
            heard = sandbox.seq
            fresh = await start(settings, failpoint)
            while sandbox.seq == heard and fresh.returncode is None:
                await asyncio.sleep(0.01)
            others.append(fresh)
            process = others.pop() if failpoint else others.pop(chance.randrange(len(others)))
            if not failpoint:
                await asyncio.sleep(chance.uniform(0, 1))
                if process.returncode is None:
                    process.kill()
            try:
                await asyncio.wait_for(process.wait(), 8)
            except TimeoutError:  # the point is not passed so soon: end it all the same
                process.kill()
                await process.wait()
                failpoint = "late"
            toll.deaths[failpoint.split(":")[0] or "SIGKILL"] += 1
        if trouble:
            await trouble
        others.append(await start(settings))
        try:
            await talking
            await sandbox.quiet(within=60, settle=0.5)
        finally:
            for process in others:
                process.terminate()
            await asyncio.gather(*(asyncio.wait_for(process.wait(), 15) for process in others))
        toll.updates_sent = people * UPDATES
        for person in crowd:
            said = Counter(message.text for message in person.chat if message.from_bot)
            toll.replies_doubled += sum(said.values()) - len(said)
            toll.replies_missing += not any("MG-" in text for text in said)
        await count(settings, toll, [person.id for person in crowd])
    return toll


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
