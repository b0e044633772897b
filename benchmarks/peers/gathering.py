"""Forms of a folder: XForms as they are, workbooks converted; each read by us, or refused with our reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dialogs.form import Form, FormError
from dialogs.reading.xform import read_xform
from dialogs.reading.xlsform import KINDS, read_workbook


@dataclass(frozen=True, slots=True)
class Gathered:
    """A file that should be a form: its XForm XML ("" where it cannot be converted), and what we make of it."""

    name: str
    folder: Path
    xml: str
    form: Form | None
    refused: str = ""


def gather(folder: Path) -> Iterator[Gathered]:
    """Every form in a folder and below it, by name; files that only belong to a form are passed over."""
    for path in sorted(folder.rglob("*")):
        if (found := gathered(path, str(path.relative_to(folder)))) is not None:
            yield found


def gathered(path: Path, name: str) -> Gathered | None:
    """One file as a form; None where it is none."""
    if path.suffix in KINDS and path.suffix != ".csv":
        return _workbook(path, name)
    if path.suffix == ".xml" and "<h:html" in (xml := path.read_text("utf-8", "replace")):
        return _form(path, name, xml)
    return None


def attachments(folder: Path) -> dict[str, bytes]:
    """The files that lie beside a form and may belong to it, by name."""
    kinds = {".csv", ".xml", ".geojson"}
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in kinds}


def _workbook(path: Path, name: str) -> Gathered:
    try:
        xml, _ = read_workbook(path.read_bytes(), name="data", kind=path.suffix)
    except FormError as error:
        return Gathered(name, path.parent, "", None, str(error))
    return _form(path, name, xml)


def _form(path: Path, name: str, xml: str) -> Gathered:
    try:
        return Gathered(name, path.parent, xml, read_xform(xml, files=attachments(path.parent)))
    except FormError as error:
        return Gathered(name, path.parent, xml, None, str(error))
