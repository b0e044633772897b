"""The Messenger against a strict Telegram: what is said arrives, and every answer is read rightly."""

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from telegram import Bot

from bot.chat.face import Line
from bot.chat.gallery import Gallery
from bot.chat.signing import SIGNATURE, Signer
from bot.chat.speaking import Speaker
from bot.outbox import Later, Refused, Sent, Unknown
from bot.sending import Limiter
from bot.speech import Attached, Button, Buttons, Document, Message, Part, Quote, Sentence
from bot.words import Catalogs
from dialogs import effect
from sandbox import Fault, Person, Sandbox
from storage.database import Database
from tests.fakes import FakeClock
from tests.stores import SqliteFiles, opened

BACK = Buttons(((Button("Back", "go"),),))


@dataclass(slots=True)
class Scene:
    """A pretend Telegram, Amina who has started the bot, and the speaker."""

    sandbox: Sandbox
    amina: Person
    bot: Bot
    speaker: Speaker
    clock: FakeClock
    store: Database

    async def says(self, *parts: Part, **more: Any) -> Any:
        files = more.pop("files", {})
        return await self.speaker.deliver(self.amina.id, Message("en", parts, "a1b2c3d4", **more), files)


@pytest.fixture
async def scene(files: SqliteFiles, catalogs: Catalogs, signer: Signer) -> AsyncIterator[Scene]:
    async with Sandbox(flood=False) as sandbox, opened(files.fresh()) as store:
        clock = FakeClock()
        line = Line(sandbox.token, sandbox.url, read=0.3)
        await line.open()
        limiter = Limiter(clock, 10_000, 10_000)
        amina = sandbox.person("Amina", started=True)
        speaker = Speaker(line.bot, line.ask, catalogs, signer, clock, limiter, Gallery(store, line.account))
        yield Scene(sandbox, amina, line.bot, speaker, clock, store)
        await line.close()


async def test_words_and_buttons_arrive(scene: Scene, signer: Signer) -> None:
    outcome = await scene.says(Sentence("Good to see you again. What would you like to do?"), BACK)
    assert outcome == Sent(scene.amina.last.id)
    assert scene.amina.last.text == "Good to see you again. What would you like to do?"
    assert scene.amina.last.buttons == [["Back"]]
    (call,) = scene.sandbox.calls("sendMessage")
    assert call.parameters["link_preview_options"] == {"is_disabled": True}
    data = call.parameters["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    assert data[SIGNATURE:] == "go"
    assert signer.check(scene.amina.id, data) == "go"


async def test_a_question_about_a_place_offers_to_share_it(scene: Scene) -> None:
    ask = effect.Ask(1, ("Where is it?",), moves=("place",), expects="place")
    outcome = await scene.says(ask)
    assert scene.amina.keyboard == [["📍 Share where I am"]]
    assert outcome == Sent(scene.amina.last.id - 1, (scene.amina.last.id,))
    await scene.says(Sentence("Thank you, added."))
    assert scene.amina.keyboard == []


async def test_a_message_is_changed_in_place(scene: Scene) -> None:
    first = await scene.says(Quote("one"), BACK)
    assert await scene.says(Quote("two"), replaces=first.message_id) == first
    assert scene.amina.last.text == "two"
    assert scene.amina.last.buttons == []


async def test_a_change_that_changes_nothing_is_done(scene: Scene) -> None:
    """R31: 400 not modified is success."""
    first = await scene.says(Quote("one"), BACK)
    assert await scene.says(Quote("one"), BACK, replaces=first.message_id) == first


async def test_what_can_no_longer_be_changed_is_said_anew(scene: Scene) -> None:
    """R31: message to edit not found."""
    first = await scene.says(Quote("one"), BACK)
    await scene.amina.deletes(scene.amina.last)
    outcome = await scene.says(Quote("two"), replaces=first.message_id)
    assert isinstance(outcome, Sent)
    assert outcome != first
    assert scene.amina.last.text == "two"


async def test_recordings_are_sent_as_what_they_were_and_protected(scene: Scene) -> None:
    """S43: protect_content; Telegram takes a file id only as what it was."""
    await scene.amina.sends_voice()
    await scene.amina.sends_photo()
    await scene.amina.sends_document(b"%PDF", "a.pdf", "application/pdf")
    files = {f"m{n}": file for n, file in enumerate(await file_ids(scene.bot))}
    attached = [Attached(kind, f"m{n}") for n, kind in enumerate(("audio", "image", "image"))]
    outcome = await scene.says(Quote("Listen"), *attached, files=files, protect=True)
    assert isinstance(outcome, Sent)
    sent = [call for call in scene.sandbox.calls() if call.method.startswith("send") and call.code == 200]
    assert [(call.method, call.parameters.get("protect_content")) for call in sent] == [
        ("sendMessage", True),
        ("sendVoice", True),
        ("sendPhoto", True),
        ("sendDocument", True),
    ]


async def test_a_file_of_ours_is_sent_after_the_words_and_may_be_saved(scene: Scene) -> None:
    """S39: what is handed out as a file is theirs: no protection stands in the way."""
    content = '{"words": "é 🎤"}'.encode()
    file = Document("voices-mydata.json", base64.b64encode(content).decode())
    assert isinstance(await scene.says(Quote("Here"), file), Sent)
    words, document = scene.amina.chat[-2:]
    assert words.text == "Here"
    (call,) = scene.sandbox.calls("sendDocument")
    assert "protect_content" not in call.parameters
    assert document.media is not None
    assert (document.media.name, document.media.data) == (file.name, content)


async def file_ids(bot: Bot) -> list[str]:
    """The file id of every message that has a file: the largest photo, the voice, the document."""
    found = []
    for update in await bot.get_updates():
        assert update.message
        media: Any = update.message.effective_attachment
        found.append((media[-1] if isinstance(media, tuple) else media).file_id)
    return found


async def test_a_recording_that_is_not_here_yet_is_spoken_of(scene: Scene) -> None:
    await scene.says(Quote("Listen"), Attached("audio", "m1"))
    assert scene.amina.last.text == "Listen\n\nThe voice note or photo is still on its way."


@pytest.mark.parametrize("delivered", [False, True])
@pytest.mark.parametrize("way", ["hang", "close", "500", "502 html", "cut"])
async def test_when_the_answer_is_missing_nobody_knows(scene: Scene, way: str, delivered: bool) -> None:
    """R13: {delivered, not} × {hang, reset, 500, 502 html, cut body} are all unknown."""
    match way:
        case "hang":
            fault = Fault.hangs(delivered=delivered)
        case "close":
            fault = Fault.closed_after() if delivered else Fault.closed_before()
        case "cut":
            fault = Fault.cut(delivered=delivered)
        case _:
            fault = Fault.server_error(int(way[:3]), html="html" in way, delivered=delivered)
    scene.sandbox.fail("sendMessage", how=fault)
    outcome = await scene.says(Quote("hello"))
    assert isinstance(outcome, Unknown)
    assert [message.text for message in scene.amina.chat] == (["hello"] if delivered else [])


async def test_without_a_connection_nothing_was_sent(
    files: SqliteFiles, catalogs: Catalogs, signer: Signer
) -> None:
    """R13: connect error = not sent."""
    async with Sandbox() as sandbox:
        line = Line(sandbox.token, sandbox.url)
        await line.open()
    clock = FakeClock()
    async with opened(files.fresh()) as store:
        speaker = Speaker(
            line.bot, line.ask, catalogs, signer, clock, Limiter(clock), Gallery(store, line.account)
        )
        hello = Message("en", (Quote("hello"),))
        on_the_old_connection = await speaker.deliver(1, hello, {})
        on_none = await speaker.deliver(1, hello, {})
    await line.close()
    assert isinstance(on_the_old_connection, Unknown)
    assert on_none == Later(1, reason="ClientConnectorError")


async def test_a_change_may_always_be_tried_again(scene: Scene) -> None:
    """R13: edits retry freely."""
    first = await scene.says(Quote("one"), BACK)
    scene.sandbox.fail("editMessageText", how=Fault.closed_after())
    assert isinstance(await scene.says(Quote("two"), replaces=first.message_id), Later)
    assert await scene.says(Quote("two"), replaces=first.message_id) == first


@pytest.mark.parametrize(
    ("code", "words", "gone"),
    [
        (403, "Forbidden: bot was blocked by the user", True),
        (403, "Forbidden: user is deactivated", True),
        (403, "Forbidden: bot can't initiate conversation with a user", True),
        (400, "Bad Request: chat not found", True),
        (400, "Bad Request: PEER_ID_INVALID", True),
        (400, "Bad Request: BUTTON_DATA_INVALID", False),
        (400, "Bad Request: something Telegram says tomorrow", False),
        (413, "Request Entity Too Large", False),
    ],
)
async def test_what_telegram_will_never_take_is_refused(
    scene: Scene, code: int, words: str, gone: bool
) -> None:
    """R13, R18: 4xx = no; gone where nobody is there any more."""
    scene.sandbox.fail("sendMessage", how=Fault.refused(code, words))
    outcome = await scene.says(Quote("hello"))
    assert isinstance(outcome, Refused)
    assert outcome.gone == gone


async def test_someone_who_blocked_us_is_gone(scene: Scene) -> None:
    """R18: the real 403."""
    await scene.amina.blocks()
    assert await scene.says(Quote("hello")) == Refused("Forbidden: bot was blocked by the user", gone=True)


async def test_a_token_that_is_refused_stops_everything(scene: Scene) -> None:
    scene.sandbox.fail("sendMessage", how=Fault.refused(401, "Unauthorized"))
    assert await scene.says(Quote("hello")) == Later(60, everywhere=True, reason="the token was refused")


async def test_too_many_messages_to_a_chat_rest_that_chat_else_all(scene: Scene) -> None:
    """R11: Telegram does not say which limit it was; one chat that just got a message is the reason, two are not."""
    scene.sandbox.fail("sendMessage", how=Fault.too_many(7))
    assert await scene.says(Quote("hello")) == Later(7, everywhere=True, reason="429")
    await scene.says(Quote("hello"))
    scene.sandbox.fail("sendMessage", how=Fault.too_many(7))
    assert await scene.says(Quote("hello")) == Later(7, everywhere=False, reason="429")
    rakoto = scene.sandbox.person("Rakoto", started=True)
    await scene.speaker.deliver(rakoto.id, Message("en", (Quote("hello"),)), {})
    scene.sandbox.fail("sendMessage", how=Fault.too_many(7))
    another = await scene.speaker.deliver(rakoto.id, Message("en", (Quote("more"),)), {})
    assert another == Later(7, everywhere=True, reason="429")
    scene.clock.advance(60)
    scene.sandbox.fail("sendMessage", how=Fault.too_many(7))
    assert await scene.says(Quote("hello")) == Later(7, everywhere=True, reason="429")


@pytest.mark.parametrize(
    "words", ["Bad Request: can't parse entities: at byte 7", "Bad Request: message is too long"]
)
async def test_what_cannot_be_parsed_is_said_plainly(scene: Scene, words: str) -> None:
    """R31: 400 parse/too long → plain, split, once."""
    scene.sandbox.fail("sendMessage", how=Fault.refused(400, words))
    assert isinstance(await scene.says(Quote("x" * 3000), BACK), Sent)
    assert [len(message.text) for message in scene.amina.chat] == [2048, 952]
    assert scene.amina.last.buttons == [["Back"]]
    scene.sandbox.fail("sendMessage", how=Fault.refused(400, words), times=2)
    assert isinstance(await scene.says(Quote("x")), Refused)


async def test_a_chat_that_moved_is_followed(scene: Scene) -> None:
    """R18: ChatMigrated followed."""
    group = scene.sandbox.group("Team", [scene.amina], basic=True)
    new = group.becomes_supergroup(scene.amina)
    outcome = await scene.speaker.deliver(group.id, Message("en", (Quote("hello"),)), {})
    assert outcome == Sent(new.last.id)


async def test_what_stands_in_a_topic_is_said_there_with_a_link(scene: Scene) -> None:
    group = scene.sandbox.group("Team", [scene.amina], forum=True)
    thread = await scene.speaker.open_topic(group.id, "Français")
    assert group.topics == {"General": 1, "Français": thread}
    link = Buttons(((Button("Back", "", url="https://t.me/voices?start=next"),),))
    message = Message("fr", (Quote("un"), link), post="fr", thread=thread)
    assert await scene.speaker.deliver(group.id, message, {}) == Sent(group.last.id)
    assert (group.last.thread_id, group.last.buttons) == (thread, [["Retour"]])
    (call,) = scene.sandbox.calls("sendMessage")
    [[key]] = call.parameters["reply_markup"]["inline_keyboard"]
    assert key == {"text": "Retour", "url": "https://t.me/voices?start=next"}


async def test_a_group_that_lets_us_make_no_topic_is_told_from_one_that_cannot_be_reached(
    scene: Scene,
) -> None:
    members = [scene.amina]
    for group in (
        scene.sandbox.group("Plain", members),
        scene.sandbox.group("Theirs", members, forum=True, bot="member"),
        scene.sandbox.group("Gone", members, forum=True, bot="kicked"),
    ):
        assert await scene.speaker.open_topic(group.id, "English") is None
    forum = scene.sandbox.group("Forum", members, forum=True)
    for fault in (Fault.too_many(30), Fault.closed_before(), Fault.server_error(502)):
        scene.sandbox.fail("createForumTopic", how=fault)
        with pytest.raises(OSError, match=r"TooFast|NotSent|Uncertain"):
            await scene.speaker.open_topic(forum.id, "English")


async def test_a_long_message_that_was_held_up_goes_on_where_it_was(scene: Scene) -> None:
    """R13: the parts that were said are not said again."""
    scene.sandbox.fail("sendMessage", how=Fault.too_many(3), skip=1)
    long = Quote("a" * 4096 + "b" * 4096)
    assert isinstance(await scene.says(long), Later)
    outcome = await scene.says(long)
    assert [message.text[0] for message in scene.amina.chat] == ["a", "b"]
    first, second = (message.id for message in scene.amina.chat)
    assert outcome == Sent(first, (second,))


async def test_further_messages_keep_the_pace(files: SqliteFiles, catalogs: Catalogs, signer: Signer) -> None:
    """R12: one delivery in several messages is counted message by message."""
    async with Sandbox() as sandbox, opened(files.fresh()) as store:
        clock, line = FakeClock(), Line(sandbox.token, sandbox.url)
        await line.open()
        limiter = Limiter(clock)
        speaker = Speaker(line.bot, line.ask, catalogs, signer, clock, limiter, Gallery(store, line.account))
        amina = sandbox.person("Amina", started=True)
        limiter.take(amina.id)  # what the caller does for the first
        said = asyncio.create_task(speaker.deliver(amina.id, Message("en", (Quote("x" * 4096 * 4),)), {}))
        await clock.asleep()
        assert len(amina.chat) == 3
        sandbox.clock.advance(2)
        clock.advance(2)
        assert isinstance(await said, Sent)
        assert len(amina.chat) == 4
        await line.close()


async def test_a_tap_is_acknowledged_once_and_never_an_error(scene: Scene) -> None:
    """R6: answerCallbackQuery always tried."""
    await scene.says(Quote("?"), BACK)
    await scene.amina.taps("Back")
    (update,) = await scene.bot.get_updates()
    assert update.callback_query
    await scene.speaker.acknowledge(update.callback_query.id)
    await scene.speaker.acknowledge(update.callback_query.id)
    scene.sandbox.fail("answerCallbackQuery", how=Fault.hangs())
    await scene.speaker.acknowledge("nonsense")
    assert len(scene.sandbox.calls("answerCallbackQuery")) == 3


async def test_a_recording_is_fetched(scene: Scene) -> None:
    await scene.amina.sends_voice(data=b"OggS" + bytes(100))
    (file,) = await file_ids(scene.bot)
    assert await scene.speaker.fetch(file) == b"OggS" + bytes(100)


async def test_a_recording_that_is_gone_or_too_large_is_none(scene: Scene) -> None:
    """R30: file gone, too big."""
    await scene.amina.sends_document(b"x", "big.bin", size=21 * 1024 * 1024)
    await scene.amina.sends_voice()
    big, voice = await file_ids(scene.bot)
    scene.sandbox.lose_files()
    assert await scene.speaker.fetch(big) is None
    assert await scene.speaker.fetch(voice) is None
    assert await scene.speaker.fetch("nonsense") is None


@pytest.mark.parametrize("fault", [Fault.hangs(), Fault.closed_before(), Fault.server_error(502, html=True)])
async def test_a_recording_that_could_not_be_fetched_now_is_tried_later(scene: Scene, fault: Fault) -> None:
    """R30: OSError means later."""
    await scene.amina.sends_voice()
    (file,) = await file_ids(scene.bot)
    scene.sandbox.fail("getFile", how=fault)
    with pytest.raises(OSError, match="Uncertain"):
        await scene.speaker.fetch(file)


async def test_messages_are_taken_out_of_the_chat_and_doing_so_twice_is_as_once(scene: Scene) -> None:
    """S29, R13: hers and ours, a hundred a call; what is gone is passed over."""
    said = [await scene.amina.says(f"word {number}") for number in range(120)]
    outcome = await scene.says(Quote("an echo"))
    numbers = (*(each.id for each in said), outcome.message_id)
    assert await scene.says(hides=numbers) == Sent(0)
    assert all(message.deleted for message in scene.amina.chat)
    assert await scene.says(hides=numbers) == Sent(0)
    assert [len(call.parameters["message_ids"]) for call in scene.sandbox.calls("deleteMessages")][:2] == [
        100,
        21,
    ]


async def test_one_that_may_not_be_deleted_keeps_none_of_the_others(scene: Scene) -> None:
    """S29: Telegram refuses a call for one of its messages."""
    said = [await scene.amina.says(f"word {number}") for number in range(5)]
    refused = Fault.refused(400, "Bad Request: message can't be deleted for everyone")
    scene.sandbox.fail("deleteMessages", how=refused, contains=str(said[2].id), times=None)
    assert await scene.says(hides=tuple(each.id for each in said)) == Sent(0)
    assert [message.deleted for message in scene.amina.chat] == [True, True, False, True, True]


@pytest.mark.parametrize("fault", [Fault.closed_before(), Fault.closed_after(), Fault.server_error()])
async def test_what_may_not_have_been_deleted_is_deleted_again(scene: Scene, fault: Fault) -> None:
    """S29, R13."""
    said = await scene.amina.says("a word")
    scene.sandbox.fail("deleteMessages", how=fault)
    assert isinstance(await scene.says(hides=(said.id,)), Later)
    assert await scene.says(hides=(said.id,)) == Sent(0)
    assert scene.amina.chat[0].deleted
