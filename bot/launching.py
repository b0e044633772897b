"""Launching, a deed: at each tick what is due is planned, sent, followed and ended. A tick may come late or twice.

Rounds are planned ahead, a check-in for each person and day; when its time has come on her own clock, what she allows
is looked at once more and it becomes a delivery. Only so many are handed to sending as it can say in a moment, so that
a pause is felt at once (R16).
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from bot import inviting
from bot.campaign import (
    DIGEST,
    REMINDERS,
    RESPONSE,
    RHYTHM,
    WEEK,
    Campaign,
    Candidate,
    CheckIn,
    Go,
    Kind,
    Leave,
    Reason,
    State,
    Wait,
    arm,
    decided,
    left_out,
    moved,
    wanted,
)
from bot.circumstances import Circumstances
from bot.journal import Deed
from bot.outbox import Kind as Sent
from bot.ports import Clock, Store, Unit
from bot.rhythm import PARTS, Rhythm, follows, local, moment
from bot.speech import Message
from bot.words import Catalogs

BATCH = 250
"""So many people are planned in one transaction: on SQLite nothing else happens meanwhile."""

AHEAD = timedelta(hours=15)
"""A round is planned an hour before its day begins anywhere: the earliest clock is 14 hours ahead of UTC."""

BEHIND = timedelta(hours=12)
"""A day has ended everywhere when so long ago it had ended by UTC."""

EXPIRES = 3
"""Days after which a check-in of her own rhythm, a digest, or what a partner answered silently closes."""

BUFFER = 2.0
"""Seconds of sending that are handed over ahead."""

LEAST = 20
"""So many at least."""

DIGEST_DAY = 5
"""The weekday of the digest: Saturday."""

DAY = timedelta(days=1)
"""Between two words about one check-in at least."""

PAUSED = timedelta(minutes=10)
"""How soon a paused campaign's reminder is looked at again."""

CHECKIN = "checkin"
"""The built-in form of people's own rhythm."""

Planner = Callable[[Unit, Circumstances], int | None]
"""Plans a batch; None where there is nothing more."""

log = logging.getLogger("voices.launching")


@dataclass(frozen=True, slots=True)
class Launching:
    """What time itself does with campaigns and check-ins. `pace`: messages a second."""

    store: Store
    clock: Clock
    catalogs: Catalogs
    pace: float

    async def plan(self) -> int:
        """Plan what comes: rounds of campaigns, people's own rhythms, the digest; how many check-ins are new."""
        count = 0
        for work in (_plan_rhythms, _plan_digests):
            count += await self._until_done(work)
        for campaign in await self.store.transact(lambda unit: unit.campaigns.standing(State.RUNNING)):
            count += await self._until_done(partial(_plan_round, id=campaign.id))
        return count

    async def launch(self) -> int:
        """Hand over what is due, as much as sending can say in a moment; how many were handed over."""
        most = max(LEAST, int(BUFFER * self.pace))
        return await self.store.transact(lambda unit: _launch(unit, self._here("launch"), most))

    async def follow(self) -> int:
        """Note what became of what was handed over, remind, and end what is over; how many reminders go out."""
        while await self.store.transact(lambda unit: unit.checkins.follow(self.clock.now(), BATCH)):
            pass
        count = await self.store.transact(lambda unit: _remind(unit, self._here("remind"), LEAST))
        await self.store.transact(lambda unit: _end(unit, self._here("end")))
        return count

    def _here(self, cause: str) -> Circumstances:
        return Circumstances(cause, self.clock.now(), self.catalogs)

    async def _until_done(self, work: Planner) -> int:
        """Batch by batch, each in a transaction of its own, until a batch finds nothing more to do."""
        total = 0
        while (count := await self.store.transact(lambda unit: work(unit, self._here("plan")))) is not None:
            total += count
        return total


# -- planning ---------------------------------------------------------------------------------------------------------


def _plan_round(unit: Unit, here: Circumstances, *, id: str) -> int | None:
    """The next people of the next round of a campaign; None where there is none yet, or the campaign does not run."""
    campaign = unit.campaigns.named(id)
    if campaign is None or campaign.state is not State.RUNNING:
        return None
    following = _next_round(campaign, here.now)
    if following is None:
        return None
    day, after = following
    people = unit.audiences.of(
        campaign.partner, after=after, most=BATCH, opened=campaign.audience.reads_words
    )
    planned = [
        checkin
        for who in people
        if asked(unit, campaign, who, day, here.now) and left_out(who, campaign.languages, here.now) is None
        for checkin in _checkins(here, campaign, who, day)
    ]
    whole = len(people) < BATCH
    unit.campaigns.planned(campaign.id, day.isoformat(), "" if whole else people[-1].respondent)
    return unit.checkins.plan(planned)


def _next_round(campaign: Campaign, now: datetime) -> tuple[date, str] | None:
    """The day that is to be planned next, and after whom of it."""
    day, after = campaign.planned
    if after:
        return date.fromisoformat(day), after
    since = date.fromisoformat(day) + timedelta(days=1) if day else campaign.schedule.first
    following = next(campaign.schedule.days(since, (now + AHEAD).date()), None)
    return None if following is None else (following, "")


def asked(unit: Unit, campaign: Campaign, who: Candidate, day: date, now: datetime) -> bool:
    """Whether somebody is of a campaign's audience, and this is a day on which it asks her."""
    if not wanted(campaign.audience, who, roles_asked(unit, campaign.audience.roles, who), now):
        return False
    if campaign.schedule.kind is not Kind.AFTER:
        return True
    last = max((each.received_at for each in who.told), default=None)
    return (
        last is not None and local(last, who.rhythm.zone).date() + timedelta(campaign.schedule.number) == day
    )


def roles_asked(unit: Unit, roles: Sequence[str], who: Candidate) -> frozenset[str]:
    """The questions in which she says as what she speaks, in the forms she told something in."""
    if not roles:
        return frozenset()
    refs: set[str] = set()
    for name in {each.form for each in who.told}:
        try:
            form = unit.forms.current(name)
        except LookupError:
            continue
        refs.update(ref for ref, bind in form.binds.items() if bind.chat.get("means") == "role")
    return frozenset(refs)


def _checkins(here: Circumstances, campaign: Campaign, who: Candidate, day: date) -> Iterator[CheckIn]:
    """Her check-in of a day, at its wall time; where that is past already, a round that is asked once comes at once."""
    planned = planned_for(here, campaign.id, campaign.partner, who.rhythm, day, campaign.schedule.minute)
    if planned is None:
        return
    due = max(planned.due_at, here.now) if campaign.schedule.kind is Kind.ONCE else planned.due_at
    wording = campaign.wordings[who.language]
    yield replace(
        planned,
        due_at=due,
        expires_at=due + timedelta(days=campaign.expires),
        form=campaign.form,
        language=who.language,
        arm=arm(campaign.id, who.respondent) if wording.b else "a",
    )


def planned_for(
    here: Circumstances, campaign: str, partner: str, rhythm: Rhythm, day: date, minute: int
) -> CheckIn | None:
    """A check-in at a wall time of hers; None where that day is left out there (R19)."""
    at = moment(day, minute, rhythm.zone)
    if at is None:
        return None
    return CheckIn(
        id=here.fresh(),
        campaign=campaign,
        partner=partner,
        respondent=rhythm.respondent,
        day=day,
        minute=minute,
        zone=rhythm.zone,
        due_at=at,
        expires_at=at + timedelta(days=EXPIRES),
    )


def _plan_rhythms(unit: Unit, here: Circumstances) -> int | None:
    """The next of those whose own day comes; each has her following day then. However long we slept, one (R21)."""
    rhythms = unit.rhythms.due((here.now + AHEAD).date(), BATCH)
    if not rhythms:
        return None
    people = unit.audiences.among([each.respondent for each in rhythms])
    planned: list[CheckIn] = []
    for rhythm in rhythms:
        who = people.get(rhythm.respondent)
        today = local(here.now, rhythm.zone).date()
        day = _latest(rhythm, today)
        unit.rhythms.save(replace(rhythm, next_day=follows(day, rhythm.every)))
        if who is None or not any(each.contact for each in who.told):
            continue
        her = unit.people.respondent(rhythm.respondent)
        if her is None:
            continue
        one = planned_for(here, RHYTHM, her.partner, rhythm, day, PARTS[rhythm.part])
        if one is not None:
            planned.append(replace(one, form=CHECKIN, language=who.language))
    return unit.checkins.plan(planned)


def _latest(rhythm: Rhythm, today: date) -> date:
    """Her day that is to be planned: of several that passed unseen the last, moved on to where a pause ends."""
    day = rhythm.next_day or today
    while (following := follows(day, rhythm.every)) <= today:
        day = following
    return max(day, rhythm.paused_until or day)


def _plan_digests(unit: Unit, here: Circumstances) -> int | None:
    """The next of those who want this week's digest."""
    day = (here.now + AHEAD).date()
    day -= timedelta(days=(day.weekday() - DIGEST_DAY) % 7)
    done, _, after = (unit.marks.get(DIGEST) or "").partition(" ")
    if done == day.isoformat() and not after:
        return None
    readers = unit.rhythms.reading(after if done == day.isoformat() else "", BATCH)
    people = unit.audiences.among([each.respondent for each in readers])
    planned = []
    for rhythm in readers:
        her, who = unit.people.respondent(rhythm.respondent), people.get(rhythm.respondent)
        if her is None or who is None:
            continue
        one = planned_for(here, DIGEST, her.partner, rhythm, day, PARTS[rhythm.part])
        if one is not None and one.expires_at > here.now:
            planned.append(replace(one, language=who.language))
    whole = len(readers) < BATCH
    unit.marks.set(DIGEST, day.isoformat() if whole else f"{day.isoformat()} {readers[-1].respondent}")
    return unit.checkins.plan(planned)


# -- sending ----------------------------------------------------------------------------------------------------------


def _launch(unit: Unit, here: Circumstances, most: int) -> int:
    """Hand over what is due; how many. Of several for one person at most one goes now, the newest of each campaign."""
    room = most - unit.outbox.waiting(Sent.CAMPAIGN, most)
    due = unit.checkins.due(here.now, room) if room > 0 else []
    if not due:
        return 0
    people = unit.audiences.among({each.respondent for each in due})
    lately = unit.checkins.lately(set(people), here.now - WEEK)
    campaigns = _campaigns_of(unit, due)
    newest = {(each.campaign, each.respondent): each.day for each in sorted(due, key=lambda each: each.day)}
    served: set[str] = set()
    missed = 0
    for checkin in due:
        campaign = campaigns.get(checkin.campaign)
        if campaign is not None and campaign.state is not State.RUNNING:
            unit.checkins.hold(campaign.id)
            continue
        who = people.get(checkin.respondent)
        if who is None or checkin.day < newest[checkin.campaign, checkin.respondent]:
            unit.checkins.leave(checkin.id, Reason.LATE)
            missed += 1
            continue
        languages = campaign.languages if campaign is not None else tuple(here.languages)
        match decided(checkin, who, lately.get(who.respondent, ()), languages, here.now):
            case Leave(reason):
                unit.checkins.leave(checkin.id, reason)
                missed += reason is Reason.LATE
            case Wait(until):
                unit.checkins.postpone(checkin.id, until)
            case Go() if who.respondent in served:
                unit.checkins.postpone(checkin.id, here.now + timedelta(days=1))
            case Go() if _hand_over(unit, here, checkin, campaign, who):
                served.add(who.respondent)
    if missed:
        log.warning("%s check-ins were missed: their time had passed", missed)
    return len(served)


def _campaigns_of(unit: Unit, due: Sequence[CheckIn]) -> Mapping[str, Campaign]:
    ids = {each.campaign for each in due if not each.campaign.startswith((DIGEST, RESPONSE))} - {RHYTHM}
    found = (unit.campaigns.named(each) for each in ids)
    return {campaign.id: campaign for campaign in found if campaign is not None}


def _hand_over(
    unit: Unit, here: Circumstances, checkin: CheckIn, campaign: Campaign | None, who: Candidate
) -> bool:
    """It becomes a delivery, in her language; False where there is nothing to say."""
    message = inviting.invitation(unit, here, checkin, campaign, who)
    if message is None:
        unit.checkins.leave(checkin.id, Reason.NOTHING)
        return False
    _say(unit, here, checkin, who, message, "")
    open_for = timedelta(days=campaign.expires if campaign is not None else EXPIRES)
    most = min(REMINDERS, campaign.reminders) if campaign is not None else 0
    remind_at = here.now + max(DAY, open_for / (most + 1)) if most else None
    unit.checkins.queue(checkin.id, here.now + open_for, remind_at)
    return True


def _say(
    unit: Unit, here: Circumstances, checkin: CheckIn, who: Candidate, message: Message, step: str
) -> None:
    unit.outbox.add(
        key=f"{inviting.KEY}{checkin.id}{step}",
        address=who.address,
        kind=Sent.CAMPAIGN,
        message=message,
        now=here.now,
        about=None
        if checkin.campaign == DIGEST
        else who.respondent,  # her switch allows it, no voice of hers
    )


# -- afterwards -------------------------------------------------------------------------------------------------------


def _remind(unit: Unit, here: Circumstances, most: int) -> int:
    """Remind whoever has not answered; how many. What holds of a check-in holds of its reminder."""
    due = unit.checkins.to_remind(here.now, most)
    people = unit.audiences.among({each.respondent for each in due})
    lately = unit.checkins.lately(set(people), here.now - WEEK)
    campaigns = _campaigns_of(unit, due)
    count = 0
    for checkin in due:
        campaign, who = campaigns.get(checkin.campaign), people.get(checkin.respondent)
        if who is None or campaign is None or campaign.state in (State.CANCELLED, State.ENDED):
            unit.checkins.reminded(checkin.id, None)
            continue
        if campaign.state is State.PAUSED:
            unit.checkins.reminded(checkin.id, here.now + PAUSED)
            continue
        match decided(checkin, who, lately.get(who.respondent, ()), campaign.languages, here.now):
            case Leave():
                unit.checkins.reminded(checkin.id, None)
            case Wait(until):
                unit.checkins.reminded(checkin.id, until)
            case Go():
                number = checkin.reminders + 1
                again = inviting.invitation(unit, here, checkin, campaign, who, again=True)
                if again is not None:
                    _say(unit, here, checkin, who, again, f":{number}")
                more = number < min(REMINDERS, campaign.reminders)
                unit.checkins.reminded(checkin.id, here.now + DAY if more else None, here.now)
                count += 1
    return count


def _end(unit: Unit, here: Circumstances) -> None:
    """End campaigns that have nothing more to ask, or as many answers as they wanted."""
    for campaign in unit.campaigns.standing(State.RUNNING):
        full = campaign.quota and unit.checkins.answered(campaign.id) >= campaign.quota
        if full:
            unit.checkins.hold(campaign.id)
            unit.checkins.end(campaign.id, Reason.QUOTA)
        elif _goes_on(unit, campaign, here.now):
            continue
        unit.campaigns.save(replace(campaign, state=moved(campaign.state, "end"), ended_at=here.now))
        unit.journal.write(Deed(here.now, "nobody", "ended", f"campaign:{campaign.id}"))


def _goes_on(unit: Unit, campaign: Campaign, now: datetime) -> bool:
    """Whether a round is still to come, or something of one may still be answered."""
    if campaign.planned[1] or not campaign.schedule.over((now - BEHIND).date()):
        return True
    return unit.checkins.open(campaign.id, now)
