"""Launching, a deed: at each tick what is due is planned, sent, followed and ended. A tick may come late or twice.

Rounds are planned ahead, a check-in for each person and day; when its time has come on her own clock, what she allows
is looked at once more and it becomes a delivery. Only so many are handed to sending as it can say in a moment, so that
a pause is felt at once (R16). What is handed over was planned until then, in the same commit: two processes that do
this at once hand over nothing twice.
"""

import contextlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from bot import inviting, rounds, zones
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
    Leave,
    Reason,
    State,
    Wait,
    decided,
    left_out,
    moved,
)
from bot.circumstances import Circumstances
from bot.journal import Deed
from bot.outbox import Kind as Sent
from bot.ports import MANY, Clock, Meter, Stale, Store, Unit
from bot.rhythm import PARTS, Rhythm, follows, local
from bot.rounds import AHEAD, BATCH, DAY, EXPIRES
from bot.speech import Message
from bot.words import Catalogs

DUTY = "schedule"
"""Only the process that has this duty launches."""

BUFFER = 2.0
"""Seconds of sending that are handed over ahead."""

LEAST = 20
"""So many at least."""

STUCK = timedelta(minutes=1)
"""What was handed over so long ago and could not be sent is planned again: its hour may be over (R15)."""

BREATH = 0.01
"""Seconds between two batches: whoever looks into the same file beside us gets a turn."""

SETTLES = timedelta(hours=1)
"""How long after a campaign ended it is looked after that nothing of it is planned."""

PAUSED = timedelta(minutes=10)
"""How soon a paused campaign's reminder is looked at again."""

CHECKIN = "checkin"
"""The built-in form of people's own rhythm."""

RULES = "zones"
"""The mark that says by which edition of the zones' rules everything planned was worked out."""

Work = Callable[[Unit, Circumstances], int | None]
"""Does a batch; None where there is nothing more."""

log = logging.getLogger("voices.launching")


@dataclass(frozen=True, slots=True)
class Launching:
    """What time itself does with campaigns and check-ins. `pace`: messages a second."""

    store: Store
    clock: Clock
    catalogs: Catalogs
    pace: float
    meter: Meter

    async def plan(self) -> int:
        """Plan what comes: rounds of campaigns, people's own rhythms, the digest; how many check-ins are new."""
        await self._keep_to_rules()
        count = await self._until_done(_plan_rhythms) + await self._until_done(_plan_digests)
        for campaign in await self.store.transact(lambda unit: unit.campaigns.standing(State.RUNNING)):
            await self._until_done(partial(_release, id=campaign.id))
            count += await self._until_done(partial(_plan_round, id=campaign.id))
        since = self.clock.now() - SETTLES
        for campaign in await self.store.transact(lambda unit: unit.campaigns.ended(since)):
            await self._until_done(partial(_settle, id=campaign.id))
        return count

    async def launch(self) -> int:
        """Hand over what is due, as much as sending can say in a moment; how many were handed over."""
        most = max(LEAST, int(BUFFER * self.pace))
        total = 0
        while True:
            handed, late, more = await self.store.transact(
                lambda unit: _launch(unit, self._here("launch"), most)
            )
            self._missed(late)
            total += handed
            if not more:
                return total

    async def follow(self) -> int:
        """Note what became of what was handed over, remind, and end what is over; how many reminders go out."""
        most = max(LEAST, int(BUFFER * self.pace))
        more = True
        while more:
            late, more = await self.store.transact(lambda unit: _look_after(unit, self.clock.now()))
            self._missed(late)
        count = await self.store.transact(lambda unit: _remind(unit, self._here("remind"), most))
        for campaign in await self.store.transact(lambda unit: unit.campaigns.standing(State.RUNNING)):
            with contextlib.suppress(Stale):  # a lead was faster
                await self.store.transact(partial(_end, here=self._here("end"), id=campaign.id))
        return count

    async def _keep_to_rules(self) -> None:
        """Once after the rules of zones changed: what is planned keeps its days and minutes, and is due by the new ones
        (R19).
        """
        edition = zones.edition()
        if await self.store.transact(lambda unit: unit.marks.get(RULES)) == edition:
            return
        count = 0
        for zone in await self.store.transact(lambda unit: unit.checkins.zones()):
            last: str | None = ""
            while last is not None:
                moved, last = await self.store.transact(partial(_work_out, zone=zone, after=last))
                count += moved
        await self.store.transact(lambda unit: unit.marks.set(RULES, edition))
        log.info("the rules of zones are those of %s; %s check-ins are due at another moment", edition, count)

    def _missed(self, late: int) -> None:
        """Whoever watches over the bot is told: nothing is left out silently (R20)."""
        if late:
            self.meter.missed(late)
            log.warning("%s check-ins were missed: their time had passed", late)

    def _here(self, cause: str) -> Circumstances:
        return Circumstances(cause, self.clock.now(), self.catalogs)

    async def _until_done(self, work: Work) -> int:
        """Batch by batch, each in a transaction of its own, until a batch finds nothing more to do."""
        total = 0
        while (count := await self.store.transact(lambda unit: work(unit, self._here("plan")))) is not None:
            total += count
            await self.clock.sleep(BREATH)
        return total


# -- planning ---------------------------------------------------------------------------------------------------------


def _plan_round(unit: Unit, here: Circumstances, *, id: str) -> int | None:
    """The next people of the next round of a campaign; None where there is none yet, or the campaign does not run."""
    campaign = unit.campaigns.named(id)
    if campaign is None or campaign.state is not State.RUNNING:
        return None
    following = rounds.next_round(campaign, (here.now + AHEAD).date())
    if following is None:
        return None
    day, after = following
    people = unit.audiences.of(
        campaign.partner, after=after, most=BATCH, opened=campaign.audience.reads_words
    )
    after = people[-1].respondent if len(people) == BATCH else ""
    if not unit.campaigns.planned(campaign, day.isoformat(), after):
        return 0
    return unit.checkins.plan(
        [
            checkin
            for who in rounds.audience(unit, here, campaign, people)
            if rounds.asks(campaign, who, day)
            and (checkin := rounds.checkin(here, campaign, who, day)) is not None
            and left_out(who, campaign.languages, checkin.due_at) is None
        ]
    )


def _release(unit: Unit, here: Circumstances, *, id: str) -> int | None:
    """What is held of a campaign that goes on is planned again."""
    campaign = unit.campaigns.named(id)
    if campaign is None or campaign.state is not State.RUNNING:
        return None
    return unit.checkins.release(id, here.now, timedelta(days=campaign.expires)) or None


def _work_out(unit: Unit, *, zone: str, after: str) -> tuple[int, str | None]:
    """Work out anew when the next ones by the clock of a zone are due; how many are so at another moment, and the last
    of them, None where there is no other.
    """
    planned = unit.checkins.of_zone(zone, after, BATCH)
    count = 0
    for each in planned:
        moment = each.moment_in(zone)
        if moment != each.due_at:
            unit.checkins.set_clock(each.id, zone, moment, each.expires_at)
            count += 1
    return count, planned[-1].id if len(planned) == BATCH else None


def _plan_rhythms(unit: Unit, here: Circumstances) -> int | None:
    """The next of those whose own day comes; each has her following day then. However long we slept, one (R21)."""
    rhythms = unit.rhythms.due((here.now + AHEAD).date(), BATCH)
    if not rhythms:
        return None
    people = unit.audiences.among([each.respondent for each in rhythms])
    planned: list[CheckIn] = []
    for rhythm in rhythms:
        day = _latest(rhythm, local(here.now, rhythm.zone).date())
        if rhythm.paused_until is not None and day < rhythm.paused_until:
            unit.rhythms.save(replace(rhythm, next_day=rhythm.paused_until))
            continue
        unit.rhythms.save(replace(rhythm, next_day=follows(day, rhythm.every)))
        who = people[rhythm.respondent]
        if not any(each.contact for each in who.told):
            continue
        one = rounds.at_her_time(here, RHYTHM, who.partner, who.rhythm, day, PARTS[rhythm.part])
        if one is not None:
            planned.append(replace(one, form=CHECKIN, language=who.language))
    return unit.checkins.plan(planned)


def _latest(rhythm: Rhythm, today: date) -> date:
    """Her day that is to be planned: of several that passed unseen the last."""
    day = rhythm.next_day or today
    while (following := follows(day, rhythm.every)) <= today:
        day = following
    return day


def _plan_digests(unit: Unit, here: Circumstances) -> int | None:
    """The next of those who want this week's digest."""
    day = rounds.digest_day(here.now)
    done, _, after = (unit.marks.get(DIGEST) or "").partition(" ")
    if done > day.isoformat() or (done == day.isoformat() and not after):
        return None
    readers = unit.rhythms.reading(after if done == day.isoformat() else "", BATCH)
    people = unit.audiences.among([each.respondent for each in readers])
    planned = []
    for rhythm in readers:
        who = people[rhythm.respondent]
        one = rounds.at_her_time(here, DIGEST, who.partner, who.rhythm, day, PARTS[rhythm.part])
        if one is not None and one.expires_at > here.now:
            planned.append(replace(one, language=who.language))
    whole = len(readers) < BATCH
    unit.marks.set(DIGEST, day.isoformat() if whole else f"{day.isoformat()} {readers[-1].respondent}")
    return unit.checkins.plan(planned)


# -- sending ----------------------------------------------------------------------------------------------------------


def _launch(unit: Unit, here: Circumstances, most: int) -> tuple[int, int, bool]:
    """Hand over what is due: how many, how many of what was due had passed, and whether there may be more at once. Of
    a campaign that pauses the rest is put aside at the next ticks, so that nobody waits for that.

    Of several for one person at most one goes in a day; of several days of one campaign the latest.
    """
    due = unit.checkins.due(here.now, most)
    if not due or not unit.leases.held(DUTY):
        return 0, 0, False
    room = most - unit.outbox.waiting(Sent.CAMPAIGN, most)
    due = due[:room]
    people = unit.audiences.among({each.respondent for each in due})
    due = [each for each in due if each.respondent in people]
    lately = unit.checkins.lately(set(people), here.now - WEEK)
    passed = unit.checkins.superseded([each.id for each in due], here.now)
    campaigns = _campaigns_of(unit, due)
    served: set[str] = set()
    handed = late = 0
    for checkin in due:
        campaign, who = campaigns.get(checkin.campaign), people[checkin.respondent]
        if campaign is not None and campaign.state is not State.RUNNING:
            continue
        if checkin.id in passed:
            reason = Reason.CAP if checkin.waited else Reason.LATE
            unit.checkins.leave(checkin.id, reason)
            late += reason is Reason.LATE
            continue
        if campaign is not None and not rounds.still_asks(campaign, who, checkin.day):
            unit.checkins.leave(checkin.id, Reason.NOTHING)
            continue
        languages = campaign.languages if campaign is not None else tuple(here.languages)
        match decided(checkin, who, lately.get(who.respondent, ()), languages, here.now):
            case Leave(reason):
                unit.checkins.leave(checkin.id, reason)
                late += reason is Reason.LATE
            case Wait(until):
                unit.checkins.postpone(checkin.id, until)
            case Go() if who.respondent in served and here.now + DAY >= checkin.expires_at:
                unit.checkins.leave(checkin.id, Reason.CAP)
            case Go() if who.respondent in served:
                unit.checkins.postpone(checkin.id, here.now + DAY)
            case Go() if _hand_over(unit, here, checkin, campaign, who):
                served.add(who.respondent)
                handed += 1
    return handed, late, handed < len(due) and all(each.state is State.RUNNING for each in campaigns.values())


def _campaigns_of(unit: Unit, due: Sequence[CheckIn]) -> Mapping[str, Campaign]:
    """Their campaigns, which stay as they are until the commit. What is planned of one that does not run goes aside."""
    campaigns = _standing_still(unit, due)
    for campaign in campaigns.values():
        if campaign.state is State.PAUSED:
            unit.checkins.hold(campaign.id)
        elif campaign.state is not State.RUNNING:
            unit.checkins.end(campaign.id, Reason.CANCELLED)
    return campaigns


def _standing_still(unit: Unit, these: Sequence[CheckIn]) -> Mapping[str, Campaign]:
    ids = {each.campaign for each in these if not each.campaign.startswith((DIGEST, RESPONSE))} - {RHYTHM}
    found = (unit.campaigns.standstill(each) for each in sorted(ids))
    return {campaign.id: campaign for campaign in found if campaign is not None}


def _hand_over(
    unit: Unit, here: Circumstances, checkin: CheckIn, campaign: Campaign | None, who: Candidate
) -> bool:
    """It becomes a delivery, in her language; False where there is nothing to say, or it is planned no more."""
    message = inviting.invitation(unit, here, checkin, campaign, who)
    if message is None:
        unit.checkins.leave(checkin.id, Reason.NOTHING)
        return False
    open_for = timedelta(days=campaign.expires if campaign is not None else EXPIRES)
    most = min(REMINDERS, campaign.reminders) if campaign is not None else 0
    remind_at = here.now + max(DAY, open_for / (most + 1)) if most else None
    if not unit.checkins.queue(checkin.id, here.now, here.now + open_for, remind_at):
        return False
    _say(unit, here, checkin, who, message, "")
    return True


def _say(
    unit: Unit, here: Circumstances, checkin: CheckIn, who: Candidate, message: Message, step: str
) -> None:
    about = None if checkin.campaign == DIGEST else who.respondent  # her switch allows it, no voice of hers
    unit.outbox.add(
        key=f"{inviting.KEY}{checkin.id}{step}",
        address=who.address,
        kind=Sent.CAMPAIGN,
        message=message,
        now=here.now,
        about=about,
    )


# -- afterwards -------------------------------------------------------------------------------------------------------


def _look_after(unit: Unit, now: datetime) -> tuple[int, bool]:
    """Note what became of what was handed over, take back what could not be said, leave what closed before it was
    handed over: how many of these, and whether there may be more.
    """
    followed = unit.checkins.follow(now, BATCH)
    unit.checkins.recall(now - STUCK)
    late = unit.checkins.late(now)
    return late, followed == BATCH or late == MANY


def _remind(unit: Unit, here: Circumstances, most: int) -> int:
    """Remind whoever has not answered; how many. What holds of a check-in holds of its reminder."""
    due = unit.checkins.to_remind(here.now, most)
    if not due or not unit.leases.held(DUTY):
        return 0
    due = due[: most - unit.outbox.waiting(Sent.CAMPAIGN, most)]
    people = unit.audiences.among({each.respondent for each in due})
    due = [each for each in due if each.respondent in people]
    lately = unit.checkins.lately(set(people), here.now - WEEK)
    campaigns = _standing_still(unit, due)
    served: set[str] = set()
    for checkin in due:
        campaign, who = campaigns.get(checkin.campaign), people[checkin.respondent]
        if campaign is None or campaign.state in (State.CANCELLED, State.ENDED):
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
            case Go() if who.respondent in served:
                unit.checkins.reminded(checkin.id, here.now + DAY)
            case Go():
                _remind_her(unit, here, checkin, campaign, who)
                served.add(who.respondent)
    return len(served)


def _remind_her(
    unit: Unit, here: Circumstances, checkin: CheckIn, campaign: Campaign, who: Candidate
) -> None:
    number = checkin.reminders + 1
    again = inviting.invitation(unit, here, checkin, campaign, who, again=True)
    if again is None:
        unit.checkins.reminded(checkin.id, None)
        return
    _say(unit, here, checkin, who, again, f":{number}")
    more = number < min(REMINDERS, campaign.reminders)
    unit.checkins.reminded(checkin.id, here.now + DAY if more else None, here.now)


def _end(unit: Unit, *, here: Circumstances, id: str) -> None:
    campaign = unit.campaigns.named(id)
    if campaign is None or campaign.state is not State.RUNNING:
        return
    full = campaign.quota and unit.testimonies.answers(id, partner=campaign.partner) >= campaign.quota
    if not full and _goes_on(unit, campaign, here.now):
        return
    unit.campaigns.save(replace(campaign, state=moved(campaign.state, "end"), ended_at=here.now))
    unit.checkins.hold(id)
    unit.checkins.end(id, Reason.QUOTA)
    unit.journal.write(Deed(here.now, "nobody", "ended", f"campaign:{id}"))


def _goes_on(unit: Unit, campaign: Campaign, now: datetime) -> bool:
    """Whether a round is still to come, or something of one may still be answered."""
    if not campaign.schedule.over(rounds.earliest(now)) or unit.checkins.open(campaign.id, now):
        return True
    return rounds.next_round(campaign, rounds.earliest(now)) is not None


def _settle(unit: Unit, here: Circumstances, *, id: str) -> int | None:
    """What is planned of a campaign that ended is left."""
    campaign = unit.campaigns.named(id)
    if campaign is None:
        return None
    reason = Reason.CANCELLED if campaign.state is State.CANCELLED else Reason.QUOTA
    return unit.checkins.end(id, reason) or None
