"""One unit of work: every repository, seen within one transaction."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import bot.ports
from storage.associations import Associations
from storage.audiences import Audiences
from storage.campaigns import Campaigns
from storage.cases import Cases
from storage.checkins import CheckIns
from storage.codings import Codings
from storage.contents import Contents
from storage.copies import Copies
from storage.elsewhere import Elsewhere
from storage.expiring import Held, held
from storage.exports import Exports
from storage.forms import Forms, Shelf
from storage.forwards import Forwards
from storage.frames import Frames
from storage.guidance import Guidance
from storage.inbox import Inbox
from storage.journal import Journal
from storage.leases import Leases
from storage.looks import Looks
from storage.marks import Marks
from storage.media import Media
from storage.offers import Offers
from storage.outbox import Outbox
from storage.people import People
from storage.pictures import Pictures
from storage.prepared import Connection
from storage.publications import Publications
from storage.queue import Queue
from storage.redactions import Redactions
from storage.renditions import Renditions
from storage.responses import Responses
from storage.rhythms import Rhythms
from storage.rooms import Rooms
from storage.sealing import HOUSE, KeyFault, Keyring, SealFault, Seals
from storage.sessions import Sessions
from storage.shown import ShownVoices
from storage.targets import Targets
from storage.testimonies import Testimonies
from storage.tombstones import Tombstones
from storage.translations import Translations
from storage.uploads import Uploads
from storage.wall import Wall


@dataclass(slots=True)
class House:
    """What outlives a unit: the keys, what was unwrapped and read, and who we are."""

    ring: Keyring
    alone: bool
    failpoint: Callable[[str], None]
    meter: bot.ports.Meter
    opened: dict[str, AESGCM] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=dict)
    holder: str = field(default_factory=lambda: secrets.token_hex(8))

    def forget_unwritten(self) -> None:
        """A commit failed: nothing that is remembered may come from what it would have written."""
        self.opened.clear()
        self.shelf.clear()


class Unit:
    """One unit of work (the Unit port), and what only storage itself asks of the rows."""

    __slots__ = (
        "_connection",
        "_forms",
        "_inbox",
        "_journal",
        "_media",
        "_people",
        "_testimonies",
        "_tombstones",
        "associations",
        "audiences",
        "campaigns",
        "cases",
        "checkins",
        "codings",
        "contents",
        "copies",
        "elsewhere",
        "exports",
        "forms",
        "forwards",
        "frames",
        "guidance",
        "inbox",
        "journal",
        "leases",
        "looks",
        "marks",
        "media",
        "offers",
        "outbox",
        "people",
        "pictures",
        "publications",
        "queue",
        "redactions",
        "renditions",
        "responses",
        "rhythms",
        "rooms",
        "seals",
        "sessions",
        "shown",
        "targets",
        "testimonies",
        "translations",
        "uploads",
        "wall",
    )

    def __init__(self, connection: Connection, house: House) -> None:
        seals = Seals(connection, house.ring, house.opened)
        self._connection = connection
        self._people = People(connection, seals)
        self._media = Media(connection, seals)
        self._forms = Forms(connection, seals, house.shelf)
        self.seals = seals
        self.leases: bot.ports.Leases = Leases(connection, seals, holder=house.holder)
        self._inbox = Inbox(connection, seals)
        self.inbox: bot.ports.Inbox = self._inbox
        self.people: bot.ports.People = self._people
        self.elsewhere: bot.ports.Elsewhere = Elsewhere(connection, seals)
        self.associations: bot.ports.Associations = Associations(connection, seals)
        self.sessions: bot.ports.Sessions = Sessions(connection, seals)
        self._testimonies = Testimonies(connection, seals)
        self._tombstones = Tombstones(connection, seals)
        self.testimonies: bot.ports.Testimonies = self._testimonies
        self.frames: bot.ports.Frames = Frames(connection, seals)
        self.codings: bot.ports.Codings = Codings(connection, seals)
        self.cases: bot.ports.Cases = Cases(connection, seals)
        self.guidance: bot.ports.Guidance = Guidance(connection, seals)
        self.publications: bot.ports.Publications = Publications(connection, seals)
        self.pictures: bot.ports.Pictures = Pictures(connection, seals)
        self.wall: bot.ports.Wall = Wall(connection, seals)
        self.shown: bot.ports.ShownVoices = ShownVoices(connection, seals)
        self.renditions: bot.ports.Renditions = Renditions(connection, seals)
        self.translations: bot.ports.Translations = Translations(connection, seals)
        self.redactions: bot.ports.Redactions = Redactions(connection, seals)
        self.looks: bot.ports.Looks = Looks(connection, seals)
        self.queue: bot.ports.Queue = Queue(connection, seals)
        self.rooms: bot.ports.Rooms = Rooms(connection, seals, self._people)
        self.outbox: bot.ports.Outbox = Outbox(
            connection, seals, self._people, holder=house.holder, alone=house.alone
        )
        self.copies: bot.ports.Copies = Copies(connection, seals)
        self.media: bot.ports.Media = self._media
        self.contents: bot.ports.Contents = Contents(connection, seals)
        self.forms: bot.ports.Forms = self._forms
        self.uploads: bot.ports.Uploads = Uploads(connection, seals)
        self._journal = Journal(connection, seals)
        self.journal: bot.ports.Journal = self._journal
        self.responses: bot.ports.Responses = Responses(connection, seals)
        self.rhythms: bot.ports.Rhythms = Rhythms(connection, seals)
        self.campaigns: bot.ports.Campaigns = Campaigns(connection, seals)
        self.audiences: bot.ports.Audiences = Audiences(connection, seals)
        self.checkins: bot.ports.CheckIns = CheckIns(connection, seals)
        self.offers: bot.ports.Offers = Offers(connection, seals)
        self.exports: bot.ports.Exports = Exports(connection, seals)
        self.targets: bot.ports.Targets = Targets(connection, seals)
        self.forwards: bot.ports.Forwards = Forwards(connection, seals)
        self.marks: bot.ports.Marks = Marks(connection, seals)

    def begin(self, together: int = 1) -> None:
        """A new work: nothing is left of the one before. `together`: so many are to come in this transaction."""
        self._inbox.together = together
        self._forms.begin()
        self.seals.destroyed = False

    def one_at_a_time(self) -> None:
        """Wait until no other process is in a work that began with this; no other is until the transaction ends."""
        if self._connection.postgresql:
            self._connection.execute(_ONE_AT_A_TIME)

    def forget_again(self, now: datetime) -> int:
        """After a restore: forget, withdraw and take back again whatever has a tombstone (S40, S31); how many."""
        left = self._people.forget_again(now) + self._testimonies.withdraw_again(now)
        return left + self._testimonies.take_back_again(now)

    def bury(self, marks: Mapping[str, datetime]) -> int:
        """Keep tombstones of another copy of these rows; how many were not known here."""
        return self._tombstones.add(marks)

    def buried(self) -> dict[str, datetime]:
        """The marks of all who left, and when."""
        return self._tombstones.all()

    def wrap_again(self, limit: int) -> int:
        """Wrap up to `limit` data keys by the key file's first lock that an older one wraps; how many."""
        return self.seals.rewrap(limit)

    def wrapped_by_older(self) -> int:
        """How many data keys only an older lock of the key file opens."""
        return self.seals.older()

    def held(self, rule: str, now: datetime) -> Held:
        """What is kept by a rule of retention, and when the next of it goes."""
        return held(self._connection, rule, now)

    def recordings(self, last: str) -> list[str]:
        """The ids of the next recordings that have a row, after this one, in order."""
        return self._media.ids(last)

    def finish(self) -> None:
        """The last writes of a work."""
        self._people.finish()

    def end(self) -> None:
        """The very last writes, just before the commit, for all works of the transaction."""
        self._journal.finish()

    def undo(self) -> None:
        """A work failed: nothing of it is written down."""
        self._journal.undo()


_ONE_AT_A_TIME = sa.select(
    sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(sa.literal_column("'voices start'"), 0))
)


def check_keys(unit: Unit) -> None:
    """Make the house's data key at the first start; afterwards it must open."""
    unit.seals.make(HOUSE, datetime.now(UTC))
    try:
        unit.seals.key(HOUSE)
    except SealFault as error:
        raise KeyFault(
            "this is not the key file with which the database was sealed: restore that one from your copy"
        ) from error
