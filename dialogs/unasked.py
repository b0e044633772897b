"""What a chat cannot ask, or asks in another way than the author meant: each with cause and remedy."""

from collections.abc import Iterator
from dataclasses import dataclass

from dialogs.form import Bind, Kind, Question

_TAKE_AWAY = "Take it away."
_REFUSED = {
    "annotate": "Drawing on a photo",
    "draw": "Drawing",
    "signature": "Signing by hand",
    "printer": "Printing",
    "ex": "Another app",
    "intent": "Another app",
}
"""Appearances without which the question is another one; also as "ex:…"."""
_OTHERWISE = {
    "map": "asked without a map",
    "maps": "asked without a map",
    "placement-map": "asked without a map",
    "image-map": "asked as buttons",
    "counter": "asked as a number to write",
    "bearing": "asked as a number to write",
    "url": "asked as words to write",
    "coptic": "asked in the Gregorian calendar",
    "ethiopian": "asked in the Gregorian calendar",
    "islamic": "asked in the Gregorian calendar",
    "persian": "asked in the Gregorian calendar",
    "myanmar": "asked in the Gregorian calendar",
    "buddhist": "asked in the Gregorian calendar",
    "bikram-sambat": "asked in the Gregorian calendar",
}
"""Appearances a chat passes over: the question is asked all the same."""
_MEDIA = {"image": "picture", "big-image": "picture", "audio": "sound", "video": "film"}


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a question cannot be asked, or not as meant (`advice`), and what the author can do."""

    cause: str
    remedy: str
    advice: bool = False


def faults(question: Question, bind: Bind) -> Iterator[Fault]:
    """What a chat cannot do of a question."""
    for word in sorted(question.appearance):
        name = word.partition(":")[0].partition("(")[0]
        if name in _REFUSED:
            yield Fault(f"{_REFUSED[name]} (appearance “{word}”) is not possible in a chat.", _TAKE_AWAY)
        elif name in _OTHERWISE:
            yield Fault(
                f"A chat cannot show the appearance “{word}”: it is {_OTHERWISE[name]}.",
                _TAKE_AWAY,
                advice=True,
            )
    if question.parameters.get("mediatype", "").startswith("osm"):
        yield Fault("A chat cannot ask for “osm”.", "Use another type of question.")
    required = bind.required.text.replace(" ", "") if bind.required is not None else ""
    if question.kind is Kind.GEOPOINT and required == "true()":
        yield Fault("Nobody has to tell where they are.", "Leave “required” empty.")
    yield from _media(question)


def _media(question: Question) -> Iterator[Fault]:
    for kind in sorted({_MEDIA.get(each, each) for each in question.media}):
        yield Fault(
            f"The chat does not show the {kind} of the question.", "Say it in the label.", advice=True
        )
    choices = question.itemset.choices.values() if question.itemset is not None else ()
    for kind in sorted({_MEDIA.get(each, each) for choice in choices for each in choice.media}):
        yield Fault(f"The chat does not show the {kind} of a choice.", "Say it in its label.", advice=True)
