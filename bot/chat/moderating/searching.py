"""Searching: a voice found by its receipt, or by state, language, country and days, and read again; nothing is decided.

Verbs: vl look for it · vb back · vs state, vg language, vc country, vd days, each with what is tapped · v open one,
v2 … its page · vx close it
"""

from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial

from bot import finding
from bot.card import attachments
from bot.chat.moderating import card
from bot.chat.moderating.acting import Act, Handler, role_for, wait_for
from bot.chat.moderating.outcome import STATES, show
from bot.chat.moderating.phrases import button, desk, say
from bot.people import Moderator
from bot.queued import DAYS, FOUND, Hit, Search
from bot.reporting import DECISIONS
from bot.speech import Button, Buttons, Day, Lines, Part, Sentence
from bot.testimony import SHELTERED, State, Testimony

SHOWN, SEEN = 10, 200
"""How many are listed; from how many one can choose a language or a country."""

ANY = "-"
"""What is tapped for all of a kind."""

FOUND_CARD = "found"
"""What the card of whatever was found begins with: the next one takes its place in the chat (S43)."""

KINDS = {"s": "state", "g": "language", "c": "country", "d": "days"}
"""What is looked for: the letter of its verb, and its name."""


def search(act: Act) -> None:
    """/search: by a receipt that came with the command, or ask what is looked for."""
    if act.words:
        by_receipt(act)
    else:
        _ask(act, Search(), in_place=False)


def by_receipt(act: Act) -> None:
    """The words are a receipt: the voice that has it."""
    found = finding.by_receipt(act.unit, act.roles, act.words)
    if found is None:
        _ask(act, Search(), desk("No voice that you may read has this receipt."), in_place=False)
    else:
        _open(act, found)


def choose(letter: str, act: Act) -> None:
    """What is there of one kind, one button each; or the one that was tapped."""
    wanted, kind = _wanted(act), KINDS[letter]
    if act.which:
        code = "" if act.which == ANY else act.which
        _ask(act, wanted.but(kind, code))
        return
    _remember(act, wanted)
    codes = [str(each) for each in DAYS] if kind == "days" else [ANY, *_codes(act, wanted, kind)]
    each = [Button(_name(act, kind, code), f"r:v{letter}:{code}", literal=True) for code in codes]
    rows = [tuple(each[at : at + 2]) for at in range(0, len(each), 2)]
    say(act.unit, act.here, act.role, _summary(act, wanted), Buttons(tuple(rows)), in_place=True)


def look(act: Act) -> None:
    """The newest of what is looked for, one button each."""
    wanted = _wanted(act)
    found = finding.search(act.unit, act.here, act.roles, wanted, SHOWN + 1)
    if not found:
        _ask(act, wanted, desk("Nothing was found."))
        return
    _remember(act, wanted)
    more = [desk("There are more. These are the newest.")] if len(found) > SHOWN else []
    lines: list[Part] = [_summary(act, wanted), *more]
    rows = [(Button(_line(act, hit), f"r:v:{hit.id}", literal=True),) for hit in found[:SHOWN]]
    rows.append((button("Back", "vb"),))
    say(act.unit, act.here, act.role, *lines, Buttons(tuple(rows)), in_place=True, clears=FOUND_CARD)


def back(act: Act) -> None:
    """What is looked for, once more."""
    _ask(act, _wanted(act))


def open_one(act: Act) -> None:
    """One that was found, or another page of it; the list stays."""
    _remember(act, _wanted(act))
    _open(act, act.which, act.tapped.number)


def close(act: Act) -> None:
    """What was opened leaves the chat (S43)."""
    say(act.unit, act.here, act.role, desk("It is closed."), in_place=True, clears=FOUND_CARD)


COMMANDS: Mapping[str, Handler] = {"search": search}
VERBS: Mapping[str, Handler] = {
    "v": open_one,
    "vl": look,
    "vb": back,
    "vx": close,
    **{f"v{letter}": partial(choose, letter) for letter in KINDS},
}
WORDS: Mapping[str, Handler] = {"search": by_receipt}


def _ask(act: Act, wanted: Search, *lead: Part, in_place: bool = True) -> None:
    """What is looked for, and what can be changed of it; the next words are a receipt."""
    _remember(act, wanted)
    kinds = (
        (button("State", "vs"), button("Language", "vg")),
        (button("Country", "vc"), button("Days", "vd")),
        (button("Show what there is", "vl"),),
    )
    ask = desk("Please send a receipt, such as {receipt}; or choose, and look.", receipt="MG-7K2P")
    parts = (*lead, ask, _summary(act, wanted), Buttons(kinds))
    say(act.unit, act.here, act.role, *parts, in_place=in_place, clears=FOUND_CARD)


def _open(act: Act, id: str, page: int | None = None) -> None:
    """The card as it is, to be read and not to be decided on, with what was decided. `page`: turned to, in place."""
    role = role_for(act.unit, act.roles, id)
    found = finding.look(act.unit, act.here, role, id)
    if not isinstance(found, Testimony):
        show(replace(act, role=role), found, in_place=False)
        return
    parts, count = card.contents(act.unit, act.here, role, found, page or 1)
    if page is None:
        parts += attachments(act.unit, card.heard(act.unit, found))
    turning = card.turning("v{page}", found, page or 1, count)
    say(
        act.unit,
        act.here,
        role,
        *parts,
        _history(act, role, found),
        Buttons((*turning, *_translations(act, found), (button("Close", "vx"),))),
        in_place=page is not None,
        about=found.respondent,
        card=f"{FOUND_CARD}:{found.id}",
        clears="" if page else FOUND_CARD,
    )


def _translations(act: Act, found: Testimony) -> tuple[tuple[Button, ...], ...]:
    """To its translations for everybody, where it is public: also to take away a wrong one."""
    public = any(each.purpose == "publish" for each in act.unit.publications.of(found.id))
    return ((button("Translate it", "wt", found),),) if public else ()


def _history(act: Act, role: Moderator, testimony: Testimony) -> Lines:
    """Who decided what on which day: oneself, or a colleague."""
    decisions = act.unit.testimonies.decisions(testimony.id)
    mine = {each.id for each in act.roles} | {role.id}
    lines = [
        desk(
            "{day}: {decision}, by you" if each.moderator in mine else "{day}: {decision}, by a colleague",
            day=Day(each.at.date().isoformat()),
            decision=_decision(DECISIONS[each.kind]),
        )
        for each in decisions
        if each.kind not in SHELTERED
    ]
    state = desk("State: {state}", state=_decision(STATES[testimony.state]))
    return Lines((*lines, state))


def _summary(act: Act, wanted: Search) -> Lines:
    """What is looked for."""
    lines = [desk("Days since it came, at most: {count}", count=wanted.days)]
    if wanted.state:
        lines.append(desk("State: {state}", state=_name(act, "state", wanted.state)))
    if wanted.language:
        lines.append(desk("Original language: {language}", language=_name(act, "language", wanted.language)))
    if wanted.country:
        lines.append(desk("Country: {country}", country=_name(act, "country", wanted.country)))
    return Lines(tuple(lines))


def _line(act: Act, hit: Hit) -> str:
    return f"{hit.receipt} · {_name(act, 'state', hit.state)}"


def _name(act: Act, kind: str, code: str) -> str:
    """What a code is called in the moderator's language."""
    if code == ANY:
        return act.here.say(desk("Any"), act.here.language(act.role.language))
    match kind:
        case "state":
            return act.here.say(_decision(STATES[State(code)]), act.here.language(act.role.language))
        case "language":
            return act.here.name_in(code, act.role.language)
        case "country":
            return act.here.country_in(code, act.role.language)
        case _:
            return code


def _decision(text: str) -> Sentence:
    return Sentence(text, domain="desk", context="decision")


def _codes(act: Act, wanted: Search, kind: str) -> list[str]:
    """What there is of a kind, whatever of it is looked for now."""
    if kind == "state":
        return list(FOUND)
    found = finding.search(act.unit, act.here, act.roles, wanted.but(kind, ""), SEEN)
    return sorted({getattr(each, kind) for each in found} - {""})


def _wanted(act: Act) -> Search:
    """What was looked for before this tap."""
    return Search(**act.waiting["wanted"]) if act.waiting.get("for") == "search" else Search()


def _remember(act: Act, wanted: Search) -> None:
    wait_for(act, "search", wanted=asdict(wanted))
