"""Pixels: a photo made anew from nothing but its pixels, so that what is hidden in a file stays behind (S7).

Where it was taken, by which camera, comments, colour profiles, a picture within the picture, bytes behind the end: a
JPEG that is only saved again keeps some of it. Here the pixels are copied into a new picture, which never had any.
"""

import io
import warnings

from PIL import ExifTags, Image

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

_TURNED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How a photo is set upright, by how its camera was held (Exif: Orientation). No other tag is looked at: libraries that
write them anew stumble over those of real cameras.
"""

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
            warnings.simplefilter("ignore")  # of tags that are odd: none of them is read
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _smallest(_pixels(content))
    except Exception:  # noqa: BLE001 - whatever a file makes its reader stumble over: nothing else waits for it (R31)
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
        turned = _TURNED.get(photo.getexif().get(ExifTags.Base.Orientation, 1))
        seen = plain if turned is None else plain.transpose(turned)
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
