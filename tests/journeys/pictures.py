"""The first three screens of the testimony in every language, on one sheet: `make pictures` draws it for the docs."""

import asyncio
import base64
import shutil
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from bot.words import Catalogs, Language
from tests.journeys.stage import raised
from tests.journeys.test_browser import FLAGS, button
from tests.journeys.test_voices import label

SHEET = Path(__file__).parents[2] / "docs" / "pictures" / "languages.jpg"
WIDTH, HEIGHT, ACROSS = 384, 1440, 6


async def screens(browser: Browser, language: Language) -> bytes:
    """One phone: the choice of a language, who can see this, and whether it may be kept."""
    with tempfile.TemporaryDirectory() as folder:
        async with raised(Path(folder)) as stage:
            stage.person("Amina", language.code)
            page = await browser.new_page(viewport={"width": WIDTH + 32, "height": HEIGHT})
            await page.goto(stage.sandbox.page_url)
            chat = page.get_by_test_id("chat-amina")
            await chat.get_by_test_id("start").click()
            await button(chat, language.name).click()
            await button(chat, label("testimony", "entry", "adult", language.code)).click()
            await button(chat, label("testimony", "keep", "yes", language.code)).wait_for()
            await page.mouse.move(0, 0)
            picture = await chat.screenshot()
            await page.close()
    return picture


async def draw() -> None:
    """Play every language and put the phones side by side."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        phones = [await screens(browser, language) for language in Catalogs.read().ready]
        pictures = "".join(
            f'<img src="data:image/png;base64,{base64.b64encode(phone).decode()}">' for phone in phones
        )
        page = await browser.new_page(viewport={"width": (WIDTH // 2 + 8) * ACROSS + 8, "height": 400})
        style = f"body{{margin:4px}} img{{width:{WIDTH // 2}px;margin:4px;vertical-align:top}}"
        await page.set_content(f"<style>{style}</style>{pictures}")
        await page.screenshot(path=SHEET, full_page=True, type="jpeg", quality=80, scale="css")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(draw())
