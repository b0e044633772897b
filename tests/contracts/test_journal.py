"""The journal and the marks."""

from functools import partial

from bot.journal import Deed
from bot.ports import Unit
from storage.database import Database
from tests.stores import NOW, later


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
