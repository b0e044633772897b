"""The annex: every table of the report as CSV, which fields each number adds up, quotes, and the code frame."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

from bot.blocks import unmarked
from bot.exports.cells import guarded, sound
from bot.report import Gathered, Ledger, sides

Name = Callable[[str, str], str]
"""What a value is called, by what it sorts by."""


def files(gathered: Gathered, ledger: Ledger, name: Name) -> Mapping[str, bytes]:
    """Each file by its name. A field of few people, or of none, is empty."""
    tables = {f"{table}.csv": _table(gathered, table, name) for table in gathered.tables}
    more: Mapping[str, list[Sequence[str]]] = {
        "numbers": [
            ("number", "value", "table", "where"),
            *((n.id, str(n.value), n.table, urlencode(n.where)) for n in ledger.numbers.values()),
        ],
        "quotes": [
            ("receipt", "chapter", "language", "country", "month", "words"),
            *((q.receipt, q.chapter, q.language, q.country, q.month, q.words) for q in gathered.quotes),
        ],
        "initiatives": [
            ("receipt", "language", "country", "month", "what", "for_whom", "missing"),
            *(
                (i.receipt, i.language, i.country, i.month, i.what, i.whom, i.missing)
                for i in gathered.initiatives
            ),
        ],
        "codes": [
            ("code", "theme", "meaning"),
            *(
                (code.id, unmarked(name("theme", code.id)), code.meaning(None))
                for code in gathered.themes.codes
            ),
        ],
    }
    return tables | {f"{file}.csv": _csv(rows) for file, rows in more.items()}


def _table(gathered: Gathered, table: str, name: Name) -> bytes:
    by = sides(table)
    head = [column for side in by for column in (side, f"{side}_name")]
    rows: list[Sequence[str]] = [[*head, "people"]]
    for cell, number in gathered.cells(table):
        named = [
            column
            for side, value in zip(by, cell, strict=True)
            for column in (value, unmarked(name(side, value)))
        ]
        rows.append([*named, "" if number is None else str(number)])
    return _csv(rows)


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    """As spreadsheets open it: UTF-8 that says so, and no text that one would take for a formula (S11)."""
    written = io.StringIO()
    csv.writer(written).writerows([[guarded(sound(each)) for each in row] for row in rows])
    return written.getvalue().encode("utf-8-sig")
