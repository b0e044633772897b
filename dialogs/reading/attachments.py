"""Lists that lie in files beside a form (csv, xml, geojson), put inside the form: what is kept needs no other file."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from types import MappingProxyType
from typing import Any
from unicodedata import normalize
from xml.sax.saxutils import escape, quoteattr

from dialogs.form import FormError, Issue
from dialogs.reading.markup import MAX_BYTES, parse
from dialogs.told import told

MAX_ITEMS = 50_000
NO_FILES: Mapping[str, bytes] = MappingProxyType({})
LISTS = frozenset({".csv", ".xml", ".geojson"})
"""Endings of files that hold lists."""
ITEMSETS = "itemsets.csv"
"""The file of the choices of select_one_external: a column `list_name`, then those of a choices sheet."""

_INSTANCE = re.compile(
    r"<((?:[\w-]+:)?instance)\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*?)(?:/>|>(.*?)</\1\s*>)", re.DOTALL
)
_SOURCE = re.compile(r"\bsrc\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")
_EXTERNAL = re.compile(r"<(?:[\w-]+:)?input\b[^>]*\squery\s*=")
_NO_NAME = re.compile(r"[^\w.-]|^(?=[\d.-])")

Row = Mapping[str, str]


def inlined(xml: str, files: Mapping[str, bytes]) -> str:
    """The form with every list put in that one of the files holds; lists whose file is not there stay as they are.

    Raises FormError where a file cannot be read.
    """
    issues: list[Issue] = []
    room = MAX_BYTES - len(xml)

    def put(found: re.Match[str]) -> str:
        nonlocal room
        tag, attributes = found[1], found[2]
        name = _source_of(attributes)
        if name not in files:
            return found[0]
        try:
            inside = _list_of(name, files[name], room)
        except (ValueError, LookupError, TypeError, RecursionError, csv.Error, FormError) as error:
            cause = told("The file “{file}” cannot be read: {error}.", file=name, error=str(error))
            issues.append(Issue(None, "", cause, told("Save it anew.")))
            return found[0]
        room -= len(inside)
        kept = _SOURCE.sub("", attributes).strip().removesuffix("/")
        return f"<{tag} {kept}>{inside}</{tag}>"

    whole = _INSTANCE.sub(put, xml)
    if ITEMSETS in files and _EXTERNAL.search(xml):
        whole = _with_itemsets(whole, files[ITEMSETS], room)
    if issues:
        raise FormError(*issues)
    return whole


def sources(xml: str) -> frozenset[str]:
    """The names of the files that a form takes its lists from."""
    named = {_source_of(found[2]) for found in _INSTANCE.finditer(xml)}
    return frozenset(named - {""} | ({ITEMSETS} if _EXTERNAL.search(xml) else set()))


def _source_of(attributes: str) -> str:
    source = _SOURCE.search(attributes)
    return normalize("NFC", (source[1] or source[2] or "").rpartition("/")[2]) if source else ""


def _list_of(name: str, data: bytes, room: int) -> str:
    if len(data) > MAX_BYTES:
        raise _too_large()
    text = data.decode("utf-8-sig")
    match name.rpartition(".")[2].lower():
        case "csv":
            return _items(_csv_rows(text), room)
        case "geojson":
            return _items(_places(json.loads(text)), room)
        case _:
            parse(text)
            if len(text) > room:
                raise _too_large()
            return _DECLARATION.sub("", text)


def _csv_rows(text: str) -> Iterator[Row]:
    head = text.partition("\n")[0]
    delimiter = ";" if ";" in head and "," not in head else ","
    for row in csv.DictReader(StringIO(text), delimiter=delimiter):
        yield {column: cell or "" for column, cell in row.items() if column and isinstance(cell, str | None)}


def _places(found: Any) -> Iterator[Row]:
    """The features of a collection: their place as XForms writes it, then their properties."""
    if not isinstance(found, dict) or found.get("type") != "FeatureCollection":
        raise ValueError("it is no FeatureCollection")
    for feature in found.get("features", ()):
        row = {"geometry": _geometry(feature.get("geometry") or {})}
        if "id" in feature:
            row["id"] = str(feature["id"])
        row |= {key: _plain(value) for key, value in (feature.get("properties") or {}).items()}
        yield row


def _geometry(geometry: Mapping[str, Any]) -> str:
    match geometry.get("type"):
        case "Point":
            points = [geometry["coordinates"]]
        case "LineString":
            points = geometry["coordinates"]
        case "Polygon":
            points = geometry["coordinates"][0]
        case other:
            raise ValueError(f"a place cannot be a {other}")
    return "; ".join(f"{_plain(point[1])} {_plain(point[0])} 0 0" for point in points)


def _plain(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _items(rows: Iterable[Row], room: int) -> str:
    """The rows as items; `room`: how many characters they may take."""
    written = []
    for number, row in enumerate(rows, 1):
        if number > MAX_ITEMS:
            raise ValueError(f"it has more than {MAX_ITEMS:,} rows")
        cells = ((_NO_NAME.sub("_", column.strip()), escape(cell)) for column, cell in row.items())
        written.append("<item>" + "".join(f"<{name}>{cell}</{name}>" for name, cell in cells) + "</item>")
        room -= len(written[-1])
        if room < 0:
            raise _too_large()
    return f"<root>{''.join(written)}</root>"


def _too_large() -> ValueError:
    return ValueError(f"the form would have more than {MAX_BYTES:,} bytes")


def _with_itemsets(xml: str, data: bytes, room: int) -> str:
    """The form with the lists of ITEMSETS as instances of its model."""
    lists: dict[str, list[Row]] = {}
    for row in _csv_rows(data.decode("utf-8-sig")):
        lists.setdefault(row.get("list_name", ""), []).append(row)
    first = _INSTANCE.search(xml)
    if first is None:
        return xml
    tag = first[1]
    written = "".join(
        f"<{tag} id={quoteattr(name)}>{_items(rows, room)}</{tag}>" for name, rows in lists.items() if name
    )
    return xml[: first.end()] + written + xml[first.end() :]
