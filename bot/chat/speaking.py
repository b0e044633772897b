"""The Messenger on Telegram: says what was rendered, and reads every answer into an Outcome."""

import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Protocol

from telegram import Bot, InputMediaPhoto
from telegram import Message as Told
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, TelegramError

from bot.chat.gallery import File as ShownFile
from bot.chat.gallery import Gallery, Gone
from bot.chat.rendering import LONGEST, Album, File, Key, Media, Rendered, Shown, Text, render
from bot.chat.request import NotSent, TooFast, Uncertain
from bot.chat.signing import Signer
from bot.chat.splitting import split
from bot.outbox import Later, Outcome, Refused, Sent, Unknown
from bot.ports import Clock
from bot.speech import Attached, Message, Sentence
from bot.words import Catalogs

__all__ = ["Pace", "Speaker", "render"]

LARGEST = 20 * 1024 * 1024
"""Bot API: bytes of the largest file getFile hands out."""

ON_ITS_WAY = Sentence("The voice note or photo is still on its way.", domain="desk")

AT_ONCE = 100
"""Bot API: messages one deleteMessages takes."""

_FILE_PATH = re.compile(r"/[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*(?:\.[A-Za-z0-9]{1,8})?")
_HALFWAY = 1000
_RECENT = timedelta(seconds=3)

_LOST = (
    "message to edit not found",
    "message can't be edited",
    "no text in the message to edit",
    "no caption in the message to edit",
)
_UNPARSABLE = ("can't parse entities", "too long")
_GONE = ("chat not found", "user not found", "user is deactivated", "peer_id_invalid")
"""What Telegram says with a 400, in small letters; a phrase it changes falls back to being refused."""

_WAYS = {
    "audio": ("voice", "audio", "document"),
    "image": ("photo", "document"),
    "video": ("video", "video_note", "animation", "document"),
}
"""How a recording may be sent again by its file id: Telegram takes each only as what it was."""

_NO_PREVIEW = {"is_disabled": True}

Keyboard = dict[str, Any]
"""What a message carries of buttons: nothing, or the Bot API's reply_markup."""

Ask = Callable[[str, Mapping[str, Any]], Awaitable[Any]]
"""One Bot API call past the library's objects: the method's name, what it takes → its result."""

log = logging.getLogger("voices.speaking")


class Pace(Protocol):
    """Who says when the next message may go."""

    async def turn(self, chat: int) -> None:
        """Wait until one more message may go to this chat, and count it."""
        ...


class Speaker:
    """The Messenger on Telegram. What is said in several messages and is held up goes on where it was.

    `ask` carries what is said all day, `bot` the rest. `pace` is waited for before each further message of one
    delivery; the first was waited for by the caller.
    """

    def __init__(
        self,
        bot: Bot,
        ask: Ask,
        catalogs: Catalogs,
        signer: Signer,
        clock: Clock,
        pace: Pace,
        gallery: Gallery,
    ) -> None:
        self._bot = bot
        self._ask = ask
        self._catalogs = catalogs
        self._signer = signer
        self._clock = clock
        self._pace = pace
        self._gallery = gallery
        self._halfway: OrderedDict[tuple[int, tuple[Rendered, ...]], list[list[int]]] = OrderedDict()
        self._recent: OrderedDict[int, datetime] = OrderedDict()
        self._waits = 0, clock.now()  # the chat that was last told to wait, and until when

    async def deliver(self, chat: int, message: Message, files: Mapping[str, str]) -> Outcome:
        """Say it; never raises for what Telegram answers. `files`: media id → Telegram file id."""
        if message.hides:
            return await self._hide(chat, message.hides)
        parts = [
            ON_ITS_WAY if isinstance(part, Attached) and part.media not in files else part
            for part in message.parts
        ]
        words = self._catalogs.words(message.language)
        rendered = render(
            replace(message, parts=tuple(parts)), words, lambda action: self._signer.sign(chat, action)
        )
        place = (chat, tuple(rendered))
        said = self._halfway.pop(place, [])
        try:
            for part in rendered[len(said) :]:
                if said:
                    await self._pace.turn(chat)
                said.append(await self._say(chat, part, message, files, first=not said))
        except Exception as error:  # noqa: BLE001 - an answer may have any shape, and was given after it was sent
            outcome = self._outcome(chat, error, edit=message.replaces is not None and not said)
            if isinstance(outcome, Refused):
                return replace(outcome, said=tuple(chain.from_iterable(said)))
            if said:
                self._halfway[place] = said
                while len(self._halfway) > _HALFWAY:
                    self._halfway.popitem(last=False)
            return outcome
        self._recent[chat] = self._clock.now()
        self._recent.move_to_end(chat)
        while len(self._recent) > _HALFWAY:
            self._recent.popitem(last=False)
        number, *further = chain.from_iterable(said) if said else (0,)
        return Sent(number, tuple(further))

    async def acknowledge(self, callback: str) -> None:
        """Stop a button's waiting sign; tried once, never an error (R6)."""
        try:
            await self._ask("answerCallbackQuery", {"callback_query_id": callback})
        except TelegramError as error:
            log.info("a tap was not acknowledged: %s", type(error).__name__)

    async def open_topic(self, chat: int, name: str) -> int | None:
        """Make a topic in a forum group: its thread; None where we may not. OSError: try later."""
        try:
            await self._pace.turn(chat)
            made = await self._ask("createForumTopic", {"chat_id": chat, "name": name})
        except (NetworkError, TooFast) as error:
            if isinstance(error, BadRequest):
                return None
            raise OSError(type(error).__name__) from None
        except TelegramError:
            return None
        return int(made["message_thread_id"])

    async def fetch(self, file: str) -> bytes | None:
        """A recording's bytes; None when Telegram no longer has it or it is larger than 20 MB. OSError: try later."""
        try:
            found = await self._bot.get_file(file)
            if not found.file_path or (found.file_size or 0) > LARGEST:
                return None
            path = found.file_path.removeprefix(self._bot.base_file_url)
            if path == found.file_path or not _FILE_PATH.fullmatch(path):
                log.warning("Telegram gave a file path that is none; it was not followed")  # S26
                return None
            content = await found.download_as_bytearray()
        except (NetworkError, TooFast) as error:
            if isinstance(error, BadRequest):
                return None
            raise OSError(type(error).__name__) from None
        except TelegramError:
            return None
        return bytes(content) if len(content) <= LARGEST else None

    async def _hide(self, chat: int, numbers: Sequence[int]) -> Outcome:
        """Delete messages for both sides; to do so twice is as to do it once, so it may always be tried again."""
        try:
            for start in range(0, len(numbers), AT_ONCE):
                await self._delete(chat, numbers[start : start + AT_ONCE])
        except Exception as error:  # noqa: BLE001 - an answer may have any shape, and its messages are perhaps gone
            return self._outcome(chat, error, edit=True)
        return Sent(0)

    async def _delete(self, chat: int, numbers: Sequence[int]) -> None:
        """One call; where Telegram refuses the whole for one of them, each half alone: that one stays."""
        try:
            await self._ask("deleteMessages", {"chat_id": chat, "message_ids": list(numbers)})
        except BadRequest as error:
            if _says(error, _GONE):
                raise
            if middle := len(numbers) // 2:
                await self._delete(chat, numbers[:middle])
                await self._delete(chat, numbers[middle:])

    async def _say(
        self, chat: int, part: Rendered, message: Message, files: Mapping[str, str], *, first: bool
    ) -> list[int]:
        """Say one part; the ids of the messages it became."""
        try:
            match part:
                case Media(kind, media):
                    return [await self._record(chat, kind, files[media])]
                case File(name, content):
                    told: Told = await self._bot.send_document(chat, content, filename=name)
                    return [told.message_id]
                case Shown(text=Text()) if first and message.replaces is not None:
                    if await self._change(chat, part, message.replaces):
                        return [message.replaces]
                    return await self._show(chat, [part], message)
                case Shown():
                    return await self._show(chat, [part], message)
                case Album(pictures):
                    return await self._show(chat, pictures, message)
                case Text(share="") if first and message.replaces is not None:
                    if await self._change(chat, part, message.replaces):
                        return [message.replaces]
                    return await self._write(chat, part, message)
                case Text():
                    return await self._write(chat, part, message)
        except ChatMigrated as moved:
            return await self._say(moved.new_chat_id, part, message, files, first=first)

    async def _write(self, chat: int, part: Text, message: Message) -> list[int]:
        try:
            return [await self._send(chat, part.html, ParseMode.HTML, _keyboard(part), message)]
        except BadRequest as error:
            if not _says(error, _UNPARSABLE):
                raise
        pieces, said = list(split(part.plain, LONGEST // 2)), []
        for piece in pieces[:-1]:
            said.append(await self._send(chat, piece, None, {}, message))
            await self._pace.turn(chat)
        return [*said, await self._send(chat, pieces[-1], None, _keyboard(part), message)]

    async def _send(
        self, chat: int, text: str, mode: ParseMode | None, keyboard: Keyboard, message: Message
    ) -> int:
        said = {"chat_id": chat, "text": text, "link_preview_options": _NO_PREVIEW, **keyboard}
        if mode is not None:
            said["parse_mode"] = mode
        if message.protect:
            said["protect_content"] = True
        if message.thread is not None:
            said["message_thread_id"] = message.thread
        told = await self._ask("sendMessage", said)
        return int(told["message_id"])

    async def _show(self, chat: int, shown: Sequence[Shown], message: Message) -> list[int]:
        """Show one thing, or several as an album; where Telegram will not, the words alone."""
        for _ in shown[1:]:
            await self._pace.turn(chat)  # each counts as a message
        try:
            sent = await self._gallery.send(
                [each.digest for each in shown], lambda files: self._send_shown(chat, shown, files, message)
            )
        except (BadRequest, Gone) as error:
            log.warning("what a form shows was not sent: %s", error)
            texts = [each.text for each in shown if each.text is not None]
            if len(shown) > 1 or not texts:
                return [0]
            return await self._write(chat, texts[0], message)
        return [each.message_id for each in sent]

    async def _send_shown(
        self, chat: int, shown: Sequence[Shown], files: Sequence[ShownFile], message: Message
    ) -> Sequence[Told]:
        protect = message.protect or None
        if len(shown) > 1:
            photos = [
                InputMediaPhoto(file, caption=each.text.plain if each.text else None, filename=each.name)
                for each, file in zip(shown, files, strict=True)
            ]
            return await self._bot.send_media_group(chat, photos, protect_content=protect)
        [each], [file] = shown, files
        words = {"caption": each.text.html, "parse_mode": ParseMode.HTML} if each.text else {}
        return [
            await getattr(self._bot, f"send_{each.way}")(
                chat,
                **{each.way: file},
                **words,
                filename=each.name,
                protect_content=protect,
                api_kwargs=_keyboard(each.text) if each.text else {},
            )
        ]

    async def _change(self, chat: int, part: Text | Shown, number: int) -> bool:
        """Put the text in place of another, or under what was shown; False where that is no longer there."""
        change: dict[str, Any] = {"chat_id": chat, "message_id": number, "parse_mode": ParseMode.HTML}
        try:
            match part:
                case Shown(text=Text() as under):
                    await self._ask("editMessageCaption", {**change, "caption": under.html, **_inline(under)})
                case Text():
                    said = {"text": part.html, "link_preview_options": _NO_PREVIEW}
                    await self._ask("editMessageText", {**change, **said, **_inline(part)})
        except BadRequest as error:
            if _says(error, _LOST):
                return False
            if not _says(error, ("message is not modified",)):
                raise
        return True

    async def _record(self, chat: int, kind: str, file: str) -> int:
        *ways, last = _WAYS.get(kind, ("document",))
        for way in ways:
            try:
                return await self._record_as(chat, way, file)
            except BadRequest as error:
                if not _says(error, ("file",)):
                    raise
        return await self._record_as(chat, last, file)

    async def _record_as(self, chat: int, way: str, file: str) -> int:
        send = getattr(self._bot, f"send_{way}")
        told: Told = await send(chat, **{way: file}, protect_content=True)
        return told.message_id

    def _outcome(self, chat: int, error: Exception, *, edit: bool) -> Outcome:
        """What an error means for the delivery (R13, R18, R31)."""
        match error:
            case TooFast(seconds=seconds):
                return Later(seconds, everywhere=not self._its_own(chat, seconds), reason="429")
            case NotSent():
                return Later(1, reason=str(error))
            case Uncertain():
                return Later(1, reason=str(error)) if edit else Unknown(str(error))
            case InvalidToken():
                return Later(60, everywhere=True, reason="the token was refused")
            case Forbidden():
                return Refused(error.message, gone=True)
            case BadRequest():
                return Refused(error.message, gone=_says(error, _GONE))
            case TelegramError():
                return Refused(error.message)
            case _:
                return Unknown(f"an answer that was not understood: {type(error).__name__}")

    def _its_own(self, chat: int, seconds: float) -> bool:
        """Whether a wait is this chat's own: it just got a message, and no other chat was told to wait (R11)."""
        now, recent = self._clock.now(), self._recent.get(chat)
        other, until = self._waits
        own = recent is not None and now - recent < _RECENT and (other == chat or now >= until)
        if own:
            self._waits = chat, now + timedelta(seconds=seconds)
        return own


def _says(error: TelegramError, phrases: Iterable[str]) -> bool:
    said = error.message.lower()
    return any(phrase in said for phrase in phrases)


def _inline(part: Text) -> Keyboard:
    """The inline keyboard under a text, as the Bot API takes it."""
    if not part.keyboard:
        return {}
    rows = [[_button(key) for key in row] for row in part.keyboard]
    return {"reply_markup": {"inline_keyboard": rows}}


def _button(key: Key) -> dict[str, str]:
    does = {"url": key.url} if key.url else {"callback_data": key.data}
    button = {"text": key.text, **does}
    return button | {"style": key.style} if key.style else button


def _keyboard(part: Text) -> Keyboard:
    """The keyboard of a new text; one without any takes away a keyboard that asked for the location."""
    if part.share:
        others = [[{"text": part.rather}]] if part.rather else []
        asks = {"keyboard": [[{"text": part.share, "request_location": True}], *others]}
        return {"reply_markup": asks | {"resize_keyboard": True, "one_time_keyboard": True}}
    return _inline(part) or {"reply_markup": {"remove_keyboard": True}}
