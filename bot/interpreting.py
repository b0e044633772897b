"""Interpreting, a deed: a moderator writes down a voice note or translates it; a colleague who reads both accepts."""

from collections.abc import Callable
from dataclasses import replace

from bot.card import recordings
from bot.circumstances import Circumstances, tell
from bot.consenting import told
from bot.journal import Deed
from bot.outbox import Kind as Why
from bot.people import Moderator
from bot.ports import Unit
from bot.rendition import BY_HAND, Kind, Rendition, digest
from bot.speech import Message, Sentence
from bot.standing import herself, reads
from bot.testimony import Testimony, moved

Does = Callable[[Unit, Circumstances, Moderator, Testimony, str], bool]
"""Something done with one rendition, by its id; whether it was."""


def renditions(unit: Unit, moderator: Moderator, testimony: Testimony) -> list[Rendition]:
    """What stands beside the original for this moderator, the oldest first."""
    found = unit.renditions.of(testimony.id, respondent=testimony.respondent)
    return [each for each in found if each.seen_by(moderator.id)]


def outdated(unit: Unit, testimony: Testimony, rendition: Rendition) -> bool:
    """Whether its author changed her words since it was made."""
    return rendition.of != digest(_original(unit, testimony))


def offer(
    unit: Unit,
    here: Circumstances,
    moderator: Moderator,
    testimony: Testimony,
    kind: Kind,
    language: str,
    words: str,
    tool: str = BY_HAND,
) -> Rendition:
    """Put a transcript or a translation beside a testimony this moderator holds; nobody's words are changed by it."""
    rendition = Rendition(
        id=here.fresh(),
        testimony=testimony.id,
        kind=kind,
        language=language,
        words=words,
        by=moderator.id,
        at=here.now,
        tool=tool,
        of=digest(_original(unit, testimony)),
    )
    unit.renditions.add(rendition, respondent=testimony.respondent)
    _did(unit, here, moderator, f"offered a {kind}", testimony)
    return rendition


def accept(unit: Unit, here: Circumstances, moderator: Moderator, testimony: Testimony, id: str) -> bool:
    """A colleague finds it right. False where it is one's own, was accepted before, or is gone."""
    found = next((each for each in renditions(unit, moderator, testimony) if each.id == id), None)
    own = found is not None and found.by == moderator.id and found.tool == BY_HAND
    if found is None or own or not unit.renditions.accept(id, moderator.id, here.now, testimony=testimony.id):
        return False
    _did(unit, here, moderator, f"accepted a {found.kind}", testimony)
    return True


def take_back(unit: Unit, here: Circumstances, moderator: Moderator, testimony: Testimony, id: str) -> bool:
    """Take one's own away again, while nobody accepted it."""
    found = next((each for each in renditions(unit, moderator, testimony) if each.id == id), None)
    if found is None or found.by != moderator.id or found.accepted_by:
        return False
    unit.renditions.drop(id, testimony=testimony.id)
    _did(unit, here, moderator, f"took a {found.kind} back", testimony)
    return True


def needs_reader(here: Circumstances, moderator: Moderator, testimony: Testimony) -> bool:
    """Whether this moderator may ask a colleague to read it: they do not read its language, and it is not sensitive."""
    return not testimony.sensitive and testimony.language not in reads(here, moderator)


def ask_reader(unit: Unit, here: Circumstances, moderator: Moderator, testimony: Testimony) -> bool:
    """It goes back to the queue, for colleagues who read its language; they are told. False where there is none: then
    nothing changes.
    """
    readers = {
        each.address: each
        for each in unit.people.moderators_of(testimony.partner)
        if each.may_read(partner=testimony.partner, sensitive=testimony.sensitive)
        and each.address != moderator.address
        and testimony.language in reads(here, each)
        and herself(unit, each) != testimony.respondent
    }
    if not readers or not needs_reader(here, moderator, testimony):
        return False
    back = replace(testimony, state=moved(testimony.state, "release"), claimed_by=None, claimed_until=None)
    unit.testimonies.save(replace(back, wants=testimony.language))
    _did(unit, here, moderator, "asked for a reader", testimony)
    for each in readers.values():
        language = here.name_in(testimony.language, each.language)
        asks = Sentence(
            "A voice in {language} needs a reader. Take it: /next", {"language": language}, domain="desk"
        )
        message = Message(here.language(each.language), (asks,))
        tell(unit, here, each.address, message, kind=Why.MODERATION, step=f"reader:{each.id}")
    return True


def has_voice(unit: Unit, testimony: Testimony) -> bool:
    """Whether there is a recording that can be written down."""
    form = unit.forms.version(testimony.form, testimony.form_version)
    heard = [unit.media.get(each) for each in recordings(form, testimony)]
    return any(each is not None and each.kind == "audio" for each in heard)


def _original(unit: Unit, testimony: Testimony) -> str:
    """What is translated: the story, and which recordings there are."""
    form = unit.forms.version(testimony.form, testimony.form_version)
    return " ".join((told(form, testimony.answers, "story"), *recordings(form, testimony)))


def _did(unit: Unit, here: Circumstances, moderator: Moderator, verb: str, testimony: Testimony) -> None:
    unit.journal.write(Deed(here.now, f"moderator:{moderator.id}", verb, f"testimony:{testimony.id}"))
