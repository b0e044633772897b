"""Accepted voices are handed on to a partner's data server: once, whole, and only what may be shared."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.forward import Forward, State, Target
from bot.forwarding import REDACTION, Forwarding
from bot.openrosa import OpenRosa
from storage.vault import Files
from tests.collectors import CENTRAL, KOBO, Server, collector
from tests.deeds.stage import Player, Stage, catalogs, forms
from tests.fakes import Tireless

VERSION = next(form.version for form in forms() if form.name == "testimony")
STORY = "We walk an hour to the well. Call 034 12 345 67."
CLEAN = "We walk an hour to the well. Call [number]."
SCARCE = 100_000


class Bench:
    """A stage, a server, and what brings the one's voices to the other."""

    def __init__(self, stage: Stage, server: Server, folder: Path) -> None:
        self.stage = stage
        self.server = server
        self.vault = Files(folder, stage.store)
        self.openrosa = OpenRosa(answer=5)
        self.target = Target(
            "t1", "mmm", "testimony", "Mothers’ data server", server.access, stage.now, server.known_as
        )

    async def open(self) -> "Bench":
        await self.stage.do(lambda unit: unit.targets.add(self.target))
        return self

    def again(self) -> Forwarding:
        """As a process that has just started."""
        clock = Tireless(self.stage.now)
        return Forwarding(
            self.stage.store,
            self.vault,
            self.openrosa,
            clock,
            catalogs(),
            duty="schedule",
            chance=lambda: 0.5,
        )

    async def ticks(self, **units: float) -> int:
        """So much time passes, and a tick of a process that just started."""
        await self.stage.wakes(**units)
        return await self.again().forward()

    async def rows(self, *states: State) -> list[Forward]:
        return await self.stage.do(lambda unit: unit.forwards.standing("t1", states or tuple(State)))

    async def where(self) -> Target:
        return (await self.stage.do(lambda unit: unit.targets.of("mmm")))[0]


@pytest.fixture(params=[CENTRAL, KOBO])
async def bench(request: Any, stage: Stage, tmp_path: Path) -> AsyncIterator[Bench]:
    async with collector(request.param, VERSION) as server:
        made = await Bench(stage, server, tmp_path).open()
        yield made
        await made.openrosa.close()


async def allows(player: Player, *labels: str) -> None:
    """She allows these on /mine."""
    await player.says("/mine")
    receipt = (await player.stage.testimonies(player.id))[0].receipt
    if any(label.startswith(receipt) for label in player.last.labels):
        await player.taps(receipt)
    for label in labels:
        await player.taps(label)


async def told(stage: Stage, id: int = 1, *, share: bool = True, hidden: bool = True) -> Player:
    """Somebody's voice, accepted; it may be shared, and a number is hidden in it."""
    her, vera = stage.person(id), await stage.moderator(2)
    await her.tells(STORY)
    if share:
        await allows(her, "Share")
    await vera.says("/next")
    if hidden:
        for label in ("More", "Hide names", "Hide these", "Back"):
            await vera.taps(label)
    await vera.taps("Accept")
    await stage.wakes(minutes=1)
    return her


# -- what leaves ------------------------------------------------------------------------------------------------------


async def test_an_accepted_voice_that_may_be_shared_arrives_once_as_its_redacted_copy(bench: Bench) -> None:
    """S31, S32, S36: known by its instanceID; the pinned words go once they are there, their digest stays."""
    stage, server = bench.stage, bench.server
    await told(stage)
    assert await bench.ticks(minutes=1) == 1
    [kept] = server.kept.values()
    assert (server.answered, server.heads, kept.came) == ([201], 1, 1)
    assert f">{CLEAN}<".encode() in kept.xml
    [row] = await bench.rows()
    assert (row.state, row.tries, row.reason) == (State.SENT, 1, "")
    assert row.instance in server.kept
    [whole] = await stage.do(lambda unit: unit.forwards.of(row.testimony))
    assert whole.pinned is None
    assert whole.digest == hashlib.sha256(kept.xml).hexdigest()
    assert [each.verb for each in await stage.do(lambda unit: unit.journal.read(1))] == ["handed on to t1"]
    assert await bench.ticks(minutes=1) == 0
    assert server.answered == [201]


async def test_what_is_not_to_be_shared_not_accepted_or_private_stays(bench: Bench) -> None:
    """S31, S34."""
    stage = bench.stage
    await told(stage, 1, share=False)
    await stage.person(3).tells_privately()
    await stage.person(4).tells("It is far.")
    await allows(stage.person(4), "Share")
    assert await bench.ticks(minutes=1) == 0
    assert await bench.rows() == []
    assert bench.server.answered == []


async def test_a_voice_waits_until_names_are_hidden_in_all_its_words(bench: Bench) -> None:
    """S32: nothing of it leaves before."""
    stage = bench.stage
    await told(stage, hidden=False)
    await allows(stage.person(1), "Publish")
    assert await bench.ticks(minutes=1) == 0
    assert await stage.do(lambda unit: unit.forwards.waiting("t1")) == {REDACTION: 1}
    vera = stage.person(2)
    await vera.says("/next")
    await vera.taps("Hide these")
    await vera.taps("Done")
    assert await bench.ticks(minutes=11) == 1


async def test_another_partners_voice_goes_to_nobody_here(bench: Bench) -> None:
    """S20."""
    stage = bench.stage
    target = replace(bench.target, id="t2", partner="omep")
    await stage.do(lambda unit: unit.targets.add(target))
    await told(stage)
    assert await bench.ticks(minutes=1) == 1
    assert await stage.do(lambda unit: unit.forwards.standing("t2", tuple(State))) == []
