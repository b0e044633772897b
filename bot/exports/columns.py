"""The columns of a voice that may leave, said once: what each holds, of what type, with which codes.

A row holds what `bot.exporting` lets leave, and nothing else: a day, never a time (S6); a country, never a place; the
instance id, never the receipt, which is hers; her own words as their redacted copy (S32, S36). All of it is text (S11).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.exports.cells import sound
from bot.frame import Frame
from dialogs.form import Form, Kind, Question, Ref
from dialogs.plan import generic

ANSWER = "answer/"
"""What the name of a column begins with that holds the answers to a question."""

LISTED = {Kind.SELECT_ONE, Kind.SELECT_MULTIPLE, Kind.RANK}
"""Questions answered by codes."""

STAY = {
    *(Kind.GEOPOINT, Kind.GEOTRACE, Kind.GEOSHAPE),
    *(Kind.AUDIO, Kind.IMAGE, Kind.VIDEO, Kind.FILE),
    *(Kind.NOTE, Kind.BARCODE),
}
"""Questions of which no table has a column: places, recordings, what is no answer, what was read off a thing."""

AGREED = ("keep", "consents")
"""What a question may mean whose answer is a permission: only what is shared is in a table at all."""


@dataclass(frozen=True, slots=True)
class Row:
    """One voice on its way out. `day`: ISO. `answers`: by path (`path_of`), in form order. `stayed`: how many of her
    texts did not leave. `elsewhere`: where it was published before, "" for what was told to the bot.
    """

    id: str
    day: str
    partner: str
    association: str
    campaign: str
    country: str
    region: str
    language: str
    form: str
    version: str
    state: str
    elsewhere: str = ""
    themes: tuple[str, ...] = ()
    theme_names: tuple[str, ...] = ()
    stayed: int = 0
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what is in it, its type, its HXL hashtag, and the names of its codes. `own`: it holds what
    people wrote themselves.
    """

    name: str
    meaning: str
    type: str = "text"
    hxl: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    own: bool = False


FIXED = (
    Column("id", "The voice. The same at every export; it is not the receipt", "id", "#meta+id"),
    Column("day", "When it came; of what was published elsewhere, when that was", "day", "#date+received"),
    Column("partner", "For whom it was gathered", hxl="#org+partner"),
    Column("association", "By whose link she came; empty: by none", hxl="#org+association"),
    Column("campaign", "Which campaign asked; empty: none", hxl="#meta+campaign"),
    Column("country", "Of which country it speaks", "ISO 3166-1 code", "#country+code+v_iso2"),
    Column("region", "The partners' group of countries", hxl="#region+name"),
    Column("language", "In which language it was told", "ISO 639 code", "#meta+language"),
    Column("form", "What was asked", hxl="#meta+form"),
    Column("version", "In which version", hxl="#meta+version"),
    Column(
        "state",
        "Where it stands",
        "code",
        "#status",
        {
            "received": "not read yet",
            "in_review": "being read",
            "accepted": "read and accepted",
            "returned": "asked back",
        },
    ),
    Column("elsewhere", "Where it had been published before; empty: it was told here", hxl="#meta+source"),
    Column("themes", "What it is about: what she chose, and what volunteers gave", "codes", "#sector+codes"),
    Column("theme_names", "The same by their names, separated by semicolons", hxl="#sector+names"),
    Column(
        "stayed", "How many answers stayed: names not hidden, or a telling number", "number", "#meta+stayed"
    ),
)


@dataclass(frozen=True, slots=True)
class Table:
    """What is taken out together: whose voices, told in which form, with which columns, coded by which frame."""

    partner: str
    form: str
    columns: tuple[Column, ...]
    frame: Frame

    def cells(self, row: Row) -> list[str]:
        """A row as texts, one for each column; what no file can hold is replaced."""
        told = _by_question(row.answers)
        return [sound(_cell(row, told, column.name)) for column in self.columns]

    def texts(self, row: Row) -> Iterator[tuple[str, str]]:
        """What she wrote herself and what may leave of it: path and words."""
        own = {column.name for column in self.columns if column.own}
        for path, words in row.answers.items():
            if words.strip() and ANSWER + _bare(path) in own:
                yield path, sound(words)

    def plain(self, row: Row) -> dict[str, object]:
        """A row as JSON has it: codes as lists, answers by path, each round of a repeat by itself."""
        found: dict[str, object] = {
            column.name: sound(_cell(row, {}, column.name))
            for column in self.columns
            if not column.name.startswith(ANSWER)
        }
        found["themes"] = [sound(each) for each in row.themes]
        found["theme_names"] = [sound(each) for each in row.theme_names]
        found["answers"] = {sound(path): sound(value) for path, value in row.answers.items()}
        return found


def columns(forms: Iterable[Form], frame: Frame) -> tuple[Column, ...]:
    """The columns of what was told in these versions of a form, the newest first: a question that any of them has."""
    named = {code.id: code.name("en") for code in frame.codes}
    fixed = tuple(
        Column(each.name, each.meaning, each.type, each.hxl, named) if each.name == "themes" else each
        for each in FIXED
    )
    asked: dict[str, Column] = {}
    for form in forms:
        for question in form.questions():
            if leaves(form, question):
                column = _column(form, question, len(asked) + 1)
                asked.setdefault(column.name, column)
    return (*fixed, *asked.values())


def leaves(form: Form, question: Question) -> bool:
    """Whether the answers to a question may stand in a table at all."""
    meant = {form.meaning(each) for each in AGREED}
    return question.kind not in STAY and question.ref not in meant


def path_of(ref: Ref) -> str:
    """Where an answer stands in its form, without the root: "more/helper", "child[2]/age"."""
    return ref.strip("/").partition("/")[2]


def _column(form: Form, question: Question, number: int) -> Column:
    label = question.label.by_language.get(form.default_language) or next(
        iter(question.label.by_language.values()), ()
    )
    asked = " ".join("".join(piece if isinstance(piece, str) else "…" for piece in label).split())
    own = question.kind is Kind.TEXT
    meaning = f"Asked: {asked}" if asked else "An answer"
    if own:
        meaning += ". Her own words, names hidden; empty also where they are not hidden yet"
    return Column(
        ANSWER + path_of(question.ref),
        meaning,
        str(question.kind),
        f"#description+answer+q{number}",
        _choices(form, question),
        own,
    )


def _choices(form: Form, question: Question) -> dict[str, str]:
    if question.kind not in LISTED or question.itemset is None:
        return {}
    found = {}
    for choice in question.itemset.choices.values():
        label = choice.label.by_language.get(form.default_language) or next(
            iter(choice.label.by_language.values()), ()
        )
        found[choice.name] = "".join(piece for piece in label if isinstance(piece, str))
    return found


def _cell(row: Row, told: Mapping[str, str], column: str) -> str:
    match column:
        case "themes":
            return " ".join(row.themes)
        case "theme_names":
            return "; ".join(row.theme_names)
        case _ if column.startswith(ANSWER):
            return told.get(column.removeprefix(ANSWER), "")
    return str(getattr(row, column))


def _by_question(answers: Mapping[str, str]) -> dict[str, str]:
    """The answers by question: those of the rounds of a repeat together, a line for each."""
    found: dict[str, list[str]] = {}
    for path, value in answers.items():
        found.setdefault(_bare(path), []).append(value)
    return {path: "\n".join(values) for path, values in found.items()}


def _bare(path: str) -> str:
    """Without the numbers of rounds."""
    return generic(path) if "[" in path else path
