"""Responding, a deed: a partner answers to all who spoke of something, in their languages: “you said, we did”."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.circumstances import Circumstances
from bot.journal import Deed
from bot.outbox import Kind
from bot.people import Moderator
from bot.ports import Unit
from bot.response import Response, Words
from bot.speech import Message, Part, Quote, Sentence

LONGEST = 1_000
"""Characters of each half: with the other half they fit one message."""

NEUTRAL = "{partner}: news about what you told."

SAID, DID = "You told us:", "What we did:"

MORE = "All that you told us: /mine\nNo more messages of this kind: /stop"


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


def news(partner: str, words: Words) -> tuple[Part, ...]:
    """What each of them is told; the first line may be seen by whoever stands near (S30)."""
    first = Sentence(NEUTRAL, {"partner": partner})
    return first, Quote(words.said, SAID), Quote(words.did, DID), Sentence(MORE)


def send(unit: Unit, here: Circumstances, lead: Moderator, response: Response) -> int:
    """Send it once to each who would hear of it, at the pace of a campaign; to how many. Who takes that back before it
    comes does not get it (bot.outbox.Kind). Nobody there: it stays a draft. Stale where it changed meanwhile, or was
    sent.
    """
    listeners = [each for each in unit.responses.audience(response) if each.language in response.written]
    if not listeners:
        return 0
    unit.responses.save(replace(response, sent_at=here.now))
    partner = unit.people.partner(response.partner).name
    for each in listeners:
        unit.outbox.add(
            key=f"response:{response.id}:{each.respondent}",
            address=each.address,
            kind=Kind.CAMPAIGN,
            message=Message(each.language, news(partner, response.words[each.language]), voices=each.voices),
            now=here.now,
            about=each.respondent,
        )
    _did(unit, here, lead, "sent", response)
    return len(listeners)


def discard(unit: Unit, here: Circumstances, lead: Moderator, response: Response) -> None:
    """A draft goes."""
    unit.responses.drop(response.id, partner=response.partner)
    _did(unit, here, lead, "discarded", response)


def _did(unit: Unit, here: Circumstances, lead: Moderator, verb: str, response: Response) -> None:
    unit.journal.write(Deed(here.now, f"moderator:{lead.id}", verb, f"response:{response.id}"))
