"""Webhooks: secret, order, retries, what Telegram tells about them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from sandbox import Sandbox
from tests.sandbox.bots import Json, done, eventually, refused


@dataclass
class Hook:
    """A bot behind a webhook: notes what comes, answers as told."""

    url: str = ""
    came: list[Json] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    answer: Callable[[Json], web.Response] = lambda update: web.Response()
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    inside: int = 0
    most: int = 0

    @property
    def words(self) -> list[str]:
        """The texts that came."""
        return [update["message"]["text"] for update in self.came if "message" in update]

    async def take(self, request: web.Request) -> web.Response:
        update = await request.json()
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.inside += 1
        self.most = max(self.most, self.inside)
        await self.gate.wait()
        self.inside -= 1
        self.came.append(update)
        return self.answer(update)


@asynccontextmanager
async def hooked() -> AsyncIterator[Hook]:
    hook = Hook()
    hook.gate.set()
    app = web.Application()
    app.router.add_post("/hook", hook.take)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield hook
    finally:
        await runner.cleanup()


async def test_updates_are_pushed_with_the_secret_and_then_gone(sandbox: Sandbox) -> None:
    async with hooked() as hook:
        await done(sandbox, "setWebhook", url=hook.url, secret_token="s-3_cret")
        await sandbox.person("Amina").says("hello")
        await sandbox.quiet()
        assert (hook.words, hook.secrets) == (["hello"], ["s-3_cret"])
        info = await done(sandbox, "getWebhookInfo")
        assert info == {
            "url": hook.url,
            "has_custom_certificate": False,
            "pending_update_count": 0,
            "max_connections": 40,
            "ip_address": "127.0.0.1",
        }


async def test_what_waited_before_the_webhook_was_set_comes_too_unless_dropped(sandbox: Sandbox) -> None:
    async with hooked() as hook:
        amina = sandbox.person("Amina")
        await amina.says("dropped")
        await done(sandbox, "setWebhook", url=hook.url, drop_pending_updates=True)
        await done(sandbox, "deleteWebhook")
        await amina.says("kept")
        await done(sandbox, "setWebhook", url=hook.url)
        await sandbox.quiet()
        assert hook.words == ["kept"]


async def test_one_chat_comes_in_order_and_chats_come_side_by_side(sandbox: Sandbox) -> None:
    async with hooked() as hook:
        hook.gate.clear()
        await done(sandbox, "setWebhook", url=hook.url)
        amina, rakoto = sandbox.person("Amina"), sandbox.person("Rakoto")
        for word in "abc":
            await amina.says(word)
        await rakoto.says("x")
        await eventually(lambda: hook.inside == 2)
        hook.gate.set()
        await sandbox.quiet()
        assert hook.most == 2
        assert [word for word in hook.words if word in "abc"] == ["a", "b", "c"]


async def test_a_tap_does_not_wait_for_a_message_of_the_same_person(sandbox: Sandbox) -> None:
    """R5: messages and taps of one person come in different lanes."""
    async with hooked() as hook:
        amina = sandbox.person("Amina", started=True)
        keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "yes"}]]}
        await done(sandbox, "sendMessage", chat_id=amina.id, text="Well?", reply_markup=keyboard)
        hook.gate.clear()
        await done(sandbox, "setWebhook", url=hook.url)
        await amina.says("word")
        await amina.taps("Yes", on=amina.last)
        await eventually(lambda: hook.inside == 2)
        hook.gate.set()
        await sandbox.quiet()


async def test_no_more_calls_at_once_than_max_connections(sandbox: Sandbox) -> None:
    async with hooked() as hook:
        hook.gate.clear()
        await done(sandbox, "setWebhook", url=hook.url, max_connections=2)
        for number in range(5):
            await sandbox.person(f"Person {number}").says("hello")
        await eventually(lambda: hook.inside == 2)
        hook.gate.set()
        await sandbox.quiet()
        assert (len(hook.came), hook.most) == (5, 2)


async def test_a_failing_webhook_is_called_again_at_once_then_ever_later_on_the_sandbox_clock(
    sandbox: Sandbox,
) -> None:
    async with hooked() as hook:
        hook.answer = lambda update: web.Response(status=500)
        await done(sandbox, "setWebhook", url=hook.url)
        await sandbox.person("Amina").says("hello")
        waits = []
        await eventually(lambda: len(hook.came) == 2 and not sandbox.gateway.webhook.sending)
        for expected in (3, 4, 5):
            began = sandbox.clock.now()
            while len(hook.came) < expected:
                sandbox.clock.advance(0.5)
                await asyncio.sleep(0.01)
            waits.append(round(sandbox.clock.now() - began))
        assert waits == [2, 4, 8]
        info = await done(sandbox, "getWebhookInfo")
        assert info["last_error_message"] == "Wrong response from the webhook: 500 Internal Server Error"
        assert info["pending_update_count"] == 1
        hook.answer = lambda update: web.Response()
        sandbox.clock.advance(16)
        await sandbox.quiet()


async def test_retry_after_is_honoured(sandbox: Sandbox) -> None:
    async with hooked() as hook:
        hook.answer = lambda update: web.Response(status=503, headers={"Retry-After": "100"})
        await done(sandbox, "setWebhook", url=hook.url)
        await sandbox.person("Amina").says("hello")
        await eventually(lambda: sandbox.gateway.webhook.last_error is not None)
        hook.answer = lambda update: web.Response()
        sandbox.clock.advance(99)
        await asyncio.sleep(0.02)
        assert len(hook.came) == 1
        sandbox.clock.advance(1)
        await sandbox.quiet()
        assert len(hook.came) == 2


async def test_a_bot_that_says_nothing_for_a_minute_is_asked_again(sandbox: Sandbox) -> None:
    async with hooked() as hook:
        hook.gate.clear()
        await done(sandbox, "setWebhook", url=hook.url)
        await sandbox.person("Amina").says("hello")
        await eventually(lambda: hook.inside == 1 and sandbox.clock.waiting > 0)
        sandbox.clock.advance(60)
        await eventually(lambda: hook.inside == 2)
        hook.gate.set()
        await sandbox.quiet()
        assert (await done(sandbox, "getWebhookInfo"))["last_error_message"] == "Read timeout expired"


async def test_nothing_is_brought_after_24_hours_of_failure(sandbox: Sandbox) -> None:
    async with hooked() as hook:
        hook.answer = lambda update: web.Response(status=500)
        await done(sandbox, "setWebhook", url=hook.url)
        await sandbox.person("Amina").says("hello")
        await eventually(lambda: len(hook.came) == 2 and not sandbox.gateway.webhook.sending)
        sandbox.clock.advance(86_401)
        await sandbox.quiet()
        assert sandbox.world.updates.dropped == 1


async def test_a_webhook_that_is_gone_for_23_hours_is_closed(sandbox: Sandbox) -> None:
    async with hooked() as hook:
        hook.answer = lambda update: web.Response(status=410)
        await done(sandbox, "setWebhook", url=hook.url)
        await sandbox.person("Amina").says("hello")
        await eventually(lambda: len(hook.came) >= 2 and not sandbox.gateway.webhook.sending)

        async def after(hours: float) -> tuple[str, int]:
            calls = len(hook.came)
            sandbox.clock.advance(hours * 3600)
            await eventually(lambda: len(hook.came) > calls and not sandbox.gateway.webhook.sending)
            info = await done(sandbox, "getWebhookInfo")
            return info["url"], info["pending_update_count"]

        assert await after(22) == (hook.url, 1)
        assert await after(1.5) == ("", 1)


async def test_an_update_is_brought_twice_on_demand(sandbox: Sandbox) -> None:
    """R3: the same update again, with the same id."""
    async with hooked() as hook:
        await done(sandbox, "setWebhook", url=hook.url)
        sandbox.repeat()
        await sandbox.person("Amina").says("hello")
        await sandbox.quiet()
        assert len(hook.came) == 2
        assert hook.came[0] == hook.came[1]


async def test_a_method_in_the_answer_is_performed(sandbox: Sandbox) -> None:
    async with hooked() as hook:
        amina = sandbox.person("Amina")
        hook.answer = lambda update: web.json_response(
            {"method": "sendMessage", "chat_id": amina.id, "text": f"echo {update['message']['text']}"}
        )
        await done(sandbox, "setWebhook", url=hook.url)
        await amina.says("hello")
        await amina.sees("echo hello")


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"url": "gopher://x"}, "Bad Request: invalid webhook URL specified"),
        (
            {"url": "https://example.com/hook"},
            "Bad Request: bad webhook: the sandbox calls hosts of this machine and its private network only",
        ),
        (
            {"url": "http://localhost/", "secret_token": "no spaces"},
            "Bad Request: secret token contains unallowed characters",
        ),
        ({"url": "http://localhost/", "secret_token": "x" * 257}, "Bad Request: secret token is too long"),
    ],
)
async def test_a_wrong_webhook_is_refused(sandbox: Sandbox, parameters: Json, words: str) -> None:
    assert await refused(sandbox, "setWebhook", **parameters) == words
