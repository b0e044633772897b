"""The lane: a sensitive voice becomes a case that focal points alone hear of, by its code; time reminds them (S34).

What several deeds share: how a voice enters, who is told, which numbers she is shown, who is kept out.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from bot import dangerwords, helplines
from bot.cases import ASKED, THINKING, Case, Step, StepKind, Way, stepped
from bot.circumstances import Circumstances, reply, tell
from bot.daytime import gently
from bot.hiding import take_card
from bot.journal import Deed
from bot.outbox import Kind
from bot.people import Moderator, Respondent, Role
from bot.ports import Unit
from bot.speech import Button, Buttons, Lines, Message, Part, Sentence
from bot.testimony import Testimony, moved, receipt

WORDS, LINES = "words", "lines"
"""What a partner keeps for the lane (Guidance): its danger words, its help lines."""

INDEPENDENT = "independent"
"""The mark that names the partner whose focal points read what speaks of another partner's people."""

LIST = "lane"
"""What a list of cases counts as in a chat (Message.card), so that it can be taken out again."""

ANEW = (StepKind.KEPT_OUT, StepKind.CLOSED)
"""After these nothing that was asked before counts."""

_REFER = "We could pass this on to others who may help: {whom}. Only if you say yes; if not, nothing changes."
_RETURN = "May other volunteers of {partner} read it too? Until now only the person named for this does."

CODE = 5
"""Random characters of a case code."""


def words_found(unit: Unit, partner: str, said: Iterable[str]) -> bool:
    """Whether a danger word stands in what was said (`bot.dangerwords`, or the partner's own list)."""
    return dangerwords.found("\n".join(said), unit.guidance.get(partner, WORDS))


def opened(
    unit: Unit, here: Circumstances, testimony: Testimony, way: Way, actor: str, *, besides: str = ""
) -> None:
    """A case begins for a testimony that is sensitive now; those who may read it hear of it at once, but for the
    address `besides`. Where nobody may yet, she has a while to say of whom she speaks.
    """
    before = unit.cases.own(testimony.id, respondent=testimony.respondent)
    case = Case(testimony.id, "", way, here.now, None)
    case = replace(case, remind_at=here.now + THINKING if testimony.barred else case.next_reminder())
    if before is None:
        _add(unit, here, case)
    else:
        state = stepped(before.state, "enter")
        unit.cases.save(
            replace(case, code=before.code, state=state, about=before.about, version=before.version)
        )
    unit.journal.write(Deed(here.now, actor, "brought into the lane", f"testimony:{testimony.id}"))
    told(unit, here, testimony, besides=besides)


def enter(
    unit: Unit, here: Circumstances, testimony: Testimony, way: Way, actor: str, *, besides: str = ""
) -> Testimony:
    """Bring a testimony into the lane: it leaves every hand and every chat at once, and waits for focal points. What
    she has still to be told of it from before is not said any more.
    """
    state = moved(testimony.state, "shelter")
    sensitive = replace(testimony, sensitive=True, state=state, claimed_by=None, claimed_until=None)
    sensitive = unit.testimonies.save(sensitive)
    clear(unit, here, sensitive.partner, sensitive.id)
    unit.outbox.unsay(sensitive.respondent, sensitive.id, here.now)
    opened(unit, here, sensitive, way, actor, besides=besides)
    return sensitive


def clear(unit: Unit, here: Circumstances, partner: str, *cards: str) -> None:
    """Nothing of these stays in the chats of those who read for a partner (S43)."""
    for each in unit.people.moderators_of(partner):
        take_card(unit, here, each.id, *cards)


# -- who hears of it --------------------------------------------------------------------------------------------------


def focal_points(unit: Unit, partner: str) -> list[Moderator]:
    """Who reads what is sensitive for a partner."""
    return [each for each in unit.people.moderators_of(partner) if each.role is Role.FOCAL_POINT]


def told(unit: Unit, here: Circumstances, testimony: Testimony, *, besides: str = "") -> None:
    """Who may read it hears that it waits, or who has it that there is something new: by its code, nothing else."""
    case = unit.cases.get(testimony.id, partner=testimony.partner)
    if case is None:  # nobody may
        return
    for each in focal_points(unit, case.partner):
        if each.address == besides:
            continue
        if case.holder is None:
            notify(unit, here, each, case, "{code} waits for you: /sensitive")
        elif case.holder == each.id:
            notify(unit, here, each, case, "{code}: there is something new. See /sensitive")


def notify(unit: Unit, here: Circumstances, moderator: Moderator, case: Case, text: str) -> None:
    """One line that says nothing but the code; it leaves the chat with the case."""
    line = Sentence(text, {"code": case.code}, domain="desk")
    tell(
        unit,
        here,
        moderator.address,
        Message(here.language(moderator.language), (line,), protect=True, card=case.testimony),
        kind=Kind.MODERATION,
        step=f"case:{case.code}:{moderator.id}",
    )


def let_go(unit: Unit, here: Circumstances, former: Moderator) -> None:
    """Who held cases is a focal point no more: each waits anew, and the others hear of it, now and later (S34)."""
    for case in unit.cases.of(former.partner):
        testimony = unit.testimonies.get(case.testimony, partner=former.partner)
        if case.holder == former.id and testimony is not None:
            fresh = Case(case.testimony, case.code, case.way, here.now, None, about=case.about)
            state = stepped(case.state, "hand over")
            unit.cases.save(
                replace(fresh, state=state, remind_at=fresh.next_reminder(), version=case.version)
            )
            told(unit, here, testimony)


def remind(unit: Unit, here: Circumstances) -> int:
    """Time speaks: of each case nobody has looked at, its focal points hear after 12 and 20 hours; after 24 it is
    overdue, and leads hear the code too, a few times. How many cases it spoke of.
    """
    due = unit.cases.due(here.now)
    for case in due:
        if case.barred:
            _let_in(unit, here, case)
            continue
        late = case.overdue(here.now)
        spoken = replace(here, cause=f"case:{case.testimony}:{case.version}")
        for each in unit.people.moderators_of(case.partner):
            if each.role is Role.FOCAL_POINT:
                text = (
                    "{code} is overdue: nobody has looked at it. /sensitive"
                    if late
                    else "{code} still waits: /sensitive"
                )
                notify(unit, spoken, each, case, text)
            elif late and each.role is Role.LEAD:
                notify(unit, spoken, each, case, "{code} is overdue. Please ask a focal point to look at it.")
        counted = replace(case, reminded=case.reminded + 1)
        unit.cases.save(replace(counted, remind_at=counted.next_reminder()))
    return len(due)


# -- who is kept out --------------------------------------------------------------------------------------------------


def independent(unit: Unit, testimony: Testimony, accused: Collection[str]) -> str | None:
    """Whose focal points read it in place of those it speaks of: the operator's choice, else the next partner she
    agreed to share with. None where there is none, or it has no focal point.
    """
    chosen = [unit.marks.get(INDEPENDENT) or ""]
    for each in unit.testimonies.consents(testimony.id):
        if each.purpose == "share" and each.granted:
            chosen += each.partners
    known = {each.id for each in unit.people.partners()} - set(accused)
    return next((each for each in chosen if each in known and focal_points(unit, each)), None)


def keep_out(
    unit: Unit, here: Circumstances, testimony: Testimony, accused: str | None, by: Moderator | None = None
) -> Testimony:
    """It speaks of people of this partner (None: of nobody here): they never see it, nor that it is there (S34).

    Where it was theirs, focal points of an independent partner read it, who hear of it now. Where there are none,
    nobody does, and the operator learns that. `by`: the focal point who says so; None: she does.
    """
    case = unit.cases.own(testimony.id, respondent=testimony.respondent)
    if case is None:
        return testimony
    about = tuple(dict.fromkeys((*case.about, *([accused] if accused else ()))))
    actor = f"moderator:{by.id}" if by is not None else f"respondent:{testimony.respondent}"
    unit.journal.write(Deed(here.now, actor, "kept out", f"testimony:{testimony.id}"))
    step = Step(here.fresh(), testimony.id, StepKind.KEPT_OUT, here.now, by.id if by is not None else None)
    unit.cases.add_step(step, respondent=testimony.respondent)
    if testimony.partner not in about and not testimony.barred:
        unit.cases.save(replace(case, about=about))
        return testimony
    fresh = Case(testimony.id, case.code, case.way, here.now, None, about=about, version=case.version)
    unit.cases.save(replace(fresh, state=stepped(case.state, "enter"), remind_at=fresh.next_reminder()))
    clear(unit, here, testimony.partner, testimony.id, LIST)
    to = independent(unit, testimony, about) if testimony.partner in about else testimony.partner
    state = moved(testimony.state, "shelter")
    out = unit.testimonies.save(
        replace(testimony, state=state, claimed_by=None, claimed_until=None, barred=to is None)
    )
    if to not in (None, testimony.partner):
        out = unit.testimonies.hand_over(out, to=to)
    told(unit, here, out)
    return out


def _let_in(unit: Unit, here: Circumstances, case: Case) -> None:
    """An hour has gone and she did not say which organisation she means: an independent body reads it, or her own."""
    testimony = unit.testimonies.barred(case.testimony)
    if testimony is None or case.about:  # it speaks of its own partner: this is the operator's to solve
        unit.cases.save(replace(case, remind_at=None))
        return
    spoken = replace(here, cause=f"case:{case.testimony}:{case.version}")
    unit.cases.save(replace(case, remind_at=case.next_reminder()))
    to = independent(unit, testimony, ())
    seen = unit.testimonies.save(replace(testimony, barred=False))
    if to is not None and to != seen.partner:
        seen = unit.testimonies.hand_over(seen, to=to)
    told(unit, spoken, seen)


def hand_on(unit: Unit, here: Circumstances) -> int:
    """The operator named an independent partner: what nobody could read goes there; how many cases."""
    moved_on = 0
    for case in unit.cases.unread():
        testimony = unit.testimonies.barred(case.testimony)
        to = independent(unit, testimony, case.about) if testimony and case.about else None
        if testimony is None or to is None:
            continue
        fresh = replace(case, opened_at=here.now, reminded=0)
        unit.cases.save(replace(fresh, remind_at=fresh.next_reminder()))
        freed = unit.testimonies.hand_over(unit.testimonies.save(replace(testimony, barred=False)), to=to)
        told(unit, replace(here, cause=f"{here.cause}:{case.code}"), freed)
        moved_on += 1
    return moved_on


# -- what she sees ----------------------------------------------------------------------------------------------------


def lines(unit: Unit, testimony: Testimony) -> tuple[Part, ...]:
    """Whom she can call: what holds everywhere, and the numbers of her country."""
    here = numbers(unit, testimony.partner, testimony.country)
    return (Sentence(helplines.GENERAL), *((Lines(here),) if here else ()))


def numbers(unit: Unit, partner: str, country: str) -> tuple[Sentence, ...]:
    """Whom one can call in a country, a partner's own numbers first; nothing where none is known."""
    return tuple(helplines.said(country, unit.guidance.get(partner, LINES)))


def care(
    unit: Unit, here: Circumstances, her: Respondent, testimony: Testimony, *, asked: bool = True
) -> None:
    """It is in the lane now: who reads it, and whom she can call at once. `asked`: she did something, and is answered;
    else only where we may write to her (S45).
    """
    if not asked and (her.quiet or not her.reachable):
        return
    parts = (*who_reads(unit, testimony), *lines(unit, testimony))
    rows = [(Button("Which organisation is it about?", f"k:about:{testimony.id}"),)]
    rows.append((Button("Take it out of this chat", "h:now"),))
    parts = (*parts, Buttons(tuple(rows)))
    if asked:
        reply(unit, here, her, *parts, step="care")
    else:
        message = Message(here.language(her.language), parts, voices=(testimony.id,))
        gently(unit, here, her, message, step="care", since=testimony.received_at)


def who_reads(unit: Unit, testimony: Testimony) -> tuple[Part, ...]:
    """Who reads it: the focal points of one partner; or nobody yet, and where else she can turn."""
    case = unit.cases.own(testimony.id, respondent=testimony.respondent)
    if case is not None and case.barred and not case.about:
        return (
            Sentence(
                "Nobody has seen it yet. Please say whether it is about someone of one of these organisations."
            ),
        )
    if testimony.barred:
        text = (
            "Nobody here reads it, as it would have to be that organisation. Please turn to an organisation outside, or"
            " to one of these."
        )
        return (Sentence(text),)
    partner = unit.people.partner(testimony.partner).name
    text = (
        "It is private now: only the person named for this at {partner} reads it. They are asked to do so within 24"
        " hours. We cannot come to you."
    )
    return (Sentence(text, {"partner": partner}),)


# -- what only she decides --------------------------------------------------------------------------------------------


def history(unit: Unit, testimony: Testimony) -> list[Step]:
    """What was done with it, oldest first."""
    return unit.cases.steps(testimony.id, respondent=testimony.respondent)


def pending_question(unit: Unit, testimony: Testimony) -> Step | None:
    """What she was asked last and has not answered."""
    kinds = (*ASKED, *ANEW, StepKind.YES, StepKind.NO)
    steps = [each for each in history(unit, testimony) if each.kind in kinds]
    return steps[-1] if steps and steps[-1].kind in ASKED else None


def question(unit: Unit, testimony: Testimony, kind: StepKind, whom: str) -> Sentence:
    """In which words she is asked."""
    if kind is StepKind.ASKED_REFER:
        return Sentence(_REFER, {"whom": whom})
    return Sentence(_RETURN, {"partner": unit.people.partner(testimony.partner).name})


def open_question(unit: Unit, testimony: Testimony, *more: str) -> tuple[Part, ...]:
    """The question she has not answered yet, with its buttons; nothing where there is none."""
    pending = pending_question(unit, testimony)
    if pending is None:
        return ()
    first = (Button("Yes", f"k:yes:{testimony.id}"), Button("No", f"k:no:{testimony.id}"))
    second = (Button("Tell me more", f"k:more:{testimony.id}"),)
    asked = Sentence("{receipt}: we have a question for you.", {"receipt": testimony.receipt})
    rows = (first,) if more else (first, second)
    told = tuple(Sentence(each) for each in more)
    return (asked, question(unit, testimony, pending.kind, pending.note), *told, Buttons(rows))


# -- inside -----------------------------------------------------------------------------------------------------------


def _add(unit: Unit, here: Circumstances, case: Case) -> None:
    """Keep it under a code nobody has."""
    for length in (CODE, CODE, CODE, CODE + 1, CODE + 3):
        try:
            unit.cases.add(replace(case, code=receipt("K", here.chance, length)))
        except ValueError:  # taken already
            continue
        return
    raise ValueError("no free case code was found")
