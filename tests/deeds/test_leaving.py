"""Leaving: one testimony taken back, or everything; and nothing left behind."""

import pytest

from bot import buttons
from bot.testimony import State
from tests.deeds.stage import Stage
from tests.stores import change, every_row, selected

LEST = "So that nothing is erased by mistake, we ask once more."


async def test_what_is_withdrawn_is_an_empty_row_with_its_receipt(stage: Stage) -> None:
    """S40: words, recordings, permissions and reasons are gone; a second tap changes nothing (R6)."""
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.says("The school is closed.")
    await amina.sends_voice()
    await amina.taps("Publish")
    await amina.taps("Send")
    [told] = await stage.testimonies(1)
    await vera.says("/next")
    card, accept = vera.button("Accept")
    await amina.says("/withdraw")
    assert told.receipt in amina.sees
    yes, key = amina.button("Yes, withdraw it")
    assert key.style == "danger"
    await amina.taps_data(key.data, yes)
    done = f"{told.receipt} is withdrawn. Thank you for having trusted us with it."
    first, erased, stays = amina.sees.split("\n\n")
    assert (first, amina.last.number) == (done, yes)
    assert erased.split("\n") == [
        "Erased on November 23, 2026:",
        "Answers: 3",
        "Voice notes, photos and files: 1",
        "What you allowed: 2",
    ]
    assert stays.startswith(f"The code {told.receipt} stays, with nothing behind it.")
    [left] = await stage.testimonies(1)
    assert (left.state, left.receipt, dict(left.answers), left.themes, left.country) == (
        State.WITHDRAWN,
        told.receipt,
        {},
        (),
        "",
    )
    assert not any(each.granted for each in await stage.consents(1))
    assert len(every_row(stage.url)["consents"]) == 5 + 2  # what was never allowed is not taken back
    assert await stage.media(1) == []
    assert "has withdrawn this voice" in vera.sees
    assert ("moderation",) in selected(stage.url, "SELECT kind FROM outbox WHERE key LIKE '%gone:%'")
    assert told.receipt not in vera.everything
    await amina.taps_data(key.data, yes)
    assert amina.sees == done
    assert len(await stage.deeds("withdrew")) == 1
    await vera.taps_data(accept.data, card)
    assert "has withdrawn this voice" in vera.sees


async def test_of_several_the_one_to_withdraw_is_chosen(stage: Stage) -> None:
    amina = stage.person(1)
    first, second = await amina.tells(), await amina.tells()
    await amina.says("/withdraw")
    await amina.taps(first)
    asked = amina.last.number
    await amina.taps("No, leave it")
    assert (amina.sees, amina.last.number) == ("All right. Nothing has changed.", asked)
    await amina.says("/withdraw")
    number, chosen = amina.button(first)
    await amina.taps(first)
    await amina.taps("Yes, withdraw it")
    await amina.taps_data(chosen.data, number)
    assert amina.sees == f"{first} is withdrawn. Thank you for having trusted us with it."
    assert {each.receipt: each.state for each in await stage.testimonies(1)} == {
        first: State.WITHDRAWN,
        second: State.RECEIVED,
    }


async def test_what_was_asked_and_answered_about_it_goes_with_it_and_no_answer_is_waited_for(
    stage: Stage,
) -> None:
    """S40: nor does the row say any more with whom it was open."""
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.tells()
    await vera.says("/next")
    await vera.taps("Ask a question")
    await vera.taps("Since when")
    await amina.taps("Answer")
    await amina.says("Since March")
    await vera.says("/next")
    await vera.taps("Ask a question")
    await vera.taps("Since when")
    await amina.says("/withdraw")
    await amina.taps("Answer")
    await amina.taps("Yes, withdraw it")
    assert (await stage.respondent(1)).waiting == {}
    [left] = await stage.testimonies(1)
    assert (left.state, left.exchanges, left.said) == (State.WITHDRAWN, (), {})


async def test_what_is_withdrawn_is_open_with_nobody(stage: Stage) -> None:
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.tells()
    await vera.says("/next")
    await amina.says("/withdraw")
    await amina.taps("Yes, withdraw it")
    [left] = await stage.testimonies(1)
    assert (left.claimed_by, left.claimed_until) == (None, None)


async def test_who_reads_it_is_told_when_its_author_has_left(stage: Stage) -> None:
    amina, vera = stage.person(1), stage.person(2, "fr")
    await stage.moderator(2)
    await amina.tells()
    await vera.says("/next")
    await amina.says("/forget")
    await amina.taps("Erase everything")
    await amina.taps("Yes, erase it all")
    assert vera.sees.startswith("La personne a retiré cette voix.")
    assert vera.last.message.protect


async def test_what_was_withdrawn_before_is_offered_and_counted_no_more(stage: Stage) -> None:
    amina = stage.person(1)
    first, second = await amina.tells(), await amina.tells()
    await amina.says("/withdraw")
    await amina.taps(first)
    await amina.taps("Yes, withdraw it")
    await amina.says("/withdraw")
    assert amina.sees.startswith(f"Withdraw {second}?")
    await amina.says("/forget")
    await amina.taps("Erase everything")
    await amina.taps("Yes, erase it all")
    assert "What you told: 1" in amina.sees


async def test_with_nothing_told_there_is_nothing_to_withdraw(stage: Stage) -> None:
    amina = stage.person(1)
    await amina.says("/withdraw")
    assert amina.sees == "There is nothing to withdraw."


async def test_another_persons_testimony_cannot_be_withdrawn_or_seen(stage: Stage) -> None:
    """S20, S23: with a truly signed button that names it."""
    amina, rakoto = stage.person(1), stage.person(2)
    await amina.tells("The school is closed.")
    await rakoto.tells()
    [before] = await stage.testimonies(1)
    for action in (
        f"w:ask:{before.id}",
        f"w:yes:{before.id}",
        buttons.stamped(f"w:yes:{before.id}", stage.now),
        f"t:open:{before.id}",
        f"t:words:{before.id}",
        f"t:publish:{before.id}:1",
        f"a:{before.id}",
    ):
        seen = rakoto.replies
        await rakoto.taps_data(stage.signer.sign(2, action), 1)
        assert rakoto.replies == seen + 1
        assert before.receipt not in rakoto.sees
        assert "The school is closed." not in rakoto.sees
    assert await stage.testimonies(1) == [before]


async def test_forgetting_takes_two_taps_and_may_be_left_at_any(stage: Stage) -> None:
    amina = stage.person(1)
    await amina.tells()
    await amina.says("/forget")
    await amina.taps("No, keep it")
    await amina.says("/forget")
    asked, erase = amina.button("Erase everything")
    await amina.taps("Erase everything")
    assert amina.last.number == asked
    assert {erase.style, amina.button("Yes, erase it all")[1].style} == {"danger"}
    await amina.taps("No, keep it")
    assert amina.sees == "All right. Nothing has changed."
    assert len(await stage.testimonies(1)) == 1


async def test_a_button_of_long_ago_erases_nothing_and_asks_once_more(stage: Stage) -> None:
    """S23: neither everything nor one testimony; the new button does it."""
    amina = stage.person(1)
    first, _ = await amina.tells(), await amina.tells()
    await amina.says("/withdraw")
    await amina.taps(first)
    number, withdraw = amina.button("Yes, withdraw it")
    await amina.says("/forget")
    await amina.taps("Erase everything")
    _, forget = amina.button("Yes, erase it all")
    stage.now += buttons.AT_ONCE
    before = await stage.testimonies(1)
    await amina.taps_data(withdraw.data, number)
    assert amina.sees.startswith(f"That button is from a while ago. {LEST}\n\nWithdraw {first}?")
    await amina.taps_data(forget.data, number)
    assert amina.sees.startswith(f"That button is from a while ago. {LEST}\n\nAre you sure?")
    assert await stage.testimonies(1) == before
    await amina.taps("Yes, withdraw it")
    assert f"{first} is withdrawn" in amina.sees
    await amina.taps("Yes, erase it all")
    assert amina.sees.startswith("Everything is erased")
    assert await stage.testimonies(1) == []


async def test_a_button_from_before_buttons_said_when_they_were_offered_erases_nothing(stage: Stage) -> None:
    """S23: what lies in chats since an earlier release, and stamps that are none."""
    amina = stage.person(1)
    await amina.tells()
    [told] = await stage.testimonies(1)
    for action in (
        "f:yes",
        "f:yes:zz",
        "f:yes:ffffffff",
        "f:yes:ffffffffffff",
        f"w:yes:{told.id}",
        f"w:yes:{told.id}:",
    ):
        await amina.taps_data(stage.signer.sign(1, action), 1)
        assert await stage.testimonies(1) == [told]


async def test_to_begin_again_erases_only_what_was_begun_when_it_was_offered(stage: Stage) -> None:
    """S23: a button of an earlier session does nothing to this one."""
    amina = stage.person(1)
    await amina.arrives()
    await amina.starts()
    number, again = amina.button("Start again")
    await amina.taps("Start again")
    await amina.agrees()
    [before] = await stage.sessions()
    await amina.taps_data(again.data, number)
    assert amina.sees.startswith("This button is from earlier")
    assert await stage.sessions() == [before]


async def test_who_is_forgotten_leaves_nothing_and_still_gets_the_goodbye(stage: Stage) -> None:
    """S40, S4: every table is scanned for what she had; the goodbye reached her, then its address went too."""
    amina, vera, rakoto = stage.person(1), await stage.moderator(2), stage.person(3)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.says("The school is closed.")
    await amina.sends_voice()
    await amina.taps("Send")
    await vera.says("/next")
    await vera.taps("Ask a question")
    await vera.taps("Since when")
    await amina.taps("Answer")
    await amina.says("Since March")
    await amina.starts()
    await amina.taps("Tell about an initiative")
    other = await rakoto.tells()
    her = await stage.respondent(1)
    traces = {her.id, her.address}
    held = _holding(stage, traces)
    assert {"respondents", "testimonies", "sessions", "media", "addresses", "outbox", "data_keys"} <= held
    await amina.says("/forget")
    await amina.taps("Erase everything")
    yes, key = amina.button("Yes, erase it all")
    await amina.taps_data(key.data, yes)
    assert amina.last.number == yes
    everything, erased, cannot = amina.sees.split("\n\n")
    assert everything.startswith("Everything is erased")
    assert erased.split("\n")[1:] == [
        "What you told: 1",
        "Answers: 3",
        "Voice notes, photos and files: 1",
        "What you allowed: 1",
        "Begun and not sent: 1",
    ]
    assert cannot.startswith("What we cannot erase")
    assert _holding(stage, traces) == {"journal"}
    assert await stage.do(lambda unit: unit.people.address_of(1)) is None
    assert [each.receipt for each in await stage.testimonies(3)] == [other]
    await amina.taps_data(key.data, yes)  # a second tap (R6)
    assert amina.sees.startswith("Everything is erased")
    assert await stage.do(lambda unit: unit.people.address_of(1)) is None
    assert await stage.sessions() == []


async def test_leaving_needs_no_form(stage: Stage) -> None:
    """S40: where the one she answered is gone, what she said is counted all the same, and erased."""
    amina = stage.person(1)
    await amina.tells()
    change(stage.url, "UPDATE testimonies SET form = 'gone'")
    [told] = await stage.testimonies(1)
    await amina.says("/forget")
    await amina.taps("Erase everything")
    await amina.taps("Yes, erase it all")
    assert f"Answers: {len(told.answers)}" in amina.sees
    assert await stage.testimonies(1) == []


async def test_who_comes_back_after_leaving_is_a_stranger(stage: Stage) -> None:
    """S40."""
    amina = stage.person(1)
    await amina.tells()
    await amina.says("/forget")
    await amina.taps("Erase everything")
    await amina.taps("Yes, erase it all")
    await amina.starts()
    assert "English" in amina.last.labels
    assert await stage.testimonies(1) == []


async def test_a_moderator_who_is_forgotten_as_a_respondent_still_moderates(stage: Stage) -> None:
    """S40: the address stays where a moderator uses it."""
    vera = await stage.moderator(1)
    await vera.tells()
    await vera.says("/forget")
    await vera.taps("Erase everything")
    await vera.taps("Yes, erase it all")
    assert vera.sees.startswith("Everything is erased")
    assert await stage.testimonies(1) == []
    await vera.says("/queue")
    assert vera.sees == "Nothing is waiting. Thank you."


def _holding(stage: Stage, traces: set[str]) -> set[str]:
    """The tables in which one of these ids stands."""
    rows = every_row(stage.url)
    return {
        table for table, found in rows.items() if any(trace in repr(row) for row in found for trace in traces)
    }


@pytest.mark.parametrize("taps", [("Languages", "Translate into French"), ("Ask a question", "Write my own")])
async def test_what_a_reader_wrote_about_her_and_did_not_keep_goes_with_her(
    stage: Stage, taps: tuple[str, ...]
) -> None:
    """S40: it may be her words in another language; it lies under her key, and nowhere else."""
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.says("The well is dry.")
    await amina.taps("Send")
    await vera.says("/next")
    for label in taps:
        await vera.taps(label)
    await vera.says("Le puits est à sec.")
    [role] = await stage.do(lambda unit: [each for each in unit.people.moderators_of("mmm") if each.waiting])
    assert "Le puits est à sec." not in str(role.waiting)
    assert len(every_row(stage.url)["renditions"]) == 1
    message, keep = vera.button("Keep it" if "Languages" in taps else "Send the question")
    await amina.says("/forget")
    await amina.taps("Erase everything")
    await amina.taps("Yes, erase it all")
    assert every_row(stage.url)["renditions"] == []
    await vera.taps_data(keep.data, message)
    assert "Le puits est à sec." not in vera.sees
