"""Interpreting: what stands beside an original, who may put it there, and who sees it."""

from bot import interpreting
from bot.ports import Unit
from bot.rendition import Kind
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
    for label in ("More", "Languages", "Translate into English"):
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
    await vera.taps("More")
    await vera.taps("Languages")
    assert "It is right: English" not in vera.last.labels  # not by who wrote it
    await vera.taps("Back")
    await vera.taps("Release")
    await omar.says("/next")
    assert "English, not checked yet:\nThe well is dry." in omar.sees
    for label in ("More", "Languages", "It is right: English"):
        await omar.taps(label)
    assert "English, checked by a colleague:\nThe well is dry." in omar.sees
    assert [each.verb for each in await stage.deeds("offered a translation")] == ["offered a translation"]
    assert len(await stage.deeds("accepted a translation")) == 1
    await omar.taps("Accept")
    assert "The well is dry." not in omar.everything
    assert "The well is dry." not in vera.everything


async def test_a_voice_note_is_written_down_in_its_own_language(stage: Stage) -> None:
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.sends_voice(40)
    await amina.taps("Send")
    await vera.says("/next")
    for label in ("More", "Languages", "Write it down"):
        await vera.taps(label)
    assert "word for word, in English" in vera.sees
    await vera.says("The well is dry.")
    await vera.taps("Keep it")
    assert "English, not checked yet:\nThe well is dry." in vera.sees
    assert vera.last.recordings  # the card came anew, with what is to be heard
    for label in ("More", "Languages", "Take back: English"):
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
    for label in ("More", "Languages", "It is right: English", "Release"):
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
