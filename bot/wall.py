"""The wall: published voices as everybody may read them. The redacted copy that stands, and never a name.

Her words stand in their own language, which is named; where they are read in another one (bot/translated.py) it is the
copy that was translated, never the original, which may hold what was hidden since (S36). Who spoke, the receipt and the
day are hers: what is shown is a country and a week (S6).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import themes
from bot.card import redacted
from bot.circumstances import SEPARATOR, Circumstances
from bot.ports import Unit
from bot.published import Published, Wanted
from bot.shown import Numbers
from bot.speech import Day, Sentence
from bot.testimony import Testimony

INITIATIVE = "initiative"
"""The form of what people do for one another."""

AT_ONCE = 10
"""Voices that are asked for together: of some nothing can be shown just now."""

NUMBERS = "shown numbers"
"""The mark that holds how many are shown, as everybody may learn it."""

Find = Callable[[Unit, Wanted, str, int], list[Published]]


@dataclass(frozen=True, slots=True)
class Voice:
    """A published voice: where it is found, and her words, text by text, the story first."""

    published: Published
    testimony: Testimony
    words: tuple[str, ...]


def newest(unit: Unit, here: Circumstances, wanted: Wanted, *, most: int) -> list[Voice]:
    """The newest that are wanted."""
    return _readable(unit, here, wanted, "", most, _older)


def older(unit: Unit, here: Circumstances, wanted: Wanted, than: str = "") -> Voice | None:
    """The next older one; the newest where there is none to begin from."""
    return next(iter(_readable(unit, here, wanted, than, 1, _older)), None)


def newer(unit: Unit, here: Circumstances, wanted: Wanted, than: str) -> Voice | None:
    """The next newer one."""
    return next(iter(_readable(unit, here, wanted, than, 1, _newer)), None)


def one(unit: Unit, here: Circumstances, id: str) -> Voice | None:
    """This one, where it is still before everybody."""
    found = unit.wall.one(id)
    return voice(unit, here, found) if found is not None else None


def voice(unit: Unit, here: Circumstances, published: Published) -> Voice | None:
    """Its words as they may leave now; None where none may: what the linter learned since holds too (S32)."""
    testimony = unit.testimonies.get(published.testimony, partner=published.partner)
    words = tuple(redacted(unit, here.catalogs, testimony).values()) if testimony is not None else ()
    return Voice(published, testimony, words) if testimony is not None and words else None


def numbers(unit: Unit) -> Numbers:
    """How many are shown, as it was last told."""
    kept = unit.marks.get(NUMBERS)
    return Numbers(**json.loads(kept)) if kept else Numbers()


def head(
    unit: Unit, here: Circumstances, voice: Voice, reader: str, *, translated: bool = False
) -> list[Sentence]:
    """What stands over it in the reader's language: what it is, the country, the week, the themes, the language in
    which it was told; `translated`: it is shown in the reader's.
    """
    told = voice.testimony
    week = Day(monday(told.told_at))
    country = here.country_in(told.country, reader) if told.country else ""
    lines = [Sentence("An initiative")] if told.form == INITIATIVE else []
    lines.append(
        Sentence("{country}, in the week of {day}", {"country": country, "day": week})
        if country
        else Sentence("In the week of {day}", {"day": week})
    )
    names = dict.fromkeys(
        themes.name_of(unit, told.partner, each, reader) for each in themes.codes_of(unit, told)
    )
    if names:
        lines.append(Sentence("It is about: {themes}", {"themes": SEPARATOR.join(names)}))
    if told.elsewhere:
        lines.append(Sentence("Its author had published it before, elsewhere."))
    if told.language != reader:
        named = {"language": here.name_in(told.language, reader)}
        by = "Translated by volunteers from {language}" if translated else "Told in: {language}"
        lines.append(Sentence(by, named))
    return lines


def _readable(
    unit: Unit, here: Circumstances, wanted: Wanted, than: str, most: int, find: Find
) -> list[Voice]:
    found: list[Voice] = []
    while len(found) < most:
        there = find(unit, wanted, than, AT_ONCE)
        found += [shown for each in there if (shown := voice(unit, here, each)) is not None]
        if len(there) < AT_ONCE:
            break
        than = there[-1].id
    return found[:most]


def _older(unit: Unit, wanted: Wanted, than: str, most: int) -> list[Published]:
    return unit.wall.older(wanted, than=than, most=most)


def _newer(unit: Unit, wanted: Wanted, than: str, most: int) -> list[Published]:
    return unit.wall.newer(wanted, than=than, most=most)


def monday(at: datetime) -> str:
    """The week of a moment, by its first day (S6)."""
    day = at.date()
    return (day - timedelta(days=day.weekday())).isoformat()
