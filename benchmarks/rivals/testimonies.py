"""What our bot kept, read with its own code: Telegram ids on standard input, what these people told on the output."""

import asyncio
import json
import os
import sys

from bot import config, wiring
from bot.clock import SystemClock
from bot.ports import Unit


async def main(people: list[int]) -> list[str]:
    """What each told, in one list."""

    def read(unit: Unit) -> list[str]:
        told = []
        for person in people:
            address = unit.people.address_of(person)
            respondent = unit.people.respondent_at(address) if address else None
            kept = unit.testimonies.of(respondent.id) if respondent else []
            told += [
                words for each in kept for path, words in each.answers.items() if path.endswith("/story")
            ]
        return told

    async with wiring.opened(config.read(os.environ), SystemClock()) as (store, _):
        return await store.transact(read)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(json.load(sys.stdin)))))
