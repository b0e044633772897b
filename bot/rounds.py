"""Rounds: whom a campaign asks, on which day of theirs, and at which moment. What planning and counting share."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from bot.campaign import Campaign, Candidate, CheckIn, Kind, arm, wanted
from bot.change import COMPARED
from bot.circumstances import Circumstances
from bot.ports import Unit
from bot.rhythm import PARTS, Rhythm, follows, local, moment

BATCH = 250
"""So many people are looked at in one transaction: on SQLite nothing else happens meanwhile."""

AHEAD = timedelta(hours=15)
"""A round is planned an hour before its day begins anywhere: the earliest clock is 14 hours ahead of UTC."""

BEHIND = timedelta(hours=12)
"""A day has ended everywhere when so long ago it had ended by UTC."""

EXPIRES = 3
"""Days after which a check-in of her own rhythm, a digest, or what a partner answered silently closes."""

DIGEST_DAY = 5
"""The weekday of the digest: Saturday."""

ROLE = "speaks_as"
"""What the question means in which somebody says as what she speaks."""

DAY = timedelta(days=1)


def begins(day: date) -> datetime:
    """When a day begins anywhere."""
    return datetime.combine(day, time(), UTC) - timedelta(hours=14)


def digest_day(now: datetime) -> date:
    """The day of the digest that is planned now, or was last."""
    day = (now + AHEAD).date()
    return day - timedelta(days=(day.weekday() - DIGEST_DAY) % 7)


def from_now(rhythm: Rhythm, now: datetime) -> date | None:
    """The next day of a rhythm whose moment is still to come; by the earliest clock where hers is not known."""
    day, zone = rhythm.next_day, rhythm.zone or "Pacific/Kiritimati"
    while day is not None and ((at := moment(day, PARTS[rhythm.part], zone)) is None or at <= now):
        day = follows(day, rhythm.every)
    return day


def earliest(now: datetime) -> date:
    """The earliest day that it is anywhere."""
    return (now - BEHIND).date()


def audience(
    unit: Unit, here: Circumstances, campaign: Campaign, people: Sequence[Candidate]
) -> Iterator[Candidate]:
    """Those of these people who are of a campaign's audience."""
    for who in people:
        whom = campaign.audience
        roles = _meaning(unit, ROLE, who) if whom.roles else ()
        changes = _meaning(unit, COMPARED, who) if whom.changes else ()
        if wanted(whom, who, roles, changes, here.now):
            yield who


def next_round(campaign: Campaign, until: date) -> tuple[date, str] | None:
    """The day that is to be planned next, and after whom of it; None where none comes until then."""
    day, after = campaign.planned
    if after:
        return date.fromisoformat(day), after
    since = date.fromisoformat(day) + DAY if day else campaign.schedule.first
    following = next(campaign.schedule.days(since, until), None)
    return None if following is None else (following, "")


def her_day(campaign: Campaign, who: Candidate) -> date | None:
    """The day so many days after she told something last; None where she told nothing."""
    last = max((each.received_at for each in who.told), default=None)
    if last is None:
        return None
    return local(last, who.rhythm.zone).date() + timedelta(days=campaign.schedule.number)


def asks(campaign: Campaign, who: Candidate, day: date) -> bool:
    """Whether a round of this day asks her."""
    return campaign.schedule.kind is not Kind.AFTER or her_day(campaign, who) == day


def still_asks(campaign: Campaign, who: Candidate, day: date) -> bool:
    """Whether it asks her on the day for which it was planned: not where she told something since, by more than the day
    by which moving may shift it.
    """
    if campaign.schedule.kind is not Kind.AFTER:
        return True
    coming = her_day(campaign, who)
    return coming is None or coming <= day + DAY


def checkin(here: Circumstances, campaign: Campaign, who: Candidate, day: date) -> CheckIn | None:
    """Her check-in of a day, at its wall time; where that is past already, what is asked once comes at once. None where
    her clock never has that day, or the campaign began after that moment.
    """
    planned = at_her_time(here, campaign.id, campaign.partner, who.rhythm, day, campaign.schedule.minute)
    if planned is None:
        return None
    once = campaign.schedule.kind is Kind.ONCE
    if not once and campaign.started_at is not None and planned.due_at < campaign.started_at:
        return None
    due = max(planned.due_at, here.now) if once else planned.due_at
    wording = campaign.wordings.get(who.language)
    return replace(
        planned,
        due_at=due,
        expires_at=due + timedelta(days=campaign.expires),
        form=campaign.form,
        language=who.language,
        arm=arm(campaign.id, who.respondent) if wording is not None and wording.b else "a",
    )


def at_her_time(
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


def _meaning(unit: Unit, means: str, who: Candidate) -> frozenset[str]:
    """The answers that mean this, in the forms she told something in."""
    refs: set[str] = set()
    for name in {each.form for each in who.told}:
        try:
            form = unit.forms.current(name)
        except LookupError:
            continue
        refs.update(ref for ref, bind in form.binds.items() if bind.chat.get("means") == means)
    return frozenset(refs)
