"""The deed of sending: claim, speak, mark. Replies before campaigns, one limiter for all."""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.hiding import spoken
from bot.outbox import SHARE, Delivery, Kind, Later, Outcome, Pace, Refused, Sent, Unknown, backoff
from bot.ports import Clock, Messenger, Meter, Store, Unavailable, Unit
from bot.speech import Attached
from bot.waiting import happens

BURST, CHAT_BURST = 10, 3
"""Messages that may go at once after a rest, overall and in one chat."""

SLACK = 1.1
"""How much slower than allowed a chat gets what exceeds its burst: the way to Telegram differs each time."""

CERTAIN = 8
"""Tries after which a reply that may have been sent is left as unknown (R13: at least once, not forever)."""

HELD = 60.0
"""Seconds after which a recording that is still to be fetched is looked for again, before it is taken out of a chat."""

GRACE = 10.0
"""Seconds that what is under way gets when the process ends (R27)."""

BLINK, REST = 0.005, 30.0
"""The shortest and longest time in seconds between two looks."""

log = logging.getLogger("voices.sending")


class _Bucket:
    """A pace, by the generic cell rate algorithm: one number, the time at which it would be empty again."""

    __slots__ = ("_burst", "_interval", "_next")

    def __init__(self, pace: Pace) -> None:
        self._interval = 1 / pace.per_second
        self._burst = pace.burst * self._interval
        self._next = 0.0

    def room(self, now: float) -> int:
        """How many may go now."""
        return int((now + self._burst - self._due(now)) / self._interval + 1e-6)

    def wait(self, now: float) -> float:
        """Seconds until one may go."""
        return max(0.0, self._due(now) + self._interval - self._burst - now)

    def take(self, now: float) -> None:
        """Count one that goes now."""
        self._next = self._due(now) + self._interval

    def full(self, now: float) -> bool:
        """Whether it holds nothing to remember."""
        return self._next <= now

    def _due(self, now: float) -> float:
        return min(max(self._next, now), now + self._burst)


class Limiter:
    """When the next message may go: so many a second overall (`pace`) and in one chat (`chat_pace`) (R12)."""

    def __init__(self, clock: Clock, pace: float = 30.0, chat_pace: float = 1.0) -> None:
        self._clock = clock
        self.pace = Pace(pace, max(BURST, int(pace / 3)))
        self.chat_pace = Pace(chat_pace / SLACK, CHAT_BURST)
        self._all = _Bucket(self.pace)
        self._chats: dict[int, _Bucket] = {}
        self._turns: Counter[int] = Counter()
        self._halted_until = 0.0

    def halt(self, seconds: float) -> None:
        """Let nothing go for so long; the later end of two halts holds (R11)."""
        self._halted_until = max(self._halted_until, self._now() + seconds)

    @property
    def halted(self) -> float:
        """Seconds for which nothing may go."""
        return max(0.0, self._halted_until - self._now())

    def room(self) -> int:
        """How many messages may go now."""
        return 0 if self.halted else self._all.room(self._now())

    def wait(self, chat: int | None = None) -> float:
        """Seconds until one may go to this chat (None: to any that rested)."""
        now = self._now()
        bucket = None if chat is None else self._chats.get(chat)
        return max(self.halted, self._all.wait(now), bucket.wait(now) if bucket else 0.0)

    def rests(self, chat: int) -> float:
        """Seconds for which this chat itself may get nothing."""
        bucket = self._chats.get(chat)
        return bucket.wait(self._now()) if bucket else 0.0

    def take(self, chat: int, *, edit: bool = False) -> None:
        """Count one message to this chat; one that is only changed counts overall."""
        now = self._now()
        self._all.take(now)
        if edit:
            return
        if len(self._chats) > 4096:
            self._chats = {key: bucket for key, bucket in self._chats.items() if not bucket.full(now)}
        self._chats.setdefault(chat, _Bucket(self.chat_pace)).take(now)

    async def turn(self, chat: int) -> None:
        """Wait until one more message may go to this chat, and count it."""
        while wait := self.wait(chat):
            await self._clock.sleep(wait)
        self.take(chat)
        self._turns[chat] += 1

    def turns(self, chat: int) -> int:
        """How often somebody waited for a turn to this chat since this was last asked."""
        return self._turns.pop(chat, 0)

    def _now(self) -> float:
        return self._clock.monotonic()  # the time of day may be set (R20)


@dataclass(frozen=True, slots=True)
class _Job:
    """A claimed delivery with what the messenger needs; `chat` is None where the address is gone. `early`: what it
    takes out of the chat is not held yet.
    """

    delivery: Delivery
    chat: int | None
    files: Mapping[str, str]
    early: bool


@dataclass(frozen=True, slots=True)
class _Ended:
    """A delivery that is over; `turns`: how many messages it took besides the first."""

    delivery: Delivery
    outcome: Outcome
    turns: int


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a look at the outbox brought: what to say, when there is more, how much could have been, and for how many
    seconds nothing may go.
    """

    jobs: list[_Job]
    due: datetime | None
    may: int
    halt: float


class Sending:
    """Says what is due, several at once, one after another to each address.

    `limiter` may be shared with the messenger; else one is made of `pace` (messages a second, overall) and
    `chat_pace` (to one chat). `hands`: how many are under way at most.
    """

    def __init__(
        self,
        store: Store,
        messenger: Messenger,
        clock: Clock,
        *,
        pace: float = 30.0,
        chat_pace: float = 1.0,
        limiter: Limiter | None = None,
        meter: Meter | None = None,
        hands: int = 64,
    ) -> None:
        self._store = store
        self._messenger = messenger
        self._clock = clock
        self._limiter = limiter or Limiter(clock, pace, chat_pace)
        self._meter = meter or Meter()
        self._hands = hands
        self._woken = asyncio.Event()
        self._stopping = asyncio.Event()
        self._stopped = asyncio.Event()
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._unsure = False
        self._ended: list[_Ended] = []
        self._told: dict[str, int] = {}
        self._owed = 0.0

    def wake(self) -> None:
        """There may be something to say."""
        self._woken.set()

    async def work(self) -> None:
        """Send until `stop`."""
        failures = 0
        try:
            while not self._stopping.is_set():
                self._woken.clear()
                try:
                    wait = await self._look()
                except Exception as error:  # noqa: BLE001 - nothing that goes wrong may silence us for good
                    failures += 1
                    wait = backoff(min(failures, 6)).total_seconds()
                    log.error("the outbox could not be read (%s); again in %s s", type(error).__name__, wait)  # noqa: TRY400
                    await happens(self._stopping, self._clock, wait)
                    continue
                failures = 0
                if wait > 0:
                    await happens(self._woken, self._clock, max(BLINK, min(wait, REST)))
            if self._under_way:
                await asyncio.wait(self._under_way.values(), timeout=GRACE)
            with contextlib.suppress(Unavailable):
                await self._store.transact(lambda unit: self._settle(unit, self._ended))
        finally:
            for task in self._under_way.values():
                task.cancel()
            self._stopped.set()

    async def stop(self) -> None:
        """Claim nothing more, finish what is under way within 10 seconds (R27); what is not is recovered at start."""
        self._stopping.set()
        self._woken.set()
        await self._stopped.wait()

    async def _look(self) -> float:
        """Write down what ended, claim what may go, start it; how many seconds to wait for more."""
        ended, self._ended = self._ended, []
        known = [*self._under_way, *(each.delivery.id for each in ended)] if self._unsure else None
        room = max(0, min(self._hands - len(self._under_way), self._limiter.room()))
        self._told = {address: chat for address, chat in self._told.items() if self._limiter.rests(chat) > 0}
        busy, owed = list(self._told), min(room, int(self._owed))

        def look(unit: Unit) -> _Seen:
            now = self._clock.now()
            shared, until = unit.outbox.room(now, self._limiter.pace)
            self._settle(unit, ended)
            if known is not None:
                unit.outbox.let_go(known)
            may = min(room, shared)
            claimed = unit.outbox.claim(min(may, owed), now, busy=busy, kind=Kind.CAMPAIGN) if owed else []
            if may > len(claimed):
                claimed += unit.outbox.claim(may - len(claimed), now, busy=busy)
            due = unit.outbox.next_due(now) if len(claimed) < may else None  # it costs more than the claim
            self._count(unit, claimed, ended, now)
            chats = unit.people.chats([delivery.address for delivery in claimed])
            jobs = [_job(unit, delivery, chats.get(delivery.address)) for delivery in claimed]
            return _Seen(jobs, due, may, (until - now).total_seconds())

        try:
            seen = await self._store.transact(look)
        except BaseException:
            self._ended = ended + self._ended
            self._unsure = True  # perhaps it was committed, and something claimed that we do not know of
            raise
        self._unsure = False
        jobs = seen.jobs
        if seen.halt > 0:  # the others sent what may be sent, or were told to wait
            self._limiter.halt(seen.halt)
        for job in jobs:
            self._start(job)
        campaigns = sum(job.delivery.kind is Kind.CAMPAIGN for job in jobs)
        none_waits = min(seen.may, owed) > 0 == campaigns
        self._owed = 0.0 if none_waits else max(0.0, self._owed + SHARE * len(jobs) - campaigns)
        return self._until_more(full=seen.may == len(jobs), due=seen.due)

    def _count(self, unit: Unit, claimed: Sequence[Delivery], ended: Sequence[_Ended], now: datetime) -> None:
        """Count what goes now, and what went further since, for all processes."""
        messages = Counter(each.address for each in claimed if each.message.adds)
        turns = Counter({each.delivery.address: each.turns for each in ended if each.turns})
        unit.outbox.take(len(claimed) + turns.total(), now, self._limiter.pace)
        unit.outbox.rest(messages + turns, now, self._limiter.chat_pace)

    def _until_more(self, *, full: bool, due: datetime | None) -> float:
        if len(self._under_way) >= self._hands:
            return REST
        if self._limiter.room() < 1:
            return self._limiter.wait()
        if full:
            return 0
        if due is None:
            return REST
        wait = (due - self._clock.now()).total_seconds()
        return (
            wait
            if wait > 0
            else min((self._limiter.rests(chat) for chat in self._told.values()), default=1.0)
        )

    def _start(self, job: _Job) -> None:
        if job.chat is not None:
            self._limiter.take(job.chat, edit=not job.delivery.message.adds)
            self._told[job.delivery.address] = job.chat
        task = asyncio.create_task(self._deliver(job))
        self._under_way[job.delivery.id] = task
        task.add_done_callback(lambda _: self._under_way.pop(job.delivery.id))

    async def _deliver(self, job: _Job) -> None:
        outcome: Outcome = Refused("the address is gone")
        if halted := self._limiter.halted:  # told since it was claimed
            outcome = Later(halted, everywhere=True, reason="429")
        elif job.early:
            outcome = Later(HELD, reason="a recording is still to be fetched")
        elif job.chat is not None:
            try:
                outcome = await self._messenger.deliver(job.chat, job.delivery.message, job.files)
            except Exception as error:  # noqa: BLE001 - what cannot be said must not hold up the rest (R31)
                outcome = Refused(f"it cannot be said: {type(error).__name__}")
                log.error("delivery %s: %s", job.delivery.id, outcome.reason)  # noqa: TRY400
        if isinstance(outcome, Later) and outcome.everywhere:
            self._limiter.halt(outcome.seconds)
        outcome = meant(job.delivery, outcome)
        self._meter.delivered(job.delivery.kind, outcome)
        turns = 0 if job.chat is None else self._limiter.turns(job.chat)
        self._ended.append(_Ended(job.delivery, outcome, turns))
        self._woken.set()

    def _settle(self, unit: Unit, ended: Sequence[_Ended]) -> None:
        now = self._clock.now()
        for each in ended:  # before the rows end: an address that was left goes with its last one
            _note(unit, each, now)
        unit.outbox.sent([each.delivery.id for each in ended if isinstance(each.outcome, Sent)], now)
        for each in ended:
            delivery, outcome = each.delivery, each.outcome
            if isinstance(outcome, Sent):
                continue
            unit.outbox.settle(delivery.id, outcome, now)
            match outcome:
                case Later(seconds, everywhere=True):
                    unit.outbox.pause(now + timedelta(seconds=seconds))
                case Later(seconds, reason="429"):
                    unit.outbox.pause(now + timedelta(seconds=seconds), delivery.address)
                case Refused(gone=True):
                    unit.outbox.cancel(delivery.address, now)
                    unit.rooms.end(delivery.address)
                    respondent = unit.people.respondent_at(delivery.address)
                    if respondent is not None and respondent.reachable:
                        unit.people.save_respondent(replace(respondent, reachable=False))


def meant(delivery: Delivery, outcome: Outcome) -> Outcome:
    """What an outcome means for this kind of delivery (R13).

    A reply that may have been sent is sent again: at least once. A campaign is not: at most once. What was held up by
    anything but a told pause waits longer each time.
    """
    longer = backoff(delivery.tries + 1).total_seconds()
    match outcome:
        case Unknown(reason) if delivery.kind is not Kind.CAMPAIGN and delivery.tries + 1 < CERTAIN:
            return Later(longer, reason=reason)
        case Later(seconds, everywhere=False, reason=reason) if reason != "429":
            return Later(max(seconds, longer), reason=reason)
        case _:
            return outcome


def _note(unit: Unit, ended: _Ended, now: datetime) -> None:
    """What is over has left messages in the chat, or taken some out."""
    match ended.outcome:
        case Sent(number, further):
            numbers = [each for each in (number, *further) if each]
        case Refused(said=said) if not ended.delivery.message.hides:
            numbers = list(said)
        case Unknown() if not ended.delivery.message.hides:
            numbers = []
        case _:
            return
    spoken(unit, ended.delivery, numbers, now)


def _job(unit: Unit, delivery: Delivery, chat: int | None) -> _Job:
    attached = [part.media for part in delivery.message.parts if isinstance(part, Attached)]
    found = {media: unit.media.get(media) for media in attached}
    files = {media: medium.file for media, medium in found.items() if medium is not None}
    early = delivery.message.holds and unit.media.wanted_from(delivery.address)
    return _Job(delivery, chat, files, early)
