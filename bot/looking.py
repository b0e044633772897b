"""Looking, a deed: the second look. Another moderator reads the redacted copy before it is published or quoted, sends
it back, or says that it never is (S32, S36).
"""

from dataclasses import dataclass, replace

from bot import photos
from bot.card import redacted
from bot.circumstances import Circumstances
from bot.consenting import told
from bot.milestones import tell_published
from bot.people import PUBLIC, Moderator, Role
from bot.ports import Medium, Stale, Unit
from bot.redaction import texts
from bot.standing import (
    Done,
    Nothing,
    Outdated,
    Standing,
    WithColleague,
    did,
    herself,
    look_at,
    refuse,
    sees,
    takes_look,
)
from bot.testimony import Decision, DecisionKind, Testimony

CHECKS = 3
"""What is to be checked: third persons, the place, danger."""

FOR_ANOTHER = ("behalf",)
"""Answers to “speaks as” of somebody who tells for someone else; then each check is tapped (S32)."""


@dataclass(frozen=True, slots=True)
class Waits:
    """It is this moderator's: `ready` for the second look, else to be redacted first."""

    testimony: Testimony
    ready: bool


def take(unit: Unit, here: Circumstances, moderator: Moderator) -> Waits | Nothing:
    """The oldest that this moderator may look at or redact; never one's own words, nor one's own copy."""
    besides = herself(unit, moderator) or ""
    waiting = unit.looks.waiting(partner=moderator.partner, now=here.now, mine=moderator.id, besides=besides)
    for which in waiting:
        testimony = sees(unit, moderator, which)
        if testimony is None:
            continue
        if not _has_words(unit, testimony):
            unit.looks.drop(which)  # a voice note or a photo alone is never published (S38)
            continue
        complete = ready(unit, here, testimony)
        if complete and not may_look(unit, moderator, testimony):
            continue
        if takes_look(unit, here, moderator, which):
            did(unit, here, moderator, "took", testimony)
            return Waits(testimony, complete)
    return Nothing()


def ready(unit: Unit, here: Circumstances, testimony: Testimony) -> bool:
    """Whether every text has a clean copy, it was said which photo may be shown, and it was not sent back since."""
    copy = unit.redactions.standing(testimony.id, respondent=testimony.respondent)
    form = unit.forms.version(testimony.form, testimony.form_version)
    if copy is None or set(redacted(unit, here.catalogs, testimony)) != set(texts(form, testimony)):
        return False
    if photos.undecided(unit, testimony, copy):
        return False
    back = [each for each in unit.testimonies.decisions(testimony.id) if each.kind is DecisionKind.SEND_BACK]
    return not back or back[-1].at < copy.at


def may_look(unit: Unit, moderator: Moderator, testimony: Testimony) -> bool:
    """Whether this person neither accepted it last nor made the copy that stands."""
    copy = unit.redactions.standing(testimony.id, respondent=testimony.respondent)
    accepts = [each for each in unit.testimonies.decisions(testimony.id) if each.kind is DecisionKind.ACCEPT]
    accepted = unit.people.moderator(accepts[-1].moderator) if accepts else None
    return moderator.address not in (copy.person if copy else "", accepted.address if accepted else "")


def allowed(unit: Unit, testimony: Testimony) -> tuple[str, ...]:
    """For which of the public purposes she allows it now."""
    granted = {each.purpose for each in unit.testimonies.consents(testimony.id) if each.granted}
    return tuple(each for each in PUBLIC if each in granted)


def photo(unit: Unit, testimony: Testimony) -> Medium | None:
    """The photo that would be shown with the copy that stands; None where none would."""
    copy = unit.redactions.standing(testimony.id, respondent=testimony.respondent)
    return photos.chosen(unit, testimony, copy)


def copy_number(unit: Unit, testimony: Testimony) -> int:
    """The number of the copy that stands, by which it is told from another that was read; 0 where there is none."""
    standing = unit.redactions.standing(testimony.id, respondent=testimony.respondent)
    return standing.number if standing is not None else 0


def for_another(unit: Unit, testimony: Testimony) -> bool:
    """Whether it was told for someone else."""
    form = unit.forms.version(testimony.form, testimony.form_version)
    return told(form, testimony.answers, "speaks_as") in FOR_ANOTHER


def looked_at(
    unit: Unit, here: Circumstances, moderator: Moderator, id: str, version: int
) -> Testimony | Standing:
    """The testimony, ready, that this moderator may look at second; else what has happened instead."""
    testimony = look_at(unit, here, moderator, id, version)
    if not isinstance(testimony, Testimony):
        return testimony
    if not ready(unit, here, testimony) or not may_look(unit, moderator, testimony):
        return Outdated(testimony)
    return testimony


def publish(
    unit: Unit,
    here: Circumstances,
    moderator: Moderator,
    id: str,
    version: int,
    *,
    seen: int,
    quote_only: bool = False,
    checked: int = 0,
    words_only: bool = False,
) -> Standing:
    """The redacted copy comes before everybody, for what she allows; `seen`: the number of the copy this moderator
    read, `checked`: which checks were tapped, as bits. The photo that may be shown with it does too, but `words_only`.
    """
    testimony = looked_at(unit, here, moderator, id, version)
    if not isinstance(testimony, Testimony):
        return testimony
    purposes = ("quote",) if quote_only else allowed(unit, testimony)
    copy = unit.redactions.standing(id, respondent=testimony.respondent)
    all_checked = checked == 2**CHECKS - 1 or not for_another(unit, testimony)
    if copy is None or copy.number != seen or not purposes or not all_checked:
        return Outdated(testimony)
    if not quote_only and "publish" not in purposes:
        return Outdated(testimony)
    kind = DecisionKind.QUOTE if quote_only else DecisionKind.PUBLISH
    done = _decide(unit, here, moderator, testimony, kind, "quoted" if quote_only else "published")
    if isinstance(done, Done):
        unit.publications.unpublish(id)
        shown = photos.chosen(unit, testimony, copy) if not words_only else None
        for purpose in purposes:
            unit.publications.publish(id, purpose, here.now, redaction=copy.id, moderator=moderator.id)
        if shown is not None and "publish" in purposes:
            unit.pictures.show(id, shown.id)
        unit.looks.drop(id)
        tell_published(unit, here, done.testimony, purposes[0])
    return done


def send_back(unit: Unit, here: Circumstances, moderator: Moderator, id: str, version: int) -> Standing:
    """It is redacted once more, by whoever takes it next."""
    testimony = looked_at(unit, here, moderator, id, version)
    if not isinstance(testimony, Testimony):
        return testimony
    done = _decide(unit, here, moderator, testimony, DecisionKind.SEND_BACK, "sent back")
    if isinstance(done, Done):
        unit.looks.release(id)
    return done


def withhold(unit: Unit, here: Circumstances, moderator: Moderator, id: str, version: int) -> Standing:
    """Never publish it, not even anonymised: it lasts, until a lead lifts it with a reason."""
    testimony = looked_at(unit, here, moderator, id, version)
    if not isinstance(testimony, Testimony):
        return testimony
    kept = replace(testimony, withheld=True)
    return _decide(unit, here, moderator, kept, DecisionKind.WITHHOLD, "withheld")


def lift(
    unit: Unit, here: Circumstances, moderator: Moderator, id: str, version: int, reason: str
) -> Standing:
    """A lead lets it be looked at again, and says why."""
    testimony = sees(unit, moderator, id)
    if testimony is None or moderator.role is not Role.LEAD:
        return refuse(unit, here, moderator.address, f"testimony:{id}")
    if not testimony.withheld or testimony.version != version or not reason.strip():
        return Outdated(testimony)
    free = replace(testimony, withheld=False)
    return _decide(unit, here, moderator, free, DecisionKind.LIFT, "lifted", reason.strip())


def leads(unit: Unit, testimony: Testimony) -> list[Moderator]:
    """Who leads for its partner."""
    return [
        each
        for each in unit.people.moderators_of(testimony.partner)
        if each.active and each.role is Role.LEAD
    ]


def _decide(
    unit: Unit,
    here: Circumstances,
    moderator: Moderator,
    testimony: Testimony,
    kind: DecisionKind,
    verb: str,
    reason: str = "",
) -> Standing:
    """The next version, the Decision and the Deed; a faster colleague is not overruled (R35)."""
    try:
        saved = unit.testimonies.save(testimony)
    except Stale:
        return WithColleague(testimony)
    decision = Decision(here.fresh(), saved.id, moderator.id, kind, reason, here.now, saved.version)
    unit.testimonies.add_decision(decision, respondent=saved.respondent)
    did(unit, here, moderator, verb, saved)
    return Done(saved, kind)


def _has_words(unit: Unit, testimony: Testimony) -> bool:
    return bool(texts(unit.forms.version(testimony.form, testimony.form_version), testimony))
