"""The ports: what the application asks of the world. Protocols, and the values they speak of."""

from bot.ports.asking import Contents, Edition, Forms, Upload, Uploads
from bot.ports.boxes import Backlog, Copies, Copy, Entry, Inbox, News, Outbox, Raw
from bot.ports.campaigning import Audiences, Campaigns, CheckIns, Offers, Rhythms
from bot.ports.common import AT_ONCE, MANY, NO_CONTENTS, NOTHING, NotAllowed, NotYours, Stale, Unavailable
from bot.ports.forwarding import Forwards, Targets
from bot.ports.persons import Associations, People
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
)
from bot.ports.running import BACKUP, OFFSET, RESTORED, Journal, Leases, Marks
from bot.ports.telling import Kept, Media, Medium, Origin, Publications, Sessions, Testimonies, Wall
from bot.ports.unit import Store, Unit
from bot.ports.world import Clock, Collector, Messenger, Meter, Topics, Vault

__all__ = [
    "AT_ONCE",
    "BACKUP",
    "MANY",
    "NOTHING",
    "NO_CONTENTS",
    "OFFSET",
    "RESTORED",
    "Associations",
    "Audiences",
    "Backlog",
    "Campaigns",
    "Cases",
    "CheckIns",
    "Clock",
    "Codings",
    "Collector",
    "Contents",
    "Copies",
    "Copy",
    "Edition",
    "Entry",
    "Forms",
    "Forwards",
    "Frames",
    "Guidance",
    "Inbox",
    "Journal",
    "Kept",
    "Leases",
    "Looks",
    "Marks",
    "Media",
    "Medium",
    "Messenger",
    "Meter",
    "News",
    "NotAllowed",
    "NotYours",
    "Offers",
    "Origin",
    "Outbox",
    "People",
    "Publications",
    "Queue",
    "Raw",
    "Redactions",
    "Renditions",
    "Responses",
    "Rhythms",
    "Rooms",
    "Sessions",
    "Stale",
    "Store",
    "Targets",
    "Testimonies",
    "Topics",
    "Unavailable",
    "Unit",
    "Upload",
    "Uploads",
    "Vault",
    "Wall",
]
