"""Pictures of every kind of question, in English and Arabic: `python -m tests.journeys.pictures_of_questions`.

The village form is answered in the sandbox; each question is taken from its page as it stands there, and all of a
language are put on one sheet, docs/pictures/questions.<language>.png.
"""

import asyncio
import base64
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, Page, async_playwright

from tests.journeys.questions import LANGUAGES, Walk, published
from tests.journeys.stage import raised
from tests.journeys.test_browser import FLAGS, browser_path

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
LEFT_OUT = {"called-more", "rice", "harvest", "name-2", "age-1", "age-2", "roof"}
"""Questions that look like another one."""
SHEET = """<!doctype html><style>
body {{ margin: 0; padding: 16px; width: 1660px; columns: 5; column-gap: 16px; background: #ccc }}
img {{ max-width: 100%; margin: 0 auto 20px; display: block; break-inside: avoid }}
</style>{images}"""


FEW_COLOURS = """async address => {
  const image = new Image(); image.src = address; await image.decode();
  const canvas = document.createElement("canvas"); canvas.width = image.width; canvas.height = image.height;
  const pen = canvas.getContext("2d"); pen.drawImage(image, 0, 0);
  const whole = pen.getImageData(0, 0, image.width, image.height);
  for (let at = 0; at < whole.data.length; at++) whole.data[at] = Math.round(whole.data[at] / 51) * 51;
  pen.putImageData(whole, 0, 0);
  return canvas.toDataURL("image/png");
}"""
"""A picture's address → that of the same in 216 colours, a quarter of the size."""


async def take(browser: Browser, folder: Path, language: str) -> list[bytes]:
    """Answer the form in a language; a picture of each question."""
    pictures: list[bytes] = []
    page = await browser.new_page(viewport={"width": 390, "height": 3400})
    async with raised(folder) as stage:
        await stage.voices.store.transact(lambda unit: published(unit, stage.partner))
        person = stage.person("Amina", language)
        await page.goto(stage.sandbox.page_url)
        await page.get_by_test_id("log").evaluate("log => { log.style.background = '#ccc' }")

        async def shown(question: str) -> None:
            if question not in LEFT_OUT:
                await stage.sandbox.quiet()
                pictures.append(await last_message(page))

        await Walk(person, language, shown).whole()
    await page.close()
    return pictures


async def last_message(page: Page) -> bytes:
    """The bot's latest message that is a question, with its buttons."""
    await page.wait_for_timeout(150)  # until what the sandbox told the page is drawn
    messages = page.get_by_test_id("chat-amina").locator("[data-testid=message][data-from=bot]")
    return await messages.last.screenshot()


async def sheet(browser: Browser, pictures: list[bytes]) -> bytes:
    """All of them side by side."""
    images = "".join(f'<img src="{address(picture)}">' for picture in pictures)
    page = await browser.new_page(viewport={"width": 1692, "height": 600})
    await page.set_content(SHEET.format(images=images))
    whole = await page.screenshot(full_page=True)
    smaller: str = await page.evaluate(FEW_COLOURS, address(whole))
    await page.close()
    return base64.b64decode(smaller.partition(",")[2])


def address(picture: bytes) -> str:
    """A PNG as an address of its own."""
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"


async def main(folder: Path) -> None:
    """Take the pictures of both languages."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        for language in LANGUAGES:
            with TemporaryDirectory() as kept:
                pictures = await take(browser, Path(kept), language)
            path = folder / f"questions.{language}.png"
            path.write_bytes(await sheet(browser, pictures))
            print(f"{path}: {len(pictures)} questions")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES))
