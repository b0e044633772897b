"""Deed: one line of the journal: who did what to which thing, when. No words of anyone are in it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Deed:
    """`actor` and `object` are opaque ids ("moderator:…", "testimony:…", "operator", "respondent:…")."""

    at: datetime
    actor: str
    verb: str
    object: str
