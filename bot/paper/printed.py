"""The report as a PDF, set by Typst: text as text literals, charts as boxes, so that nothing in it is ever a command.

Fonts are those of the machine: Noto has every script we speak (docs/operators.md). The same words make the same file.
"""

from collections.abc import Iterable, Iterator

import typst

from bot.blocks import (
    CODE,
    Bar,
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

ARABIC = "Noto Sans Arabic"
FONTS = (
    "Noto Sans",
    ARABIC,
    "Noto Sans Devanagari",
    "Noto Sans Bengali",
    "Noto Sans CJK SC",
)
NASTALIQ = "Noto Nastaliq Urdu"
"""What Urdu is written in."""

MANY = 7
"""A table of so many columns or more has their names upright."""

WHOLE = 20
"""A table of so many lines stands on one page."""

_SETTING = """
#set page(paper: "a4", margin: (x: 20mm, y: 22mm), footer: context align(center, text(size: 8pt, fill: luma(90),
  counter(page).display())))
#set par(leading: 0.72em, spacing: 1.1em)
#show heading.where(level: 1): it => block(above: 2.2em, below: 1em, sticky: true, stroke: (top: 1.6pt + blue),
  inset: (top: 7pt), width: 100%, text(..tight, size: 15pt, it.body))
#show heading.where(level: 2): it => block(above: 1.8em, below: 0.8em, sticky: true, text(..tight, size: 12pt, it.body))
#let caption(body) = block(above: 1.6em, below: 0.7em, sticky: true, text(..tight, size: 10pt, weight: 700, body))
#show raw: set text(font: ("Noto Sans Mono", "DejaVu Sans Mono"), size: 1.15em, dir: ltr)
#let blue = rgb("#0072b2")
#let plain = blue
#let hatch = tiling(size: (5pt, 5pt))[
  #place(rect(width: 100%, height: 100%, fill: white))
  #place(line(start: (0%, 100%), end: (100%, 0%), stroke: 1.2pt + luma(130)))]
#let dots = tiling(size: (5pt, 5pt))[
  #place(rect(width: 100%, height: 100%, fill: rgb("#d55e00")))
  #place(dx: 1.6pt, dy: 1.6pt, circle(radius: 0.9pt, fill: white))]
#let fills = (plain, hatch, dots)
#let edge = 0.4pt + luma(60)
#let bar(part, share, number) = box(width: share, height: 11pt, fill: fills.at(part), stroke: edge,
  align(center + horizon, if number == none { none } else {
    box(fill: white, radius: 2pt, inset: (x: 2pt, y: 1pt), text(size: 7pt, number)) }))
#let lines(names, rows) = block(width: 100%, above: 0.8em, {
  if names.len() > 1 {
    pad(bottom: 4pt, grid(columns: names.len() * 2, column-gutter: (4pt, 14pt), align: horizon,
      ..names.enumerate().map(((n, name)) => (rect(width: 11pt, height: 8pt, fill: fills.at(n), stroke: edge),
        text(size: 8pt, name))).flatten())) }
  grid(columns: (32%, 1fr, 28pt), row-gutter: 4pt, column-gutter: 6pt, align: (end + horizon, start + horizon,
    start + horizon), ..rows.map(((name, parts, last)) => (text(size: 9pt, name), parts.join(),
    text(size: 8.5pt, last))).flatten()) })
#let columns-of(first, last, rows) = block(width: 100%, above: 0.8em, {
  for (name, cells) in rows {
    grid(columns: (26%,) + (1fr,) * cells.len(), column-gutter: 2pt, align: bottom,
      pad(right: 4pt, left: 4pt, align(end, text(size: 9pt, name))),
      ..cells.map(((share, number)) => align(center, stack(spacing: 1.5pt, text(size: 6.5pt, number),
        rect(width: 80%, height: share * 30pt, fill: if share > 0 { plain } else { none },
          stroke: if share > 0 { edge } else { none })))))
    v(3pt) }
  grid(columns: (26%, 1fr, 1fr), [], align(start, text(size: 8pt, first)), align(end, text(size: 8pt, last))) })
#let upright(body) = rotate(-90deg, reflow: true, box(width: 78pt, align(left, par(leading: 0.4em, body))))
#let told(numbers, many, heads, cells) = table(
  columns: if many { (auto,) + (1fr,) * (heads.len() - 1) } else if numbers { (auto,) * heads.len() } else {
    (auto,) + (1fr,) * (heads.len() - 1) },
  stroke: (x, y) => (bottom: 0.4pt + luma(if y == 0 { 60 } else { 180 })),
  inset: (x: if many { 3.2pt } else { 5pt }, y: room),
  align: (x, y) => (if x == 0 or not numbers { start } else { end }) + bottom,
  table.header(..heads.enumerate().map(((n, head)) => if many and n > 0 { upright(strong(head)) } else {
    strong(head) })),
  ..cells)
""".strip()

_TALL = """
#set par(leading: 1.35em, spacing: 2em)
#show table: set par(leading: 1em)
""".strip()
"""Nastaliq stands on slanting lines, which need room; what is set off by itself takes as much as its letters do
(`tight`).
"""


def pdf(paper: Paper) -> bytes:
    """The whole report."""
    written = source(paper)
    try:
        made: bytes = typst.compile(written, format="pdf", timestamp=0, pdf_standards=["ua-1"])
    except (
        typst.TypstError
    ):  # a machine without a letter for some word: a PDF, though not for every screen reader
        made = typst.compile(written, format="pdf", timestamp=0)
    return made


def pages(paper: Paper, ppi: int = 80) -> list[bytes]:
    """Its pages as pictures (PNG), to be looked at."""
    made = typst.compile(source(paper), format="png", ppi=ppi)
    return [made] if isinstance(made, bytes) else list(made)


def picture(chart: Chart | Columns, paper: Paper, ppi: int = 200) -> bytes:
    """One chart as a picture (PNG)."""
    lines = [
        _begin(paper),
        _SETTING,
        "#set page(width: 170mm, height: auto, margin: 2mm, footer: none)",
        _chart(chart),
    ]
    made: bytes = typst.compile("\n".join(lines).encode(), format="png", ppi=ppi)
    return made


def source(paper: Paper) -> bytes:
    """The report as Typst reads it."""
    lines = [
        _begin(paper),
        _SETTING,
        *([_TALL] if paper.language == "ur" else []),
        f"#block(below: 1em, text(..tight, size: 22pt, weight: 700, {_text(paper.title)}))",
        f"#block(below: 0.5em, text(..tight, {_inline(paper.subtitle)}))",
        f"#block(text(..tight, fill: luma(80), {_inline(paper.note)}))",
        *(line for block in paper.blocks for line in _block(block)),
    ]
    return "\n".join(lines).encode()


def _begin(paper: Paper) -> str:
    fonts = (FONTS[0], NASTALIQ, *FONTS[1:]) if paper.language == "ur" else FONTS
    names = ", ".join(_literal(each) for each in fonts)
    room = "6.5pt" if paper.language == "ur" else "3.2pt"
    tight = 'top-edge: "bounds", bottom-edge: "bounds"' if paper.language == "ur" else ":"
    return (
        f"#let room = {room}\n#let tight = ({tight})\n"
        f"#set document(title: {_literal(unmarked(paper.title))}, date: none)\n"
        f"#set text(font: ({names}), size: 10pt, lang: {_literal(paper.language)}, dir: {paper.direction})"
    )


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text):
            yield f"#heading(level: {level}, {_inline(text)})"
        case Paragraph(text):
            yield f"#par({_inline(text)})"
        case Points(texts):
            yield f"#list({', '.join(map(_inline, texts))})"
        case Chart() | Columns():
            yield f"#caption({_inline(block.title)})"
            yield f"#figure(alt: {_literal(described(block))}, {_chart(block).removeprefix('#')})"
        case Grid():
            yield from _grid(block)
        case Quotation(words, language, direction, about):
            own = {"ur": NASTALIQ, "ar": ARABIC}.get(language)
            font = f"font: ({_literal(FONTS[0])}, {_literal(own)}), " if own else ""
            side = "right" if direction == "rtl" else "left"
            yield (
                f'#block(breakable: false, above: 1.2em, {{ block(stroke: ({side}: 2.4pt + rgb("#e69f00")), '
                f"inset: ({side}: 9pt, y: 2pt), width: 100%, text(..tight, {font}lang: {_literal(language)}, "
                f"dir: {direction}, {_text(words)})); "
                f"block(above: 0.5em, text(..tight, size: 8.5pt, fill: luma(80), {_inline(about)})) }})"
            )


def _chart(chart: Chart | Columns) -> str:
    if isinstance(chart, Columns):
        rows = []
        for row in chart.rows:
            columns = _list(_column(each.value if each else None, chart.most) for each in row.numbers)
            rows.append(f"({_text(unmarked(row.label))}, ({columns}))")
        first, last = _text(unmarked(chart.months[0])), _text(unmarked(chart.months[-1]))
        return f"#columns-of({first}, {last}, ({_list(rows)}))"
    names = _list(_text(unmarked(each)) for each in chart.parts)
    return f"#lines(({names}), ({_list(_line(bar, chart) for bar in chart.bars)}))"


def _line(bar: Bar, chart: Chart) -> str:
    several = len(chart.parts) > 1
    parts = [
        f"bar({part}, {100 * number.value / chart.most:.2f}%, {_text(str(number.value)) if several else 'none'})"
        for part, number in enumerate(bar.numbers)
        if number
    ]
    last = "" if several or not bar.numbers[0] else str(bar.numbers[0].value)
    return f"({_text(unmarked(bar.label))}, ({_list(parts)}), {_text(last)})"


def _column(value: int | None, most: int) -> str:
    return f"(0, {_text('–')})" if value is None else f"({value / most:.3f}, {_text(str(value))})"


def _grid(grid: Grid) -> Iterator[str]:
    many = len(grid.head) >= MANY
    heads = _list(_inline(each) for each in grid.head)
    cells = _list(_inline(each) for row in grid.rows for each in row)
    flags = f"{str(grid.numbers).lower()}, {str(many).lower()}"
    whole = str(len(grid.rows) > WHOLE).lower()
    yield (
        f"#block(breakable: {whole}, {{ caption({_inline(grid.caption)}); "
        f"text(size: {'8pt' if many else '9pt'}, told({flags}, ({heads}), ({cells}))) }})"
    )


def _inline(text: str) -> str:
    """A text as content: its pieces one behind the other, codes in their own letters."""
    pieces = [
        f"raw({_literal(each.words)})" if each.mark == CODE else _text(each.words) for each in runs(text)
    ]
    return f"[#{'#'.join(pieces)}]" if pieces else "[]"


def _text(words: str) -> str:
    """Words as content, line by line; nothing in them is read as anything else."""
    return f"text({_literal(words)})"


def _list(items: Iterable[str]) -> str:
    """What stands between the brackets of an array, also of one."""
    return "".join(f"{each}, " for each in items)


def _literal(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
