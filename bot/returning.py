"""Coming back from a backup: what is done once, before anything is said (R37)."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot import rounds
from bot.campaign import DIGEST, moved
from bot.campaign import Kind as Asked
from bot.campaign import State as Running
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
    """After a restore: hold back what may have been said since the backup, let campaigns pause until a lead lets them
    go on, and tell everybody who is in the middle of a form. Where nothing was restored, and the second time, nothing
    happens.
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
    _ask_nobody_twice(unit, now)
    for respondent in unit.sessions.everybody():
        _apologise(unit, respondent, restored["made_at"], now)
    unit.journal.write(Deed(now, "operator", "restored", f"backup:{restored['made_at']}"))
    _write(unit, RESTORED, {**restored, "back_at": now.isoformat()})


def _ask_nobody_twice(unit: Unit, now: datetime) -> None:
    """Whatever was to be asked before this moment may have been asked since the backup: it is left. What comes is asked
    as it would have been, by a campaign once a lead has seen that it pauses.
    """
    for campaign in unit.campaigns.standing(Running.RUNNING):
        once = campaign.schedule.kind is Asked.ONCE
        unit.campaigns.save(
            replace(
                campaign,
                state=moved(campaign.state, "pause"),
                started_at=campaign.started_at if once else now,
            )
        )
        if once and rounds.begins(campaign.schedule.first) <= now:
            unit.campaigns.planned(campaign, campaign.schedule.first.isoformat(), "")
        unit.checkins.hold(campaign.id)
        unit.journal.write(Deed(now, "operator", "paused", f"campaign:{campaign.id}"))
    left = unit.checkins.let_pass(now)
    for rhythm in unit.rhythms.due((now + rounds.AHEAD).date(), FARTHEST):
        if (day := rounds.from_now(rhythm, now)) != rhythm.next_day:
            unit.rhythms.save(replace(rhythm, next_day=day))
    digest = rounds.digest_day(now)
    if rounds.begins(digest) <= now:
        unit.marks.set(DIGEST, digest.isoformat())
    log.warning("campaigns pause until a lead lets them go on; %s check-ins that were due are left", left)


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
