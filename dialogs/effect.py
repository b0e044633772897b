"""What a session asks of the world, in the imperative: facts to keep, and speech."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep an answer: `value` is canonical text (XForms lexical form)."""

    ref: str
    value: str


@dataclass(frozen=True, slots=True)
class Forget:
    """An answer is no longer given."""

    ref: str


@dataclass(frozen=True, slots=True)
class Close:
    """The session ended. Outcome: "finished" (hand over a testimony), "declined" (keep nothing at all)."""

    outcome: str


@dataclass(frozen=True, slots=True)
class Wake:
    """Wake the session at this time (aware); None: no wake-up any more."""

    at: datetime | None


@dataclass(frozen=True, slots=True)
class Option:
    """One button of a field. `choice` is its number in the Ask, `picked` None where it is no toggle."""

    choice: int
    label: str
    picked: bool | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A list of choices on the screen, one page of it. Fields and pages count from 0.

    The numbers of a field and of its choices stay the same for as long as the turn is open, whatever page is shown.
    """

    number: int
    kind: str  # "one" | "several" | "rank" | "acknowledge" | a part of a date (dialogs.calendar.STAGES)
    options: tuple[Option, ...]
    columns: int = 1
    page: int = 0
    pages: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One answer on the summary: the question's short label, the answer in words, and how to change it."""

    label: str
    answer: str
    asked: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a repeat, counted from 1, and what was answered in it, in words."""

    number: int
    answer: str


@dataclass(frozen=True, slots=True)
class Show:
    """A picture, sound or film of the author's: what it is, its name in the form, and the SHA-256 of its content.

    `label`: of a choice's picture, the choice's number on the screen and its label; these are shown together.
    """

    mime: str
    name: str
    digest: str
    label: str = ""

    @property
    def kind(self) -> str:
        """Of which kind it is: "image", "audio" or "video"."""
        return self.mime.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask something. Paragraphs are the author's words in her language (light Markdown), notes first.

    `hints`: which of the paragraphs are hints. `again`: the screen of the same turn, changed: show it in place of the
    old one. `expects`: "words" | "number" | "date" | "time" | "moment" | "place" | "image" | "audio" | "video" | "file"
    | "barcode" | "tap" | "summary" | "entries": the help the face gives. `facts` for that help: "least", "most" and
    "step" of a range; the "example" of a date, and what of it is tapped "so_far"; how many "questions" follow the
    paragraph that is the "heading". `moves`: which of "done", "send", "keep" (the answer she gave before, its words in
    `labels["keep"]`), "clear" (put in order anew), "more", "place" (share where you are), "skip", "back", "stop" are
    offered; done, send and keep come back as Confirmed. Of a repeat ("entries"): `entries` are those there are, "add"
    offers another; with `entry` opened, `summary` shows its answers, "remove" (then "sure") takes it away, "list" goes
    back to all. `shows` stands before the words.
    """

    turn: int
    paragraphs: tuple[str, ...]
    fields: tuple[Field, ...] = ()
    moves: tuple[str, ...] = ()
    expects: str = "words"
    summary: tuple[Line, ...] = ()
    again: bool = False
    entries: tuple[Entry, ...] = ()
    entry: int = 0
    labels: dict[str, str] = field(default_factory=dict)  # the author's own words for a move
    hints: tuple[int, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)
    shows: tuple[Show, ...] = ()


@dataclass(frozen=True, slots=True)
class Say:
    """Say something that waits for no answer: the author's words, or a bot's sentence by its key.

    Keys: "resumed", "still_here" (the one gentle reminder), "added", "stopped", "changed".
    """

    key: str = ""
    paragraphs: tuple[str, ...] = ()
    shows: tuple[Show, ...] = ()


@dataclass(frozen=True, slots=True)
class Refuse:
    """The answer did not fit; nothing moved. `reason` names a bot's sentence with an example; `words` are the
    author's (constraint or required message) and go first where they exist.

    `facts`: where a range does not hold, its "least", "most" and perhaps "step".
    Reasons: "not_a_number", "not_whole", "not_within", "not_a_date", "not_a_time", "not_a_moment", "not_a_month",
    "not_a_year", "not_a_choice", "not_ranked", "not_a_place", "needs_voice", "needs_photo", "needs_video",
    "needs_file", "needs_words", "required", "not_valid", "too_long", "too_many", "already_answered".
    """

    reason: str
    words: str = ""
    asked: int | None = None  # for "already_answered": the turn whose answer can be changed
    answer: str = ""
    facts: dict[str, str] = field(default_factory=dict)


Effect = Keep | Forget | Close | Wake | Ask | Say | Refuse
