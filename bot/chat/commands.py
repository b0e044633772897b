"""What Telegram shows of the bot before a word is said: commands, name, descriptions, by language."""

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from telegram import Bot, BotCommand, BotCommandScopeChat
from telegram.error import TelegramError

from bot.chat.request import TooFast
from bot.people import Role
from bot.ports import Store, Unit
from bot.speech import Sentence
from bot.words import FALLBACK, Catalogs, Words

MARK = "commands"
CHAT = "chat:"

EVERYBODY = {
    "start": "Begin, or come back",
    "mine": "See and change what you told",
    "voices": "Read what others told",
    "initiative": "Tell what people do for one another",
    "checkins": "How often and when we ask you again",
    "resume": "Go on where you stopped",
    "language": "Choose another language",
    "help": "What this is, and where to find help",
    "privacy": "Who can see what you tell",
    "stop": "Stop for now, and no more messages from us",
    "hide": "Take what was said out of this chat",
    "mydata": "See everything we hold about you",
    "withdraw": "Take one thing back that you told",
    "forget": "Have everything about you erased",
}
"""Commands for everybody and their descriptions (catalog "chat")."""

MODERATORS = {
    "queue": "What is waiting to be read",
    "next": "Take the next voice",
    "claimed": "What you have open",
    "search": "Find a voice again",
    "translate": "Published voices in other languages",
    "stats": "The queue in numbers",
    "offers": "What people answered to published voices",
    "team": "Your team, and the languages you read",
}
"""Commands moderators see before those of everybody (catalog "desk")."""

LEADS = {
    "wedid": "Tell people what came of it",
    "campaigns": "Ask people again: compose, start, follow",
    "report": "A report of accepted voices",
    "export": "Files that were taken out, until when",
}
"""Commands leads see before those (catalog "desk")."""

FOCAL = {"sensitive": "Cases that only you read"}
"""Commands focal points see before those (catalog "desk")."""

AUTHORS = {"forms": "Your forms: try, publish, withdraw"}
"""Commands authors see before those of everybody (catalog "desk")."""

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
    """One thing Telegram is to show: its words, to see whether they changed, and the call that sets it."""

    words: str
    tell: Callable[[], Awaitable[object]]

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.words.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class _Shown:
    """What Telegram was told (digests by key), and until when (ISO) it wants to hear no more of what."""

    told: dict[str, str]
    held: dict[str, str]


async def announce(
    bot: Bot, store: Store, catalogs: Catalogs, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> bool:
    """Tell Telegram the commands and descriptions that changed since last time; whether it now knows them all.

    What Telegram refuses is logged and tried again by a later call, not before Telegram says. Moderators get theirs
    in their own chat; whoever no longer is one loses them.
    """
    shown, moderators = await store.transact(_known)
    wanted = _wanted(bot, catalogs, moderators)
    after = _Shown({}, {key: until for key, until in shown.held.items() if until > now().isoformat()})
    for key, notice in wanted.items():
        if shown.told.get(key) == notice.digest or (
            key not in after.held and await _done(key, notice.tell(), after, now)
        ):
            after.told[key] = notice.digest
    for key in shown.told.keys() - wanted.keys():
        chat = await store.transact(partial(_chat_of, key)) if key.startswith(CHAT) else None
        if chat is not None and not await _done(
            key, bot.delete_my_commands(BotCommandScopeChat(chat)), after, now
        ):
            after.told[key] = shown.told[key]
    if after != shown:
        await store.transact(lambda unit: unit.marks.set(MARK, json.dumps([after.told, after.held])))
    return after.told.keys() == wanted.keys()


_Role = tuple[int, str | None, bool, bool, bool, bool]
"""A moderator's chat, language, whether they read, whether what is sensitive too, whether they lead, whether they write
forms.
"""


def _known(unit: Unit) -> tuple[_Shown, dict[str, _Role]]:
    """What Telegram was told, and everybody who has a role."""
    moderators: dict[str, _Role] = {}
    for partner in unit.people.partners():
        for moderator in unit.people.moderators_of(partner.id):
            chat = unit.people.chat(moderator.address)
            if chat is not None and moderator.active:
                key = CHAT + moderator.address
                _, _, reads, focal, leads, writes = moderators.get(key, (0, None, False, False, False, False))
                reads, writes = reads or moderator.reads, writes or moderator.writes_forms
                focal = focal or moderator.role is Role.FOCAL_POINT
                leads = leads or moderator.leads(partner.id)
                moderators[key] = (chat, moderator.language, reads, focal, leads, writes)
    return _Shown(*json.loads(unit.marks.get(MARK) or "[{}, {}]")), moderators


def _chat_of(key: str, unit: Unit) -> int | None:
    return unit.people.chat(key.removeprefix(CHAT))


def _wanted(bot: Bot, catalogs: Catalogs, moderators: Mapping[str, _Role]) -> dict[str, _Notice]:
    notices: dict[str, _Notice] = {}
    for language in catalogs.ready:
        notices |= _in_language(bot, catalogs.words(language.code))
    for key, (chat, spoken, reads, focal, leads, writes) in moderators.items():
        own = (
            (FOCAL if focal else {})
            | (MODERATORS if reads else {})
            | (LEADS if leads else {})
            | (AUTHORS if writes else {})
        )
        notices[key] = _for_role(bot, catalogs.words(spoken), chat, own)
    return notices


def _in_language(bot: Bot, words: Words) -> dict[str, _Notice]:
    """Commands for everybody, name and descriptions; English is what Telegram shows where there is no other."""
    code = None if words.language == FALLBACK else words.language
    commands = _commands(words, EVERYBODY, "chat")
    name, short, long = (words.say(Sentence(text)) for text in (NAME, SHORT, DESCRIPTION))
    return {
        f"commands:{words.language}": _Notice(
            _text(commands), lambda: bot.set_my_commands(commands, language_code=code)
        ),
        f"description:{words.language}": _Notice(
            long, lambda: bot.set_my_description(long, language_code=code)
        ),
        f"short:{words.language}": _Notice(
            short, lambda: bot.set_my_short_description(short, language_code=code)
        ),
        f"name:{words.language}": _Notice(name, lambda: bot.set_my_name(name, language_code=code)),
    }


def _for_role(bot: Bot, words: Words, chat: int, own: Mapping[str, str]) -> _Notice:
    commands = [*_commands(words, own, "desk"), *_commands(words, EVERYBODY, "chat")]
    return _Notice(_text(commands), lambda: bot.set_my_commands(commands, scope=BotCommandScopeChat(chat)))


def _commands(words: Words, described: Mapping[str, str], domain: str) -> list[BotCommand]:
    return [BotCommand(name, words.say(Sentence(text, domain=domain))) for name, text in described.items()]


def _text(commands: list[BotCommand]) -> str:
    return "\n".join(f"/{command.command} {command.description}" for command in commands)


async def _done(key: str, telling: Awaitable[object], shown: _Shown, now: Callable[[], datetime]) -> bool:
    try:
        await telling
    except TooFast as held:
        shown.held[key] = (now() + timedelta(seconds=held.seconds)).isoformat()
    except TelegramError as error:
        log.warning("Telegram was not told its %s: %s", key.partition(":")[0], type(error).__name__)
    else:
        return True
    return False
