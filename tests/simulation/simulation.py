"""A whole run from one seed: people, Telegram, the bot in all its lives, and what must be true at the end."""

import asyncio
import contextvars
import itertools
import logging
import random
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.config import Settings
from bot.outbox import Kind
from bot.people import Partner, Role
from bot.ports import Unavailable, Unit
from bot.speech import Message, Quote
from sandbox import TOKEN
from storage import failing
from storage.database import Database
from storage.opening import migrate
from storage.sealing import Keys
from storage.tables import EPOCH
from tests.deeds.stage import forms
from tests.simulation.life import LIFE, POINTS, Life
from tests.simulation.loop import BEGINNING, VirtualLoop, Wall, seeded
from tests.simulation.people import Moderator, Respondent
from tests.simulation.story import Story
from tests.simulation.telegram import CAMPAIGN, ORIGIN, Telegram

PARTNERS = {"mmm": "Make Mothers Matter", "omep": "OMEP"}
PEOPLE = 6
MEMORY = Path("/dev/shm")
"""Where files are kept that need outlive no crash of the machine."""

TO_COME = timedelta(hours=1)
"""What waits for a later moment than that waits for the end of somebody's quiet hours: it is not left to be done."""

SOON = timedelta(hours=12).total_seconds()
"""How long, once nothing goes wrong any more, everybody has got what they came for."""


@dataclass(frozen=True)
class Figures:
    """What a run was."""

    seed: int
    steps: int
    hours: float
    testimonies: int
    faults: Counter[str]
    digest: str


class Simulation:
    """One run. `steps`: how many things happen before the faults cease."""

    def __init__(
        self, seed: int, steps: int, folder: Path, loop: VirtualLoop, aloud: Callable[[str], None] | None
    ) -> None:
        self.seed, self.steps = seed, steps
        self.wall = Wall(loop)
        self.story = Story(seed, loop.time, aloud)
        self._loop = loop
        self._chance = random.Random(seed)
        self._folder = folder
        self._keys = Keys.fresh()
        self._life: Life | None = None
        self._calm = self._over = False
        self._numbers = itertools.count(1)
        self._telegram = Telegram(loop, self._draw(), self.story, self._kept)
        sandbox = self._telegram.sandbox
        partners = itertools.cycle(PARTNERS)
        self._respondents = [
            Respondent(sandbox, f"Person {n}", next(partners), self._draw(), self.story, heard=self._heard)
            for n in range(PEOPLE)
        ]
        self._moderators = [
            Moderator(sandbox, f"Reads {name}", name, self._draw(), self.story) for name in PARTNERS
        ]
        self._telegram.heard.append(self._said)
        loop.set_task_factory(_held_by_its_life)

    def _draw(self) -> random.Random:
        """Chance of one's own, so that nobody's draws depend on another's."""
        return random.Random(self._chance.getrandbits(64))

    async def run(self) -> Figures:
        """Play it to the end; Broken where a rule does not hold."""
        await self._furnish()
        souls = [self._begin(soul.lives()) for soul in self._respondents]
        souls += [self._begin(soul.lives()) for soul in self._moderators]
        weather = [
            self._begin(each) for each in (self._telegram.weather(), self._clocks(), self._campaigns())
        ]
        lives = self._begin(self._lives())
        while self.story.steps < self.steps:
            await self._second([lives, *souls, *weather])
        self._settle(weather)
        await self._all_ends([lives, *souls])
        await self._drains(lives)
        await self._is_true()
        told = sum(len(each.told) + len(each.forgotten) for each in self._respondents)
        hours = self._loop.time() / 3600
        return Figures(self.seed, self.story.steps, hours, told, self.story.faults, self.story.digest)

    async def _second(self, tasks: list[asyncio.Task[None]]) -> None:
        """A second passes; what broke meanwhile is raised."""
        await asyncio.sleep(1)
        if self.story.broken:
            raise self.story.broken
        for task in tasks:
            if task.done():
                task.result()

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return self._loop.create_task(work, context=contextvars.Context())

    # -- the world ----------------------------------------------------------------------------------------------------

    async def _furnish(self) -> None:
        shutil.copyfile(_model(), self._file(1))
        store = Database.open(f"sqlite:///{self._file(1)}", self._keys)

        def furnish(unit: Unit) -> None:
            for name, called in PARTNERS.items():
                unit.people.add_partner(Partner(name, called, 5, f"{name}@example.org"))
            for form in forms():
                unit.forms.publish(form, BEGINNING)
            for soul in self._moderators:
                address = unit.people.add_address(soul.id, soul.id, BEGINNING)
                unit.people.add_moderator(address, soul.partner, Role.MODERATOR, "en", BEGINNING)

        await store.transact(furnish)
        await store.close()

    async def _lives(self) -> None:
        """One life after the other."""
        chance = self._draw()
        settings = Settings(
            token=SecretStr(TOKEN),
            api_url=ORIGIN,
            data_dir=self._folder,
            key_file=Path("/nowhere/voices.key"),
        )
        (self._folder / "media").mkdir(exist_ok=True)
        while True:
            point = ""
            if not self._calm and chance.random() < 0.7:
                name, most = chance.choice(list(POINTS.items()))
                point = f"{name}:{chance.randint(1, most)}"
            life = Life(next(self._numbers), self._folder, settings, self._keys, chance, self.story)
            self._life = life
            life.begin(self._telegram, self.wall, point)
            weather = self._begin(life.weather(lambda: self._calm))
            lasts = chance.expovariate(1 / 400)
            try:
                await asyncio.wait_for(life.died.wait(), None if self._calm else lasts)
            except TimeoutError:
                if self._calm:
                    await life.died.wait()
                elif chance.random() < 0.8 or not life.up:
                    life.die("SIGKILL")
                else:
                    await self._is_told_to_end(life)
            weather.cancel()
            await life.is_buried()
            if self._over:
                return
            await asyncio.sleep(chance.choice((0.5, 5, 30, 200)))

    async def _is_told_to_end(self, life: Life) -> None:
        """SIGTERM: within ten seconds and a little it is gone (R27)."""
        life.stop.set()
        began = self._loop.time()
        await life.died.wait()
        took = self._loop.time() - began
        self.story.must(took < 15, f"R27: the bot took {took:.1f} s to end")

    async def _clocks(self) -> None:
        """Somebody sets the machine's clock."""
        chance = self._draw()
        while True:
            await asyncio.sleep(20 + chance.expovariate(1 / 600))
            jump = timedelta(hours=chance.choice((1, -1, 24, -24)))
            if abs(self.wall.moved + jump) <= timedelta(days=2):
                self.story.fault("the clock is set", str(jump))
                self.wall.moved += jump

    async def _campaigns(self) -> None:
        """Something is sent to everybody who did not ask for quiet."""
        chance = self._draw()
        for number in itertools.count(1):
            await asyncio.sleep(chance.uniform(60, 300))
            life = self._life
            if life is None or life.dead or life.door is None:
                continue

            def add(unit: Unit, number: int = number) -> None:
                for soul in self._respondents:
                    address = unit.people.address_of(soul.id)
                    her = unit.people.respondent_at(address) if address else None
                    if address and her and her.reachable and not her.quiet:
                        unit.outbox.add(
                            key=f"campaign:{number}:{soul.id}",
                            address=address,
                            kind=Kind.CAMPAIGN,
                            message=Message("en", (Quote(f"Campaign {number} for {soul.id}"),)),
                            now=self.wall.now(),
                            about=her.id,
                        )

            try:
                await life.door.transact(add)
            except (Unavailable, asyncio.CancelledError):
                if not life.dead and not life.away and not life.full and not life.mute:
                    raise
            else:
                self.story.tell("operator", f"campaign {number}")

    def _said(self, chat: int, text: str) -> None:
        """Somebody gets a text."""
        for moderator in self._moderators:
            if moderator.id == chat:
                others = PARTNERS.keys() - {moderator.partner}
                foreign = any(f"S-{other}-" in text for other in others)
                self.story.must(not foreign, "I5: a moderator reads another partner's voice")
        if CAMPAIGN.search(text):
            for soul in self._respondents:
                since = soul.quiet_since if soul.id == chat else None
                late = since is not None and self._loop.time() - since > 60
                self.story.must(not late, "S45: a campaign reached somebody who had asked for quiet")

    # -- what is in the store -----------------------------------------------------------------------------------------

    def _file(self, number: int) -> Path:
        return self._folder / f"{number}.db"

    def _rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """What is committed, as a process beside the bot would read it."""
        assert self._life is not None
        number = self._life.number + self._life.dead
        connection = sqlite3.connect(self._file(number))
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def _kept(self, updates: list[int]) -> set[int]:
        marks = ", ".join("?" * len(updates))
        return {
            row[0] for row in self._rows(f'SELECT "update" FROM inbox WHERE "update" IN ({marks})', *updates)
        }

    def _heard(self, person: int) -> bool:
        """Whether all she said has been handled."""
        updates = self._telegram.world.updates
        on_its_way = [each.lane for each in updates.pending.values()] + [
            each[3] for each in updates.held or ()
        ]
        if any(lane[1] == person for lane in on_its_way):
            return False
        index = self._keys.index(person)
        return not self._rows("SELECT 1 FROM inbox WHERE person = ? AND state = 'open'", index)

    # -- the end ------------------------------------------------------------------------------------------------------

    def _settle(self, weather: list[asyncio.Task[None]]) -> None:
        """Nothing goes wrong any more, and nobody begins anew."""
        self.story.tell("!", "the faults cease")
        self._calm = True
        failing.arm("")
        for task in weather:
            task.cancel()
        self._telegram.clear()
        if self._life:
            self._life.away = self._life.full = self._life.mute = False
        for soul in (*self._respondents, *self._moderators):
            soul.leaving = True

    async def _all_ends(self, tasks: list[asyncio.Task[None]]) -> None:
        """Everybody gets what they came for: nobody is blocked forever."""
        _, *souls = tasks
        ends = self._loop.time() + SOON
        while not all(task.done() for task in souls) and self._loop.time() < ends:
            await self._second(tasks)
        waiting = [f"{task.get_coro()}" for task in souls if not task.done()]
        self.story.must(not waiting, f"blocked forever: {len(waiting)} people still wait")

    async def _drains(self, lives: asyncio.Task[None]) -> None:
        """Nothing is left to be done."""
        ends = self._loop.time() + SOON
        while left := self._left():
            self.story.must(self._loop.time() < ends, f"blocked forever: {left}")
            await self._second([lives])
        assert self._life is not None
        self._over = True
        await self._is_told_to_end(self._life)
        await lives

    def _left(self) -> list[str]:
        life = self._life
        if life is None or life.dead:
            return ["the bot"]
        found = [
            f"{name} {rows[0][0]}"
            for name, sql in {
                "updates": "SELECT count(*) FROM inbox WHERE state = 'open'",
                "deliveries": "SELECT count(*) FROM outbox WHERE state = 'sending'"
                f" OR state = 'due' AND not_before < {_micros(self.wall.now() + TO_COME)}",
                "recordings": "SELECT count(*) FROM media WHERE state = 'wanted'",
            }.items()
            if (rows := self._rows(sql)) != [(0,)]
        ]
        return [*found, *(["updates at Telegram"] if self._telegram.world.updates.pending else [])]

    async def _is_true(self) -> None:
        """What people know is what is in the store."""
        assert self._life is not None
        number = self._life.number + 1
        store = Database.open(f"sqlite:///{self._file(number)}", self._keys)
        try:
            for soul in self._respondents:
                await store.transact(lambda unit, soul=soul: self._is_true_of(unit, soul))  # type: ignore[misc]
            aside = self._rows("SELECT count(*) FROM inbox WHERE state = 'aside'")
            self.story.must(aside == [(0,)], f"I1: updates set aside: {aside}")
            kept = self._rows("SELECT count(*) FROM testimonies")[0][0]
            told = sum(len(each.told) for each in self._respondents)
            self.story.must(kept == told, f"I2: {told} were told, {kept} are kept")
            self._order_is_true()
            self._campaigns_are_true()
            self._journal_is_true()
        finally:
            await store.close()

    def _is_true_of(self, unit: Unit, soul: Respondent) -> None:
        must = self.story.must
        address = unit.people.address_of(soul.id)
        her = unit.people.respondent_at(address) if address else None
        kept = {each.receipt: each for each in (unit.testimonies.of(her.id) if her else [])}
        for told in soul.told:
            must(told.receipt in kept, f"I1: {told.receipt} of {soul.id} is lost")
            testimony = kept[told.receipt]
            lines = testimony.answers.get("/testimony/told/story", "").split("\n")
            words = [line for line in lines if line.startswith("S-")]
            must(words == told.words, f"I1, I2, R5: {told.receipt} is {words}, told was {told.words}")
            granted = {each.purpose for each in unit.testimonies.consents(testimony.id) if each.granted}
            must("keep" in granted, f"I4: {told.receipt} is kept without consent")
            must(testimony.partner == soul.partner, f"I5: {told.receipt} is another partner's")
        if address:
            sent = self._rows("SELECT count(*) FROM outbox WHERE address = ? AND state = 'sent'", address)[0][
                0
            ]
            said = self._telegram.said[soul.id]
            must(sent <= said, f"R13: {sent} replies to {soul.id} are called sent, {said} came")

    def _order_is_true(self) -> None:
        """Of words that were taken at once, what was said first was answered first."""
        answers = dict(self._rows("SELECT key, sequence FROM outbox"))
        for updates in self._telegram.together:
            keys = [f"update:{update}:0" for update in updates]
            given = [
                answers[key] for key in keys if key in answers
            ]  # whoever was forgotten has none any more
            self.story.must(given == sorted(given), f"R5: {updates} were handled in another order")

    def _campaigns_are_true(self) -> None:
        for key, state in self._rows("SELECT key, state FROM outbox WHERE kind = 'campaign'"):
            _, number, person = key.split(":")
            came = self._telegram.campaigns[f"Campaign {number} for {person}"]
            fits = {"sent": came == 1, "unknown": came <= 1, "refused": came == 0}[state]
            self.story.must(fits, f"I3: {key} is {state} and came {came} times")

    def _journal_is_true(self) -> None:
        lines = Counter(row[0] for row in self._rows("SELECT verb FROM journal"))
        told = sum(len(each.told) + len(each.forgotten) for each in self._respondents)
        self.story.must(
            lines["handed over"] == told, f"I6: {told} were told, the journal has {lines['handed over']}"
        )


def _micros(at: datetime) -> int:
    """As rows keep a moment: microseconds since 1970."""
    return (at - EPOCH) // timedelta(microseconds=1)


def _held_by_its_life(
    loop: asyncio.AbstractEventLoop, work: Any, context: contextvars.Context | None = None
) -> asyncio.Task[Any]:
    """Every task that a life begins dies with it."""
    task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, context=context)
    life = (context or contextvars.copy_context()).get(LIFE)
    if life is not None:
        life.holds(task)
    return task


@cache
def _model() -> Path:
    """A migrated database to copy from."""
    path = Path(tempfile.mkdtemp(prefix="voices-model-")) / "model.db"
    migrate(f"sqlite:///{path}")
    return path


@contextmanager
def _silent() -> Iterator[None]:
    """What the bot logs about faults made on purpose is nobody's business."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def simulate(seed: int, steps: int, aloud: Callable[[str], None] | None = None) -> Figures:
    """Play one seed. Broken (an AssertionError) where a rule does not hold."""
    _model(), forms()
    place = MEMORY if MEMORY.is_dir() else None
    loop = VirtualLoop()
    with (
        tempfile.TemporaryDirectory(prefix="voices-simulation-", dir=place) as folder,
        seeded(seed, lambda: simulation.wall.now()),
        _silent(),
        asyncio.Runner(loop_factory=lambda: loop) as runner,
    ):
        simulation = Simulation(seed, steps, Path(folder), loop, aloud)
        return runner.run(simulation.run())
