"""The report as a Word file, for who writes further in it: real headings, tables and pictures, in either direction."""

import io
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ROW_HEIGHT_RULE
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
from bot.paper.printed import picture

FONT, CODES = "Noto Sans", "Noto Sans Mono"
MANY = 7
"""A table of so many columns or more has their names upright, and small letters."""


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
        section.orientation, section.page_width, section.page_height = WD_ORIENT.PORTRAIT, Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2)
        for style in document.styles:
            fonts = style.element.find(f".//{qn('w:rFonts')}")
            if fonts is not None:
                for side in ("ascii", "hAnsi", "cs", "eastAsia"):
                    fonts.set(qn(f"w:{side}"), FONT)
                for theme in ("asciiTheme", "hAnsiTheme", "cstheme", "eastAsiaTheme"):
                    fonts.attrib.pop(qn(f"w:{theme}"), None)
        document.styles["Normal"].font.size = Pt(10.5)

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
        self._caption(grid.caption)
        many = len(grid.head) >= MANY
        table = self.document.add_table(rows=0, cols=len(grid.head), style="Light List Accent 1")
        if self.paper.direction == "rtl":
            table._tbl.tblPr.insert(
                1, OxmlElement("w:bidiVisual")
            )  # right behind the style: the schema has an order
        head = table.add_row()
        repeated = OxmlElement("w:tblHeader")
        head._tr.get_or_add_trPr().append(repeated)
        size = 7.5 if many else 9
        for n, (cell, text) in enumerate(zip(head.cells, grid.head, strict=True)):
            self._says(cell.paragraphs[0], text, size=size, bold=True)
            if many and n:
                upright = OxmlElement("w:textDirection")
                upright.set(qn("w:val"), "btLr")
                cell._tc.get_or_add_tcPr().append(upright)
        if many:
            head.height, head.height_rule = Cm(3), WD_ROW_HEIGHT_RULE.EXACTLY
        for row in grid.rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                self._says(cell.paragraphs[0], text, size=size)
        self.document.add_paragraph()

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
    """In which language a run is, and from which side it is read."""
    if direction == "rtl":
        run.font.rtl = True
    spoken = OxmlElement("w:lang")
    spoken.set(qn("w:bidi" if direction == "rtl" else "w:val"), language)
    run._r.get_or_add_rPr().append(spoken)


def _directed(paragraph: Any, direction: str) -> None:
    if direction == "rtl":
        paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
