"""Translations of what is public: written by one, accepted by another, read by everybody, gone with what is public."""

from dataclasses import replace

import pytest

from bot import conveying, displaying, translated
from bot.linting import Found, Span
from bot.people import Consent
from bot.ports import Unit
from bot.redaction import Redaction, Say, digest, spans
from bot.rendition import Kind, Rendition
from bot.shown import Sought
from bot.testimony import State
from bot.testimony import Testimony as Voice  # a name that pytest does not take for a test
from dialogs.form import Form
from tests.deeds.stage import Player, Stage
from tests.deeds.test_redacting import accepted
from tests.deeds.test_voices import AMINA, VERA, VICTOR, WRITTEN, published, reader
from tests.stores import every_row

TOLD = "Le puits est loin, dit [nom]. Les enfants marchent deux heures."
ORIGINAL = "Le puits est loin, dit Bakoly. Les enfants marchent deux heures."
WORDS = "The well is far, says [name]. The children walk two hours."


async def french(stage: Stage, words: str = TOLD, original: str = ORIGINAL) -> Voice:
    """A voice told in French, which Vera redacted and Victor published; both read French and English."""
    told = await published(stage, words, original=original, language="fr")
    await stage.do(lambda unit: unit.looks.drop(told.id))
    for number in (VERA, VICTOR):
        await learns(stage, number, "en", "fr")
    return told


async def learns(stage: Stage, number: int, *languages: str) -> None:
    role = await stage.role(number)
    await stage.do(lambda unit: unit.people.save_moderator(replace(role, languages=languages)))


async def writes(player: Player, words: str = WORDS, language: str = "English") -> None:
    """From the voice to what was written."""
    await player.says("/translate")
    await player.taps(language)
    await player.says(words)


async def shown(stage: Stage) -> dict[str, str]:
    """What everybody reads of the newest, by language, once time has looked at it."""

    def work(unit: Unit) -> dict[str, str]:
        while displaying.look(unit, stage.here("display")):
            pass
        return hanging(unit)

    return await stage.do(work)


def hanging(unit: Unit) -> dict[str, str]:
    [voice] = unit.shown.found(Sought(), most=1).voices or (None,)
    return {each.language: each.text for each in voice.translations} if voice is not None else {}


async def hung(stage: Stage, words: str = WORDS) -> Voice:
    """One that Victor translated and Vera accepted, as everybody reads it."""
    told = await french(stage)
    vera, victor = stage.person(VERA), stage.person(VICTOR)
    await writes(victor, words)
    await victor.taps("Keep it")
    await vera.says("/next")
    await vera.taps("It is right: English")
    assert await shown(stage) == {"en": words}
    return told


# -- from one to the other --------------------------------------------------------------------------------------------


async def test_who_published_it_translates_it_and_a_colleague_accepts_before_anybody_reads_it(
    stage: Stage,
) -> None:
    """S36: from the publication in three taps; nobody accepts their own; the journal has no word of it."""
    _, vera, victor = await accepted(stage, "The well is far.")
    for number in (2, 3):
        await learns(stage, number, "en", "sw")
    await vera.taps("Hide names")
    await vera.taps("It can stay so")
    await vera.taps("Done")
    await victor.says("/next")
    await victor.taps("Publish")
    assert "Translate it" in victor.last.labels
    await victor.taps("Translate it")
    assert "The well is far." in victor.sees
    await victor.taps("Swahili")
    await victor.says("Kisima kiko mbali.")
    assert "This is what everybody would read, in Swahili:" in victor.sees
    assert await shown(stage) == {}
    await victor.taps("Keep it")
    assert victor.sees == "Thank you. Somebody else who reads both languages looks at it before it is shown."
    assert "Kisima" not in victor.everything
    assert await shown(stage) == {}
    await victor.says("/next")
    assert victor.sees == "Nothing is waiting. Thank you."
    await vera.says("/queue")
    assert "A translation waits for a second reader: /translate" in vera.sees
    await vera.says("/next")
    assert "The well is far." in vera.sees
    assert "Kisima kiko mbali." in vera.sees
    await vera.taps("It is right: Swahili")
    assert vera.sees == "Thank you. Everybody can read it in Swahili now."
    assert "Kisima" not in vera.everything
    assert await shown(stage) == {"sw": "Kisima kiko mbali."}
    for verb in ("translated for the wall", "accepted for the wall"):
        [deed] = await stage.deeds(verb)
        assert "Kisima" not in str(deed)
    rows = {name: row for name, row in every_row(stage.url).items() if name != "shown_translations"}
    assert "Kisima" not in str(rows)


async def test_nobody_accepts_their_own_in_whichever_role(stage: Stage) -> None:
    """S36: the same person with a second role, at the same address, is one person."""
    told = await french(stage)
    victor = stage.person(VICTOR)
    await writes(victor)
    await victor.taps("Keep it")
    one = await stage.role(VICTOR)

    def work(unit: Unit) -> list[bool]:
        again = unit.people.add_moderator(one.address, "mmm", one.role, "en", stage.now)
        voice = translated.voice(unit, stage.here(), told)
        assert voice is not None
        [waiting] = conveying.current(unit, voice)
        tried = [conveying.accept(unit, stage.here(), each, voice, "en", waiting.id) for each in (one, again)]
        assert unit.translations.accept(waiting, again.id, stage.now)  # as if somebody had got past that
        return tried

    assert await stage.do(work) == [False, False]
    assert await shown(stage) == {}


async def test_what_was_hidden_is_not_taken_and_what_looks_like_a_name_is_asked_about(stage: Stage) -> None:
    """S32: a hidden name, or a number, there is no way to keep, not by the button of an earlier one either; another
    word with a capital, one says is nobody's.
    """
    told = await french(stage, f"[nom] creuse. {TOLD}", f"Rado creuse. {ORIGINAL}")
    vera, victor = stage.person(VERA), stage.person(VICTOR)
    for words in (
        "The well is far, says Bakoly. The children walk.",
        "Bakoly says that the well is far.",
        "The well is far, call 034 12 345 67.",
        "Rado digs.",
    ):
        await writes(victor, words)
        assert "Please write it again without it." in victor.sees
        assert victor.last.labels == ("Write it again", "Cancel")
    await victor.taps_data(stage.signer.sign(VICTOR, f"r:wk1:{told.id}:{told.version}"), victor.last.number)
    assert "waits for a colleague" not in victor.sees
    await victor.taps("English")
    await victor.says("Rado digs.")
    await victor.taps("Write it again")
    await victor.says("The well is far, says the Griot of us all.")
    assert "Keep it only if it points to nobody." in victor.sees
    await victor.taps_data(stage.signer.sign(VICTOR, f"r:wk:{told.id}:{told.version}"), victor.last.number)
    assert "waits for a colleague" not in victor.sees
    await victor.taps("English")
    await victor.says("The well is far, says the Griot of us all.")
    await victor.taps("It points to nobody")
    await vera.says("/translate")
    assert "They say that this points to nobody: Griot" in vera.sees
    await vera.taps("It is right: English")
    assert await shown(stage) == {"en": "The well is far, says the Griot of us all."}


async def test_where_letters_have_no_capitals_a_word_that_was_hidden_is_asked_about(stage: Stage) -> None:
    """S32: a name in Arabic is the same in Urdu; somebody says that it points to nobody, or leaves it out."""
    told = await published(
        stage, "البئر بعيدة عن بيت [اسم].", original="البئر بعيدة عن بيت نورهان.", language="ar"
    )
    await stage.do(lambda unit: unit.looks.drop(told.id))
    await learns(stage, VICTOR, "ar", "ur")
    victor = stage.person(VICTOR)
    for name, keeps in (("نورهان", "It points to nobody"), ("[نام]", "Keep it")):
        await writes(victor, f"کنواں {name} کے گھر سے دور ہے۔", "Urdu")
        assert victor.last.labels[0] == keeps


async def test_the_second_reader_may_write_it_anew_and_the_first_may_accept_that(stage: Stage) -> None:
    await french(stage)
    vera, victor = stage.person(VERA), stage.person(VICTOR)
    await writes(victor, "The well are far.")
    await victor.taps("Keep it")
    await vera.says("/translate")
    await vera.taps("Write it again")
    await vera.says("The well is far.")
    await vera.taps("Keep it")
    await victor.says("/next")
    assert "The well are far." not in victor.sees
    await victor.taps("It is right: English")
    assert await shown(stage) == {"en": "The well is far."}


async def test_what_is_accepted_is_what_was_read(stage: Stage) -> None:
    """Another one came in between: it is shown, and nothing is accepted."""
    await french(stage)
    vera, victor = stage.person(VERA), stage.person(VICTOR)
    await writes(victor, "The well is far.")
    await victor.taps("Keep it")
    await vera.says("/next")
    await victor.says("/translate")
    await victor.taps_data(
        stage.signer.sign(VICTOR, f"r:wt:{(await newest(stage)).id}:{(await newest(stage)).version}"), 1
    )
    await victor.taps("Take back: English")
    await victor.taps("English")
    await victor.says("The well is near.")
    await victor.taps("Keep it")
    await vera.taps("It is right: English")
    assert "The well is near." in vera.sees
    assert await shown(stage) == {}
    await vera.taps("It is right: English")
    assert await shown(stage) == {"en": "The well is near."}


async def newest(stage: Stage) -> Voice:
    return (await stage.testimonies(AMINA))[0]


async def test_a_long_one_comes_in_several_messages(stage: Stage) -> None:
    await french(stage)
    vera, victor = stage.person(VERA), stage.person(VICTOR)
    await writes(victor, "The well is far.")
    await victor.taps("There is more")
    await victor.says("The children walk.")
    await victor.taps("Keep it")
    await vera.says("/next")
    await vera.taps("It is right: English")
    assert await shown(stage) == {"en": "The well is far.\n\nThe children walk."}


async def test_what_is_offered_is_what_one_reads_and_is_not_there_yet(stage: Stage) -> None:
    """/translate: the newest first, another voice on a tap; never one's own words, nothing of another partner."""
    await french(stage)
    second = await published(stage, "La route est coupée.", language="fr")
    await published(stage, "Das Wasser fehlt.", language="mg")
    await published(stage, "Ailleurs.", language="fr", partner="omep")
    await published(stage, "Je le dis.", language="fr", by=VERA)
    vera, victor = stage.person(VERA), stage.person(VICTOR)
    await vera.says("/translate")
    assert "La route est coupée." in vera.sees
    await victor.says("/translate")
    assert "Je le dis." in victor.sees
    await victor.taps("Another voice")
    assert "La route est coupée." in victor.sees
    await victor.taps("Another voice")
    assert TOLD in victor.sees
    assert "La route est coupée." not in victor.everything
    await victor.taps("Another voice")
    assert victor.sees.startswith("There is nothing to translate now")
    role = await stage.role(VICTOR)
    made = Rendition(
        "a" * 32,
        second.id,
        Kind.PUBLIC,
        "en",
        "The road.",
        role.id,
        stage.now,
        of=digest("La route est coupée."),
    )
    await stage.do(lambda unit: unit.translations.keep(made, respondent=second.respondent))
    await victor.says("/translate")
    await victor.taps("Another voice")
    assert TOLD in victor.sees
    await victor.taps("Done")
    assert TOLD not in victor.everything


async def test_whoever_does_not_read_both_is_not_asked_to_accept(stage: Stage) -> None:
    """Nor is anybody, by any command, where it is of words that are read no more."""
    told = await french(stage)
    victor = stage.person(VICTOR)
    await writes(victor)
    await victor.taps("Keep it")
    await learns(stage, VERA, "en")
    vera = stage.person(VERA)
    for command in ("/next", "/translate"):
        await vera.says(command)
        assert WORDS not in vera.sees
    await learns(stage, VERA, "en", "fr")
    await vera.says("/queue")
    assert "A translation waits" in vera.sees
    [waits] = await stage.do(lambda unit: unit.translations.of(told.id, respondent=told.respondent))
    other = replace(waits, id="b" * 32, of=digest("Autre chose."))
    await stage.do(lambda unit: unit.translations.keep(other, respondent=told.respondent))
    await vera.says("/queue")
    assert "A translation waits" not in vera.sees


# -- gone with what it is of ------------------------------------------------------------------------------------------


async def test_whoever_of_the_team_sees_that_it_is_wrong_takes_it_away_at_once(stage: Stage) -> None:
    """By /search: not only where they accepted or wrote it."""
    told = await hung(stage)
    vera = stage.person(VERA)
    await vera.says(f"/search {told.receipt}")
    await vera.taps("Translate it")
    assert "English: everybody can read it" in vera.sees
    await vera.taps("Take away: English")
    assert await stage.do(hanging) == {}
    assert await shown(stage) == {}
    assert len(await stage.deeds("took a public translation back")) == 1


@pytest.mark.parametrize("how", ["permission", "withdrawn", "copy", "undone", "forgotten"])
async def test_nothing_of_it_is_read_once_what_it_is_of_is_not_public(stage: Stage, how: str) -> None:
    """S31, S40: in the same commit, without a look; and nothing of it comes back with another copy."""
    told = await hung(stage)

    def work(unit: Unit) -> None:
        match how:
            case "permission":
                unit.testimonies.add_consents([Consent(told.id, "publish", False, "h", "fr", stage.now)])
            case "withdrawn":
                unit.testimonies.erase_words(told.id, respondent=told.respondent, now=stage.now)
            case "copy":
                anew(unit)
            case "undone":
                kept = unit.testimonies.get(told.id, partner=told.partner)
                assert kept is not None
                unit.testimonies.save(replace(kept, state=State.IN_REVIEW))
            case "forgotten":
                unit.people.forget(told.respondent, stage.now)

    def anew(unit: Unit) -> None:
        text = WRITTEN["testimony"]
        address = unit.people.moderators_of("mmm")[0]
        body = {text: TOLD}, {text: digest(ORIGINAL)}
        unit.redactions.add(
            Redaction("", told.id, address.id, address.address, stage.now, *body), respondent=told.respondent
        )

    await stage.do(work)
    assert every_row(stage.url)["shown_translations"] == []
    assert WORDS not in str(every_row(stage.url))
    if how in ("withdrawn", "copy", "forgotten"):
        assert every_row(stage.url)["renditions"] == []


async def test_what_the_linter_would_refuse_now_is_read_no_more(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S32: of a translation as of a copy, once all is looked at again."""
    await hung(stage)
    learnt = spans

    def more(form: Form, told: Voice, key: str, words: str, say: Say) -> list[Span]:
        found = learnt(form, told, key, words, say)
        at = words.find("children")
        return found if at < 0 else [*found, Span(Found.NAME, at, at + len("children"), "learnt")]

    monkeypatch.setattr(translated, "spans", more)
    monkeypatch.setattr(displaying, "_code", lambda: "another")
    assert await shown(stage) == {}


async def test_a_voice_with_one_text_less_is_not_shown_with_a_translation_of_all(stage: Stage) -> None:
    """S32: a translation is of the words that are read now, to the letter."""
    told = await hung(stage)

    def work(unit: Unit) -> list[Rendition]:
        voice = translated.voice(unit, stage.here(), told)
        assert voice is not None
        fewer = replace(voice, words=("Le puits est loin.",))
        return translated.standing(unit, stage.here(), fewer)

    assert await stage.do(work) == []


async def test_a_draft_lies_sealed_with_her_key_and_goes_when_it_is_not_kept(stage: Stage) -> None:
    await french(stage)
    victor = stage.person(VICTOR)
    await writes(victor)
    assert "The well" not in str(every_row(stage.url))
    assert len(every_row(stage.url)["renditions"]) == 1
    await victor.taps("Cancel")
    assert every_row(stage.url)["renditions"] == []
    assert WORDS not in victor.everything


# -- read in the chat -------------------------------------------------------------------------------------------------


async def test_voices_are_read_in_the_readers_language_and_as_they_were_told_on_a_tap(stage: Stage) -> None:
    """S36: whose words it is in, and by whom it was translated, stands above it."""
    await hung(stage)
    sita = await reader(stage)
    await sita.says("/voices")
    assert WORDS in sita.sees
    assert TOLD not in sita.sees
    assert "Translated by volunteers from French" in sita.sees
    await sita.taps("As it was told")
    assert TOLD in sita.sees
    assert "Told in: French" in sita.sees
    await sita.taps("The translation")
    assert WORDS in sita.sees
    rado = stage.person(9, "fr")
    await rado.arrives("Français")
    await rado.says("/voices")
    assert TOLD in rado.sees


async def test_the_other_partners_moderators_find_nothing_and_move_nothing(stage: Stage) -> None:
    """S20, S22: whatever they tap of what is public, or write; each try stands in the journal."""
    told = await hung(stage)
    nora = await stage.moderator(21, partner="omep")
    await learns(stage, 21, "en", "fr")
    before = {name: rows for name, rows in every_row(stage.url).items() if name == "renditions"}
    for verb in ("wt", "wi1", "wi2", "wm", "wk", "wk1", "wr1", "wa1", "wb1", "wd1", "wx", "wn"):
        await nora.taps_data(stage.signer.sign(21, f"r:{verb}:{told.id}:{told.version}"), 1)
        assert TOLD not in nora.sees
        assert WORDS not in nora.sees
    for command in ("/translate", "/next"):
        await nora.says(command)
        assert TOLD not in nora.sees
    assert {"renditions": every_row(stage.url)["renditions"]} == before
    assert await stage.do(hanging) == {"en": WORDS}
    assert len(await stage.deeds("refused")) == 11
