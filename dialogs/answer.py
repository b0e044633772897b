"""What an answer may be, by kind: words read into a canonical value (XForms' lexical form), or the reason why not."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from difflib import SequenceMatcher
from functools import lru_cache
from unicodedata import category, decimal, normalize

from dialogs.form import Choice, Kind

MAX_TEXT = 8 * 4096
"""Characters of one text answer; what Telegram sends as one message has at most 4,096."""

MAX_DIGITS = 15
MAX_MARKS = 6
"""Combining marks on one letter; no script in use needs more."""


@dataclass(frozen=True, slots=True)
class Fit:
    """The words are an answer: its canonical value."""

    value: str


@dataclass(frozen=True, slots=True)
class Misfit:
    """The words are no answer to this kind of question; `reason` is one of `dialogs.effect.Refuse`'s."""

    reason: str


def read(kind: Kind, words: str, *, today: date, language: str) -> Fit | Misfit:
    """Read words as an answer. Digits of any script are understood; choices are for `match`, not for this.

    `language` decides what "1,234" is; days come before months in every language, years may come first.
    """
    text = canonical(words).strip()
    match kind:
        case Kind.TEXT | Kind.BARCODE:
            if len(text) > MAX_TEXT:
                return Misfit("too_long")
            return Fit(text) if text else Misfit("needs_words")
        case Kind.INTEGER | Kind.DECIMAL | Kind.RANGE:
            return _read_number(text, whole=kind is Kind.INTEGER, comma_groups=_comma_groups(language))
        case Kind.DATE:
            day = _read_date(_plain(text), today)
            return Fit(day.isoformat()) if day is not None else Misfit("not_a_date")
        case Kind.TIME:
            clock = _read_time(_plain(text))
            return Fit(clock.isoformat()) if clock is not None else Misfit("not_a_date")
        case Kind.DATETIME:
            return _read_moment(_plain(text), today)
        case Kind.GEOPOINT:
            return _read_place(_plain(text))
        case Kind.AUDIO:
            return Misfit("needs_voice")
        case Kind.IMAGE:
            return Misfit("needs_photo")
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


# -- text -----------------------------------------------------------------------------------------------------------


def canonical(words: str) -> str:
    """Text as it is kept (assurance S13): NFC; no control characters but newline and tab, no lone surrogates, no
    bidirectional overrides; joiners stay, and marks piled on one letter are capped. Idempotent.
    """
    lines = words.replace("\r\n", "\n").replace("\r", "\n")
    kept = normalize("NFC", _UNWANTED.sub("", lines))
    return kept if kept.isascii() else "".join(_capped(kept))


_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def _capped(text: str) -> Iterable[str]:
    marks = 0
    for letter in text:
        marks = marks + 1 if category(letter) in {"Mn", "Me"} else 0
        if marks <= MAX_MARKS:
            yield letter


@lru_cache(maxsize=65_536)
def folded(words: str) -> str:
    """Words for comparing: no case, accents, Arabic vowel marks or punctuation; hamza and digit forms as one."""
    plain = normalize("NFKD", words).casefold()
    letters = []
    for letter in _plain(plain).translate(_SAME):
        kind = category(letter)
        if kind[0] in "LN" or kind[0] == "M":
            letters.append(letter)
        elif kind != "Cf":
            letters.append(" ")
    return " ".join("".join(letters).split())


def _ranges(*ranges: tuple[int, int]) -> dict[int, str | None]:
    return {code: None for first, last in ranges for code in range(first, last + 1)}


_SAME: dict[int, str | None] = {
    **_ranges((0x300, 0x36F), (0x591, 0x5C7), (0x610, 0x61A), (0x64B, 0x65F), (0x670, 0x670), (0x6D6, 0x6ED)),
    ord("ـ"): None,
    **{ord(letter): "ا" for letter in "أإآٱ"},
    **{ord(letter): "ي" for letter in "ىئی"},
    **{ord(letter): "ك" for letter in "کڪ"},
    ord("ؤ"): "و",
    ord("ة"): "ه",
    ord("ہ"): "ه",
    ord("ھ"): "ه",
    ord("’"): " ",
    ord("'"): " ",
}


@lru_cache(maxsize=4_096)
def _plain(text: str) -> str:
    """Digits of every script as ASCII, invisible direction marks dropped, separators of every script as ours."""
    return "".join(_digit(letter) for letter in text).translate(_SEPARATORS)


def _digit(letter: str) -> str:
    return letter if letter.isascii() or not letter.isdecimal() else str(decimal(letter))


_SEPARATORS: dict[int, str | None] = {
    **dict.fromkeys((0x200E, 0x200F, 0x61C, 0x200B, 0xFEFF)),
    **{ord(letter): " " for letter in "\u00a0\u2009\u202f\u2007"},
    **{ord(letter): "-" for letter in "−‐‑‒–—"},
    ord("٫"): ".",
    ord("٬"): "'",
    ord("،"): ",",
    ord("’"): "'",
    ord("،"): ",",
    ord("，"): ",",
    ord("．"): ".",
    ord("："): ":",
}


# -- numbers --------------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"[-+]?\d+(?:[ '.,]\d+)*")
_GROUPED = re.compile(r"\d{1,3}(?:\d{2,3})*\d{3}")
_DECIMAL_COMMA = frozenset({"fr", "es", "pt", "ru", "mg", "de", "it"})


def _comma_groups(language: str) -> bool:
    return language.partition("-")[0] not in _DECIMAL_COMMA


def _read_number(text: str, *, whole: bool, comma_groups: bool) -> Fit | Misfit:
    plain = _plain(text)
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


# -- dates and times ------------------------------------------------------------------------------------------------

_MONTHS = (  # in the languages of the project; "_" stands for a space
    "january janvier enero janeiro январь января januari januari janoary يناير كانون_الثاني جانفي जनवरी জানুয়ারি جنوری",
    "february février febrero fevereiro февраль февраля februari febroary فبراير شباط فيفري फरवरी फ़रवरी ফেব্রুয়ারি فروری",
    "march mars marzo março март марта machi martsa مارس آذار मार्च মার্চ مارچ",
    "april avril abril апрель апреля aprili avrily أبريل إبريل نيسان أفريل अप्रैल এপ্রিল اپریل",
    "may mai mayo maio май мая mei mey مايو أيار ماي मई মে مئی",
    "june juin junio junho июнь июня juni jona يونيو حزيران جوان जून জুন جون",
    "july juillet julio julho июль июля julai jolay يوليو تموز جويلية يوليوز जुलाई জুলাই جولائی",
    "august août agosto август августа agosti aogositra أغسطس آب أوت غشت अगस्त আগস্ট اگست",
    (
        "september septembre septiembre setembro сентябрь сентября septemba septambra"
        " سبتمبر أيلول شتنبر सितंबर সেপ্টেম্বর ستمبر"
    ),
    "october octobre octubre outubro октябрь октября oktoba oktobra أكتوبر تشرين_الأول अक्टूबर अक्तूबर অক্টোবর اکتوبر",
    "november novembre noviembre novembro ноябрь ноября novemba novambra نوفمبر تشرين_الثاني نونبر नवंबर নভেম্বর نومبر",
    (
        "december décembre diciembre dezembro декабрь декабря desemba desambra"
        " ديسمبر كانون_الأول دجنبر दिसंबर ডিসেম্বর دسمبر"
    ),
)
_NAMES = {
    folded(name.replace("_", " ")): month for month, names in enumerate(_MONTHS, 1) for name in names.split()
}
_DAYS_AGO = {
    folded(word): ago
    for ago, words in enumerate(
        (
            "today|aujourd'hui|hoy|hoje|сегодня|今天|आज|আজ|آج|leo|androany|اليوم",
            "yesterday|hier|ayer|ontem|вчера|昨天|कल|গতকাল|کل|jana|omaly|أمس|البارحة|امبارح",
            (
                "day before yesterday|the day before yesterday|avant-hier|anteayer|antes de ayer|anteontem|позавчера"
                "|前天|परसों|গত পরশু|پرسوں|juzi|afak'omaly|أول أمس|أول البارحة"
            ),
        )
    )
    for word in words.split("|")
}
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/. 年]\s*(\d{1,2})\s*[-/. 月]\s*(\d{1,2})日?")
_DAY_FIRST = re.compile(r"(\d{1,2})\s*[-/. ,]\s*(\d{1,2})\s*[-/. ,]\s*(\d{4}|\d{2})")
_NO_YEAR = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})")
_TIME = re.compile(
    r"(\d{1,2})(?:\s*(?:[:h.時时]|\s)\s*(\d{2}))?(?:[:m]\s*(\d{2})(?:\.\d+)?)?\s*(h|m|mn|min|分|点)?",
    re.IGNORECASE,
)
_AFTERNOON = frozenset({"pm", "p m", "م", "مساء", "مساءً", "下午"})
_MORNING = frozenset({"am", "a m", "ص", "صباحا", "صباحاً", "上午"})


def _read_date(plain: str, today: date) -> date | None:
    words = folded(plain)
    if words in _DAYS_AGO:
        return today - timedelta(days=_DAYS_AGO[words])
    if found := _YEAR_FIRST.fullmatch(plain):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY_FIRST.fullmatch(plain):
        first, second, year = int(found[1]), int(found[2]), _full_year(found[3], today)
        return _day(year, second, first) or _day(year, first, second)
    if found := _NO_YEAR.fullmatch(plain):
        return _latest(int(found[2]), int(found[1]), today)
    return _named_date(words, today)


def _named_date(words: str, today: date) -> date | None:
    """Day, name of a month and perhaps a year, in any order."""
    numbers = re.findall(r"\d+", words)
    named = " ".join(_WITHOUT.sub(" ", re.sub(r"\d+(?:st|nd|rd|th|er|e)?", " ", words)).split())
    month = _month(named)
    if month is None or not 1 <= len(numbers) <= 2:
        return None
    if len(numbers) == 1:
        return _latest(month, int(numbers[0]), today) if len(numbers[0]) <= 2 else None
    day, year = sorted(numbers, key=len) if len(numbers[0]) != len(numbers[1]) else numbers
    return _day(_full_year(year, today), month, int(day)) if len(day) <= 2 and len(year) in {2, 4} else None


_WITHOUT = re.compile(r"\b(?:of|the|de|del|do|le|la|el|tamin ny|ny|mwezi wa|tarehe|في|года|г)\b")


def _month(name: str) -> int | None:
    if name in _NAMES:
        return _NAMES[name]
    found = {month for known, month in _NAMES.items() if known.startswith(name)} if len(name) >= 3 else set()
    return found.pop() if len(found) == 1 else None


def _full_year(written: str, today: date) -> int:
    """A year of two digits is the one that is nearest before the year after next."""
    if len(written) == 4:
        return int(written)
    year = today.year // 100 * 100 + int(written)
    return year if year <= today.year + 2 else year - 100


def _latest(month: int, day: int, today: date) -> date | None:
    """The last such day that is not after today: people tell what was."""
    here = _day(today.year, month, day)
    return here if here is not None and here <= today else _day(today.year - 1, month, day)


def _day(year: int, month: int, day: int) -> date | None:
    with suppress(ValueError):
        return date(year, month, day) if year >= 1000 else None
    return None


def _read_time(plain: str) -> time | None:
    words = " ".join(plain.casefold().replace(".m.", "m").split())
    halves = [half for half in (*_AFTERNOON, *_MORNING) if words.endswith(half) or words.startswith(half)]
    half = max(halves, key=len, default="")
    found = _TIME.fullmatch(words.removesuffix(half).removeprefix(half).strip())
    if found is None or not (found[2] or found[4] or half or "h" in words):
        return None
    hour, minute, second = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in _AFTERNOON else 0)
    with suppress(ValueError):
        return time(hour, minute, second)
    return None


def _read_moment(plain: str, today: date) -> Fit | Misfit:
    """A date and a time, in either order, with a space, "T" or comma between."""
    words = [part.strip(",") for part in re.split(r"(?<=\d)T(?=\d)|\s+", plain)]
    for cut in range(1, len(words)):
        for first, second in ((words[:cut], words[cut:]), (words[cut:], words[:cut])):
            day, clock = _read_date(" ".join(first), today), _read_time(" ".join(second))
            if day is not None and clock is not None:
                return Fit(f"{day.isoformat()}T{clock.isoformat()}")
    return Misfit("not_a_date")


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


def place(latitude: float, longitude: float) -> str:
    """A geopoint's canonical value from degrees: "latitude longitude 0 0", rounded to about ten centimetres."""
    return f"{_degrees(latitude)} {_degrees(longitude)} 0 0"


def _degrees(value: float) -> str:
    shown = f"{value:.6f}".rstrip("0").rstrip(".")
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
