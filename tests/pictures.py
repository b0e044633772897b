"""The smallest pictures, sounds and films that are what they are, and .zip files that hold them."""

import struct
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile


def png(shade: int = 0) -> bytes:
    """A grey point, as dark as `shade` says: 0 to 255."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    points = zlib.compress(bytes([0, shade]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", points) + chunk(b"IEND", b"")


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
