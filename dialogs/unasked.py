"""What a chat cannot ask, or asks in another way than the author meant: each with cause and remedy."""

from collections.abc import Iterator
from dataclasses import dataclass

from dialogs.form import Bind, Kind, Question
from dialogs.shown import ALBUM, KINDS, choices_of, shows_picture
from dialogs.told import Told, told

_REMOVE_IT = told("Remove it.")
_WITHOUT_MAP = told("it is asked without a map")
_AS_NUMBER = told("it is asked as a number to write")
_GREGORIAN = told("it is asked in the Gregorian calendar")
_REFUSED = {
    "annotate": told("Drawing on a photo"),
    "draw": told("Drawing"),
    "signature": told("Signing by hand"),
    "printer": told("Printing"),
    "ex": told("Another app"),
    "intent": told("Another app"),
}
"""Appearances without which the question is another one; also as "ex:…"."""
_OTHERWISE = {
    "map": _WITHOUT_MAP,
    "maps": _WITHOUT_MAP,
    "placement-map": _WITHOUT_MAP,
    "image-map": told("it is asked as buttons"),
    "counter": _AS_NUMBER,
    "bearing": _AS_NUMBER,
    "url": told("it is asked as words to write"),
    "coptic": _GREGORIAN,
    "ethiopian": _GREGORIAN,
    "islamic": _GREGORIAN,
    "persian": _GREGORIAN,
    "myanmar": _GREGORIAN,
    "buddhist": _GREGORIAN,
    "bikram-sambat": _GREGORIAN,
}
"""Appearances a chat passes over: the question is asked all the same."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a question cannot be asked, or not as meant (`advice`), and what the author can do."""

    cause: Told
    remedy: Told
    advice: bool = False


def faults(question: Question, bind: Bind) -> Iterator[Fault]:
    """What a chat cannot do of a question."""
    for word in sorted(question.appearance):
        name = word.partition(":")[0].partition("(")[0]
        if name in _REFUSED:
            cause = told(
                "{deed} (appearance “{appearance}”) is not possible in a chat.",
                deed=_REFUSED[name],
                appearance=word,
            )
            yield Fault(cause, _REMOVE_IT)
        elif name in _OTHERWISE:
            cause = told(
                "A chat cannot show the appearance “{appearance}”: {instead}.",
                appearance=word,
                instead=_OTHERWISE[name],
            )
            yield Fault(cause, _REMOVE_IT, advice=True)
    if question.parameters.get("mediatype", "").startswith("osm"):
        cause = told("A chat cannot ask for “{type}”.", type="osm")
        yield Fault(cause, told("Use another type of question."))
    required = bind.required.text.replace(" ", "") if bind.required is not None else ""
    if question.kind is Kind.GEOPOINT and required == "true()":
        cause = told("Nobody has to tell where they are.")
        yield Fault(cause, told("Leave “{column}” empty.", column="required"))
    yield from _media(question)


def _media(question: Question) -> Iterator[Fault]:
    """What goes with choices and cannot be shown beside buttons."""
    choices = choices_of(question)
    for kind in sorted(
        {KINDS[form] for choice in choices for form in choice.media if form in KINDS} - {"image"}
    ):
        cause = told("The chat does not show the “{media}” of a choice.", media=kind)
        yield Fault(cause, told("Say it in the label."), advice=True)
    if (count := sum(shows_picture(choice) for choice in choices)) > ALBUM:
        cause = told(
            "{count} choices have a picture; a chat shows at most {most} at once.", count=count, most=ALBUM
        )
        yield Fault(cause, told("Offer fewer at once, or say it in the label."), advice=True)
