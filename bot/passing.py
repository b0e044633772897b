"""Passing on, a deed: another partner reads a testimony from now on, where its author allows that by name (S31)."""

from dataclasses import dataclass, replace

from bot import reviewing
from bot.circumstances import Circumstances
from bot.daytime import gently
from bot.handing import tell_moderators
from bot.journal import PASSED_FROM, PASSED_TO, Deed
from bot.people import Moderator, Partner, Respondent
from bot.ports import Stale, Unit
from bot.speech import Message, Sentence
from bot.standing import Outdated, Standing
from bot.testimony import Testimony, moved

TOLD = "{receipt}: {partner} reads it now.\n\nYou allowed us to share it with them. Nothing else has changed: /mine"


@dataclass(frozen=True, slots=True)
class Passed:
    """It is another partner's now."""

    testimony: Testimony
    partner: Partner


@dataclass(frozen=True, slots=True)
class NotAgreed:
    """Its author named no such partner, or takes it back; nothing moved."""

    testimony: Testimony


def partners(unit: Unit, testimony: Testimony) -> list[Partner]:
    """Whom the consent to share names, in the order of its words: those who have somebody to read. What is sensitive
    goes to nobody in this way (S34).
    """
    said = (each for each in unit.testimonies.consents(testimony.id) if each.purpose == "share")
    share = next(said, None)
    if share is None or not share.granted or testimony.sensitive:
        return []
    known = {each.id: each for each in unit.people.partners() if each.id != testimony.partner}
    named = [known[each] for each in share.partners if each in known]
    return [each for each in named if any(one.reads for one in unit.people.moderators_of(each.id))]


def pass_on(
    unit: Unit, here: Circumstances, moderator: Moderator, id: str, version: int, to: str
) -> Passed | NotAgreed | Standing:
    """From now on it waits for that partner, and is as if it had never been this one's; who has it open loses it."""
    testimony = reviewing.open_with(unit, here, moderator, id, version)
    if not isinstance(testimony, Testimony):
        return testimony
    partner = next((each for each in partners(unit, testimony) if each.id == to), None)
    if partner is None:
        return NotAgreed(testimony)
    free = replace(testimony, state=moved(testimony.state, "release"), claimed_by=None, claimed_until=None)
    try:
        passed = unit.testimonies.hand_over(free, to=partner.id)
    except Stale:
        return Outdated(testimony)
    for verb in (f"{PASSED_FROM} {testimony.partner}", f"{PASSED_TO} {partner.id}"):
        unit.journal.write(Deed(here.now, f"moderator:{moderator.id}", verb, f"testimony:{id}"))
    her = unit.people.respondent(passed.respondent)
    if her is not None:
        tell_moderators(unit, here, her, passed)
        _tell_author(unit, here, her, passed, partner)
    return Passed(passed, partner)


def _tell_author(
    unit: Unit, here: Circumstances, her: Respondent, testimony: Testimony, partner: Partner
) -> None:
    """Where she may be written to."""
    granted = {each.purpose for each in unit.testimonies.consents(testimony.id) if each.granted}
    if "contact" not in granted or her.quiet or not her.reachable:
        return
    told = Sentence(TOLD, {"receipt": testimony.receipt, "partner": partner.name})
    message = Message(her.language or testimony.language, (told,), voices=(testimony.id,))
    gently(unit, here, her, message, step=f"passed:{her.id}", since=testimony.received_at)
