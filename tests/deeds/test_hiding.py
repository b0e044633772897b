"""What was said is taken out of the chat once it is stored, by itself or by /hide (S29, S30, S43)."""

from datetime import timedelta

import pytest

from bot import leaving
from bot.hiding import OLDER, REACH
from bot.people import Role
from bot.ports import Unit
from dialogs.form import HIDES, Form
from dialogs.reading.xform import read_xform
from tests.deeds.stage import Player, Stage, catalogs, forms
from tests.dialogs.written import form_of

STORY = "The school is closed and canaries sing."
ALWAYS, ASK, NEVER = HIDES


def form(name: str, hides: str) -> Form:
    """A built-in form in a version of its own, which says this about the chat."""
    xml = next(each for each in forms() if each.name == name).xml
    known = f'id="{name}" version="'
    assert known in xml
    return read_xform(xml.replace(known, f'tg:hide="{hides}" {known}{hides}.', 1))


async def says(stage: Stage, hides: str) -> None:
    """From now on the testimony says this."""
    published = form("testimony", hides)

    def publish(unit: Unit) -> None:
        unit.forms.publish(published, stage.now)

    await stage.do(publish)


def shown(player: Player) -> str:
    """Everything in a chat, hers and ours."""
    return player.everything + " ".join(str(what) for what in player.own.values())


async def switches_on(player: Player) -> None:
    await player.says("/privacy")
    await player.taps("Take what I wrote out of this chat")


async def test_once_it_is_stored_nothing_but_the_receipt_is_in_the_chat(stage: Stage) -> None:
    """S29: hers, our questions, and what repeats her words."""
    amina = stage.person(1)
    await amina.arrives()
    await switches_on(amina)
    await amina.says("/resume")
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.says(STORY)
    await amina.says("And rice is dear.")
    assert "canaries" in shown(amina)
    await amina.taps("Send")
    receipt = (await stage.testimonies(1))[0].receipt
    assert (await stage.testimonies(1))[0].answers["/testimony/told/story"].startswith(STORY)
    assert [receipt in each.text for each in amina.chat] == [True]
    assert amina.own == {}


async def test_before_it_is_sent_nothing_is_taken_away(stage: Stage) -> None:
    """S29: never before it is committed."""
    amina = stage.person(1)
    await amina.arrives()
    await switches_on(amina)
    await amina.says("/resume")
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.says(STORY)
    assert "canaries" in shown(amina)
    await amina.says("/stop")
    await stage.wakes(days=15)
    assert "canaries" in shown(amina)


@pytest.mark.parametrize("hides", HIDES)
async def test_a_form_says_whether_its_conversation_leaves_the_chat(stage: Stage, hides: str) -> None:
    """S29: always, on a tap, or never; /hide stays possible."""
    await says(stage, hides)
    amina = stage.person(1)
    await amina.tells(STORY)
    assert ("canaries" in shown(amina)) is (hides != ALWAYS)
    assert ("Take it out of this chat" in amina.last.labels) is (hides == ASK)
    await amina.says("/hide")
    assert "canaries" not in shown(amina)


async def test_under_the_receipt_it_can_be_taken_out_with_a_tap_and_the_receipt_stays(stage: Stage) -> None:
    """S29."""
    amina = stage.person(1)
    receipt = await amina.tells(STORY)
    await amina.taps("Take it out of this chat")
    assert "canaries" not in shown(amina)
    assert any(receipt in each.text for each in amina.chat)


async def test_what_is_sensitive_leaves_the_chat_unless_she_wants_it_to_stay(stage: Stage) -> None:
    """S29: and she is told."""
    amina, mina = stage.person(1), stage.person(3)
    receipt = await amina.tells_privately(STORY)
    received, care = amina.chat[-2:]
    assert receipt in received.text
    assert "is being taken out of this chat" in received.text
    assert care.message.clears is None, "whom she can call stays to be read"
    assert "canaries" not in shown(amina)
    await mina.arrives()
    await switches_on(mina)
    await mina.taps("Take what I wrote out of this chat")
    await mina.taps("Go on" if "Go on" in mina.last.labels else "I understand", None)
    await mina.taps("Yes")
    await mina.says("Madagascar")
    await mina.says(STORY)
    await mina.taps("Private or urgent")
    await mina.taps("It is private")
    while "Send" not in mina.last.labels:
        await mina.taps("Skip")
    await mina.taps("Send")
    assert "canaries" in shown(mina)


async def test_her_own_switch_goes_before_the_form(stage: Stage) -> None:
    """S29."""
    await says(stage, ALWAYS)
    amina = stage.person(1)
    await amina.arrives()
    await switches_on(amina)
    await amina.taps("Take what I wrote out of this chat")
    assert (await stage.respondent(1)).hides is False
    await amina.says("/resume")
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.says(STORY)
    await amina.taps("Send")
    assert "canaries" in shown(amina)


@pytest.mark.parametrize("language", [each.code for each in catalogs().ready])
async def test_hiding_works_in_every_state_and_language(stage: Stage, language: str) -> None:
    """S30: a stranger, before a language, in a question, stopped, after sending, asked back, forgotten."""
    name = next(each.name for each in catalogs().ready if each.code == language)
    amina = stage.person(1, language)

    async def hides() -> None:
        await amina.says("/hide")
        assert len(amina.chat) == 1, amina.everything
        assert amina.own == {}
        assert catalogs().words(language).say(OLDER) in amina.sees

    await hides()
    await amina.starts()
    await hides()
    await amina.starts()
    await amina.taps(name)
    await hides()
    await amina.says("/stop")
    await hides()
    await amina.says("/forget")
    await hides()


async def test_an_open_question_that_was_taken_out_is_asked_again(stage: Stage) -> None:
    """S30."""
    amina = stage.person(1)
    await amina.arrives()
    await amina.agrees()
    await amina.says("/hide")
    assert "/resume" in amina.sees
    await amina.says("/resume")
    assert "Which country" in amina.sees


async def test_what_is_too_old_is_named_with_the_way_to_clear_it(stage: Stage) -> None:
    """S29: older than 48 hours Telegram lets no bot delete it."""
    amina = stage.person(1)
    await amina.arrives()
    await switches_on(amina)
    await amina.says("/resume")
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.says(STORY)
    stage.now += REACH + timedelta(minutes=1)
    await amina.taps("Send")
    assert "canaries" in shown(amina)
    assert OLDER.text in amina.sees
    await amina.tells("Another day.")
    assert "Another" not in shown(amina)
    assert OLDER.text not in amina.everything, "it is told once"


async def test_an_answer_to_a_moderators_question_leaves_the_chat_too(stage: Stage) -> None:
    """S29."""
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.tells("The school is closed.")
    await switches_on(amina)
    await vera.says("/next")
    await vera.taps("Ask a question")
    await vera.taps("Since when")
    await amina.taps("Answer")
    await amina.says("Since the canaries came.")
    assert "canaries" not in shown(amina)
    await amina.says("And the canaries stayed.")
    assert "canaries" not in shown(amina)
    assert "stayed" in (await stage.testimonies(1))[0].exchanges[0].answer


async def test_a_question_comes_with_a_first_line_that_says_nothing(stage: Stage) -> None:
    """S30: it shows on a locked screen."""
    amina, vera = stage.person(1), await stage.moderator(2)
    receipt = await amina.tells()
    await vera.says("/next")
    await vera.taps("Ask a question")
    await vera.taps("Since when")
    assert amina.sees.splitlines()[0] == f"{receipt}: we have a question for you."


async def test_a_recording_is_taken_out_once_it_is_held(stage: Stage) -> None:
    """S29, R30: Telegram's copy is the only one until then."""
    amina = stage.person(1)
    await amina.arrives()
    await switches_on(amina)
    await amina.says("/resume")
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.sends_voice()
    await amina.taps("Send")
    assert [list(what) for what in amina.own.values()] == [["voice"]]
    (medium,) = await stage.media(1)
    await stage.do(lambda unit: unit.media.settle(medium.id, "held"))
    stage.now += timedelta(minutes=2)
    await stage.deliver()
    assert amina.own == {}


@pytest.mark.parametrize(("last", "stays"), [("You said: ${a}", False), ("Call your sister.", True)])
async def test_the_words_a_form_says_last_stay_unless_they_repeat_hers(
    stage: Stage, last: str, stays: bool
) -> None:
    """S29: an echo goes, whatever form it is in."""
    table = f"""
    | survey |
    | | type | name | label |
    | | text | a | What is it? |
    | | note | end | {last} |
    """
    own = form_of(table)
    await stage.do(lambda unit: unit.forms.publish(own, stage.now))
    amina = stage.person(1)
    await amina.starts("f-data")
    await amina.taps("English")
    await amina.agrees()
    await amina.says(STORY)
    await amina.says("/hide")
    assert "canaries" not in shown(amina)
    assert ("sister" in shown(amina)) is stays
    assert "Received" in shown(amina)


async def test_what_she_looked_up_leaves_the_chat_too(stage: Stage) -> None:
    """S30."""
    amina = stage.person(1)
    await amina.tells(STORY)
    await amina.says("/mine")
    await amina.taps("MG-")
    await amina.taps("See my words")
    assert "canaries" in amina.sees
    await amina.says("/hide")
    assert "canaries" not in shown(amina)


async def test_after_the_decision_nothing_of_the_card_is_in_the_moderators_chat(stage: Stage) -> None:
    """S43: neither words nor recordings nor the question that was written; after an undo the whole card is back."""
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.sends_voice()
    await amina.taps("Send")
    (medium,) = await stage.media(1)
    await stage.do(lambda unit: unit.media.settle(medium.id, "held"))
    await vera.says("/next")
    before = len(vera.chat)
    assert vera.last.recordings
    await vera.taps("Accept")
    assert not any(each.recordings for each in vera.chat)
    assert len(vera.chat) == before
    await vera.taps("Undo")
    assert vera.last.recordings
    assert sum("accepted" in each.text for each in vera.chat) == 0
    await vera.taps("Ask a question")
    await vera.taps("Write my own")
    await vera.says("Where do the canaries sing?")
    await vera.taps("Send the question")
    assert "canaries" not in shown(vera)
    assert not any(each.recordings for each in vera.chat)


@pytest.mark.parametrize("leaves", ["/withdraw", "/forget"])
async def test_what_is_taken_back_leaves_the_readers_chat(stage: Stage, leaves: str) -> None:
    """S43."""
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.tells(STORY)
    await vera.says("/next")
    assert "canaries" in vera.everything
    await amina.says(leaves)
    if leaves == "/withdraw":
        await amina.taps("Yes, withdraw it")
    else:
        await amina.taps("Erase everything")
        await amina.taps("Yes, erase it all")
    assert "canaries" not in vera.everything
    assert "withdrawn this voice" in vera.sees


@pytest.mark.parametrize(
    ("leaves", "taps"),
    [
        ("/withdraw", ("Yes, withdraw it",)),
        ("/forget", ("Erase everything", "Yes, erase it all")),
        ("/mine", ("MG-", "This is private or urgent", "It is private or urgent")),
    ],
)
async def test_what_was_looked_up_or_is_being_redacted_leaves_too(
    stage: Stage, leaves: str, taps: tuple[str, ...]
) -> None:
    """S34, S43: out of the chat of everybody who has it there, for whatever."""
    amina, vera, victor = stage.person(1), await stage.moderator(2), await stage.moderator(3)
    receipt = await amina.tells(STORY)
    await amina.says("/mine")
    await amina.taps("MG-")
    await amina.taps("Publish")
    await vera.says("/next")
    await vera.taps("Accept")
    await vera.taps("Hide names")
    await victor.says(f"/search {receipt}")
    assert all("canaries" in each.everything for each in (vera, victor))
    await amina.says(leaves)
    for label in taps:
        await amina.taps(label)
    assert not any("canaries" in each.everything for each in (vera, victor))


async def test_what_is_read_beside_another_leaves_when_it_is_taken_back(stage: Stage) -> None:
    """S43: what she told before."""
    amina, vera = stage.person(1), await stage.moderator(2)
    before = await amina.tells(STORY)
    await vera.says("/next")
    await vera.taps("Accept")
    await amina.tells("The bridge is gone.")
    await vera.says("/next")
    for label in ("More", "Told before", before):
        await vera.taps(label)
    assert "canaries" in vera.everything
    her, told = await stage.respondent(1), (await stage.testimonies(1))[-1]
    await stage.do(lambda unit: leaving.withdraw(unit, stage.here("withdraw"), her, told.id))
    await stage.deliver()
    assert "canaries" not in vera.everything


async def test_a_list_of_look_alikes_leaves_with_each_of_them(stage: Stage) -> None:
    """S43: it shows how each begins."""
    amina, binta, vera = stage.person(1), stage.person(3), await stage.moderator(2)
    await amina.tells(STORY)
    await binta.tells(STORY)
    await vera.says("/next")
    for label in ("More", "Look-alikes"):
        await vera.taps(label)
    assert "canaries" in vera.everything
    her, [told] = await stage.respondent(3), await stage.testimonies(3)
    await stage.do(lambda unit: leaving.withdraw(unit, stage.here("withdraw"), her, told.id))
    await stage.deliver()
    assert "canaries" not in vera.everything


async def test_who_is_forgotten_keeps_nothing_in_the_chat_but_the_goodbye(stage: Stage) -> None:
    """S29, S40."""
    amina = stage.person(1)
    await amina.tells(STORY)
    await amina.says("/forget")
    await amina.taps("Erase everything")
    await amina.taps("Yes, erase it all")
    assert len(amina.chat) == 2, "the receipt and the goodbye"
    assert amina.own == {}


async def test_a_card_that_waited_too_long_leaves_when_another_takes_it(stage: Stage) -> None:
    """S43."""
    amina, vera, fara = stage.person(1), await stage.moderator(2), await stage.moderator(4, Role.LEAD)
    await amina.tells(STORY)
    await vera.says("/next")
    stage.now += timedelta(hours=1)
    await fara.says("/next")
    assert "canaries" in fara.everything
    assert "canaries" not in vera.everything
