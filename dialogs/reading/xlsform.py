"""Workbook or Markdown table → XForm XML (pyxform), remembering the row of each question for the issues."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Any

from pyxform.aliases import settings_header, survey_header
from pyxform.constants import NSMAP
from pyxform.errors import PyXFormError
from pyxform.xls2json_backends import DefinitionData, get_xlsform
from pyxform.xls2xform import convert

from dialogs.form import CHAT, Form, FormError, Issue
from dialogs.reading.itext import LOCALES, language_code
from dialogs.reading.mistakes import refused, sheets
from dialogs.reading.other import spell_out_other
from dialogs.reading.po import Translation, fill, translations
from dialogs.reading.table import NO_LISTS, Rows, cell_of, headers_of
from dialogs.reading.unpacked import refuse_bombs, refuse_large
from dialogs.reading.xform import read_xform
from dialogs.told import Told, told

KINDS = (".xlsx", ".xlsm", ".xls", ".md", ".csv")
MAX_ROWS = 5_000
MAX_CHOICES = 20_000
MAX_CELL = 20_000

_ROW = re.compile(r"^\[row : (\d+)\]")
_PREFIXED = re.compile(r"(?:body|bind|instance)::?([\w.-]+):[^:]")
_BEGIN = re.compile(r"begin[ _](group|repeat|loop)\b", re.IGNORECASE)
_END = re.compile(r"end[ _](group|repeat|loop)\b", re.IGNORECASE)
_LISTED = re.compile(r"(?:select[ _](?:one|multiple)|rank)\s+(\S+)", re.IGNORECASE)
_EXTERNAL = re.compile(r"^\s*select[ _]one[ _]external\s+")
_ROOT = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_WORDS = frozenset({"label", "hint", "guidance_hint", "required_message", "constraint_message"})
_RULES = frozenset(
    {"required", "relevant", "constraint", "calculation", "choice_filter", "repeat_count", "trigger"}
)
_NAMES = {
    "choices": frozenset({"list_name", "name", "label", "media"}),
    "settings": frozenset(
        {
            "form_id",
            "form_title",
            "version",
            "default_language",
            "instance_name",
            "namespaces",
            "allow_choice_duplicates",
        }
    ),
}
"""Columns of the other sheets, to tell misspelt ones."""
_COLUMNS = _WORDS | _RULES | {"type", "name", "appearance", "parameters", "default", "readonly"}
"""XLSForm's columns whose misspelling would change what a form does; other columns are the author's own."""

_QUOTES = str.maketrans("‘’“”", "\uf8f0\uf8f1\uf8f2\uf8f3")
_QUOTES_BACK = str.maketrans("\uf8f0\uf8f1\uf8f2\uf8f3", "‘’“”")
"""pyxform writes typewriter quotes everywhere; in words people read, the author's own come back by these marks."""


def read_workbook(
    data: bytes | str,
    *,
    name: str,
    kind: str,
    lists: Mapping[str, Rows] = NO_LISTS,
    further: Sequence[Translation] = (),
) -> tuple[str, dict[str, int]]:
    """Convert a workbook; answers the XForm XML and the rows: of the survey sheet by ref, of the choices sheet by
    "choices/<list>/<name>".

    `name` names the root of the instance (so refs are "/name/…") and is the form's id where the settings give none;
    `kind` is the file's ending, one of KINDS. `lists` are choice lists (rows as on a choices sheet) that are used
    where the survey names a list which the workbook does not define; of their languages only the workbook's are
    taken. `further`: languages whose words come from a catalog, not from the workbook. In Markdown, `<br>` in a cell
    begins another line. Raises FormError.

    A stranger's workbook can take any time and memory: `dialogs.reading.guarded` reads it in a child process.
    """
    if kind not in KINDS:
        raise _refused(
            told("“{kind}” is not a workbook.", kind=kind),
            told("Send one of these kinds: {kinds}", kinds=", ".join(KINDS)),
        )
    content = data.encode() if isinstance(data, str) else data
    refuse_large(content)
    if kind in {".xlsx", ".xlsm"}:
        refuse_bombs(content)
    root = name if _ROOT.fullmatch(name) else "data"
    book = DefinitionData()
    issues: list[Issue] = []
    try:
        book = get_xlsform(content, file_type=kind)
        book.fallback_form_name = name
        issues += _misspelt(book)
        issues += _without_namespace(book)
        _prepare(book, kind, lists, further)
        xml, rows = _converted(book, root, lists, {issue.sheet for issue in issues})
    except FormError as error:
        raise FormError(*issues, *error.issues) from error
    except PyXFormError as error:
        raise FormError(*refused(str(error), sheets(book, root))) from error
    except Exception as error:  # pyxform and what it reads with raise anything on a broken file
        cause = told("The workbook cannot be read ({error}).", error=type(error).__name__)
        raise _refused(cause, told("Save it anew.")) from error
    if issues:
        raise FormError(*issues, *_unread(xml, rows))
    return xml, rows


def _converted(
    book: DefinitionData, root: str, lists: Mapping[str, Rows], misspelt: Collection[str]
) -> tuple[str, dict[str, int]]:
    """The XForm and the rows; FormError with all that is wrong. `misspelt`: sheets with a column that is."""
    written = sheets(book, root)
    numbers = spell_out_other(book, lists)
    book.survey = [_with_quotes(row) for row in book.survey or ()]
    book.choices = [_with_quotes(row) for row in book.choices] if book.choices else book.choices
    try:
        xml: str = convert(_plain(book), form_name=root, warnings=[]).xform
    except PyXFormError as error:
        said = _ROW.sub(lambda found: f"[row : {numbers[int(found[1]) - 2]}]", str(error))
        raise FormError(*refused(said.translate(_QUOTES_BACK), written, misspelt)) from error
    return xml.translate(_QUOTES_BACK), _rows(book, root, numbers)


def _unread(xml: str, rows: Mapping[str, int]) -> tuple[Issue, ...]:
    try:
        read_xform(xml, rows=rows)
    except FormError as error:
        return error.issues
    return ()


def load_builtin(folder: Path, locales: Path = LOCALES) -> Form:
    """Read the form that is kept in a folder: <folder>/<its name>.md, with the choice lists in ../lists/*.md.

    The workbook speaks English; the other languages are those of `locales` that are ready.
    """
    xml, rows = convert_builtin(folder, locales)
    return read_xform(xml, rows=rows)


def convert_builtin(folder: Path, locales: Path = LOCALES) -> tuple[str, dict[str, int]]:
    """A built-in form as `read_workbook` answers it: its XForm, and the row of each ref."""
    source, further = folder / f"{folder.name}.md", translations(locales)
    return read_workbook(
        source.read_text("utf-8"),
        name=folder.name,
        kind=".md",
        lists=load_lists(folder.parent / "lists", further),
        further=further,
    )


def load_lists(folder: Path, further: Sequence[Translation] = ()) -> dict[str, Rows]:
    """Every choice list of a folder's Markdown tables (sheet `choices`), by its name."""
    lists: dict[str, list[Mapping[str, str]]] = {}
    for source in sorted(folder.glob("*.md")):
        for row in fill(read_sheets(source.read_bytes(), ".md")["choices"], further):
            lists.setdefault(row["list_name"], []).append(row)
    return dict(lists)


def read_sheets(data: bytes, kind: str) -> dict[str, Rows]:
    """The rows of a workbook's sheets `survey`, `choices` and `settings`, as its author wrote them."""
    book = get_xlsform(data, file_type=kind)
    found = {"survey": book.survey, "choices": book.choices, "settings": book.settings}
    return {
        sheet: [_lines(row) if kind == ".md" else row for row in rows or ()] for sheet, rows in found.items()
    }


def _prepare(
    book: DefinitionData, kind: str, lists: Mapping[str, Rows], further: Sequence[Translation]
) -> None:
    _merge_external(book)
    survey = [dict(row) for row in book.survey or ()]
    if not any(survey):
        raise _refused(
            told("The survey sheet asks nothing."), told("Write at least one question."), sheet="survey"
        )
    if len(survey) > MAX_ROWS or len(book.choices or ()) > MAX_CHOICES:
        cause = told("More than {rows} rows or {choices} choices.", rows=MAX_ROWS, choices=MAX_CHOICES)
        raise _refused(cause, told("Make two forms of it."))
    for sheet, found in (("survey", survey), ("choices", book.choices or ())):
        for number, row in enumerate(found, start=2):
            for column, cell in row.items():
                if len(str(cell)) > MAX_CELL:
                    cause = told("A cell is longer than {most} characters.", most=MAX_CELL)
                    raise _refused(cause, told("Write less in one cell."), number, sheet, column)
    if kind == ".md":
        survey = [_lines(row) for row in survey]
        book.choices = [_lines(row) for row in book.choices or ()] or book.choices
    book.survey = fill(survey, further)
    book.choices = fill(book.choices, further) if book.choices else book.choices
    if further:
        book.survey_header = [dict.fromkeys(headers_of(book.survey_header, book.survey))]
        book.choices_header = [dict.fromkeys(headers_of(book.choices_header, book.choices or ()))]
    _add_lists(book, lists)
    if further:
        book.settings = [_with_words(book)]


def _with_words(book: DefinitionData) -> dict[str, str]:
    """The settings, the version telling of the words too: a catalog may change them while the workbook stays."""
    settings: dict[str, str] = dict(next(iter(book.settings or ()), {}))
    words = json.dumps([book.survey, book.choices], sort_keys=True).encode()
    return {**settings, "version": f"{settings.get('version', '')}.{sha256(words).hexdigest()[:8]}"}


def _misspelt(book: DefinitionData) -> list[Issue]:
    """Columns that look like XLSForm's own with a slip of the pen: pyxform passes over them in silence."""
    known = _COLUMNS | set(survey_header)
    looked_at = (
        ("survey", headers_of(book.survey_header, book.survey or ()), _COLUMNS, known),
        (
            "choices",
            headers_of(book.choices_header, book.choices or ()),
            _NAMES["choices"],
            _NAMES["choices"],
        ),
        (
            "settings",
            headers_of(book.settings_header, book.settings or ()),
            _NAMES["settings"],
            set(settings_header),
        ),
    )
    issues = []
    for sheet, headers, own, all_known in looked_at:
        written = {_head(header) for header in headers}
        for header in headers:
            head = _head(header)
            candidates = own if "::" in header else own - written
            meant = get_close_matches(head, candidates, n=1, cutoff=0.8)
            if head and head not in all_known and head not in own and meant:
                cause = told("The column “{column}” is not known.", column=header)
                remedy = told("Did you mean “{meant}”?", meant=meant[0])
                issues.append(Issue(1, "", cause, remedy, sheet=sheet, column=header))
    return issues


def _merge_external(book: DefinitionData) -> None:
    """Choices of select_one_external become a list like any other: a chat has no use for a file of its own."""
    if not book.external_choices:
        return
    book.survey = [
        {column: _EXTERNAL.sub("select_one ", cell) for column, cell in row.items()}
        for row in book.survey or ()
    ]
    book.choices = [*(book.choices or ()), *book.external_choices]
    book.choices_header = [dict.fromkeys(headers_of(book.choices_header, book.choices))]
    book.external_choices, book.external_choices_header = None, None
    settings = {
        **next(iter(book.settings or ()), {}),
        "allow_choice_duplicates": "yes",
    }  # as among external ones
    book.settings, book.settings_header = [settings], [dict.fromkeys(settings)]
    names = (name for name in book.sheet_names or () if name != "external_choices")
    book.sheet_names = list(dict.fromkeys([*names, "choices"]))


def _add_lists(book: DefinitionData, lists: Mapping[str, Rows]) -> None:
    choices = [dict(row) for row in book.choices or ()]
    defined = {cell_of(row, "list_name", "list name") for row in choices}
    used = {
        found[1]
        for row in book.survey or ()
        if (found := _LISTED.match(cell_of(row, "type", "command").strip()))
    }
    wanted = [name for name in lists if name in used - defined]
    if not wanted:
        return
    languages = _languages(headers_of(book.survey_header, book.survey or ()))
    for name in wanted:
        choices += [_in_languages(row, languages) for row in lists[name]]
    book.choices = choices
    book.choices_header = [dict.fromkeys(headers_of(book.choices_header, choices))]
    book.sheet_names = list(dict.fromkeys([*(book.sheet_names or ()), "choices"]))


def _languages(headers: Sequence[str]) -> dict[str, str]:
    """The workbook's languages: code → the name it is written with."""
    named = [header.rpartition("::")[2].strip() for header in headers if header.lower().startswith("label::")]
    return {language_code(each): each for each in named}


def _in_languages(row: Mapping[str, str], languages: Mapping[str, str]) -> dict[str, str]:
    """A shared choice with its labels under the workbook's own names of the languages."""
    kept: dict[str, str] = {}
    for column, cell in row.items():
        head, _, language = column.rpartition("::")
        if not head:
            kept[column] = cell
        elif (name := languages.get(language_code(language))) is not None:
            kept[f"{head}::{name}"] = cell
    if not languages:
        labels = (cell for column, cell in row.items() if column.lower().startswith("label"))
        kept.setdefault("label", next(labels, row.get("name", "")))
    return kept


def _without_namespace(book: DefinitionData) -> list[Issue]:
    """Columns as `body::tg:voice` whose prefix the settings do not explain; it is explained here, to read on."""
    settings = dict(next(iter(book.settings or ()), {}))
    spaces = cell_of(settings, "namespaces")
    known = {each.partition("=")[0] for each in spaces.split()} | {
        each.removeprefix("xmlns:") for each in NSMAP
    }
    issues = []
    for header in headers_of(book.survey_header, book.survey or ()):
        found = _PREFIXED.match(header.strip())
        if found and found[1] not in known:
            known.add(found[1])
            words = f'{found[1]}="{CHAT if found[1] == "tg" else "https://…"}"'
            spaces = f"{spaces} {words}".strip()
            cause = told("The settings do not say what “{prefix}:” is.", prefix=found[1])
            remedy = told(
                "Write this on the settings sheet, column “{column}”: {words}",
                column="namespaces",
                words=spaces,
            )
            issues.append(Issue(1, "", cause, remedy, sheet="survey", column=header))
    if issues:
        book.settings = [{**settings, "namespaces": spaces}]
        book.settings_header = [dict.fromkeys(headers_of(book.settings_header, book.settings))]
    return issues


def _rows(book: DefinitionData, root: str, numbers: Sequence[int]) -> dict[str, int]:
    """The ref of every row of the survey sheet; rows are counted as pyxform does, the header being the first."""
    settings: Mapping[str, str] = next(iter(book.settings or ()), {})
    steps = [cell_of(settings, "name") or root]
    rows: dict[str, int] = {}
    for number, row in zip(numbers, book.survey or (), strict=True):
        kind, name = cell_of(row, "type", "command").strip(), cell_of(row, "name", "tag", "value").strip()
        if _END.match(kind):
            if len(steps) > 1:
                steps.pop()
        elif name:
            rows.setdefault("/".join(["", *steps, name]), number)
            if _BEGIN.match(kind):
                steps.append(name)
    for number, row in enumerate(book.choices or (), start=2):
        rows.setdefault(
            f"choices/{cell_of(row, 'list_name', 'list name')}/{cell_of(row, 'name', 'value')}", number
        )
    return rows


def _lines(row: Mapping[str, str]) -> dict[str, str]:
    return {column: re.sub(r"\s*<br\s*/?>\s*", "\n", cell) for column, cell in row.items()}


def _with_quotes(row: Mapping[str, str]) -> dict[str, str]:
    return {
        column: cell.translate(_QUOTES) if _head(column) in _WORDS else cell for column, cell in row.items()
    }


def _head(column: str) -> str:
    return column.partition(":")[0].strip().lower().replace(" ", "_")


def _plain(book: DefinitionData) -> dict[str, Any]:
    return {
        each.name: getattr(book, each.name) for each in fields(book) if getattr(book, each.name) is not None
    }


def _refused(
    cause: Told, remedy: Told, row: int | None = None, sheet: str = "", column: str = ""
) -> FormError:
    return FormError(Issue(row, "", cause, remedy, sheet=sheet, column=column))
