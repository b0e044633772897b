"""S14: no stored word runs as code: every payload in every field that is shown, over every page, feed and answer."""

import json
from collections.abc import Sequence
from html.parser import HTMLParser
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest

from bot.linking import NAME
from bot.people import Partner, Region
from bot.ports import Unit
from bot.shown import Shown, Translation
from tests.web.hostile import PAYLOADS
from tests.web.stage import REGIONS, Site

ELEMENTS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "link",
        "body",
        "a",
        "header",
        "p",
        "nav",
        "ul",
        "ol",
        "li",
        "main",
        "footer",
    ),
    *(
        "h1",
        "h2",
        "details",
        "summary",
        "form",
        "label",
        "select",
        "option",
        "input",
        "button",
        "article",
        "div",
    ),
    *(
        "span",
        "bdi",
        "figure",
        "figcaption",
        "svg",
        "rect",
        "path",
        "table",
        "caption",
        "thead",
        "tbody",
        "tfoot",
    ),
    *("tr", "th", "td"),
}
"""Everything our templates write; an SVG `title` is one of them."""

ATTRIBUTES = {
    *("lang", "dir", "charset", "name", "content", "rel", "href", "type", "title", "hreflang", "class", "id"),
    *(
        "tabindex",
        "aria-label",
        "aria-current",
        "aria-labelledby",
        "aria-hidden",
        "role",
        "for",
        "value",
        "selected",
    ),
    *(
        "open",
        "action",
        "maxlength",
        "autocomplete",
        "scope",
        "viewbox",
        "preserveaspectratio",
        "x",
        "y",
        "width",
    ),
    *("height", "rx", "d", "fill"),
}


ATOM = {
    f"{{http://www.w3.org/2005/Atom}}{name}"
    for name in ("feed", "title", "subtitle", "id", "link", "updated", "author", "name", "entry", "content")
} | {f"{{http://www.w3.org/1999/xhtml}}{name}" for name in ("div", "blockquote", "p")}
"""Everything the feed writes."""


OTHERS = ("initiatives", "weeks", "themes")
"""Pages on which no field stands that is not on another one too."""


class Reader(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name in ("href", "action", "src"):
                self.links.add(value or "")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def check(page: str) -> str:
    """Only what our templates write is on it; its words."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.elements <= ELEMENTS
    assert reader.attributes <= ATTRIBUTES
    for link in reader.links:
        assert link.startswith(("/", "?", "#", "https://t.me/")), link
        assert not link.startswith(("//", "/\\")), link
    return "".join(reader.words)


def plain(payload: str) -> str:
    """What is to be read of it: all that is a character."""
    whole = payload.encode("utf-8", "replace").decode()
    return "".join(whole.split()) if whole.isprintable() else ""


def spoil(unit: Unit, named: str, text: str) -> None:
    """The text in every field that reaches a page, as it would lie in the rows."""
    into = tuple(Translation(language, text) for language in dict.fromkeys(("en", text)))
    voice = Shown(named, text, text, text, "2026-11-23", "2026-11-23", text, (text,), into)
    unit.shown.show(voice, "x")
    unit.associations.save_region(Region("hostile", text, ("MG", text.replace(" ", "") or "x")))
    unit.people.save_partner(Partner("omep", text, 7, text))
    unit.marks.set(NAME, text[:60])


async def test_whatever_is_stored_is_words_on_every_page(site: Site) -> None:
    """S14: in the rows themselves, whoever put it there."""
    named = await site.id_of(await site.hang("It is told."))
    for payload in PAYLOADS:
        text = payload.encode("utf-8", "replace").decode().replace("\x00", "")
        await site.stage.do(lambda unit, text=text: spoil(unit, named, text))  # type: ignore[misc]
        seen = ""
        for path in (
            "",
            f"voices/{named}",
            "map",
            "about",
            "privacy",
            *(OTHERS if payload == PAYLOADS[0] else ()),
        ):
            seen += check(await site.reads(f"/en/{path}"))
        readable = plain(payload)
        assert readable[:200] in "".join(seen.split())
        feed = ET.fromstring(await site.reads("/en/feed.xml"))
        assert {each.tag for each in feed.iter()} <= ATOM
        assert readable[:200] in "".join("".join(feed.itertext()).split())
        [voice] = json.loads(await site.reads("/api/v1/voices"))["voices"]
        assert readable in "".join(voice["text"].split())
        assert len(json.loads(await site.reads("/api/v1/regions"))["regions"]) == len(REGIONS) + 1


async def test_whatever_is_told_and_published_is_words_too(site: Site) -> None:
    """S14: by the way of two moderators: what they could let through leaves as words, or does not leave."""
    for payload in PAYLOADS:
        told = await site.hang(payload, original="x")
        path = f"/en/voices/{await site.id_of(told)}"
        async with site.client.get(path) as response:
            assert response.status in (200, 404)
            check(await response.text())
    assert check(await site.reads("/en/")).count("in the week of") > 9


async def test_whatever_is_asked_is_words_too(site: Site) -> None:
    """S14: nothing of an address comes back as anything but words."""
    for payload in PAYLOADS:
        asked = quote(payload[:3000].encode("utf-8", "replace"))
        for name in ("theme", "region", "language", "form", "q", "after", asked[:200]):
            async with site.client.get(f"/en/?{name}={asked}") as response:
                assert response.status == 200
                check(await response.text())
            async with site.client.get(f"/api/v1/voices?{name}={asked}") as response:
                assert response.status in (200, 400)
                assert json.loads(await response.text()).keys() in ({"voices", "further"}, {"error"})
        for path in (f"/en/{asked}", f"/{asked}", f"/en/voices/{asked}", f"/static/{asked}"):
            async with site.client.get(path, allow_redirects=False) as response:
                assert response.status in (308, 404)
                check(await response.text())


def test_the_check_itself_finds_a_script() -> None:
    for page in ("<p><script>alert(1)</script>", "<p onclick=x>", "<a href=javascript:x>", "<iframe>"):
        with pytest.raises(AssertionError):
            check(page)
