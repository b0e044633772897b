"""What an answer may be, by kind: words read into a canonical value (XForms' lexical form), or the reason why not."""

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher

from dialogs import dates
from dialogs.form import Choice, Kind
from dialogs.letters import canonical as canonical
from dialogs.letters import folded as folded
from dialogs.letters import plain_of, with_digits

MAX_TEXT = 8 * 4096
"""Characters of one text answer; what Telegram sends as one message has at most 4,096."""

MAX_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Fit:
    """The words are an answer: its canonical value."""

    value: str


@dataclass(frozen=True, slots=True)
class Misfit:
    """The words are no answer to this kind of question; `reason` is one of `dialogs.effect.Refuse`'s."""

    reason: str


def read(
    kind: Kind, words: str, *, today: date, language: str, appearance: Container[str] = ()
) -> Fit | Misfit:
    """Read words as an answer. Digits of any script are understood; choices are for `match`, not for this.

    `language` decides what "1,234" is; days come before months in every language, years may come first. `appearance`
    may ask of a date only the year, or month and year.
    """
    text = canonical(words).strip()
    match kind:
        case Kind.TEXT | Kind.BARCODE:
            if len(text) > MAX_TEXT:
                return Misfit("too_long")
            return Fit(with_digits(text) if kind is Kind.BARCODE else text) if text else Misfit("needs_words")
        case Kind.INTEGER | Kind.DECIMAL | Kind.RANGE:
            return _read_number(text, whole=kind is Kind.INTEGER, comma_groups=_comma_groups(language))
        case Kind.DATE if "year" in appearance:
            return _found(dates.read_year(text, today), "not_a_year")
        case Kind.DATE if "month-year" in appearance:
            return _found(dates.read_month(text, today), "not_a_month")
        case Kind.DATE:
            return _found(dates.read_date(text, today), "not_a_date")
        case Kind.TIME:
            return _found(dates.read_time(text), "not_a_time")
        case Kind.DATETIME:
            return _found(dates.read_moment(text, today), "not_a_moment")
        case Kind.GEOPOINT:
            return _read_place(plain_of(text))
        case Kind.AUDIO:
            return Misfit("needs_voice")
        case Kind.IMAGE:
            return Misfit("needs_photo")
        case Kind.VIDEO:
            return Misfit("needs_video")
        case Kind.FILE:
            return Misfit("needs_file")
        case Kind.SELECT_ONE | Kind.SELECT_MULTIPLE | Kind.RANK | Kind.ACKNOWLEDGE:
            return Misfit("not_a_choice")
        case _:
            return Misfit("not_valid")


def as_typed(type: str, text: str) -> str:
    """An answer as an instance holds it by its bind's type, the way both of ODK's engines write it.

    A decimal has a fraction ("11" → "11.0"), a geopoint four decimals; what is no such thing stays as it is.
    """
    match type:
        case "int" | "integer" | "long" if (number := _decimal(text)) is not None and number == int(number):
            return str(int(number))
        case "decimal" | "double" | "float" if (number := _decimal(text)) is not None:
            return _with_fraction(number)
        case "geopoint":
            numbers = [_decimal(word) for word in text.split()]
            known = [number for number in numbers if number is not None]
            if 2 <= len(numbers) == len(known) <= 4:
                return " ".join(map(_with_fraction, (*known, Decimal(0), Decimal(0))[:4]))
    return text


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if _NUMERAL.fullmatch(text) else None


_NUMERAL = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?", re.ASCII)


def _with_fraction(number: Decimal) -> str:
    shown = f"{number:f}".rstrip("0") if "." in f"{number:f}" else f"{number:f}."
    return f"{shown}0" if shown.endswith(".") else shown


def _found(value: str, otherwise: str) -> Fit | Misfit:
    return Fit(value) if value else Misfit(otherwise)


def numerals(words: str) -> list[int]:
    """The numbers of choices, in any script's digits: "2", "٢", "1, 3", "2)"; [] where anything else is said."""
    parts = _BETWEEN.sub(" ", plain_of(words)).split()
    return [int(part) for part in parts] if parts and all(map(_PLACE.fullmatch, parts)) else []


_BETWEEN = re.compile(r"[,;؛、.()#\n]")
_PLACE = re.compile(r"[0-9]{1,4}")


# -- numbers --------------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"[-+]?\d+(?:[ '.,]\d+)*")
_GROUPED = re.compile(r"\d{1,3}(?:\d{2,3})*\d{3}")
_DECIMAL_COMMA = frozenset({"fr", "es", "pt", "ru", "mg", "de", "it"})


def _comma_groups(language: str) -> bool:
    return language.partition("-")[0] not in _DECIMAL_COMMA


def _read_number(text: str, *, whole: bool, comma_groups: bool) -> Fit | Misfit:
    plain = plain_of(text)
    found = _NUMBER.findall(plain)
    around = re.sub(r"[\W_]+", " ", _NUMBER.sub(" ", plain)).split()
    if len(found) != 1 or len(around) > 2:  # "about 5", "12 years"; never a sentence with a number in it
        return Misfit("not_a_number")
    number = _value(found[0], whole=whole, comma_groups=comma_groups)
    if number is None:
        return Misfit("not_a_number")
    if whole and number != number.to_integral_value():
        return Misfit("not_whole")
    if len(number.as_tuple().digits) > MAX_DIGITS:
        return Misfit("too_long")
    shown = format(number, "f")
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return Fit("0" if shown == "-0" else shown)


def _value(number: str, *, whole: bool, comma_groups: bool) -> Decimal | None:
    """The value of digits with separators; None where they are grouped as no one groups."""
    sign, digits = ("-", number[1:]) if number[0] == "-" else ("", number.removeprefix("+"))
    fraction = ""
    points = [letter for letter in digits if letter in ".,"]
    if points:
        last = points[-1]
        head, _, tail = digits.rpartition(last)
        looks_grouped = len(tail) == 3 and not head.startswith("0")
        groups = len(set(points)) == 1 and (
            len(points) > 1 or (looks_grouped and (whole or (last == "," and comma_groups)))
        )
        if not groups:
            digits, fraction = head, f".{tail}"
    if not all(letter.isdecimal() for letter in digits) and not _is_grouped(digits):
        return None
    return Decimal(f"{sign}{re.sub(r'[^0-9]', '', digits)}{fraction}")


def _is_grouped(digits: str) -> bool:
    """Whether digits stand in thousands, or as in India in hundreds above the thousand, by one separator."""
    first, *others = re.split(r"[ '.,]", digits)
    separators = set(re.sub(r"\d", "", digits))
    return (
        len(separators) == 1
        and 1 <= len(first) <= 3
        and len(others[-1]) == 3
        and len({len(group) for group in others[:-1]} | {3}) <= 2
        and all(len(group) in {2, 3} for group in others[:-1])
    )


# -- places ---------------------------------------------------------------------------------------------------------

_POINT = re.compile(r"([NSEW])?\s*([-+]?\d{1,3}(?:[.,]\d+)?)\s*°?\s*([NSEW])?", re.IGNORECASE)


def _read_place(plain: str) -> Fit | Misfit:
    """Latitude and longitude in degrees: "-18.91, 47.52", "18,91 S 47,52 E"."""
    found = re.fullmatch(
        rf"\s*(?:geo:)?\s*{_POINT.pattern}\s*(?:[,;/\s])\s*{_POINT.pattern}\s*", plain, re.IGNORECASE
    )
    if found is None:
        return Misfit("not_a_place")
    degrees = []
    for before, number, after in (found.group(1, 2, 3), found.group(4, 5, 6)):
        side = (before or after or "").upper()
        degrees.append((side, float(number.replace(",", ".")) * (-1 if side in {"S", "W"} else 1)))
    if degrees[0][0] in {"E", "W"}:
        degrees.reverse()
    (north, latitude), (east, longitude) = degrees
    if north in {"E", "W"} or east in {"N", "S"} or abs(latitude) > 90 or abs(longitude) > 180:
        return Misfit("not_a_place")
    return Fit(place(latitude, longitude))


def place(latitude: float, longitude: float, decimals: int = 6) -> str:
    """A geopoint's canonical value from degrees: "latitude longitude 0 0"; six decimals are about ten centimetres."""
    return f"{_degrees(latitude, decimals)} {_degrees(longitude, decimals)} 0 0"


def coarse(value: str, decimals: int) -> str:
    """A geopoint's canonical value with fewer decimals."""
    latitude, longitude, *_ = value.split()
    return place(float(latitude), float(longitude), decimals)


def _degrees(value: float, decimals: int) -> str:
    shown = f"{value:.{decimals}f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return "0" if shown == "-0" else shown


# -- choices --------------------------------------------------------------------------------------------------------

_LEAST_TYPO = 4
_LEAST_CONTAINED = 4
_NEAR = 0.8


def match(words: str, choices: Sequence[Choice]) -> tuple[int, ...]:
    """Which choices the words may mean, by their place in `choices`, best first; () where none.

    Labels count in every language of the form, and the aliases in `extra["aliases"]`, separated by semicolons. A
    label written in full means that choice alone; else beginnings of labels and of their words, and labels said
    within a sentence; only where none of these fits, labels that differ by a letter or two.
    """
    said = folded(words)
    if not said:
        bare = words.strip()
        return tuple(i for i, choice in enumerate(choices) if bare and bare in _labels(choice))
    known = [tuple(folded(label) for label in (*_labels(choice), *_aliases(choice))) for choice in choices]
    exact = tuple(i for i, labels in enumerate(known) if said in labels)
    if exact:
        by_label = tuple(i for i in exact if said in {folded(label) for label in _labels(choices[i])})
        return by_label or exact
    ranked = sorted((rank, i) for i, labels in enumerate(known) if (rank := _rank(said, labels)) is not None)
    if ranked:
        return tuple(i for _, i in ranked)
    return _contained(said, known) or _misspelt(said, known)


def _labels(choice: Choice) -> list[str]:
    return [
        "".join(piece for piece in pieces if isinstance(piece, str)).strip()
        for pieces in choice.label.by_language.values()
    ]


def _aliases(choice: Choice) -> list[str]:
    return [alias.strip() for alias in choice.extra.get("aliases", "").split(";") if alias.strip()]


def _rank(said: str, labels: Iterable[str]) -> int | None:
    """0 where a label begins with the words, 1 where a word of a label does."""
    if any(label.startswith(said) for label in labels):
        return 0
    return 1 if any(f" {said}" in label for label in labels) else None


def _contained(said: str, known: Sequence[Iterable[str]]) -> tuple[int, ...]:
    """Labels said within a sentence; a label within another label that was said does not count."""
    found = {
        i: max(within, key=len)
        for i, labels in enumerate(known)
        if (
            within := [
                label for label in labels if len(label) >= _LEAST_CONTAINED and f" {label} " in f" {said} "
            ]
        )
    }
    return tuple(
        i
        for i, label in found.items()
        if not any(label != other and label in other for other in found.values())
    )


def _misspelt(said: str, known: Sequence[Iterable[str]]) -> tuple[int, ...]:
    if len(said) < _LEAST_TYPO:
        return ()
    matcher = SequenceMatcher(None, "", said, autojunk=False)
    near: list[tuple[float, int]] = []
    for i, labels in enumerate(known):
        best = 0.0
        for label in labels:
            matcher.set_seq1(label)
            if matcher.real_quick_ratio() >= _NEAR and matcher.quick_ratio() >= _NEAR:
                best = max(best, matcher.ratio())
        if best >= _NEAR:
            near.append((-best, i))
    return tuple(i for _, i in sorted(near))
