"""Formatted text as Telegram keeps it: plain text plus entities with offsets in UTF-16 code units."""

import itertools
import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlsplit

from sandbox.refusal import Json, bad

MOST_ENTITIES = 100
"""Bot API: entities beyond the hundredth are dropped in silence."""

_SPLITTABLE = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
_FIXED = frozenset({"code", "pre"})
_QUOTES = frozenset({"blockquote", "expandable_blockquote"})
_ORDER_WORDS = "blockquote expandable_blockquote pre code text_link text_mention"
_ORDER = {kind: place for place, kind in enumerate(_ORDER_WORDS.split())}
_LATER = {"bold": 90, "italic": 91, "underline": 92, "strikethrough": 93, "spoiler": 94, "custom_emoji": 99}
"""Of entities over the same words Telegram lists the wrapping ones first."""
_FOUND = re.compile(
    r"(?P<email>(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-zA-Z]{2,})"
    r"|(?P<url>(?<![\w@.])(?:https?://[^\s<>\"]*[^\s<>\".,;:!?()\[\]'»]"
    r"|(?:t\.me|telegram\.me|www\.[\w.-]+)(?:/[^\s<>\"]*[^\s<>\".,;:!?()\[\]'»])?))"
    r"|(?P<bot_command>(?<![\w/<>])/[a-zA-Z0-9_]{1,64}(?:@[a-zA-Z0-9_]{3,32})?(?![\w/]))"
    r"|(?P<mention>(?<![\w@])@[a-zA-Z][a-zA-Z0-9_]{3,31}(?!\w))"
    r"|(?P<hashtag>(?<![\w#])#(?=\w*[^\W\d])\w{1,256})"
)
_BLANK = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f]")
_DROPPED = re.compile(r"[\r\u2028-\u202e\u0333\u033f\u030a]")
"""What Telegram takes out of every text: carriage returns, line and direction controls, some overlines."""


def utf16(text: str) -> int:
    """How many UTF-16 code units `text` takes; Telegram counts everything in them."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, offset: int, length: int) -> str:
    """The part of `text` an entity covers; offset and length in UTF-16 code units."""
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


def unreadable(words: str) -> Exception:
    """400 for text whose marks cannot be read."""
    return bad(f"can't parse entities: {words}")


def bytes_before(source: str, at: int) -> int:
    """The byte offset of a place in the source, as Telegram's sentences tell it."""
    return len(source[:at].encode("utf-8", "surrogatepass"))


# links


def link(url: str) -> str:
    """The address as Telegram would keep it, or "" when it is none it would make clickable."""
    url = url.strip()
    if not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", url):
        url = f"http://{url}"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    match parts.scheme.lower():
        case "tg" | "ton" | "tonsite":
            return url
        case "http" | "https" if "." in host or host == "localhost":
            return url if parts.path or parts.query or parts.fragment else f"{url}/"
    return ""


def linked(url: str) -> Json | None:
    """What an address makes of the words it stands behind: a mention, a link, or None for nothing."""
    person = url.removeprefix("tg://user?id=")
    if person != url and person.isdecimal():
        return {"type": "text_mention", "user": {"id": int(person)}}
    return {"type": "text_link", "url": checked} if (checked := link(url)) else None


def emoji_id(text: str) -> str:
    """The number of a custom emoji; raises 400 for what is none."""
    if not text.isdecimal() or not int(text):
        raise unreadable("Invalid custom emoji identifier specified")
    return text


def emoji_of(url: str) -> str:
    """The number in a tg://emoji?id=… address; raises 400 for every other address."""
    parts = urlsplit(url.lower())
    if parts.scheme != "tg":
        raise unreadable("Custom emoji URL must have scheme tg")
    if parts.netloc != "emoji":
        raise unreadable('Custom emoji URL must have host "emoji"')
    number = dict(parse_qsl(parts.query)).get("id")
    if number is None:
        raise unreadable("Custom emoji URL must have an emoji identifier")
    return emoji_id(number)


# the order among entities


def in_order(entities: Iterable[Json]) -> list[Json]:
    """Entities as Telegram lists them: by offset, the longer first, then the wrapping kind first."""
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"], _rank(entity["type"])))


def _rank(kind: str) -> int:
    return _ORDER.get(kind, _LATER.get(kind, 50))


def end(entity: Json) -> int:
    """Where an entity ends, in UTF-16 code units."""
    return int(entity["offset"] + entity["length"])


def _touch(one: Json, other: Json) -> bool:
    return bool(one["offset"] < end(other) and other["offset"] < end(one))


def _inside(one: Json, other: Json) -> bool:
    return bool(other["offset"] <= one["offset"] and end(one) <= end(other))


def _apart(entities: Iterable[Json]) -> list[Json]:
    """Of entities that touch, the first."""
    kept: list[Json] = []
    for entity in in_order(entities):
        if not kept or entity["offset"] >= end(kept[-1]):
            kept.append(entity)
    return kept


def nested(entities: Iterable[Json]) -> list[Json]:
    """Entities as Telegram lets them stand together.

    Links, mentions, emoji, code and what was found by itself never overlap; quotes may hold them whole. Bold and
    its sisters go around everything, cut where another entity begins or ends, and stay out of code.
    """
    given = [entity for entity in entities if entity["length"] > 0]
    quotes = _apart(e for e in given if e["type"] in _QUOTES)
    whole = _apart(e for e in given if e["type"] not in _QUOTES | _SPLITTABLE)
    whole = [e for e in whole if all(_inside(e, quote) or not _touch(e, quote) for quote in quotes)]
    stretches = [s for kind in _SPLITTABLE for s in _merged([e for e in given if e["type"] == kind])]
    cuts = {s["offset"] for s in stretches} | {at for e in [*quotes, *whole] for at in (e["offset"], end(e))}
    fixed = [e for e in whole if e["type"] in _FIXED]
    pieces = [
        piece for s in stretches for piece in _pieces(s, cuts) if not any(_touch(piece, e) for e in fixed)
    ]
    return in_order([*quotes, *whole, *pieces])


def _merged(entities: list[Json]) -> list[Json]:
    """Stretches of one kind, those that touch or meet made one."""
    result: list[Json] = []
    for entity in in_order(entities):
        if result and entity["offset"] <= end(result[-1]):
            last = result[-1]
            result[-1] = last | {"length": max(end(last), end(entity)) - last["offset"]}
        else:
            result.append(entity)
    return result


def _pieces(entity: Json, cuts: set[int]) -> list[Json]:
    edges = sorted(
        {entity["offset"], end(entity)} | {at for at in cuts if entity["offset"] < at < end(entity)}
    )
    return [entity | {"offset": start, "length": stop - start} for start, stop in itertools.pairwise(edges)]


# what Telegram does to every message


def cleaned(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """The text without characters Telegram takes out, control characters as spaces, entities moved along."""
    text = _BLANK.sub(" ", text)
    gone = [utf16(text[: match.start()]) for match in _DROPPED.finditer(text)]
    if not gone:
        return text, entities

    def kept(at: int) -> int:
        return at - sum(each < at for each in gone)

    moved = [e | {"offset": kept(e["offset"]), "length": kept(end(e)) - kept(e["offset"])} for e in entities]
    return _DROPPED.sub("", text), [entity for entity in moved if entity["length"]]


def trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """The text without white space around it, entities moved along."""
    if text == (kept := text.strip()):
        return text, entities
    before = utf16(text[: len(text) - len(text.lstrip())])
    length = utf16(kept)
    moved = []
    for entity in entities:
        start = max(entity["offset"] - before, 0)
        stop = min(end(entity) - before, length)
        if start < stop:
            moved.append(entity | {"offset": start, "length": stop - start})
    return kept, moved


def found(text: str, entities: list[Json]) -> list[Json]:
    """The entities plus what Telegram finds by itself: commands, links, mentions, hashtags, e-mail addresses."""
    taken = [e for e in entities if e["type"] in {*_FIXED, "text_link", "text_mention", "custom_emoji"}]
    extra: list[Json] = []
    for match in _FOUND.finditer(text):
        entity: Json = {
            "type": match.lastgroup,
            "offset": utf16(text[: match.start()]),
            "length": utf16(match[0]),
        }
        if not any(_touch(entity, other) for other in taken):
            extra.append(entity)
    return nested([*entities, *extra])[:MOST_ENTITIES] if extra else entities[:MOST_ENTITIES]


def settled(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    """Text and entities as they are kept and given back: cleaned, nested, trimmed, what is found added."""
    text, entities = cleaned(text, nested(entities))
    text, entities = trimmed(text, nested(entities))
    return text, found(text, nested(entities))
