"""A campaign over real HTTP: composed, looked at, approved by a second lead, answered, paused and cancelled."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot import campaigning
from bot.people import Role
from sandbox.people import Person
from tests.journeys.stage import Stage, raised
from tests.journeys.test_voices import MADAGASCAR, WORDS, begins, label, said

ASKED = "How are the schools near you?"


async def tells(stage: Stage, name: str) -> Person:
    """Somebody tells, and allows to be asked again."""
    her = stage.person(name, "en")
    await her.starts()
    await begins(her, "testimony", "en")
    await her.says(MADAGASCAR["en"])
    await her.sees("hardest")
    await her.says("The school has no roof.")
    await her.taps(label("testimony", "consents", "contact", "en"))
    await her.taps(label("testimony", "next", "send", "en"))
    await her.sees("MG-")
    return her


async def goes(stage: Stage, lena: Person, *buttons: str) -> None:
    """Buttons on the newest message, one after the other."""
    for each in buttons:
        await lena.taps(each, within=20)
        await stage.sandbox.quiet()


async def test_a_campaign_from_its_first_step_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R15, R16: two people start it; it asks at each one’s own hour; paused and cancelled, it asks nobody."""
    monkeypatch.setattr(campaigning, "SECOND", 2)
    async with raised(tmp_path, one_clock=True) as stage:
        lena, noor = [await stage.moderator(name, "en", Role.LEAD) for name in ("Lena", "Noor")]
        people = [await tells(stage, name) for name in ("Amina", "Binta", "Sita", "Tiana")]
        tomorrow = WORDS.words("en").short_day((stage.clock.now() + timedelta(days=1)).date())
        await lena.says("/campaigns")
        await lena.sees("There is none yet.")
        await goes(stage, lena, "New campaign", "Check-in", "Next step", "Once", tomorrow, "19:00", "English")
        await lena.says(ASKED)
        await stage.sandbox.quiet()
        await goes(stage, lena, "Next step", "Done", "Preview", "English")
        assert ASKED in lena.last.text
        await goes(stage, lena, "Back", "Back", "Count the people")
        await stage.ticks()
        await lena.sees("Would be asked: 4")
        await goes(stage, lena, "City by city")
        assert "Antananarivo · 19:00 · 16:00 · 4" in lena.last.text
        await goes(stage, lena, "Back", "Ask a colleague")
        await noor.sees("A colleague asks you to approve")
        await goes(stage, noor, "Look at it", "Approve and start")
        await noor.sees("Check-in · running")
        await lena.sees("was approved by")
        await goes(stage, lena, "Look at it")
        card = lena.last
        due = (stage.clock.now() + timedelta(days=1)).replace(hour=16, minute=1)
        await stage.ticks(hours=(due - stage.clock.now()).total_seconds() / 3600)
        for her in people[:3]:
            await her.sees(ASKED)
            await her.taps(said("Begin", "en"))
            await her.taps(label("checkin", "compared", "worse", "en"))
            await her.sees("What has changed?", within=20)
            await her.says("The roof is still gone.")
            await her.sees("What is it about?", within=20)
            await her.taps(said("Skip", "en"))
            await her.taps(label("checkin", "reaching", "no", "en"))
            await her.taps(label("checkin", "next", "send", "en"))
            await her.sees("MG-", within=20)
        await stage.ticks()
        await lena.sees("Answered, of those asked: 75 %")
        assert lena.last.id == card.id
        await goes(stage, lena, "Pause")
        await lena.sees("Check-in · paused")
        await goes(stage, lena, "Cancel it", "Yes, cancel it")
        await lena.sees("Check-in · cancelled")
        before = len(people[3].chat)
        await stage.ticks(hours=30)
        assert len(people[3].chat) == before
