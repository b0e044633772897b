"""The dialog with aiogram: a finite state machine kept on Redis, as its documentation shows."""

import asyncio
import os

from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.redis import RedisStorage
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message
from redis.asyncio import BlockingConnectionPool, Redis

from benchmarks.rivals.dialog import API, QUESTIONS, THANKS, TOKEN, Stories, after, asked

STORIES = Stories()
router = Router()


class Walk(StatesGroup):
    """A state for each question."""

    language, consent, keep, age, country, hardest, story, rating, confirm = (State() for _ in QUESTIONS)


async def _ask(message: Message, state: FSMContext, name: str) -> None:
    rows = [[InlineKeyboardButton(text=label, callback_data=label)] for label in QUESTIONS[name][1]]
    await state.set_state(getattr(Walk, name))
    await message.answer(
        asked(name, await state.get_data()),
        reply_markup=InlineKeyboardMarkup(inline_keyboard=rows) if rows else None,
    )


@router.message(CommandStart())
async def begin(message: Message, state: FSMContext) -> None:
    """/start."""
    await state.clear()
    await _ask(message, state, "language")


@router.callback_query(F.data)
async def pressed(query: CallbackQuery, state: FSMContext) -> None:
    """A button."""
    await query.answer()
    if isinstance(query.message, Message):
        await _goes_on(query.message, state, query.data or "", written=False)


@router.message(F.text)
async def written(message: Message, state: FSMContext) -> None:
    """A text."""
    await _goes_on(message, state, message.text or "", written=True)


async def _goes_on(message: Message, state: FSMContext, answer: str, *, written: bool) -> None:
    name = (await state.get_state() or "").removeprefix("Walk:")
    if name not in QUESTIONS or written == bool(QUESTIONS[name][1]):
        return
    answers = await state.update_data({name: answer})
    if following := after(name):
        await _ask(message, state, following)
        return
    number = STORIES.add(message.chat.id, answers)
    await state.clear()
    await message.answer(THANKS.format(number=number))


async def main() -> None:
    """Run until stopped."""
    # The library's own pool refuses what exceeds 100 connections, and the update is lost; this one waits.
    pool = BlockingConnectionPool.from_url(os.environ["BENCH_REDIS"], max_connections=64, timeout=None)
    dispatcher = Dispatcher(storage=RedisStorage(Redis(connection_pool=pool)))
    dispatcher.include_router(router)
    session = AiohttpSession(api=TelegramAPIServer.from_base(API))
    await dispatcher.start_polling(Bot(TOKEN, session=session))


if __name__ == "__main__":
    asyncio.run(main())
