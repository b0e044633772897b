"""Conversation, a deed: what a respondent does → a step of her session → facts and one reply, in one commit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot import buttons, hiding, lane, retention
from bot.cases import Way
from bot.circumstances import Circumstances, reader, reply, tell
from bot.consenting import OPENING, agreed_before, agreed_to, told
from bot.handing import hand_over, tell_moderators
from bot.heard import Place, Recording
from bot.journal import Deed
from bot.people import Respondent
from bot.ports import NOTHING, Kept, Medium, Unit
from bot.speech import Button, Buttons, Message, Part, Sentence, ShareHere
from bot.testimony import Exchange, State, Testimony, moved
from bot.words import FALLBACK
from dialogs import effect, engine, event
from dialogs.answer import MAX_TEXT, canonical
from dialogs.form import Form
from dialogs.session import Session
from dialogs.session import State as Standing
from dialogs.view import shortened

DRAFT = retention.DRAFT.age
"""How long an unfinished session is kept after her last word (S41)."""

JOINING = timedelta(hours=1)
"""How long further words still join the answer to a moderator's question (R7)."""

LARGEST = 20 * 1024 * 1024
"""Bytes of a recording a bot can fetch (Bot API getFile)."""

LONGEST = 120
"""Seconds a voice note may have (product)."""

REMEMBERED = 20
"""How many messages of a session an edit on the phone still finds (R8)."""

QUOTED = 4
"""Characters of an answer by which the words of a form are seen to repeat it."""

RECALLED = 160
"""Characters of her last story a check-in recalls."""

RATHER_NOT = "Rather not"
"""The button beside the one that shares a place; what it says comes back as her words."""

FORMS = ("testimony", "initiative", "checkin")
"""The forms a respondent may begin by herself."""

ASKED_IN = 4
"""In how many languages the first question is asked; each language's button bears its own name."""

FORM_LINK = "f-"
"""What the payload of a link begins with that begins an author's form."""

UNDECIDED = (State.RECEIVED, State.IN_REVIEW, State.RETURNED)
"""States in which its author may still add to a testimony or amend it."""

GONE = (
    "These questions are no longer asked, so we stop here. Thank you for the time you gave. You can begin again"
    " with /start."
)

Speech = effect.Ask | effect.Say | effect.Refuse


# -- arriving ---------------------------------------------------------------------------------------------------------


def start(unit: Unit, here: Circumstances, her: Respondent, link: str = "") -> None:
    """/start: choose a language, go on with what is open, begin at once, or choose from the menu.

    `link` is what a link carried: "p-<partner>" says for whom a voice is gathered, "a-<association>" by which local
    group too, "f-<form>" begins an author's form; anything else is worth nothing.
    """
    kept = unit.sessions.of(her.id)
    asked = _form_of_link(unit, link)
    by = _whose_link(unit, link) if kept is None else None
    partner, association = by or (her.partner, her.association)
    her = _saved(unit, her, quiet=False, reachable=True, waiting={}, partner=partner, association=association)
    if by is not None and association:
        _say_by_whom(unit, here, her)
    if her.language is None:
        ask_language(unit, here, her, form=asked or "testimony")
    elif kept is not None:
        _go_on_or_again(unit, here, her, kept, asked or "testimony")
    elif asked is not None:
        begin(unit, here, her, asked)
    elif unit.testimonies.of(her.id):
        reply(unit, here, her, *_menu("Good to see you again. What would you like to do?"))
    else:
        begin(unit, here, her, "testimony")


def ask_language(
    unit: Unit, here: Circumstances, her: Respondent, *lead: Part, form: str | None = None
) -> None:
    """Ask for the language, the phone's first; `form` begins once it is chosen."""
    if form is not None:
        her = _saved(unit, her, waiting={"for": "start", "form": form})
    first = here.language(her.language)
    codes = sorted(here.languages, key=lambda code: code != first)
    asked = "\n".join(here.say(Sentence("Choose your language"), code) for code in codes[:ASKED_IN])
    keys = [Button(here.languages[code].name, f"l:{code}", literal=True) for code in codes]
    rows = tuple(tuple(keys[at : at + 2]) for at in range(0, len(keys), 2))
    reply(unit, here, her, *lead, effect.Say(paragraphs=(asked,)), Buttons(rows))


def choose_language(unit: Unit, here: Circumstances, her: Respondent, code: str) -> None:
    """A language was tapped: everything from here on is in it; what waited for it begins."""
    if code not in here.languages:
        old_button(unit, here, her)
        return
    first = her.language is None
    asked = her.waiting.get("form") if her.waiting.get("for") == "start" else None
    form = asked if may_begin(unit, asked) else None
    her = _saved(unit, her, language=code, waiting={})
    moderators = unit.people.moderators_at(her.address)
    for moderator in moderators:
        unit.people.save_moderator(replace(moderator, language=code))
    lead: list[Part] = []
    if not first or moderators:
        lead.append(Sentence("From here on we write in {language}.", {"language": here.languages[code].name}))
    if code != FALLBACK and not here.languages[code].vouched_by:
        lead.append(
            Sentence(
                "These words were translated by a machine and nobody has checked them yet. Please forgive mistakes."
            )
        )
    kept = unit.sessions.of(her.id)
    if kept is not None:
        _step(unit, here, her, kept, event.ChangedLanguage(code), lead=lead)
    elif moderators and form is None:
        reply(unit, here, her, *lead)
    elif form is not None or (first and not unit.testimonies.of(her.id)):
        begin(unit, here, her, form or "testimony", lead=lead)
    else:
        reply(unit, here, her, *lead, *_menu("Good to see you again. What would you like to do?"))


def begin(unit: Unit, here: Circumstances, her: Respondent, name: str, *, lead: Sequence[Part] = ()) -> None:
    """Begin a form; where a session is open, ask first whether to go on with it."""
    kept = unit.sessions.of(her.id)
    if her.language is None:
        ask_language(unit, here, her, form=name)
    elif kept is not None:
        _go_on_or_again(unit, here, her, kept, name)
    else:
        her = _saved(unit, her, waiting={})
        form, given = unit.forms.current(name), _given(unit, here, her)
        agreed = agreed_before(unit, here, her) if form.meaning("keep") is None else {}
        if agreed is None:
            given["then"] = name
            form = unit.forms.current(OPENING)
        _open(unit, here, her, form, given, lead=lead, agreed=agreed or {})


def try_out(unit: Unit, here: Circumstances, her: Respondent, form: Form) -> None:
    """An author's draft in the chat: asked as it will be, nothing of it handed over."""
    kept = unit.sessions.of(her.id)
    if kept is not None:
        _drop(unit, her, kept)
    if her.language is None:
        her = _saved(unit, her, language=here.language())
    _open(unit, here, her, form, _given(unit, here, her))


def may_begin(unit: Unit, form: str | None) -> bool:
    """Whether a respondent may begin a form of this name by herself: a built-in one, or one a partner published."""
    return form in FORMS or (form is not None and _form_of_link(unit, FORM_LINK + form) is not None)


def leads_somewhere(unit: Unit, link: str) -> bool:
    """Whether what a link carried means anything: a partner's, or that of a form that is asked."""
    return _form_of_link(unit, link) is not None or _whose_link(unit, link) is not None


def end_all(unit: Unit, here: Circumstances, form: str) -> None:
    """A form was withdrawn: whoever is answering it is told kindly (R22); what was begun is erased."""
    for kept in unit.sessions.asked(form):
        her = unit.people.respondent(kept.respondent)
        unit.sessions.drop(kept.id)
        if her is None:
            continue
        _drop_loose(unit, her)
        if her.reachable and not her.quiet:
            message = Message(here.language(her.language), (Sentence(GONE),))
            tell(unit, here, her.address, message, about=her.id, step=f"ended:{her.id}")


def _open(
    unit: Unit,
    here: Circumstances,
    her: Respondent,
    form: Form,
    given: Mapping[str, str],
    *,
    lead: Sequence[Part] = (),
    agreed: Mapping[str, str] = NOTHING,
) -> None:
    """The first question of a form."""
    session, effects = engine.start(
        form, language=here.language(her.language), now=here.now, chance=here.chance, given=given
    )
    _carry_out(unit, here, her, form, None, session, effects, lead=lead, agreed=agreed)


def begin_again(unit: Unit, here: Circumstances, her: Respondent, tag: str) -> None:
    """Erase what was begun and begin anew; a button of an earlier session erases nothing."""
    kept = unit.sessions.of(her.id)
    if kept is None or kept.tag != tag:
        old_button(unit, here, her)
        return
    asked = str(her.waiting.get("form"))
    _drop(unit, her, kept)
    lead = [Sentence("What you had begun is erased. We start again.")]
    begin(unit, here, her, asked if may_begin(unit, asked) else "testimony", lead=lead)


def stop(unit: Unit, here: Circumstances, her: Respondent) -> None:
    """/stop: nothing more from us unasked, what is queued too (S45); what she asked for before it still comes (S1). An
    open session is kept for a while.
    """
    her = _saved(unit, her, quiet=True, waiting={})
    unit.outbox.cancel(her.address, here.now, unasked=True)
    kept = unit.sessions.of(her.id)
    if kept is None:
        reply(
            unit,
            here,
            her,
            Sentence("Done. We no longer write to you first. If you want to come back: /start"),
        )
    else:
        _step(unit, here, her, kept, event.Stopped())


def resume(unit: Unit, here: Circumstances, her: Respondent) -> None:
    """/resume: the open question again."""
    her = _saved(unit, her, quiet=False, waiting={})
    kept = unit.sessions.of(her.id)
    if kept is None:
        reply(unit, here, her, Sentence("There is nothing waiting to go on. To begin: /start"))
    else:
        _step(unit, here, her, kept, event.Resumed())


def reached(unit: Unit, here: Circumstances, her: Respondent, reachable: bool) -> None:
    """She blocked the bot, or let it in again (R18): nothing is said; what was queued for a closed door is dropped."""
    _saved(unit, her, reachable=reachable)
    if not reachable:
        unit.outbox.cancel(her.address, here.now)


# -- speaking ---------------------------------------------------------------------------------------------------------


def say(unit: Unit, here: Circumstances, her: Respondent, words: str) -> None:
    """She wrote: an answer to a moderator's question, to the open question, or words outside any conversation."""
    kept = unit.sessions.of(her.id)
    if _place_only(her) and words.strip() == here.say(Sentence(RATHER_NOT), her.language):
        reply(unit, here, _saved(unit, her, waiting={}), Sentence("All right. Nothing has changed."))
    elif _answering(here, her, kept):
        _answer(unit, here, her, words=words)
    elif kept is None:
        _outside(unit, here, her)
    else:
        early = kept.said.get(-(here.message or 0))  # edited before it was heard (R8)
        words = words if early is None else early
        meaning = here.catalogs.meaning(words, her.language)
        _step(unit, here, her, kept, event.Said(words, meaning), words=words)


def send(unit: Unit, here: Circumstances, her: Respondent, recording: Recording) -> None:
    """She sent a voice note, a photo, a file: kept as wanted, fetched later, wherever an answer takes it."""
    kept = unit.sessions.of(her.id)
    if recording.size > LARGEST:
        sentence = Sentence(
            "This file is too large: up to {size} MB fit. Please send a smaller one, or tell it in words.",
            {"size": LARGEST // (1024 * 1024)},
        )
        reply(unit, here, her, sentence)
    elif recording.kind == "audio" and recording.seconds > LONGEST:
        sentence = Sentence(
            "This voice note is too long: up to {minutes} minute fits. You can send several, one after the other.",
            {"minutes": LONGEST // 60},
            "This voice note is too long: up to {minutes} minutes fit. You can send several, one after the other.",
            LONGEST // 60,
        )
        reply(unit, here, her, sentence)
    elif _answering(here, her, kept):
        _answer(unit, here, her, words=recording.caption, medium=_medium(unit, here, her, recording))
    elif kept is None:
        _outside(unit, here, her)
    else:
        medium = _medium(unit, here, her, recording)
        sent = event.Sent(recording.kind, medium.id, recording.caption, recording.seconds)
        _step(unit, here, her, kept, sent, words=recording.caption, medium=medium.id)


def locate(unit: Unit, here: Circumstances, her: Respondent, place: Place) -> None:
    """She shared where she is."""
    kept = unit.sessions.of(her.id)
    if kept is None:
        _outside(unit, here, her)
    else:
        _step(unit, here, her, kept, event.Located(place.latitude, place.longitude))


def offer_place(unit: Unit, here: Circumstances, her: Respondent) -> None:
    """Near me was tapped: Telegram lets a place be shared by another kind of keyboard only."""
    kept = unit.sessions.of(her.id)
    form = _form(unit, kept) if kept else None
    if kept is None or form is None or "place" not in engine.moves(form, kept.session, here.now):
        old_button(unit, here, her)
    else:
        her = _saved(unit, her, waiting={"for": "place"})
        reply(unit, here, her, ShareHere())


def tap(unit: Unit, here: Circumstances, her: Respondent, action: str) -> None:
    """A dialog's button; one of an earlier session is answered kindly and does nothing."""
    kept = unit.sessions.of(her.id)
    try:
        tag, happened = buttons.read_dialog(action)
    except buttons.UnknownAction:
        old_button(unit, here, her)
        return
    if kept is None or kept.tag != tag:
        old_button(unit, here, her)
    else:
        _step(unit, here, _saved(unit, her, waiting=_place_only(her)), kept, happened)


def edit(unit: Unit, here: Circumstances, her: Respondent, words: str) -> None:
    """A message was edited on the phone (R8): before sending it amends the answer, after it the testimony.

    An edit that comes before its message is remembered; one of words that are no answer changes nothing.
    """
    message = here.message or 0
    kept = unit.sessions.of(her.id)
    if kept is not None and message in kept.said:
        amended = event.Amended(kept.said[message], words)
        _step(unit, here, her, replace(kept, said={**kept.said, message: words}), amended)
        return
    for testimony in unit.testimonies.of(her.id):
        if message in testimony.said:
            _amend(unit, here, her, testimony, testimony.said[message], words)
            return
    if kept is not None:
        unit.sessions.save(replace(kept, said={**kept.said, -message: words}))


def unheard(unit: Unit, here: Circumstances, her: Respondent, reason: str) -> None:
    """Something we do not take."""
    text = (
        "Please do not send telephone numbers or contacts. This one was not kept."
        if reason == "contact"
        else "I cannot take this kind of message. You can write, hold 🎤 and speak, or send a photo."
    )
    reply(unit, here, her, Sentence(text))


def old_button(unit: Unit, here: Circumstances, her: Respondent) -> None:
    """A button that does nothing any more."""
    reply(
        unit,
        here,
        her,
        Sentence("This button is from earlier and does nothing any more. What you told us: /mine"),
    )


# -- time -------------------------------------------------------------------------------------------------------------


def wake(unit: Unit, here: Circumstances, kept: Kept) -> None:
    """A session's wake-up has come: one gentle word after a day, the end of the draft after fourteen (S41).

    To somebody who asked us not to write first, or cannot be reached, nothing is said.
    """
    her = unit.people.respondent(kept.respondent)
    if her is None:
        unit.sessions.drop(kept.id)
        return
    silent = her.quiet or not her.reachable
    if here.now - kept.touched_at >= DRAFT:
        _drop(unit, her, kept)
        if not silent:
            reply(unit, here, her, _closed())
    elif silent:
        unit.sessions.save(replace(kept, wake_at=kept.touched_at + DRAFT))
    else:
        _step(unit, here, her, kept, event.TimePassed())


def _closed() -> Sentence:
    return Sentence(
        "What you had begun was waiting for {days} day and is now closed. Nothing of it is kept. You can begin again"
        " with /start.",
        {"days": DRAFT.days},
        "What you had begun was waiting for {days} days and is now closed. Nothing of it is kept. You can begin again"
        " with /start.",
        DRAFT.days,
    )


# -- a moderator's question -------------------------------------------------------------------------------------------


def take_question(unit: Unit, here: Circumstances, her: Respondent, id: str) -> None:
    """Answer was tapped: the next words, voice note or photo answer the moderator's question."""
    testimony = unit.testimonies.own(id, respondent=her.id)
    if testimony is None or testimony.state is not State.RETURNED:
        reply(unit, here, her, Sentence("This question is no longer open. Thank you."))
        return
    her = _saved(unit, her, waiting={"for": "answer", "testimony": id})
    reply(unit, here, her, Sentence("Please write your answer, or hold 🎤 and speak."))


def _answering(here: Circumstances, her: Respondent, kept: Kept | None) -> bool:
    """Whether what she says now answers a moderator's question: after Answer, and for a while what follows (R7)."""
    if her.waiting.get("for") != "answer":
        return False
    until = her.waiting.get("until")
    return until is None or (kept is None and here.now <= datetime.fromisoformat(until))


def _answer(
    unit: Unit, here: Circumstances, her: Respondent, *, words: str, medium: Medium | None = None
) -> None:
    testimony = unit.testimonies.own(str(her.waiting["testimony"]), respondent=her.id)
    first = testimony is not None and testimony.state is State.RETURNED
    more = "until" in her.waiting and testimony is not None and testimony.state in UNDECIDED
    if testimony is None or not (first or more):
        her = _saved(unit, her, waiting={})
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
    if not first:
        reply(unit, here, her, effect.Say("added"), clears=clears)
        return
    her = _saved(unit, her, waiting={**her.waiting, "until": (here.now + JOINING).isoformat()})
    if not found:
        tell_moderators(unit, here, her, testimony)
    partner = unit.people.partner(testimony.partner)
    thanks = Sentence("Thank you for your answer. {partner} reads it.", {"partner": partner.name})
    kept = unit.sessions.of(her.id)
    if kept is None or kept.session.state is Standing.STOPPED:
        reply(unit, here, her, thanks, clears=clears)
    else:
        reply(unit, here, her, thanks, clears=clears, step="thanks")
        _step(unit, here, her, kept, event.Resumed())


def _let_go(unit: Unit, medium: Medium | None) -> None:
    if medium is not None:
        unit.media.drop(medium.id)


# -- the step ---------------------------------------------------------------------------------------------------------


def _step(
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
    if _place_only(her) and not isinstance(happened, event.TimePassed):
        her = _saved(unit, her, waiting={})
        lead = [_keyboard_gone(here, her, happened), *lead]
    form = _form(unit, kept)
    if form is None:
        _drop(unit, her, kept)
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
) -> None:
    """Keep the session, or what became of it; say everything in one message."""
    speech: list[Part] = [each for each in effects if isinstance(each, Speech)]
    closed = next((each.outcome for each in effects if isinstance(each, effect.Close)), None)
    tag = ""
    if closed is None:
        kept = _keep(unit, here, her, kept, session, effects, agreed)
        tag = kept.tag
        if medium and medium not in " ".join(_values(session.answers)):
            unit.media.drop(medium)  # no answer takes it
    else:
        if kept is not None:
            unit.sessions.drop(kept.id)
        if closed == "finished" and form.name == OPENING:
            _go_on(unit, here, her, form, session, lead=[*lead, *speech])
            return
        if closed == "finished" and unit.forms.published(form.name, form.version):
            _receive(unit, here, her, form, kept, session, [*lead, *speech])
            return
        if closed == "finished":
            speech.append(
                Sentence("This was a try: nothing of it is kept. Your forms: /forms", domain="desk")
            )
        _drop_loose(unit, her)
    in_place = tapped and not lead and all(isinstance(each, effect.Ask) and each.again for each in speech)
    parts = [*lead, *speech]
    if parts:
        reply(unit, here, her, *parts, session=tag, replaces=here.message if in_place else None)


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
    _drop_loose(unit, her)
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
    given = _given(unit, here, her)
    _open(unit, here, her, form, given, lead=lead, agreed=agreed_to(here, opening, session))


def _form(unit: Unit, kept: Kept) -> Form | None:
    """The version of the form that a session walks; None where it is no longer asked."""
    try:
        return unit.forms.version(kept.session.form, kept.session.version)
    except LookupError:
        return None


def _place_only(her: Respondent) -> Mapping[str, Any]:
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
) -> Kept:
    """Write the session; it wakes when it asked to, at the latest when a draft ends."""
    wishes = [each.at for each in effects if isinstance(each, effect.Wake)]
    if kept is None:
        wake_at = wishes[-1] if wishes else here.now + DRAFT
        return unit.sessions.add(her.id, session, wake_at, here.now, agreed)
    wake_at = wishes[-1] if wishes else kept.wake_at
    if wake_at is None or wake_at <= here.now:
        wake_at = kept.touched_at + DRAFT
    return unit.sessions.save(replace(kept, session=session, wake_at=wake_at))


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


# -- small things -----------------------------------------------------------------------------------------------------


def _amend(
    unit: Unit, here: Circumstances, her: Respondent, testimony: Testimony, old: str, new: str
) -> None:
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


def _saved(unit: Unit, her: Respondent, **changes: Any) -> Respondent:
    """The respondent with these changes, written when they change anything."""
    changed = replace(her, **changes)
    return her if changed == her else unit.people.save_respondent(changed)


def _form_of_link(unit: Unit, link: str) -> str | None:
    """The partner's form a link begins, where it is published; the built-in ones need no link."""
    if not link.startswith(FORM_LINK):
        return None
    name = link.removeprefix(FORM_LINK)
    try:
        unit.forms.current(name)
    except LookupError:
        return None
    return None if name == OPENING else name


def _whose_link(unit: Unit, link: str) -> tuple[str, str] | None:
    """Partner and association of a link; None where it is neither's."""
    match link.partition("-"):
        case ["p", _, partner] if partner in {each.id for each in unit.people.partners()}:
            return partner, ""
        case ["a", _, id] if (association := unit.associations.by_link(id)) is not None:
            return association.partner, association.id
    return None


def _say_by_whom(unit: Unit, here: Circumstances, her: Respondent) -> None:
    """She learns that the local group whose link she followed is noted with what she tells."""
    association = unit.associations.by_link(her.association)
    if association is not None:
        names = {"association": association.name, "partner": unit.people.partner(her.partner).name}
        told = Sentence(
            "You come by {association}, which works with {partner}. This is noted with what you tell.", names
        )
        reply(unit, here, her, told, step="by")


def _given(unit: Unit, here: Circumstances, her: Respondent) -> dict[str, str]:
    """What the application fills in at the start of a form: who reads, who else could, and what she told last."""
    given = reader(unit, her.partner)
    for last in unit.testimonies.of(her.id):
        form = unit.forms.version(last.form, last.form_version)
        if story := told(form, last.answers, "story"):
            spoken = here.catalogs.words(her.language)
            given |= {
                "last_hardest": shortened(story, RECALLED),
                "last_day": spoken.date(last.received_at.date()),
                "last_themes": " ".join(last.themes),
            }
            break
    return given


def _medium(unit: Unit, here: Circumstances, her: Respondent, recording: Recording) -> Medium:
    medium = Medium(
        here.fresh(),
        her.id,
        recording.kind,
        recording.file,
        recording.unique,
        recording.mime,
        recording.size,
        recording.seconds,
    )
    return unit.media.add(medium, here.now)


def _drop(unit: Unit, her: Respondent, kept: Kept) -> None:
    unit.sessions.drop(kept.id)
    _drop_loose(unit, her)


def _drop_loose(unit: Unit, her: Respondent) -> None:
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


def _go_on_or_again(unit: Unit, here: Circumstances, her: Respondent, kept: Kept, form: str) -> None:
    """Ask whether to go on with what is open, or to begin this form."""
    her = _saved(unit, her, waiting={**her.waiting, "form": form})
    go_on = Button("Go on", buttons.dialog(kept.tag, event.Resumed()), style="primary")
    again = Button("Start again", f"m:again:{kept.tag}")
    asked = Sentence("You had begun to tell us something. Shall we go on with it?")
    reply(unit, here, her, asked, Buttons(((go_on,), (again,))))


def _menu(text: str) -> tuple[Part, ...]:
    rows = (
        (Button("Tell what I live through", "m:testimony"),),
        (Button("Tell about an initiative", "m:initiative"),),
        (Button("Say how it is now", "m:checkin"),),
        (Button("See what I told", "m:mine"),),
    )
    return Sentence(text), Buttons(rows)


def _outside(unit: Unit, here: Circumstances, her: Respondent) -> None:
    text = "Thank you for writing. What you write outside a conversation is not kept. Shall we begin?"
    if her.language is None:
        ask_language(unit, here, her, Sentence(text))
    else:
        reply(unit, here, her, *_menu(text))
