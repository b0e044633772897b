"""Translated: a public voice in other languages, as everybody may read it (S32, S36).

A translation is made of the redacted copy, its texts as one, and never of the original. It may be read while the copy
says what it said, while nothing in it could say who somebody is, and while two people stand for it, none of them twice.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot import wall
from bot.card import marks
from bot.circumstances import Circumstances
from bot.linting import Found, Span
from bot.ports import Unit
from bot.redaction import spans, texts
from bot.rendition import Rendition, digest
from bot.testimony import Testimony
from bot.wall import Voice
from dialogs.letters import folded

BETWEEN = "\n\n"
"""What stands between two texts of a voice."""

SOFT = (Found.NAME, Found.DATE, Found.TIME)
"""What may be said to point to nobody; a number or an address never is."""

_CAPITAL = re.compile(r"[^\W\d_]{3,}")
_WORD = re.compile(r"[^\s.,;:!?()«»،؛؟۔।]+")


@dataclass(frozen=True, slots=True)
class Doubts:
    """What in a translation could say who somebody is: `hidden`: it was hidden in the copy, or no moderator may let it
    stay; `soft`: it only looks so.
    """

    hidden: tuple[Span, ...] = ()
    soft: tuple[Span, ...] = ()


def voice(unit: Unit, here: Circumstances, testimony: Testimony) -> Voice | None:
    """A testimony as everybody reads it now; None where nobody may."""
    public = [each for each in unit.publications.of(testimony.id) if each.purpose == "publish"]
    return wall.one(unit, here, public[0].id) if public else None


def copy(voice: Voice) -> str:
    """The words that are put into another language."""
    return BETWEEN.join(voice.words)


def standing(unit: Unit, here: Circumstances, voice: Voice) -> list[Rendition]:
    """The translations that may be read now, one in each language at most."""
    told = voice.testimony
    made = unit.translations.of(told.id, respondent=told.respondent)
    of = digest(copy(voice))
    return [
        each
        for each in made
        if each.accepted_by
        and each.of == of
        and _by_two(unit, each)
        and not _open(unit, here, voice, each.language, each.words, each.kept)
    ]


def into(unit: Unit, here: Circumstances, voice: Voice, language: str) -> str:
    """The words of a voice in this language; "" where it was told in it, or nobody put it into it."""
    if voice.testimony.language == language:
        return ""
    return next((each.words for each in standing(unit, here, voice) if each.language == language), "")


def doubts(unit: Unit, here: Circumstances, voice: Voice, language: str, words: str) -> Doubts:
    """What in these words could say who somebody is, and what of it may not stay."""
    found = _open(unit, here, voice, language, words, ())
    before, after = _plain(_original(unit, voice.testimony)), _plain(copy(voice))

    def lost(said: str) -> bool:
        pieces = [each for each in said.split() if len(each) > 2]
        return any(each in before and each not in after for each in (_plain(said), *map(folded, pieces)))

    hidden = [each for each in found if each.kind not in SOFT or lost(words[each.start : each.end])]
    soft = [each for each in found if each not in hidden]
    hidden += _names_of_hers(words, before, after, found)
    soft += _words_of_hers(words, before, after, found)
    return Doubts(tuple(sorted(hidden, key=_begins)), tuple(sorted(soft, key=_begins)))


def _open(
    unit: Unit, here: Circumstances, voice: Voice, language: str, words: str, kept: tuple[str, ...]
) -> list[Span]:
    """What the linter finds, but for what somebody said points to nobody, in the copy or here."""
    told = voice.testimony
    form = unit.forms.version(told.form, told.form_version)
    made = unit.redactions.standing(told.id, respondent=told.respondent)
    nobodys = {said for _, said, _, _ in made.kept} if made is not None else set()
    found = spans(form, told, "", words, marks(here.catalogs, language))
    return [each for each in found if words[each.start : each.end] not in {*nobodys, *kept}]


def _names_of_hers(words: str, before: str, after: str, found: list[Span]) -> Iterator[Span]:
    """Words with a capital that stand in what she told and not in the copy, where the linter saw nothing."""
    gone = set(_CAPITAL.findall(before)) - set(_CAPITAL.findall(after))
    for each in _CAPITAL.finditer(words):
        seen = any(span.start <= each.start() < span.end for span in found)
        if each[0][0].isupper() and folded(each[0]) in gone and not seen:
            yield Span(Found.NAME, each.start(), each.end(), "hidden in the copy")


def _words_of_hers(words: str, before: str, after: str, found: list[Span]) -> Iterator[Span]:
    """The same where letters have no capitals: a word of hers that is not in the copy may be a name, or any word."""
    gone = set(before.split()) - set(after.split())
    for each in _WORD.finditer(words):
        said, cased = folded(each[0]), each[0].lower() != each[0].upper()
        seen = any(span.start < each.end() and each.start() < span.end for span in found)
        if len(said) > 2 and not cased and said in gone and not seen:
            yield Span(Found.NAME, each.start(), each.end(), "not in the copy")


def _original(unit: Unit, testimony: Testimony) -> str:
    """All her words as she told them."""
    form = unit.forms.version(testimony.form, testimony.form_version)
    return BETWEEN.join(texts(form, testimony).values())


def _plain(text: str) -> str:
    """A text as it is compared, folded word by word: no whole text stays in the cache of what was folded."""
    return " ".join(map(folded, text.split()))


def _by_two(unit: Unit, rendition: Rendition) -> bool:
    """Whether who accepted it is somebody else than who wrote it: another person, not only another role."""
    roles = (unit.people.moderator(each) for each in (rendition.by, rendition.accepted_by))
    one, other = (role.address if role is not None else "" for role in roles)
    return one != other


def _begins(span: Span) -> int:
    return span.start
