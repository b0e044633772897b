"""The report as a Word file, for who writes further in it: real headings, tables and pictures, in either direction."""

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from bot.blocks import (
    CODE,
    Block,
    Chart,
    Columns,
    Grid,
    Heading,
    Paper,
    Paragraph,
    Points,
    Quotation,
    runs,
    unmarked,
)
from bot.chapters import described
from bot.paper.printed import NASTALIQ, WHOLE, picture

FONT, CODES = "Noto Sans", "Noto Sans Mono"
LETTERS = {
    "ar": "Noto Sans Arabic",
    "ur": NASTALIQ,
    "hi": "Noto Sans Devanagari",
    "bn": "Noto Sans Bengali",
}
"""What languages are written in whose script a word processor calls complex; Chinese has a slot of its own."""
HAN = "Noto Sans CJK SC"

SHORT, LONG, EDGE = Cm(21), Cm(29.7), Cm(2)
"""The sides of a page, and what stays white around."""

MANY = 9
"""A table of so many columns or more stands on a page laid on its side, in small letters. Names that run upwards would
spare it, but LibreOffice drops them from tables that are read from the right.
"""
NAMES, GAP = Cm(3), Cm(0.1)
"""How wide the first column of a table is at least, and what stays free at both sides of a cell."""


def docx(paper: Paper) -> bytes:
    """The whole report."""
    made = io.BytesIO()
    _Letter(paper).document.save(made)
    return made.getvalue()


class _Letter:
    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.document: Any = Document()
        self._styles()
        self._says(self.document.add_heading(level=0), paper.title)
        self._says(self.document.add_paragraph(), paper.subtitle)
        self._says(self.document.add_paragraph(), paper.note)
        for block in paper.blocks:
            self._add(block)

    def _styles(self) -> None:
        document, core = self.document, self.document.core_properties
        core.title, core.author, core.language = unmarked(self.paper.title), "", self.paper.language
        section = document.sections[0]
        _laid(section, lying=False)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = EDGE
        for fonts in document.styles.element.iter(qn("w:rFonts")):  # those all styles begin with too
            fonts.attrib.clear()
            _written(fonts, self.paper.language)
        styles = document.styles
        styles["Normal"].font.size = Pt(10.5)
        for spread in styles["Title"].element.findall(f".//{qn('w:spacing')}"):
            if spread.getparent().tag == qn("w:rPr"):  # between letters: it tears those apart that join
                spread.getparent().remove(spread)
        quoted = styles["Quote"]  # set off by its place: few scripts have an italic
        quoted.font.italic = quoted.font.cs_italic = False
        quoted.paragraph_format.left_indent = Cm(0.8)

    def _add(self, block: Block) -> None:
        document = self.document
        match block:
            case Heading(level, text):
                self._says(document.add_heading(level=level), text)
            case Paragraph(text):
                self._says(document.add_paragraph(), text)
            case Points(texts):
                for each in texts:
                    self._says(document.add_paragraph(style="List Bullet"), each)
            case Chart() | Columns():
                self._caption(block.title)
                drawn = document.add_picture(io.BytesIO(picture(block, self.paper)), width=Cm(16.5))
                drawn._inline.docPr.set("descr", described(block))
                drawn._inline.docPr.set("title", unmarked(block.title))
            case Grid():
                self._grid(block)
            case Quotation(words, language, direction, about):
                quote = document.add_paragraph(style="Quote")
                for n, line in enumerate(words.split("\n")):
                    if n:
                        quote.add_run().add_break()
                    _spoken(quote.add_run(line), language, direction)
                _directed(quote, direction)
                said = document.add_paragraph()
                self._says(said, about, size=9)

    def _caption(self, text: str) -> None:
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        self._says(paragraph, text, bold=True)

    def _grid(self, grid: Grid) -> None:
        many = len(grid.head) >= MANY
        if many:
            _laid(self.document.add_section(), lying=True)
        self._caption(grid.caption)
        self._table(grid, many=many)
        if many:
            _laid(self.document.add_section(), lying=False)
        else:
            self.document.add_paragraph()

    def _table(self, grid: Grid, *, many: bool) -> None:
        columns, size, width = len(grid.head), 7.5 if many else 9, (LONG if many else SHORT) - 2 * EDGE
        table = self.document.add_table(rows=0, cols=columns, style="Light List Accent 1")
        table.autofit = False
        first = max(NAMES, width // columns)
        for n, column in enumerate(table.columns):
            column.width = (width - first) // (columns - 1) if n else first
        if self.paper.direction == "rtl":
            table._tbl.tblPr.insert(
                1, OxmlElement("w:bidiVisual")
            )  # right behind the style: the schema has an order
        table._tbl.tblPr.find(qn("w:tblLook")).addprevious(_gaps())
        head = self._row(table, grid.head, size, bold=True)
        head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        rows = [head, *(self._row(table, row, size) for row in grid.rows)]
        for row in rows[:-1] if len(grid.rows) <= WHOLE else [head]:
            for cell in row.cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True

    def _row(self, table: Any, texts: Sequence[str], size: float, *, bold: bool = False) -> Any:
        """One more row, which stands on one page."""
        row = table.add_row()
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, text in zip(row.cells, texts, strict=True):
            self._says(cell.paragraphs[0], text, size=size, bold=bold)
        return row

    def _says(self, paragraph: Any, text: str, *, size: float = 0, bold: bool = False) -> None:
        """A text in the report's language, codes in their own letters."""
        for each in runs(text):
            run = paragraph.add_run(each.words)
            if size:
                run.font.size = Pt(size)
                complex_script = OxmlElement("w:szCs")
                complex_script.set(qn("w:val"), str(round(2 * size)))
                run._r.rPr.find(qn("w:sz")).addnext(complex_script)
            if bold:
                run.font.bold = run.font.cs_bold = True
            if each.mark == CODE:
                run.font.name = CODES
                run.font.color.rgb = RGBColor(0x33, 0x33, 0x33)
            else:
                _spoken(run, self.paper.language, self.paper.direction)
        _directed(paragraph, self.paper.direction)


def _spoken(run: Any, language: str, direction: str) -> None:
    """In which language a run is, with which letters, and from which side it is read."""
    _written(run._r.get_or_add_rPr().get_or_add_rFonts(), language)
    if direction == "rtl":
        run.font.rtl = True
    spoken = OxmlElement("w:lang")
    side = "bidi" if language in LETTERS else "eastAsia" if language == "zh" else "val"
    spoken.set(qn(f"w:{side}"), language)
    run._r.get_or_add_rPr().append(spoken)


def _written(fonts: Any, language: str) -> None:
    """The letters of each kind of script, those of this language among them."""
    chosen = {"ascii": FONT, "hAnsi": FONT, "cs": LETTERS.get(language, FONT), "eastAsia": HAN}
    for script, font in chosen.items():
        fonts.set(qn(f"w:{script}"), font)


def _gaps() -> Any:
    """What stays free at the sides of each cell of a table."""
    gaps = OxmlElement("w:tblCellMar")
    for name in ("left", "right"):
        side = OxmlElement(f"w:{name}")
        side.set(qn("w:w"), str(GAP.twips))
        side.set(qn("w:type"), "dxa")
        gaps.append(side)
    return gaps


def _laid(section: Any, *, lying: bool) -> None:
    """A page stands, or lies on its side."""
    section.orientation = WD_ORIENT.LANDSCAPE if lying else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (LONG, SHORT) if lying else (SHORT, LONG)


def _directed(paragraph: Any, direction: str) -> None:
    if direction == "rtl":
        paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
