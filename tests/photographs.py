"""Photographs for tests: small ones, with whatever somebody could hide in one, and files that only claim to be one."""

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image, PngImagePlugin

CANARY = b"canary-4-antananarivo"
"""Hidden in each of `HOSTILE`; it must be nowhere in what everybody may see."""

GPS = 0x8825
MODEL, ARTIST, ORIENTATION, RESOLUTION = 0x0110, 0x013B, 0x0112, 0x011A


def drawn(width: int = 48, height: int = 32) -> Image.Image:
    """A picture whose upper left corner is red, and the rest blue."""
    picture = Image.new("RGB", (width, height), (20, 40, 200))
    picture.paste((220, 30, 30), (0, 0, width // 3, height // 2))
    return picture


def packed(picture: Image.Image, kind: str = "JPEG", **more: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def _exif(turned: int = 1) -> bytes:
    exif = Image.Exif()
    exif[MODEL], exif[ARTIST] = CANARY.decode(), CANARY.decode()
    exif[ORIENTATION] = turned
    exif.get_ifd(GPS).update({1: "S", 2: (18.0, 52.0, 48.0), 29: CANARY.decode()})
    return exif.tobytes()


def _odd_exif() -> bytes:
    """Turned, with a resolution that is no number but words, as some cameras write their tags."""
    words = CANARY + b"\0"
    tags = struct.pack("<HHII", ORIENTATION, 3, 1, 6) + struct.pack("<HHII", RESOLUTION, 2, len(words), 38)
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + tags + struct.pack("<I", 0) + words


def _words() -> PngImagePlugin.PngInfo:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", CANARY.decode())
    words.add_itxt("XML:com.adobe.xmp", f"<x>{CANARY.decode()}</x>")
    return words


HOSTILE = {
    "EXIF with a place": packed(drawn(), exif=_exif()),
    "EXIF, turned": packed(drawn(32, 48).transpose(Image.Transpose.ROTATE_90), exif=_exif(6)),
    "EXIF, turned and odd": packed(drawn(32, 48).transpose(Image.Transpose.ROTATE_90), exif=_odd_exif()),
    "a comment": packed(drawn(), comment=CANARY),
    "XMP and a profile": packed(drawn(), xmp=CANARY, icc_profile=b"\0" * 128 + CANARY),
    "words in a PNG": packed(drawn(), "PNG", pnginfo=_words(), exif=_exif()),
    "a PNG with transparency": packed(drawn().convert("RGBA"), "PNG", pnginfo=_words()),
    "a palette": packed(drawn().convert("P"), "PNG", pnginfo=_words()),
    "XMP in a WebP": packed(drawn(), "WEBP", xmp=CANARY, exif=_exif(), icc_profile=b"\0" * 128 + CANARY),
    "something behind the end": packed(drawn()) + b"PK\x03\x04" + CANARY,
    "a page behind the beginning": packed(drawn(), comment=b"<script>" + CANARY + b"</script>"),
}
"""Photos that hide something."""


def _bomb() -> bytes:
    """A PNG of 30,000 × 30,000 pixels in some hundred bytes, of which only the head is there."""
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1_000)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


NO_PHOTOS = {
    "nothing": b"",
    "words": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "cut off": packed(drawn(600, 400), quality=95)[:-400],
    "a cut PNG": packed(drawn(600, 400), "PNG")[:-40],
    "a bomb": _bomb(),
    "another kind": packed(drawn(), "GIF"),
    "a document": packed(drawn(), "PDF"),
    "only a beginning": b"\xff\xd8\xff\xe0",
}
"""Files that are no photos, or not whole, or too large."""


def segments(jpeg: bytes) -> Iterator[tuple[int, bytes]]:
    """The parts of a JPEG by their markers, read by hand; AssertionError where it is not what it should be."""
    assert jpeg[:2] == b"\xff\xd8"
    at = 2
    while True:
        assert jpeg[at] == 0xFF
        marker = jpeg[at + 1]
        length = struct.unpack(">H", jpeg[at + 2 : at + 4])[0]
        yield marker, jpeg[at + 4 : at + 2 + length]
        at += 2 + length
        if marker == 0xDA:  # what follows are the pixels, to the very end
            assert jpeg.endswith(b"\xff\xd9")
            assert jpeg.index(b"\xff\xd9", at) == len(jpeg) - 2
            return
