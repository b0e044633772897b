"""Random walks: people and moderators do anything, in any order, with old and new buttons."""

import random
import re

import pytest

from bot.people import Role
from bot.testimony import State
from tests.deeds.stage import Player, Stage

COMMANDS = (
    "start",
    "language",
    "help",
    "privacy",
    "stop",
    "resume",
    "mydata",
    "withdraw",
    "forget",
    "mine",
    "initiative",
    "checkins",
    "queue",
    "next",
    "claimed",
    "unknown",
    "start p-omep",
    "start j-wrong",
)
SILENT = ("edits", "blocks", "repeats")
"""What may be left without an answer."""

SHOWN_ALREADY = re.compile(r"s:\w+:\d+:(?:[tp]:|edit:|skip$|back$)")
"""Taps that may ask for what is on the screen as it is: a switch, a page, a question that is open, a second Back."""


async def _act(player: Player, chance: random.Random) -> str:
    keys = [(seen.number, key) for seen in player.chat[-6:] for key in seen.keys]
    act = chance.choices(
        ("taps", "says", "command", "voice", "photo", "place", "edits", "sticker", "blocks"),
        (60, 14, 8, 5, 3, 2, 4, 2, 2),
    )[0]
    match act:
        case "taps" if keys:
            number, key = chance.choice(keys[-12:] if chance.random() < 0.8 else keys)
            await player.taps_data(key.data, number)
            if SHOWN_ALREADY.search(key.data):
                return "repeats"
        case "says" | "taps":
            await player.says(
                chance.choice(("Madagascar", "yes", "no", "2", "The school is closed.", "٣", "send"))
            )
        case "command":
            await player.says(f"/{chance.choice(COMMANDS)}")
        case "voice":
            await player.sends_voice(chance.choice((5, 400)), file=f"v{chance.random()}")
        case "photo":
            await player.sends_photo(f"p{chance.random()}", caption=chance.choice(("", "our street")))
        case "place":
            await player.sends(location={"latitude": -18.9, "longitude": 47.5})
        case "edits":
            await player.edits(max(1, player.stage.message - chance.randrange(12)), "other words")
        case "sticker":
            await player.sends(sticker={"file_id": "x"})
        case "blocks":
            await player.blocks(chance.random() < 0.5)
    return act


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_people_do_they_are_answered_and_no_voice_is_lost(stage: Stage, seed: int) -> None:
    """R6, R7, R34: every act is answered once, and every receipt that was given still names a testimony."""
    chance = random.Random(seed)
    people = [stage.person(number, language) for number, language in ((1, "en"), (2, "fr"), (3, "ar"))]
    people += [await stage.moderator(8), await stage.moderator(9, Role.FOCAL_POINT)]
    for player in people[:3]:
        await player.tells() if player.language == "en" else await player.starts()
    for _ in range(150):
        player = chance.choice(people)
        before = player.replies
        act = await _act(player, chance)
        assert player.replies > before or act in SILENT
        if chance.random() < 0.05:
            await stage.wakes(hours=chance.choice((1, 25, 24 * 15)))
    for player in people:
        told = await stage.testimonies(player.id)
        assert len({each.receipt for each in told}) == len(told)
        assert all(bool(each.answers) is (each.state is not State.WITHDRAWN) for each in told)
        held = {medium.id for medium in await stage.media(player.id)} if told else set()
        named = {word for each in told for value in each.answers.values() for word in value.split()}
        asked = {item for each in told for exchange in each.exchanges for item in exchange.media}
        open_now = {word for kept in await stage.sessions() for word in repr(kept.session.answers).split("'")}
        assert held <= named | asked | {part for word in open_now for part in word.split()}
