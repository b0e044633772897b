"""Retention: how long what we hold is kept, read from one file (S41)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

FILE = Path(__file__).with_name("retention.toml")


@dataclass(frozen=True, slots=True)
class Rule:
    """How many days something is kept, and what."""

    days: int
    of: str

    @property
    def age(self) -> timedelta:
        """After this it goes."""
        return timedelta(days=self.days)


def read(text: str) -> Mapping[str, Rule]:
    """The rules a file says, by name. ValueError for one that is not a number of days from 1 to 3650."""
    rules = {name: Rule(**rule) for name, rule in tomllib.loads(text).items()}
    for name, rule in rules.items():
        if not isinstance(rule.days, int) or not 1 <= rule.days <= 3650:
            raise ValueError(f"retention.toml: {name} is kept {rule.days} days: say 1 to 3650")
    return rules


RULES = read(FILE.read_text(encoding="utf-8"))
DRAFT, VOICE, UNREAD, PERSON, LEFT, STRANGER, INVITATION, TRACE, CONTENT, CHECKIN, EXPORT = (
    RULES[name]
    for name in (
        "draft",
        "voice",
        "unread",
        "person",
        "left",
        "stranger",
        "invitation",
        "trace",
        "content",
        "checkin",
        "export",
    )
)

LISTED = timedelta(days=30)
"""How long after its last day an export is still listed, so that somebody is warned."""
