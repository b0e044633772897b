"""The codebook: a code frame as a file, a workbook's sheets or Coda's JSON code scheme; read, and written as exactly.

Workbook: columns type, category, code as in the IFRC's Community Feedback Kit; docs/frames.md has them all.
Coda: github.com/AfricasVoices/CodaV2, docs/data_formats.md. What one of the two cannot say is kept in the other:
Coda's own fields in a column `coda`, ours under "Voices".
"""

import json
import re
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.frame import NORMAL, SHARE, Code, Frame, FrameFault, Mistake, Texts, in_language

Rows = Sequence[Sequence[str]]
"""The rows of a sheet, the first its headers."""
Sheets = Mapping[str, Rows]

OURS = "Voices"
"""Where Coda's scheme keeps what it has no field for."""

NEEDED = ("type", "category", "code")
_TEXTS = {
    "type": "type",
    "category": "category",
    "code": "names",
    "definition": "definition",
    "example": "example",
    "keywords": "keywords",
}
"""Columns that may stand in several languages, and what they are of a Code."""
_ID, _RETIRED, _CODA = "code_id", "retired", "coda"
_SETTINGS = ("name", "version", "second_coding", "coda")
_YES = {"yes": True, "true": True, "1": True, "": False, "no": False, "false": False, "0": False}
_SIGNS = re.compile(r"[^a-z]+")


# -- a workbook -------------------------------------------------------------------------------------------------------


def from_sheets(sheets: Sheets, name: str, language: Mapping[str, str]) -> Frame:
    """The frame in a workbook: its first sheet that has the columns, and `settings`. A version that is not said is "".

    `name`: of a frame that does not say its own; `language`: codes of languages, by all names they are called by.
    FrameFault.
    """
    settings = _settings(sheets)
    mistakes: list[Mistake] = []
    codes = tuple(_codes(_sheet(sheets), language, mistakes))
    second = settings.get("second_coding", "") or str(SHARE)
    if not (second.isdecimal() and int(second) <= 100):
        mistakes.append(
            Mistake(
                2,
                f"settings: second_coding is “{second}”.",
                "Write a whole number from 0 to 100 (of a hundred).",
            )
        )
    coda = _json(settings.get("coda", ""), 2, mistakes)
    if mistakes:
        raise FrameFault(*mistakes)
    return Frame(settings.get("name") or name, settings.get("version", ""), codes, int(second), coda)


def to_sheets(frame: Frame) -> dict[str, list[list[str]]]:
    """The frame as the sheets of a workbook, which `from_sheets` reads back."""
    columns = [_ID]
    for column, part in _TEXTS.items():
        languages = dict.fromkeys(each for code in frame.codes for each in getattr(code, part))
        if column in NEEDED:
            languages = dict.fromkeys(["", *languages])
        columns += [f"{column}::{each}" if each else column for each in languages]
    columns.append(_RETIRED)
    if any(code.coda for code in frame.codes):
        columns.append(_CODA)
    columns += dict.fromkeys(column for code in frame.codes for column in code.more)
    rows = [[_cell(code, column) for column in columns] for code in frame.codes]
    settings = [frame.name, frame.version, str(frame.second), _dump(frame.coda)]
    return {"codes": [columns, *rows], "settings": [list(_SETTINGS), settings]}


def _sheet(sheets: Sheets) -> Rows:
    for rows in sheets.values():
        headers = [_plain(each) for each in rows[0]] if rows else []
        if "code" in headers or any(each.startswith("code::") for each in headers):
            return rows
    raise FrameFault(
        Mistake(
            1, "No sheet has a column “code”.", "Name the columns of the first row: type, category, code."
        )
    )


def _codes(rows: Rows, language: Mapping[str, str], mistakes: list[Mistake]) -> list[Code]:
    headers = [_header(each, language) for each in rows[0]]
    columns = [column for column, _ in headers]
    mistakes += [
        Mistake(1, f"The column “{needed}” is missing.", "Add it; its cells may be empty, those of code not.")
        for needed in NEEDED
        if needed not in columns
    ]
    mistakes += [
        Mistake(1, f"The column “{'::'.join(filter(None, twice))}” stands there twice.", "Keep one of them.")
        for twice, count in Counter(headers).items()
        if twice[0] and count > 1
    ]
    codes = []
    for number, row in enumerate(rows[1:], start=2):
        cells = dict(zip(headers, row, strict=False))
        if any(cell.strip() for cell in row):
            codes.append(_code(cells, number, mistakes))
    return codes


def _code(cells: Mapping[tuple[str, str], str], number: int, mistakes: list[Mistake]) -> Code:
    texts: dict[str, dict[str, str]] = {part: {} for part in _TEXTS.values()}
    plain, more = {_ID: "", _RETIRED: "", _CODA: ""}, {}
    for (column, language), written in cells.items():
        cell = written.strip()
        if not cell:
            continue
        if column in _TEXTS:
            texts[_TEXTS[column]][language] = cell
        elif column in plain:
            plain[column] = cell
        elif column:
            more[column] = cell
    if not texts["names"]:
        mistakes.append(
            Mistake(number, "The code has no name.", "Write it in the column code, or empty the row.")
        )
    if plain[_RETIRED].strip().casefold() not in _YES:
        mistakes.append(
            Mistake(
                number,
                f"retired is “{plain[_RETIRED]}”.",
                "Write yes for a code that is no longer given, else nothing.",
            )
        )
    return Code(
        plain[_ID],
        **texts,
        retired=_YES.get(plain[_RETIRED].strip().casefold(), False),
        coda=_json(plain[_CODA], number, mistakes),
        more=more,
        row=number,
    )


def _settings(sheets: Sheets) -> dict[str, str]:
    rows = next((rows for name, rows in sheets.items() if _plain(name) == "settings"), [])
    return dict(zip(map(_plain, rows[0]), map(str.strip, rows[1]), strict=False)) if len(rows) > 1 else {}


def _header(written: str, language: Mapping[str, str]) -> tuple[str, str]:
    """A column's name and its language: ("code", "fr") for "Code::Français (fr)"; columns we do not know stay."""
    head, _, tongue = written.partition("::")
    column = _plain(head)
    if column in _TEXTS:
        found = re.search(r"\(\s*([\w-]+)\s*\)\s*$", tongue)
        tongue = tongue.strip()
        return column, found[1] if found else language.get(tongue.casefold(), tongue)
    return (column, "") if column in (_ID, _RETIRED, _CODA) and not tongue else (written.strip(), "")


def _plain(header: str) -> str:
    return header.strip().casefold().replace(" ", "_")


def _cell(code: Code, column: str) -> str:
    head, _, language = column.partition("::")
    match column:
        case "code_id":
            return code.id
        case "retired":
            return "yes" if code.retired else ""
        case "coda":
            return _dump(code.coda)
        case _ if column in code.more:
            return code.more[column]
        case _ if head in _TEXTS:
            texts: Texts = getattr(code, _TEXTS[head])
            return texts.get(language, "")
    return ""


def _dump(plain: Mapping[str, Any]) -> str:
    return json.dumps(plain, ensure_ascii=False) if plain else ""


def _json(cell: str, number: int, mistakes: list[Mistake]) -> dict[str, Any]:
    try:
        found = json.loads(cell) if cell else {}
    except ValueError:
        found = None
    if not isinstance(found, dict):
        mistakes.append(
            Mistake(number, "coda is not what we wrote there.", "Leave it as it was, or empty it.")
        )
        return {}
    return found


# -- Coda -------------------------------------------------------------------------------------------------------------


def from_coda(text: str) -> Frame:
    """The frame in a code scheme of Coda. FrameFault."""
    try:
        scheme = json.loads(text)
    except ValueError as error:
        raise FrameFault(
            Mistake(None, "This is no JSON.", "Send the code scheme as Coda's tools wrote it.")
        ) from error
    mistakes = _missing(scheme, {"SchemeID": str, "Name": str, "Version": str, "Codes": list}, None)
    if not mistakes:
        for number, code in enumerate(scheme["Codes"], start=1):
            mistakes += _missing(code, {"CodeID": str, "DisplayText": str}, number)
    if mistakes:
        raise FrameFault(*mistakes)
    ours = scheme.get(OURS, {})
    bare = Frame(scheme["Name"], scheme["Version"], (), ours.get("second", SHARE))
    codes = tuple(_from_coda(code, number) for number, code in enumerate(scheme["Codes"], start=1))
    said = {key: value for key, value in scheme.items() if key not in ("Name", "Version", "Codes", OURS)}
    return replace(bare, codes=codes, coda=_unlike(said, _scheme(bare)))


def to_coda(frame: Frame) -> str:
    """The frame as a code scheme of Coda, which `from_coda` reads back."""
    displays = [_display(code) for code in frame.codes]
    codes = []
    for code, display in zip(frame.codes, displays, strict=True):
        if displays.count(display) > 1:  # Coda wants each to be another
            display = f"{in_language(code.category, None) or code.id}: {display}"
        said = {"CodeID": code.id, "DisplayText": display, "VisibleInCoda": not code.retired}
        ours = {part: dict(texts) for part in _TEXTS.values() if (texts := getattr(code, part))}
        if ours == {"names": {"": display}}:
            ours = {}
        if code.more:
            ours["more"] = dict(code.more)
        fields = {**_invented(code.id), **code.coda, **said, **({OURS: ours} if ours else {})}
        codes.append({key: value for key, value in fields.items() if value is not None})
    scheme = {**_scheme(frame), **frame.coda, "Name": frame.name, "Version": frame.version, "Codes": codes}
    if frame.second != SHARE:
        scheme[OURS] = {"second": frame.second}
    return json.dumps(scheme, ensure_ascii=False, indent=2) + "\n"


def _from_coda(said: Mapping[str, Any], number: int) -> Code:
    given = said.get(OURS, {})
    ours = {part: given[part] for part in (*_TEXTS.values(), "more") if part in given}
    names = ours.pop("names", {})
    display = said["DisplayText"]
    if not names or not display.endswith(in_language(names, None)):  # it was named anew in Coda
        names = {**names, "": display}
    own = ("CodeID", "DisplayText", "VisibleInCoda", OURS)
    coda = {key: value for key, value in said.items() if key not in own}
    return Code(
        said["CodeID"],
        names,
        retired=not said.get("VisibleInCoda", True),
        coda=_unlike(coda, _invented(said["CodeID"])),
        row=number,
        **ours,
    )


def _display(code: Code) -> str:
    return in_language(code.names, None)


def _invented(id: str) -> dict[str, Any]:
    """What Coda wants of every code and our frames do not have; the same for an id in all versions."""
    return {"CodeType": NORMAL, "NumericValue": zlib.crc32(id.encode()), "StringValue": id}


def _scheme(frame: Frame) -> dict[str, Any]:
    return {
        "SchemeID": f"Scheme-{_SIGNS.sub('-', frame.name.casefold()).strip('-') or zlib.crc32(frame.name.encode())}"
    }


def _unlike(said: Mapping[str, Any], invented: Mapping[str, Any]) -> dict[str, Any]:
    """What is said otherwise than we would say it; None for what is not said at all."""
    left_out: dict[str, Any] = dict.fromkeys(key for key in invented if key not in said)
    return left_out | {
        key: value for key, value in said.items() if key not in invented or invented[key] != value
    }


def _missing(said: Any, wanted: Mapping[str, type], number: int | None) -> list[Mistake]:
    where = f"The code number {number}" if number else "The scheme"
    if not isinstance(said, dict):
        return [Mistake(None, f"{where} is no object.", "Send the code scheme as Coda's tools wrote it.")]
    return [
        Mistake(
            None, f"{where} has no “{key}”.", "Coda's docs/data_formats.md says what belongs into a scheme."
        )
        for key, kind in wanted.items()
        if not isinstance(said.get(key), kind) or not said[key]
    ]
