"""Redacting, a deed: a moderator hides what points to people, text by text; each step is a version, the original stays
sealed and as it was (S32, S36).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot import photos
from bot.card import marks
from bot.circumstances import Circumstances
from bot.linting import Span
from bot.people import Moderator
from bot.ports import Medium, Unit
from bot.redaction import Key, Redaction, digest, hidden, spans, still_open, texts, valid
from bot.standing import Changed, Standing, did, look_at, sees
from bot.testimony import State, Testimony


@dataclass(frozen=True, slots=True)
class Draft:
    """One text as it stands: `words` as redacted so far, what is suggested in them; `done`: nothing is open in it."""

    key: Key
    original: str
    words: str
    suggested: tuple[Span, ...]
    done: bool


def opened(
    unit: Unit, here: Circumstances, moderator: Moderator, id: str, version: int
) -> Testimony | Standing:
    """The testimony this moderator may redact: open with them, or accepted and theirs to look at."""
    testimony = sees(unit, moderator, id)
    if testimony is not None and testimony.state is State.IN_REVIEW and testimony.claimed_by == moderator.id:
        return testimony if testimony.version == version else Changed(testimony)
    return look_at(unit, here, moderator, id, version)


def drafts(unit: Unit, here: Circumstances, testimony: Testimony) -> list[Draft]:
    """Her texts, the story first, each as far as it is redacted."""
    form = unit.forms.version(testimony.form, testimony.form_version)
    original, say = texts(form, testimony), marks(here.catalogs, testimony.language)
    copy = unit.redactions.standing(testimony.id, respondent=testimony.respondent)
    made = valid(copy, original)
    found = []
    for key, words in original.items():
        if copy is not None and key in made:
            left = still_open(form, testimony, copy, key, say)
            found.append(Draft(key, words, made[key], tuple(left), not left))
        else:
            suggested = spans(form, testimony, key, words, say)
            found.append(Draft(key, words, words, tuple(suggested), False))
    return found


def hide(
    unit: Unit,
    here: Circumstances,
    moderator: Moderator,
    testimony: Testimony,
    draft: Draft,
    keep: Sequence[int],
) -> Redaction:
    """A version in which what is suggested in this text is hidden, but for some that the moderator says, one by one,
    point to nobody.
    """
    away = [span for n, span in enumerate(draft.suggested) if n not in keep]
    stay = [draft.words[span.start : span.end] for n, span in enumerate(draft.suggested) if n in keep]
    words = hidden(draft.words, away, marks(here.catalogs, testimony.language))
    made = _version(unit, here, moderator, testimony, {draft.key: words}, {draft.key: stay})
    did(unit, here, moderator, "redacted", testimony)
    return unit.redactions.add(made, respondent=testimony.respondent)


def offer(
    unit: Unit, here: Circumstances, moderator: Moderator, testimony: Testimony, draft: Draft, words: str
) -> None:
    """Remember a text the moderator wrote, sealed with her key, until it is kept or not."""
    made = _version(unit, here, moderator, testimony, {draft.key: words}, {})
    unit.redactions.offer(made, respondent=testimony.respondent)


def keep_offered(unit: Unit, here: Circumstances, moderator: Moderator, testimony: Testimony) -> bool:
    """What this moderator offered becomes a version; False where there is nothing any more."""
    offered = unit.redactions.offered(testimony.id, respondent=testimony.respondent)
    if offered is None or offered.moderator != moderator.id:
        return False
    did(unit, here, moderator, "redacted", testimony)
    unit.redactions.add(offered, respondent=testimony.respondent)
    return True


def pictured(unit: Unit, testimony: Testimony) -> tuple[Mapping[int, Medium], Redaction | None]:
    """The photos that may be shown if a moderator says so, and the copy that stands. Each by its number among all she
    sent, so that it means the same one when another has arrived.
    """
    copy = unit.redactions.standing(testimony.id, respondent=testimony.respondent)
    may = {each.id for each in photos.offered(unit, testimony)}
    sent = enumerate(photos.sent(unit, testimony), start=1)
    return {number: each for number, each in sent if each.id in may}, copy


def done(unit: Unit, here: Circumstances, testimony: Testimony) -> bool:
    """Whether nothing is open in any text, and it was said whether a photo may be shown."""
    _, copy = pictured(unit, testimony)
    return all(each.done for each in drafts(unit, here, testimony)) and not photos.undecided(
        unit, testimony, copy
    )


def choose_photo(
    unit: Unit, here: Circumstances, moderator: Moderator, testimony: Testimony, which: int
) -> None:
    """A version with which the photo of this number may be shown (`pictured`), or none (0)."""
    found, _ = pictured(unit, testimony)
    if which and which not in found:
        return
    chosen = found[which].id if which else ""
    made = replace(_version(unit, here, moderator, testimony, {}, {}), photo=chosen)
    did(unit, here, moderator, "redacted", testimony)
    unit.redactions.add(made, respondent=testimony.respondent)


def _version(
    unit: Unit,
    here: Circumstances,
    moderator: Moderator,
    testimony: Testimony,
    words: Mapping[Key, str],
    kept: Mapping[Key, Sequence[str]],
) -> Redaction:
    """The next version: what was done before, and this. What was said of the photo stays where the same person said it;
    somebody else is asked anew, so that two people always saw it (S36).
    """
    form = unit.forms.version(testimony.form, testimony.form_version)
    original = texts(form, testimony)
    before = unit.redactions.standing(testimony.id, respondent=testimony.respondent)
    made = {**valid(before, original), **words}
    said = tuple(
        (key, each, moderator.id, here.now.isoformat()) for key, stay in kept.items() for each in stay
    )
    return Redaction(
        "",
        testimony.id,
        moderator.id,
        moderator.address,
        here.now,
        made,
        {key: digest(original[key]) for key in made},
        (*(before.kept if before else ()), *said),
        photo=before.photo if before and before.person == moderator.address else None,
    )
