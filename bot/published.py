"""Published: a voice before everybody, as it is found; and which of them somebody wants to see."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which published voices: each of these holds, an empty one holds of all.

    `theme`: she chose it or a moderator coded it; `language`: in which it was told; `countries`: from one of them;
    `elsewhere`: from none of them; `since`: published since then; `besides`: not this respondent's own.
    """

    theme: str = ""
    language: str = ""
    countries: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    since: datetime | None = None
    besides: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """One, without a word of it: the `id` of its publication, by which everybody may name it (S21), and since when it
    is public.
    """

    id: str
    testimony: str
    partner: str
    respondent: str
    language: str
    country: str
    at: datetime
