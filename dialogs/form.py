"""What an author wrote: a Form of Groups, Repeats, Questions and Notes, with texts in every language. Frozen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

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


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a list; `extra` holds the author's further columns (for filters and chat hints)."""

    name: str
    label: Text
    extra: Mapping[str, str] = NOTHING


@dataclass(frozen=True, slots=True)
class Itemset:
    """Where a question's choices come from: nodes of a secondary instance that pass the filter.

    `choices` holds every choice of the list by name; `nodes` is the filtered nodeset (XForms `itemset/@nodeset`),
    `value` the name of the child that holds a choice's name. A list written inside the question has no `nodes`.
    """

    choices: Mapping[str, Choice]
    nodes: Expression | None = None
    value: str = "name"


@dataclass(frozen=True, slots=True)
class Bind:
    """The rules of one node (XForms `bind`)."""

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
    chat: Mapping[str, str] = NOTHING
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
    parameters: Mapping[str, str] = NOTHING
    itemset: Itemset | None = None
    chat: Mapping[str, str] = NOTHING
    row: int | None = None

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
    chat: Mapping[str, str] = NOTHING
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Repeat:
    """A group asked as often as needed; `count` rules how often where it is given."""

    ref: Ref
    label: Text
    parts: tuple["Part", ...]
    count: Expression | None = None
    row: int | None = None


Part = Question | Group | Repeat

CHAT = "https://voices.example/xforms/chat"
"""The namespace of chat hints (XLSForm: settings `namespaces` tg="…", then columns `body::tg:…`)."""


@dataclass(frozen=True, slots=True)
class Form:
    """An authored dialog, one version of it. `model` is the empty primary instance: copy it, never change it."""

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
