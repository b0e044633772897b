"""What Telegram shows of the bot before a word is said: commands, name, descriptions, by language."""

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

from telegram import Bot, BotCommand, BotCommandScopeChat
from telegram.error import TelegramError

from bot.ports import Store, Unit
from bot.speech import Sentence
from bot.words import FALLBACK, Catalogs, Words

MARK = "commands"
CHAT = "chat:"

EVERYBODY = {
    "start": "Begin, or come back",
    "mine": "See and change what you told",
    "initiative": "Tell what people do for one another",
    "resume": "Go on where you stopped",
    "language": "Choose another language",
    "help": "What this is, and where to find help",
    "privacy": "Who can see what you tell",
    "stop": "Stop for now, and no more messages from us",
    "mydata": "See everything we hold about you",
    "withdraw": "Take one thing back that you told",
    "forget": "Have everything about you erased",
}
"""Commands for everybody and their descriptions (catalog "chat")."""

MODERATORS = {
    "queue": "What is waiting to be read",
    "next": "Take the next voice",
    "claimed": "What you have open",
}
"""Commands moderators see before those of everybody (catalog "desk")."""

NAME = "Voices"
SHORT = "Say what you live through, in your own language. Volunteers read every voice."
DESCRIPTION = (
    "Say what you and the people around you live through, in your own language, in a few minutes: in writing, "
    "by voice, with a photo. Volunteers read every voice. Nothing is published unless you allow it.\n\n"
    "Telegram can see this chat. This is not an emergency line."
)

log = logging.getLogger("voices.commands")


@dataclass(frozen=True, slots=True)
class _Notice:
    """One thing Telegram is to show: its words, to see whether they changed, and the calls that set it."""

    words: tuple[str, ...]
    tell: Callable[[], Awaitable[object]]

    @property
    def digest(self) -> str:
        return hashlib.sha256("\0".join(self.words).encode()).hexdigest()[:16]


async def announce(bot: Bot, store: Store, catalogs: Catalogs) -> bool:
    """Tell Telegram the commands and descriptions that changed since last time; whether it now knows them all.

    What Telegram refuses is logged and tried again by the next call. Moderators get theirs in their own chat; whoever
    no longer is one loses them.
    """
    shown, moderators = await store.transact(_known)
    wanted = _wanted(bot, catalogs, moderators)
    told: dict[str, str] = {}
    for key, notice in wanted.items():
        if shown.get(key) == notice.digest or await _done(key, notice.tell()):
            told[key] = notice.digest
    gone = {key: digest for key, digest in shown.items() if key.startswith(CHAT) and key not in moderators}
    for key, digest in gone.items():
        chat = await store.transact(partial(_chat_of, key))
        if chat is not None and not await _done(key, bot.delete_my_commands(BotCommandScopeChat(chat))):
            told[key] = digest
    await store.transact(lambda unit: unit.marks.set(MARK, json.dumps(told)))
    return told.keys() == wanted.keys()


def _known(unit: Unit) -> tuple[dict[str, str], dict[str, tuple[int, str | None]]]:
    """What Telegram was told, and every moderator's chat and language."""
    moderators = {}
    for partner in unit.people.partners():
        for moderator in unit.people.moderators_of(partner.id):
            chat = unit.people.chat(moderator.address)
            if chat is not None and moderator.active:
                moderators[CHAT + moderator.address] = (chat, moderator.language)
    return json.loads(unit.marks.get(MARK) or "{}"), moderators


def _chat_of(key: str, unit: Unit) -> int | None:
    return unit.people.chat(key.removeprefix(CHAT))


def _wanted(
    bot: Bot, catalogs: Catalogs, moderators: Mapping[str, tuple[int, str | None]]
) -> dict[str, _Notice]:
    notices = {
        f"language:{language.code}": _in_language(bot, catalogs.words(language.code))
        for language in catalogs.ready
    }
    for key, (chat, language) in moderators.items():
        notices[key] = _for_moderator(bot, catalogs.words(language), chat)
    return notices


def _in_language(bot: Bot, words: Words) -> _Notice:
    """Commands for everybody, name and descriptions; English is what Telegram shows where there is no other."""
    code = None if words.language == FALLBACK else words.language
    commands = _commands(words, EVERYBODY, "chat")
    name, short, long = (words.say(Sentence(text)) for text in (NAME, SHORT, DESCRIPTION))

    async def tell() -> None:
        await bot.set_my_commands(commands, language_code=code)
        await bot.set_my_description(long, language_code=code)
        await bot.set_my_short_description(short, language_code=code)
        await bot.set_my_name(name, language_code=code)

    return _Notice((name, short, long, *_texts(commands)), tell)


def _for_moderator(bot: Bot, words: Words, chat: int) -> _Notice:
    commands = [*_commands(words, MODERATORS, "desk"), *_commands(words, EVERYBODY, "chat")]

    async def tell() -> None:
        await bot.set_my_commands(commands, scope=BotCommandScopeChat(chat))

    return _Notice(_texts(commands), tell)


def _commands(words: Words, described: Mapping[str, str], domain: str) -> list[BotCommand]:
    return [BotCommand(name, words.say(Sentence(text, domain=domain))) for name, text in described.items()]


def _texts(commands: list[BotCommand]) -> tuple[str, ...]:
    return tuple(f"/{command.command} {command.description}" for command in commands)


async def _done(key: str, telling: Awaitable[object]) -> bool:
    try:
        await telling
    except TelegramError as error:
        log.warning("Telegram was not told %s: %s", key.partition(":")[0], type(error).__name__)
        return False
    return True
