"""The sandbox steered over HTTP, from this process and from another."""

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from telegram import Bot

from sandbox import Clock, Sandbox
from sandbox.remote import Remote, apart
from tests.sandbox.bots import Json, done, eventually

MORNING = 1_800_000_000.0


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=Clock(MORNING, running=False)) as stage:
        yield stage


@pytest.fixture
async def remote(sandbox: Sandbox) -> AsyncIterator[Remote]:
    async with aiohttp.ClientSession() as session:
        yield Remote(sandbox.url, sandbox.token, session)


async def test_people_do_over_http_what_they_do_in_python(sandbox: Sandbox, remote: Remote) -> None:
    amina = await remote.person("Amina", "fr")
    await remote.does(amina, "starts", payload="x")
    said = await remote.does(amina, "says", text="hello")
    await remote.does(amina, "edits", message=said["message"]["id"], text="hello, edited")
    await remote.does(amina, "sends_voice", data=b"OggS", seconds=7)
    await remote.does(amina, "shares_location", latitude=1, longitude=2)
    sent = await done(sandbox, "sendMessage", chat_id=amina, text="Well?",
                      reply_markup={"inline_keyboard": [[{"text": "Yes", "callback_data": "1"}]]})  # fmt: skip
    await remote.post(f"people/{amina}/tap", message=sent["message_id"], row=0, column=0)
    assert (await remote.does(amina, "taps", label="Yes", on=sent["message_id"]))["query"]
    assert (await remote.transcript(amina)).splitlines() == [
        "#1 Amina: /start x",
        "#2 Amina: hello, edited  (edited)",
        "#3 Amina: (voice, 7 s)",
        "#4 Amina: (location 1, 2)",
        "#5 Voices: Well?",
        "    [Yes]",
        "— Amina taps [Yes]",
        "— Amina taps [Yes]",
    ]
    state = await remote.get("state")
    assert (state["pending"], state["calls"]) == (7, {"sendMessage": 1})


async def test_what_cannot_be_done_says_why(remote: Remote) -> None:
    amina = await remote.person("Amina")
    for deed, arguments, words in (
        ("says", {"text": " "}, "there is nothing to say"),
        ("says", {"words": "x"}, "says: missing a required argument"),
        ("flies", {}, "not found: 'flies'"),
        ("taps", {"label": "Yes", "within": 0}, r"no button \[Yes\]"),
        ("sees", {"words": "anything", "within": 0}, "Amina does not see"),
    ):
        with pytest.raises(AssertionError, match=words):
            await remote.does(amina, deed, **arguments)
    with pytest.raises(AssertionError, match="not found"):
        await remote.does(7, "starts")


async def test_groups_faults_clock_and_updates_over_http(sandbox: Sandbox, remote: Remote) -> None:
    rakoto, vololona = await remote.person("Rakoto"), await remote.person("Vololona")
    group = await remote.post("groups", title="Moderators", members=[rakoto])
    await remote.post(f"groups/{group['id']}/members", person=vololona, standing="administrator")
    await remote.does(vololona, "says", text="hello", to=group["id"])
    assert "Vololona: hello" in await remote.transcript(group["id"])
    assert await remote.post("clock", advance=90) == {"now": MORNING + 90}
    fault = await remote.post("faults", way="error", retry_after=9, method="getMe", times=2)
    assert (fault["code"], fault["times"]) == (429, 2)
    with pytest.raises(AssertionError, match="retry after 9"):
        await done(sandbox, "getMe")
    async with aiohttp.ClientSession() as session:
        await session.delete(f"{sandbox.url}/sandbox/faults")
    await done(sandbox, "getMe")
    await remote.post("updates", hold=True)
    await remote.does(rakoto, "starts")
    assert await remote.post("updates", release=True) == {"released": 1, "pending": 3}
    (call,) = await remote.calls(since=1)
    assert (call["method"], call["code"]) == ("getMe", 200)
    assert len(await remote.crowd(3)) == 3


async def test_events_tell_what_happens(sandbox: Sandbox, remote: Remote) -> None:
    amina = sandbox.person("Amina")
    async with aiohttp.ClientSession() as session, session.get(f"{sandbox.url}/sandbox/events") as stream:
        assert await stream.content.readline() == b": welcome\n"
        await amina.starts()
        await done(sandbox, "sendChatAction", chat_id=amina.id, action="typing")
        await done(sandbox, "sendMessage", chat_id=amina.id, text="hello")
        events: list[Json] = []
        while len(events) < 5:
            line = await stream.content.readline()
            if line.startswith(b"data: "):
                events.append(json.loads(line.removeprefix(b"data: ")))
    assert [event["kind"] for event in events] == ["message", "action", "call", "message", "call"]
    assert [events[0]["message"]["text"], events[3]["message"]["text"]] == ["/start", "hello"]


async def test_other_web_pages_cannot_steer(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        statuses = []
        for origin in ("https://example.org", sandbox.url):
            headers = {"Origin": origin}
            async with session.post(
                f"{sandbox.url}/sandbox/clock", json={"advance": 1}, headers=headers
            ) as response:
                statuses.append(response.status)
    assert statuses == [403, 200]


async def test_the_sandbox_runs_in_a_process_of_its_own() -> None:
    async with apart("--no-flood", "--seed", "3") as remote:
        amina = await remote.person("Amina")
        async with Bot(remote.token, base_url=f"{remote.url}/bot") as bot:
            poll = asyncio.create_task(bot.get_updates(timeout=10))
            await remote.does(amina, "starts")
            (update,) = await poll
            await bot.send_message(amina, "hello")
            assert update.update_id > 0
            sees = await remote.does(amina, "sees", words="hello")
            assert sees["message"]["sender"]["name"] == "Voices"
            assert await bot.get_updates(offset=update.update_id + 1) == ()
            await remote.post("quiet")
        assert [call["method"] for call in await remote.calls()][:3] == ["getMe", "getUpdates", "sendMessage"]


async def test_a_poller_that_is_killed_loses_nothing(sandbox: Sandbox) -> None:
    """R1: what was given but not confirmed is given again."""
    reader, writer = await asyncio.open_connection(*sandbox.url.removeprefix("http://").split(":"))
    writer.write(f"GET /bot{sandbox.token}/getUpdates?timeout=50 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await sandbox.polled()
    writer.transport.abort()
    await eventually(lambda: not sandbox.gateway.polling.waiting)
    await sandbox.person("Amina").says("hello")
    assert len(await done(sandbox, "getUpdates", offset=1)) == 1
    assert reader.at_eof()
