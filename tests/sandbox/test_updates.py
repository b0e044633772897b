"""getUpdates: offsets, waiting, one consumer, expiry."""

import asyncio
import itertools
import random

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import Clock, Sandbox
from sandbox.updates import Updates
from tests.sandbox.bots import call, done, eventually, refused
from tests.sandbox.conftest import MORNING

OTHER_POLLER = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)


async def ids(sandbox: Sandbox, **parameters: object) -> list[int]:
    return [update["update_id"] for update in await done(sandbox, "getUpdates", **parameters)]


async def test_updates_stay_until_a_higher_offset_confirms_them(sandbox: Sandbox) -> None:
    amina = sandbox.person("Amina")
    for word in "abc":
        await amina.says(word)
    first, second, third = await ids(sandbox)
    assert (second, third) == (first + 1, first + 2)
    sandbox.clock.advance(1)
    assert await ids(sandbox, offset=second) == [second, third]
    assert await ids(sandbox, offset=third, limit=1) == [third]
    assert await ids(sandbox, offset=third + 1, timeout=0) == []


async def test_a_negative_offset_keeps_that_many_from_the_end(sandbox: Sandbox) -> None:
    amina = sandbox.person("Amina")
    for word in "abcd":
        await amina.says(word)
    kept = await ids(sandbox, offset=-2)
    sandbox.clock.advance(1)
    assert len(kept) == 2
    assert await ids(sandbox) == kept


async def test_a_long_poll_wakes_as_soon_as_somebody_speaks(sandbox: Sandbox) -> None:
    amina = sandbox.person("Amina")
    poll = asyncio.create_task(ids(sandbox, timeout=50))
    await sandbox.polled()
    await amina.says("hello")
    assert len(await asyncio.wait_for(poll, 1)) == 1


async def test_a_long_poll_ends_empty_when_its_time_has_passed_and_never_lasts_above_50_seconds(
    sandbox: Sandbox,
) -> None:
    poll = asyncio.create_task(ids(sandbox, timeout=600))
    await sandbox.polled()
    sandbox.clock.advance(49)
    await asyncio.sleep(0)
    assert not poll.done()
    sandbox.clock.advance(1)
    assert await asyncio.wait_for(poll, 1) == []


async def test_a_second_poller_ends_the_first_with_409(sandbox: Sandbox) -> None:
    first = asyncio.create_task(call(sandbox, "getUpdates", timeout=50))
    await sandbox.polled()
    second = asyncio.create_task(call(sandbox, "getUpdates", timeout=50, offset=1))
    assert await first == {
        "ok": False,
        "error_code": 409,
        "description": OTHER_POLLER,
    }
    await sandbox.person("Amina").says("hello")
    assert (await second)["ok"]


async def test_conflicts_are_told_at_most_every_three_seconds(sandbox: Sandbox) -> None:
    await done(sandbox, "setWebhook", url="http://127.0.0.1:1/hook")
    assert (await call(sandbox, "getUpdates"))["error_code"] == 409
    second = asyncio.create_task(call(sandbox, "getUpdates"))
    await eventually(lambda: sandbox.clock.waiting > 0)
    sandbox.clock.advance(2.9)
    await asyncio.sleep(0)
    assert not second.done()
    sandbox.clock.advance(0.1)
    assert (await second)["error_code"] == 409


async def test_no_more_than_a_hundred_updates_come_at_once(sandbox: Sandbox) -> None:
    amina = sandbox.person("Amina")
    for number in range(120):
        await amina.says(str(number))
    assert [len(await ids(sandbox, offset=-(120 - n), limit=n)) for n in (1, 7)] == [1, 7]
    assert len(await ids(sandbox, offset=1, limit=1000)) == 100


async def test_a_poller_that_went_away_ends_nobody() -> None:
    async with Sandbox() as sandbox:
        gone = asyncio.create_task(call(sandbox, "getUpdates", timeout=50))
        await sandbox.polled()
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        await sandbox.person("Amina").says("hello")
        assert len(await ids(sandbox, timeout=5)) == 1


async def test_polling_the_same_offset_again_is_slowed_down(sandbox: Sandbox) -> None:
    amina = sandbox.person("Amina")
    await amina.says("a")
    await amina.says("b")
    assert len(await ids(sandbox, offset=5)) == 2
    assert len(await ids(sandbox, offset=5)) == 1
    sandbox.clock.advance(0.6)
    assert len(await ids(sandbox, offset=5)) == 2
    sandbox.world.updates.clear()
    poll = asyncio.create_task(ids(sandbox, offset=5, timeout=0))
    await sandbox.polled()
    sandbox.clock.advance(3)
    assert await poll == []


async def test_without_the_penalty_the_same_offset_may_be_polled_at_will() -> None:
    async with Sandbox(clock=Clock(MORNING, running=False), penalty=False) as sandbox:
        amina = sandbox.person("Amina")
        await amina.says("a")
        await amina.says("b")
        assert [len(await ids(sandbox)) for _ in range(3)] == [2, 2, 2]


async def test_messages_wait_a_day_and_taps_150_seconds(sandbox: Sandbox) -> None:
    amina = sandbox.person("Amina", started=True)
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "yes"}]]}
    await done(sandbox, "sendMessage", chat_id=amina.id, text="Well?", reply_markup=keyboard)
    await amina.says("a word")
    await amina.taps("Yes", on=amina.last)
    sandbox.clock.advance(149)
    assert [list(each)[1] for each in await done(sandbox, "getUpdates")] == ["message", "callback_query"]
    sandbox.clock.advance(1)
    assert [list(each)[1] for each in await done(sandbox, "getUpdates")] == ["message"]
    sandbox.clock.advance(86_400)
    assert await ids(sandbox, offset=1) == []
    assert sandbox.world.updates.dropped == 2


async def test_allowed_updates_are_remembered_and_applied_when_an_update_is_made(sandbox: Sandbox) -> None:
    amina = sandbox.person("Amina")
    said = await amina.says("before")
    await amina.edits(said, "before, edited")
    assert len(await ids(sandbox, allowed_updates=["message"])) == 2
    await amina.edits(said, "after")
    await amina.says("word")
    sandbox.clock.advance(1)
    kinds = [list(each)[1] for each in await done(sandbox, "getUpdates")]
    assert kinds == ["message", "edited_message", "message"]


async def test_reactions_come_only_when_asked_for(sandbox: Sandbox) -> None:
    amina = sandbox.person("Amina", started=True)
    group = sandbox.group("Moderators", [amina])
    await done(sandbox, "sendMessage", chat_id=group.id, text="Well?")
    await amina.reacts(group.last, "👍")
    assert (
        await ids(sandbox, allowed_updates=["message", "message_reaction"], offset=1, limit=1, timeout=0)
        == []
    )
    await amina.reacts(group.last, "🔥")
    (update,) = await done(sandbox, "getUpdates", offset=2)
    assert update["message_reaction"]["old_reaction"] == [{"type": "emoji", "emoji": "👍"}]


async def test_after_a_silent_week_the_next_id_is_any_number(sandbox: Sandbox) -> None:
    """R3: ids may fall; an offset beyond what the queue knows confirms nothing."""
    amina = sandbox.person("Amina")
    numbers = []
    for _ in range(6):
        await amina.says("hello")
        (number,) = await ids(sandbox, offset=0)
        assert await ids(sandbox, offset=number + 1, timeout=0) == []
        numbers.append(number)
        sandbox.clock.advance(8 * 86_400)
    assert any(later < earlier for earlier, later in itertools.pairwise(numbers))
    assert all(abs(later - earlier) > 1 for earlier, later in itertools.pairwise(numbers))


async def test_an_update_can_be_given_twice_and_order_can_be_lost(sandbox: Sandbox) -> None:
    """R3, R5: redelivery and permuted deliveries."""
    amina = sandbox.person("Amina")
    sandbox.repeat()
    await amina.says("once")
    (number,) = await ids(sandbox)
    assert await ids(sandbox, offset=number + 1) == [number]
    sandbox.clock.advance(3)
    assert await ids(sandbox, offset=number + 1) == []
    sandbox.hold()
    for word in "abcdef":
        await amina.says(word)
    assert sandbox.world.updates.pending == {}
    assert sandbox.release(shuffled=True) == 6
    sandbox.clock.advance(3)
    words = [each["message"]["text"] for each in await done(sandbox, "getUpdates", offset=number + 1)]
    assert sorted(words) == list("abcdef") != words


async def test_a_webhook_and_polling_exclude_each_other(sandbox: Sandbox) -> None:
    poll = asyncio.create_task(call(sandbox, "getUpdates", timeout=50))
    await sandbox.polled()
    assert await done(sandbox, "setWebhook", url="http://127.0.0.1:9/hook")
    assert (await poll)["description"] == "Conflict: terminated by setWebhook request"
    second = asyncio.create_task(refused(sandbox, "getUpdates"))
    await eventually(lambda: sandbox.clock.waiting > 0)
    sandbox.clock.advance(3)
    assert await second == (
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    )
    assert await done(sandbox, "deleteWebhook")
    assert await ids(sandbox, offset=1) == []


@pytest.mark.parametrize("path", ["bot4242:wrong/getMe", "botnonsense/getMe"])
async def test_a_wrong_token_opens_nothing(sandbox: Sandbox, path: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{sandbox.url}/{path}") as response:
        assert (response.status, (await response.json())["description"]) in [
            (401, "Unauthorized"),
            (404, "Not Found"),
        ]


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(-3, 12)), max_size=30), st.integers(0, 5))
def test_nothing_above_the_offset_is_ever_lost(steps: list[tuple[int, int]], seed: int) -> None:
    """R3: what was never confirmed is given again, in the order of its ids."""
    queue = Updates(random.Random(seed))
    first, offset, confirmed = queue.next_id, 0, queue.next_id
    for new, move in steps:
        for _ in range(new):
            queue.add("message", {}, ("message", 1), 0.0)
        given_ = [update.id for update in queue.get(offset, 100, 0.0)]
        assert given_ == list(range(max(confirmed, first), queue.next_id))[:100]
        if given_ and move > 0:
            offset = min(given_[0] + move, given_[-1] + 1)
            confirmed = offset
