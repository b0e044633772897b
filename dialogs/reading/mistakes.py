"""Why pyxform refuses a workbook: everything it would stop at, one after another, found at once.

pyxform stops at its first error and says it in English. Only where it has refused are the sheets searched here, so
that nothing is refused that it takes; what it stopped at and was not found is told by its own words where those are
known (`PYXFORM`), and quoted where they are not.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from string import Formatter

from pyxform.aliases import _type_alias_map, control, settings_header, yes_no
from pyxform.errors import ErrorCode, PyXFormError
from pyxform.parsing.expression import is_xml_tag
from pyxform.question_type_dictionary import QUESTION_TYPE_DICT
from pyxform.validators.pyxform.pyxform_reference import parse_pyxform_references
from pyxform.xls2json import RE_BEGIN_CONTROL, RE_END_CONTROL, RE_OSM, RE_SELECT
from pyxform.xls2json_backends import DefinitionData

from dialogs.form import Issue, Kind
from dialogs.reading.table import own_name
from dialogs.told import Told, told
from dialogs.xpath import ExpressionError, compile_expression

TYPES = (
    *Kind,
    "calculate",
    "hidden",
    "begin_group",
    "end_group",
    "begin_repeat",
    "end_repeat",
    "start",
    "end",
)
"""The types a misspelt one may have meant."""
RULES = ("relevant", "required", "readonly", "constraint", "calculation", "choice_filter", "repeat_count")
_SAYING = frozenset({"label", "hint", "media", "image", "big-image", "audio", "video"})
_ORDER = {"survey": 0, "choices": 1, "settings": 2}
_FILE = re.compile(r"\.(csv|xml|geojson)$")
_ROW = re.compile(r"^\s*\[row\s*:\s*(\d+)\]\s*")
_SHEET = re.compile(r"[Oo]n the '(\w+)' sheet")
_VALUE = re.compile(r"the '(\w+)' value")
_REFERENCE = re.compile(r"\$\{\s*(?:last-saved#)?([^}]*)\}")

ADD_LIST = told("Add the list to the choices sheet.")
CORRECT_NAME = told("Correct the name.")
ANOTHER_NAME = told("Choose another {column}.", column="name")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet: its number, and its cells by XLSForm's name of the column (`label::French` as `label`)."""

    number: int
    cells: Mapping[str, str]
    written: Mapping[str, str]
    sheet: str

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    @property
    def kind(self) -> str:
        """The type, by the first of the names pyxform knows for it."""
        kind = self["type"]
        return str(_type_alias_map.get(kind, kind))

    def issue(self, cause: Told, remedy: Told, column: str = "") -> Issue:
        """An issue in this row."""
        return Issue(self.number, "", cause, remedy, sheet=self.sheet, column=column)


@dataclass(frozen=True, slots=True)
class Sheets:
    """What the checks look at: the rows of a workbook, and what is named in them."""

    survey: tuple[Row, ...]
    choices: tuple[Row, ...]
    settings: tuple[Row, ...]
    root: str
    names: Counter[str] = field(default_factory=Counter)

    def lists(self) -> dict[str, list[Row]]:
        """The choice lists: name → choices."""
        found: dict[str, list[Row]] = {}
        for row in self.choices:
            if row["list_name"]:
                found.setdefault(row["list_name"], []).append(row)
        return found


def sheets(book: DefinitionData, root: str) -> Sheets:
    """A workbook as the checks look at it; `root` names the root of its instance, where the settings do not."""
    rows = {name: tuple(_rows(name, getattr(book, name) or ())) for name in ("survey", "choices", "settings")}
    root = next((row["name"] for row in rows["settings"] if row["name"]), root)
    names: Counter[str] = Counter(row["name"] for row in rows["survey"] if not RE_END_CONTROL.match(row.kind))
    others = (f"{row['name']}_other" for row in rows["survey"] if _or_other(row.kind))
    return Sheets(
        rows["survey"], rows["choices"], rows["settings"], root, names + Counter({"instanceID", *others})
    )


def _rows(sheet: str, written: Iterable[Mapping[str, str]]) -> Iterator[Row]:
    for number, row in enumerate(written, start=2):
        cells: dict[str, str] = {}
        for column, cell in row.items():
            cells.setdefault(own_name(column), str(cell).strip())
        if cells and not yes_no.get(cells.get("disabled")):
            yield Row(number, cells, row, sheet)


def refused(words: str, sheets: Sheets, spared: Iterable[str] = ()) -> list[Issue]:
    """All that is wrong with the rows of a workbook that pyxform refused with these words, the survey sheet first.

    Missing columns are not told of the `spared` sheets (they have a misspelt one).
    """
    blind = set(_lacking(sheets))
    found = [issue for check in CHECKS for issue in check(sheets) if (issue.sheet, issue.column) not in blind]
    for sheet, column in blind:
        if sheet not in spared:
            cause = told("The sheet has no column “{column}”.", column=column)
            found.append(Issue(1, "", cause, told("Add it."), sheet=sheet))
    if (theirs := _known(words, sheets)) or not found:
        found.append(theirs or _quoted(words, sheets))
    return sorted(found, key=lambda issue: (_ORDER.get(issue.sheet, len(_ORDER)), issue.row or 0))


def _lacking(sheets: Sheets) -> Iterator[tuple[str, str]]:
    for sheet, rows, columns in (
        ("survey", sheets.survey, ("type", "name")),
        ("choices", sheets.choices, ("list_name", "name")),
    ):
        there = {column for row in rows for column in row.cells}
        yield from ((sheet, column) for column in columns if rows and column not in there)


# -- the survey sheet -----------------------------------------------------------------------------------------------


def _types(sheets: Sheets) -> Iterator[Issue]:
    for row in sheets.survey:
        kind = row.kind
        if not kind:
            if row["name"] or row["label"]:
                yield row.issue(*_empty("type"), "type")
        elif not _is_type(kind):
            remedy = told("Use another type of question.")
            if kind in {"select_one", "select_multiple", "rank"}:
                remedy = told("Write it like this: {example}", example=f"{kind} list_name")
            elif close := get_close_matches(kind.replace(" ", "_"), TYPES, n=1, cutoff=0.6):
                remedy = told("Did you mean “{meant}”?", meant=close[0])
            elif close := get_close_matches(_first(kind), ("select_one", "select_multiple"), n=1, cutoff=0.7):
                remedy = told("Did you mean “{meant}”?", meant=close[0] + kind[len(_first(kind)) :])
            yield row.issue(told("“{type}” is no type of question.", type=kind), remedy, "type")


def _is_type(kind: str) -> bool:
    patterns = (RE_BEGIN_CONTROL, RE_END_CONTROL, RE_SELECT, RE_OSM)
    return (
        kind in QUESTION_TYPE_DICT or kind in settings_header or any(each.search(kind) for each in patterns)
    )


def _first(kind: str) -> str:
    return kind.partition(" ")[0]


def _names(sheets: Sheets) -> Iterator[Issue]:
    open_: list[set[str]] = [{"meta"}]
    repeats = {sheets.root}
    for row in sheets.survey:
        kind, name = row.kind, row["name"]
        if RE_END_CONTROL.search(kind):
            if len(open_) > 1:
                open_.pop()
            continue
        begins = RE_BEGIN_CONTROL.search(kind)
        if name:
            if not is_xml_tag(name):
                yield row.issue(told("“{name}” cannot be a name.", name=name), _NAMED, "name")
            elif name in open_[-1] or (begins and control[begins["type"]] == "repeat" and name in repeats):
                yield row.issue(told("The name “{name}” is taken already.", name=name), ANOTHER_NAME, "name")
            open_[-1] |= {name, f"{name}_other"} if _or_other(kind) else {name}
        elif kind and kind not in {"note", "audit"}:
            yield row.issue(*_empty("name"), "name")
        if begins:
            if control[begins["type"]] == "repeat":
                repeats.add(name)
            open_.append({"meta"})


_NAMED = told("Begin with a letter; then come letters, digits and {signs} alone.", signs="_ - .")


def _pairs(sheets: Sheets) -> Iterator[Issue]:
    open_: list[tuple[Row, str]] = []
    for row in sheets.survey:
        if begins := RE_BEGIN_CONTROL.search(row.kind):
            open_.append((row, control[begins["type"]]))
        elif ends := RE_END_CONTROL.search(row.kind):
            what = control[ends["type"]]
            if open_ and open_[-1][1] == what:
                open_.pop()
            else:
                yield _unmatched(row, f"end_{what}", f"begin_{what}")
    for row, what in open_:
        yield _unmatched(row, f"begin_{what}", f"end_{what}")


def _unmatched(row: Row, one: str, other: str) -> Issue:
    cause = told("“{one}” has no “{other}”.", one=one, other=other)
    return row.issue(cause, told("Write “{other}” where it belongs, or remove the row.", other=other), "type")


def _lists(sheets: Sheets) -> Iterator[Issue]:
    lists = sheets.lists()
    for row in sheets.survey:
        if not (select := RE_SELECT.search(row.kind)):
            continue
        named = select["list_name"]
        if named not in lists and "${" not in named and not _FILE.search(named):
            remedy = ADD_LIST
            if close := get_close_matches(named, lists, n=1, cutoff=0.7):
                remedy = told("Did you mean “{meant}”?", meant=close[0])
            yield row.issue(told("The list “{list}” is not there.", list=named), remedy, "type")
        if select["specify_other"] and row["choice_filter"]:
            cause = told(
                "“{one}” and “{other}” cannot be used together.", one="or_other", other="choice_filter"
            )
            yield row.issue(cause, told("Leave “{column}” empty.", column="choice_filter"), "choice_filter")


def _or_other(kind: str) -> bool:
    return (select := RE_SELECT.search(kind)) is not None and select["specify_other"] is not None


def _labels(sheets: Sheets) -> Iterator[Issue]:
    controls = {kind: how.get("control", {}).get("tag") for kind, how in QUESTION_TYPE_DICT.items()}
    kinds = {kind for kind, tag in controls.items() if tag not in (None, "action")}
    for row in sheets.survey:
        says = any(cell for column, cell in row.cells.items() if column in _SAYING)
        silent = row["calculation"] or row["trigger"]  # worked out, and never shown
        if not silent and (row.kind in kinds or RE_SELECT.search(row.kind)) and not says:
            yield row.issue(told("The question says nothing."), told("Write a label."), "label")


def _calculations(sheets: Sheets) -> Iterator[Issue]:
    for row in sheets.survey:
        if row.kind == "calculate" and not row["calculation"] and not row["default"]:
            yield row.issue(*_empty("calculation"), "calculation")


def _references(sheets: Sheets) -> Iterator[Issue]:
    for row in (*sheets.survey, *sheets.choices, *sheets.settings):
        for column, cell in row.written.items():
            head = column.partition("::")[0].strip().lower()
            if "${" in str(cell) and (row.sheet != "survey" or head not in {"type", "name"}):
                if row.sheet == "choices" and head not in _SAYING:
                    continue
                yield from _lost(row, column, str(cell), sheets.names)


def _lost(row: Row, column: str, cell: str, names: Counter[str]) -> Iterator[Issue]:
    try:
        found = dict.fromkeys(each.name for each in parse_pyxform_references(value=cell))
    except PyXFormError:
        inner = next((each for each in _REFERENCE.findall(cell) if not is_xml_tag(each)), None)
        cause = told(
            "“{words}” is no reference to a question.", words="${" if inner is None else f"${{{inner}}}"
        )
        yield row.issue(cause, told("Write it like this: {example}", example="${name}"), column)
        return
    for name in found:
        if names[name] == 0:
            close = get_close_matches(name, names, n=1, cutoff=0.6)
            remedy = told("Did you mean “{meant}”?", meant=f"${{{close[0]}}}") if close else CORRECT_NAME
            yield row.issue(told("“{words}” names no question.", words=f"${{{name}}}"), remedy, column)
        elif names[name] > 1:
            cause = told("More than one question has the name “{name}”.", name=name)
            yield row.issue(cause, told("Give each of them another name."), column)


def _rules(sheets: Sheets) -> Iterator[Issue]:
    """Expressions that cannot be read: pyxform takes them, but has not come to say so."""
    for row in sheets.survey:
        for column in RULES:
            rule = row[column]
            if rule and rule.lower() not in {"yes", "no", "true", "false"}:
                try:
                    compile_expression(_REFERENCE.sub("/data/x", rule))
                except ExpressionError as error:
                    cause = told(
                        "The expression “{expression}” cannot be read: {reason}.",
                        expression=rule,
                        reason=error.reason,
                    )
                    yield row.issue(cause, told("Correct the expression."), column)


# -- the choices sheet ----------------------------------------------------------------------------------------------


def _choices(sheets: Sheets) -> Iterator[Issue]:
    twice = any(yes_no.get(row["allow_choice_duplicates"]) for row in sheets.settings)
    several = {
        select["list_name"]
        for row in sheets.survey
        if (select := RE_SELECT.search(row.kind)) and "multiple" in select["select_command"]
    }
    for named, choices in sheets.lists().items():
        seen: set[str] = set()
        for row in choices:
            name = row["name"]
            if not name:
                yield row.issue(*_empty("name"), "name")
            elif name in seen and not twice:
                cause = told("The list “{list}” has the choice “{choice}” twice.", list=named, choice=name)
                yield row.issue(cause, ANOTHER_NAME, "name")
            elif " " in name and named in several:
                cause = told("The name of the choice “{choice}” has a space in it.", choice=name)
                yield row.issue(
                    cause, told("Write it like this: {example}", example="_".join(name.split())), "name"
                )
            seen.add(name)


def _root(sheets: Sheets) -> Iterator[Issue]:
    for row in sheets.settings:
        if row["name"] and not is_xml_tag(row["name"]):
            yield row.issue(told("“{name}” cannot be a name.", name=row["name"]), _NAMED, "name")


def _empty(column: str) -> tuple[Told, Told]:
    return told("The row has no {column}.", column=column), told("Fill in “{column}”.", column=column)


CHECKS: tuple[Callable[[Sheets], Iterator[Issue]], ...] = (
    _types,
    _names,
    _pairs,
    _lists,
    _labels,
    _calculations,
    _references,
    _rules,
    _choices,
    _root,
)


# -- what pyxform says ----------------------------------------------------------------------------------------------

_NO_ENTITIES = (told("Entities are not kept by this bot."), told("Leave the entities sheet out."))
_NO_FIT = told("The parameters “{parameters}” do not fit the question.")
_RANGE = told("Write them like this: {parameters}", parameters="start=0 end=10 step=1")
_NOT_BOTH = told("“{one}” and “{other}” cannot be used together.")
_TWICE = (told("The column “{column}” is there twice."), told("Remove one of them."))

Words = tuple[Told, Told]

PYXFORM: tuple[tuple[str, Words, str], ...] = (
    *((code.value.msg, _NO_ENTITIES, "") for code in ErrorCode if code.name.startswith("ENTITY")),
    (ErrorCode.HEADER_005.value.msg, _NO_ENTITIES, ""),
    (ErrorCode.NAMES_014.value.msg, _NO_ENTITIES, ""),
    (ErrorCode.NAMES_015.value.msg, _NO_ENTITIES, ""),
    (ErrorCode.HEADER_002.value.msg.replace("{header}", "{one}"), (_NOT_BOTH, _TWICE[1]), ""),
    ("Duplicate column header: {column}", _TWICE, ""),
    (
        ErrorCode.SURVEY_005.value.msg.replace("{accepted}", "{hints}"),
        (_NO_FIT, told("Use one of: {hints}.")),
        "parameters",
    ),
    *(
        (code.value.msg, (_NO_FIT, _RANGE), "parameters")
        for code in ErrorCode
        if code.name.startswith("RANGE")
    ),
    *(
        (code.value.msg, (_NO_FIT, told("Leave “{column}” empty.", column="parameters")), "parameters")
        for code in ErrorCode
        if code.name in {"SURVEY_003", "SURVEY_004", "SURVEY_006", "SURVEY_007", "SURVEY_008", "SURVEY_009"}
    ),
    (
        "Argument 'definition' was not recognized as a supported type. {rest}",
        (
            told("There is no sheet “{sheet}”.", sheet="survey"),
            told("Save the workbook as .xlsx, without macros, and send it again."),
        ),
        "",
    ),
    (
        "{row}Choice filter not supported for table-list appearance.",
        (
            told("“{one}” and “{other}” cannot be used together.", one="table-list", other="choice_filter"),
            told("Leave “{column}” empty.", column="choice_filter"),
        ),
        "choice_filter",
    ),
)
"""What pyxform says where the checks above are silent: its template, our cause and remedy, the column."""


def _known(words: str, sheets: Sheets) -> Issue | None:
    """What pyxform says, in our words where we have them."""
    for template, (cause, remedy), column in PYXFORM:
        if found := re.fullmatch(_pattern(template), words, re.DOTALL):
            row, sheet = _place(words, sheets)
            cells = next((each.cells for each in sheets.survey if each.number == row), {})
            held = {**cells, **found.groupdict("")}
            sheet = held.get("sheet_name", sheet)
            return Issue(row, "", cause.filled(held), remedy.filled(held), sheet=sheet, column=column)
    return None


def _quoted(words: str, sheets: Sheets) -> Issue:
    """What pyxform says, in its English."""
    row, sheet = _place(words, sheets)
    said = " ".join(_ROW.sub("", words).split()).removesuffix(".")
    cause, remedy = told("pyxform says: {words}.", words=said), told("Correct the workbook.")
    column = _VALUE.search(words)
    return Issue(row, "", cause, remedy, sheet=sheet, column=column[1] if column else "")


def _place(words: str, sheets: Sheets) -> tuple[int | None, str]:
    """Row and sheet: the row pyxform's words begin with, else that of the name or type they quote."""
    found = _ROW.match(words)
    quoted = set(re.findall(r"'([^']+)'", words))
    rows = (row.number for row in sheets.survey if quoted & {row["type"], row["name"]})
    row = int(found[1]) if found else next(rows, None)
    named = _SHEET.search(words)
    return row, named[1] if named else "survey" if row else ""


def _pattern(template: str) -> str:
    pieces = Formatter().parse(template)
    seen: set[str] = set()
    pattern = ""
    for literal, name, _, _ in pieces:
        pattern += re.escape(literal)
        if name is not None:
            pattern += ".*?" if name in seen else f"(?P<{name}>.*?)"
            seen.add(name)
    return pattern
