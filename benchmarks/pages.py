"""How quick the public pages are when much is published: `python -m benchmarks.pages [100000] [--postgres]`.

A SQLite file, or a PostgreSQL server of its own, gets so many rows of `shown` as the deed would write them, of a year,
in twelve languages and all regions of deploy/partners.toml, a third of them in two more languages; then the site is
served on this machine and read over HTTP, one reader after the other; measured is the whole answer. Then all pages are
asked for at once, while somebody asks the same store for something small, as the bot does: how long that waits. At
last, what looking at a voice costs (opened, its copy checked, written down).
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
import tomllib
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from aiohttp.test_utils import TestClient, TestServer

from benchmarks.__main__ import machine
from bot import displaying
from bot.circumstances import Circumstances
from bot.people import Region
from bot.ports import Unit
from bot.shown import Sought
from dialogs.letters import folded
from storage.database import Database
from storage.opening import migrate
from storage.tables import shown, shown_themes, shown_translations
from tests.deeds.stage import Stage, catalogs
from tests.deeds.test_voices import published
from tests.stores import KEYS, NOW, PostgresServer, postgres_server
from web.site import site

SEED = 8
LAST = date(2026, 11, 23)
LANGUAGES = ("en", "fr", "es", "pt", "ar", "ru", "zh", "hi", "bn", "ur", "sw", "mg")
THEMES = ("food", "poverty", "health", "education", "housing", "work", "violence", "environment")
WORDS = (
    *(
        "the",
        "water",
        "is",
        "far",
        "since",
        "june",
        "children",
        "walk",
        "two",
        "hours",
        "school",
        "closed",
        "rice",
        "dear",
    ),
    *(
        "neighbours",
        "share",
        "what",
        "they",
        "have",
        "nobody",
        "comes",
        "we",
        "wait",
        "for",
        "work",
        "mother",
        "sick",
    ),
    *("medicine", "too", "expensive", "roof", "rain", "night", "afraid", "help", "together"),
)
RARE, COMMON, ABSENT = "lighthouse", "water", "zeppelin"
"""A word of one voice in ten thousand, of nearly every, and of none."""

TRANSLATED = 3
"""Each third voice is there in the reader's language, and in another one."""

LOOKED = 200
"""Voices that are looked at as the deed does."""

ASKED = 60
"""Times each page is asked for."""


def regions() -> list[Region]:
    """Those of deploy/partners.toml."""
    file = Path(__file__).parents[1] / "deploy" / "partners.toml"
    found = tomllib.loads(file.read_text("utf-8"))["regions"]
    return [
        Region(f"{number:032x}", each["name"], tuple(each["countries"])) for number, each in enumerate(found)
    ]


def fill(url: str, count: int) -> None:
    """So many voices that are shown, with their themes; rows as the deed writes them, without what is behind them."""
    chance = random.Random(SEED)
    countries = [country for region in regions() for country in region.countries]
    voices: list[tuple[str, ...]] = []
    themes: list[tuple[str, ...]] = []
    translations: list[tuple[str, ...]] = []
    for number in range(count):
        story = " ".join(chance.choices(WORDS, k=50)).capitalize() + "."
        if number % 10_000 == 5_000:
            story += f" There is a {RARE}."
        key = f"{chance.getrandbits(128):032x}"
        since = LAST - timedelta(weeks=chance.randrange(52))
        week = since - timedelta(weeks=chance.randrange(3))
        form = "initiative" if chance.random() < 0.1 else "testimony"
        row = (key, "rules", form, chance.choice(LANGUAGES), chance.choice(countries), str(week), str(since))
        voices.append((*row, story, folded(story)))
        if number % TRANSLATED == 0:
            other = " ".join(chance.choices(WORDS, k=50))
            translations += [
                (key, language, other, folded(other)) for language in ("en", "fr") if row[3] != language
            ]
        themes += [
            (key, theme, str(since), str(week), row[4], row[3], form) for theme in chance.sample(THEMES, k=2)
        ]
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as rows:  # no foreign key is looked at: what is behind them is not asked for
        if engine.dialect.name == "postgresql":
            rows.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table, values in ((shown, voices), (shown_themes, themes), (shown_translations, translations)):
            names = [column.name for column in table.columns]
            rows.execute(sa.insert(table), [dict(zip(names, each, strict=True)) for each in values])
    if engine.dialect.name == "postgresql":
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as rows:
            rows.exec_driver_sql("VACUUM (ANALYZE)")  # which autovacuum does within a minute
    engine.dispose()


@asynccontextmanager
async def house(url: str, count: int) -> AsyncIterator[Stage]:
    """A store with so many voices on its wall."""
    migrate(url)
    fill(url, count)
    store = Database.open(url, KEYS)
    try:
        stage = await Stage(store, NOW, url=url).open()

        def furnish(unit: Unit) -> None:
            for each in regions():
                unit.associations.save_region(each)

        await stage.do(furnish)
        yield stage
    finally:
        await store.close()


class Spent:
    """CPU time, in ms: of this process, and of the database server's, where there is one."""

    def __init__(self, server: PostgresServer | None) -> None:
        self._server = server.process if server else 0

    def here(self) -> float:
        """Of this process."""
        return 1000 * time.process_time()

    def there(self) -> float:
        """Of all processes of the server, as Linux counts it."""
        if not self._server:
            return 0.0
        children = Path(f"/proc/{self._server}/task/{self._server}/children").read_text().split()
        spent = (Path(f"/proc/{each}/schedstat").read_text().split()[0] for each in children)
        return sum(map(int, spent)) / 1e6


def paths(after: str) -> dict[str, str]:
    """What is asked for; `after`: a place down the wall."""
    lebanon = regions()[-1].id
    return {
        "the wall": "/en/",
        "the wall, deep in": f"/en/?after={after}",
        "a theme": "/en/?theme=food",
        "a region": f"/en/?region={regions()[5].id}",
        "a region of one country": f"/en/?region={lebanon}",
        "a language": "/en/?language=mg",
        "a theme, a region and a language": f"/en/?theme=work&region={lebanon}&language=mg",
        "a language nobody spoke": "/en/?language=xx",
        "a theme in a language nobody spoke": "/en/?theme=food&language=xx",
        "initiatives": "/en/initiatives",
        "a common word": f"/en/?q={COMMON}",
        "a rare word": f"/en/?q={RARE}",
        "a word of none": f"/en/?q={ABSENT}",
        "a word of none in a theme": f"/en/?theme=food&q={ABSENT}",
        "one voice": f"/en/voices/{after.partition('.')[2]}",
        "the map": "/en/map",
        "the weeks": "/en/weeks",
        "the themes": "/en/themes",
        "the feed": "/en/feed.xml",
        "a hundred as data": "/api/v1/voices?limit=100",
    }


async def read(client: "TestClient[Any, Any]", path: str, spent: Spent) -> tuple[float, float, float]:
    """Ask for a page; how long it took, in ms: of this process's CPU time (the reader's own too), of the database
    server's, by the clock.
    """
    here, there, began = spent.here(), spent.there(), time.perf_counter()
    async with client.get(path) as response:
        await response.read()
        assert response.status == 200, path
    clock = 1000 * (time.perf_counter() - began)
    return spent.here() - here, spent.there() - there, clock


def said(times: Sequence[float]) -> str:
    """The median, the 95th of a hundred, the longest."""
    cuts = statistics.quantiles(times, n=20)
    return f"{statistics.median(times):.1f} | {cuts[18]:.1f} | {max(times):.1f}"


async def wait(stage: Stage, over: asyncio.Event) -> list[float]:
    """How long something small waits for the store, again and again, in ms."""
    waits = []
    while not over.is_set():
        began = time.perf_counter()
        await stage.do(lambda unit: unit.marks.get("name"))
        waits.append(1000 * (time.perf_counter() - began))
        await asyncio.sleep(0.005)
    return waits


async def measure(url: str, count: int, server: PostgresServer | None) -> None:
    """Fill, read, print."""
    spent = Spent(server)
    whose = ("CPU", "CPU of the server", "by the clock") if server else ("CPU", "by the clock")
    async with house(url, count) as stage:
        began = time.perf_counter()
        await stage.do(lambda unit: displaying.count_again(unit, NOW))
        counting = 1000 * (time.perf_counter() - began)
        middle = await stage.do(_middle)
        async with TestClient(TestServer(site(stage.store, catalogs()))) as client:
            print("| page | " + " | ".join(f"{each} p50 ms | p95 | longest" for each in whose) + " |")
            print("|---" * (1 + 3 * len(whose)) + "|")
            for name, path in paths(middle).items():
                await read(client, path, spent)
                ours, theirs, clock = zip(
                    *[await read(client, path, spent) for _ in range(ASKED)], strict=True
                )
                times = (ours, theirs, clock) if server else (ours, clock)
                print(f"| {name} | {' | '.join(map(said, times))} |", flush=True)
            async with client.get("/en/") as response:
                page = len(await response.read())
            over = asyncio.Event()
            waiting = asyncio.create_task(wait(stage, over))
            for _ in range(5):
                await asyncio.gather(*(read(client, path, spent) for path in paths(middle).values()))
            over.set()
            print(f"\nsomething small meanwhile, p50 | p95 | longest, ms: {said(await waiting)}")
            print(f"bytes of the first page, without its style: {page:,}; counting all: {counting:.0f} ms")
        for number in range(LOOKED):
            await published(stage, f"The well of the village is dry, says number {number}. " * 5)
        here = Circumstances("display", stage.now, catalogs())
        cost = []
        for _ in range(LOOKED // 10):  # those never looked at come first
            began = time.perf_counter()
            await stage.do(lambda unit: displaying.look(unit, here, 10))
            cost.append(100 * (time.perf_counter() - began))
        print(f"looking at a voice, p50 | p95 | longest, ms: {said(cost)}")


def _middle(unit: Unit) -> str:
    """The place of a voice two thousand down the wall."""
    after = ""
    for _ in range(20):
        after = unit.shown.found(Sought(), after=after, most=100).further or after
    return after


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=100_000)
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server of its own")
    asked = parser.parse_args()
    where = "PostgreSQL" if asked.postgres else "SQLite"
    print(f"{machine()}; {asked.count:,} published voices on {where}, each page {ASKED} times\n")
    with ExitStack() as closing:
        folder = closing.enter_context(tempfile.TemporaryDirectory(prefix="voices-pages-"))
        server = closing.enter_context(postgres_server()) if asked.postgres else None
        url = server.fresh() if server else f"sqlite:///{folder}/voices.db"
        asyncio.run(measure(url, asked.count, server))


if __name__ == "__main__":
    main()
