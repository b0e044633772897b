"""The sizes Telegram makes of a photo."""

import struct

from sandbox.world import File, World


def photo_files(world: World, data: bytes, size: int | None = None) -> tuple[File, ...]:
    """The sizes Telegram makes of a photo, smallest first; all carry the same bytes here."""
    width, height = _dimensions(data)
    longest = max(width, height)
    scales = [side for side in (90, 320, 800) if side < longest] + [min(longest, 1280)]
    whole = len(data) if size is None else size
    return tuple(
        world.add_file(
            "photo",
            data,
            size=whole if side == scales[-1] else max(whole * side // longest, 1),
            width=max(width * side // longest, 1),
            height=max(height * side // longest, 1),
        )
        for side in scales
    )


def _dimensions(data: bytes) -> tuple[int, int]:
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return max(width, 1), max(height, 1)
    at = 2
    while data.startswith(b"\xff\xd8") and at + 9 < len(data) and data[at] == 0xFF:
        if data[at + 1] in {0xC0, 0xC1, 0xC2}:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return max(width, 1), max(height, 1)
        at += 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
    return 1280, 960
