"""`voices campaign`: a campaign from a file, every mistake told at once; moved in a lead's name."""

from datetime import date
from pathlib import Path

import pytest

from bot import planning
from bot.campaign import Kind, State
from bot.people import Partner, Role
from bot.ports import Unit
from bot.workshop import Refused
from tests.deeds.stage import Stage
from tests.deeds.test_asking import asked

EXAMPLE = (Path(__file__).parents[2] / "deploy" / "campaign.toml").read_text()
LENA, NOOR = 8, 9
SMALL = '[schedule]\nday = "2026-11-27"\nat = "09:30"\n[wordings.en]\na = "How is school?"\n'


def mmm(unit: Unit) -> Partner:
    return unit.people.partner("mmm")


async def makes(stage: Stage, text: str, *, dry: bool = False) -> str:
    return await planning.new(stage.store, stage.here(), mmm, None, text, dry=dry)


async def does(stage: Stage, what: str, lead: str | None = None) -> str:
    [made] = await stage.do(lambda unit: unit.campaigns.of("mmm"))
    return await stage.do(lambda unit: planning.move(unit, stage.here(), made.id[:8], what, lead))


async def test_the_example_is_a_campaign(stage: Stage) -> None:
    await stage.moderator(LENA, Role.LEAD)
    assert "is a draft" in await makes(stage, EXAMPLE)
    [made] = await stage.do(lambda unit: unit.campaigns.of("mmm"))
    assert made.schedule.kind is Kind.MONTHLY
    assert made.schedule.last == date(2027, 6, 30)
    assert made.audience.roles == ("parent", "educator")
    assert set(made.languages) == {"en", "fr"}
    told = await stage.do(lambda unit: planning.shown(unit, stage.here(), made.id))
    assert "Who speak as: Mother or father and I teach or care for children" in told


async def test_every_mistake_is_told_at_once_with_key_cause_and_remedy(stage: Stage) -> None:
    await stage.moderator(LENA, Role.LEAD)
    text = """
form = "surveys"
reminder = 1
expires = 99
[audience]
languages = ["fr", "xx"]
countries = ["Madagascar"]
answers = { "/checkin/compared" = ["bad"] }
[schedule]
kind = "weekly"
at = "25:00"
weekday = "mon"
[wordings.en]
b = "only b"
"""
    with pytest.raises(Refused) as refused:
        await makes(stage, text)
    told = str(refused.value).splitlines()
    keys = {line.partition(":")[0] for line in told}
    assert keys == {
        *("form", "reminder", "expires", "audience.languages", "audience.countries"),
        *("audience.answers./checkin/compared", "schedule.at", "schedule.weekday", "wordings.en"),
    }
    assert "schedule.at: '25:00' is no time of day. Write it as 10:00, by the clock of each person." in told
    assert await stage.do(lambda unit: unit.campaigns.of("mmm")) == []
    with pytest.raises(Refused, match="no TOML"):
        await makes(stage, "form = ")


async def test_a_dry_run_tells_whom_it_reaches_and_keeps_nothing(stage: Stage) -> None:
    await asked(stage, 1)
    await stage.person(2).tells()
    await stage.moderator(LENA, Role.LEAD)
    said = (await makes(stage, SMALL, dry=True)).splitlines()
    assert said[0] == "Would be asked: 1"
    assert [line.split() for line in said if "Antananarivo" in line] == [
        ["Antananarivo", "2026-11-27", "09:30", "2026-11-27", "06:30", "1"]
    ]
    assert "  did not agree to be asked again: 1" in said
    assert await stage.do(lambda unit: unit.campaigns.of("mmm")) == []


async def test_it_is_moved_in_the_name_of_a_lead_and_the_journal_says_by_whom(stage: Stage) -> None:
    with pytest.raises(Refused, match="Nobody leads"):
        await makes(stage, SMALL)
    await asked(stage, 1)
    await stage.moderator(LENA, Role.LEAD)
    await makes(stage, SMALL)
    with pytest.raises(Refused, match="Next, count the people"):
        await does(stage, "start")
    [made] = await stage.do(lambda unit: unit.campaigns.of("mmm"))
    assert "Would be asked: 1" in await planning.count(stage.store, stage.here(), made.id[:8])
    for what, state in (
        ("start", State.RUNNING),
        ("pause", State.PAUSED),
        ("resume", State.RUNNING),
        ("cancel", State.CANCELLED),
    ):
        assert await does(stage, what) == f"{made.id[:8]} is {state}."
    with pytest.raises(Refused, match="Not now"):
        await does(stage, "pause")
    await stage.moderator(NOOR, Role.LEAD)
    with pytest.raises(Refused, match="In whose name"):
        await does(stage, "cancel")
    actors = {each.actor.partition(":")[0] for each in await stage.deeds("cancelled")}
    assert actors == {"moderator"}
    assert [each.actor for each in await stage.deeds("cancel")] == ["operator"]
