"""Conversation: from /start to a receipt, and everything that may happen on the way."""

import re
from datetime import timedelta

import pytest

from bot.outbox import Kind
from bot.people import PURPOSES, Role
from bot.ports import Unit
from bot.speech import Message, Quote
from bot.testimony import State
from dialogs.reading.xform import read_xform
from tests.deeds.stage import Player, Stage, forms

# -- arriving ---------------------------------------------------------------------------------------------------------


async def test_a_voice_is_told_in_seven_interactions(stage: Stage) -> None:
    amina = stage.person(1, "fr")
    await amina.starts()
    assert amina.last.labels[0] == "Français"
    await amina.taps("Français")
    await amina.taps("J’ai compris")
    await amina.taps("Oui")
    await amina.taps("Madagascar")
    await amina.sends_voice(40)
    await amina.taps("Envoyer")
    [told] = await stage.testimonies(1)
    assert (told.country, told.language, told.state, told.partner) == ("MG", "fr", State.RECEIVED, "mmm")
    assert told.receipt in amina.sees
    assert amina.replies == 7


async def test_the_phones_language_is_offered_first_then_the_others_in_their_own_names(stage: Stage) -> None:
    amina = stage.person(1, "ar-LB")
    await amina.starts()
    assert amina.last.labels[0] == "العربية"
    assert {"Français", "English"} <= set(amina.last.labels)


async def test_what_is_written_before_a_language_is_chosen_is_not_kept_and_answered_kindly(
    stage: Stage,
) -> None:
    amina = stage.person(1, "fr")
    await amina.says("Ma maison a brûlé")
    assert "Français" in amina.last.labels
    assert await stage.testimonies(1) == []
    await amina.taps("Français")
    assert "Make Mothers Matter" in amina.sees


async def test_somebody_who_has_told_before_gets_the_menu(stage: Stage) -> None:
    amina = stage.person(1)
    await amina.tells()
    await amina.starts()
    assert amina.last.labels == (
        "Tell what I live through",
        "Tell about an initiative",
        "Say how it is now",
        "See what I told",
        "Read what others told",
    )


async def test_an_open_conversation_may_be_gone_on_with_or_begun_anew(stage: Stage) -> None:
    amina = stage.person(1)
    await amina.arrives()
    await amina.agrees()
    await amina.starts()
    assert amina.last.labels == ("Go on", "Start again")
    await amina.taps("Go on")
    assert "Which country" in amina.sees
    await amina.starts()
    await amina.taps("Start again")
    assert "What you had begun is erased" in amina.sees
    assert "Welcome" in amina.sees


async def test_a_partners_link_says_for_whom_a_voice_is_gathered(stage: Stage) -> None:
    amina = stage.person(1)
    await amina.starts("p-omep")
    await amina.taps("English")
    assert "OMEP" in amina.sees
    await amina.agrees()
    await amina.starts("p-mmm")  # never in the middle: she agreed to the other one
    await amina.taps("Go on")
    await amina.says("Kenya")
    await amina.says("No water")
    await amina.taps("Send")
    assert [each.partner for each in await stage.testimonies(1)] == ["omep"]


async def test_a_link_that_means_nothing_is_worth_nothing(stage: Stage) -> None:
    """S24: source codes live in another namespace and give no right."""
    amina = stage.person(1)
    await amina.starts("p-nobody")
    await amina.taps("English")
    assert "Make Mothers Matter" in amina.sees


async def test_the_initiative_waits_for_the_language(stage: Stage) -> None:
    amina = stage.person(1)
    await amina.says("/initiative")
    await amina.taps("English")
    assert [each.session.form for each in await stage.sessions()] == ["initiative"]


# -- consent ----------------------------------------------------------------------------------------------------------


async def test_only_keeping_is_agreed_to_unless_more_is_switched_on(stage: Stage) -> None:
    """S31: separate switches, all off; the wording she saw, her language and the time are kept."""
    amina = stage.person(1)
    await amina.tells()
    consents = await stage.consents(1)
    assert {each.purpose: each.granted for each in consents} == {
        "keep": True,
        "share": False,
        "publish": False,
        "quote": False,
        "contact": False,
    }
    assert {each.language for each in consents} == {"en"}
    assert {each.at for each in consents} == {(await stage.testimonies(1))[0].received_at}
    assert len({each.wording for each in consents}) == len(PURPOSES)
    assert all(len(each.wording) == 64 for each in consents)


async def test_what_is_switched_on_is_agreed_to_and_nothing_else(stage: Stage) -> None:
    """S31."""
    amina = stage.person(1)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.says("The school is closed.")
    await amina.taps("Food")
    await amina.taps("Publish")
    await amina.taps("Ask me again")
    await amina.taps("Publish")
    await amina.taps("Publish")
    await amina.taps("Send")
    granted = {each.purpose for each in await stage.consents(1) if each.granted}
    assert granted == {"keep", "publish", "contact"}
    assert [each.themes for each in await stage.testimonies(1)] == [("food",)]


@pytest.mark.parametrize("answer", ["I am under 18", "No, thank you"])
async def test_who_is_a_child_or_does_not_agree_leaves_nothing_but_the_language(
    stage: Stage, answer: str
) -> None:
    """S33, S35: storage is empty after the end."""
    amina = stage.person(1)
    await amina.arrives()
    if answer.startswith("No"):
        await amina.taps("I understand")
    await amina.taps(answer)
    assert await stage.testimonies(1) == []
    assert await stage.sessions() == []
    her = await stage.respondent(1)
    assert (her.language, dict(her.waiting)) == ("en", {})


# -- the walk ---------------------------------------------------------------------------------------------------------


async def test_a_second_tap_changes_nothing_and_gets_the_same_kind_answer(stage: Stage) -> None:
    """R6."""
    amina = stage.person(1)
    await amina.arrives()
    number, key = amina.button("I understand")
    await amina.taps_data(key.data, number)
    asked = amina.sees
    await amina.taps_data(key.data, number)
    assert "Already answered" in amina.sees
    await amina.taps_data(key.data, number)
    assert "Already answered" in amina.sees
    assert asked.startswith("May we keep")
    await amina.taps("Yes")
    assert "Which country" in amina.sees


async def test_sending_twice_makes_one_testimony(stage: Stage) -> None:
    """R6, R34."""
    amina = stage.person(1)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.says("The school is closed.")
    number, key = amina.button("Send")
    for _ in range(20):
        await amina.taps_data(key.data, number)
    assert len(await stage.testimonies(1)) == 1
    assert "is from earlier" in amina.sees


async def test_a_button_of_an_earlier_conversation_does_nothing(stage: Stage) -> None:
    amina = stage.person(1)
    await amina.arrives()
    number, key = amina.button("I understand")
    await amina.starts()
    await amina.taps("Start again")
    await amina.taps_data(key.data, number)
    assert "is from earlier" in amina.sees


async def test_a_toggle_changes_the_message_in_place(stage: Stage) -> None:
    amina = stage.person(1)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.says("The school is closed.")
    screen = amina.last.number
    await amina.taps("Publish")
    assert amina.last.number == screen


async def test_words_do_what_taps_do(stage: Stage) -> None:
    amina = stage.person(1)
    await amina.starts()
    await amina.taps("English")
    await amina.says("1")
    await amina.says("yes")
    assert "Which country" in amina.sees
    await amina.says("back")
    assert "May we keep" in amina.sees


async def test_two_quick_texts_and_a_photo_are_all_kept(stage: Stage) -> None:
    """R7."""
    amina = stage.person(1)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.says("The school is closed.")
    await amina.says("And there has been no water since last week.")
    await amina.sends_photo("p1")
    await amina.sends_photo("p2")
    await amina.taps("Send", on=None)
    [told] = await stage.testimonies(1)
    assert (
        told.answers["/testimony/told/story"]
        == "The school is closed.\nAnd there has been no water since last week."
    )
    assert len(told.answers["/testimony/told/story_photo"].split()) == 2
    assert len(await stage.media(1)) == 2


async def test_stop_and_resume_lose_nothing(stage: Stage) -> None:
    amina = stage.person(1)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.taps("Stop")
    assert "/resume" in amina.sees
    await amina.says("/resume")
    assert "hardest" in amina.sees
    await amina.says("No water")
    await amina.taps("Send")
    assert [each.country for each in await stage.testimonies(1)] == ["MG"]


async def test_the_command_to_stop_also_ends_what_we_send_unasked(stage: Stage) -> None:
    """S45: at once, what is queued too, and not even the end of the draft is told."""
    amina = stage.person(1)
    await amina.arrives()
    await _queues(stage)
    await amina.says("/stop")
    heard = amina.replies
    assert (await stage.respondent(1)).quiet
    assert await stage.wakes(hours=25) == 0
    assert await stage.wakes(days=14) == 1
    assert amina.replies == heard
    await amina.starts()
    assert not (await stage.respondent(1)).quiet


async def test_what_was_asked_for_before_the_stop_still_comes(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S45, S1: Telegram is away while she asks for what we hold, and then for quiet."""
    amina = stage.person(1)
    await amina.tells()
    await _queues(stage)
    before = amina.replies
    with monkeypatch.context() as away:
        away.setattr(Stage, "deliver", _away)
        await amina.says("/mydata")
        await amina.says("/stop")
    stage.now += timedelta(hours=2)
    await stage.deliver()
    assert amina.replies == before + 2
    assert any(each.files for each in amina.chat[-2:])
    assert amina.sees.startswith("Done. We no longer write to you first.")


async def _away(stage: Stage) -> None:
    """Nothing can be said."""


async def _queues(stage: Stage) -> None:
    """A message to Amina that is to be said in an hour."""
    her = await stage.respondent(1)
    asked = Message("en", (Quote("How is it now?"),))

    def add(unit: Unit) -> None:
        later = stage.now + timedelta(hours=1)
        unit.outbox.add(
            key="round",
            address=her.address,
            kind=Kind.CAMPAIGN,
            message=asked,
            now=stage.now,
            not_before=later,
        )

    await stage.do(add)


async def test_another_language_keeps_everything_told(stage: Stage) -> None:
    """R36."""
    amina = stage.person(1)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.says("/language")
    await amina.taps("العربية")
    assert "العربية" in amina.sees
    await amina.says("لا ماء")
    await amina.taps("إرسال")
    [told] = await stage.testimonies(1)
    assert (told.country, told.language) == ("MG", "ar")


async def test_the_form_she_began_stays_hers_when_another_version_is_published(stage: Stage) -> None:
    """R22."""
    amina = stage.person(1)
    await amina.arrives()
    await amina.agrees()
    first = forms()[0]
    xml = first.xml.replace(f'version="{first.version}"', 'version="2"')
    other = read_xform(xml.replace("What is hardest right now?", "Other?"))
    assert other.version == "2"
    await stage.do(lambda unit: unit.forms.publish(other, stage.now))
    await amina.says("Madagascar")
    assert "What is hardest right now?" in amina.sees
    await amina.says("No water")
    await amina.taps("Send")
    [told] = await stage.testimonies(1)
    assert told.form_version == first.version
    rakoto = stage.person(2)
    await rakoto.arrives()
    await rakoto.agrees()
    await rakoto.says("Madagascar")
    assert "Other?" in rakoto.sees


async def test_a_form_that_is_no_longer_there_ends_kindly(stage: Stage) -> None:
    """R22."""
    amina = stage.person(1)
    await amina.arrives()
    [kept] = await stage.sessions()
    kept.session.version = "0"
    await stage.do(lambda unit: unit.sessions.save(kept))
    await amina.says("1")
    assert amina.sees.startswith("These questions are no longer asked")
    assert await stage.sessions() == []


# -- edits ------------------------------------------------------------------------------------------------------------


async def test_an_edit_before_sending_amends_the_answer(stage: Stage) -> None:
    """R8."""
    amina = stage.person(1)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    number = await amina.says("My sister Voahangy is ill.")
    await amina.says("And there has been no water since last week.")
    await amina.edits(number, "My sister is ill.")
    await amina.taps("Send")
    [told] = await stage.testimonies(1)
    assert (
        told.answers["/testimony/told/story"]
        == "My sister is ill.\nAnd there has been no water since last week."
    )
    assert "Voahangy" not in repr(told)


async def test_an_edit_after_sending_amends_what_nobody_has_decided_on(stage: Stage) -> None:
    """R8: the moderator who has it open decides on the latest version only."""
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    number = await amina.says("My sister Voahangy is ill.")
    await amina.taps("Send")
    await vera.says("/next")
    await amina.edits(number, "My sister is ill.")
    assert amina.sees == "Changed."
    await vera.taps("Accept")
    assert "has changed it since" in vera.sees
    assert "Voahangy" not in vera.sees
    await vera.taps("Accept")
    await amina.edits(number, "Something else")
    assert "as you first wrote it" in amina.sees
    [told] = await stage.testimonies(1)
    assert told.answers["/testimony/told/story"] == "My sister is ill."


async def test_an_edit_that_comes_before_its_message_counts(stage: Stage) -> None:
    """R8."""
    amina = stage.person(1)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    stage.message += 1
    number = stage.message
    await amina.edits(number, "The school is closed.")
    stage.message = number - 1
    assert await amina.says("Teh school") == number
    await amina.taps("Send")
    [told] = await stage.testimonies(1)
    assert told.answers["/testimony/told/story"] == "The school is closed."


# -- what does not fit ------------------------------------------------------------------------------------------------


async def test_a_recording_that_is_too_long_or_too_large_loses_nothing(stage: Stage) -> None:
    """R30, S8: at most two minutes and 20 MB; what does not fit is said, and the walk goes on."""
    amina = stage.person(1)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.sends_voice(seconds=121)
    assert "too long" in amina.sees
    await amina.sends_voice(size=21 * 1024 * 1024)
    assert "too large" in amina.sees
    await amina.sends_voice(seconds=120)
    await amina.taps("Send")
    assert len(await stage.testimonies(1)) == 1


async def test_a_recording_no_answer_takes_is_not_kept(stage: Stage) -> None:
    amina = stage.person(1)
    await amina.arrives()
    await amina.sends_voice()
    assert await stage.media(1) == []


async def test_what_we_cannot_take_is_answered_kindly(stage: Stage) -> None:
    amina = stage.person(1)
    await amina.arrives()
    await amina.sends(sticker={"file_id": "x"})
    assert "cannot take this kind" in amina.sees
    await amina.sends(contact={"phone_number": "+261", "first_name": "x"})
    assert "not kept" in amina.sees


async def test_words_outside_a_conversation_are_not_kept(stage: Stage) -> None:
    amina = stage.person(1)
    await amina.tells()
    await amina.says("Something more")
    assert "outside a conversation is not kept" in amina.sees
    await amina.taps("Tell what I live through")
    assert "Welcome" in amina.sees


# -- time -------------------------------------------------------------------------------------------------------------


async def test_silence_is_answered_once_and_gently(stage: Stage) -> None:
    amina = stage.person(1)
    await amina.arrives()
    await amina.agrees()
    assert await stage.wakes(hours=23) == 0
    assert await stage.wakes(hours=2) == 1
    assert amina.sees.startswith("There is no hurry.")
    assert await stage.wakes(days=2) == 0
    await amina.says("Madagascar")
    assert "hardest" in amina.sees


async def test_after_fourteen_days_the_draft_is_closed_and_nothing_of_it_is_kept(stage: Stage) -> None:
    """S41."""
    amina = stage.person(1)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.sends_voice()
    await stage.wakes(hours=25)
    assert await stage.wakes(days=12) == 0
    assert await stage.wakes(days=2) == 1
    assert "is now closed" in amina.sees
    assert await stage.sessions() == []
    assert await stage.media(1) == []


async def test_a_stopped_conversation_is_closed_after_fourteen_days_too(stage: Stage) -> None:
    """S41."""
    amina = stage.person(1)
    await amina.arrives()
    await amina.taps("Stop")
    assert await stage.wakes(days=13) == 0
    assert await stage.wakes(days=2) == 1
    assert await stage.sessions() == []


async def test_who_blocked_the_bot_is_not_written_to_until_they_are_back(stage: Stage) -> None:
    """R18: what was queued is dropped for good; letting the bot in again revives."""
    amina = stage.person(1)
    await amina.arrives()
    await _queues(stage)
    await amina.blocks()
    heard = amina.replies
    await stage.wakes(hours=25)
    assert not (await stage.respondent(1)).reachable
    await amina.blocks(False)
    assert (await stage.respondent(1)).reachable
    await stage.wakes(hours=1)
    assert amina.replies == heard


async def test_whoever_writes_start_can_be_reached_again(stage: Stage) -> None:
    """R18: also where Telegram never told us that the bot was let in again."""
    amina = stage.person(1)
    await amina.arrives()
    await amina.blocks()
    await amina.starts()
    assert (await stage.respondent(1)).reachable


async def test_a_stranger_who_blocks_the_bot_leaves_no_row(stage: Stage) -> None:
    await stage.person(9).blocks()
    assert await stage.do(lambda unit: unit.people.address_of(9)) is None


# -- handing over -----------------------------------------------------------------------------------------------------


async def test_moderators_are_told_when_a_voice_comes_into_an_empty_queue_and_not_again(stage: Stage) -> None:
    vera = await stage.moderator(8)
    other = await stage.moderator(9, partner="omep")
    await stage.person(1).tells()
    assert vera.sees.startswith("1 new voice is waiting")
    heard = vera.replies
    await stage.person(2).tells()
    assert vera.replies == heard
    assert "new voice" not in other.everything


async def test_a_sensitive_voice_is_told_to_focal_points_alone_by_the_code_of_its_case(stage: Stage) -> None:
    """S34: the notification has a case code only."""
    vera, flora = await stage.moderator(8), await stage.moderator(9, Role.FOCAL_POINT)
    before = vera.replies
    receipt = await stage.person(1).tells_privately(what="It is private")
    assert vera.replies == before
    assert re.fullmatch(r"K-\w{5} waits for you: /sensitive", flora.sees)
    assert receipt not in flora.everything


async def test_a_check_in_recalls_what_was_told_and_leaves_consents_as_they_were(stage: Stage) -> None:
    amina = stage.person(1)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.says("The school is closed.")
    await amina.taps("Publish")
    await amina.taps("Send")
    await amina.starts()
    await amina.taps("Say how it is now")
    assert "The school is closed." in amina.sees
    await amina.taps("Better")
    await amina.says("It opened again.")
    await amina.taps("School")
    await amina.taps("Done")
    await amina.taps("Yes")
    await amina.taps("No, send it")
    newest, _ = await stage.testimonies(1)
    assert (newest.form, newest.themes) == ("checkin", ("education",))
    assert newest.receipt in amina.sees
    granted = {each.purpose for each in await stage.consents(1) if each.granted}
    assert granted == {"keep", "publish"}


async def test_replaying_an_update_says_nothing_new(stage: Stage) -> None:
    """R34: the same cause never speaks twice."""
    amina = stage.person(1)
    await amina.starts()
    before = amina.replies
    stage.update -= 1
    stage.message -= 1
    await amina.starts()
    assert amina.replies == before


# -- where she is -----------------------------------------------------------------------------------------------------


async def _asked_where(stage: Stage) -> Player:
    amina = stage.person(1)
    await amina.arrives()
    await amina.agrees()
    await amina.taps("📍 Near me")
    return amina


async def test_a_place_that_is_shared_brings_what_is_near_and_takes_its_keyboard_away(stage: Stage) -> None:
    """A message without buttons of its own takes the phone's keyboard away; the country is asked in the next."""
    amina = await _asked_where(stage)
    await amina.sends(location={"latitude": -18.9, "longitude": 47.5})
    assert amina.sees.startswith("Near you there are these. Which one is it?\n\nWhich country are you in?")
    assert amina.last.labels[0] == "Madagascar"
    await amina.taps("Madagascar")
    assert amina.sees.startswith("What is hardest right now?")


async def test_who_would_rather_not_share_it_is_asked_nothing_more(stage: Stage) -> None:
    amina = await _asked_where(stage)
    await amina.says("Rather not")
    assert (amina.sees, amina.last.labels) == ("All right. Nothing has changed.", ())
    await amina.says("Madagascar")
    assert amina.sees.startswith("What is hardest right now?")


async def test_a_country_may_be_written_instead_of_a_place(stage: Stage) -> None:
    amina = await _asked_where(stage)
    await amina.says("Madagascar")
    assert amina.sees.startswith("👌\n\nWhat is hardest right now?")
    await amina.says("The school is closed.")
    assert "👌" not in amina.sees


async def test_near_me_does_nothing_once_the_country_is_known(stage: Stage) -> None:
    """R7: an old button is answered kindly."""
    amina = stage.person(1)
    await amina.arrives()
    await amina.agrees()
    number, near = amina.button("📍 Near me")
    await amina.says("Madagascar")
    await amina.taps_data(near.data, number)
    assert amina.sees == "This button is from earlier and does nothing any more. What you told us: /mine"


# -- taps that come twice ---------------------------------------------------------------------------------------------


async def test_a_second_tap_is_always_answered(stage: Stage) -> None:
    """R6: whatever the button was, and nothing happens twice."""
    amina = stage.person(1)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    for label in ("Tell me more", "Back"):
        number, key = amina.button(label)
        for _ in range(2):
            replies = amina.replies
            await amina.taps_data(key.data, number)
            assert amina.replies == replies + 1
    assert amina.sees == "This question is behind us. Do you want to answer it now?"
    await amina.taps("Answer")
    assert amina.sees.startswith("What is hardest right now?")


async def test_who_stopped_and_answers_a_question_is_thanked_and_left_in_peace(stage: Stage) -> None:
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.tells()
    await vera.says("/next")
    await vera.taps("Ask a question")
    await vera.taps("Since when")
    question, answer = amina.button("Answer")
    await amina.says("/initiative")
    await amina.says("/stop")
    await amina.taps_data(answer.data, question)
    await amina.says("Since May.")
    assert amina.sees == "Thank you for your answer. Make Mothers Matter reads it."
