"""The Python API journeys are written in."""

import pytest

from sandbox import Sandbox
from tests.sandbox.bots import done, echoing


async def test_what_is_not_seen_is_told_with_the_whole_chat() -> None:
    async with Sandbox() as sandbox, echoing(sandbox):
        amina = sandbox.person("Amina")
        await amina.says("hello")
        await amina.sees("echo")
        with pytest.raises(AssertionError) as failure:
            await amina.sees("something else", within=0.05)
        assert str(failure.value) == (
            "Amina does not see 'something else' within 0.05 s:\n"
            "#1 Amina: hello\n"
            "#2 Voices: echo: hello\n"
            "    [Again]"
        )


async def test_only_what_came_since_her_last_deed_is_seen() -> None:
    async with Sandbox() as sandbox:
        amina = sandbox.person("Amina", started=True)
        await done(sandbox, "sendMessage", chat_id=amina.id, text="old words")
        await amina.says("hello")
        with pytest.raises(AssertionError):
            await amina.sees("old words", within=0.01)
        await done(sandbox, "editMessageText", chat_id=amina.id, message_id=1, text="old words, other end")
        assert (await amina.sees("old words")).id == 1


async def test_a_tap_waits_for_the_button_and_prefers_the_fresh_one() -> None:
    async with Sandbox() as sandbox, echoing(sandbox):
        amina = sandbox.person("Amina")
        await amina.says("one")
        await amina.taps("Again")
        await amina.sees("you chose")
        await amina.says("two")
        first = await amina.taps("Again")
        assert first is not None
        assert first.message.id == 4


async def test_an_old_button_will_do_when_the_bot_is_at_rest() -> None:
    async with Sandbox(flood=False) as sandbox:
        amina = sandbox.person("Amina", started=True)
        keyboard = {"inline_keyboard": [[{"text": "✅ Oui", "callback_data": "1"}]]}
        await done(sandbox, "sendMessage", chat_id=amina.id, text="x", reply_markup=keyboard)
        await done(sandbox, "sendMessage", chat_id=amina.id, text="y")
        query = await amina.taps("Oui")
        assert query is not None
        with pytest.raises(AssertionError, match=r"no button \[Non\] on any message for Amina"):
            await amina.taps("Non", within=0.05)


async def test_people_speak_in_groups_and_see_what_is_said_there() -> None:
    async with Sandbox() as sandbox, echoing(sandbox):
        rakoto = sandbox.person("Rakoto")
        group = sandbox.group("Moderators", [rakoto])
        await rakoto.says("hello all", to=group)
        await rakoto.sees("echo: hello all", where=group)
        await rakoto.taps("Again")
        await rakoto.is_told("noted again")
        await sandbox.quiet()
        assert group.transcript().splitlines() == [
            "#2 Rakoto: hello all",
            "#3 Voices: you chose again  (edited)",
            "— Rakoto taps [Again]",
            "— Voices tells Rakoto: noted again",
        ]


async def test_quiet_waits_for_the_bot_and_says_what_it_waits_for() -> None:
    async with Sandbox() as sandbox:
        amina = sandbox.person("Amina")
        await amina.says("anybody?")
        with pytest.raises(AssertionError, match="1 updates, 0 calls under way"):
            await sandbox.quiet(within=0.05)
        async with echoing(sandbox):
            await sandbox.quiet()
            assert amina.last.text == "echo: anybody?"
        with pytest.raises(AssertionError, match="does not poll"):
            await sandbox.polled(within=0.01)


async def test_transcripts_show_media_marks_and_keyboards() -> None:
    async with Sandbox(flood=False) as sandbox:
        amina = sandbox.person("Amina", started=True)
        voice = await amina.sends_voice(seconds=40)
        await amina.sends_document(b"%PDF", "a.pdf", caption="here")
        await amina.shares_location(-18.9, 47.5)
        said = await amina.says("two\nlines")
        await amina.edits(said, "two\nother lines")
        await amina.deletes(voice)
        question = {"text": "<b>Where?</b>", "parse_mode": "HTML", "protect_content": True}
        answers = {"reply_parameters": {"message_id": 4}, "reply_markup": {"keyboard": [["Here", "There"]]}}
        await done(sandbox, "sendMessage", chat_id=amina.id, **question, **answers)
        assert amina.transcript().splitlines() == [
            "#1 Amina: (voice, 40 s)  (deleted)",
            "#2 Amina: (document, a.pdf) here",
            "#3 Amina: (location -18.9, 47.5)",
            "#4 Amina: two",
            "    other lines  (edited)",
            "#5 Voices: Where?  (protected, reply to #4)",
            "keyboard: [Here] [There]",
        ]


async def test_what_people_write_is_cleaned_as_telegram_does(sandbox: Sandbox) -> None:
    amina = sandbox.person("Amina")
    said = await amina.says("  a\tb\r\n\u202bمرحبا\u202c /help ")
    assert said.content == {
        "text": "a b\nمرحبا /help",
        "entities": [{"type": "bot_command", "offset": 10, "length": 5}],
    }
    with pytest.raises(ValueError, match="there is nothing to say"):
        await amina.says("\u202e")
