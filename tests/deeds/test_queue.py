"""The queue: what a moderator sees of it, look-alikes, giving to a partner, finding again, numbers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot import reporting, warning
from bot.breach import Breach, What
from bot.people import Region, Role
from bot.ports import Unit
from bot.standing import LEASE
from bot.testimony import State
from tests.campaigns import ready
from tests.deeds.stage import Player, Stage
from tests.stores import NOW, change

SPAM = "Earn money from home, write to our friendly agent today"


async def tells(stage: Stage, id: int, *labels: str, story: str = "The school is closed.") -> str:
    """A testimony in which these are tapped: themes, permissions; its receipt."""
    her = stage.person(id)
    await her.arrives()
    await her.agrees()
    await her.says("Madagascar")
    await her.says(story)
    for label in labels:
        await her.taps(label)
    await her.taps("Send")
    return (await stage.testimonies(id))[0].receipt


async def tells_in_french(stage: Stage, id: int) -> str:
    """A testimony in French from Kenya; its receipt."""
    her = stage.person(id)
    await her.starts()
    for label in ("Français", "J’ai compris", "Oui"):
        await her.taps(label)
    await her.says("Kenya")
    await her.says("L’eau est loin.")
    await her.taps("Envoyer")
    return (await stage.testimonies(id))[0].receipt


async def reads(stage: Stage, id: int, *languages: str) -> None:
    """This moderator reads these languages."""
    role = await stage.role(id)
    await stage.do(lambda unit: unit.people.save_moderator(replace(role, languages=languages)))


async def states(stage: Stage, *people: int) -> list[State]:
    return [(await stage.testimonies(each))[0].state for each in people]


def holds(player: Player, receipts: Sequence[str]) -> list[str]:
    return [receipt for receipt in receipts if receipt in player.sees]


# -- what one sees ----------------------------------------------------------------------------------------------------


async def test_the_queue_says_what_waits_where_and_how_long(stage: Stage) -> None:
    await stage.person(1).tells()
    await stage.wakes(days=8)
    await stage.person(2).tells()
    await tells_in_french(stage, 3)
    vera = await stage.moderator(9)
    await vera.says("/queue")
    assert vera.sees.splitlines() == [
        "3 voices are waiting.",
        "Longer than promised: 1",
        "Languages: English 2 · French 1",
        "Countries: Madagascar 2 · Kenya 1",
    ]
    assert vera.last.labels == ("Next", "Choose what I see")


async def test_what_one_sees_is_chosen_by_tapping_and_kept(stage: Stage) -> None:
    english, french = await stage.person(1).tells(), await tells_in_french(stage, 2)
    vera = await stage.moderator(9)
    await vera.says("/queue")
    await vera.taps("Choose what I see")
    await vera.taps("Languages")
    await vera.taps("French")
    await vera.taps("Back")
    await vera.taps("Countries")
    await vera.taps("Kenya")
    await vera.says("/queue")
    assert vera.sees.endswith("You see: French · Kenya")
    await vera.says("/next")
    assert french in vera.sees
    await vera.says("/next")
    assert vera.sees == "Nothing is waiting of what you see: French · Kenya"
    await vera.taps("See everything")
    await vera.taps("Next")
    assert english in vera.sees


REGIONS = (
    Region("e" * 32, "Eastern Africa", ("KE", "UG", "TZ")),
    Region("d" * 32, "Indian Ocean", ("MG", "KM")),
    Region("f" * 32, "Andes", ("PE", "BO")),
)


async def with_regions(stage: Stage) -> tuple[str, str, Player]:
    """Regions, a voice from Madagascar, one from Kenya, and a moderator where she chooses countries."""
    for each in REGIONS:
        await stage.do(lambda unit, each=each: unit.associations.save_region(each))  # type: ignore[misc]
    malagasy, kenyan = await stage.person(1).tells(), await tells_in_french(stage, 2)
    vera = await stage.moderator(9)
    await vera.says("/queue")
    assert "\nRegions: Eastern Africa 1 · Indian Ocean 1\nCountries: " in vera.sees
    await vera.taps("Choose what I see")
    await vera.taps("Countries")
    return malagasy, kenyan, vera


async def test_a_region_is_chosen_by_one_tap_and_means_all_its_countries(stage: Stage) -> None:
    malagasy, kenyan, vera = await with_regions(stage)
    assert vera.last.labels == (
        "☐ 🌍 Eastern Africa",
        "☐ 🌍 Indian Ocean",
        "☐ Madagascar",
        "☐ Kenya",
        "Back",
    )
    await vera.taps("🌍 Eastern Africa")
    assert vera.last.labels[:4] == ("☑ 🌍 Eastern Africa", "☐ 🌍 Indian Ocean", "☐ Madagascar", "☑ Kenya")
    await vera.says("/queue")
    assert vera.sees.endswith("You see: Eastern Africa")
    await vera.says("/next")
    assert kenyan in vera.sees
    await vera.says("/next")
    assert vera.sees == "Nothing is waiting of what you see: Eastern Africa"
    await vera.taps("See everything")
    await vera.taps("Next")
    assert malagasy in vera.sees


async def test_a_country_is_taken_out_of_a_region_and_the_region_is_chosen_no_more(stage: Stage) -> None:
    _, _, vera = await with_regions(stage)
    await vera.taps("🌍 Eastern Africa")
    await vera.taps("Kenya")
    assert vera.last.labels[0] == "☐ 🌍 Eastern Africa"
    assert vera.last.labels[4:] == ("☑ Tanzania", "☑ Uganda", "Back")
    await vera.taps("🌍 Eastern Africa")
    await vera.taps("🌍 Eastern Africa")
    assert not any("☑" in label for label in vera.last.labels)


async def test_a_region_is_called_as_in_the_moderators_language(stage: Stage) -> None:
    """One of the network's; what a partner drew itself is called as the partner calls it."""
    for each in (Region("d" * 32, "South Asia", ("MG",)), Region("e" * 32, "Eastern Africa", ("KE",))):
        await stage.do(lambda unit, each=each: unit.associations.save_region(each))  # type: ignore[misc]
    await stage.person(1).tells()
    await tells_in_french(stage, 2)
    stage.person(9, "fr")
    vera = await stage.moderator(9)
    await vera.says("/queue")
    assert "Asie du Sud 1" in vera.sees
    assert "Eastern Africa 1" in vera.sees
    await vera.taps(vera.last.labels[1])
    await vera.taps("Pays")
    assert "☐ 🌍 Asie du Sud" in vera.last.labels
    await vera.taps("🌍 Asie du Sud")
    await vera.says("/queue")
    assert vera.sees.endswith("Asie du Sud")


async def test_a_theme_is_looked_for_among_what_waits(stage: Stage) -> None:
    await tells(stage, 1, "Housing")
    food = await tells(stage, 2, "Food")
    vera = await stage.moderator(9)
    await vera.says("/queue")
    for label in ("Choose what I see", "Themes", "Food"):
        await vera.taps(label)
    await vera.says("/next")
    assert food in vera.sees
    await vera.says("/next")
    assert vera.sees == "Nothing is waiting of what you see: Food"


async def test_a_form_is_chosen_by_its_name(stage: Stage) -> None:
    await stage.person(1).tells()
    vera = await stage.moderator(9)
    await vera.says("/queue")
    await vera.taps("Choose what I see")
    await vera.taps("Forms")
    await vera.taps("Testimony")
    assert [key.text for key in vera.last.keys] == ["☑ Testimony", "Back"]
    await vera.taps("Testimony")
    await vera.taps("Back")
    assert "You see" not in vera.sees


async def test_what_a_campaign_asked_for_is_chosen_by_its_name(stage: Stage) -> None:
    """And what another partner calls a campaign is nobody else's."""
    asked, by_itself = await stage.person(1).tells(), await stage.person(2).tells()
    vera = await stage.moderator(9)

    def from_a_campaign(unit: Unit) -> None:
        campaign = ready(unit, NOW, partner="mmm", name="After the rains")
        unit.testimonies.save(replace(told, campaign=campaign.id))

    (told,) = await stage.testimonies(1)
    await stage.do(from_a_campaign)
    await vera.says("/queue")
    for label in ("Choose what I see", "Campaigns", "After the rains"):
        await vera.taps(label)
    await vera.says("/queue")
    assert vera.sees.endswith("You see: After the rains")
    await vera.says("/next")
    assert asked in vera.sees
    await vera.says("/next")
    assert vera.sees == "Nothing is waiting of what you see: After the rains"
    assert by_itself not in vera.sees


async def test_the_languages_one_reads_come_first_and_then_the_oldest(stage: Stage) -> None:
    first, french, second = (
        await stage.person(1).tells(),
        await tells_in_french(stage, 2),
        await stage.person(3).tells(),
    )
    vera = await stage.moderator(9)
    await reads(stage, 9, "fr", "sw")
    taken = []
    for _ in range(3):
        await vera.says("/next")
        taken += holds(vera, [first, french, second])
    assert taken == [french, first, second]


async def test_of_two_partners_the_one_whose_promise_is_broken_comes_first(stage: Stage) -> None:
    """OMEP promises five days, Make Mothers Matter seven: after six days only OMEP's is late."""
    mothers = await stage.person(1).tells()
    omep = await tells(stage, 3)
    [told] = await stage.testimonies(3)

    def move(unit: Unit) -> None:
        unit.testimonies.hand_over(told, to="omep")

    await stage.do(move)
    vera = await stage.moderator(9)
    await stage.moderator(9, partner="omep")
    await stage.wakes(days=6)
    await vera.says("/next")
    assert holds(vera, [mothers, omep]) == [omep]
    await vera.says("/next")
    assert holds(vera, [mothers, omep]) == [mothers]


async def test_of_two_partners_the_older_comes_first_and_of_the_same_moment_each_once(stage: Stage) -> None:
    first, same, other = [await tells(stage, number) for number in (1, 2, 3)]
    change(stage.url, "UPDATE testimonies SET received_at = 2 - (receipt = :first)", {"first": first})
    for number in (1, 3):
        [told] = await stage.testimonies(number)
        await stage.do(lambda unit, told=told: unit.testimonies.hand_over(told, to="omep"))  # type: ignore[misc]
    vera = await stage.moderator(9)
    await stage.moderator(9, partner="omep")
    taken = []
    for _ in range(3):
        await vera.says("/next")
        taken += holds(vera, [first, same, other])
    assert (taken[0], set(taken)) == (first, {first, same, other})


# -- look-alikes ------------------------------------------------------------------------------------------------------


async def flooded(stage: Stage) -> tuple[list[str], Player]:
    """Three who wrote nearly the same, one who did not; the first of them open."""
    stories = (SPAM, SPAM.upper() + "!!", f"{SPAM}.", "The well is dry since June.")
    receipts = [await stage.person(number).tells(story) for number, story in enumerate(stories, start=1)]
    vera = await stage.moderator(9)
    await vera.says("/next")
    assert receipts[0] in vera.sees
    return receipts, vera


async def test_look_alikes_are_shown_and_set_aside_at_once(stage: Stage) -> None:
    """S42, S43: each that is shown is noted, and gone from the chat with the decision."""
    receipts, vera = await flooded(stage)
    await vera.taps("More")
    await vera.taps("Look-alikes")
    assert vera.sees.startswith(f"Waiting and like this one: 2\n{receipts[1]}: EARN MONEY")
    assert vera.last.message.protect
    await vera.taps("All aside: spam")
    assert vera.sees == "Set aside together: 3"
    assert SPAM not in vera.everything
    assert await states(stage, 1, 2, 3, 4) == [State.SET_ASIDE] * 3 + [State.RECEIVED]
    assert len(await stage.deeds("set aside")) == 3
    assert len(await stage.deeds("opened")) == 2


async def test_each_of_them_and_all_can_be_taken_back(stage: Stage) -> None:
    receipts, vera = await flooded(stage)
    for label in ("More", "Look-alikes", "All aside: told twice", f"Undo {receipts[1]}"):
        await vera.taps(label)
    assert vera.sees == "Set aside together: 2"
    assert await states(stage, 1, 2, 3) == [State.SET_ASIDE, State.RECEIVED, State.SET_ASIDE]
    await vera.taps("Undo all")
    assert vera.sees == "All of it is back in the queue."
    assert await states(stage, 1, 2, 3) == [State.RECEIVED] * 3


async def test_what_a_colleague_took_meanwhile_is_left_alone_and_counted(stage: Stage) -> None:
    _, vera = await flooded(stage)
    victor = await stage.moderator(8)
    await vera.taps("More")
    await vera.taps("Look-alikes")
    await victor.says("/next")
    await vera.taps("All aside: spam")
    assert vera.sees == "Set aside together: 2\nLeft alone, since a colleague has it or it has changed: 1"
    assert await states(stage, 1, 2, 3) == [State.SET_ASIDE, State.IN_REVIEW, State.SET_ASIDE]


async def test_what_a_colleague_had_open_too_long_is_set_aside_with_the_others(stage: Stage) -> None:
    for number, story in enumerate((SPAM, SPAM, SPAM), start=1):
        await stage.person(number).tells(story)
    vera, victor = await stage.moderator(9), await stage.moderator(8)
    for _ in range(2):
        await victor.says("/next")
    stage.now += LEASE
    await vera.says("/next")
    for label in ("More", "Look-alikes", "All aside: spam"):
        await vera.taps(label)
    assert vera.sees == "Set aside together: 3"
    assert SPAM not in victor.everything


async def test_the_same_recording_is_a_look_alike_whoever_sent_it(stage: Stage) -> None:
    for number in (1, 2):
        her = stage.person(number)
        await her.arrives()
        await her.agrees()
        await her.says("Madagascar")
        await her.sends_voice(40, file="forwarded")
        await her.taps("Send")
    vera = await stage.moderator(9)
    await vera.says("/next")
    await vera.taps("More")
    await vera.taps("Look-alikes")
    assert vera.sees.startswith("Waiting and like this one: 1")


async def test_where_there_are_none_the_card_stays(stage: Stage) -> None:
    await stage.person(1).tells("The school is closed.")
    await stage.person(2).tells("My mother is ill and nobody comes.")
    vera = await stage.moderator(9)
    await vera.says("/next")
    await vera.taps("More")
    await vera.taps("Look-alikes")
    assert "The school is closed." in vera.sees
    assert vera.sees.endswith("No other voice that waits looks like this one.")


# -- another partner --------------------------------------------------------------------------------------------------


async def test_a_voice_is_given_to_a_partner_she_named_and_is_theirs_then(stage: Stage) -> None:
    """S20, S31, S46: who had it sees it no more, and is not forgotten to have seen it; she is told where she may be."""
    amina, vera = stage.person(1), await stage.moderator(8)
    olga = await stage.moderator(9, partner="omep")
    receipt = await tells(stage, 1, "Share", "Ask me again")
    await vera.says("/next")
    number, accept = vera.button("Accept")
    await vera.taps("More")
    await vera.taps("Give to a partner")
    assert vera.last.labels == ("OMEP", "Back")
    await vera.taps("OMEP")
    assert vera.sees == f"{receipt}: OMEP reads it from now on."
    assert "The school is closed." not in vera.everything
    assert amina.sees.startswith(f"{receipt}: OMEP reads it now.")
    await vera.taps_data(accept.data, number)
    assert vera.sees == "Not found."
    await vera.says(f"/search {receipt}")
    assert vera.sees.startswith("No voice that you may read has this receipt.")
    assert olga.sees == "1 new voice is waiting. Take it: /next"
    await olga.says("/next")
    assert receipt in olga.sees
    for way in ("from mmm", "to omep"):
        [deed] = await stage.deeds(f"passed on {way}")
        assert deed.object == f"testimony:{(await stage.testimonies(1))[0].id}"

    breach = Breach(What.PARTNER, NOW, stage.now + timedelta(days=1), "mmm")
    concerned = await stage.do(lambda unit: warning.concerned(unit, breach, stage.now))
    assert [each.testimony for each in concerned.testimonies] == [(await stage.testimonies(1))[0].id]


async def test_without_her_word_it_stays_and_the_moderator_learns_why(stage: Stage) -> None:
    await stage.moderator(9, partner="omep")
    await stage.person(1).tells()
    vera = await stage.moderator(8)
    await vera.says("/next")
    await vera.taps("More")
    await vera.taps("Give to a partner")
    assert "did not agree that another partner reads this" in vera.sees
    assert vera.last.labels == ("Back",)


async def test_what_she_takes_back_meanwhile_is_not_given_away(stage: Stage) -> None:
    """S31."""
    await stage.moderator(9, partner="omep")
    amina, vera = stage.person(1), await stage.moderator(8)
    receipt = await tells(stage, 1, "Share")
    await vera.says("/next")
    await vera.taps("More")
    await vera.taps("Give to a partner")
    await amina.says("/mine")
    await amina.taps(receipt)
    await amina.taps("Share")
    await vera.taps("OMEP")
    assert "did not agree" in vera.sees
    assert (await stage.testimonies(1))[0].partner == "mmm"


# -- finding again ----------------------------------------------------------------------------------------------------


async def test_a_voice_is_found_by_its_receipt_however_it_is_typed(stage: Stage) -> None:
    receipt = await stage.person(1).tells()
    vera = await stage.moderator(9)
    await vera.says("/next")
    await vera.taps("Accept")
    await vera.says("/search")
    await vera.says(receipt.replace("-", " ").lower())
    day = "November 23, 2026"
    assert "The school is closed." in vera.sees
    assert vera.sees.endswith(f"{day}: accepted, by you\nState: accepted")
    assert vera.last.labels == ("Close",)
    assert vera.last.message.protect
    victor = await stage.moderator(8)
    await victor.says(f"/search {receipt}")
    assert f"{day}: accepted, by a colleague" in victor.sees
    assert len(await stage.deeds("opened")) == 2
    await victor.taps("Close")
    assert "The school is closed." not in victor.everything


async def test_the_next_that_is_opened_takes_the_place_of_the_one_before(stage: Stage) -> None:
    """S43: what was looked up does not pile up in the chat."""
    first, second = (
        await stage.person(1).tells("The well is dry."),
        await stage.person(2).tells("The bridge is gone."),
    )
    vera = await stage.moderator(9)
    await vera.says(f"/search {first}")
    await vera.says(f"/search {second}")
    assert "The bridge is gone." in vera.everything
    assert "The well is dry." not in vera.everything


async def test_voices_are_found_by_state_language_country_and_days(stage: Stage) -> None:
    old = await stage.person(1).tells()
    await stage.wakes(days=20)
    accepted = await stage.person(2).tells()
    french = await tells_in_french(stage, 3)
    vera = await stage.moderator(9)
    [told] = await stage.testimonies(2)
    await stage.do(lambda unit: unit.testimonies.save(replace(told, state=State.ACCEPTED)))
    await vera.says("/search")
    await vera.taps("Show what there is")
    assert [each for each in (old, accepted, french) if each in " ".join(vera.last.labels)] == [
        old,
        accepted,
        french,
    ]
    await vera.taps("Back")
    await vera.taps("Days")
    await vera.taps("7")
    await vera.taps("Language")
    assert vera.last.labels == ("Any", "English", "French")
    await vera.taps("English")
    await vera.taps("Show what there is")
    assert list(vera.last.labels) == [f"{accepted} · accepted", "Back"]
    await vera.taps("Back")
    await vera.taps("Country")
    await vera.taps("Any")
    await vera.taps("State")
    await vera.taps("waiting to be read")
    await vera.taps("Show what there is")
    assert vera.sees.startswith("Nothing was found.")


async def test_nobody_finds_what_they_may_not_read(stage: Stage) -> None:
    """S20, S34: nothing sensitive, nothing of another partner, nothing withdrawn, not one's own."""
    sensitive = await stage.person(1).tells_privately()
    amina = stage.person(2)
    withdrawn = await amina.tells()
    await amina.says("/withdraw")
    await amina.taps("Yes, withdraw")
    vera = await stage.moderator(9)
    own = await vera.tells()
    olga = await stage.moderator(8, Role.FOCAL_POINT, partner="omep")
    foreign = await stage.person(3).tells()
    for player, receipts in ((vera, [sensitive, withdrawn]), (olga, [sensitive, withdrawn, own, foreign])):
        for receipt in receipts:
            await player.says(f"/search {receipt}")
            assert player.sees.startswith("No voice that you may read"), receipt
    await vera.says(f"/search {own}")
    assert vera.sees == "Not found."
    await vera.says("/search")
    await vera.taps("Show what there is")
    assert vera.last.labels == (f"{foreign} · waiting to be read", "Back")


# -- numbers ----------------------------------------------------------------------------------------------------------


async def test_numbers_tell_ones_own_decisions_from_those_of_colleagues(stage: Stage) -> None:
    """S34: what is sensitive is in no number."""
    vera, victor = await stage.moderator(8), await stage.moderator(9)
    await stage.person(1).tells_privately()
    for number in (2, 3, 4):
        await stage.person(number).tells()
    await vera.says("/next")
    await vera.taps("Accept")
    await stage.wakes(days=1)
    for player in (vera, victor):
        await player.says("/next")
        await player.taps("Set aside")
        await player.taps("Told twice")
    await vera.says("/stats")
    assert vera.sees.splitlines() == [
        "Make Mothers Matter, in numbers",
        "Nothing is waiting. Thank you.",
        "Decided today: 1 by you, 1 by colleagues",
        "Decided in seven days: 2 by you, 1 by colleagues",
        "accepted: 1",
        "set aside: 2",
    ]


async def test_numbers_say_since_when_voices_wait(stage: Stage) -> None:
    await stage.person(1).tells()
    await stage.wakes(days=8)
    await stage.person(2).tells()
    vera = await stage.moderator(9)
    await vera.says("/stats")
    assert "2 voices are waiting.\nLonger than promised: 1\nHalf of them came before the end of" in vera.sees


async def test_leads_are_told_once_a_week_on_monday_morning(stage: Stage) -> None:
    lead, vera = await stage.moderator(8, Role.LEAD), await stage.moderator(9)
    await stage.person(1).tells()
    heard = vera.replies

    async def at(moment: datetime) -> int:
        stage.now = moment
        count = await stage.do(lambda unit: reporting.weekly(unit, stage.here(f"week:{moment}")))
        await stage.deliver()
        return count

    monday = datetime(2026, 11, 30, tzinfo=UTC)
    assert monday > NOW
    assert await at(monday + timedelta(hours=1)) == 0  # the first week is not told
    assert await at(monday + timedelta(hours=5, minutes=59)) == 0
    assert await at(monday + timedelta(hours=6)) == 2
    assert lead.sees.splitlines() == [
        "Make Mothers Matter, in numbers",
        "1 voice is waiting.",
        "Decided in seven days: 0",
    ]
    assert await at(monday + timedelta(days=6)) == 0
    assert await at(monday + timedelta(days=8)) == 2  # it was away on Monday
    assert vera.replies == heard
