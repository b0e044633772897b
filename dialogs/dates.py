"""Dates and times: read as people write them, and said in their language."""

import re
from contextlib import suppress
from datetime import date, time, timedelta

from dialogs.letters import folded, plain_of

_MONTHS = {  # as they stand in a date
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "zh": "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
    "hi": "जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
    "bn": "জানুয়ারি ফেব্রুয়ারি মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর",
    "ur": "جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر",
    "sw": "Januari Februari Machi Aprili Mei Juni Julai Agosti Septemba Oktoba Novemba Desemba",
    "mg": "Janoary Febroary Martsa Aprily Mey Jona Jolay Aogositra Septambra Oktobra Novambra Desambra",
}
_ALONE = {"ru": "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь"}
_ALSO = (  # further names people use, month by month; "_" stands for a space
    "كانون_الثاني جانفي জানুয়ারী",
    "شباط فيفري फरवरी ফেব্রুয়ারী",
    "آذار",
    "إبريل نيسان أفريل avrily",
    "أيار ماي",
    "حزيران جوان",
    "تموز جويلية يوليوز",
    "آب أوت غشت",
    "أيلول شتنبر",
    "تشرين_الأول अक्तूबर",
    "تشرين_الثاني نونبر",
    "كانون_الأول دجنبر",
)
_NAMES = {
    folded(name.replace("_", " ")): month
    for names in (*_MONTHS.values(), *_ALONE.values())
    for month, name in enumerate(names.split(), 1)
} | {folded(name.replace("_", " ")): month for month, names in enumerate(_ALSO, 1) for name in names.split()}
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


_YEAR = re.compile(r"(\d{4})\s*年?")
_YEAR_MONTH = re.compile(r"(\d{4})\s*[-/. 年]\s*(\d{1,2})月?")
_MONTH_YEAR = re.compile(r"(\d{1,2})\s*[-/. ]\s*(\d{4})")


# -- said -----------------------------------------------------------------------------------------------------------


def name_of_month(month: int, language: str) -> str:
    """How a month is called by itself; its number in a language we do not know."""
    code = language.partition("-")[0]
    names = _ALONE.get(code) or _MONTHS.get(code)
    return names.split()[month - 1] if names else str(month)


def in_words(value: str, language: str) -> str:
    """A canonical date, time or both, said: "2026-11-23" → "23 November 2026".

    Also a year, or a year and a month ("2026-11"). In a language we do not know: as it stands, without seconds.
    """
    day, _, clock = value.rpartition("T") if ":" in value else (value, "", "")
    said = ", ".join(part for part in (_day_in_words(day, language), clock[:5]) if part)
    return said or value


def _day_in_words(day: str, language: str) -> str:
    code = language.partition("-")[0]
    numbers = [int(number) for number in day.split("-")] if _CANONICAL.fullmatch(day) else []
    if code not in _MONTHS or len(numbers) < 2 or not 1 <= numbers[1] <= 12:
        return day
    year, month, *days = numbers
    if code == "zh":
        return f"{year}年{month}月" + "".join(f"{number}日" for number in days)
    name = _MONTHS[code].split()[month - 1] if days else name_of_month(month, language)
    between = " de " if code in ("es", "pt") else " "
    return between.join((*map(str, days), name, str(year)))


_CANONICAL = re.compile(r"\d{4}(?:-\d{2}){0,2}")


# -- read -----------------------------------------------------------------------------------------------------------


def read_date(words: str, today: date) -> str:
    """A day as people write it, canonical; "" where there is none. Days come before months, years may come first."""
    day = _date(_plain(words), today)
    return day.isoformat() if day is not None else ""


def read_month(words: str, today: date) -> str:
    """A month and its year, as the first day of it; a whole date stands for its month. "" where there is none."""
    plain = _plain(words).strip()
    if found := _YEAR_MONTH.fullmatch(plain):
        return _first_day(int(found[1]), int(found[2]))
    if found := _MONTH_YEAR.fullmatch(plain):
        return _first_day(int(found[2]), int(found[1]))
    said = folded(plain)
    years = re.findall(r"\d+", said)
    month = month_named(re.sub(r"\d+", " ", said))
    if month is not None and len(years) == 1 and len(years[0]) == 4:
        return _first_day(int(years[0]), month)
    day = _date(plain, today)
    return _first_day(day.year, day.month) if day is not None else ""


def read_year(words: str, today: date) -> str:
    """A year of four digits, as the first day of it; a whole date stands for its year. "" where there is none."""
    plain = _plain(words).strip()
    if found := _YEAR.fullmatch(plain):
        return _first_day(int(found[1]), 1)
    month = read_month(words, today)
    return _first_day(int(month[:4]), 1) if month else ""


def read_time(words: str) -> str:
    """A time of day as people write it, canonical; "" where there is none."""
    clock = _time(_plain(words))
    return clock.isoformat() if clock is not None else ""


def read_moment(words: str, today: date) -> str:
    """A date and a time, in either order, with a space, "T" or comma between; "" where there are not both."""
    parts = [part.strip(",") for part in re.split(r"(?<=\d)T(?=\d)|\s+", _plain(words))]
    for cut in range(1, len(parts)):
        for first, second in ((parts[:cut], parts[cut:]), (parts[cut:], parts[:cut])):
            day, clock = _date(" ".join(first), today), _time(" ".join(second))
            if day is not None and clock is not None:
                return f"{day.isoformat()}T{clock.isoformat()}"
    return ""


def _plain(words: str) -> str:
    return _CHINESE.sub(lambda found: str(_CHINESE_MONTHS[found[0]]), plain_of(words))


_CHINESE_MONTHS = {
    name: month
    for month, name in enumerate(
        ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"], 1
    )
}
_CHINESE = re.compile("(?:十[一二]?|[一二三四五六七八九])(?=月)")


def month_named(words: str) -> int | None:
    """The month that words name, or begin to name."""
    return _month(" ".join(_WITHOUT.sub(" ", folded(words)).split()))


def _first_day(year: int, month: int) -> str:
    day = _day(year, month, 1)
    return day.isoformat() if day is not None else ""


def _date(plain: str, today: date) -> date | None:
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
    month = month_named(re.sub(r"\d+(?:st|nd|rd|th|er|e)?", " ", words))
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


def _time(plain: str) -> time | None:
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
