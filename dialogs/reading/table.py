"""The tables of a workbook: their headers, their cells, and XLSForm's own names of columns."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

Rows = Sequence[Mapping[str, str]]
NO_LISTS: Mapping[str, Rows] = MappingProxyType({})

_OWN = {
    "command": "type",
    "tag": "name",
    "value": "name",
    "caption": "label",
    "calculate": "calculation",
    "relevance": "relevant",
    "read_only": "readonly",
    "count": "repeat_count",
}
"""XLSForm's own names of columns that have two."""


def own_name(column: str) -> str:
    """XLSForm's name of a column, without language: `label` for "Label::French (fr)" and for "caption"."""
    head = re.split(r"::?", column.removeprefix("bind::"))[0].strip().lower().replace(" ", "_")
    return _OWN.get(head, head)


def written_as(headers: Sequence[str], column: str) -> str:
    """The header under which a sheet has XLSForm's `column`; that name itself where it has none."""
    return next((header for header in headers if own_name(header) == column), column)


def cell_of(row: Mapping[str, Any], *columns: str) -> str:
    """What stands in the first of these columns, however its name is capitalised; "" where there is none."""
    return next(
        (str(found) for column, found in row.items() if column.lower() in columns and found is not None), ""
    )


def headers_of(header: Sequence[Mapping[str, Any]] | None, rows: Rows) -> list[str]:
    """The headers of a sheet, and what its rows have beside them."""
    first = next(iter(header or ()), {})
    return list(dict.fromkeys([*first, *(column for row in rows for column in row)]))
