"""Where a lead watches a campaign, from where people told something, and when the last is due; on both engines."""

from bot.campaign import AWAY, OVER, CheckIn, Reason
from bot.ports import Unit
from storage.database import Database
from tests.campaigns import lead, person, ready, running
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


async def test_the_last_of_a_campaign_is_the_last_that_is_planned(store: Database) -> None:
    def work(unit: Unit) -> None:
        campaign = running(unit)
        assert unit.checkins.last_due(campaign.id) is None
        for number, hours in enumerate((3, 5, 1)):
            her = person(unit, number)
            one = CheckIn(
                f"{number:032}",
                campaign.id,
                "atd",
                her,
                NOW.date(),
                600,
                "",
                later(hours=hours),
                later(days=3),
            )
            unit.checkins.plan([one])
        assert unit.checkins.last_due(campaign.id) == later(hours=5)
        unit.checkins.leave(f"{1:032}", Reason.LATE)
        assert unit.checkins.last_due(campaign.id) == later(hours=3)

    await store.transact(work)
