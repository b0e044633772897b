"""S15: every response leaves with the same strict headers, whichever route, whatever happened."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientResponse

from bot.health import listening
from tests.deeds.stage import catalogs
from tests.stores import every_row
from tests.web.stage import Site
from web.rendering import statics
from web.site import site as made

EXAMPLES = {"{language}": "en", "{id}": "f" * 32, "{name}": next(iter(statics()))}
"""What stands for the changing part of a route."""

REQUIRED = {
    "Content-Security-Policy",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Permissions-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Cache-Control",
}

POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}
"""The whole policy: where a script could come from is not in it."""


def routes() -> list[str]:
    """Every route of the site, with something in its changing parts."""
    found = {route.resource.canonical for route in made(None, catalogs()).router.routes() if route.resource}  # type: ignore[arg-type]  # no store is asked
    filled = []
    for each in sorted(found):
        path = each
        for part, example in EXAMPLES.items():
            path = path.replace(part, example)
        assert "{" not in path, path
        filled.append(path)
    return filled


def check(response: ClientResponse) -> None:
    """All that must be there, and nothing that must not."""
    assert REQUIRED - set(response.headers) == set(), (response.url, response.status)
    given = dict(
        part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";")
    )
    assert given == POLICY
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert int(response.headers["Strict-Transport-Security"].removeprefix("max-age=")) >= 31_536_000
    for sensor in ("camera", "microphone", "geolocation"):
        assert f"{sensor}=()" in response.headers["Permissions-Policy"]
    feed = response.url.path.endswith("feed.xml") and response.status < 400
    data = feed or response.url.path.startswith("/api/")
    assert response.headers["Cross-Origin-Resource-Policy"] == ("cross-origin" if data else "same-origin")
    assert response.headers.get("Access-Control-Allow-Origin") == ("*" if data else None)
    assert not {"Server", "Set-Cookie", "X-Powered-By"} & set(response.headers)
    if response.status >= 400:
        assert response.headers["Cache-Control"] == "no-store"
    if response.status not in (303, 304, 308):
        assert "charset=utf-8" in response.headers["Content-Type"]


def test_there_are_routes_to_look_at() -> None:
    assert len(routes()) > 18


async def test_every_route_has_them(site: Site) -> None:
    """S15: as it is asked for, as HEAD, by who has it already, and as what only reads refuses."""
    for path in (*routes(), "/none", "/en/none", "/api/v1/none", "/static/../bot/config.py", "/xx/"):
        await _asked(site, path)


async def _asked(site: Site, path: str) -> None:
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        async with site.client.request(method, path, allow_redirects=False, data=b"x") as response:
            assert response.status in ((200, 303, 308, 404) if method in ("GET", "HEAD") else (404, 405))
            check(response)
    async with site.client.get(path, headers={"If-None-Match": "*"}, allow_redirects=False) as response:
        assert response.status in (303, 304, 308, 404)
        check(response)


async def test_no_request_changes_a_row(site: Site) -> None:
    """S16: the pages only read, whatever is asked and by whatever method."""
    await site.hang("It is told.")
    before = every_row(site.stage.url)
    for path in (*routes(), "/en/?q=told&theme=food", "/api/v1/voices?q=told"):
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
            async with site.client.request(method, path, allow_redirects=False, data=b"q=x") as response:
                await response.read()
    assert every_row(site.stage.url) == before


async def test_what_breaks_has_them_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """S15: nobody is told what broke, nor is it written who asked."""

    def broken(self: object, work: object) -> None:
        raise RuntimeError("canary")

    monkeypatch.setattr(type(site.stage.store), "transact", broken)
    for path in routes():
        async with site.client.get(path, allow_redirects=False) as response:
            assert response.status in (200, 303, 308, 500)
            check(response)
            assert "canary" not in await response.text()


async def test_nobody_s_address_is_written_whatever_they_send(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """Nonsense is answered in one line by the server beneath, what asks for no path by a page of ours; the log does not
    hear of it.
    """
    async with served(site) as port:
        for nonsense, status in {
            b"nonsense\r\n\r\n": b" 400 ",
            b"GET / HTTP/1.1\r\nHost: \x00\r\n\r\n": b" 400 ",
            b"GET /en/ HTTP/9\r\n\r\n": b" 400 ",
            b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n": b" 404 ",
            b"GET http://x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n": b" 404 ",
        }.items():
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(nonsense)
            answer = await reader.read()
            writer.close()
            assert status in answer.partition(b"\r\n")[0]
    assert "127.0.0.1" not in "".join(
        record.getMessage() for record in caplog.records if "listening on" not in record.getMessage()
    )


@asynccontextmanager
async def served(site: Site) -> AsyncIterator[int]:
    """The site where an operator would have it."""
    application = made(site.stage.store, catalogs())
    async with listening("127.0.0.1", 0, application, "VOICES_PAGES_LISTEN") as port:
        yield port
