"""Campaigns and check-ins in time, on both engines: each once, at an hour of hers, as long as she allows it."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count, pairwise
from typing import Any

import pytest

from bot import campaigning, inviting, launching
from bot.campaign import (
    CAP,
    REMINDERS,
    RHYTHM,
    WEEK,
    Campaign,
    CheckIn,
    Kind,
    Reason,
    Reply,
    Schedule,
    Stage,
    State,
    Wording,
)
from bot.launching import DUTY, LEAST, STUCK
from bot.outbox import Kind as Sending
from bot.outbox import Later, Refused, Sent, Unknown
from bot.people import Consent
from bot.ports import Unavailable, Unit
from bot.rhythm import Every, Quiet, local
from bot.rounds import at_her_time
from storage import failing
from storage.database import Database
from storage.wire import wait_for
from tests.campaigns import WORDS, World, at, lead, person, running
from tests.stores import Source, change, later, opened, someone, voice

MORNING = datetime(2026, 11, 24, 7, tzinfo=UTC)
"""Ten o'clock in Antananarivo, where people of these tests live unless it is said otherwise."""

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
AWAKE = Quiet(0, 0)


@pytest.fixture
async def world(store: Database) -> World:
    world = World(store, MORNING)
    await world.do(lambda unit: unit.leases.take(DUTY, DAY))
    return world


def people(unit: Unit, count: int = 3, **more: Any) -> list[str]:
    return [person(unit, number + 1, **more) for number in range(count)]


def weekly(**more: Any) -> Schedule:
    """Each Tuesday."""
    return Schedule(Kind.WEEKLY, 600, MORNING.date(), number=MORNING.weekday(), **more)


def stages(checkins: list[CheckIn]) -> Counter[str]:
    return Counter(f"{each.stage} {each.reason}".strip() for each in checkins)


async def act(world: World, what: Callable[..., Campaign], campaign: Campaign) -> Campaign:
    """A lead does this to it as it stands now."""

    def work(unit: Unit) -> Campaign:
        known = unit.campaigns.named(campaign.id)
        assert known is not None
        return what(unit, world.here, lead(unit), known)

    return await world.do(work)


def again(unit: Unit) -> None:
    """It is not known that any round was planned."""
    for each in unit.campaigns.of("atd"):
        unit.campaigns.planned(each, "", "")


# -- each once --------------------------------------------------------------------------------------------------------


async def test_a_round_asks_each_once_however_often_it_is_planned_and_ticked(world: World) -> None:
    """R14, R34: (campaign, person, local day) is unique, and so is the key of what is said."""
    await world.do(people)
    await world.do(lambda unit: running(unit, MORNING))
    for _ in range(3):
        await asyncio.gather(world.launching.plan(), world.launching.plan())
        await world.tick()
        await world.do(again)
    assert len(world.said) == len({each.respondent for each in world.said}) == 3


async def test_two_processes_that_launch_at_once_say_everything_once(postgres: Source) -> None:
    """R14, R26: also while the duty goes from one to the other, and where one believes that it still has it."""
    url = postgres.fresh()
    async with opened(url) as one, opened(url) as other:
        await one.transact(lambda unit: unit.people.add_partner(voices()))
        first, second = World(one, MORNING, pace=30), World(other, MORNING, pace=30)
        await one.transact(lambda unit: people(unit, 90))
        await one.transact(lambda unit: running(unit, MORNING))
        await asyncio.gather(first.launching.plan(), second.launching.plan())
        for has, lost in ((first, second), (second, first)):
            await lost.do(lambda unit: unit.leases.release(DUTY))
            await has.do(lambda unit: unit.leases.take(DUTY, DAY))
            await asyncio.gather(*(each.launching.launch() for each in (first, second) * 2))
            await asyncio.gather(first.say(), second.say())
            await asyncio.gather(first.launching.follow(), second.launching.follow())
        said = Counter(each.respondent for each in first.said + second.said)
        assert len(said) == 90 or len(said) == 120  # as many as were handed over
        assert set(said.values()) == {1}
    postgres.drop(url)


def voices() -> Any:
    from bot.people import Partner

    return Partner("atd", "ATD Fourth World")


async def test_what_another_process_took_meanwhile_is_not_said_again(postgres: Source) -> None:
    """R14: it read that something is due, and was held up; what it hands over must be planned still."""
    url = postgres.fresh()
    async with opened(url) as one, opened(url) as other:
        await one.transact(lambda unit: unit.people.add_partner(voices()))
        slow, quick = World(one, MORNING), World(other, MORNING)
        await one.transact(people)
        await one.transact(lambda unit: running(unit, MORNING))
        await quick.launching.plan()
        go_on = asyncio.Event()

        def held_up(unit: Unit) -> int:
            seen = unit.checkins.due(MORNING, 9)
            wait_for(asyncio.ensure_future(go_on.wait()))
            return sum(unit.checkins.queue(each.id, MORNING, later(days=3), None) for each in seen)

        waits = asyncio.create_task(slow.do(held_up))
        await quick.tick()
        go_on.set()
        assert (await waits, len(quick.said)) == (0, 3)
    postgres.drop(url)


async def test_a_process_without_the_duty_hands_over_nothing(postgres: Source) -> None:
    """R26."""
    url = postgres.fresh()
    async with opened(url) as one, opened(url) as other:
        await one.transact(lambda unit: unit.people.add_partner(voices()))
        await one.transact(people)
        await one.transact(lambda unit: running(unit, MORNING))
        await one.transact(lambda unit: unit.leases.take(DUTY, DAY))
        without = World(other, MORNING)
        await without.launching.plan()
        assert await without.launching.launch() == 0
        assert await World(one, MORNING).launching.launch() == 3
    postgres.drop(url)


async def test_wherever_a_tick_breaks_off_the_next_one_goes_on(world: World) -> None:
    """R14: after any statement, before and after any commit; each goes a little farther. Everybody is asked once."""
    await world.do(lambda unit: people(unit, 3))
    await world.do(lambda unit: running(unit, MORNING))
    for round_, place in enumerate(("statement.after", "commit.before", "commit.after"), 1):
        for nth in count(1):
            failing.arm(f"{place}:{nth}", crash)
            try:
                await world.tick()
            except (Crash, Unavailable):  # SQLite cannot undo a statement whose rows nobody read
                continue
            finally:
                failing.arm("")
            break
        assert nth > 5
        assert stages(await world.checkins()) == {"sent": 3 * round_}
        world.clock.advance(WEEK.total_seconds())
        await world.do(lambda unit: running(unit, world.now))


class Crash(Exception):
    pass


def crash() -> None:
    raise Crash


async def test_a_large_round_is_expanded_batch_by_batch_and_goes_on_where_it_stopped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R14: another one is planned meanwhile; who comes into the audience behind where it stands is asked too."""
    monkeypatch.setattr(launching, "BATCH", 2)
    await world.do(lambda unit: people(unit, 5))
    campaign = await world.do(lambda unit: running(unit, MORNING))

    def one_batch(unit: Unit) -> tuple[int | None, str]:
        count = launching._plan_round(unit, world.here, id=campaign.id)
        known = unit.campaigns.named(campaign.id)
        assert known is not None
        return count, known.planned[1]

    steps = [await world.do(one_batch) for _ in range(4)]
    assert [count for count, _ in steps] == [2, 2, 1, None]
    assert [bool(after) for _, after in steps] == [True, True, False, False]
    assert await world.launching.plan() == 0


# -- pause, resume, cancel --------------------------------------------------------------------------------------------


async def test_a_pause_takes_back_what_is_not_on_the_wire_and_resuming_says_each_once(world: World) -> None:
    """R16: in the commit of the pause; what a sender has already is said, once."""
    await world.do(lambda unit: people(unit, 6))
    campaign = await world.do(lambda unit: running(unit, MORNING))
    await world.launching.plan()
    await world.launching.launch()
    (wire,) = await world.do(lambda unit: unit.outbox.claim(1, MORNING, kind=Sending.CAMPAIGN))
    paused = await act(world, campaigning.pause, campaign)
    assert (paused.state, await world.say()) == (State.PAUSED, [])
    assert stages(await world.checkins()) == {"held": 5, "queued": 1}
    await world.do(lambda unit: unit.outbox.settle(wire.id, Sent(1), MORNING))
    await world.goes_on(MORNING + 5 * HOUR)
    assert stages(await world.checkins()) == {"held": 5, "sent": 1}
    await act(world, campaigning.resume, campaign)
    await world.tick()
    await world.goes_on(world.now + 2 * HOUR)
    assert len(world.said) == len({each.respondent for each in world.said}) == 5
    assert stages(await world.checkins()) == {"sent": 6}


async def test_a_pause_that_meets_a_launch_under_way_comes_after_it_and_takes_it_back(
    postgres: Source,
) -> None:
    """R16: on PostgreSQL they are two transactions at once; nothing slips through between them."""
    url = postgres.fresh()
    async with opened(url) as one, opened(url) as other:
        await one.transact(lambda unit: unit.people.add_partner(voices()))
        await one.transact(lambda unit: unit.leases.take(DUTY, DAY))
        launches, pauses = World(one, MORNING), World(other, MORNING)
        await one.transact(people)
        campaign = await one.transact(lambda unit: running(unit, MORNING))
        await launches.launching.plan()
        go_on = asyncio.Event()

        def slowly(unit: Unit) -> int:
            handed, _, _ = launching._launch(unit, launches.here, 20)
            wait_for(asyncio.ensure_future(go_on.wait()))
            return handed

        launch = asyncio.create_task(launches.do(slowly))
        await asyncio.sleep(0.05)
        pause = asyncio.create_task(act(pauses, campaigning.pause, campaign))
        await asyncio.sleep(0.05)
        assert not pause.done()
        go_on.set()
        assert (await launch, (await pause).state) == (3, State.PAUSED)
        assert await pauses.say() == []
        assert stages(await pauses.checkins()) == {"held": 3}
    postgres.drop(url)


async def test_what_a_sender_takes_at_the_moment_of_a_pause_is_said_and_not_held(postgres: Source) -> None:
    """R16, R14: else it would be said once now and once when the campaign goes on."""
    url = postgres.fresh()
    async with opened(url) as one, opened(url) as other:
        await one.transact(lambda unit: unit.people.add_partner(voices()))
        await one.transact(people)
        campaign = await one.transact(lambda unit: running(unit, MORNING))
        sends, pauses = World(one, MORNING), World(other, MORNING)
        await one.transact(lambda unit: unit.leases.take(DUTY, DAY))
        await sends.launching.plan()
        await sends.launching.launch()
        go_on = asyncio.Event()

        def take_slowly(unit: Unit) -> list[str]:
            taken = unit.outbox.claim(2, MORNING, kind=Sending.CAMPAIGN)
            wait_for(asyncio.ensure_future(go_on.wait()))
            return [each.id for each in taken]

        takes = asyncio.create_task(sends.do(take_slowly))
        await asyncio.sleep(0.05)
        pause = asyncio.create_task(act(pauses, campaigning.pause, campaign))
        await asyncio.sleep(0.05)
        go_on.set()
        taken = await takes
        await pause
        assert stages(await pauses.checkins()) == {"held": 1, "queued": 2}
        for each in taken:
            await sends.do(lambda unit, each=each: unit.outbox.settle(each, Sent(1), MORNING))  # type: ignore[misc]
        await sends.launching.follow()
        assert stages(await pauses.checkins()) == {"held": 1, "sent": 2}
    postgres.drop(url)


async def test_what_she_stops_at_the_moment_of_handing_over_is_not_said(
    postgres: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R15, R14: it was planned when it was looked at, and is no more when it is to be handed over."""
    url = postgres.fresh()
    async with opened(url) as one, opened(url) as other:
        await one.transact(lambda unit: unit.people.add_partner(voices()))
        await one.transact(lambda unit: unit.leases.take(DUTY, DAY))
        world = World(one, MORNING)
        (her,) = await one.transact(lambda unit: people(unit, 1))
        hers = await one.transact(lambda unit: due(unit, her, RHYTHM, MORNING))
        go_on = asyncio.Event()
        says = inviting.invitation

        def slowly(*given: Any, **more: Any) -> Any:
            wait_for(asyncio.ensure_future(go_on.wait()))
            return says(*given, **more)

        monkeypatch.setattr(inviting, "invitation", slowly)
        launch = asyncio.create_task(world.launching.launch())
        await asyncio.sleep(0.05)
        await other.transact(lambda unit: unit.checkins.leave(hers.id, Reason.NEVER))
        go_on.set()
        assert (await launch, await world.say()) == (0, [])
    postgres.drop(url)


async def test_what_is_due_while_a_campaign_pauses_waits_and_a_long_pause_closes_nothing(
    world: World,
) -> None:
    """R16: and it holds up nobody else's."""
    await world.do(lambda unit: people(unit, 3))
    campaign = await world.do(lambda unit: running(unit, MORNING, first=MORNING.date() + DAY))
    world.clock.advance((3 * HOUR).total_seconds())
    await world.launching.plan()
    await act(world, campaigning.pause, campaign)
    other = await world.do(lambda unit: running(unit, MORNING, first=MORNING.date() + DAY))
    await world.goes_on(MORNING + 8 * DAY, 6 * HOUR)
    known = {each.id: each.campaign for each in await world.checkins()}
    assert [known[each.checkin] for each in world.said if not each.reminder] == 3 * [other.id]
    await act(world, campaigning.resume, campaign)
    await world.goes_on(MORNING + 10 * DAY, 6 * HOUR)
    assert Counter(known[each.checkin] for each in world.said if not each.reminder) == {
        other.id: 3,
        campaign.id: 3,
    }


async def test_a_cancelled_campaign_asks_nobody_any_more(world: World) -> None:
    """R16: not even those whose hour comes later, nor by a reminder."""
    await world.do(lambda unit: [person(unit, 1), person(unit, 2, zone="America/Lima")])
    campaign = await world.do(lambda unit: running(unit, MORNING))
    await world.tick()
    assert len(world.said) == 1
    await act(world, campaigning.cancel, campaign)
    await world.goes_on(MORNING + 4 * DAY, 3 * HOUR)
    assert len(world.said) == 1
    assert stages(await world.checkins()) == {"sent": 1, "left cancelled": 1}


async def test_a_reminder_that_waits_for_the_sender_is_taken_back_too(world: World) -> None:
    """R16: and comes once when the campaign goes on."""
    await world.do(lambda unit: people(unit, 1))
    campaign = await world.do(lambda unit: running(unit, MORNING, expires=9))
    await world.tick()
    world.clock.advance((5 * DAY).total_seconds())
    await world.launching.follow()
    await act(world, campaigning.pause, campaign)
    assert await world.say() == []
    await act(world, campaigning.resume, campaign)
    await world.goes_on(world.now + 2 * HOUR, 10 * MINUTE)
    assert [each.reminder for each in world.said] == [0, 1]


# -- looked at again at the moment of sending -------------------------------------------------------------------------


def stop(unit: Unit, her: str) -> None:
    known = unit.people.respondent(her)
    assert known is not None
    unit.people.save_respondent(replace(known, quiet=True))


def block(unit: Unit, her: str) -> None:
    known = unit.people.respondent(her)
    assert known is not None
    unit.people.save_respondent(replace(known, reachable=False))


def take_back(unit: Unit, her: str) -> None:
    (told,) = unit.testimonies.of(her)
    unit.testimonies.add_consents([Consent(told.id, "contact", False, "w", "fr", MORNING)])


def withdraw(unit: Unit, her: str) -> None:
    (told,) = unit.testimonies.of(her)
    unit.testimonies.erase_words(told.id, respondent=her, now=MORNING)


def keep(unit: Unit, her: str, **changes: Any) -> None:
    rhythm = unit.rhythms.get(her)
    assert rhythm is not None
    unit.rhythms.save(replace(rhythm, **changes))


def speak(unit: Unit, her: str) -> None:
    known = unit.people.respondent(her)
    assert known is not None
    unit.people.save_respondent(replace(known, language="de"))


CHANGES: dict[str, tuple[Callable[[Unit, str], None], Reason]] = {
    "she stopped us": (stop, Reason.STOPPED),
    "she blocked us": (block, Reason.UNREACHABLE),
    "she takes back that we may write": (take_back, Reason.CONSENT),
    "she withdrew all she told": (withdraw, Reason.CONSENT),
    "she wants no more check-ins": (lambda unit, her: keep(unit, her, every=Every.NEVER), Reason.NEVER),
    "she takes a break": (lambda unit, her: keep(unit, her, paused_until=date(2027, 1, 1)), Reason.PAUSED),
    "she speaks another language": (speak, Reason.LANGUAGE),
}


@pytest.mark.parametrize("change_of_mind", CHANGES)
async def test_what_she_decides_after_it_was_planned_counts(world: World, change_of_mind: str) -> None:
    """R15: the audience is a snapshot, what she allows is not."""
    do, reason = CHANGES[change_of_mind]
    her, _ = await world.do(lambda unit: people(unit, 2))
    await world.do(lambda unit: running(unit, MORNING))
    await world.launching.plan()
    await world.do(lambda unit: do(unit, her))
    await world.tick()
    assert her not in {each.respondent for each in world.said}
    assert stages(await world.checkins()) == {"sent": 1, f"left {reason}": 1}


async def test_whoever_comes_into_the_audience_of_a_round_under_way_is_not_added(world: World) -> None:
    """R15: but to the next round she is."""
    await world.do(lambda unit: people(unit, 2))
    await world.do(lambda unit: running(unit, MORNING, schedule=weekly()))
    await world.launching.plan()
    new = await world.do(lambda unit: person(unit, 9))
    await world.goes_on(MORNING + DAY)
    assert new not in await world.days()
    await world.goes_on(MORNING + 8 * DAY, 6 * HOUR)
    assert new in await world.days()


async def test_nothing_is_said_in_quiet_hours_nor_just_before_them(world: World) -> None:
    """R15: it waits for their end; planned at two minutes to eight it might be said after eight."""
    ones = await world.do(
        lambda unit: [
            person(unit, 1, quiet=Quiet(600, 720)),
            person(unit, 2, quiet=Quiet(602, 720)),
            person(unit, 3, quiet=Quiet(630, 720)),
        ]
    )
    await world.do(lambda unit: running(unit, MORNING))
    await world.goes_on(MORNING + 4 * MINUTE, MINUTE)
    await world.goes_on(MORNING + 3 * HOUR, 10 * MINUTE)
    heard = {each.respondent: each.at for each in world.said}
    assert [heard[each] - MORNING for each in ones] == [124 * MINUTE, 124 * MINUTE, MINUTE]


async def test_what_could_not_be_said_for_a_minute_waits_for_another_good_hour(world: World) -> None:
    """R15: the line was broken from before her quiet hours until into them."""
    await world.do(lambda unit: people(unit, 2, quiet=Quiet(630, 720)))
    await world.do(lambda unit: running(unit, MORNING))
    await world.launching.plan()
    await world.launching.launch()
    await world.say(Later(5))
    world.clock.advance(31 * 60)
    await world.launching.follow()
    assert await world.say() == []
    await world.goes_on(MORNING + 3 * HOUR, 10 * MINUTE)
    assert {each.at for each in world.said} == {MORNING + 121 * MINUTE}
    assert len(world.said) == 2
    assert STUCK == MINUTE


def due(
    unit: Unit, her: str, campaign: str, now: datetime, *, partner: str = "atd", days: int = 0
) -> CheckIn:
    """A check-in of hers that is due now, planned for so many days before."""
    rhythm = unit.rhythms.get(her)
    assert rhythm is not None
    day = local(now, rhythm.zone).date() - days * DAY
    one = at_her_time(at(now), campaign, partner, rhythm, day, 600)
    assert one is not None
    one = replace(one, form="checkin", language="fr", expires_at=now + 10 * DAY)
    unit.checkins.plan([one])
    return one


async def test_nobody_is_written_to_unasked_more_often_in_a_week_than_the_cap(world: World) -> None:
    """R15: campaigns of every partner, her own rhythm, reminders and responses count together."""
    (her,) = await world.do(lambda unit: people(unit, 1, quiet=AWAKE))
    campaigns = [
        await world.do(lambda unit: running(unit, MORNING, reminders=2, expires=14)) for _ in range(4)
    ]
    await world.do(lambda unit: due(unit, her, RHYTHM, MORNING))
    await world.do(lambda unit: due(unit, her, RHYTHM, MORNING, partner="omep", days=-1))
    await world.goes_on(MORNING + 25 * DAY, 8 * HOUR)
    times = sorted(each.at for each in world.said)
    assert len(campaigns) < len(times)
    assert all(sum(at <= other < at + WEEK for other in times) <= CAP for at in times)
    assert Counter(each.respondent for each in world.said) == {her: len(times)}


async def test_of_several_at_once_she_gets_one_a_day(world: World) -> None:
    (her,) = await world.do(lambda unit: people(unit, 1))
    for _ in range(2):
        await world.do(lambda unit: running(unit, MORNING, reminders=0))
    await world.goes_on(MORNING + 12 * HOUR)
    assert len(world.said) == 1
    await world.goes_on(MORNING + 30 * HOUR)
    assert [each.respondent for each in world.said] == [her, her]


# -- afterwards -------------------------------------------------------------------------------------------------------


async def test_who_does_not_answer_is_reminded_twice_at_most_and_who_answers_no_more(world: World) -> None:
    """R21: a day apart or more, within the cap, and never after it closed."""
    silent, spoke = await world.do(lambda unit: people(unit, 2))
    await world.do(lambda unit: running(unit, MORNING, reminders=REMINDERS, expires=20))
    await world.tick()
    first = next(each for each in world.said if each.respondent == spoke)
    await world.do(
        lambda unit: unit.checkins.replied(first.checkin, Reply.STARTED, MORNING, respondent=spoke)
    )
    await world.goes_on(MORNING + 21 * DAY, 8 * HOUR)
    assert [each.reminder for each in world.said if each.respondent == spoke] == [0]
    hers = [each for each in world.said if each.respondent == silent]
    assert [each.reminder for each in hers] == [0, 1, 2]
    assert all(after.at - before.at >= DAY for before, after in pairwise(hers))


async def test_it_closes_silently_and_the_campaign_ends(world: World) -> None:
    """R21: nothing is said of it; that it ended stands in the journal."""
    await world.do(people)
    campaign = await world.do(lambda unit: running(unit, MORNING, reminders=0, expires=2))
    await world.goes_on(MORNING + 40 * HOUR, 4 * HOUR)
    known = await world.do(lambda unit: unit.campaigns.named(campaign.id))
    assert known is not None
    assert known.state is State.RUNNING
    await world.goes_on(MORNING + 4 * DAY, 4 * HOUR)
    known = await world.do(lambda unit: unit.campaigns.named(campaign.id))
    assert known is not None
    assert (known.state, len(world.said)) == (State.ENDED, 3)
    assert "ended" in [each.verb for each in await world.do(lambda unit: unit.journal.read())]


async def test_a_campaign_ends_with_as_many_answers_as_it_wanted(world: World) -> None:
    """By a check-in or by its link. Its other invitations are taken back; whoever was asked may still answer."""
    await world.do(lambda unit: [*people(unit, 2), person(unit, 9, zone="America/Lima")])
    campaign = await world.do(lambda unit: running(unit, MORNING, quota=2))
    await world.tick()

    def tells(number: int) -> Callable[[Unit], object]:
        return lambda unit: unit.testimonies.add(voice(someone(unit, number), campaign=campaign.id), [])

    await world.do(tells(20))
    await world.tick()
    assert await world.do(lambda unit: len(unit.campaigns.standing(State.RUNNING))) == 1
    await world.do(tells(21))
    await world.goes_on(MORNING + 2 * DAY, 6 * HOUR)
    known = await world.do(lambda unit: unit.campaigns.named(campaign.id))
    assert known is not None
    assert (known.state, len(world.said)) == (State.ENDED, 2)
    assert stages(await world.checkins()) == {"sent": 2, "left quota": 1}


@pytest.mark.parametrize(
    ("outcome", "became"),
    [
        (Refused("400"), "refused"),
        (Refused("403", gone=True), "refused unreachable"),
        (Unknown("cut"), "unknown"),
    ],
)
async def test_what_became_of_a_message_is_noted_and_nothing_more_is_said(
    world: World, outcome: Any, became: str
) -> None:
    """R13, R18: an unknown one is not said again, and counts for the cap; nobody is reminded of what did not come."""
    (her,) = await world.do(lambda unit: people(unit, 1))
    await world.do(lambda unit: running(unit, MORNING, reminders=2))
    await world.launching.plan()
    await world.launching.launch()
    await world.say(outcome)
    if getattr(outcome, "gone", False):
        await world.do(lambda unit: block(unit, her))
    await world.goes_on(MORNING + 5 * DAY, 6 * HOUR)
    (one,) = await world.checkins()
    assert (world.said, stages([one]), one.remind_at) == ([], {became: 1}, None)


async def test_never_more_are_under_way_than_sending_can_say_in_a_moment(world: World) -> None:
    """R16, R17: a pause is felt at once, and replies do not wait behind a hundred thousand."""
    await world.do(lambda unit: people(unit, 50))
    await world.do(lambda unit: running(unit, MORNING))
    slow = World(world.store, MORNING, pace=1)
    await slow.launching.plan()
    for _ in range(3):
        await slow.launching.launch()
        assert stages(await slow.checkins())["queued"] == LEAST
    await slow.say()
    await slow.launching.launch()
    assert await slow.do(lambda unit: unit.outbox.waiting(Sending.CAMPAIGN, 99)) == LEAST


# -- time -------------------------------------------------------------------------------------------------------------


async def test_after_three_days_asleep_one_is_caught_up_and_the_rest_are_said_to_be_missed(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """R20, R21: nothing silently; also where more days passed than are looked at together."""
    her, other = await world.do(lambda unit: people(unit, 2))
    await world.do(lambda unit: [due(unit, her, "campaign", MORNING, days=days) for days in (3, 2, 1)])
    old = await world.do(lambda unit: due(unit, other, "campaign", MORNING, days=5))
    change_expiry = replace(old, id="f" * 32, day=old.day - DAY, expires_at=MORNING - HOUR)
    await world.do(lambda unit: unit.checkins.plan([change_expiry]))
    small = World(world.store, MORNING, pace=0.1)
    await small.goes_on(MORNING + 3 * DAY, 12 * HOUR)
    days = await small.days()
    assert days == {her: [MORNING.date() - DAY], other: [old.day]}
    assert small.meter.late == 3
    assert "check-ins were missed" in caplog.text
    assert stages(await small.checkins()) == {"sent": 2, "left late": 3}


async def test_a_campaign_whose_only_day_was_slept_through_still_asks(world: World) -> None:
    """R20: and does not end before it asked."""
    await world.do(people)
    await world.do(lambda unit: running(unit, MORNING - DAY, first=MORNING.date(), expires=7))
    world.clock.advance((3 * DAY).total_seconds())
    await world.launching.follow()
    await world.tick()
    assert len(world.said) == 3


@pytest.mark.parametrize("jump", [HOUR, -HOUR, DAY, -DAY], ids=str)
async def test_a_clock_that_is_set_wrong_and_right_again_asks_nobody_twice_and_leaves_out_nobody(
    world: World, jump: timedelta
) -> None:
    """R20: at any time of the day, in the middle of a round."""
    await world.do(
        lambda unit: [
            person(unit, 1),
            person(unit, 2, zone="America/Lima"),
            person(unit, 3, every=Every.WEEK, next_day=MORNING.date()),
        ]
    )
    await world.do(lambda unit: running(unit, MORNING - DAY, schedule=weekly(), reminders=0))
    for day in range(15):
        for hour in range(0, 24, 6):
            now = MORNING - 6 * HOUR + day * DAY + hour * HOUR
            for moment in (now, now + jump, now + MINUTE):
                world.clock.advance((moment - world.now).total_seconds())
                await world.tick()
    assert world.meter.late == 0
    days = await world.days()
    rounds = [MORNING.date(), MORNING.date() + WEEK, MORNING.date() + 2 * WEEK]
    by_campaign: dict[tuple[str, str], list[date]] = {}
    for each in await world.checkins():
        if each.stage is Stage.SENT:
            by_campaign.setdefault((each.campaign, each.respondent), []).append(each.day)
    assert len(by_campaign) == 4
    assert all(len(set(asked)) == len(asked) >= 2 for asked in by_campaign.values())
    assert all(set(asked) <= set(rounds) for asked in by_campaign.values())
    assert len(days) == 3


async def test_whoever_moves_while_she_is_asked_each_week_is_asked_once_for_each_day_of_hers(
    world: World,
) -> None:
    """R19: over the date line and back, between two rounds, and between planning and sending."""
    her, _ = await world.do(lambda unit: people(unit, 2, quiet=AWAKE))
    await world.do(lambda unit: running(unit, MORNING - DAY, schedule=weekly(), reminders=0))
    moves = [
        "Pacific/Apia",
        "Pacific/Pago_Pago",
        "Asia/Kathmandu",
        "Pacific/Chatham",
        "America/Lima",
        "Africa/Casablanca",
    ]
    for number, zone in enumerate(moves * 2):

        def move(unit: Unit, zone: str = zone) -> None:
            keep(unit, her, zone=zone)
            unit.checkins.moved(her, zone, world.now)

        await world.goes_on(world.now + (3 * DAY + 11 * HOUR if number % 2 else 4 * DAY - 2 * HOUR), 8 * HOUR)
        await world.do(move)
    days = await world.days()
    asked = days[her]
    weeks = [MORNING.date() + number * WEEK for number in range(len(asked))]
    assert asked == weeks
    assert len(asked) in (6, 7)


async def test_when_the_rules_of_zones_change_what_is_planned_keeps_its_wall_time(
    world: World, url: str
) -> None:
    """R19: worked out anew once, by day, minute and zone."""
    await world.do(lambda unit: people(unit, 3, zone="Africa/Casablanca"))
    await world.do(lambda unit: running(unit, MORNING, first=MORNING.date() + DAY))
    world.clock.advance((3 * HOUR).total_seconds())
    await world.launching.plan()
    before = await world.checkins()
    change(url, "UPDATE checkins SET due_at = due_at - 3600000000")
    await world.launching.plan()
    assert await world.checkins() != before
    await world.do(lambda unit: unit.marks.set(launching.RULES, "2019.1"))
    await world.launching.plan()
    assert await world.checkins() == before


async def test_her_own_rhythm_asks_on_her_day_and_however_long_we_slept_once(world: World) -> None:
    """R21."""
    week, month, never, breaks = await world.do(
        lambda unit: [
            person(unit, 1, every=Every.WEEK, next_day=MORNING.date()),
            person(unit, 2, every=Every.MONTH, next_day=MORNING.date()),
            person(unit, 3, every=Every.NEVER, next_day=MORNING.date()),
            person(unit, 4, every=Every.WEEK, next_day=MORNING.date(), paused_until=date(2026, 12, 3)),
        ]
    )
    await world.goes_on(MORNING + 15 * DAY, 3 * HOUR)
    days = await world.days()
    assert [each.day for each in days[week]] == [24, 1, 8]
    assert [each.day for each in days[month]] == [24]
    assert [each.day for each in days[breaks]] == [3]
    assert never not in days
    world.clock.advance((28 * DAY).total_seconds())
    await world.goes_on(world.now + 2 * DAY, 6 * HOUR)
    assert [each.day for each in (await world.days())[week]] == [24, 1, 8, 5]


async def test_so_many_days_after_her_last_story_she_is_asked(world: World) -> None:
    """And not where she told something meanwhile, before it was planned or after: then so many days after that."""
    ones = await world.do(
        lambda unit: [person(unit, number, told_at=MORNING - 5 * DAY) for number in (1, 2, 3)]
    )
    after = Schedule(Kind.AFTER, 600, MORNING.date(), number=7)
    await world.do(lambda unit: running(unit, MORNING, schedule=after, reminders=0))

    def tell(unit: Unit, her: str) -> None:
        known = unit.people.respondent(her)
        assert known is not None
        told = voice(known, received_at=world.now)
        unit.testimonies.add(told, [Consent(told.id, "contact", True, "w", "fr", world.now)])

    await world.goes_on(MORNING + DAY, 3 * HOUR)
    await world.do(lambda unit: tell(unit, ones[1]))
    await world.goes_on(MORNING + 2 * DAY - 3 * HOUR, 3 * HOUR)
    assert stages(await world.checkins()) == {"planned": 2}
    await world.do(lambda unit: tell(unit, ones[2]))
    await world.goes_on(MORNING + 12 * DAY, 3 * HOUR)
    days = await world.days()
    assert [[(day - MORNING.date()).days for day in days[her]] for her in ones] == [[2], [8], [9]]


async def test_of_two_wordings_each_gets_one_and_each_is_counted(world: World) -> None:
    await world.do(lambda unit: people(unit, 12))
    both = {**WORDS, "fr": Wording("Comment va l’école ?", "Et l’école ?")}
    campaign = await world.do(lambda unit: running(unit, MORNING, wordings=both))
    await world.tick()
    progress = await world.do(lambda unit: unit.checkins.progress(campaign.id, partner="atd"))
    assert {arm: sent for arm, (sent, _) in progress.arms.items() if sent} == Counter(
        each.arm for each in await world.checkins()
    )
    assert set(progress.arms) == {"a", "b"}
    assert progress.stages == {Stage.SENT: 12}
    assert progress.hours == {10: (12, 0)}
    assert progress.languages == {"fr": (12, 0)}
