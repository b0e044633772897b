"""Telegram's limits, in Telegram's words."""

from collections.abc import AsyncIterator

import pytest

from sandbox import Clock, Person, Sandbox
from sandbox.people import PHOTO
from tests.sandbox.bots import Json, done, library, refused


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=Clock(running=False), flood=False) as stage:
        yield stage


@pytest.fixture
def amina(sandbox: Sandbox) -> Person:
    return sandbox.person("Amina", started=True)


def keyboard(*rows: list[Json]) -> Json:
    return {"inline_keyboard": list(rows)}


def menu(*names: str, words: str = "x") -> Json:
    return {"commands": [{"command": name, "description": words} for name in names]}


def button(**facts: object) -> Json:
    return {"text": "b", **facts}


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"text": "  \n "}, "message text is empty"),
        ({"text": "<b> </b>", "parse_mode": "HTML"}, "message text is empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "x" * 32769}, "text is too long"),
        ({"text": "x</b>", "parse_mode": "html"}, "can't parse entities: Unexpected end tag at byte offset 1"),
        ({"text": "x", "parse_mode": "BBCode"}, "unsupported parse_mode"),
        ({"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 2}]},
         "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 2"),
        ({"text": "x", "entities": [{"type": "bold", "offset": 1, "length": 1}]},
         "entity begins after the end of the text at UTF-16 offset 1"),
        ({"text": "x", "entities": [{"type": "bold", "offset": -1, "length": 1}]},
         "receive an entity with incorrect offset -1"),
        ({"text": "😀", "entities": [{"type": "bold", "offset": 1, "length": 1}]},
         "entity begins or ends in a middle of a UTF-16 symbol"),
        ({"text": "x", "reply_markup": keyboard([button(callback_data="é" * 33)])}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard([button(callback_data="")])}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard([button()])},
         "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        ({"text": "x", "reply_markup": keyboard([button(url="no address")])},
         "inline keyboard button URL 'no address' is invalid: Wrong HTTP URL"),
        ({"text": "x", "reply_markup": keyboard(*[[button(callback_data="x")]] * 101)}, "reply markup is too long"),
        ({"text": "x", "reply_markup": keyboard([button(callback_data="x")] * 9)}, "reply markup is too long"),
        ({"text": "x", "reply_markup": keyboard([button(callback_data="x", style="pink")])},
         "can't parse keyboard button: invalid button style specified"),
        ({"text": "x", "reply_markup": {"keyboard": []}}, "reply markup has no buttons"),
        ({"text": "x", "reply_markup": {"force_reply": True, "input_field_placeholder": "x" * 65}},
         "input field placeholder is too long"),
        ({"text": "x", "reply_parameters": {"message_id": 77}}, "message to be replied not found"),
        ({"text": "x", "message_thread_id": 77}, "message thread not found"),
    ],
)  # fmt: skip
async def test_a_message_beyond_a_limit_is_refused(
    sandbox: Sandbox, amina: Person, parameters: Json, words: str
) -> None:
    assert await refused(sandbox, "sendMessage", chat_id=amina.id, **parameters) == f"Bad Request: {words}"
    assert amina.chat == []


async def test_what_just_fits_is_taken(sandbox: Sandbox, amina: Person) -> None:
    full = keyboard(*[[button(callback_data="x" * 64, style="danger")] * 5] * 20)
    await done(
        sandbox,
        "sendMessage",
        chat_id=amina.id,
        text="<b>" + "x" * 4096 + "</b>",
        parse_mode="HTML",
        reply_markup=full,
    )
    await done(sandbox, "sendMessage", chat_id=amina.id, text="😀" * 2048, reply_markup=keyboard())
    assert [len(message.text) for message in amina.chat] == [4096, 2048]
    assert amina.last.markup is None


async def test_the_hundred_and_first_entity_is_dropped_in_silence(sandbox: Sandbox, amina: Person) -> None:
    sent = await done(sandbox, "sendMessage", chat_id=amina.id, text="<b>x</b> " * 101, parse_mode="HTML")
    assert len(sent["entities"]) == 100


async def test_long_texts_of_people_come_in_pieces_of_4096_units(sandbox: Sandbox, amina: Person) -> None:
    """R10: nothing of a long text is lost."""
    story = "😀" * 3000 + "x" * 3000
    await amina.says(story)
    texts = [message.text for message in amina.chat]
    assert "".join(texts) == story
    assert [len(text.encode("utf-16-le")) // 2 for text in texts] == [4096, 4096, 808]


async def test_a_caption_has_1024_units(sandbox: Sandbox, amina: Person) -> None:
    async with library(sandbox) as bot:
        await bot.send_photo(amina.id, PHOTO, caption="x" * 1024)
    photo = amina.last.media
    assert photo is not None
    words = await refused(sandbox, "sendPhoto", chat_id=amina.id, photo=photo.id, caption="x" * 1025)
    assert words == "Bad Request: message caption is too long"


@pytest.mark.parametrize(
    ("method", "parameters", "words"),
    [
        ("sendPhoto", {"photo": "nonsense"}, "wrong file identifier/HTTP URL specified"),
        ("sendPhoto", {"photo": "https://example.org/a.jpg"}, "failed to get HTTP URL content"),
        ("sendPhoto", {}, "there is no photo in the request"),
        ("sendVoice", {"voice": "attach://a"}, "attached file not found"),
        ("sendLocation", {"latitude": 91, "longitude": 0}, "invalid location specified"),
        ("sendChatAction", {"action": "dancing"}, "wrong parameter action in request"),
        ("sendMediaGroup", {"media": []}, "there must be from 2 to 10 media in an album"),
    ],
)
async def test_other_sendings_are_checked_too(
    sandbox: Sandbox, amina: Person, method: str, parameters: Json, words: str
) -> None:
    assert await refused(sandbox, method, chat_id=amina.id, **parameters) == f"Bad Request: {words}"


async def test_a_file_goes_out_only_as_what_it_is(sandbox: Sandbox, amina: Person) -> None:
    voice = (await amina.sends_voice()).media
    assert voice is not None
    assert await done(sandbox, "sendVoice", chat_id=amina.id, voice=voice.id)
    words = await refused(sandbox, "sendPhoto", chat_id=amina.id, photo=voice.id)
    assert words == "Bad Request: can't use file of type VoiceNote as Photo"


async def test_files_above_20_mb_cannot_be_fetched_and_links_last_an_hour(
    sandbox: Sandbox, amina: Person
) -> None:
    """R30: too big, too late, gone."""
    large = (await amina.sends_video(b"start", size=20 * 1024 * 1024 + 1)).media
    small = (await amina.sends_voice(b"OggS")).media
    assert large is not None
    assert small is not None
    assert await refused(sandbox, "getFile", file_id=large.id) == "Bad Request: file is too big"
    async with library(sandbox) as bot:
        file = await bot.get_file(small.id)
        assert await file.download_as_bytearray() == b"OggS"
        sandbox.clock.advance(3600)
        with pytest.raises(Exception, match="Not Found"):
            await file.download_as_bytearray()
        sandbox.lose_files()
        words = "Bad Request: wrong file_id or the file is temporarily unavailable"
        assert await refused(sandbox, "getFile", file_id=small.id) == words


async def test_uploads_have_their_sizes(sandbox: Sandbox, amina: Person) -> None:
    async with library(sandbox) as bot:
        for size, send in (
            (10 * 1024 * 1024 + 1, bot.send_photo),
            (50 * 1024 * 1024 + 1, bot.send_document),
            (0, bot.send_voice),
        ):
            with pytest.raises(Exception, match=r"too big|Too Large|non-empty"):
                await send(amina.id, bytes(size))
    assert amina.chat == []


@pytest.mark.parametrize(
    ("method", "parameters", "words"),
    [
        ("setMyCommands", menu("Bad"), "BOT_COMMAND_INVALID"),
        ("setMyCommands", menu("x" * 33), "BOT_COMMAND_INVALID"),
        ("setMyCommands", menu("x", words="x" * 257), "BOT_COMMAND_DESCRIPTION_INVALID"),
        ("setMyCommands", menu(*map("c{}".format, range(101))), "BOT_COMMANDS_TOO_MUCH"),
        ("setMyCommands", {"commands": [], "language_code": "rhg"}, "invalid language code specified"),
        ("setMyName", {"name": "x" * 65}, "bot name is too long"),
        ("setMyDescription", {"description": "x" * 513}, "bot description is too long"),
        ("setMyShortDescription", {"short_description": "x" * 121}, "bot short description is too long"),
    ],
)  # fmt: skip
async def test_what_the_bot_says_of_itself_has_limits(
    sandbox: Sandbox, method: str, parameters: Json, words: str
) -> None:
    assert await refused(sandbox, method, **parameters) == f"Bad Request: {words}"


async def test_a_tap_gets_one_answer_of_200_units_in_time(sandbox: Sandbox, amina: Person) -> None:
    await done(
        sandbox, "sendMessage", chat_id=amina.id, text="x", reply_markup=keyboard([button(callback_data="1")])
    )
    query, late = await amina.taps("b", on=amina.last), await amina.taps("b", on=amina.last)
    assert query is not None
    assert late is not None
    too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    assert await refused(sandbox, "answerCallbackQuery", callback_query_id=query.id, text="x" * 201) == (
        "Bad Request: MESSAGE_TOO_LONG"
    )
    await done(sandbox, "answerCallbackQuery", callback_query_id=query.id, text="😀" * 100, show_alert=True)
    assert await refused(sandbox, "answerCallbackQuery", callback_query_id=query.id) == too_old
    assert await refused(sandbox, "answerCallbackQuery", callback_query_id="5") == too_old
    sandbox.clock.advance(150)
    assert await refused(sandbox, "answerCallbackQuery", callback_query_id=late.id) == too_old
