"""The chat page in a real browser: three people and a group, keyboard, links, panel."""

import asyncio
import shutil
from collections.abc import AsyncIterator

import pytest
import telegram
from playwright.async_api import Locator, Page, async_playwright, expect

from sandbox import Sandbox
from sandbox.people import PHOTO, VOICE
from tests.sandbox.bots import library

GREETINGS = {
    "en": "Welcome, <b>friend</b>. Write /help or read <a href='https://t.me/voices_sandbox_bot?start=more'>more</a>.",
    "fr": "Bienvenue, <b>amie</b>. Écrivez /help.",
    "ar": "أهلا <b>صديقتي</b>. اكتب /help.",
}
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


async def welcoming(bot: telegram.Bot) -> None:
    """A bot that greets with buttons and says again what it hears."""
    offset = 0
    rows = [[telegram.InlineKeyboardButton("✔", callback_data="ok", style="success")]]
    where = telegram.ReplyKeyboardMarkup(
        [[telegram.KeyboardButton("Near me", request_location=True), "Paris"]]
    )
    while True:
        for update in await bot.get_updates(offset=offset, timeout=20):
            offset = update.update_id + 1
            person, message = update.effective_user, update.message
            if update.callback_query and person:
                await update.callback_query.answer("noted", show_alert=person.language_code == "en")
                await bot.send_message(person.id, "Where?", reply_markup=where)
            elif message and message.text and message.text.startswith("/start") and person:
                words = GREETINGS[person.language_code or "en"]
                markup = telegram.InlineKeyboardMarkup(rows)
                await bot.send_message(person.id, words, parse_mode="HTML", reply_markup=markup)
            elif message:
                kind = message.text or type(message.effective_attachment).__name__
                await bot.send_message(message.chat_id, f"heard {kind}")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(flood=False) as stage, library(stage) as bot:
        for code, words in (("", "What you can do"), ("fr", "Ce que vous pouvez faire")):
            await bot.set_my_commands([telegram.BotCommand("help", words)], language_code=code or None)
        task = asyncio.create_task(welcoming(bot))
        yield stage
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def page(sandbox: Sandbox) -> AsyncIterator[Page]:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    path = next((found for name in names if (found := shutil.which(name))), None)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=QUIET.split())
        each = await browser.new_page()
        errors: list[str] = []
        each.on("pageerror", lambda error: errors.append(str(error)))
        each.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        yield each
        await browser.close()
        assert errors == []


async def opened(page: Page, sandbox: Sandbox, query: str) -> None:
    await page.goto(f"{sandbox.page_url}{query}")
    await page.wait_for_selector("body[data-ready]")


async def say(chat: Locator, words: str) -> None:
    await chat.get_by_test_id("say").fill(words)
    await chat.get_by_test_id("say").press("Enter")


async def test_people_chat_side_by_side_in_their_languages(page: Page, sandbox: Sandbox) -> None:
    await opened(page, sandbox, "?people=Amina:fr,Rakoto:en,Salma:ar")
    amina, rakoto, salma = (page.get_by_test_id(f"chat-{name}") for name in ("amina", "rakoto", "salma"))
    for chat in (amina, rakoto, salma):
        await chat.get_by_test_id("start").click()
        await expect(chat.get_by_test_id("inline-button")).to_have_text("✔")
    await expect(amina.locator(".words b")).to_have_text("amie")
    await expect(salma.get_by_test_id("log")).to_have_attribute("dir", "rtl")
    await expect(salma.locator(".words").last).to_have_attribute("dir", "auto")

    await rakoto.get_by_text("more", exact=True).click()
    await expect(rakoto.get_by_text("/start more")).to_be_visible()
    await rakoto.get_by_test_id("inline-button").last.click()
    await expect(page.get_by_test_id("alert")).to_contain_text("noted")
    await page.get_by_test_id("alert-ok").click()

    await amina.get_by_test_id("inline-button").click()
    await expect(amina.get_by_test_id("notice")).to_have_text("noted")
    await amina.get_by_role("button", name="Paris").click()
    await expect(amina.get_by_text("heard Paris")).to_be_visible()
    await amina.get_by_role("button", name="Near me").click()
    await page.get_by_test_id("place").select_option("Paris, France")
    await page.get_by_test_id("place-ok").click()
    await expect(amina.get_by_text("heard Location")).to_be_visible()
    await amina.get_by_test_id("commands").click()
    await expect(amina.get_by_test_id("command")).to_contain_text("Ce que vous pouvez faire")
    await amina.get_by_test_id("language").select_option("en")
    await expect(amina.get_by_test_id("command")).to_contain_text("What you can do")

    await say(salma, "مرحبا")
    await expect(salma.get_by_text("heard مرحبا")).to_be_visible()
    await salma.get_by_test_id("attach").click()
    await salma.get_by_test_id("sample-voice").click()
    await expect(salma.get_by_text("heard Voice")).to_be_visible()
    voice = sandbox.people[2].chat[-2].media
    assert voice is not None
    assert (voice.data, voice.facts) == (VOICE, {"duration": 3})

    await salma.get_by_test_id("say").fill("عند البئر")
    await salma.get_by_test_id("attach").click()
    async with page.expect_file_chooser() as chosen:
        await salma.get_by_test_id("photo").click()
    await (await chosen.value).set_files({"name": "a.png", "mimeType": "image/png", "buffer": PHOTO})
    await expect(salma.get_by_text("heard tuple")).to_be_visible()
    assert sandbox.people[2].chat[-2].text == "عند البئر"  # what was written goes with it
    await expect(salma.get_by_test_id("say")).to_have_value("")


async def test_what_was_said_can_be_edited_answered_and_deleted(page: Page, sandbox: Sandbox) -> None:
    await opened(page, sandbox, "?people=Amina:fr")
    amina = page.get_by_test_id("chat-amina")
    await amina.get_by_test_id("start").click()
    await say(amina, "teh school")
    mine = amina.get_by_test_id("message").filter(has_text="teh school").first
    await mine.get_by_test_id("more").click()
    await mine.get_by_role("button", name="Edit").click()
    await say(amina, "the school")
    await expect(amina.get_by_text("edited", exact=False).first).to_be_visible()
    answer = amina.locator("[data-id='4']")
    await expect(answer).to_contain_text("heard teh school")
    await answer.get_by_test_id("more").click()
    await answer.get_by_role("button", name="Reply").click()
    await say(amina, "yes")
    await expect(amina.locator(".quote")).to_contain_text("heard teh school")
    await answer.get_by_test_id("more").click()
    await answer.get_by_role("button", name="Delete").click()
    await expect(answer).to_have_count(0)
    await amina.get_by_test_id("block").click()
    await expect(amina.get_by_test_id("start")).to_have_text("Unblock")
    await amina.get_by_test_id("start").click()
    await expect(amina.get_by_test_id("say")).to_be_visible()


async def test_what_the_bot_protects_and_what_people_and_bot_feel_is_shown(
    page: Page, sandbox: Sandbox
) -> None:
    await opened(page, sandbox, "?people=Amina:fr")
    amina = page.get_by_test_id("chat-amina")
    await amina.get_by_test_id("start").click()
    await expect(amina.get_by_test_id("inline-button")).to_be_visible()
    (person,) = sandbox.people
    async with library(sandbox) as bot:
        sent = await bot.send_message(person.id, "For you alone", protect_content=True)
        await bot.set_message_reaction(person.id, 1, "🙏")
    card = amina.locator(f"[data-id='{sent.message_id}']")
    await expect(card.locator(".meta")).to_contain_text("protected")
    await expect(amina.locator("[data-id='1']").get_by_test_id("reactions")).to_have_text("🙏")
    await card.get_by_test_id("more").click()
    await card.get_by_role("button", name="Heart").click()
    await expect(card.get_by_test_id("reactions")).to_have_text("❤")
    assert person.chat[-1].reactions == {person.id: "❤"}


async def test_a_group_a_newcomer_and_the_panel(page: Page, sandbox: Sandbox) -> None:
    await opened(page, sandbox, "")
    await page.get_by_role("button", name="Add a person").last.click()
    await page.get_by_test_id("person-name").fill("Rakoto")
    await page.get_by_test_id("person-language").select_option("mg")
    await page.get_by_test_id("person-ok").click()
    await expect(page.get_by_test_id("chat-rakoto")).to_be_visible()
    await page.get_by_test_id("add-group").click()
    await page.get_by_test_id("group-ok").click()
    group = page.get_by_test_id("chat-moderators")
    await say(group, "who reads?")
    await expect(group.get_by_text("heard who reads?")).to_be_visible()

    await page.get_by_test_id("panel").click()
    await expect(page.get_by_test_id("call").first).to_contain_text("sendMessage")
    before = sandbox.clock.now()
    await page.get_by_test_id("advance-3600").click()
    await page.get_by_test_id("fault-how").select_option("Telegram is down (500)")
    await page.get_by_test_id("fault-method").fill("sendMessage")
    await page.get_by_test_id("fault-add").click()
    await expect(page.get_by_test_id("faults")).to_contain_text("error in sendMessage: 0 of 1")
    assert sandbox.clock.now() - before >= 3600
    await page.get_by_test_id("link-payload").fill("mmm-7")
    await page.get_by_test_id("link-open").click()
    await expect(page.get_by_test_id("chat-rakoto").get_by_text("/start mmm-7")).to_be_visible()
    assert sandbox.people[0].account.language == "mg"
