"""Themes: what testimonies are about, by which frame, and how far those who code them agree."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot import agreement, frame, suggesting
from bot.agreement import Agreement, Judged
from bot.coded import HERS, Coded, Coding
from bot.frame import Frame
from bot.ports import Unit
from bot.testimony import Testimony
from dialogs.form import Kind
from dialogs.plan import generic

EXAMPLES = 30
"""So many earlier codings are looked at for a suggestion: the words of each must be opened."""

COMPARED = 200
"""So many of the latest voices that two have coded say how far they agree."""

_FORM = "testimony"
"""The form whose choices are the built-in frame."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """How far a partner's coders agree, by their frame: of all codes together, and of each by its id."""

    frame: Frame
    overall: Agreement
    codes: Mapping[str, Agreement]


def frame_of(unit: Unit, partner: str) -> Frame:
    """By which this partner codes now: its own frame, else the built-in one."""
    return unit.frames.current(partner) or frame.of_form(unit.forms.current(_FORM))


def frame_then(unit: Unit, partner: str, name: str, version: str) -> Frame | None:
    """The frame by which something was coded."""
    found = unit.frames.version(partner, name, version)
    if found is None and name == frame.BUILT_IN:
        try:
            return frame.of_form(unit.forms.version(_FORM, version))
        except KeyError:
            return None
    return found


def codes_of(unit: Unit, testimony: Testimony) -> list[Coded]:
    """The codes of a testimony, for whatever is made of it: what she chose herself, then what its first coder gave;
    each with frame and version. The second coder's are there to be compared, and are no codes of it.
    """
    hers = [
        Coded(testimony.id, code, HERS, testimony.received_at, frame.BUILT_IN, testimony.form_version)
        for code in testimony.themes
    ]
    return hers + [each for each in unit.codings.of(testimony.id) if not each.second]


def name_of(unit: Unit, partner: str, coded: Coded, language: str | None) -> str:
    """What a code is called now, else what it was called when it was given; its id where nobody knows."""
    now = frame_of(unit, partner)
    then = now if now.name == coded.frame else frame_then(unit, partner, coded.frame, coded.version)
    return (then or now).named(coded.code, language)


def given(unit: Unit, testimony: Testimony, *, second: bool) -> list[str]:
    """The codes one coder has given it so far."""
    return [each.code for each in unit.codings.of(testimony.id) if each.second is second]


def suggestions(unit: Unit, testimony: Testimony, by: Frame) -> list[str]:
    """Codes its words suggest, by keywords and by what the partner's coders gave alike ones. None is a code yet."""
    codings = unit.codings.examples(
        partner=testimony.partner,
        frame=by.name,
        language=testimony.language,
        besides=testimony.id,
        most=EXAMPLES,
    )
    earlier = [
        (_words(unit, other), coding.codes)
        for coding in codings
        if (other := unit.testimonies.get(coding.testimony, partner=testimony.partner)) is not None
    ]
    return suggesting.suggested(by, _words(unit, testimony), earlier)


def agreed(unit: Unit, partner: str) -> Agreed:
    """How far the coders of a partner agree, of the latest COMPARED that two have coded by its frame (all versions)."""
    by = frame_of(unit, partner)
    twice = unit.codings.twice(partner, by.name, COMPARED)
    codes: dict[str, frozenset[str]] = {}
    for version in {each.version for pair in twice for each in pair}:
        then = frame_then(unit, partner, by.name, version)
        codes[version] = frozenset(code.id for code in then.offered) if then else frozenset()

    def judged(coding: Coding) -> Judged:
        return Judged(frozenset(coding.codes), codes[coding.version] | frozenset(coding.codes))

    pairs = [(judged(one), judged(other)) for one, other in twice]
    return Agreed(by, agreement.overall(pairs), agreement.of_each(pairs))


def _words(unit: Unit, testimony: Testimony) -> str:
    """What she wrote."""
    form = unit.forms.version(testimony.form, testimony.form_version)
    written = {question.ref for question in form.questions() if question.kind is Kind.TEXT}
    return "\n".join(words for ref, words in testimony.answers.items() if generic(ref) in written)
