"""The deed of receiving: update → inbox → commit → handled. One person's updates in order, people in parallel."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import perf_counter

from bot.ports import OFFSET, Clock, Entry, Meter, Raw, Stale, Store, Unavailable, Unit
from bot.returning import notice
from bot.waiting import happens

TRIES = 3
"""How often an update is tried before it is set aside (R9)."""

RACES = 5
"""How often a step that lost a race is taken again at once: a race is nobody's fault and counts as no try."""

SOON, REST = 1.0, 30.0
"""Seconds between two looks for updates that became due: while something is unfinished, and at most."""

Handle = Callable[[Unit, bytes, datetime], None]
Apologise = Callable[[Unit, Entry, datetime], None]

log = logging.getLogger("voices.receiving")


class Receiving:
    """Keeps what Telegram said and has it handled.

    `handle` works in the transaction that marks the update done (R4). `apologise` adds the neutral reply to an update
    that is set aside. `spoke` is called after each commit that may have written deliveries. `hands`: how many people
    are served at once.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        handle: Handle,
        *,
        apologise: Apologise,
        spoke: Callable[[], None] = lambda: None,
        meter: Meter | None = None,
        hands: int = 256,
    ) -> None:
        self._store = store
        self._clock = clock
        self._handle = handle
        self._apologise = apologise
        self._spoke = spoke
        self._meter = meter or Meter()
        self._hands = hands
        self._ready: asyncio.Queue[str] = asyncio.Queue()
        self._queued: set[str] = set()
        self._served: set[str] = set()
        self._again: set[str] = set()
        self._unfinished = asyncio.Event()
        self._first = True

    async def offset(self) -> int | None:
        """The next update id to ask Telegram for; None where nothing was ever taken."""
        mark = await self._store.transact(lambda unit: unit.marks.get(OFFSET))
        return None if mark is None else int(mark)

    async def begin_anew(self) -> None:
        """Ask for everything Telegram still keeps the next time: what came another way moved no offset."""
        await self._store.transact(lambda unit: unit.marks.set(OFFSET, "0"))

    async def take(self, batch: Sequence[Raw], next_offset: int | None = None) -> None:
        """Keep updates and the next offset in one commit; once this returns they may be acknowledged (R1, R2)."""

        def keep(unit: Unit) -> list[str]:
            if next_offset is not None:
                unit.marks.set(OFFSET, str(next_offset))
            if self._first:
                notice(unit, [raw.update for raw in batch], self._clock.now())
            return unit.inbox.add(batch, self._clock.now())

        persons = await self._store.transact(keep)
        self._first = False
        for person in persons:
            self._enqueue(person)
        self._meter.received(len(batch))

    async def work(self) -> None:
        """Have updates handled until cancelled; begins with those an earlier process left."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch())
            for _ in range(self._hands):
                group.create_task(self._serve())

    def _enqueue(self, person: str) -> None:
        if person in self._served:
            self._again.add(person)
        elif person not in self._queued:
            self._queued.add(person)
            self._ready.put_nowait(person)

    async def _serve(self) -> None:
        while True:
            person = await self._ready.get()
            self._queued.discard(person)
            self._served.add(person)
            while await self._step(person):
                pass
            self._served.discard(person)
            if person in self._again:
                self._again.discard(person)
                self._enqueue(person)

    async def _step(self, person: str) -> bool:
        """Handle one update of a person; whether there may be another."""
        began = perf_counter()
        entry: Entry | None = None

        def step(unit: Unit) -> bool:
            nonlocal entry
            now = self._clock.now()
            entry = unit.inbox.oldest(person, now)
            if entry is None:
                return False
            self._handle(unit, entry.body, now)
            unit.inbox.done(entry.update, now)
            return True

        fault: Exception = Stale()
        for _ in range(RACES):
            try:
                found = await self._store.transact(step)
            except Stale:
                continue
            except Exception as error:  # noqa: BLE001 - whatever an update does to us, the others go on (R9)
                fault = error
                break
            if found:
                self._meter.stepped(perf_counter() - began)
                self._spoke()
            return found
        if entry is not None and not isinstance(fault, Unavailable):
            await self._missed(entry, fault)
        else:
            log.error("an update could not be reached: %s", _origin(fault))
        self._unfinished.set()
        return False

    async def _missed(self, entry: Entry, fault: Exception) -> None:
        """Try an update again later, or set it aside and say so."""
        last = entry.tries + 1 >= TRIES
        log.error(
            "update %s was not handled%s: %s", entry.update, ", set aside" if last else "", _origin(fault)
        )

        def again(unit: Unit) -> None:
            unit.inbox.failed(entry.update, self._clock.now() + timedelta(seconds=2**entry.tries))

        def aside(unit: Unit) -> None:
            unit.inbox.set_aside(entry.update, self._clock.now())

        def aside_with_words(unit: Unit) -> None:
            aside(unit)
            self._apologise(unit, entry, self._clock.now())

        for work in (aside_with_words, aside) if last else (again,):
            try:
                await self._store.transact(work)
            except Exception as error:  # noqa: BLE001 - what cannot be noted now is found by the next look
                log.error("update %s: %s", entry.update, _origin(error))  # noqa: TRY400 - traces quote words
            else:
                self._enqueue(entry.person)
                self._spoke()
                return

    async def _watch(self) -> None:
        """Find people whose updates became due: after a restart, a failed try, a database that was away."""
        pause = SOON
        while True:
            self._unfinished.clear()
            now = self._clock.now()
            try:
                persons, due = await self._store.transact(
                    lambda unit, now=now: (unit.inbox.waiting(now), unit.inbox.next_due())  # type: ignore[misc]
                )
            except Unavailable:
                pause = min(2 * pause, REST)
                log.warning("the store is away; looking again in %s s", pause)
                await self._clock.sleep(pause)
                continue
            pause = SOON
            for person in persons:
                self._enqueue(person)
            wait = REST if due is None else min(REST, max(SOON, (due - now).total_seconds()))
            if await happens(self._unfinished, self._clock, wait):
                await self._clock.sleep(
                    SOON
                )  # a store that reads but cannot write must not make us spin (R24)


def _origin(fault: Exception) -> str:
    """What kind of fault and where, without its words: they may quote what was said (S27)."""
    place = fault.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f" at {place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
    return f"{type(fault).__name__}{where}"
