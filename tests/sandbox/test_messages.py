"""What becomes of messages: edited, deleted, copied, pinned, replied to."""

from collections.abc import AsyncIterator

import pytest

from sandbox import Clock, Person, Sandbox
from tests.sandbox.bots import Json, done, refused

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)
YES = {"inline_keyboard": [[{"text": "Yes", "callback_data": "yes"}]]}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=Clock(1_800_000_000, running=False), flood=False) as stage:
        yield stage


@pytest.fixture
def amina(sandbox: Sandbox) -> Person:
    return sandbox.person("Amina", started=True)


async def send(sandbox: Sandbox, amina: Person, text: str = "words", **parameters: object) -> int:
    sent: Json = await done(sandbox, "sendMessage", chat_id=amina.id, text=text, **parameters)
    return int(sent["message_id"])


async def test_message_numbers_are_counted_in_each_chat(sandbox: Sandbox, amina: Person) -> None:
    rakoto = sandbox.person("Rakoto", started=True)
    assert [await send(sandbox, person) for person in (amina, rakoto, amina)] == [1, 1, 2]


async def test_an_edit_changes_words_and_buttons_and_the_same_again_is_refused(
    sandbox: Sandbox, amina: Person
) -> None:
    number = await send(sandbox, amina, reply_markup=YES)
    where = {"chat_id": amina.id, "message_id": number}
    assert await refused(sandbox, "editMessageText", **where, text="words", reply_markup=YES) == NOT_MODIFIED
    sandbox.clock.advance(5)
    edited = await done(sandbox, "editMessageText", **where, text="<i>other</i>", parse_mode="HTML")
    assert (edited["edit_date"], "reply_markup" in edited) == (1_800_000_005, False)
    assert (amina.last.html, amina.last.buttons) == ("<i>other</i>", [])
    await done(sandbox, "editMessageReplyMarkup", **where, reply_markup=YES)
    assert amina.last.buttons == [["Yes"]]
    assert await refused(sandbox, "editMessageReplyMarkup", **where, reply_markup=YES) == NOT_MODIFIED
    await done(sandbox, "editMessageReplyMarkup", **where)
    assert await refused(sandbox, "editMessageReplyMarkup", **where) == NOT_MODIFIED


async def test_only_own_text_messages_without_reply_keyboard_can_be_edited(
    sandbox: Sandbox, amina: Person
) -> None:
    hers = await amina.says("mine")
    photo = await amina.sends_photo()
    fixed = await send(sandbox, amina, reply_markup={"keyboard": [["A"]]})
    copy = await done(sandbox, "copyMessage", chat_id=amina.id, from_chat_id=amina.id, message_id=photo.id)
    for number, words in (
        (hers.id, "message can't be edited"),
        (fixed, "message can't be edited"),
        (copy["message_id"], "there is no text in the message to edit"),
        (99, "message to edit not found"),
    ):
        where = {"chat_id": amina.id, "message_id": number}
        assert await refused(sandbox, "editMessageText", **where, text="x") == f"Bad Request: {words}"
    await done(sandbox, "editMessageCaption", chat_id=amina.id, message_id=copy["message_id"], caption="seen")
    assert amina.last.text == "seen"


async def test_messages_can_be_deleted_for_48_hours(sandbox: Sandbox, amina: Person) -> None:
    old = await amina.says("old")
    sandbox.clock.advance(48 * 3600)
    fresh = await send(sandbox, amina)
    where = {"chat_id": amina.id, "message_id": old.id}
    assert (
        await refused(sandbox, "deleteMessage", **where)
        == "Bad Request: message can't be deleted for everyone"
    )
    assert await done(sandbox, "deleteMessage", chat_id=amina.id, message_id=fresh)
    again = await refused(sandbox, "deleteMessage", chat_id=amina.id, message_id=fresh)
    assert again == "Bad Request: message to delete not found"
    assert await done(sandbox, "deleteMessages", chat_id=amina.id, message_ids=[old.id, fresh, 77])
    assert [message.deleted for message in amina.chat] == [False, True]
    many = await refused(sandbox, "deleteMessages", chat_id=amina.id, message_ids=list(range(101)))
    assert many == "Bad Request: too many message identifiers specified"


async def test_what_she_deletes_is_gone_for_the_bot_without_a_word(sandbox: Sandbox, amina: Person) -> None:
    number = await send(sandbox, amina)
    await amina.deletes(amina.last)
    assert sandbox.world.updates.pending == {}
    where = {"chat_id": amina.id, "message_id": number}
    assert (
        await refused(sandbox, "editMessageText", **where, text="x")
        == "Bad Request: message to edit not found"
    )
    words = await refused(
        sandbox, "sendMessage", chat_id=amina.id, text="x", reply_parameters={"message_id": number}
    )
    assert words == "Bad Request: message to be replied not found"
    lenient = {"message_id": number, "allow_sending_without_reply": True}
    assert await done(sandbox, "sendMessage", chat_id=amina.id, text="x", reply_parameters=lenient)


async def test_her_edit_comes_as_edited_message_with_the_same_number(sandbox: Sandbox, amina: Person) -> None:
    said = await amina.says("teh school")
    sandbox.clock.advance(7)
    await amina.edits(said, "the school")
    _, update = await done(sandbox, "getUpdates")
    edited = update["edited_message"]
    assert (edited["message_id"], edited["text"], edited["edit_date"] - edited["date"]) == (
        said.id,
        "the school",
        7,
    )


async def test_protected_messages_are_neither_forwarded_nor_copied(sandbox: Sandbox, amina: Person) -> None:
    number = await send(sandbox, amina, protect_content=True)
    assert amina.last.protected
    source = {"chat_id": amina.id, "from_chat_id": amina.id}
    words = await refused(sandbox, "forwardMessage", **source, message_id=number)
    assert words == "Bad Request: message can't be forwarded"
    words = await refused(sandbox, "copyMessage", **source, message_id=number)
    assert words == "Bad Request: message can't be copied"
    plain = await send(sandbox, amina)
    copies = await done(sandbox, "copyMessages", **source, message_ids=[number, plain])
    assert copies == [{"message_id": plain + 1}]


async def test_a_message_can_be_pinned_and_taken_down(sandbox: Sandbox, amina: Person) -> None:
    number = await send(sandbox, amina)
    await done(sandbox, "pinChatMessage", chat_id=amina.id, message_id=number)
    assert [message.id for message in amina.pinned] == [number]
    assert (await done(sandbox, "getChat", chat_id=amina.id))["pinned_message"]["message_id"] == number
    await done(sandbox, "unpinChatMessage", chat_id=amina.id)
    assert amina.pinned == []
    words = await refused(sandbox, "unpinChatMessage", chat_id=amina.id)
    assert words == "Bad Request: message to unpin not found"


async def test_the_bot_puts_one_known_emoji_under_a_message(sandbox: Sandbox, amina: Person) -> None:
    said = await amina.says("hello")
    where = {"chat_id": amina.id, "message_id": said.id}
    await done(sandbox, "setMessageReaction", **where, reaction=[{"type": "emoji", "emoji": "👍"}])
    assert list(said.reactions.values()) == ["👍"]
    words = await refused(sandbox, "setMessageReaction", **where, reaction=[{"type": "emoji", "emoji": "x"}])
    assert words == "Bad Request: REACTION_INVALID"
    await done(sandbox, "setMessageReaction", **where)
    assert said.reactions == {}


async def test_reply_keyboards_come_are_pressed_and_go(sandbox: Sandbox, amina: Person) -> None:
    rows = [
        ["Madagascar"],
        [{"text": "📍 Near me", "request_location": True}, {"text": "Call me", "request_contact": True}],
    ]
    await send(sandbox, amina, reply_markup={"keyboard": rows, "one_time_keyboard": True})
    assert amina.keyboard == [["Madagascar"], ["📍 Near me", "Call me"]]
    amina.location = (-13.3, 48.3)
    for label in ("Madagascar", "Near me", "Call me"):
        await amina.taps(label, within=0)
    text, place, contact = (update["message"] for update in await done(sandbox, "getUpdates"))
    assert text["text"] == "Madagascar"
    assert place["location"] == {"latitude": -13.3, "longitude": 48.3}
    assert contact["contact"]["user_id"] == amina.id
    await send(sandbox, amina, reply_markup={"remove_keyboard": True})
    assert amina.keyboard == []


async def test_location_buttons_belong_to_private_chats(sandbox: Sandbox, amina: Person) -> None:
    group = sandbox.group("Moderators", [amina])
    markup = {"keyboard": [[{"text": "Here", "request_location": True}]]}
    words = await refused(sandbox, "sendMessage", chat_id=group.id, text="x", reply_markup=markup)
    assert words == "Bad Request: location can be requested in private chats only"
