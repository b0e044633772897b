"""People at the other end of a dialog: one who does what a test says, and one who goes where no one wrote."""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random

from dialogs import engine
from dialogs.effect import Ask, Close, Effect, Field, Forget, Keep, Option, Refuse, Say, Wake
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
from dialogs.form import Form, Question, Ref
from dialogs.instance import Instance
from dialogs.plan import generic, plan
from dialogs.reading.xform import read_xform
from dialogs.reading.xlsform import read_workbook
from dialogs.session import Session, State

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@lru_cache(maxsize=64)
def form_of(table: str) -> Form:
    """The form of a Markdown table; its root is /f. A settings sheet with the chat hints is added where it has none."""
    settings = "" if "| settings |" in table else SETTINGS
    xml, rows = read_workbook(table + settings, name="f", kind=".md")
    return read_xform(xml, rows=rows)


SETTINGS = """
| settings |
| | form_id | version | default_language | namespaces |
| | f | 1 | English (en) | tg="https://voices.example/xforms/chat" |
"""


class Talk:
    """One respondent in a test: does things, and remembers what she was asked."""

    def __init__(self, form: Form, *, language: str = "en", given: Mapping[str, str] | None = None) -> None:
        self.form = form
        self.now = NOON
        self.asks: list[Ask] = []
        self.session, effects = engine.start(
            form, language=language, now=NOON, chance=lambda: 0.5, given=given or {}
        )
        self.effects: tuple[Effect, ...] = ()
        self.hear(effects)

    def hear(self, effects: tuple[Effect, ...]) -> None:
        self.effects = effects
        self.asks += [each for each in effects if isinstance(each, Ask)]

    def do(self, event: Event) -> list[Effect]:
        """Let it happen; answers the effects without the wake-up that goes with every Ask."""
        self.now += timedelta(minutes=1)
        kept = Session.from_plain(json.loads(json.dumps(self.session.to_plain())))
        assert kept == self.session
        before = deepcopy(kept)
        self.session, effects = engine.step(self.form, kept, event, self.now, lambda: 0.5)
        assert kept == before
        self.hear(effects)
        return [each for each in effects if not isinstance(each, Wake)]

    @property
    def ask(self) -> Ask:
        """What she was asked last."""
        return self.asks[-1]

    def heard(self) -> tuple[str, ...]:
        """The words of the last Ask."""
        return self.ask.paragraphs

    @property
    def answers(self) -> dict[Ref, str]:
        return engine.answers(self.form, self.session, self.now)

    def say(self, words: str, meaning: str | None = None) -> list[Effect]:
        return self.do(Said(words, meaning))

    def tap(self, label: str, ask: Ask | None = None) -> list[Effect]:
        """Tap the button with this label, on the last Ask or on an older one."""
        shown = ask or self.ask
        each, option = next((f, o) for f in shown.fields for o in f.options if o.label == label)
        return self.do(tap_of(shown, each, option))

    def send(self, kind: str, media: str, caption: str = "") -> list[Effect]:
        return self.do(Sent(kind, media, caption))

    def done(self) -> list[Effect]:
        return self.do(Confirmed(self.ask.turn))

    def skip(self) -> list[Effect]:
        return self.do(Skipped(self.ask.turn))

    def back(self) -> list[Effect]:
        return self.do(WentBack(self.ask.turn))

    def more(self) -> list[Effect]:
        return self.do(Wondered(self.ask.turn))


def tap_of(ask: Ask, each: Field, option: Option) -> Chose:
    """The event of a button: a toggle says which way it goes."""
    return Chose(ask.turn, each.number, option.choice, None if option.picked is None else not option.picked)


def labels(ask: Ask, number: int = 0) -> list[str]:
    """The buttons of one list."""
    return [option.label for option in ask.fields[number].options]


WORDS = (
    "Yes",
    "2",
    "٣",
    "Paris",
    "We have had no water since Monday, and the school is closed.",
    "1996-02-29",
    "-18.9, 47.5",
    "ok",
    "\u202e\u0000",
    "",
    "madag",
    "food, school",
    "x" * 40_000,
)
MEANINGS = (None, None, None, "yes", "no", "back", "skip", "stop", "done", "more", "send")


@dataclass
class Walk:
    """A respondent by chance: fitting and unfitting things, old buttons, languages, stops, edits, silence."""

    form: Form
    chance: Random
    given: Mapping[str, str] = field(default_factory=dict)
    now: datetime = NOON
    asks: list[Ask] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    kept: dict[Ref, str] = field(default_factory=dict)
    closed: dict[str, int] = field(default_factory=dict)
    media: int = 0
    session: Session = field(init=False)
    defaults: dict[Ref, str] = field(init=False)

    def __post_init__(self) -> None:
        fresh = Instance.start(self.form, now=NOON, chance=self.chance.random, language="en")
        self.defaults = {
            generic(each.ref): fresh.kept(each.ref)
            for each in fresh.walk()
            if isinstance(each.part, Question)
        }
        self.begin(0)

    def begin(self, turn: int) -> None:
        """Start another session."""
        self.asks, self.said, self.kept = [], [], {}
        self.session, effects = engine.start(
            self.form,
            language=self.chance.choice(self.form.languages),
            now=self.now,
            chance=self.chance.random,
            given=self.given,
            turn=turn,
        )
        self.observe(effects)

    def go(self, steps: int) -> dict[str, int]:
        """Walk; how many sessions closed with which outcome."""
        for number in range(steps):
            if self.session.state in (State.FINISHED, State.DECLINED) and self.chance.random() < 0.7:
                self.begin(self.session.turn)
            self.once(self.event(), thorough=number % 16 == 0)
        return self.closed

    def once(self, event: Event, *, thorough: bool) -> None:
        """One step, and what must hold after any step."""
        self.now += timedelta(seconds=self.chance.randrange(1, 9000))
        before = self.session
        if thorough:
            plain = json.loads(json.dumps(before.to_plain()))
            assert Session.from_plain(plain) == before
        self.session, effects = engine.step(self.form, before, event, self.now, self.chance.random)
        if thorough:
            assert json.loads(json.dumps(before.to_plain())) == plain, f"{event} changed its argument"
        assert self.session.turn >= before.turn, event
        if isinstance(event, Chose) and event.turn > before.turn:
            assert not any(isinstance(each, Keep | Forget) for each in effects), event
        self.observe(effects)

    def observe(self, effects: tuple[Effect, ...]) -> None:
        session = self.session
        for each in effects:
            match each:
                case Ask():
                    assert each.turn == session.turn
                    assert each.paragraphs or each.fields or each.summary or each.entries
                    self.asks.append(each)
                case Keep(ref, value):
                    assert value
                    self.kept[ref] = value
                case Forget(ref):
                    assert ref in self.kept or generic(ref) in self.defaults
                    self.kept.pop(ref, None)
                case Close(outcome):
                    self.closed[outcome] = self.closed.get(outcome, 0) + 1
                case Refuse() | Say() | Wake():
                    pass
        del self.asks[:-30]
        if session.state is State.DECLINED:
            assert session.answers == {}
            return
        values = session.answers.get("values", {})
        assert {ref: values.get(ref, self.defaults.get(generic(ref))) for ref in self.kept} == self.kept
        if session.state is State.FINISHED:
            self.check_finished()
        else:
            assert session.turn in session.asked
            assert self.asks[-1].turn == session.turn

    def check_finished(self) -> None:
        """Nothing that is required is missing, nothing breaks its rule."""
        instance = Instance.restore(
            self.form,
            self.session.answers,
            now=self.now,
            chance=self.chance.random,
            language=self.session.language,
        )
        for each in instance.walk():
            if not isinstance(each.part, Question):
                continue
            assert instance.valid(each.ref)
            if each.ref not in self.kept and instance.required(each.ref):
                companions = plan(self.form).companions(each.ref).values()
                assert any(map(instance.value, companions)), f"{each.ref} is missing"

    # -- what she does ----------------------------------------------------------------------------------------------

    def event(self) -> Event:
        """What happens next; mostly what the open question asks for."""
        draw = self.chance.random()
        if draw < 0.62 and self.asks:
            return self.fitting(self.asks[-1])
        if draw < 0.74:
            return Said(self.words(), self.chance.choice(MEANINGS))
        if draw < 0.80 and self.asks:
            return self.button(self.chance.choice(self.asks))
        if draw < 0.86:
            return self.sent()
        if draw < 0.89:
            return Located(self.chance.uniform(-90, 90), self.chance.uniform(-180, 180))
        if draw < 0.91:
            return ChangedLanguage(self.chance.choice((*self.form.languages, "xx")))
        if draw < 0.93:
            return TimePassed()
        if draw < 0.95:
            return Stopped()
        if draw < 0.97:
            return Resumed()
        if draw < 0.99 and self.said:
            return Amended(self.chance.choice(self.said), self.words())
        turn = self.session.turn
        return Chose(
            turn + self.chance.randrange(3), self.chance.randrange(-1, 5), self.chance.randrange(-1, 300)
        )

    def fitting(self, ask: Ask) -> Event:
        """An answer to what is asked, by a button or in words, or a move."""
        if (ask.fields and self.chance.random() < 0.85) or self.chance.random() < 0.3:
            return self.button(ask)
        match ask.expects:
            case "audio" | "image" | "video" | "file":
                self.media += 1
                return Sent(ask.expects, f"m{self.media}")
            case "number":
                return Said(str(self.chance.randrange(-5, 120)))
            case "date":
                return Said(f"{self.chance.randrange(1950, 2026)}-03-04")
            case "place":
                return Located(-18.9, 47.5)
            case _:
                return self.sent() if self.chance.random() < 0.3 else Said(self.words())

    def button(self, ask: Ask) -> Event:
        """One of the buttons of an Ask."""
        events: list[Event] = [tap_of(ask, each, option) for each in ask.fields for option in each.options]
        events += [
            Paged(ask.turn, each.number, self.chance.randrange(each.pages))
            for each in ask.fields
            if each.pages > 1
        ]
        events += [Reopened(ask.turn, line.asked) for line in ask.summary]
        events += [Entered(ask.turn, entry.number) for entry in ask.entries]
        for move in ask.moves:
            match move:
                case "add":
                    events.append(Added(ask.turn))
                case "remove" | "sure":
                    events.append(Removed(ask.turn, ask.entry, move == "sure"))
                case "list":
                    events.append(Entered(ask.turn, 0))
                case "done" | "send" | "keep":
                    events += [Confirmed(ask.turn)] * 3
                case "clear":
                    events.append(Cleared(ask.turn))
                case "skip":
                    events.append(Skipped(ask.turn))
                case "back":
                    events.append(WentBack(ask.turn))
                case "more":
                    events.append(Wondered(ask.turn))
                case "stop" | "place":
                    events.append(Reopened(self.session.turn, ask.turn))
        return self.chance.choice(events)

    def sent(self) -> Event:
        self.media += 1
        kind = self.chance.choice(("audio", "image", "image", "video", "file"))
        return Sent(kind, f"m{self.media}", self.chance.choice(("", "", "under the photo")))

    def words(self) -> str:
        words = self.chance.choice(WORDS)
        self.said = [*self.said[-9:], words]
        return words


def walk(form: Form, seed: int, steps: int, given: Mapping[str, str] | None = None) -> dict[str, int]:
    """Walk a form by chance; AssertionError names what did not hold. The same seed walks the same way."""
    return Walk(form, Random(seed), given or {}).go(steps)
