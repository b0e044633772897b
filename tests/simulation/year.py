"""A year of people who are asked again: everything time does, on real rows, by a clock that runs ahead.

They live by clocks that change in every way there is, some move, stop us, take a break, tell another story. What was
said to whom and when goes into a log, and `judged` looks at the log alone: it knows the calendar, not the program.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Sized
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from bot.campaign import Kind, Reply, Schedule
from bot.people import Consent
from bot.ports import Unit
from bot.rhythm import PARTS, Every, Part, Quiet
from storage.database import Database
from tests.campaigns import World, person, running
from tests.stores import voice

ZONES = (
    *("Pacific/Apia", "Pacific/Chatham", "Pacific/Auckland", "Pacific/Kiritimati", "Pacific/Pago_Pago"),
    *("Pacific/Norfolk", "Pacific/Easter", "Pacific/Marquesas", "Australia/Lord_Howe", "Australia/Sydney"),
    *("Australia/Adelaide", "Australia/Darwin", "Australia/Eucla", "Asia/Kathmandu", "Asia/Kolkata"),
    *("Asia/Kabul", "Asia/Tehran", "Asia/Yangon", "Asia/Tokyo", "Asia/Gaza", "Asia/Beirut", "Asia/Jerusalem"),
    *("Antarctica/Troll", "Africa/Casablanca", "Africa/El_Aaiun", "Africa/Cairo", "Africa/Kinshasa"),
    *("Africa/Lagos", "Indian/Antananarivo", "Europe/Paris", "Europe/Dublin", "Europe/Chisinau"),
    *("Europe/Istanbul", "Atlantic/Azores", "America/Nuuk", "America/Scoresbysund", "America/St_Johns"),
    *("America/New_York", "America/Los_Angeles", "America/Havana", "America/Santiago", "America/Lima"),
    *("America/Sao_Paulo", "America/Port-au-Prince", "America/Adak", "Etc/UTC"),
)
"""By half hours and quarters, on both sides of the date line, with summer in the north and in the south, by half an
hour (Lord Howe), by two (Troll), at midnight (Azores, Havana, Nuuk), but for Ramadan (Casablanca), or not any more.
"""

QUIETS = (
    Quiet(20 * 60, 8 * 60),
    Quiet(22 * 60, 6 * 60),
    Quiet(18 * 60, 9 * 60),
    Quiet(12 * 60, 15 * 60),
    Quiet(0, 0),
)

BEGINS = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
"""A Monday in Ramadan; the year ends in the next."""

CALM, BUSY = "atd", "omep"
"""Two partners: whose people are asked each week and by nobody else, and whose people are asked by all."""

CALM_DAY = 2
"""The weekday on which the calm are asked: Wednesday."""

OFTEN, SELDOM = timedelta(minutes=1), timedelta(hours=3)
"""Between two ticks."""

NOW_AND_THEN = timedelta(hours=12)
"""Between two looks at what is to be planned, and what people do."""


LATEST = timedelta(hours=5) + SELDOM
"""After her hour at most: the end of quiet hours that begin just before it, and the next tick."""


@dataclass(frozen=True)
class Line:
    """One message as the log has it: when, to whom, of which round, for which day of hers; 0, or which reminder."""

    at: datetime
    person: str
    round: str
    day: date
    reminder: int


@dataclass
class Log:
    """What was said, and how they live: since when by which clock, and in which hours they want quiet."""

    lines: list[Line] = field(default_factory=list)
    clocks: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)
    quiet: dict[str, Quiet] = field(default_factory=dict)
    calm: set[str] = field(default_factory=set)
    weekdays: dict[str, int] = field(default_factory=dict)
    minutes: dict[str, int] = field(default_factory=dict)
    left: Counter[str] = field(default_factory=Counter)
    missed: int = 0
    ends: datetime = BEGINS


@dataclass
class Verdict:
    """What the log tells. All but the first two should be empty."""

    said: int = 0
    zones: int = 0
    twice: list[Line] = field(default_factory=list)
    in_quiet_hours: list[Line] = field(default_factory=list)
    above_the_cap: list[Line] = field(default_factory=list)
    on_a_wrong_day: list[Line] = field(default_factory=list)
    before_their_time: list[Line] = field(default_factory=list)
    after_their_time: list[Line] = field(default_factory=list)
    left_out: list[tuple[str, date]] = field(default_factory=list)

    @property
    def faults(self) -> dict[str, int]:
        """How many of each fault, where there is any."""
        named: dict[str, Sized] = {
            "twice": self.twice,
            "in quiet hours": self.in_quiet_hours,
            "above the cap": self.above_the_cap,
            "on a wrong day": self.on_a_wrong_day,
            "before their time": self.before_their_time,
            "after their time": self.after_their_time,
            "left out": self.left_out,
        }
        return {name: len(these) for name, these in named.items() if these}


def judged(log: Log, *, cap: int = 2) -> Verdict:
    """What is wrong with what was said, by nothing but the calendar: each once for a round and a day of hers; never in
    quiet hours, nor before its hour by her clock of that moment; at most `cap` in any seven days; on the weekday a
    round has; and to the calm, each week, in time, all of them.
    """
    verdict = Verdict(len(log.lines), len({zone for clocks in log.clocks.values() for _, zone in clocks}))
    seen: set[tuple[str, str, date, int]] = set()
    times: dict[str, list[datetime]] = defaultdict(list)
    asked: dict[str, set[date]] = defaultdict(set)
    for line in sorted(log.lines, key=lambda line: line.at):
        key = (line.person, line.round, line.day, line.reminder)
        if key in seen:
            verdict.twice.append(line)
        seen.add(key)
        wall = line.at.astimezone(_by_the_rules(_clock(log, line.person, line.at)))
        begins, ends = log.quiet[line.person]
        minute = wall.hour * 60 + wall.minute
        if begins <= minute < ends if begins <= ends else minute >= begins or minute < ends:
            verdict.in_quiet_hours.append(line)
        due = datetime.combine(line.day, time()) + timedelta(minutes=log.minutes[line.round or line.person])
        if wall.replace(tzinfo=None) < due:
            verdict.before_their_time.append(line)
        moved = any(
            timedelta(0) <= line.at - since < timedelta(days=2) for since, _ in log.clocks[line.person][1:]
        )
        if line.person in log.calm and not moved and wall.replace(tzinfo=None) > due + LATEST:
            verdict.after_their_time.append(line)
        if line.day.weekday() != log.weekdays.get(line.round, line.day.weekday()):
            verdict.on_a_wrong_day.append(line)
        within = [at for at in times[line.person] if at > line.at - timedelta(days=7)]
        times[line.person] = [*within, line.at]
        if len(within) >= cap:
            verdict.above_the_cap.append(line)
        if not line.reminder:
            asked[line.person].add(line.day)
    for calm in log.calm:
        day = (BEGINS + timedelta(days=2)).date()
        while day < (log.ends - timedelta(days=3)).date():
            if day.weekday() == CALM_DAY and day not in asked[calm]:
                verdict.left_out.append((calm, day))
            day += timedelta(days=1)
    return verdict


@cache
def _by_the_rules(zone: str) -> ZoneInfo:
    """A zone by the pinned rules: this machine may have older ones, of which nobody is told."""
    with resources.files("tzdata").joinpath("zoneinfo", zone).open("rb") as file:
        return ZoneInfo.from_file(file, key=zone)


def _clock(log: Log, who: str, at: datetime) -> str:
    return next(zone for since, zone in reversed(log.clocks[who]) if since <= at)


@dataclass
class Year:
    """People in the world, and chance that lets them live."""

    world: World
    chance: random.Random
    log: Log = field(default_factory=Log)
    people: list[str] = field(default_factory=list)

    async def begin(self, people: int) -> None:
        """All of them are there, and the campaigns run."""
        for start in range(0, people, 500):
            await self.world.do(
                lambda unit, start=start: self._come(unit, range(start, min(people, start + 500)))  # type: ignore[misc]
            )
        await self.world.do(self._campaigns)

    def _come(self, unit: Unit, numbers: range) -> None:
        chance = self.chance
        for number in numbers:
            calm = number % 4 == 0
            zone, quiet = ZONES[number % len(ZONES)], chance.choice(QUIETS)
            more: dict[str, Any] = (
                {}
                if calm
                else {
                    "every": chance.choice((Every.WEEK, Every.FORTNIGHT, Every.MONTH)),
                    "part": chance.choice(list(Part)),
                    "next_day": BEGINS.date() + timedelta(days=chance.randrange(1, 30)),
                    "digest": False,
                }
            )
            told_at = BEGINS - timedelta(days=chance.randrange(1, 60), minutes=chance.randrange(1440))
            partner = CALM if calm else BUSY
            her = person(
                unit,
                number + 1,
                zone=zone,
                quiet=quiet,
                partner=partner,
                told_at=told_at,
                **more,
            )
            self.people.append(her)
            self.log.clocks[her] = [(BEGINS - timedelta(days=1), zone)]
            self.log.quiet[her] = quiet
            self.log.minutes[her] = PARTS[more.get("part", Part.MORNING)]
            if calm:
                self.log.calm.add(her)

    def _campaigns(self, unit: Unit) -> None:
        first = BEGINS.date() + timedelta(days=2)
        for partner, schedule, reminders in (
            (CALM, Schedule(Kind.WEEKLY, 10 * 60, first, number=CALM_DAY), 0),
            (BUSY, Schedule(Kind.WEEKLY, 9 * 60 + 30, first, number=4), 1),
            (BUSY, Schedule(Kind.MONTHLY, 18 * 60, first, number=31), 2),
            (BUSY, Schedule(Kind.AFTER, 2 * 60 + 30, first, number=14), 1),
        ):
            campaign = running(unit, BEGINS, partner=partner, schedule=schedule, reminders=reminders)
            self.log.minutes[campaign.id] = schedule.minute
            if schedule.kind is Kind.WEEKLY:
                self.log.weekdays[campaign.id] = schedule.number

    async def live(self, days: int) -> Log:
        """So many days go by."""
        world = self.world
        planned = BEGINS
        self.log.ends = BEGINS + timedelta(days=days)
        await world.tick()
        while world.now < self.log.ends:
            step = self.chance.uniform(OFTEN.total_seconds(), SELDOM.total_seconds())
            world.clock.advance(step)
            if world.now - planned > NOW_AND_THEN:
                planned = world.now
                await world.do(self._something_happens)
                await world.launching.plan()
            if await world.launching.launch():
                await world.say()
            if self.chance.random() < 0.4 and await world.launching.follow():
                await world.say()
        rows = {each.id: each for each in await world.checkins()}
        for each in world.said:
            row = rows[each.checkin]
            line = Line(each.at, each.respondent, row.campaign, row.day, each.reminder)
            self.log.lines.append(line)
        self.log.left = Counter(f"{row.stage} {row.reason}".strip() for row in rows.values())
        self.log.missed = world.meter.late
        return self.log

    def _something_happens(self, unit: Unit) -> None:
        """A few of them move, stop us or come back, take a break, tell another story, answer."""
        chance = self.chance
        for _ in range(max(1, len(self.people) // 1000)):
            her = chance.choice(self.people)
            self._moves(unit, her)
            busy = chance.choice(self.people)
            if busy not in self.log.calm:
                chance.choice((self._stops, self._rests, self._tells))(unit, busy)
        for said in self.world.said[-3:]:
            if chance.random() < 0.3:
                now = self.world.now
                unit.checkins.replied(said.checkin, Reply.STARTED, now, respondent=said.respondent)

    def _moves(self, unit: Unit, her: str) -> None:
        zone, rhythm = self.chance.choice(ZONES), unit.rhythms.get(her)
        assert rhythm is not None
        unit.rhythms.save(replace(rhythm, zone=zone))
        unit.checkins.moved(her, zone, self.world.now)
        self.log.clocks[her].append((self.world.now, zone))

    def _stops(self, unit: Unit, her: str) -> None:
        known = unit.people.respondent(her)
        assert known is not None
        unit.people.save_respondent(replace(known, quiet=not known.quiet))

    def _rests(self, unit: Unit, her: str) -> None:
        rhythm = unit.rhythms.get(her)
        assert rhythm is not None
        until = self.world.now.date() + timedelta(days=self.chance.randrange(1, 40))
        unit.rhythms.save(replace(rhythm, paused_until=until))

    def _tells(self, unit: Unit, her: str) -> None:
        known = unit.people.respondent(her)
        assert known is not None
        told = voice(known, received_at=self.world.now)
        unit.testimonies.add(told, [Consent(told.id, "contact", True, "w", "fr", self.world.now)])


async def live(store: Database, people: int, days: int, seed: int) -> Log:
    """So many people for so many days."""
    year = Year(World(store, BEGINS, pace=100_000), random.Random(seed))
    await year.begin(people)
    return await year.live(days)
