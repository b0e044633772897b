"""The panel: fifty people tell, and say three times in three months how it is now; their table is counted twice."""

import asyncio
import csv
import io
import json
import random
import sys
from base64 import b64decode
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import changing, leaving, mydata
from bot.change import Row
from bot.people import Region
from bot.ports import Unit
from bot.speech import Sentence
from bot.testimony import State
from tests.deeds.stage import Player, Stage, catalogs, forms, plain

ORACLE = Path(__file__).parents[1] / "panel_oracle.py"
REGIONS = (
    Region("r1", "Sahel", ("ML", "NE")),
    Region("r2", "Lakes", ("KE", "UG")),
    Region("r3", "Ocean", ("MG",)),
)
COUNTRIES = ("ML", "NE", "KE", "UG", "MG", "FR")
"""The last is of no region."""
LANGUAGES = {"en": "English", "fr": "Français", "ar": "العربية", "es": "Español", "sw": "Kiswahili"}
THEMES = ("income", "food", "health", "mental_health", "education", "violence", "housing")
"""Those on the first page."""
PEOPLE, ROUNDS, MONTH = 50, 3, timedelta(days=30)
FORMS = {form.name: form for form in forms()}

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Member:
    """One of the panel: what she named, and how she was asked."""

    player: Player
    language: str
    country: str
    themes: tuple[str, ...]
    partner: str = "mmm"
    asked: list[str] = field(default_factory=list)

    def choice(self, form: str, question: str, name: str) -> str:
        """How a choice is called in her language."""
        asked = next(each for each in FORMS[form].questions() if each.name == question)
        assert asked.itemset is not None
        return plain("".join(map(str, asked.itemset.choices[name].label.by_language[self.language])))

    def button(self, text: str) -> str:
        return plain(catalogs().words(self.language).say(Sentence(text)))

    async def tells(self) -> None:
        await self.player.starts("p-omep" if self.partner == "omep" else "")
        await self.player.taps(LANGUAGES[self.language])
        await self.player.taps(self.choice("testimony", "entry", "adult"))
        await self.player.taps(self.choice("testimony", "keep", "yes"))
        await self.player.says(self.choice("testimony", "country", self.country))
        await self.player.says("…")
        for theme in self.themes:
            await self.player.taps(self.choice("testimony", "themes", theme))
        await self.player.taps(self.choice("testimony", "next", "send"))

    async def checks_in(self, chance: random.Random, danger: str = "") -> None:
        """What she is asked she answers, as chance has it; one theme she may pass over."""
        if not self.asked:
            await self.player.starts()
        self.asked.append("checkin")
        await self.player.taps(self.button("Say how it is now"))
        same = False
        for n in range(1, min(len(self.themes), 3) + 1):
            how = chance.choice(("better", "better", "same", "worse", "worse", "skip"))
            if n == 1 and len(self.themes) > 1 and chance.random() < 0.2:
                await self.player.taps(self.choice("checkin", "now_1", "all"))
                same = True
                break
            if how == "skip":
                await self.player.taps(self.button("Skip"))
            else:
                await self.player.taps(self.choice("checkin", f"now_{n}", how))
        if not self.themes:
            await self.player.taps(
                self.choice("checkin", "compared", chance.choice(("better", "same", "worse")))
            )
        if danger:
            await self.player.says(danger)
        elif not same:
            await self.player.taps(self.button("Skip"))
        if danger and not self.themes:
            await self.player.taps(self.button("Skip"))
        await self.player.taps(self.button("Skip"))
        await self.player.taps(self.choice("checkin", "next", "send"))


async def test_the_table_of_fifty_people_equals_the_one_a_script_counts_of_their_own_files(
    stage: Stage, tmp_path: Path
) -> None:
    """Three regions and elsewhere, five languages; two partners; three withdrew, one was forgotten, one check-in is
    sensitive, and some wait, were returned or set aside.
    """
    chance = random.Random(50)
    begun = stage.now

    def furnish(unit: Unit) -> None:
        for region in REGIONS:
            unit.associations.save_region(region)

    await stage.do(furnish)
    panel = [
        Member(
            stage.person(n, list(LANGUAGES)[n % 5]),
            list(LANGUAGES)[n % 5],
            COUNTRIES[n % 6],
            tuple(each for each in THEMES if each in chance.sample(THEMES, n % 4)),
            "omep" if n % 12 == 5 else "mmm",
        )
        for n in range(1, PEOPLE + 1)
    ]
    for each in panel:
        await each.tells()
    for month in range(1, ROUNDS + 1):
        stage.now = begun + month * MONTH
        for each in chance.sample(panel, PEOPLE):
            danger = "She was raped." if (month, each.player.id) == (2, 10) else ""
            await each.checks_in(chance, danger)
    await stage.do(lambda unit: reviewed(unit, stage, chance))
    for n in (4, 16, 22):
        her, (_, told, *_) = await stage.respondent(n), await stage.testimonies(n)
        await stage.do(lambda unit, her=her, told=told: leaving.withdraw(unit, stage.here(), her, told.id))  # type: ignore[misc]
    gone = await stage.respondent(7)
    await stage.do(lambda unit: leaving.forget(unit, stage.here(), gone))

    folder = tmp_path / "files"
    folder.mkdir()
    for n in range(1, PEOPLE + 1):
        if n != 7:
            await handed_out(stage, n, folder)
    regions = tmp_path / "regions.json"
    regions.write_text(json.dumps([{"id": r.id, "name": r.name, "countries": r.countries} for r in REGIONS]))

    counted = 0
    for partner in ("mmm", "omep"):
        for since, until in ((0, 4), (0.9, 2.5), (2.5, 4)):
            span = (begun + since * MONTH, begun + until * MONTH)
            for every in (False, True):
                ours = await changing.counted(stage.store, partner, *span, every=every)
                theirs = await by_the_script(folder, regions, partner, *span, every=every)
                assert ours.rows() == theirs, (partner, since, until, every)
                counted += sum(sum(count or 0 for count in row.counts) for row in theirs)
    assert counted > 400


def reviewed(unit: Unit, stage: Stage, chance: random.Random) -> None:
    """Most of what is not sensitive is accepted."""
    for partner in ("mmm", "omep"):
        for each in unit.testimonies.told("checkin", partner=partner, since=BEGINNING, until=stage.now):
            told = unit.testimonies.get(each, partner=partner)
            assert told is not None
            states = (State.ACCEPTED,) * 8 + (State.RETURNED, State.SET_ASIDE, State.RECEIVED)
            unit.testimonies.save(replace(told, state=chance.choice(states)))


async def handed_out(stage: Stage, n: int, folder: Path) -> None:
    """The file one person gets with /mydata."""
    her = await stage.respondent(n)
    file, whole = await stage.do(lambda unit: mydata.everything(unit, stage.here(), her))
    assert whole
    (folder / f"{n}.json").write_bytes(b64decode(file.content))


async def by_the_script(
    folder: Path, regions: Path, partner: str, since: datetime, until: datetime, *, every: bool
) -> list[Row]:
    """The same table, by a process that cannot reach our code."""
    asked = [folder, regions, partner, since.isoformat(), until.isoformat(), *(["every"] if every else [])]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(ORACLE), *map(str, asked), cwd=folder, stdout=asyncio.subprocess.PIPE
    )
    written, _ = await process.communicate()
    assert process.returncode == 0
    rows = csv.reader(io.StringIO(written.decode()))
    return [Row(theme, region, *map(int, counts)) for theme, region, *counts in rows]
