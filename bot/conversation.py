"""Conversation, a deed: what a respondent says, sends and taps while she is asked → a step of her session."""

from dataclasses import replace

from bot import buttons
from bot.adding import amend, answer, expected
from bot.circumstances import Circumstances, reply
from bot.greeting import old_button, outside
from bot.heard import Place, Recording
from bot.people import Respondent
from bot.ports import Kept, Medium, Unit
from bot.speech import Sentence, ShareHere
from bot.walking import DRAFT, RATHER_NOT, drop, form_of, place_only, saved, step
from dialogs import engine, event

LARGEST = 20 * 1024 * 1024
"""Bytes of a recording a bot can fetch (Bot API getFile)."""

LONGEST = 120
"""Seconds a voice note may have (product)."""


def say(unit: Unit, here: Circumstances, her: Respondent, words: str) -> None:
    """She wrote: an answer to a moderator's question, to the open question, or words outside any conversation."""
    kept = unit.sessions.of(her.id)
    if place_only(her) and words.strip() == here.say(Sentence(RATHER_NOT), her.language):
        reply(unit, here, saved(unit, her, waiting={}), Sentence("All right. Nothing has changed."))
    elif expected(here, her, kept):
        answer(unit, here, her, words=words)
    elif kept is None:
        outside(unit, here, her)
    else:
        early = kept.said.get(-(here.message or 0))  # edited before it was heard (R8)
        words = words if early is None else early
        meaning = here.catalogs.meaning(words, her.language)
        step(unit, here, her, kept, event.Said(words, meaning), words=words)


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
    elif expected(here, her, kept):
        answer(unit, here, her, words=recording.caption, medium=_medium(unit, here, her, recording))
    elif kept is None:
        outside(unit, here, her)
    else:
        medium = _medium(unit, here, her, recording)
        sent = event.Sent(recording.kind, medium.id, recording.caption, recording.seconds)
        step(unit, here, her, kept, sent, words=recording.caption, medium=medium.id)


def locate(unit: Unit, here: Circumstances, her: Respondent, place: Place) -> None:
    """She shared where she is."""
    kept = unit.sessions.of(her.id)
    if kept is None:
        outside(unit, here, her)
    else:
        step(unit, here, her, kept, event.Located(place.latitude, place.longitude))


def offer_place(unit: Unit, here: Circumstances, her: Respondent) -> None:
    """Near me was tapped: Telegram lets a place be shared by another kind of keyboard only."""
    kept = unit.sessions.of(her.id)
    form = form_of(unit, kept) if kept else None
    if kept is None or form is None or "place" not in engine.moves(form, kept.session, here.now):
        old_button(unit, here, her)
    else:
        her = saved(unit, her, waiting={"for": "place"})
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
        step(unit, here, saved(unit, her, waiting=place_only(her)), kept, happened)


def edit(unit: Unit, here: Circumstances, her: Respondent, words: str) -> None:
    """A message was edited on the phone (R8): before sending it amends the answer, after it the testimony.

    An edit that comes before its message is remembered; one of words that are no answer changes nothing.
    """
    message = here.message or 0
    kept = unit.sessions.of(her.id)
    if kept is not None and message in kept.said:
        amended = event.Amended(kept.said[message], words)
        step(unit, here, her, replace(kept, said={**kept.said, message: words}), amended)
        return
    for testimony in unit.testimonies.of(her.id):
        if message in testimony.said:
            amend(unit, here, her, testimony, testimony.said[message], words)
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
        drop(unit, her, kept)
        if not silent:
            reply(unit, here, her, _closed())
    elif silent:
        unit.sessions.save(replace(kept, wake_at=kept.touched_at + DRAFT))
    else:
        step(unit, here, her, kept, event.TimePassed())


def _closed() -> Sentence:
    return Sentence(
        "What you had begun was waiting for {days} day and is now closed. Nothing of it is kept. You can begin again"
        " with /start.",
        {"days": DRAFT.days},
        "What you had begun was waiting for {days} days and is now closed. Nothing of it is kept. You can begin again"
        " with /start.",
        DRAFT.days,
    )


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
