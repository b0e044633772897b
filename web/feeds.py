"""Feeds: the newest voices for a feed reader, as Atom (RFC 4287), in each language."""

from uuid import UUID

from aiohttp import web

from bot import visiting
from bot.ports import Store
from bot.words import Catalogs
from web.answering import OPEN, answer
from web.rendering import rendered
from web.speaking import Speech

MOST = 50
"""Voices of a feed."""


class Feeds:
    """A feed for each language. `url`: the site's public address; "": links are relative to the feed."""

    def __init__(self, store: Store, catalogs: Catalogs, url: str = "") -> None:
        self._store = store
        self._url = url
        self._speech = {each.code: Speech(catalogs, each) for each in catalogs.ready}

    @property
    def routes(self) -> list[web.RouteDef]:
        """One for each language."""
        return [web.get(f"/{{language:{'|'.join(self._speech)}}}/feed.xml", self.newest)]

    async def newest(self, request: web.Request) -> web.Response:
        """The newest voices, whatever language they were told in."""
        page = await visiting.page(self._store, visiting.Wish(), MOST)
        speech = self._speech[request.match_info["language"]]
        body = rendered(
            "feed.xml",
            say=speech.say,
            speech=speech,
            url=self._url,
            voices=[(UUID(each.id).urn, each) for each in page.voices],
            updated=max((each.since for each in page.voices), default="1970-01-01"),
        )
        return answer(request, body, "application/atom+xml", more=OPEN)
