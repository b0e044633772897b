"""Charts as SVG: bars people understand, with each number beside its bar, told apart by pattern as well as by colour.

Whoever does not see them is told title and numbers. In a language that is read from the right they grow from the right.
Colours are those of Okabe and Ito, which the colour-blind tell apart.
"""

from collections.abc import Iterator
from html import escape

from bot.blocks import Bar, Chart, Columns, unmarked
from bot.chapters import described
from bot.report import Number

WIDTH, NAMES, ROOM = 520, 176, 44
"""Of the whole, of the names beside the bars, of a number behind the longest."""

LONG = 24
"""A name of more characters stands in two lines, in smaller letters."""

LINE, THICK = 30, 18
"""From one bar to the next, and how thick one is."""

COLOURS = ("#0072b2", "#999999", "#d55e00")
ALONE = "#0072b2"

TALL, ROW = 44, 76
"""Of a small column at most, and from one line of columns to the next."""

_PATTERNS = (
    '<pattern id="{id}-p0" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" '
    'fill="{0}"/></pattern>'
    '<pattern id="{id}-p1" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" fill="#fff"/>'
    '<path d="M-2,2 l4,-4 M0,8 l8,-8 M6,10 l4,-4" stroke="{1}" stroke-width="2.5"/></pattern>'
    '<pattern id="{id}-p2" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" fill="{2}"/>'
    '<circle cx="4" cy="4" r="1.7" fill="#fff"/></pattern>'
)


def drawn(chart: Chart | Columns, direction: str, language: str) -> str:
    """A chart, as a whole SVG document that can stand in a page too."""
    canvas = _Canvas(chart.id, direction)
    height, shapes = _columns(chart, canvas) if isinstance(chart, Columns) else _bars(chart, canvas)
    title, more = escape(unmarked(chart.title)), escape(described(chart))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" lang="{language}" '
        f'direction="{direction}" aria-labelledby="{chart.id}-t {chart.id}-d" data-unit="{canvas.unit:.6f}" '
        'font-family="Noto Sans, Noto Sans Arabic, sans-serif" font-size="14">'
        f'<title id="{chart.id}-t">{title}</title><desc id="{chart.id}-d">{more}</desc>{"".join(shapes)}</svg>\n'
    )


class _Canvas:
    """Where things stand: from the left or from the right."""

    def __init__(self, id: str, direction: str) -> None:
        self.id = id
        self.rtl = direction == "rtl"
        self.unit = 1.0

    def bar(self, at: float, y: float, width: float, height: float, fill: str, number: Number) -> str:
        x = WIDTH - at - width if self.rtl else at
        return (
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}" '
            f'stroke="#333" stroke-width="0.6" data-bar="{number.id}"/>'
        )

    def text(
        self, at: float, y: float, words: str, anchor: str, *, number: Number | None = None, size: int = 14
    ) -> str:
        x = WIDTH - at if self.rtl else at
        mark = f' data-number="{number.id}" data-value="{number.value}"' if number else ""
        return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"{mark}>{escape(words)}</text>'

    def label(self, at: float, y: float, text: str, anchor: str, *, size: int = 14) -> str:
        """A name; a month or a day in it is no number."""
        free = "" if text == unmarked(text) else ' data-free=""'
        lines = _two(unmarked(text))
        if len(lines) > 1:
            y, size = y - 6, 11
        said = (self.text(at, y + 12 * n, line, anchor, size=size) for n, line in enumerate(lines))
        return "".join(each.replace("<text", f"<text{free}", 1) for each in said)


def _two(name: str) -> list[str]:
    """A name in one line, or in two where it is long and has a space to part it at."""
    spaces = [at for at, letter in enumerate(name) if letter == " "]
    if len(name) <= LONG or not spaces:
        return [name]
    middle = min(spaces, key=lambda at: abs(at - len(name) / 2))
    return [name[:middle], name[middle + 1 :]]


def _bars(chart: Chart, canvas: _Canvas) -> tuple[int, Iterator[str]]:
    several = len(chart.parts) > 1
    canvas.unit = (WIDTH - NAMES - ROOM) / chart.most
    top = 34 if several else 6
    return top + LINE * len(chart.bars) + 6, _lines(chart, canvas, top, several=several)


def _lines(chart: Chart, canvas: _Canvas, top: int, *, several: bool) -> Iterator[str]:
    if several:
        yield f"<defs>{_PATTERNS.format(*COLOURS, id=chart.id)}</defs>"
        yield from _legend(chart, canvas)
    for line, bar in enumerate(chart.bars):
        y, at = top + LINE * line, float(NAMES)
        yield canvas.label(NAMES - 8, y + 14, bar.label, "end")
        for part, number in enumerate(bar.numbers):
            if number is None:
                continue
            width = number.value * canvas.unit
            fill = f"url(#{chart.id}-p{part})" if several else ALONE
            yield canvas.bar(at, y, width, THICK, fill, number)
            if several:
                yield from _inside(canvas, at + width / 2, y, number)
            at += width
        if not several and bar.numbers[0]:
            yield canvas.text(at + 6, y + 14, str(bar.numbers[0].value), "start", number=bar.numbers[0])


def _inside(canvas: _Canvas, middle: float, y: float, number: Number) -> Iterator[str]:
    """A number on its bar, on white so that no pattern hides it."""
    room = 8 * len(str(number.value)) + 4
    x = WIDTH - middle if canvas.rtl else middle
    yield f'<rect x="{x - room / 2:.1f}" y="{y + 2}" width="{room}" height="14" rx="3" fill="#fff"/>'
    yield canvas.text(middle, y + 13, str(number.value), "middle", number=number, size=12)


def _legend(chart: Chart, canvas: _Canvas) -> Iterator[str]:
    step = (WIDTH - 8) / len(chart.parts)
    for part, name in enumerate(chart.parts):
        at = 8 + part * step
        x = WIDTH - at - 18 if canvas.rtl else at
        yield f'<rect x="{x:.1f}" y="6" width="18" height="14" fill="url(#{chart.id}-p{part})" stroke="#333"/>'
        yield canvas.label(at + 24, 18, name, "start", size=13)


def _columns(chart: Columns, canvas: _Canvas) -> tuple[int, Iterator[str]]:
    canvas.unit = TALL / chart.most
    return ROW * len(chart.rows) + 30, _small(chart, canvas)


def _small(chart: Columns, canvas: _Canvas) -> Iterator[str]:
    step = (WIDTH - NAMES - 10) / len(chart.months)
    width = min(34.0, step * 0.7)
    for line, row in enumerate(chart.rows):
        ground = ROW * line + 16 + TALL
        yield canvas.label(NAMES - 8, ground - 4, row.label, "end")
        one, other = (WIDTH - NAMES, 10) if canvas.rtl else (NAMES, WIDTH - 10)
        yield f'<path d="M{one},{ground} L{other},{ground}" stroke="#333" stroke-width="0.8"/>'
        yield from _line_of(row, canvas, ground, step, width)
    below = ROW * len(chart.rows) + 12
    yield canvas.label(NAMES, below, chart.months[0], "start", size=13)
    yield canvas.label(WIDTH - 10, below, chart.months[-1], "end", size=13)


def _line_of(row: Bar, canvas: _Canvas, ground: int, step: float, width: float) -> Iterator[str]:
    for month, number in enumerate(row.numbers):
        at = NAMES + month * step + (step - width) / 2
        if number is None:
            yield canvas.text(at + width / 2, ground - 3, "–", "middle", size=11)
            continue
        tall = number.value * canvas.unit
        yield canvas.bar(at, ground - tall, width, tall, ALONE, number)
        yield canvas.text(
            at + width / 2, ground - tall - 3, str(number.value), "middle", number=number, size=11
        )
