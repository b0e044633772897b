"""Words that came back from translators, written into an Excel workbook as further columns."""

from collections.abc import Sequence
from io import BytesIO

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from dialogs.reading.po import Translation, fill
from dialogs.reading.unpacked import refuse_bombs


def add_columns(data: bytes, further: Sequence[Translation], *, language: str) -> bytes:
    """A workbook (.xlsx) with a column for each further language beside those it has, all else as it was.

    `language` is the code of the language the words were translated from. Cells that have words keep them.
    Raises FormError where the file is no workbook that may be opened.
    """
    refuse_bombs(data)
    book = load_workbook(BytesIO(data))
    for sheet in book.worksheets:
        if sheet.title in ("survey", "choices"):
            _add(sheet, further, language)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _add(sheet: Worksheet, further: Sequence[Translation], language: str) -> None:
    header = [str(cell.value or "").strip() for cell in sheet[1]]
    for number in range(2, sheet.max_row + 1):
        cells = [str(cell.value) if cell.value is not None else "" for cell in sheet[number]]
        row = {column: cell for column, cell in zip(header, cells, strict=False) if column and cell}
        [filled] = fill([row], further, language=language)
        for column, words in filled.items():
            if column not in header:
                header.append(column)
                sheet.cell(1, len(header), column)
            sheet.cell(number, header.index(column) + 1).value = words
