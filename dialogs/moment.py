"""One event being worked into one session: answers given, the walk to what is asked next, what is said of it.

What happened is understood above: taps in `dialogs.tapping`, words in `dialogs.telling`, the rest in `dialogs.engine`.
"""

from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from dialogs.effect import Close, Effect, Forget, Keep, Refuse, Say, Wake
from dialogs.form import Bind, Form, Kind, Ref
from dialogs.instance import Instance
from dialogs.plan import Plan, Role, generic, limits_of, plan
from dialogs.screen import Paragraph, Screen, screens
from dialogs.session import Session
from dialogs.view import SHOWN, View, shortened

REMEMBERED = 200
"""Turns whose questions are remembered."""
SILENCE = timedelta(hours=24)
"""How long silence may last before the one gentle reminder."""


class Moment:
    """A session and what is to be done with it, while one event is worked into it."""

    def __init__(self, form: Form, session: Session, now: datetime, chance: Callable[[], float]) -> None:
        self.form = form
        self.session = session
        self.now = now
        self.chance = chance
        self.effects: list[Effect] = []
        self.preview: View | None = None

    @cached_property
    def plan(self) -> Plan:
        """The form's plan."""
        return plan(self.form)

    @cached_property
    def instance(self) -> Instance:
        """The tree of answers, as the session keeps them."""
        return restored(self.form, self.session.answers, self.session.language, self.now, self.chance)

    @cached_property
    def view(self) -> View:
        """The session as it is seen."""
        return View(self.form, self.session, self.instance)

    @property
    def shown(self) -> View:
        """The session as its open screen shows it: with what is ticked there, though it is not confirmed yet."""
        session = self.session
        if not session.picks:
            return self.view
        members = self.plan.members(session.at)
        ticked = {ref: session.picks[ref] for ref in members if ref in session.picks}
        if len(members) == 1 or not ticked:
            return self.view
        if self.preview is None:
            instance = restored(self.form, session.answers, session.language, self.now, self.chance)
            self.preview = View(self.form, session, instance)
        for ref, names in ticked.items():
            self.preview.instance.set(ref, " ".join(names))
        return self.preview

    def forget_changes(self) -> None:
        """Take the answers again as the session keeps them; also after the language changed."""
        self.preview = None
        for name in ("instance", "view"):
            self.__dict__.pop(name, None)

    # -- turns -----------------------------------------------------------------------------------------------------

    def is_open(self, turn: int) -> bool:
        """Whether a button of this turn belongs to the open question, though that was asked again since."""
        asked = self.session.asked
        return turn in asked and asked[turn] == asked[self.session.turn]

    def asked_in(self, turn: int) -> list[Ref]:
        """What a turn asked for and is still relevant."""
        return [ref for ref in self.session.asked.get(turn, ()) if self.view.relevant(ref)]

    def answered(self, turn: int) -> str:
        """The answers kept for what a turn asked, in words; "" where there are none."""
        words = (self.view.answer(ref) for ref in self.asked_in(turn))
        return shortened(", ".join(word for word in words if word), SHOWN)

    def reopen(self, asked: int) -> None:
        """Ask once more what was asked in that turn, so that the answer can be changed."""
        session = self.session
        screen = next((found for ref in self.asked_in(asked) if (found := self.screen(ref)).refs), None)
        if screen is None:
            self.effects.append(Refuse("already_answered", answer=self.answered(asked)))
        elif session.at in screen.refs:
            self.ask(self.screen(session.at), again=False)
        else:
            session.pages.pop(session.at, None)
            session.editing = True
            self.open(screen.refs[0])

    # -- what may be done ------------------------------------------------------------------------------------------

    def moves(self) -> tuple[str, ...]:
        """What may be done on the open screen besides answering."""
        session = self.session
        refs = self.asked_now()
        seat = self.plan.seat(session.at)
        tapping = seat.dated and bool(session.picks.get(session.at))
        back = ("back",) if session.editing or session.trail or tapping else ()
        if seat.role is Role.SUMMARY:
            return ("send", *back, "stop")
        if seat.role is Role.ENTRIES:
            if session.pages.get(session.at):
                return ("sure" if session.at in session.picks else "remove", "list", "stop")
            return ("add", "done", *back, "stop")
        seats = [self.plan.seat(ref) for ref in refs]
        kept = any(self.shown.answer(ref) for ref in refs)
        moves = []
        if seat.role is Role.TAP and (len(refs) > 1 or seat.several):
            mover = self.shown.mover(self.plan.members(session.at))
            if mover not in refs or self.shown.instance.value(mover):
                moves.append("done")
            if seat.question.kind is Kind.RANK and self.shown.picked(session.at):
                moves.append("clear")
        elif kept:
            moves.append("keep")
        if any(each.question.guidance for each in seats):
            moves.append("more")
        if any(each.question.kind is Kind.GEOPOINT or each.question.chat.get("place") for each in seats):
            moves.append("place")
        if all(self.optional(ref) for ref in refs):
            moves.append("skip")
        return (*moves, *back, "stop")

    def optional(self, ref: Ref) -> bool:
        """Whether the question may be left without an answer; what a companion answers does not count."""
        instance = self.shown.instance
        kept = {each: value for each in self.plan.companions(ref).values() if (value := instance.value(each))}
        for each in kept:
            instance.set(each, "")
        optional = not self.required(ref, instance)
        for each, value in kept.items():
            instance.set(each, value)
        return optional

    def required(self, ref: Ref, instance: Instance) -> bool:
        """Whether an answer is needed; a list that offers nothing cannot be answered."""
        question = self.plan.seat(ref).question
        return instance.required(ref) and (question.itemset is None or bool(instance.choices(question, ref)))

    def stop(self) -> None:
        """Keep what was said for a while, so that she can resume."""
        self.session.move("stop")
        self.effects += [Wake(None), Say("stopped")]

    # -- giving answers --------------------------------------------------------------------------------------------

    def give(self, values: Mapping[Ref, str]) -> bool:
        """Answer the open screen, or refuse and move nothing; "" leaves a question without an answer."""
        before = {ref: self.instance.kept(ref) for ref in values}
        for ref, value in values.items():
            self.instance.set(ref, value)
        relevant = [ref for ref in values if self.instance.relevant(ref)]
        for ref in values:
            if ref not in relevant:
                self.instance.set(ref, before[ref])
        for ref in relevant:
            if (reason := self.fault(ref)) is not None:
                self.forget_changes()
                self.refuse_for(ref, reason)
                return False
        for ref in relevant:
            self.keep(ref, values[ref], before[ref])
        self.save(values)
        self.leave()
        return True

    def keep(self, ref: Ref, value: str, before: str) -> None:
        """Tell what an answer became, and whether its question lies behind her."""
        session = self.session
        seat = self.plan.seat(ref)
        if value:
            self.effects.append(Keep(ref, self.instance.kept(ref)))
        elif before:
            self.effects.append(Forget(ref))
        if seat.story and self.view.answer(ref):
            session.poured = ref
        elif ref == session.poured:
            session.poured = ""
        if ref in session.unconfirmed:
            session.unconfirmed.remove(ref)
        passed = not value and not any(map(self.instance.value, self.plan.companions(ref).values()))
        if passed and seat.role is not Role.COMPANION and ref not in session.skipped:
            session.skipped.append(ref)
        elif not passed and ref in session.skipped:
            session.skipped.remove(ref)

    def fault(self, ref: Ref) -> str | None:
        """Why the answer now kept cannot stay, or None."""
        value = self.instance.value(ref)
        seat = self.plan.seat(ref)
        if not value:
            companions = self.plan.companions(ref).values()
            missing = self.required(ref, self.instance) and not any(map(self.instance.value, companions))
            return "required" if missing else None
        if seat.question.kind is Kind.RANK and len(value.split()) < len(self.view.choices(ref)):
            return "not_ranked"
        limits = limits_of(seat.question)
        if limits is not None and not limits.hold(value):
            return "not_within"
        return None if self.instance.valid(ref) else "not_valid"

    def leave(self) -> None:
        """Go on from the open screen: what was ticked, searched or paged there is over."""
        session = self.session
        if not session.editing and session.at not in session.trail:
            session.trail.append(session.at)
        for ref in self.plan.members(session.at):
            session.picks.pop(ref, None)
            session.pages.pop(ref, None)
            session.found.pop(ref, None)
        session.editing = False
        self.onward()

    def save(self, given: Container[Ref] = ()) -> None:
        """Keep the answers in the session; where rules changed another question's answer, say so in facts."""
        session = self.session
        before, answers = session.answers.get("values", {}), self.instance.to_plain()
        after = answers.get("values", {})
        self.preview = None
        for ref in dict(before.items() ^ after.items()):
            if ref in given or generic(ref) not in self.plan.seats:
                continue
            if after.get(ref):
                session.unconfirmed = [*(each for each in session.unconfirmed if each != ref), ref]
            elif before.get(ref):
                self.effects.append(Forget(ref))
        session.answers = answers

    # -- walking ---------------------------------------------------------------------------------------------------

    def settled(self, ref: Ref, skipped: set[Ref]) -> bool:
        """Whether a question lies behind her: answered, spoken or shown, or skipped; of a repeat, no more entries."""
        if ref in skipped:
            return True
        if self.plan.seat(ref).role is Role.ENTRIES:
            return False
        if self.instance.value(ref):
            return ref not in self.session.unconfirmed
        return any(map(self.instance.value, self.plan.companions(ref).values()))

    def onward(self) -> None:
        """Ask the first question in form order that is neither answered nor skipped, or end the session.

        Notes that became relevant on the way are said with it.
        """
        skipped = set(self.session.skipped)
        untold: list[Paragraph] = []
        for screen in screens(self.plan, self.instance):
            if screen.refs and all(self.settled(ref, skipped) for ref in screen.refs):
                untold += [
                    each for each in screen.paragraphs if each.kind == "note" and each.ref not in skipped
                ]
                continue
            whole = replace(screen, paragraphs=(*untold, *screen.paragraphs)) if untold else screen
            match screen.role:
                case Role.DECLINE:
                    self.decline(whole)
                case Role.LAST:
                    self.finish(whole)
                case _:
                    self.open_screen(whole)
            return

    def screen(self, ref: Ref) -> Screen:
        """The screen where a question stands now; one without refs where it is not asked any more."""
        instance = self.shown.instance if ref == self.session.at else self.instance
        return next((each for each in screens(self.plan, instance) if ref in each.refs), _NOWHERE)

    def asked_now(self) -> tuple[Ref, ...]:
        """The refs the open Ask asked for; none at the summary, nor where another entry is asked for."""
        if self.plan.seat(self.session.at).role in (Role.SUMMARY, Role.ENTRIES):
            return ()
        return tuple(self.session.asked[self.session.turn])

    def open(self, ref: Ref) -> None:
        """Ask the screen of a question under a turn of its own; where it is gone, what comes next."""
        screen = self.screen(ref)
        if screen.refs:
            self.open_screen(screen)
        else:
            self.onward()

    def open_screen(self, screen: Screen, *, again: bool = False) -> None:
        """Ask a screen under a turn of its own."""
        session = self.session
        session.at = screen.refs[0]
        self.preview = None
        if screen.role is Role.SUMMARY:
            self.register_lines()
        session.turn += 1
        self.ask(screen, again=again)

    def register_lines(self) -> None:
        """Give every answer that may be changed a turn under which its question is known."""
        session = self.session
        known = {ref for refs in session.asked.values() for ref in refs}
        for ref in self.view.changeable():
            if ref not in known:
                session.turn += 1
                session.asked[session.turn] = [ref]

    def ask(self, screen: Screen, *, again: bool) -> None:
        """Show the screen under the open turn."""
        session = self.session
        if not screen.refs:
            self.leave()
            return
        told = [each.ref for each in screen.paragraphs if each.kind == "note"]
        known = set(session.skipped)
        session.skipped += [ref for ref in dict.fromkeys(told) if ref not in known and ref != session.at]
        session.asked.pop(session.turn, None)
        session.asked[session.turn] = list(screen.refs)
        for turn in sorted(session.asked)[:-REMEMBERED]:
            del session.asked[turn]
        self.effects.append(self.shown.ask(screen, self.moves(), again=again))
        if not session.reminded:
            self.effects.append(Wake(self.now + SILENCE))

    def refresh(self) -> None:
        """After an answer changed elsewhere: show the summary anew, and leave a question that is asked no more."""
        screen = self.screen(self.session.at)
        if screen.role is Role.SUMMARY or not screen.refs:
            self.ask(screen, again=True)

    def decline(self, screen: Screen) -> None:
        """Say the note's words and keep nothing."""
        session = self.session
        self.effects = [each for each in self.effects if not isinstance(each, Keep | Forget)]
        self.say(screen)
        session.move("decline")
        self.close("declined")
        session.answers = {}
        session.poured = ""

    def finish(self, screen: Screen) -> None:
        """End the session, unless an answer is missing or no longer fits: then ask for it."""
        session = self.session
        for each in screens(self.plan, self.instance):
            for ref in each.refs if each.role in (Role.WORDS, Role.TAP) else ():
                if (reason := self.fault(ref)) is not None:
                    self.refuse_for(ref, reason)
                    self.open_screen(each)
                    return
        self.say(screen)
        session.move("finish")
        self.close("finished")

    def close(self, outcome: str) -> None:
        """The session is over."""
        session = self.session
        session.at = ""
        session.picks, session.pages, session.found = {}, {}, {}
        session.editing = False
        self.effects += [Wake(None), Close(outcome)]

    # -- speech ----------------------------------------------------------------------------------------------------

    def say(self, screen: Screen) -> None:
        """Say the words of a screen that asks nothing."""
        paragraphs, shows = self.view.paragraphs(screen.paragraphs), self.view.shows(screen.paragraphs)
        if paragraphs or shows:
            self.effects.append(Say(paragraphs=paragraphs, shows=shows))

    def refuse(self, reason: str) -> None:
        """Nothing moves; say why (effect.Refuse)."""
        self.effects.append(Refuse(reason))

    def refuse_for(self, ref: Ref, reason: str) -> None:
        """Refuse with the author's own words where she wrote some."""
        bind = self.form.binds.get(generic(ref)) or Bind(ref)
        text = bind.required_message if reason == "required" else bind.constraint_message
        limits = limits_of(self.plan.seat(ref).question) if reason == "not_within" else None
        facts = limits.facts() if limits is not None else {}
        self.effects.append(Refuse(reason, words=self.instance.words(text, ref), facts=facts))


_NOWHERE = Screen(Role.LAST, (), ())


def restored(
    form: Form, plain: Mapping[str, Any], language: str, now: datetime, chance: Callable[[], float]
) -> Instance:
    """The instance that a session keeps in plain values."""
    return Instance.restore(form, plain, now=now, chance=chance, language=language)
