"""Things that go wrong, and what the bot sees of them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from telegram.error import RetryAfter, TimedOut

from sandbox import Clock, Fault, Sandbox
from sandbox.recording import Recording
from tests.sandbox.bots import call, done, eventually, library


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=Clock(1_800_000_000, running=False)) as stage:
        yield stage


async def outcome(sandbox: Sandbox, chat_id: int) -> str:
    """How a send looks from outside: a status, or the way the connection ended."""
    url = f"{sandbox.url}/bot{sandbox.token}/sendMessage"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.3)) as session,
            session.post(url, json={"chat_id": chat_id, "text": "hello"}) as response,
        ):
            return f"{response.status} {response.content_type} {len(await response.read()) > 0}"
    except TimeoutError:
        return "silence"
    except aiohttp.ClientPayloadError:
        return "cut"
    except aiohttp.ClientConnectionError:
        return "closed"


@pytest.mark.parametrize(
    ("how", "seen", "delivered"),
    [
        (Fault.too_many(7), "429 application/json True", 0),
        (Fault.refused(400, "Bad Request: chat not found"), "400 application/json True", 0),
        (Fault.server_error(500), "500 application/json True", 0),
        (Fault.server_error(500, delivered=True), "500 application/json True", 1),
        (Fault.server_error(502, html=True), "502 text/html True", 0),
        (Fault.server_error(502, html=True, delivered=True), "502 text/html True", 1),
        (Fault.hangs(), "silence", 0),
        (Fault.hangs(delivered=True), "silence", 1),
        (Fault.closed_before(), "closed", 0),
        (Fault.closed_after(), "closed", 1),
        (Fault.cut(), "cut", 1),
        (Fault.cut(delivered=False), "cut", 0),
    ],
)
async def test_every_way_of_failing_before_and_after_delivery(
    sandbox: Sandbox, how: Fault, seen: str, delivered: int
) -> None:
    """R13: the matrix of delivered or not against how the answer fails."""
    amina = sandbox.person("Amina", started=True)
    sandbox.fail("sendMessage", how=how)
    assert (await outcome(sandbox, amina.id), len(amina.chat)) == (seen, delivered)
    assert await outcome(sandbox, amina.id) == "200 application/json True"
    assert [call.fault for call in sandbox.calls("sendMessage")] == [how.way, ""]


async def test_a_fault_strikes_the_nth_call_with_these_words_so_many_times(sandbox: Sandbox) -> None:
    amina = sandbox.person("Amina", started=True)
    script = sandbox.fail("sendMessage", how=Fault.server_error(), contains="story", skip=1, times=2)
    codes = []
    for text in ("hello", "story 1", "story 2", "hello", "story 3", "story 4"):
        sandbox.clock.advance(5)
        codes.append((await call(sandbox, "sendMessage", chat_id=amina.id, text=text)).get("error_code", 200))
    assert (codes, script.used) == ([200, 200, 500, 200, 500, 200], 2)
    sandbox.fail(how=Fault.server_error(), times=None)
    assert [(await call(sandbox, "getMe"))["ok"] for _ in range(3)] == [False] * 3
    sandbox.heal()
    assert (await call(sandbox, "getMe"))["ok"]


async def test_a_slow_answer_comes_on_the_sandbox_clock(sandbox: Sandbox) -> None:
    sandbox.fail("getMe", how=Fault.slow(30))
    answer = asyncio.create_task(call(sandbox, "getMe"))
    await eventually(lambda: sandbox.clock.waiting == 1)
    assert not sandbox.at_rest(0)
    sandbox.clock.advance(30)
    assert (await answer)["ok"]


async def test_the_library_sees_faults_as_telegrams(sandbox: Sandbox) -> None:
    async with library(sandbox) as bot:
        sandbox.fail("getMe", how=Fault.too_many(7))
        with pytest.raises(RetryAfter):
            await bot.get_me()
        sandbox.fail("getMe", how=Fault.hangs())
        with pytest.raises(TimedOut):
            await bot.get_me(read_timeout=0.1)


async def test_polls_and_downloads_can_fail_too(sandbox: Sandbox) -> None:
    amina = sandbox.person("Amina")
    voice = (await amina.sends_voice()).media
    assert voice is not None
    sandbox.fail("getUpdates", how=Fault.server_error(502))
    assert (await call(sandbox, "getUpdates"))["error_code"] == 502
    assert len(await done(sandbox, "getUpdates")) == 1
    path = (await done(sandbox, "getFile", file_id=voice.id))["file_path"]
    sandbox.fail("file", how=Fault.server_error(503))
    async with aiohttp.ClientSession() as session:
        statuses = []
        for _ in range(2):
            async with session.get(f"{sandbox.url}/file/bot{sandbox.token}/{path}") as response:
                statuses.append(response.status)
    assert statuses == [503, 200]


async def test_the_log_is_a_ring_with_a_cursor(tmp_path: Path) -> None:
    record = tmp_path / "run.jsonl"
    async with Sandbox(clock=Clock(1_800_000_000, running=False), calls_kept=3, record=record) as sandbox:
        for _ in range(5):
            await done(sandbox, "getMe")
        seq = sandbox.seq
        await call(sandbox, "getChat", chat_id=1)
        assert [each.seq for each in sandbox.calls()] == [4, 5, 6]
        (last,) = sandbox.calls(since=seq)
        assert (last.method, last.parameters, last.code) == ("getChat", {"chat_id": 1}, 400)
        assert sandbox.calls("getMe", since=4) == [sandbox.calls()[1]]
        assert sandbox.gateway.journal.counts == {"getMe": 5, "getChat": 1}
    lines = Recording.read(record).calls
    assert [line["seq"] for line in lines] == [1, 2, 3, 4, 5, 6]
    assert lines[-1]["answer"]["description"] == "Bad Request: chat not found"


async def test_one_can_wait_for_a_call(sandbox: Sandbox) -> None:
    seq = sandbox.seq
    waiting = asyncio.create_task(sandbox.called("getMe", since=seq))
    await done(sandbox, "getWebhookInfo")
    await done(sandbox, "getMe")
    assert (await waiting).method == "getMe"
    with pytest.raises(AssertionError, match="did not call close"):
        await sandbox.called("close", within=0.01)
