"""The ports: what the application asks of the world. Protocols, and the values they speak of."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from bot.cases import Case, Step
from bot.coded import Coded, Coding
from bot.frame import Frame
from bot.journal import Chain, Deed
from bot.outbox import Delivery, Kind, Outcome, Pace
from bot.people import Association, Consent, Invitation, Known, Moderator, Partner, Region, Respondent, Role
from bot.queued import Filter, Group, Hit, Place, Search, Tally
from bot.redaction import Redaction
from bot.rendition import Rendition
from bot.response import Listener, Response
from bot.room import Post, Room
from bot.speech import Message
from bot.testimony import ALPHABET, Decision, Publication, Testimony
from dialogs.form import Form
from dialogs.session import Session

T = TypeVar("T")

NOTHING: Mapping[str, str] = MappingProxyType({})
NO_CONTENTS: Mapping[str, bytes] = MappingProxyType({})


AT_ONCE = 100
"""How many old rows one transaction drops at most: on SQLite nothing else happens meanwhile."""


class Stale(Exception):
    """A row changed since it was read; nothing was written."""


class Unavailable(Exception):
    """The store cannot be reached or cannot write (down, locked, full, closed): acknowledge nothing, try later
    (R23, R24). Where the connection to PostgreSQL broke during the commit, the work may have been written.
    """


class NotAllowed(Exception):
    """She does not allow it, the testimony is not accepted, is sensitive or withheld; or no redacted copy of it stands,
    or there is no second person (S31, S36). Nothing was written.
    """


class NotYours(Exception):
    """A form of this name is another partner's, or a built-in one."""


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


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in a box: how many rows, and since when the one that waits longest has been due."""

    count: int = 0
    since: datetime | None = None


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


class People(Protocol):
    """Partners, respondents, moderators, their addresses."""

    def partners(self) -> list[Partner]: ...
    def partner(self, id: str) -> Partner: ...
    def add_partner(self, partner: Partner) -> None: ...
    def save_partner(self, partner: Partner) -> None: ...
    def hold_partner(self, id: str) -> None:
        """Nobody else who holds this partner goes on until the transaction ends: who leads is counted by one alone."""
        ...

    def address_of(self, person: int) -> str | None:
        """The address id of a Telegram id, by keyed index (S4)."""
        ...

    def known(self, person: int) -> Known | None:
        """Who writes from a Telegram id, in one look; None for a stranger. Roles as they are at this tap (S22)."""
        ...

    def add_address(self, person: int, chat: int, now: datetime) -> str: ...
    def add_passer(self, person: int, chat: int, now: datetime) -> str | None:
        """An address for one word to somebody who is not kept: nobody is found by it, and it goes once that was said.
        None where a word to them waits already.
        """
        ...

    def chat(self, address: str) -> int | None:
        """The chat to write to; None when the address is gone."""
        ...

    def chats(self, addresses: Sequence[str]) -> Mapping[str, int]:
        """`chat` of several addresses; those that are gone are left out."""
        ...

    def respondent(self, id: str) -> Respondent | None: ...
    def respondent_at(self, address: str) -> Respondent | None: ...
    def add_respondent(
        self, address: str, partner: str, language: str | None, now: datetime
    ) -> Respondent: ...
    def met(self, before: datetime) -> list[Respondent]:
        """Everybody who was met before then and has not been forgotten, whoever's partner: for a breach (S46)."""
        ...

    def wrote(self, since: datetime, until: datetime) -> list[str]:
        """The respondents who wrote in that time, as far as rows still tell."""
        ...

    def save_respondent(self, respondent: Respondent) -> Respondent:
        """Write with compare-and-set on `version`; Stale when someone was faster. Returns it with the next version."""
        ...

    def moderator(self, id: str) -> Moderator | None: ...
    def moderators_at(self, address: str) -> list[Moderator]:
        """Active roles held at this address, read at each tap (S22)."""
        ...

    def moderators_of(self, partner: str) -> list[Moderator]: ...
    def add_moderator(
        self, address: str, partner: str, role: Role, language: str | None, now: datetime, label: str = ""
    ) -> Moderator: ...
    def save_moderator(self, moderator: Moderator) -> Moderator: ...
    def add_invitation(self, invitation: Invitation, code: str) -> None: ...
    def use_invitation(self, code: str, now: datetime) -> Invitation | None:
        """Use up a code: the invitation, or None where it is unknown, used or expired (S24)."""
        ...

    def everything(self, respondent: str, besides: str = "") -> dict[str, Any]:
        """All that is held about a respondent, in plain values: {table: {"columns": …, "rows": […]}}, sealed values
        opened, nothing of anybody else (S39). `besides`: the cause that is being answered, whose update is not told.
        """
        ...

    def forget(self, respondent: str, now: datetime) -> None:
        """Erase a respondent everywhere: sessions, testimonies, decisions' words, consents, media rows, deliveries,
        open inbox rows, the address unless a moderator uses it; destroy the data key; leave a keyed tombstone (S40).
        Idempotent.

        The address loses its index at once (whoever writes from there is a stranger), its chat only when no delivery
        to it is unfinished any more: the goodbye, added after this, must still reach her. `Outbox.settle` and
        `Outbox.cancel` drop an address without index when they end its last delivery.
        """
        ...

    def drop_idle(self, before: datetime, now: datetime, after: str, most: int = AT_ONCE) -> str | None:
        """Forget those of the next respondents by id who came before that time and of whom nothing else is kept (S41);
        the last id that was looked at, None where there was none left.
        """
        ...

    def drop_invitations(self, before: datetime, most: int = AT_ONCE) -> int:
        """Drop invitations that ended before this, at most so many at once; how many."""
        ...


class Associations(Protocol):
    """Local associations of the partners, and the regions in which they meet."""

    def add(self, association: Association) -> None: ...
    def save(self, association: Association) -> None:
        """Change its country or region."""
        ...

    def of(self, partner: str) -> list[Association]:
        """Those of a partner, by name."""
        ...

    def by_link(self, id: str) -> Association | None:
        """The one whose link somebody followed."""
        ...

    def regions(self) -> list[Region]:
        """All regions, by name."""
        ...

    def save_region(self, region: Region) -> None:
        """Keep a region, in the place of an earlier one of this id."""
        ...


@dataclass(frozen=True, slots=True)
class Kept:
    """A session as it is stored: whose, which, when it wakes. `id` is random; its first 8 characters tag buttons.

    `said`: words of answers by the id of the message they came in, so that an edit finds them (R8). `agreed`: the
    consent to be kept that was given before the form began: wording (its hash), language, at (ISO). Both are sealed
    like the session itself.
    """

    id: str
    respondent: str
    session: Session
    begun_at: datetime
    touched_at: datetime
    wake_at: datetime | None = None
    said: Mapping[int, str] = field(default_factory=dict)
    agreed: Mapping[str, str] = field(default_factory=dict)
    version: int = 0

    @property
    def tag(self) -> str:
        """What the session's buttons carry."""
        return self.id[:8]


class Sessions(Protocol):
    """Open and stopped sessions. A finished or declined one is dropped by its step."""

    def of(self, respondent: str) -> Kept | None:
        """The respondent's open or stopped session."""
        ...

    def add(
        self,
        respondent: str,
        session: Session,
        wake_at: datetime | None,
        now: datetime,
        agreed: Mapping[str, str] = NOTHING,
    ) -> Kept: ...
    def save(self, kept: Kept) -> Kept:
        """Write with compare-and-set on `version`; Stale when someone was faster."""
        ...

    def drop(self, id: str) -> None: ...
    def waking(self, now: datetime, limit: int = 100) -> list[Kept]:
        """Sessions whose wake-up has come, oldest first."""
        ...

    def asked(self, form: str) -> list[Kept]:
        """Every session of a form, whatever its version."""
        ...

    def everybody(self) -> list[str]:
        """The respondents who have an open or stopped session."""
        ...

    def drop_older(self, before: datetime, most: int = AT_ONCE) -> int:
        """Drop sessions not touched since (S41), at most so many at once; how many."""
        ...


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a testimony comes from."""

    testimony: str
    respondent: str
    partner: str
    country: str
    sensitive: bool
    received_at: datetime


class Testimonies(Protocol):
    """Testimonies, their consents and decisions. Every query names the partner (isolation)."""

    def add(self, testimony: Testimony, consents: Sequence[Consent]) -> Testimony:
        """Keep a testimony. Where the receipt is taken already, ValueError."""
        ...

    def get(self, id: str, *, partner: str) -> Testimony | None: ...
    def hold(self, id: str, version: int, *, partner: str) -> Testimony | None:
        """The same at this version, nobody else's until the transaction ends; None where it changed, or somebody has it
        in hand at this moment.
        """
        ...

    def barred(self, id: str) -> Testimony | None:
        """One that nobody of its partner may see, to be given to others (S34)."""
        ...

    def own(self, id: str, *, respondent: str) -> Testimony | None: ...
    def of(self, respondent: str) -> list[Testimony]:
        """All of a respondent's testimonies, newest first."""
        ...

    def told(self, form: str, *, partner: str, since: datetime | None = None) -> list[Testimony]:
        """What was told in a form and received since then, oldest first: nothing sensitive, set aside or withdrawn."""
        ...

    def origins(self) -> list[Origin]:
        """Every testimony that is there, whoever's it is, without a word of it: for a breach (S46)."""
        ...

    def save(self, testimony: Testimony) -> Testimony:
        """Write with compare-and-set on `version`; Stale when someone was faster (R35). What is not accepted any more,
        or is sensitive, is no longer public.
        """
        ...

    def hand_over(self, testimony: Testimony, *, to: str) -> Testimony:
        """Write like `save`; from now on it is another partner's, and as if it had never been this one's (S20)."""
        ...

    def next(
        self, *, partner: str, sensitive: bool, now: datetime, besides: str | None = None
    ) -> Testimony | None:
        """The oldest that waits: received, or in review with a claim that ran out; none of the respondent `besides`
        (nobody reviews their own words).
        """
        ...

    def claimed(self, moderator: str, *, partner: str, now: datetime) -> list[Testimony]: ...
    def waiting(self, *, partner: str, sensitive: bool, now: datetime, most: int) -> int:
        """How many wait, counted no further than `most`."""
        ...

    def consents(self, testimony: str) -> list[Consent]:
        """The latest consent of each purpose."""
        ...

    def add_consents(self, consents: Sequence[Consent]) -> None:
        """Keep what was said about purposes; the last word about each counts. What is taken back is no longer public,
        and leaves a keyed tombstone by which a restore takes it back again (S31).
        """
        ...

    def add_decision(self, decision: Decision, *, respondent: str) -> None: ...
    def decisions(self, testimony: str) -> list[Decision]:
        """Oldest first."""
        ...

    def erase_words(self, id: str, *, respondent: str, now: datetime) -> None:
        """Withdrawn: drop answers, exchanges, country, media and reasons, and cards about her that are still due; the
        row stays, empty, with its receipt, and a keyed tombstone by which a restore withdraws it again (S40).
        """
        ...

    def drop_older(self, before: datetime, most: int = AT_ONCE) -> int:
        """Drop decided and withdrawn testimonies received before this (S41), with all that hangs on them, at most so
        many at once; how many.
        """
        ...

    def drop_unread(self, before: datetime, most: int = AT_ONCE) -> int:
        """The same for testimonies nobody decided on."""
        ...


class Queue(Protocol):
    """What waits for a partner, what its moderators want to see of it, and numbers about it: by columns that are not
    sealed. Sensitive testimonies are in none of it but `groups`, where that lane is asked for (S34).
    """

    def filter(self, address: str) -> Filter:
        """What the moderator at this address wants to see."""
        ...

    def save_filter(self, address: str, wanted: Filter) -> None: ...
    def groups(
        self,
        *,
        partner: str,
        sensitive: bool,
        late: datetime,
        now: datetime,
        left: Collection[str] = (),
    ) -> list[Group]:
        """How many wait, by language, country and form; late: received before that. `left`: what wants a reader of one
        of these languages is not among them.
        """
        ...

    def line(
        self,
        *,
        partner: str,
        wanted: Filter,
        now: datetime,
        besides: str | None = None,
        left: Collection[str] = (),
        most: int,
    ) -> list[Place]:
        """Those that wait longest, of what is wanted by all but themes, none of the respondent `besides`, none that
        wants a reader of one of the languages in `left`.
        """
        ...

    def median(self, *, partner: str, now: datetime) -> datetime | None:
        """When the one in the middle of those that wait was received."""
        ...

    def find(self, receipt: str, *, partner: str) -> str | None:
        """The testimony with this receipt, but a withdrawn one."""
        ...

    def search(
        self, search: Search, *, partner: str, now: datetime, besides: str | None = None, most: int
    ) -> list[Hit]:
        """The newest of what is looked for, none of the respondent `besides`."""
        ...

    def tallies(self, *, partner: str, since: datetime, today: datetime) -> list[Tally]:
        """What was decided since then by those who read for a partner, and since `today`."""
        ...

    def decided_at(self, moderator: str, at: datetime, *, partner: str) -> list[Place]:
        """What this moderator set aside at that very moment, and nothing has moved since."""
        ...


class Rooms(Protocol):
    """The groups in which moderators sit together, each of one partner."""

    def open(self, room: Room) -> None:
        """Make a group a room, or say anew what it is; what stands there is kept, and looked at soon."""
        ...

    def get(self, address: str) -> Room | None:
        """The room at this address, with its posts."""
        ...

    def due(self, before: datetime) -> list[Room]:
        """Every partner's rooms that were not looked at since then, without their posts."""
        ...

    def looked(self, address: str, now: datetime) -> None:
        """What stands there was looked at now."""
        ...

    def save(self, address: str, post: Post) -> None:
        """Keep what is to stand there."""
        ...

    def posted(self, address: str, language: str, message: int | None) -> None:
        """It was said, under this number. None: it was refused; what stood there before stands there no more."""
        ...

    def move(self, address: str, chat: int) -> None:
        """The group has another chat id now, where nothing of ours can be changed any more."""
        ...

    def end(self, address: str) -> None:
        """It is a room no more: nothing of the group is kept. Nothing where it is none."""
        ...


class Cases(Protocol):
    """The sensitive lane (S34). A query for a partner finds what its focal points may see, and nothing barred."""

    def add(self, case: Case) -> None:
        """Keep a case. Where its code is taken already, ValueError."""
        ...

    def get(self, testimony: str, *, partner: str) -> Case | None: ...
    def own(self, testimony: str, *, respondent: str) -> Case | None: ...
    def of(self, partner: str) -> list[Case]:
        """Those that are not closed, oldest first."""
        ...

    def save(self, case: Case) -> Case:
        """Write with compare-and-set on `version`; Stale when someone was faster. Partner and barred stay as they
        are: they are the testimony's.
        """
        ...

    def due(self, now: datetime, limit: int = 100) -> list[Case]:
        """Those for which time speaks now, whoever's they are."""
        ...

    def unread(self) -> list[Case]:
        """Those nobody may see, or nobody has looked at and nothing more is said of, whoever's they are: for the
        operator.
        """
        ...

    def add_step(self, step: Step, *, respondent: str) -> None: ...
    def steps(self, testimony: str, *, respondent: str) -> list[Step]:
        """Oldest first."""
        ...


class Guidance(Protocol):
    """What a partner keeps for the sensitive lane, as it wrote it."""

    def get(self, partner: str, kind: str) -> str:
        """Empty where it has none."""
        ...

    def set(self, partner: str, kind: str, text: str, now: datetime) -> None: ...


class Publications(Protocol):
    """What of testimonies is before everybody. Whatever is derived from it (a wall, a report) reads it here: the
    database keeps none without a live permission.
    """

    def publish(
        self, testimony: str, purpose: str, now: datetime, *, redaction: str, moderator: str
    ) -> Publication:
        """Bring a redacted copy before everybody for "publish" or "quote", looked at by this moderator, who neither
        made it nor accepted the testimony last, nor told it; what is there already stays. NotAllowed.
        """
        ...

    def unpublish(self, testimony: str, purpose: str | None = None) -> int:
        """Take it back (for this purpose only); how many there were."""
        ...

    def of(self, testimony: str) -> list[Publication]:
        """What of it is before everybody, the oldest first."""
        ...

    def revision(self) -> str:
        """Another one after every change: whoever keeps a copy looks whether it is still this one."""
        ...


class Renditions(Protocol):
    """Transcripts and translations beside testimonies, erased with them."""

    def add(self, rendition: Rendition, *, respondent: str) -> None:
        """Keep one beside the testimony of this respondent."""
        ...

    def of(self, testimony: str, *, respondent: str) -> list[Rendition]:
        """All of a testimony's, the oldest first."""
        ...

    def accept(self, id: str, moderator: str, now: datetime, *, testimony: str) -> bool:
        """Somebody found it right; False where somebody did before, or it is gone."""
        ...

    def drop(self, id: str, *, testimony: str) -> None: ...


class Redactions(Protocol):
    """Versions of a testimony's texts without what points to people, sealed with her key (S36)."""

    def add(self, redaction: Redaction, *, respondent: str) -> Redaction:
        """Keep the next version: it stands, and what was public of an earlier one is no longer."""
        ...

    def offer(self, redaction: Redaction, *, respondent: str) -> None:
        """Keep it until it is kept as a version, or dropped; there is one at most."""
        ...

    def offered(self, testimony: str, *, respondent: str) -> Redaction | None: ...
    def drop_offered(self, testimony: str) -> None: ...
    def standing(self, testimony: str, *, respondent: str) -> Redaction | None:
        """The latest version."""
        ...

    def of(self, testimony: str, *, respondent: str) -> list[Redaction]:
        """Every version, the first first."""
        ...


class Looks(Protocol):
    """What is accepted and may be published waits for its redaction and its second look (S36)."""

    def wait(self, testimony: str) -> None:
        """It waits, where it is accepted and may be published; where it waits already, as it was."""
        ...

    def waiting(self, *, partner: str, now: datetime, mine: str, besides: str) -> list[str]:
        """The oldest that wait for a partner's moderators: free, or this one's; none of the respondent `besides`."""
        ...

    def claim(self, testimony: str, moderator: str, until: datetime, now: datetime) -> bool:
        """Take it until then; False where a colleague has it, or it does not wait."""
        ...

    def claimed_by(self, testimony: str, now: datetime) -> str | None: ...
    def release(self, testimony: str) -> None:
        """Nobody has it any more; it waits on."""
        ...

    def drop(self, testimony: str) -> None:
        """It waits no more."""
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
    def cancel(self, address: str, now: datetime, *, unasked: bool = False) -> int:
        """Everything still to be said to an address is refused (blocked; `unasked`: stopped, so neither the answers to
        what anyone may ask at any time nor notices); how many.
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


@dataclass(frozen=True, slots=True)
class Medium:
    """A recording someone sent: `file` is Telegram's id of it; held once its bytes are in the vault."""

    id: str
    respondent: str
    kind: str
    file: str
    unique: str
    mime: str = ""
    size: int = 0
    seconds: int = 0
    state: str = "wanted"  # wanted | held | gone


class Media(Protocol):
    """Rows about recordings."""

    def add(self, medium: Medium, now: datetime) -> Medium: ...
    def get(self, id: str) -> Medium | None: ...
    def of(self, respondent: str) -> list[Medium]: ...
    def wanted(self, limit: int, now: datetime) -> list[Medium]: ...
    def wanted_from(self, address: str) -> bool:
        """Whether a recording that came from this address is still to be fetched."""
        ...

    def settle(self, id: str, state: str, not_before: datetime | None = None) -> None: ...
    def set_back(self, by: timedelta, now: datetime) -> None:
        """The clock was set back by so much: what waits is due (R20)."""
        ...

    def drop(self, id: str) -> None:
        """Drop the row; the vault's file is dropped by the caller after the commit, or by its sweep."""
        ...


class Frames(Protocol):
    """The code frames of partners, version by version."""

    def current(self, partner: str) -> Frame | None:
        """By which this partner codes now; None where it has none of its own."""
        ...

    def version(self, partner: str, name: str, version: str) -> Frame | None: ...
    def latest(self, partner: str, name: str) -> Frame | None:
        """The version that was kept last."""
        ...

    def all(self, partner: str) -> list[Frame]:
        """Every version, the newest first."""
        ...

    def keep(self, partner: str, frame: Frame, now: datetime) -> bool:
        """Code by this version from now on; False where it is so already. ValueError: this version says something
        else.
        """
        ...


class Codings(Protocol):
    """Which codes were given to testimonies, by first and second coders. Every query names the partner or the
    testimony.
    """

    def give(self, coded: Coded, *, partner: str) -> bool:
        """Give a code; False where it was given."""
        ...

    def take_back(self, testimony: str, code: str, *, second: bool) -> bool:
        """Take a code back; False where it was not given."""
        ...

    def of(self, testimony: str) -> list[Coded]:
        """Every code of a testimony, by first and second coder, in the order in which they were given."""
        ...

    def coding(self, testimony: str, *, second: bool) -> Coding | None: ...
    def save(self, coding: Coding) -> None:
        """Write who codes it, by what, since when."""
        ...

    def release(self, testimony: str) -> None:
        """The second coder gives it back: what they had coded goes."""
        ...

    def sampled(self, testimony: str, second: int) -> bool:
        """Whether it is among so many of a hundred that are coded twice: by a keyed hash of its id."""
        ...

    def waits(
        self, *, partner: str, frame: str, besides: Collection[str], author: str | None, before: datetime
    ) -> str | None:
        """The accepted testimony that has waited longest for a second coder: not sensitive, not coded first by any of
        `besides`, not told by `author`, not taken by another coder since `before`.
        """
        ...

    def twice(self, partner: str, frame: str) -> list[tuple[Coding, Coding]]:
        """What two have coded, with their codes: of testimonies that are accepted and not sensitive."""
        ...

    def examples(self, *, partner: str, frame: str, language: str, besides: str, most: int) -> list[Coding]:
        """The latest first codings with their codes, of testimonies in a language, accepted and not sensitive."""
        ...


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


class Journal(Protocol):
    """Append-only and chained (S42)."""

    def write(self, deed: Deed) -> None: ...
    def read(self, limit: int = 100) -> list[Deed]:
        """The latest lines, newest first."""
        ...

    def follow(self, chain: Chain, *, most: int, noted: str = "") -> Chain:
        """Follow the chain over up to `most` further lines; `noted`: a hash to look out for."""
        ...

    def objects(self, verbs: Collection[str], until: datetime, actor: str | None = None) -> list[str]:
        """What was done to any of these before then, by everybody or by one actor."""
        ...

    def actors(self, since: datetime, until: datetime) -> list[str]:
        """Who did anything in that time."""
        ...


OFFSET = "offset"
"""The mark that holds the next update id to ask for: its own value, never the largest id seen (R3)."""

BACKUP = "backup"
"""The mark that says when the last backup was made (ISO)."""

RESTORED = "restored"
"""The mark a restore leaves (JSON): `made_at`, from when the copy is, and `next_update`, which was expected then."""


class Marks(Protocol):
    """Small named values the process must not lose: the polling offset, for one."""

    def get(self, name: str) -> str | None: ...
    def set(self, name: str, value: str) -> None: ...


class Responses(Protocol):
    """What partners answered to those who told. Every query names the partner."""

    def add(self, response: Response) -> None:
        """Keep a draft."""
        ...

    def get(self, id: str, *, partner: str) -> Response | None: ...
    def drafts(self, partner: str) -> list[Response]:
        """Those that are not sent."""
        ...

    def sent(self, partner: str) -> list[Response]:
        """Those that were, oldest first."""
        ...

    def save(self, response: Response) -> Response:
        """Write a draft, or that it is sent now, with compare-and-set on `version`; Stale when someone was faster, or
        it was sent.
        """
        ...

    def drop(self, id: str, *, partner: str) -> None:
        """A draft goes; what was sent stays."""
        ...

    def audience(self, response: Response) -> list[Listener]:
        """Who spoke of it in a testimony that is accepted and not sensitive, allows us now to write about that one, can
        be reached and did not ask for quiet; each once.
        """
        ...


class Leases(Protocol):
    """What one of several processes has for a while, by the database's own clock. A process that is alone has all."""

    def now(self) -> datetime:
        """The time by the database's own clock; by this machine's where nobody else can be."""
        ...

    def live(self, span: timedelta) -> None:
        """Tell the others that this process is alive, and will say so again within `span`."""
        ...

    def take(self, name: str, span: timedelta) -> bool:
        """Take a lease that is free, or keep one's own for `span` from now; False where another has it."""
        ...

    def held(self, name: str) -> bool:
        """Whether a lease is this process's, and stays so until the transaction ends."""
        ...

    def bury(self) -> bool:
        """Drop what others did not renew in time; whether there was any."""
        ...

    def release(self, name: str | None = None) -> None:
        """Let a lease go; without a name, count as alive no longer. Other processes hear of it."""
        ...


class Unit(Protocol):
    """One unit of work: all of it is committed, or none."""

    leases: Leases
    inbox: Inbox
    people: People
    associations: Associations
    sessions: Sessions
    testimonies: Testimonies
    frames: Frames
    codings: Codings
    queue: Queue
    rooms: Rooms
    cases: Cases
    guidance: Guidance
    publications: Publications
    renditions: Renditions
    redactions: Redactions
    looks: Looks
    outbox: Outbox
    copies: Copies
    media: Media
    forms: Forms
    contents: Contents
    uploads: Uploads
    journal: Journal
    responses: Responses
    marks: Marks


class Store(Protocol):
    """The one async door to the rows."""

    async def transact(self, work: Callable[[Unit], T]) -> T:
        """Run `work` in one transaction and return what it returned, after the commit. What it raises rolls back
        its own writes and is raised here. `work` runs on the event loop and must not wait for anything else.
        """
        ...

    async def close(self) -> None: ...


class Vault(Protocol):
    """Recordings, encrypted with their respondent's key, erasable."""

    async def put(self, medium: str, respondent: str, content: bytes) -> None: ...
    async def get(self, medium: str, respondent: str) -> bytes | None:
        """The bytes; None when they are gone."""
        ...

    async def drop(self, medium: str) -> None: ...


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

    def slowed(self) -> None:
        """Telegram answered 429."""

    def turned_away(self) -> None:
        """Somebody without the secret spoke to the webhook."""

    def committed(self, seconds: float) -> None:
        """A transaction (on SQLite: one for a group of works) took so long from begin to commit."""

    def away(self) -> None:
        """The store was Unavailable to a work."""
