"""Offering, a deed: what somebody answers to a published voice. It goes to that voice's partner, never to who told it.

Who answers is not told to who reads, nor who spoke to who answers; no address leaves either way. Each may say each of
the two once of a voice.
"""

from collections.abc import Iterator, Sequence

from bot import linting, wall
from bot.circumstances import Circumstances, reply
from bot.journal import Deed
from bot.linting import Found
from bot.offer import Kind, Offer
from bot.people import Moderator, Respondent
from bot.ports import Unit
from bot.published import Published
from bot.speech import Button, Buttons, Part, Sentence
from bot.standing import sees
from bot.testimony import Testimony
from bot.walking import saved

WAITS = "offer"
"""What her next words are for."""

LONGEST = 1_000
"""Characters of an offer."""

REACHES = frozenset({Found.PHONE, Found.EMAIL, Found.HANDLE, Found.LINK, Found.ID})
"""What in an offer would let one person reach another."""

AGAIN = "You told us so already. Thank you."

GONE = "This voice is no longer here. You can read others: /voices"


def helps(unit: Unit, here: Circumstances, her: Respondent, id: str) -> None:
    """This helps us too: one tap, no words."""
    if (published := _open(unit, here, her, id)) is None:
        return
    if not _keep(unit, here, her, published, Kind.HELPS, ""):
        reply(unit, here, her, Sentence(AGAIN))
        return
    partner = unit.people.partner(published.partner).name
    told = Sentence(
        "Thank you. {partner} learns that this helps others too, and not who says so.", {"partner": partner}
    )
    reply(unit, here, her, told)


def ask(unit: Unit, here: Circumstances, her: Respondent, id: str) -> None:
    """We can offer something: her next words are that."""
    if (published := _open(unit, here, her, id)) is None:
        return
    saved(unit, her, waiting={"for": WAITS, "voice": id})
    partner = unit.people.partner(published.partner).name
    asked = Sentence(
        "What can you offer? Write it in one message. It goes to {partner}, not to the person who told this. Please"
        " write no telephone number and no address.",
        {"partner": partner},
    )
    reply(unit, here, her, asked, Buttons(((Button("Leave it", "v:no"),),)))


def expected(her: Respondent) -> bool:
    """Whether her next words are an offer."""
    return her.waiting.get("for") == WAITS


def stop_waiting(unit: Unit, her: Respondent) -> Respondent:
    """She did something else: her next words are no offer."""
    return saved(unit, her, waiting={}) if expected(her) else her


def leave_it(unit: Unit, here: Circumstances, her: Respondent) -> None:
    """She offers nothing."""
    reply(unit, here, her, Sentence("All right. Nothing was sent."), replaces=here.message)


def take(unit: Unit, here: Circumstances, her: Respondent, words: str) -> None:
    """Her words go to the voice's partner."""
    words = words.strip()
    if len(words) > LONGEST:
        long = Sentence("Please say it more shortly: at most {count} characters.", {"count": LONGEST})
        reply(unit, here, her, long)
        return
    which = str(her.waiting.get("voice", ""))
    her = saved(unit, her, waiting={})
    if (published := _open(unit, here, her, which)) is None:
        return
    if not _keep(unit, here, her, published, Kind.OFFER, words):
        reply(unit, here, her, Sentence(AGAIN))
        return
    partner = unit.people.partner(published.partner)
    values = {"partner": partner.name, "contact": partner.contact}
    told: list[Part] = [Sentence("Thank you. It is with {partner} now, who see what can come of it.", values)]
    if partner.contact:
        told.append(Sentence("To reach a person at {partner}: {contact}", values))
    reply(unit, here, her, *told)


def words_only(unit: Unit, here: Circumstances, her: Respondent) -> None:
    """She sent something else than words."""
    reply(unit, here, her, Sentence("Please write it in words, in one message."))


def unread(unit: Unit, moderator: Moderator) -> Iterator[tuple[Offer, Testimony]]:
    """What this moderator may read and nobody has marked as read, with the voice it answers: one they may see, and not
    their own.
    """
    for offer in unit.offers.of(moderator.partner, unread=True):
        if (voice := sees(unit, moderator, offer.testimony)) is not None:
            yield offer, voice


def mark_read(unit: Unit, here: Circumstances, moderators: Sequence[Moderator], id: str) -> bool:
    """One of these roles has seen it; False where none of them may, or it was marked before."""
    for moderator in moderators:
        if any(offer.id == id for offer, _ in unread(unit, moderator)):
            unit.offers.read(id, here.now, partner=moderator.partner)
            unit.journal.write(Deed(here.now, f"moderator:{moderator.id}", "read", f"offer:{id}"))
            return True
    return False


def reaches(offer: Offer) -> bool:
    """Whether there is a number or an address in it, by which one person could reach another."""
    return any(span.kind in REACHES for span in linting.suggest(offer.words))


def _open(unit: Unit, here: Circumstances, her: Respondent, id: str) -> Published | None:
    """The voice, where it is still before everybody and is not her own; else she is told that it is gone."""
    found = wall.one(unit, here, id)
    if found is None or found.published.respondent == her.id:
        reply(unit, here, her, Sentence(GONE))
        return None
    return found.published


def _keep(
    unit: Unit, here: Circumstances, her: Respondent, published: Published, kind: Kind, words: str
) -> bool:
    offer = Offer(here.fresh(), published.testimony, her.id, published.partner, kind, words, here.now)
    if not unit.offers.add(offer):
        return False
    unit.journal.write(
        Deed(here.now, f"respondent:{her.id}", f"answered {kind}", f"testimony:{published.testimony}")
    )
    return True
