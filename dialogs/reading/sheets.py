"""Sheets of a workbook as rows of words, and back: for what is written in Excel and is no form."""

import csv
import re
from collections.abc import Mapping, Sequence
from io import BytesIO, StringIO

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from dialogs.form import FormError, Issue
from dialogs.reading.unpacked import refuse_bombs, refuse_large
from dialogs.told import told

KINDS = (".xlsx", ".xlsm", ".csv")
MAX_ROWS = 5_000
MAX_COLUMNS = 200

_CONTROLS = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]")
"""What no cell can hold."""

Sheets = dict[str, list[list[str]]]
"""Each sheet's rows, as words; all rows of a sheet are as long as its first."""


def read_sheets(data: bytes, kind: str) -> Sheets:
    """The sheets of a workbook, or of a table (`kind` ".csv") its one. Cells that were merged all say the same.

    A stranger's workbook can take any time and memory: `dialogs.reading.guarded` reads it in a child. FormError.
    """
    refuse_large(data)
    if kind == ".csv":
        rows = list(csv.reader(StringIO(data.decode("utf-8-sig", "replace"), newline="")))[:MAX_ROWS]
        return {"codes": _even([row[:MAX_COLUMNS] for row in rows])}
    refuse_bombs(data)
    try:
        book = load_workbook(BytesIO(data), data_only=True)
        return {sheet.title: _rows(sheet) for sheet in book.worksheets}
    except Exception as error:  # what reads it raises anything on a broken file
        cause = told("The workbook cannot be read ({error}).", error=type(error).__name__)
        raise FormError(Issue(None, "", cause, told("Save it anew."))) from error


def write_sheets(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """A workbook of these sheets; every cell is text."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for number, row in enumerate(rows, start=1):
            for column, words in enumerate(row, start=1):
                if words:
                    cell = sheet.cell(number, column)
                    cell.value = _CONTROLS.sub("", words)
                    cell.data_type = "s"  # never a formula, whatever it begins with
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _rows(sheet: Worksheet) -> list[list[str]]:
    height, width = min(sheet.max_row, MAX_ROWS), min(sheet.max_column, MAX_COLUMNS)
    cells = sheet.iter_rows(max_row=height, max_col=width, values_only=True)
    rows = [["" if cell is None else str(cell) for cell in row] for row in cells]
    for merged in sheet.merged_cells.ranges:
        words = rows[merged.min_row - 1][merged.min_col - 1] if merged.min_row <= len(rows) else ""
        for row in rows[merged.min_row - 1 : merged.max_row]:
            row[merged.min_col - 1 : merged.max_col] = [words] * len(row[merged.min_col - 1 : merged.max_col])
    while rows and not any(rows[-1]):
        rows.pop()
    return _even(rows)


def _even(rows: list[list[str]]) -> list[list[str]]:
    width = len(rows[0]) if rows else 0
    return [[*row[:width], *[""] * (width - len(row))] for row in rows]
