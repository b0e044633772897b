"""What is derived from a form once, for all its sessions: how a chat meets each question."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum, auto
from operator import itemgetter
from weakref import WeakKeyDictionary

from dialogs.answer import coarse
from dialogs.form import Choice, Form, Kind, Part, Question, Ref, Text
from dialogs.graph import repeats

BUTTONS = 11
"""A range with at most this many values is asked with buttons."""

_INDEX = re.compile(r"\[(\d+)\]")
_DATED = frozenset({Kind.DATE, Kind.TIME, Kind.DATETIME})


class Role(Enum):
    """How a chat meets a question."""

    WORDS = auto()  # written, or a place, voice note, photo: whatever is not tapped
    TAP = auto()
    COMPANION = auto()  # a voice note or photo that answers another question; never asked by itself
    NOTE = auto()
    DECLINE = auto()  # a note that ends the session, nothing kept
    SUMMARY = auto()  # the note where all answers are shown
    ENTRIES = auto()  # behind the entries of a repeat: is there another one?
    LAST = auto()  # behind the last question


@dataclass(frozen=True, slots=True)
class Seat:
    """What is known of a question before anybody answers it. Refs are without indexes."""

    question: Question
    role: Role
    companions: Mapping[str, Ref]  # "audio", "image" → the question that takes it in this one's place
    screen: Ref  # the field-list whose screen shows it, or ""
    choices: Mapping[str, Choice]  # every choice of a list that is known beforehand, by name
    numbers: Mapping[str, int]  # the place of each of them

    @property
    def several(self) -> bool:
        """Whether several choices may be tapped."""
        return self.question.kind in (Kind.SELECT_MULTIPLE, Kind.RANK)

    @property
    def dated(self) -> bool:
        """Whether a date or time is asked for, which may also be tapped part by part."""
        return self.question.kind in _DATED

    def coarse(self, value: str) -> str:
        """A value as it may be kept: of a place only as many decimals as the author's hint `precision` says."""
        decimals = self.question.chat.get("precision", "")
        return coarse(value, int(decimals)) if decimals.isdecimal() else value

    @property
    def story(self) -> bool:
        """Whether later words may join the answer: a text of several lines, or one that may be spoken or shown."""
        return self.question.kind is Kind.TEXT and bool(
            self.companions or "multiline" in self.question.appearance
        )


class Plan:
    """What is derived from a form once, for all its sessions."""

    def __init__(self, form: Form) -> None:
        named: dict[str, Ref] = {}
        for question in form.questions():
            named.setdefault(question.name, question.ref)
        companions = {
            named[name]
            for question in form.questions()
            for hint in ("voice", "photo")
            if (name := question.chat.get(hint, "")) in named
        }
        self.seats: dict[Ref, Seat] = {}
        self.repeats = {repeat.ref: repeat for repeat in repeats(form.body)}
        self.ordered: dict[tuple[Ref, str], tuple[tuple[Choice, ...], tuple[Choice, ...]]] = {}
        self.screens: dict[Ref, list[Ref]] = {}
        self.together: set[Ref] = set()  # the field-lists
        for question, screen in _with_screens(form.body, ""):
            role = Role.COMPANION if question.ref in companions else _role(question)
            choices = _choices(question, form.default_language)
            self.seats[question.ref] = Seat(
                question=question,
                role=role,
                companions={
                    kind: named[question.chat[hint]]
                    for hint, kind in (("voice", "audio"), ("photo", "image"))
                    if question.chat.get(hint) in named
                },
                screen=screen if role is Role.TAP else "",
                choices=choices,
                numbers={name: number for number, name in enumerate(choices)},
            )
            if screen:
                self.together.add(screen)
                if role is Role.TAP:
                    self.screens.setdefault(screen, []).append(question.ref)

        for repeat in self.repeats.values():
            more = Question(repeat.ref, Kind.NOTE, label=repeat.label, row=repeat.row)
            self.seats[repeat.ref] = Seat(more, Role.ENTRIES, {}, "", {}, {})

    def seat(self, ref: Ref) -> Seat:
        """The seat of a question, or of a repeat where another entry is asked for; KeyError for any other ref."""
        return self.seats[generic(ref)]

    def suggested(self, question: Question, choices: tuple[Choice, ...], language: str) -> tuple[Choice, ...]:
        """These choices, those first that name the language in the column of the hint `suggest`."""
        key = question.ref, language
        before, ordered = self.ordered.get(key, ((), ()))
        if before is not choices:
            column = question.chat["suggest"]
            later = [language not in choice.extra.get(column, "").split() for choice in choices]
            ordered = tuple(
                choice for _, choice in sorted(zip(later, choices, strict=True), key=itemgetter(0))
            )
            self.ordered[key] = choices, ordered
        return ordered

    def members(self, ref: Ref) -> list[Ref]:
        """The refs that are asked together with this one, itself included, in form order."""
        seat = self.seat(ref)
        return [placed(each, ref) for each in self.screens[seat.screen]] if seat.screen else [ref]

    def companions(self, ref: Ref) -> dict[str, Ref]:
        """The refs of the questions that a voice note or photo fills in this one's place, by the kind of media."""
        companions = self.seat(ref).companions
        return {kind: placed(each, ref) for kind, each in companions.items()} if companions else {}


_PLANS: WeakKeyDictionary[Form, Plan] = WeakKeyDictionary()


def plan(form: Form) -> Plan:
    """The plan of a form, made once."""
    found = _PLANS.get(form)
    if found is None:
        found = _PLANS[form] = Plan(form)
    return found


def generic(ref: Ref) -> Ref:
    """The ref without the indexes of repeats."""
    return _INDEX.sub("", ref) if "[" in ref else ref


def placed(ref: Ref, beside: Ref) -> Ref:
    """The ref (without indexes) as it is called in the same instance of every repeat as `beside`."""
    if "[" not in beside:
        return ref
    steps, near = ref.split("/"), beside.split("/")
    for position, (step, other) in enumerate(zip(steps, near, strict=False)):
        if step != generic(other):
            break
        steps[position] = other
    return "/".join(steps)


def _role(question: Question) -> Role:
    match question.kind:
        case Kind.NOTE if question.chat.get("end") == "decline":
            return Role.DECLINE
        case Kind.NOTE if question.chat.get("summary") == "yes":
            return Role.SUMMARY
        case Kind.NOTE:
            return Role.NOTE
        case Kind.SELECT_ONE | Kind.SELECT_MULTIPLE if "label" in question.appearance:
            return Role.NOTE  # only the head of a table, which a chat does not draw
        case Kind.SELECT_ONE | Kind.SELECT_MULTIPLE | Kind.RANK | Kind.ACKNOWLEDGE:
            return Role.TAP
        case Kind.RANGE if _range(question):
            return Role.TAP
        case _:
            return Role.WORDS


def _choices(question: Question, language: str) -> Mapping[str, Choice]:
    if question.itemset is not None:
        return question.itemset.choices
    return {value: Choice(value, Text({language: (value,)})) for value in _range(question)}


def _range(question: Question) -> list[str]:
    """The values of a range that is short enough for buttons."""
    limits = limits_of(question)
    if limits is None:
        return []
    count = int((limits.most - limits.least) / limits.step) + 1
    values = [format(limits.least + limits.step * number, "f") for number in range(min(count, BUTTONS + 1))]
    return [] if count > BUTTONS else values[::-1] if limits.falling else values


@dataclass(frozen=True, slots=True)
class Limits:
    """What a range may be: from `least` to `most`, each `step` between; `falling` where it was written downwards."""

    least: Decimal
    most: Decimal
    step: Decimal
    falling: bool = False

    def hold(self, value: str) -> bool:
        """Whether a number (canonical) lies within them, on a step."""
        number = Decimal(value)
        return self.least <= number <= self.most and (number - self.least) % self.step == 0

    def facts(self) -> dict[str, str]:
        """They in words, the step only where it is not one (effect.Ask, effect.Refuse)."""
        facts = {"least": format(self.least, "f"), "most": format(self.most, "f")}
        return facts if self.step == 1 else facts | {"step": format(self.step, "f")}


def limits_of(question: Question) -> Limits | None:
    """The limits of a range; None for any other question, or where they make no sense."""
    if question.kind is not Kind.RANGE:
        return None
    try:
        start, end, step = (
            Decimal(question.parameters.get(name, default))
            for name, default in (("start", "1"), ("end", "10"), ("step", "1"))
        )
        if not (step and all(number.is_finite() for number in (start, end, step))):
            return None
    except InvalidOperation:
        return None
    return Limits(min(start, end), max(start, end), abs(step), falling=end < start)


def _with_screens(parts: Sequence[Part], screen: Ref) -> Iterator[tuple[Question, Ref]]:
    """Every question with the field-list it stands in."""
    for part in parts:
        if isinstance(part, Question):
            yield part, screen
        else:
            yield from _with_screens(
                part.parts, screen or (part.ref if "field-list" in part.appearance else "")
            )
