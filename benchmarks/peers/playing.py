"""Random answers, played in our own engine: the steps for the others, and our states to compare."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from dialogs.check import expressions
from dialogs.form import Form, Kind, Question, Ref, Repeat
from dialogs.graph import repeats
from dialogs.instance import Instance

Row = tuple[bool, bool, bool, str]
"""What an engine makes of a node: relevant, required, constraint holds, value."""

MEDIA = {Kind.IMAGE: "a.jpg", Kind.AUDIO: "a.m4a", Kind.VIDEO: "a.mp4", Kind.FILE: "a.pdf"}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_PLACES = ("12.5 -3.25 0 0", "-1.95 30.06 1450 5", "48.85 2.35 0 0")
_WORDS = ("Ana", "x", "12", "Zoë 12", "no one", "a-b@c.org")


@dataclass(slots=True)
class Play:
    """One run through a form: the steps taken, what we made of each node before and after, and the final XML."""

    steps: list[dict[str, str]] = field(default_factory=list)
    states: list[dict[Ref, Row]] = field(default_factory=list)
    xml: str = ""
    files: list[str] = field(default_factory=list)


def play(form: Form, *, seed: int, steps: int, now: datetime) -> Play:
    """Start a form and take random steps in it, always the same for one seed."""
    chance = Random(seed)
    told = _Vocabulary.of(form)
    instance = Instance.start(form, now=now, chance=lambda: 0.5, language=form.default_language)
    played = Play(states=[_state(instance)])
    for _ in range(steps):
        step = _step(instance, told, chance)
        if step is None:
            break
        played.steps.append(step)
        match step["do"]:
            case "set":
                instance.set(step["ref"], step["value"])
            case "add":
                instance.add(step["ref"].rpartition("[")[0])
            case _:
                instance.remove(step["ref"])
        played.states.append(_state(instance))
    played.xml = instance.to_xml("uuid:00000000-0000-4000-8000-000000000000")
    played.files = sorted(set(MEDIA.values()))
    return played


def _state(instance: Instance) -> dict[Ref, Row]:
    state: dict[Ref, Row] = {}
    for ref in instance.leaves():
        relevant = instance.relevant(ref)
        state[ref] = (
            (True, instance.required(ref), instance.valid(ref), instance.value(ref))
            if relevant
            else (False, False, True, "")
        )
    return state


def _step(instance: Instance, told: "_Vocabulary", chance: Random) -> dict[str, str] | None:
    """One random step: an answer to something that is asked now, an entry more or less."""
    asked = instance.walk()
    chance.shuffle(asked)
    for each in asked:
        if isinstance(each.part, Repeat):
            count = len(instance.entries(each.ref))
            if count and chance.random() < 0.4:
                return {"do": "remove", "ref": f"{each.ref}[{chance.randint(1, count)}]"}
            return {"do": "add", "ref": f"{each.ref}[{count + 1}]"}
        values = (
            [] if each.part.kind is Kind.NOTE else list(_values(instance, each.part, each.ref, told, chance))
        )
        if values:
            value = "" if chance.random() < 0.1 else chance.choice(values)
            return {"do": "set", "ref": each.ref, "value": value}
    return None


def _values(
    instance: Instance, question: Question, ref: Ref, told: "_Vocabulary", chance: Random
) -> Iterator[str]:
    if question.ref in told.counts and question.itemset is None:
        yield str(chance.randint(0, 4))
        return
    match question.kind:
        case Kind.GEOTRACE | Kind.GEOSHAPE:
            return
        case Kind.TEXT | Kind.BARCODE:
            yield from (*told.words, *_WORDS)
        case Kind.INTEGER:
            yield from (
                *(number for number in told.numbers if "." not in number),
                str(chance.randint(-5, 130)),
            )
        case Kind.DECIMAL:
            yield from (*told.numbers, str(chance.randint(-50, 1300) / 10))
        case Kind.RANGE:
            with suppress(ValueError, ZeroDivisionError):  # a broken range takes no answer
                start, end, by = (float(question.parameters.get(key, 1)) for key in ("start", "end", "step"))
                yield f"{start + by * chance.randint(0, max(0, int((end - start) / by))):g}"
        case Kind.SELECT_ONE:
            yield from (choice.name for choice in instance.choices(question, ref))
        case Kind.SELECT_MULTIPLE:
            names = [choice.name for choice in instance.choices(question, ref)]
            if names:
                yield " ".join(name for name in names if chance.random() < 0.4)
        case Kind.RANK:
            names = [choice.name for choice in instance.choices(question, ref)]
            if names:
                yield " ".join(chance.sample(names, len(names)))
        case Kind.DATE:
            yield (date(1930, 1, 1) + timedelta(chance.randrange(36_000))).isoformat()
        case Kind.TIME:
            yield f"{chance.randrange(24):02}:{chance.randrange(60):02}:00.000"
        case Kind.DATETIME:
            day = date(2000, 1, 1) + timedelta(chance.randrange(11_000))
            yield f"{day.isoformat()}T{chance.randrange(24):02}:30:00.000+00:00"
        case Kind.GEOPOINT:
            yield from _PLACES
        case Kind.ACKNOWLEDGE:
            yield "OK"
        case _:
            yield MEDIA[question.kind]


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """What a form's own rules mention: answers that are likely to matter; `counts` rule how often a repeat is asked."""

    words: tuple[str, ...]
    numbers: tuple[str, ...]
    counts: frozenset[Ref]

    @classmethod
    def of(cls, form: Form) -> "_Vocabulary":
        texts = sorted({rule.text for _, rule in expressions(form)})
        words = {a or b for text in texts for a, b in _QUOTED.findall(text)} - {""}
        numbers = {found for text in texts for found in _NUMBER.findall(_QUOTED.sub("", text))}
        plain = sorted(word for word in words if "/" not in word and len(word) < 40)
        return cls(tuple(plain[:40]), tuple(sorted(numbers)[:40]), _counts(form))


def _counts(form: Form) -> frozenset[Ref]:
    found: set[Ref] = set()
    waiting = [(each.ref, each.count) for each in repeats(form.body) if each.count is not None]
    while waiting:
        at, rule = waiting.pop()
        for ref in rule.dependencies(at) - found:
            found.add(ref)
            bind = form.binds.get(ref)
            if bind is not None and bind.calculate is not None:
                waiting.append((ref, bind.calculate))
    return frozenset(found)
