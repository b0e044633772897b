"""Campaigning, a deed: a lead composes a campaign, has it counted, starts it (or another lead does), and ends it."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot import rounds
from bot.campaign import (
    LONGEST,
    REMINDERS,
    SECOND,
    SOONEST,
    Campaign,
    Candidate,
    CheckIn,
    Count,
    Hour,
    Kind,
    Lack,
    NotAlone,
    NotNow,
    Reason,
    Schedule,
    State,
    left_out,
    moved,
)
from bot.circumstances import Circumstances
from bot.journal import Deed
from bot.people import Moderator
from bot.ports import Stale, Store, Unit
from bot.rhythm import local

COUNTED_FOR = timedelta(days=1)
"""A campaign is started on a count that is no older: people come, and more could be written to than somebody saw."""

CODE = 12
"""Characters of what its link carries."""

_COMPOSED = frozenset({"name", "form", "audience", "schedule", "wordings", "expires", "reminders", "quota"})
_COUNTS = frozenset({"audience", "schedule", "wordings"})


def draft(unit: Unit, here: Circumstances, lead: Moderator, form: str) -> Campaign:
    """A new draft that asks this form, tomorrow."""
    schedule = Schedule(first=here.now.date() + timedelta(days=1))
    campaign = Campaign(
        here.fresh(), lead.partner, lead.id, form, schedule=schedule, code=here.fresh()[:CODE]
    )
    unit.campaigns.add(campaign)
    _did(unit, here, lead, "began", campaign)
    return campaign


def change(unit: Unit, here: Circumstances, lead: Moderator, campaign: Campaign, **fields: Any) -> Campaign:
    """Change a draft: `name`, `form`, `audience`, `schedule`, `wordings`, `expires`, `reminders`, `quota`. Who changed
    it answers for it now; where it asks others then, or at another time, it must be counted anew.

    NotNow: it is no draft. ValueError: there is no such field, or a number is out of bounds. Stale.
    """
    if campaign.state is not State.DRAFT:
        raise NotNow("only a draft is changed")
    if strange := fields.keys() - _COMPOSED:
        raise ValueError(f"a campaign has no {', '.join(sorted(strange))}")
    changed = replace(campaign, **fields, moderator=lead.id)
    _within_bounds(changed)
    if fields.keys() & _COUNTS:
        changed = replace(changed, counted=None)
    _did(unit, here, lead, "changed", campaign)
    return unit.campaigns.save(changed)


def _within_bounds(campaign: Campaign) -> None:
    if not 1 <= campaign.expires <= LONGEST:
        raise ValueError(f"an invitation stays open for 1 to {LONGEST} days")
    if not 0 <= campaign.reminders <= REMINDERS:
        raise ValueError(f"there are 0 to {REMINDERS} reminders")
    if campaign.quota < 0:
        raise ValueError("a quota is a number of answers, 0 for none")
    if not 0 <= campaign.schedule.minute < 24 * 60:
        raise ValueError("a minute of the day is one of 0 to 1,439")


def lacks(unit: Unit, here: Circumstances, campaign: Campaign) -> Lack | None:
    """What a campaign lacks before it may run, the first thing; None for nothing."""
    try:
        unit.forms.current(campaign.form)
    except LookupError:
        return Lack.FORM
    if not campaign.languages:
        return Lack.WORDS
    if not _rule_holds(campaign.schedule):
        return Lack.RULE
    if campaign.schedule.over(rounds.earliest(here.now)):
        return Lack.DAY
    return Lack.COUNT if campaign.counted is None else None


def _rule_holds(schedule: Schedule) -> bool:
    match schedule.kind:
        case Kind.ONCE:
            return True
        case Kind.WEEKLY:
            return 0 <= schedule.number <= 6
        case Kind.MONTHLY:
            return 1 <= schedule.number <= 31
        case Kind.AFTER:
            return SOONEST <= schedule.number <= 365


def needs_second(campaign: Campaign) -> bool:
    """Whether another lead must approve it: it reaches more than SECOND people, or nobody has counted yet (R15)."""
    return campaign.counted is None or campaign.counted["reached"] > SECOND


def counted_lately(campaign: Campaign, now: datetime) -> bool:
    """Whether the people it reaches were counted a day ago at most."""
    return campaign.counted is not None and now - Count.of(campaign.counted).at <= COUNTED_FOR


def offer(unit: Unit, here: Circumstances, lead: Moderator, campaign: Campaign) -> Campaign:
    """It waits for another lead. NotNow: it lacks something, or is no draft. Stale."""
    offered = _moved(campaign, "offer")
    _complete(unit, here, campaign)
    _did(unit, here, lead, "offered", campaign)
    return unit.campaigns.save(replace(offered, moderator=lead.id))


def send_back(unit: Unit, here: Circumstances, lead: Moderator, campaign: Campaign) -> Campaign:
    """What waits is a draft again. NotNow, Stale."""
    back = _moved(campaign, "send back")
    _did(unit, here, lead, "sent back", campaign)
    return unit.campaigns.save(back)


def start(unit: Unit, here: Circumstances, lead: Moderator, campaign: Campaign) -> Campaign:
    """A draft that reaches few runs, on a fresh count. NotAlone: it reaches many. NotNow, Stale."""
    if campaign.state is not State.DRAFT:
        raise NotNow(f"a campaign that is {campaign.state} is not started by one alone")
    _complete(unit, here, campaign)
    if not counted_lately(campaign, here.now):
        raise NotNow("it was counted too long ago", Lack.COUNT)
    if needs_second(campaign):
        raise NotAlone(f"a campaign to more than {SECOND} people is started by two")
    return _run(unit, here, lead, _moved(campaign, "start"), "started")


def approve(unit: Unit, here: Circumstances, lead: Moderator, campaign: Campaign) -> Campaign:
    """What waits runs. NotAlone: whoever made, changed or offered it last is the same person: two roles at one address
    are one. NotNow, Stale.
    """
    started = _moved(campaign, "start")
    if campaign.state is not State.WAITING:
        raise NotNow("only what waits is approved")
    _complete(unit, here, campaign)
    asks = unit.people.moderator(campaign.moderator)
    if asks is None or asks.address == lead.address:
        raise NotAlone("another person approves it")
    return _run(unit, here, lead, replace(started, approved_by=lead.id), "approved")


def _run(unit: Unit, here: Circumstances, lead: Moderator, campaign: Campaign, verb: str) -> Campaign:
    """From now on it asks; rounds of days that have ended everywhere are not caught up with."""
    running = unit.campaigns.save(replace(campaign, started_at=here.now))
    today = rounds.earliest(here.now)
    if campaign.schedule.kind is not Kind.ONCE and campaign.schedule.first < today:
        done = (today - timedelta(days=1)).isoformat()
        unit.campaigns.planned(campaign, done, "")
        running = replace(running, planned=(done, ""))
    _did(unit, here, lead, verb, campaign)
    return running


def pause(unit: Unit, here: Circumstances, lead: Moderator, campaign: Campaign) -> Campaign:
    """From this commit on nothing of it goes out but what is on the wire (R16). NotNow, Stale."""
    paused = unit.campaigns.save(_moved(campaign, "pause"))
    unit.checkins.hold(campaign.id)
    _did(unit, here, lead, "paused", campaign)
    return paused


def resume(unit: Unit, here: Circumstances, lead: Moderator, campaign: Campaign) -> Campaign:
    """It goes on where it was paused; what became due meanwhile stays open as long as it would have. NotNow, Stale."""
    running = unit.campaigns.save(_moved(campaign, "resume"))
    unit.checkins.release(campaign.id, here.now, timedelta(days=campaign.expires))
    _did(unit, here, lead, "resumed", campaign)
    return running


def cancel(unit: Unit, here: Circumstances, lead: Moderator, campaign: Campaign) -> Campaign:
    """It asks nobody any more (R16); who was asked may still answer. NotNow, Stale."""
    cancelled = unit.campaigns.save(replace(_moved(campaign, "cancel"), ended_at=here.now))
    unit.checkins.hold(campaign.id)
    unit.checkins.end(campaign.id, Reason.CANCELLED)
    _did(unit, here, lead, "cancelled", campaign)
    return cancelled


def copy(unit: Unit, here: Circumstances, lead: Moderator, campaign: Campaign) -> Campaign:
    """A new draft like it, to be counted anew; one that asks on a day that is over asks tomorrow."""
    schedule = campaign.schedule
    if schedule.over(rounds.earliest(here.now)):
        schedule = replace(schedule, first=here.now.date() + timedelta(days=1), last=None)
    composed = {name: getattr(campaign, name) for name in _COMPOSED} | {"schedule": schedule}
    another = Campaign(here.fresh(), lead.partner, lead.id, code=here.fresh()[:CODE], **composed)
    unit.campaigns.add(another)
    _did(unit, here, lead, "copied", campaign)
    return another


def discard(unit: Unit, here: Circumstances, lead: Moderator, campaign: Campaign) -> None:
    """A draft goes. NotNow: it is none."""
    if campaign.state is not State.DRAFT:
        raise NotNow("only a draft is thrown away")
    unit.campaigns.drop(campaign.id, partner=campaign.partner)
    _did(unit, here, lead, "discarded", campaign)


async def count(store: Store, here: Circumstances, campaign: Campaign) -> Count:
    """The dry run: exactly whom the next round would reach, and whom of the audience not; kept with the campaign, whose
    version rises. People are looked at batch by batch, so that nobody waits for it. Stale: it changed meanwhile.
    """
    tally = _Tally(campaign)
    after: str | None = ""
    while after is not None:
        after = await store.transact(lambda unit, after=after: _count_batch(unit, here, tally, after))  # type: ignore[misc]
    found = tally.count(here.now)

    def keep(unit: Unit) -> None:
        known = unit.campaigns.get(campaign.id, partner=campaign.partner)
        if known is None or known.version != campaign.version:
            raise Stale("the campaign changed while it was counted")
        unit.campaigns.save(replace(known, counted=found.plain()))

    await store.transact(keep)
    return found


def _count_batch(unit: Unit, here: Circumstances, tally: "_Tally", after: str) -> str | None:
    """Count the next people; the last of them, None where there is no other."""
    campaign = tally.campaign
    people = unit.audiences.of(
        campaign.partner, after=after, most=rounds.BATCH, opened=campaign.audience.reads_words
    )
    for who in rounds.audience(unit, here, campaign, people):
        tally.add(here, who)
    return people[-1].respondent if len(people) == rounds.BATCH else None


class _Tally:
    """A count under way."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self._languages: Counter[str] = Counter()
        self._left: Counter[Reason] = Counter()
        self._zones: dict[str, list[datetime]] = {}

    def add(self, here: Circumstances, who: Candidate) -> None:
        planned = self._next(here, who)
        reason = left_out(who, self.campaign.languages, here.now if planned is None else planned.due_at)
        if planned is None or reason is not None:
            self._left[reason or Reason.LATE] += 1
        else:
            self._languages[who.language] += 1
            self._zones.setdefault(who.rhythm.zone, []).append(planned.due_at)

    def _next(self, here: Circumstances, who: Candidate) -> CheckIn | None:
        """Her next check-in if it were started now; None where none comes."""
        schedule = self.campaign.schedule
        if schedule.kind is Kind.AFTER:
            since = until = rounds.her_day(self.campaign, who)
        else:
            since = schedule.first if schedule.kind is Kind.ONCE else rounds.earliest(here.now)
            until = max(since, schedule.first) + timedelta(days=62)  # the next round, and the one after it
        if since is None or until is None:
            return None
        started = replace(self.campaign, started_at=here.now)
        planned = (rounds.checkin(here, started, who, day) for day in schedule.days(since, until))
        return next((each for each in planned if each is not None), None)

    def count(self, at: datetime) -> Count:
        hours = [
            Hour(zone, local(min(moments), zone), min(moments), len(moments))
            for zone, moments in self._zones.items()
        ]
        return Count(
            at,
            self._languages.total(),
            dict(self._languages.most_common()),
            sorted(hours, key=lambda each: (each.utc, each.zone)),
            dict(self._left.most_common()),
        )


def _moved(campaign: Campaign, move: str) -> Campaign:
    return replace(campaign, state=moved(campaign.state, move))


def _complete(unit: Unit, here: Circumstances, campaign: Campaign) -> None:
    if lack := lacks(unit, here, campaign):
        raise NotNow(f"it lacks its {lack}", lack)


def _did(unit: Unit, here: Circumstances, lead: Moderator, verb: str, campaign: Campaign) -> None:
    unit.journal.write(Deed(here.now, f"moderator:{lead.id}", verb, f"campaign:{campaign.id}"))
