"""Campaigns as a partner's lead meets them: composed, counted, looked at, started by two, followed and ended."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import campaigning, team
from bot.buttons import LONGEST
from bot.campaign import Campaign, Kind, State, arm
from bot.chat.moderating.wording import WORDS_LONGEST
from bot.people import Region, Role
from bot.speech import Buttons
from tests.deeds.stage import Player, Stage
from tests.deeds.test_asking import asked

AMINA, BINTA, SITA, LENA, NOOR, VERA = 1, 2, 3, 8, 9, 10


async def lead(stage: Stage, id: int = LENA, language: str = "en") -> Player:
    stage.person(id, language)
    return await stage.moderator(id, Role.LEAD)


async def goes(lena: Player, *labels: str) -> None:
    """Buttons, one after the other, on the newest message."""
    for label in labels:
        await lena.taps(label, lena.last.number)


async def composes(lena: Player, words: str = "How is school?") -> None:
    """A check-in to everybody, once, on the next Tuesday at ten, in English."""
    await lena.says("/campaigns")
    await goes(lena, "New campaign", "Check-in", "Next step", "Once", "Tue", "10:00", "English")
    await lena.says(words)
    await goes(lena, "Next step", "Done")


async def counts(stage: Stage, lena: Player) -> None:
    await goes(lena, "Count the people")
    await stage.attends(seconds=2)


async def starts(stage: Stage, lena: Player) -> None:
    await composes(lena)
    await counts(stage, lena)
    await goes(lena, "Start")


async def campaigns(stage: Stage) -> list[Campaign]:
    return await stage.do(lambda unit: unit.campaigns.of("mmm"))


async def test_a_campaign_is_composed_step_by_step_in_one_message(stage: Stage) -> None:
    """R15: what is left alone has a good default; the words are the one thing that must be written."""
    lena = await lead(stage)
    await lena.says("/campaigns")
    assert "There is none yet." in lena.sees
    await goes(lena, "New campaign")
    assert lena.last.labels == ("Check-in", "Testimony", "Initiative", "Back")
    await goes(lena, "Check-in")
    assert lena.sees.startswith("Whom: everybody who agreed to be asked again")
    await goes(lena, "Next step", "Every week", "Wednesday", "90 days", "15:00", "French")
    screens = {each.number for each in lena.chat if not each.text.startswith("/")}
    await lena.says("Comment va l’école ?")
    assert "☑ French" in lena.last.labels
    await goes(lena, "Next step", "Reminders: 2", "Days open: 7", "Answers at most: 500", "Done")
    for line in (
        "Check-in · draft",
        "When: every week, Wednesday at 15:00 of each person’s own day",
        "From November 24, 2026 to February 22, 2027",
        "Written in: French",
        "Limits: Reminders: 2 · Days open: 7 · Answers at most: 500",
        "Next, count the people it would reach.",
    ):
        assert line in lena.sees
    assert "Start" not in lena.last.labels
    assert len({each.number for each in lena.chat} - screens) == 1  # below what was written
    [made] = await campaigns(stage)
    assert (made.state, made.schedule.kind, made.expires, made.reminders) == (State.DRAFT, Kind.WEEKLY, 7, 2)
    assert {each.verb for each in await stage.do(lambda unit: unit.journal.read(99))} >= {"began", "changed"}


@pytest.mark.parametrize(
    ("taps", "line"),
    [
        (("Every month", "Its last day", "Without an end"), "the last day of every month at 10:00"),
        (("Every month", "Day 15", "Without an end"), "every month on day 15 at 10:00"),
        (("Days after they told", "30 days", "Without an end"), "after they last told something: 30"),
        (("Once", "Later", "Wed"), "once, on December 2, 2026 at 10:00"),
    ],
)
async def test_it_asks_as_often_as_a_lead_says(stage: Stage, taps: tuple[str, ...], line: str) -> None:
    lena = await lead(stage)
    await composes(lena)
    await goes(lena, "When", *taps, "10:00")
    assert line in lena.sees


async def test_an_audience_is_narrowed_down_by_taps(stage: Stage) -> None:
    await asked(stage, AMINA)
    await asked(stage, BINTA, "France")
    region = Region("r", "Indian Ocean", ("MG", "MU"))
    await stage.do(lambda unit: unit.associations.save_region(region))
    lena = await lead(stage)
    await composes(lena)
    await goes(lena, "Whom", "Countries")
    assert lena.last.labels == ("☐ Indian Ocean", "☐ France", "☐ Madagascar", "Back")
    await goes(lena, "Indian Ocean")
    assert lena.last.labels == ("☑ Indian Ocean", "☐ France", "☑ Madagascar", "Back")
    await goes(lena, "Back", "They speak as", "Mother", "Back", "Themes", "Food", "Food", "Back")
    await goes(lena, "Told lately", "30 days", "Earlier answers", "How is it now", "Worse", "Back", "Back")
    await goes(lena, "Their last check-in", "Better", "Worse", "Back")
    assert lena.sees.splitlines()[1:7] == [
        "Who live in: Madagascar and Mauritius",
        "Who speak as: Mother or father",
        "Who said in their last check-in: Better and Worse",
        "Who answered “How is it now, compared with last time”: Worse",
        "Who told something; days ago at most: 30",
        "",
    ]
    await goes(
        lena, "They speak as", "Mother", "Back", "Earlier answers", "How is it now", "Worse", "Back", "Back"
    )
    await goes(lena, "Their last check-in", "Better", "Worse", "Back")
    await goes(lena, "Done")
    await counts(stage, lena)
    assert "Would be asked: 1" in lena.sees
    [made] = await campaigns(stage)
    assert made.audience.countries == ("MG", "MU")


async def test_who_says_as_what_she_speaks_is_found_by_it(stage: Stage) -> None:
    her = await asked(stage)
    await her.says("/mine")
    await her.taps("MG-")
    lena = await lead(stage)
    await composes(lena)
    [told] = await stage.testimonies(AMINA)
    ref = "/testimony/told/more/speaks_as"
    await stage.do(lambda unit: unit.testimonies.save(replace(told, answers={**told.answers, ref: "parent"})))
    await goes(lena, "Whom", "They speak as", "Mother", "Back", "Done")
    await counts(stage, lena)
    assert "Would be asked: 1" in lena.sees


async def test_a_dry_run_says_exactly_who_would_be_asked_when_and_who_not_and_why(stage: Stage) -> None:
    await asked(stage, AMINA)
    await asked(stage, BINTA, "Fiji")
    sita = await asked(stage, SITA)
    await sita.says("/stop")
    quiet = stage.person(4)
    await quiet.tells()
    french = await asked(stage, 5)
    await french.says("/language")
    await french.taps("Français")
    lena = await lead(stage)
    await composes(lena)
    await counts(stage, lena)
    assert "Would be asked: 2" in lena.sees
    assert "Languages: English 2" in lena.sees
    assert "Left out: 3" in lena.sees
    await goes(lena, "City by city")
    assert lena.sees.splitlines()[1:] == ["Fiji · 10:00 · 22:00 (−1) · 1", "Antananarivo · 10:00 · 07:00 · 1"]
    await goes(lena, "Back", "Who is left out")
    assert sorted(lena.sees.splitlines()[1:]) == [
        "asked for no more messages: 1",
        "did not agree to be asked again: 1",
        "nothing is written in their language: 1",
    ]


async def test_counting_takes_the_place_of_nothing_a_lead_went_on_to(stage: Stage) -> None:
    lena = await lead(stage)
    await composes(lena)
    await goes(lena, "Count the people")
    assert "being counted" in lena.sees
    await goes(lena, "Back", "Whom")
    before = lena.sees
    await stage.attends(seconds=2)
    assert lena.sees == before
    await goes(lena, "Done")
    await counts(stage, lena)
    assert "Nobody would be asked: nobody is of this audience." in lena.sees


async def test_what_was_changed_or_counted_long_ago_is_counted_anew(stage: Stage) -> None:
    await asked(stage)
    lena = await lead(stage)
    await composes(lena)
    await goes(lena, "When", "Once", "Mon", "10:00")
    await counts(stage, lena)
    assert "Start" in lena.last.labels
    await goes(lena, "Name")
    await lena.says("Schools")
    assert "Start" in lena.last.labels
    await goes(lena, "Whom", "Languages", "French", "Back", "Done")
    assert "Next, count the people" in lena.sees
    assert "Start" not in lena.last.labels
    await goes(lena, "Whom", "Languages", "French", "Back", "Done")
    await counts(stage, lena)
    number, start = lena.button("Start")
    stage.now += timedelta(days=2)
    await lena.taps_data(start.data, number)
    assert "Next, count the people" in lena.sees
    assert [each.state for each in await campaigns(stage)] == [State.DRAFT]


async def test_the_preview_is_what_people_get(stage: Stage) -> None:
    """R15: in each language and wording, by the very module that speaks to them; its buttons do nothing."""
    amina = await asked(stage)
    lena = await lead(stage)
    await composes(lena)
    await goes(lena, "Preview", "English")
    seen, labels = lena.sees, lena.last.labels
    await goes(lena, "Begin")
    assert (lena.sees, lena.last.labels) == (seen, labels)
    await goes(lena, "Back", "Back")
    await counts(stage, lena)
    await goes(lena, "Start")
    await stage.ticks(hours=9)
    await stage.comes_to(10)
    assert amina.sees == seen
    assert (*amina.last.labels, "Back") == labels


async def test_a_second_wording_goes_to_every_second_person(stage: Stage) -> None:
    people = [await asked(stage, number) for number in range(1, 5)]
    lena = await lead(stage)
    await composes(lena)
    await goes(lena, "Words", "English", "A second wording")
    await lena.says("Is the school open?")
    await goes(lena, "Next step", "Done", "Preview", "English, second wording")
    assert "Is the school open?" in lena.sees
    await goes(lena, "Back", "Back")
    await counts(stage, lena)
    await goes(lena, "Start")
    await stage.ticks(hours=9)
    await stage.comes_to(10)
    [made] = await campaigns(stage)
    arms = [arm(made.id, (await stage.respondent(her.id)).id) for her in people]
    assert ["b" if "Is the school open?" in her.sees else "a" for her in people] == arms
    await stage.attends(seconds=10)
    assert (f"By wording: A 0/{arms.count('a')} · B" in lena.sees) is (len(set(arms)) == 2)


async def test_words_that_are_too_long_are_asked_for_anew_and_can_be_taken_out(stage: Stage) -> None:
    lena = await lead(stage)
    await composes(lena)
    await goes(lena, "Words", "Spanish")
    await lena.says("x" * (WORDS_LONGEST + 1))
    assert f"these were {WORDS_LONGEST + 1}." in lena.sees
    await lena.says("¿Cómo va la escuela?")
    assert "☑ Spanish" in lena.last.labels
    await goes(lena, "Spanish")
    assert "¿Cómo va la escuela?" in lena.sees
    await goes(lena, "Take it out")
    assert "☐ Spanish" in lena.last.labels


async def test_more_than_one_alone_may_ask_is_approved_by_another_lead(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R15: a colleague sees the same plan, preview and count; sends it back with a sentence, or starts it."""
    monkeypatch.setattr(campaigning, "SECOND", 1)
    await asked(stage, AMINA)
    await asked(stage, BINTA)
    lena = await lead(stage)
    await composes(lena)
    await counts(stage, lena)
    assert "Start" not in lena.last.labels
    await goes(lena, "Ask a colleague")
    assert "Nobody else leads your team." in lena.sees
    noor = await lead(stage, NOOR)
    await goes(lena, "Back", "Ask a colleague")
    assert "waits for a colleague" in lena.sees
    assert "Approve and start" not in lena.last.labels
    assert noor.sees == "A colleague asks you to approve a campaign: “Check-in”."
    await goes(noor, "Look at it", "Preview", "English")
    assert "How is school?" in noor.sees
    await goes(noor, "Back", "Back", "City by city", "Back", "Send back")
    await noor.says("Please ask in French too.")
    assert lena.sees.splitlines()[0].startswith("“Check-in” was sent back by ")
    assert "Please ask in French too." in lena.sees
    await goes(lena, "Look at it", "Ask a colleague")
    await goes(noor, "Look at it", "Approve and start")
    assert "Check-in · running" in noor.sees
    assert "was approved by" in lena.sees
    [runs] = await campaigns(stage)
    assert (runs.state, runs.approved_by) == (State.RUNNING, (await stage.role(NOOR)).id)


async def test_who_asks_for_approval_cannot_give_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaigning, "SECOND", 0)
    await asked(stage)
    lena = await lead(stage)
    noor = await lead(stage, NOOR)
    await composes(lena)
    await counts(stage, lena)
    await goes(lena, "Ask a colleague")
    [waits] = await campaigns(stage)
    number, preview = lena.button("Preview")
    approve = lena.stage.signer.sign(LENA, f"r:jg:{waits.id}:{waits.version}")
    await lena.taps_data(approve, number)
    assert [each.state for each in await campaigns(stage)] == [State.WAITING]
    await goes(noor, "Look at it", "Approve and start")
    assert [each.state for each in await campaigns(stage)] == [State.RUNNING]
    assert preview.text == "Preview"


async def test_it_is_paused_goes_on_and_is_cancelled_from_its_card(stage: Stage) -> None:
    """R16: cancelling is asked once more; nothing goes out while it pauses."""
    amina = await asked(stage)
    lena = await lead(stage)
    await starts(stage, lena)
    await stage.ticks(hours=9)
    await goes(lena, "Pause")
    assert "Check-in · paused" in lena.sees
    await stage.comes_to(11)
    assert "How is school?" not in amina.everything
    await goes(lena, "Go on")
    await stage.ticks(seconds=10)
    assert "How is school?" in amina.sees
    await goes(lena, "Cancel it")
    assert "It cannot be taken back." in lena.sees
    await goes(lena, "Back", "Cancel it", "Yes, cancel it")
    assert "Check-in · cancelled" in lena.sees
    assert "Pause" not in lena.last.labels
    verbs = {each.verb for each in await stage.do(lambda unit: unit.journal.read(99))}
    assert verbs >= {"started", "paused", "resumed", "cancelled"}


async def test_the_card_lives_and_says_where_people_stop(stage: Stage) -> None:
    """It is changed in place, and only where it says something else now."""
    amina, binta, _ = [await asked(stage, each) for each in (AMINA, BINTA, SITA)]
    lena = await lead(stage)
    await starts(stage, lena)
    assert await stage.attends(seconds=10) == 0
    await stage.ticks(hours=1)
    assert await stage.attends(seconds=10) == 1
    assert "Waiting for their hour: 3" in lena.sees
    assert "Everybody is asked by November 24, 2026, 07:00 UTC." in lena.sees
    replies, number = lena.replies, lena.last.number
    await stage.attends(seconds=10)
    assert lena.replies == replies
    await stage.comes_to(10)
    await amina.taps("Begin")
    await binta.taps("Begin")
    await amina.taps("Worse")
    await amina.says("The roof is gone.")
    while "Send" not in amina.last.labels and "No, send it" not in amina.last.labels:
        await amina.taps("Skip" if "Skip" in amina.last.labels else amina.last.labels[0])
    await amina.taps("No, send it" if "No, send it" in amina.last.labels else "Send")
    await stage.ticks(seconds=5)
    await stage.attends(seconds=10)
    assert lena.last.number == number
    for line in (
        "Asked: 3",
        "Began: 2, finished: 1",
        "Answered, of those asked: 33 %",
        "Answered of those asked, by language: English 1/3",
        "Stopped at “How is it now, compared with last time”: 1",
    ):
        assert line in lena.sees


async def test_while_a_lead_looks_at_something_else_there_the_card_stays_away(stage: Stage) -> None:
    await asked(stage)
    lena = await lead(stage)
    await starts(stage, lena)
    await goes(lena, "Cancel it")
    await stage.ticks(hours=1)
    assert await stage.attends(seconds=10) == 0
    assert "It cannot be taken back." in lena.sees
    await goes(lena, "Back")
    assert "Waiting for their hour: 1" in lena.sees


async def test_whoever_watches_hears_once_that_it_ended(stage: Stage) -> None:
    await asked(stage)
    lena = await lead(stage)
    await starts(stage, lena)
    await stage.ticks(hours=9)
    await stage.comes_to(10)
    await stage.ticks(days=6)
    await stage.attends(seconds=10)
    assert lena.sees == "“Check-in” has ended. Asked: 1, answered: 0."
    replies = lena.replies
    await stage.attends(seconds=10)
    assert lena.replies == replies
    await goes(lena, "See how it went")
    assert "Check-in · ended" in lena.sees


async def test_a_campaign_is_copied_named_and_thrown_away(stage: Stage) -> None:
    await asked(stage)
    lena = await lead(stage)
    await starts(stage, lena)
    await goes(lena, "Copy", "Name")
    await lena.says("Schools\nin May")
    assert "Schools in May · draft" in lena.sees
    assert "Written in: English" in lena.sees
    await goes(lena, "All campaigns")
    assert set(lena.last.labels) == {"Check-in · running", "Schools in May · draft", "New campaign"}
    await goes(lena, "Schools in May", "Discard the draft")
    assert lena.last.labels == ("Check-in · running", "New campaign")


async def test_who_leads_no_more_watches_no_more(stage: Stage) -> None:
    """S22: rights are read anew, also where nothing was tapped."""
    await asked(stage)
    lena = await lead(stage)
    await lead(stage, NOOR)
    await starts(stage, lena)
    member = await stage.role(LENA)
    await stage.do(lambda unit: team.remove(unit, stage.here("ended"), member.id))
    await stage.ticks(hours=1)
    assert await stage.attends(seconds=10) == 0
    assert "Waiting" not in lena.sees


async def test_an_old_button_changes_nothing(stage: Stage) -> None:
    """S23: neither a draft nor what runs; it shows how that stands."""
    lena = await lead(stage)
    await composes(lena)
    await goes(lena, "Whom", "Languages")
    number, french = lena.button("French")
    await goes(lena, "French", "Back", "Done")
    await lena.taps_data(french.data, number)
    assert "Who speak: French" in lena.sees
    discard = lena.button("Discard the draft")[1]
    await goes(lena, "Whom", "Languages", "French")
    await lena.taps_data(discard.data, lena.last.number)
    assert len(await campaigns(stage)) == 1


async def test_only_leads_have_campaigns(stage: Stage) -> None:
    vera = await stage.moderator(VERA)
    await vera.says("/campaigns")
    assert vera.sees == "Campaigns are made by a lead of your team."
    lena = await lead(stage)
    await composes(lena)
    [made] = await campaigns(stage)
    await vera.taps_data(stage.signer.sign(VERA, f"r:jo:{made.id}:{made.version}"), 1)
    assert vera.sees == "Not found."
    assert [each.object for each in await stage.deeds("refused")] == [f"campaign:{made.id}"]


async def test_a_lead_of_two_teams_says_of_which(stage: Stage) -> None:
    lena = await lead(stage)
    await stage.moderator(LENA, Role.LEAD, "omep")
    await lena.says("/campaigns")
    assert set(lena.last.labels) == {"Make Mothers Matter", "OMEP"}
    await goes(lena, "OMEP")
    assert lena.sees.startswith("The campaigns of OMEP")


async def test_a_lead_reads_it_all_in_arabic(stage: Stage) -> None:
    """S13: no word of another language but names, each line from right to left."""
    await asked(stage)
    lena = await lead(stage, language="ar")
    await lena.says("/campaigns")
    await goes(lena, "حملة جديدة", "متابعة", "الخطوة التالية", "مرة واحدة", "الثلاثاء", "10:00", "الإنجليزية")
    await lena.says("How is school?")
    await goes(lena, "الخطوة التالية", "تم", "عدّ الأشخاص")
    await stage.attends(seconds=2)
    assert "سيُسأل: 1" in lena.sees
    await goes(lena, "مدينة بمدينة")
    assert "أنتاناناريفو · 10:00 · 07:00 · 1" in lena.sees
    await goes(lena, "رجوع", "بدء")
    assert "متابعة · جارية" in lena.sees
    assert not any("a" <= each <= "z" for each in lena.sees.lower())


async def test_every_button_fits(stage: Stage) -> None:
    """S23: 48 bytes at most, on every screen."""
    await asked(stage)
    lena = await lead(stage)
    longest = 0
    receive = lena.receive

    def look(message):  # type: ignore[no-untyped-def]
        nonlocal longest
        for part in message.parts:
            if isinstance(part, Buttons):
                longest = max([longest, *(len(each.action) for row in part.rows for each in row)])
        return receive(message)

    lena.receive = look  # type: ignore[method-assign]
    await composes(lena)
    for step in ("Form", "Whom", "When", "Words", "Limits", "Preview"):
        await goes(lena, step, "Done" if step in ("Whom", "Limits") else "Back")
    await goes(lena, "Whom", "Countries", "Back", "Earlier answers", "How is it now", "Back", "Back", "Done")
    await counts(stage, lena)
    await goes(lena, "Start")
    assert 40 < longest <= LONGEST
