"""What was kept as long as was promised goes, and nobody waits for it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
import sqlalchemy as sa

from bot import retention
from bot.offer import Kind as Offered
from bot.offer import Offer
from bot.outbox import Kind, Sent
from bot.people import Invitation, Moderator, Partner, Role
from bot.ports import AT_ONCE, Copy, Raw, Unit
from bot.queued import Filter
from bot.room import Room
from bot.sweeping import sweep
from storage.database import Database
from storage.expiring import RULED, STAYS
from storage.tables import metadata
from tests.campaigns import World, person, running
from tests.stores import (
    NOW,
    Source,
    every_row,
    later,
    opened,
    reader,
    redacted,
    say,
    someone,
    until_it_waits,
    voice,
    walk,
)

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
    """S41: whoever came and told nothing goes after half a year, whatever was said to them; who told something, or
    offered something to somebody who did, stays.
    """

    def fill(unit: Unit) -> dict[str, str]:
        idle, told, answered, offered = (someone(unit, number) for number in range(1, 5))
        unit.sessions.add(told.id, walk(), None, NOW + retention.PERSON.age)
        say(unit, "said", idle.address)
        [said] = unit.outbox.claim(1, NOW)
        unit.outbox.settle(said.id, Sent(1), NOW + retention.PERSON.age)
        say(unit, "answer", answered.address)
        unit.testimonies.add(heard := voice(someone(unit, 5)), [])
        unit.offers.add(Offer("o", heard.id, offered.id, "atd", Offered.HELPS, "", NOW))
        later_on = unit.people.add_address(9, 9, later(days=2))
        fresh = unit.people.add_respondent(later_on, idle.partner, "fr", later(days=2))
        stay = {"told": told, "answered": answered, "offered": offered, "young": fresh}
        return {name: each.id for name, each in stay.items()} | {"heard": heard.respondent}

    who = await store.transact(fill)
    assert (await store.transact(lambda unit: unit.held("person", NOW))).count == 4
    await sweep(store, NOW + retention.PERSON.age + timedelta(seconds=1))
    rows = every_row(url)
    left = {row[0] for row in rows["respondents"]}
    assert left == set(who.values())
    assert len(rows["addresses"]) == 5
    assert {row[0] for row in rows["data_keys"]} == {*left, "house"}


def wants(unit: Unit, member: Moderator) -> Moderator:
    """All that hangs on somebody who reads."""
    unit.queue.save_filter(member.address, Filter(frozenset({"fr"})))
    unit.copies.heard(member.address, Copy(1, later(days=80)))
    unit.outbox.pause(later(days=90), member.address)
    unit.marks.set(f"tries:{member.address}", "2026-11-23T20|2", later(days=90))
    called = replace(member, label="Rakoto, Tana", waiting={"for": "return"}, languages=("fr",))
    return unit.people.save_moderator(called)


def ends(unit: Unit, member: Moderator, at: datetime = NOW) -> Moderator:
    return unit.people.save_moderator(replace(member, left_at=at))


async def test_of_who_reads_no_more_a_bare_role_stays_and_no_chat(store: Database, url: str) -> None:
    """S41: 90 days after the last role ended; what was signed by it stands."""

    def fill(unit: Unit) -> Moderator:
        gone = ends(unit, wants(unit, reader(unit)))
        unit.testimonies.add(told := voice(someone(unit)), [])
        redacted(unit, told, gone)
        return gone

    gone = await store.transact(fill)
    held = await store.transact(lambda unit: unit.held("left", NOW))
    assert (held.count, held.first) == (1, NOW + retention.LEFT.age)
    await sweep(store, NOW + retention.LEFT.age - timedelta(seconds=1))
    assert await store.transact(lambda unit: unit.people.address_of(600_000_001)) == gone.address
    await sweep(store, NOW + retention.LEFT.age + timedelta(seconds=1))
    rows = every_row(url)
    assert [row[:3] for row in rows["addresses"] if row[0] == gone.address] == [(gone.address, None, b"")]
    assert [bool(row[2]) for row in rows["addresses"] if row[0] != gone.address] == [True]
    assert (rows["filters"], rows["copies"], rows["pauses"], rows["marks"]) == ([], [], [], [])
    bare = await store.transact(lambda unit: unit.people.moderator(gone.id))
    assert bare == replace(gone, label="", waiting={}, languages=(), language=None)
    assert [row[3:5] for row in rows["redactions"]] == [(gone.id, gone.address)]

    assert (await store.transact(lambda unit: unit.held("left", NOW))).count == 0

    def comes_back(unit: Unit) -> tuple[int | None, object]:
        again = reader(unit)
        assert {again.id, again.address}.isdisjoint({gone.id, gone.address})
        return unit.people.chat(gone.address), unit.people.chats([gone.address])

    assert await store.transact(comes_back) == (None, {})


async def test_a_bare_role_goes_with_the_last_that_names_it(store: Database, url: str) -> None:
    """S41: who decided nothing is gone with the chat; who did, with the last voice they decided on; nobody else is."""

    def fill(unit: Unit) -> tuple[set[str], Moderator]:
        decided, idle = (ends(unit, reader(unit, 600_000_000 + number)) for number in range(2))
        unit.testimonies.add(told := voice(someone(unit)), [])
        redacted(unit, told, decided)
        stays = reader(unit, 600_000_002)
        return {decided.address, idle.address, stays.address}, decided

    everybody, decided = await store.transact(fill)
    idle_gone = NOW + retention.LEFT.age + timedelta(seconds=1)
    await sweep(store, idle_gone)
    rows = every_row(url)
    assert len(rows["moderators"]) == len(everybody) - 1
    assert (decided.address, None, b"") in [row[:3] for row in rows["addresses"]]
    await sweep(store, NOW + retention.UNREAD.age + timedelta(seconds=1))
    rows = every_row(url)
    assert (rows["testimonies"], rows["redactions"]) == ([], [])
    [left] = rows["moderators"]
    assert left[0] != decided.id
    assert decided.address not in {row[0] for row in rows["addresses"]}


async def test_whoever_is_somebody_here_keeps_a_chat(store: Database, url: str) -> None:
    """S41: another role, what they tell themselves, a role that ended later, an answer that is under way. However many
    they are, who comes behind them goes.
    """

    def fill(unit: Unit) -> set[str]:
        readers = [reader(unit, 600_000_000 + number) for number in range(6)]
        old = [ends(unit, each) for each in readers]
        other, tells, late, mail, again, _ = sorted(each.address for each in old)
        unit.people.add_moderator(other, "omep", Role.AUTHOR, "fr", NOW)
        unit.testimonies.add(voice(unit.people.add_respondent(tells, "atd", "fr", NOW)), [])
        ends(unit, unit.people.add_moderator(late, "omep", Role.LEAD, "fr", NOW), later(days=1))
        say(unit, "under way", mail, kind=Kind.MODERATION)
        unit.people.add_moderator(again, "atd", Role.MODERATOR, "fr", later(days=1))
        return {other, tells, late, mail, again}

    stay = await store.transact(fill)
    assert await store.transact(lambda unit: unit.people.drop_left(later(hours=1), most=1)) == 1
    await sweep(store, NOW + retention.LEFT.age + timedelta(hours=1))
    assert {row[0] for row in every_row(url)["addresses"] if row[1] and row[2]} == stay


async def test_a_stranger_who_only_knocked_goes(store: Database, url: str) -> None:
    """S41, S24: with the count of their wrong invitations; whoever is anybody stays, and a count goes there too."""

    def fill(unit: Unit) -> set[str]:
        knocks = unit.people.add_address(1, 1, NOW)
        waits = unit.people.add_address(2, 2, NOW)
        say(unit, "waits", waits)
        young = unit.people.add_address(3, 3, later(hours=2))
        her, lea = someone(unit, 4), reader(unit)
        group = unit.people.add_address(-5, -5, NOW)
        unit.rooms.open(Room(group, "atd", "fr", topics=False))
        say(unit, "said", knocks)
        unit.outbox.cancel(knocks, NOW + retention.STRANGER.age)
        for each in (knocks, her.address, lea.address):
            unit.marks.set(f"tries:{each}", "2026-11-23T20|2", later(hours=1))
        unit.marks.set("tries", "2026-11-23T20|6")
        return {waits, young, her.address, lea.address, group}

    stay = await store.transact(fill)
    held = await store.transact(lambda unit: unit.held("stranger", NOW))
    assert (held.count, held.first) == (3, NOW + retention.STRANGER.age)
    await sweep(store, NOW + retention.STRANGER.age + timedelta(minutes=30))
    rows = every_row(url)
    assert {row[0] for row in rows["addresses"]} == stay
    assert len(rows["marks"]) == 3
    await sweep(store, NOW + retention.STRANGER.age + timedelta(minutes=90))
    assert [row[0] for row in every_row(url)["marks"]] == ["tries"]


async def test_who_becomes_somebody_just_then_stays(postgres: Source) -> None:
    """S41: where many write at once, whoever is becoming somebody is neither waited for nor dropped; nor is who became
    somebody while the one before them went.
    """
    url = postgres.fresh()
    async with opened(url) as store:

        def reads_no_more(unit: Unit, person: int) -> str:
            address = ends(unit, reader(unit, person)).address
            say(unit, address, address)
            unit.outbox.cancel(address, NOW)
            return address

        def sweeps(unit: Unit) -> int:
            return unit.people.drop_left(later(hours=1))

        await store.transact(lambda unit: unit.people.add_partner(Partner("atd", "ATD Fourth World")))
        becoming = await store.transact(lambda unit: reads_no_more(unit, 1))
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        tells = sa.text(
            "INSERT INTO respondents (id, address, partner, reachable, quiet, since, version)"
            " VALUES (:address, :address, 'atd', true, false, 1, 0)"
        )
        reads = sa.text(
            "INSERT INTO moderators (id, address, partner, role, active, version)"
            " VALUES (:address, :address, 'atd', 'lead', true, 0)"
        )
        free = sa.text("SELECT id FROM addresses WHERE id = ANY(:these) FOR KEY SHARE SKIP LOCKED")
        with engine.begin() as other:
            other.execute(tells, {"address": becoming})
            assert await asyncio.wait_for(store.transact(sweeps), 20) == 0
            others = await store.transact(lambda unit: [reads_no_more(unit, number) for number in (2, 3, 4)])
            other.execute(sa.text("SELECT id FROM outbox FOR UPDATE"))  # whose mail is dropped waits for us
            swept = asyncio.ensure_future(store.transact(sweeps))
            await until_it_waits(url, swept)
            one, two = other.execute(free, {"these": others}).scalars()
            other.execute(tells, {"address": one})
            other.execute(reads, {"address": two})
        engine.dispose()
        assert await swept == 1
        chats = await store.transact(lambda unit: unit.people.chats([becoming, *others]))
        assert chats.keys() == {becoming, one, two}
    postgres.drop(url)


async def test_many_strangers_go_a_page_at_a_time(store: Database, url: str) -> None:
    """S41: and among many who stay every one of them is found."""

    def fill(unit: Unit) -> None:
        for number in range(1, AT_ONCE + 20):
            address = unit.people.add_address(number, number, NOW)
            if number % 10 == 0:
                unit.people.add_respondent(address, "atd", "fr", NOW)

    await store.transact(fill)
    await sweep(store, NOW + retention.STRANGER.age + timedelta(hours=1))
    assert len(every_row(url)["addresses"]) == (AT_ONCE + 19) // 10


async def test_who_read_once_and_is_forgotten_leaves_no_chat_either(store: Database, url: str) -> None:
    """S40: the role that ended keeps it no longer; the goodbye still comes."""

    def fill(unit: Unit) -> str:
        her = someone(unit)
        ends(unit, wants(unit, unit.people.add_moderator(her.address, "atd", Role.MODERATOR, "fr", NOW)))
        unit.people.forget(her.id, NOW)
        say(unit, "goodbye", her.address)
        return her.address

    address = await store.transact(fill)
    assert await store.transact(lambda unit: unit.people.chat(address)) == 7_123_456_789
    [goodbye] = await store.transact(lambda unit: unit.outbox.claim(9, later(days=91)))
    await store.transact(lambda unit: unit.outbox.sent([goodbye.id], NOW))
    rows = every_row(url)
    assert [row[:3] for row in rows["addresses"]] == [(address, None, b"")]
    assert (rows["filters"], rows["outbox"], rows["copies"]) == ([], [], [])


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


async def test_what_was_asked_is_kept_for_somewhat_more_than_a_year(store: Database) -> None:
    """S41: then nobody knows any more that she was asked, nor what came of it."""
    world = World(store)

    def asked(unit: Unit) -> None:
        person(unit, 1)
        running(unit, NOW, first=NOW.date() + timedelta(days=1))

    await store.transact(asked)
    await world.goes_on(later(days=1))
    (one,) = await world.checkins()
    await sweep(store, one.due_at + retention.CHECKIN.age - timedelta(seconds=1))
    assert len(await world.checkins()) == 1
    await sweep(store, one.due_at + retention.CHECKIN.age + timedelta(seconds=1))
    assert await world.checkins() == []


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
