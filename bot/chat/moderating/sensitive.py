"""Sensitive: a moderator's flag, and what focal points do with a case (S34). Cases are listed by their code alone.

Verbs: k flag, k1 do it · e open the case · e1 refer · e2 ask her · e3 hand over · e4 close, e41 … how it ended ·
e5 more · e6 of whose people, e60 … which partner · e7 back to the ordinary voices
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot import sheltering, unkept
from bot.cases import Case, CaseState, Outcome
from bot.chat.moderating import card
from bot.chat.moderating.acting import Act, Handler, stranger, wait_for
from bot.chat.moderating.outcome import held
from bot.chat.moderating.phrases import button, desk, say
from bot.lane import LIST
from bot.people import Role
from bot.sheltering import Held
from bot.speech import Button, Buttons, Part
from bot.standing import refuse
from bot.testimony import Testimony

STATES = {
    CaseState.OPEN: "{code} · {hours} h · open",
    CaseState.TAKEN: "{code} · {hours} h · taken",
    CaseState.REFERRED: "{code} · {hours} h · referred",
}
"""A case in the list: its code, its age, where it stands."""

OUTCOMES = (
    (Outcome.HELPED, "Helped"),
    (Outcome.DECLINED, "Not wanted"),
    (Outcome.UNREACHED, "Could not be reached"),
    (Outcome.UNPUBLISHABLE, "Never to be published"),
    (Outcome.OTHER, "Something else"),
)
"""How a case can end."""

UNHEARD = "We may not write to the person now. They find it in /mine"
"""Who asked us not to write first, or cannot be reached, gets no message (S45)."""

SHOWN = 30
"""How many cases are listed."""

MORE = 10
"""What a number is multiplied by that has another in it: e41 is the first way in which a case ends."""


# -- a moderator's flag -----------------------------------------------------------------------------------------------


def flag(act: Act) -> None:
    """Asked once more, then it leaves the moderator at once."""
    testimony = held(act)
    if testimony is None or testimony.sensitive:
        return
    if act.tapped.number is None:
        why = desk(
            "Violence, abuse, a child in danger, self-harm, trafficking? Then only focal points read it from now on. It"
            " leaves you at once, and you cannot open it again."
        )
        rows = ((button("Yes, it is sensitive", "k1", testimony),), (button("Back", "c", testimony),))
        card.show(act.unit, act.here, act.role, testimony, foot=(why, Buttons(rows)))
    elif sheltering.flag(act.unit, act.here, act.role, testimony.id, testimony.version):
        thanks = desk("Thank you. It is with the focal points now, and out of your hands.")
        say(act.unit, act.here, act.role, thanks, Buttons(((button("Next", "n"),),)))


# -- the list ---------------------------------------------------------------------------------------------------------


def cases(act: Act) -> None:
    """/sensitive: the cases of every partner for whom they are a focal point; anybody else is a stranger."""
    focal = [role for role in act.roles if role.role is Role.FOCAL_POINT]
    if not focal:
        stranger(act.unit, act.here, act.role.address, "command:sensitive")
        return
    found = [case for role in focal for case in sheltering.listed(act.unit, role)]
    if not found:
        say(act.unit, act.here, focal[0], desk("No case is waiting."), card=LIST)
        return
    rows = tuple((_row(act, case),) for case in sorted(found, key=lambda each: each.opened_at)[:SHOWN])
    say(act.unit, act.here, focal[0], desk("Tap a case to open it."), Buttons(rows), card=LIST)


def _row(act: Act, case: Case) -> Button:
    hours = int((act.here.now - case.opened_at).total_seconds() // 3600)
    return Button(
        STATES[case.state], f"r:e:{case.testimony}", {"code": case.code, "hours": hours}, domain="desk"
    )


# -- a case -----------------------------------------------------------------------------------------------------------


def case(act: Act) -> None:
    """A tap on a case: the number of its verb says which."""
    number = act.tapped.number
    if number is None:
        _open(act)
        return
    mine = sheltering.held(act.unit, act.role, act.which, act.version)
    if mine is None:  # changed since, or a colleague has it
        _open(act)
        return
    first, rest = (number, None) if number < MORE else divmod(number, MORE)
    _ACTS[first](act, mine, rest)


def _open(act: Act, *, in_place: bool = True) -> None:
    """Take it, or show it again."""
    for role in act.roles:
        if taken := sheltering.take(act.unit, act.here, role, act.which):
            card.show(act.unit, act.here, role, taken.testimony, in_place=False)
            return
    if act.which not in {each.testimony for role in act.roles for each in sheltering.listed(act.unit, role)}:
        refuse(act.unit, act.here, act.role.address, f"testimony:{act.which}")
    gone = desk("This case is not open to you. /sensitive")
    say(act.unit, act.here, act.role, gone, in_place=in_place, clears=act.which)


def _ask_whom(act: Act, mine: Held, _: int | None) -> None:
    wait_for(act, "referral", testimony=act.which, version=act.version)
    text = (
        "Who could help, and with what? Write it as the person will read it, in {language} if you can. Nothing is"
        " passed on without their yes."
    )
    language = act.here.name_in(mine.testimony.language, act.role.language)
    _foot(act, mine.testimony, desk(text, language=language))


def preview(act: Act) -> None:
    """Whom she would be referred to, shown once more before she is asked."""
    which, version = act.waiting["testimony"], act.waiting["version"]
    mine = sheltering.held(act.unit, act.role, which, version)
    if mine is None:
        _open(replace(act, tapped=replace(act.tapped, testimony=which, version=version)), in_place=False)
        return
    unkept.remember(act.unit, act.here, act.role, mine.testimony, act.words)
    ask = Button("Ask the person", f"r:e2:{which}:{version}", style="primary", domain="desk")
    cancel = Button("Cancel", f"r:e:{which}:{version}", domain="desk")
    shown = desk("The person will be asked whether we may pass it on to: {whom}", whom=act.words)
    say(act.unit, act.here, act.role, shown, Buttons(((ask,), (cancel,))), card=which)


def _ask_her(act: Act, mine: Held, _: int | None) -> None:
    words = unkept.taken(act.unit, act.role, mine.testimony)
    if act.waiting.get("for") != "referral" or not words or act.waiting.get("testimony") != act.which:
        _open(act)
        return
    heard = sheltering.ask_her(act.unit, act.here, act.role, mine, words)
    _asked(act, mine, heard=heard)


def _asked(act: Act, mine: Held, *, heard: bool) -> None:
    said = "The person is asked. You hear of the answer." if heard else UNHEARD
    say(act.unit, act.here, act.role, desk(said), in_place=True, card=act.which, clears=act.which)


def _hand_over(act: Act, mine: Held, _: int | None) -> None:
    wait_for(act, "handing over", testimony=act.which, version=act.version)
    _foot(
        act,
        mine.testimony,
        desk("What must your colleague know? Write it now. Only whoever takes the case reads it."),
    )


def handed_over(act: Act) -> None:
    """The note that was asked for: it goes to the other focal points."""
    which, version = act.waiting["testimony"], act.waiting["version"]
    role = act.unit.people.save_moderator(replace(act.role, waiting={}))
    mine = sheltering.held(act.unit, role, which, version)
    if mine is None:
        said = "This case is not open to you. /sensitive"
    elif sheltering.hand_over(act.unit, act.here, role, mine, act.words):
        said = "Handed over. It is out of your chat now."
    else:
        said = "There is no other focal point. It stays with you: /sensitive"
    say(act.unit, act.here, role, desk(said), clears=which)


def _close(act: Act, mine: Held, number: int | None) -> None:
    if number is not None and 1 <= number <= len(OUTCOMES):
        sheltering.close(act.unit, act.here, act.role, mine, OUTCOMES[number - 1][0])
        _over(act, "The case is closed. Thank you.")
        return
    rows = [
        (button(label, f"e4{each}", mine.testimony),) for each, (_, label) in enumerate(OUTCOMES, start=1)
    ]
    _foot(act, mine.testimony, desk("How did it end?"), *rows)


def _more(act: Act, mine: Held, _: int | None) -> None:
    rows = (
        (button("It is about an organisation", "e6", mine.testimony),),
        (button("Back to ordinary voices", "e7", mine.testimony),),
        *card.more(mine.testimony)[:-1],
    )
    card.show(act.unit, act.here, act.role, mine.testimony, foot=(Buttons((*rows, _back(mine.testimony))),))


def _accused(act: Act, mine: Held, number: int | None) -> None:
    partners = sheltering.organisations(act.unit)
    if number is not None and number < len(partners):
        out = sheltering.keep_out(act.unit, act.here, act.role, mine, partners[number].id)
        if out.version == mine.testimony.version:  # it was not theirs: it stays
            _foot(act, out, desk("Noted. They never learn of it."))
        else:
            left = desk("It has left you: people of that organisation do not see it.")
            say(act.unit, act.here, act.role, left)
        return
    rows = [
        (Button(each.name, f"r:e6{number}:{act.which}:{act.version}", literal=True),)
        for number, each in enumerate(partners[:MORE])
    ]
    why = desk(
        "Of whose people does it speak? Nobody of that organisation sees it then, you neither if it is yours."
    )
    _foot(act, mine.testimony, why, *rows)


def _ordinary(act: Act, mine: Held, _: int | None) -> None:
    if mine.case.about:
        _foot(act, mine.testimony, desk("It speaks of an organisation here: it stays private."))
        return
    match sheltering.agreed_to_return(act.unit, act.role, mine.testimony):
        case True:
            sheltering.bring_back(act.unit, act.here, act.role, mine)
            _over(act, "It waits among the ordinary voices now.")
        case False:
            second = desk("The person agrees. A second focal point must agree too: hand it over.")
            _foot(act, mine.testimony, second)
        case None:
            heard = sheltering.ask_her(act.unit, act.here, act.role, mine)
            _asked(act, mine, heard=heard)


_ACTS: Mapping[int, Callable[[Act, Held, int | None], None]] = {
    1: _ask_whom,
    2: _ask_her,
    3: _hand_over,
    4: _close,
    5: _more,
    6: _accused,
    7: _ordinary,
}


def _foot(act: Act, testimony: Testimony, said: Part, *rows: tuple[Button, ...]) -> None:
    """The card with this under it, and a way back."""
    card.show(act.unit, act.here, act.role, testimony, foot=(said, Buttons((*rows, _back(testimony)))))


def _back(testimony: Testimony) -> tuple[Button, ...]:
    return (button("Back", "e", testimony),)


def _over(act: Act, said: str) -> None:
    say(act.unit, act.here, act.role, desk(said), in_place=True, clears=act.which)


COMMANDS: Mapping[str, Handler] = {"sensitive": cases}
VERBS: Mapping[str, Handler] = {"k": flag, "e": case}
WORDS: Mapping[str, Handler] = {"referral": preview, "handing over": handed_over}
