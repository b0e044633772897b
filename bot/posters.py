"""Posters: a link as a QR code that a phone reads from a wall. No network, no third party's mark.

Error level M or better, a quiet zone of four modules, and modules large enough for A4 (ISO/IEC 18004).
"""

import io
from struct import pack
from xml.sax.saxutils import escape, quoteattr
from zlib import crc32

import segno

LEVEL = "m"
"""The least share of a code that may be dirty or torn and is still read: 15 %."""

QUIET = 4
"""Modules of white around it."""

SCALE = 25
"""Pixels of a module: the shortest of our links makes a thousand pixels, enough for print on A4."""

_END = b"\x00\x00\x00\x00IEND"
_WIDE, _HIGH, _CODE = 210, 297, 170
"""Millimetres of an A4 sheet, and of the code on it."""


def poster(link: str, caption: str) -> bytes:
    """The code as a black and white PNG; `caption` is its title, for who does not see it. ValueError: the link is
    longer than a code can hold.
    """
    written = io.BytesIO()
    _code(link).save(written, kind="png", scale=SCALE, border=QUIET)
    head, end, tail = written.getvalue().partition(_END)
    title = b"iTXtTitle\x00\x00\x00\x00\x00" + caption.encode()
    return head + pack(">I", len(title) - 4) + title + pack(">I", crc32(title)) + end + tail


def sheet(link: str, caption: str) -> str:
    """An A4 page to print, as SVG: what it is, the code, and the link in letters for who has no camera. ValueError as
    for `poster`.
    """
    side, path = drawn(link)
    middle, left, top = _WIDE / 2, (_WIDE - _CODE) / 2, 70
    small = min(7.0, 1.7 * (_WIDE - 20) / max(len(link), 1))
    large = min(14.0, 1.7 * (_WIDE - 20) / max(len(caption), 1))
    text = 'text-anchor="middle" font-family="sans-serif"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDE}mm" height="{_HIGH}mm"'
        f' viewBox="0 0 {_WIDE} {_HIGH}" role="img" aria-label={quoteattr(caption)}>'
        f'<rect width="{_WIDE}" height="{_HIGH}" fill="#fff"/>'
        f'<text x="{middle}" y="50" {text} font-size="{large:.1f}">{escape(caption)}</text>'
        f'<g transform="translate({left} {top}) scale({_CODE / side:.5f})"><path d="{path}"/></g>'
        f'<text x="{middle}" y="265" {text} font-size="{small:.1f}">{escape(link)}</text></svg>\n'
    )


def drawn(link: str) -> tuple[int, str]:
    """The code as a path of dark squares, one unit each, and how wide it is with its white edge. ValueError as for
    `poster`.
    """
    code = _code(link)
    path = "".join(
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(code.matrix, start=QUIET)
        for x, dark in enumerate(row, start=QUIET)
        if dark
    )
    return int(code.symbol_size(border=QUIET)[0]), path


def _code(link: str) -> segno.QRCode:
    try:
        return segno.make_qr(link, error=LEVEL)
    except segno.DataOverflowError as error:
        raise ValueError("this link is too long for a code") from error
