"""Linting: what in a text could say who somebody is or where, whatever its script and its digits (S36). Pure.

It suggests, people decide. Every pattern is bounded, so that a text is read in a time that grows with its length alone.
Digits are those of any script, marks that nobody sees may stand between them.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from bot.spelled import CUES, MONEY, MONTHS, NO_NAMES, UNITS
from dialogs.letters import folded


class Found(StrEnum):
    """What was found."""

    PHONE = "phone"
    EMAIL = "email"
    HANDLE = "handle"
    LINK = "link"
    ID = "id"
    COORDINATES = "coordinates"
    DATE = "date"
    TIME = "time"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Span:
    """Something found: from `start` to before `end`, in code points of the text; `why` is a word for whoever asks."""

    kind: Found
    start: int
    end: int
    why: str


def suggest(text: str, names: Collection[str] = (), keep: Collection[str] = ()) -> list[Span]:
    """The spans that could identify somebody, in order, none over another. `names`: words known to be names (other
    answers of hers); `keep`: words that may stay (countries).
    """
    seen = _Seen(text)
    found: list[_Raw] = []
    for look in (_links, _mail, _coordinates, _dates, _times, _plates, _codes, _numbers):
        found += look(seen.plain)
    found += _names(seen, {folded(each) for each in names}, _kept(frozenset(keep)))
    return [
        Span(kind, seen.at(start), seen.at(end - 1) + 1, why)
        for kind, start, end, why in _apart(found, seen.plain)
    ]


def names_in(text: str, keep: Collection[str] = ()) -> list[str]:
    """The words of a text that look like names: written with a capital in the middle of a sentence, or named so."""
    seen = _Seen(text)
    found = _names(seen, set(), _kept(frozenset(keep)))
    return [word for _, start, end, _ in found for word in _WORD.findall(seen.plain, start, end)]


@lru_cache(maxsize=32)
def _kept(words: frozenset[str]) -> frozenset[str]:
    """Words that may stay, as they are compared: thousands of countries' names, the same at every text of a form."""
    return frozenset(map(folded, words))


# -- how a text is seen -----------------------------------------------------------------------------------------------

_Raw = tuple[Found, int, int, str]

_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0903\u093a-\u0957\u0962\u0963"
_MARKS += (
    "\u0981-\u0983\u09bc-\u09cd\u09d7\u09e2\u09e3\u0a01-\u0a03\u0a3c-\u0a51\u0b82\u0bbe-\u0bcd\u0e31-\u0e4e"
)
_W = rf"(?:[^\W\d_]|[{_MARKS}])+"
"""A word: letters of any script with their marks."""
_WORD = re.compile(_W)

_SAME = {
    **dict.fromkeys("‐‑‒–—−﹣－", "-"),
    **dict.fromkeys(
        "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t", " "
    ),
    **dict.fromkeys("’‘ʼ′´`", "'"),
    **dict.fromkeys("”“″", '"'),
    **dict.fromkeys("٫·•․．｡。।॥۔", "."),
    **dict.fromkeys("٬،，、", ","),
    "：": ":",
    "∶": ":",
    "；": ";",
    "؛": ";",
    "º": "°",
    "˚": "°",
    "⁄": "/",
    "∕": "/",
}
"""Signs of every script that stand for one of ours."""


class _Seen:
    """A text as it is searched: digits and separators of every script as ours, what nobody sees left out."""

    __slots__ = ("_at", "plain")

    def __init__(self, text: str) -> None:
        letters: list[str] = []
        self._at: list[int] | None = None
        if text.isascii():
            self.plain = text.replace("\t", " ")
            return
        self._at = []
        for place, letter in enumerate(text):
            for each in _as_ours(letter, letters[-1] if letters else ""):
                letters.append(each)
                self._at.append(place)
        self.plain = "".join(letters)

    def at(self, place: int) -> int:
        """Where in the text a place of `plain` is."""
        return place if self._at is None else self._at[place]


def _as_ours(letter: str, before: str) -> str:
    if letter.isascii():
        return " " if letter == "\t" else letter
    if same := _SAME.get(letter):
        return same
    kind = unicodedata.category(letter)
    if kind == "Cf" or letter == "\u034f" or (kind in ("Mn", "Me") and before.isdecimal()):
        return ""
    digit = unicodedata.digit(letter, None)
    if digit is not None:
        return str(digit)
    if "\uff00" <= letter <= "\uffef" or "\U0001d400" <= letter <= "\U0001d7ff":
        return unicodedata.normalize("NFKC", letter)
    return letter


def _apart(found: Iterable[_Raw], plain: str) -> list[_Raw]:
    """Those that overlap as one, called what was looked for first; and the two halves of coordinates."""
    rank = {kind: place for place, kind in enumerate(_RANKS)}
    whole: list[_Raw] = []
    for each in sorted(found, key=lambda one: (one[1], -one[2])):
        if whole and (each[1] < whole[-1][2] or _halves(whole[-1], each, plain)):
            last = whole.pop()
            first = min(last, each, key=lambda one: rank[one[0]])
            each = (first[0], last[1], max(last[2], each[2]), first[3])
        whole.append(each)
    return whole


def _halves(one: _Raw, other: _Raw, plain: str) -> bool:
    both = one[0] is other[0] is Found.COORDINATES
    return both and other[1] - one[2] <= 3 and not plain[one[2] : other[1]].strip(" ,;/")


_RANKS = (
    Found.EMAIL,
    Found.HANDLE,
    Found.LINK,
    Found.COORDINATES,
    Found.DATE,
    Found.TIME,
    Found.PHONE,
    Found.ID,
    Found.NAME,
)


def _all(pattern: re.Pattern[str], plain: str, kind: Found, why: str) -> Iterator[_Raw]:
    for found in pattern.finditer(plain):
        end = found.start() + len(found[0].rstrip(" .,;:!?)'\""))
        if end > found.start():
            yield kind, found.start(), end, why


# -- links, handles, mail ---------------------------------------------------------------------------------------------

_TOP = (
    "com|org|net|info|io|me|gov|edu|int|app|dev|mg|fr|uk|ke|tz|in|bd|pk|af|ir|sy|lb|eg|ma|dz|tn|sn|ci|cd|ng|gh|za|mx|co|"
    "ar|br|pe|es|pt|ru|ua|cn|be|ch|de|it|eu|ht|ne|ml|bf|cm|np|lk|jo|iq|ye|sd"
)
_LINK = re.compile(r"(?:https?://|www\.)\S{1,500}", re.IGNORECASE)
_DOMAIN = re.compile(
    rf"(?<![\w@.-])[a-z0-9][a-z0-9-]{{0,62}}(?:\.[a-z0-9][a-z0-9-]{{0,62}}){{0,4}}\.(?:{_TOP})(?![\w-])(?:/\S{{0,300}})?"
)
_ACCOUNT = re.compile(
    r"(?:https?://)?(?:www\.)?(?:t|telegram|wa|m|fb|facebook|instagram|tiktok|twitter|x)\.(?:me|com)/@?[\w.+%-]{1,80}"
    r"|tg://\S{1,200}",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<![\w.@])@ ?[\w][\w.]{1,63}")
_NAMED_HANDLE = re.compile(
    r"(?:telegram|whatsapp|facebook|messenger|instagram|insta|signal|viber|imo|tiktok) ?[:=] ?@?\w[\w.]{2,63}",
    re.IGNORECASE,
)
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64} ?@ ?[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_SPELLED_MAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64} ?[\[(]? ?(?:@|\bat\b|arobase|arroba|собака|\bet\b|ऐट|এট) ?[\])]? ?[\w-]{1,63}"
    rf" ?[\[(]? ?(?:\.|\bdot\b|point|punto|ponto|точка|डॉट|ডট) ?[\])]? ?(?:{_TOP})(?!\w)",
    re.IGNORECASE,
)


def _links(plain: str) -> Iterator[_Raw]:
    yield from _all(_ACCOUNT, plain, Found.HANDLE, "an account")
    yield from _all(_LINK, plain, Found.LINK, "a link")
    yield from _all(_DOMAIN, plain, Found.LINK, "a link")


def _mail(plain: str) -> Iterator[_Raw]:
    yield from _all(_MAIL, plain, Found.EMAIL, "a mail address")
    yield from _all(_SPELLED_MAIL, plain, Found.EMAIL, "a mail address")
    yield from _all(_HANDLE, plain, Found.HANDLE, "an account")
    yield from _all(_NAMED_HANDLE, plain, Found.HANDLE, "an account")


# -- places -----------------------------------------------------------------------------------------------------------

_SIDE = r"(?:[NSEWO](?![A-Za-z])|[СЮВЗ](?!\w)|شمال|جنوب|شرق|غرب)"
_PAIR = re.compile(
    rf"(?<![\d.])[+-]?\d{{1,3}}[.,](\d{{2,15}}) ?°? ?({_SIDE})?(?: ?[,;/] ?| {{1,2}}){_SIDE}?"
    rf" ?[+-]?\d{{1,3}}[.,](\d{{2,15}})(?![\d.]\d) ?(°)? ?({_SIDE})?"
)
_DEGREES = re.compile(
    rf"(?<![\d.,])[+-]?\d{{1,3}} ?° ?\d{{1,2}}(?:[.,]\d{{1,6}})?"
    rf"(?: ?'{{1,2}}(?: ?\d{{1,2}}(?:[.,]\d{{1,6}})? ?(?:\"|''))? ?{_SIDE}?| ?{_SIDE})"
)
_ONE = re.compile(rf"(?<![\d.,])[+-]?\d{{1,3}}[.,]\d{{2,15}} ?° ?{_SIDE}?")
_LABELLED = re.compile(
    r"(?<!\w)(?:lat(?:itude)?|lon(?:g(?:itude)?)?|lng|широта|долгота|अक्षांश|देशांतर|অক্ষাংশ|দ্রাঘিমাংশ"
    r"|خط العرض|خط الطول|عرض|طول) ?[:=]? ?[+-]?\d{1,3}[.,]\d{2,15}",
    re.IGNORECASE,
)
_PLUS_CODE = re.compile(r"(?<![A-Z0-9])[23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,3}(?![A-Z0-9])")


def _coordinates(plain: str) -> Iterator[_Raw]:
    for found in _PAIR.finditer(plain):
        first, side, second, degree, last = found.groups()
        if max(len(first), len(second)) >= 4 or side or degree or last:
            yield Found.COORDINATES, found.start(), found.start() + len(found[0].rstrip()), "coordinates"
    for pattern in (_DEGREES, _ONE, _LABELLED, _PLUS_CODE):
        yield from _all(pattern, plain, Found.COORDINATES, "coordinates")


# -- days and hours ---------------------------------------------------------------------------------------------------

_NUMERIC = re.compile(
    r"(?<![\d.,/-])(?:(\d{4}) ?([-/.]) ?(\d{1,2}) ?\2 ?(\d{1,2})|(\d{1,2}) ?([-/.]) ?(\d{1,2}) ?\6 ?(?:\d{4}|\d{2}))"
    r"(?![\d/-])"
)
_CHINESE = re.compile(r"(?:\d{2,4} ?年 ?)?\d{1,2} ?月 ?\d{1,2} ?[日号號]")
_DAY_BEFORE = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|ère|o|°|-?е|-?го)?\.?,? ?(?:of |de |du |ya |le |من |تاريخ )?$",
    re.IGNORECASE,
)
_DAY_AFTER = re.compile(r"\.? (\d{1,2})(?:st|nd|rd|th)?(?![\d:.]\d|\d)", re.IGNORECASE)
_YEAR_AFTER = re.compile(r"\.?,? ?(?:de |of |du |سنة |عام )?\d{4}(?!\d)")
_CLOCK = re.compile(
    r"(?<![\d:.,])(?:[01]?\d|2[0-4])(?: ?[:h] ?[0-5]\d(?::[0-5]\d)?(?![\d:])(?: ?[ap]\.?m\b)?| ?[ap]\.?m(?![a-z])"
    r"| o'clock| ?बजे| ?بجے| ?[点點时](?!间))",
    re.IGNORECASE,
)


def _dates(plain: str) -> Iterator[_Raw]:
    for found in _NUMERIC.finditer(plain):
        day, month = (int(each) for each in (found.group(4, 3) if found[1] else found.group(5, 7)))
        if min(day, month) in range(1, 13) and max(day, month) in range(1, 33):
            yield Found.DATE, found.start(), found.end(), "a day"
    yield from _all(_CHINESE, plain, Found.DATE, "a day")
    for word in _WORD.finditer(plain):
        if _month(word[0]):
            yield from _around(plain, word.start(), word.end())


def _around(plain: str, start: int, end: int) -> Iterator[_Raw]:
    """A month with its day, before it or after it; a month alone is no day."""
    before = _DAY_BEFORE.search(plain, max(0, start - 16), start)
    after = None if before else _DAY_AFTER.match(plain, end)
    if before or after:
        begin, stop = (before.start(), end) if before else (start, after.end() if after else end)
        year = _YEAR_AFTER.match(plain, stop)
        yield Found.DATE, begin, year.end() if year else stop, "a day"


def _month(word: str) -> bool:
    return len(word) < 16 and unicodedata.normalize("NFC", word).casefold() in MONTHS


def _times(plain: str) -> Iterator[_Raw]:
    yield from _all(_CLOCK, plain, Found.TIME, "an hour")


# -- numbers and codes ------------------------------------------------------------------------------------------------

_RUN = re.compile(r"(?<!\d)[(+]{0,3}\d(?:[ ().\-/_]{0,3}\d)*")
_GROUP = re.compile(r"\d+")
_NEXT_WORD = re.compile(rf" {{0,2}}([$€£¥₹৳﷼₽₨%]|{_W})")
_LAST_WORD = re.compile(rf"(?:([$€£¥₹৳﷼₽₨])|(?<![^\W\d_])({_W})) {{0,2}}$")
_PREFIX = re.compile(r"(?<![A-Za-z])[A-Z]{1,3}[ -]?$")
"""Letters before a number, as on a passport."""
_CODE = re.compile(r"(?<![A-Za-zА-я0-9])[A-Za-zА-я0-9]+(?:[-/_][A-Za-zА-я0-9]+){0,8}")
_RECEIPT = re.compile(r"[A-Z]{2}-(?=[2-9]{0,3}[A-Z])[2-9A-HJKMNP-TV-Z]{4}")
_MEASURE = re.compile(r"(\d+)([A-Za-zА-я]+)")
_PLATE = re.compile(
    r"(?<![A-Za-z0-9-])(?:[A-Z]{1,3}[ -]?\d{2,4}[ -]?[A-Z]{1,3}|[A-Z]{2}[ -]?\d{1,2}[ -]?[A-Z]{1,3}[ -]?\d{3,4}"
    r"|\d{3,4}[ -]?[A-Z]{2,3}(?:[ -]?\d{2,3})?|[A-Z]{1,3}[ -]\d{5}|[A-Z]{3}[ -]?\d{3,4}|[A-Z]{3}\d[A-Z]\d{2})"
    r"(?![A-Za-z0-9])"
)
_ONE_LETTER = (
    r"(?:[\u0621-\u0647\u0649\u064a\u067e-\u06d3\u0905-\u0939\u0985-\u09b9][\u093e-\u094d\u09be-\u09cd]{0,2})"
)
_OTHER_PLATE = re.compile(
    rf"(?<![\w{_MARKS}])(?:\d{{1,5}}[ -]{_ONE_LETTER}(?:[ -]{_ONE_LETTER}){{0,2}}"
    rf"(?:[ -]\d{{1,4}}(?: ?\S{{2,6}} \d{{2}})?)?"
    rf"|{_ONE_LETTER}(?:[ -]{_ONE_LETTER}){{0,2}}[ -]\d{{1,4}}(?:[ -]{_ONE_LETTER}[ -]\d{{1,4}}|[ -]\d{{3,4}})?)"
    rf"(?![\w{_MARKS}])"
)
_MANY, _LONG = 6, 10
"""Digits in a row that may say who somebody is; and so many that nobody pays with them."""


def _plates(plain: str) -> Iterator[_Raw]:
    for found in _PLATE.finditer(plain):
        letters = {each.casefold() for each in re.findall(r"[A-Z]{2,}", found[0])}
        if not letters & MONEY:
            yield Found.ID, found.start(), found.end(), "a number plate or a document"
    for found in _OTHER_PLATE.finditer(plain):
        if sum(map(str.isdecimal, found[0])) >= 4:
            yield Found.ID, found.start(), found.end(), "a number plate"


def _codes(plain: str) -> Iterator[_Raw]:
    """Words of letters and digits, as documents are numbered; not our receipts, nor "250kg"."""
    for found in _CODE.finditer(plain):
        code = found[0]
        digits = sum(map(str.isdecimal, code))
        letters = sum(map(str.isalpha, code))
        if not letters or digits < 4 or digits + letters < 6 or _RECEIPT.fullmatch(code):
            continue
        measure = _MEASURE.fullmatch(code)
        if measure and (measure[2].casefold() in MONEY | UNITS):
            continue
        yield Found.ID, found.start(), found.end(), "a document"


def _numbers(plain: str) -> Iterator[_Raw]:
    """Runs of digits, with what may stand between them; not what is a price, a count or years."""
    for run in _RUN.finditer(plain):
        start, end = run.span()
        if sum(map(str.isdecimal, run[0])) < _MANY:
            continue
        groups = [each.span() for each in _GROUP.finditer(plain, start, end)]
        if plain[start] != "+":
            groups = _without_years(plain, groups)
        if (
            _length(groups) < _LONG
            and plain[start] not in "0+("
            and _paid(plain, groups[0][0], groups[-1][1])
        ):
            groups = _without_price(plain, groups)
        if not groups or not _identifies(plain, groups):
            continue
        begin = start if groups[0][0] - start <= 2 else groups[0][0]
        prefix = _PREFIX.search(plain, max(0, begin - 5), begin)
        whole = plain[begin : groups[-1][1]]
        kind = Found.ID if prefix or (whole.isdecimal() and whole[0] != "0") else Found.PHONE
        why = "a document" if kind is Found.ID else "a telephone number"
        yield kind, prefix.start() if prefix else begin, groups[-1][1], why


_Groups = list[tuple[int, int]]


def _identifies(plain: str, groups: _Groups) -> bool:
    digits = [plain[start:end] for start, end in groups]
    whole = "".join(digits)
    if len(whole) < _MANY or all(_is_year(each) for each in digits):
        return False
    signed = groups[0][0] > 0 and plain[groups[0][0] - 1] in "+("
    if signed or whole[0] == "0":
        return True
    if len(digits) == 1:
        return not whole.endswith("000")
    return not (_is_count(digits) and whole.endswith("00") and len(whole) < _LONG)


def _length(groups: _Groups) -> int:
    return sum(end - start for start, end in groups)


def _is_count(digits: list[str]) -> bool:
    """Written in threes, as large numbers are."""
    return len(digits[0]) <= 3 and all(len(each) == 3 for each in digits[1:])


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and digits[:2] in ("13", "14", "19", "20", "25")


def _without_years(plain: str, groups: _Groups) -> _Groups:
    """Without the years at its ends, as in "in 2023 300 000"; a number of four by four keeps them."""
    while len(groups) > 1 and _is_year(plain[slice(*groups[0])]):
        rest = [plain[slice(*each)] for each in groups[1:]]
        if not (_is_count(rest) or len("".join(rest)) < _MANY):
            break
        groups = groups[1:]
    return groups


def _paid(plain: str, start: int, end: int) -> bool:
    """Whether money or a measure stands beside it."""
    after = _NEXT_WORD.match(plain, end)
    before = _LAST_WORD.search(plain, max(0, start - 14), start)
    words = [after[1] if after else "", (before[1] or before[2]) if before else ""]
    return any(unicodedata.normalize("NFC", each).casefold() in MONEY for each in words if each) or bool(
        after and after[1].casefold() in UNITS
    )


def _without_price(plain: str, groups: _Groups) -> _Groups:
    """Without the amount at its end."""
    if groups[-1][1] - groups[-1][0] > 3:
        return groups[:-1]
    while groups and groups[-1][1] - groups[-1][0] == 3:
        groups = groups[:-1]
    return groups[:-1] if groups and groups[-1][1] - groups[-1][0] < 3 else groups


# -- names ------------------------------------------------------------------------------------------------------------

_SENTENCE_ENDS = frozenset('.!?:;\n\r¿¡«"(-*')
_RUN_OF_WORDS = 6


def _names(seen: _Seen, known: Collection[str], keep: Collection[str]) -> list[_Raw]:
    """Words known as names, words after “my name is” and the like, and runs of words with capitals."""
    plain = seen.plain
    words = [(each[0], each.start(), each.end()) for each in _WORD.finditer(plain)]
    parts = frozenset(part for each in known for part in each.split() if len(part) > 1)
    found: list[_Raw] = []
    at = 0
    while at < len(words):
        run = _capitals(plain, words, at, keep)
        if run:
            found.append((Found.NAME, words[at][1], words[at + run - 1][2], "written like a name"))
            at += run
            continue
        word, start, end = words[at]
        if parts and folded(word) in parts and folded(word) not in keep:
            found.append((Found.NAME, start, end, "a name from another answer"))
        elif at + 1 < len(words) and _introduces(words, at):
            following, start, end = words[at + 1]
            if folded(following) not in keep and len(following) > 1:
                found.append((Found.NAME, start, end, "introduced as a name"))
                at += 1
        at += 1
    return found + list(_han(plain, known, keep))


def _capitals(plain: str, words: list[tuple[str, int, int]], at: int, keep: Collection[str]) -> int:
    """How many words from here are a name by their capitals; one at a sentence's beginning tells nothing."""
    count = 0
    while at + count < len(words) and count < _RUN_OF_WORDS and _capital(words[at + count][0]):
        if count and plain[words[at + count - 1][2] : words[at + count][1]] not in (" ", "-", "'"):
            break
        count += 1
    taken = [folded(word) for word, _, _ in words[at : at + count]]
    if not count or all(each in NO_NAMES or each in keep for each in taken) or " ".join(taken) in keep:
        return 0
    if taken[0] in NO_NAMES:
        return 0  # the next word begins the name
    return count if count > 1 or not _begins(plain, words[at][1]) else 0


def _capital(word: str) -> bool:
    return word[0].isupper() and (word[1:].islower() or (len(word) > 1 and not word.isupper()))


def _begins(plain: str, start: int) -> bool:
    """Whether a sentence begins here."""
    before = plain[max(0, start - 8) : start].rstrip(" ")
    return before[-1] in _SENTENCE_ENDS if before else start < 8


def _introduces(words: list[tuple[str, int, int]], at: int) -> bool:
    """Whether “my name is”, “mister” or the like ends with this word."""
    one = folded(words[at][0])
    if one in CUES:
        return True
    return any(
        " ".join(folded(word) for word, _, _ in words[at - back : at + 1]) in CUES
        for back in (1, 2)
        if at >= back
    )


def _han(plain: str, known: Collection[str], keep: Collection[str]) -> Iterator[_Raw]:
    """Known names in scripts without spaces between words."""
    for name in known:
        if name and "\u2e80" < name[0] < "\ua000" and len(name) > 1 and name not in keep:
            for found in re.finditer(re.escape(name), plain):
                yield Found.NAME, found.start(), found.end(), "a name from another answer"
