"""Photos: which of hers could be shown with a voice, and which one is (S7, S31, S36).

A photo is shown only with published words, where she allowed it by itself, somebody who redacted the words said that it
may be shown, and another looked at both. A voice shows one at most.
"""

from collections.abc import Mapping

from bot.people import PHOTO
from bot.ports import Medium, Unit
from bot.redaction import Redaction
from bot.testimony import Testimony

READABLE = ("image/jpeg", "image/png", "image/webp")
"""What a photo may be to be shown; what Telegram sends as a photo is a JPEG."""

HELD = "held"
"""The state of a recording that is in the vault."""


def among(unit: Unit, respondent: str, answers: Mapping[str, str]) -> list[Medium]:
    """The photos that these answers of hers name."""
    named = {word for value in answers.values() for word in value.split()}
    return [each for each in unit.media.of(respondent) if each.kind == "image" and each.id in named]


def sent(unit: Unit, testimony: Testimony) -> list[Medium]:
    """The photos of a testimony: with her answers, and with what she answered since."""
    since = {str(n): " ".join(each.media) for n, each in enumerate(testimony.exchanges)}
    return among(unit, testimony.respondent, {**testimony.answers, **since})


def offered(unit: Unit, testimony: Testimony) -> list[Medium]:
    """Those of them that she allows to be shown and that are here, of a kind that can be."""
    granted = {each.purpose for each in unit.testimonies.consents(testimony.id) if each.granted}
    if not {"publish", PHOTO} <= granted:
        return []
    return [each for each in sent(unit, testimony) if each.state == HELD and each.mime in READABLE]


def undecided(unit: Unit, testimony: Testimony, copy: Redaction | None) -> bool:
    """Whether nobody said of this copy which photo may be shown with it, or that none may."""
    return (copy is None or copy.photo is None) and bool(offered(unit, testimony))


def chosen(unit: Unit, testimony: Testimony, copy: Redaction | None) -> Medium | None:
    """The photo that may be shown with this copy; None where none may."""
    return next((each for each in offered(unit, testimony) if copy and each.id == copy.photo), None)
