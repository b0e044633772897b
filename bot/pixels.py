"""Pixels: a photo made anew from nothing but its pixels, so that what is hidden in a file stays behind (S7).

Where it was taken, by which camera, comments, colour profiles, a picture within the picture, bytes behind the end: a
JPEG that is only saved again keeps some of it. Here the pixels are copied into a new picture, which never had any.
"""

import io
import warnings

from PIL import Image, ImageOps

LARGEST = 150_000
"""Bytes of what comes out, at most."""

LONGEST = 1200
"""Pixels of its longer side, at most."""

MOST = 20_000_000
"""Pixels of what goes in, at most: a larger one is not unpacked at all."""

FORMATS = ("JPEG", "PNG", "WEBP")
"""What is read; whatever else calls itself a photo is none."""

ENDING = ".jpg"
"""How the name of what comes out ends."""

_QUALITIES = (82, 74, 66, 58, 50, 40)
_SMALLER = 0.8
_WHITE = (255, 255, 255)


def anew(content: bytes) -> tuple[bytes, int, int] | None:
    """The photo as a JPEG of at most LARGEST bytes, upright, with its width and height; None where it is none, is cut
    off, or is too large. It takes as long as some hundred milliseconds: for a thread.
    """
    if len(content) == 0:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _smallest(_pixels(content))
    except (OSError, ValueError, SyntaxError, EOFError, ArithmeticError, LookupError, MemoryError, Warning):
        return None  # whatever a file that is no photo makes its reader stumble over
    except Image.DecompressionBombError:
        return None


def is_photo(content: bytes) -> bool:
    """Whether it could be shown at all. For a thread, too."""
    return anew(content) is not None


def _pixels(content: bytes) -> Image.Image:
    """A new picture with these pixels and nothing else, upright and not too long."""
    with Image.open(io.BytesIO(content), formats=FORMATS) as photo:
        if photo.width * photo.height > MOST:
            raise ValueError("too many pixels")
        photo.draft("RGB", (2 * LONGEST, 2 * LONGEST))  # a JPEG need not be unpacked larger than it is shown
        photo.load()
        mode = "RGBA" if photo.has_transparency_data else "RGB"
        plain = photo if photo.mode == mode else photo.convert(mode)
        plain.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
        seen = ImageOps.exif_transpose(plain)
    made = Image.new("RGB", seen.size, _WHITE)
    made.paste(seen, mask=seen.getchannel("A") if seen.mode == "RGBA" else None)
    return made


def _smallest(picture: Image.Image) -> tuple[bytes, int, int]:
    """As good as fits, and smaller where even the coarsest does not."""
    while True:
        for quality in _QUALITIES:
            out = io.BytesIO()
            picture.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= LARGEST:
                return out.getvalue(), picture.width, picture.height
        picture = picture.resize(
            (max(1, int(picture.width * _SMALLER)), max(1, int(picture.height * _SMALLER)))
        )
