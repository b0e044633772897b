"""Unkept: what a moderator wrote about a voice and did not keep or send yet. It is sealed with the key of who told it,
so that it goes with her, also from backups (S40).
"""

from bot.circumstances import Circumstances
from bot.people import Moderator
from bot.ports import Unit
from bot.rendition import Kind, Rendition
from bot.testimony import Testimony


def remember(
    unit: Unit,
    here: Circumstances,
    moderator: Moderator,
    testimony: Testimony,
    words: str,
    *,
    language: str = "",
    of: str = "",
) -> None:
    """Remember these words of theirs in place of earlier ones; `of`: the digest of what they are a translation of."""
    written = Rendition(
        here.fresh(), testimony.id, Kind.DRAFT, language, words, moderator.id, here.now, of=of
    )
    unit.translations.draft(written, respondent=testimony.respondent)


def remembered(unit: Unit, moderator: Moderator, testimony: Testimony) -> Rendition | None:
    """What this moderator wrote last and did not keep."""
    return unit.translations.drafted(testimony.id, moderator.id, respondent=testimony.respondent)


def taken(unit: Unit, moderator: Moderator, testimony: Testimony) -> str:
    """The words, which are remembered no longer; "" where there are none."""
    written = remembered(unit, moderator, testimony)
    unit.translations.drop_draft(testimony.id, moderator.id)
    return written.words if written is not None else ""
