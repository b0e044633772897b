"""How fast a bot may speak."""

import random
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import Clock, Flood, Sandbox
from sandbox.flood import Pace
from tests.sandbox.bots import call, done, library


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=Clock(1_800_000_000, running=False)) as stage:
        yield stage


async def code(sandbox: Sandbox, chat_id: int) -> int:
    answer = await call(sandbox, "sendMessage", chat_id=chat_id, text="hello")
    return int(answer.get("error_code", 200))


async def test_a_chat_takes_a_small_burst_then_one_message_a_second(sandbox: Sandbox) -> None:
    """R12: 1/s in a chat, told with retry_after on the sandbox clock."""
    amina, rakoto = sandbox.person("Amina", started=True), sandbox.person("Rakoto", started=True)
    assert [await code(sandbox, amina.id) for _ in range(4)] == [200, 200, 200, 429]
    assert await call(sandbox, "sendMessage", chat_id=amina.id, text="x") == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }
    assert await code(sandbox, rakoto.id) == 200
    sandbox.clock.advance(1)
    assert [await code(sandbox, amina.id) for _ in range(2)] == [200, 429]
    assert len(amina.chat) == 4


async def test_all_chats_together_take_thirty_at_once_then_thirty_a_second(sandbox: Sandbox) -> None:
    ids = sandbox.crowd(100)
    assert [await code(sandbox, each) for each in ids[:31]] == [200] * 30 + [429]
    sandbox.clock.advance(1)
    assert [await code(sandbox, each) for each in ids[31:62]] == [200] * 30 + [429]


async def test_a_group_takes_twenty_a_minute_and_albums_count_each_photo(sandbox: Sandbox) -> None:
    amina = sandbox.person("Amina", started=True)
    group = sandbox.group("Moderators", [amina])
    assert [await code(sandbox, group.id) for _ in range(21)] == [200] * 20 + [429]
    photo = (await amina.sends_photo()).media
    assert photo is not None
    album = [{"type": "photo", "media": photo.id}] * 3
    await done(sandbox, "sendMediaGroup", chat_id=amina.id, media=album)
    assert await code(sandbox, amina.id) == 429


async def test_a_bot_that_comes_back_too_early_is_noticed(sandbox: Sandbox) -> None:
    """R11: 0 early requests is what a bot should reach."""
    amina = sandbox.person("Amina", started=True)
    for _ in range(4):
        await code(sandbox, amina.id)
    assert sandbox.flood is not None
    assert sandbox.flood.early == 0
    await code(sandbox, amina.id)
    assert sandbox.flood.early == 1


async def test_edits_and_answers_are_not_counted_and_the_model_can_be_switched_off(sandbox: Sandbox) -> None:
    amina = sandbox.person("Amina", started=True)
    await done(sandbox, "sendMessage", chat_id=amina.id, text="x")
    for number in range(10):
        await done(sandbox, "editMessageText", chat_id=amina.id, message_id=1, text=f"x{number}")
    async with Sandbox(flood=False) as free, library(free) as bot:
        rakoto = free.person("Rakoto", started=True)
        for _ in range(100):
            await bot.send_message(rakoto.id, "x")
        assert len(rakoto.chat) == 100


@given(
    st.lists(st.tuples(st.integers(1, 5), st.floats(0, 3)), max_size=60), st.integers(0, 3), st.integers(0, 9)
)
def test_no_window_ever_holds_more_than_pace_and_burst_allow(
    steps: list[tuple[int, float]], jitter: int, seed: int
) -> None:
    pace = Pace(per_second=2, burst=4)
    flood = Flood(chat=Pace(1, 2), overall=pace, jitter=jitter, chance=random.Random(seed))
    now, sent, closed = 1000.0, [], 0.0
    for chat, wait in steps:
        now += wait
        told = flood.admit(chat, now)
        if told:
            closed = max(closed, now + told)
        else:
            sent.append(now)
    assert all(
        sum(start <= moment < start + window for moment in sent)
        <= pace.burst + pace.per_second * window + 1e-6
        for start in sent
        for window in (0.5, 1, 5)
    )
    assert flood.admit(9, max(now, closed) + 10) == 0
