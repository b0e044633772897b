"""Telegram's limits, and its own words when one is passed. Pure: values in, values out or a Refusal."""

import itertools
import re
from urllib.parse import urlsplit

from sandbox.entities import end, in_order, link, settled, utf16
from sandbox.hypertext import parse_html
from sandbox.markdown import parse_markdown, parse_markdown_v2
from sandbox.refusal import Json, bad

TEXT = 4096
CAPTION = 1024
CALLBACK_DATA = 64
CALLBACK_ANSWER = 200
PLACEHOLDER = 64
DOWNLOAD = 20 * 1024 * 1024
UPLOAD = 50 * 1024 * 1024
PHOTO = 10 * 1024 * 1024
LINK_LASTS = 3600.0
DELETABLE = 48 * 3600.0
ALBUM = range(2, 11)
"""Bot API: lengths in UTF-16 code units after parsing, sizes in bytes, times in seconds."""

_BUTTON_DEEDS_WORDS = (
    "url callback_data web_app login_url switch_inline_query switch_inline_query_current_chat "
    "switch_inline_query_chosen_chat copy_text callback_game pay"
)
_BUTTON_DEEDS = frozenset(_BUTTON_DEEDS_WORDS.split())
_STYLES = frozenset({"", "danger", "success", "primary"})
_REQUESTS = ("request_location", "request_contact", "request_poll", "request_users", "request_chat")
_ACTIONS_WORDS = (
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document "
    "choose_sticker find_location record_video_note upload_video_note record_audio upload_audio cancel"
)
_ACTIONS = frozenset(_ACTIONS_WORDS.split())
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")
PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Bot API: what a deep link may carry."""
_REACTIONS_WORDS = (
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 "
    "🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ "
    "🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡"
)
REACTIONS = frozenset(_REACTIONS_WORDS.split())


def formatted(text: str, parse_mode: object, entities: object) -> tuple[str, list[Json]]:
    """Plain text and entities of what the bot wrote; raises 400 for text that cannot be read."""
    if len(text) > 8192 and len(text.encode("utf-8", "surrogatepass")) > 1 << 15:
        raise bad("text is too long")
    match str(parse_mode or "").lower():
        case "html":
            plain, marks = parse_html(text)
        case "" | "none":
            plain, marks = text, _checked(text, entities if isinstance(entities, list) else [])
        case "markdown":
            plain, marks = parse_markdown(text)
        case "markdownv2":
            plain, marks = parse_markdown_v2(text)
        case _:
            raise bad("unsupported parse_mode")
    return settled(plain, marks)


def _checked(text: str, entities: list[Json]) -> list[Json]:
    """The entities a bot gave, in order; raises 400 for one that is not on the text's characters."""
    edges = {0, *itertools.accumulate(map(utf16, text))}
    length = max(edges)
    for entity in entities:
        start, stop = entity["offset"], end(entity)
        if start < 0 or entity["length"] < 0:
            what = "offset" if start < 0 else "length"
            raise bad(f"receive an entity with incorrect {what} {entity[what]}")
        if start >= length and entity["length"]:
            raise bad(f"entity begins after the end of the text at UTF-16 offset {start}")
        if stop > length:
            raise bad(
                f"entity beginning at UTF-16 offset {start} ends after the end of the text at UTF-16 offset {stop}"
            )
        if not {start, stop} <= edges:
            raise bad("entity begins or ends in a middle of a UTF-16 symbol")
    return in_order(entity for entity in entities if entity["length"])


def text_of(request: Json) -> Json:
    """`text` and `entities` of a message; raises "message text is empty" and "message is too long"."""
    text, entities = formatted(request["text"], request.get("parse_mode"), request.get("entities"))
    if not text:
        raise bad("message text is empty")
    if utf16(text) > TEXT:
        raise bad("message is too long")
    return {"text": text, "entities": entities} if entities else {"text": text}


def caption_of(request: Json) -> Json:
    """`caption` and `caption_entities`, or nothing; raises "message caption is too long"."""
    text, entities = formatted(
        request.get("caption") or "", request.get("parse_mode"), request.get("caption_entities")
    )
    if utf16(text) > CAPTION:
        raise bad("message caption is too long")
    if not text:
        return {}
    return {"caption": text, "caption_entities": entities} if entities else {"caption": text}


def inline_keyboard(markup: Json) -> Json | None:
    """The inline keyboard as Telegram keeps it (no empty rows; None without buttons)."""
    rows = [row for row in markup["inline_keyboard"] if row]
    _count(rows, most=100, in_row=8)
    for row in rows:
        for button in row:
            _inline_button(button)
    return {"inline_keyboard": rows} if rows else None


def _count(rows: list[list[Json]], *, most: int, in_row: int) -> None:
    if sum(map(len, rows)) > most or any(len(row) > in_row for row in rows):
        raise bad("reply markup is too long")


def _inline_button(button: Json) -> None:
    if not button["text"].strip():
        raise bad("can't parse inline keyboard button: text is empty")
    _style(button)
    deeds = _BUTTON_DEEDS & button.keys()
    if not deeds:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(deeds) > 1:
        raise bad("can't parse inline keyboard button: exactly one of the optional fields must be used")
    data, url = button.get("callback_data"), button.get("url")
    if data is not None and not 1 <= len(data.encode("utf-8", "surrogatepass")) <= CALLBACK_DATA:
        raise bad("BUTTON_DATA_INVALID")
    if url is not None and not link(url):
        raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    if "web_app" in button and urlsplit(button["web_app"]["url"]).scheme != "https":
        raise bad(
            f"inline keyboard button Web App URL '{button['web_app']['url']}' is invalid: Only HTTPS links are allowed"
        )


def _style(button: Json) -> None:
    if button.get("style", "") not in _STYLES:
        raise bad("can't parse keyboard button: invalid button style specified")


def reply_keyboard(markup: Json, *, private: bool) -> Json:
    """The reply keyboard as Telegram keeps it: buttons as objects."""
    rows = [[{"text": b} if isinstance(b, str) else b for b in row] for row in markup["keyboard"] if row]
    if not rows:
        raise bad("reply markup has no buttons")
    _count(rows, most=300, in_row=12)
    for button in (button for row in rows for button in row):
        if not button["text"].strip():
            raise bad("can't parse keyboard button: text is empty")
        _style(button)
        if len(asked := [name for name in _REQUESTS if button.get(name)]) > 1:
            raise bad("can't parse keyboard button: exactly one of the optional fields must be used")
        if asked and not private:
            what = {"request_location": "location", "request_contact": "phone number"}.get(asked[0], "this")
            raise bad(f"{what} can be requested in private chats only")
    _placeholder(markup)
    return markup | {"keyboard": rows}


def _placeholder(markup: Json) -> None:
    if utf16(markup.get("input_field_placeholder") or "") > PLACEHOLDER:
        raise bad("input field placeholder is too long")


def force_reply(markup: Json) -> Json:
    """A request to answer this very message."""
    _placeholder(markup)
    return markup


def commands(given: list[Json]) -> list[Json]:
    """Bot commands; raises BOT_COMMAND_INVALID and its sisters."""
    if len(given) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    result = []
    for command in given:
        name = command["command"].removeprefix("/")
        if not _COMMAND.fullmatch(name):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= utf16(command["description"].strip()) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        result.append({"command": name, "description": command["description"].strip()})
    if len({command["command"] for command in result}) < len(result):
        raise bad("BOT_COMMAND_DUPLICATE")
    return result


def language(code: str | None) -> str:
    """A two-letter language code or ""."""
    if code and not _LANGUAGE.fullmatch(code):
        raise bad("invalid language code specified")
    return code or ""


def said(text: str | None, most: int, what: str) -> str:
    """What a bot says about itself, no longer than `most`."""
    if utf16(text or "") > most:
        raise bad(f"{what} is too long")
    return text or ""


def action(name: str) -> str:
    """A chat action people may see."""
    if name.lower() not in _ACTIONS:
        raise bad("wrong parameter action in request")
    return name.lower()


def secret(token: str | None) -> str:
    """A webhook's secret."""
    if len(token or "") > 256:
        raise bad("secret token is too long")
    if not _SECRET.fullmatch(token or ""):
        raise bad("secret token contains unallowed characters")
    return token or ""


def place(request: Json) -> Json:
    """A `Location`; raises for points off the earth."""
    if not (-90 <= request["latitude"] <= 90 and -180 <= request["longitude"] <= 180):
        raise bad(
            "invalid location specified" if "title" not in request else "invalid venue location specified"
        )
    result = {"latitude": request["latitude"], "longitude": request["longitude"]}
    return result | {k: request[k] for k in ("horizontal_accuracy", "live_period") if request.get(k)}
