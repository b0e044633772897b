"""Somebody leaves, the bot is killed at every step of it, and last week's backup comes back: nothing of her is left.

On SQLite and on PostgreSQL, of which what it keeps of dropped rows in its own files is not looked at.
"""

import asyncio
import contextlib
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bot import team, wiring
from bot.clock import SystemClock
from bot.config import Settings
from bot.people import Role
from sandbox import Sandbox
from sandbox.people import Person
from sandbox.world import Message
from storage import forgotten
from storage.sealing import Keys
from tests.journeys.killing import THERE, start, told
from tests.journeys.operating import STARTS, Shell
from tests.journeys.processes import Process
from tests.journeys.searching import Found, search
from tests.journeys.stage import PARTNER, open_house, settings_for
from tests.journeys.test_voices import first_line
from tests.stores import PostgresServer, change, postgres_server, selected

SPEAKING = "SIGKILL while the goodbye is said"
STEPS = (
    "inbox.after_insert",
    "forget.between:1",
    "forget.between:4",
    "forget.between:7",
    "outbox.after_insert",
    SPEAKING,
)
"""Her tap is being kept; one, some, all of her tables are empty; the goodbye is written, is being said."""

EVERY_STEP = (
    *STEPS,
    *(f"forget.between:{n}" for n in (2, 3, 5, 6)),
    *(f"outbox.{what}:{n}" for n in range(1, 7) for what in ("after_claim", "after_settle")),
    *(f"commit.{side}:{n}" for n in range(1, 25) for side in ("before", "after")),
    *(f"statement.before:{n}" for n in range(1, 251, 5)),
)
"""And whatever is committed or executed from the start of the process to the goodbye and beyond."""

HERS = {
    "story": "canary of the well",
    "voice note": "canary voice note, long enough to be found",
    "caption of a photo": "canary caption",
    "free text": "canary help of neighbours",
    "question to her": "canary question back",
    "her answer": "canary answer of hers",
    "draft": "canary draft of another day",
    "country": '"KG"',
    "what she just said": "canary of a last word",
    "name": "Canarina",
    "family name": "Vogelsang",
    "handle": "canary_handle_77",
}
"""What is looked for, as it is kept."""
NOORS = {"story": "canary of one who stays"}


# where it happens


@dataclass(frozen=True)
class House:
    """A bot's folder, and what is done there."""

    sandbox: Sandbox
    folder: Path
    server: PostgresServer | None = None
    url: str | None = None

    @property
    def settings(self) -> Settings:
        """The settings of the bot that lives here."""
        return settings_for(self.sandbox, self.folder, database=self.url)

    @property
    def shell(self) -> Shell:
        """Where its operator types."""
        return Shell(self.folder, told(self.settings))

    def copied(self, name: str) -> "House":
        """The same in another folder, and in another database."""
        shutil.copytree(self.folder, self.folder.parent / name)
        url = self.server.copied(self.url) if self.server and self.url else None
        return replace(self, folder=self.folder.parent / name, url=url)

    def empty(self, name: str) -> "House":
        """A place where nothing is yet."""
        (self.folder.parent / name).mkdir()
        url = self.server.bare() if self.server else None
        return replace(self, folder=self.folder.parent / name, url=url)

    def ends(self) -> None:
        """Nothing of it stays."""
        shutil.rmtree(self.folder)
        if self.server and self.url:
            self.server.drop(self.url)

    @asynccontextmanager
    async def lives(self, failpoint: str = "") -> AsyncIterator[Process]:
        """The bot; what it writes is kept in the folder too, and at the end it is killed. Its leases are over then, as
        they would be in 20 seconds.
        """
        process = await start(self.settings, failpoint, self.folder / "log.txt")
        try:
            yield process
        finally:
            process.kill()
            await process.wait()
            if self.url:
                change(self.url, "UPDATE leases SET until = 0")

    async def rests(self) -> None:
        """Wait until all that came is handled, and all is said."""
        await self.sandbox.polled(STARTS)
        await self.sandbox.quiet(STARTS)
        async with asyncio.timeout(STARTS):
            while self.selected(
                "SELECT 1 FROM inbox WHERE state = 'open' "
                "UNION SELECT 1 FROM outbox WHERE state IN ('due', 'sending')"
            ):
                await asyncio.sleep(0.02)

    async def finishes(self, mark: str) -> int:
        """Let it live, and be killed, until nothing is left to do: she is on the list, and no recording is noise;
        how many lives it took.
        """
        for lives in range(1, 6):
            async with self.lives():
                await self.rests()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(2):
                        while mark not in forgotten.read(self.settings.forgotten) or self.found().noise:
                            await asyncio.sleep(0.1)
                        return lives
        listed = mark in forgotten.read(self.settings.forgotten)
        raise AssertionError(
            f"not at its end after {lives} lives: listed {listed}, noise {self.found().noise}"
        )

    def selected(self, sql: str) -> list[str]:
        """What a query finds in the first column."""
        return [row[0] for row in selected(self.settings.database, sql)]

    def found(self) -> Found:
        """All that is kept here."""
        return search(self.settings, self.folder)


@dataclass(frozen=True)
class Story:
    """A house in which she is one tap from leaving, and its backup of last week. `canaries`: all there is of her."""

    house: House
    backup: Path
    identity: Path
    sita: Person
    sure: Message
    yes: dict[str, Any]
    her: str
    mark: str
    canaries: dict[str, str]

    async def dies(self, house: House, step: str) -> bool:
        """She gives her last tap, as often as it is asked of her, and the bot dies at the step; False where it passed
        none such, and was killed when all was done.
        """
        sandbox = house.sandbox
        async with house.lives("" if step == SPEAKING else step) as process:
            seen = sandbox.seq
            await self.sita.presses(self.sure, self.yes)
            if step == SPEAKING:
                await sandbox.called("editMessageText", since=seen, within=STARTS)
                return True
            await either(process.wait(), house.rests())
            return process.returncode == THERE

    async def restored(self, name: str, *more: str) -> House:
        """Last week's backup in a fresh place."""
        there = self.house.empty(name)
        shutil.copytree(self.house.settings.key_file.parent, there.settings.key_file.parent)
        said = await there.shell.voices("restore", str(self.backup), "--identity", str(self.identity), *more)
        assert said.code == 0, said.err
        return there

    def is_there(self, house: House) -> None:
        """Every canary is found, so that finding none means something; and so is what she leaves behind."""
        found = house.found()
        assert {name for name, _ in found.hits(self.canaries)} == self.canaries.keys()
        assert found.noise == []
        assert self.her in found.keys

    def is_gone(self, house: House) -> None:
        """Nothing of her is anywhere, nor anything that no key opens; who stays is still there."""
        found = house.found()
        assert found.hits(self.canaries) == set()
        assert found.noise == []
        assert self.her not in found.keys
        assert found.hits(NOORS) == {("story", "testimonies.words")}


async def either(*doing: Coroutine[Any, Any, object]) -> None:
    """Wait for whichever ends first."""
    tasks = [asyncio.create_task(each) for each in doing]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


# what people do


async def taps(person: Person, *labels: str) -> None:
    for label in labels:
        await person.taps(label, within=STARTS)


async def tells(person: Person, country: str, story: str, begin: str = "English") -> None:
    """From /start to the last page; `begin`: the button to begin with."""
    await person.starts()
    await taps(person, begin, "I understand, I am an adult", "Yes")
    for question, words in (("country", country), ("story", story)):
        await person.sees(first_line("testimony", question, "en"), within=STARTS)
        await person.says(words)
    await person.sees(first_line("testimony", "themes", "en"), within=STARTS)


async def tells_all(sita: Person, rakoto: Person) -> None:
    """Everything a person may tell, in every way there is: told, asked back, answered, begun again."""
    await tells(sita, "Kyrgyzstan", HERS["story"])
    await sita.sends_voice(HERS["voice note"].encode(), seconds=5)
    await sita.sends_photo(caption=HERS["caption of a photo"])
    await taps(sita, "☐ Publish", "☐ Ask me again later", "Say more", "Skip")
    await sita.sees(first_line("testimony", "help", "en"), within=STARTS)
    await sita.says(HERS["free text"])
    for question in ("priorities", "age"):
        await sita.sees(first_line("testimony", question, "en"), within=STARTS)
        await taps(sita, "Skip")
    await sita.sees(first_line("testimony", "summary", "en"), within=STARTS)
    await taps(sita, "Send")
    await sita.sees("Received:", within=STARTS)
    await rakoto.says("/next")
    await taps(rakoto, "Ask a question", "Write my own")
    await rakoto.says(HERS["question to her"])
    await taps(rakoto, "Send the question")
    await taps(sita, "Answer")
    await sita.sees("Please write your answer", within=STARTS)
    await sita.says(HERS["her answer"])
    await sita.sees("Thank you for your answer", within=STARTS)
    await tells(sita, "Kyrgyzstan", HERS["draft"], "Tell what I live through")
    await sita.shares_contact()


@asynccontextmanager
async def last_week(folder: Path, server: PostgresServer | None) -> AsyncIterator[Story]:
    """All is told; the bot dies as it takes her last words; a backup is made; then she asks to be forgotten."""
    async with Sandbox(flood=False, penalty=False) as sandbox:
        house = House(sandbox, folder / "house", server, server.bare() if server else None)
        partner = await open_house(house.settings)
        async with wiring.opened(house.settings, SystemClock()) as (store, _):
            code = await store.transact(
                lambda unit: team.invite(unit, partner, Role.MODERATOR, SystemClock().now())
            )
        rakoto, noor = (sandbox.person(name) for name in ("Rakoto", "Noor"))
        sita = sandbox.person(HERS["name"], last_name=HERS["family name"], username=HERS["handle"])
        async with house.lives():
            await rakoto.starts(f"j-{code}")
            await rakoto.sees(PARTNER, within=STARTS)
            await tells_all(sita, rakoto)
            await tells(noor, "Madagascar", NOORS["story"])
            await taps(noor, "Send")
            await house.rests()
        async with house.lives("sessions.after_save") as process:
            async with asyncio.timeout(STARTS):
                while len(list(house.settings.recordings.glob("[!.]*"))) < 2:
                    await asyncio.sleep(0.05)
            await sita.says(HERS["what she just said"])
            assert await asyncio.wait_for(process.wait(), STARTS) == THERE
        backup, identity = folder / "elsewhere" / "last-week.age", folder / "elsewhere" / "identity"
        backup.parent.mkdir()
        public = (await house.shell.voices("identity", str(identity))).out.splitlines()[0]
        said = await house.shell.voices("backup", "--to", str(backup), "--for", public)
        assert (said.code, said.err) == (0, "")
        async with house.lives():
            await house.rests()
            await sita.says("/forget")
            await taps(sita, "Erase everything")
            sure = await sita.sees("Are you sure?", within=STARTS)
            await house.rests()
        ((her, receipt),) = selected(
            house.settings.database, "SELECT respondent, receipt FROM testimonies WHERE country = 'KG'"
        )
        canaries = HERS | {
            "chat": str(sita.id),
            "receipt": receipt,
            "data key": house.found().keys[her].decode("latin-1"),
        }
        mark = Keys.read(house.settings.key_file).mark("respondent", her)
        yes = (sure.markup or {})["inline_keyboard"][0][0]
        yield Story(house, backup, identity, sita, sure, yes, her, mark, canaries)


# the story


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.soak)])
def server(request: pytest.FixtureRequest) -> Iterator[PostgresServer | None]:
    """None: a file."""
    if request.param == "sqlite":
        yield None
        return
    with postgres_server() as server:
        yield server


async def leaves_whatever_happens(
    folder: Path, server: PostgresServer | None, steps: Sequence[str]
) -> Counter[str]:
    """She leaves as often as there are steps, each time from the same house, and the bot dies at that step; in the end
    the backup comes back. How often it died, before and after she was forgotten, and how many lives it took then.
    """
    toll: Counter[str] = Counter()
    async with last_week(folder, server) as story:
        story.is_there(await story.restored("without the list"))
        lists, left = [], folder / "elsewhere" / "forgotten"
        for number, step in enumerate(steps):
            house = story.house.copied(f"killed-{number}")
            toll["died there" if await story.dies(house, step) else "was killed later"] += 1
            committed = house.selected("SELECT mark FROM tombstones")
            toll["after the commit" if committed else "before the commit"] += 1
            toll["further lives"] += await house.finishes(story.mark)
            story.is_gone(house)
            left.parent.mkdir(exist_ok=True)
            left.write_bytes(house.settings.forgotten.read_bytes())
            lists.append(set(forgotten.read(left)))
            house.ends()
        assert all(each == lists[0] for each in lists)
        there = await story.restored("with the list", "--forgotten", str(left))
        async with there.lives():
            await there.rests()
        await there.finishes(story.mark)
        story.is_gone(there)
    return toll


@pytest.mark.timeout(300)
async def test_who_leaves_is_gone_wherever_the_bot_dies_and_from_the_backup_too(
    tmp_path: Path, server: PostgresServer | None
) -> None:
    """S40, S50: at some steps; `make soak` has every one."""
    toll = await leaves_whatever_happens(tmp_path, server, STEPS)
    print(dict(toll))
    assert toll["died there"] == len(STEPS)
    assert (toll["before the commit"], toll["after the commit"]) == (len(STEPS) - 1, 1)


@pytest.mark.soak
@pytest.mark.timeout(7200)
async def test_who_leaves_is_gone_wherever_the_bot_dies(
    tmp_path: Path, server: PostgresServer | None
) -> None:
    """S40, S50: at every step."""
    toll = await leaves_whatever_happens(tmp_path, server, EVERY_STEP)
    print(dict(toll))
    assert toll["died there"] > len(EVERY_STEP) / 2
    assert toll["after the commit"] > 20
