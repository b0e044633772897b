"""What happened to a session, in the past tense. What a button did carries the turn of the Ask it belongs to."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Said:
    """Words were written.

    `meaning` is what they say as a command word in her language, when they do: "yes", "no", "back", "skip", "stop",
    "done", "more", "send".
    """

    words: str
    meaning: str | None = None


@dataclass(frozen=True, slots=True)
class Chose:
    """A choice, or a part of a date, was tapped: field and choice as numbered in the Ask.

    `on` says which way for a toggle, else None.
    """

    turn: int
    field: int
    choice: int
    on: bool | None = None


@dataclass(frozen=True, slots=True)
class Paged:
    """Another page of a long list was asked for."""

    turn: int
    field: int
    page: int


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Done, Keep or Send was tapped."""

    turn: int


@dataclass(frozen=True, slots=True)
class Cleared:
    """What was put in order so far is to be put in order anew."""

    turn: int


@dataclass(frozen=True, slots=True)
class Sent:
    """A voice note, photo, video or file was sent; `media` is the id under which the application keeps it."""

    kind: str  # "audio" | "image" | "video" | "file"
    media: str
    caption: str = ""
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Located:
    """A place was shared, in degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Skipped:
    """Skip was tapped."""

    turn: int


@dataclass(frozen=True, slots=True)
class WentBack:
    """Back was tapped."""

    turn: int


@dataclass(frozen=True, slots=True)
class Wondered:
    """The button "Tell me more" was tapped."""

    turn: int


@dataclass(frozen=True, slots=True)
class Reopened:
    """An answer is to be changed: from the summary, or from "already answered, change it?".

    `asked` is the turn at which the question to change was asked.
    """

    turn: int
    asked: int


@dataclass(frozen=True, slots=True)
class Added:
    """Another entry of the open repeat is wanted."""

    turn: int


@dataclass(frozen=True, slots=True)
class Entered:
    """An entry of the open repeat was opened, to change or remove it; 0: back to the list of all."""

    turn: int
    entry: int


@dataclass(frozen=True, slots=True)
class Removed:
    """An entry of the open repeat is to go; it does once she is `sure`."""

    turn: int
    entry: int
    sure: bool = False


@dataclass(frozen=True, slots=True)
class ChangedLanguage:
    """The person reads another language from here on."""

    language: str


@dataclass(frozen=True, slots=True)
class Amended:
    """A message sent earlier was edited on the phone: `old` words became `new` (assurance R8, before submit)."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class TimePassed:
    """The wake-up the session asked for has come."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The person stopped; what was said is kept for a while so that she can resume."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The person came back to a stopped or silent session: ask the open question again."""


Event = (
    Said
    | Chose
    | Paged
    | Confirmed
    | Cleared
    | Sent
    | Located
    | Skipped
    | WentBack
    | Wondered
    | Reopened
    | Added
    | Entered
    | Removed
    | ChangedLanguage
    | Amended
    | TimePassed
    | Stopped
    | Resumed
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event and when it happened (aware)."""

    event: Event
    at: datetime
