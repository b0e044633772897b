"""Pictures, sounds and films beside a form: what each is, by its bytes, and whether Telegram would take it."""

from collections.abc import Iterator, Mapping
from hashlib import sha256

from dialogs.check import Place
from dialogs.form import Attachment, Form, Issue
from dialogs.shown import Named, named
from dialogs.told import Told, told

MOST = {"image": 10, "audio": 50, "video": 50}
"""Megabytes that Telegram takes from a bot (Bot API sendPhoto, sendAudio, sendVideo)."""

_TAKEN = {"image": ".jpg, .png, .webp, .gif", "audio": ".mp3, .m4a, .ogg", "video": ".mp4"}
_BEGINNINGS = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf2", "audio/mpeg"),
    (28, b"OpusHead", "audio/ogg"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypiso", "video/mp4"),
    (4, b"ftypmp4", "video/mp4"),
    (4, b"ftypavc1", "video/mp4"),
    (4, b"ftypMSNV", "video/mp4"),
    (4, b"ftypM4V", "video/mp4"),
)
"""How each kind of file begins: the place, the bytes there, what it is. Its name is not asked (S9)."""


def mime_of(content: bytes) -> str:
    """What a file is; "" for anything that is not shown in a chat."""
    return next((mime for at, mark, mime in _BEGINNINGS if content.startswith(mark, at)), "")


def attached(form: Form, files: Mapping[str, bytes]) -> tuple[dict[str, Attachment], list[Issue]]:
    """Those of the files that the form shows, by name, and what is wrong with any of them."""
    found: dict[str, Attachment] = {}
    issues: list[Issue] = []
    for each in named(form):
        for name in (each.name,) if each.name else files:
            if name not in files or name in found:
                continue
            faults = list(_faults(each, name, files[name])) if each.name else []
            issues += [Place(each.ref, each.row, _column(each), each.sheet).issue(*fault) for fault in faults]
            if mime := mime_of(files[name]):
                found[name] = Attachment(sha256(files[name]).hexdigest(), mime)
    return found, list(dict.fromkeys(issues))


def _faults(each: Named, name: str, content: bytes) -> Iterator[tuple[Told, Told]]:
    most = MOST[each.kind]
    if mime_of(content).partition("/")[0] != each.kind:
        cause = told("A chat cannot show the file “{file}” here.", file=name)
        yield cause, told("Save it as one of these: {kinds}", kinds=_TAKEN[each.kind])
    elif len(content) > most * 1024 * 1024:
        yield (
            told("The file “{file}” has more than {most} MB.", file=name, most=most),
            told("Make it smaller."),
        )


def _column(each: Named) -> str:
    return f"media::{each.kind}"
