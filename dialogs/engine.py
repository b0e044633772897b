"""The only place where a session moves: what happened goes in, the session after it and what to do come out."""

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import dropwhile
from typing import Any

from dialogs import answer, calendar, dates
from dialogs.effect import Ask, Close, Effect, Forget, Keep, Refuse, Say, Wake
from dialogs.event import (
    Added,
    Amended,
    ChangedLanguage,
    Chose,
    Cleared,
    Confirmed,
    Entered,
    Event,
    Located,
    Paged,
    Removed,
    Reopened,
    Resumed,
    Said,
    Sent,
    Skipped,
    Stopped,
    TimePassed,
    WentBack,
    Wondered,
)
from dialogs.form import Bind, Form, Kind, Question, Ref
from dialogs.instance import Instance
from dialogs.plan import Plan, Role, Seat, generic, limits_of, plan
from dialogs.screen import (
    ACKNOWLEDGED,
    SHOWN,
    SLIPS,
    Paragraph,
    Screen,
    View,
    screens,
    shortened,
)
from dialogs.session import Session, State

MOST_MEDIA = 20
"""Voice notes or photos one question keeps."""
REMEMBERED = 200
"""Turns whose questions are remembered."""
SILENCE = timedelta(hours=24)
"""How long silence may last before the one gentle reminder."""
SENTENCE = 40
"""Characters from which words are a sentence rather than the name of a choice."""
_SHOWN = frozenset({Kind.AUDIO, Kind.IMAGE, Kind.VIDEO, Kind.FILE})
_TAKES = {Kind.AUDIO: "audio", Kind.IMAGE: "image", Kind.VIDEO: "video"}
_Tap = Chose | Paged | Confirmed | Cleared | Skipped | WentBack | Wondered | Added | Entered | Removed
"""What only a button does."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def start(
    form: Form,
    *,
    language: str,
    now: datetime,
    chance: Callable[[], float],
    given: Mapping[str, str],
    turn: int = 0,
) -> tuple[Session, tuple[Effect, ...]]:
    """Open a session and ask its first question.

    `given` fills the nodes whose bind says `tg:given`, by key. `turn` is the last turn of the same person's earlier
    sessions, so that no number comes twice. `now` is aware, in the form's zone.
    """
    instance = Instance.start(form, now=now, chance=chance, language=language, given=given)
    session = Session(form.name, form.version, language, turn=turn, answers=instance.to_plain())
    session.unconfirmed = [
        each.ref
        for each in instance.walk()
        if isinstance(each.part, Question) and each.part.kind is not Kind.NOTE and instance.value(each.ref)
    ]
    moment = _Moment(form, session, now, chance)
    moment.onward()
    return moment.session, tuple(moment.effects)


def step(
    form: Form, session: Session, event: Event, now: datetime, chance: Callable[[], float]
) -> tuple[Session, tuple[Effect, ...]]:
    """What an event makes of a session. Never changes its argument; `form` is the version the session pins."""
    moment = _Moment(form, session.copy(), now, chance)
    moment.take(event)
    return moment.session, tuple(moment.effects)


def answers(form: Form, session: Session, now: datetime) -> dict[Ref, str]:
    """The relevant answers in form order, for handing over."""
    return _restored(form, session.answers, session.language, now, _no_chance).answers()


def moves(form: Form, session: Session, now: datetime) -> tuple[str, ...]:
    """What may be done on the open screen besides answering (effect.Ask); nothing once the session has ended."""
    return _Moment(form, session.copy(), now, _no_chance).moves() if session.at else ()


def retold(form: Form, answers: Mapping[Ref, str], language: str) -> View:
    """Handed-over answers as they are seen in a language; refs the form does not have are left out."""
    known = {ref: value for ref, value in answers.items() if generic(ref) in form.binds}
    plain = {"values": known, "counts": _counts(known)}
    instance = _restored(form, plain, language, _EPOCH, _no_chance)
    for each in instance.walk():
        if isinstance(each.part, Question) and each.ref not in known:
            instance.set(each.ref, "")  # a default that was not kept
    return View(form, Session(form.name, form.version, language), instance)


def _counts(refs: Iterable[Ref]) -> dict[Ref, int]:
    """How many entries of each repeat these refs need."""
    counts: dict[Ref, int] = {}
    for ref in refs:
        for index in _INDEX.finditer(ref):
            repeat = ref[: index.start()]
            counts[repeat] = max(counts.get(repeat, 0), int(index[1]))
    return counts


class _Moment:
    """One event being worked into one session."""

    def __init__(self, form: Form, session: Session, now: datetime, chance: Callable[[], float]) -> None:
        self.form = form
        self.session = session
        self.now = now
        self.chance = chance
        self.effects: list[Effect] = []
        self.preview: View | None = None

    @cached_property
    def plan(self) -> Plan:
        return plan(self.form)

    @cached_property
    def instance(self) -> Instance:
        return _restored(self.form, self.session.answers, self.session.language, self.now, self.chance)

    @cached_property
    def view(self) -> View:
        return View(self.form, self.session, self.instance)

    @property
    def shown(self) -> View:
        """The session as its open screen shows it: with what is ticked there, though it is not confirmed yet."""
        session = self.session
        members = self.plan.members(session.at)
        ticked = {ref: session.picks[ref] for ref in members if ref in session.picks}
        if len(members) == 1 or not ticked:
            return self.view
        if self.preview is None:
            instance = _restored(self.form, session.answers, session.language, self.now, self.chance)
            self.preview = View(self.form, session, instance)
        for ref, names in ticked.items():
            self.preview.instance.set(ref, " ".join(names))
        return self.preview

    def forget_changes(self) -> None:
        """Take the answers again as the session keeps them; also after the language changed."""
        self.preview = None
        for name in ("instance", "view"):
            self.__dict__.pop(name, None)

    # -- what happened ----------------------------------------------------------------------------------------------

    def take(self, event: Event) -> None:
        match self.session.state:
            case State.OPEN:
                self.happen(event)
            case State.STOPPED:
                self.happen_when_stopped(event)
            case State.FINISHED | State.DECLINED:
                self.happen_too_late(event)

    def happen(self, event: Event) -> None:
        session = self.session
        match event:
            case Said(words, meaning):
                self.said(words, meaning)
            case Sent(kind, media, caption):
                self.sent(kind, media, caption)
            case Located(latitude, longitude):
                self.located(latitude, longitude)
            case _ if isinstance(event, _Tap):
                if self.is_open(event.turn):
                    self.tapped(event)
                else:
                    self.tapped_old(event)
            case Reopened(_, asked):
                self.reopen(asked)
            case ChangedLanguage(language):
                session.language = language
                self.forget_changes()
                self.ask(self.screen(session.at), again=False)
            case Amended(old, new):
                self.amend(old, new)
            case TimePassed():
                if not session.reminded:
                    session.reminded = True
                    self.effects += [Wake(None), Say("still_here")]
                    self.ask(self.screen(session.at), again=False)
            case Stopped():
                session.move("stop")
                self.effects += [Wake(None), Say("stopped")]
            case Resumed():
                self.effects.append(Say("resumed"))
                self.open(session.at)

    def happen_when_stopped(self, event: Event) -> None:
        """What is said or tapped resumes the session and counts."""
        match event:
            case TimePassed():
                pass
            case Stopped():
                self.effects.append(Say("stopped"))
            case ChangedLanguage(language):
                self.session.language = language
            case Resumed():
                self.session.move("resume")
                self.happen(event)
            case _:
                self.session.move("resume")
                self.effects.append(Say("resumed"))
                self.happen(event)
                if self.session.state is State.OPEN and not any(
                    isinstance(each, Ask) for each in self.effects
                ):
                    self.open(self.session.at)

    def happen_too_late(self, event: Event) -> None:
        """Every button is answered, though it moves nothing any more (R6)."""
        if isinstance(event, _Tap | Reopened):
            turn = event.asked if isinstance(event, Reopened) else event.turn
            self.effects.append(Refuse("already_answered", answer=self.answered(turn)))

    # -- turns ------------------------------------------------------------------------------------------------------

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

    def tapped_old(self, event: _Tap) -> None:
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

    # -- words, voice, places ---------------------------------------------------------------------------------------

    def said(self, words: str, meaning: str | None) -> None:
        seat = self.plan.seat(self.session.at)
        words = answer.canonical(words).strip()
        if len(words) > answer.MAX_TEXT:
            self.refuse("too_long")
        elif not words:
            self.refuse("needs_words")
        elif seat.role is Role.SUMMARY:
            self.said_to_summary(words, meaning)
        elif seat.role is Role.ENTRIES:
            self.said_to_entries(words, meaning)
        elif seat.role is Role.TAP:
            self.said_to_choices(words, meaning)
        elif seat.story:
            self.give({self.session.at: words})
        elif meaning in ("back", "skip", "stop") and meaning in self.moves():
            self.move(meaning)
        else:
            self.said_to_question(seat, words)

    def said_to_question(self, seat: Seat, words: str) -> None:
        kind = seat.question.kind
        read = answer.read(
            kind,
            words,
            today=self.now.date(),
            language=self.session.language,
            appearance=seat.question.appearance,
        )
        match read:
            case answer.Fit(value):
                self.give({self.session.at: seat.coarse(value)})
            case answer.Misfit() if seat.dated and self.said_to_part(words):
                pass
            case answer.Misfit(reason):
                if not ((kind in _SHOWN or _is_sentence(words)) and self.join_words(words)):
                    self.refuse(reason)

    def said_to_part(self, words: str) -> bool:
        """The number or month on a button of the open part of a date; False where it is none."""
        for each in self.view.parts(self.session.at):
            month = dates.month_named(words) if each.kind == "month" else None
            said = [month] if month else answer.numerals(words)
            if each.kind != "near" and len(said) == 1:
                return self.tap_part(each.number, said[0])
        return False

    def said_to_summary(self, words: str, meaning: str | None) -> None:
        lines = self.view.summary()
        if meaning in self.moves():
            self.move(meaning)
        elif meaning == "yes":
            self.move("send")
        elif 0 < (number := _number(words)) <= len(lines):
            self.reopen(lines[number - 1].asked)
        elif not self.join_words(words):
            self.refuse("not_a_choice")

    def said_to_entries(self, words: str, meaning: str | None) -> None:
        """Whether there is another entry, or the number of one to look at."""
        move = {"yes": "add", "more": "add", "no": "done", "send": "done", "skip": "done"}.get(
            meaning or "", meaning
        )
        if move in self.moves():
            self.move(move)
        elif 0 < (number := _number(words)) <= len(self.instance.entries(self.session.at)):
            self.enter(number)
        elif not self.join_words(words):
            self.refuse("not_a_choice")

    def said_to_choices(self, words: str, meaning: str | None) -> None:
        """Words in place of a tap: a name or label, a word that means a choice or a move, a number, part of a label."""
        shown, refs = self.shown, self.asked_now()
        agreed = shown.named(ACKNOWLEDGED, refs) if meaning in ("yes", "done", "send") else []
        if taps := shown.named(words, refs) or (shown.named(meaning, refs) if meaning else []):
            self.tap_all(taps)
        elif meaning in self.moves():
            self.move(meaning)
        elif taps := shown.numbered(words, refs) or shown.listed(words, refs) or agreed:
            self.tap_all(taps)
        else:
            self.tap_like(words)

    def tap_like(self, words: str) -> None:
        """Take the one choice the words may mean, offer several; but what says more than a label joins the story."""
        ref, near = self.shown.like(words, self.asked_now())
        longest = max((len(self.shown.instance.words(choice.label, ref)) for choice in near), default=0)
        if len(words) > longest + SLIPS and self.join_words(words):
            return
        if not near:
            self.refuse("not_a_choice")
        elif len(near) == 1:
            self.tap_all([(ref, near[0].name)])
        else:
            self.bring_up(ref, [choice.name for choice in near])

    def sent(self, kind: str, media: str, caption: str) -> None:
        """A voice note or photo answers the open question where it takes one, else it joins what was told before."""
        at = self.session.at
        seat = self.plan.seat(at)
        target = self.takes(at, kind)
        if target is not None:
            values = {target: media}
            if seat.story and caption and not self.instance.value(at):
                values[at] = answer.canonical(caption).strip()
            if self.give({at: self.instance.value(at), **values}) and caption and at not in values:
                self.join_words(answer.canonical(caption).strip(), aloud=False)
        elif not self.join_media(kind, media, caption):
            self.refuse("needs_words")

    def takes(self, ref: Ref, kind: str) -> Ref | None:
        """The question that takes media of this kind when this one is open: itself, its companion, or none."""
        own = self.plan.seat(ref).question.kind
        if own is Kind.FILE or _TAKES.get(own) == kind:
            return ref
        return self.plan.companions(ref).get(kind)

    def located(self, latitude: float, longitude: float) -> None:
        session = self.session
        seat = self.plan.seat(session.at)
        if seat.question.kind is Kind.GEOPOINT:
            self.give({session.at: seat.coarse(answer.place(latitude, longitude))})
            return
        for ref in self.asked_now():
            if "place" in self.plan.seat(ref).question.chat:
                self.bring_up(ref, self.shown.nearest(ref, latitude, longitude))
                return
        self.refuse("not_a_choice" if seat.role in (Role.TAP, Role.SUMMARY) else "needs_words")

    # -- joining the story ------------------------------------------------------------------------------------------

    def join_words(self, words: str, *, aloud: bool = True) -> bool:
        """Add words to the story told before; False where there is none."""
        ref = self.session.poured
        if not words or not self.view.relevant(ref):
            return False
        before = self.instance.value(ref)
        self.add(ref, f"{before}\n{words}" if before else words, aloud=aloud)
        return True

    def join_media(self, kind: str, media: str, caption: str) -> bool:
        """Add a voice note or photo to the story, or to what was just answered with one; False where none takes it."""
        session = self.session
        for ref in (session.poured, *session.trail[-1:]):
            target = self.takes(ref, kind) if self.view.relevant(ref) else None
            if target is None or (target == ref and not self.instance.value(ref)):
                continue
            kept = self.instance.value(target).split()
            if media in kept:
                return True
            if len(kept) >= MOST_MEDIA:
                self.refuse("too_many")
                return True
            self.add(target, " ".join((*kept, media)), aloud=True)
            if caption:
                self.join_words(answer.canonical(caption).strip(), aloud=False)
            return True
        return False

    def add(self, ref: Ref, value: str, *, aloud: bool) -> None:
        if self.rewrite(ref, value) and aloud:
            self.effects.append(Say("added"))
            self.refresh()

    def rewrite(self, ref: Ref, value: str) -> bool:
        """Give an answer another value without moving; False, and a refusal, where it does not fit."""
        if len(value) > answer.MAX_TEXT:
            self.refuse("too_long")
            return False
        before = self.instance.value(ref)
        self.instance.set(ref, value)
        if not self.instance.valid(ref):
            self.instance.set(ref, before)
            self.refuse_for(ref, "not_valid")
            return False
        self.save({ref})
        self.effects.append(Keep(ref, self.instance.kept(ref)))
        return True

    def amend(self, old: str, new: str) -> None:
        """A message was edited on the phone: the answer it became is changed with it (R8)."""
        old, new = answer.canonical(old).strip(), answer.canonical(new).strip()
        ref = self.amended(old) if old and new and old != new else None
        if ref is None:
            return
        lines = f"\n{self.instance.value(ref)}\n"
        if self.rewrite(ref, lines.replace(f"\n{old}\n", f"\n{new}\n", 1)[1:-1]):
            self.effects.append(Say("changed"))
            self.refresh()

    def amended(self, old: str) -> Ref | None:
        """The text answer that is these words; else one that they joined (as lines of their own)."""
        texts = {
            ref: value
            for ref, value in self.instance.answers().items()
            if generic(ref) in self.plan.seats and self.plan.seat(ref).question.kind is Kind.TEXT
        }
        return next(
            (ref for ref, value in texts.items() if value == old),
            next((ref for ref, value in texts.items() if f"\n{old}\n" in f"\n{value}\n"), None),
        )

    # -- taps -------------------------------------------------------------------------------------------------------

    def tapped(self, event: _Tap) -> None:
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

    def field_ref(self, field: int) -> Ref | None:
        """The question behind a field's number on the open screen."""
        members = self.plan.members(self.session.at)
        ref = members[field] if 0 <= field < len(members) else None
        if self.plan.seat(self.session.at).dated:
            return self.session.at
        return ref if ref in self.asked_now() and self.plan.seat(ref).role is Role.TAP else None

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

    def tap_all(self, taps: Sequence[tuple[Ref, str]]) -> None:
        """The choices that words named: ticked, shown once, even where they were ticked before."""
        shown = len(self.effects)
        for ref, name in taps:
            del self.effects[shown:]
            self.tap(ref, name, on=True)

    def tap(self, ref: Ref, name: str, *, on: bool | None) -> None:
        """A choice was taken: it answers the screen, or it is ticked (`on` False: unticked; None: the other way)."""
        session = self.session
        if ref == self.shown.mover(self.plan.members(session.at)):
            self.confirm({ref: name})
            return
        before = self.shown.picked(ref)
        wanted = name not in before if on is None else on
        if (name in before) != wanted:
            others = [each for each in before if each != name] if self.plan.seat(ref).several else []
            session.picks[ref] = [*others, name] if wanted else others
            session.found.pop(ref, None)
        self.ask(self.screen(session.at), again=True)

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

    # -- moves ------------------------------------------------------------------------------------------------------

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
                self.happen(Stopped())

    def explain(self) -> None:
        """Say what stands behind "Tell me more", and ask again without the words that led up to the question."""
        screen = self.screen(self.session.at)
        asked = tuple(dropwhile(lambda each: each.kind != "label", screen.paragraphs))
        self.effects.append(Say(paragraphs=self.shown.guidance(self.asked_now())))
        self.ask(replace(screen, paragraphs=asked), again=False)

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

    def skip(self) -> None:
        """Leave the open questions without an answer; one given before is taken back."""
        refs = self.asked_now()
        values = dict.fromkeys(refs, "")
        for ref in refs:
            values |= dict.fromkeys(self.plan.companions(ref).values(), "")
        self.give(values)

    def back(self) -> None:
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

    # -- the entries of a repeat ------------------------------------------------------------------------------------

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

    # -- giving answers ---------------------------------------------------------------------------------------------

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

    # -- walking ----------------------------------------------------------------------------------------------------

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
            whole = replace(screen, paragraphs=(*untold, *screen.paragraphs))
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
        session = self.session
        session.at = ""
        session.picks, session.pages, session.found = {}, {}, {}
        session.editing = False
        self.effects += [Wake(None), Close(outcome)]

    # -- speech -----------------------------------------------------------------------------------------------------

    def say(self, screen: Screen) -> None:
        if paragraphs := self.view.paragraphs(screen.paragraphs):
            self.effects.append(Say(paragraphs=paragraphs))

    def refuse(self, reason: str) -> None:
        self.effects.append(Refuse(reason))

    def refuse_for(self, ref: Ref, reason: str) -> None:
        """Refuse with the author's own words where she wrote some."""
        bind = self.form.binds.get(generic(ref)) or Bind(ref)
        text = bind.required_message if reason == "required" else bind.constraint_message
        limits = limits_of(self.plan.seat(ref).question) if reason == "not_within" else None
        facts = limits.facts() if limits is not None else {}
        self.effects.append(Refuse(reason, words=self.instance.words(text, ref), facts=facts))

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


_INDEX = re.compile(r"\[(\d+)\]")
_NOWHERE = Screen(Role.LAST, (), ())


def _restored(
    form: Form, plain: Mapping[str, Any], language: str, now: datetime, chance: Callable[[], float]
) -> Instance:
    return Instance.restore(form, plain, now=now, chance=chance, language=language)


def _no_chance() -> float:
    return 0.0


def _number(words: str) -> int:
    """The one number said, in any script's digits; 0 where something else is."""
    numbers = answer.numerals(words)
    return numbers[0] if len(numbers) == 1 else 0


def _is_sentence(words: str) -> bool:
    """Whether words are more than a choice's name would be: then they rather belong to the story."""
    return len(words) > SENTENCE or len(words.split()) > SENTENCE // 8
