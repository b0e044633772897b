"""Leaving, a deed: take one testimony back, or have everything erased. Each is asked for, confirmed, done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot import buttons, hiding, lane, policy
from bot.card import lines, recordings
from bot.circumstances import Circumstances, reply, tell
from bot.consenting import handed_on
from bot.journal import Deed
from bot.outbox import Kind
from bot.people import Consent, Respondent
from bot.ports import Unit
from bot.speech import Button, Buttons, Day, Lines, Message, Part, Sentence
from bot.testimony import State, Testimony, moved

SHOWN = 40
"""How many testimonies are offered to be withdrawn."""

FILES = "Voice notes, photos and files: {count}"
BEGUN = "Begun and not sent: {count}"

WHILE_AGO = Sentence(
    "That button is from a while ago. So that nothing is erased by mistake, we ask once more."
)

_GOODBYE = (
    (
        "Everything is erased: what you told us, voice notes, photos, what you allowed, and your address. Backups"
        " follow by themselves; nothing of you comes back from them."
    ),
    policy.BEYOND_US,
)


def choose(unit: Unit, here: Circumstances, her: Respondent) -> None:
    """/withdraw: which one?"""
    there = [each for each in unit.testimonies.of(her.id) if each.state is not State.WITHDRAWN]
    if len(there) == 1:
        ask(unit, here, her, there[0].id)
    elif there:
        rows = tuple((Button(each.receipt, f"w:ask:{each.id}", literal=True),) for each in there[:SHOWN])
        reply(unit, here, her, Sentence("Which one do you want to withdraw?"), Buttons(rows))
    else:
        reply(unit, here, her, Sentence("There is nothing to withdraw."))


def ask(unit: Unit, here: Circumstances, her: Respondent, id: str, *, lead: Sequence[Part] = ()) -> None:
    """Say what withdrawing does, and ask once more."""
    testimony = unit.testimonies.own(id, respondent=her.id)
    if testimony is None or testimony.state is State.WITHDRAWN:
        reply(unit, here, her, *_already(testimony))
        return
    warning = Sentence(
        "Withdraw {receipt}? Its words, voice notes and photos are erased here, and it is taken off public pages and"
        " out of coming reports. What others have already copied or printed we cannot bring back.",
        {"receipt": testimony.receipt},
    )
    yes = Button("Yes, withdraw it", buttons.stamped(f"w:yes:{id}", here.now), style="danger")
    copies = handed_on(unit, her, id)
    reply(unit, here, her, *lead, warning, *copies, Buttons(((yes,), (Button("No, leave it", "w:no"),))))


def withdraw(unit: Unit, here: Circumstances, her: Respondent, id: str) -> None:
    """Erase its words, recordings and permissions; the empty row keeps its receipt. A second tap changes nothing.

    The recordings' rows go here; their files, which nothing can find any more, are swept by `keeping`.
    """
    testimony = unit.testimonies.own(id, respondent=her.id)
    if testimony is None or testimony.state is State.WITHDRAWN:
        reply(unit, here, her, *_already(testimony))
        return
    counts, copies = _counts(unit, here, her, [testimony]), handed_on(unit, her, id)
    revoked = [
        Consent(id, each.purpose, False, each.wording, each.language, here.now)
        for each in unit.testimonies.consents(id)
        if each.granted
    ]
    unit.testimonies.erase_words(id, respondent=her.id, now=here.now)
    unit.testimonies.save(
        replace(
            testimony,
            state=moved(testimony.state, "withdraw"),  # of which the store keeps no words
            claimed_by=None,
            claimed_until=None,
        )
    )
    unit.testimonies.add_consents(revoked)
    unit.journal.write(Deed(here.now, f"respondent:{her.id}", "withdrew", f"testimony:{id}"))
    if her.waiting.get("testimony") == id:
        her = unit.people.save_respondent(replace(her, waiting={}))
    _tell_reader(unit, here, testimony)
    lane.clear(unit, here, testimony.partner, id)
    stays = Sentence(
        "The code {receipt} stays, with nothing behind it. What others have already copied or printed we cannot bring"
        " back.",
        {"receipt": testimony.receipt},
    )
    erased = (counts.answers, counts.recordings, counts.permissions)
    said = (*_already(testimony), _erased(here, *erased), *copies, stays)
    reply(unit, here, her, *said, replaces=here.message)


def leave_it(unit: Unit, here: Circumstances, her: Respondent) -> None:
    """No was tapped."""
    reply(unit, here, her, Sentence("All right. Nothing has changed."), replaces=here.message)


def explain(unit: Unit, here: Circumstances, her: Respondent) -> None:
    """/forget: what would be erased; the first of two taps."""
    what = Sentence(
        "You can have everything erased that we hold about you: all you told us, voice notes, photos, what you"
        " allowed, and the address under which we answer you. This cannot be undone."
    )
    erase = Button("Erase everything", "f:sure", style="danger")
    copies = handed_on(unit, her)
    reply(unit, here, her, what, *copies, Buttons(((erase,), (Button("No, keep it", "f:no"),))))


def make_sure(unit: Unit, here: Circumstances, her: Respondent, *, lead: Sequence[Part] = ()) -> None:
    """The second of two taps."""
    yes = Button("Yes, erase it all", buttons.stamped("f:yes", here.now), style="danger")
    reply(
        unit,
        here,
        her,
        *lead,
        Sentence("Are you sure? After this tap it is gone, and we cannot bring it back."),
        Buttons(((yes,), (Button("No, keep it", "f:no"),))),
        replaces=here.message,
    )


def forget(unit: Unit, here: Circumstances, her: Respondent) -> None:
    """Erase her everywhere (S40). The goodbye is about nobody; the chat it goes to is kept until it is sent, and what
    Telegram lets us take out of it is out (S29).

    It says what is erased, in numbers, and what nobody can erase.
    """
    told = unit.testimonies.of(her.id)
    counts, copies = _counts(unit, here, her, told), handed_on(unit, her)
    files = Sentence(FILES, {"count": str(len(unit.media.of(her.id)))})
    begun = Sentence(BEGUN, {"count": str(int(unit.sessions.of(her.id) is not None))})
    unit.people.forget(her.id, here.now)
    unit.journal.write(Deed(here.now, f"respondent:{her.id}", "left", f"respondent:{her.id}"))
    for testimony in told:
        _tell_reader(unit, here, testimony)
    for partner in sorted({each.partner for each in told}):
        lane.clear(unit, here, partner, *(each.id for each in told if each.partner == partner))
    erased = _erased(here, counts.told, counts.answers, files, counts.permissions, begun)
    first, last = (Sentence(text) for text in _GOODBYE)
    goodbye: tuple[Part, ...] = (first, erased, *copies, last)
    message = Message(here.language(her.language), goodbye, replaces=here.message, clears=hiding.ALL)
    tell(unit, here, her.address, message)


@dataclass(frozen=True, slots=True)
class _Counts:
    """How much of what goes with some testimonies, each as a line."""

    told: Sentence
    answers: Sentence
    recordings: Sentence
    permissions: Sentence


def _counts(unit: Unit, here: Circumstances, her: Respondent, told: Sequence[Testimony]) -> _Counts:
    """Counted before anything goes; what was withdrawn before counts no more."""
    there = [each for each in told if each.state is not State.WITHDRAWN]
    language = here.language(her.language)
    answers, named = 0, set[str]()
    for each in there:
        answers += sum(bool(exchange.answer) for exchange in each.exchanges)
        try:
            form = unit.forms.version(each.form, each.form_version)
        except KeyError:  # leaving needs no form: it counts as it can
            answers += len(each.answers)
        else:
            answers += len(lines(form, each.answers, language))
            named |= set(recordings(form, each))
    kept = sum(unit.media.get(medium) is not None for medium in named)
    allowed = sum(consent.granted for each in there for consent in unit.testimonies.consents(each.id))
    return _Counts(
        Sentence("What you told: {count}", {"count": str(len(there))}),
        Sentence("Answers: {count}", {"count": str(answers)}),
        Sentence(FILES, {"count": str(kept)}),
        Sentence("What you allowed: {count}", {"count": str(allowed)}),
    )


def _erased(here: Circumstances, *counts: Sentence) -> Lines:
    """What was erased, and when."""
    day = Day(here.now.date().isoformat())  # a day, never a time (S6)
    return Lines((Sentence("Erased on {day}:", {"day": day}), *counts))


def _already(testimony: Testimony | None) -> tuple[Part, ...]:
    if testimony is None:
        return (Sentence("There is nothing to withdraw."),)
    text = "{receipt} is withdrawn. Thank you for having trusted us with it."
    return (Sentence(text, {"receipt": testimony.receipt}),)


def _tell_reader(unit: Unit, here: Circumstances, testimony: Testimony) -> None:
    """Who has it open learns that it is gone; its card goes from their chat (S43)."""
    moderator = unit.people.moderator(testimony.claimed_by) if testimony.claimed_by else None
    if moderator is not None and moderator.active:
        gone = Sentence("The person has withdrawn this voice. Thank you for not using it.", domain="desk")
        tell(
            unit,
            here,
            moderator.address,
            Message(here.language(moderator.language), (gone,), protect=True, clears=testimony.id),
            kind=Kind.MODERATION,
            step=f"gone:{testimony.id}",
        )
