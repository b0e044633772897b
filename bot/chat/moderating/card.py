"""The card: one testimony as a moderator may read it, kept up to date in place. What it shows is said here alone."""

from collections.abc import Sequence
from dataclasses import replace

from bot.card import attachments, lines, recordings
from bot.chat.moderating.phrases import button, counted, desk, say
from bot.circumstances import Circumstances
from bot.consenting import told
from bot.people import PURPOSES, Moderator
from bot.ports import Unit
from bot.speech import Button, Buttons, Day, Lines, Part, Quote, Sentence
from bot.testimony import Testimony

KINDS = {"testimony": "Testimony", "initiative": "Initiative", "checkin": "Check-in"}

HIDDEN = ("keep", "consents", "sensitive", "story")
"""Answers that have a place of their own on the card."""

NAMED = {
    "country": ("Country: {country}", "country"),
    "themes": ("Themes: {themes}", "themes"),
    "speaks_as": ("Speaks as: {role}", "role"),
}
"""Answers whose line has a name of its own, and the placeholder in it."""

MORE: tuple[tuple[str, str], ...] = ()
"""What else can be done with a testimony: the button's words, and the verb of the feature it leads to."""


def show(
    unit: Unit,
    here: Circumstances,
    role: Moderator,
    testimony: Testimony,
    *,
    lead: Sequence[Part] = (),
    foot: Sequence[Part] = (),
    in_place: bool = True,
) -> None:
    """The testimony as this moderator may read it: facts in the reader's language, words in the author's own. `foot`:
    what is asked under it, in place of the decisions.
    """
    form = unit.forms.version(testimony.form, testimony.form_version)
    means = {form.meaning(each): each for each in (*HIDDEN, *NAMED)}
    reader = here.language(role.language)
    head = [
        desk(KINDS.get(testimony.form, "Testimony")),
        desk("Receipt: {receipt}", receipt=testimony.receipt),
        desk("Day: {day}", day=Day(testimony.received_at.date().isoformat())),
        desk("Original language: {language}", language=here.name_in(testimony.language, role.language)),
    ]
    for line in lines(form, testimony.answers, reader):
        match means.get(line.ref):
            case "country" | "themes" | "speaks_as" as named:
                head.append(desk(NAMED[named][0], **{NAMED[named][1]: line.words}))
            case None:
                head.append(desk("{label}: {answer}", label=line.label, answer=line.words))
    head.append(_consents(unit, testimony))
    media = recordings(form, testimony)
    parts: list[Part] = [*lead]
    if testimony.sensitive:
        parts.append(
            desk("⚠️ Sensitive. Read with special care. Do not ask for names; do not act on your own.")
        )
    parts.append(Lines((*head, *_recorded(unit, media))))
    if story := told(form, testimony.answers, "story"):
        parts.append(Quote(story, "The story:", domain="desk"))
    for exchange in testimony.exchanges:
        parts.append(desk("Question asked: {question}", question=exchange.question))
        if exchange.answer:
            parts.append(desk("Answer: {answer}", answer=exchange.answer))
    if not in_place:
        parts += attachments(unit, media)
    parts += foot or (Buttons(decisions(testimony)),)
    clears = "" if in_place else testimony.id  # an earlier one of the same goes
    say(
        unit,
        here,
        role,
        *parts,
        in_place=in_place,
        about=testimony.respondent,
        card=testimony.id,
        clears=clears,
    )


def heard(unit: Unit, testimony: Testimony) -> list[str]:
    """The recordings it shows."""
    return recordings(unit.forms.version(testimony.form, testimony.form_version), testimony)


def decisions(testimony: Testimony) -> tuple[tuple[Button, ...], ...]:
    """What can be decided, one tap each."""
    accept = replace(button("Accept", "a", testimony), style="success")
    ask = button("Ask a question", "q", testimony)
    aside = button("Set aside", "s", testimony)
    release = button("Release", "x", testimony)
    return (accept,), (ask,), (aside, release), (button("More", "m", testimony),)


def more(testimony: Testimony) -> tuple[tuple[Button, ...], ...]:
    """What else can be done with it, two buttons a row."""
    each = [button(label, verb, testimony) for label, verb in MORE]
    rows = [tuple(each[at : at + 2]) for at in range(0, len(each), 2)]
    return *rows, (button("Back", "c", testimony),)


def _consents(unit: Unit, testimony: Testimony) -> Sentence:
    granted = {each.purpose for each in unit.testimonies.consents(testimony.id) if each.granted}
    return desk("Allowed: {consents}", consents=tuple(desk(each) for each in PURPOSES if each in granted))


def _recorded(unit: Unit, media: Sequence[str]) -> list[Sentence]:
    known = [medium for each in media if (medium := unit.media.get(each)) is not None]
    found = [
        desk("🎤 voice note, {seconds} s", seconds=each.seconds) for each in known if each.kind == "audio"
    ]
    photos = sum(each.kind == "image" for each in known)
    return [*found, *([counted("📷 {count} photo", "📷 {count} photos", photos)] if photos else [])]
