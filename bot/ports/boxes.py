"""What came, what goes, and what lies in the chats."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.outbox import Delivery, Kind, Outcome, Pace
from bot.ports.common import AT_ONCE, Backlog
from bot.speech import Message
from bot.testimony import ALPHABET


class News(StrEnum):
    """What a process tells the others on the same database: where there is something new."""

    INBOX = "inbox"
    OUTBOX = "outbox"
    LEASES = "leases"


@dataclass(frozen=True, slots=True)
class Raw:
    """One update as it came: its id, whose it is (Telegram id), its place in their order, its bytes."""

    update: int
    person: int | None
    order: tuple[int, int]  # (date in Unix seconds, message id): assurance R5
    body: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """One unfinished row of the inbox. `person` is the keyed index of the Telegram id, never the id."""

    update: int
    person: str
    body: bytes
    tries: int

    @property
    def code(self) -> str:
        """What she is told and the log says where this update breaks us, so that an operator finds the fault (S51)."""
        digest = hashlib.sha256(f"update {self.update}".encode()).digest()
        return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:4])


class Inbox(Protocol):
    """Everything Telegram said, until it is done. Bodies are sealed; a done row keeps only its update id."""

    def add(self, updates: Sequence[Raw], now: datetime) -> int:
        """Keep updates not seen before (exact update id, R3); how many."""
        ...

    def waiting(self, now: datetime) -> int:
        """How many persons' first unfinished update is due, counted no further than a thousand."""
        ...

    def claim(self, now: datetime, besides: Collection[str] = ()) -> Entry | None:
        """The update that has been due longest of those that are their person's first unfinished one by (date, message
        id), of none of the persons `besides`; empty where it was damaged. Until the transaction ends nobody else is
        given an update of this person (R5).
        """
        ...

    def next_due(self) -> datetime | None:
        """When the next unfinished update becomes due."""
        ...

    def done(self, update: int, now: datetime) -> None:
        """It was handled: drop its body."""
        ...

    def failed(self, update: int, not_before: datetime) -> None:
        """It could not be handled: one more try at that time."""
        ...

    def set_aside(self, update: int, now: datetime) -> bool:
        """It will not be tried again; the sealed body is kept for the operator (R9). False where it is done."""
        ...

    def set_back(self, by: timedelta, now: datetime) -> None:
        """The clock was set back by so much: what waits is due (R20)."""
        ...

    def drop_older(self, before: datetime, most: int = AT_ONCE) -> int:
        """Drop done rows older than this, at most so many at once; how many."""
        ...

    def backlog(self) -> Backlog:
        """What is not handled yet."""
        ...

    def aside(self) -> int:
        """How many updates were set aside and are still kept."""
        ...


class Outbox(Protocol):
    """Every outgoing message, as rows."""

    def add(
        self,
        *,
        key: str,
        address: str,
        kind: Kind,
        message: Message,
        now: datetime,
        about: str | None = None,
        not_before: datetime | None = None,
    ) -> None:
        """A new delivery; nothing where the key has one already (R34)."""
        ...

    def claim(
        self,
        limit: int,
        now: datetime,
        *,
        busy: Sequence[str] = (),
        kind: Kind | None = None,
    ) -> list[Delivery]:
        """Due deliveries by priority then age, at most one an address and only its first unfinished one, none of
        the addresses in `busy` or paused; marked as being sent by this process. `kind`: of this kind only.

        A campaign about somebody who asked for quiet meanwhile, cannot be reached, or allows no more that we write
        about any of its message's `voices` (none: about whichever of theirs), is refused and claims nobody's turn.
        """
        ...

    def sent(self, ids: Sequence[str], now: datetime) -> None:
        """Settle deliveries that were sent, all at once."""
        ...

    def settle(self, id: str, outcome: Outcome, now: datetime) -> None:
        """Write the outcome by the table of states; `later` counts a try; a sent or refused row keeps no words. What
        this process is not sending any more stays as it is.
        """
        ...

    def let_go(self, known: Sequence[str]) -> int:
        """Deliveries this process is sending by the rows, but none of those it knows of, are due again: the claim was
        committed, and the answer to the commit was lost (R28). How many.
        """
        ...

    def recover(self, now: datetime) -> tuple[int, int]:
        """Deliveries left in sending by a process that is gone: replies become due again, campaigns unknown (R13).
        (again, unknown).
        """
        ...

    def hold_back(self, now: datetime) -> int:
        """Campaign deliveries that are due or being sent become unknown; how many (R37)."""
        ...

    def next_due(self, now: datetime) -> datetime | None: ...
    def waiting(self, kind: Kind, most: int) -> int:
        """How many of a kind are still to be said, counted no further than `most`."""
        ...

    def cancel(self, address: str, now: datetime, *, unasked: bool = False) -> int:
        """Everything still to be said to an address is refused (blocked; `unasked`: stopped, so neither the answers to
        what anyone may ask at any time nor notices); how many.
        """
        ...

    def unsay(self, about: str, voice: str, now: datetime, *, step: str = "") -> int:
        """News of this voice (a testimony) that this respondent has still to be told are refused; how many. What is
        being sent is not taken back. `step`: only what is said by keys that end so.
        """
        ...

    def pause(self, until: datetime, address: str | None = None) -> None:
        """Send nothing (to this address) before then; the later of two pauses holds (R11)."""
        ...

    def paused_until(self) -> datetime | None: ...
    def room(self, now: datetime, pace: Pace) -> tuple[int, datetime]:
        """How many messages may go now, and when one may: what several processes share. Until the transaction ends no
        other has any of it. A process that is alone counts for itself: to it this says a whole burst.
        """
        ...

    def take(self, messages: int, now: datetime, pace: Pace) -> None:
        """Count messages that go now against what several processes share."""
        ...

    def rest(self, messages: Mapping[str, int], now: datetime, pace: Pace) -> None:
        """Count so many messages to each address, so that no process sends there too soon."""
        ...

    def set_back(self, by: timedelta, now: datetime) -> None:
        """The clock was set back by so much: pauses end as much earlier; due is whatever was not planned for a later
        time, which only campaigns are (R20).
        """
        ...

    def drop_older(self, before: datetime, most: int = AT_ONCE) -> int:
        """Drop deliveries that ended before this, and pauses that were over, of each at most so many at once; how many
        rows.
        """
        ...

    def backlog(self) -> Mapping[Kind, Backlog]:
        """What is still to be said, of every kind; what is planned for a later time counts, and is due then. Since when
        is that of the thousand first in line.
        """
        ...


@dataclass(frozen=True, slots=True)
class Copy:
    """A message as it lies in a chat: its Telegram number, and when it was said. Nothing of what it says.

    `stays`: no clearing takes it away. `card`: the testimony it shows. `recording`: it brought one.
    """

    number: int
    at: datetime
    stays: bool = False
    card: str = ""
    recording: bool = False


class Copies(Protocol):
    """What lies in the chats, as far as we know, hers and ours (S29): so that it can be hidden there."""

    def heard(self, address: str, copy: Copy) -> None:
        """She wrote it, or tapped on it; nothing where it is known."""
        ...

    def said(self, address: str, copy: Copy) -> None:
        """We said it; where it is known, only what it is now is new."""
        ...

    def there(self, address: str) -> list[Copy]:
        """All that lies in this chat, oldest first."""
        ...

    def drop(self, address: str, numbers: Collection[int]) -> None:
        """These are no longer there, or no longer in reach."""
        ...

    def drop_older(self, before: datetime, most: int = AT_ONCE) -> int:
        """Forget what was said before this, at most so many at once; how many."""
        ...
