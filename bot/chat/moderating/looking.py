"""The second look: the redacted copy as it would appear, and what another moderator decides about it (S32, S36).

Verbs: p<n> publish · pw<n> the words without the photo · pq<n> quote only · pc<n> the checks: n holds the number of the
copy that was read, and what was checked of it (`_number`) · pb send back · pn never, pn1 sure · pl lift it, for leads
"""

from collections.abc import Mapping
from dataclasses import replace

from bot import looking
from bot.card import lines, redacted
from bot.chat.moderating.acting import Act, Handler, wait_for
from bot.chat.moderating.card import NAMED
from bot.chat.moderating.outcome import show as tell
from bot.chat.moderating.phrases import button, desk, say
from bot.people import Moderator, Role
from bot.speech import Attached, Button, Buttons, Day, Lines, Part, Quote, Sentence
from bot.standing import Done, Standing
from bot.testimony import DecisionKind, Testimony

CHECKS = ("Third persons are out", "The place is coarse", "Nobody is in danger by it")
"""What is checked before it is published; each is tapped where it was told for somebody else."""

APPEARS = {
    True: "This is how it would appear, with the photo above. Voice notes are never published.",
    False: "This is how it would appear, without a photo. Voice notes are never published.",
}
"""What is said of the copy, by whether a photo would be shown with it."""

ALL = (1 << len(CHECKS)) - 1


def show(
    act: Act, testimony: Testimony, *, checked: int = 0, foot: tuple[Part, ...] = (), anew: bool = False
) -> None:
    """The copy as it would appear, and what can be decided. `foot`: what is asked in place of the decisions."""
    form = act.unit.forms.version(testimony.form, testimony.form_version)
    means = {form.meaning(each): each for each in ("country", "themes")}
    head: list[Sentence] = [
        desk("Second look"),
        desk("Receipt: {receipt}", receipt=testimony.receipt),
        desk("Day: {day}", day=Day(testimony.told_at.date().isoformat())),
    ]
    for line in lines(form, testimony.answers, act.here.language(act.role.language)):
        if line.ref in means:
            text, name = NAMED[means[line.ref]]
            head.append(desk(text, **{name: line.words}))
    copy = redacted(act.unit, act.here.catalogs, testimony)
    parts: list[Part] = [Lines(tuple(head)), *(Quote(words) for words in copy.values())]
    photo = looking.photo(act.unit, testimony)
    parts.append(desk(APPEARS[photo is not None]))
    if photo is not None and anew:
        parts.append(Attached(photo.kind, photo.id))
    parts += foot or _decisions(act, testimony, checked)
    say(
        act.unit,
        act.here,
        act.role,
        *parts,
        in_place=not anew,
        about=testimony.respondent,
        card=testimony.id,
        clears=testimony.id if anew else "",
    )


def publish(act: Act) -> None:
    """It comes before everybody."""
    _publish(act)


def publish_words(act: Act) -> None:
    """It comes before everybody without its photo."""
    _publish(act, words_only=True)


def quote(act: Act) -> None:
    """A few words of it may be quoted, and no more."""
    _publish(act, quote_only=True)


def check(act: Act) -> None:
    """One of the checks was tapped."""
    if testimony := _as_read(act):
        show(act, testimony, checked=_checked(act))


def send_back(act: Act) -> None:
    """Redact it once more."""
    tell(act, looking.send_back(act.unit, act.here, act.role, act.which, act.version))


def never(act: Act) -> None:
    """Never publish it: asked once more, then done; leads are told, and can lift it."""
    if act.tapped.number is None:
        if testimony := _mine(act):
            sure = desk(
                "It stays never published, even anonymised, until a lead changes that with a reason. Sure?"
            )
            yes = replace(button("Never publish", "pn1", testimony), style="danger")
            cancel = button("Cancel", f"pc{_number(act, testimony)}", testimony)
            show(act, testimony, foot=(sure, Buttons(((yes,), (cancel,)))))
        return
    done = looking.withhold(act.unit, act.here, act.role, act.which, act.version)
    tell(act, done)
    if isinstance(done, Done) and done.kind is DecisionKind.WITHHOLD:
        for lead in looking.leads(act.unit, done.testimony):
            what = desk(
                "{receipt} will never be published, a colleague decided.", receipt=done.testimony.receipt
            )
            allow = Buttons(((button("Allow it again", "pl", done.testimony),),))
            say(act.unit, act.here, lead, what, allow, step=f"lead:{lead.id}")


def ask_why(act: Act) -> None:
    """A lead lifts it, and writes why."""
    role = _lead(act)
    wait_for(replace(act, role=role), "lift", testimony=act.which, version=act.version)
    why = desk("Please write in a few words why it may be published after all. The person does not read it.")
    say(act.unit, act.here, role, why, in_place=True)


def lift(act: Act) -> None:
    """The reason that was written lifts it."""
    which, version = str(act.waiting["testimony"]), int(act.waiting["version"])
    role = act.unit.people.save_moderator(replace(act.role, waiting={}))
    done = looking.lift(act.unit, act.here, role, which, version, act.words)
    tapped = replace(act.tapped, testimony=which, version=version)
    tell(replace(act, role=role, tapped=tapped), done, in_place=False)


VERBS: Mapping[str, Handler] = {
    "p": publish,
    "pw": publish_words,
    "pq": quote,
    "pc": check,
    "pb": send_back,
    "pn": never,
    "pl": ask_why,
}
WORDS: Mapping[str, Handler] = {"lift": lift}


def _decisions(act: Act, testimony: Testimony, checked: int) -> tuple[Part, ...]:
    """The checks, and what can be decided; where it was told for somebody else, not before each check was tapped."""
    rows: list[tuple[Button, ...]] = []
    asked = looking.for_another(act.unit, testimony)
    lead = desk("Before you decide: are third persons out, is the place coarse, is nobody in danger by it?")
    if asked:
        lead = desk("It was told for somebody else. Please tap each thing once you have checked it.")
        rows += [
            (
                replace(
                    button(label, f"pc{_number(act, testimony, checked ^ (1 << n))}", testimony),
                    picked=bool(checked & (1 << n)),
                ),
            )
            for n, label in enumerate(CHECKS)
        ]
    allowed = looking.allowed(act.unit, testimony)
    number = _number(act, testimony, checked)
    if not asked or checked == ALL:
        if "publish" in allowed:
            rows.append((replace(button("Publish", f"p{number}", testimony), style="success"),))
            if looking.photo(act.unit, testimony) is not None:
                rows.append((button("Publish the words only", f"pw{number}", testimony),))
        if "quote" in allowed:
            rows.append((button("Quote only", f"pq{number}", testimony),))
    rows.append((button("Send back to redacting", "pb", testimony),))
    rows.append((button("Never publish", "pn", testimony),))
    return lead, Buttons(tuple(rows))


def _mine(act: Act) -> Testimony | None:
    """The testimony, where this moderator may look at it; else what happened is said."""
    found: Testimony | Standing = looking.looked_at(act.unit, act.here, act.role, act.which, act.version)
    if isinstance(found, Testimony):
        return found
    tell(act, found)
    return None


def _publish(act: Act, *, quote_only: bool = False, words_only: bool = False) -> None:
    """It comes before everybody as it was read."""
    if _as_read(act) is None:
        return
    tell(
        act,
        looking.publish(
            act.unit,
            act.here,
            act.role,
            act.which,
            act.version,
            seen=_read(act),
            quote_only=quote_only,
            checked=_checked(act),
            words_only=words_only,
        ),
    )


def _as_read(act: Act) -> Testimony | None:
    """The testimony, where this moderator may look at it and read the copy that stands; another copy is shown anew,
    with its photo, before anything is decided of it (S36).
    """
    testimony = _mine(act)
    if testimony is not None and _read(act) != looking.copy_number(act.unit, testimony):
        show(act, testimony, anew=True)
        return None
    return testimony


def _number(act: Act, testimony: Testimony, checked: int = 0) -> int:
    """What a button says of what was read: the copy that stands, and what was checked of it."""
    return looking.copy_number(act.unit, testimony) << len(CHECKS) | checked


def _read(act: Act) -> int:
    """The number of the copy that was read when the button was shown."""
    return (act.tapped.number or 0) >> len(CHECKS)


def _checked(act: Act) -> int:
    """What was checked of it, as bits."""
    return (act.tapped.number or 0) & ALL


def _lead(act: Act) -> Moderator:
    return next((role for role in act.roles if role.role is Role.LEAD), act.role)
