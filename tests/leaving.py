"""What would leave of a partner's voices just now, in one transaction."""

from datetime import datetime
from functools import partial

from bot.exporting import answered, next_day, page_of
from bot.exports.record import XFORM, Export
from bot.ports import Unit
from bot.submissions import Submission
from tests.deeds.stage import catalogs


def submissions(unit: Unit, partner: str, now: datetime) -> list[Submission]:
    """As `voices export --form testimony --as xform` takes them out."""
    taken = Export("out", partner, "testimony", XFORM, "operator", now, now)
    found: list[Submission] = []
    ids, after = next_day(unit, taken, None)
    while after is not None:
        found += page_of(unit, taken, ids, partial(answered, catalogs=catalogs()))
        ids, after = next_day(unit, taken, after)
    return found
