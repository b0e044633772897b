"""What was kept as long as was promised goes, and nobody waits for it."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from bot.outbox import Sent
from bot.ports import AT_ONCE, Raw, Unit
from bot.sweeping import TRACES, sweep
from storage.database import Database
from tests.stores import NOW, every_row, later, say, someone

T = TypeVar("T")

OLD = 2 * AT_ONCE + 50


class Counting:
    """A store that counts what a sweep dropped in each transaction."""

    def __init__(self, store: Database) -> None:
        self.dropped: list[int] = []
        self._store = store

    async def transact(self, work: Callable[[Unit], T]) -> T:
        found = await self._store.transact(work)
        assert isinstance(found, int)
        self.dropped.append(found)
        return found

    async def close(self) -> None: ...


async def test_all_that_is_old_goes_a_little_at_a_time(store: Database, url: str) -> None:
    """S41, R17: at most a hundred rows of a kind in a transaction, until nothing is left but what is young."""

    def fill(unit: Unit) -> None:
        her = someone(unit)
        for number in range(OLD):
            unit.inbox.add([Raw(number, 7, (1, number), b"{}")], NOW)
            unit.inbox.done(number, NOW)
            say(unit, f"{number}", her.address)
            [one] = unit.outbox.claim(1, NOW)
            unit.outbox.settle(one.id, Sent(1), NOW)
        unit.inbox.add([Raw(OLD, 7, (1, OLD), b"{}")], NOW)
        unit.inbox.done(OLD, later(days=1))

    await store.transact(fill)
    counting = Counting(store)
    await sweep(counting, NOW + TRACES + timedelta(seconds=1))
    rows = every_row(url)
    assert ([row[0] for row in rows["inbox"]], rows["outbox"]) == ([OLD], [])
    assert sum(counting.dropped) == 2 * OLD
    assert max(counting.dropped) == AT_ONCE
