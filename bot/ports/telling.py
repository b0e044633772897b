"""What people tell: sessions, recordings, testimonies, and what of them is public."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.people import Consent
from bot.ports.common import AT_ONCE, NOTHING
from bot.published import Published, Wanted
from bot.shown import Counted, Page, Shown, Sought
from bot.testimony import Decision, Publication, Testimony
from dialogs.session import Session


@dataclass(frozen=True, slots=True)
class Kept:
    """A session as it is stored: whose, which, when it wakes. `id` is random; its first 8 characters tag buttons.

    `said`: words of answers by the id of the message they came in, so that an edit finds them (R8). `agreed`: the
    consent to be kept that was given before the form began: wording (its hash), language, at (ISO). `asked`: by which
    "checkin" and "campaign" she came to it. All are sealed like the session itself.
    """

    id: str
    respondent: str
    session: Session
    begun_at: datetime
    touched_at: datetime
    wake_at: datetime | None = None
    said: Mapping[int, str] = field(default_factory=dict)
    agreed: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)
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
        asked: Mapping[str, str] = NOTHING,
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

    def told(self, form: str, *, partner: str, since: datetime, until: datetime) -> list[str]:
        """The ids of what was told in a form and received in that time, in no order that says when: nothing sensitive,
        set aside or withdrawn.
        """
        ...

    def told_first(self, form: str, *, partner: str, since: datetime | None = None) -> datetime | None:
        """When the first of it was received since then; None where nothing was."""
        ...

    def accepted(
        self,
        forms: Collection[str],
        *,
        partner: str,
        since: datetime,
        until: tuple[datetime, str],
        most: int,
    ) -> list[Testimony]:
        """What is accepted of these forms, received since then and before a moment (at that very moment: those whose id
        is below), the newest first, at most so many: nothing sensitive.
        """
        ...

    def answers(self, campaign: str, *, partner: str) -> int:
        """How much was told because a campaign asked, by a check-in or by its link."""
        ...

    def set_aside(
        self,
        forms: Collection[str],
        *,
        partner: str,
        since: datetime,
        until: tuple[datetime, str],
        most: int,
    ) -> list[Testimony]:
        """What is set aside, in the same way."""
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
    def unknow(self, id: str) -> None:
        """It is not what it called itself: nothing is said of its kind of file any more."""
        ...

    def set_back(self, by: timedelta, now: datetime) -> None:
        """The clock was set back by so much: what waits is due (R20)."""
        ...

    def drop(self, id: str) -> None:
        """Drop the row; the vault's file is dropped by the caller after the commit, or by its sweep."""
        ...


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


@dataclass(frozen=True, slots=True)
class Waiting:
    """A photo that may be shown and is not made ready for it yet: the `id` by which it will be found, whose it is."""

    id: str
    medium: str
    respondent: str


class Pictures(Protocol):
    """Photos shown with published words: each as long as its publication, its permission and its original."""

    def show(self, testimony: str, medium: str) -> str:
        """This photo may be shown with the testimony, which is published; it waits to be made ready. The id by which
        it will be found; where there is one already, that stays. NotAllowed.
        """
        ...

    def waiting(self, most: int) -> list[Waiting]:
        """Those that wait to be made ready."""
        ...

    def ready(self, id: str, content: bytes, width: int, height: int) -> bool:
        """Everybody may see it from now on, as this JPEG; False where it may be shown no more."""
        ...

    def drop(self, id: str) -> None:
        """It cannot be shown."""
        ...

    def of(self, testimony: str) -> str | None:
        """The id of the one that everybody can see with a testimony."""
        ...

    def content(self, id: str) -> bytes | None:
        """The JPEG that everybody can see by this id, while its voice can be read."""
        ...


class Wall(Protocol):
    """Published voices as everybody may find them, whoever's partner's, without a word of them."""

    def one(self, id: str) -> Published | None:
        """The one that is public by this id; None where it is public no more."""
        ...

    def older(self, wanted: Wanted, *, than: str = "", most: int) -> list[Published]:
        """The newest of those that are older than this one; of all where it is none, or public no more."""
        ...

    def newer(self, wanted: Wanted, *, than: str, most: int) -> list[Published]:
        """The oldest of those that are newer than this one, the nearest first; none where it is public no more."""
        ...


class ShownVoices(Protocol):
    """Published voices ready to be read, as the public pages have them: each as long as its publication, no longer."""

    def stale(self, rules: str, most: int) -> list[str]:
        """The publications that were not looked at by these rules yet, those never looked at first."""
        ...

    def show(self, voice: Shown, rules: str) -> bool:
        """Everybody may read it from now on; False where it is public no more."""
        ...

    def hide(self, id: str, rules: str) -> None:
        """Nothing of it can be read now."""
        ...

    def one(self, id: str) -> Shown | None:
        """The one that is shown by this id."""
        ...

    def found(self, sought: Sought, *, after: str = "", most: int) -> Page:
        """Those that are sought, the newest week first, after this place. For words some of the next are looked at:
        a page with fewer than `most` may still have more after it.
        """
        ...

    def counted(self) -> Counted:
        """How many are shown, exactly: to be rounded before anybody is told."""
        ...
