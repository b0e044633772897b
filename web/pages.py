"""Pages: what is read in a browser. Each looks at the rows and renders a template."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot import policy, posters, visiting
from bot.ports import Store
from bot.shown import Numbers, Shown
from bot.visiting import House, Wish
from bot.wall import INITIATIVE
from bot.words import FALLBACK, Catalogs
from web import drawing
from web.answering import MINUTE, answer
from web.rendering import rendered
from web.speaking import Speech, preferred

AT_ONCE = 12
"""Voices of one page: with long ones in a script of three bytes a letter it stays below 60 kB."""

CUT = 600
"""Characters of a voice on the wall; all of it is on its own page."""

LARGEST = 100
"""Characters of one part of a question that are read."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
"""What nobody types; PostgreSQL refuses a question that holds one."""

FORMS = ("testimony", INITIATIVE)


@dataclass(frozen=True, slots=True)
class Extract:
    """A voice as the wall shows it: its paragraphs as it was told, those of its translation for this reader (none where
    there is none), and whether there is more of it.
    """

    voice: Shown
    paragraphs: tuple[str, ...]
    translation: tuple[str, ...]
    more: bool


def extract(voice: Shown, reader: str, longest: int = 0) -> Extract:
    """Its paragraphs, cut where a word ends; the original of a translation is cut at half of that. 0: not cut."""
    translation = voice.into(reader)
    told, cut = _paragraphs(voice.text, longest // 2 if translation else longest)
    if translation is None:
        return Extract(voice, told, (), cut)
    read, more = _paragraphs(translation.text, longest)
    return Extract(voice, told, read, cut or more)


def _paragraphs(text: str, longest: int) -> tuple[tuple[str, ...], bool]:
    """The paragraphs of a text up to so many characters (0: all of them), and whether it goes on."""
    more = bool(longest) and len(text) > longest
    if more:
        text = text[:longest]
        text = f"{text[: text.rfind(' ')] if ' ' in text[longest // 2 :] else text}…"
    return tuple(line for line in text.split("\n") if line.strip()), more


def wish(request: web.Request, form: str = "") -> Wish:
    """What a reader asks for."""

    def asked(name: str) -> str:
        return _CONTROLS.sub(" ", request.query.get(name, "")).strip()[:LARGEST]

    return Wish(
        asked("theme"),
        asked("region"),
        asked("language"),
        form or asked("form"),
        asked("q"),
        asked("after"),
        request.match_info["language"],
    )


class Pages:
    """The pages of one site."""

    def __init__(self, store: Store, catalogs: Catalogs) -> None:
        self._store = store
        self._catalogs = catalogs
        self._speech = {each.code: Speech(catalogs, each) for each in catalogs.ready}

    @property
    def routes(self) -> list[web.RouteDef]:
        """Every page; `{language}` is one of those that are ready."""
        language = f"/{{language:{'|'.join(self._speech)}}}"
        return [
            web.get("/", self.door),
            web.get(language, self.wall_of),
            web.get(f"{language}/", self.wall),
            web.get(f"{language}/voices/{{id:[0-9a-f]{{32}}}}", self.voice),
            web.get(f"{language}/initiatives", self.initiatives),
            web.get(f"{language}/map", self.map),
            web.get(f"{language}/weeks", self.weeks),
            web.get(f"{language}/themes", self.themes),
            web.get(f"{language}/about", self.about),
            web.get(f"{language}/privacy", self.privacy),
        ]

    async def door(self, request: web.Request) -> web.Response:
        """To the wall in the reader's language."""
        language = preferred(request.headers.get("Accept-Language", ""), self._catalogs.ready)
        headers = {"Location": f"/{language}/", "Vary": "Accept-Language", "Cache-Control": "no-store"}
        return web.Response(status=303, headers=headers)

    async def wall_of(self, request: web.Request) -> web.Response:
        """The wall, whose address ends with a slash."""
        headers = {"Location": f"/{request.match_info['language']}/", "Cache-Control": "no-store"}
        return web.Response(status=308, headers=headers)

    async def wall(self, request: web.Request) -> web.Response:
        """Voices, the newest first, or those that are sought."""
        return await self._wall(request, "wall")

    async def initiatives(self, request: web.Request) -> web.Response:
        """What people do for one another."""
        return await self._wall(request, "initiatives", INITIATIVE)

    async def _wall(self, request: web.Request, which: str, form: str = "") -> web.Response:
        asked = wish(request, form)
        house = await self._house()
        page = await visiting.page(self._store, asked, AT_ONCE)
        narrowed = {
            name: value
            for name, value in (
                ("theme", asked.theme),
                ("region", asked.region),
                ("language", asked.language),
                ("form", "" if form else asked.form),
                ("q", asked.words),
            )
            if value
        }
        return self._page(
            request,
            which,
            house,
            wish=asked,
            narrowed=bool(narrowed),
            fixed=form,
            voices=[extract(each, asked.reader, CUT) for each in page.voices],
            further=f"?{urlencode({**narrowed, 'after': page.further})}" if page.further else "",
        )

    async def voice(self, request: web.Request) -> web.Response:
        """One voice, all of it."""
        house, found = await self._store.transact(
            lambda unit: (visiting.house(unit), visiting.one(unit, request.match_info["id"]))
        )
        if found is None:
            return self._page(request, "gone", house, status=404)
        return self._page(request, "voice", house, one=extract(found, request.match_info["language"]))

    async def map(self, request: web.Request) -> web.Response:
        """Regions, and how many voices each has."""
        house, numbers = await self._numbers()
        squares = drawing.drawn({each.id: each.countries for each in house.regions}, numbers.regions)
        at = drawing.steps(numbers.regions)
        shades = {each.id: drawing.shaded(numbers.regions.get(each.id), at) for each in house.regions}
        return self._page(request, "map", house, numbers=numbers, map=squares, steps=at, shades=shades)

    async def weeks(self, request: web.Request) -> web.Response:
        """When voices were told, week by week."""
        house, numbers = await self._numbers()
        return self._page(request, "weeks", house, numbers=numbers, chart=drawing.weekly(numbers.weeks))

    async def themes(self, request: web.Request) -> web.Response:
        """What voices are about, month by month."""
        house, numbers = await self._numbers()
        last = max((month for each in numbers.months.values() for month in each), default="")
        months = drawing.months_of(last) if last else []
        themes = [
            (code, numbers.themes.get(code.id), drawing.monthly(numbers.months.get(code.id, {}), months))
            for code in house.themes
        ]
        themes.sort(key=lambda each: -(each[1] or 0))
        return self._page(request, "themes", house, numbers=numbers, months=months, rows=themes)

    async def about(self, request: web.Request) -> web.Response:
        """Whose words these are, how they come here, and how to reach the bot."""
        house = await self._house()
        link = f"https://t.me/{house.bot}" if house.bot else ""
        code = posters.drawn(link) if link else None
        return self._page(request, "about", house, link=link, code=code)

    async def privacy(self, request: web.Request) -> web.Response:
        """The policy, as /privacy says it; of all partners where there are several."""
        house = await self._house()
        names = " · ".join(each.name for each in house.partners)
        contacts = " · ".join(filter(None, (each.contact for each in house.partners)))
        title, *rest = policy.sentences(names, contacts)
        return self._page(request, "privacy", house, title=title, sentences=rest)

    def fault(self, request: web.Request, status: int) -> web.Response:
        """A page for what cannot be shown; it needs no row."""
        house = House((), (), (), "")
        return self._page(request, "fault", house, status=status, code=status)

    async def _house(self) -> House:
        return await self._store.transact(visiting.house)

    async def _numbers(self) -> tuple[House, Numbers]:
        return await self._store.transact(lambda unit: (visiting.house(unit), visiting.numbers(unit)))

    def _page(
        self, request: web.Request, which: str, house: House, *, status: int = 200, **values: Any
    ) -> web.Response:
        language = request.match_info.get("language") or request.path.lstrip("/").partition("/")[0]
        speech = self._speech.get(language) or self._speech[FALLBACK]
        asked = request.rel_url.raw_query_string  # as it was asked: an “&” in a word is no new part of it
        rest = request.path.partition("/")[2].partition("/")[2] if language in self._speech else ""
        body = rendered(
            f"{which}.html",
            which=which,
            speech=speech,
            say=speech.say,
            house=house,
            called={each.id: speech.theme(each) for each in house.themes},
            rest="" if which in ("gone", "fault") else rest,
            query=f"?{asked}" if asked and status == 200 else "",
            regions=_named(speech, house),
            forms=FORMS,
            **values,
        )
        return answer(request, body, "text/html", status=status, age=MINUTE if status == 200 else 0)


def _named(speech: Speech, house: House) -> Mapping[str, str]:
    """What regions are called, by their id, in the order of their names."""
    named = {each.id: speech.region(each.name) for each in house.regions}
    return dict(sorted(named.items(), key=lambda each: each[1].casefold()))
