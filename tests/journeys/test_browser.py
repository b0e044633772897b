"""In a real browser, on the sandbox's page: a mother and a moderator, from /start to "accepted"."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, async_playwright, expect

from tests.journeys.stage import raised

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PICTURES = os.environ.get("PICTURES", "")
"""Where to keep screenshots (`make pictures`)."""


def browser_path() -> str | None:
    """Where a browser is installed; None: playwright's own."""
    installed = [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")]
    return next((path for path in installed if path), None)


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        yield await browser.new_page(viewport={"width": 860, "height": 900})
        await browser.close()


def button(chat: Locator, label: str) -> Locator:
    return chat.get_by_test_id("inline-button").filter(has_text=label).last


async def says(chat: Locator, words: str) -> None:
    await chat.get_by_test_id("say").fill(words)
    await chat.get_by_test_id("send").click()


async def keep_picture(page: Page, name: str) -> None:
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / f"{name}.png")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "fr",
            [
                "J’ai compris, je suis adulte",
                "Oui",
                "Madagascar",
                "L’école est fermée et le riz a doublé de prix.",
                "Nourriture",
                "École",
                "Envoyer",
                "nous l’avons lu",
            ],
        ),
        (
            "ar",
            [
                "فهمت، وعمري 18 أو أكثر",
                "نعم",
                "لبنان",
                "المدرسة مغلقة وتضاعف سعر الأرز.",
                "الغذاء",
                "التعليم",
                "إرسال",
                "تمّت القراءة",
            ],
        ),
    ],
)
async def test_a_voice_is_told_and_accepted_in_a_browser(
    tmp_path: Path, page: Page, language: str, words: list[str]
) -> None:
    adult, yes, country, story, food, school, send, answered = words
    async with raised(tmp_path) as stage:
        await stage.moderator("Rakoto", "en")
        stage.person("Amina", language)
        await page.goto(stage.sandbox.page_url)
        amina, rakoto = page.get_by_test_id("chat-amina"), page.get_by_test_id("chat-rakoto")
        await amina.get_by_test_id("start").click()
        for label in ({"fr": "Français", "ar": "العربية"}[language], adult, yes, country):
            await button(amina, label).click()
        await expect(amina).to_contain_text("🎤")
        await says(amina, story)
        for label in (food, school):
            await button(amina, label).click()
            await expect(button(amina, label)).to_contain_text("☑")
        await keep_picture(page, f"themes-{language}")
        await button(amina, send).click()
        await says(rakoto, "/next")
        await expect(rakoto).to_contain_text(story)
        await keep_picture(page, f"card-{language}")
        await button(rakoto, "Accept").click()
        await expect(rakoto).to_contain_text("accepted")
        await expect(amina).to_contain_text(answered)
        await keep_picture(page, f"answered-{language}")
