"""Moderating: commands and taps of those who review, and the one card they see, edited in place.

Actions are `r:<verb>`, `r:<verb>:<testimony>` or `r:<verb>:<testimony>:<version>`; the verbs:
n next · o open · a accept · q ask · q1 q2 q3 a ready question · w own words · y send the question ·
s set aside · s1 … s4 a reason · u undo · x release · c cancel
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot import reviewing
from bot.card import attachments, lines, recordings
from bot.circumstances import Circumstances, tell
from bot.consenting import told
from bot.outbox import Kind
from bot.people import PURPOSES, Moderator
from bot.ports import Copy, Unit
from bot.reviewing import (
    AlreadyDecided,
    Changed,
    Done,
    Enough,
    Nothing,
    Outdated,
    Released,
    Standing,
    Taken,
    WithColleague,
    Withdrawn,
)
from bot.speech import Button, Buttons, Day, Lines, Message, Part, Quote, Sentence
from bot.testimony import DecisionKind, Testimony
from bot.words import FALLBACK

COMMANDS = ("queue", "next", "claimed")

QUESTIONS = (
    "Could you tell us a little more about it?",
    "Since when has it been like this?",
    "Who is helping you now, and what is missing?",
)
"""Ready questions: the moderator reads them in one language, the author in another."""

REASONS = {
    "s1": ("spam", "Not a testimony, or spam"),
    "s2": ("harm", "Someone named could be harmed"),
    "s3": ("twice", "Told twice"),
    "s4": ("other", "Another reason"),
}

DECIDED = {
    DecisionKind.ACCEPT: "{receipt}: accepted.",
    DecisionKind.RETURN: "{receipt}: your question is on its way.",
    DecisionKind.SET_ASIDE: "{receipt}: set aside.",
}

UNHEARD = "{receipt}: your question is kept. We may not write to the person now; /mine shows it when they come back."
"""In place of DECIDED: who asked us not to write first, or cannot be reached, gets no message."""

DECISIONS = {
    DecisionKind.ACCEPT: "accepted",
    DecisionKind.RETURN: "returned with a question",
    DecisionKind.SET_ASIDE: "set aside",
    DecisionKind.UNDO: "waiting again",
}

KINDS = {"testimony": "Testimony", "initiative": "Initiative", "checkin": "Check-in"}

HIDDEN = ("keep", "consents", "sensitive", "story")
"""Answers that have a place of their own on the card."""

NAMED = {
    "country": ("Country: {country}", "country"),
    "themes": ("Themes: {themes}", "themes"),
    "speaks_as": ("Speaks as: {role}", "role"),
}
"""Answers whose line has a name of its own, and the placeholder in it."""


@dataclass(frozen=True, slots=True)
class Tapped:
    """A moderator's button, read."""

    verb: str
    testimony: str = ""
    version: int = -1


def read_action(action: str) -> Tapped | None:
    """Read an action of ours; None for any other."""
    match action.split(":"):
        case ["r", verb]:
            return Tapped(verb)
        case ["r", verb, testimony]:
            return Tapped(verb, testimony)
        case ["r", verb, testimony, version] if version.isdecimal():
            return Tapped(verb, testimony, int(version))
        case _:
            return None


# -- what moderators do -----------------------------------------------------------------------------------------------


def command(unit: Unit, here: Circumstances, address: str, name: str) -> None:
    """/queue, /next, /claimed: for whoever holds a role at this address (S22)."""
    roles = _listen_no_more(unit, _readers(unit, address))
    if not roles:
        stranger(unit, here, address, f"command:{name}")
        return
    match name:
        case "queue":
            _queue(unit, here, roles)
        case "next":
            _next(unit, here, roles)
        case _:
            _claimed(unit, here, roles)


def tap(unit: Unit, here: Circumstances, address: str, action: str) -> None:
    """A tap on a card. Rights are read anew at each (S22); an old card changes nothing (S23)."""
    tapped = read_action(action)
    asked = _readers(unit, address)
    if not asked or tapped is None:
        stranger(unit, here, address, f"testimony:{tapped.testimony}" if tapped else "button")
        return
    waiting = next((role.waiting for role in asked if role.waiting), {})
    roles = _listen_no_more(unit, asked)
    role = _role_for(unit, roles, tapped.testimony)
    which, version = tapped.testimony, tapped.version
    match tapped.verb:
        case "n":
            _next(unit, here, roles)
        case "o":
            _show(unit, here, role, reviewing.reopen(unit, here, role, which), which, in_place=False)
        case "a":
            _show(unit, here, role, reviewing.accept(unit, here, role, which, version), which)
        case "x":
            _show(unit, here, role, reviewing.release(unit, here, role, which, version), which)
        case "u":
            _show(unit, here, role, reviewing.undo(unit, here, role, which, version), which)
        case "q" | "w" | "s" | "s4" | "c":
            _turn(unit, here, role, tapped)
        case "q1" | "q2" | "q3":
            question = Sentence(QUESTIONS[int(tapped.verb[1]) - 1])
            asked_words = here.say(question, _language_of_author(unit, role, which))
            standing = reviewing.ask_back(unit, here, role, which, version, asked_words)
            _show(unit, here, role, standing, which)
        case "y":
            _ask_own(unit, here, role, tapped, waiting)
        case "s1" | "s2" | "s3":
            reason = REASONS[tapped.verb][0]
            _show(unit, here, role, reviewing.set_aside(unit, here, role, which, version, reason), which)
        case _:
            stranger(unit, here, address, "button")


def _readers(unit: Unit, address: str) -> list[Moderator]:
    """The roles at this address that read voices."""
    return [role for role in unit.people.moderators_at(address) if role.reads]


def expects_words(unit: Unit, address: str) -> bool:
    """Whether somebody at this address was asked to write a question or a reason."""
    return any(role.waiting for role in unit.people.moderators_at(address))


def stop_waiting(unit: Unit, address: str) -> None:
    """Something else was done: the next words are no question and no reason."""
    _listen_no_more(unit, unit.people.moderators_at(address))


def write(unit: Unit, here: Circumstances, address: str, words: str) -> None:
    """The words a moderator was asked for: a question is shown once more before it goes out; a reason decides."""
    role = next(role for role in unit.people.moderators_at(address) if role.waiting)
    waiting = role.waiting
    which, version = str(waiting["testimony"]), int(waiting["version"])
    if here.message is not None:  # it may repeat her words, and goes with the card
        unit.copies.said(address, Copy(here.message, here.now, card=which))
    if waiting["for"] == "reason":
        role = unit.people.save_moderator(replace(role, waiting={}))
        standing = reviewing.set_aside(unit, here, role, which, version, "other", words)
        _show(unit, replace(here, message=waiting["card"]), role, standing, which)
        return
    role = unit.people.save_moderator(replace(role, waiting={**waiting, "words": words}))
    send = Button("Send the question", f"r:y:{which}:{version}", style="primary", domain="desk")
    cancel = Button("Cancel", f"r:c:{which}:{version}", domain="desk")
    preview = Sentence("This is what the person will read: {question}", {"question": words}, domain="desk")
    _say(unit, here, role, preview, Buttons(((send,), (cancel,))), card=which)


def stranger(unit: Unit, here: Circumstances, address: str, thing: str) -> None:
    """Somebody without the right: nothing changes, one line in the journal, an answer that says nothing (S22)."""
    reviewing.refuse(unit, here, address, thing)
    no = Sentence("This is for moderators. You are not one, or no longer one.", domain="desk")
    tell(unit, here, address, Message(here.language(), (no,)))


# -- what they see ----------------------------------------------------------------------------------------------------


def _queue(unit: Unit, here: Circumstances, roles: Sequence[Moderator]) -> None:
    counts: Counter[str] = Counter()
    for role in roles:
        counts.update(reviewing.waiting(unit, here, role))
    total = counts.total()
    if not total:
        _say(unit, here, roles[0], _desk("Nothing is waiting. Thank you."))
        return
    one, many = "{count} voice is waiting.", "{count} voices are waiting."
    summary = [_counted(one, many, total)]
    summary += [
        _desk("{language}: {count}", language=here.name_in(language, roles[0].language), count=count)
        for language, count in counts.most_common()
    ]
    _say(unit, here, roles[0], Lines(tuple(summary)), Buttons(((_button("Next", "n"),),)))


def _next(unit: Unit, here: Circumstances, roles: Sequence[Moderator]) -> None:
    for role in roles:
        found = reviewing.take(unit, here, role)
        if not isinstance(found, Nothing):
            _show(unit, here, role, found, in_place=False)
            return
    _show(unit, here, roles[0], Nothing(), in_place=False)


def _claimed(unit: Unit, here: Circumstances, roles: Sequence[Moderator]) -> None:
    opened = [testimony for role in roles for testimony in reviewing.claimed(unit, here, role)]
    if not opened:
        _say(unit, here, roles[0], _desk("You have nothing open. Take the next one: /next"))
        return
    rows = tuple((Button(each.receipt, f"r:o:{each.id}", literal=True),) for each in opened)
    one, many = "You have {count} voice open.", "You have {count} voices open."
    _say(unit, here, roles[0], _counted(one, many, len(opened)), Buttons(rows))


def _show(
    unit: Unit,
    here: Circumstances,
    role: Moderator,
    standing: Taken | Nothing | Enough | Released | Standing,
    which: str = "",
    *,
    in_place: bool = True,
) -> None:
    """What became of it: the card, or one line in its place; then nothing else of the card stays there (S43)."""
    next_one = (_button("Next", "n"),)
    match standing:
        case Taken(testimony):
            _card(unit, here, role, testimony, "c", in_place=in_place)
        case Done(testimony, DecisionKind.UNDO):
            form = unit.forms.version(testimony.form, testimony.form_version)
            heard = recordings(form, testimony)  # they were taken out of the chat: the whole card comes anew
            _card(unit, here, role, testimony, "c", in_place=in_place and not heard)
        case Changed(testimony):
            changed = _desk("The person has changed it since. This is the latest version.")
            _card(unit, here, role, testimony, "c", changed, in_place=in_place)
        case Done(testimony, kind):
            undo = _button("Undo", "u", testimony)
            decided = (
                UNHEARD if kind is DecisionKind.RETURN and not _hears(unit, testimony) else DECIDED[kind]
            )
            line = _desk(decided, receipt=testimony.receipt)
            foot = Buttons(((undo, *next_one),))
            _say(unit, here, role, line, foot, in_place=in_place, card=which, clears=which)
        case Released(testimony):
            line = _desk("{receipt}: back in the queue.", receipt=testimony.receipt)
            _say(unit, here, role, line, Buttons((next_one,)), in_place=in_place, clears=which)
        case _:
            line = _one_line(standing)
            _say(unit, here, role, line, Buttons((next_one,)), in_place=in_place, clears=which)


def _hears(unit: Unit, testimony: Testimony) -> bool:
    """Whether its author gets what we write without being asked (S45, R18)."""
    author = unit.people.respondent(testimony.respondent)
    return author is not None and author.reachable and not author.quiet


def _one_line(standing: Nothing | Enough | Standing) -> Sentence:
    match standing:
        case AlreadyDecided(_, kind):
            decision = Sentence(DECISIONS[kind], domain="desk", context="decision")
            return _desk("A colleague has already decided: {decision}.", decision=decision)
        case WithColleague():
            return _desk("A colleague has already taken this one.")
        case Outdated():
            return _desk("This card is out of date. Open it again with /claimed")
        case Withdrawn():
            return _desk("The person has withdrawn this voice. Thank you for not using it.")
        case Nothing():
            return _desk("Nothing is waiting. Thank you.")
        case Enough(count):
            return _counted(
                "You have {count} voice open. Please decide on it or release it first: /claimed",
                "You have {count} voices open. Please decide on them or release some first: /claimed",
                count,
            )
        case _:
            return _desk("Not found.")


def _turn(unit: Unit, here: Circumstances, role: Moderator, tapped: Tapped) -> None:
    """The same card with another foot: questions, reasons, or the decisions again."""
    standing = reviewing.open_with(unit, here, role, tapped.testimony, tapped.version)
    if not isinstance(standing, Testimony):
        _show(unit, here, role, standing, tapped.testimony)
        return
    wanted = {"q": "question", "w": "question", "s4": "reason"}.get(tapped.verb)
    if wanted is not None:
        waiting = {
            "for": wanted,
            "testimony": standing.id,
            "version": standing.version,
            "card": here.message,
        }
        role = unit.people.save_moderator(replace(role, waiting=waiting))
    _card(unit, here, role, standing, tapped.verb, in_place=True)


def _ask_own(
    unit: Unit, here: Circumstances, role: Moderator, tapped: Tapped, waiting: Mapping[str, Any]
) -> None:
    """Send the question that was written; its card, further up, goes."""
    which, version = tapped.testimony, tapped.version
    words = str(waiting.get("words", ""))
    if words and waiting.get("testimony") == which:
        standing = reviewing.ask_back(unit, here, role, which, version, words)
    else:  # the second of two taps, or the words are gone
        opened = reviewing.open_with(unit, here, role, which, version)
        standing = Outdated(opened) if isinstance(opened, Testimony) else opened
    _show(unit, here, role, standing, which)


def _card(
    unit: Unit,
    here: Circumstances,
    role: Moderator,
    testimony: Testimony,
    foot: str,
    *lead: Part,
    in_place: bool,
) -> None:
    """The testimony as this moderator may read it: facts in the reader's language, words in the author's own."""
    form = unit.forms.version(testimony.form, testimony.form_version)
    means = {form.meaning(each): each for each in (*HIDDEN, *NAMED)}
    reader = here.language(role.language)
    head = [
        _desk(KINDS.get(testimony.form, "Testimony")),
        _desk("Receipt: {receipt}", receipt=testimony.receipt),
        _desk("Day: {day}", day=Day(testimony.received_at.date().isoformat())),
        _desk("Original language: {language}", language=here.name_in(testimony.language, role.language)),
    ]
    for line in lines(form, testimony.answers, reader):
        match means.get(line.ref):
            case "country" | "themes" | "speaks_as" as named:
                head.append(_desk(NAMED[named][0], **{NAMED[named][1]: line.words}))
            case None:
                head.append(_desk("{label}: {answer}", label=line.label, answer=line.words))
    head.append(_consents(unit, testimony))
    media = recordings(form, testimony)
    parts: list[Part] = [*lead]
    if testimony.sensitive:
        parts.append(
            _desk("⚠️ Sensitive. Read with special care. Do not ask for names; do not act on your own.")
        )
    parts.append(Lines((*head, *_recorded(unit, media))))
    if story := told(form, testimony.answers, "story"):
        parts.append(Quote(story, "The story:", domain="desk"))
    for exchange in testimony.exchanges:
        parts.append(_desk("Question asked: {question}", question=exchange.question))
        if exchange.answer:
            parts.append(_desk("Answer: {answer}", answer=exchange.answer))
    if not in_place:
        parts += attachments(unit, media)
    author = here.name_in(_language_of_author(unit, role, testimony.id), role.language)
    parts += _foot(testimony, foot, author)
    clears = "" if in_place else testimony.id  # an earlier one of the same goes
    _say(
        unit,
        here,
        role,
        *parts,
        in_place=in_place,
        about=testimony.respondent,
        card=testimony.id,
        clears=clears,
    )


def _foot(testimony: Testimony, foot: str, author: str) -> list[Part]:
    cancel = (_button("Cancel", "c", testimony),)
    match foot:
        case "q":
            ready = [
                (_button(text, f"q{number}", testimony),) for number, text in enumerate(QUESTIONS, start=1)
            ]
            own = (_button("Write my own", "w", testimony),)
            choose = _desk(
                "Choose a question, or write one. It goes to the person in {language}. Please do not ask for names,"
                " addresses or telephone numbers.",
                language=author,
            )
            return [choose, Buttons((*ready, own, cancel))]
        case "w":
            now = _desk("Please write your question now, in {language} if you can.", language=author)
            return [now, Buttons((cancel,))]
        case "s":
            reasons = [(_button(label, verb, testimony),) for verb, (_, label) in REASONS.items()]
            why = _desk("Why do you set it aside? The person is told kindly, where we may write to them.")
            return [why, Buttons((*reasons, cancel))]
        case "s4":
            why = _desk("Please write the reason in a few words. The person does not read it.")
            return [why, Buttons((cancel,))]
        case _:
            accept = replace(_button("Accept", "a", testimony), style="success")
            ask = _button("Ask a question", "q", testimony)
            aside = _button("Set aside", "s", testimony)
            release = _button("Release", "x", testimony)
            return [Buttons(((accept,), (ask,), (aside, release)))]


def _consents(unit: Unit, testimony: Testimony) -> Sentence:
    granted = {each.purpose for each in unit.testimonies.consents(testimony.id) if each.granted}
    return _desk("Allowed: {consents}", consents=tuple(_desk(each) for each in PURPOSES if each in granted))


def _recorded(unit: Unit, media: Sequence[str]) -> list[Sentence]:
    known = [medium for each in media if (medium := unit.media.get(each)) is not None]
    found = [
        _desk("🎤 voice note, {seconds} s", seconds=each.seconds) for each in known if each.kind == "audio"
    ]
    photos = sum(each.kind == "image" for each in known)
    return [*found, *([_counted("📷 {count} photo", "📷 {count} photos", photos)] if photos else [])]


# -- small things -----------------------------------------------------------------------------------------------------


def _listen_no_more(unit: Unit, roles: Sequence[Moderator]) -> list[Moderator]:
    """The roles, none of them waiting for words any more."""
    return [unit.people.save_moderator(replace(role, waiting={})) if role.waiting else role for role in roles]


def _role_for(unit: Unit, roles: Sequence[Moderator], id: str) -> Moderator:
    """The role in which this testimony is seen: the one that holds it, else any that may see it."""
    seen = [(role, testimony) for role in roles if (testimony := reviewing.sees(unit, role, id)) is not None]
    holding = [role for role, testimony in seen if testimony.claimed_by == role.id]
    return next(iter((*holding, *(role for role, _ in seen), *roles)))


def _language_of_author(unit: Unit, role: Moderator, id: str) -> str:
    testimony = unit.testimonies.get(id, partner=role.partner)
    author = unit.people.respondent(testimony.respondent) if testimony else None
    return (author.language if author else None) or (testimony.language if testimony else FALLBACK)


def _desk(text: str, **values: Any) -> Sentence:
    return Sentence(text, values, domain="desk")


def _counted(one: str, many: str, count: int) -> Sentence:
    return Sentence(one, {"count": count}, many, count, "desk")


def _button(text: str, verb: str, testimony: Testimony | None = None) -> Button:
    action = f"r:{verb}:{testimony.id}:{testimony.version}" if testimony else f"r:{verb}"
    return Button(text, action, domain="desk")


def _say(
    unit: Unit,
    here: Circumstances,
    role: Moderator,
    *parts: Part,
    in_place: bool = False,
    about: str | None = None,
    card: str = "",
    clears: str = "",
) -> None:
    """Say it to a moderator, in place of what was tapped or anew. `card`: the testimony it shows; `clears`: the one
    whose card is taken out of the chat.
    """
    replaces = here.message if in_place else None
    message = Message(
        here.language(role.language), parts, replaces=replaces, protect=True, card=card, clears=clears or None
    )
    tell(unit, here, role.address, message, about=about, kind=Kind.MODERATION)
