r"""A conversation as a text file that an author can read, correct and play.

    # testimony · fr · partner=Voix
    > /start
    Bot: Bonjour.
      A second line of the same paragraph.
    Bot: Que se passe-t-il ?
    [Je comprends] [J’ai moins de 18 ans]
    (more) (stop)

    > [Je comprends]
    Bot: …

The first line names the form, the language and what is given. Lines that begin with `>` are hers, everything else is
what the bot answered. `play` writes the whole text anew: to correct one, change her lines, play, read the difference.

Her lines:
    > words as she writes them          a line below that begins with two spaces goes on with the same message
    > oui {yes}                         words that mean yes, no, back, skip, stop, done, more or send in her language
    > [Je comprends]                    a button, by its label or the beginning of it; one of an earlier message too
    > (done) (send) (keep) (clear) (more) (skip) (back) (stop) (resume), one of them: a button beside the choices
    > (page 2)                          another page of a long list
    > (add)   > (entry 2)   > (remove)   > (sure)   > (list)      one more entry of a repeat; look at one; take it away
    > (change Pays)                     the line of the summary that begins so
    > (change)                          after “already answered”: yes, change it
    > (voice 40 s)   > (photo)   > (photo: words under it)   > (video)   > (file)   > (place -18.9, 47.5)
    > (language ar)   > (edit old words → new words)   > (a day passes)
    > \(words that begin with a bracket

The bot's lines: `Bot:` the author's words; `(image crops.png)` what is shown with them, `(image maize.png: 1. Maize)`
with a choice; `{key}` a sentence of the bot's own; `[ ]` and `[x]` before a label where several can be ticked;
`page 2 of 9`; on the summary `- question: answer`; `= finished` or `= declined` at the end, and what is handed over. A
minute passes between her lines.
"""

import difflib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dialogs import engine
from dialogs.answer import folded
from dialogs.effect import Ask, Close, Effect, Field, Option, Refuse, Say, Show
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
from dialogs.form import Form
from dialogs.session import Session, State

BEGIN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""When a played conversation begins, where nothing else is said."""

_MEANING = re.compile(r"(.*\S)\s*\{(yes|no|back|skip|stop|done|more|send)\}", re.DOTALL)
_SENT = re.compile(r"(voice|photo|video|file)(?: (\d+) s)?(?:: (.*))?", re.DOTALL)
_PLACE = re.compile(r"place (-?[\d.]+), *(-?[\d.]+)")
_KINDS = {"voice": "audio", "photo": "image", "video": "video", "file": "file"}


class TranscriptError(Exception):
    """A line that cannot be played: `line` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Script:
    """Her side of a conversation: what she says or does, each with the number of its line."""

    form: str
    language: str
    given: dict[str, str]
    lines: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation that was played: its whole text, and the session after it."""

    text: str
    session: Session


def parse(text: str) -> Script:
    """Read a transcript; what the bot said in it is not needed. TranscriptError for a first line that names no form."""
    first, *rest = text.splitlines() or [""]
    parts = [part.strip() for part in first.removeprefix("#").split("·")]
    if not first.startswith("#") or len(parts) < 2:
        raise TranscriptError(1, "the first line is “# form · language”")
    given = {}
    for part in parts[2:]:
        key, equals, value = part.partition("=")
        if not equals:
            raise TranscriptError(1, f"“{part}” is not “key=value”")
        given[key.strip()] = value.strip()
    lines: list[tuple[int, str]] = []
    hers = False
    for number, line in enumerate(rest, 2):
        if line.startswith(">"):
            lines.append((number, line[1:].strip()))
            hers = True
        elif hers and line.startswith("  "):
            lines[-1] = (lines[-1][0], f"{lines[-1][1]}\n{line[2:]}")
        else:
            hers = False
    if lines and lines[0][1] == "/start":
        del lines[0]
    return Script(parts[0], parts[1], given, tuple(lines))


def play(form: Form, script: Script) -> Transcript:
    """Play her lines; between any two the session goes to JSON and back. TranscriptError for a line that cannot be."""
    if script.form != form.name:
        raise TranscriptError(1, f"this is a conversation of “{script.form}”, the form is “{form.name}”")
    played = Playing(form, script)
    for number, line in script.lines:
        played.hear(number, line)
    return Transcript("\n".join(played.written) + "\n", played.session)


def differences(form: Form, text: str) -> str:
    """What playing a transcript changes in it, as a unified diff; "" where it is as written."""
    played = play(form, parse(text)).text
    lines = difflib.unified_diff(text.splitlines(), played.splitlines(), "written", "played", lineterm="")
    return "\n".join(lines)


def rehearse(form: Form, language: str, *, most: int = 200, now: datetime = BEGIN) -> str:
    """A conversation in which somebody answers whatever is asked: the first choice, a word, a number that fits.

    It shows an author how a form is asked; where no such answer fits, it skips, and where it may not, it ends. `most`:
    how many lines of hers; `now`: when it begins.
    """
    played = Playing.begin(form, language, now)
    for number in range(most):
        if played.session.state is not State.OPEN or not _moved(played, number):
            break
    return "\n".join(played.written) + "\n"


def _moved(played: "Playing", number: int) -> bool:
    """Say the first thing that leads on from the last Ask; what does not is not written down."""
    before, written = played.session, len(played.written)
    for line in _plausible(played.asks[-1]):
        played.hear(number, line)
        if (played.session.turn, played.session.picks, played.session.state) != (
            before.turn,
            before.picks,
            before.state,
        ):
            return True
        del played.written[written:]
    return False


_NUMBERS = ("3", "30", "1", "300", "0", "3000")
_WORDS = {
    "number": _NUMBERS,
    "date": ("2026-01-02", "2020-01-02", "2026-02-03", "10:30"),
    "place": ("(place -18.9, 47.5)",),
    "image": ("(photo)",),
    "audio": ("(voice 20 s)",),
    "video": ("(video)",),
    "file": ("(file)",),
}


def _plausible(ask: Ask) -> tuple[str, ...]:
    """What may be said to an Ask, the likeliest first."""
    if ask.expects in ("entries", "summary"):
        return ("(done)",)
    taps = [f"[{label}]" for each in ask.fields for label in _untapped(each)[:1]]
    moves = tuple(f"({move})" for move in ("done", "keep", "send", "skip") if move in ask.moves)
    words = () if ask.fields else _WORDS.get(ask.expects, ("…", *_NUMBERS, "a@b.example"))
    return (*taps, *(ask.facts[key] for key in ("least",) if key in ask.facts), *words, *moves)


def _untapped(each: Field) -> list[str]:
    """What is still to be tapped of a list: one choice, or all of them where they are put in order."""
    waiting = [option.label for option in each.options if not option.picked]
    return waiting if each.kind == "rank" or len(waiting) == len(each.options) else []


@dataclass(slots=True)
class Playing:
    """A conversation being played: `written` is its text so far."""

    form: Form
    script: Script
    written: list[str] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)
    refused: int | None = None
    media: int = 0
    now: datetime = BEGIN
    session: Session = field(init=False)

    @classmethod
    def begin(cls, form: Form, language: str, now: datetime = BEGIN) -> "Playing":
        """A conversation from its first question on."""
        return cls(form, Script(form.name, language, {}, ()), now=now)

    @property
    def over(self) -> bool:
        """Whether nothing more is asked."""
        return self.session.state not in (State.OPEN, State.STOPPED)

    def __post_init__(self) -> None:
        given = [f"{key}={value}" for key, value in self.script.given.items()]
        self.written.append("# " + " · ".join([self.form.name, self.script.language, *given]))
        self.written.append("> /start")
        self.session, effects = engine.start(
            self.form,
            language=self.script.language,
            now=self.now,
            chance=_middle,
            given=self.script.given,
        )
        self.answer(effects)

    def hear(self, number: int, line: str) -> None:
        """Play one line of hers."""
        event = self.event(number, line)
        self.now += timedelta(hours=24) if isinstance(event, TimePassed) else timedelta(minutes=1)
        first, *more = line.split("\n")
        self.written += ["", f"> {first}".rstrip(), *(f"  {each}" for each in more)]
        kept = Session.from_plain(json.loads(json.dumps(self.session.to_plain())))
        self.session, effects = engine.step(self.form, kept, event, self.now, _middle)
        self.answer(effects)

    def answer(self, effects: tuple[Effect, ...]) -> None:
        """Write what the bot says."""
        self.refused = None
        for effect in effects:
            self.written += self.lines(effect)
            match effect:
                case Ask():
                    self.asks.append(effect)
                case Refuse(asked=asked) if asked is not None:
                    self.refused = asked

    def lines(self, effect: Effect) -> Iterator[str]:
        """How an effect is written."""
        match effect:
            case Ask():
                if not effect.again:
                    yield from _shown(effect.shows)
                    yield from _said(effect.paragraphs)
                yield from (f"- {entry.number}: {entry.answer}" for entry in effect.entries)
                yield from (f"- {line.label}: {line.answer}" for line in effect.summary)
                for each in effect.fields:
                    yield from _field(each)
                yield " ".join(_move(effect, move) for move in effect.moves)
            case Say(key, paragraphs, shows):
                yield from _shown(shows)
                yield from _said(((f"{{{key}}}",) if key else ()) + paragraphs)
            case Refuse(reason, words, _, answer):
                yield from _said(
                    (f"{{{reason}: {answer}}}" if answer else f"{{{reason}}}", *filter(None, [words]))
                )
            case Close(outcome):
                yield f"= {outcome}"
                handed = engine.answers(self.form, self.session, self.now) if outcome == "finished" else {}
                yield from (f"  {ref}: {value}".replace("\n", "\n    ") for ref, value in handed.items())
            case _:
                pass

    def event(self, number: int, line: str) -> Event:
        """What a line of hers makes happen."""
        if line.startswith("[") and line.endswith("]"):
            return self.chosen(number, line[1:-1].strip())
        if line.startswith("(") and line.endswith(")"):
            return self.done(number, line[1:-1].strip())
        words = line.removeprefix("\\")
        if (meant := _MEANING.fullmatch(words)) is not None:
            return Said(meant[1], meant[2])
        return Said(words)

    def chosen(self, number: int, label: str) -> Event:
        """The button with this label, or the one whose label begins so, in the latest message that has one."""
        wanted = folded(label) or label
        for fits in (str.__eq__, str.startswith):
            for ask in reversed(self.asks):
                for each in ask.fields:
                    for option in each.options:
                        if fits(folded(option.label) or option.label, wanted):
                            on = None if option.picked is None else not option.picked
                            return Chose(ask.turn, each.number, option.choice, on)
        shown = [
            f"[{option.label}]" for ask in self.asks[-1:] for each in ask.fields for option in each.options
        ]
        raise TranscriptError(number, f"there is no button “{label}”, only {' '.join(shown) or 'none'}")

    def done(self, number: int, what: str) -> Event:
        """What stands between brackets."""
        turn = self.session.turn
        head, _, rest = what.partition(" ")
        if (sent := _SENT.fullmatch(what)) is not None:
            self.media += 1
            return Sent(_KINDS[sent[1]], f"{sent[1]}-{self.media}", sent[3] or "", int(sent[2] or 0))
        if (place := _PLACE.fullmatch(what)) is not None:
            return Located(float(place[1]), float(place[2]))
        match head:
            case "done" | "send" | "keep":
                return Confirmed(turn)
            case "clear":
                return Cleared(turn)
            case "skip":
                return Skipped(turn)
            case "back":
                return WentBack(turn)
            case "more":
                return Wondered(turn)
            case "add":
                return Added(turn)
            case "entry" if rest.isdecimal():
                return Entered(turn, int(rest))
            case "list":
                return Entered(turn, 0)
            case "remove" | "sure" if self.asks:
                return Removed(turn, self.asks[-1].entry, head == "sure")
            case "stop":
                return Stopped()
            case "resume":
                return Resumed()
            case "page" if rest.isdecimal() and self.asks:
                paged = next((each for each in self.asks[-1].fields if each.pages > 1), None)
                if paged is not None:
                    return Paged(turn, paged.number, int(rest) - 1)
            case "change":
                return self.changed(number, rest)
            case "language":
                return ChangedLanguage(rest)
            case "edit" if "→" in rest:
                old, _, new = rest.partition("→")
                return Amended(old.strip(), new.strip())
            case "a" if what == "a day passes":
                return TimePassed()
        raise TranscriptError(number, f"nothing is known as “({what})” here")

    def changed(self, number: int, label: str) -> Event:
        """The line of the summary that begins so, or what was just said to be answered already."""
        if not label and self.refused is not None:
            return Reopened(self.session.turn, self.refused)
        for ask in reversed(self.asks):
            for line in ask.summary:
                if label and folded(line.label).startswith(folded(label)):
                    return Reopened(ask.turn, line.asked)
        raise TranscriptError(number, f"there is nothing to change called “{label}”")


def _said(paragraphs: tuple[str, ...]) -> Iterator[str]:
    for paragraph in paragraphs:
        yield "Bot: " + paragraph.replace("\n", "\n  ")


def _shown(shows: tuple[Show, ...]) -> Iterator[str]:
    for each in shows:
        yield f"Bot: ({each.kind} {each.name}{': ' if each.label else ''}{each.label})"


def _field(each: Field) -> Iterator[str]:
    labels = [_option(option) for option in each.options]
    for at in range(0, len(labels), each.columns):
        yield " ".join(labels[at : at + each.columns])
    if each.pages > 1:
        yield f"page {each.page + 1} of {each.pages}"


def _option(option: Option) -> str:
    mark = {None: "", True: "[x] ", False: "[ ] "}[option.picked]
    return f"{mark}[{option.label}]"


def _move(ask: Ask, move: str) -> str:
    return f"({move}: {ask.labels[move]})" if move in ask.labels else f"({move})"


def _middle() -> float:
    return 0.5
