"""What a tap does: a choice, a part of a date, another page, a move, an entry of a repeat."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import dropwhile

from dialogs import calendar
from dialogs.effect import Forget, Keep, Refuse, Say
from dialogs.event import (
    Added,
    Chose,
    Cleared,
    Confirmed,
    Entered,
    Paged,
    Removed,
    Skipped,
    WentBack,
    Wondered,
)
from dialogs.form import Kind, Question, Ref
from dialogs.moment import Moment
from dialogs.plan import Role

Tap = Chose | Paged | Confirmed | Cleared | Skipped | WentBack | Wondered | Added | Entered | Removed
"""What only a button does."""


class Tapping(Moment):
    """A moment that understands taps."""

    def tapped(self, event: Tap) -> None:
        """A button of the open turn."""
        match event:
            case Chose(_, field, choice) if self.plan.seat(self.session.at).dated:
                if not self.tap_part(field, choice):
                    self.refuse("not_a_choice")
            case Chose(_, field, choice, on):
                ref = self.field_ref(field)
                name = self.shown.name_of(ref, choice) if ref is not None else ""
                if ref is None or not name:
                    self.refuse("not_a_choice")
                else:
                    self.tap(ref, name, on=on)
            case Paged(_, field, page):
                ref = self.field_ref(field)
                if ref is not None and page >= 0:
                    self.session.pages[ref] = page
                    self.ask(self.screen(self.session.at), again=True)
            case Confirmed():
                offered = self.moves()
                self.move(next((move for move in ("done", "send", "keep") if move in offered), "done"))
            case Cleared():
                self.move("clear")
            case Skipped():
                self.move("skip")
            case WentBack():
                self.move("back")
            case Wondered():
                self.move("more")
            case Added():
                self.move("add")
            case Entered(_, entry):
                self.enter(entry)
            case Removed(turn, entry, sure):
                self.remove(entry, sure=sure and turn == self.session.turn)

    def tapped_old(self, event: Tap) -> None:
        """A button of an earlier turn moves nothing and is always answered (R6, R7).

        The summary, and a question whose choice was tapped though it is still unanswered, come back at once.
        """
        refs, words = self.asked_in(event.turn), self.answered(event.turn)
        summary = any(self.plan.seat(ref).role is Role.SUMMARY for ref in refs)
        if refs and not words and (isinstance(event, Chose) or summary):
            self.reopen(event.turn)
        else:
            asked = event.turn if refs else None
            self.effects.append(Refuse("already_answered", asked=asked, answer=words))

    def field_ref(self, field: int) -> Ref | None:
        """The question behind a field's number on the open screen."""
        members = self.plan.members(self.session.at)
        ref = members[field] if 0 <= field < len(members) else None
        if self.plan.seat(self.session.at).dated:
            return self.session.at
        return ref if ref in self.asked_now() and self.plan.seat(ref).role is Role.TAP else None

    # -- choices and parts of a date -------------------------------------------------------------------------------

    def tap(self, ref: Ref, name: str, *, on: bool | None) -> None:
        """A choice was taken: it answers the screen, or it is ticked (`on` False: unticked; None: the other way)."""
        session = self.session
        if ref == self.shown.mover(self.plan.members(session.at)) and not self.brings_more(ref, name):
            self.confirm({ref: name})
            return
        before = self.shown.picked(ref)
        wanted = name not in before if on is None else on
        if (name in before) != wanted:
            others = [each for each in before if each != name] if self.plan.seat(ref).several else []
            session.picks[ref] = [*others, name] if wanted else others
            session.found.pop(ref, None)
        self.ask(self.screen(session.at), again=True)

    def brings_more(self, ref: Ref, name: str) -> bool:
        """Whether a choice, once ticked, makes further questions of the open screen relevant."""
        if len(self.plan.members(self.session.at)) == 1:
            return False  # nothing else is ever asked on this screen
        picks, asked = self.session.picks, self.asked_now()
        self.session.picks, self.preview = {**picks, ref: [name]}, None
        more = not set(self.screen(self.session.at).refs) <= set(asked)
        self.session.picks, self.preview = picks, None
        return more

    def tap_part(self, field: int, number: int) -> bool:
        """A part of a date or time was tapped: the last one answers; False where there is no such button."""
        session = self.session
        question = self.plan.seat(session.at).question
        before = session.picks.get(session.at, [])
        tapped = calendar.after(question, before, field, number, self.now.date())
        if tapped is None:
            return False
        if tapped != before:
            session.picks[session.at] = tapped
            session.pages.pop(session.at, None)
            if value := calendar.value(question, tapped):
                if not self.give({session.at: value}):
                    session.picks[session.at] = tapped[:-1]
            else:
                self.ask(self.screen(session.at), again=True)
        return True

    def bring_up(self, ref: Ref, names: Sequence[str]) -> None:
        """Show these choices before all others."""
        if not names:
            self.refuse("not_a_choice")
            return
        self.session.found[ref] = list(names)
        self.session.pages.pop(ref, None)
        self.ask(self.screen(self.session.at), again=True)

    def confirm(self, tapped: Mapping[Ref, str]) -> None:
        """Answer the whole screen with what is ticked and the last tap."""
        values: dict[Ref, str] = {}
        for ref in self.plan.members(self.session.at):
            if ref in tapped:
                values[ref] = tapped[ref]
            elif ref in self.session.picks:
                values[ref] = self.joined(ref, self.session.picks[ref])
            else:
                values[ref] = self.instance.kept(ref)
        self.give(values)

    def joined(self, ref: Ref, names: Sequence[str]) -> str:
        """The names as one value: in the order of the list, or as they were put in order."""
        seat = self.plan.seat(ref)
        if seat.question.kind is Kind.RANK or not seat.several:
            return " ".join(names)
        order = {choice.name: place for place, choice in enumerate(self.shown.choices(ref))}
        return " ".join(sorted((name for name in names if name in order), key=order.__getitem__))

    # -- moves -----------------------------------------------------------------------------------------------------

    def move(self, move: str | None) -> None:
        """Do what a button beside the choices says; one that is not offered is answered with what is missing."""
        session = self.session
        offered = self.moves()
        if move not in offered:
            required = next((ref for ref in self.asked_now() if not self.optional(ref)), None)
            if required is not None and move in ("done", "skip"):
                self.refuse_for(required, "required")
            return
        match move:
            case "done" if self.plan.seat(session.at).role is Role.ENTRIES:
                session.skipped.append(session.at)
                self.leave()
            case "done":
                self.confirm({})
            case "clear":
                session.picks[session.at] = []
                self.ask(self.screen(session.at), again=True)
            case "add":
                self.add_entry()
            case "keep":
                self.give({ref: self.instance.value(ref) for ref in self.asked_now()})
            case "send":
                session.skipped.append(session.at)
                self.leave()
            case "more":
                self.explain()
            case "skip":
                self.skip()
            case "back":
                self.back()
            case "stop":
                self.stop()

    def explain(self) -> None:
        """Say what stands behind "Tell me more", and ask again without the words that led up to the question."""
        screen = self.screen(self.session.at)
        asked = tuple(dropwhile(lambda each: each.kind != "label", screen.paragraphs))
        self.effects.append(Say(paragraphs=self.shown.guidance(self.asked_now())))
        self.ask(replace(screen, paragraphs=asked), again=False)

    def skip(self) -> None:
        """Leave the open questions without an answer; one given before is taken back."""
        refs = self.asked_now()
        values = dict.fromkeys(refs, "")
        for ref in refs:
            values |= dict.fromkeys(self.plan.companions(ref).values(), "")
        self.give(values)

    def back(self) -> None:
        """To the part of a date, or the screen, before; an answer being changed stays as it was."""
        session = self.session
        tapped = session.picks.get(session.at) if self.plan.seat(session.at).dated else None
        if tapped:
            session.picks[session.at] = tapped[:-1]
            self.ask(self.screen(session.at), again=True)
            return
        if session.editing:
            self.leave()
            return
        while session.trail:
            ref = session.trail.pop()
            screen = self.screen(ref)
            if screen.refs and ref != session.at:
                session.skipped = [
                    each for each in session.skipped if each != ref or screen.role is not Role.SUMMARY
                ]
                self.open(ref)
                return
        self.ask(self.screen(session.at), again=False)

    # -- the entries of a repeat -----------------------------------------------------------------------------------

    def add_entry(self) -> None:
        """One more entry, asked from its first question on; then whether there is another one again."""
        session = self.session
        self.instance.add(session.at)
        session.skipped = [ref for ref in session.skipped if ref != session.at]
        self.save()
        self.leave()

    def enter(self, entry: int) -> None:
        """Show the answers of one entry, each with a way to change it; 0: the list of all."""
        session = self.session
        if self.plan.seat(session.at).role is not Role.ENTRIES:
            return
        session.picks.pop(session.at, None)
        session.pages[session.at] = entry if 0 <= entry <= len(self.instance.entries(session.at)) else 0
        self.register_lines()
        self.open_screen(self.screen(session.at), again=True)

    def remove(self, entry: int, *, sure: bool) -> None:
        """Take the opened entry away; a first tap only asks whether she is sure."""
        session = self.session
        repeat = session.at
        if self.plan.seat(repeat).role is not Role.ENTRIES or session.pages.get(repeat) != entry:
            self.enter(0)
        elif not sure or repeat not in session.picks:
            session.picks[repeat] = [str(entry)]
            self.ask(self.screen(repeat), again=True)
        else:
            before = self.kept_within(repeat)
            self.instance.remove(f"{repeat}[{entry}]")
            session.without(repeat, entry)
            after = self.kept_within(repeat)
            self.effects += [Forget(ref) for ref in before if not after.get(ref)]
            self.effects += [Keep(ref, value) for ref, value in after.items() if value != before.get(ref)]
            self.save({*before, *after})
            self.enter(0)

    def kept_within(self, repeat: Ref) -> dict[Ref, str]:
        """The answers given in all entries of a repeat."""
        asked = (step.ref for step in self.instance.walk() if isinstance(step.part, Question))
        refs = (ref for ref in asked if ref.startswith(f"{repeat}["))
        return {ref: value for ref in refs if (value := self.instance.kept(ref))}
