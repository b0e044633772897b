"""Whole stories, over real HTTP: what a person and a moderator do, from /start to the answer."""

import json
from functools import cache
from pathlib import Path

import pytest

from bot import wiring
from bot.people import Role
from bot.speech import Sentence
from bot.words import Catalogs
from dialogs.form import Form, Text
from dialogs.reading.xlsform import load_builtin
from sandbox.people import Person
from tests.journeys.stage import raised

LANGUAGES = {"en": "English", "fr": "Français", "ar": "العربية", "mg": "Malagasy"}
MADAGASCAR = {"en": "Madagascar", "fr": "Madagascar", "ar": "مدغشقر", "mg": "Madagasikara"}
STORY = {
    "en": "The school is closed and rice costs twice as much.",
    "fr": "L’école est fermée et le riz a doublé de prix.",
    "ar": "المدرسة مغلقة وتضاعف سعر الأرز.",
    "mg": "Mikatona ny sekoly ary nidangana avo roa heny ny vidim-bary.",
}
WORDS = Catalogs.read()


@cache
def form(name: str) -> Form:
    return load_builtin(wiring.FORMS / name)


def words(text: Text, language: str) -> str:
    return "".join(piece for piece in text.by_language[language] if isinstance(piece, str))


def label(name: str, question: str, choice: str, language: str) -> str:
    """How a form's choice is called in a language."""
    asked = next(each for each in form(name).questions() if each.name == question)
    assert asked.itemset is not None
    return words(asked.itemset.choices[choice].label, language)


def first_line(name: str, question: str, language: str) -> str:
    asked = next(each for each in form(name).questions() if each.name == question)
    return words(asked.label, language).split("\n")[0].split("<br>")[0]


def said(text: str, language: str, domain: str = "chat") -> str:
    return WORDS.words(language).say(Sentence(text, domain=domain))


async def begins(person: Person, name: str, language: str) -> None:
    """From language to the first question after consent."""
    await person.taps(LANGUAGES[language])
    await person.taps(label(name, "entry", "adult", language))
    await person.taps(label(name, "keep", "yes", language))


async def tells(person: Person, language: str) -> str:
    """The quick path; her receipt."""
    await person.starts()
    await begins(person, "testimony", language)
    await person.sees(first_line("testimony", "country", language))
    await person.says(MADAGASCAR[language])
    await person.sees(first_line("testimony", "story", language))
    await person.says(STORY[language])
    await person.taps(label("testimony", "next", "send", language))
    receipt = await person.sees("MG-")
    return next(
        part
        for part in receipt.text.replace("\u2068", " ").replace("\u2069", " ").split()
        if part.startswith("MG-")
    )[:7]


async def accepts(reader: Person, receipt: str) -> None:
    await reader.says("/next")
    card = await reader.sees(receipt)
    await reader.taps(said("Accept", "en", "desk"), on=card)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_voice_is_told_read_and_answered(tmp_path: Path, language: str) -> None:
    async with raised(tmp_path) as stage:
        reader = await stage.moderator("Rakoto", "en")
        amina = stage.person("Amina", language)
        receipt = await tells(amina, language)
        await reader.sees("/next")
        await reader.says("/next")
        card = await reader.sees(receipt)
        assert STORY[language] in card.text
        assert card.protected
        await reader.taps("Accept", on=card)
        await amina.sees(receipt)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_initiative_is_told_and_read(tmp_path: Path, language: str) -> None:
    name = "initiative"
    async with raised(tmp_path) as stage:
        reader = await stage.moderator("Rakoto", "en")
        amina = stage.person("Amina", language)
        await amina.says("/initiative")
        await begins(amina, name, language)
        await amina.taps(label(name, "who", "neighbours", language))
        await amina.sees(first_line(name, "country", language))
        await amina.says(MADAGASCAR[language])
        skip = said("Skip", language)
        for question in ("where", "whom"):
            await amina.sees(first_line(name, question, language))
            await amina.taps(skip)
        await amina.sees(first_line(name, "what", language))
        await amina.says(STORY[language])
        for question in ("since", "missing"):
            await amina.sees(first_line(name, question, language))
            await amina.taps(skip)
        await amina.taps(label(name, "next", "send", language))
        await amina.sees("MG-")
        await reader.says("/next")
        assert STORY[language] in (await reader.sees("MG-")).text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_check_in_tells_what_changed_since_the_last_time(tmp_path: Path, language: str) -> None:
    name = "checkin"
    async with raised(tmp_path) as stage:
        reader = await stage.moderator("Rakoto", "en")
        amina = stage.person("Amina", language)
        receipt = await tells(amina, language)
        await accepts(reader, receipt)
        await amina.sees(receipt)
        await amina.says("/start")
        await amina.taps(said("Say how it is now", language))
        await amina.sees(STORY[language])
        await amina.taps(label(name, "compared", "better", language))
        await amina.sees(first_line(name, "changed", language))
        await amina.taps(said("Skip", language))
        await amina.taps(label(name, "reaching", "some", language))
        await amina.taps(label(name, "next", "send", language))
        await amina.sees("MG-")


async def test_from_start_to_receipt_in_seven_interactions(tmp_path: Path) -> None:
    """Product: taps and messages counted; /start is the first, Send the seventh."""
    async with raised(tmp_path) as stage:
        amina = stage.person("Amina", "fr")
        await amina.starts()
        await amina.taps("Français")
        await amina.taps("J’ai compris, je suis adulte")
        await amina.taps("Oui")
        await amina.taps("Madagascar")
        await amina.sees("plus dur")
        await amina.sends_voice(b"OggS voice of a mother", seconds=40)
        await amina.taps("Envoyer")
        await amina.sees("MG-")
        taps = amina.transcript().count("— Amina taps")
        messages = sum(not message.from_bot for message in amina.chat)
        assert taps + messages == 7


async def test_a_returned_testimony_is_answered_in_the_chat_and_comes_back(tmp_path: Path) -> None:
    async with raised(tmp_path) as stage:
        reader = await stage.moderator("Rakoto", "en")
        amina = stage.person("Amina", "fr")
        receipt = await tells(amina, "fr")
        await reader.says("/next")
        await reader.taps("Ask a question", on=await reader.sees(receipt))
        await reader.sees("Choose a question, or write one")
        await reader.says("Which class was closed?")
        await reader.taps("Send the question")
        await amina.sees("Which class was closed?")
        await amina.taps(said("Answer", "fr"))
        await amina.sees(said("Please write your answer, or hold 🎤 and speak.", "fr"))
        await amina.says("Toutes les classes.")
        await reader.sees(receipt)
        await reader.says("/next")
        card = await reader.sees("Toutes les classes.")
        assert "Which class was closed?" in card.text


async def test_what_is_withdrawn_leaves_the_queue(tmp_path: Path) -> None:
    async with raised(tmp_path) as stage:
        reader = await stage.moderator("Rakoto", "en")
        amina = stage.person("Amina", "en")
        await tells(amina, "en")
        await reader.sees("/next")
        await amina.says("/withdraw")
        await amina.taps("Yes, withdraw it")
        await amina.sees("is withdrawn")
        await reader.says("/next")
        await reader.sees(said("Nothing is waiting. Thank you.", "en", "desk"))


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_everything_held_about_her_comes_as_a_file_too(tmp_path: Path, language: str) -> None:
    """S39: at once, over real HTTP, in words that run either way; nothing of the other's."""
    async with raised(tmp_path) as stage:
        amina, rakoto = stage.person("Amina", language), stage.person("Rakoto", "mg")
        other = await tells(rakoto, "mg")
        receipt = await tells(amina, language)
        await amina.says("/mydata")
        await amina.sees(said("This is everything we hold about you.", language))
        await stage.sandbox.quiet()
        file = amina.chat[-1].media
        assert file is not None
        assert file.name == "voices-mydata.json"
        text = file.data.decode()
        data = json.loads(text)
        [voice] = data["told"]
        assert (voice["receipt"], data["language"]) == (receipt, language)
        assert STORY[language] in [each["value"] for each in voice["answers"]]
        assert MADAGASCAR[language] in [each.get("answer") for each in voice["answers"]]
        assert STORY[language] in text  # as she wrote it, not as escapes
        assert data["held"]["addresses"]["rows"][0]["chat"] == amina.id
        assert STORY["mg"] not in text
        assert other not in text


async def test_who_is_forgotten_is_a_stranger_again(tmp_path: Path) -> None:
    async with raised(tmp_path) as stage:
        amina = stage.person("Amina", "en")
        await tells(amina, "en")
        await amina.says("/forget")
        await amina.taps("Erase everything")
        await amina.taps("Yes, erase it all")
        await amina.sees("Everything is erased")
        await amina.says("/mine")
        await amina.sees("")
        await amina.starts()
        await amina.sees("Choose your language")


async def test_a_sensitive_voice_is_for_focal_points_only(tmp_path: Path) -> None:
    """S34: nobody else learns even that it waits."""
    async with raised(tmp_path) as stage:
        reader = await stage.moderator("Rakoto", "en")
        focal = await stage.moderator("Fara", "en", Role.FOCAL_POINT)
        amina = stage.person("Amina", "en")
        await amina.starts()
        await begins(amina, "testimony", "en")
        await amina.sees(first_line("testimony", "country", "en"))
        await amina.says("Madagascar")
        await amina.sees(first_line("testimony", "story", "en"))
        await amina.says("Somebody hurts us.")
        await amina.taps("Private or urgent")
        await amina.taps("Someone is in danger")
        await amina.sees(first_line("testimony", "summary", "en"))
        await amina.taps("Send")
        await amina.sees("MG-")
        await focal.sees("waits for you: /sensitive")
        await focal.says("/sensitive")
        await focal.sees("Tap a case to open it.")
        await focal.taps("K-")
        await focal.sees("Somebody hurts us.")
        await reader.says("/next")
        await reader.sees("")
        assert "MG-" not in reader.transcript()


async def test_at_the_pace_of_telegram_nobody_is_refused(tmp_path: Path) -> None:
    """R11, R12: with the sandbox's limits on, a calm dialogue meets no 429."""
    async with raised(tmp_path, fast=False) as stage:
        reader = await stage.moderator("Rakoto", "en")
        amina = stage.person("Amina", "ar")
        await accepts(reader, await tells(amina, "ar"))
        await stage.sandbox.quiet()
        assert [call.method for call in stage.sandbox.calls() if call.code == 429] == []


async def test_where_she_is_helps_to_find_the_country_and_is_not_kept(tmp_path: Path) -> None:
    """S5: a shared place proposes countries nearby; the place itself goes nowhere."""
    async with raised(tmp_path) as stage:
        amina = stage.person("Amina", "en")
        await amina.starts()
        await begins(amina, "testimony", "en")
        await amina.taps("📍 Near me")
        await amina.sees("where you are is not kept")
        await amina.shares_location(-18.91, 47.54)
        await amina.taps("Madagascar")
        await amina.sees(first_line("testimony", "story", "en"))
