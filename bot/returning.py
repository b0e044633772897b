"""Coming back from a backup: what is done once, before anything is said (R37)."""

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.journal import Deed
from bot.outbox import Kind
from bot.ports import RESTORED, Unit
from bot.speech import Message, Sentence
from bot.words import FALLBACK

GAP = "gap"
"""The mark that says what was lost between a restored backup and now (JSON): `made_at`, `lost`, `noticed_at`."""

FARTHEST = 1_000_000
"""Beyond so many ids it is no gap: after a week of silence Telegram chooses the next id at random (Bot API, Update)."""

HELD_UP = Sentence(
    "We were not reachable for a while, and some messages may not have arrived. "
    "If something is missing, please send it again. We are sorry."
)

log = logging.getLogger("voices.returning")


def awaits(unit: Unit) -> bool:
    """Whether the data comes from a backup and `come_back` has not been called yet."""
    restored = read(unit, RESTORED)
    return bool(restored) and "back_at" not in restored


def come_back(unit: Unit, now: datetime) -> None:
    """After a restore: hold back what may have been said since the backup, and tell everybody who is in the middle
    of a form. Where nothing was restored, and the second time, nothing happens.
    """
    if not awaits(unit):
        return
    restored = read(unit, RESTORED)
    held = unit.outbox.hold_back(now)
    log.warning(
        "the data comes from the backup of %s; %s campaign deliveries are held back",
        restored["made_at"],
        held,
    )
    for respondent in unit.sessions.everybody():
        _apologise(unit, respondent, restored["made_at"], now)
    unit.journal.write(Deed(now, "operator", "restored", f"backup:{restored['made_at']}"))
    _write(unit, RESTORED, {**restored, "back_at": now.isoformat()})


def notice(unit: Unit, updates: Sequence[int], now: datetime) -> None:
    """With the first updates after a restore: how many came after the backup was made, and are lost."""
    restored = read(unit, RESTORED)
    if not restored or not updates:
        return
    expected = restored["next_update"]
    between = None if expected is None else min(updates) - expected
    lost = between if between is not None and 0 <= between < FARTHEST else None
    log.warning(
        "updates lost since the backup of %s: %s", restored["made_at"], "unknown" if lost is None else lost
    )
    _write(unit, GAP, {"made_at": restored["made_at"], "lost": lost, "noticed_at": now.isoformat()})
    unit.marks.set(RESTORED, "")


def read(unit: Unit, mark: str) -> Mapping[str, Any]:
    """What a mark of these says; empty where it was never set."""
    value = unit.marks.get(mark)
    return json.loads(value) if value else {}


def _write(unit: Unit, mark: str, value: Mapping[str, Any]) -> None:
    unit.marks.set(mark, json.dumps(value))


def _apologise(unit: Unit, respondent: str, backup: str, now: datetime) -> None:
    """Some of what she told may be gone: she hears it once. Who asked for quiet is left in peace."""
    her = unit.people.respondent(respondent)
    if her is not None and her.reachable and not her.quiet:
        unit.outbox.add(
            key=f"restored:{backup}:{her.id}",
            address=her.address,
            kind=Kind.REPLY,
            message=Message(her.language or FALLBACK, (HELD_UP,)),
            now=now,
            about=her.id,
        )
