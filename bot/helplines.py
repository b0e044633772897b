"""Help lines per country: whom people can call at once, with where each number was read and when (S34)."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.speech import Sentence

FILE = Path(__file__).with_name("helplines.toml")
_DEFAULT = FILE.read_text(encoding="utf-8")

FOR = {
    "emergency": "Emergency: {number}",
    "children": "For children and young people: {number}",
    "violence": "Against violence, at home too: {number}",
    "talk": "Someone who listens: {number}",
}
"""Whom a line is for, and how it is said; any other is the name of a service, said as it is."""

GENERAL = (
    "This is not an emergency line. In danger, call your local emergency number; 112 works on many mobile phones."
    " Someone to talk to: findahelpline.com. For children: childhelplineinternational.org."
)
"""What holds in every country."""

_NUMBER = re.compile(r"\+?[0-9][0-9 ()/-]{1,24}", re.ASCII)


class BadLines(ValueError):
    """A file of help lines that cannot be used; the sentence names the line, the cause and the remedy."""


@dataclass(frozen=True, slots=True)
class Line:
    """One help line: in which countries (ISO 3166), for whom, its number, in which languages, read where and when."""

    countries: tuple[str, ...]
    service: str
    number: str
    languages: tuple[str, ...]
    source: str
    checked: date


def read(text: str) -> Sequence[Line]:
    """Help lines from a TOML text of [[line]] tables. BadLines."""
    try:
        rows = tomllib.loads(text).get("line", [])
    except tomllib.TOMLDecodeError as fault:
        raise BadLines(f"{fault}: write each line as in bot/helplines.toml") from fault
    if not isinstance(rows, list) or not rows:
        raise BadLines("there is no [[line]]: write each line as in bot/helplines.toml")
    return [_line(row, number) for number, row in enumerate(rows, start=1)]


def said(country: str, own: str = "") -> list[Sentence]:
    """The lines of a country, a partner's `own` first, as sentences; none where none is known."""
    lines = [*(_kept(own) if own else ()), *_kept(_DEFAULT)]
    here = [each for each in lines if country and country in each.countries]
    return list({each.number: _said(each) for each in reversed(here)}.values())[::-1]


_kept = lru_cache(maxsize=64)(read)


def _said(line: Line) -> Sentence:
    if line.service in FOR:
        return Sentence(FOR[line.service], {"number": line.number})
    return Sentence("{service}: {number}", {"service": line.service, "number": line.number})


def _line(row: Any, number: int) -> Line:
    where = f"line {number}"
    if not isinstance(row, dict):
        raise BadLines(f"{where}: it is no table: begin it with [[line]]")
    countries = row.get("country", [])
    countries = [countries] if isinstance(countries, str) else countries
    if not countries or not all(
        isinstance(each, str) and re.fullmatch("[A-Z]{2}", each) for each in countries
    ):
        raise BadLines(f'{where}: country is not of two capital letters: write country = "MG"')
    if not isinstance(row.get("for"), str) or not row["for"].strip():
        raise BadLines(f"{where}: it does not say for whom: write for = one of {', '.join(FOR)}, or a name")
    if not isinstance(row.get("number"), str) or not _NUMBER.fullmatch(row["number"]):
        raise BadLines(f'{where}: number is no telephone number: write number = "147"')
    if not str(row.get("source", "")).startswith(("https://", "http://")):
        raise BadLines(f"{where}: nobody can check it: write the page where the number stands as source")
    if not isinstance(row.get("checked"), date):
        raise BadLines(f"{where}: it does not say when it was checked: write checked = 2026-11-25")
    languages = tuple(map(str, row.get("languages", ())))
    return Line(tuple(countries), row["for"].strip(), row["number"], languages, row["source"], row["checked"])
