"""The doctor: looks at a set-up and says what is wrong with it, and what to do."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TextIO

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot import wiring
from bot.chat.request import Request
from bot.clock import SystemClock
from bot.config import Settings
from bot.people import Role
from bot.ports import Unit
from bot.words import Catalogs

ROOM = 500 * 1024 * 1024
"""Bytes that should be free on the data folder's disk."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what, whether it is well, and what to do where it is not."""

    what: str
    well: bool
    remedy: str = ""


async def examine(settings: Settings, out: TextIO) -> int:
    """Write one line for each thing looked at; 1 where something is wrong, else 0."""
    wrong = 0
    async for finding in findings(settings):
        wrong += not finding.well
        out.write(
            f"{'✓' if finding.well else '✗'} {finding.what}{'' if finding.well else f': {finding.remedy}'}\n"
        )
    out.write("All is well.\n" if not wrong else f"{wrong} to be looked at.\n")
    return int(wrong > 0)


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    """Everything worth looking at, the most basic first; stops where nothing further can be seen."""
    free = shutil.disk_usage(_existing(settings)).free
    yield Finding(
        f"{free // 2**20} MB are free for the data", free >= ROOM, "make room: a full disk stops the intake"
    )
    try:
        async with wiring.opened(settings, SystemClock(), alone=False) as (store, _):
            yield Finding(f"the keys are in {settings.key_file}, readable by you alone", well=True)
            yield Finding("the database opens and has this version's shape", well=True)
            for finding in await store.transact(_rows):
                yield finding
    except wiring.Fault as fault:
        yield Finding("the data cannot be opened", well=False, remedy=str(fault))
    yield await _telegram(settings)
    for language in Catalogs.read().ready:
        yield Finding(
            f"the words in {language.english} are vouched for",
            bool(language.vouched_by),
            "they are a machine's draft: ask a native speaker, then name them in locales/languages.toml",
        )


def _existing(settings: Settings) -> str:
    folder = settings.data_dir.resolve()
    while not folder.exists():
        folder = folder.parent
    return str(folder)


def _rows(unit: Unit) -> list[Finding]:
    partners = unit.people.partners()
    found = [
        Finding(
            "a partner is named",
            any(partner.contact for partner in partners),
            "voices team partner NAME --contact ADDRESS",
        )
    ]
    for partner in partners:
        active = [each.role for each in unit.people.moderators_of(partner.id) if each.active]
        found.append(
            Finding(
                f"{partner.name} has {len(active)} who read",
                bool(active),
                "voices team invite: nobody reads the voices",
            )
        )
        found.append(
            Finding(
                f"{partner.name} has a focal point",
                Role.FOCAL_POINT in active,
                "voices team invite --role focal_point: sensitive voices wait unseen",
            )
        )
    return found


async def _telegram(settings: Settings) -> Finding:
    if settings.token is None:
        return Finding("no token is set", well=False, remedy="VOICES_TOKEN=… (from @BotFather)")
    request = Request(settings.api_url)
    await request.initialize()
    try:
        bot = Bot(
            settings.bot_token,
            base_url=f"{settings.api_url}/bot",
            request=request,
            get_updates_request=request,
        )
        me = await bot.get_me()
        hook = await bot.get_webhook_info()
    except InvalidToken:
        return Finding(
            "Telegram does not know this token", well=False, remedy="copy it again from @BotFather"
        )
    except TelegramError as fault:
        return Finding(
            f"{settings.api_url} cannot be reached",
            well=False,
            remedy=f"{type(fault).__name__}: check the network",
        )
    finally:
        await request.shutdown()
    if hook.url:
        return Finding(
            f"@{me.username} has a webhook set",
            well=False,
            remedy="remove it: this bot asks for updates itself",
        )
    return Finding(f"Telegram answers: the bot is @{me.username}", well=True)
