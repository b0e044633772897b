"""Forwarding, a deed: accepted testimonies are handed on to the data servers of their partners, where she allows it.

One process does it for all: it plans what is new and sends what is due, each target by itself. Whether it may leave is
looked at again in the transaction that begins each try; what may have left is known before the first byte goes. So a
death anywhere loses nothing, and what is sent twice is the same, byte for byte, and taken once.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.cleaned import cleaned
from bot.forward import (
    BEGINNING,
    CHANGED,
    LARGEST,
    TOO_LARGE,
    File,
    Forward,
    Hold,
    Later,
    Outcome,
    Pinned,
    Standing,
    State,
    Stop,
    Taken,
    Target,
    meaning,
    portions,
    wait,
)
from bot.journal import Deed
from bot.ports import Clock, Collector, Meter, Stale, Store, Unavailable, Unit, Vault
from bot.submissions import Submission, may_leave, submission
from bot.testimony import State as Stands
from bot.words import Catalogs

DUTY = "forwarding"
"""Only the process that has this duty hands on."""

EVERY = 5.0
"""Seconds between two looks for what is new and due."""

PAGE = 2_000
"""Testimonies of a target's form that one look goes through for new ones."""

AT_ONCE = 200
"""Submissions that are brought to one target between two looks, at most."""

LOOKED_AT = 50
"""Rows one transaction looks at for one that may be sent."""

UNREADY = timedelta(minutes=10)
"""When what is not ready is looked at again: names to be hidden, recordings to be fetched."""

REDACTION, RECORDINGS, ACCEPTANCE = (
    "names are to be hidden first",
    "its recordings are not fetched yet",
    "it is read once more",
)
"""Why something that is due waits."""

_CHANCE = random.SystemRandom().random

log = logging.getLogger("voices.forwarding")


@dataclass(frozen=True, slots=True)
class _Job:
    """A forward that is being sent: `before`: since when a copy may have been there before this try; whose recordings
    they are, and which of them are still there.
    """

    forward: Forward
    pinned: Pinned
    before: datetime | None
    respondent: str
    media: frozenset[str]


class Forwarding:
    """Hands on what is due. Only the process with the duty does; `chance` spreads the tries of many over time."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        collector: Collector,
        clock: Clock,
        catalogs: Catalogs,
        *,
        chance: Callable[[], float] = _CHANCE,
        meter: Meter | None = None,
    ) -> None:
        self._store = store
        self._vault = vault
        self._collector = collector
        self._clock = clock
        self._catalogs = catalogs
        self._chance = chance
        self._meter = meter or Meter()
        self._largest: dict[str, int] = {}
        self._seen: dict[str, tuple[datetime, str]] = {}

    async def work(self) -> None:
        """Hand on until cancelled. A server that hangs holds up nothing but itself."""
        serving: dict[str, asyncio.Task[int]] = {}
        try:
            while True:
                for target in await self._due():
                    if target.id not in serving:
                        task = asyncio.create_task(self._guarded(target), name=target.id)
                        serving[target.id] = task
                        task.add_done_callback(lambda task: serving.pop(task.get_name()))
                await self._clock.sleep(EVERY)
        finally:
            tasks = list(serving.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def forward(self) -> int:
        """Plan what is new and send what is due, once; how many are there now that were not before."""
        return sum(await asyncio.gather(*map(self._guarded, await self._due())))

    async def _due(self) -> list[Target]:
        """The targets that may be tried now, what is new planned for each; none where the store cannot be asked."""
        try:
            return await self._store.transact(self._plan)
        except Unavailable:  # whoever has this duty says so every few seconds
            return []
        except Exception as error:  # noqa: BLE001 - nothing that goes wrong may end it for good
            log.error("what is handed on could not be planned: %s", type(error).__name__)  # noqa: TRY400
            return []

    async def _guarded(self, target: Target) -> int:
        """Serve a target; what it did not finish is still due."""
        try:
            return await self._serve(target)
        except Unavailable:  # what was not written down is tried again, byte for byte the same
            return 0
        except Exception as error:  # noqa: BLE001 - nothing that goes wrong may end it for good
            log.error("target %s could not be served: %s", target.id, type(error).__name__)  # noqa: TRY400
            return 0

    def _plan(self, unit: Unit) -> list[Target]:
        """The targets that may be tried now; a further page of testimonies is looked through for each."""
        now = self._clock.now()
        targets = unit.targets.due(now)
        if not targets or not unit.leases.held(DUTY):
            return []
        for each in targets:
            new, last = unit.forwards.lacking(each, self._seen.get(each.id, BEGINNING), PAGE)
            self._seen[each.id] = last or BEGINNING
            unit.forwards.plan(each.id, new, now)
        return targets

    async def _serve(self, target: Target) -> int:
        """Bring one target what is due, one after another, until it wants no more."""
        count = 0
        for _ in range(AT_ONCE):
            if target.id not in self._largest and not await self._greet(target):
                break
            job = await self._store.transact(lambda unit: self._begin(unit, target))
            if job is None:
                break
            outcome, there = await self._bring(target, job)
            settle = partial(self._settle, target=target, job=job, outcome=outcome, there=there)
            more = await self._store.transact(settle)
            self._meter.handed_on(outcome)
            count += isinstance(outcome, Taken)
            if not more:
                break
        if count:
            log.info("%s handed on", count)
        return count

    async def _greet(self, target: Target) -> bool:
        """Ask how much it takes at once; False where it cannot be asked, which is noted."""
        answer = await self._collector.greet(target.access)
        if 200 <= answer.status < 300:
            self._largest[target.id] = answer.largest or LARGEST
            return True
        outcome = meaning(answer)
        if isinstance(outcome, Hold):
            outcome = Stop(f"its address takes no submissions ({answer.status}): look at it")
        await self._store.transact(lambda unit: self._met(unit, target, outcome))
        return False

    # -- one of them --------------------------------------------------------------------------------------------------

    def _begin(self, unit: Unit, target: Target) -> _Job | None:
        """The next that may be sent, which is sent from now on; None where there is none, or we may not."""
        known = next((each for each in unit.targets.of(target.partner) if each.id == target.id), None)
        if known is None or known.standing is not Standing.ACTIVE or not unit.leases.held(DUTY):
            return None
        for _ in range(LOOKED_AT):
            forward = unit.forwards.next(target.id, self._clock.now())
            if forward is None:
                return None
            try:
                job = self._ready(unit, target, forward)
            except Stale:  # she was faster
                continue
            except Exception as error:  # noqa: BLE001 - one that cannot be made must not hold up the rest (R31)
                log.error("forward %s cannot be made: %s", forward.id, type(error).__name__)  # noqa: TRY400
                self._hold(unit, forward, f"it cannot be made ({type(error).__name__})")
            else:
                if job is not None:
                    return job
        return None

    def _ready(self, unit: Unit, target: Target, forward: Forward) -> _Job | None:
        """It is sent where it may leave now and is whole; else it waits, or a person looks at it."""
        now = self._clock.now()
        testimony = unit.testimonies.get(forward.testimony, partner=target.partner)
        if testimony is None or testimony.state is not Stands.ACCEPTED or not may_leave(unit, testimony):
            unit.forwards.postpone(forward.id, now + UNREADY, ACCEPTANCE)
            return None
        made = submission(unit, testimony, self._catalogs, target.known_as)
        pinned = forward.pinned if forward.left_at is not None else None
        if pinned is not None and pinned.words != made.words:
            self._hold(unit, forward, CHANGED)
            return None
        if reason := _lacks(unit, made):
            unit.forwards.postpone(forward.id, now + UNREADY, reason)
            return None
        files = {name: medium for name, (medium, _) in made.files.items()}
        pinned = pinned or Pinned(made.xml, files, made.words)
        begun = unit.forwards.begin(forward, pinned, now)
        media = frozenset(each for each in pinned.files.values() if unit.media.get(each) is not None)
        return _Job(begun, pinned, forward.left_at, testimony.respondent, media)

    def _hold(self, unit: Unit, forward: Forward, reason: str) -> None:
        """A person looks at it before it is sent."""
        unit.forwards.hold(forward.id, reason)
        self._meter.handed_on(Hold(reason))

    async def _bring(self, target: Target, job: _Job) -> tuple[Outcome, bool]:
        """What came of it, and whether any of it is surely there; larger ones go in several requests."""
        try:
            files = await self._files(job)
        except Exception as error:  # noqa: BLE001 - she may have left meanwhile, and her key with her
            return Later(f"a recording cannot be read ({type(error).__name__})", there=False), False
        xml = job.pinned.xml.encode()
        parts, over = portions(xml, files, self._largest[target.id])
        for number, part in enumerate(parts):
            if number and not await self._store.transact(lambda unit: unit.forwards.stands(job.forward)):
                return Later("it was taken back", there=True), True
            answer = await self._collector.submit(target.access, xml, part)
            outcome = meaning(answer)
            if answer.status == 413:
                self._largest.pop(target.id)  # it takes less than it said: it is asked again
            if not isinstance(outcome, Taken):
                return outcome, number > 0
        return (Hold(TOO_LARGE, there=True) if over else Taken()), True

    async def _files(self, job: _Job) -> list[File]:
        """Its recordings, made anew; how many cannot be stands in the log (S7)."""
        files, stayed = list[File](), 0
        for name, medium in job.pinned.files.items():
            kept = await self._vault.get(medium, job.respondent) if medium in job.media else None
            if kept is None:
                continue
            if (clean := await asyncio.to_thread(cleaned, kept, name)) is not None:
                files.append(File(name, clean.mime, clean.content))
            else:
                stayed += 1
        if stayed:
            log.warning("%s files of forward %s stay: they cannot be made anew", stayed, job.forward.id)
        return files

    def _settle(self, unit: Unit, *, target: Target, job: _Job, outcome: Outcome, there: bool) -> bool:
        """Write what came of it; whether the target may be brought more."""
        now = self._clock.now()
        arrived = there or isinstance(outcome, Taken) or getattr(outcome, "there", False)
        forward = job.forward if arrived else replace(job.forward, left_at=job.before)
        match outcome:
            case Taken():
                unit.forwards.settle(forward, State.SENT, now, reason="", due_at=now)
            case Hold(reason):
                unit.forwards.settle(forward, State.HELD, now, reason=reason, due_at=now)
            case Stop():
                unit.forwards.settle(forward, State.DUE, now, reason="", due_at=now)
            case Later(reason):
                later = now + wait(forward.tries, self._chance)
                unit.forwards.settle(forward, State.DUE, now, reason=reason, due_at=later)
        if arrived and not job.before:
            unit.journal.write(
                Deed(now, "nobody", f"handed on to {target.id}", f"testimony:{forward.testimony}")
            )
        return self._met(unit, target, outcome)

    def _met(self, unit: Unit, target: Target, outcome: Outcome) -> bool:
        """Note how a target is; whether it may be brought more now."""
        match outcome:
            case Stop(reason):
                unit.targets.stop(target.id, reason)
                log.warning("target %s is stopped: %s", target.id, reason)
                return False
            case Later(_, after):
                known = {each.id: each for each in unit.targets.of(target.partner)}.get(target.id, target)
                failures = known.failures + 1
                pause = max(timedelta(seconds=after or 0), wait(failures, self._chance))
                unit.targets.met(target.id, failures, self._clock.now() + pause)
                return False
        unit.targets.met(target.id, 0, None)
        return True


async def examine(collector: Collector, target: Target, version: str) -> str:
    """What is wrong with a target, and what to do; "" where it answers and has the form in this version ("": any)."""
    answer = await collector.greet(target.access)
    if not 200 <= answer.status < 300:
        outcome = meaning(answer)
        told = f"its address takes no submissions ({answer.status})" if isinstance(outcome, Hold) else ""
        return told or getattr(outcome, "reason", "")
    listed = await collector.forms(target.access)
    name = target.known_as or target.form
    if listed.answer.status != 200:
        return "it does not say which forms it has: look at the address"
    if name not in listed.forms:
        return f"the form {name} is not there, not for us, or not open: look at it there (docs/forwarding.md)"
    if version and version not in listed.forms[name]:
        there = ", ".join(sorted(filter(None, listed.forms[name]))) or "none"
        return f"the form {name} is there in version {there}, and we send {version}: publish ours there"
    return ""


def _lacks(unit: Unit, made: Submission) -> str:
    """What it waits for, "" where it is whole."""
    if made.stayed:
        return REDACTION
    media = (unit.media.get(medium) for medium, _ in made.files.values())
    return RECORDINGS if any(each is not None and each.state == "wanted" for each in media) else ""
