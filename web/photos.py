"""Photos: each at an address of its own, for as long as it may be seen. No page but ours shows it."""

from collections.abc import Mapping
from types import MappingProxyType

from aiohttp import web

from bot import visiting
from bot.ports import Store
from bot.shown import Picture
from web.answering import JPEG, answer

UNSOUGHT: Mapping[str, str] = MappingProxyType({"X-Robots-Tag": "noindex, noarchive"})
"""Who searches for pictures keeps small copies of what was found, and shows them when it is long taken back."""


def address(photo: Picture) -> str:
    """Where it is."""
    return f"/photos/{photo.id}.jpg"


class Photos:
    """The photos of one site."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def routes(self) -> list[web.RouteDef]:
        """One for each photo."""
        return [web.get("/photos/{id:[0-9a-f]{32}}.jpg", self.one)]

    async def one(self, request: web.Request) -> web.Response:
        """It, where it may be seen now."""
        found = await self._store.transact(lambda unit: visiting.photo(unit, request.match_info["id"]))
        if found is None:
            raise web.HTTPNotFound
        return answer(request, found, JPEG, more=UNSOUGHT)
