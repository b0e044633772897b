"""CSV, plain and tagged for the Humanitarian Exchange Language: RFC 4180, UTF-8 with the mark by which Excel knows it.
Every cell is quoted: LibreOffice can be told that what is quoted is text.

A cell longer than Excel holds is broken: its further pieces stand in `continued.csv` by id, column and part, and the
column `continued` of the row names the columns that go on there. Nothing is cut.
"""

import csv
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from bot.exports.cells import LONGEST, guarded, pieces
from bot.exports.columns import Row, Table
from bot.exports.files import opened

CONTINUED = "continued"
PARTS = ("id", "column", "part", "text")
"""The columns of what goes on."""


class Lines:
    """A CSV file that is written line by line."""

    def __init__(self, path: Path) -> None:
        self._file = TextIOWrapper(opened(path), encoding="utf-8-sig", newline="")
        self._writer: Any = csv.writer(self._file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")

    def add(self, cells: Iterable[str]) -> None:
        """One line; no cell of it is computed by whoever opens it."""
        self._writer.writerow([guarded(each) for each in cells])

    def bare(self, cells: Iterable[str]) -> None:
        """One line of ours, as it is: hashtags."""
        self._writer.writerow(list(cells))

    def close(self) -> None:
        """It is whole."""
        self._file.close()


class Delimited:
    """Voices as CSV; `tagged`: with a row of HXL hashtags under the names."""

    def __init__(self, table: Table, folder: Path, *, tagged: bool = False) -> None:
        self._table = table
        self._folder = folder
        self._lines = Lines(folder / ("voices.hxl.csv" if tagged else "voices.csv"))
        self._lines.add([*(column.name for column in table.columns), CONTINUED])
        if tagged:
            self._lines.bare([*(column.hxl for column in table.columns), "#meta+continued"])
        self._continued: Lines | None = None

    def add(self, rows: Iterable[Row]) -> None:
        """The next voices."""
        for row in rows:
            cells = self._table.cells(row)
            going_on = []
            for n, cell in enumerate(cells):
                first, *more = pieces(cell, LONGEST - 1)  # one is left for the apostrophe
                if more:
                    cells[n] = first
                    going_on.append(self._table.columns[n].name)
                    self._go_on(row.id, self._table.columns[n].name, more)
            self._lines.add([*cells, "; ".join(going_on)])

    def close(self) -> None:
        """No more come."""
        self._lines.close()
        if self._continued is not None:
            self._continued.close()

    def _go_on(self, id: str, column: str, more: Sequence[str]) -> None:
        if self._continued is None:
            self._continued = Lines(self._folder / f"{CONTINUED}.csv")
            self._continued.add(PARTS)
        for number, piece in enumerate(more, start=2):
            self._continued.add([id, column, str(number), piece])
