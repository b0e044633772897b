"""Rooms: the groups in which moderators sit together, and what stands there."""

from datetime import datetime

import sqlalchemy as sa

from bot.room import Post, Room
from storage.isolation import house
from storage.people import CHAT, People
from storage.prepared import Connection
from storage.rows import Rows, insert_once, this
from storage.sealing import HOUSE, Seals
from storage.tables import addresses, posts, rooms

_ADD = insert_once(rooms, rooms.c.address)
_SAVE = sa.update(rooms).where(this(rooms.c.address), rooms.c.partner == sa.bindparam("whose"))
_SAVE = _SAVE.values({name: sa.bindparam(f"new_{name}") for name in ("language", "topics", "looked_at")})
_GET = sa.select(rooms).where(this(rooms.c.address))
DUE = house(
    sa.select(rooms)
    .where(sa.or_(rooms.c.looked_at.is_(None), rooms.c.looked_at <= sa.bindparam("before")))
    .order_by(rooms.c.address),
    "time",
)
_LOOKED = sa.update(rooms).where(this(rooms.c.address)).values(looked_at=sa.bindparam("now"))
_POSTS = sa.select(posts).where(this(posts.c.room)).order_by(posts.c.language)
_which = sa.and_(this(posts.c.room), posts.c.language == sa.bindparam("which"))
_ADD_POST = insert_once(posts, posts.c.room, posts.c.language)
_SAVE_POST = (
    sa.update(posts)
    .where(_which)
    .values({name: sa.bindparam(f"new_{name}") for name in ("thread", "message", "said", "asked_at")})
)
_POSTED = sa.update(posts).where(_which).values(message=sa.bindparam("number"), asked_at=None)
_LOST = sa.delete(posts).where(_which, posts.c.message.is_not(None))
_REFUSED = sa.update(posts).where(_which).values(asked_at=None)
_MOVE = (
    sa.update(addresses)
    .where(this(addresses.c.id))
    .values(person=sa.bindparam("new_person"), chat=sa.bindparam("new_chat"))
)
_DROP_POSTS = sa.delete(posts).where(this(posts.c.room))
_DROP = sa.delete(rooms).where(this(rooms.c.address))


class Rooms(Rows):
    """The Rooms port."""

    __slots__ = ("_people",)

    def __init__(self, connection: Connection, seals: Seals, people: People) -> None:
        super().__init__(connection, seals)
        self._people = people

    def open(self, room: Room) -> None:
        """Make a group a room, or say anew what it is; what stands there is kept, and looked at soon."""
        row = {"address": room.address, "partner": room.partner}
        new = {"language": room.language, "topics": room.topics, "looked_at": None}
        if not self._connection.execute(_ADD, row | new).rowcount:
            changes = {f"new_{name}": value for name, value in new.items()}
            self._connection.execute(_SAVE, {"this": room.address, "whose": room.partner, **changes})

    def get(self, address: str) -> Room | None:
        """The room at this address, with its posts."""
        row = self._connection.execute(_GET, {"this": address}).first()
        if row is None:
            return None
        found = self._connection.execute(_POSTS, {"this": address}).all()
        stand = tuple(
            Post(each.language, each.thread, each.message, each.said, each.asked_at) for each in found
        )
        return Room(row.address, row.partner, row.language, row.topics, stand)

    def due(self, before: datetime) -> list[Room]:
        """Every partner's rooms that were not looked at since then, without their posts."""
        rows = self._connection.execute(DUE, {"before": before}).all()
        return [Room(row.address, row.partner, row.language, row.topics) for row in rows]

    def looked(self, address: str, now: datetime) -> None:
        """What stands there was looked at now."""
        self._connection.execute(_LOOKED, {"this": address, "now": now})

    def save(self, address: str, post: Post) -> None:
        """Keep what is to stand there."""
        new = {
            "thread": post.thread,
            "message": post.message,
            "said": post.said,
            "asked_at": post.asked_at,
        }
        row = {"room": address, "language": post.language, **new}
        if not self._connection.execute(_ADD_POST, row).rowcount:
            changes = {f"new_{name}": value for name, value in new.items()}
            self._connection.execute(_SAVE_POST, {"this": address, "which": post.language, **changes})

    def posted(self, address: str, language: str, message: int | None) -> None:
        """It was said, under this number. None: it was refused; what stood there before stands there no more."""
        which = {"this": address, "which": language}
        if message is not None:
            self._connection.execute(_POSTED, {**which, "number": message})
        elif not self._connection.execute(_LOST, which).rowcount:
            self._connection.execute(_REFUSED, which)

    def move(self, address: str, chat: int) -> None:
        """The group has another chat id now, where nothing of ours can be changed any more."""
        if self._people.address_of(chat) is not None:  # it was made a room there already
            self.end(address)
            return
        self._connection.execute(_DROP_POSTS, {"this": address})
        sealed = self._seals.bytes_in(str(chat).encode(), CHAT, address, HOUSE)
        index = self._seals.keys.index(chat)
        self._connection.execute(_MOVE, {"this": address, "new_person": index, "new_chat": sealed})
        self._connection.execute(_LOOKED, {"this": address, "now": None})

    def end(self, address: str) -> None:
        """It is a room no more: nothing of the group is kept. Nothing where it is none."""
        self._connection.execute(_DROP_POSTS, {"this": address})
        if self._connection.execute(_DROP, {"this": address}).rowcount:
            self._people.leave(address)
