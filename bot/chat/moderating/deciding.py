"""Deciding: accept, ask back, set aside, release, undo; with the words a moderator may add.

Verbs: a accept · q ask, q1 … a ready question · w own words · y send them · s set aside, s1 … a reason · u undo ·
x release · c the card again, c2 … its pages · m more
"""

from collections.abc import Mapping
from dataclasses import replace

from bot import reviewing, unkept
from bot.chat.moderating import card
from bot.chat.moderating.acting import Act, Handler, language_of_author, wait_for, waited_for
from bot.chat.moderating.outcome import held, held_then, show
from bot.chat.moderating.phrases import button, desk, say
from bot.speech import Button, Buttons, Part, Sentence
from bot.standing import Outdated
from bot.testimony import Testimony

QUESTIONS = (
    "Could you tell us a little more about it?",
    "Since when has it been like this?",
    "Who is helping you now, and what is missing?",
)
"""Ready questions: the moderator reads them in one language, the author in another."""

REASONS = (
    ("spam", "Not a testimony, or spam"),
    ("harm", "Someone named could be harmed"),
    ("twice", "Told twice"),
    ("other", "Another reason"),
)
"""Why a testimony is set aside; the last is put in own words."""


def accept(act: Act) -> None:
    """It counts among the voices."""
    show(act, reviewing.accept(act.unit, act.here, act.role, act.which, act.version))


def release(act: Act) -> None:
    """Back to the queue."""
    show(act, reviewing.release(act.unit, act.here, act.role, act.which, act.version))


def undo(act: Act) -> None:
    """Take the decision back."""
    show(act, reviewing.undo(act.unit, act.here, act.role, act.which, act.version))


def card_again(act: Act) -> None:
    """The card with the decisions under it, at some page of her words; what was being written is not kept."""
    if testimony := held(act):
        unkept.taken(act.unit, act.role, testimony)
        card.show(act.unit, act.here, act.role, testimony, page=act.tapped.number or 1)


def more(act: Act) -> None:
    """What else can be done with it."""
    if testimony := held(act):
        card.show(act.unit, act.here, act.role, testimony, foot=(Buttons(card.more(testimony)),))


def ask(act: Act) -> None:
    """Which question; or a ready one, sent in the author's language."""
    number = act.tapped.number
    if number is not None and 1 <= number <= len(QUESTIONS):
        question = Sentence(QUESTIONS[number - 1])
        words = act.here.say(question, language_of_author(act.unit, act.role, act.which))
        show(act, reviewing.ask_back(act.unit, act.here, act.role, act.which, act.version, words))
    elif testimony := held(act):
        _wait(act, "question")
        ready = [(button(text, f"q{each}", testimony),) for each, text in enumerate(QUESTIONS, start=1)]
        own = (button("Write my own", "w", testimony),)
        choose = desk(
            "Choose a question, or write one. It goes to the person in {language}. Please do not ask for names,"
            " addresses or telephone numbers.",
            language=_language_of_author(act),
        )
        _foot(act, testimony, choose, *ready, own)


def ask_in_own_words(act: Act) -> None:
    """The next words are the question."""
    if testimony := held(act):
        _wait(act, "question")
        now = desk(
            "Please write your question now, in {language} if you can.", language=_language_of_author(act)
        )
        _foot(act, testimony, now)


def preview(act: Act) -> None:
    """The question that was written, shown once more before it goes out."""
    testimony = held_then(act)
    if testimony is None:
        return
    unkept.remember(act.unit, act.here, act.role, testimony, act.words)
    send = replace(button("Send the question", "y", testimony), style="primary")
    shown = desk("This is what the person will read: {question}", question=act.words)
    rows = ((send,), (button("Cancel", "c", testimony),))
    say(act.unit, act.here, act.role, shown, Buttons(rows), card=testimony.id)


def send_question(act: Act) -> None:
    """Send the question that was written; its card, further up, goes."""
    if testimony := held(act):
        asked = waited_for(act, "question", testimony)
        if words := unkept.taken(act.unit, act.role, testimony) if asked else "":
            show(act, reviewing.ask_back(act.unit, act.here, act.role, act.which, act.version, words))
        else:  # the words are gone
            show(act, Outdated(testimony))


def set_aside(act: Act) -> None:
    """Which reason; or the one that was tapped; the last is put in own words."""
    number = act.tapped.number
    if number is not None and 1 <= number < len(REASONS):
        reason, _ = REASONS[number - 1]
        show(act, reviewing.set_aside(act.unit, act.here, act.role, act.which, act.version, reason))
    elif (testimony := held(act)) and number is None:
        reasons = [
            (button(label, f"s{each}", testimony),) for each, (_, label) in enumerate(REASONS, start=1)
        ]
        why = desk("Why do you set it aside? The person is told kindly, where we may write to them.")
        _foot(act, testimony, why, *reasons)
    elif testimony:
        _wait(act, "reason")
        _foot(act, testimony, desk("Please write the reason in a few words. The person does not read it."))


def set_aside_in_own_words(act: Act) -> None:
    """The reason that was written decides."""
    which, version = act.waiting["testimony"], act.waiting["version"]
    role = act.unit.people.save_moderator(replace(act.role, waiting={}))
    reason = REASONS[-1][0]
    standing = reviewing.set_aside(act.unit, act.here, role, which, version, reason, act.words)
    tapped = replace(act.tapped, testimony=which, version=version)
    show(replace(act, here=replace(act.here, message=act.waiting["card"]), tapped=tapped), standing)


VERBS: Mapping[str, Handler] = {
    "a": accept,
    "q": ask,
    "w": ask_in_own_words,
    "y": send_question,
    "s": set_aside,
    "u": undo,
    "x": release,
    "c": card_again,
    "m": more,
}
WORDS: Mapping[str, Handler] = {"question": preview, "reason": set_aside_in_own_words}


def _wait(act: Act, kind: str) -> None:
    wait_for(act, kind, testimony=act.which, version=act.version, card=act.here.message)


def _foot(act: Act, testimony: Testimony, asks: Part, *rows: tuple[Button, ...]) -> None:
    """The card with a question to the moderator under it, and a way back."""
    foot = (asks, Buttons((*rows, (button("Cancel", "c", testimony),))))
    card.show(act.unit, act.here, act.role, testimony, foot=foot)


def _language_of_author(act: Act) -> str:
    """In the moderator's language."""
    return act.here.name_in(language_of_author(act.unit, act.role, act.which), act.role.language)
