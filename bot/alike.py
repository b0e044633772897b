"""Look-alikes, a deed of many decisions: what waits and is nearly the same is set aside at once; each has its own
Decision and its own line in the journal, and can be taken back alone.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot import reviewing
from bot.card import recordings, written
from bot.circumstances import Circumstances
from bot.likeness import Likeness, likeness
from bot.people import Moderator
from bot.ports import Unit
from bot.queued import Filter
from bot.standing import Done, Outdated, Standing, Taken, herself, refuse, sees
from bot.testimony import DecisionKind, Testimony

LOOKED_AT = 300
"""How many of those that wait longest are looked at."""

MOST = 30
"""How many look-alikes are shown, and so set aside, at once: nothing is that was not shown."""


@dataclass(frozen=True, slots=True)
class Together:
    """What stands set aside together; `left`: how many were not, since a colleague has them or they have changed."""

    testimonies: Sequence[Testimony]
    left: int = 0


def find(unit: Unit, here: Circumstances, moderator: Moderator, origin: Testimony) -> list[Testimony]:
    """What waits for the same partner and is like the one that is open with this moderator. Each that is found is
    shown: so it is noted (S42).
    """
    wanted, found = _likeness(unit, origin), []
    besides = herself(unit, moderator)
    places = unit.queue.line(
        partner=moderator.partner, wanted=Filter(), now=here.now, besides=besides, most=LOOKED_AT
    )
    for place in places:
        other = unit.testimonies.get(place.id, partner=moderator.partner)
        if other is not None and other.id != origin.id and wanted.like(_likeness(unit, other)):
            found.append(other)
            reviewing.note_read(unit, here, moderator, other)
        if len(found) == MOST:
            break
    return found


def set_aside(
    unit: Unit,
    here: Circumstances,
    moderator: Moderator,
    id: str,
    version: int,
    others: Collection[str],
    reason: str,
) -> Together | Standing:
    """Set aside the one that is open and these others that were shown with it, as far as they still wait and are still
    like it.
    """
    done = reviewing.set_aside(unit, here, moderator, id, version, reason)
    if not isinstance(done, Done):
        return done
    wanted, together, left = _likeness(unit, done.testimony), [done.testimony], 0
    for each in others:
        standing = _one(unit, here, moderator, each, reason, wanted)
        if standing is None:
            left += 1
        else:
            together.append(standing)
    return Together(together, left)


def undo(
    unit: Unit, here: Circumstances, moderator: Moderator, id: str, version: int, *, everything: bool
) -> Together | Standing:
    """Take back this one, or all that was set aside with it: back to the queue. What still stands set aside."""
    testimony = sees(unit, moderator, id)
    if testimony is None:
        return refuse(unit, here, moderator.address, f"testimony:{id}")
    before = _together(unit, moderator, id)
    if not any(each.moderator == moderator.id for each in unit.testimonies.decisions(id)):
        return Outdated(testimony)
    back = before if everything else [each for each in before if each.id == id and each.version == version]
    for each in back:
        undone = reviewing.undo(unit, here, moderator, each.id, each.version)
        if isinstance(undone, Done):
            reviewing.release(unit, here, moderator, each.id, undone.testimony.version)
    return Together(_together(unit, moderator, id))


def _one(
    unit: Unit, here: Circumstances, moderator: Moderator, id: str, reason: str, wanted: Likeness
) -> Testimony | None:
    """One of the others set aside; None where it is left alone."""
    seen = sees(unit, moderator, id)
    if seen is None or not wanted.like(_likeness(unit, seen)):
        return None
    taken = reviewing.take_this(unit, here, moderator, id)
    if not isinstance(taken, Taken):
        return None
    done = reviewing.set_aside(unit, here, moderator, id, taken.testimony.version, reason)
    return done.testimony if isinstance(done, Done) else None


def _together(unit: Unit, moderator: Moderator, id: str) -> list[Testimony]:
    """What this moderator set aside in the same moment as this one, and still is."""
    moments = [
        each.at
        for each in unit.testimonies.decisions(id)
        if each.moderator == moderator.id and each.kind is DecisionKind.SET_ASIDE
    ]
    if not moments:
        return []
    those = unit.queue.decided_at(moderator.id, moments[-1], partner=moderator.partner)
    found = [unit.testimonies.get(each, partner=moderator.partner) for each in those]
    return sorted((each for each in found if each is not None), key=lambda each: (each.received_at, each.id))


def _likeness(unit: Unit, testimony: Testimony) -> Likeness:
    """By what she wrote herself, not by what she chose, and by her recordings."""
    form = unit.forms.version(testimony.form, testimony.form_version)
    media = [unit.media.get(each) for each in recordings(form, testimony)]
    return likeness(" ".join(written(form, testimony)), [each.unique for each in media if each is not None])
