"""The whole bot with its public pages: what two people publish is read by everybody, at a place of its own."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from bot import wiring
from bot.clock import SystemClock
from bot.health import CannotListen
from bot.people import PURPOSES, Consent, Partner
from bot.ports import Unit
from bot.redaction import Redaction, digest
from bot.testimony import State
from sandbox import Sandbox
from tests.journeys.stage import open_house, settings_for
from tests.stores import NOW, publish, reader, someone, voice

STORY = "/testimony/told/story"


def hang(unit: Unit) -> None:
    """A voice, told and published as two people would."""
    unit.people.add_partner(Partner("atd", "ATD Fourth World"))
    version = unit.forms.current("testimony").version
    her = someone(unit)
    told = voice(her, state=State.ACCEPTED, form_version=version, answers={STORY: "Water is far."})
    told = unit.testimonies.add(told, [Consent(told.id, each, True, "h", "fr", NOW) for each in PURPOSES])
    by = reader(unit)
    of = {STORY: digest("Water is far.")}
    copy = Redaction("", told.id, by.id, by.address, NOW, {STORY: "Water is far."}, of)
    unit.redactions.add(copy, respondent=her.id)
    publish(unit, told.id, "publish", NOW)


async def test_what_is_published_is_read_at_a_place_of_its_own(tmp_path: Path) -> None:
    """A tick shows it; health and numbers are not there, nor are pages where those are."""
    async with Sandbox(flood=False) as sandbox:
        settings = settings_for(sandbox, tmp_path).model_copy(update={"pages_listen": "127.0.0.1:0"})
        await open_house(settings)
        async with wiring.opened(settings, SystemClock()) as (store, _):
            await store.transact(hang)
        async with wiring.running(settings) as voices, aiohttp.ClientSession() as session:

            async def reads(port: int | None, path: str) -> tuple[int, str]:
                async with session.get(f"http://127.0.0.1:{port}{path}") as response:
                    return response.status, await response.text()

            async with asyncio.timeout(20):
                while "Water is far." not in (await reads(voices.pages, "/en/"))[1]:
                    await asyncio.sleep(0.05)
            assert "https://t.me/" in (await reads(voices.pages, "/en/about"))[1]
            for path in ("/healthz", "/readyz", "/metrics", "/telegram"):
                assert (await reads(voices.pages, path))[0] == 404
            assert (await reads(voices.port, "/en/"))[0] == 404
        taken = settings.model_copy(update={"pages_listen": sandbox.url.removeprefix("http://")})
        with pytest.raises(CannotListen) as fault:
            async with wiring.running(taken):
                pass
        assert wiring.sentence(fault.value, taken).startswith("VOICES_PAGES_LISTEN: 127.0.0.1:")


async def test_nothing_is_served_unless_it_is_asked_for(tmp_path: Path) -> None:
    """Nor is anything written down for it."""
    async with Sandbox(flood=False) as sandbox:
        settings = settings_for(sandbox, tmp_path)
        await open_house(settings)
        async with wiring.running(settings) as voices:
            assert voices.pages is None
