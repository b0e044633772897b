"""Consenting: what she agreed to, in which words, and whether these are still the words she would be asked in (S31).

Words are kept as a hash of what she saw: of a form's question and choice, or of the switch on /mine; where sharing is
asked, the partners that were named belong to it. Once they change, what she allowed stays as it was said, and is asked
anew: a new testimony does not inherit it, and /mine says so.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot import photos, policy
from bot.circumstances import SEPARATOR, Circumstances, others, reader
from bot.people import PHOTO, Consent, Respondent, purposes
from bot.ports import Unit
from bot.speech import Sentence
from bot.testimony import State, Testimony
from dialogs.form import Form, Question
from dialogs.instance import Instance
from dialogs.session import Session

OPENING = "opening"
"""The built-in form that stands before every form which does not itself ask whether it may be kept."""

CONSENTS = {
    "keep": "Keep and read it",
    "share": "Share with partners",
    "publish": "Publish, without my name",
    PHOTO: "Show my photo too",
    "quote": "Quote in the report",
    "contact": "Ask me again later",
}
"""What each purpose is called where it is switched; `keep` is switched by withdrawing."""

ABOUT_PHOTO = "Your photo can show who you are and where you are. It is shown only with your published words."
"""What is told wherever she is asked whether her photo may be shown."""

HANDED_ON = (
    "A copy was handed on, as you allowed, to: {receivers}. When you take it back, we ask them to erase it too."
    " Whether they do is in their hands."
)


def told(form: Form, answers: Mapping[str, str], means: str) -> str:
    """The answer to the question that means this ("country", "story", …); "" where there is none."""
    ref = form.meaning(means)
    return answers.get(ref, "") if ref else ""


def named(unit: Unit, partner: str) -> tuple[Sentence, ...]:
    """With whom she may allow it to be shared, by name (S31); nothing where there is nobody."""
    return policy.shared(others(unit, partner))


def handed_on(unit: Unit, her: Respondent, testimony: str | None = None) -> tuple[Sentence, ...]:
    """Who may have a copy of hers (of this one) on a server of their own; nothing where nobody has (S31)."""
    receivers = SEPARATOR.join(unit.forwards.receivers(her.id, testimony))
    return (Sentence(HANDED_ON, {"receivers": receivers}),) if receivers else ()


# -- when a form is finished ------------------------------------------------------------------------------------------


def agreed_to(here: Circumstances, form: Form, session: Session) -> dict[str, str]:
    """That it may be kept, as a form has just asked it; a session carries it to the testimony."""
    wording = _seen(here, form, session, {}).wording("keep")
    return {
        "wording": wording,
        "language": session.language,
        "at": here.now.isoformat(),
        "source": form.name,
    }


def agreed_before(unit: Unit, here: Circumstances, her: Respondent) -> dict[str, str] | None:
    """That it may be kept, as she said for what she told last; None where she did not, or its words have changed."""
    keep = said_before(unit, her).get("keep")
    if keep is None or not keep.granted or not Words(unit, here, her.partner).hold(keep):
        return None
    return {
        "wording": keep.wording,
        "language": keep.language,
        "at": keep.at.isoformat(),
        "source": keep.source,
    }


def consents_of(
    unit: Unit,
    here: Circumstances,
    her: Respondent,
    form: Form,
    session: Session,
    answers: Mapping[str, str],
    testimony: str,
    agreed: Mapping[str, str],
) -> list[Consent]:
    """Every purpose, each granted or not, with the hash of the wording she saw, partners' names with it (S31).

    A form that does not ask for a purpose leaves it as it was for her last testimony, unless its words have changed
    since; then, and the first time, it is off. What she `agreed` to before the form began is that it may be kept. That
    a photo may be shown is said of that photo alone, and of no other one later.
    """
    before, words = said_before(unit, her), Words(unit, here, her.partner)
    seen = _seen(here, form, session, answers)
    found: list[Consent] = []
    for purpose in purposes(photo=bool(photos.among(unit, her.id, answers))):
        consent = Consent(testimony, purpose, False, "", session.language, here.now)
        if question := _question(form, purpose):
            consent = replace(
                consent,
                granted=_choice(purpose) in answers.get(question.ref, "").split(),
                wording=seen.wording(purpose),
                source=form.name,
                partners=_named_in(unit, seen.partners) if purpose == "share" else (),
            )
        elif purpose == "keep" and agreed:
            at, source = datetime.fromisoformat(agreed["at"]), agreed.get("source", OPENING)
            consent = Consent(testimony, purpose, True, agreed["wording"], agreed["language"], at, source)
        elif purpose != PHOTO and purpose in before and words.hold(before[purpose]):
            consent = replace(before[purpose], testimony=testimony, at=here.now)
        found.append(consent)
    return found


def said_before(unit: Unit, her: Respondent) -> dict[str, Consent]:
    """What she said of each purpose for the last testimony to the same partner that is not withdrawn."""
    for each in unit.testimonies.of(her.id):
        if each.state is not State.WITHDRAWN and each.partner == her.partner:
            return {consent.purpose: consent for consent in unit.testimonies.consents(each.id)}
    return {}


# -- on /mine ---------------------------------------------------------------------------------------------------------


def switched(
    unit: Unit, here: Circumstances, testimony: Testimony, purpose: str, granted: bool, language: str
) -> Consent:
    """What a switch of /mine says, in the words that stand there."""
    partner = testimony.partner
    ids = _others(unit, partner) if purpose == "share" else ()
    wording = _switch(unit, here, partner, purpose, language)
    return Consent(testimony.id, purpose, granted, wording, language, here.now, partners=ids)


# -- whether the words still stand ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Words:
    """The words of today, in which somebody who tells for this partner would be asked; each form begun once."""

    unit: Unit
    here: Circumstances
    partner: str
    begun: dict[tuple[str, str], "_Seen | None"] = field(default_factory=dict)

    def hold(self, consent: Consent) -> bool:
        """Whether a consent's words are still those of today in its language, and sharing names whom it named."""
        if consent.purpose == "share" and set(consent.partners) != set(_others(self.unit, self.partner)):
            return False
        return consent.wording == self._today(consent)

    def _today(self, consent: Consent) -> str | None:
        """The hash of a purpose's words where she was asked; None where nobody is asked it any more."""
        if not consent.source:
            return _switch(self.unit, self.here, self.partner, consent.purpose, consent.language)
        key = (consent.source, consent.language)
        if key not in self.begun:
            self.begun[key] = self._begin(*key)
        seen = self.begun[key]
        if seen is None or _question(seen.form, consent.purpose) is None:
            return None
        return seen.wording(consent.purpose)

    def _begin(self, name: str, language: str) -> "_Seen | None":
        """A form as it begins today."""
        try:
            form = self.unit.forms.current(name)
        except LookupError:
            return None
        given = reader(self.unit, self.partner)
        instance = Instance.start(
            form, now=self.here.now, chance=self.here.chance, language=language, given=given
        )
        return _Seen(form, instance, given["partners"] if form.meaning("partners") else "")


def changed(unit: Unit, here: Circumstances, testimonies: Sequence[Testimony]) -> set[str]:
    """The purposes that are allowed for any of these in words that are no longer those of today."""
    words = {partner: Words(unit, here, partner) for partner in {each.partner for each in testimonies}}
    return {
        consent.purpose
        for each in testimonies
        for consent in unit.testimonies.consents(each.id)
        if consent.granted and not words[each.partner].hold(consent)
    }


# -- pieces -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Seen:
    """What stands on the screens of one form: its words, and the partners it names."""

    form: Form
    instance: Instance
    partners: str

    def wording(self, purpose: str) -> str:
        """The hash of the words in which this form asks for a purpose: question, choice, whoever is named."""
        question = _question(self.form, purpose)
        if question is None:
            raise LookupError(f"{self.form.name} does not ask for {purpose}")
        words = [
            self.instance.words(question.label, question.ref),
            self.instance.label(question, _choice(purpose), question.ref),
        ]
        if purpose == "share" and self.partners:
            words.append(self.partners)
        if purpose == PHOTO and (note := _meant(self.form, "about_photo")):
            words.append(self.instance.words(note.label, note.ref))
        return _hash(words)


def _seen(here: Circumstances, form: Form, session: Session, answers: Mapping[str, str]) -> _Seen:
    """What a session has shown."""
    instance = Instance.restore(
        form, session.answers, now=here.now, chance=here.chance, language=session.language
    )
    return _Seen(form, instance, told(form, answers, "partners"))


def _question(form: Form, purpose: str) -> Question | None:
    """The question by which a form asks for a purpose; for a photo's only where it has a choice for that."""
    asked = _meant(form, "keep" if purpose == "keep" else "consents")
    if purpose == PHOTO and not (asked and asked.itemset and PHOTO in asked.itemset.choices):
        return None
    return asked


def _meant(form: Form, means: str) -> Question | None:
    """What stands in a form under this meaning."""
    ref = form.meaning(means)
    return next((each for each in form.questions() if each.ref == ref), None)


def _choice(purpose: str) -> str:
    """What is chosen there to allow it."""
    return "yes" if purpose == "keep" else purpose


def _switch(unit: Unit, here: Circumstances, partner: str, purpose: str, language: str) -> str:
    """The hash of the words beside a switch of /mine."""
    words = [here.say(Sentence(CONSENTS[purpose]), language)]
    if purpose == "share":
        words += [here.say(each, language) for each in named(unit, partner)]
    if purpose == PHOTO:
        words.append(here.say(Sentence(ABOUT_PHOTO), language))
    return _hash(words)


def _others(unit: Unit, partner: str) -> tuple[str, ...]:
    """The ids of the partners with whom a voice told to this one may be shared."""
    return tuple(each.id for each in unit.people.partners() if each.id != partner)


def _named_in(unit: Unit, names: str) -> tuple[str, ...]:
    """The ids of those whom a form named, by the names it was given (`circumstances.others`)."""
    said = set(names.split(SEPARATOR))
    return tuple(each.id for each in unit.people.partners() if each.name in said)


def _hash(words: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()
