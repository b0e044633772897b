"""One host, no redirects, no secrets in errors, and certainty about what was not sent."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from telegram import Bot
from telegram.error import BadRequest, NetworkError

from bot.chat.face import Line, TokenRefused
from bot.chat.request import NotSent, Request, TooFast, Uncertain
from sandbox import Fault, Sandbox

TOKEN = "123456:canary-token-canary-token"
Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(answer: bytes) -> AsyncIterator[str]:
    """A server that reads one request and writes these bytes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"


def http(status: str, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def ask(origin: str) -> object:
    """Call getMe there."""
    request = Request(origin, read=1)
    await request.initialize()
    try:
        return await request.post(f"{origin}/bot{TOKEN}/getMe")
    finally:
        await request.shutdown()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (http("200 OK", b'{"ok": true'), Uncertain),
        (http("200 OK", b"not json"), Uncertain),
        (http("200 OK", b'{"result'), Uncertain),
        (http("200 OK", b'"result"'), Uncertain),
        (http("200 OK", b'{"ok": true}'), Uncertain),
        (http("200 OK", b"[" * 100_000 + b'"result"'), Uncertain),
        (http("502 Bad Gateway", b"<html>"), Uncertain),
        (http("302 Found", b"", "Location: http://169.254.169.254/"), Uncertain),
        (b"", Uncertain),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", Uncertain),
        (b"nonsense\r\n\r\n", Uncertain),
        (http("400 Bad Request", b"<html>"), BadRequest),
        (http("429 Too Many", b"<html>"), TooFast),
        (http("413 Too Large", b"[]"), NetworkError),
    ],
)
async def test_every_answer_has_its_error(answer: bytes, error: type[Exception]) -> None:
    """R13: 4xx = no; everything broken = unknown. S26: redirects are not followed."""
    async with server(answer) as origin:
        with pytest.raises(error) as raised:
            await ask(origin)
    assert type(raised.value) is error
    assert TOKEN not in str(raised.value)


async def test_what_finds_no_server_was_not_sent() -> None:
    """R13: connect error = not sent."""
    async with server(b"") as origin:
        pass
    with pytest.raises(NotSent):
        await ask(origin)


async def test_what_finds_no_free_connection_was_not_sent() -> None:
    """R13: pool error = not sent."""
    async with Sandbox() as sandbox:
        request = Request(sandbox.url, connections=1, connect=0.1, read=5)
        await request.initialize()
        sandbox.fail("getMe", how=Fault.hangs())
        url = f"{sandbox.url}/bot{sandbox.token}/getMe"
        first = asyncio.create_task(request.post(url))
        await sandbox.called("getMe")
        with pytest.raises(NotSent):
            await request.post(url)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await request.shutdown()


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/x", "http://evil.example/bot", "https://api.telegram.org@evil/", "//x"]
)
async def test_no_other_host_is_spoken_to(url: str) -> None:
    """S26, S52: one outbound client, a fixed host."""
    request = Request("https://api.telegram.org")
    await request.initialize()
    with pytest.raises(NotSent):
        await request.call(url, {}, 1)
    await request.shutdown()


async def test_a_closed_request_sends_nothing() -> None:
    with pytest.raises(NotSent):
        await Request("http://127.0.0.1:9").call("http://127.0.0.1:9/x", {}, 1)


async def test_files_are_uploaded_with_their_names() -> None:
    async with Sandbox() as sandbox:
        amina = sandbox.person("Amina", started=True)
        line = Line(sandbox.token, sandbox.url)
        await line.open()
        await line.bot.send_document(amina.id, b"{}", filename="mes données.json", caption="é\ud800")
        (call,) = sandbox.calls("sendDocument")
        assert call.answer["result"]["document"]["file_name"] == "mes données.json"
        await line.close()


async def test_a_refused_token_is_named_without_saying_it() -> None:
    """S27: the library's own error quotes the token."""
    async with Sandbox() as sandbox:
        line = Line(TOKEN, sandbox.url)
        with pytest.raises(TokenRefused) as refused:
            await line.open()
        await line.close()
    assert TOKEN not in repr(refused.value)
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("body", [b"canary-words", b'{"ok": true, "result": "canary-words"}'])
async def test_neither_token_nor_words_reach_a_log(body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """S27: at DEBUG, with broken JSON, 401 and timeouts."""
    caplog.set_level(logging.DEBUG)
    async with server(http("200 OK", body)) as origin:
        bot = Bot(
            TOKEN, base_url=f"{origin}/bot", request=Request(origin), get_updates_request=Request(origin)
        )
        with pytest.raises((NetworkError, AttributeError, TypeError)):
            await bot.initialize()
        with pytest.raises((NetworkError, AttributeError, TypeError)):
            await bot.send_message(7, "canary-words")
        await bot.shutdown()
    assert "canary" not in caplog.text
