"""The smallest pictures, sounds and films that are what they are, a larger picture, .zip files that hold them."""

import math
import struct
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile


def png(shade: int = 0) -> bytes:
    """A grey point, as dark as `shade` says: 0 to 255."""
    return drawn(1, 1, 0, bytes([0, shade]))


def drawn(width: int, height: int, colours: int, rows: bytes, palette: bytes = b"") -> bytes:
    """A PNG of these rows, each after its filter's 0; `colours`: 0 grey, 2 red, green and blue, 3 of `palette`."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, colours, 0, 0, 0)
    points = zlib.compress(rows, 9)
    known = chunk(b"PLTE", palette) if palette else b""
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + known + chunk(b"IDAT", points) + chunk(b"IEND", b"")


def well() -> bytes:
    """A drawing of water between its banks under a light sky."""
    width, height, colours = 480, 220, ((214, 232, 245), (196, 168, 120), (64, 140, 190))
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            bank = 90 + 14 * math.sin(x / 60)
            wave = bank + 30 + 5 * math.sin(x / 17 + y / 23)
            rows += bytes(colours[(y > bank) + (y > wave)])
    return drawn(width, height, 2, bytes(rows))


MP3 = b"ID3" + b"\0" * 40
MP4 = b"\0\0\0\x18ftypisom" + b"\0" * 40
OPUS = b"OggS" + b"\0" * 24 + b"OpusHead" + b"\0" * 20


def packed(files: dict[str, bytes]) -> bytes:
    """A .zip of these files, by their paths."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return out.getvalue()
