"""Reviewing: what moderators take, decide, ask back and undo; and what they may not."""

import asyncio
from dataclasses import replace
from functools import partial

import pytest

from bot import reviewing
from bot.people import Role
from bot.ports import Unit
from bot.standing import LEASE, AlreadyDecided, Done, Standing, Taken, WithColleague
from bot.team import remove
from bot.testimony import DecisionKind, State
from tests.deeds.stage import Player, Stage
from tests.stores import change

VERBS = (
    "o",
    "a",
    "q",
    "q1",
    "w",
    "y",
    "s",
    "s1",
    "s4",
    "u",
    "x",
    "c",
    "b",
    "bs",
    "bt",
    "bu",
    "ba",
    "vh",
    "vh1",
    "v",
)


async def state(stage: Stage, id: int = 1) -> State:
    return (await stage.testimonies(id))[0].state


# -- the card ---------------------------------------------------------------------------------------------------------


async def test_the_card_shows_the_voice_in_her_words_and_the_rest_in_the_readers(stage: Stage) -> None:
    """S43: a case code and the needed text only, protected, never who she is."""
    amina = stage.person(1)
    await amina.starts()
    await amina.taps("Français")
    await amina.taps("J’ai compris")
    await amina.taps("Oui")
    await amina.says("Madagascar")
    await amina.says("L’école est fermée.")
    await amina.taps("Nourriture")
    await amina.taps("Citer")
    await amina.taps("Envoyer")
    [told] = await stage.testimonies(1)
    vera = await stage.moderator(2)
    await vera.says("/next")
    card = vera.last
    assert card.message.protect
    for words in (
        "Testimony",
        f"Receipt: {told.receipt}",
        "Original language: French",
        "Country: Madagascar",
        "Themes: Food",
        "L’école est fermée.",
        "Allowed: keep it and quote it in the report",
    ):
        assert words in card.text
    decisions = ("Accept", "Ask a question", "Set aside", "Release")
    assert card.labels == (*decisions, "Themes", "Languages", "More")
    for secret in ("N4me", "h4ndle", told.respondent, told.id):
        assert secret not in card.text


async def test_a_voice_note_comes_with_the_card(stage: Stage) -> None:
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.sends_voice(40)
    await amina.sends_photo()
    await amina.taps("Send")
    await vera.says("/next")
    assert "🎤 voice note, 40 s" in vera.sees
    assert "📷 1 photo" in vera.sees
    assert [each.kind for each in vera.last.recordings] == ["audio", "image"]


async def test_the_decision_stands_in_the_cards_place(stage: Stage) -> None:
    """S43: her words leave the moderator's chat with the decision."""
    receipt = await stage.person(1).tells("The school is closed.")
    vera = await stage.moderator(2)
    await vera.says("/next")
    card = vera.last.number
    await vera.taps("Accept")
    assert (vera.last.number, vera.sees) == (card, f"{receipt}: accepted.")
    assert vera.last.labels == ("Undo", "Next")
    assert "The school is closed." not in vera.everything


async def test_the_queue_is_counted_by_language(stage: Stage) -> None:
    vera = await stage.moderator(9)
    await vera.says("/queue")
    assert vera.sees == "Nothing is waiting. Thank you."
    await stage.person(1).tells()
    await stage.person(2).tells()
    await vera.says("/queue")
    assert vera.sees == "2 voices are waiting.\nLanguages: English 2\nCountries: Madagascar 2"


async def test_the_oldest_comes_first_and_three_are_enough(stage: Stage) -> None:
    vera = await stage.moderator(9)
    receipts = [await stage.person(number).tells() for number in range(1, 5)]
    for receipt in receipts[:3]:
        await vera.says("/next")
        assert receipt in vera.sees
    await vera.says("/next")
    assert vera.sees.startswith("You have 3 voices open.")
    await vera.says("/claimed")
    assert vera.last.labels == tuple(receipts[:3])
    await vera.taps(receipts[1])
    assert receipts[1] in vera.sees


async def test_a_claim_that_ran_out_goes_to_the_next_moderator(stage: Stage) -> None:
    receipt = await stage.person(1).tells()
    vera, victor = await stage.moderator(8), await stage.moderator(9)
    await vera.says("/next")
    await victor.says("/next")
    assert victor.sees == "Nothing is waiting. Thank you."
    number, accept = vera.button("Accept")
    await stage.wakes(minutes=31)
    await victor.says("/next")
    assert receipt in victor.sees
    await vera.taps_data(accept.data, number)
    assert vera.sees == "A colleague has already taken this one."
    assert await state(stage) is State.IN_REVIEW


async def test_nobody_gets_their_own_words(stage: Stage) -> None:
    vera = await stage.moderator(1)
    await vera.tells()
    await vera.says("/next")
    assert vera.sees == "Nothing is waiting. Thank you."
    receipt = await stage.person(2).tells()
    await vera.says("/next")
    assert receipt in vera.sees


async def test_what_is_released_waits_again(stage: Stage) -> None:
    receipt = await stage.person(1).tells()
    vera = await stage.moderator(2)
    await vera.says("/next")
    await vera.taps("Release")
    assert vera.sees == f"{receipt}: back in the queue."
    [told] = await stage.testimonies(1)
    assert (told.state, told.claimed_by, told.claimed_until) == (State.RECEIVED, None, None)
    await vera.taps("Next")
    assert receipt in vera.sees


# -- deciding ---------------------------------------------------------------------------------------------------------


async def test_she_learns_that_her_voice_was_read(stage: Stage) -> None:
    amina, vera = stage.person(1), await stage.moderator(2)
    receipt = await amina.tells()
    await vera.says("/next")
    await vera.taps("Accept")
    assert amina.sees.startswith(f"{receipt}: it was read.")
    assert "Make Mothers Matter has taken it up" in amina.sees
    [told] = await stage.testimonies(1)
    assert (told.state, told.claimed_by, told.claimed_until) == (State.ACCEPTED, None, None)
    assert [each.object for each in await stage.deeds("accepted")] == [f"testimony:{told.id}"]


async def test_a_decision_tapped_twice_is_made_once(stage: Stage) -> None:
    """R6: and said to be made until a colleague goes on with it."""
    receipt = await stage.person(1).tells()
    vera = await stage.moderator(2)
    await vera.says("/next")
    number, key = vera.button("Accept")
    for _ in range(20):
        await vera.taps_data(key.data, number)
    assert vera.sees == f"{receipt}: accepted."
    change(stage.url, "UPDATE testimonies SET version = version + 1")
    await vera.taps_data(key.data, number)
    assert vera.sees == "A colleague has already decided: accepted."
    assert len(await stage.deeds("accepted")) == 1


async def test_who_decides_second_sees_the_first_decision(stage: Stage) -> None:
    """R35."""
    await stage.person(1).tells()
    vera, victor = await stage.moderator(8), await stage.moderator(9)
    await vera.says("/next")
    number, accept = vera.button("Accept")
    await stage.wakes(minutes=31)
    await victor.says("/next")
    await victor.taps("Set aside")
    await victor.taps("Told twice")
    await vera.taps_data(accept.data, number)
    assert vera.sees == "A colleague has already decided: set aside."
    assert await state(stage) is State.SET_ASIDE


async def test_of_fifty_decisions_at_once_one_counts(stage: Stage) -> None:
    """R35: compare-and-set; the losers see the winner."""
    await stage.person(1).tells()
    await stage.moderator(8)
    await stage.moderator(9)
    one, two = await stage.role(8), await stage.role(9)
    taken = await stage.do(lambda unit: reviewing.take(unit, stage.here("take"), one))
    assert isinstance(taken, Taken)
    which, version = taken.testimony.id, taken.testimony.version

    def decide(unit: Unit, number: int) -> Standing:
        here = stage.here(f"decide:{number}")
        if number % 2:
            return reviewing.accept(unit, here, one, which, version)
        return reviewing.set_aside(unit, here, two, which, version, "spam")

    works = [partial(decide, number=number) for number in range(50)]
    results = await asyncio.gather(*map(stage.do, works))
    decided = await stage.do(lambda unit: unit.testimonies.decisions(which))
    assert [each.kind for each in decided] == [DecisionKind.ACCEPT]
    kinds = {type(result) for result in results}
    assert kinds <= {Done, AlreadyDecided, WithColleague}
    assert all(isinstance(each, AlreadyDecided) for each in results[2::2])


async def test_setting_aside_is_told_kindly_where_she_may_be_contacted(stage: Stage) -> None:
    amina, rakoto, vera = stage.person(1), stage.person(2), await stage.moderator(3)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.says("The school is closed.")
    await amina.taps("Ask me again")
    await amina.taps("Send")
    await rakoto.tells()
    [told] = await stage.testimonies(1)
    french = replace(await stage.respondent(1), language="fr")  # she has chosen another language since
    await stage.do(lambda unit: unit.people.save_respondent(french))
    for label in ("Told twice", "Not a testimony"):
        await vera.says("/next")
        await vera.taps("Set aside")
        await vera.taps(label)
    assert amina.sees.startswith(told.receipt)
    assert "la première fois" in amina.sees
    assert "Received" in rakoto.sees


async def test_another_reason_is_written_and_never_shown_to_her(stage: Stage) -> None:
    amina, vera = stage.person(1), await stage.moderator(2)
    receipt = await amina.tells()
    await vera.says("/next")
    card = vera.last.number
    await vera.taps("Set aside")
    await vera.taps("Another reason")
    assert "write the reason" in vera.sees
    await vera.says("Reads like an advertisement")
    assert (vera.last.number, vera.sees) == (card, f"{receipt}: set aside.")
    [told] = await stage.testimonies(1)
    [decision] = await stage.do(lambda unit: unit.testimonies.decisions(told.id))
    assert decision.reason == "other: Reads like an advertisement"
    assert "advertisement" not in amina.everything


async def test_who_asked_us_not_to_write_first_hears_nothing_but_finds_it(stage: Stage) -> None:
    """S45."""
    amina, vera = stage.person(1), await stage.moderator(2)
    receipt = await amina.tells()
    await amina.says("/stop")
    heard = amina.replies
    await vera.says("/next")
    await vera.taps("Ask a question")
    await vera.taps("Since when")
    assert amina.replies == heard
    await amina.says("/mine")
    await amina.taps(receipt)
    assert "Since when has it been like this?" in amina.sees
    await amina.taps("Answer")
    await amina.says("Since March")
    assert await state(stage) is State.RECEIVED


# -- asking back ------------------------------------------------------------------------------------------------------


async def test_who_cannot_be_reached_is_not_written_to(stage: Stage) -> None:
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.tells()
    blocked = replace(await stage.respondent(1), reachable=False)
    await stage.do(lambda unit: unit.people.save_respondent(blocked))
    heard = amina.replies
    await vera.says("/next")
    await vera.taps("Accept")
    assert amina.replies == heard


async def test_a_ready_question_reaches_her_in_her_language_and_her_answer_comes_back(stage: Stage) -> None:
    amina, vera = stage.person(1, "fr"), await stage.moderator(2)
    await amina.starts()
    await amina.taps("Français")
    await amina.taps("J’ai compris")
    await amina.taps("Oui")
    await amina.says("Madagascar")
    await amina.says("L’école est fermée.")
    await amina.taps("Envoyer")
    receipt = (await stage.testimonies(1))[0].receipt
    await vera.says("/next")
    await vera.taps("Ask a question")
    await vera.taps("Since when")
    assert vera.sees == f"{receipt}: your question is on its way."
    assert "Depuis quand" in amina.sees
    assert amina.button("Répondre")[1].style == "primary"
    await amina.taps("Répondre")
    await amina.says("Depuis mars.")
    await amina.sends_voice(10)  # a second message belongs to the same answer (R7)
    [told] = await stage.testimonies(1)
    [exchange] = told.exchanges
    assert told.state is State.RECEIVED
    assert exchange.answer == "Depuis mars."
    assert len(exchange.media) == 1
    assert vera.sees.startswith(f"{receipt}: the answer has come.")
    await vera.says("/next")
    assert "Answer: Depuis mars." in vera.sees
    assert [each.kind for each in vera.last.recordings] == ["audio"]


async def test_an_own_question_is_shown_once_more_before_it_goes(stage: Stage) -> None:
    amina, vera = stage.person(1), await stage.moderator(2)
    receipt = await amina.tells()
    await vera.says("/next")
    card = vera.last.number
    await vera.taps("Ask a question")
    await vera.taps("Write my own")
    await vera.says("Is the school open again?")
    assert vera.sees == "This is what the person will read: Is the school open again?"
    assert "open again" not in amina.everything
    await vera.taps("Send the question")
    asked = "Make Mothers Matter asks: Is the school open again?"
    assert amina.sees == f"{receipt}: we have a question for you.\n\n{asked}"
    assert vera.sees == f"{receipt}: your question is on its way."
    assert [each for each in vera.chat if each.number == card] == []
    assert "The school is closed." not in vera.everything


async def test_a_question_may_be_given_up(stage: Stage) -> None:
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.tells()
    await vera.says("/next")
    await vera.taps("Ask a question")
    await vera.taps("Write my own")
    await vera.taps("Cancel")
    await vera.says("Zanzibar")
    assert await state(stage) is State.IN_REVIEW
    assert "Zanzibar" not in amina.everything


async def test_an_answer_in_the_middle_of_another_conversation_leads_back_into_it(stage: Stage) -> None:
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.tells()
    await amina.starts()
    await amina.taps("Tell about an initiative")
    await vera.says("/next")
    await vera.taps("Ask a question")
    await vera.taps("Since when")
    await amina.taps("Answer")
    await amina.says("Since March")
    assert "Thank you for your answer." in amina.everything
    assert "We go on where you stopped." in amina.sees
    assert [each.session.form for each in await stage.sessions()] == ["initiative"]


async def test_what_is_said_after_an_answer_goes_where_it_belongs(stage: Stage) -> None:
    """R7: to the answer as long as nothing else was begun, then to what was begun."""
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.tells()
    await vera.says("/next")
    await vera.taps("Ask a question")
    await vera.taps("Since when")
    await amina.taps("Answer")
    await amina.says("Since March")
    await amina.says("or perhaps April")
    assert amina.sees == "Thank you, added."
    await amina.starts()
    await amina.taps("Tell what I live")
    await amina.agrees()
    await amina.says("Kenya")
    await amina.says("There is no water in our street.")
    await amina.taps("Send")
    newest, asked = await stage.testimonies(1)
    assert newest.answers["/testimony/told/story"] == "There is no water in our street."
    assert [each.answer for each in asked.exchanges] == ["Since March\nor perhaps April"]


async def test_an_answer_to_a_question_taken_back_meanwhile_is_not_kept(stage: Stage) -> None:
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.tells()
    await vera.says("/next")
    await vera.taps("Ask a question")
    await vera.taps("Since when")
    await amina.taps("Answer")
    await vera.taps("Undo")
    await amina.sends_voice()
    assert amina.sees == "This question is no longer open. Thank you."
    assert await stage.media(1) == []


async def test_an_answer_may_not_grow_without_end(stage: Stage) -> None:
    """S44."""
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.tells()
    await vera.says("/next")
    await vera.taps("Ask a question")
    await vera.taps("Since when")
    await amina.taps("Answer")
    for _ in range(9):
        await amina.says("long " * 800)
    assert "too long" in amina.sees
    [told] = await stage.testimonies(1)
    assert len(told.exchanges[0].answer) <= 8 * 4096


# -- undoing ----------------------------------------------------------------------------------------------------------


async def test_ones_own_decision_can_be_undone_until_something_follows(stage: Stage) -> None:
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.tells()
    await vera.says("/next")
    await vera.taps("Accept")
    await vera.taps("Undo")
    assert "The school is closed." in vera.sees
    [told], role = await stage.testimonies(1), await stage.role(2)
    held = (told.state, told.claimed_by, told.claimed_until)
    assert held == (State.IN_REVIEW, role.id, stage.now + LEASE)
    await vera.taps("Ask a question")
    await vera.taps("Since when")
    number, undo = vera.button("Undo")
    await amina.taps("Answer")
    await amina.says("Since March")
    [told] = await stage.testimonies(1)
    for data in (undo.data, stage.signer.sign(2, f"r:u:{told.id}:{told.version}")):
        await vera.taps_data(data, number)
        assert "out of date" in vera.sees
        assert await state(stage) is State.RECEIVED


async def test_a_question_that_was_taken_back_is_no_longer_open(stage: Stage) -> None:
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.tells()
    await vera.says("/next")
    await vera.taps("Ask a question")
    await vera.taps("Since when")
    await vera.taps("Undo")
    await amina.taps("Answer")
    assert amina.sees == "This question is no longer open. Thank you."
    assert [each.exchanges for each in await stage.testimonies(1)] == [()]
    for label in ("Ask a question", "Since when"):
        await vera.taps(label)
    await amina.taps("Answer")
    await amina.says("Since March")
    await vera.says("/next")
    for label in ("Ask a question", "Since when", "Undo"):
        await vera.taps(label)
    [told] = await stage.testimonies(1)
    assert [each.answer for each in told.exchanges] == ["Since March"]


# -- rights -----------------------------------------------------------------------------------------------------------


async def _someone(stage: Stage, who: str) -> Player:
    match who:
        case "a stranger":
            return stage.person(50)
        case "another partner's moderator":
            return await stage.moderator(51, partner="omep")
        case "the author":
            return await stage.moderator(1)
    revoked = await stage.moderator(53)
    role = await stage.role(53)
    await stage.do(lambda unit: remove(unit, stage.here("remove"), role.id))
    await stage.deliver()
    return revoked


@pytest.mark.parametrize(
    "who", ["a stranger", "someone revoked", "another partner's moderator", "the author"]
)
async def test_who_has_no_right_changes_nothing_and_leaves_one_line_a_try(stage: Stage, who: str) -> None:
    """S22, S20: with buttons truly signed for them, but without the role."""
    await stage.person(1).tells("The school is closed.")
    vera = await stage.moderator(2)
    await vera.says("/next")
    [before] = await stage.testimonies(1)
    someone = await _someone(stage, who)
    for tries, verb in enumerate(VERBS, start=1):
        await someone.taps_data(stage.signer.sign(someone.id, f"r:{verb}:{before.id}:{before.version}"), 1)
        assert await stage.testimonies(1) == [before]
        assert len(await stage.deeds("refused")) == tries
        assert someone.sees in (
            "This part is for the volunteers who read voices. If you are one, please ask for a new invitation.",
            "Not found.",
        )


async def test_a_colleague_cannot_touch_what_another_has_open(stage: Stage) -> None:
    """R35."""
    await stage.person(1).tells()
    vera, victor = await stage.moderator(2), await stage.moderator(3)
    await vera.says("/next")
    [before] = await stage.testimonies(1)
    for verb in VERBS:
        await victor.taps_data(stage.signer.sign(3, f"r:{verb}:{before.id}:{before.version}"), 1)
        assert await stage.testimonies(1) == [before]
        assert verb != "o" or victor.sees == "A colleague has already taken this one."
    await vera.taps("Accept")
    [before] = await stage.testimonies(1)
    await victor.taps_data(stage.signer.sign(3, f"r:u:{before.id}:{before.version}"), 1)
    assert await stage.testimonies(1) == [before]


@pytest.mark.parametrize("verb", ["a", "q1", "s1", "x", "y"])
async def test_a_card_of_an_older_version_decides_nothing(stage: Stage, verb: str) -> None:
    """S23: decisions are versioned."""
    await stage.person(1).tells()
    vera = await stage.moderator(2)
    await vera.says("/next")
    [before] = await stage.testimonies(1)
    await vera.taps_data(stage.signer.sign(2, f"r:{verb}:{before.id}:{before.version - 1}"), vera.last.number)
    [after] = await stage.testimonies(1)
    assert after.state in (State.IN_REVIEW, State.RECEIVED)
    assert await stage.do(lambda unit: unit.testimonies.decisions(before.id)) == []


async def test_a_forged_button_changes_nothing(stage: Stage) -> None:
    """S23: another person's signature, a flipped byte, no signature at all."""
    await stage.person(1).tells()
    vera, victor = await stage.moderator(2), await stage.moderator(3)
    await vera.says("/next")
    [before] = await stage.testimonies(1)
    number, key = vera.button("Accept")
    forged = [
        key.data[:i] + chr((ord(key.data[i]) + 1) % 128) + key.data[i + 1 :] for i in range(len(key.data))
    ]
    for data in (*forged, "r:a", f"r:a:{before.id}:{before.version}", ""):
        await vera.taps_data(data, number)
    await victor.taps_data(key.data, number)
    assert await stage.testimonies(1) == [before]


@pytest.mark.parametrize("name", ["queue", "next", "claimed"])
async def test_moderators_commands_tell_a_stranger_nothing(stage: Stage, name: str) -> None:
    """S22."""
    await stage.person(1).tells()
    stranger = stage.person(5)
    await stranger.says(f"/{name}")
    assert (
        stranger.sees
        == "This part is for the volunteers who read voices. If you are one, please ask for a new invitation."
    )
    assert len(await stage.deeds("refused")) == 1


async def test_what_is_sensitive_is_in_nobodys_queue(stage: Stage) -> None:
    """S34: not even in a focal point's; it has a lane of its own."""
    others = [
        await stage.moderator(8 + at, role)
        for at, role in enumerate((Role.MODERATOR, Role.LEAD, Role.FOCAL_POINT))
    ]
    receipt = await stage.person(1).tells_privately(what="It is private")
    for other in others:
        for name in ("queue", "next"):
            await other.says(f"/{name}")
            assert other.sees == "Nothing is waiting. Thank you."
        assert receipt not in other.everything
    await other.says("/sensitive")
    await other.taps("K-")
    await other.says("/claimed")
    assert other.sees.startswith("You have nothing open.")


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.LEAD])
async def test_a_sensitive_voice_is_not_found_by_its_id_either(stage: Stage, role: Role) -> None:
    """S34, S22: with every button a focal point may have, truly signed for a colleague who is none."""
    receipt = await stage.person(1).tells_privately("He asks for money.")
    vera = await stage.moderator(8, role)
    [before] = await stage.testimonies(1)
    for tries, verb in enumerate(VERBS, start=1):
        await vera.taps_data(stage.signer.sign(8, f"r:{verb}:{before.id}:{before.version}"), 1)
        assert vera.sees == "Not found."
        assert len(await stage.deeds("refused")) == tries
    assert await stage.testimonies(1) == [before]
    assert receipt not in vera.everything


async def test_a_question_to_somebody_who_asked_for_silence_is_said_to_wait(stage: Stage) -> None:
    """S45: nothing is sent, and the moderator is not told otherwise."""
    amina, vera = stage.person(1), await stage.moderator(2)
    receipt = await amina.tells()
    await amina.says("/stop")
    silent = amina.replies
    await vera.says("/next")
    await vera.taps("Ask a question")
    await vera.taps("Since when")
    assert vera.sees.startswith(f"{receipt}: your question is kept.")
    assert amina.replies == silent


async def test_a_moderator_who_changes_language_is_not_asked_for_a_testimony(stage: Stage) -> None:
    vera = await stage.moderator(2)
    await vera.says("/language")
    await vera.taps("Français")
    assert vera.sees.startswith("À partir de maintenant")
    assert vera.last.labels == ()
    await vera.says("/queue")
    assert vera.sees == "Rien n’attend. Merci."


# -- long words, and what was told before -----------------------------------------------------------------------------


async def test_a_long_voice_is_read_page_by_page_in_one_message(stage: Stage) -> None:
    story = "\n".join(f"Line {number}: the river took the bridge again." for number in range(1, 101))
    await stage.person(1).tells(story)
    vera = await stage.moderator(2)
    await vera.says("/next")
    card = vera.last.number
    read = [vera.sees]
    assert "Receipt:" in vera.sees
    assert "Page 1 of 3" in vera.sees
    for page in (2, 3):
        await vera.taps("Next page")
        assert vera.last.number == card
        assert f"Page {page} of 3" in vera.sees
        assert "Receipt:" not in vera.sees
        read.append(vera.sees)
    for number in range(1, 101):
        assert sum(f"Line {number}: the river" in page for page in read) == 1
    assert "Next page ›" not in vera.last.labels
    await vera.taps("‹ Earlier page")
    assert "Page 2 of 3" in vera.sees
    await vera.taps("Accept")
    assert vera.sees.endswith(": accepted.")
    assert "Line" not in vera.everything


async def test_what_she_told_before_is_a_tap_away_and_names_nobody(stage: Stage) -> None:
    amina, vera = stage.person(1), await stage.moderator(2)
    first = await amina.tells("The well is dry.")
    await vera.says("/next")
    assert "Told before" not in vera.sees
    await vera.taps("Accept")
    second = await amina.tells("The well is full again.")
    await vera.says("/next")
    assert "Told before: 1 time." in vera.sees
    await vera.taps("More")
    await vera.taps("Told before")
    await vera.taps(first)
    assert "The well is dry." in vera.sees
    assert "accepted" in vera.sees
    assert [each.object for each in await stage.deeds("opened")] == [
        f"testimony:{(await stage.testimonies(1))[1].id}"
    ]
    await vera.taps("Back")
    assert second in vera.sees
    await vera.taps("Accept")
    assert "The well is dry." not in vera.everything


async def test_what_is_withdrawn_barred_or_anothers_is_not_told_beside_another(stage: Stage) -> None:
    """S20, S40."""
    amina, vera = stage.person(1), await stage.moderator(2)
    withdrawn = await amina.tells()
    for column in ("partner = 'omep'", "barred = true"):
        receipt = await amina.tells()
        change(stage.url, f"UPDATE testimonies SET {column} WHERE receipt = '{receipt}'")
    await amina.says("/withdraw")
    await amina.taps(withdrawn)
    await amina.taps("Yes, withdraw it")
    last = await amina.tells("It rained.")
    await vera.says("/next")
    assert last in vera.sees
    assert "Told before" not in vera.sees


async def test_what_is_sensitive_is_not_told_beside_another(stage: Stage) -> None:
    """S34: it stays in its lane, where the rest is told beside it."""
    amina, omar = stage.person(1), await stage.moderator(3, Role.FOCAL_POINT)
    await amina.tells("The well is dry.")
    await amina.tells_privately("He hits me.", "It is private")
    await amina.tells("It rained.")
    await omar.says("/next")
    await omar.says("/next")
    assert "It rained." in omar.sees
    assert "Told before: 1 time." in omar.sees
    await omar.says("/sensitive")
    await omar.taps("K-")
    assert "He hits me." in omar.sees
    assert "Told before: 1 time." in omar.sees
