"""The outbox: said once, in order, by priority, and never lost."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from bot.outbox import Delivery, Kind, Later, Outcome, Pace, Refused, Sent, State, Unknown
from bot.people import Partner
from bot.ports import Backlog, Unit
from bot.speech import Attached, Message, Quote, Sentence
from storage.database import Database
from storage.opening import migrate
from tests.stores import NOW, SPOKEN, Source, change, every_row, later, opened, say, someone


def keys(deliveries: list[Delivery]) -> list[str]:
    return [each.key for each in deliveries]


def claim(unit: Unit, at: datetime = NOW, limit: int = 99, **more: Any) -> list[str]:
    return keys(unit.outbox.claim(limit, at, **more))


async def address(store: Database, person: int = 1) -> str:
    her = await store.transact(lambda unit: someone(unit, person))
    return her.address


async def test_a_delivery_is_claimed_as_it_was_added(store: Database) -> None:
    her = await store.transact(someone)
    message = Message("ar", (Sentence("Hi"), Quote("كلام"), Attached("audio", "m1")), "ab12cd34", 77, True)

    def work(unit: Unit) -> None:
        unit.outbox.add(
            key="update:1:0",
            address=her.address,
            kind=Kind.MODERATION,
            message=message,
            now=NOW,
            about=her.id,
            not_before=later(seconds=5),
        )
        assert unit.outbox.claim(9, later(seconds=4)) == []
        (found,) = unit.outbox.claim(9, later(seconds=5))
        assert found == Delivery(
            id=found.id,
            key="update:1:0",
            address=her.address,
            kind=Kind.MODERATION,
            message=message,
            not_before=later(seconds=5),
            about=her.id,
            state=State.SENDING,
            tries=0,
            sequence=found.sequence,
        )
        assert unit.outbox.claim(9, later(seconds=5)) == []

    await store.transact(work)


async def test_the_same_cause_never_speaks_twice(store: Database) -> None:
    """R34: replaying an inbox row adds nothing, not even after the first was sent."""
    where = await address(store)

    def work(unit: Unit) -> object:
        say(unit, "update:1:0", where)
        say(unit, "update:1:0", where)
        (one,) = unit.outbox.claim(9, NOW)
        unit.outbox.settle(one.id, Sent(1), NOW)
        say(unit, "update:1:0", where)
        return claim(unit)

    assert await store.transact(work) == []


async def test_the_same_cause_in_many_hands_speaks_once(store: Database) -> None:
    """R6, R34: twenty at once, one row."""
    where = await address(store)
    await asyncio.gather(*[store.transact(lambda unit: say(unit, "tap:1", where)) for _ in range(20)])

    def twice(unit: Unit) -> object:
        (one,) = unit.outbox.claim(9, NOW)
        unit.outbox.settle(one.id, Sent(1), NOW)
        return one.key, claim(unit)

    assert await store.transact(twice) == ("tap:1", [])


async def test_an_address_is_told_one_thing_after_the_other(store: Database) -> None:
    """Only the head of a line is claimed; what is being sent holds back what comes after."""
    here, there = await address(store, 1), await address(store, 2)

    def work(unit: Unit) -> object:
        for n in range(3):
            say(unit, f"here:{n}", here)
        say(unit, "there:0", there)
        first = unit.outbox.claim(9, NOW)
        while_sending = claim(unit)
        unit.outbox.settle(first[0].id, Sent(1), NOW)
        return keys(first), while_sending, claim(unit)

    assert await store.transact(work) == (["here:0", "there:0"], [], ["here:1"])


async def test_what_is_tried_again_keeps_its_place(store: Database) -> None:
    """A reply that could not be sent is not overtaken by the next one."""
    where = await address(store)

    def work(unit: Unit) -> object:
        say(unit, "first", where)
        say(unit, "second", where)
        (one,) = unit.outbox.claim(9, NOW)
        unit.outbox.settle(one.id, Later(30), NOW)
        early = claim(unit, later(seconds=29))
        due = unit.outbox.next_due(NOW)
        (again,) = unit.outbox.claim(9, later(seconds=30))
        return early, due, again.key, again.tries, again.not_before

    assert await store.transact(work) == ([], later(seconds=30), "first", 1, later(seconds=30))


async def test_what_is_planned_for_later_holds_nothing_back(store: Database) -> None:
    where = await address(store)

    def work(unit: Unit) -> object:
        say(unit, "tomorrow", where, not_before=later(days=1))
        say(unit, "now", where)
        before = unit.outbox.next_due(NOW)
        now = unit.outbox.claim(9, NOW)
        meanwhile = unit.outbox.next_due(NOW)
        unit.outbox.settle(now[0].id, Sent(1), NOW)
        return keys(now), before, meanwhile, unit.outbox.next_due(NOW), claim(unit, later(days=1))

    assert await store.transact(work) == (["now"], NOW, None, later(days=1), ["tomorrow"])


async def test_replies_go_before_moderation_before_campaigns(store: Database) -> None:
    """R17: by priority, then by age; at one address a reply overtakes a campaign that waits."""
    people = [await address(store, n) for n in range(1, 6)]

    def work(unit: Unit) -> object:
        say(unit, "campaign 0", people[0], kind=Kind.CAMPAIGN)
        say(unit, "campaign 1", people[1], kind=Kind.CAMPAIGN)
        say(unit, "card 2", people[2], kind=Kind.MODERATION)
        say(unit, "reply 3", people[3])
        say(unit, "reply 0", people[0])
        say(unit, "card 4", people[4], kind=Kind.MODERATION)
        return [claim(unit, limit=2), claim(unit, limit=2), claim(unit, limit=2)]

    assert await store.transact(work) == [["reply 3", "reply 0"], ["card 2", "card 4"], ["campaign 1"]]


async def test_a_kind_can_be_claimed_alone(store: Database) -> None:
    """R17: campaigns have their minimum share."""
    people = [await address(store, n) for n in range(1, 4)]

    def work(unit: Unit) -> object:
        say(unit, "reply", people[0])
        say(unit, "campaign", people[1], kind=Kind.CAMPAIGN)
        say(unit, "behind a reply", people[0], kind=Kind.CAMPAIGN)
        return claim(unit, kind=Kind.CAMPAIGN), claim(unit)

    assert await store.transact(work) == (["campaign"], ["reply"])


async def test_busy_addresses_are_left_out(store: Database) -> None:
    here, there = await address(store, 1), await address(store, 2)

    def work(unit: Unit) -> object:
        say(unit, "here", here)
        say(unit, "there", there)
        return claim(unit, busy=[here, "nowhere"]), claim(unit, busy=[]), claim(unit)

    assert await store.transact(work) == (["there"], ["here"], [])


async def test_a_pause_holds_for_one_address_or_for_all(store: Database) -> None:
    """R11: kept, so that a restart does not break it; the later of two pauses holds."""
    here, there = await address(store, 1), await address(store, 2)

    def work(unit: Unit) -> object:
        say(unit, "here", here)
        say(unit, "there", there)
        unit.outbox.pause(later(seconds=20), here)
        unit.outbox.pause(later(seconds=10), here)
        first = claim(unit)
        due_here = unit.outbox.next_due(NOW)
        nobody = unit.outbox.paused_until()
        unit.outbox.pause(later(seconds=60))
        unit.outbox.pause(later(seconds=40))
        return (
            first,
            due_here,
            nobody,
            unit.outbox.paused_until(),
            unit.outbox.next_due(NOW),
            claim(unit, later(seconds=59)),
            claim(unit, later(seconds=60)),
        )

    assert await store.transact(work) == (
        ["there"],
        later(seconds=20),
        None,
        later(seconds=60),
        later(seconds=60),
        [],
        ["here"],
    )


@pytest.mark.parametrize(
    ("outcome", "state", "words"),
    [
        (Sent(5), "sent", False),
        (Refused("blocked", gone=True), "refused", False),
        (Unknown("reset"), "unknown", True),
        (Later(5), "due", True),
    ],
)
async def test_an_outcome_is_written_by_the_table_of_states(
    store: Database, url: str, outcome: Outcome, state: str, words: bool
) -> None:
    """R13: each ends where the table says; a sent or refused row keeps no words (S3)."""
    where = await address(store)

    def work(unit: Unit) -> None:
        say(unit, "one", where)
        (one,) = unit.outbox.claim(9, NOW)
        unit.outbox.settle(one.id, outcome, NOW)

    await store.transact(work)
    (row,) = every_row(url)["outbox"]
    assert (row[7], row[8] is not None) == (state, words)


async def test_an_outcome_for_what_is_not_being_sent_moves_nothing(store: Database, url: str) -> None:
    where = await address(store)

    def work(unit: Unit) -> None:
        say(unit, "one", where)
        (one,) = unit.outbox.claim(9, NOW)
        unit.outbox.settle(one.id, Refused("no"), NOW)
        outcomes: list[Outcome] = [Sent(1), Later(1), Unknown("x"), Refused("no")]
        for outcome in outcomes:
            unit.outbox.settle(one.id, outcome, later(days=1))
            unit.outbox.settle("nothing", outcome, later(days=1))

    await store.transact(work)
    (row,) = every_row(url)["outbox"]
    assert (row[7], row[-1]) == ("refused", int(NOW.timestamp() * 1_000_000))


async def test_a_process_that_comes_back_takes_up_what_it_was_sending(url: str) -> None:
    """R13, R28: replies are said again, a campaign is unknown; asking twice changes nothing."""
    async with opened(url) as before:

        def leave(unit: Unit) -> None:
            unit.people.add_partner(Partner("atd", "ATD"))
            for n, kind in enumerate(Kind):
                say(unit, kind, someone(unit, n + 1).address, kind=kind)
            assert len(unit.outbox.claim(9, NOW)) == len(Kind)

        await before.transact(leave)
    async with opened(url) as after:

        def come_back(unit: Unit) -> object:
            counts = [unit.outbox.recover(NOW), unit.outbox.recover(NOW)]
            again = unit.outbox.claim(9, NOW)
            return counts, [(each.key, each.tries) for each in again]

        assert await after.transact(come_back) == (
            [(6, 1), (0, 0)],
            [("first", 1), ("reply", 1), ("moderation", 1), ("notice", 1), ("hiding", 1), ("crowded", 1)],
        )


async def test_what_this_process_is_sending_is_not_taken_from_it(store: Database) -> None:
    """R28: however long it takes."""
    where = await address(store)

    def work(unit: Unit) -> object:
        say(unit, "one", where)
        claim(unit)
        return unit.outbox.recover(later(days=1))

    assert await store.transact(work) == (0, 0)


async def test_what_a_process_does_not_know_it_is_sending_is_due_again(store: Database) -> None:
    """R28: the answer to its commit was lost; a campaign too, for nothing was said."""

    def work(unit: Unit) -> object:
        for n, kind in enumerate(Kind):
            say(unit, kind, someone(unit, n + 1).address, kind=kind)
        known = unit.outbox.claim(9, NOW)[:2]
        counts = [unit.outbox.let_go([each.id for each in known]) for _ in range(2)]
        return counts, [(each.key, each.tries) for each in unit.outbox.claim(9, NOW)]

    assert await store.transact(work) == (
        [5, 0],
        [("moderation", 0), ("notice", 0), ("hiding", 0), ("crowded", 0), ("campaign", 0)],
    )


async def test_what_a_living_process_is_sending_is_its_own_until_it_dies(postgres: Source) -> None:
    """R28: and what it says of it afterwards changes nothing."""
    url = postgres.fresh()
    async with opened(url) as store, opened(url) as other:

        def begin(unit: Unit) -> Delivery:
            unit.people.add_partner(Partner("atd", "ATD"))
            unit.leases.live(timedelta(minutes=1))
            say(unit, "one", someone(unit).address)
            (one,) = unit.outbox.claim(9, NOW)
            return one

        one = await store.transact(begin)
        assert await other.transact(lambda unit: unit.outbox.recover(NOW)) == (0, 0)
        await store.transact(lambda unit: unit.leases.live(timedelta(0)))
        assert await other.transact(lambda unit: unit.outbox.recover(NOW)) == (1, 0)
        assert await other.transact(claim) == ["one"]
        await store.transact(lambda unit: unit.outbox.settle(one.id, Later(1), NOW))
        assert (
            await other.transact(lambda unit: unit.outbox.cancel(one.address, NOW)) == 0
        )  # it is being sent
    postgres.drop(url)


PACE = Pace(10, 4)


async def test_the_pace_of_several_processes_is_that_of_one(postgres: Source) -> None:
    """R12: a burst, then an interval for each, however many ask."""
    url = postgres.fresh()
    async with opened(url) as store, opened(url) as other:

        def send(now: datetime) -> Callable[[Unit], int]:
            def work(unit: Unit) -> int:
                room, _ = unit.outbox.room(now, PACE)
                unit.outbox.take(room, now, PACE)
                return room

            return work

        sent = [
            await database.transact(send(later(milliseconds=50 * n)))
            for n in range(41)
            for database in (store, other)
        ]
        assert sent[0] == 4
        assert sum(sent) == 4 + 2 * 10
        assert await other.transact(lambda unit: unit.outbox.room(later(seconds=60), PACE)[0]) == 4
    postgres.drop(url)


def _room(unit: Unit, now: datetime) -> tuple[int, datetime]:
    return unit.outbox.room(now, PACE)


async def test_a_pause_holds_all_processes_and_a_burst_does_not_follow_it(postgres: Source) -> None:
    """R11, R12: what Telegram told one of them."""
    url = postgres.fresh()
    async with opened(url) as store, opened(url) as other:
        await store.transact(lambda unit: unit.outbox.pause(later(seconds=7)))
        for seconds, room in ((0, 0), (6.99, 0), (7, 1), (7.1, 2)):
            seen = await other.transact(partial(_room, now=later(seconds=seconds)))
            assert seen == (room, later(seconds=7))
    postgres.drop(url)


async def test_a_chat_rests_whoever_sends_to_it(postgres: Source) -> None:
    """R12: a burst of four, then one each tenth of a second; other chats go on."""
    url = postgres.fresh()
    async with opened(url) as store, opened(url) as other:

        def fill(unit: Unit) -> str:
            unit.people.add_partner(Partner("atd", "ATD"))
            here, there = someone(unit, 1).address, someone(unit, 2).address
            for n in range(6):
                say(unit, f"here:{n}", here)
            return there

        def send(unit: Unit, now: datetime) -> list[str]:
            claimed = unit.outbox.claim(9, now)
            unit.outbox.rest({each.address: 1 for each in claimed}, now, PACE)
            for each in claimed:
                unit.outbox.settle(each.id, Sent(1), now)
            return keys(claimed)

        there = await store.transact(fill)
        said = [
            await database.transact(partial(send, now=NOW)) for _ in range(3) for database in (store, other)
        ]
        assert said == [["here:0"], ["here:1"], ["here:2"], ["here:3"], [], []]
        assert await store.transact(lambda unit: unit.outbox.next_due(NOW)) == later(milliseconds=100)
        await store.transact(lambda unit: say(unit, "there", there))
        assert await other.transact(partial(send, now=NOW)) == ["there"]
        assert await other.transact(partial(send, now=later(milliseconds=100))) == ["here:4"]
    postgres.drop(url)


async def test_two_processes_never_claim_the_same(postgres: Source) -> None:
    """R5, R14: rows are claimed with SKIP LOCKED; each is claimed once, one at a time for an address."""
    url = postgres.fresh()

    def fill(unit: Unit) -> None:
        unit.people.add_partner(Partner("atd", "ATD"))
        for n in range(40):
            where = someone(unit, n + 1).address
            say(unit, f"{n}:0", where)
            say(unit, f"{n}:1", where)

    async with opened(url) as store, opened(url) as other:
        await store.transact(fill)

        def settle(unit: Unit, delivery: Delivery) -> None:
            unit.outbox.settle(delivery.id, Sent(1), NOW)

        async def sender(database: Database) -> list[str]:
            said: list[str] = []
            while True:
                mine = await database.transact(lambda unit: unit.outbox.claim(3, NOW))
                if not mine:
                    return said
                for each in mine:
                    said.append(each.key)
                    await database.transact(partial(settle, delivery=each))

        said = [key for keys in await asyncio.gather(*map(sender, (store, other) * 3)) for key in keys]
        said += await sender(store)
    postgres.drop(url)
    assert Counter(said) == {f"{n}:{step}": 1 for n in range(40) for step in range(2)}


async def test_a_claim_takes_no_more_than_it_asks_for_however_the_server_goes_about_it(
    postgres: Source,
) -> None:
    """R12, R27: also where PostgreSQL, by its statistics, looks for the first that are due once for every row."""
    url = postgres.bare()
    migrate(url)
    for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material"):
        change(
            url,
            f"DO $$ BEGIN EXECUTE 'ALTER DATABASE '||current_database()||' SET enable_{way} = off'; END $$",
        )

    def prepare(unit: Unit) -> None:
        unit.people.add_partner(Partner("atd", "ATD"))
        for person in range(1, 41):
            say(unit, f"{person}", someone(unit, person).address)

    async with opened(url) as store:
        await store.transact(prepare)
        change(url, "ANALYZE outbox")
        assert await store.transact(claim_of(3)) == ["1", "2", "3"]
        assert await store.transact(claim_of(3, kind=Kind.REPLY)) == ["4", "5", "6"]
    postgres.drop(url)


def claim_of(limit: int, **more: Any) -> Callable[[Unit], list[str]]:
    return lambda unit: claim(unit, limit=limit, **more)


async def test_everything_due_for_an_address_can_be_cancelled(store: Database, url: str) -> None:
    """R18, S45: blocked or stopped: what waits is refused and keeps no words; what is being sent is not touched."""
    here, there = await address(store, 1), await address(store, 2)

    def work(unit: Unit) -> object:
        say(unit, "sending", here)
        claim(unit)
        for n in range(3):
            say(unit, f"here:{n}", here, not_before=later(hours=n))
        say(unit, "there", there)
        return unit.outbox.cancel(here, NOW), unit.outbox.cancel(here, NOW), claim(unit, later(days=1))

    assert await store.transact(work) == (3, 0, ["there"])
    states = {row[2]: (row[7], row[8] is None) for row in every_row(url)["outbox"]}
    assert states == {
        "sending": ("sending", False),
        "here:0": ("refused", True),
        "here:1": ("refused", True),
        "here:2": ("refused", True),
        "there": ("sending", False),
    }


async def test_news_of_one_voice_is_taken_back_while_it_waits(store: Database, url: str) -> None:
    """Of hers alone, of that voice alone, and by the step where one is named; what is on the wire is not touched."""
    her, another = await store.transact(someone), await store.transact(lambda unit: someone(unit, 2))

    def news(unit: Unit, key: str, voice: str, **more: Any) -> None:
        said = {"kind": Kind.MODERATION, "about": her.id, "message": replace(SPOKEN, voices=(voice,))} | more
        say(unit, key, another.address if more.get("about") else her.address, **said)

    def work(unit: Unit) -> object:
        news(unit, "sending:decided", "v")
        claim(unit)
        for key, voice in (("1:decided", "v"), ("2:public", "v"), ("3:decided", "w")):
            news(unit, key, voice, not_before=later(hours=9))
        news(unit, "another:decided", "v", about=another.id)
        news(unit, "asked", "v", kind=Kind.REPLY)
        first = unit.outbox.unsay(her.id, "v", NOW, step=":decided")
        return first, unit.outbox.unsay(her.id, "v", NOW), unit.outbox.unsay(her.id, "v", NOW)

    assert await store.transact(work) == (1, 1, 0)
    rows = {row[2]: (row[7], row[8] is None) for row in every_row(url)["outbox"]}
    refused = {key for key, row in rows.items() if row == ("refused", True)}
    assert refused == {"1:decided", "2:public"}
    assert rows["sending:decided"] == ("sending", False)


async def test_who_stops_still_gets_what_was_asked_for_and_what_the_law_makes_us_say(store: Database) -> None:
    """S45, S1, S46: all else that was still due is refused."""
    here = await address(store, 1)

    def work(unit: Unit) -> object:
        for kind in Kind:
            say(unit, str(kind), here, kind=kind)
        unit.outbox.cancel(here, NOW, unasked=True)
        said = []
        while found := unit.outbox.claim(9, NOW):
            unit.outbox.sent([each.id for each in found], NOW)
            said += keys(found)
        return said

    assert await store.transact(work) == ["first", "notice", "hiding"]


async def test_when_the_next_is_due_does_not_count_what_cannot_be_claimed(store: Database) -> None:
    """A sender that sleeps until then never spins."""
    here, there = await address(store, 1), await address(store, 2)

    def work(unit: Unit) -> object:
        seen = [unit.outbox.next_due(NOW)]
        say(unit, "here:0", here)
        say(unit, "here:1", here)
        seen.append(unit.outbox.next_due(NOW))
        (one,) = unit.outbox.claim(9, NOW)
        seen.append(unit.outbox.next_due(NOW))
        say(unit, "there", there, not_before=later(hours=1))
        seen.append(unit.outbox.next_due(NOW))
        unit.outbox.settle(one.id, Sent(1), NOW)
        seen.append(unit.outbox.next_due(NOW))
        return seen

    assert await store.transact(work) == [None, NOW, None, later(hours=1), NOW]


async def test_ended_deliveries_are_dropped_by_age(store: Database) -> None:
    """S41: sent, refused and unknown rows go; what is due or being sent stays."""
    people = [await address(store, n) for n in range(1, 6)]

    def work(unit: Unit) -> object:
        for n, where in enumerate(people):
            say(unit, str(n), where)
        claimed = unit.outbox.claim(4, NOW)
        outcomes: list[Outcome] = [Sent(1), Refused("no"), Unknown("?")]
        for one, outcome in zip(claimed, outcomes, strict=False):
            unit.outbox.settle(one.id, outcome, NOW)
        unit.outbox.pause(NOW, people[0])
        return (
            unit.outbox.drop_older(NOW),
            unit.outbox.drop_older(later(days=14)),
            claim(unit, later(days=14)),
        )

    assert await store.transact(work) == (0, 4, ["4"])  # three deliveries and a pause


async def test_a_message_is_sealed_with_the_key_of_whom_it_is_about(store: Database, url: str) -> None:
    """S3, S40: forgetting her destroys the key of what would have been said about her."""
    her = await store.transact(someone)
    words = Message("fr", (Quote("canary-story"),))

    def work(unit: Unit) -> None:
        say(unit, "about her", her.address, message=words, about=her.id)
        say(unit, "about nobody", her.address, message=words)

    await store.transact(work)
    assert "canary" not in str(every_row(url)["outbox"])


async def test_a_row_that_cannot_be_read_holds_up_nobody(store: Database, url: str) -> None:
    """R31: outgoing poison is left as unknown, with its words sealed, and the next one is said."""
    one, other = await address(store, 1), await address(store, 2)

    def work(unit: Unit) -> None:
        say(unit, "damaged", one)
        say(unit, "whole", other)

    await store.transact(work)
    change(url, "UPDATE outbox SET message = :noise WHERE key = 'damaged'", {"noise": b"noise"})
    assert await store.transact(lambda unit: claim(unit)) == ["whole"]
    rows = [str(row) for row in every_row(url)["outbox"]]
    assert ["unknown" in row for row in rows if "damaged" in row] == [True]
    assert ["sending" in row for row in rows if "whole" in row] == [True]


async def test_what_is_still_to_be_said_is_counted_by_kind(store: Database) -> None:
    """R32: with the oldest due time of each kind; what is being sent or was said waits no more."""
    here, there = await address(store, 1), await address(store, 2)

    def work(unit: Unit) -> object:
        nothing = unit.outbox.backlog()
        say(unit, "said", here)
        say(unit, "again", there)
        for one in unit.outbox.claim(9, NOW):
            outcome: Outcome = Sent(1) if one.key == "said" else Later(30)
            unit.outbox.settle(one.id, outcome, NOW)
        say(unit, "being sent", here)
        claim(unit)
        say(unit, "due", here, not_before=later(seconds=3))
        say(unit, "planned", there, kind=Kind.CAMPAIGN, not_before=later(days=1))
        return nothing, unit.outbox.backlog()

    empty = dict.fromkeys(Kind, Backlog())
    waiting = {Kind.REPLY: Backlog(2, later(seconds=3)), Kind.CAMPAIGN: Backlog(1, later(days=1))}
    assert await store.transact(work) == (empty, empty | waiting)
