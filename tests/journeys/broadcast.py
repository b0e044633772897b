"""One message to each of many people, put into the outbox, and what became of it."""

import asyncio
from collections import Counter
from dataclasses import dataclass

from bot import wiring
from bot.clock import SystemClock
from bot.config import Settings
from bot.outbox import Kind
from bot.ports import Unit
from bot.speech import Message, Quote
from sandbox import Sandbox
from tests.stores import selected

WORDS = Message("en", (Quote("The well is repaired."),))

TOGETHER = 1000
"""How many are written in one transaction."""


@dataclass
class Broadcast:
    """What became of it: by the outbox (sent, unknown, refused), and in the chats (heard, doubled)."""

    people: int = 0
    sent: int = 0
    unknown: int = 0
    refused: int = 0
    heard: int = 0
    doubled: int = 0
    lost: int = 0
    """Neither heard nor known to the outbox as unknown or refused."""

    def __str__(self) -> str:
        """The figures in one line."""
        return (
            f"broadcast to {self.people}: sent {self.sent}, unknown {self.unknown}, refused {self.refused};"
            f" heard {self.heard}, doubled {self.doubled}, lost {self.lost}"
        )


async def announce(settings: Settings, people: list[int]) -> None:
    """Put one campaign delivery for each of them into the outbox."""

    def add(unit: Unit, some: list[int]) -> None:
        now = SystemClock().now()
        for person in some:
            address = unit.people.add_address(person, person, now)
            unit.outbox.add(key=str(person), address=address, kind=Kind.CAMPAIGN, message=WORDS, now=now)

    async with wiring.opened(settings, SystemClock()) as (store, _):
        for start in range(0, len(people), TOGETHER):
            some = people[start : start + TOGETHER]
            await store.transact(lambda unit, some=some: add(unit, some))  # type: ignore[misc]


async def all_said(settings: Settings, within: float = 900) -> None:
    """Wait until nothing is left in the outbox to be said."""
    unsaid = "SELECT count(*) FROM outbox WHERE state IN ('due', 'sending')"
    async with asyncio.timeout(within):
        while await asyncio.to_thread(selected, settings.database, unsaid) != [(0,)]:
            await asyncio.sleep(0.5)


async def outcome(settings: Settings, sandbox: Sandbox, people: list[int]) -> Broadcast:
    """Compare what the outbox says with what is in their chats."""
    rows = await asyncio.to_thread(
        selected, settings.database, "SELECT key, state FROM outbox WHERE kind = 'campaign'"
    )
    states = {int(key): state for key, state in rows}
    heard = {person: len(sandbox.world.chats[person].messages) for person in people}
    count = Counter(states.values())
    return Broadcast(
        len(people),
        sent=count["sent"],
        unknown=count["unknown"],
        refused=count["refused"],
        heard=sum(times > 0 for times in heard.values()),
        doubled=sum(max(0, times - 1) for times in heard.values()),
        lost=sum(
            not times and states.get(person) not in {"unknown", "refused"} for person, times in heard.items()
        ),
    )
