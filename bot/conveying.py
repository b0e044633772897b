"""Conveying, a deed: a moderator puts what is public of a voice into another language; another one who reads both
accepts it, and everybody may read it (S32, S36). Its author's yes to publishing covers it, as long as it stands.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot import translated, unkept
from bot.circumstances import Circumstances
from bot.people import Moderator
from bot.ports import Unit
from bot.rendition import Rendition, digest
from bot.standing import Outdated, Standing, Withdrawn, did, herself, reads, refuse, sees
from bot.testimony import State
from bot.translated import Doubts
from bot.wall import Voice

_ALL = (datetime(9999, 1, 1, tzinfo=UTC), "")
"""Before this everything became public."""

_LOOKED = 20
"""How many that wait are looked through at once."""


@dataclass(frozen=True, slots=True)
class Waits:
    """A translation that waits for a second reader, and the voice it is of."""

    voice: Voice
    rendition: Rendition


def opened(unit: Unit, here: Circumstances, moderator: Moderator, id: str, version: int) -> Voice | Standing:
    """The voice as everybody reads it, where this moderator may put it into another language: their partner's, not
    their own, public, and as it was when the button was shown.
    """
    testimony = sees(unit, moderator, id)
    if testimony is None:
        return refuse(unit, here, moderator.address, f"testimony:{id}")
    if testimony.state is State.WITHDRAWN:
        return Withdrawn()
    voice = translated.voice(unit, here, testimony) if testimony.version == version else None
    return voice or Outdated(testimony)


def languages(unit: Unit, here: Circumstances, moderator: Moderator, voice: Voice) -> list[str]:
    """Into which it could be put: those this moderator reads first; not where one waits or stands already."""
    there = {each.language for each in current(unit, voice)} | {voice.testimony.language}
    own = [each for each in here.languages if each in reads(here, moderator)]
    return [each for each in dict.fromkeys([*own, *here.languages]) if each not in there]


def current(unit: Unit, voice: Voice) -> list[Rendition]:
    """The translations of the copy as it reads now: accepted, or waiting."""
    told = voice.testimony
    of = digest(translated.copy(voice))
    return [each for each in unit.translations.of(told.id, respondent=told.respondent) if each.of == of]


def waits(unit: Unit, voice: Voice, moderator: Moderator, language: str) -> Rendition | None:
    """The one that waits in this language for somebody else, where that can be this moderator."""
    found = (each for each in current(unit, voice) if each.language == language and not each.accepted_by)
    waiting = next(found, None)
    return waiting if waiting is not None and not own(unit, moderator, waiting) else None


def own(unit: Unit, moderator: Moderator, rendition: Rendition) -> bool:
    """Whether this moderator wrote it, in whichever role."""
    author = unit.people.moderator(rendition.by)
    return author is not None and author.address == moderator.address


def write(
    unit: Unit, here: Circumstances, moderator: Moderator, voice: Voice, language: str, words: str
) -> Doubts:
    """Remember what was written, sealed with her key, until it is kept; what in it could say who somebody is."""
    of = digest(translated.copy(voice))
    unkept.remember(unit, here, moderator, voice.testimony, words, language=language, of=of)
    return translated.doubts(unit, here, voice, language, words)


def keep(
    unit: Unit, here: Circumstances, moderator: Moderator, voice: Voice, *, pointing_to_nobody: bool = False
) -> bool:
    """What was written waits for somebody else. False where it is gone, was made of other words, says what may not be
    said, or looks so and nobody said that it points to nobody.
    """
    told = voice.testimony
    drafted = unkept.remembered(unit, moderator, told)
    if drafted is None or not drafted.words or drafted.of != digest(translated.copy(voice)):
        return False
    doubts = translated.doubts(unit, here, voice, drafted.language, drafted.words)
    if doubts.hidden or (doubts.soft and not pointing_to_nobody):
        return False
    kept = tuple(drafted.words[each.start : each.end] for each in doubts.soft)
    unit.translations.keep(replace(drafted, id=here.fresh(), kept=kept), respondent=told.respondent)
    did(unit, here, moderator, "translated for the wall", told)
    return True


def accept(
    unit: Unit, here: Circumstances, moderator: Moderator, voice: Voice, language: str, id: str
) -> bool:
    """Somebody else finds the one they read right. False where it is another one by now, or their own."""
    found = waits(unit, voice, moderator, language)
    if found is None or found.id != id or not unit.translations.accept(found, moderator.id, here.now):
        return False
    did(unit, here, moderator, "accepted for the wall", voice.testimony)
    return True


def take_back(unit: Unit, here: Circumstances, moderator: Moderator, voice: Voice, language: str) -> bool:
    """One's own goes again, while it waits."""
    there = (each for each in current(unit, voice) if each.language == language and not each.accepted_by)
    if not any(own(unit, moderator, each) for each in there):
        return False
    return _drop(unit, here, moderator, voice, language, accepted=False)


def take_away(unit: Unit, here: Circumstances, moderator: Moderator, voice: Voice, language: str) -> bool:
    """Nobody reads it any more, from this commit on: whoever of the team sees that it is wrong may do that."""
    return _drop(unit, here, moderator, voice, language, accepted=True)


def second(unit: Unit, here: Circumstances, moderator: Moderator) -> Waits | None:
    """The translation that has waited longest for somebody who reads both languages, and is not this moderator's."""
    for each in _waiting(unit, here, moderator):
        testimony = sees(unit, moderator, each)
        voice = translated.voice(unit, here, testimony) if testimony is not None else None
        if voice is None:
            continue
        for language in reads(here, moderator):
            if found := waits(unit, voice, moderator, language):
                return Waits(voice, found)
    return None


def somebody_waits(unit: Unit, here: Circumstances, moderator: Moderator) -> bool:
    """Whether a translation waits for this moderator, of words that are read now."""
    return second(unit, here, moderator) is not None


def wanting(unit: Unit, here: Circumstances, moderator: Moderator, after: str = "") -> Voice | None:
    """The newest public voice, told in a language this moderator reads, that is not there in each of the others they
    read; after that testimony, the next older one.
    """
    public = unit.publications.of(after) if after and sees(unit, moderator, after) is not None else []
    than = next(((each.at, each.id) for each in public if each.purpose == "publish"), _ALL)
    found = unit.translations.wanting(
        partner=moderator.partner,
        languages=sorted(reads(here, moderator)),
        besides=herself(unit, moderator) or "",
        than=than,
        most=_LOOKED,
    )
    for each in found:
        testimony = sees(unit, moderator, each)
        voice = translated.voice(unit, here, testimony) if testimony is not None else None
        if voice is not None:
            return voice
    return None


def _waiting(unit: Unit, here: Circumstances, moderator: Moderator) -> list[str]:
    return unit.translations.waiting(
        partner=moderator.partner,
        languages=sorted(reads(here, moderator)),
        besides=herself(unit, moderator) or "",
        address=moderator.address,
        most=_LOOKED,
    )


def _drop(
    unit: Unit, here: Circumstances, moderator: Moderator, voice: Voice, language: str, *, accepted: bool
) -> bool:
    gone = unit.translations.drop(voice.testimony.id, language, accepted=accepted)
    if gone:
        did(unit, here, moderator, "took a public translation back", voice.testimony)
    return gone
