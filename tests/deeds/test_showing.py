"""Showing: what a person sees of what we hold, in every state."""

import json
from collections.abc import Awaitable, Callable

import pytest

from bot import mydata, showing
from bot.chat.commands import EVERYBODY
from bot.linking import PAGES
from bot.people import Partner, Role
from bot.ports import Unit
from bot.testimony import Decision, DecisionKind
from tests.deeds.stage import Player, Stage, plain

LANGUAGES = {"en": "English", "fr": "Français", "ar": "العربية"}


async def _before_language(amina: Player) -> None:
    await amina.starts()


async def _language_chosen(amina: Player) -> None:
    await _before_language(amina)
    await amina.taps(LANGUAGES[amina.language])


async def _in_the_story(amina: Player) -> None:
    await _language_chosen(amina)
    for words in ("1", "1", "Madagascar"):
        await amina.says(words)


async def _told(amina: Player) -> None:
    await _in_the_story(amina)
    await amina.says("It has been raining here for three weeks and more.")
    await amina.says("send")


async def _stopped(amina: Player) -> None:
    await _in_the_story(amina)
    await amina.says("/stop")


@pytest.mark.parametrize("state", [_before_language, _language_chosen, _in_the_story, _told, _stopped])
async def test_the_policy_answers_in_every_state_and_language(
    stage: Stage, state: Callable[[Player], Awaitable[None]]
) -> None:
    """S1: controller, data, purpose, retention, recipients, rights, complaint."""
    for number, language in enumerate(LANGUAGES, start=1):
        amina = stage.person(number, language)
        await state(amina)
        for command in ("privacy", "developer_info"):
            await amina.says(f"/{command}")
            assert amina.last.message.language == language
            for words in ("Make Mothers Matter", "hello@example.org", "/forget", "/mydata"):
                assert words in amina.sees
            assert ("تلغرام" if language == "ar" else "Telegram") in amina.sees


async def test_the_policy_says_that_answers_are_counted_in_reports(stage: Stage) -> None:
    """S1: a purpose for which nobody is asked one by one."""
    amina = stage.person(1)
    await amina.says("/privacy")
    assert "Your answers are also counted. Reports tell such numbers of many people together" in amina.sees


@pytest.mark.parametrize(
    "command", ["help", "mine", "mydata", "withdraw", "forget", "language", "resume", "stop", "hide"]
)
async def test_every_command_answers_a_stranger(stage: Stage, command: str) -> None:
    amina = stage.person(1, "fr")
    await amina.says(f"/{command}")
    assert amina.replies == 1
    assert amina.last.message.language == "fr"


async def test_help_says_that_this_is_no_emergency_line(stage: Stage) -> None:
    amina = stage.person(1)
    await amina.says("/help")
    for words in ("not an emergency line", "112", "/start", "hello@example.org"):
        assert words in amina.sees


async def test_nothing_told_is_nothing_shown(stage: Stage) -> None:
    amina = stage.person(1)
    await amina.says("/mine")
    assert amina.sees == "There is nothing here yet. To begin: /start"


async def test_what_was_told_is_listed_and_opened(stage: Stage) -> None:
    amina = stage.person(1)
    receipt = await amina.tells("The school is closed.")
    await amina.says("/mine")
    assert amina.last.labels[0] == f"{receipt} · November 23, 2026 · received"
    await amina.taps(receipt)
    assert f"{receipt}, sent November 23, 2026." in amina.sees
    assert "Where it stands: received." in amina.sees
    assert "What happens next" in amina.sees
    await amina.taps("See my words")
    assert "The school is closed." in amina.sees


async def test_permissions_are_switched_on_and_off_in_place(stage: Stage) -> None:
    """S31: revocable at once; every change is a row with its wording; the same switch twice is one."""
    amina = stage.person(1)
    receipt = await amina.tells()
    await amina.says("/mine")
    await amina.taps(receipt)
    page, on = amina.button("Publish")
    assert on.text.startswith("☐")
    await amina.taps_data(on.data, page)
    await amina.taps_data(on.data, page)
    number, off = amina.button("Publish")
    assert (number, off.text[0]) == (page, "☑")
    assert "Changed. It counts from now on." in amina.sees
    assert {each.purpose for each in await stage.consents(1) if each.granted} == {"keep", "publish"}
    await amina.taps_data(off.data, page)
    assert {each.purpose for each in await stage.consents(1) if each.granted} == {"keep"}
    assert len(await stage.deeds("allowed publish")) == 1
    assert len(await stage.deeds("revoked publish")) == 1


async def test_my_data_is_everything_and_nobody_elses(stage: Stage) -> None:
    """S39."""
    amina, rakoto, vera = stage.person(1), stage.person(2), await stage.moderator(3)
    await rakoto.tells("Another person's words that are nobody's business.")
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.says("The school is closed.")
    await amina.sends_voice()
    await amina.taps("Publish")
    await amina.taps("Send")
    [told] = await stage.testimonies(1)
    await vera.says("/next")
    await vera.taps("Release")
    await amina.starts()
    await amina.taps("Tell what I live through")
    await amina.agrees()
    await amina.says("Kenya")
    await amina.says("/mydata")
    for words in (
        "Your language: English",
        "First contact: November 23, 2026",
        "We may write to you first: yes",
        "You sent: 1 voice",
        f"{told.receipt}, November 23, 2026: received. You allow: Keep and read it and Publish, without my name",
        "Which country are you in: Madagascar",
        "The school is closed.",
        "A conversation has been begun and not sent.",
        "Which country are you in: Kenya",
    ):
        assert words in amina.sees
    assert [each.kind for each in amina.last.recordings] == ["audio"]
    assert "business" not in amina.sees


async def test_the_file_of_my_data_says_the_same_in_words_and_row_by_row(stage: Stage) -> None:
    """S39: answers in words and canonical values, consents with their history, exchanges, decisions, what is begun."""
    amina, vera, rakoto = stage.person(1, "fr"), await stage.moderator(2), stage.person(3)
    await rakoto.tells("Another person's words that are nobody's business.")
    await vera.says("/next")
    await vera.taps("Set aside")
    await vera.taps("Another reason")
    await vera.says("Nobody is to read this note.")
    await amina.arrives("Français")
    for words in ("1", "1", "Madagascar", "L’école est fermée."):
        await amina.says(words)
    await amina.sends_voice()
    await amina.says("envoyer")
    [told] = await stage.testimonies(1)
    await amina.says("/mine")
    await amina.taps(told.receipt)
    await amina.taps("Publier")
    await vera.says("/next")
    await vera.taps("Ask a question")
    await vera.taps("Since when")
    await amina.taps("Répondre")
    await amina.says("Depuis mars.")
    await vera.says("/next")
    await vera.taps("Set aside")
    await vera.taps("Another reason")
    await vera.says("Nobody is to read that note.")
    await amina.says("/initiative")
    await amina.says("/mydata")
    [file] = amina.last.files
    assert file.name == "voices-mydata.json"
    data = json.loads(file.content)
    assert {name: data[name] for name in data.keys() - {"told", "begun", "held"}} == {
        "format": "voices-mydata/1",
        "made_at": stage.now.isoformat(),
        "language": "fr",
        "partner": {"name": "Make Mothers Matter", "contact": "hello@example.org"},
        "left_out": {},
    }
    [voice] = data["told"]
    assert {name: value for name, value in voice.items() if not isinstance(value, list)} == {
        "receipt": told.receipt,
        "received_at": told.received_at.isoformat(),
        "state": "set_aside",
        "form": "testimony",
        "form_version": told.form_version,
        "language": "fr",
        "country": "MG",
        "sensitive": False,
        "photo_public": False,
    }
    assert (voice["themes"], voice["handed_on"]) == ([], [])
    [country] = [each for each in voice["answers"] if each["value"] == "MG"]
    assert (country["answer"], "pays" in country["question"]) == ("Madagascar", True)
    [story] = [each for each in voice["answers"] if each["name"].endswith("/story")]
    assert (story["value"], story["answer"]) == ("L’école est fermée.", "L’école est fermée. 🎤")
    [medium] = await stage.media(1)
    assert voice["recordings"] == [medium.id]
    [exchange] = voice["exchanges"]
    assert "quand" in exchange.pop("question")
    assert exchange == {"answer": "Depuis mars.", "recordings": []}
    assert voice["consents"][0].keys() == {
        "purpose",
        "granted",
        "wording",
        "language",
        "at",
        "source",
        "partners",
    }
    assert [each["granted"] for each in voice["consents"] if each["purpose"] == "publish"] == [False, True]
    asked, aside = voice["decisions"]
    assert (asked["decided"], aside["decided"]) == ("return", "set_aside")
    kept = await stage.do(lambda unit: unit.testimonies.decisions(told.id))
    assert [each["at"] for each in (asked, aside)] == [each.at.isoformat() for each in kept]
    assert asked["reason"] == kept[0].reason
    assert plain(aside["reason"]).startswith(f"{told.receipt}")
    [begun] = await stage.sessions()
    assert (data["begun"]["form"], data["begun"]["begun_at"]) == ("initiative", begun.begun_at.isoformat())
    assert data["begun"]["form_version"] == begun.session.version
    assert data["begun"]["answers"]
    assert data["held"]["inbox"]["rows"] == []
    assert data["held"]["decisions"]["columns"]["reason"]["kept_back"] == mydata.NOTE
    text = file.content.decode()
    assert text.startswith("{\n")
    assert "L’école est fermée." in text
    for others in ("business", "Nobody is to read", (await stage.role(2)).id, (await stage.respondent(3)).id):
        assert others not in text
    assert {row["file"] for row in data["held"]["media"]["rows"]} == {"voice"}


async def test_why_something_was_set_aside_is_in_the_file_no_more_once_it_is_withdrawn(stage: Stage) -> None:
    """S39, S40."""
    amina, vera = stage.person(1), await stage.moderator(2)
    await amina.tells()
    await vera.says("/next")
    await vera.taps("Set aside")
    await vera.taps("Another reason")
    await vera.says("Nobody is to read this note.")
    await amina.says("/withdraw")
    await amina.taps("Yes, withdraw it")
    await amina.says("/mydata")
    data = json.loads(amina.last.files[0].content)
    assert [row["reason"] for row in data["held"]["decisions"]["rows"]] == [None]


async def test_why_a_lead_let_it_be_looked_at_again_is_in_the_file_as_it_was_said(stage: Stage) -> None:
    """S39: it is no note beside a reason, it is the reason."""
    amina = stage.person(1)
    await stage.moderator(2, Role.LEAD)
    await amina.tells()
    [told], lead, why = await stage.testimonies(1), await stage.role(2), "She is safe now: she has moved."
    lifted = Decision("d", told.id, lead.id, DecisionKind.LIFT, why, stage.now, told.version)
    await stage.do(lambda unit: unit.testimonies.add_decision(lifted, respondent=told.respondent))
    await amina.says("/mydata")
    data = json.loads(amina.last.files[0].content)
    [decision] = data["told"][0]["decisions"]
    assert [row["reason"] for row in data["held"]["decisions"]["rows"]] == [decision["reason"]] == [why]


async def test_each_voice_in_the_file_has_what_was_agreed_for_it_alone(stage: Stage) -> None:
    """S39."""
    amina = stage.person(1)
    for _ in range(2):
        await amina.tells()
    await amina.says("/mydata")
    told = json.loads(amina.last.files[0].content)["told"]
    assert [len(each["consents"]) for each in told] == [5, 5]


async def test_a_file_that_would_be_too_large_leaves_tables_out_and_names_them(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S39: the largest first; the words of the testimony stay to the last."""
    amina = stage.person(1)
    await amina.tells("The school is closed.")
    await amina.says("/mydata")
    whole = amina.last.files[0].content
    held = json.loads(whole)["held"]
    monkeypatch.setattr(mydata, "LARGEST", len(whole))
    await amina.says("/mydata")
    left_out = json.loads(amina.last.files[0].content)["left_out"]
    assert list(left_out) == [max(held, key=lambda name: len(json.dumps(held[name]["rows"])))]
    monkeypatch.setattr(mydata, "LARGEST", 14_000)
    await amina.says("/mydata")
    data = json.loads(amina.last.files[0].content)
    assert data["left_out"]
    assert all(data["held"][name]["rows"] == [] for name in data["left_out"])
    assert data["told"][0]["answers"]
    assert "names what is left out. To have that too, write to hello@example.org." in amina.sees


async def test_a_file_that_waits_to_be_sent_is_not_repeated_in_the_next(stage: Stage) -> None:
    """S44: asking again and again while Telegram is away does not double what is kept each time."""
    amina = stage.person(1)
    await amina.says("/privacy")
    her = await stage.respondent(1)

    def ask(unit: Unit) -> None:
        for number in range(100, 108):
            showing.my_data(unit, stage.here(f"update:{number}"), her)

    await stage.do(ask)
    await stage.deliver()
    sizes = [len(seen.files[0].content) for seen in amina.chat if seen.files]
    assert len(sizes) == 8
    assert max(sizes) < 3 * sizes[0]


@pytest.mark.parametrize("command", ["wall", "anything"])
async def test_a_command_behind_which_nothing_is_says_so_and_what_can_be_done(
    stage: Stage, command: str
) -> None:
    amina = stage.person(1)
    await amina.says(f"/{command}")
    assert amina.sees.startswith("There is nothing behind this command yet. You can do this:")
    assert "/start" in amina.sees
    assert command not in EVERYBODY


async def test_sharing_names_the_partners_wherever_it_is_asked(stage: Stage) -> None:
    """S31: on the screen where it is switched, on /mine and in the policy; the names are part of the wording."""
    amina = stage.person(1)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.says("The school is closed.")
    assert "The partners who could read it: OMEP" in amina.sees
    await amina.taps("Share with partners")
    await amina.taps("Send")
    [told] = await stage.testimonies(1)
    assert told.answers["/testimony/partners"] == "OMEP"
    await amina.says("/privacy")
    assert "If you allow sharing, these can read it too: OMEP." in amina.sees
    await amina.says("/mine")
    await amina.taps(told.receipt)
    assert "If you allow sharing, these can read it too: OMEP." in amina.sees
    number, off = amina.button("Share with partners")
    await amina.taps_data(off.data, number)
    number, on = amina.button("Share with partners")
    await amina.taps_data(on.data, number)
    wordings = [each.wording for each in await stage.consents(1) if each.purpose == "share"]
    await stage.do(lambda unit: unit.people.add_partner(Partner("atd", "ATD Fourth World")))
    await amina.taps_data(off.data, number)
    await amina.taps_data(on.data, number)
    assert [each.wording for each in await stage.consents(1) if each.purpose == "share"] != wordings


async def test_where_there_is_no_other_partner_sharing_is_not_offered(alone: Stage) -> None:
    """S31: nobody agrees to share with nobody."""
    amina = alone.person(1)
    await amina.arrives()
    await amina.agrees()
    await amina.says("Madagascar")
    await amina.says("The school is closed.")
    assert (amina.last.labels.count("☐ Publish, without my name"), "partners" in amina.sees) == (1, False)
    assert [label for label in amina.last.labels if "Share" in label] == []
    await amina.taps("Send")
    await amina.says("/mine")
    await amina.taps("MG-")
    assert [label for label in amina.last.labels if "Share" in label] == []
    await amina.says("/privacy")
    assert "sharing" not in amina.sees


# -- what came of it --------------------------------------------------------------------------------------------------


async def test_each_voice_tells_what_came_of_it_day_by_day(stage: Stage) -> None:
    """A decision that was undone is not told; what is before everybody is, once the news went out where she agreed."""
    amina, vera, victor = stage.person(1), await stage.moderator(2), await stage.moderator(3)
    receipt = await amina.tells()
    await _opens(amina, receipt)
    assert "read, and" not in amina.sees
    for label in ("Publish", "Ask me again"):
        await amina.taps(label)
    await vera.says("/next")
    await vera.taps("Set aside")
    await vera.taps("Told twice")
    await vera.taps("Undo")
    await vera.taps("Accept")
    await _opens(amina, receipt)
    assert "read, and taken up" in amina.sees
    assert "not used" not in amina.sees
    await vera.taps("Hide names")
    await vera.taps("It can stay so")
    await vera.taps("Done")
    await stage.do(lambda unit: unit.marks.set(PAGES, "https://voices.example.org"))
    await victor.says("/next")
    await victor.taps("Publish")
    assert amina.sees.startswith(f"{receipt}: it is published, without your name.")
    [told] = await stage.testimonies(amina.id)
    [published] = await stage.do(lambda unit: unit.publications.of(told.id))
    assert amina.sees.endswith(f"It is read here: https://voices.example.org/en/voices/{published.id}")
    await _opens(amina, receipt)
    assert "published without your name" in amina.sees
    await amina.taps("Publish")
    assert "published without your name" not in amina.sees


async def _opens(player: Player, receipt: str) -> None:
    await player.says("/mine")
    await player.taps(receipt)
