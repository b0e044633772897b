"""Hiding names: what could say who somebody is, is marked in her words; a tap keeps it, one more button hides the rest.
Or the moderator sends the whole text as it should be, and sees the difference (S32, S36).

Verbs: r hide names, r1 … which text · rt1 … keep or hide a span · rp1 … a page of them · rh hide these · rk keep what
was written · rx do not · rd enough of it · rf may a photo be shown, rf1 … this one of all she sent, rf0 none
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from bot import redacting
from bot.chat.moderating import card, looking
from bot.chat.moderating.acting import Act, Handler, wait_for
from bot.chat.moderating.outcome import show as tell
from bot.chat.moderating.phrases import button, desk, say
from bot.chat.splitting import units
from bot.looking import Waits
from bot.looking import take as take_look
from bot.redacting import Draft
from bot.speech import Attached, Button, Buttons, Marked, Part, Quote, Run
from bot.testimony import State, Testimony
from dialogs.letters import canonical

PAGE = 8
"""Numbers that are shown at once."""

LONGEST = 4_000
"""UTF-16 units of a text that a moderator can still send whole."""


@dataclass(frozen=True, slots=True)
class _View:
    """What is shown of a text: which, which spans stay, which page of numbers."""

    text: int
    keep: frozenset[int] = frozenset()
    page: int = 1


def take(act: Act, otherwise: Handler) -> None:
    """/next, where no first reading waits: what is to be redacted, or looked at second; else `otherwise`."""
    for role in act.roles:
        found = take_look(act.unit, act.here, role)
        if isinstance(found, Waits):
            mine = replace(act, role=role)
            if found.ready:
                looking.show(mine, found.testimony, anew=True)
            else:
                _show(_about(mine, found.testimony), found.testimony, None, anew=True)
            return
    otherwise(act)


def begin(act: Act) -> None:
    """The first text that is not done, or the one that was tapped."""
    if testimony := _opened(act):
        number = act.tapped.number
        _show(act, testimony, _View(number - 1) if number else None)


def toggle(act: Act) -> None:
    """A span stays, for it points to nobody; or it is hidden after all."""
    if testimony := _opened(act):
        view = _seen(act)
        if view is not None and act.tapped.number:
            view = replace(view, keep=view.keep ^ {act.tapped.number - 1})
        _show(act, testimony, view)


def turn(act: Act) -> None:
    """Another page of numbers."""
    if testimony := _opened(act):
        view = _seen(act)
        _show(act, testimony, replace(view, page=act.tapped.number or 1) if view else None)


def hide(act: Act) -> None:
    """What is marked is hidden: a version; then the next text."""
    if testimony := _opened(act):
        view, drafts = _seen(act), redacting.drafts(act.unit, act.here, testimony)
        if view is None or view.text >= len(drafts):
            _show(act, testimony, None)
            return
        redacting.hide(act.unit, act.here, act.role, testimony, drafts[view.text], sorted(view.keep))
        _next(act, testimony)


def offer(act: Act) -> None:
    """The whole text, as the moderator wrote it: the difference, and whether it is to be kept."""
    which, version = str(act.waiting["testimony"]), int(act.waiting["version"])
    act = replace(act, tapped=replace(act.tapped, testimony=which, version=version))
    testimony = _opened(act, in_place=False)
    view = _seen(act)
    drafts = redacting.drafts(act.unit, act.here, testimony) if testimony else []
    if testimony is None or view is None or view.text >= len(drafts):
        return
    draft = drafts[view.text]
    redacting.offer(act.unit, act.here, act.role, testimony, draft, canonical(act.words))
    _wait(act, view)
    keep, cancel = button("Keep", "rk", testimony), button("Cancel", "rx", testimony)
    lead = desk("This is what would change: struck through goes, underlined comes.")
    foot = Buttons(((replace(keep, style="primary"), cancel),))
    _say(act, testimony, lead, Marked(tuple(_difference(draft.words, canonical(act.words)))), foot, anew=True)


def keep(act: Act) -> None:
    """What was written is kept; what is still open in it is shown, else the next text."""
    if testimony := _opened(act):
        if not redacting.keep_offered(act.unit, act.here, act.role, testimony):
            _show(act, testimony, None)
            return
        _next(act, testimony)


def cancel(act: Act) -> None:
    """What was written is not kept."""
    if testimony := _opened(act):
        act.unit.redactions.drop_offered(testimony.id)
        _show(act, testimony, _seen(act))


def leave(act: Act) -> None:
    """Enough of an accepted one: it waits for whoever is next, and nothing of it stays in the chat (S43)."""
    if testimony := _opened(act):
        act.unit.looks.release(testimony.id)
        done = redacting.done(act.unit, act.here, testimony)
        again = desk("{receipt}: back in the queue.", receipt=testimony.receipt)
        line = desk("Before it is published, a colleague reads it once more. Thank you.") if done else again
        _say(act, testimony, line, Buttons(((button("Next", "n"),),)), gone=True)


def choose(act: Act) -> None:
    """Which photo may be shown, or none; without a number that is asked."""
    if testimony := _opened(act):
        if act.tapped.number is None:
            _ask_photo(act, testimony)
            return
        redacting.choose_photo(act.unit, act.here, act.role, testimony, act.tapped.number)
        _next(act, testimony)


VERBS: Mapping[str, Handler] = {
    "r": begin,
    "rt": toggle,
    "rp": turn,
    "rh": hide,
    "rk": keep,
    "rx": cancel,
    "rd": leave,
    "rf": choose,
}
WORDS: Mapping[str, Handler] = {"redact": offer}


# -- what is shown ----------------------------------------------------------------------------------------------------


def _show(act: Act, testimony: Testimony, view: _View | None, *, anew: bool = False) -> None:
    """One text with its suggestions; without a view the first that is not done, and after them the photo."""
    drafts = redacting.drafts(act.unit, act.here, testimony)
    if not drafts:
        none = desk("There are no words here. A voice note or a photo alone is never published.")
        _say(act, testimony, none, Buttons(((_back(testimony),),)), anew=anew)
        return
    if view is None and all(each.done for each in drafts) and not _done(act, testimony):
        _ask_photo(act, testimony)
        return
    if view is None or view.text >= len(drafts):
        view = _View(next((n for n, each in enumerate(drafts) if not each.done), 0))
    draft = drafts[view.text]
    count = len(draft.suggested)
    keep = frozenset(n for n in view.keep if n < count)
    _wait(act, replace(view, keep=keep))
    parts: list[Part] = [desk("Hide names: {receipt}", receipt=testimony.receipt)]
    if len(drafts) > 1:
        parts.append(desk("Text {number} of {count}", number=view.text + 1, count=len(drafts)))
    parts.append(Marked(tuple(_marked(draft, keep))))
    if count:
        parts.append(
            desk(
                "What is marked could say who it is. Tap a number to leave it as it is, if it points to nobody."
            )
        )
    else:
        parts.append(desk("I see nothing here that says who it is. Please read it yourself, too."))
    if units(draft.words) <= LONGEST:
        parts.append(desk("Or send me the whole text as it should be. The original stays as it is, sealed."))
    parts.append(Buttons(tuple(_buttons(testimony, drafts, replace(view, keep=keep)))))
    _say(act, testimony, *parts, anew=anew)


def _marked(draft: Draft, keep: frozenset[int]) -> Iterator[Run]:
    """Her words, what would be hidden bold and underlined, what stays underlined, each after its number."""
    at = 0
    for n, span in enumerate(draft.suggested):
        yield Run(draft.words[at : span.start])
        yield Run(f"({n + 1}) ")
        yield Run(draft.words[span.start : span.end], ("u",) if n in keep else ("b", "u"))
        at = span.end
    yield Run(draft.words[at:])


def _buttons(testimony: Testimony, drafts: Sequence[Draft], view: _View) -> Iterator[tuple[Button, ...]]:
    count = len(drafts[view.text].suggested)
    pages = -(-count // PAGE)
    page = min(max(view.page, 1), max(pages, 1))
    shown = range((page - 1) * PAGE, min(page * PAGE, count))
    numbers = [
        replace(button(str(n + 1), f"rt{n + 1}", testimony), literal=True, picked=n not in view.keep)
        for n in shown
    ]
    for at in range(0, len(numbers), 4):
        yield tuple(numbers[at : at + 4])
    yield from card.turning("rp{page}", testimony, page, pages)
    done = "Hide these" if count > len(view.keep) else "It can stay so"
    yield (replace(button(done, "rh", testimony), style="primary"),)
    others = [n for n in range(len(drafts)) if n != view.text]
    for at in range(0, len(others), 3):
        yield tuple(
            button("Text {number}", f"r{n + 1}", testimony, number=n + 1) for n in others[at : at + 3]
        )
    yield (_back(testimony),)


def _next(act: Act, testimony: Testimony) -> None:
    """The next text that is not done; else how all of it reads now."""
    drafts = redacting.drafts(act.unit, act.here, testimony)
    if not _done(act, testimony):
        _show(act, testimony, None)
        return
    lead = desk("All is hidden that you marked. This is how it reads now.")
    parts: list[Part] = [lead, *(Quote(each.words) for each in drafts)]
    rows = [(button("Hide names", "r1", testimony),), (_back(testimony),)]
    photos, copy = redacting.pictured(act.unit, testimony)
    if photos:
        shown = copy is not None and any(each.id == copy.photo for each in photos.values())
        parts.append(desk("The photo may be shown with it.") if shown else desk("No photo is shown with it."))
        rows.insert(1, (button("The photo", "rf", testimony),))
    if testimony.state is State.ACCEPTED:
        parts.append(desk("Before it is published, a colleague reads it once more. Thank you."))
    _say(act, testimony, *parts, Buttons(tuple(rows)))


def _ask_photo(act: Act, testimony: Testimony) -> None:
    """Her photos, and which of them may be shown; where nobody says so, none is."""
    photos, _ = redacting.pictured(act.unit, testimony)
    count = len(photos)
    text = "Photo {number}" if count > 1 else "It may be shown"
    which = [button(text, f"rf{each}", testimony, number=at) for at, each in enumerate(photos, start=1)]
    rows = [tuple(which[at : at + 3]) for at in range(0, count, 3)]
    rows += [(button("Leave it out", "rf0", testimony),), (_back(testimony),)]
    _say(
        act,
        testimony,
        desk("The person allows that a photo is shown with these words."),
        desk(
            "Only a photo in which no face, no name, no house and no number plate can be seen may be shown."
        ),
        desk("What is hidden in the file itself, the bot takes out."),
        *(Attached(each.kind, each.id) for each in photos.values()),
        Buttons(tuple(rows)),
        anew=True,
    )


def _done(act: Act, testimony: Testimony) -> bool:
    return redacting.done(act.unit, act.here, testimony)


def _back(testimony: Testimony) -> Button:
    """To the card; what is accepted has none any more: there all of it leaves the chat (S43)."""
    if testimony.state is State.ACCEPTED:
        return replace(button("Done", "rd", testimony), domain="chat")
    return button("Back", "c", testimony)


_PIECES = re.compile(r"\S+\s*|\s+")


def _difference(before: str, after: str) -> Iterator[Run]:
    """Word by word: what goes struck through, what comes underlined."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    for what, i, j, m, n in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            yield Run("".join(old[i:j]))
            continue
        if j > i:
            yield Run("".join(old[i:j]), ("s",))
        if n > m:
            yield Run("".join(new[m:n]), ("u",))


# -- inside -----------------------------------------------------------------------------------------------------------


def _opened(act: Act, *, in_place: bool = True) -> Testimony | None:
    """The testimony, where this moderator may redact it; else what happened is said."""
    found = redacting.opened(act.unit, act.here, act.role, act.which, act.version)
    if isinstance(found, Testimony):
        return found
    tell(act, found, in_place=in_place)
    return None


def _about(act: Act, testimony: Testimony) -> Act:
    """The same act, about this testimony."""
    return replace(act, tapped=replace(act.tapped, testimony=testimony.id, version=testimony.version))


def _wait(act: Act, view: _View) -> None:
    """The next words are the whole text; numbers alone are remembered, no words."""
    keep = sorted(view.keep)
    wait_for(
        act, "redact", testimony=act.which, version=act.version, text=view.text, keep=keep, page=view.page
    )


def _seen(act: Act) -> _View | None:
    """What was shown last, where it was of this testimony."""
    seen = act.waiting
    if seen.get("for") != "redact" or seen.get("testimony") != act.which:
        return None
    return _View(int(seen["text"]), frozenset(seen["keep"]), int(seen["page"]))


def _say(act: Act, testimony: Testimony, *parts: Part, anew: bool = False, gone: bool = False) -> None:
    """In place of what was tapped, or `anew`, in place of all of it; `gone`: nothing of it is shown any more."""
    say(
        act.unit,
        act.here,
        act.role,
        *parts,
        in_place=not anew,
        about=testimony.respondent,
        card="" if gone else testimony.id,
        clears=testimony.id if anew or gone else "",
    )
