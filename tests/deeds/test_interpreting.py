"""Interpreting: what stands beside an original, who may put it there, and who sees it."""

from dataclasses import replace

from bot import interpreting, team
from bot.ports import Unit
from bot.rendition import Kind
from bot.testimony import State
from tests.deeds.stage import Player, Stage


async def tells_in_french(stage: Stage, id: int = 1) -> Player:
    amina = stage.person(id, "fr")
    await amina.starts()
    for label in ("Français", "J’ai compris", "Oui"):
        await amina.taps(label)
    await amina.says("Madagascar")
    await amina.says("Le puits est à sec.")
    await amina.taps("Envoyer")
    return amina


async def translates(vera: Player, words: str = "The well is dry.") -> None:
    for label in ("Languages", "Translate into English"):
        await vera.taps(label)
    await vera.says(words)
    await vera.taps("Keep it")


async def test_a_translation_stands_beside_the_original_and_a_colleague_checks_it(stage: Stage) -> None:
    await tells_in_french(stage)
    vera, omar = await stage.moderator(2), await stage.moderator(3)
    await vera.says("/next")
    await translates(vera)
    assert "Le puits est à sec." in vera.sees
    assert "English, not checked yet:\nThe well is dry." in vera.sees
    await vera.taps("Languages")
    assert "It is right: English" not in vera.last.labels  # not by who wrote it
    await vera.taps("Back")
    await vera.taps("Release")
    await omar.says("/next")
    assert "English, not checked yet:\nThe well is dry." in omar.sees
    for label in ("Languages", "It is right: English"):
        await omar.taps(label)
    assert "English, checked by a colleague:\nThe well is dry." in omar.sees
    assert [each.verb for each in await stage.deeds("offered a translation")] == ["offered a translation"]
    assert len(await stage.deeds("accepted a translation")) == 1
    await omar.taps("Accept")
    assert "The well is dry." not in omar.everything
    assert "The well is dry." not in vera.everything


async def test_what_was_written_for_one_thing_is_not_kept_or_sent_as_another(stage: Stage) -> None:
    """A question and a translation, both previewed in the chat: the last that was written is remembered."""
    amina = await tells_in_french(stage)
    vera = await stage.moderator(2)
    await vera.says("/next")
    card = vera.last.number
    for label in ("Ask a question", "Write my own"):
        await vera.taps(label)
    await vera.says("Depuis quand ?")
    sends = vera.button("Send the question")
    await vera.taps("Cancel", on=card)
    for label in ("Languages", "Translate into English"):
        await vera.taps(label, on=card)
    await vera.says("The well is dry.")
    keeps = vera.button("Keep it")
    await vera.taps_data(sends[1].data, sends[0])
    assert "The well is dry." not in amina.everything
    assert [each.exchanges for each in await stage.testimonies(1)] == [()]
    await vera.says("/claimed")
    await vera.taps("MG-")
    for label in ("Ask a question", "Write my own"):
        await vera.taps(label)
    await vera.says("Depuis quand ?")
    await vera.taps_data(keeps[1].data, keeps[0])
    assert "Depuis quand ?" not in vera.sees
    assert await stage.deeds("offered a translation") == []


async def test_a_voice_note_is_written_down_in_its_own_language(stage: Stage) -> None:
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.sends_voice(40)
    await amina.taps("Send")
    await vera.says("/next")
    for label in ("Languages", "Write it down"):
        await vera.taps(label)
    assert "word for word, in English" in vera.sees
    await vera.says("The well is dry.")
    await vera.taps("Keep it")
    assert "English, not checked yet:\nThe well is dry." in vera.sees
    assert vera.last.recordings  # the card came anew, with what is to be heard
    for label in ("Languages", "Take back: English"):
        await vera.taps(label)
    assert "The well is dry." not in vera.sees


async def test_words_that_changed_since_are_not_passed_off_as_translated(stage: Stage) -> None:
    amina = await tells_in_french(stage)
    vera = await stage.moderator(2)
    await vera.says("/next")
    await translates(vera)
    await vera.taps("Release")
    number = next(number for number, what in amina.own.items() if what.get("text") == "Le puits est à sec.")
    await amina.edits(number, "Le puits est plein.")
    await vera.says("/next")
    assert "Le puits est plein." in vera.sees
    assert "English, before the person changed it:\nThe well is dry." in vera.sees


async def test_what_a_program_made_is_nobody_elses_before_a_person_accepted_it(stage: Stage) -> None:
    await tells_in_french(stage)
    vera, omar = await stage.moderator(2), await stage.moderator(3)
    await vera.says("/next")
    [told] = await stage.testimonies(1)
    role = await stage.role(2)

    def made(unit: Unit) -> None:
        interpreting.offer(
            unit, stage.here(), role, told, Kind.TRANSLATION, "en", "The pit is dry.", tool="a program"
        )

    await stage.do(made)
    await vera.says("/claimed")
    await vera.taps(told.receipt)
    assert "English, made by a program, for you alone:\nThe pit is dry." in vera.sees
    await vera.taps("Release")
    await omar.says("/next")
    assert "The pit is dry." not in omar.sees
    await omar.taps("Release")
    await vera.says("/next")
    for label in ("Languages", "It is right: English", "Release"):
        await vera.taps(label)
    await omar.says("/next")
    assert "English, checked by a colleague:\nThe pit is dry." in omar.sees


async def test_it_goes_with_the_testimony(stage: Stage) -> None:
    """S40."""
    amina = await tells_in_french(stage)
    vera = await stage.moderator(2)
    await vera.says("/next")
    await translates(vera)
    [told] = await stage.testimonies(1)
    await amina.says("/withdraw")
    await amina.taps("Oui")
    found = await stage.do(lambda unit: unit.renditions.of(told.id, respondent=told.respondent))
    assert found == []
    assert "The well is dry." not in vera.everything


async def test_who_may_not_read_it_translates_nothing_of_what_is_sensitive(stage: Stage) -> None:
    """S34."""
    await stage.person(1).tells_privately("He asks for money.")
    vera = await stage.moderator(2)
    [told] = await stage.testimonies(1)
    for verb in ("l", "lt", "li1", "lk", "la1"):
        await vera.taps_data(stage.signer.sign(2, f"r:{verb}:{told.id}:{told.version}"), 1)
        assert vera.sees == "Not found."
    assert "He asks for money." not in vera.everything


# -- a reader is wanted -----------------------------------------------------------------------------------------------


async def reads(stage: Stage, who: Player, *languages: str) -> None:
    role = await stage.role(who.id)
    await stage.do(lambda unit: unit.people.save_moderator(replace(role, languages=languages)))


async def asks_for_a_reader(vera: Player) -> None:
    await vera.says("/next")
    for label in ("Languages", "Needs a reader of French"):
        await vera.taps(label)


async def test_a_voice_waits_for_a_colleague_who_reads_its_language(stage: Stage) -> None:
    """S43: it leaves the chat; who reads the language hears it without a receipt, and /next gives it to them alone."""
    await tells_in_french(stage)
    vera, omar, noor = [await stage.moderator(number) for number in (2, 3, 4)]
    await reads(stage, omar, "en", "fr")
    heard = noor.replies
    await asks_for_a_reader(vera)
    [told] = await stage.testimonies(1)
    assert (told.state, told.claimed_by, told.wants) == (State.RECEIVED, None, "fr")
    assert vera.sees == f"{told.receipt}: it waits for somebody who reads French. They have been told."
    assert "puits" not in vera.everything
    assert omar.sees == "A voice in French needs a reader. Take it: /next"
    assert noor.replies == heard
    for who in (vera, noor):
        await who.says("/next")
        assert who.sees == "Nothing is waiting. Thank you."
        await who.says("/queue")
        assert who.sees == "Nothing is waiting. Thank you."
    await omar.says("/queue")
    assert "1 voice is waiting." in omar.sees
    await omar.says("/next")
    assert "Le puits est à sec." in omar.sees
    await omar.taps("Release")
    await noor.says("/next")  # the reader had it: now anybody may
    assert "Le puits est à sec." in noor.sees
    assert len(await stage.deeds("asked for a reader")) == 1


async def test_where_nobody_else_reads_it_the_voice_stays(stage: Stage) -> None:
    """Another partner's readers, and the author herself, are nobody."""
    await tells_in_french(stage)
    vera = await stage.moderator(2)
    other, author = await stage.moderator(3, partner="omep"), await stage.moderator(1)
    for who in (other, author):
        await reads(stage, who, "fr")
    heard = other.replies, author.replies
    await asks_for_a_reader(vera)
    assert "Nobody else in your team reads French yet, so the voice stays with you." in vera.sees
    assert "Le puits est à sec." in vera.sees
    assert (other.replies, author.replies) == heard
    [told] = await stage.testimonies(1)
    assert (told.state, told.wants) == (State.IN_REVIEW, "")
    await vera.taps("Accept")
    assert "accepted" in vera.sees


async def test_once_its_last_reader_has_left_anybody_may_take_it(stage: Stage) -> None:
    await tells_in_french(stage)
    vera, omar = [await stage.moderator(number) for number in (2, 3)]
    await reads(stage, omar, "fr")
    await asks_for_a_reader(vera)
    role = await stage.role(3)
    await stage.do(lambda unit: team.remove(unit, stage.here("gone"), role.id))
    await vera.says("/next")
    assert "Le puits est à sec." in vera.sees


async def test_who_reads_the_language_is_offered_no_other_reader(stage: Stage) -> None:
    await tells_in_french(stage)
    vera = await stage.moderator(2)
    await reads(stage, vera, "fr")
    await vera.says("/next")
    await vera.taps("Languages")
    assert "Needs a reader of French" not in vera.last.labels
