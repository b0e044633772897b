"""Scenery: invented photos for invented voices, drawn when they are needed. Nobody ever took them."""

import io
import random
from functools import cache

from PIL import Image, ImageDraw, ImageFilter

MANY = 6
"""How many different ones there are."""

SIZE = (800, 600)

_SKIES = (
    ((247, 214, 160), (120, 170, 205)),
    ((250, 190, 140), (110, 90, 140)),
    ((225, 235, 240), (130, 175, 215)),
)
_LAND = ((96, 124, 76), (150, 118, 78), (84, 112, 104), (122, 132, 70))
_THINGS = ((178, 84, 60), (208, 164, 88), (70, 96, 130), (190, 180, 168))


@cache
def scene(number: int) -> bytes:
    """One of MANY, as a JPEG: a sky, hills, and buckets, sacks or plants in a row; the same number is the same."""
    chance = random.Random(number)  # noqa: S311  (nothing is kept secret by it)
    low, high = _SKIES[number % len(_SKIES)]
    picture = Image.linear_gradient("L").resize(SIZE)
    picture = Image.composite(Image.new("RGB", SIZE, low), Image.new("RGB", SIZE, high), picture)
    draw = ImageDraw.Draw(picture)
    width, height = SIZE
    for ridge in range(3):
        colour = tuple(part - 18 * ridge for part in chance.choice(_LAND))
        top = height * (5 + ridge) // 10
        points = [(x, top + chance.randrange(-30, 30)) for x in range(0, width + 101, 100)]
        draw.polygon([(0, height), *points, (width, height)], fill=colour)
    things = chance.randint(3, 7)
    for n in range(things):
        size = chance.randint(50, 90)
        left, top = 60 + n * (width - 120) // things, height - 70 - size
        draw.rounded_rectangle((left, top, left + size, height - 60), size // 4, fill=chance.choice(_THINGS))
        draw.ellipse((left, top - 8, left + size, top + 14), fill=(60, 52, 46))
    out = io.BytesIO()
    picture.filter(ImageFilter.GaussianBlur(1.2)).save(out, "JPEG", quality=78)
    return out.getvalue()
