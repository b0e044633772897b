"""Who can be reached, where, and what menus they see."""

from collections.abc import AsyncIterator

import pytest

from sandbox import Clock, Sandbox
from tests.sandbox.bots import Json, call, done, refused


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=Clock(1_800_000_000, running=False), flood=False, penalty=False) as stage:
        yield stage


async def speak(sandbox: Sandbox, chat_id: int | str) -> str:
    answer = await call(sandbox, "sendMessage", chat_id=chat_id, text="hello")
    return "" if answer["ok"] else f"{answer['error_code']} {answer['description']}"


async def test_nobody_is_spoken_to_before_she_has_spoken(sandbox: Sandbox) -> None:
    amina, rakoto = sandbox.person("Amina"), sandbox.person("Rakoto")
    group = sandbox.group("Moderators", [rakoto])
    assert await speak(sandbox, amina.id) == "400 Bad Request: chat not found"
    assert await speak(sandbox, 123) == "400 Bad Request: chat not found"
    assert await speak(sandbox, "@nobody") == "400 Bad Request: chat not found"
    await rakoto.says("hello all", to=group)
    assert await speak(sandbox, rakoto.id) == "403 Forbidden: bot can't initiate conversation with a user"
    await amina.starts()
    assert await speak(sandbox, amina.id) == ""


async def test_a_person_who_blocks_is_out_of_reach_until_she_comes_back(sandbox: Sandbox) -> None:
    """R18: 403 and my_chat_member, both ways."""
    amina = sandbox.person("Amina")
    await amina.starts()
    await amina.blocks()
    assert await speak(sandbox, amina.id) == "403 Forbidden: bot was blocked by the user"
    with pytest.raises(ValueError, match="unblock it first"):
        await amina.says("hello?")
    await amina.starts("again")
    assert await speak(sandbox, amina.id) == ""
    _, blocked, back, start = await done(sandbox, "getUpdates")
    changes = [update["my_chat_member"] for update in (blocked, back)]
    assert [(each["old_chat_member"]["status"], each["new_chat_member"]["status"]) for each in changes] == [
        ("member", "kicked"),
        ("kicked", "member"),
    ]
    assert changes[0]["new_chat_member"]["user"]["is_bot"]
    assert start["message"]["text"] == "/start again"


async def test_a_closed_account_is_told_apart_from_a_block(sandbox: Sandbox) -> None:
    amina = sandbox.person("Amina", started=True)
    await amina.leaves_telegram()
    assert await speak(sandbox, amina.id) == "403 Forbidden: user is deactivated"


async def test_a_group_that_grows_tells_its_other_number(sandbox: Sandbox) -> None:
    rakoto = sandbox.person("Rakoto")
    small = sandbox.group("Moderators", [rakoto], basic=True)
    await done(sandbox, "sendMessage", chat_id=small.id, text="hello")
    large = small.becomes_supergroup(by=rakoto)
    answer = await call(sandbox, "sendMessage", chat_id=small.id, text="hello")
    assert answer == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": large.id},
    }
    assert await speak(sandbox, large.id) == ""
    first, second = (update["message"] for update in await done(sandbox, "getUpdates"))
    assert (first["chat"]["id"], first["migrate_to_chat_id"]) == (small.id, large.id)
    assert (second["chat"]["id"], second["migrate_from_chat_id"]) == (large.id, small.id)


async def test_a_bot_hears_why_a_group_is_closed_to_it(sandbox: Sandbox) -> None:
    rakoto = sandbox.person("Rakoto")
    group = sandbox.group("Moderators", [rakoto], bot="left")
    assert await speak(sandbox, group.id) == "403 Forbidden: bot is not a member of the supergroup chat"
    group.bot_stands("member", by=rakoto)
    assert await speak(sandbox, group.id) == ""
    group.bot_stands("kicked", by=rakoto)
    assert await speak(sandbox, group.id) == "403 Forbidden: bot was kicked from the supergroup chat"
    group.bot_stands("member", by=rakoto)
    group.disappears()
    assert await speak(sandbox, group.id) == "403 Forbidden: the group chat was deleted"
    kinds = [list(update)[1] for update in await done(sandbox, "getUpdates")]
    assert kinds == ["my_chat_member"] * 3


async def test_members_are_listed_and_can_be_removed(sandbox: Sandbox) -> None:
    rakoto, vololona = sandbox.person("Rakoto"), sandbox.person("Vololona")
    group = sandbox.group("Moderators", {rakoto: "creator", vololona: "member"})
    where = {"chat_id": group.id}
    high = await done(sandbox, "getChatAdministrators", **where)
    assert [(each["user"]["first_name"], each["status"]) for each in high] == [
        ("Rakoto", "creator"),
        ("Voices", "administrator"),
    ]
    assert await done(sandbox, "getChatMemberCount", **where) == 3
    assert (await done(sandbox, "getChatMember", **where, user_id=vololona.id))["status"] == "member"
    words = await refused(sandbox, "banChatMember", **where, user_id=rakoto.id)
    assert words == "Bad Request: user is an administrator of the chat"
    await done(sandbox, "banChatMember", **where, user_id=vololona.id)
    assert (await done(sandbox, "getChatMember", **where, user_id=vololona.id))["status"] == "kicked"
    with pytest.raises(ValueError, match="not a member"):
        await vololona.says("hello?", to=group)


async def test_somebody_who_joins_is_announced(sandbox: Sandbox) -> None:
    rakoto, vololona = sandbox.person("Rakoto"), sandbox.person("Vololona")
    group = sandbox.group("Moderators", [rakoto])
    group.adds(vololona)
    (update,) = await done(sandbox, "getUpdates")
    assert update["message"]["new_chat_members"][0]["first_name"] == "Vololona"


async def test_in_privacy_mode_a_plain_member_hears_only_what_is_for_it() -> None:
    async with Sandbox(clock=Clock(running=False), privacy=True) as sandbox:
        rakoto = sandbox.person("Rakoto")
        group = sandbox.group("Moderators", [rakoto], bot="member")
        await done(sandbox, "sendMessage", chat_id=group.id, text="Well?")
        await rakoto.says("between us", to=group)
        await rakoto.says("/queue", to=group)
        await rakoto.says("hey @voices_sandbox_bot", to=group)
        await rakoto.says("to you", to=group, reply_to=group.last)
        words = [update["message"]["text"] for update in await done(sandbox, "getUpdates")]
        assert words == ["/queue", "hey @voices_sandbox_bot", "to you"]


async def test_topics_are_opened_spoken_in_closed_and_deleted(sandbox: Sandbox) -> None:
    rakoto = sandbox.person("Rakoto")
    group = sandbox.group("Moderators", [rakoto], forum=True)
    where = {"chat_id": group.id}
    topic = (await done(sandbox, "createForumTopic", **where, name="Case 7"))["message_thread_id"]
    assert group.topics == {"General": 1, "Case 7": topic}
    sent = await done(sandbox, "sendMessage", **where, text="hello", message_thread_id=topic)
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (topic, True)
    await rakoto.says("mine", to=group, topic=topic)
    (update,) = await done(sandbox, "getUpdates")
    assert update["message"]["message_thread_id"] == topic
    await done(sandbox, "closeForumTopic", **where, message_thread_id=topic)
    words = await refused(sandbox, "closeForumTopic", **where, message_thread_id=topic)
    assert words == "Bad Request: TOPIC_NOT_MODIFIED"
    await done(sandbox, "deleteForumTopic", **where, message_thread_id=topic)
    words = await refused(sandbox, "sendMessage", **where, text="hello", message_thread_id=topic)
    assert words == "Bad Request: message thread not found"
    plain = sandbox.group("Others", [rakoto])
    words = await refused(sandbox, "createForumTopic", chat_id=plain.id, name="x")
    assert words == "Bad Request: the chat is not a forum"


async def test_everybody_sees_the_commands_of_her_scope_and_language(sandbox: Sandbox) -> None:
    amina, rakoto = (
        sandbox.person("Amina", language="fr", started=True),
        sandbox.person("Rakoto", started=True),
    )

    async def menu(word: str, **where: object) -> None:
        commands: list[Json] = [{"command": "start", "description": word}]
        await done(sandbox, "setMyCommands", commands=commands, **where)

    await menu("default")
    await menu("défaut", language_code="fr")
    assert (amina.commands["start"], rakoto.commands["start"]) == ("défaut", "default")
    await menu("private", scope={"type": "all_private_chats"})
    assert amina.commands == rakoto.commands == {"start": "private"}
    await menu("moderator", scope={"type": "chat", "chat_id": rakoto.id})
    assert (amina.commands["start"], rakoto.commands["start"]) == ("private", "moderator")
    await amina.speaks("fr-CA")
    await done(sandbox, "deleteMyCommands", scope={"type": "all_private_chats"})
    assert amina.commands == {"start": "défaut"}
    assert await done(sandbox, "getMyCommands", language_code="fr") == [
        {"command": "start", "description": "défaut"}
    ]
    assert await done(sandbox, "getMyCommands", language_code="de") == []


async def test_the_bot_says_who_it_is_by_language(sandbox: Sandbox) -> None:
    await done(sandbox, "setMyDescription", description="What people live through")
    await done(sandbox, "setMyDescription", description="Ce que les gens vivent", language_code="fr")
    french = await done(sandbox, "getMyDescription", language_code="fr")
    other = await done(sandbox, "getMyDescription", language_code="ar")
    assert (french, other) == (
        {"description": "Ce que les gens vivent"},
        {"description": "What people live through"},
    )
    await done(sandbox, "setMyName", name="Voix")
    assert (await done(sandbox, "getMe"))["first_name"] == "Voix"


async def test_a_deep_link_starts_the_bot_with_its_payload(sandbox: Sandbox) -> None:
    amina = sandbox.person("Amina")
    await amina.follows("https://t.me/voices_sandbox_bot?start=mmm-7")
    await amina.follows("https://example.org/?start=no")
    assert [message.text for message in amina.chat] == ["/start mmm-7"]
    with pytest.raises(ValueError, match="deep link"):
        await amina.starts("x" * 65)


async def test_ids_follow_from_the_seed() -> None:
    def ids(seed: int) -> list[int]:
        sandbox = Sandbox(seed=seed)
        people = [sandbox.person(name).id for name in ("Amina", "Rakoto")]
        return [*people, sandbox.group("Moderators").id, sandbox.world.updates.next_id]

    assert ids(1) == ids(1) != ids(2)
