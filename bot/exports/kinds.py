"""The kinds of files voices leave in, and what lies beside every one of them: the data dictionary, and a page that says
whose they are and when they must be destroyed.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

from bot.exports.columns import Row, Table
from bot.exports.delimited import Delimited, Lines
from bot.exports.files import written
from bot.exports.jsons import Coda, GeoJson
from bot.exports.jsons import Lines as JsonLines
from bot.exports.record import KINDS, XFORM, Export
from bot.exports.toolbox import Toolbox
from bot.exports.workbook import Workbook

TABLES = """
dictionary.csv says what each column holds, codes.csv what each code is called. In a CSV file an apostrophe at the
beginning of a cell is not part of the text: it keeps spreadsheets from computing what people wrote. They still make
numbers and dates of what looks like one, unless they are told that all is text: in LibreOffice tick “Format quoted
field as text”, in Excel read the file in with every column as text; a workbook needs none of this. A text that is
too long for a cell goes on in “continued”, as the column of that name says: nothing is cut. A character that no such
file can hold stands as \N{REPLACEMENT CHARACTER}.
"""
"""How what is made of rows is to be read."""


class Writer(Protocol):
    """Writes voices page by page, and keeps none."""

    def add(self, rows: Iterable[Row]) -> None:
        """The next voices."""
        ...

    def close(self) -> None:
        """No more come."""
        ...


WRITERS: Mapping[str, Callable[[Table, Path], Writer]] = {
    "csv": Delimited,
    "xlsx": Workbook,
    "jsonl": JsonLines,
    "geojson": GeoJson,
    "hxl": partial(Delimited, tagged=True),
    "coda": Coda,
    "redcross": Toolbox,
}
"""Who writes each kind that is made of rows."""


def describe(table: Table, folder: Path) -> None:
    """The data dictionary: each column, and each code, as CSV."""
    columns = Lines(folder / "dictionary.csv")
    columns.add(("column", "meaning", "type", "hxl", "codes"))
    codes = Lines(folder / "codes.csv")
    codes.add(("column", "code", "name"))
    for column in table.columns:
        columns.add((column.name, column.meaning, column.type, column.hxl, str(len(column.codes) or "")))
        for code, name in column.codes.items():
            codes.add((column.name, code, name))
    columns.close()
    codes.close()


def page(folder: Path, taken: Export, partner: str) -> None:
    """README.txt: whose this is, what may be done with it, and its last day. Written first: what is broken off has it
    too.
    """
    made, until = (each.date().isoformat() for each in (taken.made_at, taken.expires_at))
    told = f"""Voices told in “{taken.form}”, taken out for {partner} on {made}.
This is {KINDS[taken.kind]}.

DESTROY THIS FOLDER, AND EVERY COPY OF IT, BY {until}.
Whoever told these may take them back on any day: what is newer than this folder is right, take it out anew.

It holds what people agreed to share with partners, their own words with names hidden. It is for {partner} alone: no
part of it may be published, or given to others. Nobody may try to find out who spoke.
"""
    written(folder / "README.txt", (told if taken.kind == XFORM else told + TABLES).encode())
