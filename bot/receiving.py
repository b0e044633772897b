"""The deed of receiving: update → inbox → commit → handled. One person's updates in order, people in parallel."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import perf_counter

from bot.ports import OFFSET, Clock, Entry, Meter, Raw, Stale, Store, Unavailable, Unit
from bot.returning import notice
from bot.waiting import happens

POLLING = "polling"
"""The duty of asking Telegram for updates: one process of several has it (R26)."""

TRIES = 3
"""How often an update is tried before it is set aside (R9)."""

RACES = 5
"""How often a step that lost a race is taken again at once: a race is nobody's fault and counts as no try."""

SOON, REST = 1.0, 30.0
"""Seconds between two looks for updates that became due: while something is unfinished, and at most."""


class NotOurs(Exception):
    """Another process asks Telegram for updates by now: these are not kept, so that it gets them."""


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
        self._expected = 0
        self._news = 0
        self._looking = 0
        self._more = asyncio.Event()
        self._failing: set[str] = set()
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

        def keep(unit: Unit) -> int:
            if next_offset is not None:
                if not unit.leases.held(POLLING):
                    raise NotOurs
                unit.marks.set(OFFSET, str(next_offset))
            if self._first:
                notice(unit, [raw.update for raw in batch], self._clock.now())
            return unit.inbox.add(batch, self._clock.now())

        kept = await self._store.transact(keep)
        self._first = False
        self.expect(kept)
        self._meter.received(len(batch))

    def expect(self, updates: int = 1) -> None:
        """So many updates came, or became due, as far as anybody knows."""
        self._news += 1
        self._expected += updates
        self._more.set()

    async def work(self) -> None:
        """Have updates handled until cancelled; begins with those an earlier process left."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch())
            while True:
                await self._more.wait()
                self._more.clear()
                while self._expected and self._looking < self._hands:
                    self._expected -= 1
                    self._looking += 1
                    group.create_task(self._look())

    async def _look(self) -> None:
        """Handle one update where any can be claimed."""
        news = self._news
        if await self._step():  # whose it was may have said more, which could not be claimed until now
            self._news += 1
            self._expected = max(self._expected, 1)
        elif news == self._news:
            self._expected = 0  # there was nothing, and nobody has told of more since
        self._looking -= 1
        if self._expected:
            self._more.set()

    async def _step(self) -> bool:
        """Handle one update; whether there was any."""
        began = perf_counter()
        entry: Entry | None = None
        stumbled: set[str] = set()

        def step(unit: Unit) -> bool:
            nonlocal entry
            self._failing -= stumbled
            stumbled.clear()  # this may be the second time
            now = self._clock.now()
            entry = unit.inbox.claim(now, self._failing)
            if entry is None:
                return False
            try:
                self._handle(unit, entry.body, now)
                unit.inbox.done(entry.update, now)
            except Stale:
                raise
            except Exception:
                stumbled.add(entry.person)
                self._failing.add(entry.person)  # the next look comes before this is written down
                raise
            return True

        fault: Exception = Stale()
        try:
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
            self._unfinished.set()
            if isinstance(fault, Unavailable):
                log.debug("the store is away")  # whoever asks for updates, or brings them, says so
                return False
            if entry is None:
                log.error("an update could not be reached: %s", _origin(fault))
                return False
            await self._missed(entry, fault)
            return True
        finally:
            self._failing -= stumbled

    async def _missed(self, entry: Entry, fault: Exception) -> None:
        """Try an update again later, or set it aside and say so."""
        last = entry.tries + 1 >= TRIES
        log.error(
            "update %s was not handled%s: %s",
            entry.update,
            f", set aside, code {entry.code}" if last else "",
            _origin(fault),
        )

        def again(unit: Unit) -> None:
            unit.inbox.failed(entry.update, self._clock.now() + timedelta(seconds=2**entry.tries))

        def aside(unit: Unit) -> bool:
            return unit.inbox.set_aside(entry.update, self._clock.now())

        def aside_with_words(unit: Unit) -> None:
            if aside(unit):
                self._apologise(unit, entry, self._clock.now())

        for work in (aside_with_words, aside) if last else (again,):
            try:
                await self._store.transact(work)
            except Exception as error:  # noqa: BLE001 - what cannot be noted now is found by the next look
                log.error("update %s: %s", entry.update, _origin(error))  # noqa: TRY400 - traces quote words
            else:
                self._spoke()
                return

    async def _watch(self) -> None:
        """Find updates that became due: after a restart, a failed try, a database that was away."""
        pause = SOON
        while True:
            self._unfinished.clear()
            now = self._clock.now()
            try:
                waiting, due = await self._store.transact(
                    lambda unit, now=now: (unit.inbox.waiting(now), unit.inbox.next_due())  # type: ignore[misc]
                )
            except Unavailable:
                pause = min(2 * pause, REST)
                log.warning("the store is away; looking again in %s s", pause)
                await self._clock.sleep(pause)
                continue
            pause = SOON
            if waiting:
                self.expect(waiting)
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
