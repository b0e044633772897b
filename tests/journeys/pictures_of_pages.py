"""The public pages as their readers see them, for the docs: `make pictures` draws them anew.

On a large screen, on a phone, in Arabic, in the dark, on paper; with the two thousand invented voices of the demo.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, async_playwright

from bot import displaying, synthetic
from bot.linking import NAME
from bot.ports import Unit
from bot.shown import Sought
from storage.opening import migrate
from tests.deeds.stage import Stage, catalogs
from tests.fakes import Tireless
from tests.journeys.test_browser import FLAGS, browser_path
from tests.stores import NOW, opened
from web.site import site

FOLDER = Path(__file__).parents[2] / "docs" / "pictures" / "pages"
WIDE, PHONE = (1100, 1200), (390, 844)

PICTURES = (
    ("wall", "/en/", WIDE, "light"),
    ("wall-phone", "/en/", PHONE, "light"),
    ("wall-arabic", "/ar/", PHONE, "light"),
    ("wall-dark", "/fr/", PHONE, "dark"),
    ("voice-phone", "/en/voices/{first}", PHONE, "light"),
    ("translated-phone", "/en/voices/{translated}", PHONE, "light"),
    ("translated-arabic", "/ar/voices/{translated}", PHONE, "dark"),
    ("photo-phone", "/en/voices/{photo}", PHONE, "light"),
    ("photo-arabic-dark", "/ar/voices/{arabic}", PHONE, "dark"),
    ("initiatives", "/es/initiatives", WIDE, "dark"),
    ("map", "/en/map", WIDE, "light"),
    ("map-arabic-dark", "/ar/map", PHONE, "dark"),
    ("weeks", "/en/weeks", WIDE, "light"),
    ("weeks-phone", "/hi/weeks", PHONE, "dark"),
    ("themes", "/en/themes", WIDE, "light"),
    ("themes-urdu", "/ur/themes", PHONE, "light"),
    ("about-phone", "/sw/about", PHONE, "light"),
    ("privacy-phone", "/bn/privacy", PHONE, "light"),
    ("gone-phone", "/zh/voices/" + "0" * 32, PHONE, "light"),
)
"""A name, what is opened (a voice: see `named_ones`), on which screen, in light or dark."""

PHOTOS = """() => Promise.all(
    [...document.images].filter(photo => photo.getBoundingClientRect().top < innerHeight).map(photo => photo.decode())
)"""
"""Wait until each photo on the screen is there."""


@asynccontextmanager
async def told(folder: Path) -> AsyncIterator[Stage]:
    """A house in which two thousand voices were told within a year, and shown what of them is public."""
    url = f"sqlite:///{folder / 'voices.db'}"
    migrate(url)
    async with opened(url) as store:
        stage = await Stage(store, NOW).open()
        await synthetic.fill(stage.store, ["mmm"], 2_000, NOW)
        await stage.do(lambda unit: unit.marks.set(NAME, "voices_demo_bot"))
        await displaying.display(stage.store, Tireless(NOW), catalogs())
        yield stage


def named_ones(unit: Unit) -> dict[str, str]:
    """The first voice, the first told in French that is there in others, the first with a photo, and in Arabic."""
    voices = unit.shown.found(Sought(), most=2_000).voices
    photos = [each for each in voices if each.photo]
    arabic = next(each for each in photos if each.language == "ar")
    translated = next(each for each in voices if each.language == "fr" and each.translations)
    return {"first": voices[0].id, "translated": translated.id, "photo": photos[0].id, "arabic": arabic.id}


async def taken(
    browser: Browser, root: str, name: str, path: str, screen: tuple[int, int], scheme: str
) -> None:
    """One picture of what a screen shows."""
    page = await browser.new_page(
        viewport={"width": screen[0], "height": screen[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    await page.goto(root + path)
    if name.startswith("translated"):
        await page.click(".original summary")
    await page.evaluate(PHOTOS)
    await page.screenshot(path=FOLDER / f"{name}.png")
    await page.close()


async def draw() -> None:
    """Draw all of them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with (
            told(Path(folder)) as stage,
            async_playwright() as playwright,
            TestServer(site(stage.store, catalogs())) as server,
        ):
            root = str(server.make_url("/")).rstrip("/")
            named = await stage.do(named_ones)
            browser = await playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
            for name, path, screen, scheme in PICTURES:
                await taken(browser, root, name, path.format(**named), screen, scheme)
            paper = await browser.new_page(viewport={"width": 720, "height": 1018})  # A4 without its edges
            await paper.emulate_media(media="print")
            await paper.goto(f"{root}/en/")
            await paper.screenshot(path=FOLDER / "wall-print.png")
            await browser.close()


if __name__ == "__main__":
    asyncio.run(draw())
