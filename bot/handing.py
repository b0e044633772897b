"""Handing over: a finished session becomes a testimony with its consents, and those who read it learn that it waits."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot import daytime, lane
from bot.cases import Way
from bot.circumstances import Circumstances, tell
from bot.consenting import consents_of, said_before, told
from bot.journal import Deed
from bot.outbox import Kind
from bot.people import Consent, Moderator, Partner, Respondent
from bot.ports import Kept, Unit
from bot.redaction import once
from bot.speech import Button, Buttons, Message, Part, Sentence
from bot.testimony import DecisionKind, State, Testimony, receipt
from bot.words import FALLBACK
from dialogs import engine
from dialogs.form import Form
from dialogs.session import Session

NEXT = {
    "testimony": "What happens next: a volunteer of {partner} reads it. You may get a question here. We tell you what"
    " came of it.",
    "initiative": "What happens next: a volunteer of {partner} reads it. With your agreement, others can learn of it"
    " and help.",
    "checkin": "Thank you for the news. {partner} reads it together with what you told before.",
}
"""What happens next, by the form's name; any other form's testimony is read like the first."""

AID_WORKER = "aid"
"""The answer that speaks of an aid worker: perhaps of one who would read it (form testimony)."""


def hand_over(
    unit: Unit,
    here: Circumstances,
    her: Respondent,
    form: Form,
    session: Session,
    kept: Kept | None,
) -> tuple[Testimony, list[Part]]:
    """Make the testimony of a finished session, tell the moderators; it, and the words of her receipt."""
    said = kept.said if kept is not None else {}
    agreed = kept.agreed if kept is not None else {}
    answers = once(form, engine.answers(form, session, here.now))
    partner = unit.people.partner(her.partner)
    before = daytime.country(unit, her)
    country = told(form, answers, "country") or before
    cared = told(form, answers, "sensitive")
    by_word = cared in ("", "no") and lane.words_found(unit, partner.id, answers.values())
    testimony = Testimony(
        id=here.fresh(),
        receipt="",
        respondent=her.id,
        partner=partner.id,
        form=form.name,
        form_version=form.version,
        language=session.language,
        country=country if len(country) == 2 else "",
        themes=tuple(told(form, answers, "themes").split()),
        sensitive=by_word or cared not in ("", "no"),
        barred=cared == AID_WORKER,
        state=State.RECEIVED,
        received_at=here.now,
        answers=answers,
        said={number: words for number, words in said.items() if number > 0},
        association=her.association,
        campaign=kept.asked.get("campaign", "") if kept is not None else "",
    )
    if before and testimony.country not in ("", before):
        daytime.speaks_from(unit, here, her, testimony.country)
    allowed = said_before(unit, her)
    consents = consents_of(unit, here, her, form, session, answers, testimony.id, agreed)
    testimony = with_receipt(unit, here, testimony, consents)
    unit.journal.write(Deed(here.now, f"respondent:{her.id}", "handed over", f"testimony:{testimony.id}"))
    if testimony.sensitive:
        way = Way.WORD if by_word else Way.HERSELF
        lane.opened(unit, here, testimony, way, f"respondent:{her.id}", besides=her.address)
    else:
        tell_moderators(unit, here, her, testimony)
    asked = daytime.agreed(unit, here, her)
    return testimony, [*_received(testimony, partner), *asked, *_no_longer(testimony, allowed, consents)]


def _received(testimony: Testimony, partner: Partner) -> list[Part]:
    """That it came, when it is read and what happens next; of what is private the lane says who reads it, and when."""
    if testimony.sensitive:
        text = "Received: {receipt}. You can see, change or erase it any time with /mine."
        return [Sentence(text, {"receipt": testimony.receipt})]
    received = Sentence(
        "Received: {receipt}. It is read within {days} day. You can see, change or erase it any time with /mine.",
        {"receipt": testimony.receipt, "days": partner.days},
        "Received: {receipt}. It is read within {days} days. You can see, change or erase it any time with /mine.",
        partner.days,
    )
    coming = Sentence(NEXT.get(testimony.form, NEXT["testimony"]), {"partner": partner.name})
    return [received, coming]


def _no_longer(
    testimony: Testimony, before: Mapping[str, Consent], consents: Sequence[Consent]
) -> list[Part]:
    """What she had allowed and was not asked again is off where its words have changed: she learns of it."""
    allowed = {each.purpose for each in before.values() if each.granted}
    if not any(each.purpose in allowed and not each.wording for each in consents):
        return []
    changed = Sentence(
        "The words of some permissions have changed, so they are off for what you just sent. Please look again."
    )
    return [changed, Buttons(((Button("Change what you allow", f"t:open:{testimony.id}"),),))]


def tell_moderators(unit: Unit, here: Circumstances, her: Respondent, testimony: Testimony) -> None:
    """Tell who reads that a voice waits: never herself, and never more than once for one full queue.

    An answer is told to who asked; of a sensitive voice focal points alone hear, by the code of its case (S34).
    """
    if testimony.sensitive:
        lane.told(unit, here, testimony, besides=her.address)
        return
    waiting = unit.testimonies.waiting(partner=testimony.partner, sensitive=False, now=here.now, most=2)
    first = waiting <= 1
    asker = _asker(unit, testimony)
    for moderator in unit.people.moderators_of(testimony.partner):
        if moderator.address == her.address:
            continue
        if not moderator.may_read(partner=testimony.partner, sensitive=False):
            continue
        if moderator.id == asker:
            sentence = Sentence(
                "{receipt}: the answer has come. It is the first in line: /next",
                {"receipt": testimony.receipt},
                domain="desk",
            )
        elif first:
            sentence = Sentence(
                "{count} new voice is waiting. Take it: /next",
                {"count": 1},
                "{count} new voices are waiting. Take one: /next",
                1,
                "desk",
            )
        else:
            continue
        _notify(unit, here, moderator, sentence)


def _asker(unit: Unit, testimony: Testimony) -> str | None:
    """The moderator whose question was answered last."""
    if not testimony.exchanges:
        return None
    asked = [each for each in unit.testimonies.decisions(testimony.id) if each.kind is DecisionKind.RETURN]
    return asked[-1].moderator if asked else None


def _notify(unit: Unit, here: Circumstances, moderator: Moderator, sentence: Sentence) -> None:
    tell(
        unit,
        here,
        moderator.address,
        Message(moderator.language or FALLBACK, (sentence,), protect=True),
        kind=Kind.MODERATION,
        step=f"moderator:{moderator.id}",
    )


def with_receipt(
    unit: Unit, here: Circumstances, testimony: Testimony, consents: Sequence[Consent]
) -> Testimony:
    """The testimony, kept under a receipt nobody has."""
    for length in (4, 4, 4, 5, 6, 8):
        code = receipt(testimony.country, here.chance, length)
        try:
            return unit.testimonies.add(replace(testimony, receipt=code), consents)
        except ValueError:  # taken already
            continue
    raise ValueError("no free receipt was found")
