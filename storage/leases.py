"""Leases: what one of several processes has for a while, by the database's own clock."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from bot.ports import News
from storage.prepared import Connection
from storage.rows import Rows, this
from storage.sealing import Seals
from storage.tables import Instant, leases

_CLOCK: sa.ColumnElement[int] = sa.literal_column(
    "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)", sa.BigInteger()
)
"""Microseconds since 1970, as an Instant is kept: machines' clocks differ."""

_MINE = leases.c.holder == sa.bindparam("me")
_take = insert(leases).values(
    name=sa.bindparam("this"),
    holder=sa.bindparam("me"),
    until=_CLOCK + sa.bindparam("micros", type_=sa.BigInteger()),
)
_TAKE = _take.on_conflict_do_update(
    index_elements=[leases.c.name],
    set_={"holder": _take.excluded.holder, "until": _take.excluded.until},
    where=sa.or_(leases.c.holder == _take.excluded.holder, leases.c.until <= _CLOCK),
)
_HELD = (
    sa.select(sa.literal(1))
    .where(this(leases.c.name), _MINE, leases.c.until > _CLOCK)
    .with_for_update(read=True)  # nobody else takes it before this transaction ends
)
ALIVE = leases.c.until > _CLOCK
_BURY = sa.delete(leases).where(leases.c.until <= _CLOCK, leases.c.holder != sa.bindparam("me"))
_RELEASE = sa.update(leases).where(this(leases.c.name), _MINE).values(until=sa.literal_column("0"))


_READ = sa.select(sa.type_coerce(_CLOCK, Instant()))


class Leases(Rows):
    """The Leases port. `holder` names this process; on SQLite there is no other, and it has everything (R26)."""

    __slots__ = ("_alone", "_holder")

    def __init__(self, connection: Connection, seals: Seals, *, holder: str) -> None:
        super().__init__(connection, seals)
        self._holder = holder
        self._alone = not connection.postgresql

    def now(self) -> datetime:
        """The time by the database's own clock; by this machine's where nobody else can be."""
        if self._alone:
            return datetime.now(UTC)
        told: datetime = self._connection.execute(_READ).scalar()
        return told

    def live(self, span: timedelta) -> None:
        """Tell the others that this process is alive, and will say so again within `span`."""
        self.take(self._holder, span)

    def take(self, name: str, span: timedelta) -> bool:
        """Take a lease that is free, or keep one's own for `span` from now; False where another has it."""
        if self._alone:
            return True
        micros = span // timedelta(microseconds=1)
        values = {"this": name, "me": self._holder, "micros": micros}
        return self._connection.execute(_TAKE, values).rowcount == 1

    def held(self, name: str) -> bool:
        """Whether a lease is this process's, and stays so until the transaction ends."""
        if self._alone:
            return True
        return self._connection.execute(_HELD, {"this": name, "me": self._holder}).first() is not None

    def bury(self) -> bool:
        """Drop what others did not renew in time; whether there was any."""
        return not self._alone and self._connection.execute(_BURY, {"me": self._holder}).rowcount > 0

    def release(self, name: str | None = None) -> None:
        """Let a lease go; without a name, count as alive no longer. Other processes hear of it."""
        if not self._alone:
            self._connection.execute(_RELEASE, {"this": name or self._holder, "me": self._holder})
            self._connection.tell(News.LEASES)
