"""axe finds nothing on the chat page: in light and dark, wide and narrow, left to right and right to left."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from sandbox import Sandbox
from tests.sandbox.test_page import opened, page, sandbox, say

__all__ = ["page", "sandbox"]


async def complaints(page: Page) -> list[str]:
    """What axe says is wrong, each with the element it means."""
    violations = (await Axe().run(page)).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in violations for node in each["nodes"]]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
async def test_axe_finds_nothing_on_the_page(page: Page, sandbox: Sandbox, scheme: str, width: int) -> None:
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    await page.set_viewport_size({"width": width, "height": 800})
    await opened(page, sandbox, "")
    assert await complaints(page) == []
    await opened(page, sandbox, "?people=Amina:fr,Salma:ar")
    for name in ("amina", "salma"):
        chat = page.get_by_test_id(f"chat-{name}")
        await chat.get_by_test_id("start").click()
        await chat.get_by_test_id("inline-button").click()
        await expect(chat.get_by_test_id("keyboard")).to_be_visible()
        await say(chat, "مرحبا")
        await expect(chat.get_by_text("heard مرحبا")).to_be_visible()
        await chat.get_by_test_id("attach").click()
        await chat.get_by_test_id("sample-voice").click()
        await expect(chat.get_by_text("heard Voice")).to_be_visible()
    await expect(page.get_by_test_id("chat-salma").get_by_test_id("log")).to_have_attribute("dir", "rtl")
    assert await complaints(page) == []
    await page.get_by_test_id("add-group").click()
    assert await complaints(page) == []
    await page.get_by_test_id("group-ok").click()
    await say(page.get_by_test_id("chat-moderators"), "who reads?")
    await page.get_by_test_id("panel").click()
    await expect(page.get_by_test_id("call").first).to_be_visible()
    assert await complaints(page) == []
