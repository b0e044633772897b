"""Inviting: what a check-in says to her, and what a partner answers. The first line may be seen by whoever stands near
(S30).
"""

from bot import digest
from bot.campaign import DIGEST, RESPONSE, Campaign, Candidate, CheckIn
from bot.circumstances import Circumstances
from bot.ports import Unit
from bot.response import Words
from bot.speech import Button, Buttons, Message, Part, Quote, Sentence

KEY = "checkin:"
"""What the key of its delivery begins with: by it storage finds what became of it."""

NEUTRAL = "{partner}: a few short questions, if you like."

OWN = "You told us we may ask again how things are. Would you like to say how it is now?"

NEWS = "{partner}: news about what you told."

SAID, DID = "You told us:", "What we did:"

MORE = "All that you told us: /mine\nNo more messages of this kind: /stop"

AGAIN = "We asked you a few days ago and would still like to hear from you. Only if you like."


def invitation(
    unit: Unit,
    here: Circumstances,
    checkin: CheckIn,
    campaign: Campaign | None,
    who: Candidate,
    *,
    again: bool = False,
) -> Message | None:
    """The invitation in her language, or its reminder; its buttons carry the check-in. None: nothing is to be said."""
    if checkin.campaign == DIGEST:
        return digest.page(unit, here, checkin, who)
    language = who.language
    partner = unit.people.partner(checkin.partner).name
    if checkin.campaign.startswith(RESPONSE):
        response = unit.responses.get(checkin.campaign.removeprefix(RESPONSE), partner=checkin.partner)
        written = response is not None and language in response.written
        if response is None or not written:
            return None
        return Message(language, news(partner, response.words[language]), voices=checkin.voices)
    parts: list[Part] = [Sentence(NEUTRAL, {"partner": partner})]
    if again:
        parts.append(Sentence(AGAIN))
    if campaign is not None:
        wording = campaign.wordings[language]
        parts.append(Quote(wording.b if checkin.arm == "b" and wording.b else wording.a))
    elif not again:
        parts.append(Sentence(OWN))
    return Message(language, (*parts, Buttons(_rows(checkin))))


def news(partner: str, words: Words) -> tuple[Part, ...]:
    """What each who spoke of something is told of what came of it."""
    return (
        Sentence(NEWS, {"partner": partner}),
        Quote(words.said, SAID),
        Quote(words.did, DID),
        Sentence(MORE),
    )


def _rows(checkin: CheckIn) -> tuple[tuple[Button, ...], ...]:
    return (
        (Button("Begin", f"c:go:{checkin.id}", style="primary"),),
        (Button("Not now", f"c:no:{checkin.id}"), Button("Tomorrow", f"c:tomorrow:{checkin.id}")),
        (Button("Less often", f"c:less:{checkin.id}"), Button("Stop", f"c:stop:{checkin.id}")),
    )
