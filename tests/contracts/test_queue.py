"""The queue, on both engines: what waits and for whom, nobody's card twice, what is found and counted."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from bot import reviewing
from bot.circumstances import Circumstances
from bot.people import Moderator, Role
from bot.ports import Stale, Unit
from bot.queued import Filter, Group, Search, Tally
from bot.standing import Enough, Nothing, Taken
from bot.testimony import Decision, DecisionKind, State
from bot.testimony import Testimony as Voice  # a name that pytest does not take for a test
from storage.database import Database
from tests.deeds.stage import catalogs
from tests.stores import NOW, later, reader, someone, voice


def adding(unit: Unit) -> Callable[..., Voice]:
    """Keep a voice of one and the same respondent, received in this hour."""
    her = someone(unit)
    return lambda hour=0, **more: unit.testimonies.add(voice(her, received_at=later(hours=hour), **more), [])


async def test_of_fifty_who_take_at_once_each_has_another_card(store: Database) -> None:
    """R35: 30 voices wait, 50 moderators ask in the same moment: 30 have one each, nobody two, no card twice."""

    def begin(unit: Unit) -> list[Moderator]:
        for number in range(30):
            unit.testimonies.add(
                voice(someone(unit, 7_000_000 + number), received_at=later(hours=number)), []
            )
        return [reader(unit, 600_000_000 + number) for number in range(50)]

    def take(unit: Unit, moderator: Moderator) -> Taken | Nothing | Enough:
        return reviewing.take(
            unit, Circumstances(f"take:{moderator.id}", later(days=3), catalogs()), moderator
        )

    moderators = await store.transact(begin)
    found = await asyncio.gather(*(store.transact(partial(take, moderator=each)) for each in moderators))
    taken = [each.testimony for each in found if isinstance(each, Taken)]
    assert len({each.id for each in taken}) == len(taken) == 30
    assert len({each.claimed_by for each in taken}) == 30
    assert [each for each in found if not isinstance(each, Taken)] == [Nothing()] * 20


async def test_what_a_moderator_wants_to_see_is_kept_until_it_is_changed(store: Database) -> None:
    def work(unit: Unit) -> object:
        one, other = reader(unit), reader(unit, 600_000_002)
        wanted = Filter(
            frozenset({"fr", "sw"}),
            frozenset({"MG"}),
            frozenset({"food"}),
            frozenset({"checkin"}),
            frozenset({"c" * 32}),
        )
        unit.queue.save_filter(one.address, wanted)
        first = unit.queue.filter(one.address) == wanted, unit.queue.filter(other.address) == Filter()
        unit.queue.save_filter(one.address, wanted.toggled("languages", "sw").toggled("themes", "food"))
        second = unit.queue.filter(one.address)
        unit.queue.save_filter(one.address, Filter())
        return first, second, bool(unit.queue.filter(one.address))

    kept = Filter(
        frozenset({"fr"}), frozenset({"MG"}), frozenset(), frozenset({"checkin"}), frozenset({"c" * 32})
    )
    assert await store.transact(work) == ((True, True), kept, False)


async def test_the_line_is_what_waits_and_is_wanted_the_oldest_first(store: Database) -> None:
    """S20, S34: nothing sensitive, of another partner, claimed, decided, or one's own."""

    def work(unit: Unit) -> None:
        moderator, add = reader(unit), adding(unit)
        claim = {"state": State.IN_REVIEW, "claimed_by": moderator.id}
        late, ran_out = add(2), add(1, **claim, claimed_until=later(hours=3), language="sw")
        add(0, **claim, claimed_until=later(days=9))
        add(0, state=State.ACCEPTED)
        add(0, sensitive=True)
        kenya = add(3, country="KE", form="checkin", language="ar", campaign="c" * 32)
        unit.testimonies.add(voice(someone(unit, 5, partner="omep")), [])

        def line(most: int = 9, besides: str | None = None, **wanted: str) -> list[str]:
            kinds = Filter(**{kind: frozenset(codes.split()) for kind, codes in wanted.items()})
            now = later(days=1)
            places = unit.queue.line(partner="atd", wanted=kinds, now=now, besides=besides, most=most)
            return [each.id for each in places]

        assert line() == [ran_out.id, late.id, kenya.id]
        assert line(2) == [ran_out.id, late.id]
        assert line(languages="fr ar") == [late.id, kenya.id]
        assert (
            line(countries="KE")
            == line(forms="checkin")
            == line(campaigns="c" * 32)
            == line(languages="ar", forms="checkin")
            == [kenya.id]
        )
        assert line(languages="fr", countries="KE") == []
        assert line(besides=late.respondent) == []
        lane = partial(unit.queue.groups, partner="atd", late=later(hours=2), now=later(days=1))
        assert sorted(lane(sensitive=False), key=lambda each: each.language) == [
            Group("ar", "KE", "checkin", "c" * 32, 1, 0),
            Group("fr", "MG", "testimony", "", 1, 0),
            Group("sw", "MG", "testimony", "", 1, 1),
        ]
        assert lane(sensitive=True) == [Group("fr", "MG", "testimony", "", 1, 1)]
        assert unit.queue.median(partner="atd", now=later(days=1)) == late.received_at
        assert unit.queue.median(partner="omep", now=later(days=1)) == NOW

    await store.transact(work)


async def test_one_in_hand_is_nobody_elses(store: Database) -> None:
    def work(unit: Unit) -> object:
        told = adding(unit)()
        held = unit.testimonies.hold(told.id, 0, partner="atd")
        return (
            held == told,
            unit.testimonies.hold(told.id, 1, partner="atd"),
            unit.testimonies.hold(told.id, 0, partner="omep"),
        )

    assert await store.transact(work) == (True, None, None)


async def test_what_was_given_away_is_the_other_partners_alone(store: Database) -> None:
    """S20."""

    def work(unit: Unit) -> None:
        told = adding(unit)()
        given = unit.testimonies.hand_over(told, to="omep")
        with pytest.raises(Stale):
            unit.testimonies.save(told)
        assert unit.testimonies.get(told.id, partner="atd") is None
        assert unit.testimonies.get(told.id, partner="omep") == given
        assert unit.testimonies.own(told.id, respondent=told.respondent) == given

    await store.transact(work)


async def test_what_is_found_is_of_the_partner_and_neither_sensitive_nor_withdrawn(store: Database) -> None:
    """S20, S34."""

    def work(unit: Unit) -> None:
        add = adding(unit)
        told = [
            add(hour, state=state, language=language)
            for hour, state, language in (
                (0, State.RECEIVED, "fr"),
                (1, State.ACCEPTED, "sw"),
                (2, State.RETURNED, "fr"),
                (3, State.SET_ASIDE, "fr"),
            )
        ]
        add(4, state=State.WITHDRAWN, receipt="MG-WITH")
        add(5, sensitive=True, receipt="MG-SENS")

        def search(most: int = 9, besides: str | None = None, **wanted: str) -> list[int]:
            found = unit.queue.search(
                Search(**wanted, days=30),
                partner="atd",
                now=later(days=1),
                besides=besides,
                most=most,
            )
            return [[each.id for each in told].index(hit.id) for hit in found]

        assert search() == [3, 2, 1, 0]
        assert search(2) == [3, 2]
        assert search(language="sw") == [1]
        assert search(state="received") == [0]
        assert search(country="KE") == search(besides=told[0].respondent) == []
        assert unit.queue.search(Search(days=7), partner="atd", now=later(days=9), most=9) == []
        assert unit.queue.search(Search(), partner="omep", now=later(days=1), most=9) == []
        find = unit.queue.find
        assert find(told[1].receipt, partner="atd") == told[1].id
        assert [
            find(told[1].receipt, partner="omep"),
            find("MG-WITH", partner="atd"),
            find("MG-SENS", partner="atd"),
        ] == [None] * 3

    await store.transact(work)


async def test_decisions_are_counted_by_who_and_what_in_the_time_asked_for(store: Database) -> None:
    """S34: what is sensitive is in no number; S20: nor what another partner decided."""

    def work(unit: Unit) -> None:
        add = adding(unit)
        one, two, foreign = reader(unit), reader(unit, 600_000_002), reader(unit, 600_000_003, partner="omep")

        def decide(moderator: Moderator, kind: DecisionKind, hour: int, **more: object) -> Voice:
            told = add(**{"state": State.SET_ASIDE, "version": 1} | more)
            each = Decision(f"d-{told.id}", told.id, moderator.id, kind, "", later(hours=hour), 1)
            unit.testimonies.add_decision(each, respondent=told.respondent)
            return told

        together = [decide(one, DecisionKind.SET_ASIDE, 5) for _ in range(2)]
        decide(one, DecisionKind.SET_ASIDE, 5, state=State.IN_REVIEW)
        decide(one, DecisionKind.SET_ASIDE, 5, version=2)
        decide(one, DecisionKind.SET_ASIDE, 1)
        decide(two, DecisionKind.ACCEPT, 2)
        decide(two, DecisionKind.ACCEPT, 0)
        decide(two, DecisionKind.ACCEPT, 5, sensitive=True)
        decide(foreign, DecisionKind.ACCEPT, 5)
        tallies = unit.queue.tallies(partner="atd", since=later(hours=1), today=later(hours=3))
        assert {(each.moderator, each.kind): (each.count, each.today) for each in tallies} == {
            (one.id, DecisionKind.SET_ASIDE): (5, 4),
            (two.id, DecisionKind.ACCEPT): (1, 0),
        }
        assert all(isinstance(each, Tally) for each in tallies)
        found = unit.queue.decided_at(one.id, later(hours=5), partner="atd")
        assert set(found) == {each.id for each in together}
        assert unit.queue.decided_at(two.id, later(hours=5), partner="atd") == []
        assert unit.queue.decided_at(one.id, later(hours=5), partner="omep") == []

    await store.transact(work)


async def test_the_languages_of_a_moderator_are_kept(store: Database) -> None:
    def work(unit: Unit) -> tuple[str, ...]:
        address = unit.people.add_address(6, 6, NOW)
        added = unit.people.add_moderator(address, "atd", Role.MODERATOR, "fr", NOW)
        assert added.languages == ()
        unit.people.save_moderator(replace(added, languages=("fr", "sw")))
        return unit.people.moderators_at(address)[0].languages

    assert await store.transact(work) == ("fr", "sw")
