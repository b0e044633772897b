"""Counts every number of this report anew from the tables in the folder "annex", and says where one differs.

    python3 recompute.py            (Python 3.8 or newer, nothing else)

It looks at report.html and at every chart, and needs nothing of the program that made them:

- each number says by its mark which line of annex/numbers.csv it is; that line says which table and which of its lines
  are added up; the sum must be the number that is written;
- no other number may stand there: a digit outside of a marked number, a date, a code or a quote is a difference;
- each bar must be as long as its number says;
- each quote must stand in annex/quotes.csv or annex/initiatives.csv.
"""

from __future__ import annotations

import csv
import sys
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl

QUIET = {"time", "code", "style", "title", "desc"}
NOT_CLOSED = {"meta", "rect", "path", "circle", "br"}


def rows(path: Path) -> list[dict[str, str]]:
    """The lines of a table."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def counted(annex: Path, table: str, where: str) -> int:
    """The sum of what a table tells where all of this holds."""
    wanted = parse_qsl(where, keep_blank_values=True)
    return sum(
        int(row["people"])
        for row in rows(annex / f"{table}.csv")
        if row["people"] and all(row[name].lstrip("'") == value.lstrip("'") for name, value in wanted)
    )


def figure(words: str) -> int:
    """A number as it is written, in whatever digits and with whatever stands between them."""
    return int("".join(str(unicodedata.digit(each)) for each in words if each.isdigit()) or "-1")


class Page(HTMLParser):
    """What stands in a page or a chart: the marked numbers, the bars, quotes, and digits nobody marked."""

    def __init__(self) -> None:
        """Nothing yet."""
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.numbers: list[tuple[str, str, str]] = []
        self.bars: list[tuple[str, float, list[float]]] = []
        self.stray: list[str] = []
        self.quotes: list[str] = []
        self.unit = 1.0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        given = dict(attributes)
        if "data-unit" in given:
            self.unit = float(given["data-unit"] or 1)
        if "data-bar" in given:
            sides = [float(given[side] or 0) for side in ("width", "height")]
            self.bars.append((str(given["data-bar"]), self.unit, sides))
        if tag == "blockquote":
            self.quotes.append("")
        if tag not in NOT_CLOSED:
            self.open.append((tag, given))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """An element without content."""
        self.handle_starttag(tag, attributes)
        if tag not in NOT_CLOSED:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        if tag not in NOT_CLOSED:
            self.open.pop()

    def handle_data(self, words: str) -> None:
        """Words."""
        tags = [tag for tag, _ in self.open]
        marks = [given for _, given in self.open if "data-number" in given]
        if "blockquote" in tags:
            self.quotes[-1] += words
        elif marks:
            value = marks[-1].get("value", marks[-1].get("data-value"))
            self.numbers.append((str(marks[-1]["data-number"]), str(value), words))
        elif not QUIET & set(tags) and not any("data-free" in given for _, given in self.open):
            self.stray += [words.strip()] if any(each.isdigit() for each in words) else []


def differences(folder: Path) -> tuple[list[str], int]:
    """Every difference, and how many numbers were counted."""
    annex = folder / "annex"
    listed = {row["number"]: row for row in rows(annex / "numbers.csv")}
    sums = {name: counted(annex, row["table"], row["where"]) for name, row in listed.items()}
    found = [
        f"{name}: {row['value']}, and the table says {sums[name]}"
        for name, row in listed.items()
        if int(row["value"]) != sums[name]
    ]
    quoted = {row["words"] for row in rows(annex / "quotes.csv")}
    told = rows(annex / "initiatives.csv")
    looked = 0
    for path in [folder / "report.html", *sorted((folder / "charts").glob("*.svg"))]:
        page = Page()
        page.feed(path.read_text(encoding="utf-8"))
        for name, value, words in page.numbers:
            looked += 1
            if name not in sums or not int(value) == figure(words) == sums[name]:
                found.append(f"{path.name}: {words} is no {name}, which is {sums.get(name)}")
        for name, unit, sides in page.bars:
            if name not in sums or all(abs(side - unit * sums[name]) > 0.06 for side in sides):
                found.append(f"{path.name}: the bar of {name} is not as long as its number")
        found += [f"{path.name}: nothing says where this number is from: {each}" for each in page.stray]
        for words in page.quotes:
            said = words.strip().lstrip("'")
            if not any(said == each.lstrip("'") for each in quoted) and not any(
                said.startswith(each["what"].lstrip("'")) for each in told
            ):
                found.append(f"{path.name}: this quote is in no table: {said[:60]}")
    return found, looked + len(listed)


def main(folder: Path) -> int:
    """Say what was found; 1 where there is a difference."""
    found, looked = differences(folder)
    for each in found:
        print(each)
    print(f"{looked} numbers counted anew, {len(found)} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent))
