"""What it costs to seal what is said, and to write one more row a message: `python -m benchmarks.sealing`.

Three houses take turns in this process, a few walks each, without HTTP (as `benchmarks.growth` walks): ours; one in
which values are kept as they are; one that writes one more row with each message that is to be said. What is changed
is changed here, for as long as a turn lasts: the bot itself cannot be told to do it. Each turn is compared with ours of
the same round, by CPU time, which others on the machine disturb least.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, AsyncExitStack, nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.__main__ import machine
from benchmarks.growth import House, Times, eight, walk
from storage.marks import Marks
from storage.outbox import Outbox
from storage.sealing import Seals

AS_IT_IS = "as it is"


def unsealed() -> AbstractContextManager[object]:
    """Rows are kept as they are said; data keys are still made, and wrapped."""

    def as_it_is(seals: Seals, value: bytes, *place: str) -> bytes:
        return value

    return patch.multiple(Seals, bytes_in=as_it_is, bytes_out=as_it_is)


def one_row_more() -> AbstractContextManager[object]:
    """Each message that is to be said brings one more row, in a table with one index."""
    add = Outbox.add

    def and_a_row(outbox: Outbox, *, key: str, **more: Any) -> None:
        add(outbox, key=key, **more)
        Marks(outbox._connection, outbox._seals).set(f"said:{key}", "x" * 32)

    return patch.object(Outbox, "add", and_a_row)


KINDS: dict[str, Callable[[], AbstractContextManager[object]]] = {
    AS_IT_IS: nullcontext,
    "nothing is sealed": unsealed,
    "one more row a message": one_row_more,
}

Turns = dict[str, list[float]]
"""By kind of house: ms of CPU a step, a number for each round."""


async def turns(folder: Path, rounds: int, walks: int) -> Turns:
    """So many rounds of all kinds, in another order each, so many walks a turn."""
    form, chance = eight(), random.Random(0)
    measured: Turns = {kind: [] for kind in KINDS}
    async with AsyncExitStack() as closing:
        houses, stages = {}, {}
        for number, kind in enumerate(KINDS):
            houses[kind] = House.new(1, folder / str(number))
            with KINDS[kind]():
                await houses[kind].fill(form)
            stages[kind] = await closing.enter_async_context(houses[kind].stage())
        for number in range(rounds + 1):
            for kind in chance.sample(list(KINDS), len(KINDS)):
                house = houses[kind]
                house.steps = Times()
                with KINDS[kind]():
                    for _ in range(walks):
                        house.walkers += 1
                        await walk(house, stages[kind].person(house.walkers))
                if number:  # the first round warms up
                    measured[kind].append(statistics.mean(house.steps.cpu))
    return measured


def written(measured: Turns) -> str:
    """The table, in Markdown: the median of the rounds, and the span."""
    lines = ["| | ms of CPU a step | steps a CPU second | steps beside ours |", "|---|---|---|---|"]
    for kind, costs in measured.items():
        rates = [1000 / cost for cost in costs]
        ratios = [ours / cost for cost, ours in zip(costs, measured[AS_IT_IS], strict=True)]
        cells = [kind, _span(costs, 2), _span(rates, 0), "" if kind == AS_IT_IS else _span(ratios, 3)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _span(values: list[float], digits: int) -> str:
    spread = (min(values), statistics.median(values), max(values))
    low, middle, high = (f"{value:,.{digits}f}" for value in spread)
    return f"{middle} ({low}–{high})"


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sealing", description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--walks", type=int, default=5, help="of ten steps each, a turn")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="voices-sealing-") as folder:
        measured = asyncio.run(turns(Path(folder), asked.rounds, asked.walks))
    print(f"{machine()}; {asked.rounds} rounds of {asked.walks} walks, median (lowest–highest)\n")
    print(written(measured))


if __name__ == "__main__":
    main()
