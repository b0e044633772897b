"""What is remembered of an export: for whom, what, by whom, when, how much, and its last day."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Export:
    """Files a partner took out. `kind`: of `bot.exports.kinds`, or "xform". `actor`: as in the journal. `expires_at`:
    by then every copy of it must be destroyed.
    """

    id: str
    partner: str
    form: str
    kind: str
    actor: str
    made_at: datetime
    expires_at: datetime
    count: int = 0
