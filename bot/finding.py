"""Finding, a deed: a moderator looks a testimony up, by its receipt or by what is known of it, and reads it again.

Never what is sensitive, nor what was withdrawn, nor anybody else's but their own partners' (S20, S34).
"""

import re
from collections.abc import Sequence
from datetime import datetime

from bot import reviewing
from bot.circumstances import Circumstances
from bot.people import Moderator
from bot.ports import Unit
from bot.queued import Hit, Search
from bot.standing import NotYours, Withdrawn, herself, refuse, sees
from bot.testimony import State, Testimony

_SIGNS = re.compile(r"[\W_]+")


def by_receipt(unit: Unit, roles: Sequence[Moderator], words: str) -> str | None:
    """The testimony whose receipt this is, however it is typed: "MG-7K2P", "mg7k2p", "MG 7K2P"."""
    typed = _SIGNS.sub("", words).upper()
    receipt = f"{typed[:2]}-{typed[2:]}"
    found = (unit.queue.find(receipt, partner=role.partner) for role in roles)
    return next((each for each in found if each is not None), None)


def search(
    unit: Unit, here: Circumstances, roles: Sequence[Moderator], wanted: Search, most: int
) -> list[Hit]:
    """The newest of what is looked for, in all their roles."""
    of_each = {role.partner: role for role in roles}
    found = [
        hit
        for partner, role in of_each.items()
        for hit in unit.queue.search(
            wanted, partner=partner, now=here.now, besides=herself(unit, role), most=most
        )
    ]
    return sorted(found, key=_age, reverse=True)[:most]


def look(unit: Unit, here: Circumstances, moderator: Moderator, id: str) -> Testimony | Withdrawn | NotYours:
    """One that was found, to be read and not to be decided on; that it was opened is noted (S42)."""
    testimony = sees(unit, moderator, id)
    if testimony is None or testimony.sensitive:
        return refuse(unit, here, moderator.address, f"testimony:{id}")
    if testimony.state is State.WITHDRAWN:
        return Withdrawn()
    reviewing.note_read(unit, here, moderator, testimony)
    return testimony


def _age(hit: Hit) -> tuple[datetime, str]:
    return hit.received_at, hit.id
