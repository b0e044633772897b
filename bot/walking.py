"""A step of her session: what happened → the form engine → facts and one reply, in one commit. What deeds share."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot import daytime, hiding, lane, retention
from bot.campaign import Reply
from bot.change import themes_asked
from bot.circumstances import Circumstances, reader, reply
from bot.consenting import OPENING, agreed_to, told
from bot.handing import hand_over
from bot.people import Respondent
from bot.ports import NOTHING, Kept, Unit
from bot.speech import Lines, Part, Sentence
from dialogs import effect, engine, event
from dialogs.answer import canonical
from dialogs.form import Form
from dialogs.plan import generic
from dialogs.session import Session
from dialogs.view import shortened

GONE = (
    "These questions are no longer asked, so we stop here. Thank you for the time you gave. You can begin again"
    " with /start."
)

NOTHING_KEPT = "That is all right. We keep nothing. Thank you for stopping by; the door stays open: /start"
"""What is said after a no to keeping, as the built-in forms say it."""

REMEMBERED = 20
"""How many messages of a session an edit on the phone still finds (R8)."""

QUOTED = 4
"""Characters of an answer by which the words of a form are seen to repeat it."""

RECALLED = 160
"""Characters of her last story a check-in recalls."""

OTHER = "other"
"""The theme that is none: nobody can be asked how it is now."""

DRAFT = retention.DRAFT.age
"""How long an unfinished session is kept after her last word (S41)."""

RATHER_NOT = "Rather not"
"""The button beside the one that shares a place; what it says comes back as her words."""

FORM_LINK = "f-"
"""What the payload of a link begins with that begins an author's form."""

Speech = effect.Ask | effect.Say | effect.Refuse


def saved(unit: Unit, her: Respondent, **changes: Any) -> Respondent:
    """The respondent with these changes, written when they change anything."""
    changed = replace(her, **changes)
    return her if changed == her else unit.people.save_respondent(changed)


def prefilled(unit: Unit, here: Circumstances, her: Respondent) -> dict[str, str]:
    """What the application fills in at the start of a form: who reads, who else could, and what she told last."""
    return reader(unit, her.partner) | _recalled(unit, here, her)


def _recalled(unit: Unit, here: Circumstances, her: Respondent) -> dict[str, str]:
    """Her last story and its day; and her themes: what check-ins added since she last told of some, then those.

    Who reads what she tells now has read it: what another partner holds is not recalled (S20). What is sensitive does
    not come back into the chat by itself (S34).
    """
    story: dict[str, str] = {}
    themes: dict[str, None] = {}
    for last in unit.testimonies.of(her.id):
        if last.sensitive or last.partner != her.partner:
            continue
        form = unit.forms.version(last.form, last.form_version)
        if not story and (words := told(form, last.answers, "story")):
            day = here.catalogs.words(her.language).date(last.received_at.date())
            story = {"last_hardest": shortened(words, RECALLED), "last_day": day}
        themes |= dict.fromkeys(each for each in last.themes if each != OTHER)
        if last.themes and not themes_asked(form):
            break
    return {**story, "last_themes": " ".join(themes)}


def open_form(
    unit: Unit,
    here: Circumstances,
    her: Respondent,
    form: Form,
    given: Mapping[str, str],
    *,
    lead: Sequence[Part] = (),
    agreed: Mapping[str, str] = NOTHING,
    asked: Mapping[str, str] = NOTHING,
) -> None:
    """The first question of a form. `asked`: by which check-in and campaign she came to it."""
    _note_begun(unit, here, her.id, asked)
    session, effects = engine.start(
        form, language=here.language(her.language), now=here.now, chance=here.chance, given=given
    )
    _carry_out(unit, here, her, form, None, session, effects, lead=lead, agreed=agreed, asked=asked)


def came_by(unit: Unit, here: Circumstances, kept: Kept, asked: Mapping[str, str]) -> Kept:
    """She goes on with what is open, and came back to it by a check-in."""
    _note_begun(unit, here, kept.respondent, asked)
    return unit.sessions.save(replace(kept, asked=asked))


def step(
    unit: Unit,
    here: Circumstances,
    her: Respondent,
    kept: Kept,
    happened: event.Event,
    *,
    lead: Sequence[Part] = (),
    words: str = "",
    medium: str = "",
) -> None:
    """One step of an open session, and everything it asks of the world."""
    if place_only(her) and not isinstance(happened, event.TimePassed):
        her = saved(unit, her, waiting={})
        lead = [_keyboard_gone(here, her, happened), *lead]
    form = form_of(unit, kept)
    if form is None:
        drop(unit, her, kept)
        reply(unit, here, her, *lead, Sentence(GONE))
        return
    session, effects = engine.step(form, kept.session, happened, here.now, here.chance)
    if not isinstance(happened, event.TimePassed):
        kept = replace(kept, touched_at=here.now)
    kept = replace(kept, said=_remembered(kept, session, here.message, words))
    _carry_out(
        unit,
        here,
        her,
        form,
        kept,
        session,
        effects,
        lead=lead,
        tapped=isinstance(happened, (event.Chose, event.Paged, event.Entered, event.Removed)),
        medium=medium,
    )


def _carry_out(
    unit: Unit,
    here: Circumstances,
    her: Respondent,
    form: Form,
    kept: Kept | None,
    session: Session,
    effects: Sequence[effect.Effect],
    *,
    lead: Sequence[Part] = (),
    tapped: bool = False,
    medium: str = "",
    agreed: Mapping[str, str] = NOTHING,
    asked: Mapping[str, str] = NOTHING,
) -> None:
    """Keep the session, or what became of it; say everything in one message."""
    speech: list[Part] = [each for each in effects if isinstance(each, Speech)]
    closed = next((each.outcome for each in effects if isinstance(each, effect.Close)), None)
    tag, services = "", list[Part]()
    if closed is None:
        before = kept.session.skipped if kept is not None else ()
        services = _services(unit, here, her, form, before, session)
        kept = _keep(unit, here, her, kept, session, effects, agreed, asked)
        _note_place(unit, kept)
        tag = kept.tag
        if medium and medium not in " ".join(_values(session.answers)):
            unit.media.drop(medium)  # no answer takes it
    else:
        if kept is not None:
            unit.sessions.drop(kept.id)
        if closed == "finished" and form.name == OPENING:
            asked = kept.asked if kept is not None else asked
            _go_on(unit, here, her, form, session, lead=[*lead, *speech], asked=asked)
            return
        if closed == "finished" and _not_to_be_kept(here, form, session):
            speech.append(Sentence(NOTHING_KEPT))
        elif closed == "finished" and unit.forms.published(form.name, form.version):
            _receive(unit, here, her, form, kept, session, [*lead, *speech])
            return
        elif closed == "finished":
            speech.append(
                Sentence("This was a try: nothing of it is kept. Your forms: /forms", domain="desk")
            )
        drop_loose(unit, her)
    in_place = tapped and not lead and all(isinstance(each, effect.Ask) and each.again for each in speech)
    parts = [*lead, *services, *speech]
    if parts:
        reply(unit, here, her, *parts, session=tag, replaces=here.message if in_place else None)


def _not_to_be_kept(here: Circumstances, form: Form, session: Session) -> bool:
    """Whether the form asks if it may be kept, and she did not say yes: an author may let it go on after a no (S31)."""
    asks = form.meaning("keep") is not None
    return asks and told(form, engine.answers(form, session, here.now), "keep") != "yes"


def _services(
    unit: Unit, here: Circumstances, her: Respondent, form: Form, before: Sequence[str], session: Session
) -> list[Part]:
    """The numbers of her country, where the form has just said where help can be found: before anything more is asked
    (S34). `before`: what lay behind her until now.
    """
    said = {generic(ref) for ref in {*session.skipped}.difference(before)}
    if not said or not any("helplines" in each.chat for each in form.questions() if each.ref in said):
        return []
    country = told(form, engine.answers(form, session, here.now), "country") or daytime.country(unit, her)
    found = lane.numbers(unit, her.partner, country)
    if not found:
        return []
    where = here.country_in(country, her.language)
    return [Lines((Sentence("Whom you can call now ({country}):", {"country": where}), *found))]


def _receive(
    unit: Unit,
    here: Circumstances,
    her: Respondent,
    form: Form,
    kept: Kept | None,
    session: Session,
    last: Sequence[Part],
) -> None:
    """Her testimony is handed over; the receipt stays in the chat, and what lies before it goes where it is to (S29).

    The form's `last` words stand with the receipt, unless they repeat hers: then they are a message that can go.
    """
    testimony, receipt = hand_over(unit, here, her, form, session, kept)
    if kept is not None and (which := kept.asked.get("checkin")):
        done = Reply.FINISHED
        unit.checkins.replied(which, done, here.now, respondent=her.id, testimony=testimony.id)
    drop_loose(unit, her)
    wish = hiding.wish(her, form, sensitive=testimony.sensitive)
    if any(isinstance(each, effect.Say) and _repeats(each, session) for each in last):
        reply(unit, here, her, *last, step="last")
        last = ()
    clears = hiding.ALL if wish == hiding.ALWAYS else None
    parts = (*last, *receipt, *hiding.told_of(wish))
    reply(unit, here, her, *parts, clears=clears, stays=True)
    if testimony.sensitive:
        lane.care(unit, here, her, testimony)


def _repeats(said: effect.Say, session: Session) -> bool:
    """Whether the author's words quote an answer."""
    told = [value for value in _values(session.answers) if len(value) >= QUOTED]
    return any(value in paragraph for paragraph in said.paragraphs for value in told)


def _go_on(
    unit: Unit,
    here: Circumstances,
    her: Respondent,
    opening: Form,
    session: Session,
    *,
    lead: Sequence[Part],
    asked: Mapping[str, str],
) -> None:
    """She agreed that it is kept: the form she came for begins, and carries what she agreed to."""
    answers = engine.answers(opening, session, here.now)
    name = next(
        (answers.get(ref, "") for ref, bind in opening.binds.items() if bind.chat.get("given") == "then"), ""
    )
    try:
        form = unit.forms.current(name)
    except LookupError:
        reply(unit, here, her, *lead, Sentence(GONE))
        return
    given = prefilled(unit, here, her)
    open_form(unit, here, her, form, given, lead=lead, agreed=agreed_to(here, opening, session), asked=asked)


def form_of(unit: Unit, kept: Kept) -> Form | None:
    """The version of the form that a session walks; None where it is no longer asked."""
    try:
        return unit.forms.version(kept.session.form, kept.session.version)
    except LookupError:
        return None


def place_only(her: Respondent) -> Mapping[str, Any]:
    """What she is waited for, where that is a place: its keyboard stands open."""
    return her.waiting if her.waiting.get("for") == "place" else {}


def _keyboard_gone(here: Circumstances, her: Respondent, happened: event.Event) -> effect.Say:
    """A message of its own: only one without buttons takes away the keyboard that asked for a place."""
    near = Sentence("Near you there are these. Which one is it?")
    located = isinstance(happened, event.Located)
    return effect.Say(paragraphs=(here.say(near, her.language) if located else "👌",))


def _keep(
    unit: Unit,
    here: Circumstances,
    her: Respondent,
    kept: Kept | None,
    session: Session,
    effects: Sequence[effect.Effect],
    agreed: Mapping[str, str],
    asked: Mapping[str, str],
) -> Kept:
    """Write the session; it wakes when it asked to, at the latest when a draft ends."""
    wishes = [each.at for each in effects if isinstance(each, effect.Wake)]
    if kept is None:
        wake_at = wishes[-1] if wishes else here.now + DRAFT
        return unit.sessions.add(her.id, session, wake_at, here.now, agreed, asked)
    wake_at = wishes[-1] if wishes else kept.wake_at
    if wake_at is None or wake_at <= here.now:
        wake_at = kept.touched_at + DRAFT
    return unit.sessions.save(replace(kept, session=session, wake_at=wake_at))


def _note_begun(unit: Unit, here: Circumstances, respondent: str, asked: Mapping[str, str]) -> None:
    """The check-in by which she came is begun: nobody reminds her of it any more."""
    if which := asked.get("checkin"):
        unit.checkins.replied(which, Reply.STARTED, here.now, respondent=respondent)


def _note_place(unit: Unit, kept: Kept) -> None:
    """Of who came by a check-in it is noted at which question she stands: where people give up is seen so."""
    if which := kept.asked.get("checkin"):
        unit.checkins.reached(which, kept.session.at)


def _remembered(kept: Kept, session: Session, message: int | None, words: str) -> Mapping[int, str]:
    """The messages whose words are in an answer, and the edits whose message has not come yet."""
    said = {number: text for number, text in kept.said.items() if number != -(message or 0)}
    if message is not None and words:
        said[message] = words
    answers = list(_values(session.answers))
    found = {
        number: text
        for number, text in said.items()
        if number < 0 or any(canonical(text) in answer for answer in answers)
    }
    return dict(list(found.items())[-REMEMBERED:])


def _values(plain: Any) -> Iterator[str]:
    """Every text in the plain form of a session's answers."""
    match plain:
        case str():
            yield plain
        case dict():
            for value in plain.values():
                yield from _values(value)
        case list():
            for value in plain:
                yield from _values(value)


def drop(unit: Unit, her: Respondent, kept: Kept) -> None:
    """End a session unfinished: nothing of it is kept."""
    unit.sessions.drop(kept.id)
    drop_loose(unit, her)


def drop_loose(unit: Unit, her: Respondent) -> None:
    """Drop the recordings no testimony of hers refers to."""
    media = unit.media.of(her.id)
    if not media:
        return
    used: set[str] = set()
    for testimony in unit.testimonies.of(her.id):
        used.update(" ".join(testimony.answers.values()).split())
        used.update(each for exchange in testimony.exchanges for each in exchange.media)
    for medium in media:
        if medium.id not in used:
            unit.media.drop(medium.id)
