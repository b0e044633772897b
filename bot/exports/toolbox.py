"""The Red Cross community feedback toolbox's workbook: one message a row, in the column “feedback message” it asks for,
with type, category and code as in its coding frameworks; the framework as a workbook of its own beside it.

What it needs is on community-feedback-toolbox.readthedocs.io (Usage); what else stands in a row it passes on.
"""

from collections.abc import Iterable
from pathlib import Path

from bot.exports.columns import Row, Table
from bot.exports.workbook import Book, Continued
from bot.frame import Code, Frame, in_language

MESSAGE = "feedback message"
COLUMNS = (
    *("date", "country", "region", "language", "partner", "association", "question"),
    *(MESSAGE, "type", "category", "code", "id", "continued"),
)


class Toolbox:
    """What people wrote as a feedback log."""

    def __init__(self, table: Table, folder: Path) -> None:
        self._table = table
        _framework(table.frame, folder)
        self._book = Book(folder / "feedback.xlsx")
        self._book.sheet("feedback", COLUMNS)
        self._codes = {code.id: code for code in table.frame.codes}
        self._continued = Continued(folder)

    def add(self, rows: Iterable[Row]) -> None:
        """The next voices: a row for each text, one more for each further code of it."""
        for row in rows:
            coded = [self._codes.get(each) for each in row.themes]
            levels = [_levels(each) for each in coded if each is not None] or [("", "", "")]
            for path, words in self._table.texts(row):
                for level in levels:
                    before = [row.day, row.country, row.region, row.language, row.partner, row.association]
                    cells = [*before, path, words, *level, f"{row.id}:{path}"]
                    cells, going_on = self._continued.fitting(cells[-1], COLUMNS, cells)
                    self._book.row([*cells, "; ".join(going_on)])

    def close(self) -> None:
        """No more come."""
        self._continued.into(self._book)
        self._book.close()


def _framework(frame: Frame, folder: Path) -> None:
    """The coding framework, as the toolbox reads it and `voices frame load` too."""
    book = Book(folder / "framework.xlsx")
    book.sheet("codes", ("type", "category", "code", "code_id"))
    for code in frame.offered:
        book.row((*_levels(code), code.id))
    book.close()


def _levels(code: Code) -> tuple[str, str, str]:
    return (in_language(code.type, "en"), in_language(code.category, "en"), code.name("en"))
