"""One unit of work over all rows, and the one door to it."""

from collections.abc import Callable
from typing import Protocol

from bot.ports.asking import Contents, Forms, Uploads
from bot.ports.boxes import Copies, Inbox, Outbox
from bot.ports.campaigning import Audiences, Campaigns, CheckIns, Offers, Rhythms
from bot.ports.common import T
from bot.ports.forwarding import Forwards, Targets
from bot.ports.persons import Associations, Elsewhere, People
from bot.ports.reviewing import (
    Cases,
    Codings,
    Frames,
    Guidance,
    Looks,
    Queue,
    Redactions,
    Renditions,
    Responses,
    Rooms,
    Translations,
)
from bot.ports.running import Exports, Journal, Leases, Marks
from bot.ports.telling import Media, Pictures, Publications, Sessions, ShownVoices, Testimonies, Wall


class Unit(Protocol):
    """One unit of work: all of it is committed, or none."""

    leases: Leases
    inbox: Inbox
    people: People
    elsewhere: Elsewhere
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
    pictures: Pictures
    wall: Wall
    shown: ShownVoices
    renditions: Renditions
    translations: Translations
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
    rhythms: Rhythms
    campaigns: Campaigns
    audiences: Audiences
    checkins: CheckIns
    offers: Offers
    targets: Targets
    forwards: Forwards
    marks: Marks
    exports: Exports


class Store(Protocol):
    """The one async door to the rows."""

    async def transact(self, work: Callable[[Unit], T]) -> T:
        """Run `work` in one transaction and return what it returned, after the commit. What it raises rolls back
        its own writes and is raised here. `work` runs on the event loop and must not wait for anything else.
        """
        ...

    async def close(self) -> None: ...
