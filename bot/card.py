"""A testimony in words: its answers, line by line, in the language of whoever reads it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.ports import Unit
from bot.redaction import Key, Say, still_open, texts, valid
from bot.speech import Attached, Sentence
from bot.testimony import Testimony
from bot.words import Catalogs
from dialogs.engine import retold
from dialogs.form import Form, Kind, Ref
from dialogs.plan import generic

KINDS = {"testimony": "Testimony", "initiative": "Initiative", "checkin": "Check-in"}
"""What the built-in forms are called in a team (catalog "desk")."""

REASONS = {
    "spam": "{receipt}: it was read.\n\nThank you for writing. We gather what people live through, and this seemed to"
    " be something else, so we do not use it. If we misunderstood, please tell us again with /start.",
    "harm": "{receipt}: it was read with care.\n\nIt speaks of someone who could come to harm if it went further. To"
    " protect them, we do not use it. Thank you for your trust.",
    "twice": "{receipt}: it was read.\n\nYou had already told us this, and the first time counts. Thank you.",
    "other": "{receipt}: it was read with care.\n\nWe cannot use it this time. That does not make it less true or less"
    " important. Thank you for telling us.",
}
"""Why a testimony is set aside, and what its author is told."""

FIRST = 60
"""Characters by which a testimony is told from others like it."""

RECORDED = {Kind.AUDIO, Kind.IMAGE, Kind.VIDEO, Kind.FILE}
"""Questions whose answer is a list of media ids."""


@dataclass(frozen=True, slots=True)
class Line:
    """One answer: where it stands, the question's first line, and the answer in words."""

    ref: Ref
    label: str
    words: str


def lines(form: Form, answers: Mapping[Ref, str], language: str, besides: Collection[Ref] = ()) -> list[Line]:
    """The answers the form's own summary would show, in its order and in this language, but for some."""
    view = retold(form, answers, language)
    return [Line(ref, view.label(ref), view.answer(ref)) for ref in view.changeable() if ref not in besides]


def theme(form: Form, code: str, language: str) -> str:
    """What a form calls a theme; its code where the form has none such."""
    ref = form.meaning("themes")
    asked = next((question for question in form.questions() if question.ref == ref), None)
    if ref is None or asked is None:
        return code
    return retold(form, {}, language).instance.label(asked, code, ref) or code


def beginning(unit: Unit, testimony: Testimony) -> str:
    """How a testimony begins, in its author's words; "" where she wrote none."""
    form = unit.forms.version(testimony.form, testimony.form_version)
    said = " ".join(" ".join(written(form, testimony)).split())
    return said if len(said) <= FIRST else f"{said[:FIRST].rstrip()}…"


def written(form: Form, testimony: Testimony) -> list[str]:
    """What she wrote herself, and did not choose."""
    refs = {question.ref for question in form.questions() if question.kind is Kind.TEXT}
    return [value for ref, value in testimony.answers.items() if generic(ref) in refs]


def recordings(form: Form, testimony: Testimony) -> list[str]:
    """The media ids of a testimony, those of its answers first."""
    refs = {question.ref for question in form.questions() if question.kind in RECORDED}
    values = [value for ref, value in testimony.answers.items() if generic(ref) in refs]
    return " ".join(values).split() + [each for exchange in testimony.exchanges for each in exchange.media]


def attachments(unit: Unit, media: Sequence[str]) -> list[Attached]:
    """The recordings that are still known, to be shown with the words."""
    found = [unit.media.get(each) for each in media]
    return [Attached(medium.kind, medium.id) for medium in found if medium is not None]


def marks(catalogs: Catalogs, language: str) -> Say:
    """How what was hidden is called in the language of a text."""
    words = catalogs.words(language)
    return lambda mark: words.say(Sentence(mark))


def redacted(unit: Unit, catalogs: Catalogs, testimony: Testimony) -> dict[Key, str]:
    """What may leave of her own words, text by text: the redacted copy that stands, where it was made of the words as
    they are now and nothing in it is open. A text that is not here does not leave (S32, S36).
    """
    copy = unit.redactions.standing(testimony.id, respondent=testimony.respondent)
    if copy is None:
        return {}
    form = unit.forms.version(testimony.form, testimony.form_version)
    say = marks(catalogs, testimony.language)
    made = valid(copy, texts(form, testimony))
    return {key: words for key, words in made.items() if not still_open(form, testimony, copy, key, say)}
