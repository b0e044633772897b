"""Displaying, a deed: what the public pages show is brought to what may be read now, and counted for them.

A row of `unit.shown` waits from the moment something is published, or a moderator codes it anew; whatever is public no
more is gone with its publication. Here each is looked at by the rules of now, a few in a commit: what a reader may read
is written down, what the linter would refuse now is taken away (S32). Counts are rounded before they are kept, so that
nothing exact is near a page (S37).
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from bot import frame, themes, translated, wall
from bot.circumstances import Circumstances
from bot.ports import Clock, Store, Unit
from bot.safe import told
from bot.shown import Counted, Numbers, Shown, Translation
from bot.words import Catalogs

BATCH = 4
"""Voices that are looked at in one commit: some hundredths of a second."""

BREATH = 0.02
"""Seconds between two batches: whoever uses the same file gets a turn."""

HOURLY = timedelta(hours=1)
"""How often is counted anew: no single coming or going is seen in the numbers at its moment."""

MONTH = len("2026-11")

_FORM = "testimony"
_RULES = ("card.py", "displaying.py", "linting.py", "redaction.py", "spelled.py", "translated.py", "wall.py")
"""The modules that decide what may be read."""


async def display(store: Store, clock: Clock, catalogs: Catalogs) -> int:
    """Bring everything that is shown to what may be read now, and the numbers where they are due; how many voices were
    looked at.
    """
    count = 0
    while looked := await store.transact(
        lambda unit: look(unit, Circumstances("display", clock.now(), catalogs))
    ):
        count += looked
        await clock.sleep(BREATH)
    await store.transact(lambda unit: count_again(unit, clock.now()))
    return count


def look(unit: Unit, here: Circumstances, most: int = BATCH) -> int:
    """Look at so many that wait to be looked at; how many there were."""
    rules = f"{_code()}:{unit.marks.get('built-in forms') or ''}"
    stale = unit.shown.stale(rules, most)
    known = _known(unit) if stale else frozenset()
    for each in stale:
        voice = wall.one(unit, here, each)
        text = _plain(translated.copy(voice)) if voice else ""
        if voice is None or not text:
            unit.shown.hide(each, rules)
            continue
        testimony = voice.testimony
        about = {coded.code for coded in themes.codes_of(unit, testimony)} & known
        shown = Shown(
            each,
            testimony.form,
            testimony.language,
            testimony.country,
            wall.monday(testimony.told_at),
            wall.monday(voice.published.at),
            text,
            tuple(sorted(about)),
            tuple(_translations(unit, here, voice)),
        )
        unit.shown.show(shown, rules)
    return len(stale)


def _translations(unit: Unit, here: Circumstances, voice: wall.Voice) -> Iterator[Translation]:
    """Those that may be read now."""
    for each in translated.standing(unit, here, voice):
        if words := _plain(each.words):
            yield Translation(each.language, words)


def count_again(unit: Unit, now: datetime, every: timedelta = HOURLY) -> bool:
    """Count what is shown, where the numbers are as old as that; whether it was."""
    at = wall.numbers(unit).at
    if at and datetime.fromisoformat(at) > now - every:
        return False
    kept = _told(unit, unit.shown.counted(), now)
    unit.marks.set(wall.NUMBERS, json.dumps(asdict(kept), separators=(",", ":")))
    return True


def _told(unit: Unit, counted: Counted, now: datetime) -> Numbers:
    """Every count rounded by itself: from no sum of rounded ones can an exact one be worked out."""
    by_country: Counter[str] = Counter()
    by_week: Counter[str] = Counter()
    initiatives = 0
    for each in counted.voices:
        by_country[each.country] += each.count
        by_week[each.week] += each.count
        initiatives += each.count if each.form == wall.INITIATIVE else 0
    by_theme: Counter[str] = Counter()
    by_month: dict[str, Counter[str]] = {}
    for about in counted.themes:
        by_theme[about.theme] += about.count
        by_month.setdefault(about.theme, Counter())[about.week[:MONTH]] += about.count
    return Numbers(
        now.isoformat(),
        told(by_country.total()),
        told(initiatives),
        {
            region.id: told(sum(by_country[country] for country in set(region.countries)))
            for region in unit.associations.regions()
        },
        {week: told(count) for week, count in sorted(by_week.items())},
        {theme: told(count) for theme, count in sorted(by_theme.items())},
        {
            theme: {month: told(count) for month, count in sorted(months.items())}
            for theme, months in sorted(by_month.items())
        },
    )


def _known(unit: Unit) -> frozenset[str]:
    """The themes that everybody knows: those of the built-in frame."""
    return frozenset(code.id for code in frame.of_form(unit.forms.current(_FORM)).codes)


def _plain(text: str) -> str:
    """Without what no page and no database can hold: halves of characters, and control characters but for lines."""
    whole = text.encode("utf-8", "replace").decode()
    return "".join(
        sign for sign in whole if sign == "\n" or (sign >= " " and sign not in _UNPRINTABLE)
    ).strip()


_UNPRINTABLE = frozenset(map(chr, [*range(0x7F, 0xA0), 0xFFFE, 0xFFFF]))


@cache
def _code() -> str:
    """The rules by which is looked, as far as they are code: another one once any of it changed."""
    here = Path(__file__).parent
    return hashlib.sha256(b"\0".join((here / name).read_bytes() for name in _RULES)).hexdigest()[:16]
