"""In a real browser: axe finds nothing on any page, and nothing is ever blocked, for nothing is tried (S14, S15)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

from bot.shown import Sought
from tests.deeds.stage import Stage, catalogs
from tests.journeys.test_browser import FLAGS, browser_path
from tests.stores import SqliteFiles
from tests.web.hostile import PAYLOADS
from tests.web.stage import served
from tests.web.test_hostile import spoil
from tests.web.wall import hung
from web.site import site

PATHS = ("?q=rain", "voices/{id}", "initiatives", "map", "weeks", "themes", "about", "privacy", "none", "")
"""Every kind of page; the wall with its filters open, and as it is opened."""


@asynccontextmanager
async def browsing(stage: Stage) -> AsyncIterator[tuple[Browser, str]]:
    """A browser, and the address of the site."""
    async with TestServer(site(stage.store, catalogs())) as server, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        yield browser, str(server.make_url("/"))
        await browser.close()


async def complaints(page: Page) -> list[str]:
    """What axe says is wrong, each with the element it means."""
    violations = (await Axe().run(page)).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in violations for node in each["nodes"]]


async def test_axe_finds_nothing_on_any_page(tmp_path: Path) -> None:
    """WCAG 2.2 AA as far as a program sees it: to the right in the light, to the left in the dark; the soak has all."""
    async with hung(tmp_path, 150) as stage, browsing(stage) as (browser, root):
        kinds = ("?q=rain", "voices/{id}", "map", "weeks", "themes", "about")
        await _examined(stage, browser, root, ("en", "light", 1100), kinds)
        await _examined(stage, browser, root, ("ar", "dark", 360), ("?q=rain", "map", "about"))


@pytest.mark.soak
async def test_axe_finds_nothing_the_other_way_round(tmp_path: Path) -> None:
    """Every language, in the scheme and on the screen that are left."""
    ready = [(each.code, scheme, 360) for each in catalogs().ready for scheme in ("light", "dark")]
    async with hung(tmp_path, 150) as stage, browsing(stage) as (browser, root):
        for way in (("en", "dark", 1100), ("ar", "light", 1100), *ready):
            await _examined(stage, browser, root, way, PATHS)


async def _examined(
    stage: Stage, browser: Browser, root: str, way: tuple[str, str, int], paths: tuple[str, ...]
) -> None:
    language, scheme, width = way
    one = (await stage.do(lambda unit: unit.shown.found(Sought(), most=1))).voices[0].id
    page = await browser.new_page(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
        bypass_csp=True,  # axe is a script, and there is none of ours
    )
    for path in paths:
        await page.goto(f"{root}{language}/{path.format(id=one)}")
        assert await complaints(page) == [], (language, scheme, path)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, (language, path)
    await page.close()


async def test_nothing_is_blocked_and_nothing_runs(files: SqliteFiles) -> None:
    """S14, S15: with every hostile word in every field: no violation of the policy, no request elsewhere, no error."""
    async with served(files) as hostile, browsing(hostile.stage) as (browser, root):
        named = await hostile.id_of(await hostile.hang("It is told."))
        page = await browser.new_page()
        told: list[str] = []
        await page.add_init_script(
            "document.addEventListener('securitypolicyviolation', e => console.error(e.violatedDirective))"
        )
        page.on("console", lambda each: told.append(each.text))
        page.on("pageerror", lambda each: told.append(str(each)))
        page.on("dialog", lambda each: told.append(each.message))
        page.on("request", lambda each: told.append(each.url) if not each.url.startswith(root) else None)
        every = " ".join(PAYLOADS)
        for payload in (*PAYLOADS, every):
            text = payload.encode("utf-8", "replace").decode().replace("\x00", "")
            await hostile.stage.do(lambda unit, text=text: spoil(unit, named, text))  # type: ignore[misc]
            for path in ("", f"voices/{named}", "map", "about", "privacy") if payload is every else ("",):
                await page.goto(f"{root}en/{path}")
                assert await page.evaluate("document.scripts.length") == 0
                assert told == [], (payload[:60], path)
        await page.goto(f"{root}en/feed.xml")
        assert told == []
        await page.goto(f"{root}en/")
        await page.evaluate("document.body.appendChild(new Image()).src = 'https://elsewhere.example/x.png'")
        await page.wait_for_function("document.images[0].complete")
        assert any("img-src" in each for each in told)  # the test itself would hear of it
