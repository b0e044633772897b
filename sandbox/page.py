"""The chat page: three static files, nothing from outside."""

from pathlib import Path

from aiohttp import web

STATIC = Path(__file__).parent / "static"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob: data:; "
        "style-src 'self'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def _file(name: str) -> web.FileResponse:
    return web.FileResponse(STATIC / name, headers=_HEADERS)


async def _index(_: web.Request) -> web.FileResponse:
    return _file("index.html")


async def _static(request: web.Request) -> web.FileResponse:
    name = request.match_info["name"]
    if not (STATIC / name).is_file():
        raise web.HTTPNotFound
    return _file(name)


def routes(app: web.Application) -> None:
    """`/` and `/static/…`."""
    app.router.add_get("/", _index)
    app.router.add_get(r"/static/{name:[a-z]+\.[a-z]+}", _static)
