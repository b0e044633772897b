"""What is outside: the clock, Telegram, the vault, whoever counts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.forward import Access, Answer, File, Listed
from bot.forward import Outcome as Handed
from bot.outbox import Kind, Outcome
from bot.speech import Message


class Clock(Protocol):
    """What time it is, and waiting for it."""

    def now(self) -> datetime:
        """The time now, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some moment of this process, whatever the time of day is set to."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds of this clock."""
        ...


class Messenger(Protocol):
    """Who speaks for us."""

    async def deliver(self, chat: int, message: Message, files: Mapping[str, str]) -> Outcome:
        """Say it; never raises for what Telegram answers. `files`: media id → Telegram file id."""
        ...

    async def acknowledge(self, callback: str) -> None:
        """Stop a button's waiting sign; tried once, never an error."""
        ...

    async def fetch(self, file: str) -> bytes | None:
        """A recording's bytes; None when Telegram no longer has it or it is larger than 20 MB. OSError: try later."""
        ...


class Topics(Protocol):
    """Who makes topics in forum groups."""

    async def open_topic(self, chat: int, name: str) -> int | None:
        """Make a topic: its thread; None where we may not. OSError: try later."""
        ...


class Vault(Protocol):
    """Recordings, encrypted with their respondent's key, erasable."""

    async def put(self, medium: str, respondent: str, content: bytes) -> None: ...
    async def get(self, medium: str, respondent: str) -> bytes | None:
        """The bytes; None when they are gone."""
        ...

    async def drop(self, medium: str) -> None: ...


class Collector(Protocol):
    """Who speaks OpenRosa to a data server; never raises for what it answers, or does not."""

    async def greet(self, access: Access) -> Answer:
        """Ask whether it takes submissions, and how much at once."""
        ...

    async def submit(self, access: Access, xml: bytes, files: Sequence[File]) -> Answer:
        """Bring a submission with these of its files."""
        ...

    async def forms(self, access: Access) -> Listed:
        """The forms it has for us."""
        ...


class Meter:
    """Who counts what happens, for whoever watches over the bot; this one lets it pass. Told numbers only, never of
    whom or what (S27). Called on the hot path: it must be quick and may not fail.
    """

    def received(self, updates: int) -> None:
        """So many updates were kept, repeated ones too."""

    def stepped(self, seconds: float) -> None:
        """An update was handled and committed, in so many seconds from the moment its turn came."""

    def delivered(self, kind: Kind, outcome: Outcome) -> None:
        """What came of one try to say something."""

    def handed_on(self, outcome: Handed) -> None:
        """What came of one try to hand a voice on."""

    def slowed(self) -> None:
        """Telegram answered 429."""

    def missed(self, checkins: int) -> None:
        """So many check-ins were left, as their time had passed (R20)."""

    def turned_away(self) -> None:
        """Somebody without the secret spoke to the webhook."""

    def committed(self, seconds: float) -> None:
        """A transaction (on SQLite: one for a group of works) took so long from begin to commit."""

    def away(self) -> None:
        """The store was Unavailable to a work."""
