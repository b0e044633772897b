"""A group where moderators sit together, over real HTTP: it is told how many voices wait, and says nothing else."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot import gathering
from bot.people import Role
from sandbox.people import Group
from sandbox.world import Message
from tests.journeys.stage import raised
from tests.journeys.test_canaries import STORY
from tests.journeys.test_hiding import tells

TALK = "between ourselves, the pelican is on duty"


async def stands(group: Group, is_it: Callable[[Message], bool]) -> Message:
    """The message of the bot's in the group of which this is so."""
    async with asyncio.timeout(60):
        while True:
            for message in group.chat:
                if message.from_bot and not message.service and is_it(message):
                    return message
            await asyncio.sleep(0.05)


async def test_a_team_sits_together_in_a_forum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """S5, S22, S34: topics by language, counts kept up to date, a button to the card, and no word of anybody."""
    monkeypatch.setattr(gathering, "PACE", timedelta(0))
    async with raised(tmp_path) as stage:
        lena = await stage.moderator("Lena", "en", Role.LEAD)
        rakoto = await stage.moderator("Rakoto", "fr")
        group = stage.sandbox.group("Team", [lena, rakoto], forum=True)
        await rakoto.says("/room", to=group)
        await lena.says(TALK, to=group)
        await stage.sandbox.quiet()
        assert [message for message in group.chat if message.from_bot] == []
        await lena.says("/team")
        await lena.sees("The team of")
        [link] = [key for row in lena.last.buttons for key in row if "room" in key]
        assert link == "A room for your team"
        await lena.says(f"/start@{stage.sandbox.world.bot.username} room", to=group)
        await lena.sees("never a voice itself")
        english = await stands(group, lambda each: "Nothing is waiting" in each.text)
        french = await stands(group, lambda each: "Rien" in each.text)
        assert {english.thread_id, french.thread_id} == {
            group.topics["English"],
            group.topics["Français"],
        }
        amina = stage.person("Amina", "en")
        await tells(amina)
        await amina.taps("Send", within=60)
        await amina.sees("MG-", within=60)
        now = await stands(group, lambda each: "1 voice is waiting" in each.text)
        assert now.id == english.id
        said = "\n".join(message.text for message in group.chat if message.from_bot)
        assert [word for word in (STORY, "MG-", "Madagascar", "Amina") if word in said] == []
        assert len([each for each in group.chat if each.from_bot and not each.service]) == 2
        await lena.says(TALK, to=group)
        await rakoto.taps("Prendre la voix suivante", on=french)
        await rakoto.sees("MG-", within=60)
        group.bot_stands("kicked", lena)
        await stage.sandbox.quiet()
        assert await stage.voices.store.transact(lambda unit: unit.people.address_of(group.id)) is None
