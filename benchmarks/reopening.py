"""Whether LibreOffice opens what we give away, and gives it back: `python -m benchmarks.reopening [--keep FOLDER]`.

It needs LibreOffice (`soffice`); nobody sits at it. Exports are written with texts that spreadsheets like to take for
something else, and some that nobody sees. A workbook is opened and saved as each kind of table, and every cell is held
against what was written. A CSV file is opened in the ways a person can: with everything as it is offered, with “Format
quoted field as text”, with every column as text. The report's Word file is opened in twelve languages, saved as
OpenDocument, that as a Word file, and held against the first one; its PDF is made too, to be looked at with `--keep`.
"""

import argparse
import asyncio
import csv
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn
from openpyxl import load_workbook

from benchmarks.__main__ import machine
from benchmarks.takeaway import told
from bot import compiling, synthetic
from bot.chapters import Writer
from bot.exports.cells import LONGEST
from bot.exports.columns import Row, Table, columns
from bot.exports.kinds import WRITERS, describe
from bot.frame import of_form
from bot.paper.letter import docx as letter
from bot.people import Partner
from bot.ports import Unit
from bot.report import Ledger, Period
from storage.database import Database
from storage.opening import migrate
from storage.sealing import Keys
from tests.deeds.stage import catalogs, forms

TEXTS = (
    *("=1+1", "@SUM(A1)", "+cmd", "-2+3", '=HYPERLINK("http://example.org")'),
    *("＝1+1", "'quoted", "'", "#N/A", "_x0041_", "<b>&amp;", "https://example.org"),
    *("00123", "12345678901234567890", "1.50", "3,5", "1e9", "10%", "$5", "１２", "٣٤", "TRUE", "1"),
    *("2026-01-02", "1/2", "12:30", "3 March", "uuid:1"),
    *("one\ntwo", "\nfirst", "last\n", "a,b;c", 'say "so"', '"'),
    *("a\tb", "\ttab", " before", "behind ", "a  b", "\u00a0"),
    *("مرحبا، بيتنا 3 غرف", "ہم پانچ ہیں", "می\u200cخواهم", "আমরা ভালো নেই", "नमस्ते"),
    *("孩子们", "Привет", "ô, ñ", "👩🏽‍🌾"),
    *("\u200f", "\u200e", "\u200b", "\u202eabc", "\ufeffmark", "a\u2028b", "x" * (LONGEST + 1_000)),
)
"""What is taken for formulas, numbers, days and links; what stands in lines; every direction; what nobody sees."""

BARE = "44,34,76,1"
"""A CSV file as LibreOffice reads it: comma, quote, UTF-8, from the first line."""

WAYS: Mapping[str, str] = {
    "as it is offered": f"CSV:{BARE}",
    "quoted is text": f"CSV:{BARE},,0,true",
    "all columns are text": f"CSV:{BARE},{'/'.join(f'{n}/2' for n in range(1, 61))}",
}
"""How a person can open a CSV file."""

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
YEAR = Period(date(2025, 11, 1), date(2026, 10, 31))
VOICES = 1_500
"""So many there are in the report."""

Sheets = dict[str, list[list[object]]]


class Office:
    """LibreOffice with a profile of its own."""

    def __init__(self, folder: Path) -> None:
        found = shutil.which("soffice")
        if found is None:
            raise SystemExit(
                "LibreOffice is not here: `soffice` is not found (apt install libreoffice-calc libreoffice-writer)."
            )
        self._asked = [found, f"-env:UserInstallation=file://{folder / 'profile'}", "--headless"]
        self._folder = folder
        self._saved = 0
        self.version = subprocess.run(
            [*self._asked, "--version"], check=True, capture_output=True, text=True
        ).stdout

    def saves(self, path: Path, kind: str, how: str = "") -> Path:
        """The folder with a file as it saves it as that kind. `how`: it is to open it."""
        self._saved += 1
        into = self._folder / str(self._saved)
        reading = [f"--infilter={how}"] if how else []
        asked = [*self._asked, *reading, "--convert-to", kind, "--outdir", str(into), str(path)]
        subprocess.run(asked, check=True, capture_output=True)
        return into

    def saves_one(self, path: Path, kind: str, how: str = "") -> Path:
        """The one file."""
        [found] = self.saves(path, kind, how).iterdir()
        return found


def rows() -> Iterator[Row]:
    """A voice for each text, and the text wherever people choose what stands there."""
    for n, text in enumerate(TEXTS):
        yield Row(
            id=f"uuid:{n:032x}",
            day="2026-01-02",
            partner="Open Hands",
            association=text[:LONGEST],
            campaign="1/2",
            country="MG",
            region="Madagascar",
            language="fr",
            form="testimony",
            version="1",
            state="accepted",
            themes=("food",),
            theme_names=(text[:100],),
            answers={"entry": "adult", "told/story": text},
        )


def exported(folder: Path, kind: str) -> Path:
    """A folder with them as that kind, and their dictionary."""
    form = told()
    frame = of_form(form)
    table = Table("Open Hands", "testimony", columns([form], frame), frame)
    folder /= kind
    folder.mkdir()
    describe(table, folder)
    writer = WRITERS[kind](table, folder)
    writer.add(rows())
    writer.close()
    return folder


def of_book(path: Path) -> Sheets:
    """The cells of a workbook by sheet: texts; what is no text is what it was taken for."""
    return {
        sheet.title: [[_cell(each) for each in line] for line in sheet.iter_rows()]
        for sheet in load_workbook(path)
    }


def _cell(cell: Any) -> object:
    if cell.data_type == "f":
        return ("formula", cell.value)
    if not isinstance(cell.value, str):
        return "" if cell.value is None else (type(cell.value).__name__, cell.value)
    return cell.value


def ours(path: Path) -> Sheets:
    """The same of a workbook of ours: `_x0041_` is a character (ECMA-376 22.9.2.19), which openpyxl reads where
    strings are shared alone.
    """
    return {
        title: [[_decoded(each) if isinstance(each, str) else each for each in line] for line in lines]
        for title, lines in of_book(path).items()
    }


def _decoded(text: str) -> str:
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


def of_csv(path: Path) -> list[list[object]]:
    """The cells of a CSV file, as they stand in it."""
    return [list(each) for each in csv.reader(StringIO(path.read_bytes().decode("utf-8-sig"), newline=""))]


def held(name: str, how: str, before: Sheets, after: Sheets) -> None:
    """Print how many cells are the same, and what became of the others."""
    count: Counter[str] = Counter()
    others: dict[str, None] = {}
    for title, lines in before.items():
        now = after.get(title, [])
        for n, line in enumerate(lines):
            there = now[n] if n < len(now) else []
            for at, cell in enumerate(line):
                found = there[at] if at < len(there) else ""
                what = "same" if found == cell else found[0] if isinstance(found, tuple) else "other"
                count[what] += 1
                if what != "same":
                    others[f"{cell!r:.40} → {found!r:.50}"] = None
    numbers = sum(count[each] for each in ("int", "float", "bool", "datetime", "time", "timedelta"))
    told = (sum(count.values()), count["same"], numbers, count["formula"], count["other"])
    print(f"| {name} | {how} | " + " | ".join(f"{each:,}" for each in told) + " |", flush=True)
    for each in list(others)[:12]:
        print(f"    {each}")


def books(office: Office, folder: Path) -> None:
    """Every workbook, saved as every kind of table."""
    found = [*exported(folder, "xlsx").glob("*.xlsx"), *exported(folder, "redcross").glob("*.xlsx")]
    for path in found:
        before = ours(path)
        held(path.name, "saved as .xlsx", before, of_book(office.saves_one(path, "xlsx")))
        held(
            path.name,
            "saved as .ods",
            before,
            of_book(office.saves_one(office.saves_one(path, "ods"), "xlsx")),
        )
        lines = office.saves(
            path, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,false,false,false,-1"
        )
        after = {title: of_csv(lines / f"{path.stem}-{title}.csv") for title in before}
        held(path.name, "saved as .csv", before, after)


def tables(office: Office, folder: Path) -> None:
    """Every CSV file, opened in every way."""
    for path in (*exported(folder, "csv").glob("*.csv"), *exported(folder, "hxl").glob("voices*.csv")):
        for name, how in WAYS.items():
            [after] = of_book(office.saves_one(path, "xlsx", how)).values()
            held(path.name, name, {"": of_csv(path)}, {"": after})


def letters(office: Office, folder: Path, keep: Path | None) -> None:
    """The Word file of the report in every language."""
    for language, content in asyncio.run(_letters(folder)).items():
        path = folder / f"report-{language}.docx"
        path.write_bytes(content)
        back = office.saves_one(office.saves_one(path, "odt"), "docx")
        printed = office.saves_one(path, "pdf")
        before, after = _read(path), _read(back)
        told = " | ".join(
            f"{len(before[each]):,}" if before[each] == after[each] else "OTHER" for each in before
        )
        print(f"| {language} | {told} |", flush=True)
        if keep is not None:
            keep.mkdir(exist_ok=True)
            shutil.copy(path, keep)
            shutil.copy(printed, keep)


async def _letters(folder: Path) -> Mapping[str, bytes]:
    """Of invented voices."""
    url = f"sqlite:///{folder / 'voices.db'}"
    migrate(url)
    store = Database.open(url, Keys.make(folder / "key"))
    partner = Partner("mmm", "Make Mothers Matter", 7, "hello@example.org")

    def begin(unit: Unit) -> None:
        unit.people.add_partner(partner)
        for form in forms():
            unit.forms.publish(form, NOW)

    await store.transact(begin)
    await synthetic.fill(store, [partner.id], VOICES, NOW)
    gathered = await compiling.compiled(store, catalogs(), (partner,), YEAR, NOW)
    await store.close()
    return {
        each.code: letter(Writer(gathered, Ledger(gathered), catalogs(), each.code).paper())
        for each in catalogs().languages
    }


def _read(path: Path) -> Mapping[str, Sequence[object]]:
    """What a Word file says: paragraphs with the side they are read from, cells, tables by their side, pictures."""
    document = docx.Document(str(path))
    body = document.element.body
    texts = [(each.text, each._p.find(f".//{qn('w:bidi')}") is not None) for each in document.paragraphs]
    return {
        "paragraphs": [each for each in texts if each[0]],
        "cells": [cell.text for table in document.tables for row in table.rows for cell in row.cells],
        "tables": [
            next(table.iter(qn("w:bidiVisual")), None) is not None for table in body.iter(qn("w:tbl"))
        ],
        "pictures": [each.get("descr") for each in body.iter(qn("wp:docPr"))],
    }


def main() -> None:
    """Open all of it, and print tables for docs/figures.md."""
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("--keep", type=Path, metavar="FOLDER", help="Word files and PDFs are kept there")
    asked = asking.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        office = Office(folder)
        print(machine(), office.version.strip(), sep="\n")
        print("| file | opened, saved | cells | the same | numbers and days | formulas | other |")
        print("|---|---|---|---|---|---|---|")
        books(office, folder)
        tables(office, folder)
        print("| language | paragraphs | cells | tables | pictures |\n|---|---|---|---|---|")
        letters(office, folder, asked.keep)


if __name__ == "__main__":
    main()
