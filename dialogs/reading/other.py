"""`or_other` spelt out: one more choice and a question after it, in the form's own languages."""

from collections.abc import Mapping, Sequence

from pyxform.xls2json import RE_SELECT
from pyxform.xls2json_backends import DefinitionData

from dialogs.reading.itext import language_code
from dialogs.reading.table import Rows, cell_of, headers_of, own_name, written_as

OR_OTHER = "or_other"
"""The shared list whose labels are the words of `or_other`: of the choice `other`, and of the question after it."""
_IN_ENGLISH = {"other": {"label": "Other"}, "specify": {"label": "Specify other."}}


def spell_out_other(book: DefinitionData, lists: Mapping[str, Rows]) -> list[int]:
    """Write as rows what `or_other` stands for, in the form's languages; pyxform says it in English.

    Answers the number that each row of the survey sheet had. Where there is no choice list, or choices are filtered,
    pyxform refuses it.
    """
    words = {row["name"]: row for row in lists.get(OR_OTHER, ())}
    settings: Mapping[str, str] = next(iter(book.settings or ()), {})
    first = language_code(cell_of(settings, "default_language"))
    choices = list(book.choices or ())
    headers = headers_of(book.survey_header, book.survey or ())
    choice_headers = headers_of(book.choices_header, choices)
    survey: list[Mapping[str, str]] = []
    numbers: list[int] = []
    for number, row in enumerate(book.survey or (), start=2):
        survey.append(row)
        numbers.append(number)
        kind, name = cell_of(row, "type", "command").strip(), cell_of(row, "name", "tag", "value").strip()
        select = RE_SELECT.search(kind)
        if select is None or select["specify_other"] is None or cell_of(row, "choice_filter"):
            continue
        named = {
            cell_of(choice, "name", "value")
            for choice in choices
            if cell_of(choice, "list_name", "list name") == select["list_name"]
        }
        if not named:
            continue
        if "other" not in named:
            listed = {"list_name": select["list_name"], "name": "other"}
            choices.append(_under(choice_headers, listed, words.get("other", _IN_ENGLISH["other"]), first))
        survey[-1] = {**row, written_as(headers, "type"): kind[: select.start("specify_other")].strip()}
        asked = {"type": "text", "name": f"{name}_other", "relevant": f"selected(../{name}, 'other')"}
        survey.append(_under(headers, asked, words.get("specify", _IN_ENGLISH["specify"]), first))
        numbers.append(number)
    book.survey, book.choices = survey, choices or book.choices
    book.survey_header = [dict.fromkeys(headers_of(book.survey_header, survey))]
    return numbers


def _under(
    headers: Sequence[str], cells: Mapping[str, str], words: Mapping[str, str], first: str
) -> dict[str, str]:
    """A row under these headers: the cells, and the words in each label's language (`first` where it names none)."""
    said = {
        language_code(column.rpartition("::")[2]): cell for column, cell in words.items() if "label" in column
    }
    english = said.get("en") or next(iter(said.values()))
    row = {written_as(headers, column): cell for column, cell in cells.items()}
    for header in headers:
        if own_name(header) == "label":
            language = header.rpartition(":")[2] if ":" in header else ""
            row[header] = said.get(language_code(language) if language else first, english)
    return row
