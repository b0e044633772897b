"""Standing: what a moderator may see of a testimony, and what became of what they asked for, as values."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.circumstances import Circumstances
from bot.hiding import take_card
from bot.journal import Deed
from bot.people import Moderator
from bot.ports import Unit
from bot.testimony import DecisionKind, State, Testimony

LEASE = timedelta(minutes=30)
"""How long a testimony stays with who took it."""

_EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Whoever has a look longer than until then has it, or had it last."""


@dataclass(frozen=True, slots=True)
class Taken:
    """It is open with this moderator."""

    testimony: Testimony


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing waits."""


@dataclass(frozen=True, slots=True)
class Enough:
    """As many are open already as one moderator may have."""

    count: int


@dataclass(frozen=True, slots=True)
class Done:
    """It was decided as asked; also when the same moderator asks for the same twice (R6)."""

    testimony: Testimony
    kind: DecisionKind


@dataclass(frozen=True, slots=True)
class Released:
    """It is back in the queue."""

    testimony: Testimony


@dataclass(frozen=True, slots=True)
class AlreadyDecided:
    """A colleague was faster, with this decision; nothing moved (R35)."""

    testimony: Testimony
    kind: DecisionKind


@dataclass(frozen=True, slots=True)
class WithColleague:
    """A colleague has it open; nothing moved."""

    testimony: Testimony


@dataclass(frozen=True, slots=True)
class Changed:
    """It is open with this moderator, but its author changed it since the card was shown; nothing moved."""

    testimony: Testimony


@dataclass(frozen=True, slots=True)
class Outdated:
    """The card is older than what happened since; nothing moved."""

    testimony: Testimony


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Its author took it back."""


@dataclass(frozen=True, slots=True)
class NotYours:
    """No testimony this moderator may see; why is not said (S20, S34). It is noted in the journal."""


@dataclass(frozen=True, slots=True)
class BuiltOn:
    """A colleague has gone on with it since; nothing moved."""

    testimony: Testimony


Standing = AlreadyDecided | BuiltOn | WithColleague | Changed | Outdated | Withdrawn | NotYours | Done


def sees(unit: Unit, moderator: Moderator, id: str) -> Testimony | None:
    """The testimony, where this moderator may see it: their partner's, within their role, not their own words."""
    testimony = unit.testimonies.get(id, partner=moderator.partner)
    if testimony is None or testimony.respondent == herself(unit, moderator):
        return None
    return testimony if moderator.may_read(partner=testimony.partner, sensitive=testimony.sensitive) else None


def reads(here: Circumstances, moderator: Moderator) -> frozenset[str]:
    """The languages this moderator reads: those they said, else that of the chat."""
    return frozenset(moderator.languages or (here.language(moderator.language),))


def left(unit: Unit, here: Circumstances, moderator: Moderator) -> frozenset[str]:
    """The languages colleagues read and this moderator does not: what wants such a reader is left to them."""
    team = unit.people.moderators_of(moderator.partner)
    colleagues = [reads(here, each) for each in team if each.active and each.reads]
    return frozenset().union(*colleagues) - reads(here, moderator)


def refuse(unit: Unit, here: Circumstances, address: str, thing: str) -> NotYours:
    """Note that someone tried what they may not (S22): one line, nothing else changes."""
    unit.journal.write(Deed(here.now, f"address:{address}", "refused", thing))
    return NotYours()


def herself(unit: Unit, moderator: Moderator) -> str | None:
    """The respondent who writes from the same address."""
    respondent = unit.people.respondent_at(moderator.address)
    return respondent.id if respondent else None


def did(unit: Unit, here: Circumstances, moderator: Moderator, verb: str, testimony: Testimony) -> None:
    """One line of the journal."""
    unit.journal.write(Deed(here.now, f"moderator:{moderator.id}", verb, f"testimony:{testimony.id}"))


def look_at(
    unit: Unit, here: Circumstances, moderator: Moderator, id: str, version: int
) -> Testimony | Standing:
    """The accepted testimony whose redaction or second look this moderator has, or may have now (S36)."""
    testimony = sees(unit, moderator, id)
    if testimony is None:
        return refuse(unit, here, moderator.address, f"testimony:{id}")
    if testimony.state is State.WITHDRAWN:
        return Withdrawn()
    if testimony.state is not State.ACCEPTED or testimony.version != version:
        return Outdated(testimony)
    has = unit.looks.claimed_by(id, here.now)
    if takes_look(unit, here, moderator, id):
        if has != moderator.id:
            did(unit, here, moderator, "took", testimony)
        return testimony
    return WithColleague(testimony) if unit.looks.claimed_by(id, here.now) else Outdated(testimony)


def takes_look(unit: Unit, here: Circumstances, moderator: Moderator, id: str) -> bool:
    """Whether they have the look now, for LEASE; who had it before and let that time pass has no card of it any more
    (S43).
    """
    before = unit.people.moderator(unit.looks.claimed_by(id, _EVER) or "")
    taken = unit.looks.claim(id, moderator.id, here.now + LEASE, here.now)
    if taken and before is not None and before.address != moderator.address:
        take_card(unit, here, before.id, id)
    return taken
