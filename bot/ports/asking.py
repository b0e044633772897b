"""What is asked: forms, what they show, and forms that wait to be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.ports.common import NO_CONTENTS
from dialogs.form import Form


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of an author's form: the one that begins now, one that was replaced or withdrawn, or a draft."""

    name: str
    version: str
    current: bool
    published: bool
    withdrawn: bool


class Forms(Protocol):
    """Form versions: drafts, published, withdrawn. Reading one is cached: a Form is frozen."""

    def current(self, name: str) -> Form:
        """The version that begins now; KeyError where the form was never published, or is withdrawn."""
        ...

    def version(self, name: str, version: str) -> Form:
        """One version, current or not, a draft too; KeyError where there is none."""
        ...

    def keep(
        self, form: Form, partner: str, now: datetime, contents: Mapping[str, bytes] = NO_CONTENTS
    ) -> None:
        """Keep a draft with what it shows, by digest. NotYours: the name is another's. ValueError: this version is
        published and says or shows something else.
        """
        ...

    def published(self, name: str, version: str) -> bool:
        """Whether people answer this version, or did: no draft."""
        ...

    def editions(self, partner: str) -> list[Edition]:
        """Every version of a partner's forms, by name, the newest first."""
        ...

    def versions(self, name: str) -> list[str]:
        """Every version of a form that people answer, or did, the newest first."""
        ...

    def withdraw(self, name: str, now: datetime) -> None:
        """No version of this form begins any more; what was answered stays readable."""
        ...

    def publish(self, form: Form, now: datetime) -> bool:
        """Make this version the current one; False where it is already. ValueError: same version, other content."""
        ...


class Contents(Protocol):
    """What forms show, by the SHA-256 of it: kept once, and brought to Telegram once by each bot."""

    def get(self, digest: str) -> bytes | None:
        """The bytes; None where no form shows them any more."""
        ...

    def file(self, digest: str, bot: str) -> str | None:
        """Telegram's id of it for this bot; None where it was not brought there yet."""
        ...

    def sent(self, digest: str, bot: str, file: str | None) -> None:
        """Telegram has it under this id; None: no longer."""
        ...

    def drop_unused(self, before: datetime, most: int = 1) -> int:
        """Drop what was brought before this and no form shows any more, at most so many (they are large) at once; how
        many.
        """
        ...


@dataclass(frozen=True, slots=True)
class Upload:
    """A form an author sent: Telegram's id of the file, until it was read."""

    id: str
    moderator: str
    file: str
    tries: int


class Uploads(Protocol):
    """Forms that wait to be read."""

    def add(self, moderator: str, file: str, now: datetime) -> None: ...
    def wanted(self, limit: int, now: datetime) -> list[Upload]: ...
    def later(self, id: str, not_before: datetime) -> None:
        """It could not be fetched: try again then."""
        ...

    def set_back(self, by: timedelta, now: datetime) -> None:
        """The clock was set back by so much: what waits is due (R20)."""
        ...

    def drop(self, id: str) -> bool:
        """It was read; False where it was dropped before."""
        ...
