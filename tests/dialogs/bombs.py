"""Workbooks that should never be opened, each small as a file and large, deep or slow inside."""

import io
import random
import zipfile
from collections.abc import Callable

SPACE = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = b"""<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
<Override PartName="/xl/sharedStrings.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>"""
OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
ROOT = (
    PACKAGE
    + b'<Relationship Id="r1" Type="'
    + OFFICE
    + b'/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
BOOK = (
    b'<workbook xmlns="' + SPACE + b'" xmlns:r="' + OFFICE + b'"><sheets>'
    b'<sheet name="survey" sheetId="1" r:id="r1"/></sheets></workbook>'
)
PARTS = (
    PACKAGE + b'<Relationship Id="r1" Type="' + OFFICE + b'/worksheet" Target="worksheets/sheet1.xml"/>'
    b'<Relationship Id="r2" Type="' + OFFICE + b'/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
)
COLUMNS = (b"type", b"name", b"label")
HEAD = (
    b"<row>" + b"".join(b'<c t="inlineStr"><is><t>' + each + b"</t></is></c>" for each in COLUMNS) + b"</row>"
)


def workbook(rows: bytes, *, before: bytes = b"", shared: bytes = b"", dimension: bytes = b"") -> bytes:
    """A workbook of one survey sheet with these rows under the usual header."""
    sheet = before + b'<worksheet xmlns="' + SPACE + b'">' + dimension + b"<sheetData>" + HEAD + rows
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", ROOT)
        archive.writestr("xl/workbook.xml", BOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", PARTS)
        archive.writestr("xl/sharedStrings.xml", b'<sst xmlns="' + SPACE + b'">' + shared + b"</sst>")
        archive.writestr("xl/worksheets/sheet1.xml", sheet + b"</sheetData></worksheet>")
    return file.getvalue()


def cell(text: bytes) -> bytes:
    """One cell with its text inside."""
    return b'<c t="inlineStr"><is><t>' + text + b"</t></is></c>"


def noisy_rows(count: int) -> bytes:
    """Rows that hardly pack, so that their number is all there is to stop them."""
    chance = random.Random(1)
    return b"".join(
        b"<row>"
        + cell(b"text")
        + cell(b"n%d" % number)
        + cell(chance.randbytes(20).hex().encode())
        + b"</row>"
        for number in range(count)
    )


def nested_groups(depth: int) -> bytes:
    """Groups within groups, as a Markdown table."""
    opened = "".join(f"| | begin_group | g{number} | G |\n" for number in range(depth))
    closed = "| | end_group | | |\n" * depth
    return f"| survey |\n| | type | name | label |\n{opened}| | text | a | A |\n{closed}".encode()


def references(count: int) -> bytes:
    """One label with very many references."""
    return f"| survey |\n| | type | name | label |\n| | text | a | A |\n| | note | n | {'${a}' * count} |\n".encode()


LAUGHS = (
    b"<!DOCTYPE l [<!ENTITY a 'ha'>"
    + b"".join(
        b"<!ENTITY %c '%s'>" % (letter, b"&%c;" % (letter - 1) * 10) for letter in range(ord("b"), ord("k"))
    )
    + b"]>"
)
OUTSIDE = b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>'

BOMBS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "4 million empty rows": (".xlsx", lambda: workbook(b"<row/>" * 4_000_000), "too large when unpacked"),
    "6 million cells": (
        ".xlsx",
        lambda: workbook((b"<row>" + b"<c/>" * 1_000 + b"</row>") * 6_000),
        "too large",
    ),
    "one string of 30 MB": (
        ".xlsx",
        lambda: workbook(b"<row>" + cell(b"x" * 30_000_000) + b"</row>"),
        "too large",
    ),
    "30 MB of spaces": (".xlsx", lambda: workbook(b" " * 30_000_000), "too large when unpacked"),
    "5 million shared strings": (".xlsx", lambda: workbook(b"", shared=b"<si/>" * 5_000_000), "too large"),
    "8,000 rows that hardly pack": (".xlsx", lambda: workbook(noisy_rows(8_000)), "More than 5,000 rows"),
    "billion laughs": (".xlsx", lambda: workbook(cell(b"&j;"), before=LAUGHS), "cannot be read (ValueError)"),
    "an entity from outside": (
        ".xlsx",
        lambda: workbook(cell(b"&a;"), before=OUTSIDE),
        "cannot be read (ValueError)",
    ),
    "cut off": (".xlsx", lambda: workbook(b"")[:-40], "This is not a workbook"),
    "no zip": (".xlsx", lambda: b"PK\x03\x04" + b"\0" * 100, "This is not a workbook"),
    "2,400 nested groups": (".md", lambda: nested_groups(2_400), "cannot be read (RecursionError)"),
    "a cell of 40,000 characters": (".md", lambda: references(10_000), "longer than 20,000 characters"),
    "6 MB of table": (".md", lambda: b"| survey |\n" * 600_000, "at most 5,242,880 are read"),
}
"""What it is → the kind of file, how it is made, and what is said of it."""
