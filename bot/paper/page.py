"""The report as one page of HTML: no script, nothing from elsewhere, to be read on a phone and printed."""

from collections.abc import Iterator
from html import escape

from bot.blocks import (
    CODE,
    DAY,
    FREE,
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
from bot.paper.chart import drawn
from bot.report import Ledger

_STYLE = """
:root { color-scheme: light; }
body { font: 1.06rem/1.6 "Noto Sans", "Noto Sans Arabic", system-ui, sans-serif; max-width: 46rem; margin: 2rem auto;
  padding: 0 1rem; color: #1b1b1b; background: #fff; overflow-wrap: break-word; }
:lang(ur) { font-family: "Noto Nastaliq Urdu", "Noto Sans Arabic", serif; line-height: 2.1; }
h1 { font-size: 1.9rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.45rem; line-height: 1.3; border-top: 3px solid #0072b2; padding-top: .6rem; margin: 3rem 0 1rem; }
h3 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
header p { margin: .2rem 0; color: #444; }
figure { margin: 1.5rem 0; }
figcaption, caption { font-weight: 600; text-align: start; margin-bottom: .5rem; }
svg { width: 100%; max-width: 36rem; height: auto; }
.wide { overflow-x: auto; margin: 1.2rem 0; }
table { border-collapse: collapse; font-size: .86rem; line-height: 1.35; }
th, td { border-bottom: 1px solid #bbb; padding: .25rem .5rem; text-align: start; vertical-align: bottom; }
tbody th { font-weight: 400; }
.numbers td, .numbers thead th:not(:first-child) { text-align: end; }
.many thead th:not(:first-child) span { writing-mode: vertical-rl; text-orientation: sideways; }
blockquote { margin: 1.2rem 0; padding: .2rem 1rem; border-inline-start: 4px solid #e69f00; }
blockquote p { margin: .3rem 0; white-space: pre-line; }
blockquote + p, .about { color: #555; font-size: .9rem; }
code { font-family: "Noto Sans Mono", ui-monospace, monospace; font-size: .92em; unicode-bidi: isolate; }
@media print { body { max-width: none; margin: 0; font-size: 10pt; } h2, h3, caption, figcaption { break-after: avoid; }
  blockquote, tr, figure { break-inside: avoid; } }
@page { size: A4; margin: 18mm; }
""".strip()


def page(paper: Paper, ledger: Ledger) -> str:
    """The whole page."""
    values = {each.id: each.value for each in ledger.numbers.values()}
    body = "\n".join(line for block in paper.blocks for line in _block(block, paper, values))
    return (
        f'<!doctype html>\n<html lang="{paper.language}" dir="{paper.direction}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(unmarked(paper.title))}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n<body>\n<header>\n"
        f"<h1>{_inline(paper.title, values)}</h1>\n<p>{_inline(paper.subtitle, values)}</p>\n"
        f"<p>{_inline(paper.note, values)}</p>\n</header>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _block(block: Block, paper: Paper, values: dict[str, int]) -> Iterator[str]:
    match block:
        case Heading(level, text):
            yield f"<h{level + 1}>{_inline(text, values)}</h{level + 1}>"
        case Paragraph(text):
            yield f"<p>{_inline(text, values)}</p>"
        case Points(texts):
            yield "<ul>"
            yield from (f"<li>{_inline(each, values)}</li>" for each in texts)
            yield "</ul>"
        case Chart() | Columns():
            picture = drawn(block, paper.direction, paper.language)
            yield f"<figure><figcaption>{_inline(block.title, values)}</figcaption>\n{picture}</figure>"
        case Grid():
            yield from _grid(block, values)
        case Quotation(words, language, direction, about):
            yield f'<blockquote lang="{language}" dir="{direction}"><p>{escape(words)}</p></blockquote>'
            yield f'<p class="about">{_inline(about, values)}</p>'


def _grid(grid: Grid, values: dict[str, int]) -> Iterator[str]:
    kinds = [name for name, is_so in (("numbers", grid.numbers), ("many", len(grid.head) > 6)) if is_so]
    yield f'<div class="wide" tabindex="0"><table class="{" ".join(kinds)}">'
    yield f"<caption>{_inline(grid.caption, values)}</caption>"
    head = "".join(f'<th scope="col"><span>{_inline(each, values)}</span></th>' for each in grid.head)
    yield f"<thead><tr>{head}</tr></thead><tbody>"
    for first, *rest in grid.rows:
        cells = "".join(f"<td>{_inline(each, values)}</td>" for each in rest)
        yield f'<tr><th scope="row">{_inline(first, values)}</th>{cells}</tr>'
    yield "</tbody></table></div>"


def _inline(text: str, values: dict[str, int]) -> str:
    return "".join(_run(each.words, each.mark, values) for each in runs(text))


def _run(words: str, mark: str, values: dict[str, int]) -> str:
    written = escape(words)
    match mark:
        case "":
            return written
        case str() if mark == DAY:
            return f"<time>{written}</time>"
        case str() if mark == CODE:
            return f'<code dir="ltr">{written}</code>'
        case str() if mark == FREE:
            return f'<span data-free="">{written}</span>'
        case _:
            return f'<data value="{values[mark]}" data-number="{mark}">{written}</data>'
