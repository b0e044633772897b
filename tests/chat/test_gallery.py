"""What forms show reaches Telegram: brought once, then named; words under it; where it fails, words alone."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import pytest

from bot.chat.face import Line
from bot.chat.gallery import Gallery
from bot.chat.signing import Signer
from bot.chat.speaking import Speaker
from bot.outbox import Sent
from bot.sending import Limiter
from bot.speech import Message
from bot.words import Catalogs
from dialogs.effect import Ask, Field, Option, Say, Show
from dialogs.form import Attachment
from sandbox import Fault, Person, Sandbox
from storage.database import Database
from tests.contracts.test_forms import form
from tests.fakes import FakeClock
from tests.pictures import MP3, MP4, OPUS, png
from tests.stores import NOW, SqliteFiles, opened

CONTENTS = {
    "crops.png": ("image/png", png(1)),
    "maïs.png": ("image/png", png(2)),
    "rice.png": ("image/png", png(3)),
    "round.gif": ("image/gif", b"GIF89a" + b"\0" * 20),
    "song.mp3": ("audio/mpeg", MP3),
    "voice.ogg": ("audio/ogg", OPUS),
    "film.mp4": ("video/mp4", MP4),
}
FIELD = (Field(0, "several", (Option(0, "Maize", False), Option(1, "Rice", False))),)


def show(name: str, label: str = "") -> Show:
    mime, content = CONTENTS[name]
    return Show(mime, name, sha256(content).hexdigest(), label)


@dataclass(slots=True)
class Scene:
    """A pretend Telegram, two people, and the speaker with a form's contents in its store."""

    sandbox: Sandbox
    people: list[Person]
    line: Line
    speaker: Speaker
    store: Database

    async def says(self, *parts: Any, to: int = 0, **more: Any) -> Any:
        message = Message("en", parts, "a1b2c3d4", **more)
        return await self.speaker.deliver(self.people[to].id, message, {})

    def sent(self) -> list[tuple[str, Any]]:
        """What was asked of Telegram and done, with the file that it named or the bytes that it brought."""
        return [
            (call.method, next(iter(call.uploads.values())).data if call.uploads else None)
            for call in self.sandbox.calls()
            if call.method.startswith(("send", "edit")) and call.code == 200
        ]


@pytest.fixture
async def scene(files: SqliteFiles, catalogs: Catalogs, signer: Signer) -> AsyncIterator[Scene]:
    clock = FakeClock()
    async with Sandbox(flood=False) as sandbox, opened(files.fresh()) as store, clock.hurrying():
        brought = {sha256(content).hexdigest(): content for _, content in CONTENTS.values()}
        attached = {name: Attachment(show(name).digest, mime) for name, (mime, _) in CONTENTS.items()}
        illustrated = replace(form("1"), files=attached)
        await store.transact(lambda unit: unit.forms.keep(illustrated, "atd", NOW, brought))
        line = Line(sandbox.token, sandbox.url)
        await line.open()
        limiter = Limiter(clock, 10_000, 10_000)
        gallery = Gallery(store, line.account)
        speaker = Speaker(line.bot, line.ask, catalogs, signer, clock, limiter, gallery)
        people = [sandbox.person(name, started=True) for name in ("Amina", "Bako")]
        yield Scene(sandbox, people, line, speaker, store)
        await line.close()


async def test_a_picture_bears_the_question_and_is_brought_once(scene: Scene) -> None:
    ask = Ask(1, ("**What** grows here?",), FIELD, ("done",), "tap", shows=(show("crops.png"),))
    outcome = await scene.says(ask)
    assert outcome == Sent(scene.people[0].last.id)
    assert scene.people[0].last.text.startswith("What grows here?")
    assert scene.people[0].last.buttons == [["☐ Maize"], ["☐ Rice"], ["Done"]]
    await scene.says(ask, to=1)
    assert scene.sent() == [("sendPhoto", png(1)), ("sendPhoto", None)]
    named = scene.sandbox.calls("sendPhoto")[1].parameters["photo"]
    kept = await scene.store.transact(
        lambda unit: unit.contents.file(show("crops.png").digest, scene.line.account)
    )
    assert kept == named


async def test_what_is_ticked_changes_under_the_picture(scene: Scene) -> None:
    ask = Ask(1, ("What grows here?",), FIELD, ("done",), "tap", shows=(show("crops.png"),))
    first = await scene.says(ask)
    ticked = (replace(FIELD[0], options=(Option(0, "Maize", True), FIELD[0].options[1])),)
    again = replace(ask, fields=ticked, again=True)
    assert await scene.says(again, replaces=first.message_id) == first
    assert scene.people[0].last.buttons[0] == ["☑ Maize"]
    assert [method for method, _ in scene.sent()] == ["sendPhoto", "editMessageCaption"]
    await scene.people[0].deletes(scene.people[0].last)
    assert await scene.says(again, replaces=first.message_id) != first


async def test_words_that_do_not_fit_under_a_picture_follow_it(scene: Scene) -> None:
    ask = Ask(1, ("a" * 1025,), moves=("skip",), shows=(show("crops.png"),))
    first = await scene.says(ask)
    assert [method for method, _ in scene.sent()] == ["sendPhoto", "sendMessage"]
    assert scene.people[0].last.buttons == [["Skip"]]
    again = replace(ask, paragraphs=("b" * 1025,), again=True)
    await scene.says(again, replaces=first.message_id + 1)
    assert [method for method, _ in scene.sent()[2:]] == ["editMessageText"]


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("round.gif", "sendAnimation"),
        ("song.mp3", "sendAudio"),
        ("voice.ogg", "sendVoice"),
        ("film.mp4", "sendVideo"),
    ],
)
async def test_sounds_and_films_are_sent_as_what_they_are(scene: Scene, name: str, method: str) -> None:
    for _ in range(2):
        await scene.says(Say(paragraphs=("Listen",), shows=(show(name),)))
        assert scene.people[0].last.text == "Listen"
    assert scene.sent() == [(method, CONTENTS[name][1]), (method, None)]


async def test_several_of_a_question_come_one_after_the_other(scene: Scene) -> None:
    await scene.says(Ask(1, ("What is it?",), shows=(show("crops.png"), show("song.mp3"))))
    assert [method for method, _ in scene.sent()] == ["sendPhoto", "sendAudio"]
    assert scene.people[0].last.text == "What is it?"


async def test_pictures_of_choices_stand_before_the_question_as_one_album(scene: Scene) -> None:
    shows = (show("maïs.png", "1. Maize <fresh>"), show("rice.png", "2. Rice"))
    ask = Ask(1, ("What grows here?",), FIELD, ("done",), "tap", shows=shows)
    for _ in range(2):
        await scene.says(ask)
        assert [message.text for message in scene.people[0].chat[-3:]] == [
            "1. Maize <fresh>",
            "2. Rice",
            "What grows here?\n\nYou can choose several. Then tap “Done”.",
        ]
    assert [method for method, _ in scene.sent()] == ["sendMediaGroup", "sendMessage"] * 2
    first, second = scene.sandbox.calls("sendMediaGroup")
    assert [len(each.uploads) for each in (first, second)] == [2, 0]
    await scene.says(Ask(2, ("One?",), FIELD, shows=(show("maïs.png", "1. Maize"),)))
    assert scene.sent()[-2] == ("sendPhoto", None)


async def test_what_telegram_has_no_longer_is_brought_again(scene: Scene) -> None:
    ask = Ask(1, ("What grows here?",), shows=(show("crops.png"),))
    await scene.says(ask)
    scene.sandbox.fail(
        "sendPhoto", how=Fault.refused(400, "Bad Request: wrong file identifier/HTTP URL specified")
    )
    await scene.says(ask)
    assert scene.sent() == [("sendPhoto", png(1))] * 2


async def test_where_telegram_takes_no_picture_the_words_are_said(scene: Scene) -> None:
    scene.sandbox.fail("sendPhoto", how=Fault.refused(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"))
    outcome = await scene.says(Ask(1, ("What grows here?",), FIELD, shows=(show("crops.png"),)))
    assert outcome == Sent(scene.people[0].last.id)
    assert scene.people[0].last.text == "What grows here?"
    gone = replace(show("crops.png"), digest="0" * 64)
    await scene.says(Ask(2, ("And where?",), shows=(gone,)))
    assert scene.people[0].last.text == "And where?"
    scene.sandbox.fail("sendMediaGroup", how=Fault.refused(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"))
    shows = (show("maïs.png", "1. Maize"), show("rice.png", "2. Rice"))
    await scene.says(Ask(3, ("Which?",), FIELD, shows=shows))
    assert scene.people[0].last.text == "Which?"


async def test_many_who_are_asked_at_once_cost_one_upload(scene: Scene) -> None:
    ask = Ask(1, ("What grows here?",), shows=(show("crops.png"),))
    await asyncio.gather(*(scene.says(ask, to=each % 2) for each in range(8)))
    assert [brought is not None for _, brought in scene.sent()].count(True) == 1
