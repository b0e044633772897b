"""The short names of months and days that format-date() writes, in the languages of the project (CLDR)."""

from collections.abc import Mapping
from types import MappingProxyType

_MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "fr": "janv févr mars avr mai juin juil août sept oct nov déc",
    "es": "ene feb mar abr may jun jul ago sept oct nov dic",
    "pt": "jan fev mar abr mai jun jul ago set out nov dez",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "ru": "янв февр мар апр мая июн июл авг сент окт нояб дек",
    "zh": "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
    "hi": "जन फ़र मार्च अप्रैल मई जून जुल अग सित अक्टू नव दिस",
    "bn": "জানু ফেব মার্চ এপ্রি মে জুন জুল আগ সেপ অক্টো নভে ডিসে",
    "ur": "جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر",
    "sw": "Jan Feb Mac Apr Mei Jun Jul Ago Sep Okt Nov Des",
    "mg": "Jan Feb Mar Apr Mey Jon Jol Aog Sep Okt Nov Des",
}
_DAYS = {  # from Monday
    "en": "Mon Tue Wed Thu Fri Sat Sun",
    "fr": "lun mar mer jeu ven sam dim",
    "es": "lun mar mié jue vie sáb dom",
    "pt": "seg ter qua qui sex sáb dom",
    "ar": "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد",
    "ru": "пн вт ср чт пт сб вс",
    "zh": "周一 周二 周三 周四 周五 周六 周日",
    "hi": "सोम मंगल बुध गुरु शुक्र शनि रवि",
    "bn": "সোম মঙ্গল বুধ বৃহস্পতি শুক্র শনি রবি",
    "ur": "پیر منگل بدھ جمعرات جمعہ ہفتہ اتوار",
    "sw": "Jumatatu Jumanne Jumatano Alhamisi Ijumaa Jumamosi Jumapili",
    "mg": "Alats Tal Alar Alak Zom Asab Alah",
}

MONTHS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {language: tuple(names.split()) for language, names in _MONTHS.items()}
)
DAYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {language: tuple(names.split()) for language, names in _DAYS.items()}
)
"""By language; another language than these is written as in English."""
