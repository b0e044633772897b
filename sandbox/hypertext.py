"""Telegram's HTML: read into text and entities, and written again."""

import html
import re

from sandbox.entities import bytes_before, emoji_id, end, in_order, linked, unreadable, utf16
from sandbox.refusal import Json

_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
}
_TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "spoiler": "tg-spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
    "text_link": "a",
    "text_mention": "a",
    "custom_emoji": "tg-emoji",
}
_REFERENCE = re.compile(r"&(?:#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))|(lt|gt|amp|quot)(?![a-zA-Z]));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_PLAIN = re.compile(r"[^<&]*")
_SPACES = re.compile(r"\s*")
_TAG_NAME = re.compile(r"[^\s>]*")
_ATTRIBUTE_NAME = re.compile(r"[^\s=>]*")
_BARE_VALUE = re.compile(r"[a-zA-Z0-9.\-]*")


class _Reader:
    """Reads Telegram's HTML once, left to right."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.plain: list[str] = []
        self.length = 0
        self.open: list[tuple[str, str, int, int]] = []
        self.entities: list[Json] = []

    def byte(self, at: int) -> int:
        return bytes_before(self.source, at)

    def add(self, text: str) -> None:
        self.plain.append(text)
        self.length += utf16(text)

    def read(self) -> tuple[str, list[Json]]:
        while self.at < len(self.source):
            match self.source[self.at]:
                case "<" if self.source.startswith("</", self.at):
                    self.close_tag()
                case "<":
                    self.open_tag()
                case "&":
                    self.add(self.reference())
                case _:
                    self.add(self.word(_PLAIN))
        if self.open:
            raise unreadable(f'Can\'t find end tag corresponding to start tag "{self.open[-1][0]}"')
        plain = "".join(self.plain)
        try:
            plain.encode("utf-16-le")
        except UnicodeEncodeError:
            raise unreadable(
                "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched "
                "surrogate code units"
            ) from None
        return plain, self.entities

    def reference(self) -> str:
        found = _REFERENCE.match(self.source, self.at)
        number = 0
        if found and not found[3]:
            number = int(found[1], 16) if found[1] else int(found[2])
        if not found or (not found[3] and not 0 < number < 0x10FFFF):
            self.at += 1
            return "&"
        self.at = found.end()
        return _NAMED[found[3]] if found[3] else chr(number)

    def skip_spaces(self) -> None:
        found = _SPACES.match(self.source, self.at)
        self.at = found.end() if found else self.at

    def word(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.source, self.at)
        text = found[0] if found else ""
        self.at += len(text)
        return text

    @property
    def here(self) -> str:
        return self.source[self.at] if self.at < len(self.source) else ""

    def open_tag(self) -> None:
        begin = self.at
        self.at += 1
        name = self.word(_TAG_NAME).lower()
        if not self.here:
            raise unreadable(f"Unclosed start tag at byte offset {self.byte(begin)}")
        if name not in _TYPES:
            raise unreadable(f'Unsupported start tag "{name}" at byte offset {self.byte(begin)}')
        argument = ""
        while True:
            self.skip_spaces()
            if self.here == ">":
                break
            argument = self.attribute(name, begin) or argument
        self.at += 1
        if name == "span" and argument != "spoiler":
            raise unreadable(f'Tag "span" must have class "tg-spoiler" at byte offset {self.byte(begin)}')
        self.open.append((name, argument, self.length, len(self.plain)))

    def attribute(self, tag: str, begin: int) -> str:
        attribute = self.word(_ATTRIBUTE_NAME).lower()
        where = f'the tag "{tag}" at byte offset {self.byte(begin)}'
        if not self.here and not attribute:
            raise unreadable(f'Unclosed start tag "{tag}" at byte offset {self.byte(begin)}')
        if not attribute:
            raise unreadable(f"Empty attribute name in {where}")
        self.skip_spaces()
        if self.here != "=":
            if tag == "blockquote" and attribute == "expandable":
                return "expandable"
            raise unreadable(f"Expected equal sign in declaration of an attribute of {where}")
        self.at += 1
        self.skip_spaces()
        if not self.here:
            raise unreadable(f'Unclosed start tag "{tag}" at byte offset {self.byte(begin)}')
        value = self.quoted(begin) if self.here in "\"'" else self.bare()
        match tag, attribute:
            case ("a", "href") | ("tg-emoji", "emoji-id"):
                return value
            case ("code", "class") if value.startswith("language-"):
                return value.removeprefix("language-")
            case ("span", "class") if value.startswith("tg-"):
                return value.removeprefix("tg-")
            case ("blockquote", "expandable"):
                return "expandable"
        return ""

    def bare(self) -> str:
        begin = self.at
        value = self.word(_BARE_VALUE).lower()
        if self.here and not self.here.isspace() and self.here != ">":
            raise unreadable(f"Unexpected end of name token at byte offset {self.byte(begin)}")
        return value

    def quoted(self, begin: int) -> str:
        quote, value = self.here, ""
        self.at += 1
        while self.here and self.here != quote:
            if self.here == "&":
                value += self.reference()
            else:
                value += self.here
                self.at += 1
        self.at += 1
        if not self.here:
            raise unreadable(f"Unclosed start tag at byte offset {self.byte(begin)}")
        return value

    def close_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise unreadable(f"Unexpected end tag at byte offset {self.byte(begin)}")
        self.at += 2
        name = self.word(_TAG_NAME).lower()
        self.skip_spaces()
        if self.here != ">":
            raise unreadable(f"Unclosed end tag at byte offset {self.byte(begin)}")
        self.at += 1
        expected, argument, offset, piece = self.open.pop()
        if name not in {expected, ""}:
            raise unreadable(
                f'Unmatched end tag at byte offset {self.byte(begin)}, expected "</{expected}>", found "</{name}>"'
            )
        if self.length > offset:
            self.keep(expected, argument, offset, "".join(self.plain[piece:]))

    def keep(self, tag: str, argument: str, offset: int, covered: str) -> None:
        entity: Json = {"type": _TYPES[tag], "offset": offset, "length": self.length - offset}
        last = self.entities[-1] if self.entities else None
        same = last is not None and all(last[key] == entity[key] for key in ("offset", "length"))
        match tag:
            case "a":
                if (target := linked(argument or covered)) is None:
                    return
                entity |= target
            case "tg-emoji":
                entity["custom_emoji_id"] = emoji_id(argument)
            case "blockquote" if argument:
                entity["type"] = "expandable_blockquote"
            case "pre" if last and same and last["type"] == "code":
                language = last.pop("language", "")
                last["type"] = "pre"
                if language:
                    last["language"] = language
                return
            case "code" if last and same and last["type"] == "pre":
                if argument:
                    last["language"] = argument
                return
            case "code" if argument:
                entity["language"] = argument
        self.entities.append(entity)


def parse_html(source: str) -> tuple[str, list[Json]]:
    """Plain text and entities of Telegram's HTML; raises 400 "can't parse entities: …"."""
    if "<" not in source and "&" not in source:
        return source, []
    plain, entities = _Reader(source).read()
    for entity in entities:
        if entity["type"] == "code":
            entity.pop("language", None)
    return plain, in_order(entities)


def to_html(text: str, entities: list[Json]) -> str:
    """Telegram's HTML of a formatted text; what was only found (links, commands) stays bare."""
    units = text.encode("utf-16-le", "surrogatepass")
    marked = [entity for entity in in_order(entities) if entity["type"] in _TAGS]
    result: list[str] = []
    open_: list[Json] = []

    def plain(start: int, end: int) -> str:
        return html.escape(units[2 * start : 2 * end].decode("utf-16-le", "replace"), quote=False)

    at = 0
    for edge in sorted({0, len(units) // 2, *(e["offset"] for e in marked), *map(end, marked)}):
        result.append(plain(at, edge))
        at = edge
        while open_ and end(open_[-1]) <= edge:
            result.append(_closing(open_.pop()))
        for entity in marked:
            if entity["offset"] == edge:
                result.append(_opening(entity))
                open_.append(entity)
    return "".join(result)


def _opening(entity: Json) -> str:
    match entity["type"]:
        case "text_link":
            return f'<a href="{html.escape(entity["url"])}">'
        case "text_mention":
            return f'<a href="tg://user?id={entity["user"]["id"]}">'
        case "custom_emoji":
            return f'<tg-emoji emoji-id="{entity["custom_emoji_id"]}">'
        case "expandable_blockquote":
            return "<blockquote expandable>"
        case "pre" if entity.get("language"):
            return f'<pre><code class="language-{html.escape(entity["language"])}">'
    return f"<{_TAGS[entity['type']]}>"


def _closing(entity: Json) -> str:
    code = "</code>" if entity["type"] == "pre" and entity.get("language") else ""
    return f"{code}</{_TAGS[entity['type']]}>"
