"""What a lead does to a campaign: composed, counted, started by two where it reaches many, ended; on both engines."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot import campaigning, rounds
from bot.campaign import (
    SECOND,
    Audience,
    Campaign,
    Count,
    Kind,
    Lack,
    NotAlone,
    NotNow,
    Reason,
    Schedule,
    State,
)
from bot.people import Role
from bot.ports import Stale, Unit
from bot.rhythm import Every
from storage.database import Database
from tests.campaigns import ONE, TWO, WORDS, at, lead, person, ready, running
from tests.stores import NOW, later, someone, voice

DAY = timedelta(days=1)


def many(unit: Unit, campaign: Campaign) -> Campaign:
    """The same, counted to more than one alone may start."""
    return unit.campaigns.save(replace(campaign, counted=Count(NOW, reached=SECOND + 1).plain()))


async def test_a_campaign_says_what_it_lacks_until_it_lacks_nothing(store: Database) -> None:
    def work(unit: Unit) -> list[Lack | None]:
        lena, said = lead(unit), []
        whole = ready(unit)
        lacking: tuple[dict[str, Any], ...] = (
            {"form": "never published"},
            {"wordings": {}},
            {"schedule": Schedule(Kind.ONCE, 600, NOW.date() - 2 * DAY)},
            {"schedule": Schedule(Kind.AFTER, 600, NOW.date(), number=2)},
            {"audience": Audience(languages=("fr",))},
        )
        for without in lacking:
            draft = campaigning.copy(unit, at(), lena, whole)
            draft = campaigning.change(unit, at(), lena, draft, **without)
            said.append(campaigning.lacks(unit, at(), draft))
            with pytest.raises(NotNow) as refused:
                campaigning.start(unit, at(), lena, draft)
            assert refused.value.lack is said[-1]
        return [*said, campaigning.lacks(unit, at(), whole)]

    assert await store.transact(work) == [Lack.FORM, Lack.WORDS, Lack.DAY, Lack.RULE, Lack.COUNT, None]


async def test_one_alone_starts_what_reaches_few_and_another_person_approves_what_reaches_many(
    store: Database,
) -> None:
    """R15: another person, not another role of the same; whoever changed it last asks for it."""

    def work(unit: Unit) -> None:
        lena, theo = lead(unit), lead(unit, TWO)
        again = unit.people.add_moderator(lena.address, "atd", Role.MODERATOR, "fr", NOW)
        assert campaigning.start(unit, at(), lena, ready(unit)).state is State.RUNNING
        campaign = many(unit, ready(unit))
        with pytest.raises(NotAlone):
            campaigning.start(unit, at(), lena, campaign)
        offered = campaigning.offer(unit, at(), theo, campaign)
        with pytest.raises(NotAlone):
            campaigning.approve(unit, at(), theo, offered)
        back = campaigning.send_back(unit, at(), theo, offered)
        changed = campaigning.change(unit, at(), lena, back, name="Rentrée")
        offered = campaigning.offer(unit, at(), lena, changed)
        for same in (lena, again):
            with pytest.raises(NotAlone):
                campaigning.approve(unit, at(), same, offered)
        approved = campaigning.approve(unit, at(), theo, offered)
        assert (approved.state, approved.approved_by) == (State.RUNNING, theo.id)
        with pytest.raises(Stale):
            campaigning.approve(unit, at(), theo, offered)

    await store.transact(work)


async def test_a_count_that_is_a_day_old_starts_nothing(store: Database) -> None:
    """R15: who came since might be written to unseen."""

    def work(unit: Unit) -> None:
        campaign = ready(unit, first=date(2026, 12, 20))
        with pytest.raises(NotNow):
            campaigning.start(unit, at(later(days=1, minutes=1)), lead(unit), campaign)
        campaigning.start(unit, at(later(hours=23)), lead(unit), campaign)

    await store.transact(work)


async def test_only_a_draft_is_changed_or_thrown_away_and_a_change_of_whom_is_counted_anew(
    store: Database,
) -> None:
    def work(unit: Unit) -> None:
        lena = lead(unit)
        draft = campaigning.change(unit, at(), lena, ready(unit), name="Rentrée")
        assert draft.counted is not None
        draft = campaigning.change(unit, at(), lena, draft, audience=Audience(countries=("MG",)))
        assert draft.counted is None
        for wrong in ({"reminders": 3}, {"expires": 0}, {"quota": -1}, {"state": State.RUNNING}):
            with pytest.raises(ValueError, match=r"\w"):
                campaigning.change(unit, at(), lena, draft, **wrong)
        runs = running(unit)
        for refused in (campaigning.discard, campaigning.change, campaigning.offer, campaigning.resume):
            with pytest.raises(NotNow):
                refused(unit, at(), lena, runs)
        campaigning.discard(unit, at(), lena, draft)
        assert unit.campaigns.get(draft.id, partner="atd") is None

    await store.transact(work)


async def test_a_dry_run_says_exactly_who_is_reached_where_and_when_and_who_is_not_and_why(
    store: Database,
) -> None:
    """R15: by language, and by zone at its own hour; whoever is of another partner or audience is not spoken of."""

    def people(unit: Unit) -> Campaign:
        person(unit, 1)
        person(unit, 2, zone="Asia/Kathmandu")
        person(unit, 3, zone="Asia/Kathmandu", language="en")
        person(unit, 4, language="de")
        person(unit, 5, contact=False)
        person(unit, 6, every=Every.NEVER)
        person(unit, 7, paused_until=NOW.date() + 9 * DAY)
        person(unit, 8, paused_until=NOW.date() + 2 * DAY)
        person(unit, 9, partner="omep")
        for number, changes in ((10, {"quiet": True}), (11, {"reachable": False})):
            her = unit.people.respondent(person(unit, number))
            assert her is not None
            unit.people.save_respondent(replace(her, **changes))  # type: ignore[arg-type]
        someone(unit, 12)
        return ready(unit, first=NOW.date() + 2 * DAY)

    campaign = await store.transact(people)
    found = await campaigning.count(store, at(), campaign)
    assert (found.reached, found.languages) == (4, {"fr": 3, "en": 1})
    day = datetime(2026, 11, 25, tzinfo=UTC)
    assert [(each.zone, each.local.hour, each.utc, each.people) for each in found.hours] == [
        ("Asia/Kathmandu", 10, day + timedelta(hours=4, minutes=15), 2),
        ("Indian/Antananarivo", 10, day + timedelta(hours=7), 2),
    ]
    assert found.left == {
        Reason.LANGUAGE: 1,
        Reason.CONSENT: 2,
        Reason.NEVER: 1,
        Reason.PAUSED: 1,
        Reason.STOPPED: 1,
        Reason.UNREACHABLE: 1,
    }
    kept = await store.transact(lambda unit: unit.campaigns.get(campaign.id, partner="atd"))
    assert kept is not None
    assert kept.counted is not None
    assert Count.of(kept.counted) == found


async def test_whoever_asks_days_after_a_story_counts_those_whose_day_comes(store: Database) -> None:
    def people(unit: Unit) -> Campaign:
        for number, days in enumerate((1, 6, 7, 8), 1):
            person(unit, number, told_at=NOW - days * DAY)
        return ready(unit, schedule=Schedule(Kind.AFTER, 600, NOW.date(), number=7))

    campaign = await store.transact(people)
    found = await campaigning.count(store, at(), campaign)
    assert (found.reached, found.left) == (2, {Reason.LATE: 2})


async def test_a_count_is_not_kept_where_the_campaign_changed_meanwhile(store: Database) -> None:
    campaign = await store.transact(ready)
    await store.transact(lambda unit: campaigning.change(unit, at(), lead(unit), campaign, expires=5))
    with pytest.raises(Stale):
        await campaigning.count(store, at(), campaign)


async def test_a_copy_is_a_draft_that_asks_the_same_on_another_day(store: Database) -> None:
    def work(unit: Unit) -> None:
        campaign = running(unit, name="Rentrée", audience=Audience(themes=("school",)))
        ended = campaigning.cancel(unit, at(), lead(unit), campaign)
        copy = campaigning.copy(unit, at(later(days=9)), lead(unit, TWO), ended)
        assert (copy.state, copy.counted, copy.started_at, copy.approved_by) == (
            State.DRAFT,
            None,
            None,
            None,
        )
        assert (copy.name, copy.audience, copy.wordings) == (campaign.name, campaign.audience, WORDS)
        assert copy.schedule.first == later(days=10).date()
        assert copy.code != campaign.code
        assert unit.campaigns.get(copy.id, partner="atd") == copy

    await store.transact(work)


async def test_everything_a_lead_does_to_a_campaign_stands_in_the_journal(store: Database) -> None:
    """S42."""

    def work(unit: Unit) -> list[str]:
        lena, theo = lead(unit, ONE), lead(unit, TWO)
        campaign = campaigning.offer(unit, at(), lena, ready(unit))
        campaign = campaigning.send_back(unit, at(), theo, campaign)
        campaign = campaigning.offer(unit, at(), lena, campaign)
        campaign = campaigning.approve(unit, at(), theo, campaign)
        campaign = campaigning.pause(unit, at(), lena, campaign)
        campaign = campaigning.resume(unit, at(), lena, campaign)
        campaigning.discard(unit, at(), lena, campaigning.copy(unit, at(), lena, campaign))
        campaigning.cancel(unit, at(), theo, campaign)
        return [each.verb for each in reversed(unit.journal.read()) if each.object.startswith("campaign:")]

    assert " · ".join(await store.transact(work)) == (
        "began · changed · offered · sent back · offered · approved · paused · resumed · copied · discarded · cancelled"
    )


async def test_of_what_people_said_of_a_change_their_last_check_in_counts(store: Database) -> None:
    """Of whatever theme; what they told since that compares nothing does not."""

    def work(unit: Unit) -> None:
        def said(number: int, *told: dict[str, str]) -> str:
            her = someone(unit, number)
            for days, changes in enumerate(told):
                answers = {f"/checkin/{ref}": value for ref, value in changes.items()}
                unit.testimonies.add(
                    voice(her, form="checkin", answers=answers, received_at=later(days=days)), []
                )
            return her.id

        worse = said(1, {"change_1": "better"}, {"change_1": "same", "change_2": "worse"}, {"next": "send"})
        whole = said(2, {"compared": "worse"})
        better = said(3, {"change_1": "worse"}, {"change_3": "better"})
        said(4, {"next": "send"})
        campaign = ready(unit)

        def reached(*changes: str) -> set[str]:
            asks = replace(campaign, audience=Audience(changes=changes))
            people = unit.audiences.of("atd", after="", most=9, opened=asks.audience.reads_words)
            return {each.respondent for each in rounds.audience(unit, at(later(days=9)), asks, people)}

        assert reached("worse") == {worse, whole}
        assert reached("better") == {better}
        assert reached("better", "same") == {better, worse}

    await store.transact(work)
