"""What is to be said, before anyone words it: sentences by their catalog id, people's own words, buttons."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from dialogs import effect


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the bot: its id in the catalog `domain` (bot.words.DOMAINS), named values, a count for plurals.

    `plural` is the plural id where the sentence counts; `context` is the catalog's msgctxt. A value is put in as it
    is, escaped and isolated; a Sentence or a Day is first put into the reader's words, a tuple of them into a list.
    """

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)
    plural: str = ""
    count: int | None = None
    domain: str = "chat"
    context: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A day (ISO 8601), said as a date in the reader's language."""

    iso: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Sentences that stand together, one a line: a list, the lines of a card."""

    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's own words, shown as theirs. `label` is a sentence id or empty."""

    words: str
    label: str = ""
    domain: str = "chat"


@dataclass(frozen=True, slots=True)
class Run:
    """Some of somebody's words, in styles: "b", "u", "s"; a styled run keeps its own direction."""

    words: str
    styles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Marked:
    """Somebody's own words, parts of them marked."""

    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled line of a card: label (sentence id) and value (already in words of the reader's language)."""

    label: str
    value: str
    domain: str = "desk"


@dataclass(frozen=True, slots=True)
class Button:
    """A button: its sentence id (or literal words where `literal`) and the action it carries (bot.buttons).

    `picked` says whether a switch is on; None where it is no switch. `context` is the catalog's msgctxt. `url`: the
    address it opens, in place of an action.
    """

    text: str
    action: str
    values: Mapping[str, Any] = field(default_factory=dict)
    literal: bool = False
    style: str = ""  # "" | "primary" | "success" | "danger"
    domain: str = "chat"
    context: str = ""
    picked: bool | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Buttons:
    """Rows of buttons under the message."""

    rows: tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Attached:
    """A voice note, photo, video or file, by its media id; sent after the words."""

    kind: str
    media: str


@dataclass(frozen=True, slots=True)
class Document:
    """A file of ours, sent after the words: its name, and its bytes in Base64, as a message is kept as JSON."""

    name: str
    content: str


@dataclass(frozen=True, slots=True)
class ShareHere:
    """A keyboard with one button, by which the phone shares where it is."""


Part = (
    effect.Ask
    | effect.Say
    | effect.Refuse
    | Sentence
    | Lines
    | Quote
    | Marked
    | Fact
    | Buttons
    | Attached
    | Document
    | ShareHere
)


@dataclass(frozen=True, slots=True)
class Message:
    """One outgoing message: parts in order, in one language. `session` is the tag its dialog buttons carry.

    `replaces`: the Telegram message to edit in place. `protect`: may not be forwarded or saved (S43).

    What lies in a chat can be hidden: deleted there, while what we hold stays (S29). `clears`: once this is said, what
    lies before it is hidden: "" all of it, else what has this on its `card`. `stays`: no clearing takes this away.
    `card`: what it shows to a moderator: testimonies, or that a search found one, joined by colons. `hides`: nothing is
    said, these Telegram messages are deleted; `holds`: not before every recording she sent is held.

    `voices`: the testimonies it is about. A campaign is said while she allows it about any of them (none: about
    whichever); what is decided is taken back by them while it waits.
    `campaign`: the campaign it shows to a lead, who is kept up to date where it lies.

    In a group: `post` is the room.Post it is, by its language; `thread` the topic it stands in.
    """

    language: str
    parts: tuple[Part, ...]
    session: str = ""
    replaces: int | None = None
    protect: bool = False
    clears: str | None = None
    stays: bool = False
    card: str = ""
    campaign: str = ""
    hides: tuple[int, ...] = ()
    holds: bool = False
    post: str | None = None
    thread: int | None = None
    voices: tuple[str, ...] = ()

    @property
    def adds(self) -> bool:
        """Whether it brings a new message into the chat."""
        return self.replaces is None and not self.hides


_TYPES: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        effect.Ask,
        effect.Say,
        effect.Refuse,
        effect.Field,
        effect.Entry,
        effect.Option,
        effect.Line,
        effect.Show,
        Sentence,
        Day,
        Lines,
        Quote,
        Run,
        Marked,
        Fact,
        Button,
        Buttons,
        Attached,
        Document,
        Message,
        ShareHere,
    )
}


def _defaults(kind: type) -> tuple[tuple[str, Any], ...]:
    """Every field of a kind with what it is where nobody says otherwise."""
    return tuple(
        (each.name, each.default_factory() if each.default_factory is not MISSING else each.default)
        for each in fields(kind)
    )


_FIELDS = {kind: _defaults(kind) for kind in _TYPES.values()}
_AS_THEY_ARE = frozenset({str, int, bool, float, type(None)})


def to_plain(value: Any) -> Any:
    """JSON-ready values of a Message or any of its parts, what is as always left out; `from_plain` reads them back
    equal.
    """
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind in _FIELDS:
        plain: dict[str, Any] = {"is": kind.__name__}
        for name, default in _FIELDS[kind]:
            held = getattr(value, name)
            if held is not default and held != default:
                plain[name] = held if type(held) in _AS_THEY_ARE else to_plain(held)
        return plain
    if kind is tuple or kind is list:
        return [item if type(item) in _AS_THEY_ARE else to_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: to_plain(item) for key, item in value.items()}
    return value


def from_plain(plain: Any) -> Any:
    """Read what `to_plain` wrote; lists come back as tuples. KeyError for a kind this version does not know."""
    kind = type(plain)
    if kind is list:
        return tuple([item if type(item) in _AS_THEY_ARE else from_plain(item) for item in plain])
    if kind is dict:
        made = {
            key: item if type(item) in _AS_THEY_ARE else from_plain(item)
            for key, item in plain.items()
            if key != "is"
        }
        return _TYPES[plain["is"]](**made) if "is" in plain else made
    return plain
