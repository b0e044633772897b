"""Telegram shows commands and descriptions in each language; moderators see theirs as well."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from telegram import BotCommandScopeChat

from bot.chat.commands import EVERYBODY, MODERATORS, announce
from bot.chat.face import Line
from bot.people import Moderator, Partner, Role
from bot.ports import Unit
from bot.words import Catalogs
from sandbox import Fault, Sandbox
from storage.database import Database
from tests.fakes import FakeClock
from tests.stores import SqliteFiles, opened

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
async def store(files: SqliteFiles) -> AsyncIterator[Database]:
    async with opened(files.fresh()) as database:
        await database.transact(lambda unit: unit.people.add_partner(Partner("atd", "ATD Fourth World")))
        yield database


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(flood=False) as pretended:
        yield pretended


@pytest.fixture
async def line(sandbox: Sandbox) -> AsyncIterator[Line]:
    opened_line = Line(sandbox.token, sandbox.url)
    await opened_line.open()
    yield opened_line
    await opened_line.close()


async def test_everybody_sees_the_commands_in_their_own_language(
    line: Line, store: Database, catalogs: Catalogs
) -> None:
    assert await announce(line.bot, store, catalogs)
    english = await line.bot.get_my_commands()
    french = await line.bot.get_my_commands(language_code="fr")
    assert {command.command: command.description for command in english} == EVERYBODY
    assert [command.command for command in french] == list(EVERYBODY)
    assert not {command.description for command in french} & set(EVERYBODY.values())
    assert (await line.bot.get_my_name()).name == "Voices"
    arabic = await line.bot.get_my_short_description(language_code="ar")
    assert arabic.short_description not in {"", (await line.bot.get_my_short_description()).short_description}
    assert "emergency" in (await line.bot.get_my_description()).description


async def test_what_telegram_knows_already_is_not_told_again(
    line: Line, store: Database, sandbox: Sandbox, catalogs: Catalogs
) -> None:
    await announce(line.bot, store, catalogs)
    told = sandbox.seq
    assert await announce(line.bot, store, catalogs)
    assert sandbox.seq == told


async def test_what_telegram_refuses_is_told_next_time(
    line: Line, store: Database, sandbox: Sandbox, catalogs: Catalogs
) -> None:
    clock, told = FakeClock(), len(catalogs.ready)
    sandbox.fail("setMyName", how=Fault.too_many(3600))
    sandbox.fail("setMyDescription", how=Fault.server_error())
    assert not await announce(line.bot, store, catalogs, now=clock.now)
    assert not await announce(line.bot, store, catalogs, now=clock.now)
    assert [len(sandbox.calls(name)) for name in ("setMyName", "setMyDescription", "setMyCommands")] == [
        told,
        told + 1,
        told,
    ]
    clock.advance(3601)
    assert await announce(line.bot, store, catalogs, now=clock.now)
    assert len(sandbox.calls("setMyName")) == told + 1


async def test_moderators_see_their_commands_until_they_are_none(
    line: Line, store: Database, sandbox: Sandbox, catalogs: Catalogs
) -> None:
    rakoto = sandbox.person("Rakoto", started=True)

    def join(unit: Unit) -> Moderator:
        address = unit.people.add_address(rakoto.id, rakoto.id, NOW)
        return unit.people.add_moderator(address, "atd", Role.MODERATOR, "fr", NOW)

    moderator = await store.transact(join)
    await announce(line.bot, store, catalogs)
    scope = BotCommandScopeChat(rakoto.id)
    found = await line.bot.get_my_commands(scope=scope)
    assert [command.command for command in found] == [*MODERATORS, *EVERYBODY]
    await store.transact(lambda unit: unit.people.save_moderator(replace(moderator, left_at=NOW)))
    assert await announce(line.bot, store, catalogs)
    assert not await line.bot.get_my_commands(scope=scope)
