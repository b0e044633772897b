"""Whole stories by webhook, and what is told meanwhile to whoever watches over the bot."""

from pathlib import Path

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from bot import wiring
from bot.metrics import HANDED, OUTCOMES
from bot.outbox import Kind
from sandbox import Fault, Sandbox
from tests.hooks import WORD, said
from tests.journeys.stage import PARTNER, open_house, raised, settings_for
from tests.journeys.test_voices import begins, first_line, tells


async def get(place: str, path: str) -> tuple[int, str]:
    """Ask over HTTP; the code and the text."""
    async with aiohttp.ClientSession() as session, session.get(place + path) as response:
        return response.status, await response.text()


async def numbers(place: str) -> dict[str, float]:
    """What a scrape adds up to, by name."""
    text = (await get(place, "/metrics"))[1]
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name] = found.get(sample.name, 0) + sample.value
    return found


async def test_a_voice_is_told_and_read_by_webhook(tmp_path: Path) -> None:
    """R2: from /start to the receipt and to the reader, without one poll."""
    async with raised(tmp_path, hook=True) as stage:
        reader = await stage.moderator("Rakoto", "en")
        receipt = await tells(stage.person("Amina", "mg"), "mg")
        await reader.says("/next")
        assert receipt in (await reader.sees("MG-")).text
        await stage.sandbox.quiet()
        assert stage.sandbox.calls("getUpdates") == []
        assert await get(stage.place, "/readyz") == (200, "ready\n")
        told = await numbers(stage.place)
        assert told["voices_inbox_open"] == told["voices_outbox_due"] == 0
        assert told["voices_updates_received_total"] == told["voices_step_seconds_count"] == 9
        assert told["voices_deliveries_total"] >= 9


async def test_a_stranger_at_the_webhook_is_not_heard(tmp_path: Path) -> None:
    """S25: neither by the wrong secret nor by none; who knows it is."""
    async with raised(tmp_path, hook=True) as stage, aiohttp.ClientSession() as session:
        amina = stage.person("Amina", "en")
        await amina.starts()
        await amina.sees("Choose your language")
        before = len(amina.chat)
        forged = said(77, "/start", person=amina.id)
        for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": WORD[::-1]}):
            async with session.post(stage.place + "/telegram", data=forged, headers=headers) as response:
                assert response.status == 401
        await stage.sandbox.quiet()
        assert len(amina.chat) == before
        assert (await numbers(stage.place))["voices_webhook_refused_total"] == 2
        notes = await stage.voices.store.transact(lambda unit: unit.journal.read())
        assert [deed.object for deed in notes if deed.verb == "refused"] == ["webhook:1"]


NAME, STORY = "Canarina", "canary of the coal mine story"


async def test_nothing_of_anyone_is_in_the_metrics(tmp_path: Path) -> None:
    """S27: no name, id, word, partner or token, whatever goes wrong meanwhile."""
    async with raised(tmp_path, hook=True) as stage:
        await stage.moderator("Rakoto", "en")
        amina = stage.person(NAME, "en")
        await amina.starts()
        await begins(amina, "testimony", "en")
        await amina.sees(first_line("testimony", "country", "en"))
        await amina.says("Madagascar")
        await amina.sees(first_line("testimony", "story", "en"))
        stage.sandbox.fail("sendMessage", how=Fault.closed_after())
        await amina.says(STORY)
        await amina.sends_voice(b"canary voice", seconds=5)
        await stage.sandbox.quiet()
        status, text = await get(stage.place, "/metrics")
        assert (status, "voices_updates_received_total" in text) == (200, True)
        told = [NAME, STORY, "canary", "Madagascar", "MG", PARTNER, WORD, str(amina.id), stage.sandbox.token]
        assert [word for word in told if word in text] == []
        labels = {
            (name, value)
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            for name, value in sample.labels.items()
            if name != "le" and family.name != "voices_build_info"
        }
        kinds = {("kind", str(kind)) for kind in Kind}
        outcomes = {*OUTCOMES.values(), *HANDED.values()}
        assert labels == kinds | {("outcome", word) for word in outcomes}


async def test_between_asking_and_being_brought_nothing_is_lost(tmp_path: Path) -> None:
    """R3: a bot that polled, then had a webhook, then polls again asks for everything Telegram still keeps."""
    async with Sandbox(flood=False) as sandbox:
        polls, hooked = settings_for(sandbox, tmp_path), settings_for(sandbox, tmp_path, hook=True)
        await open_house(polls)
        amina = sandbox.person("Amina", language="en")
        async with wiring.running(polls):
            await amina.starts()
            await amina.sees("Choose your language")
        async with wiring.running(hooked):
            await amina.taps("English")
            await amina.sees("It is good that you are here")
        before = sandbox.seq
        await amina.taps("I understand, I am an adult")
        async with wiring.running(polls):
            await amina.sees(first_line("testimony", "keep", "en"))
        asked = sandbox.calls("getUpdates", since=before)
        assert asked[0].parameters["offset"] == 0


async def test_a_bot_that_polls_serves_health_alone(tmp_path: Path) -> None:
    """S25: no webhook is served where none was asked for."""
    async with raised(tmp_path) as stage, aiohttp.ClientSession() as session:
        assert await get(stage.place, "/healthz") == (200, "alive\n")
        assert await get(stage.place, "/readyz") == (200, "ready\n")
        headers = {"X-Telegram-Bot-Api-Secret-Token": WORD}
        async with session.post(
            stage.place + "/telegram", data=said(1, "forged"), headers=headers
        ) as response:
            assert response.status == 404
