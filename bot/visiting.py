"""Visiting, a deed: what whoever opens the public pages is shown. It only reads, and nothing remembers that it did."""

from dataclasses import dataclass, replace
from functools import partial

from bot import frame, wall
from bot.frame import Code
from bot.linking import NAME
from bot.people import Partner, Region
from bot.ports import Store, Unit
from bot.shown import Numbers, Page, Shown, Sought
from dialogs.letters import folded

SEARCHED = 10
"""So often a search looks at the next thousand voices before it asks whether to look further."""

MOST_WORDS = 200
"""Characters of a search that are read."""

_FORM = "testimony"
"""The form whose themes everybody knows."""


@dataclass(frozen=True, slots=True)
class House:
    """What every page may name: themes, regions that have countries, partners, and the bot's username ("" where it is
    not known yet).
    """

    themes: tuple[Code, ...]
    regions: tuple[Region, ...]
    partners: tuple[Partner, ...]
    bot: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reader asks for, as it was written: each may mean nothing. `after`: a place on the wall; `reader`: the
    language they read, in whose translations words are sought too.
    """

    theme: str = ""
    region: str = ""
    language: str = ""
    form: str = ""
    words: str = ""
    after: str = ""
    reader: str = ""


def house(unit: Unit) -> House:
    """The house as it stands."""
    return House(
        tuple(code for code in frame.of_form(unit.forms.current(_FORM)).offered),
        tuple(region for region in unit.associations.regions() if region.countries),
        tuple(unit.people.partners()),
        unit.marks.get(NAME) or "",
    )


async def page(store: Store, wish: Wish, most: int) -> Page:
    """Published voices that are wished for, the newest week first; none where there is no such region. For words
    SEARCHED times some are looked through, each time in a transaction of its own, so that nobody waits long for it.
    """
    found: list[Shown] = []
    after = wish.after
    for _ in range(SEARCHED):
        part = await store.transact(partial(_part, replace(wish, after=after), most - len(found)))
        found += part.voices
        after = part.further
        if len(found) == most or not after:
            break
    return Page(tuple(found), after)


def _part(wish: Wish, most: int, unit: Unit) -> Page:
    regions = {region.id: region.countries for region in unit.associations.regions()}
    if wish.region and not regions.get(wish.region):
        return Page()
    sought = Sought(
        wish.theme,
        wish.language,
        wish.form,
        regions.get(wish.region, ()),
        tuple(folded(wish.words[:MOST_WORDS]).split()),
        wish.reader,
    )
    return unit.shown.found(sought, after=wish.after, most=most)


def one(unit: Unit, id: str) -> Shown | None:
    """One voice; None where it is public no more."""
    return unit.shown.one(id)


def photo(unit: Unit, id: str) -> bytes | None:
    """The JPEG of a photo; None where it can be seen no more."""
    return unit.pictures.content(id)


def numbers(unit: Unit) -> Numbers:
    """The numbers as they were last told."""
    return wall.numbers(unit)
