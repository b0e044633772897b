"""What those who read need: the queue, rooms, cases, renditions, redactions, codes, responses."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from bot.cases import Case, Step
from bot.coded import Coded, Coding
from bot.frame import Frame
from bot.queued import Filter, Group, Hit, Place, Search, Tally
from bot.redaction import Redaction
from bot.rendition import Rendition
from bot.response import Listener, Response
from bot.room import Post, Room


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

    def decided_at(self, moderator: str, at: datetime, *, partner: str) -> list[str]:
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


class Translations(Protocol):
    """Translations of redacted copies that everybody may read: each of one copy, by one moderator and accepted by
    another, sealed with her key (S32, S36).
    """

    def draft(self, rendition: Rendition, *, respondent: str) -> None:
        """Remember what its author wrote until it is kept; there is one of theirs at most."""
        ...

    def drafted(self, testimony: str, by: str, *, respondent: str) -> Rendition | None:
        """What this moderator wrote and did not keep yet."""
        ...

    def drop_draft(self, testimony: str, by: str) -> None:
        """It is not kept."""
        ...

    def keep(self, rendition: Rendition, *, respondent: str) -> None:
        """It waits for somebody else, in place of its draft and of what waited in its language."""
        ...

    def of(self, testimony: str, *, respondent: str) -> list[Rendition]:
        """Those that were kept, the newest first: in a language at most one that is accepted, and one that waits."""
        ...

    def accept(self, rendition: Rendition, moderator: str, now: datetime) -> bool:
        """Somebody else found it right: it stands in place of the one before; False where it waits no more."""
        ...

    def drop(self, testimony: str, language: str, *, accepted: bool) -> bool:
        """The one that waits goes, or the one that is accepted: then nobody reads it from this commit on. Whether
        there was one.
        """
        ...

    def waiting(
        self, *, partner: str, languages: Collection[str], besides: str, address: str, most: int
    ) -> list[str]:
        """Testimonies with a translation that waits, the oldest first: from and into languages that are read, by
        nobody at this address, of words that the respondent `besides` did not tell.
        """
        ...

    def wanting(
        self,
        *,
        partner: str,
        languages: Collection[str],
        besides: str,
        than: tuple[datetime, str],
        most: int,
    ) -> list[str]:
        """Public testimonies, told in one of these languages, that nobody put into each of the others yet: those that
        became public before `than` (a moment and the id of a publication), the newest first.
        """
        ...


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

    def twice(self, partner: str, frame: str, most: int) -> list[tuple[Coding, Coding]]:
        """What two have coded, with their codes, the latest first: of testimonies that are accepted and not
        sensitive.
        """
        ...

    def examples(self, *, partner: str, frame: str, language: str, besides: str, most: int) -> list[Coding]:
        """The latest first codings with their codes, of testimonies in a language, accepted and not sensitive."""
        ...


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
