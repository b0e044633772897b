"""Daytime: by whose clock she lives, when something she did not ask for may reach her, and the rhythm that is noted
once she allows to be asked again.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from bot import zones
from bot.circumstances import Circumstances, tell
from bot.outbox import Kind
from bot.people import Respondent
from bot.ports import Unit
from bot.rhythm import Every, Rhythm, follows, local, opens
from bot.speech import Message, Sentence

JUST = timedelta(hours=1)
"""So long after she said something an answer still reaches her at any hour: she is awake, and waits for it."""

FOR_GOOD = date.max
"""Until when nothing is asked where she will say herself when to go on."""

OFTEN = {
    Every.WEEK: "every week",
    Every.FORTNIGHT: "every two weeks",
    Every.MONTH: "once a month",
    Every.NEVER: "never",
}
"""How often she is asked, in words."""


def country(unit: Unit, her: Respondent) -> str:
    """The country of what she told last; "" where nobody knows."""
    return next((each.country for each in unit.testimonies.of(her.id) if each.country), "")


def rhythm(unit: Unit, her: Respondent) -> Rhythm:
    """How often and when she is asked: as she said, else as usual, by the clock of her country's largest city."""
    found = unit.rhythms.get(her.id) or Rhythm(her.id)
    return found if found.zone else replace(found, zone=zones.largest(country(unit, her)))


@lru_cache(maxsize=256)
def clocks(country: str, day: date) -> tuple[str, ...]:
    """The zones a country goes by from this day on, that of its largest city first: found once a day."""
    return zones.zones_of(country, datetime.combine(day, time(), UTC))


def may_be_asked(unit: Unit, her: Respondent) -> bool:
    """Whether she allows, for anything she told, that we write to her about it: as launching sees it."""
    who = unit.audiences.among([her.id]).get(her.id)
    return who is not None and any(each.contact for each in who.told)


def beginning(rhythm: Rhythm, now: datetime) -> Rhythm:
    """It runs from today on; not where she is never asked, or has yet to say when to go on."""
    if rhythm.every is Every.NEVER or rhythm.paused_until == FOR_GOOD:
        return replace(rhythm, next_day=None)
    following = follows(local(now, rhythm.zone).date(), rhythm.every)
    return replace(rhythm, next_day=max(following, rhythm.paused_until or following))


def agreed(unit: Unit, here: Circumstances, her: Respondent) -> tuple[Sentence, ...]:
    """After she allowed or revoked something: her rhythm begins where she may be asked now, and she learns how often;
    it ends where she may not.

    Whose country has several clocks is taken to live by that of its largest city, and told so: no question stands in
    the way of sending, and /checkins asks it of whoever comes.
    """
    if not may_be_asked(unit, her):
        noted = unit.rhythms.get(her.id)
        if noted is not None and noted.next_day is not None:
            unit.rhythms.save(replace(noted, next_day=None))
        return ()
    stands = rhythm(unit, her)
    begun = stands if stands.next_day is not None else beginning(stands, here.now)
    if begun == stands:
        return ()
    unit.rhythms.save(begun)
    often = Sentence(OFTEN[begun.every], context="often")
    told = [
        Sentence(
            "From now on we ask you how it is: {often}. To change how often, or when: /checkins",
            {"often": often},
        )
    ]
    if stands.version == 0 and len(clocks(country(unit, her), here.now.date())) > 1:
        city = here.catalogs.words(here.language(her.language)).city(begun.zone)
        told.append(
            Sentence("We go by the clock of {city}. If yours is another one: /checkins", {"city": city})
        )
    return tuple(told)


def speaks_from(unit: Unit, here: Circumstances, her: Respondent, country: str) -> None:
    """She speaks from another country than before: she lives by its clock now, and what is planned for her with her."""
    stands = unit.rhythms.get(her.id)
    zone = zones.largest(country)
    if stands is None or not zone or stands.zone in clocks(country, here.now.date()):
        return
    unit.rhythms.save(replace(stands, zone=zone))
    unit.checkins.moved(her.id, zone, here.now)


def gently(
    unit: Unit,
    here: Circumstances,
    her: Respondent,
    message: Message,
    *,
    step: str,
    since: datetime | None = None,
) -> None:
    """Tell her what she did not just ask for: not in her quiet hours. `since`: when she said what it answers; for a
    while after it she is told at once. It holds up no reply, is no campaign, and does not count for the weekly cap.
    """
    now, hers = here.now, rhythm(unit, her)
    at = now if since is not None and now - since <= JUST else opens(now, hers.zone, hers.quiet)
    tell(unit, here, her.address, message, about=her.id, kind=Kind.MODERATION, step=step, not_before=at)
