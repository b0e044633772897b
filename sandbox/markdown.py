"""Telegram's two Markdowns, read into text and entities: the legacy one and MarkdownV2."""

import re
from dataclasses import dataclass, field

from sandbox.entities import bytes_before, emoji_of, in_order, linked, unreadable, utf16
from sandbox.refusal import Json

_RESERVED = frozenset("_*[]()~`>#+-=|{}.!\n")
_LANGUAGE = re.compile(r"([^\s`]+)(?=\s)")
_NEWLINE = re.compile(r"\r\n|\n\r|\n|\r|")
"""A block of code may begin with its language and one line end, neither of which is part of it."""


def _block(source: str, at: int) -> tuple[str, int]:
    """The language of a block of code whose words begin at `at`, and where its code begins."""
    named = _LANGUAGE.match(source, at)
    language = named[1] if named else ""
    after = _NEWLINE.match(source, at + len(language))
    return language, after.end() if after else at


# the legacy Markdown


def parse_markdown(source: str) -> tuple[str, list[Json]]:
    """Plain text and entities of the legacy Markdown: nothing nests; raises 400 "can't parse entities: …"."""
    plain: list[str] = []
    entities: list[Json] = []
    at = length = 0
    while at < len(source):
        mark = source[at]
        if mark == "\\" and source[at + 1 : at + 2] in {"_", "*", "`", "["}:
            words, entity, at = source[at + 1], None, at + 2
        elif mark in "_*`[":
            words, entity, at = _stretch(source, at)
        else:
            words, entity, at = mark, None, at + 1
        if entity and words:
            entities.append(entity | {"offset": length, "length": utf16(words)})
        plain.append(words)
        length += utf16(words)
    return "".join(plain), in_order(entities)


def _stretch(source: str, at: int) -> tuple[str, Json | None, int]:
    """The words between two marks, the entity they become, and where the rest begins."""
    mark, begin, close = source[at], at + 1, {"[": "]"}.get(source[at], source[at])
    language = ""
    if source.startswith("```", at):
        close = "```"
        language, begin = _block(source, at + 3)
    stop = source.find(close, begin)
    if stop < 0:
        raise unreadable(f"Can't find end of the entity starting at byte offset {bytes_before(source, at)}")
    words, after = source[begin:stop], stop + len(close)
    match mark:
        case "[" if source.startswith("(", after):
            url, _, _ = source[after + 1 :].partition(")")
            return words, linked(url), after + len(url) + 2
        case "[":
            return words, linked(words), after
        case "`" if close == "```":
            return words, {"type": "pre"} | ({"language": language} if language else {}), after
    return words, {"type": {"_": "italic", "*": "bold", "`": "code"}[mark]}, after


# MarkdownV2

_NAMES = {
    "bold": "Bold",
    "italic": "Italic",
    "underline": "Underline",
    "strikethrough": "Strikethrough",
    "spoiler": "Spoiler",
    "code": "Code",
    "pre": "Pre",
    "text_link": "TextUrl",
    "custom_emoji": "CustomEmoji",
    "blockquote": "BlockQuote",
}
"""What Telegram calls them when it misses their end."""
_MARKS = {
    "bold": "*",
    "italic": "_",
    "underline": "__",
    "strikethrough": "~",
    "spoiler": "||",
    "code": "`",
    "pre": "```",
    "text_link": "]",
    "custom_emoji": "]",
}
"""What ends each of them; a quote ends with its last line."""


@dataclass(frozen=True, slots=True)
class _Open:
    kind: str
    offset: int
    byte: int
    piece: int
    language: str = ""

    @property
    def missing(self) -> Exception:
        name = "PreCode" if self.language else _NAMES[self.kind]
        return unreadable(f"Can't find end of {name} entity at byte offset {self.byte}")


@dataclass(slots=True)
class _Reader:
    """Reads MarkdownV2 once, left to right; `at` is where it is."""

    source: str
    at: int = 0
    plain: list[str] = field(default_factory=list)
    length: int = 0
    open: list[_Open] = field(default_factory=list)
    entities: list[Json] = field(default_factory=list)
    line_begins: bool = True

    def read(self) -> tuple[str, list[Json]]:
        while self.at < len(self.source):
            here = self.source[self.at]
            if (escaped := self.escaped) is not None:
                self.add(escaped)
                self.at += 2
            elif here not in ("`" if self.open and self.open[-1].kind in {"code", "pre"} else _RESERVED):
                self.add(here)
                self.at += 1
            elif self.quoted and here == "\n" and not self.source.startswith(">", self.at + 1):
                self.end_quote("\n")
                self.at += 1
            elif self.open and self.ends(self.open[-1].kind):
                self.close()
            else:
                self.begin()
        if self.quoted:
            self.end_quote()
        if self.open:
            raise self.open[-1].missing
        return "".join(self.plain), in_order(self.entities)

    @property
    def escaped(self) -> str | None:
        """The ASCII character behind a backslash here."""
        behind = self.source[self.at + 1 : self.at + 2]
        return behind if self.source[self.at] == "\\" and "\0" < behind <= "~" else None

    @property
    def quoted(self) -> bool:
        return any(each.kind == "blockquote" for each in self.open)

    def add(self, text: str) -> None:
        self.plain.append(text)
        self.length += utf16(text)
        if text not in {"", "\r"}:
            self.line_begins = text == "\n"

    def sees(self, mark: str) -> bool:
        return self.source.startswith(mark, self.at)

    def ends(self, kind: str) -> bool:
        if kind == "blockquote":
            return False
        return self.sees(_MARKS[kind]) and not (kind == "italic" and self.sees("__"))

    def opens(self, kind: str, width: int, language: str = "") -> None:
        byte = bytes_before(self.source, self.at)
        self.open.append(_Open(kind, self.length, byte, len(self.plain), language))
        self.at += width

    def begin(self) -> None:
        match self.source[self.at]:
            case "\n":
                self.add("\n")
                self.at += 1
            case ">" if self.line_begins and self.quoted:
                self.at += 1
            case ">" if self.line_begins:
                self.opens("blockquote", 1)
            case "_":
                self.opens("underline", 2) if self.sees("__") else self.opens("italic", 1)
            case "*":
                self.opens("bold", 1)
            case "~":
                self.opens("strikethrough", 1)
            case "|" if self.sees("||"):
                self.opens("spoiler", 2)
            case "[":
                self.opens("text_link", 1)
            case "!" if self.sees("!["):
                self.opens("custom_emoji", 2)
            case "`" if self.sees("```"):
                language, code = _block(self.source, self.at + 3)
                self.opens("pre", code - self.at, language)
            case "`":
                self.opens("code", 1)
            case reserved:
                raise unreadable(
                    f"Character '{reserved}' is reserved and must be escaped with the preceding '\\'"
                )

    def close(self) -> None:
        last = self.open.pop()
        self.at += len(_MARKS[last.kind])
        entity: Json | None = {"type": last.kind}
        match last.kind:
            case "text_link":
                url = self.address("URL") if self.sees("(") else "".join(self.plain[last.piece :])
                entity = linked(url)
            case "custom_emoji":
                if not self.sees("("):
                    raise unreadable("Custom emoji entity must contain a tg://emoji URL")
                entity = {"type": last.kind, "custom_emoji_id": emoji_of(self.address("custom emoji URL"))}
            case "pre" if last.language:
                entity = {"type": "pre", "language": last.language}
        if entity:
            self.keep(entity, last.offset)

    def address(self, what: str) -> str:
        """The address in parentheses here."""
        self.at += 1
        begin, url = self.at, ""
        while self.at < len(self.source) and self.source[self.at] != ")":
            escaped = self.escaped
            url += self.source[self.at] if escaped is None else escaped
            self.at += 1 if escaped is None else 2
        if not self.sees(")"):
            raise unreadable(f"Can't find end of a {what} at byte offset {bytes_before(self.source, begin)}")
        self.at += 1
        return url

    def end_quote(self, newline: str = "") -> None:
        """A quote ends with its line, line end included; "||" as its last words makes it expandable."""
        kind, last = "blockquote", self.open.pop()
        if (
            last.kind == "spoiler"
            and self.source[self.at - 2 : self.at] == "||"
            and last.piece == len(self.plain)
        ):
            kind, last = "expandable_blockquote", self.open.pop()
        if last.kind != "blockquote":
            raise last.missing
        self.add(newline)
        self.keep({"type": kind}, last.offset)

    def keep(self, entity: Json, offset: int) -> None:
        if self.length > offset:
            self.entities.append(entity | {"offset": offset, "length": self.length - offset})


def parse_markdown_v2(source: str) -> tuple[str, list[Json]]:
    """Plain text and entities of MarkdownV2; raises 400 "can't parse entities: …"."""
    return _Reader(source).read()
