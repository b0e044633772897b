"""Showing, a deed: what a person may see of what we hold, and the permissions they may change there."""

from datetime import datetime

from bot import helplines, lane, photos, policy
from bot.card import Line, attachments, lines, recordings
from bot.circumstances import Circumstances, others, reply
from bot.consenting import ABOUT_PHOTO, CONSENTS, changed, handed_on, named, switched
from bot.daytime import agreed
from bot.handing import NEXT
from bot.hiding import switches
from bot.journal import Deed
from bot.milestones import milestones, untell_published
from bot.mydata import everything
from bot.people import PHOTO, Respondent, purposes
from bot.ports import Unit
from bot.speech import Attached, Button, Buttons, Day, Lines, Part, Sentence
from bot.testimony import State, Testimony
from dialogs import engine

SHOWN = 40
"""How many testimonies /mine lists."""

CHANGED = (
    "The words of some permissions have changed. What you allowed stays as it was said. Please look again."
)
"""What stands on /mine where she allowed something in words that are no longer those of today (S31)."""

STATES = {
    State.RECEIVED: "received",
    State.IN_REVIEW: "being read",
    State.ACCEPTED: "accepted",
    State.RETURNED: "we have a question for you",
    State.SET_ASIDE: "set aside",
    State.WITHDRAWN: "withdrawn",
}


def help_page(unit: Unit, here: Circumstances, her: Respondent, lead: Sentence | None = None) -> None:
    """/help: what this is (or `lead` in its place), the commands, help lines, a person to reach."""
    partner = unit.people.partner(her.partner)
    values = {"partner": partner.name, "contact": partner.contact}
    parts: list[Part] = [
        lead
        or Sentence(
            "Here you can say what you and the people around you live through. Volunteers of {partner} read it.",
            values,
        ),
        Sentence(
            "Begin: /start\nWhat you told: /mine\nWhat others tell: /voices\n"
            "Stop, go on: /stop /resume\nAnother language: /language\n"
            "How often and when we ask: /checkins\n"
            "Who sees what: /privacy\nErase: /withdraw /forget\nClear this chat: /hide"
        ),
        *_lines(unit, her),
        Sentence("If a message of ours comes twice, the line was bad. What you tell us is kept once."),
    ]
    if partner.contact:
        parts.append(Sentence("To reach a person at {partner}: {contact}", values))
    reply(unit, here, her, *parts)


def privacy(unit: Unit, here: Circumstances, her: Respondent) -> None:
    """/privacy: the whole policy in short, in every state and language (S1)."""
    partner = unit.people.partner(her.partner)
    text = policy.sentences(partner.name, partner.contact, others(unit, partner.id))
    allowed = Buttons(((Button("Change what you allow", "m:mine"),),))
    reply(unit, here, her, *text, *switches(her), allowed)


def my_data(unit: Unit, here: Circumstances, her: Respondent) -> None:
    """/mydata: everything we hold (S39), to read: who she is to us, what she allowed, every word and recording; and a
    file for programs.
    """
    language = here.language(her.language)
    testimonies = unit.testimonies.of(her.id)
    count = len(testimonies)
    about = [Sentence("Your language: {language}", {"language": here.name(language)})]
    if her.since is not None:
        about.append(Sentence("First contact: {day}", {"day": _day(her.since)}))
    about += [
        Sentence("Your address: encrypted, used only to answer you."),
        Sentence("We may write to you first: no" if her.quiet else "We may write to you first: yes"),
        Sentence("You sent: {count} voice", {"count": count}, "You sent: {count} voices", count),
    ]
    about += [_in_short(unit, testimony) for testimony in testimonies]
    about += [line for testimony in testimonies for line in _photo_public(unit, testimony)]
    about.append(Sentence("We hold no name, no username and no phone number."))
    parts: list[Part] = [Sentence("This is everything we hold about you."), Lines(tuple(about))]
    for testimony in testimonies:
        parts += _words(unit, here, her, testimony)
    parts += _begun(unit, here, her)
    known = {part.media for part in parts if isinstance(part, Attached)}
    parts += [Attached(each.kind, each.id) for each in unit.media.of(her.id) if each.id not in known]
    file, whole = everything(unit, here, her)
    parts.append(
        Sentence(
            "This file says the same once more, for computer programs: every word, and what it is kept for."
        )
    )
    if not whole:
        contact = {"contact": unit.people.partner(her.partner).contact}
        left_out = (
            "The file would be too large: it names what is left out. To have that too, write to {contact}."
        )
        parts.append(Sentence(left_out, contact))
    parts.append(file)
    unit.journal.write(Deed(here.now, f"respondent:{her.id}", "saw", f"respondent:{her.id}"))
    reply(unit, here, her, *parts)


def mine(unit: Unit, here: Circumstances, her: Respondent) -> None:
    """/mine: what she told, by receipt, the latest first."""
    testimonies = unit.testimonies.of(her.id)
    if not testimonies:
        reply(unit, here, her, Sentence("There is nothing here yet. To begin: /start"))
        return
    rows = tuple(
        (
            Button(
                "{receipt} · {day} · {state}",
                f"t:open:{testimony.id}",
                {
                    "receipt": testimony.receipt,
                    "day": _day(testimony.received_at),
                    "state": _state(testimony),
                },
            ),
        )
        for testimony in testimonies[:SHOWN]
    )
    again = (Sentence(CHANGED),) if changed(unit, here, testimonies[:SHOWN]) else ()
    listed = Sentence("This is what you told us. Tap one to see it.")
    reply(unit, here, her, listed, *again, Buttons(rows), *switches(her))


def one(unit: Unit, here: Circumstances, her: Respondent, id: str) -> None:
    """One testimony: where it stands, what she allows, and what she can do with it."""
    testimony = unit.testimonies.own(id, respondent=her.id)
    reply(unit, here, her, *(_page(unit, here, testimony) if testimony else _gone()))


def words(unit: Unit, here: Circumstances, her: Respondent, id: str) -> None:
    """Her own words, recordings, and what was asked and answered since."""
    testimony = unit.testimonies.own(id, respondent=her.id)
    if testimony is not None:
        unit.journal.write(Deed(here.now, f"respondent:{her.id}", "saw", f"testimony:{id}"))
    reply(unit, here, her, *(_words(unit, here, her, testimony) if testimony else _gone()))


def allow(unit: Unit, here: Circumstances, her: Respondent, id: str, purpose: str, granted: bool) -> None:
    """Switch one permission (S31): a Consent with the wording she saw; the same switch twice is one.

    A yes to words that have changed since is a yes of its own. That it is kept is taken back by withdrawing alone.
    """
    testimony = unit.testimonies.own(id, respondent=her.id)
    if (
        testimony is None
        or testimony.state is State.WITHDRAWN
        or purpose not in CONSENTS
        or (purpose == "keep" and not granted)
        or (purpose == PHOTO and not photos.sent(unit, testimony))
    ):
        reply(unit, here, her, *_gone())
        return
    anew = granted and purpose in changed(unit, here, [testimony])
    if anew or granted != (purpose in _allowed(unit, testimony)):
        consent = switched(unit, here, testimony, purpose, granted, here.language(her.language))
        unit.testimonies.add_consents([consent])
        verb = f"allowed {purpose}" if granted else f"revoked {purpose}"
        unit.journal.write(Deed(here.now, f"respondent:{her.id}", verb, f"testimony:{id}"))
        if not granted:
            untell_published(unit, here, testimony, purpose)
    copies = handed_on(unit, her, id) if purpose == "share" and not granted else ()
    done = (Sentence("Changed. It counts from now on."), *copies, *agreed(unit, here, her))
    reply(unit, here, her, *done, *_page(unit, here, testimony), replaces=here.message)


# -- pieces -----------------------------------------------------------------------------------------------------------


def _lines(unit: Unit, her: Respondent) -> tuple[Part, ...]:
    """Whom she can call, in the country of what she told last."""
    last = next((each for each in unit.testimonies.of(her.id) if each.country), None)
    return lane.lines(unit, last) if last else (Sentence(helplines.GENERAL),)


def _gone() -> tuple[Part, ...]:
    return (Sentence("This button is from earlier and does nothing any more. What you told us: /mine"),)


def _day(at: datetime) -> Day:
    return Day(at.date().isoformat())


def _state(testimony: Testimony) -> Sentence:
    return Sentence(STATES[testimony.state], context="state")


def _allowed(unit: Unit, testimony: Testimony) -> set[str]:
    return {each.purpose for each in unit.testimonies.consents(testimony.id) if each.granted}


def _in_short(unit: Unit, testimony: Testimony) -> Sentence:
    allowed = _allowed(unit, testimony)
    consents = tuple(Sentence(CONSENTS[purpose]) for purpose in purposes(photo=True) if purpose in allowed)
    return Sentence(
        "{receipt}, {day}: {state}. You allow: {consents}",
        {
            "receipt": testimony.receipt,
            "day": _day(testimony.received_at),
            "state": _state(testimony),
            "consents": consents or Sentence("nothing more"),
        },
    )


def _photo_public(unit: Unit, testimony: Testimony) -> tuple[Sentence, ...]:
    """That her photo is before everybody, where it is."""
    public = Sentence(
        "{receipt}: everybody can see your photo, as you allowed.", {"receipt": testimony.receipt}
    )
    return (public,) if unit.pictures.of(testimony.id) is not None else ()


def _page(unit: Unit, here: Circumstances, testimony: Testimony) -> list[Part]:
    values = {
        "receipt": testimony.receipt,
        "day": _day(testimony.received_at),
        "state": _state(testimony),
    }
    parts: list[Part] = [Sentence("{receipt}, sent {day}.\nWhere it stands: {state}.", values)]
    if testimony.state is State.WITHDRAWN:
        return parts
    her = unit.people.respondent(testimony.respondent)
    language = (her.language if her else None) or testimony.language
    if happened := milestones(unit, testimony, language):
        parts.append(Lines((*happened, *_photo_public(unit, testimony))))
    partner = unit.people.partner(testimony.partner).name
    rows: list[tuple[Button, ...]] = []
    match testimony.state:
        case State.RECEIVED:
            parts.append(Sentence(NEXT.get(testimony.form, NEXT["testimony"]), {"partner": partner}))
        case State.RETURNED:
            question = testimony.exchanges[-1].question
            parts.append(Sentence("{partner} asks: {question}", {"partner": partner, "question": question}))
            rows.append((Button("Answer", f"a:{testimony.id}", style="primary"),))
    parts += lane.open_question(unit, testimony)
    allowed = _allowed(unit, testimony)
    others = named(unit, testimony.partner)
    photo = bool(photos.sent(unit, testimony))
    rows += [
        (Button(CONSENTS[each], _switch(testimony, each, each not in allowed), picked=each in allowed),)
        for each in purposes(photo=photo)
        if each != "share" or others or each in allowed
    ]
    again = changed(unit, here, [testimony])
    rows += [
        (
            Button(
                "Still yes: {consent}",
                _switch(testimony, each, True),
                {"consent": Sentence(CONSENTS[each])},
            ),
        )
        for each in purposes(photo=photo)
        if each in again
    ]
    if testimony.sensitive:
        rows.append((Button("Which organisation is it about?", f"k:about:{testimony.id}"),))
    else:
        rows.append((Button("This is private or urgent", f"k:ask:{testimony.id}"),))
    rows.append((Button("See my words", f"t:words:{testimony.id}"),))
    rows.append((Button("Withdraw it", f"w:ask:{testimony.id}", style="danger"),))
    about_photo = [Sentence(ABOUT_PHOTO)] if photo else []
    look = [Sentence(CHANGED)] if again else []
    return [*parts, *others, *about_photo, *look, Sentence("What you allow:"), Buttons(tuple(rows))]


def _switch(testimony: Testimony, purpose: str, on: bool) -> str:
    """What tapping a switch does; what is kept no more is withdrawn, and that is asked once more."""
    if purpose == "keep" and not on:
        return f"w:ask:{testimony.id}"
    return f"t:{purpose}:{testimony.id}:{int(on)}"


def _words(unit: Unit, here: Circumstances, her: Respondent, testimony: Testimony) -> list[Part]:
    form = unit.forms.version(testimony.form, testimony.form_version)
    told = [_line(each) for each in lines(form, testimony.answers, here.language(her.language))]
    for exchange in testimony.exchanges:
        told.append(Sentence("Question asked: {question}", {"question": exchange.question}, domain="desk"))
        if exchange.answer:
            told.append(Sentence("Answer: {answer}", {"answer": exchange.answer}, domain="desk"))
    values = {
        "receipt": testimony.receipt,
        "day": _day(testimony.received_at),
        "state": _state(testimony),
    }
    return [
        Sentence("{receipt}, sent {day}.\nWhere it stands: {state}.", values),
        *([Lines(tuple(told))] if told else []),
        *attachments(unit, recordings(form, testimony)),
    ]


def _begun(unit: Unit, here: Circumstances, her: Respondent) -> list[Part]:
    """What was told so far in an open conversation."""
    kept = unit.sessions.of(her.id)
    if kept is None:
        return []
    begun = Sentence("A conversation has been begun and not sent.")
    form = unit.forms.version(kept.session.form, kept.session.version)
    answers = engine.answers(form, kept.session, here.now)
    told = [_line(each) for each in lines(form, answers, here.language(her.language))]
    return [begun, *([Lines(tuple(told))] if told else [])]


def _line(line: Line) -> Sentence:
    return Sentence("{label}: {answer}", {"label": line.label, "answer": line.words}, domain="desk")
