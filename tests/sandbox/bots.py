"""Bots for the tests: the two libraries unmodified, and bare HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import telegram
from aiogram import Bot as AiogramBot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from sandbox import Sandbox

Json = dict[str, Any]


@dataclass(frozen=True)
class Address:
    """Where a sandbox is, in this process or another."""

    url: str
    token: str


def library(sandbox: Sandbox | Address) -> telegram.Bot:
    """python-telegram-bot, pointed at the sandbox."""
    return telegram.Bot(sandbox.token, base_url=f"{sandbox.url}/bot", base_file_url=f"{sandbox.url}/file/bot")


@asynccontextmanager
async def aiogram(sandbox: Sandbox) -> AsyncIterator[AiogramBot]:
    """aiogram, pointed at the sandbox."""
    server = TelegramAPIServer(
        base=f"{sandbox.url}/bot{{token}}/{{method}}", file=f"{sandbox.url}/file/bot{{token}}/{{path}}"
    )
    async with AiogramBot(sandbox.token, session=AiohttpSession(api=server)) as bot:
        yield bot


async def call(sandbox: Sandbox, method: str, **parameters: Any) -> Json:
    """One bare API call with a JSON body; the JSON that comes back."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{sandbox.url}/bot{sandbox.token}/{method}", json=parameters) as response,
    ):
        answer: Json = await response.json()
        return answer


async def refused(sandbox: Sandbox, method: str, **parameters: Any) -> str:
    """What an API call that must fail is told."""
    answer = await call(sandbox, method, **parameters)
    assert answer["ok"] is False, answer
    return str(answer["description"])


async def done(sandbox: Sandbox, method: str, **parameters: Any) -> Any:
    """What an API call that must succeed is given."""
    answer = await call(sandbox, method, **parameters)
    assert answer["ok"] is True, answer
    return answer["result"]


async def echo(bot: telegram.Bot) -> None:
    """A bot that says everything again, with a button, until it is cancelled."""
    offset = 0
    while True:
        for update in await bot.get_updates(offset=offset, timeout=20):
            offset = update.update_id + 1
            if query := update.callback_query:
                await query.answer(f"noted {query.data}")
                await query.edit_message_text(f"you chose {query.data}")
            elif update.message:
                button = telegram.InlineKeyboardButton("Again", callback_data="again")
                await bot.send_message(
                    update.message.chat_id,
                    f"echo: {update.message.text}",
                    reply_markup=telegram.InlineKeyboardMarkup([[button]]),
                )


@asynccontextmanager
async def echoing(sandbox: Sandbox | Address) -> AsyncIterator[None]:
    """The echo bot at work."""
    async with library(sandbox) as bot:
        task = asyncio.create_task(echo(bot))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def eventually(condition: Callable[[], bool]) -> None:
    """Come back when the condition holds; fails after 5 real seconds."""
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.001)
