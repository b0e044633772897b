"""Invented voices: as many as asked for, as if they had come one by one, and nobody is written to."""

import pytest

from bot import synthetic, translated, wall
from bot.ports import Unit
from bot.published import Published, Wanted
from bot.shown import Shown
from bot.testimony import State
from bot.testimony import Testimony as Told
from tests.deeds.stage import Stage

PARTNERS = ["mmm", "omep"]


def everything(unit: Unit) -> list[Told]:
    """Every voice, the oldest first, whoever told it."""
    found = (
        unit.testimonies.get(each.testimony, partner=each.partner) for each in unit.testimonies.origins()
    )
    return [each for each in found if each is not None]


async def test_invented_voices_lie_there_as_if_they_had_come(stage: Stage) -> None:
    people = await synthetic.fill(stage.store, PARTNERS, 200, stage.now)
    told = await stage.do(everything)
    assert len(told) == 200
    assert 100 < people < 200
    assert {each.language for each in told} == {
        "en",
        "fr",
        "es",
        "pt",
        "ar",
        "ru",
        "zh",
        "hi",
        "bn",
        "ur",
        "sw",
        "mg",
    }
    assert {each.form for each in told} == {"testimony", "initiative", "checkin"}
    assert {State.ACCEPTED, State.SET_ASIDE, State.WITHDRAWN, State.RECEIVED} <= {each.state for each in told}
    assert any(each.sensitive for each in told)
    public = await stage.do(lambda unit: unit.wall.older(Wanted(), most=500))
    shown = await stage.do(lambda unit: [wall.voice(unit, stage.here(), each) for each in public])
    assert len(shown) > 50
    assert None not in shown, "nothing in an invented sentence could say who somebody is"
    photos = await stage.do(lambda unit: [each for each in public if _pictured(unit, each)])
    assert 3 < len(photos) < 20
    assert await stage.do(lambda unit: unit.outbox.claim(10, stage.now)) == []
    read = await stage.do(
        lambda unit: [translated.standing(unit, stage.here(), each) for each in shown if each is not None]
    )
    there = [each for each in read if each]
    assert len(shown) / 5 < len(there) < len(shown) / 2
    assert {len(each) for each in there} == {2, 3}
    assert {each.language for some in there for each in some} == {"en", "fr", "ar"}
    assert not any(each.words == "" for some in there for each in some)


def _pictured(unit: Unit, voice: Published) -> bool:
    """Whether a photo is kept to be seen with it."""
    shown = Shown(voice.id, "testimony", "en", "MG", "2026-11-23", "2026-11-23", "Told.")
    unit.shown.show(shown, "rules")
    return unit.pictures.of(voice.testimony) is not None


async def test_the_same_seed_makes_the_same_voices(stage: Stage, alone: Stage) -> None:
    for each in (stage, alone):
        await synthetic.fill(each.store, ["mmm"], 40, each.now, seed=7)
    one, other = [
        [(told.receipt, told.received_at, told.answers) for told in await each.do(everything)]
        for each in (stage, alone)
    ]
    assert one == other


@pytest.mark.soak
async def test_two_thousand_invented_voices_are_there_within_a_minute(stage: Stage) -> None:
    await synthetic.fill(stage.store, PARTNERS, 2_000, stage.now)
    assert len(await stage.do(everything)) == 2_000
