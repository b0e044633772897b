"""Handing voices on: the operator's commands, the doctor, and a bot that is killed in the middle of it."""

import argparse
import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import doctor, streams, wiring
from bot.__main__ import parser
from bot.clock import SystemClock
from bot.config import Settings
from bot.forward import Pinned, State, Target
from bot.operating import perform
from bot.people import Consent
from bot.ports import Medium, Unit
from bot.testimony import Testimony as Voice
from sandbox import Sandbox
from storage.vault import Files
from tests.collectors import CENTRAL, KOBO, PASSWORD, TOKEN, Server, collector, keep_voice
from tests.journeys.killing import start
from tests.journeys.processes import Process
from tests.journeys.stage import PARTNER, open_house, settings_for
from tests.recordings import sound
from tests.stores import NOW, every_row, postgres_server, selected

FORM = "testimony"


def version() -> str:
    """The version of the built-in form in which voices are told."""
    return next(form.version for form in wiring.builtin_forms() if form.name == FORM)


@dataclass
class Office:
    """An operator at a shell: what a command says."""

    settings: Settings
    capsys: pytest.CaptureFixture[str]

    async def says(self, *arguments: str, code: int = 0) -> str:
        """Run one command; what it printed, wherever."""
        asked: argparse.Namespace = parser().parse_args(arguments)
        assert await asyncio.to_thread(perform, asked.command, self.settings, asked) == code
        said = self.capsys.readouterr()
        assert TOKEN not in said.out + said.err
        assert PASSWORD not in said.out + said.err
        return said.out + said.err

    async def in_store(self, work: Callable[[Unit], None]) -> None:
        """What the bot did meanwhile."""
        async with wiring.opened(self.settings, SystemClock(), alone=False) as (store, _):
            await store.transact(work)

    async def finds(self) -> list[str]:
        """What the doctor says of data servers."""
        async with wiring.looked_at(self.settings) as store:
            assert store is not None
            return [str(each) for each in await doctor.servers(store)]


@pytest.fixture
async def office(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Office:
    settings = Settings(data_dir=tmp_path / "data", key_file=tmp_path / "keys" / "voices.key")
    await open_house(settings)
    return Office(settings, capsys)


def write(path: Path, server: Server, **more: str) -> str:
    """An operator's file that names this server."""
    access = server.access
    told = {"partner": PARTNER, "form": FORM, "name": "Open Hands’ server", "address": access.address}
    told |= {"user": access.user, "password": access.password} if access.user else {}
    told |= {"known_as": server.known_as} | more
    path.touch(0o600)
    lines = [f'{name} = "{value}"' for name, value in told.items()]
    path.write_text("\n".join(["[[targets]]", *lines]), "utf-8")
    return str(path)


def _held_and_taken_back(unit: Unit) -> None:
    """One voice is held, another may be there and was taken back, and the server stopped us."""
    [partner] = unit.people.partners()
    [target] = unit.targets.of(partner.id)
    held, back = (keep_voice(unit, number, version(), partner.id)[0] for number in (1, 2))
    unit.forwards.plan(target.id, [held.id, back.id], NOW)
    for each in unit.forwards.standing(target.id, [State.DUE]):
        if each.testimony == held.id:
            unit.forwards.hold(each.id, "it answered 418")
        else:
            unit.forwards.begin(each, Pinned("<data/>", {}, ""), NOW)
    unit.testimonies.add_consents([Consent(back.id, "share", False, "w", "en", NOW)])
    unit.targets.stop(target.id, "why")


async def test_an_operator_adds_looks_pauses_and_removes_and_no_secret_is_ever_shown(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S48, S27: nor does it lie in the database in the clear."""
    async with collector(KOBO, version()) as server:
        assert await office.says("forward", "list") == "There is none yet: voices forward add\n"
        file = write(tmp_path / "f.toml", server)
        said = await office.says("forward", "add", file)
        assert said.startswith(f"Open Hands’ server ({server.origin}) is given what is accepted of testimony")
        line = await office.says("forward", "list")
        assert line.endswith("  active  0 there\n")
        target = line.split()[0]
        assert TOKEN not in str(every_row(office.settings.database))
        assert PASSWORD not in str(every_row(office.settings.database))
        assert await office.finds() == ["✓ Open Hands’ server is asked for testimony"]
        server.forms = {server.known_as: {"2019"}}
        [wrong] = await office.finds()
        assert wrong.startswith("✗")
        assert "is there in version 2019, and we send" in wrong
        server.forms = {}
        assert "is not there, not for us, or not open" in (await office.finds())[0]
        server.greets = 503
        assert "it answered 503" in (await office.finds())[0]
        await office.says("forward", "pause", target)
        assert "  paused  " in await office.says("forward", "list")
        assert await office.finds() == []
        with monkeypatch.context() as broken:
            broken.setattr(streams, "_CODE", "import what_is_not_installed")
            assert ["no recording can be made anew" in each for each in await office.finds()] == [True]
        await office.says("forward", "resume", target)
        assert await office.says("forward", "held") == "Nothing needs anybody.\n"
        await office.in_store(_held_and_taken_back)
        assert [each.partition(":")[0] for each in await office.finds()] == [
            "! held for Open Hands’ server",
            "✗ to be asked back from Open Hands’ server",
            "✗ Open Hands’ server is stopped",
        ]
        said = await office.says("forward", "held")
        assert [line.split("  ")[3].partition(":")[0] for line in said.splitlines()] == [
            "to be asked back",
            "held",
        ]
        assert await office.says("forward", "again", target) == "Sent again: 1.\n"
        assert await office.says("forward", "done", said.split()[0]) == "Settled: 1.\n"
        assert "  stopped  0 there, 1 on the way\n  why\n" in await office.says("forward", "list")
        assert await office.says("forward", "again", target) == "Sent again: 0.\n"
        assert "Nothing has this id" in await office.says("forward", "done", "zzz", code=1)
        await office.says("forward", "remove", target)
        assert await office.says("forward", "list") == "There is none yet: voices forward add\n"
        form = tmp_path / "testimony.xml"
        await office.says("forward", "form", FORM, "--to", str(form))
        assert f'version="{version()}"' in form.read_text("utf-8")
        assert "name a new file" in await office.says("forward", "form", FORM, "--to", str(form), code=1)
        assert "there is no form" in await office.says("forward", "form", "no", "--to", "no.xml", code=1)


WRONG = [
    ({"address": "http://central.example.org/x"}, "targets 1 address: address: must use https"),
    ({"address": "https://a:canary@central.example.org"}, "must be bare"),  # pragma: allowlist secret
    ({"address": "no address"}, "must be like https://"),
    ({"password": ""}, "say user and password, or token"),
    ({"token": "canary\\u000aX-More: 1", "user": "", "password": ""}, "printable characters"),
    ({"partner": "Nobody"}, "there is no partner called Nobody"),
    ({"form": "no"}, "has no form no"),
    ({"name": "FILL IN"}, "is still to be filled in"),
    ({"more": "x"}, "Extra inputs are not permitted"),
]


async def test_a_file_that_is_wrong_is_refused_in_one_sentence_without_its_secrets(
    office: Office, tmp_path: Path
) -> None:
    """S48."""
    async with collector(KOBO, version()) as server:
        for number, (more, sentence) in enumerate(WRONG):
            file = write(tmp_path / f"{number}.toml", server, **more)
            said = await office.says("forward", "add", file, code=1)
            assert sentence in said
            assert "canary" not in said
        Path(file).chmod(0o644)
        assert "run chmod 600" in await office.says("forward", "add", file, code=1)
        Path(file).chmod(0o600)
        Path(file).write_text("[", "utf-8")
        assert "is no TOML" in await office.says("forward", "add", file, code=1)
        assert "cannot be read" in await office.says("forward", "add", "no.toml", code=1)
    assert await office.says("forward", "list") == "There is none yet: voices forward add\n"


STATES = "SELECT state, count(*) FROM forwards GROUP BY state"


# -- killed -----------------------------------------------------------------------------------------------------------


@dataclass
class Toll:
    """What became of voices that were to be handed on while the bot died again and again."""

    voices: int
    there: int
    whole: int
    doubled: int
    came_again: int
    deaths: int
    states: set[State]

    @property
    def lost(self) -> int:
        """Voices, or recordings of them, that are not there."""
        return 2 * self.voices - self.there - self.whole

    def __str__(self) -> str:
        """The figures in one line."""
        return (
            f"{self.voices} voices, {self.deaths} deaths: lost {self.lost}, doubled {self.doubled}, came again "
            f"{self.came_again}"
        )


async def torment(
    folder: Path, *, voices: int, recordings: int, kills: int, seed: int, database: str | None = None
) -> Toll:
    """Hand on so many voices while the bot is killed: as a submission is heard, or is kept and not yet answered."""
    chance = random.Random(seed)
    async with Sandbox(flood=False) as sandbox, collector(CENTRAL, version()) as server:
        server.largest = 40_000  # several requests each, where there are recordings
        settings = settings_for(sandbox, folder, database=database)
        partner = await open_house(settings)
        target = Target("t1", partner, FORM, "Open Hands’ server", server.access, NOW)
        async with wiring.opened(settings, SystemClock()) as (store, _):
            await store.transact(lambda unit: unit.targets.add(target))
            vault = Files(settings.recordings, store)
            for number in range(voices):
                told, media = await store.transact(_keeping(number, partner, recordings))
                for medium in media:
                    await vault.put(medium.id, told.respondent, sound(16_000))
        died = 0
        while died < kills:
            process = await start(settings)
            died += await _killed(process, server, chance, voices // (kills + 1))
        process = await start(settings)
        states = await _all_there(settings, process, voices)
        whole = sum(len(each.files) == recordings for each in server.kept.values())
        return Toll(voices, len(server.kept), whole, server.doubled, server.came_again, died, states)


def _keeping(number: int, partner: str, recordings: int) -> Callable[[Unit], tuple[Voice, Sequence[Medium]]]:
    return lambda unit: keep_voice(unit, number, version(), partner, recordings)


async def _killed(process: Process, server: Server, chance: random.Random, within: int) -> int:
    """Kill it at some submission of the next; 1 where it was there, 0 where all was said before."""
    left, point, there = chance.randint(1, max(1, within)), chance.choice(["heard", "kept"]), asyncio.Event()

    def watch(what: str) -> None:
        nonlocal left
        left -= what == point
        if left == 0:
            process.kill()
            there.set()

    server.watch = watch
    await asyncio.wait_for(there.wait(), 60)
    await process.wait()
    server.watch = lambda _: None
    return 1


async def _all_there(settings: Settings, process: Process, voices: int) -> set[State]:
    """Wait until each has its answer, and end the bot; in which states they are."""
    try:
        async with asyncio.timeout(600):
            while True:
                counted = await asyncio.to_thread(selected, settings.database, STATES)
                states = {State(state) for state, _ in counted}
                if sum(count for _, count in counted) == voices and not {State.DUE, State.SENDING} & states:
                    return states
                await asyncio.sleep(0.2)
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 15)


async def test_nothing_is_lost_or_doubled_when_the_bot_dies_while_it_hands_on(tmp_path: Path) -> None:
    """R1, R28, R34: a few deaths; `make soak` has many."""
    toll = await torment(tmp_path, voices=12, recordings=1, kills=3, seed=1)
    print(toll)
    assert (toll.lost, toll.doubled, toll.deaths, toll.states) == (0, 0, 3, {State.SENT})


@pytest.mark.soak
async def test_nothing_is_lost_or_doubled_of_two_hundred_with_recordings(tmp_path: Path) -> None:
    """R1, R28, R34."""
    toll = await torment(tmp_path, voices=200, recordings=3, kills=40, seed=2)
    print(toll)
    assert (toll.lost, toll.doubled, toll.deaths, toll.states) == (0, 0, 40, {State.SENT})


@pytest.mark.soak
async def test_nothing_is_lost_or_doubled_on_postgresql(tmp_path: Path) -> None:
    """R1, R26, R28, R34: what a dead process was handing on waits until its lease is over."""
    with postgres_server() as server:
        toll = await torment(tmp_path, voices=200, recordings=3, kills=10, seed=3, database=server.bare())
    print(toll)
    assert (toll.lost, toll.doubled, toll.deaths, toll.states) == (0, 0, 10, {State.SENT})
