"""What was kept as long as was promised goes, and nobody waits for it."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest

from bot import retention
from bot.outbox import Sent
from bot.people import Invitation, Role
from bot.ports import AT_ONCE, Raw, Unit
from bot.sweeping import sweep
from storage.database import Database
from storage.expiring import RULED, STAYS
from storage.tables import metadata
from tests.stores import NOW, every_row, later, say, someone, voice, walk

T = TypeVar("T")

OLD = 2 * AT_ONCE + 50


class Counting:
    """A store that counts what a sweep dropped in each transaction."""

    def __init__(self, store: Database) -> None:
        self.dropped: list[int] = []
        self._store = store

    async def transact(self, work: Callable[[Unit], T]) -> T:
        found = await self._store.transact(work)
        if isinstance(found, int):
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
    await sweep(counting, NOW + retention.TRACE.age + timedelta(seconds=1))
    rows = every_row(url)
    assert ([row[0] for row in rows["inbox"]], rows["outbox"]) == ([OLD], [])
    assert sum(counting.dropped) == 2 * OLD
    assert max(counting.dropped) == AT_ONCE


async def test_nobody_stays_of_whom_nothing_else_is_kept(store: Database, url: str) -> None:
    """S41: whoever came and told nothing goes after half a year; who told something stays."""

    def fill(unit: Unit) -> dict[str, str]:
        idle, told, answered = (someone(unit, number) for number in range(1, 4))
        unit.sessions.add(told.id, walk(), None, NOW + retention.PERSON.age)
        say(unit, "answer", answered.address)
        later_on = unit.people.add_address(9, 9, later(days=2))
        fresh = unit.people.add_respondent(later_on, idle.partner, "fr", later(days=2))
        return {"idle": idle.id, "told": told.id, "answered": answered.id, "young": fresh.id}

    who = await store.transact(fill)
    await sweep(store, NOW + retention.PERSON.age + timedelta(seconds=1))
    rows = every_row(url)
    left = {row[0] for row in rows["respondents"]}
    assert left == {who["told"], who["answered"], who["young"]}
    assert len(rows["addresses"]) == 3
    assert {row[0] for row in rows["data_keys"]} == {*left, "house"}


async def test_what_nobody_decides_on_goes_in_the_end(store: Database) -> None:
    """S41: words that wait for two years help nobody, and could still harm."""

    def fill(unit: Unit) -> str:
        her = someone(unit)
        return unit.testimonies.add(voice(her), []).respondent

    her = await store.transact(fill)
    await sweep(store, NOW + retention.UNREAD.age - timedelta(seconds=1))
    assert len(await store.transact(lambda unit: unit.testimonies.of(her))) == 1
    await sweep(store, NOW + retention.UNREAD.age + timedelta(seconds=1))
    assert await store.transact(lambda unit: unit.testimonies.of(her)) == []


async def test_links_for_readers_go_after_they_ended(store: Database, url: str) -> None:
    """S41."""

    def fill(unit: Unit) -> None:
        for number in range(2):
            ends = later(days=number)
            unit.people.add_invitation(Invitation(f"i{number}", "atd", Role.MODERATOR, ends), f"code{number}")

    await store.transact(fill)
    await sweep(store, NOW + retention.INVITATION.age + timedelta(hours=1))
    assert [row[0] for row in every_row(url)["invitations"]] == ["i1"]


async def test_an_operator_sees_what_goes_and_when(store: Database) -> None:
    """S41."""

    def fill(unit: Unit) -> None:
        unit.sessions.add(someone(unit).id, walk(), None, NOW)

    await store.transact(fill)
    for rule in retention.RULES:
        assert (await store.transact(lambda unit, rule=rule: unit.held(rule, NOW))).rule.days > 0  # type: ignore[misc]
    held = await store.transact(lambda unit: unit.held("draft", NOW))
    assert (held.count, held.first, held.soon) == (1, NOW + retention.DRAFT.age, 0)
    assert (await store.transact(lambda unit: unit.held("draft", later(days=8)))).soon == 1


def test_every_table_has_a_rule_or_a_reason_to_stay() -> None:
    """S41: a new table without either fails here."""
    ruled = {column.table.name for columns in RULED.values() for column, _ in columns}
    assert {*ruled, *STAYS} == set(metadata.tables)
    assert not ruled & STAYS.keys()
    assert RULED.keys() == retention.RULES.keys()


def test_a_rule_that_is_no_number_of_days_is_refused() -> None:
    with pytest.raises(ValueError, match="draft is kept 0 days: say 1 to 3650"):
        retention.read('[draft]\ndays = 0\nof = "what was begun"\n')
