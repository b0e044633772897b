"""Responding, a deed: a partner answers to all who spoke of something, in their languages: “you said, we did”."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.campaign import RESPONSE, Candidate, CheckIn
from bot.circumstances import Circumstances
from bot.journal import Deed
from bot.people import Moderator
from bot.ports import Unit
from bot.response import Listener, Response, Words
from bot.rhythm import local, opens

LONGEST = 1_000
"""Characters of each half: with the other half they fit one message."""

WAITS = timedelta(days=14)
"""How long it waits for its turn among what one person gets in a week; it is no question, and news is late sooner than
lost.
"""


@dataclass(frozen=True, slots=True)
class Audience:
    """How many would hear of it, by language; and how many would not, as nothing is written in theirs."""

    hears: Mapping[str, int]
    unwritten: Mapping[str, int]


def draft(unit: Unit, here: Circumstances, lead: Moderator, about: str) -> Response:
    """The draft about this: the one the team has already, else a new one without words."""
    for each in unit.responses.drafts(lead.partner):
        if each.about == about:
            return each
    response = Response(here.fresh(), lead.partner, about, lead.id)
    unit.responses.add(response)
    _did(unit, here, lead, "began", response)
    return response


def write(
    unit: Unit,
    here: Circumstances,
    lead: Moderator,
    response: Response,
    language: str,
    *,
    said: str | None = None,
    did: str | None = None,
) -> Response:
    """Write one half in one language, in place of what stood there. Stale where it changed meanwhile, or was sent."""
    before = response.words.get(language, Words())
    words = Words(before.said if said is None else said, before.did if did is None else did)
    _did(unit, here, lead, "worded", response)
    return unit.responses.save(replace(response, words={**response.words, language: words}))


def audience(unit: Unit, response: Response) -> Audience:
    """Who would hear of it now."""
    reads = Counter(each.language for each in unit.responses.audience(response))
    written = response.written
    return Audience(
        {language: count for language, count in reads.most_common() if language in written},
        {language: count for language, count in reads.most_common() if language not in written},
    )


def send(unit: Unit, here: Circumstances, lead: Moderator, response: Response) -> int:
    """Send it once to each who would hear of it, at the pace of a campaign and outside of her quiet hours; to how many.
    Who takes that back before it comes does not get it (bot.outbox.Kind). Nobody there: it stays a draft. Stale where
    it changed meanwhile, or was sent.
    """
    listeners = [each for each in unit.responses.audience(response) if each.language in response.written]
    if not listeners:
        return 0
    unit.responses.save(replace(response, sent_at=here.now))
    people = unit.audiences.among({each.respondent for each in listeners})
    unit.checkins.plan([_planned(here, response, each, people[each.respondent]) for each in listeners])
    _did(unit, here, lead, "sent", response)
    return len(listeners)


def _planned(here: Circumstances, response: Response, listener: Listener, who: Candidate) -> CheckIn:
    """What she is told of it, at the first hour of hers that is not quiet."""
    zone = who.rhythm.zone
    due = opens(here.now, zone, who.rhythm.quiet)
    wall = local(due, zone)
    return CheckIn(
        id=here.fresh(),
        campaign=f"{RESPONSE}{response.id}",
        partner=response.partner,
        respondent=who.respondent,
        day=wall.date(),
        minute=wall.hour * 60 + wall.minute,
        zone=zone,
        due_at=due,
        expires_at=due + WAITS,
        language=who.language,
        voices=listener.voices,
    )


def discard(unit: Unit, here: Circumstances, lead: Moderator, response: Response) -> None:
    """A draft goes."""
    unit.responses.drop(response.id, partner=response.partner)
    _did(unit, here, lead, "discarded", response)


def _did(unit: Unit, here: Circumstances, lead: Moderator, verb: str, response: Response) -> None:
    unit.journal.write(Deed(here.now, f"moderator:{lead.id}", verb, f"response:{response.id}"))
