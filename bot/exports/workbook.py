"""Workbooks (.xlsx) written row by row: every cell is a string that stands in its own place, so that nothing of a
million rows is kept, no cell can be a formula and no link is made (S11).

ECMA-376: parts of a zip file; cells of type `inlineStr`. What goes beyond a cell stands in the sheet `continued`, what
goes beyond a sheet in the next one.
"""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from bot.exports.cells import pieces, sound
from bot.exports.columns import Row, Table
from bot.exports.delimited import CONTINUED, PARTS
from bot.exports.files import opened

ROWS = 1_048_576
"""Rows of a sheet."""

BYTES = 1_500_000_000
"""Bytes of a sheet before it is packed: more would need a kind of zip that not all who open it know."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""What Excel would read as a character: `_x0041_`."""


class Book:
    """A workbook that is written from its first sheet to its last."""

    def __init__(self, path: Path) -> None:
        self._file = opened(path)
        self._zip = ZipFile(self._file, "w", ZIP_DEFLATED, compresslevel=1)
        self._titles: list[str] = []
        self._part: IO[bytes] | None = None
        self._rows = self._bytes = 0
        self._head: Sequence[str] = ()

    def sheet(self, title: str, head: Sequence[str]) -> None:
        """The next sheet, with the names of its columns."""
        self._end()
        taken = sum(each.rpartition(" ")[0] == title or each == title for each in self._titles)
        self._titles.append(f"{title} {taken + 1}" if taken else title)
        self._part = self._zip.open(f"xl/worksheets/sheet{len(self._titles)}.xml", "w")
        self._rows = self._bytes = 0
        self._head = head
        self._write(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>')
        self.row(head)

    def row(self, cells: Iterable[str]) -> None:
        """The next row; where the sheet is full, of the next one."""
        if self._rows == ROWS or self._bytes > BYTES:
            self.sheet(self._titles[-1].rpartition(" ")[0] or self._titles[-1], self._head)
        self._rows += 1
        row = "".join(
            f'<c r="{_letters(n)}{self._rows}" t="inlineStr"><is><t xml:space="preserve">{_text(cell)}</t></is></c>'
            for n, cell in enumerate(cells)
            if cell
        )
        self._write(f'<row r="{self._rows}">{row}</row>')

    def close(self) -> None:
        """It is whole."""
        self._end()
        numbers = range(1, len(self._titles) + 1)
        sheets = "".join(
            f'<sheet name="{escape(title)}" sheetId="{n}" r:id="rId{n}"/>'
            for n, title in enumerate(self._titles, start=1)
        )
        relations = "".join(
            f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in numbers
        )
        overrides = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_KIND}.worksheet+xml"/>'
            for n in numbers
        )
        parts = {
            "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">{relations}</Relationships>',
            "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" '
            f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>{overrides}</Types>',
        }
        for name, content in parts.items():
            self._zip.writestr(name, _HEAD + content)
        self._zip.close()
        self._file.close()

    def _end(self) -> None:
        if self._part is not None:
            self._write("</sheetData></worksheet>")
            self._part.close()
            self._part = None

    def _write(self, text: str) -> None:
        if self._part is not None:
            content = text.encode()
            self._bytes += len(content)
            self._part.write(content)


class Workbook:
    """Voices as a workbook, with its dictionary as a sheet of its own."""

    def __init__(self, table: Table, folder: Path) -> None:
        self._table = table
        self._book = Book(folder / "voices.xlsx")
        self._book.sheet("voices", [*(column.name for column in table.columns), CONTINUED])
        self._continued = Continued(folder)

    def add(self, rows: Iterable[Row]) -> None:
        """The next voices."""
        names = [column.name for column in self._table.columns]
        for row in rows:
            cells, going_on = self._continued.fitting(row.id, names, self._table.cells(row))
            self._book.row([*cells, "; ".join(going_on)])

    def close(self) -> None:
        """No more come."""
        self._continued.into(self._book)
        self._book.sheet("dictionary", ("column", "meaning", "type"))
        for column in self._table.columns:
            self._book.row((column.name, column.meaning, column.type))
        self._book.close()


class Continued:
    """What goes beyond a cell, kept on the disk until its sheet can be written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: IO[bytes] | None = None

    def fitting(self, id: str, names: Sequence[str], cells: list[str]) -> tuple[list[str], list[str]]:
        """The cells as far as each holds its text, and the names of those that go on."""
        going_on = []
        for n, cell in enumerate(cells):
            first, *more = pieces(cell)
            if more:
                cells[n] = first
                going_on.append(names[n])
                for number, piece in enumerate(more, start=2):
                    self._keep((id, names[n], str(number), piece))
        return cells, going_on

    def into(self, book: Book) -> None:
        """Write the sheet, where there is anything for it."""
        if self._file is None:
            return
        book.sheet(CONTINUED, PARTS)
        self._file.seek(0)
        with self._file as lines:
            for line in lines:
                book.row(json.loads(line))

    def _keep(self, cells: Sequence[str]) -> None:
        if self._file is None:
            self._file = TemporaryFile(dir=self._folder)  # noqa: SIM115  (closed once its sheet is written)
        self._file.write(json.dumps(cells).encode() + b"\n")


def _text(cell: str) -> str:
    return escape(_ESCAPED.sub("_x005F_", sound(cell)), {"\r": "&#13;"})


_LETTERS: list[str] = []


def _letters(number: int) -> str:
    """The name of a column, counted from 0: A, Z, AA."""
    while number >= len(_LETTERS):
        n, name = len(_LETTERS), ""
        while n >= 0:
            name = chr(65 + n % 26) + name
            n = n // 26 - 1
        _LETTERS.append(name)
    return _LETTERS[number]
