"""Languages side by side: a voice note written down, words put into another language, and a colleague who checks.

Verbs: l what there is · lt write it down · li<n> put it into the nth language · lk keep what was written ·
la<n> the nth is right · ld<n> take the nth back · lr a reader is wanted
"""

from collections.abc import Mapping
from dataclasses import replace

from bot import interpreting, unkept
from bot.chat.moderating import card
from bot.chat.moderating.acting import Act, Handler, wait_for, waited_for
from bot.chat.moderating.outcome import held, held_then, onward
from bot.chat.moderating.phrases import button, desk, say
from bot.rendition import BY_HAND, Kind
from bot.speech import Button, Buttons, Part, Quote, Sentence
from bot.testimony import Testimony

MOST = 6
"""How many languages are offered."""


def beside(act: Act) -> None:
    """What stands beside the original, and what could."""
    if testimony := held(act):
        _menu(act, testimony)


def write_down(act: Act) -> None:
    """The next words are what the voice note says, in its own language."""
    if testimony := held(act):
        asks = desk(
            "Please write down what is said, word for word, in {language}. It stands beside the recording.",
            language=act.here.name_in(testimony.language, act.role.language),
        )
        _ask(act, testimony, Kind.TRANSCRIPT, testimony.language, asks)


def translate(act: Act) -> None:
    """The next words are the translation."""
    testimony = held(act)
    if testimony is None:
        return
    languages = _languages(act, testimony)
    number = act.tapped.number or 0
    if not 1 <= number <= len(languages):
        _menu(act, testimony)
        return
    language = languages[number - 1]
    asks = desk(
        "Please write it in {language} now. It stands beside the original, never in its place.",
        language=act.here.name_in(language, act.role.language),
    )
    _ask(act, testimony, Kind.TRANSLATION, language, asks)


def preview(act: Act) -> None:
    """What was written, shown once more before it is kept."""
    testimony = held_then(act)
    if testimony is None:
        return
    unkept.remember(act.unit, act.here, act.role, testimony, act.words)
    shown = desk(
        "This will stand beside the original, in {language}:",
        language=act.here.name_in(act.waiting["language"], act.role.language),
    )
    keep = replace(button("Keep it", "lk", testimony), style="primary")
    rows = ((keep,), (button("Cancel", "c", testimony),))
    say(act.unit, act.here, act.role, shown, Quote(act.words), Buttons(rows), card=testimony.id)


def keep(act: Act) -> None:
    """Keep what was written; the card comes anew, below it."""
    if (testimony := held(act)) is None:
        return
    asked = waited_for(act, "rendition", testimony)
    if words := unkept.taken(act.unit, act.role, testimony) if asked else "":
        kind, language = Kind(act.waiting["kind"]), act.waiting["language"]
        interpreting.offer(act.unit, act.here, act.role, testimony, kind, language, words)
    card.show(act.unit, act.here, act.role, testimony, in_place=False)


def accept(act: Act) -> None:
    """It is right, says a colleague of who wrote it."""
    _with_nth(act, interpreting.accept)


def take_back(act: Act) -> None:
    """One's own goes away."""
    _with_nth(act, interpreting.take_back)


def ask_reader(act: Act) -> None:
    """It waits for a colleague who reads its language; where there is none, it stays."""
    if (testimony := held(act)) is None:
        return
    language = act.here.name_in(testimony.language, act.role.language)
    if interpreting.ask_reader(act.unit, act.here, act.role, testimony):
        line = desk(
            "{receipt}: it waits for somebody who reads {language}. They have been told.",
            receipt=testimony.receipt,
            language=language,
        )
        next_ones = Buttons((onward(act.unit, act.here, act.role),))
        say(act.unit, act.here, act.role, line, next_ones, in_place=True, clears=testimony.id)
        return
    nobody = desk(
        "Nobody else in your team reads {language} yet, so the voice stays with you. You can translate what you"
        " understand, or release it.",
        language=language,
    )
    card.show(act.unit, act.here, act.role, testimony, lead=(nobody,))


VERBS: Mapping[str, Handler] = {
    "l": beside,
    "lt": write_down,
    "li": translate,
    "lk": keep,
    "la": accept,
    "ld": take_back,
    "lr": ask_reader,
}
WORDS: Mapping[str, Handler] = {"rendition": preview}


def _with_nth(act: Act, does: interpreting.Does) -> None:
    """Do this with the nth that stands there, and show the card."""
    if (testimony := held(act)) is None:
        return
    found = interpreting.renditions(act.unit, act.role, testimony)
    number = act.tapped.number or 0
    if 1 <= number <= len(found):
        does(act.unit, act.here, act.role, testimony, found[number - 1].id)
    card.show(act.unit, act.here, act.role, testimony)


def _menu(act: Act, testimony: Testimony) -> None:
    rows: list[tuple[Button, ...]] = []
    for number, each in enumerate(interpreting.renditions(act.unit, act.role, testimony), start=1):
        language = act.here.name_in(each.language, act.role.language)
        if each.accepted_by:
            continue
        if each.by == act.role.id and each.tool == BY_HAND:
            rows.append((button("Take back: {language}", f"ld{number}", testimony, language=language),))
        else:
            rows.append((button("It is right: {language}", f"la{number}", testimony, language=language),))
    if interpreting.has_voice(act.unit, testimony):
        rows.append((button("Write it down", "lt", testimony),))
    rows += [
        (
            button(
                "Translate into {language}",
                f"li{number}",
                testimony,
                language=act.here.name_in(language, act.role.language),
            ),
        )
        for number, language in enumerate(_languages(act, testimony), start=1)
    ]
    if interpreting.needs_reader(act.here, act.role, testimony):
        language = act.here.name_in(testimony.language, act.role.language)
        rows.append((button("Needs a reader of {language}", "lr", testimony, language=language),))
    back = (button("Back", "c", testimony),)
    asks = desk("If you read both languages well, you can help a colleague who does not.")
    card.show(act.unit, act.here, act.role, testimony, foot=(asks, Buttons((*rows, back))))


def _ask(act: Act, testimony: Testimony, kind: Kind, language: str, asks: Sentence) -> None:
    wait_for(
        act,
        "rendition",
        testimony=testimony.id,
        version=testimony.version,
        card=act.here.message,
        kind=str(kind),
        language=language,
    )
    foot: tuple[Part, ...] = (asks, Buttons(((button("Cancel", "c", testimony),),)))
    card.show(act.unit, act.here, act.role, testimony, foot=foot)


def _languages(act: Act, testimony: Testimony) -> list[str]:
    """Into which it could be put: this moderator's own first, then those of the colleagues, then the bot's."""
    colleagues = act.unit.people.moderators_of(act.role.partner)
    spoken = [act.here.language(act.role.language), *(each.language for each in colleagues if each.language)]
    found = dict.fromkeys([*spoken, *act.here.languages])
    found.pop(testimony.language, None)
    return list(found)[:MOST]
