"""The digest: a weekly page of what was published elsewhere, for who wants it. Its first line tells nothing (S30)."""

from dataclasses import replace

from bot import wall
from bot.campaign import WEEK, Candidate, CheckIn
from bot.circumstances import Circumstances
from bot.ports import Unit
from bot.published import Wanted
from bot.speech import Button, Buttons, Lines, Message, Part, Quote, Sentence
from dialogs.view import shortened

MOST = 5
"""Voices in it."""

CUT = 200
"""Characters of each."""

STOP = "c:set:digest:0"
"""The action that switches it off: the one of /checkins."""

NEUTRAL = "{partner}: the page of this week, if you like."


def page(unit: Unit, here: Circumstances, checkin: CheckIn, who: Candidate) -> Message | None:
    """What was published this week in other regions than hers, in her language first; None where nothing was."""
    voices = _elsewhere(unit, here, who)
    if not voices:
        return None
    language = here.language(who.language or None)
    partner = unit.people.partner(checkin.partner).name
    parts: list[Part] = [
        Sentence(NEUTRAL, {"partner": partner}),
        Sentence("People elsewhere allowed us to show these words."),
    ]
    for voice in voices:
        parts.append(Lines(tuple(wall.head(unit, here, voice, language))))
        parts.append(Quote(shortened(" ".join(voice.words), CUT)))
    rows = ((Button("Read more voices", "m:voices"),), (Button("Stop these", STOP),))
    return Message(language, (*parts, Buttons(rows)))


def _elsewhere(unit: Unit, here: Circumstances, who: Candidate) -> list[wall.Voice]:
    """Those of this week from outside her regions: her own language first, then the others."""
    regions = [each.countries for each in unit.associations.regions() if who.country in each.countries]
    near = {who.country} - {""} | {country for countries in regions for country in countries}
    wanted = Wanted(elsewhere=tuple(sorted(near)), since=here.now - WEEK, besides=who.respondent)
    hers = wall.newest(unit, here, replace(wanted, language=who.language), most=MOST)
    others = wall.newest(unit, here, wanted, most=MOST) if len(hers) < MOST else []
    known = {each.published.id for each in hers}
    return [*hers, *(each for each in others if each.published.id not in known)][:MOST]
