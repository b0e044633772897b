"""What a thief of the token finds in the chats: nothing that was told, however the bot died meanwhile."""

import asyncio
from pathlib import Path

from sandbox import Fault, Sandbox
from sandbox.people import Person
from tests.journeys.killing import start
from tests.journeys.stage import open_house, raised, settings_for
from tests.journeys.test_canaries import ANSWER, STORY
from tests.journeys.test_voices import first_line

SWITCH = "☐ Take what I wrote out of this chat"


async def tells(amina: Person) -> None:
    """All of a testimony with the switch on, but for the last tap."""
    await amina.starts()
    await amina.taps("English", within=60)
    await amina.says("/privacy")
    await amina.taps(SWITCH, within=60)
    await amina.says("/resume")
    await amina.taps("I understand, I am an adult", within=60)
    await amina.taps("Yes", within=60)
    await amina.sees(first_line("testimony", "country", "en"), within=60)
    await amina.says("Madagascar")
    await amina.sees(first_line("testimony", "story", "en"), within=60)
    await amina.says(STORY)
    await amina.taps("Say more", within=60)
    await amina.taps("Skip", within=60)
    await amina.sees("Is someone helping you", within=60)
    await amina.says(ANSWER)
    await amina.sees("What should change first?", within=60)
    await amina.taps("Skip", within=60)
    await amina.sees("How old are you", within=60)
    await amina.taps("Skip", within=60)
    await amina.sees("Please read it through", within=60)


async def stolen(sandbox: Sandbox, chats: list[Person]) -> str:
    """Everything a thief gets out of these chats with the token: each message, forwarded to a chat of the thief's."""
    thief = sandbox.person("Thief", started=True)
    for chat in chats:
        for message in chat.chat:
            request = {"chat_id": thief.id, "from_chat_id": chat.id, "message_id": message.id}
            await sandbox.gateway.call("copyMessage", request)
    return "\n".join(message.text for message in thief.chat)


async def test_a_thief_of_the_token_finds_nothing_that_was_told(tmp_path: Path) -> None:
    """S28, S29, S43: neither in her chat nor in a moderator's."""
    async with raised(tmp_path) as stage:
        reader = await stage.moderator("Rakoto", "en")
        amina = stage.person("Amina", "en")
        await tells(amina)
        assert STORY in await stolen(stage.sandbox, [amina]), "a thief finds what is there"
        await amina.taps("Send", within=60)
        await amina.sees("MG-", within=60)
        await reader.says("/next")
        card = await reader.sees("MG-")
        await reader.taps("Accept", on=card)
        await reader.sees("accepted")
        await stage.sandbox.quiet()
        found = await stolen(stage.sandbox, [amina, reader])
        assert [each for each in (STORY, ANSWER) if each in found] == []
        assert "MG-" in found, "the receipt stays"


async def test_what_was_stored_leaves_the_chat_though_the_bot_died_in_between(tmp_path: Path) -> None:
    """S29: killed between the commit and the deleting, it deletes when it lives again."""
    async with Sandbox(flood=False) as sandbox:
        settings = settings_for(sandbox, tmp_path)
        await open_house(settings)
        amina = sandbox.person("Amina", language="en")
        process = await start(settings)
        await tells(amina)
        deleting = sandbox.fail("deleteMessages", how=Fault.hangs(), times=None)
        await amina.taps("Send", within=60)
        await amina.sees("MG-", within=60)
        async with asyncio.timeout(60):
            while not deleting.used:
                await asyncio.sleep(0.05)
        process.kill()
        await process.wait()
        assert STORY in await stolen(sandbox, [amina])
        sandbox.heal()
        process = await start(settings)
        async with asyncio.timeout(90):
            while STORY in await stolen(sandbox, [amina]):
                await asyncio.sleep(0.5)
        process.terminate()
        await process.wait()
        found = await stolen(sandbox, [amina])
        assert [each for each in (STORY, ANSWER) if each in found] == []
