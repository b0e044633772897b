"""The API: the same voices and numbers as data, for whoever works with them. `openapi.json` says all of it."""

import re
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

from bot import visiting
from bot.ports import Store
from bot.shown import Shown, place
from bot.visiting import House, Wish
from bot.words import Catalogs
from web.answering import OPEN, answer
from web.pages import FORMS, LARGEST
from web.photos import address

MOST, USUAL = 100, 20
"""Voices of one answer, at most and where nothing is said."""

DESCRIPTION = (Path(__file__).parent / "openapi.json").read_bytes()

_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,100}")
_CODE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class Wrong(Exception):
    """A question that cannot be answered: which part of it, and what it may be."""

    def __init__(self, name: str, remedy: str) -> None:
        super().__init__(f"{name}: {remedy}")


class Api:
    """`/api/v1`: read only, without a key, no more than the pages show."""

    def __init__(self, store: Store, catalogs: Catalogs) -> None:
        self._store = store
        self._languages = [each.code for each in catalogs.ready]

    @property
    def routes(self) -> list[web.RouteDef]:
        """All of it."""
        return [
            web.get("/api/v1/openapi.json", self.described),
            web.get("/api/v1/voices", self.voices),
            web.get("/api/v1/voices/{id:[0-9a-f]{32}}", self.voice),
            web.get("/api/v1/themes", self.themes),
            web.get("/api/v1/regions", self.regions),
            web.get("/api/v1/numbers", self.numbers),
        ]

    async def described(self, request: web.Request) -> web.Response:
        """What there is (OpenAPI 3.1)."""
        return answer(request, DESCRIPTION, "application/json", more=OPEN)

    async def voices(self, request: web.Request) -> web.Response:
        """Voices that are sought, the newest week first, page by page."""
        try:
            asked, most = _wish(request), _most(request)
        except Wrong as wrong:
            return _refused(request, 400, str(wrong))
        page = await visiting.page(self._store, asked, most)
        return _said(
            request, {"voices": [_plain(each) for each in page.voices], "further": page.further or None}
        )

    async def voice(self, request: web.Request) -> web.Response:
        """One voice."""
        found = await self._store.transact(lambda unit: visiting.one(unit, request.match_info["id"]))
        if found is None:
            return _refused(request, 404, "There is no such voice, or it was taken back.")
        return _said(request, _plain(found))

    async def themes(self, request: web.Request) -> web.Response:
        """Themes by their id, with their names."""
        house = await self._house()
        return _said(
            request,
            {
                "themes": [
                    {"id": code.id, "names": {each: code.name(each) for each in self._languages}}
                    for code in house.themes
                ]
            },
        )

    async def regions(self, request: web.Request) -> web.Response:
        """Regions by their id, with their countries."""
        house = await self._house()
        return _said(
            request,
            {
                "regions": [
                    {"id": each.id, "name": each.name, "countries": list(each.countries)}
                    for each in house.regions
                ]
            },
        )

    async def numbers(self, request: web.Request) -> web.Response:
        """How many, rounded down to tens; null below ten."""
        return _said(request, await self._store.transact(visiting.numbers))

    async def _house(self) -> House:
        return await self._store.transact(visiting.house)


def fault(request: web.Request, status: int) -> web.Response:
    """What is said where nothing can be answered."""
    return _refused(request, status, "There is nothing here." if status < 500 else "Please try again later.")


def _wish(request: web.Request) -> Wish:
    form = _asked(request, "form")
    if form not in ("", *FORMS):
        raise Wrong("form", f"one of {', '.join(FORMS)}")
    after = _asked(request, "after")
    if after and place(after) is None:
        raise Wrong("after", "what `further` said")
    language = _asked(request, "language")
    if language and not _CODE.fullmatch(language):
        raise Wrong("language", "the code of a language, as en")
    return Wish(
        _asked(request, "theme"), _asked(request, "region"), language, form, _asked(request, "q"), after
    )


def _asked(request: web.Request, name: str) -> str:
    values = request.query.getall(name, [])
    if not values:
        return ""
    if len(values) > 1 or not _NAME.fullmatch(values[0]):
        raise Wrong(name, f"once, 1 to {LARGEST} characters without control characters")
    return values[0]


def _most(request: web.Request) -> int:
    written = _asked(request, "limit") or str(USUAL)
    if not re.fullmatch(r"[1-9][0-9]{0,2}", written, re.ASCII) or int(written) > MOST:
        raise Wrong("limit", f"a number from 1 to {MOST}")
    return int(written)


def _plain(voice: Shown) -> dict[str, Any]:
    return {
        "id": voice.id,
        "form": voice.form,
        "language": voice.language,
        "country": voice.country or None,
        "week": voice.week,
        "since": voice.since,
        "themes": list(voice.themes),
        "text": voice.text,
        "translations": [{"language": each.language, "text": each.text} for each in voice.translations],
        "photo": address(voice.photo) if voice.photo else None,
    }


def _said(request: web.Request, data: Any) -> web.Response:
    return answer(request, orjson.dumps(data), "application/json", more=OPEN)


def _refused(request: web.Request, status: int, why: str) -> web.Response:
    return answer(request, orjson.dumps({"error": why}), "application/json", status=status, age=0, more=OPEN)
