"""The only place where a session moves: what happened goes in, the session after it and what to do come out."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from dialogs.effect import Ask, Effect, Refuse, Say, Wake
from dialogs.event import (
    Amended,
    ChangedLanguage,
    Event,
    Located,
    Reopened,
    Resumed,
    Said,
    Sent,
    Stopped,
    TimePassed,
)
from dialogs.form import Form, Kind, Question, Ref
from dialogs.instance import Instance
from dialogs.moment import restored
from dialogs.plan import generic
from dialogs.session import Session, State
from dialogs.tapping import Tap
from dialogs.telling import Telling
from dialogs.view import View

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
    moment = _Happening(form, session, now, chance)
    moment.onward()
    return moment.session, tuple(moment.effects)


def step(
    form: Form, session: Session, event: Event, now: datetime, chance: Callable[[], float]
) -> tuple[Session, tuple[Effect, ...]]:
    """What an event makes of a session. Never changes its argument; `form` is the version the session pins."""
    moment = _Happening(form, session.copy(), now, chance)
    moment.take(event)
    return moment.session, tuple(moment.effects)


def answers(form: Form, session: Session, now: datetime) -> dict[Ref, str]:
    """The relevant answers in form order, for handing over."""
    return restored(form, session.answers, session.language, now, _no_chance).answers()


def moves(form: Form, session: Session, now: datetime) -> tuple[str, ...]:
    """What may be done on the open screen besides answering (effect.Ask); nothing once the session has ended."""
    return _Happening(form, session.copy(), now, _no_chance).moves() if session.at else ()


def retold(form: Form, answers: Mapping[Ref, str], language: str) -> View:
    """Handed-over answers as they are seen in a language; refs the form does not have are left out."""
    instance = _again(form, answers, language, _EPOCH)
    return View(form, Session(form.name, form.version, language), instance)


def submission(
    form: Form,
    answers: Mapping[Ref, str],
    language: str,
    at: datetime,
    *,
    id: str,
    files: Mapping[str, str],
    known_as: str = "",
) -> str:
    """Handed-over answers as ODK's tools take them (`dialogs.submission`); `at`: when they were handed over."""
    return _again(form, answers, language, at).to_xml(id, files=files, known_as=known_as)


def _again(form: Form, answers: Mapping[Ref, str], language: str, at: datetime) -> Instance:
    known = {ref: value for ref, value in answers.items() if generic(ref) in form.binds}
    plain = {"values": known, "counts": _counts(known)}
    instance = restored(form, plain, language, at, _no_chance)
    for each in instance.walk():
        if isinstance(each.part, Question) and each.ref not in known:
            instance.set(each.ref, "")  # a default that was not kept
    return instance


def _counts(refs: Iterable[Ref]) -> dict[Ref, int]:
    """How many entries of each repeat these refs need."""
    counts: dict[Ref, int] = {}
    for ref in refs:
        for index in _INDEX.finditer(ref):
            repeat = ref[: index.start()]
            counts[repeat] = max(counts.get(repeat, 0), int(index[1]))
    return counts


class _Happening(Telling):
    """A moment that understands whatever may happen."""

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
            case _ if isinstance(event, Tap):
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
                self.stop()
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
        if isinstance(event, Tap | Reopened):
            turn = event.asked if isinstance(event, Reopened) else event.turn
            self.effects.append(Refuse("already_answered", answer=self.answered(turn)))


_INDEX = re.compile(r"\[(\d+)\]")


def _no_chance() -> float:
    return 0.0
