"""Offer: what somebody answers to a published voice. It goes to the voice's partner, never person to person."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """This helps us too; we can offer something."""

    HELPS = "helps"
    OFFER = "offer"


@dataclass(frozen=True, slots=True)
class Offer:
    """`testimony`: the voice it answers; `partner`: that voice's. `words`: what is offered, sealed with her key."""

    id: str
    testimony: str
    respondent: str
    partner: str
    kind: Kind
    words: str
    at: datetime
    read_at: datetime | None = None
