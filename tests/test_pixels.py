"""A photo anew from its pixels: nothing that was hidden in the file is in what everybody may see (S7)."""

import io

import pytest
from PIL import Image

from bot.pixels import LARGEST, LONGEST, anew
from storage.tables import LARGEST_PICTURE
from tests.photographs import CANARY, HOSTILE, NO_PHOTOS, drawn, packed, segments

PLAIN = {0xE0, 0xDB, 0xC0, 0xC2, 0xC4, 0xDA}
"""What a JPEG needs: that it is one, tables, its size, and where its pixels begin."""


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_hidden_in_a_file_stays_behind(what: str) -> None:
    """S7: looked at by hand, marker by marker, and by its letters; the picture itself is there, and upright."""
    assert CANARY in HOSTILE[what]
    made = anew(HOSTILE[what])
    assert made is not None
    content, width, height = made
    assert CANARY not in content
    found = list(segments(content))
    assert {marker for marker, _ in found} <= PLAIN
    assert [held[:5] for marker, held in found if marker == 0xE0] == [b"JFIF\0"]
    assert [len(held) for marker, held in found if marker == 0xE0] == [14]  # no small picture within
    shown = Image.open(io.BytesIO(content))
    assert (shown.mode, shown.format, shown.size) == ("RGB", "JPEG", (width, height))
    red, _, blue = shown.getpixel((2, 2))  # type: ignore[misc]  # RGB: three numbers
    assert red > blue
    red, _, blue = shown.getpixel((width - 3, height - 3))  # type: ignore[misc]  # RGB: three numbers
    assert blue > red


@pytest.mark.parametrize("what", NO_PHOTOS)
def test_what_is_no_photo_is_not_shown(what: str) -> None:
    """S7: not what is cut off, nor what would fill the memory."""
    assert anew(NO_PHOTOS[what]) is None


def test_a_large_one_becomes_as_small_as_a_page_can_bear() -> None:
    noise = Image.effect_noise((2_000, 1_500), 90).convert("RGB")
    content, width, height = anew(packed(noise, quality=95)) or (b"", 0, 0)
    assert 0 < len(content) <= LARGEST == LARGEST_PICTURE
    assert (max(width, height) <= LONGEST, round(width / height, 1)) == (True, 1.3)
    _, *size = anew(packed(drawn(3_000, 1_000))) or (b"", 0, 0)
    assert size == [LONGEST, 400]
