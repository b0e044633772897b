"""Coding, a deed: a moderator says what a testimony is about; of a sample another says it too, blind."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot import themes
from bot.circumstances import Circumstances
from bot.coded import Coded, Coding
from bot.frame import Code, Frame
from bot.journal import Deed
from bot.people import Moderator
from bot.ports import Unit
from bot.testimony import State, Testimony

LEASE = timedelta(minutes=30)
"""How long a testimony stays with the second coder who took it."""


def toggle(
    unit: Unit,
    here: Circumstances,
    coder: Moderator,
    testimony: Testimony,
    by: Frame,
    code: Code,
    *,
    second: bool,
) -> None:
    """Give a code, or take it back. The first one decides whether a second coder is wanted."""
    found = unit.codings.coding(testimony.id, second=second)
    sampled = second or unit.codings.sampled(testimony.id, by.second)
    wanted = found.open if found and found.frame == by.name else sampled
    unit.codings.save(
        Coding(
            testimony.id,
            second,
            testimony.partner,
            coder.id,
            by.name,
            by.version,
            here.now,
            open=wanted and not testimony.sensitive,
        )
    )
    if unit.codings.take_back(testimony.id, code.id, second=second):
        _did(unit, here, coder, "took a code back", testimony.id)
        return
    coded = Coded(testimony.id, code.id, coder.id, here.now, by.name, by.version, second)
    unit.codings.give(coded, partner=testimony.partner)
    _did(unit, here, coder, "coded", testimony.id)


def waits(unit: Unit, here: Circumstances, coder: Moderator) -> str | None:
    """The testimony that waits for this coder as a second one; never what they told or coded themselves."""
    author = unit.people.respondent_at(coder.address)
    return unit.codings.waits(
        partner=coder.partner,
        frame=themes.frame_of(unit, coder.partner).name,
        besides=[each.id for each in unit.people.moderators_at(coder.address)],
        author=author.id if author else None,
        before=here.now - LEASE,
    )


def take_second(unit: Unit, here: Circumstances, coder: Moderator) -> Testimony | None:
    """Take the next to code a second time; None where nothing waits."""
    which = waits(unit, here, coder)
    testimony = unit.testimonies.get(which, partner=coder.partner) if which else None
    if testimony is None or not coder.may_read(partner=testimony.partner, sensitive=testimony.sensitive):
        return None
    held = unit.codings.coding(testimony.id, second=True)
    if held is not None and held.coder != coder.id:  # another's time ran out: it begins anew
        unit.codings.release(testimony.id)
    by = themes.frame_of(unit, coder.partner)
    unit.codings.save(
        Coding(testimony.id, True, coder.partner, coder.id, by.name, by.version, here.now, open=True)
    )
    _did(unit, here, coder, "took to code", testimony.id)
    return testimony


def second_with(unit: Unit, coders: Sequence[Moderator], id: str) -> tuple[Moderator, Testimony] | None:
    """The testimony, where one of these roles has it to code a second time, and it may still be read; and the role."""
    coding = unit.codings.coding(id, second=True)
    coder = next((each for each in coders if coding is not None and coding.coder == each.id), None)
    if coding is None or coder is None or not coding.open:
        return None
    testimony = unit.testimonies.get(id, partner=coder.partner)
    if testimony is None or testimony.state is not State.ACCEPTED:
        return None
    if not coder.may_read(partner=testimony.partner, sensitive=testimony.sensitive):
        return None
    return coder, testimony


def finish(unit: Unit, here: Circumstances, coder: Moderator, testimony: Testimony) -> None:
    """The second coder is done: also without any code, which says that none fits."""
    for second in (True, False):
        coding = unit.codings.coding(testimony.id, second=second)
        if coding is not None:
            unit.codings.save(replace(coding, open=False))
    _did(unit, here, coder, "coded a second time", testimony.id)


def give_back(unit: Unit, here: Circumstances, coder: Moderator, testimony: Testimony) -> None:
    """Another may code it a second time."""
    unit.codings.release(testimony.id)
    _did(unit, here, coder, "released", testimony.id)


def load(unit: Unit, here: Circumstances, actor: str, partner: str, frame: Frame) -> bool:
    """Code by this frame from now on; False where it was so. ValueError: this version says something else already."""
    changed = unit.frames.keep(partner, frame, here.now)
    if changed:
        unit.journal.write(Deed(here.now, actor, "loaded a frame", f"partner:{partner}"))
    return changed


def _did(unit: Unit, here: Circumstances, coder: Moderator, verb: str, testimony: str) -> None:
    unit.journal.write(Deed(here.now, f"moderator:{coder.id}", verb, f"testimony:{testimony}"))
