"""Coming back from a backup, on both engines: what was said since is not said twice, and what left leaves again."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot import campaigning, returning
from bot.campaign import RHYTHM, WEEK, Audience, Campaign, Schedule
from bot.campaign import Kind as Asked
from bot.outbox import Kind
from bot.people import Consent
from bot.ports import RESTORED, Unit
from bot.rhythm import Every
from bot.testimony import State
from storage.database import Database
from tests.campaigns import World, lead, person, running
from tests.stores import KEYS, NOW, change, later, say, someone, voice, walk

MADE = "2026-11-20T03:17:00+00:00"
MORNING = datetime(2026, 11, 24, 7, tzinfo=UTC)
"""Ten o'clock on a Tuesday in Antananarivo, and two in Lima."""

weekly = Schedule(Asked.WEEKLY, 600, MORNING.date(), number=1)


def restored(unit: Unit, expected: int | None = 100) -> None:
    unit.marks.set(RESTORED, json.dumps({"made_at": MADE, "next_update": expected}))


async def test_what_may_have_been_said_since_the_backup_is_held_back(store: Database) -> None:
    """R37, R13: a campaign that was due or being sent is unknown; replies are said again."""

    def work(unit: Unit) -> object:
        one, two, three = (someone(unit, person).address for person in (1, 2, 3))
        say(unit, "sending", one, kind=Kind.CAMPAIGN)
        unit.outbox.claim(9, NOW)
        say(unit, "due", two, kind=Kind.CAMPAIGN)
        say(unit, "reply", three)
        restored(unit)
        returning.come_back(unit, NOW)
        return [each.key for each in unit.outbox.claim(9, later(days=1))]

    assert await store.transact(work) == ["reply"]


async def test_whoever_is_in_the_middle_of_a_form_hears_of_it_once(store: Database) -> None:
    """R37: and who asked for quiet, blocked us, or is in no form is left in peace."""

    def work(unit: Unit) -> object:
        people = [someone(unit, person) for person in range(1, 5)]
        for each in people[:3]:
            unit.sessions.add(each.id, walk(), None, NOW)
        unit.people.save_respondent(replace(people[1], quiet=True))
        unit.people.save_respondent(replace(people[2], reachable=False))
        restored(unit)
        for _ in range(2):
            returning.come_back(unit, NOW)
        said = unit.outbox.claim(9, NOW)
        assert [each.message.parts for each in said] == [(returning.HELD_UP,)]
        return [each.about for each in said] == [people[0].id], len(unit.journal.read())

    assert await store.transact(work) == (True, 1)


async def test_after_a_restore_campaigns_pause_and_nobody_is_asked_twice(store: Database) -> None:
    """R37: what was due may have been asked since the backup; what comes is asked, by campaigns once a lead says so."""
    world = World(store, MORNING - timedelta(days=1))
    monday = MORNING.date()

    def before(unit: Unit) -> Campaign:
        for number, zone in enumerate(("Indian/Antananarivo", "America/Lima"), 1):
            person(unit, number, zone=zone)
        person(unit, 3, every=Every.WEEK, next_day=monday)
        person(unit, 4, every=Every.WEEK, next_day=monday, zone="America/Lima")
        return running(unit, world.now, first=monday, audience=Audience(languages=("fr",)), reminders=0)

    once = await store.transact(before)
    often = await store.transact(lambda unit: running(unit, world.now, schedule=weekly, reminders=0))
    await world.goes_on(MORNING - timedelta(hours=2))  # all of it is planned; this is the backup
    assert world.said == []
    await store.transact(restored)
    world.clock.advance(
        timedelta(hours=4).total_seconds()
    )  # and this was said, and is lost with what came after it
    for _ in range(2):
        await store.transact(lambda unit: returning.come_back(unit, world.now))
    await world.goes_on(MORNING + timedelta(days=2))
    known = {each.id: each for each in await world.checkins()}
    assert [known[each.checkin].campaign for each in world.said] == [RHYTHM]
    for campaign in (once, often):

        def go_on(unit: Unit, id: str = campaign.id) -> None:
            found = unit.campaigns.named(id)
            assert found is not None
            campaigning.resume(unit, world.here, lead(unit), found)

        await store.transact(go_on)
    await world.goes_on(MORNING + timedelta(days=9), timedelta(hours=4))
    known = {each.id: each for each in await world.checkins()}
    rows = [known[each.checkin] for each in world.said]
    asked = Counter((each.campaign, each.zone, each.day) for each in rows)
    lima, tana = "America/Lima", "Indian/Antananarivo"
    assert {key for key in asked if key[2] == monday} == {
        (name, lima, monday) for name in (RHYTHM, once.id, often.id)
    }
    assert {zone for name, zone, day in asked if (name, day) == (RHYTHM, monday + WEEK)} == {lima, tana}


async def test_the_first_updates_say_how_many_were_lost(store: Database) -> None:
    """R37: ids that fell, or jumped as after a week of silence, say nothing; later updates change nothing."""
    for expected, first, lost in (
        (100, 130, 30),
        (100, 100, 0),
        (100, 99, None),
        (100, 9_000_000, None),
        (None, 5, None),
    ):

        def work(unit: Unit, expected: int | None = expected, first: int = first) -> object:
            restored(unit, expected)
            returning.notice(unit, [first + 2, first], NOW)
            returning.notice(unit, [first + 500], NOW)
            return returning.read(unit, returning.GAP)["lost"], returning.read(unit, RESTORED)

        assert await store.transact(work) == (lost, {})


async def test_where_nothing_was_restored_nothing_happens(store: Database) -> None:
    """R37."""

    def work(unit: Unit) -> object:
        unit.sessions.add(someone(unit).id, walk(), None, NOW)
        returning.come_back(unit, NOW)
        returning.notice(unit, [7], NOW)
        return unit.outbox.next_due(NOW), unit.marks.get(returning.GAP)

    assert await store.transact(work) == (None, None)


async def test_what_was_withdrawn_after_a_backup_is_withdrawn_again(store: Database, url: str) -> None:
    """S40: words, permissions and claims; its empty row keeps the receipt; another's stays."""

    def tell(unit: Unit) -> tuple[str, str]:
        her = someone(unit)
        consents = [Consent("", "report", True, "w", "fr", NOW)]
        kept = []
        for _ in range(2):
            told = voice(her)
            own = [replace(each, testimony=told.id) for each in consents]
            kept.append(unit.testimonies.add(told, own).id)
        return kept[0], kept[1]

    gone, other = await store.transact(tell)
    bury = "INSERT INTO tombstones (mark, at) VALUES (:mark, 0)"
    change(url, bury, {"mark": KEYS.mark("testimony", gone)})
    assert await store.transact(lambda unit: unit.forget_again(NOW)) == 1
    assert await store.transact(lambda unit: unit.forget_again(NOW)) == 0

    def look(unit: Unit) -> object:
        voices = [unit.testimonies.get(each, partner="atd") for each in (gone, other)]
        granted = [[one.granted for one in unit.testimonies.consents(each)] for each in (gone, other)]
        return [(each.state, bool(each.answers)) for each in voices if each], granted

    assert await store.transact(look) == (
        [(State.WITHDRAWN, False), (State.RECEIVED, True)],
        [[False], [True]],
    )


async def test_every_withdrawal_and_every_forgetting_leaves_its_mark(store: Database) -> None:
    """S40: the list of who left is made of these; marks of another copy are taken in once."""

    def work(unit: Unit) -> tuple[str, str]:
        her, him = someone(unit, 1), someone(unit, 2)
        told = unit.testimonies.add(voice(her), [])
        unit.testimonies.erase_words(told.id, respondent=her.id, now=NOW)
        unit.people.forget(him.id, NOW)
        return told.id, him.id

    told, him = await store.transact(work)
    marks = await store.transact(lambda unit: unit.buried())
    assert marks == {KEYS.mark("testimony", told): NOW, KEYS.mark("respondent", him): NOW}
    more = {**marks, "m" * 43: NOW}
    assert [await store.transact(lambda unit: unit.bury(more)) for _ in range(2)] == [1, 0]
