"""The journal and the marks."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from bot import verifying
from bot.journal import BACKED_UP, Chain, Deed, follow
from bot.ports import Unit
from bot.verifying import verify
from storage.database import Database
from storage.journal import note
from storage.opening import connected, migrate
from storage.sealing import Keys
from storage.tables import journal
from tests.stores import KEYS, NOW, Source, change, every_row, later, opened


async def test_the_journal_is_read_newest_first(store: Database) -> None:
    deeds = [Deed(later(seconds=n), "moderator:m1", "accept", f"testimony:{n}") for n in range(4)]

    def work(unit: Unit) -> object:
        for deed in deeds:
            unit.journal.write(deed)
        return unit.journal.read(), unit.journal.read(2)

    assert await store.transact(work) == (deeds[::-1], [deeds[3], deeds[2]])


async def test_a_mark_holds_the_last_value(store: Database) -> None:
    """R3: the polling offset is its own stored value."""

    def work(unit: Unit) -> object:
        before = unit.marks.get("offset")
        unit.marks.set("offset", "900")
        unit.marks.set("offset", "17")
        unit.marks.set("other", "")
        return before, unit.marks.get("offset"), unit.marks.get("other")

    assert await store.transact(work) == (None, "17", "")


async def test_lines_of_the_same_moment_keep_their_order(store: Database) -> None:
    deeds = [Deed(NOW, "operator", verb, "partner:atd") for verb in ("add", "invite", "remove")]

    def write(unit: Unit, deed: Deed) -> None:
        unit.journal.write(deed)

    for deed in deeds:
        await store.transact(partial(write, deed=deed))
    assert await store.transact(lambda unit: unit.journal.read()) == deeds[::-1]


def _journal(url: str) -> list[tuple[object, ...]]:
    return sorted(every_row(url)["journal"])


def _unguarded(url: str) -> None:
    """Take away what keeps the journal, as whoever owns the database can."""
    if url.startswith("sqlite"):
        for name in ("journal_keeps", "journal_holds", "journal_grows"):
            change(url, f"DROP TRIGGER {name}")
    else:
        change(url, "ALTER TABLE journal DISABLE TRIGGER journal_grows")


def _write(unit: Unit, verb: str, count: int = 1) -> None:
    for n in range(count):
        unit.journal.write(Deed(later(seconds=n), "moderator:m1", verb, f"testimony:{n}"))


@pytest.fixture
def kept(url: str) -> Iterator[str]:
    """The database, whose guards are put back for the next test."""
    yield url
    if not url.startswith("sqlite"):
        change(url, "ALTER TABLE journal ENABLE TRIGGER journal_grows")


async def test_no_line_is_ever_changed_or_dropped(store: Database, url: str) -> None:
    """S42: the database itself refuses, whoever asks."""
    await store.transact(partial(_write, verb="took", count=3))
    before = _journal(url)
    refused = [
        "UPDATE journal SET verb = 'x'",
        "UPDATE journal SET hash = NULL WHERE n = 3",
        "DELETE FROM journal",
    ]
    if url.startswith("sqlite"):
        refused.append(
            "INSERT OR REPLACE INTO journal (n, at, actor, verb, object) VALUES (2, 1, 'a', 'b', 'c')"
        )
    else:
        refused.append("TRUNCATE journal")
    for sql in refused:
        with pytest.raises(sa.exc.DBAPIError, match="the journal only grows"):
            change(url, sql)
    assert _journal(url) == before


async def test_lines_are_chained_by_whoever_writes_at_once(url: str) -> None:
    """S42: many works side by side, some of which fail, in two processes where the engine has several."""
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(opened(url))]
        if stores[0].shared:
            stores.append(await stack.enter_async_context(opened(url)))

        def work(unit: Unit, n: int) -> None:
            _write(unit, "took", 1 + n % 2)
            if n % 5 == 0:
                raise ZeroDivisionError

        works = [store.transact(partial(work, n=n)) for n in range(60) for store in stores]
        failed = [each for each in await asyncio.gather(*works, return_exceptions=True) if each is not None]
        assert [type(each) for each in failed] == [ZeroDivisionError] * 12 * len(stores)
        chain = await verify(stores[0])
        assert (chain.broken, chain.lines, chain.loose, chain.begins) == (0, 72 * len(stores), 0, 1)
        assert chain.last == chain.lines, "no number is left out"


async def test_whatever_is_done_to_a_line_is_found(store: Database, kept: str) -> None:
    """S42: changed, taken out, moved, cut off: by somebody who has the database and not the key file."""
    await store.transact(partial(_write, verb="took", count=5))
    head = (await verify(store)).head
    assert verifying.holds(await verify(store, head), head)
    _unguarded(kept)
    rows = _journal(kept)
    columns = ("n", "at", "actor", "verb", "object", "hash")

    async def broken_by(*sqls: str) -> int:
        for sql in sqls:
            change(kept, sql)
        found = (await verify(store)).broken
        change(kept, "DELETE FROM journal")
        for row in rows:
            names, values = ", ".join(columns), ", ".join(f":{name}" for name in columns)
            change(
                kept, f"INSERT INTO journal ({names}) VALUES ({values})", dict(zip(columns, row, strict=True))
            )
        return found

    for n in range(1, 6):
        for column in ("actor", "verb", "object", "hash"):
            assert await broken_by(f"UPDATE journal SET {column} = 'x' WHERE n = {n}") == n
        assert await broken_by(f"UPDATE journal SET at = at + 1 WHERE n = {n}") == n
        if n < 5:
            assert await broken_by(f"DELETE FROM journal WHERE n = {n}") == n
            swap = (
                f"SET n = 9 WHERE n = {n}",
                f"SET n = {n} WHERE n = {n + 1}",
                f"SET n = {n + 1} WHERE n = 9",
            )
            assert await broken_by(*(f"UPDATE journal {each}" for each in swap)) == n
        assert (
            await broken_by(
                f"UPDATE journal SET n = n + 100 WHERE n > {n}",
                f"INSERT INTO journal SELECT {n + 1}, at, actor, 'x', object, hash FROM journal WHERE n = {n}",
                "UPDATE journal SET n = n - 99 WHERE n > 100",
            )
            == n + 1
        )
    assert not (await verify(store)).broken
    change(kept, "DELETE FROM journal WHERE n = 5")
    cut = await verify(store, head)
    assert (cut.broken, cut.noted) == (0, False)
    assert not verifying.holds(cut, head)


async def test_another_key_file_makes_no_line_that_holds(url: str) -> None:
    """S42: the chain is keyed."""
    async with opened(url) as store:
        await store.transact(partial(_write, verb="took", count=3))
        rows = [(Deed(row.at, row.actor, row.verb, row.object, row.n), None) for row in _read(url)]
        assert follow(Chain(), rows, KEYS.link).before == (await verify(store)).head
        assert follow(Chain(), rows, Keys.fresh().link).before != (await verify(store)).head


def _read(url: str) -> list[Any]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        found = connection.execute(sa.select(journal).order_by(journal.c.n)).all()
    engine.dispose()
    return list(found)


async def test_lines_of_an_earlier_release_are_covered_by_the_first_hash(source: Source) -> None:
    """S42, R29: 0005, before and after: nothing is rewritten, and from the next line on nothing can be."""
    url = source.bare()
    migrate(url, "0004")
    for n in range(3):
        change(
            url,
            f"INSERT INTO journal (at, actor, verb, object) VALUES ({n}, 'operator', 'added', 'partner:p')",
        )
    before = _journal(url)
    migrate(url)
    assert [row[:5] for row in _journal(url)] == before
    async with opened(url) as store:
        assert (await verify(store)).loose == 3
        await store.transact(partial(_write, verb="took"))
        chain = await verify(store)
        assert (chain.broken, chain.lines, chain.begins, chain.loose) == (0, 4, 4, 0)
        _unguarded(url)
        change(url, "UPDATE journal SET verb = 'removed' WHERE n = 2")
        assert (await verify(store)).broken == 4
    source.drop(url)


async def test_a_line_written_without_the_key_file_is_covered_by_the_next(store: Database, url: str) -> None:
    """S42: a backup is made where the keys are not."""
    await store.transact(partial(_write, verb="took"))
    with connected(url) as connection, connection.begin():
        note(connection, Deed(NOW, *BACKED_UP, "backup:b"))
    chain = await verify(store)
    assert (chain.broken, chain.lines, chain.loose) == (0, 2, 1)
    await store.transact(partial(_write, verb="took"))
    chain = await verify(store)
    assert (chain.broken, chain.lines, chain.loose) == (0, 3, 0)
    change(url, "INSERT INTO journal (n, at, actor, verb, object) VALUES (4, 1, 'moderator:m', 'took', 't')")
    assert (await verify(store)).broken == 4
