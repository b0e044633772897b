"""Circumstances: what a deed must know beside the rows, and the one way in which it speaks."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from bot.outbox import PER_SECOND, Kind
from bot.people import Respondent
from bot.ports import Unit
from bot.speech import Message, Part, Sentence
from bot.words import FALLBACK, Catalogs, Language

SEPARATOR = " · "
"""What stands between the names of partners."""

_CHANCE = random.SystemRandom()


def _fresh() -> str:
    return uuid4().hex


@dataclass(frozen=True, slots=True)
class Circumstances:
    """One cause and its moment. `cause` ("update:7") begins the key of every delivery it leads to (R34).

    `phone`: the language of the person's phone. `message`: the Telegram message of what was said, or the one whose
    button was tapped. `kind`: as what it is answered. `pace`: messages a second that may go, by the settings.
    """

    cause: str
    now: datetime
    catalogs: Catalogs
    phone: str | None = None
    message: int | None = None
    kind: Kind = Kind.REPLY
    pace: float = PER_SECOND
    chance: Callable[[], float] = _CHANCE.random
    fresh: Callable[[], str] = _fresh

    @property
    def languages(self) -> Mapping[str, Language]:
        """The languages people may choose, by code, in the order of the list."""
        return {language.code: language for language in self.catalogs.ready}

    def language(self, chosen: str | None = None) -> str:
        """The language to speak: the one that was chosen, else the phone's where it is ready, else English."""
        phone = (self.phone or "").lower().partition("-")[0]
        return chosen or (phone if phone in self.languages else FALLBACK)

    def name(self, language: str) -> str:
        """A language's own name."""
        return next((each.name for each in self.catalogs.languages if each.code == language), language)

    def name_in(self, language: str, reader: str | None) -> str:
        """A language's name in the reader's language."""
        return self.catalogs.words(reader).name_of(language) or self.name(language)

    def country_in(self, country: str, reader: str | None) -> str:
        """A country's name in the reader's language; its code where nobody knows."""
        return self.catalogs.words(reader).country(country) or country

    def region_in(self, region: str, reader: str | None) -> str:
        """A region's name in the reader's language."""
        return self.catalogs.words(reader).region(region)

    def say(self, sentence: Sentence, language: str | None) -> str:
        """A sentence in words."""
        return self.catalogs.words(language).say(sentence)


def others(unit: Unit, partner: str) -> str:
    """The names of the partners with whom a voice told to this one may be shared (S31); "" where there is none."""
    return SEPARATOR.join(each.name for each in unit.people.partners() if each.id != partner)


def reader(unit: Unit, partner: str) -> dict[str, str]:
    """What every form is given when it begins: who reads, within how many days, and who else could."""
    reads = unit.people.partner(partner)
    return {"partner": reads.name, "partners": others(unit, partner), "days": str(reads.days)}


def tell(
    unit: Unit,
    here: Circumstances,
    address: str,
    message: Message,
    *,
    about: str | None = None,
    kind: Kind | None = None,
    step: str = "0",
    not_before: datetime | None = None,
) -> None:
    """Add a delivery; the same cause and step speak once. `about`: the respondent whose words it carries (S40).

    `kind`: left out where it answers the cause. `not_before`: it is said then, and holds up nothing till then.
    """
    unit.outbox.add(
        key=f"{here.cause}:{step}",
        address=address,
        kind=kind or here.kind,
        message=message,
        now=here.now,
        about=about,
        not_before=not_before,
    )


def reply(
    unit: Unit,
    here: Circumstances,
    her: Respondent,
    *parts: Part,
    session: str = "",
    replaces: int | None = None,
    clears: str | None = None,
    stays: bool = False,
    step: str = "0",
) -> None:
    """Say all these parts to a respondent as one message, in her language."""
    language = here.language(her.language)
    message = Message(language, parts, session, replaces, clears=clears, stays=stays)
    tell(unit, here, her.address, message, about=her.id, step=step)
