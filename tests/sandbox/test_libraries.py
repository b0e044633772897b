"""Both big Python libraries work against the sandbox as they are."""

import telegram
from aiogram.types import BufferedInputFile
from aiogram.types import InlineKeyboardButton as AiogramButton
from aiogram.types import InlineKeyboardMarkup as AiogramMarkup

from sandbox import Sandbox
from tests.sandbox.bots import aiogram, echoing, library


async def test_a_person_talks_with_an_echo_bot() -> None:
    async with Sandbox() as sandbox, echoing(sandbox):
        amina = sandbox.person("Amina", language="fr")
        await amina.starts("partner-7")
        await amina.sees("echo: /start partner-7")
        await amina.taps("Again")
        assert await amina.is_told("noted") == "noted again"
        changed = await amina.sees("you chose again")
        assert (changed.id, changed.edited, changed.buttons) == (2, True, [])
        await sandbox.quiet()
        assert amina.transcript() == (
            "#1 Amina: /start partner-7\n"
            "#2 Voices: you chose again  (edited)\n"
            "— Amina taps [Again]\n"
            "— Voices tells Amina: noted again"
        )


async def test_python_telegram_bot_speaks_every_kind_of_message() -> None:
    async with Sandbox(flood=False) as sandbox, library(sandbox) as bot:
        amina = sandbox.person("Amina", started=True)
        await bot.send_message(amina.id, "a <b>bold</b> 😀 word", parse_mode="HTML")
        await bot.send_photo(amina.id, b"not really a photo", caption="photo")
        await bot.send_voice(amina.id, b"OggS", duration=3)
        await bot.send_document(amina.id, b"%PDF", filename="report é.pdf")
        await bot.send_audio(amina.id, b"ID3")
        await bot.send_video(amina.id, b"ftyp")
        await bot.send_location(amina.id, 1.5, 2.5)
        await bot.send_venue(amina.id, 1.5, 2.5, "School", "Main road")
        await bot.send_contact(amina.id, "+1", "Help line")
        await bot.send_media_group(amina.id, [telegram.InputMediaPhoto(b"1"), telegram.InputMediaPhoto(b"2")])
        copied = await bot.copy_message(amina.id, amina.id, 1)
        forwarded = await bot.forward_message(amina.id, amina.id, 1)
        assert (copied.message_id, forwarded.text) == (12, "a bold 😀 word")
        assert [message.kind for message in amina.chat] == [
            *["text", "photo", "voice", "document", "audio", "video", "location", "location", "contact"],
            *["photo", "photo", "text", "text"],
        ]
        assert amina.chat[0].html == "a <b>bold</b> 😀 word"
        document = amina.chat[3].media
        assert document is not None
        assert (document.name, document.data) == ("report é.pdf", b"%PDF")


async def test_python_telegram_bot_reads_every_kind_of_message() -> None:
    async with Sandbox() as sandbox, library(sandbox) as bot:
        amina = sandbox.person("Amina", language="fr", last_name="R.", username="amina_r")
        await amina.starts()
        await amina.sends_voice(b"OggS voice", seconds=40)
        await amina.sends_photo(caption="look")
        await amina.sends_album([b"1", b"2"], caption="both")
        await amina.sends_document(b"%PDF", "a.pdf", "application/pdf")
        await amina.shares_location(-18.9, 47.5)
        await amina.shares_contact()
        updates = await bot.get_updates()
        messages = [update.message for update in updates if update.message]
        start, voice, photo, first, second, document, location, contact = messages
        assert start.from_user is not None
        assert (start.from_user.full_name, start.from_user.language_code) == ("Amina R.", "fr")
        assert start.parse_entities() == {start.entities[0]: "/start"}
        assert voice.voice is not None
        assert voice.voice.duration == 40
        assert await (await voice.voice.get_file()).download_as_bytearray() == b"OggS voice"
        assert photo.caption == "look"
        assert (first.caption, second.caption) == ("both", None)
        assert first.media_group_id == second.media_group_id
        assert document.document is not None
        assert document.document.file_name == "a.pdf"
        assert location.location is not None
        assert location.location.latitude == -18.9
        assert contact.contact is not None
        assert contact.contact.user_id == amina.id


async def test_a_photo_comes_in_several_sizes_that_can_all_be_downloaded() -> None:
    png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (2000).to_bytes(4, "big") + (1000).to_bytes(4, "big")
    async with Sandbox() as sandbox, library(sandbox) as bot:
        amina = sandbox.person("Amina")
        await amina.sends_photo(png)
        (update,) = await bot.get_updates()
        assert update.message is not None
        sizes = update.message.photo
        assert [(size.width, size.height) for size in sizes] == [
            (90, 45),
            (320, 160),
            (800, 400),
            (1280, 640),
        ]
        assert len({size.file_unique_id for size in sizes}) == 4
        assert await (await sizes[0].get_file()).download_as_bytearray() == png


async def test_aiogram_sends_edits_and_reads() -> None:
    async with Sandbox() as sandbox, aiogram(sandbox) as bot:
        amina = sandbox.person("Amina", language="ar")
        await amina.starts("x")
        (update,) = await bot.get_updates(timeout=5)
        assert update.message is not None
        assert update.message.from_user is not None
        assert update.message.from_user.language_code == "ar"
        keyboard = AiogramMarkup(inline_keyboard=[[AiogramButton(text="نعم", callback_data="yes")]])
        sent = await bot.send_message(amina.id, "<i>مرحبا</i>", parse_mode="HTML", reply_markup=keyboard)
        await bot.edit_message_text(
            "أهلا", chat_id=amina.id, message_id=sent.message_id, reply_markup=keyboard
        )
        await bot.send_document(amina.id, BufferedInputFile(b"data", "a.bin"))
        await amina.taps("نعم")
        (tap,) = await bot.get_updates(offset=update.update_id + 1, timeout=5)
        assert tap.callback_query is not None
        assert await bot.answer_callback_query(tap.callback_query.id, text="حسنا")
        assert amina.notices == ["حسنا"]
        assert (await bot.me()).username == "voices_sandbox_bot"
