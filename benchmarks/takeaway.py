"""What exports cost: `python -m benchmarks.takeaway [--rows 100000 1000000] [--store 100000]`.

Each kind of file is written from a generator of rows in a process of its own, so that its peak memory is its own: that
it stays the same while the rows are ten times as many is what is shown. Then a store is filled with voices that may
leave, and taken out as `voices export` does it: how long, how much memory, and how long the longest transaction kept
others waiting. Memory is told without what the process had before it began.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from benchmarks.__main__ import machine
from bot.exporting import export
from bot.exports.columns import Row, Table, columns
from bot.exports.kinds import WRITERS
from bot.frame import of_form
from bot.people import Consent, Moderator, Partner, Respondent, Role
from bot.ports import Unit
from bot.redaction import Redaction, digest
from bot.testimony import State, Testimony
from dialogs.form import Form
from dialogs.reading.xlsform import load_builtin
from storage.database import Database
from storage.opening import migrate
from storage.sealing import Keys
from tests.deeds.stage import FORMS, catalogs

T = TypeVar("T")

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
PAGE = 50
STORIES = (
    "Le puits est à sec depuis juin ; les enfants marchent deux heures pour un seau d’eau. " * 3,
    "المدرسة مغلقة منذ آذار، ولا إنترنت في البيت، والأولاد يدرسون على هاتف واحد. " * 3,
    "=The market is closed, and rice costs 2500 a kilo. " * 5,
    "हमारे गाँव में दवा नहीं मिलती, और अस्पताल बहुत दूर है। " * 4,
)
"""Some 250 characters each, of four scripts; one begins as no cell may."""
VOICES_EACH = 10
BATCH = 500


def told() -> Form:
    """The built-in testimony."""
    return load_builtin(FORMS / "testimony")


def rows(count: int) -> Iterator[Row]:
    """So many voices of a year, as they leave."""
    themes = (("food", "income"), ("education",), ("health",), ())
    for n in range(count):
        day = (NOW - timedelta(days=365 - n * 365 // count)).date().isoformat()
        yield Row(
            id=f"uuid:{n:032x}",
            day=day,
            partner="Open Hands",
            association="Mamans de Tana" if n % 3 else "",
            campaign="",
            country=("MG", "LB", "IN", "CI")[n % 4],
            region="Madagascar",
            language=("fr", "ar", "en", "hi")[n % 4],
            form="testimony",
            version="1",
            state="accepted",
            themes=themes[n % 4],
            theme_names=tuple(each.title() for each in themes[n % 4]),
            answers={"entry": "adult", "told/country": "MG", "told/story": STORIES[n % 4]},
        )


def writes(kind: str, count: int, folder: Path) -> dict[str, float]:
    """One kind, in this process: seconds, MB of files, MB of memory at most."""
    form = told()
    frame = of_form(form)
    table = Table("Open Hands", "testimony", columns([form], frame), frame)
    before = _now_held()
    began = time.perf_counter()
    writer = WRITERS[kind](table, folder)
    page: list[Row] = []
    for row in rows(count):
        page.append(row)
        if len(page) == PAGE:
            writer.add(page)
            page = []
    writer.add(page)
    writer.close()
    return {"seconds": time.perf_counter() - began, "files": _size(folder), "memory": _peak() - before}


class Watched:
    """A store that knows its longest transaction."""

    def __init__(self, store: Database) -> None:
        self.longest = 0.0
        self._store = store

    async def transact(self, work: Callable[[Unit], T]) -> T:
        """As the store does."""
        began = time.perf_counter()
        found = await self._store.transact(work)
        self.longest = max(self.longest, time.perf_counter() - began)
        return found

    async def close(self) -> None:
        """It is closed elsewhere."""


class NoVault:
    """No recording is here."""

    async def put(self, medium: str, respondent: str, content: bytes) -> None:
        """Nobody puts one."""

    async def get(self, medium: str, respondent: str) -> bytes | None:
        """None."""

    async def drop(self, medium: str) -> None:
        """There is none."""


async def _fill(url: str, keys: Keys, count: int) -> None:
    """So many voices of a year that may leave, each with a redacted copy of its story."""
    form = told()
    story = str(form.meaning("story"))
    store = Database.open(url, keys)
    partner = Partner("p", "Open Hands")

    def begin(unit: Unit) -> Moderator:
        unit.people.add_partner(partner)
        unit.forms.publish(form, NOW)
        return unit.people.add_moderator(unit.people.add_address(1, 1, NOW), "p", Role.MODERATOR, "fr", NOW)

    reader = await store.transact(begin)

    def some(unit: Unit, first: int) -> None:
        for n in range(first, min(first + BATCH, count)):
            if n % VOICES_EACH == 0:
                address = unit.people.add_address(100 + n, 100 + n, NOW)
                her = unit.people.add_respondent(address, "p", "fr", NOW)
            _add(unit, form, story, her, reader, n, count)

    for first in range(0, count, BATCH):
        await store.transact(partial(some, first=first))
    await store.close()


def _add(unit: Unit, form: Form, story: str, her: Respondent, reader: Moderator, n: int, count: int) -> None:
    at = NOW - timedelta(days=365) + n * timedelta(days=365) / count
    words = STORIES[n % 4]
    made = Testimony(
        id=f"{n:032x}",
        receipt=f"XX-{n}",
        respondent=her.id,
        partner="p",
        form=form.name,
        form_version=form.version,
        language=("fr", "ar", "en", "hi")[n % 4],
        country="MG",
        themes=("food",),
        sensitive=False,
        state=State.ACCEPTED,
        received_at=at,
        answers={"/testimony/entry": "adult", "/testimony/keep": "yes", story: words},
    )
    allowed = [Consent(made.id, each, True, "hash", "fr", at) for each in ("keep", "share")]
    unit.testimonies.add(made, allowed)
    copy = Redaction("", made.id, reader.id, reader.address, at, {story: words}, {story: digest(words)})
    unit.redactions.add(copy, respondent=her.id)


async def leaves(folder: Path, kind: str) -> dict[str, float]:
    """A filled store, taken out in this process."""
    store = Watched(Database.open(f"sqlite:///{folder / 'voices.db'}", Keys.read(folder / "key")))
    await store.transact(lambda unit: None)
    catalogs()
    before = _now_held()
    began = time.perf_counter()
    out = folder / kind
    done = await export(
        store, NoVault(), "testimony", Partner("p", "Open Hands"), None, out, NOW, catalogs(), kind
    )
    return {
        "seconds": time.perf_counter() - began,
        "voices": done.voices,
        "stayed": done.stayed,
        "files": _size(out),
        "memory": _peak() - before,
        "longest": 1000 * store.longest,
    }


def _size(folder: Path) -> float:
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file()) / 1e6


def _now_held() -> float:
    """MB this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024 / 1024


def _peak() -> float:
    """MB this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _alone(*arguments: str) -> dict[str, float]:
    """One measurement, in a process of its own."""
    asked = [sys.executable, "-m", "benchmarks.takeaway", "--alone", *arguments]
    answer = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    found: dict[str, float] = json.loads(answer.splitlines()[-1])
    return found


def main() -> None:
    """Measure, and print tables for docs/figures.md."""
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("--rows", type=int, nargs="*", default=[100_000, 1_000_000])
    asking.add_argument("--store", type=int, default=100_000, help="voices of the store; 0: none")
    asking.add_argument("--kinds", nargs="*", default=list(WRITERS))
    asking.add_argument("--alone", nargs=3, metavar=("KIND", "COUNT", "FOLDER"))
    asked = asking.parse_args()
    if asked.alone:
        kind, count, folder = asked.alone
        if int(count):
            print(json.dumps(writes(kind, int(count), Path(folder))))
        else:
            print(json.dumps(asyncio.run(leaves(Path(folder), kind))))
        return
    print(machine())
    print("| kind | " + " | ".join(f"{n:,} rows: s · MB · memory MB" for n in asked.rows) + " |")
    print("|---|" + "---|" * len(asked.rows))
    for kind in asked.kinds:
        cells = []
        for count in asked.rows:
            with tempfile.TemporaryDirectory() as folder:
                found = _alone(kind, str(count), folder)
            cells.append(f"{found['seconds']:.0f} · {found['files']:.0f} · {found['memory']:.0f}")
        print(f"| {kind} | " + " | ".join(cells) + " |", flush=True)
    if asked.store:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            keys = Keys.make(folder / "key")
            migrate(f"sqlite:///{folder / 'voices.db'}")
            began = time.perf_counter()
            asyncio.run(_fill(f"sqlite:///{folder / 'voices.db'}", keys, asked.store))
            print(f"filled with {asked.store:,} in {time.perf_counter() - began:.0f} s", flush=True)
            found = {key: round(each, 1) for key, each in _alone("csv", "0", name).items()}
            print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
