"""Cases of the sensitive lane, on both engines."""

from dataclasses import replace

import pytest

from bot.cases import Case, CaseState, Outcome, Step, StepKind, Way
from bot.people import Moderator, Respondent
from bot.ports import Stale, Unit
from bot.testimony import State, Testimony
from storage.database import Database
from tests.stores import NOW, later, reader, someone, voice


def opened(unit: Unit, her: Respondent, code: str, **more: object) -> tuple[Testimony, Case]:
    """A sensitive testimony of hers, and its case."""
    told = unit.testimonies.add(voice(her, sensitive=True), [])
    case = Case(told.id, code, Way.HERSELF, NOW, later(hours=12))
    unit.cases.add(replace(case, **more))  # type: ignore[arg-type]
    return told, case


async def test_a_case_is_found_by_its_partner_and_by_her_and_by_nobody_else(store: Database) -> None:
    """S34, S20."""

    def work(unit: Unit) -> None:
        her, other = someone(unit), someone(unit, 7_000_000_001, partner="omep")
        told, case = opened(unit, her, "K-AAAAA", about=("omep", "x"))
        kept = replace(case, partner="atd", about=("omep", "x"))
        assert unit.cases.get(told.id, partner="atd") == kept
        assert unit.cases.get(told.id, partner="omep") is None
        assert unit.cases.own(told.id, respondent=her.id) == kept
        assert unit.cases.own(told.id, respondent=other.id) is None
        assert (unit.cases.of("atd"), unit.cases.of("omep")) == ([kept], [])

    await store.transact(work)


async def test_what_is_barred_nobody_of_its_partner_finds_by_any_question(store: Database) -> None:
    """S34: not by its id, in no queue, count, list or export; she still does."""

    def work(unit: Unit) -> None:
        her = someone(unit)
        told, _ = opened(unit, her, "K-AAAAA")
        open_one = unit.testimonies.add(voice(her), [])
        lea = reader(unit)
        for each in (told, open_one):
            unit.testimonies.save(
                replace(
                    each, state=State.IN_REVIEW, claimed_by=lea.id, claimed_until=later(hours=1), barred=True
                )
            )
        for each in (told, open_one):
            assert unit.testimonies.get(each.id, partner="atd") is None
            assert unit.testimonies.own(each.id, respondent=her.id) is not None
        for sensitive in (True, False):
            late = later(days=9)
            assert unit.testimonies.next(partner="atd", sensitive=sensitive, now=late) is None
            assert unit.testimonies.waiting(partner="atd", sensitive=sensitive, now=late, most=9) == 0
            assert unit.queue.groups(partner="atd", sensitive=sensitive, late=late, now=late) == []
        assert unit.testimonies.claimed(lea.id, partner="atd", now=NOW) == []
        assert unit.testimonies.told_first("testimony", partner="atd") is None
        assert unit.cases.get(told.id, partner="atd") is None
        assert unit.cases.of("atd") == []
        barred = unit.testimonies.barred(told.id)
        assert barred is not None
        given = unit.testimonies.hand_over(unit.testimonies.save(replace(barred, barred=False)), to="omep")
        assert unit.testimonies.get(told.id, partner="omep") == given
        assert unit.testimonies.get(told.id, partner="atd") is None
        assert unit.testimonies.barred(told.id) is None

    await store.transact(work)


async def test_a_code_and_a_version_are_given_once(store: Database) -> None:
    """R35, S21."""

    def work(unit: Unit) -> None:
        her = someone(unit)
        told, _ = opened(unit, her, "K-AAAAA")
        with pytest.raises(ValueError, match="K-AAAAA is taken"):
            opened(unit, her, "K-AAAAA")
        case = unit.cases.get(told.id, partner="atd")
        assert case is not None
        taken = unit.cases.save(replace(case, state=CaseState.TAKEN))
        assert taken.version == 1
        with pytest.raises(Stale):
            unit.cases.save(case)
        with pytest.raises(Stale):
            unit.testimonies.hand_over(replace(told, version=7), to="omep")

    await store.transact(work)


async def test_time_finds_what_is_due_and_the_operator_what_nobody_looks_at(store: Database) -> None:
    def work(unit: Unit) -> None:
        her = someone(unit)
        soon, _ = opened(unit, her, "K-AAAAA", remind_at=later(hours=1))
        opened(unit, her, "K-BBBBB", remind_at=later(hours=9))
        silent, _ = opened(unit, her, "K-CCCCC", remind_at=None)
        opened(unit, her, "K-DDDDD", remind_at=None, read_at=NOW)
        closed, _ = opened(unit, her, "K-EEEEE", remind_at=None, state=CaseState.CLOSED)
        barred, _ = opened(unit, her, "K-FFFFF", about=("atd",))
        unit.testimonies.save(replace(barred, barred=True))
        assert [each.testimony for each in unit.cases.due(later(hours=2))] == [soon.id]
        assert {each.testimony for each in unit.cases.unread()} == {silent.id, barred.id}
        assert closed.id not in {each.testimony for each in unit.cases.of("atd")}

    await store.transact(work)


async def test_what_was_done_is_read_in_order_and_its_notes_go_with_the_words(store: Database) -> None:
    """S40, S41: withdrawn, the notes are gone and the case is over; dropped by age, all of it."""

    def work(unit: Unit) -> None:
        her, lea = someone(unit), reader(unit)
        told, _ = opened(unit, her, "K-AAAAA", holder=lea.id)
        _steps(unit, told, lea)
        assert [each.note for each in unit.cases.steps(told.id, respondent=her.id)] == [
            "the clinic",
            "",
            "late",
        ]
        unit.testimonies.erase_words(told.id, respondent=her.id, now=NOW)
        case = unit.cases.own(told.id, respondent=her.id)
        assert case is not None
        assert (case.state, case.outcome, case.holder) == (CaseState.CLOSED, Outcome.WITHDRAWN, None)
        assert {each.note for each in unit.cases.steps(told.id, respondent=her.id)} == {""}
        old, _ = opened(unit, her, "K-BBBBB")
        _steps(unit, old, lea)
        assert unit.testimonies.drop_unread(later(days=1)) == 2
        assert unit.cases.own(old.id, respondent=her.id) is None
        assert unit.cases.steps(old.id, respondent=her.id) == []

    await store.transact(work)


def _steps(unit: Unit, told: Testimony, lea: Moderator) -> None:
    made = (
        (StepKind.ASKED_REFER, lea.id, "the clinic"),
        (StepKind.YES, None, ""),
        (StepKind.HANDED, lea.id, "late"),
    )
    for hour, (kind, by, note) in enumerate(made):
        step = Step(f"{told.id}{hour}", told.id, kind, later(hours=hour), by, "hash", "fr", note)
        unit.cases.add_step(step, respondent=told.respondent)


async def test_a_partner_keeps_its_own_guidance(store: Database) -> None:
    def work(unit: Unit) -> None:
        assert unit.guidance.get("atd", "words") == ""
        unit.guidance.set("atd", "words", "one", NOW)
        unit.guidance.set("atd", "words", "two", later(days=1))
        assert (unit.guidance.get("atd", "words"), unit.guidance.get("omep", "words")) == ("two", "")

    await store.transact(work)
