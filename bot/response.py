"""Response: what a partner answers to all who spoke of something: what they said, and what was done about it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

THEME, FORM, EVERYTHING = "theme:", "form:", ""
"""What it can be about: a code, a form by its name, or whatever was told."""


class Words(NamedTuple):
    """In one language: what people said, what was done about it; "" what is not written yet."""

    said: str = ""
    did: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """“You said, we did”, in the words of each language. `moderator`: who began it; `sent_at`: None while it is a
    draft.
    """

    id: str
    partner: str
    about: str
    moderator: str
    words: Mapping[str, Words] = field(default_factory=dict)
    sent_at: datetime | None = None
    version: int = 0

    @property
    def theme(self) -> str:
        """The code it is about; "" where it is about no theme."""
        return self.about.removeprefix(THEME) if self.about.startswith(THEME) else ""

    @property
    def form(self) -> str:
        """The form it is about; "" where it is about none."""
        return self.about.removeprefix(FORM) if self.about.startswith(FORM) else ""

    @property
    def written(self) -> tuple[str, ...]:
        """The languages in which both halves are written."""
        return tuple(language for language, words in self.words.items() if all(words))

    def concerns(self, form: str, themes: Collection[str]) -> bool:
        """Whether a testimony told in this form, with these themes, spoke of it."""
        return self.about == EVERYTHING or self.form == form or self.theme in themes


@dataclass(frozen=True, slots=True)
class Listener:
    """Who would hear of it: a respondent, where, in which language they read, and by which of their voices."""

    respondent: str
    address: str
    language: str
    voices: tuple[str, ...]
