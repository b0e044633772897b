"""What the table of change costs: `python -m benchmarks.changing [CHECK-INS]`, in a database on this disk.

As many people have each said once how three themes are; counted are the CPU time of all, of the longest transaction
(nobody else is answered meanwhile), and how much more memory was needed.
"""

import asyncio
import resource
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from bot import changing
from bot.people import Partner
from bot.ports import Unit
from bot.testimony import State
from bot.wiring import builtin_forms
from storage.database import Database
from tests.stores import NOW, opened, someone, sqlite_files, voice

T = TypeVar("T")
AT_ONCE = 500
SAID = {
    f"/checkin/{name}_{n}": value
    for n, theme in enumerate(("food", "health", "work"), start=1)
    for name, value in (("theme", theme), ("change", "worse"))
}


class Timed:
    """A store that remembers its longest transaction, in seconds of CPU."""

    def __init__(self, store: Database) -> None:
        self.store = store
        self.longest = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def transact(self, work: Callable[[Unit], T]) -> T:
        """Do it, and look at the clock."""
        begun = time.process_time()
        done = await self.store.transact(work)
        self.longest = max(self.longest, time.process_time() - begun)
        return done


async def main(count: int) -> None:
    """Fill a database, count, print."""
    checkin = next(form for form in builtin_forms() if form.name == "checkin")

    def begin(unit: Unit) -> None:
        unit.people.add_partner(Partner("atd", "Open Hands"))
        unit.forms.publish(checkin, NOW)

    def say(unit: Unit, first: int) -> None:
        for n in range(first, min(count, first + AT_ONCE)):
            told = voice(
                someone(unit, 1000 + n),
                receipt=f"MG-{n}",
                form="checkin",
                form_version=checkin.version,
                state=State.ACCEPTED,
                received_at=NOW - timedelta(seconds=n),
                answers=SAID,
            )
            unit.testimonies.add(told, [])

    with sqlite_files() as files:
        async with opened(files.fresh()) as store:
            await store.transact(begin)
            for first in range(0, count, AT_ONCE):
                await store.transact(lambda unit, first=first: say(unit, first))  # type: ignore[misc]
            timed, before, begun = Timed(store), _memory(), time.process_time()
            tally = await changing.counted(timed, "atd", NOW - timedelta(days=30), NOW + timedelta(days=1))
            spent = time.process_time() - begun
    rows = tally.told()
    print(
        f"{count} check-ins, {len(rows)} rows: {spent:.2f} s of CPU, the longest transaction "
        f"{1000 * timed.longest:.0f} ms, {_memory() - before:.0f} MB more"
    )


def _memory() -> float:
    """Megabytes this process has had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
