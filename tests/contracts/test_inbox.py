"""The inbox keeps every update once and hands out one person's updates in order."""

import asyncio
import itertools
import random
from functools import partial

from bot.ports import Backlog, Entry, Raw, Unit
from storage.database import Database
from storage.wire import wait_for
from tests.stores import KEYS, NOW, Source, change, every_row, later, opened

SITA, NOOR = 7_123_456_789, 6_987_654_321


def raw(update: int, person: int | None = SITA, at: tuple[int, int] | None = None) -> Raw:
    return Raw(update, person, at or (1_700_000_000, update), f'{{"update_id":{update}}}'.encode())


def entry(update: int, person: int = SITA, tries: int = 0) -> Entry:
    return Entry(update, KEYS.index(person), raw(update).body, tries)


async def test_an_update_is_kept_until_it_is_done(store: Database) -> None:
    """R1: what was taken is there, whole, until its work is committed."""

    def work(unit: Unit) -> object:
        kept = unit.inbox.add([raw(1)], NOW)
        before = unit.inbox.claim(NOW)
        unit.inbox.done(1, NOW)
        return kept, before, unit.inbox.claim(NOW), unit.inbox.waiting(NOW)

    assert await store.transact(work) == (1, entry(1), None, 0)


async def test_a_redelivered_update_is_kept_once_even_after_it_was_done(store: Database) -> None:
    """R3: by its exact id, ten times, before and after it was handled."""

    def work(unit: Unit) -> object:
        first = [unit.inbox.add([raw(5)], NOW) for _ in range(10)]
        unit.inbox.done(5, NOW)
        again = [unit.inbox.add([raw(5)], NOW) for _ in range(10)]
        return first, again, unit.inbox.claim(NOW)

    assert await store.transact(work) == ([1] + [0] * 9, [0] * 10, None)


async def test_ids_that_fall_and_jump_are_all_kept(store: Database) -> None:
    """R3: after a week of silence Telegram chooses ids at random; none is taken for one already seen."""
    ids = [900_000_001, 900_000_002, 17, 2**31 + 5, 3, 900_000_000, 2**40]

    def work(unit: Unit) -> object:
        return [unit.inbox.add([raw(update, person=update)], NOW) for update in ids]

    assert await store.transact(work) == [1] * len(ids)


async def test_those_who_wait_are_counted_and_served_by_turns(store: Database) -> None:
    """The one whose update has been due longest comes first; nobody of `besides` comes at all."""

    def work(unit: Unit) -> object:
        kept = unit.inbox.add([raw(1), raw(2), raw(3, NOOR), raw(1)], NOW)
        return (
            kept,
            unit.inbox.waiting(NOW),
            unit.inbox.claim(NOW),
            unit.inbox.claim(NOW, [KEYS.index(SITA)]),
            unit.inbox.claim(NOW, [KEYS.index(SITA), KEYS.index(NOOR)]),
        )

    assert await store.transact(work) == (3, 2, entry(1), entry(3, NOOR), None)


async def test_one_persons_updates_come_in_the_order_they_were_written(store: Database) -> None:
    """R5: by date, then message id, then update id, in whatever order they arrived."""
    places = [(1_700_000_000, 9), (1_700_000_000, 10), (1_700_000_005, 2), (1_700_000_005, 2)]
    updates = [raw(update, at=at) for update, at in zip((40, 7, 12, 30), places, strict=True)]
    wanted = [40, 7, 12, 30]

    def work(unit: Unit) -> list[int]:
        order = []
        while (one := unit.inbox.claim(NOW)) is not None:
            order.append(one.update)
            unit.inbox.done(one.update, NOW)
        unit.inbox.drop_older(later(days=1))
        return order

    for arrived in itertools.permutations(updates):

        def arrive(unit: Unit, arrived: tuple[Raw, ...] = arrived) -> list[int]:
            unit.inbox.add(arrived, NOW)
            return work(unit)

        assert await store.transact(arrive) == wanted


async def test_a_failed_update_waits_and_holds_back_what_came_after_it(store: Database) -> None:
    """R5, R9: the second message is not handled before the first was tried again."""

    def work(unit: Unit) -> object:
        unit.inbox.add([raw(1), raw(2), raw(3, NOOR)], NOW)
        unit.inbox.failed(1, later(seconds=2))
        others = [KEYS.index(NOOR)]
        return (
            unit.inbox.claim(NOW, others),
            unit.inbox.waiting(NOW),
            unit.inbox.next_due(),
            unit.inbox.claim(later(seconds=2), others),
            unit.inbox.waiting(later(seconds=2)),
        )

    assert await store.transact(work) == (None, 1, NOW, entry(1, tries=1), 2)


async def test_when_the_next_becomes_due_counts_only_first_ones(store: Database) -> None:
    def work(unit: Unit) -> object:
        nothing = unit.inbox.next_due()
        unit.inbox.add([raw(1), raw(2)], NOW)
        unit.inbox.failed(1, later(seconds=8))
        return nothing, unit.inbox.next_due()

    assert await store.transact(work) == (None, later(seconds=8))


async def test_an_update_set_aside_lets_the_others_go_on_and_keeps_its_sealed_body(
    store: Database, url: str
) -> None:
    """R9: poison is quarantined, encrypted; the chat goes on."""

    def work(unit: Unit) -> object:
        unit.inbox.add([raw(1), raw(2)], NOW)
        return unit.inbox.set_aside(1, NOW), unit.inbox.set_aside(1, NOW), unit.inbox.claim(NOW)

    assert await store.transact(work) == (True, False, entry(2))
    bodies = {row[0]: row[5] for row in every_row(url)["inbox"]}
    assert bodies[1] is not None
    assert b"update_id" not in bytes(bodies[1])


async def test_an_update_that_is_nobodys_stands_in_its_own_line(store: Database) -> None:
    def work(unit: Unit) -> object:
        unit.inbox.add([raw(1, None), raw(2, None)], NOW)
        unit.inbox.failed(1, later(days=1))
        found = unit.inbox.claim(NOW)
        return found and found.update

    assert await store.transact(work) == 2


async def test_a_done_row_keeps_nothing_but_its_id_and_times(store: Database, url: str) -> None:
    """S3: the raw update is gone as soon as it was handled."""

    def work(unit: Unit) -> None:
        unit.inbox.add([raw(1)], NOW)
        unit.inbox.done(1, later(seconds=1))

    await store.transact(work)
    micros = int(NOW.timestamp() * 1_000_000)
    assert every_row(url)["inbox"] == [(1, "done", None, None, None, None, 0, micros, micros + 1_000_000)]


async def test_done_rows_are_dropped_by_age(store: Database) -> None:
    """S41: rows that are done or set aside go, unfinished ones never."""

    def work(unit: Unit) -> object:
        unit.inbox.add([raw(1), raw(2), raw(3, NOOR), raw(4)], NOW)
        unit.inbox.done(1, NOW)
        unit.inbox.done(2, later(days=2))
        unit.inbox.set_aside(3, NOW)
        dropped = unit.inbox.drop_older(later(days=1))
        return dropped, unit.inbox.add([raw(2)], NOW), unit.inbox.waiting(NOW)

    assert await store.transact(work) == (2, 0, 1)


async def test_people_served_in_parallel_never_overtake_themselves(store: Database) -> None:
    """R5: many hands at once; each person's effects stand in the order of their messages."""
    people = list(range(1, 9))
    updates = [raw(100 * person + n, person, (1_700_000_000, n)) for person in people for n in range(6)]
    random.Random(5).shuffle(updates)
    await store.transact(lambda unit: unit.inbox.add(updates, NOW))

    async def hand() -> None:
        def step(unit: Unit) -> int:
            one = unit.inbox.claim(NOW)
            if one is not None:
                person = one.update // 100
                so_far = unit.marks.get(f"person:{person}") or ""
                unit.marks.set(f"person:{person}", f"{so_far} {one.update}".strip())
                unit.inbox.done(one.update, NOW)
            return unit.inbox.waiting(NOW)

        while await store.transact(step):
            pass

    await asyncio.gather(*[hand() for _ in range(24)])
    seen = await store.transact(lambda unit: [unit.marks.get(f"person:{person}") for person in people])
    assert seen == [" ".join(str(100 * person + n) for n in range(6)) for person in people]


async def test_an_update_that_was_damaged_is_given_out_empty(store: Database, url: str) -> None:
    """R9: so that it is tried, set aside, and does not hold up what came after it."""
    raw = Raw(7, 41, (1, 1), b"{}")
    await store.transact(lambda unit: unit.inbox.add([raw], NOW))
    change(url, "UPDATE inbox SET body = :noise", {"noise": b"noise"})
    entry = await store.transact(lambda unit: unit.inbox.claim(NOW))
    assert entry == Entry(7, KEYS.index(41), b"", 0)


async def test_what_came_late_but_was_said_first_is_not_handled_beside_what_is_handled(
    postgres: Source,
) -> None:
    """R5: another process finds it first in her line, and waits for its turn all the same."""
    url = postgres.fresh()
    async with opened(url) as store, opened(url) as other:
        await store.transact(lambda unit: unit.inbox.add([raw(2)], NOW))

        def handle(unit: Unit) -> object:
            claimed = unit.inbox.claim(NOW)

            async def beside() -> object:
                await other.transact(lambda unit: unit.inbox.add([raw(1)], NOW))
                return await other.transact(lambda unit: unit.inbox.claim(NOW))

            late = wait_for(asyncio.ensure_future(beside()))
            unit.inbox.done(2, NOW)
            return claimed, late

        assert await store.transact(handle) == (entry(2), None)
        assert await other.transact(lambda unit: unit.inbox.claim(NOW)) == entry(1)
    postgres.drop(url)


async def test_works_that_come_together_each_claim_another_persons_update(store: Database) -> None:
    """R5, R9: also beside one that fails, and whom it was about is given to nobody who leaves her out."""
    people = [Raw(n, n, (n, n), b"{}") for n in range(20)]
    await store.transact(lambda unit: unit.inbox.add(people, NOW))
    failing: set[str] = set()

    def handle(unit: Unit) -> int:
        claimed = unit.inbox.claim(NOW, failing)
        assert claimed is not None
        if claimed.person == KEYS.index(7):
            failing.add(claimed.person)
            raise ZeroDivisionError
        unit.inbox.done(claimed.update, NOW)
        return claimed.update

    took = await asyncio.gather(*[store.transact(handle) for _ in range(20)], return_exceptions=True)
    done = sorted(each for each in took if isinstance(each, int))
    assert done == [n for n in range(20) if n != 7]
    assert await store.transact(lambda unit: unit.inbox.claim(NOW)) == Entry(7, KEYS.index(7), b"{}", 0)


async def test_what_was_found_for_several_leaves_out_whom_one_of_them_does(store: Database) -> None:
    await store.transact(lambda unit: unit.inbox.add([Raw(n, n, (n, n), b"{}") for n in range(3)], NOW))

    def handle(unit: Unit, besides: set[str]) -> int:
        claimed = unit.inbox.claim(NOW, besides)
        assert claimed is not None
        unit.inbox.done(claimed.update, NOW)
        return claimed.update

    works = [partial(handle, besides=each) for each in (set[str](), {KEYS.index(1)})]
    took = await asyncio.gather(*[store.transact(work) for work in works])
    assert took == [0, 2]


async def test_what_waits_and_what_was_set_aside_is_counted(store: Database) -> None:
    """R32: open rows with the oldest due time among them, and rows kept for the operator; done ones are neither."""

    def work(unit: Unit) -> object:
        nothing = unit.inbox.backlog(), unit.inbox.aside()
        unit.inbox.add([raw(1), raw(2), raw(3, None)], NOW)
        unit.inbox.add([raw(4, NOOR)], later(seconds=5))
        unit.inbox.done(1, later(seconds=9))
        unit.inbox.set_aside(3, later(seconds=9))
        unit.inbox.failed(2, later(seconds=7))
        return nothing, unit.inbox.backlog(), unit.inbox.aside()

    assert await store.transact(work) == ((Backlog(), 0), Backlog(2, later(seconds=5)), 1)
