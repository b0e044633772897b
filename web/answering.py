"""Answering: every response leaves with the same strict headers, and can be kept for a minute (S15)."""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType

from aiohttp import web

MINUTE = 60
"""Seconds for which a page may be kept by a browser or a proxy: so long may a voice be read after it was taken back."""

JPEG = "image/jpeg"

YEAR = 365 * 24 * 3600
"""Seconds for which what has its hash in its name may be kept."""

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Content Security Policy: no script at all, nothing from elsewhere, in nobody's frame."""

_OFF = (
    *(
        "accelerometer",
        "autoplay",
        "camera",
        "display-capture",
        "encrypted-media",
        "fullscreen",
        "geolocation",
    ),
    *(
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "picture-in-picture",
        "usb",
        "xr-spatial-tracking",
    ),
)

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": POLICY,
        "Strict-Transport-Security": f"max-age={2 * YEAR}",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": ", ".join(f"{name}=()" for name in _OFF),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Robots-Tag": "noarchive",
    }
)
"""What every response carries. No copy of a page is to outlive a withdrawal in somebody's archive."""

OPEN: Mapping[str, str] = MappingProxyType(
    {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
)
"""What data carries besides: any page may read what everybody may read."""


def answer(
    request: web.Request,
    body: str | bytes,
    kind: str,
    *,
    status: int = 200,
    age: int = MINUTE,
    more: Mapping[str, str] = MappingProxyType({}),
) -> web.Response:
    """A response that may be kept for `age` seconds; 304 where the reader has it as it is. 0: not to be kept."""
    content = body.encode() if isinstance(body, str) else body
    tag = hashlib.sha256(content).hexdigest()[:32]
    kept = f"public, max-age={age}{', immutable' if age >= YEAR else ''}" if age else "no-store"
    headers = {"Cache-Control": kept, "ETag": f'"{tag}"', **more}
    if status == 200 and any(each.value in (tag, "*") for each in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    if kind == JPEG:  # neither text nor smaller when packed
        return web.Response(body=content, status=status, headers={**headers, "Content-Type": kind})
    response = web.Response(
        body=content, status=status, headers={**headers, "Content-Type": f"{kind}; charset=utf-8"}
    )
    response.headers["Vary"] = ", ".join(filter(None, (response.headers.get("Vary"), "Accept-Encoding")))
    response.enable_compression()
    return response


async def seal(request: web.Request, response: web.StreamResponse) -> None:
    """The last thing before a response leaves: the headers it lacks, and no word of what made it."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.popall("Server", None)
