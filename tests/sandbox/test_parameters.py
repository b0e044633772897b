"""Every parameter is checked for name and type against the Bot API's schema."""

import json
from typing import Any

import aiohttp
import pytest
from aiogram.types import InlineKeyboardMarkup, ReplyKeyboardMarkup
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sandbox import Clock, Sandbox
from sandbox.methods import TABLE
from sandbox.parameters import API_VERSION, METHODS, Upload, method
from sandbox.refusal import Refusal
from tests.sandbox.bots import Json, call, done, refused


def test_every_method_of_the_bot_api_has_readers_and_all_that_is_played_exists() -> None:
    assert API_VERSION == "10.3"
    assert {method(name).name for name in METHODS} == METHODS
    assert TABLE.keys() | {"getUpdates", "setWebhook", "deleteWebhook", "getWebhookInfo"} <= METHODS


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"chat_id": 1, "text": "x", "txet": "y"}, 'unknown parameter "txet" in method sendMessage'),
        ({"chat_id": 1}, "message text is empty"),
        ({"text": "x"}, "chat_id is empty"),
        ({"chat_id": 1.5, "text": "x"}, "chat identifier must be a valid Integer"),
        ({"chat_id": 1, "text": 7}, 'parameter "text" must be a String'),
        ({"chat_id": 1, "text": None}, 'parameter "text" must be a String'),
        (
            {"chat_id": 1, "text": "x", "disable_notification": "perhaps"},
            'parameter "disable_notification" must be a Boolean',
        ),
        ({"chat_id": 1, "text": "x", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"chat_id": 1, "text": "x", "reply_markup": "[]"}, "object expected as reply markup"),
        (
            {
                "chat_id": 1,
                "text": "x",
                "reply_markup": {"inline_keyboard": [[{"text": "a", "calback_data": "b"}]]},
            },
            'parameter "reply_markup" field "inline_keyboard" has no field "calback_data" in InlineKeyboardButton',
        ),
        (
            {"chat_id": 1, "text": "x", "reply_markup": {"inline_keyboard": None}},
            'parameter "reply_markup" field "inline_keyboard" must be an Array',
        ),
        (
            {"chat_id": 1, "text": "x", "entities": [{"type": "bold", "offset": 0}]},
            'parameter "entities" has no required field "length" of MessageEntity',
        ),
    ],
)
async def test_a_wrong_parameter_is_named(sandbox: Sandbox, parameters: Json, words: str) -> None:
    assert await refused(sandbox, "sendMessage", **parameters) == f"Bad Request: {words}"


async def test_an_unknown_method_is_404_and_one_that_is_not_played_says_so(sandbox: Sandbox) -> None:
    assert await call(sandbox, "sendTelepathy") == {
        "ok": False,
        "error_code": 404,
        "description": "Not Found: method not found",
    }
    assert (await call(sandbox, "sendPoll", chat_id=1, question="?", options=[]))["error_code"] == 501


async def test_method_names_are_read_in_any_case_and_parameters_from_anywhere(sandbox: Sandbox) -> None:
    amina = sandbox.person("Amina", started=True)
    base = f"{sandbox.url}/bot{sandbox.token}"
    form = aiohttp.FormData({"chat_id": str(amina.id), "text": "multipart"}, default_to_multipart=True)
    async with aiohttp.ClientSession() as session:
        for request in (
            session.get(f"{base}/SENDMESSAGE", params={"chat_id": amina.id, "text": "query"}),
            session.post(f"{base}/sendMessage?chat_id={amina.id}", data={"text": "form"}),
            session.post(f"{base}/sendmessage", data=form),
        ):
            async with request as response:
                assert response.status == 200, await response.text()
    assert [message.text for message in amina.chat] == ["query", "form", "multipart"]


async def test_broken_json_is_refused(sandbox: Sandbox) -> None:
    headers = {"Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{sandbox.url}/bot{sandbox.token}/getMe", data=b"{") as response,
    ):
        assert (response.status, (await response.json())["ok"]) == (400, False)


async def test_without_strictness_unknown_names_pass_but_types_are_still_read() -> None:
    async with Sandbox(strict=False, clock=Clock(running=False)) as sandbox:
        amina = sandbox.person("Amina", started=True)
        button = {"text": "Yes", "callback_data": "y", "shape": "round"}
        await done(
            sandbox,
            "sendMessage",
            chat_id=amina.id,
            text="x",
            future_parameter=1,
            reply_markup={"inline_keyboard": [[button]]},
        )
        assert amina.last.buttons == [["Yes"]]
        words = await refused(
            sandbox, "sendMessage", chat_id=amina.id, text="x", reply_markup={"inline_keyboard": 5}
        )
        assert words == 'Bad Request: parameter "reply_markup" field "inline_keyboard" must be an Array'


def test_attachments_must_be_mentioned() -> None:
    upload = Upload("a.jpg", "image/jpeg", b"x")
    media = json.dumps(
        [{"type": "photo", "media": "attach://one"}, {"type": "photo", "media": "attach://one"}]
    )
    assert method("sendMediaGroup").read({"chat_id": "1", "media": media, "one": upload})["one"] is upload
    with pytest.raises(Refusal, match='unknown file "two" in method sendMediaGroup'):
        method("sendMediaGroup").read({"chat_id": "1", "media": media, "one": upload, "two": upload})


TEXTS = st.text(max_size=5)
BUTTONS = st.fixed_dictionaries(
    {"text": TEXTS},
    optional={
        "callback_data": TEXTS,
        "url": TEXTS,
        "pay": st.booleans(),
        "style": TEXTS,
        "copy_text": st.builds(dict, text=TEXTS),
    },
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["text", "url", "keyboard"]), inner, max_size=2)
    ),
    max_leaves=5,
)


@given(st.lists(st.lists(BUTTONS | VALUES, max_size=3), max_size=3) | VALUES)
def test_what_the_sandbox_takes_as_an_inline_keyboard_aiogram_takes_too(rows: Any) -> None:
    try:
        method("editMessageReplyMarkup").read({"reply_markup": {"inline_keyboard": rows}})
    except Refusal:
        return
    InlineKeyboardMarkup.model_validate({"inline_keyboard": rows})


@given(st.lists(st.lists(st.builds(dict, text=TEXTS), max_size=3), max_size=3))
def test_every_plain_reply_keyboard_of_aiogram_is_taken(rows: list[list[dict[str, str]]]) -> None:
    try:
        markup = ReplyKeyboardMarkup.model_validate({"keyboard": rows})
    except ValidationError:
        return
    plain = json.loads(markup.model_dump_json(exclude_none=True))
    request = method("sendMessage").read({"chat_id": 1, "text": "x", "reply_markup": json.dumps(plain)})
    assert request["reply_markup"] == plain
