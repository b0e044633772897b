"""Shown: a published voice as the public pages have it, ready to be read; which of them a reader seeks; how many.

Nothing in it is finer than a week (S6): the week in which it was told, and the week since which it is public. Inside a
week the order is that of their random ids.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_PLACE = re.compile(r"(\d{4}-\d\d-\d\d)\.([0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class Translation:
    """The same words in another language, as everybody may read them."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The photo that everybody can see with a voice: an `id` of its own, and how large it is, in pixels."""

    id: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Shown:
    """One voice. `id`: of its publication; `week`: in which it was told, `since`: in which it became public, each by
    its Monday (ISO 8601); `text`: the redacted words; `themes`: ids of those that everybody knows; `translations`: the
    text in other languages, each accepted by two people, by their codes.
    """

    id: str
    form: str
    language: str
    country: str
    week: str
    since: str
    text: str
    themes: tuple[str, ...] = ()
    translations: tuple[Translation, ...] = ()
    photo: Picture | None = None

    def into(self, language: str) -> Translation | None:
        """The translation a reader of this language reads; None where there is none, or it was told in it."""
        return next((each for each in self.translations if each.language == language), None)

    @property
    def place(self) -> str:
        """Where it stands on the wall: what comes after it is asked for by this, also once it is gone."""
        return f"{self.since}.{self.id}"


@dataclass(frozen=True, slots=True)
class Sought:
    """Which voices somebody seeks: each of these holds, an empty one of all. `words`: each is somewhere in its text,
    folded as the text is (dialogs.letters), or in its translation into `reader`, the language somebody reads.
    """

    theme: str = ""
    language: str = ""
    form: str = ""
    countries: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    reader: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of those that are sought, the newest week first; `further`: the place after which there may be more."""

    voices: tuple[Shown, ...] = ()
    further: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """How many voices are shown of a country, a form, and a week in which they were told. Exact: for no reader."""

    country: str
    form: str
    week: str
    count: int


@dataclass(frozen=True, slots=True)
class Themed:
    """How many are about a theme, of those told in one week. Exact: for no reader."""

    theme: str
    week: str
    count: int


@dataclass(frozen=True, slots=True)
class Counted:
    """All counts of one moment."""

    voices: tuple[Count, ...] = ()
    themes: tuple[Themed, ...] = field(default=())


def place(written: str) -> tuple[str, str] | None:
    """The week and the id a place says; None where it is none."""
    found = _PLACE.fullmatch(written)
    return (found[1], found[2]) if found else None


Told = int | None
"""A count as everybody may learn it (bot.safe); None: too few to be told."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers as they are told, as of a moment (ISO 8601); "" where nothing was counted yet.

    `regions` by their id, `weeks` by their Monday, `themes` by their id, `months` of each theme by "2026-11".
    """

    at: str = ""
    voices: Told = None
    initiatives: Told = None
    regions: Mapping[str, Told] = field(default_factory=dict)
    weeks: Mapping[str, Told] = field(default_factory=dict)
    themes: Mapping[str, Told] = field(default_factory=dict)
    months: Mapping[str, Mapping[str, Told]] = field(default_factory=dict)
