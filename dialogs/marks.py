r"""The marks in an author's words, as ODK's tools know them: light Markdown and a little HTML, read into styled runs.

`**bold**`, `__bold__`, `*italic*`, `_italic_`, `<b>`, `<strong>`, `<i>`, `<em>`, `<u>`, `<s>`; `# heading` (bold);
`- item`; a link becomes its words and its address; `<br>`, `<p>` and `<div>` begin lines; colours and sizes
(`<span …>`, `<font …>`) are dropped; `\*` is a star. Anything else is words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """Words in one style: "b", "i", "u", "s", the outermost first."""

    text: str
    styles: tuple[str, ...] = ()


def lines_of(text: str) -> list[tuple[str, bool]]:
    """The lines of a text, each with whether it is a heading; their inner marks are still there."""
    broken = _BREAK.sub("\n", _DROPPED.sub("", text)).strip()
    lines = []
    for line in broken.split("\n"):
        heading = _HEADING.fullmatch(line)
        lines.append((heading[1], True) if heading else (_ITEM.sub(r"\1• ", line), False))
    return lines


def runs_of(line: str, styles: tuple[str, ...] = ()) -> Iterator[Run]:
    """The styled runs of one line."""
    at = 0
    for found in _MARK.finditer(line):
        if found.start() > at:
            yield Run(line[at : found.start()], styles)
        at = found.end()
        if found["escaped"]:
            yield Run(found["escaped"], styles)
        elif found["link"]:
            yield Run(f"{plain(found['text'])} ({found['link']})", styles)
        elif found["inside"] is not None:
            yield from runs_of(found["inside"], _within(styles, _TAGS[found["tag"].lower()]))
        elif bold := found["b"] or found["b2"]:
            yield from runs_of(bold, _within(styles, "b"))
        else:
            yield from runs_of(found["i"] or found["i2"], _within(styles, "i"))
    if at < len(line):
        yield Run(line[at:], styles)


def _within(styles: tuple[str, ...], style: str) -> tuple[str, ...]:
    return styles if style in styles else (*styles, style)


def plain(text: str) -> str:
    """The words without their marks, as on a button."""
    if not _ANY.search(text):
        return text
    return "\n".join("".join(run.text for run in runs_of(line)) for line, _ in lines_of(text))


_TAGS = {"b": "b", "strong": "b", "i": "i", "em": "i", "u": "u", "s": "s"}
_ANY = re.compile(r"[*_<\[#\\]|^\s*-", re.MULTILINE)
_DROPPED = re.compile(
    r"</?(?:span|font|small|big|center)\b[^<>]{0,300}>|<(?:p|div)\b[^<>]{0,300}>", re.IGNORECASE
)
_BREAK = re.compile(r"<br\s{0,3}/?>|</(?:p|div|br)>", re.IGNORECASE)
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(.*?)\s*#*\s*")
_ITEM = re.compile(r"^(\s*)[-*+] (?=\S)")
_MARK = re.compile(
    r"\\(?P<escaped>[\\*_#\[\]<>-])"
    r"|\*\*(?P<b>\S(?:.{0,300}?\S)?)\*\*"
    r"|(?<!\w)__(?P<b2>\S(?:.{0,300}?\S)?)__(?!\w)"
    r"|(?<![\w*])\*(?P<i2>[^\s*](?:[^*]{0,300}?[^\s*])?)\*(?![\w*])"
    r"|(?<![\w_])_(?P<i>[^\s_](?:.{0,300}?\S)?)_(?!\w)"
    r"|\[(?P<text>[^\]\n]{1,300})\]\((?P<link>[^)\s]{1,300})\)"
    r"|<(?P<tag>b|strong|i|em|u|s)>(?P<inside>.{0,300}?)</(?P=tag)>",
    re.IGNORECASE,
)
