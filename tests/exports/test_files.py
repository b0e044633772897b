"""Any text leaves in every kind of file, and is there again when the file is opened: whole, text, and nothing else."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from io import StringIO
from itertools import count
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot.exports import workbook
from bot.exports.cells import STARTS, guarded, pieces, sound
from bot.exports.columns import FIXED, Column, Row, Table
from bot.exports.kinds import WRITERS, describe
from bot.exports.record import KINDS, XFORM
from bot.frame import Code, Frame

FRAME = Frame("kit", "1", (Code("wells", {"en": "Wells"}, {"en": "Water"}, {"en": "Need"}),))
COLUMNS = (
    *FIXED,
    Column("answer/story", "Asked: What is hard?", "text", "#description+answer+q1", own=True),
    Column("answer/child/age", "Asked: How old?", "integer", "#description+answer+q2"),
)
TABLE = Table("Open Hands", "testimony", COLUMNS, FRAME)
LONG = "كلمة \N{PILE OF POO} " * 6_000
"""More than a cell of Excel holds, in two directions, with characters that Excel counts twice."""

NASTY = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", "＝1", "＋1", "－1", "＠1", "'=1", "'", "''"),
    *(
        'a,b;c\t"d"\r\n e\n',
        " =1",
        "_x0041_",
        "_x005F_x0041_",
        "https://example.org",
        "#N/A",
        "1e9",
        "<b>&amp;",
    ),
    *(
        "مرحبا \u200fbonjour\u200e",
        "\u202eabc",
        "می\u200cخواهم",
        "नमस्ते",
        "\ud800x",
        "\x0b\x1f\uffff",
        "",
        " ",
    ),
)

seeds = count()
words = st.one_of(st.text(max_size=60), st.sampled_from(NASTY), st.sampled_from([LONG]))


def row(id: str = "uuid:1", **more: object) -> Row:
    told = {
        "day": "2026-01-31",
        "partner": "Open Hands",
        "association": "",
        "campaign": "",
        "country": "MG",
        "region": "Madagascar",
        "language": "fr",
        "form": "testimony",
        "version": "1",
        "state": "accepted",
        "themes": ("wells",),
        "theme_names": ("Wells",),
    }
    return Row(id, **{**told, **more})  # type: ignore[arg-type]  # fields by their names


def taken_out(kind: str, folder: Path, *rows: Row) -> Path:
    """A folder of its own with these voices in it."""
    folder /= str(next(seeds))
    folder.mkdir()
    writer = WRITERS[kind](TABLE, folder)
    for each in rows:
        writer.add([each])
    writer.close()
    return folder


Sheet = list[list[str]]


def of_csv(path: Path) -> Sheet:
    """As README.txt says: one apostrophe goes where a cell begins with one. No cell begins as it may not."""
    text = path.read_bytes().decode("utf-8-sig")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    found = list(csv.reader(StringIO(text, newline=""), strict=True))
    assert not [cell for line in found for cell in line if cell[:1] in STARTS - {"'"} and cell]
    return [[cell.removeprefix("'") for cell in line] for line in found]


def of_book(path: Path) -> dict[str, Sheet]:
    """The sheets; every cell is a string, and no part is a link or a formula."""
    with ZipFile(path) as parts:
        assert parts.testzip() is None
        assert not [name for name in parts.namelist() if "sheets/_rels" in name or "external" in name]
        assert not any(b"<f" in parts.read(n) or b"hyperlink" in parts.read(n) for n in parts.namelist())
    book = load_workbook(path)
    cells = {sheet.title: [list(each) for each in sheet.iter_rows()] for sheet in book}
    kinds = {cell.data_type for lines in cells.values() for line in lines for cell in line if cell.value}
    assert kinds == {"s"}
    assert not any(cell.hyperlink for lines in cells.values() for line in lines for cell in line)
    return {
        title: [[_decoded(cell.value or "") for cell in line] for line in lines]
        for title, lines in cells.items()
    }


def _decoded(text: str) -> str:
    """As Excel reads what ECMA-376 escapes (22.9.2.19); openpyxl leaves that to others in cells of this type."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


def whole(lines: Sheet, continued: Sheet, at: int = 1) -> dict[str, str]:
    """A row by its columns, its long cells put together again."""
    found = dict(zip(lines[0], lines[at], strict=True))
    going_on = found.pop("continued").split("; ")
    for voice, column, part, text in continued[1:]:
        assert (voice, column in going_on, int(part) >= 2) == (found["id"], True, True)
        found[column] += text
    return found


def csv_back(folder: Path) -> Iterator[str]:
    lines = of_csv(folder / "voices.csv")
    beside = folder / "continued.csv"
    yield whole(lines, of_csv(beside) if beside.exists() else [])["answer/story"]


def hxl_back(folder: Path) -> Iterator[str]:
    names, tags, told = of_csv(folder / "voices.hxl.csv")
    assert tags == [*(column.hxl for column in COLUMNS), "#meta+continued"]
    beside = folder / "continued.csv"
    yield whole([names, told], of_csv(beside) if beside.exists() else [])["answer/story"]


def xlsx_back(folder: Path) -> Iterator[str]:
    sheets = of_book(folder / "voices.xlsx")
    yield whole(sheets["voices"], sheets.get("continued", []))["answer/story"]


def jsonl_back(folder: Path) -> Iterator[str]:
    [line] = (folder / "voices.jsonl").read_text("utf-8").split("\n")[:-1]
    yield json.loads(line)["answers"].get("story", "")


def geojson_back(folder: Path) -> Iterator[str]:
    [feature] = json.loads((folder / "voices.geojson").read_bytes())["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [48, -19]}
    yield feature["properties"]["answers"].get("story", "")


def coda_back(folder: Path) -> Iterator[str]:
    [message] = json.loads((folder / "messages.json").read_bytes())
    [label] = message["Labels"]
    scheme = json.loads((folder / "scheme.json").read_bytes())
    assert (label["SchemeID"], label["CodeID"]) == (scheme["SchemeID"], scheme["Codes"][0]["CodeID"])
    assert (message["MessageID"], message["CreationDateTimeUTC"]) == ("uuid:1:story", "2026-01-31T00:00:00Z")
    yield message["Text"]


def redcross_back(folder: Path) -> Iterator[str]:
    sheets = of_book(folder / "feedback.xlsx")
    told = whole(sheets["feedback"], sheets.get("continued", []))
    assert [told[each] for each in ("type", "category", "code")] == ["Need", "Water", "Wells"]
    yield told["feedback message"]


BACK: dict[str, Callable[[Path], Iterator[str]]] = {
    "csv": csv_back,
    "hxl": hxl_back,
    "xlsx": xlsx_back,
    "jsonl": jsonl_back,
    "geojson": geojson_back,
    "coda": coda_back,
    "redcross": redcross_back,
}
"""How each kind is opened again."""


def test_every_kind_is_opened_again_here() -> None:
    assert BACK.keys() == WRITERS.keys() == KINDS.keys() - {XFORM}


@pytest.mark.parametrize("kind", WRITERS)
def test_what_is_nasty_comes_back(kind: str, tmp_path: Path) -> None:
    """S11, S13: each by itself, as it is, but for what no such file can hold, which is replaced and never left out."""
    for text in (*NASTY, LONG):
        if text.strip() or kind not in ("coda", "redcross"):  # no message says nothing
            folder = taken_out(kind, tmp_path, row(answers={"story": text} if text else {}))
            assert list(BACK[kind](folder)) == [sound(text)], repr(text[:20])
            assert len(sound(text)) == len(text)


@pytest.mark.parametrize("kind", WRITERS)
@given(text=words.filter(lambda text: bool(text.strip())))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_back(kind: str, tmp_path: Path, text: str) -> None:
    """S11."""
    folder = taken_out(kind, tmp_path, row(answers={"story": text}))
    assert list(BACK[kind](folder)) == [sound(text)]


@given(st.text(max_size=40), st.integers(8, 60))
def test_pieces_fit_and_join(text: str, most: int) -> None:
    found = pieces(text * 7, most)
    assert "".join(found) == text * 7
    assert all(len(each.encode("utf-16-le", "surrogatepass")) <= 2 * most for each in found)


def test_what_excel_would_compute_never_begins_a_cell() -> None:
    """S11: the list of the requirement, and an apostrophe, so that taking one away always gives what was said."""
    for each in ("=", "+", "-", "@", "\t", "\r", "\0", "＝", "＋", "－", "＠", "'"):
        assert guarded(f"{each}x") == f"'{each}x"
    assert guarded(" \u3000＝x") == "' \u3000＝x"  # some spreadsheets take spaces away first
    assert [guarded(each) for each in ("x=", "", "#tag")] == ["x=", "", "#tag"]


def test_the_rounds_of_a_repeat_stand_in_one_cell_of_a_table_and_by_themselves_in_json(
    tmp_path: Path,
) -> None:
    told = row(answers={"child[1]/age": "7", "child[2]/age": "9"})
    lines = of_csv(taken_out("csv", tmp_path, told) / "voices.csv")
    assert dict(zip(*lines, strict=True))["answer/child/age"] == "7\n9"
    line = json.loads((taken_out("jsonl", tmp_path, told) / "voices.jsonl").read_bytes())
    assert line["answers"] == {"child[1]/age": "7", "child[2]/age": "9"}


def test_where_no_country_is_known_there_is_no_point(tmp_path: Path) -> None:
    """S6: the same point for everybody in a country, in whole degrees; never anybody's own."""
    folder = taken_out("geojson", tmp_path, row(country=""), row(country="BR"), row(country="XK"))
    found = json.loads((folder / "voices.geojson").read_bytes())["features"]
    assert [each["geometry"] and each["geometry"]["coordinates"] for each in found] == [
        None,
        [-47, -24],
        None,
    ]


def test_a_full_sheet_is_followed_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "ROWS", 3)
    rows = [row(id=f"uuid:{n}", answers={"story": "x"}) for n in range(5)]
    sheets = of_book(taken_out("xlsx", tmp_path, *rows) / "voices.xlsx")
    ids = [[line[0] for line in sheets[each]] for each in ("voices", "voices 2", "voices 3")]
    assert ids == [["id", "uuid:0", "uuid:1"], ["id", "uuid:2", "uuid:3"], ["id", "uuid:4"]]
    assert sheets["dictionary"][0] == ["column", "meaning", "type"]


def test_the_dictionary_has_every_column_and_code(tmp_path: Path) -> None:
    describe(TABLE, tmp_path)
    columns = of_csv(tmp_path / "dictionary.csv")
    assert [line[0] for line in columns[1:]] == [column.name for column in COLUMNS]
    assert all(line[1] and line[2] and line[3].startswith("#") for line in columns[1:])
    states = [line[1] for line in of_csv(tmp_path / "codes.csv") if line[0] == "state"]
    assert states == ["received", "in_review", "accepted", "returned"]
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
