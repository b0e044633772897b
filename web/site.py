"""The site: pages, feeds and data as one application that only reads. Nobody who reads is counted or known."""

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.ports import Store, Unavailable
from bot.words import Catalogs
from web import answering, api
from web.api import Api
from web.feeds import Feeds
from web.gently import Gently
from web.pages import Pages
from web.photos import Photos
from web.rendering import TYPES, statics

LARGEST = 1024
"""Bytes of the largest body anyone may send: nobody needs to send one."""

log = logging.getLogger("voices.pages")

Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


def site(store: Store, catalogs: Catalogs, url: str = "") -> web.Application:
    """The application. `url`: its public address, by which feeds name their entries; "" where it is not known."""
    readers = Gently(store)
    pages = Pages(readers, catalogs)

    @web.middleware
    async def kindly(request: web.Request, handler: Handle) -> web.StreamResponse:
        """Whatever goes wrong is answered by a page of ours, and told to nobody but the log, without who asked."""
        try:
            return await handler(request)
        except web.HTTPException as refusal:
            status, more = (
                refusal.status,
                {"Allow": refusal.headers["Allow"]} if "Allow" in refusal.headers else {},
            )
        except Unavailable:
            status, more = 503, {"Retry-After": str(answering.MINUTE)}
        except Exception:
            log.exception("a page could not be made")
            status, more = 500, {}
        said = (api.fault if request.path.startswith("/api/") else pages.fault)(request, status)
        said.headers.update(more)
        return said

    application = web.Application(client_max_size=LARGEST, middlewares=[kindly])
    application.on_response_prepare.append(answering.seal)
    for part in (pages, Photos(readers), Feeds(readers, catalogs, url), Api(readers, catalogs)):
        application.add_routes(part.routes)
    application.add_routes([web.get("/static/{name}", static), web.get("/robots.txt", robots)])
    return application


async def static(request: web.Request) -> web.Response:
    """What is served as it is, under a name that changes with it."""
    name = request.match_info["name"]
    if name not in statics():
        raise web.HTTPNotFound
    plain, content = statics()[name]
    kind = TYPES[plain[plain.rfind(".") :]]
    return answering.answer(request, content, kind, age=answering.YEAR)


async def robots(request: web.Request) -> web.Response:
    """Whoever searches may read everything, and keep no copy."""
    return answering.answer(request, "User-agent: *\nDisallow: /api/\n", "text/plain", age=86_400)
