"""Testimonies, their consents and decisions."""

import asyncio
from dataclasses import replace
from datetime import datetime
from functools import partial

import pytest

from bot.outbox import Kind
from bot.people import Consent
from bot.ports import Medium, Stale, Unit
from bot.testimony import Decision, DecisionKind, Exchange, State
from bot.testimony import Testimony as Voice  # a name that pytest does not take for a test
from storage.database import Database
from tests.stores import NOW, every_row, later, reader, say, someone, voice


def consent(testimony: Voice, purpose: str, granted: bool = True, minutes: int = 0) -> Consent:
    return Consent(testimony.id, purpose, granted, "sha256:ab", "fr", later(minutes=minutes))


async def test_a_testimony_is_read_back_equal(store: Database) -> None:
    def work(unit: Unit) -> None:
        told = voice(someone(unit), answers={"/t/b": "é", "/t/a": "\ud83d ع", "/t/c": "audio.ogg"})
        assert unit.testimonies.add(told, [consent(told, "keep")]) == told
        assert unit.testimonies.get(told.id, partner="atd") == told
        assert unit.testimonies.own(told.id, respondent=told.respondent) == told
        found = unit.testimonies.get(told.id, partner="atd")
        assert found is not None
        assert list(found.answers) == ["/t/b", "/t/a", "/t/c"]  # the form's order, kept

    await store.transact(work)


async def test_a_receipt_is_given_once_and_the_work_can_go_on_with_another(store: Database) -> None:
    def work(unit: Unit) -> object:
        her = someone(unit)
        first = unit.testimonies.add(voice(her, receipt="MG-7K2P"), [])
        second = voice(her, receipt="MG-7K2P")
        with pytest.raises(ValueError, match="MG-7K2P"):
            unit.testimonies.add(second, [consent(second, "keep")])
        kept = unit.testimonies.add(replace(second, receipt="MG-9QRT"), [])
        return {each.receipt for each in unit.testimonies.of(her.id)} == {first.receipt, kept.receipt}

    assert await store.transact(work)


async def test_another_partners_testimony_is_as_if_it_were_not_there(store: Database) -> None:
    """S20: by id, in the queue, among the claimed, in the counts, when written."""

    def work(unit: Unit) -> object:
        moderator = reader(unit, partner="omep")
        her = someone(unit)
        told = unit.testimonies.add(voice(her), [])
        taken = unit.testimonies.save(
            replace(
                voice(her, id=told.id, receipt=told.receipt),
                state=State.IN_REVIEW,
                claimed_by=moderator.id,
                claimed_until=later(minutes=30),
            )
        )
        with pytest.raises(Stale):
            unit.testimonies.save(replace(taken, partner="omep"))
        return (
            unit.testimonies.get(told.id, partner="omep"),
            unit.testimonies.next(partner="omep", sensitive=False, now=later(days=9)),
            unit.testimonies.claimed(moderator.id, partner="omep", now=NOW),
            unit.queue.groups(partner="omep", sensitive=False, late=NOW, now=later(days=9)),
            unit.testimonies.get(told.id, partner="atd") == taken,
        )

    assert await store.transact(work) == (None, None, [], [], True)


async def test_another_respondents_testimony_is_as_if_it_were_not_there(store: Database) -> None:
    """S20: /mine shows one's own."""

    def work(unit: Unit) -> object:
        her, him = someone(unit, 1), someone(unit, 2)
        told = unit.testimonies.add(voice(her), [])
        unit.testimonies.erase_words(told.id, respondent=him.id, now=NOW)
        return (
            unit.testimonies.own(told.id, respondent=him.id),
            unit.testimonies.of(him.id),
            unit.testimonies.own(told.id, respondent=her.id) == told,
        )

    assert await store.transact(work) == (None, [], True)


async def test_ones_own_come_newest_first(store: Database) -> None:
    def work(unit: Unit) -> object:
        her = someone(unit)
        days = [2, 5, 1]
        told = [unit.testimonies.add(voice(her, received_at=later(days=day)), []) for day in days]
        return unit.testimonies.of(her.id) == [told[1], told[0], told[2]]

    assert await store.transact(work)


async def test_what_was_told_in_a_form_comes_day_by_day_without_what_must_stay(store: Database) -> None:
    """S20, S34: of one partner and form, since a day; nothing sensitive, set aside or withdrawn."""

    def work(unit: Unit) -> None:
        her = someone(unit)

        def add(day: int, **more: object) -> Voice:
            return unit.testimonies.add(voice(her, received_at=later(days=day), **more), [])

        told = [add(3), add(1, state=State.ACCEPTED), add(1, state=State.RETURNED)]
        add(1, sensitive=True)
        add(1, form="initiative")
        for state in (State.SET_ASIDE, State.WITHDRAWN):
            add(1, state=state)

        def found(partner: str, since: int, until: int) -> list[str]:
            span = {"since": later(days=since), "until": later(days=until)}
            return unit.testimonies.told("testimony", partner=partner, **span)

        assert found("atd", 0, 4) == sorted(each.id for each in told)
        assert found("atd", 1, 3) == sorted(each.id for each in told[1:])
        assert (found("atd", 2, 3), found("omep", 0, 4)) == ([], [])
        first = partial(unit.testimonies.told_first, "testimony")
        assert [first(partner="atd", since=each) for each in (None, later(days=2), later(days=4))] == [
            later(days=1),
            later(days=3),
            None,
        ]
        assert first(partner="omep") is None

    await store.transact(work)


async def test_what_is_accepted_comes_by_pages_newest_first_and_none_twice(store: Database) -> None:
    """S20, S34: of one partner, of these forms, in this time; nothing sensitive, and nothing in another state."""

    def work(unit: Unit) -> None:
        her = someone(unit)

        def add(day: int, state: State = State.ACCEPTED, **more: object) -> Voice:
            return unit.testimonies.add(voice(her, received_at=later(days=day), state=state, **more), [])

        told = [
            add(day, form=form) for day, form in ((1, "a"), (2, "b"), (2, "a"), (2, "b"), (3, "a"), (5, "a"))
        ]
        add(2, sensitive=True, form="a")
        add(2, form="c")
        for state in set(State) - {State.ACCEPTED}:
            add(2, state, form="a")

        def page(since: int, until: tuple[datetime, str], partner: str = "atd") -> list[Voice]:
            return unit.testimonies.accepted(
                ("a", "b"), partner=partner, since=later(days=since), until=until, most=2
            )

        wanted = sorted(told[:-1], key=lambda each: (each.received_at, each.id), reverse=True)
        seen: list[Voice] = []
        while found := page(1, (seen[-1].received_at, seen[-1].id) if seen else (later(days=5), "")):
            seen += found
        assert seen == wanted
        assert [each.received_at for each in page(3, (later(days=5), ""))] == [later(days=3)]
        assert page(1, (later(days=5), ""), "omep") == []
        [aside] = unit.testimonies.set_aside(
            ("a",), partner="atd", since=later(days=1), until=(later(days=5), ""), most=2
        )
        assert aside.state is State.SET_ASIDE

    await store.transact(work)


async def test_the_oldest_that_waits_comes_next(store: Database) -> None:
    """Received, or in review with a claim that ran out; sensitive ones only when asked for (S34)."""

    def work(unit: Unit) -> None:
        moderator, her = reader(unit), someone(unit)

        def add(day: int, **more: object) -> Voice:
            return unit.testimonies.add(voice(her, received_at=later(days=day), **more), [])

        claim = {"state": State.IN_REVIEW, "claimed_by": moderator.id}
        for state in (State.ACCEPTED, State.RETURNED, State.SET_ASIDE, State.WITHDRAWN):
            add(0, state=state)
        running = add(1, **claim, claimed_until=later(days=30))
        over = add(2, **claim, claimed_until=later(days=8), language="ar")
        waiting = add(3)
        sensitive = add(1, sensitive=True)

        def after(sensitive: bool, day: int, besides: str | None = None) -> Voice | None:
            now = later(days=day)
            return unit.testimonies.next(partner="atd", sensitive=sensitive, now=now, besides=besides)

        assert after(False, 9) == over
        assert after(False, 7) == waiting
        assert after(False, 31) == running
        assert after(True, 9) == sensitive
        assert after(False, 9, besides=her.id) is None
        assert after(False, 9, besides="someone else") == over
        assert unit.testimonies.claimed(moderator.id, partner="atd", now=later(days=9)) == [running]
        assert unit.testimonies.claimed(moderator.id, partner="atd", now=later(days=7)) == [running, over]
        assert [
            unit.testimonies.waiting(partner="atd", sensitive=False, now=later(days=9), most=most)
            for most in (1, 2, 9)
        ] == [1, 2, 2]

    await store.transact(work)


async def test_of_fifty_who_decide_at_once_one_does(store: Database) -> None:
    """R35: compare-and-set on the version; the losers can read who won."""

    def begin(unit: Unit) -> Voice:
        return unit.testimonies.add(voice(someone(unit)), [])

    told = await store.transact(begin)
    moderators = await store.transact(lambda unit: [reader(unit, 600 + n).id for n in range(50)])

    async def decide(n: int) -> str | None:
        def work(unit: Unit) -> None:
            moved = replace(told, state=State.IN_REVIEW, claimed_by=moderators[n])
            saved = unit.testimonies.save(moved)
            decision = Decision(f"d{n}", told.id, moderators[n], DecisionKind.ACCEPT, "", NOW, saved.version)
            unit.testimonies.add_decision(decision, respondent=told.respondent)

        try:
            await store.transact(work)
        except Stale:
            return None
        return moderators[n]

    winners = [winner for winner in await asyncio.gather(*[decide(n) for n in range(50)]) if winner]
    found = await store.transact(lambda unit: unit.testimonies.get(told.id, partner="atd"))
    decided = await store.transact(lambda unit: unit.testimonies.decisions(told.id))
    assert len(winners) == 1
    assert found == replace(told, state=State.IN_REVIEW, claimed_by=winners[0], version=1)
    assert [each.moderator for each in decided] == winners


async def test_what_changed_since_it_was_read_is_not_written_over(store: Database) -> None:
    """R35: also where no decision is written beside it: fifty take it at once, and one has it."""
    told = await store.transact(lambda unit: unit.testimonies.add(voice(someone(unit)), []))
    moderators = await store.transact(lambda unit: [reader(unit, 600 + n).id for n in range(50)])

    async def take(moderator: str) -> str | None:
        mine = replace(told, state=State.IN_REVIEW, claimed_by=moderator, claimed_until=later(hours=1))
        try:
            await store.transact(lambda unit: unit.testimonies.save(mine))
        except Stale:
            return None
        return moderator

    winners = [winner for winner in await asyncio.gather(*map(take, moderators)) if winner]
    found = await store.transact(lambda unit: unit.testimonies.get(told.id, partner="atd"))
    assert found is not None
    assert winners == [found.claimed_by]


async def test_a_version_is_decided_once(store: Database) -> None:
    """R35: even a decision that was written without its testimony cannot stand beside another."""

    def work(unit: Unit) -> None:
        moderator = reader(unit)
        told = unit.testimonies.add(voice(someone(unit)), [])
        first = Decision("d1", told.id, moderator.id, DecisionKind.ACCEPT, "", NOW, 1)
        unit.testimonies.add_decision(first, respondent=told.respondent)
        unit.testimonies.add_decision(replace(first, id="d2"), respondent=told.respondent)

    with pytest.raises(Stale):
        await store.transact(work)


async def test_two_moderators_who_ask_at_once_can_both_try(store: Database) -> None:
    def begin(unit: Unit) -> list[Voice]:
        her = someone(unit)
        return [unit.testimonies.add(voice(her, received_at=later(days=n)), []) for n in range(2)]

    told = await store.transact(begin)
    moderator = await store.transact(reader)

    def take(unit: Unit) -> Voice | None:
        found = unit.testimonies.next(partner="atd", sensitive=False, now=NOW)
        if found is None:
            return None
        claim = replace(found, state=State.IN_REVIEW, claimed_by=moderator.id, claimed_until=later(hours=1))
        return unit.testimonies.save(claim)

    taken = await asyncio.gather(*[store.transact(take) for _ in range(3)])
    assert sorted(each.id for each in taken if each) == sorted(each.id for each in told)


async def test_the_latest_consent_of_each_purpose_counts(store: Database) -> None:
    """S31: what was agreed to is data, revocable; the last word counts, also within one moment."""

    def work(unit: Unit) -> None:
        her = someone(unit)
        told, other = voice(her), voice(her)
        unit.testimonies.add(told, [consent(told, "keep"), consent(told, "share", False)])
        unit.testimonies.add(other, [consent(other, "share", True, 9)])
        unit.testimonies.add_consents([consent(told, "share", True, 1), consent(told, "quote", False, 1)])
        unit.testimonies.add_consents([consent(told, "share", False, 1)])
        assert unit.testimonies.consents(told.id) == [
            consent(told, "keep"),
            consent(told, "quote", False, 1),
            consent(told, "share", False, 1),
        ]

    await store.transact(work)


async def test_decisions_come_oldest_first_with_their_reasons(store: Database, url: str) -> None:
    """S3: a reason may repeat her words and is sealed."""

    def work(unit: Unit) -> None:
        moderator = reader(unit)
        told = unit.testimonies.add(voice(someone(unit)), [])
        first = Decision("d1", told.id, moderator.id, DecisionKind.RETURN, "canary-où ?", NOW, 2)
        second = Decision("d2", told.id, moderator.id, DecisionKind.UNDO, "", later(minutes=1), 3)
        unit.testimonies.add_decision(second, respondent=told.respondent)
        unit.testimonies.add_decision(first, respondent=told.respondent)
        assert unit.testimonies.decisions(told.id) == [first, second]

    await store.transact(work)
    assert "canary" not in str(every_row(url)["decisions"])


async def test_exchanges_and_every_state_are_kept(store: Database) -> None:
    def work(unit: Unit) -> None:
        told = unit.testimonies.add(voice(someone(unit)), [])
        for state in (State.IN_REVIEW, State.RETURNED, State.RECEIVED, State.ACCEPTED, State.SET_ASIDE):
            exchange = Exchange("Since when?", "Since March", ("m1", "m2"))
            told = unit.testimonies.save(replace(told, state=state, exchanges=(exchange,), themes=()))
            assert unit.testimonies.get(told.id, partner="atd") == told

    await store.transact(work)


async def test_a_withdrawn_testimony_keeps_its_receipt_and_no_word(store: Database, url: str) -> None:
    """S40: answers, exchanges, country, recordings and reasons go, and the cards about her not yet sent."""

    def work(unit: Unit) -> object:
        moderator, her = reader(unit), someone(unit)
        media = [Medium(f"m{n}", her.id, "audio", "f", "u") for n in range(3)]
        for medium in media:
            unit.media.add(medium, NOW)
        told = voice(
            her,
            answers={"/testimony/story": "canary", "/testimony/voice": "m0"},
            exchanges=(Exchange("canary?", "canary!", ("m1",)),),
        )
        unit.testimonies.add(told, [consent(told, "keep")])
        decision = Decision("d1", told.id, moderator.id, DecisionKind.RETURN, "canary", NOW, 1)
        unit.testimonies.add_decision(decision, respondent=her.id)
        say(unit, "card", moderator.address, kind=Kind.MODERATION, about=her.id)
        say(unit, "receipt", her.address, about=her.id)

        unit.testimonies.erase_words(told.id, respondent=her.id, now=NOW)
        withdrawn = unit.testimonies.save(replace(told, state=State.WITHDRAWN))

        empty = replace(
            told, state=State.WITHDRAWN, answers={}, exchanges=(), themes=(), country="", said={}, version=1
        )
        assert withdrawn.version == 1
        assert unit.testimonies.get(told.id, partner="atd") == empty
        assert unit.testimonies.decisions(told.id) == [replace(decision, reason="")]
        assert unit.testimonies.consents(told.id) == [consent(told, "keep")]
        assert unit.media.of(her.id) == media[2:]
        return [each.key for each in unit.outbox.claim(9, NOW)]

    assert await store.transact(work) == ["receipt"]
    rows = every_row(url)["testimonies"]
    assert [row[11:13] for row in rows] == [(None, None)]


async def test_decided_testimonies_are_dropped_by_age(store: Database) -> None:
    """S41: 12 months after it came a decided voice goes, with all that hangs on it; a waiting one never."""

    def work(unit: Unit) -> object:
        moderator, her = reader(unit), someone(unit)
        unit.media.add(Medium("m1", her.id, "audio", "f", "u"), NOW)
        states = [State.ACCEPTED, State.SET_ASIDE, State.WITHDRAWN, State.RECEIVED, State.RETURNED]
        told = [voice(her, state=state, answers={"/v": "m1"}) for state in states]
        for each in told:
            unit.testimonies.add(each, [consent(each, "keep")])
            decision = Decision(f"d-{each.id}", each.id, moderator.id, DecisionKind.ACCEPT, "", NOW, 1)
            unit.testimonies.add_decision(decision, respondent=her.id)
        young = unit.testimonies.add(voice(her, state=State.ACCEPTED, received_at=later(days=400)), [])
        dropped = unit.testimonies.drop_older(later(days=365))
        left = {each.id for each in unit.testimonies.of(her.id)}
        return dropped, left == {told[3].id, told[4].id, young.id}, unit.media.of(her.id)

    assert await store.transact(work) == (3, True, [])
