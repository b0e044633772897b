"""Leads, people who may be asked again, and campaigns to them, for tests on real rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from bot import campaigning
from bot.campaign import Campaign, CheckIn, Count, Kind, Schedule, State, Wording
from bot.circumstances import Circumstances
from bot.launching import DUTY, Launching
from bot.outbox import Kind as Sending
from bot.outbox import Outcome, Sent
from bot.people import Consent, Moderator, Role
from bot.ports import Meter, Unit
from bot.rhythm import Quiet, Rhythm
from bot.words import Catalogs
from dialogs.form import Form
from dialogs.reading.xlsform import load_builtin
from storage.checkins import _checkin
from storage.database import Database
from storage.isolation import house
from storage.tables import checkins
from tests.fakes import Tireless
from tests.stores import NOW, someone, voice

T = TypeVar("T")

FORMS = Path(__file__).parents[1] / "dialogs" / "forms"
WORDS: Mapping[str, Wording] = {"fr": Wording("Comment va l’école ?"), "en": Wording("How is school?")}
ONE, TWO = 600_000_011, 600_000_012
"""Two leads."""


@cache
def catalogs() -> Catalogs:
    """The bot's words, read once."""
    return Catalogs.read()


@cache
def form() -> Form:
    """The form of check-ins, read once."""
    return load_builtin(FORMS / "checkin")


def at(now: datetime = NOW) -> Circumstances:
    """This moment."""
    return Circumstances("test", now, catalogs())


def lead(unit: Unit, person: int = ONE, *, partner: str = "atd") -> Moderator:
    """A lead of a partner; the same for the same person."""
    address = unit.people.add_address(person, person, NOW)
    known = [each for each in unit.people.moderators_at(address) if each.leads(partner)]
    return known[0] if known else unit.people.add_moderator(address, partner, Role.LEAD, "fr", NOW)


def person(
    unit: Unit,
    number: int,
    *,
    zone: str = "Indian/Antananarivo",
    language: str = "fr",
    contact: bool = True,
    partner: str = "atd",
    told_at: datetime = NOW - timedelta(days=30),
    quiet: Quiet | None = None,
    **rhythm: Any,
) -> str:
    """Somebody who told something a month ago and may be written to about it; her id."""
    her = someone(unit, number, partner=partner)
    unit.people.save_respondent(replace(her, language=language))
    told = voice(her, received_at=told_at, language=language)
    consents = [Consent(told.id, "contact", True, "w", language, told_at)] if contact else []
    unit.testimonies.add(told, consents)
    if quiet is not None:
        rhythm["quiet"] = quiet
    unit.rhythms.save(Rhythm(her.id, zone=zone, **rhythm))
    return her.id


def ready(
    unit: Unit, now: datetime = NOW, *, partner: str = "atd", first: date | None = None, **fields: Any
) -> Campaign:
    """A draft that lacks nothing: by its words, once, on the day of `now` unless `first` or a schedule says otherwise,
    counted to nobody.
    """
    unit.forms.publish(form(), now)
    lena = lead(unit, partner=partner)
    draft = campaigning.draft(unit, at(now), lena, "checkin")
    schedule = fields.pop("schedule", Schedule(Kind.ONCE, 10 * 60, first or now.date()))
    fields = {"wordings": WORDS, "schedule": schedule} | fields
    draft = campaigning.change(unit, at(now), lena, draft, **fields)
    return unit.campaigns.save(replace(draft, counted=Count(now).plain()))


def running(unit: Unit, now: datetime = NOW, *, partner: str = "atd", **fields: Any) -> Campaign:
    """One that runs."""
    draft = ready(unit, now, partner=partner, **fields)
    started = campaigning.start(unit, at(now), lead(unit, partner=partner), draft)
    assert started.state is State.RUNNING
    return started


@dataclass(frozen=True)
class Said:
    """One message that reached somebody: when, to whom, of which check-in, and which reminder of it (0: none)."""

    at: datetime
    respondent: str
    checkin: str
    reminder: int = 0


class Counted(Meter):
    """Counts what was missed."""

    def __init__(self) -> None:
        self.late = 0

    def missed(self, checkins: int) -> None:
        """So many more."""
        self.late += checkins


class World:
    """Launching on real rows, a clock that is moved, and a sender that says everything at once."""

    def __init__(self, store: Database, now: datetime = NOW, *, pace: float = 1_000.0) -> None:
        self.store = store
        self.clock = Tireless(now)
        self.meter = Counted()
        self.launching = Launching(store, self.clock, catalogs(), pace, self.meter)
        self.said: list[Said] = []

    @property
    def now(self) -> datetime:
        """The time by its clock."""
        return self.clock.now()

    @property
    def here(self) -> Circumstances:
        """This moment of it."""
        return at(self.now)

    async def do(self, work: Callable[[Unit], T]) -> T:
        """In one transaction."""
        return await self.store.transact(work)

    async def tick(self) -> None:
        """Everything that time does, once: planned, handed over, said, followed."""
        await self.do(lambda unit: unit.leases.take(DUTY, timedelta(days=1)))
        await self.launching.plan()
        await self.launching.launch()
        await self.say()
        await self.launching.follow()
        await self.say()

    async def say(self, outcome: Outcome | None = None) -> list[Said]:
        """Say all that is due to be said, or let this come of it; what reached somebody."""

        def work(unit: Unit) -> list[Said]:
            heard = []
            for each in unit.outbox.claim(10_000, self.now, kind=Sending.CAMPAIGN):
                unit.outbox.settle(each.id, outcome or Sent(1), self.now)
                _, checkin, *number = each.key.split(":")
                heard.append(Said(self.now, each.about or "", checkin, int(number[0]) if number else 0))
            return heard

        heard = await self.do(work)
        self.said += heard if outcome is None else []
        return heard

    async def goes_on(self, until: datetime, step: timedelta = timedelta(hours=1)) -> None:
        """Time goes by, with a tick at each step."""
        while self.now < until:
            self.clock.advance(min(step, until - self.now).total_seconds())
            await self.tick()

    async def checkins(self) -> list[CheckIn]:
        """Every check-in there is, by its day."""
        return await self.do(_all)

    async def days(self) -> dict[str, list[date]]:
        """The local days of what was said to each of them, reminders left out."""
        known = {each.id: each for each in await self.checkins()}
        days: dict[str, list[date]] = {}
        for each in self.said:
            if not each.reminder:
                days.setdefault(each.respondent, []).append(known[each.checkin].day)
        return days


def _all(unit: Unit) -> list[CheckIn]:
    rows = unit._connection.execute(_ALL).all()  # type: ignore[attr-defined]
    return [_checkin(row) for row in rows]


_ALL = house(sa.select(checkins).order_by(checkins.c.day, checkins.c.id), "time")
