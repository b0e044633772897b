"""What campaigns need: each person's rhythm, campaigns, whom they could reach, check-ins, and offers."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.campaign import Campaign, Candidate, CheckIn, Progress, Reason, Reply, State
from bot.offer import Offer
from bot.ports.common import AT_ONCE, MANY
from bot.rhythm import Rhythm


class Rhythms(Protocol):
    """How often and when each person wants to be asked."""

    def get(self, respondent: str) -> Rhythm | None:
        """None where she never said, and nobody noted her zone."""
        ...

    def save(self, rhythm: Rhythm) -> Rhythm:
        """Keep it, with compare-and-set on `version` where there is one; Stale when someone was faster."""
        ...

    def due(self, day: date, most: int) -> list[Rhythm]:
        """Those whose next day is this or earlier, whoever's, the longest waiting first."""
        ...

    def reading(self, after: str, most: int) -> list[Rhythm]:
        """The next of those who want the digest, by respondent."""
        ...


class Campaigns(Protocol):
    """Campaigns. Every query names the partner, but for those by which time itself and links find them."""

    def add(self, campaign: Campaign) -> None: ...
    def get(self, id: str, *, partner: str) -> Campaign | None: ...
    def of(self, partner: str) -> list[Campaign]:
        """All of a partner's: what runs first, then the newest."""
        ...

    def save(self, campaign: Campaign) -> Campaign:
        """Write with compare-and-set on `version`; Stale when someone was faster. How far it is planned and where it is
        watched stay as they are.
        """
        ...

    def drop(self, id: str, *, partner: str) -> None:
        """A draft goes; what ran stays."""
        ...

    def by_code(self, code: str) -> Campaign | None:
        """The one whose link somebody followed (S24)."""
        ...

    def named(self, id: str) -> Campaign | None:
        """One by its id, whoever's: where a check-in of it is at hand."""
        ...

    def standstill(self, id: str) -> Campaign | None:
        """The same, and it stays as it is until the transaction ends: who pauses it waits so long (R16)."""
        ...

    def ended(self, since: datetime) -> list[Campaign]:
        """Everybody's that ended or were cancelled since then."""
        ...

    def standing(self, state: State) -> list[Campaign]:
        """Everybody's that stand so."""
        ...

    def planned(self, campaign: Campaign, day: str, after: str) -> bool:
        """So far it is expanded; False where another process was faster."""
        ...

    def watched(self) -> list[Campaign]:
        """Everybody's that a lead watches, until its end was shown (OVER)."""
        ...

    def watch(self, id: str, address: str, message: int, says: str) -> None:
        """It is watched in this message, which says this (a hash, COUNTING, AWAY or OVER)."""
        ...

    def leave(self, address: str, message: int) -> None:
        """Something else stands in this message now."""
        ...

    def lies(self, id: str, address: str, message: int) -> None:
        """Where it is watched in this chat, that is this message now."""
        ...


class Audiences(Protocol):
    """People as campaigns see them: nothing sensitive, nothing withdrawn, no word but where it is asked for."""

    def of(self, partner: str, *, after: str, most: int, opened: bool) -> list[Candidate]:
        """The next of a partner's people, by id. `opened`: themes and answers too."""
        ...

    def countries(self, partner: str) -> Sequence[str]:
        """From where people told a partner something, the countries most told from first."""
        ...

    def among(self, respondents: Collection[str]) -> Mapping[str, Candidate]:
        """These, as they are now."""
        ...


class CheckIns(Protocol):
    """Check-ins as rows: planned, queued, sent; and what came of each."""

    def plan(self, checkins: Sequence[CheckIn]) -> int:
        """Keep new ones; one for a campaign, a respondent and a day of hers (R19): how many were new."""
        ...

    def get(self, id: str, *, respondent: str) -> CheckIn | None: ...
    def ahead(self, respondent: str) -> list[CheckIn]:
        """What is planned for her, by day."""
        ...

    def due(self, now: datetime, most: int) -> list[CheckIn]:
        """Planned ones whose time has come, whoever's, the longest due first."""
        ...

    def superseded(self, these: Collection[str], now: datetime) -> frozenset[str]:
        """Those of these after which a later day of the same campaign and person has come already (R21)."""
        ...

    def planned(self, campaign: str, *, partner: str) -> tuple[datetime, datetime] | None:
        """When the first and the last planned one of a campaign are due; None where none is planned."""
        ...

    def said(self, campaign: str, since: datetime, *, partner: str) -> tuple[int, datetime] | None:
        """How many of a campaign reached somebody since then, and when the first did; None where nobody was reached.
        Reminders do not count.
        """
        ...

    def queue(self, id: str, now: datetime, expires_at: datetime, remind_at: datetime | None) -> bool:
        """It goes out now; how long it stays open, and when she may be reminded. False where it is not planned any
        more: then nothing goes out.
        """
        ...

    def postpone(self, id: str, due_at: datetime) -> None:
        """It stays planned, for later."""
        ...

    def leave(self, id: str, reason: Reason) -> None:
        """It does not go out."""
        ...

    def late(self, now: datetime, most: int = MANY) -> int:
        """Planned ones that closed before they went out are left as late; how many (R20)."""
        ...

    def let_pass(self, now: datetime) -> int:
        """All that was due is left as late, and nobody is reminded: it may have been said already (R37). How many."""
        ...

    def hold(self, campaign: str, most: int = MANY) -> int:
        """All that is handed over and not being sent is taken back from sending, and held with so many of what is
        planned; how many (R16).
        """
        ...

    def recall(self, before: datetime) -> int:
        """What was handed over before then and still could not be sent is planned again; how many."""
        ...

    def release(self, campaign: str, now: datetime, open_for: timedelta, most: int = MANY) -> int:
        """So many of what is held are planned again; what became due meanwhile stays open for so long from now. How
        many.
        """
        ...

    def end(self, campaign: str, reason: Reason, most: int = MANY) -> int:
        """So many of what is planned or held are left; how many."""
        ...

    def follow(self, now: datetime, most: int) -> int:
        """What became of queued ones' deliveries is noted with them; how many."""
        ...

    def lately(self, respondents: Collection[str], since: datetime) -> Mapping[str, list[datetime]]:
        """When each of them was written to unasked since then, or is about to be, by campaigns of all partners: for the
        weekly cap.
        """
        ...

    def asked(self, partner: str, since: datetime, until: datetime) -> Mapping[str, bool]:
        """Whom a partner asked again since then and before, each with whether she answered, once at least."""
        ...

    def to_remind(self, now: datetime, most: int) -> list[CheckIn]:
        """Sent ones of which a reminder is due."""
        ...

    def reminded(self, id: str, next_at: datetime | None, now: datetime | None = None) -> None:
        """When the next reminder may be, None for never; `now`: one goes out at this moment."""
        ...

    def replied(self, id: str, reply: Reply, now: datetime, *, respondent: str, testimony: str = "") -> None:
        """What she did with it; nothing more is reminded."""
        ...

    def reached(self, id: str, ref: str) -> None:
        """The question at which she stands."""
        ...

    def moved(self, respondent: str, zone: str, now: datetime) -> int:
        """She lives by another clock now: what is planned for her keeps its days and minutes (R19); how many."""
        ...

    def set_clock(self, id: str, zone: str, due_at: datetime, expires_at: datetime) -> None:
        """It is due by this clock, at this moment of it, and closes then."""
        ...

    def set_minute(self, id: str, minute: int, due_at: datetime, *, respondent: str) -> None:
        """It is due at another minute of its day."""
        ...

    def zones(self) -> list[str]:
        """The zones of everything that is planned."""
        ...

    def of_zone(self, zone: str, after: str, most: int) -> list[CheckIn]:
        """Planned ones by the clock of a zone, by id: to work out anew when its rules changed."""
        ...

    def open(self, campaign: str, now: datetime) -> bool:
        """Whether anything of a campaign is planned, under way, or may still be answered."""
        ...

    def progress(self, campaign: str, *, partner: str) -> Progress: ...
    def drop_older(self, before: datetime, most: int = AT_ONCE) -> int:
        """Drop those due before this, at most so many at once; how many (S41)."""
        ...


class Offers(Protocol):
    """What people answered to published voices: to the voice's partner alone, never person to person."""

    def add(self, offer: Offer) -> bool:
        """Keep it; False where she said this to that voice already."""
        ...

    def of(self, partner: str, *, unread: bool, most: int = AT_ONCE) -> list[Offer]:
        """The oldest first."""
        ...

    def read(self, id: str, now: datetime, *, partner: str) -> None:
        """The partner has seen it."""
        ...

    def counted(self, testimony: str) -> Mapping[str, int]:
        """How many of each kind a voice has."""
        ...
