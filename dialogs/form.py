"""What an author wrote: a Form of Groups, Repeats, Questions and Notes, with texts in every language. Frozen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from dialogs.told import Told
from dialogs.xpath import Expression, Node

Ref = str
"""The absolute path of a node, "/testimony/story"; an instance of a repeat carries its index: "/data/child[2]/age"."""

Pieces = tuple[str | Expression, ...]
"""One text in one language: words, and expressions whose values are put between them (XForms `output`)."""

NOTHING: Mapping[str, str] = MappingProxyType({})


class Kind(StrEnum):
    """What a question asks for (XLSForm's type names)."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    RANGE = "range"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    RANK = "rank"
    DATE = "date"
    TIME = "time"
    DATETIME = "dateTime"
    GEOPOINT = "geopoint"
    GEOTRACE = "geotrace"
    GEOSHAPE = "geoshape"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    FILE = "file"
    BARCODE = "barcode"
    NOTE = "note"
    ACKNOWLEDGE = "acknowledge"


@dataclass(frozen=True, slots=True)
class Text:
    """Words in each of the form's languages; a language that is missing falls back to the form's default."""

    by_language: Mapping[str, Pieces] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.by_language.values())


EMPTY = Text()


Media = Mapping[str, Text]
"""What is shown with a text: "image", "big-image", "audio" or "video" → the address of the file (jr://images/…), by
language like any text.
"""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture, sound or film beside a form: the SHA-256 of its content, and what it is ("image/png")."""

    digest: str
    mime: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a list; `extra` holds the author's further columns (for filters and chat hints)."""

    name: str
    label: Text
    extra: Mapping[str, str] = field(default_factory=dict)
    media: Media = field(default_factory=dict)
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Itemset:
    """Where a question's choices come from: nodes of a secondary instance that pass the filter.

    `choices` holds every choice of the list by name; `nodes` is the filtered nodeset (XForms `itemset/@nodeset`),
    `value` the name of the child that holds a choice's name. A list written inside the question has no `nodes`.
    `by_node` says which choice each node of a secondary instance stands for; choices taken from the answers
    themselves (the names of a repeat) have none, `label` is then the child whose value names the choice.
    """

    choices: Mapping[str, Choice]
    nodes: Expression | None = None
    value: str = "name"
    label: str = ""
    by_node: Mapping[Node, Choice] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bind:
    """The rules of one node (XForms `bind`).

    `preload` is `jr:preload` and its parameter: "date today", "timestamp start", "property deviceid", "uid".
    """

    ref: Ref
    type: str = "string"
    relevant: Expression | None = None
    required: Expression | None = None
    readonly: Expression | None = None
    constraint: Expression | None = None
    calculate: Expression | None = None
    constraint_message: Text = EMPTY
    required_message: Text = EMPTY
    preload: str = ""
    chat: Mapping[str, str] = field(default_factory=dict)
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question, or a Note where `kind` is NOTE.

    `chat` holds the author's chat hints: the attributes of the namespace CHAT on the control, without prefix.
    """

    ref: Ref
    kind: Kind
    label: Text = EMPTY
    hint: Text = EMPTY
    guidance: Text = EMPTY
    appearance: frozenset[str] = frozenset()
    parameters: Mapping[str, str] = field(default_factory=dict)
    itemset: Itemset | None = None
    chat: Mapping[str, str] = field(default_factory=dict)
    row: int | None = None
    media: Media = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The last step of the ref: the author's name of the question."""
        return self.ref.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that belong together; appearance `field-list` puts them on one screen."""

    ref: Ref
    label: Text
    parts: tuple["Part", ...]
    appearance: frozenset[str] = frozenset()
    chat: Mapping[str, str] = field(default_factory=dict)
    row: int | None = None
    media: Media = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A group asked as often as needed; `count` rules how often where it is given.

    `template` is an empty instance of it: copy it, never change it. `fixed`: nobody may add or remove one.
    """

    ref: Ref
    label: Text
    parts: tuple["Part", ...]
    template: Node
    count: Expression | None = None
    fixed: bool = False
    appearance: frozenset[str] = frozenset()
    chat: Mapping[str, str] = field(default_factory=dict)
    row: int | None = None
    media: Media = field(default_factory=dict)


Part = Question | Group | Repeat


@dataclass(frozen=True, slots=True)
class Action:
    """A value to be written when something happens (XForms `setvalue`).

    `events`: "odk-instance-first-load", "odk-new-repeat" (both also for dynamic defaults) and
    "xforms-value-changed", where `source` is the question whose answer changed. `value` None empties.
    `records`: "setgeopoint" or "recordaudio", which a form may ask for and is not given (see `dialogs.check`).
    """

    ref: Ref
    events: frozenset[str]
    value: Expression | str | None
    source: Ref | None = None
    records: str = ""


HIDES = ("always", "ask", "never")
"""What a form may say in `tg:hide`: whether its conversation is taken out of the chat once it is stored."""

CHAT = "https://voices.example/xforms/chat"
"""The namespace of chat hints (XLSForm: settings `namespaces` tg="…", then columns `body::tg:…`)."""


@dataclass(frozen=True, slots=True)
class Issue:
    """Something wrong with a form: where, why, and what the author can do.

    `sheet`, `row` (from 1) and `column` are the workbook's, where there is one. `advice` marks what makes a form
    worse yet does not stop it. As a string it is English; cause and remedy can be said in any language (`Told`).
    """

    row: int | None
    ref: Ref
    cause: Told
    remedy: Told
    advice: bool = False
    sheet: str = ""
    column: str = ""

    def __str__(self) -> str:
        row = f"row {self.row}" if self.row else ""
        place = ", ".join(part for part in (self.sheet, row, self.column, self.ref) if part)
        return f"{place}: {self.cause} {self.remedy}" if place else f"{self.cause} {self.remedy}"


class FormError(Exception):
    """A form that cannot be read; `issues` says everything that is wrong with it."""

    def __init__(self, *issues: Issue) -> None:
        super().__init__("\n".join(str(issue) for issue in issues))
        self.issues = issues


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Form:
    """An authored dialog, one version of it. `model` is the empty primary instance: copy it, never change it.

    `elsewhere`: instances that lie in files which are not here, and are empty: id → address (jr://file/…).
    `files`: what it shows and is here, by the name the form calls it. `chat`: chat hints of the whole form.
    Forms are compared by identity, so that what is derived from one can be kept beside it (WeakKeyDictionary).
    """

    name: str
    version: str
    title: str
    languages: tuple[str, ...]
    default_language: str
    binds: Mapping[Ref, Bind]
    body: tuple[Part, ...]
    model: Node
    instances: Mapping[str, Node]
    texts: Mapping[str, Text]
    xml: str
    actions: tuple[Action, ...] = ()
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Attachment] = field(default_factory=dict)
    chat: Mapping[str, str] = field(default_factory=dict)

    def questions(self) -> Iterator[Question]:
        """Every question in the order it was written, notes too, those in groups and repeats too."""
        return _questions(self.body)

    def meaning(self, means: str) -> Ref | None:
        """The node whose bind says `tg:means` this: how the application finds the story, the country, the consents."""
        return next((ref for ref, bind in self.binds.items() if bind.chat.get("means") == means), None)


def _questions(parts: tuple[Part, ...]) -> Iterator[Question]:
    for part in parts:
        if isinstance(part, Question):
            yield part
        else:
            yield from _questions(part.parts)
