"""A wall full of voices for the browser: invented, in every language, from every region, over a year."""

import random
import sqlite3
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path

from bot import displaying
from bot.linking import NAME
from bot.people import Region
from bot.ports import Unit
from bot.words import REGIONS
from dialogs.letters import folded
from storage.opening import migrate
from tests.deeds.stage import Stage
from tests.stores import NOW, opened

LAST = date(2026, 11, 23)
SPOKEN = {
    "en": (
        "KE",
        "The clinic has had no medicine since the rains. Mother walks two hours and comes back with nothing.",
    ),
    "fr": (
        "MG",
        "L’école est fermée et le riz a doublé de prix. Avec [nom] nous gardons les petits du quartier.",
    ),
    "es": (
        "PE",
        "Perdí el trabajo en el mercado. Comemos una vez al día; los vecinos hacen olla común los viernes.",
    ),
    "pt": (
        "BR",
        "A água chega só duas vezes por semana. Guardamos em baldes e dividimos com a senhora do lado.",
    ),
    "ar": (
        "LB",
        "المدرسة مغلقة وتضاعف سعر الخبز. أخاف من الليل حين تنقطع الكهرباء، لكن جارتنا تشعل لنا شمعة.",
    ),
    "ru": (
        "UA",
        "Крыша течёт, а чинить некому. По вечерам мы собираемся у соседей и топим одну печь на всех.",
    ),
    "zh": ("CN", "工厂停工三个月了。孩子的学费还没有着落，邻居们轮流照看老人。"),
    "hi": ("IN", "कुआँ सूख गया है। लड़कियाँ सुबह पानी लाती हैं और स्कूल नहीं पहुँच पातीं।"),
    "bn": ("BD", "নদী আমাদের ঘর নিয়ে গেছে। এখন বাঁধের উপর থাকি; রাতে বাচ্চারা ভয় পায়।"),
    "ur": ("PK", "سیلاب کے بعد کھیت خالی ہیں۔ ہم سب مل کر ایک خیمے میں اسکول چلاتے ہیں۔"),
    "sw": ("TZ", "Bei ya unga imepanda. Akina mama tumeanza kuchanga kidogo kidogo kila wiki."),
    "mg": ("MG", "Tapitra ny vary ary mbola lavitra ny fijinjana. Mifanampy izahay mpifanolo-bodirindrina."),
}
"""By language: a country, and what somebody there tells."""

DONE = (
    (
        "fr",
        "CI",
        "Nous cuisinons ensemble chaque samedi pour quarante enfants. Il nous manque une marmite et du bois.",
    ),
    (
        "en",
        "US",
        "We drive older neighbours to their appointments. Six of us share two cars and a list on the fridge.",
    ),
    ("es", "AR", "Abrimos un taller de costura en la parroquia; quien aprende enseña a la siguiente."),
)
"""What people do for one another."""

LONG = (
    "I was a teacher for nineteen years. When the school closed I thought it would be for a month.\n"
    "Now the children come to my yard in the mornings, eleven of them, and we write with charcoal on the wall of "
    "[name]’s house because there is no paper. The little ones learn letters, the big ones help the little ones. "
    "Some mothers bring a tomato or a cup of flour; I did not ask them to.\n"
    "What I fear is the rain. When it rains we cannot sit outside, and the wall is washed clean: everything we wrote "
    "is gone, and we begin again. What should change first? A roof. Then paper. Then somebody who asks us how we are, "
    "and waits for the answer. I have waited a long time to be asked."
)

Row = tuple[str, ...]

THEMES = ("food", "education", "poverty", "health", "housing", "work", "mental", "environment", "women")
_EXAMPLE = tomllib.loads((Path(__file__).parents[2] / "deploy" / "partners.toml").read_text("utf-8"))
COUNTRIES = {each["name"]: tuple(each["countries"]) for each in _EXAMPLE["regions"]}
"""The regions of the example, with their countries."""


def rows(count: int) -> tuple[list[Row], list[Row]]:
    """So many voices as rows of `shown`, and their themes; the first ones are those one looks at."""
    chance = random.Random(8)
    told = [("testimony", language, *each) for language, each in SPOKEN.items()]
    told = [("testimony", "en", "ZM", LONG), *told, *(("initiative", *each) for each in DONE)]
    weights = [3, 2, 5, 8, 9, 3, 1, 6, 4, 7]
    voices: list[Row] = []
    themes: list[Row] = []
    for number in range(count):
        form, language, country, text = told[number % len(told)]
        if number >= len(told):
            [region] = chance.choices(REGIONS, weights)
            country = chance.choice(COUNTRIES[region])
        weeks = 0 if number < len(told) else min(51, int(52 * chance.random() ** 1.4))
        since = LAST - timedelta(weeks=weeks)
        week = since - timedelta(weeks=chance.randrange(2))
        key = f"{(0xFFF - number if number < len(told) else 0) << 116 | chance.getrandbits(116):032x}"
        voices.append((key, "x", form, language, country, str(week), str(since), text, folded(text)))
        about = set(chance.choices(THEMES, weights[: len(THEMES)], k=2))
        themes += [(key, theme, str(since), str(week), country, language, form) for theme in sorted(about)]
    return voices, themes


def translations(voices: list[Row]) -> list[Row]:
    """Each second of these voices is there in English, in Arabic and in Hindi: what somebody else tells."""
    return [
        (voice[0], language, SPOKEN[language][1], folded(SPOKEN[language][1]))
        for voice in voices[::2]
        for language in ("en", "ar", "hi")
        if voice[3] != language
    ]


@asynccontextmanager
async def hung(folder: Path, count: int = 900) -> AsyncIterator[Stage]:
    """A store with this wall, counted."""
    path = folder / "voices.db"
    migrate(f"sqlite:///{path}")
    voices, themes = rows(count)
    with sqlite3.connect(
        path
    ) as driver:  # which looks at no foreign key: what is behind them is not asked for
        driver.executemany(f"INSERT INTO shown VALUES ({','.join('?' * 9)})", voices)
        driver.executemany("INSERT INTO shown_themes VALUES (?,?,?,?,?,?,?)", themes)
        driver.executemany("INSERT INTO shown_translations VALUES (?,?,?,?)", translations(voices))
    driver.close()
    async with opened(f"sqlite:///{path}") as store:
        stage = await Stage(store, NOW).open()

        def furnish(unit: Unit) -> None:
            for number, name in enumerate(REGIONS):
                unit.associations.save_region(Region(f"{number:032x}", name, COUNTRIES[name]))
            unit.marks.set(NAME, "voices_demo_bot")
            displaying.count_again(unit, NOW)

        await stage.do(furnish)
        yield stage
