"""What is kept by which rule of `bot/retention.toml`, and when the next of it goes; why the rest stays (S41)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot import retention
from bot.retention import Rule
from storage.isolation import house
from storage.prepared import Connection
from storage.tables import (
    addresses,
    checkins,
    contents,
    copies,
    exports,
    inbox,
    invitations,
    marks,
    moderators,
    outbox,
    respondents,
    sessions,
    testimonies,
)

_ENDED = (
    "address IN (SELECT id FROM addresses WHERE person IS NOT NULL)"
    " AND address NOT IN (SELECT address FROM respondents)"
    " AND address NOT IN (SELECT address FROM moderators WHERE active)"
)
_SILENT = "id NOT IN (SELECT respondent FROM testimonies) AND id NOT IN (SELECT respondent FROM offers)"
_NOBODY = (
    "id NOT IN (SELECT address FROM respondents)"
    " AND id NOT IN (SELECT address FROM moderators) AND id NOT IN (SELECT address FROM rooms)"
)

RULED: Mapping[str, tuple[tuple[sa.Column[datetime], str], ...]] = {
    "draft": ((sessions.c.touched_at, ""),),
    "voice": ((testimonies.c.received_at, "state IN ('accepted', 'set_aside', 'withdrawn')"),),
    "unread": ((testimonies.c.received_at, "state IN ('received', 'in_review', 'returned')"),),
    "person": ((respondents.c.since, _SILENT),),
    "left": ((moderators.c.left_at, _ENDED),),
    "stranger": ((addresses.c.made_at, _NOBODY),),
    "invitation": ((invitations.c.expires_at, ""),),
    "trace": ((inbox.c.ended_at, ""), (outbox.c.ended_at, ""), (copies.c.at, ""), (marks.c.until, "")),
    "checkin": ((checkins.c.due_at, ""),),
    "export": ((exports.c.made_at, ""),),
    "content": ((contents.c.kept_at, "digest NOT IN (SELECT digest FROM attachments)"),),
}
"""The times from which each rule counts, and of which rows."""

STAYS: Mapping[str, str] = {
    "associations": "organisations, not people",
    "attachments": "with its form, and says nothing of anyone",
    "codes": "with its testimony",
    "codings": "with its testimony",
    "case_steps": "with its testimony",
    "cases": "with its testimony",
    "consents": "with its testimony",
    "data_keys": "with its respondent; the house's always",
    "decisions": "with its testimony",
    "filters": "with the chat of the moderator whose it is",
    "forms": "says nothing of anyone",
    "frames": "says nothing of anyone",
    "guidance": "says nothing of anyone",
    "journal": "wordless; the proof of who did what",
    "leases": "says nothing of anyone",
    "looks": "with its testimony, or until it was looked at",
    "media": "with its draft or testimony, at the latest with its respondent",
    "partners": "organisations, not people",
    "posts": "with its room",
    "pauses": "until over, then with the next sweep",
    "permissions": "with its testimony, or until taken back",
    "publications": "with its permission",
    "pictures": "with its publication, its permission or the photo it was made from",
    "shown": "with its publication",
    "shown_themes": "with its publication",
    "shown_translations": "with its publication",
    "renditions": "with its testimony",
    "redactions": "with its testimony",
    "campaigns": "with the partnership: what an organisation asked",
    "rhythms": "with its respondent",
    "offers": "with the voice it answers, at the latest with its respondent",
    "targets": "with the partnership: an organisation’s server",
    "forwards": "with its testimony; what must be asked back, until it was",
    "responses": "with the partnership: what an organisation said in public",
    "regions": "says nothing of anyone",
    "rooms": "until the bot leaves the group",
    "tombstones": "a keyed hash: whoever left must leave again after a restore",
    "uploads": "until the form was read",
}
"""Why a table has no rule of its own."""


@dataclass(frozen=True, slots=True)
class Held:
    """How many rows a rule holds, when the first of them goes, and how many do within a week."""

    rule: Rule
    count: int
    first: datetime | None
    soon: int


WEEK = timedelta(days=7)


def _count(column: sa.Column[datetime], which: str) -> sa.Executable:
    soon = sa.case((column < sa.bindparam("by", type_=column.type), column))
    counted = sa.select(
        sa.func.count(column), sa.func.min(column, type_=column.type), sa.func.count(soon)
    ).where(sa.text(which or "1 = 1"))
    return house(counted, "retention")


_COUNTS = {name: [_count(*each) for each in columns] for name, columns in RULED.items()}


def held(rows: Connection, name: str, now: datetime) -> Held:
    """What one rule holds. It looks at every row of its tables: for an operator who asks, not for the hot path."""
    rule = retention.RULES[name]
    found = [rows.execute(each, {"by": now + WEEK - rule.age}).first() for each in _COUNTS[name]]
    counts, firsts, soon = zip(*found, strict=True)
    first = min(filter(None, firsts), default=None)
    return Held(rule, sum(counts), first + rule.age if first else None, sum(soon))
