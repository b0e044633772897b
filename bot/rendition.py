"""Rendition: the same words once more, beside the original and never in its place: a transcript, a translation; and a
translation of the redacted copy, which everybody may read once somebody else accepted it (S36).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What it is: a voice note written down in its own language, or words put into another one; what is public of them
    put into another one, and what a moderator wrote of that and did not keep yet.
    """

    TRANSCRIPT = "transcript"
    TRANSLATION = "translation"
    PUBLIC = "public"
    DRAFT = "draft"


BY_HAND = ""
"""The tool of whoever wrote it themselves."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """One transcript or translation of a testimony: in which language, by whom, when, accepted by whom.

    `tool`: the program that made it; BY_HAND where a person did. `of`: the digest of the words it stands for, by which
    it is seen that they changed since. `kept`: of a public one, words in it that look like names, and point to nobody.
    """

    id: str
    testimony: str
    kind: Kind
    language: str
    words: str
    by: str
    at: datetime
    tool: str = BY_HAND
    of: str = ""
    accepted_by: str = ""
    accepted_at: datetime | None = None
    kept: tuple[str, ...] = ()

    def seen_by(self, moderator: str) -> bool:
        """Whether this moderator is shown it: what a program made is nobody else's before a person accepted it."""
        return bool(self.accepted_by) or self.tool == BY_HAND or self.by == moderator


def digest(words: str) -> str:
    """What `Rendition.of` keeps of the words it stands for (sealed with them)."""
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]
