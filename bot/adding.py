"""What she adds to a testimony that is handed over: the answer to a question, other words for what she had written."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot import hiding, lane
from bot.cases import Way
from bot.circumstances import Circumstances, reply
from bot.consenting import ABOUT_PHOTO, switched
from bot.handing import tell_moderators
from bot.journal import Deed
from bot.people import PHOTO, Respondent
from bot.ports import Kept, Medium, Unit
from bot.speech import Button, Buttons, Part, Sentence
from bot.testimony import Exchange, State, Testimony, moved
from bot.walking import saved, step
from dialogs import effect, event
from dialogs.answer import MAX_TEXT, canonical
from dialogs.session import State as Standing

UNDECIDED = (State.RECEIVED, State.IN_REVIEW, State.RETURNED)
"""States in which its author may still add to a testimony or amend it."""

JOINING = timedelta(hours=1)
"""How long further words still join the answer to a moderator's question (R7)."""


def take_question(unit: Unit, here: Circumstances, her: Respondent, id: str) -> None:
    """Answer was tapped: the next words, voice note or photo answer the moderator's question."""
    testimony = unit.testimonies.own(id, respondent=her.id)
    if testimony is None or testimony.state is not State.RETURNED:
        reply(unit, here, her, Sentence("This question is no longer open. Thank you."))
        return
    her = saved(unit, her, waiting={"for": "answer", "testimony": id})
    reply(unit, here, her, Sentence("Please write your answer, or hold 🎤 and speak."))


def expected(here: Circumstances, her: Respondent, kept: Kept | None) -> bool:
    """Whether what she says now answers a moderator's question: after Answer, and for a while what follows (R7)."""
    if her.waiting.get("for") != "answer":
        return False
    until = her.waiting.get("until")
    return until is None or (kept is None and here.now <= datetime.fromisoformat(until))


def answer(
    unit: Unit, here: Circumstances, her: Respondent, *, words: str, medium: Medium | None = None
) -> None:
    """What she says now is her answer, or joins it; a recording comes with it. Danger words bring it into the lane."""
    testimony = unit.testimonies.own(str(her.waiting["testimony"]), respondent=her.id)
    first = testimony is not None and testimony.state is State.RETURNED
    more = "until" in her.waiting and testimony is not None and testimony.state in UNDECIDED
    if testimony is None or not (first or more):
        her = saved(unit, her, waiting={})
        _let_go(unit, medium)
        reply(unit, here, her, Sentence("This question is no longer open. Thank you."))
        return
    *earlier, last = testimony.exchanges
    told = "\n".join(part for part in (last.answer, canonical(words).strip()) if part)
    if len(told) > MAX_TEXT:
        _let_go(unit, medium)
        reply(unit, here, her, effect.Refuse("too_long"))
        return
    media = (*last.media, medium.id) if medium else last.media
    testimony = replace(testimony, exchanges=(*earlier, Exchange(last.question, told, media)))
    if first:
        state = moved(testimony.state, "answer")
        testimony = replace(testimony, state=state, claimed_by=None, claimed_until=None)
    testimony = unit.testimonies.save(testimony)
    unit.journal.write(Deed(here.now, f"respondent:{her.id}", "answered", f"testimony:{testimony.id}"))
    found = _found(unit, here, her, testimony, words)
    testimony = found or testimony
    form = unit.forms.version(testimony.form, testimony.form_version)
    always = hiding.wish(her, form, sensitive=testimony.sensitive) == hiding.ALWAYS
    clears = hiding.ALL if always else None
    anew = _photo_anew(unit, here, her, testimony, medium)
    if not first:
        reply(unit, here, her, effect.Say("added"), *anew, clears=clears)
        return
    her = saved(unit, her, waiting={**her.waiting, "until": (here.now + JOINING).isoformat()})
    if not found:
        tell_moderators(unit, here, her, testimony)
    partner = unit.people.partner(testimony.partner)
    thanks = Sentence("Thank you for your answer. {partner} reads it.", {"partner": partner.name})
    kept = unit.sessions.of(her.id)
    if kept is None or kept.session.state is Standing.STOPPED:
        reply(unit, here, her, thanks, *anew, clears=clears)
    else:
        reply(unit, here, her, thanks, *anew, clears=clears, step="thanks")
        step(unit, here, her, kept, event.Resumed())


def _photo_anew(
    unit: Unit, here: Circumstances, her: Respondent, testimony: Testimony, medium: Medium | None
) -> tuple[Part, ...]:
    """What she said of a photo she said of that one alone: with another it is off until she says it again (S31)."""
    said = {each.purpose for each in unit.testimonies.consents(testimony.id) if each.granted}
    if medium is None or medium.kind != "image" or PHOTO not in said:
        return ()
    off = switched(unit, here, testimony, PHOTO, False, here.language(her.language))
    unit.testimonies.add_consents([off])
    deed = Deed(here.now, f"respondent:{her.id}", f"revoked {PHOTO}", f"testimony:{testimony.id}")
    unit.journal.write(deed)
    look = Button("Change what you allow", f"t:open:{testimony.id}")
    return Sentence(ABOUT_PHOTO), Buttons(((look,),))


def _let_go(unit: Unit, medium: Medium | None) -> None:
    if medium is not None:
        unit.media.drop(medium.id)


def amend(unit: Unit, here: Circumstances, her: Respondent, testimony: Testimony, old: str, new: str) -> None:
    """Words of a testimony that is not decided on are amended; its version moves on, so no older card decides it."""
    if testimony.state not in UNDECIDED:
        text = "{receipt} was read as you first wrote it. To see it or take it back: /mine"
        reply(unit, here, her, Sentence(text, {"receipt": testimony.receipt}))
        return
    before, after = canonical(old), canonical(new)
    answers = {ref: value.replace(before, after) for ref, value in testimony.answers.items()}
    said = {**testimony.said, here.message or 0: new}
    testimony = unit.testimonies.save(replace(testimony, answers=answers, said=said))
    unit.journal.write(Deed(here.now, f"respondent:{her.id}", "amended", f"testimony:{testimony.id}"))
    reply(unit, here, her, effect.Say("changed"))
    _found(unit, here, her, testimony, new)


def _found(
    unit: Unit, here: Circumstances, her: Respondent, testimony: Testimony, words: str
) -> Testimony | None:
    """Where a danger word stands in what she adds, it goes into the sensitive lane, and she sees whom she can call."""
    if testimony.sensitive or not lane.words_found(unit, testimony.partner, [words]):
        return None
    actor = f"respondent:{her.id}"
    testimony = lane.enter(unit, here, testimony, Way.WORD, actor, besides=her.address)
    lane.care(unit, here, her, testimony)
    return testimony
