"""Where a lead watches a campaign, from where people told something, and when the last is due; on both engines."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot import progress
from bot.campaign import AWAY, OVER, Campaign, CheckIn, Reason, Stage
from bot.circumstances import Circumstances
from bot.ports import Unit
from bot.speech import Lines
from storage.database import Database
from tests.campaigns import at, lead, person, ready, running
from tests.stores import NOW, later, someone, voice


async def test_a_card_is_watched_where_it_lies_until_its_end_was_shown(store: Database) -> None:
    def work(unit: Unit) -> None:
        campaign, address = ready(unit), lead(unit).address
        assert unit.campaigns.watched() == []
        unit.campaigns.watch(campaign.id, address, 7, "hash")
        [watched] = unit.campaigns.watched()
        assert (watched.card, watched.card_says) == ((address, 7), "hash")
        unit.campaigns.lies(campaign.id, "another chat", 9)
        unit.campaigns.leave(address, 8)
        assert unit.campaigns.watched() == [watched]
        unit.campaigns.lies(campaign.id, address, 9)
        unit.campaigns.leave(address, 9)
        [away] = unit.campaigns.watched()
        assert (away.card, away.card_says) == ((address, 9), AWAY)
        unit.campaigns.watch(campaign.id, address, 9, OVER)
        unit.campaigns.leave(address, 9)
        assert unit.campaigns.watched() == []

    await store.transact(work)


async def test_the_countries_people_told_from_are_those_of_a_partner_nothing_sensitive(
    store: Database,
) -> None:
    """S34."""

    def work(unit: Unit) -> None:
        for number, country in enumerate(("FR", "MG", "MG", "LB")):
            her = someone(unit, number)
            unit.testimonies.add(voice(her, country=country, sensitive=country == "LB"), [])
        other = someone(unit, 9, partner="omep")
        unit.testimonies.add(voice(other, country="FJ"), [])
        assert list(unit.audiences.countries("atd")) == ["MG", "FR"]

    await store.transact(work)


def asked(unit: Unit, campaign: Campaign, her: str, number: int, **fields: Any) -> CheckIn:
    """A check-in of a campaign, of another day each."""
    day = NOW.date() + timedelta(days=number)
    one = CheckIn(f"{number:032}", campaign.id, "atd", her, day, 600, "", NOW, later(days=3))
    one = replace(one, **fields)
    unit.checkins.plan([one])
    return one


async def test_the_first_and_the_last_of_a_campaign_are_those_that_are_planned(store: Database) -> None:
    def work(unit: Unit) -> None:
        campaign, her = running(unit), person(unit, 1)
        planned = partial(unit.checkins.planned, campaign.id, partner="atd")
        assert planned() is None
        first, last, _ = [asked(unit, campaign, her, n, due_at=later(hours=n)) for n in (1, 5, 3)]
        assert planned() == (later(hours=1), later(hours=5))
        for each in (first, last):
            unit.checkins.leave(each.id, Reason.LATE)
        assert planned() == (later(hours=3), later(hours=3))
        assert unit.checkins.planned(campaign.id, partner="omep") is None

    await store.transact(work)


async def test_how_many_of_a_campaign_were_said_since_a_moment(store: Database) -> None:
    def work(unit: Unit) -> None:
        campaign, her = running(unit), person(unit, 1)
        for n in range(5):
            asked(unit, campaign, her, n, stage=Stage.SENT, sent_at=later(minutes=n))
        asked(unit, campaign, her, 9, stage=Stage.REFUSED, sent_at=later(minutes=9))
        asked(unit, campaign, her, 10)
        said = partial(unit.checkins.said, campaign.id)
        assert said(later(minutes=2), partner="atd") == (3, later(minutes=2))
        assert said(later(minutes=5), partner="atd") is None
        assert said(NOW, partner="omep") is None

    await store.transact(work)


async def test_by_when_everybody_is_asked_is_told_by_the_pace_that_is_seen(store: Database) -> None:
    """What was said before those who wait were due shows none, as before a night or a pause; nor do fewer than ten."""
    minute = timedelta(minutes=1)

    def work(unit: Unit) -> None:
        campaign, her, noor, now = running(unit), person(unit, 1), lead(unit), later(minutes=30)
        numbers = iter(range(1000))

        def said(many: int, at: datetime) -> None:
            for _ in range(many):
                asked(unit, campaign, her, next(numbers), stage=Stage.SENT, sent_at=at)

        def told(here: Circumstances) -> tuple[str, ...]:
            parts = progress.card(unit, here, campaign, noor)
            lines = [line for part in parts if isinstance(part, Lines) for line in part.sentences]
            [by] = [each.values for each in lines if each.text.startswith("Everybody is asked by")]
            return tuple(str(by[name]) for name in ("time", "until") if name in by)

        for _ in range(60):
            asked(unit, campaign, her, next(numbers), due_at=now - 2 * minute)
        here = replace(at(now), pace=1.0)
        assert told(here) == ("20:50", "21:00"), "a minute from 20:45:30 on, or ten"
        said(20, now - 5 * minute)
        said(9, now - 2 * minute)
        assert told(here) == ("20:50", "21:00")
        said(1, now - minute)
        assert told(here) == ("21:00",), "ten in two minutes: the sixty need twelve"

    await store.transact(work)
