"""The folder of a report: page, PDF and Word file, annex, charts, and the script by which readers count it anew."""

import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

from bot.blocks import Chart, Columns, Paper
from bot.chapters import Writer
from bot.paper.annex import files
from bot.paper.chart import drawn
from bot.paper.letter import docx
from bot.paper.page import page
from bot.paper.printed import pdf

SCRIPT = Path(__file__).with_name("recompute.py")


def written(writer: Writer) -> Mapping[str, bytes]:
    """Every file by its path in the folder."""
    paper = writer.paper()
    return {**readable(writer, paper), "report.pdf": pdf(paper), "report.docx": docx(paper)}


def single(writer: Writer, kind: str) -> bytes:
    """The one file of this kind ("pdf", "docx", "html"); "zip": those of plain text, packed."""
    paper = writer.paper()
    match kind:
        case "pdf":
            return pdf(paper)
        case "docx":
            return docx(paper)
        case "html":
            return page(paper, writer.ledger).encode()
        case "zip":
            return _packed(readable(writer, paper))
        case _:
            raise ValueError(f"a report is no {kind}")


def _packed(content: Mapping[str, bytes]) -> bytes:
    """In one file; nothing in it says when it was made."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, each in content.items():
            packed.writestr(zipfile.ZipInfo(f"report/{name}"), each, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def readable(writer: Writer, paper: Paper) -> Mapping[str, bytes]:
    """Those of plain text: the page, the charts, the annex, the script."""
    charts = {
        f"charts/{block.id}.svg": drawn(block, paper.direction, paper.language).encode()
        for block in paper.blocks
        if isinstance(block, Chart | Columns)
    }
    annex = files(writer.gathered, writer.ledger, writer.name)
    return {
        "report.html": page(paper, writer.ledger).encode(),
        **charts,
        **{f"annex/{name}": content for name, content in annex.items()},
        "recompute.py": SCRIPT.read_bytes(),
    }


def write(folder: Path, content: Mapping[str, bytes]) -> None:
    """Write them into a new folder, for its owner alone. FileExistsError, OSError."""
    folder.mkdir(0o700, parents=True)
    for name, each in content.items():
        path = folder / name
        path.parent.mkdir(0o700, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(each)
