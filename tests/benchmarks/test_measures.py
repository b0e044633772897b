"""What is measured at full size by hand runs at toy size: its figures are of a bot that did what was asked of it."""

import asyncio
from pathlib import Path

import uvloop

from benchmarks import backlog, campaign, growth, sealing
from tests.stores import every_row, say, someone, sqlite_store, voice


def test_what_piled_up_is_answered_in_order_and_kept_whole() -> None:
    cleared = uvloop.run(backlog.clear(3, taken=True))
    assert (cleared.updates, cleared.astray, cleared.kept) == (30, 0, 3)


def test_a_campaign_reaches_everybody_once_while_others_are_answered() -> None:
    """R17, at toy size; `python -m benchmarks.campaign` holds it under full load."""
    ran = uvloop.run(campaign.run(100, 100, people=3, every=0.2))
    assert (ran.missing, ran.twice) == (0, 0)
    assert ran.campaign > 0
    assert len(ran.latencies) > 0


def test_a_house_is_filled_and_measured(tmp_path: Path) -> None:
    houses = growth.grown([20], tmp_path, 1, 2, None)
    assert [len(house.steps.cpu) for house in houses] == [20]
    asyncio.run(growth.start(houses[0]))
    assert {len(times.clock) for times in houses[0].answers.values()} == {2}
    assert "| 20 kept |" in growth.written(houses)


async def test_houses_that_differ_in_one_thing_take_turns(tmp_path: Path) -> None:
    measured = await sealing.turns(tmp_path, 2, 1)
    assert {kind: len(costs) for kind, costs in measured.items()} == dict.fromkeys(sealing.KINDS, 2)
    assert "| nothing is sealed | " in sealing.written(measured)


async def test_what_is_left_out_to_measure_its_cost_is_left_out(tmp_path: Path) -> None:
    """The house that seals nothing keeps words as they are; the one that writes one more row writes it."""
    async with sqlite_store(tmp_path) as store:
        her = await store.transact(someone)
        with sealing.unsealed(), sealing.one_row_more():
            told = voice(her, answers={"/t/story": "canary-words"})
            await store.transact(lambda unit: unit.testimonies.add(told, []))
            assert await store.transact(lambda unit: unit.testimonies.of(her.id)) == [told]
            await store.transact(lambda unit: say(unit, "a", her.address))
        rows = every_row(f"sqlite:///{tmp_path / 'voices.db'}")
    assert "canary-words" in str(rows["testimonies"])
    assert [name for name, *_ in rows["marks"]] == ["said:a"]
