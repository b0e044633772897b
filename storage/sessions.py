"""Sessions: open and stopped walks through a form."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.ports import AT_ONCE, NOTHING, Kept, Stale
from dialogs.session import Session
from storage.failing import point
from storage.isolation import house
from storage.media import Media
from storage.rows import Rows, insert_once, random_id, this
from storage.tables import sessions

DATA = "sessions.data"

_OF = sa.select(sessions).where(this(sessions.c.respondent))
_ADD = insert_once(sessions, sessions.c.respondent)
_SAVE = sa.update(sessions).where(
    this(sessions.c.id),
    sessions.c.respondent == sa.bindparam("whose"),
    sessions.c.version == sa.bindparam("seen"),
)
_DROP = house(sa.delete(sessions).where(this(sessions.c.id)), "row")
_WAKING = house(
    sa.select(sessions)
    .where(sessions.c.wake_at <= sa.bindparam("now"))
    .order_by(sessions.c.wake_at)
    .limit(sa.bindparam("most")),
    "time",
)
_ALL = house(sa.select(sessions), "form")
_EVERYBODY = house(sa.select(sessions.c.respondent), "breach")
_OLDER = house(
    sa.select(sessions)
    .where(sessions.c.touched_at < sa.bindparam("before"))
    .order_by(sessions.c.touched_at)
    .limit(sa.bindparam("most")),
    "retention",
)


class Sessions(Rows):
    """The Sessions port."""

    __slots__ = ()

    def of(self, respondent: str) -> Kept | None:
        """The respondent's open or stopped session."""
        row = self._connection.execute(_OF, {"this": respondent}).first()
        return None if row is None else self._kept(row)

    def add(
        self,
        respondent: str,
        session: Session,
        wake_at: datetime | None,
        now: datetime,
        agreed: Mapping[str, str] = NOTHING,
        asked: Mapping[str, str] = NOTHING,
    ) -> Kept:
        """Keep a session that begins. Stale where the respondent has one already."""
        kept = Kept(random_id(), respondent, session, now, now, wake_at, agreed=agreed, asked=asked)
        row = {
            "id": kept.id,
            "respondent": respondent,
            "data": self._sealed(kept),
            "begun_at": now,
            "touched_at": now,
            "wake_at": wake_at,
            "version": 0,
        }
        if not self._connection.execute(_ADD, row).rowcount:
            raise Stale("this respondent has a session already")
        point("sessions.after_add")
        return kept

    def save(self, kept: Kept) -> Kept:
        """Write with compare-and-set on `version`; Stale when someone was faster."""
        row = {
            "this": kept.id,
            "whose": kept.respondent,
            "seen": kept.version,
            "data": self._sealed(kept),
            "touched_at": kept.touched_at,
            "wake_at": kept.wake_at,
            "version": kept.version + 1,
        }
        if not self._connection.execute(_SAVE, row).rowcount:
            raise Stale("the session changed meanwhile")
        point("sessions.after_save")
        return replace(kept, version=kept.version + 1)

    def drop(self, id: str) -> None:
        """It is over."""
        self._connection.execute(_DROP, {"this": id})

    def waking(self, now: datetime, limit: int = 100) -> list[Kept]:
        """Sessions whose wake-up has come, oldest first."""
        rows = self._connection.execute(_WAKING, {"now": now, "most": limit}).all()
        return [self._kept(row) for row in rows]

    def asked(self, form: str) -> list[Kept]:
        """Every session of a form, whatever its version. Reads them all: for the rare end of a form."""
        kept = (self._kept(row) for row in self._connection.execute(_ALL))
        return [each for each in kept if each.session.form == form]

    def everybody(self) -> list[str]:
        """The respondents who have an open or stopped session."""
        return list(self._connection.execute(_EVERYBODY).scalars())

    def drop_older(self, before: datetime, most: int = AT_ONCE) -> int:
        """Drop sessions not touched since, with the recordings they name (drafts: 14 days, S41), at most so many at
        once; how many.
        """
        media = Media(self._connection, self._seals)
        old = [self._kept(row) for row in self._connection.execute(_OLDER, {"before": before, "most": most})]
        for kept in old:
            self.drop(kept.id)
            media.drop_named(kept.respondent, kept.session.answers)
        return len(old)

    def _sealed(self, kept: Kept) -> bytes:
        plain = {"session": kept.session.to_plain(), "said": kept.said, "agreed": dict(kept.agreed)}
        if kept.asked:
            plain["asked"] = dict(kept.asked)
        return self._seals.into(plain, DATA, kept.id, kept.respondent)

    def _kept(self, row: Any) -> Kept:
        plain = self._seals.out_of(row.data, DATA, row.id, row.respondent)
        return Kept(
            id=row.id,
            respondent=row.respondent,
            session=Session.from_plain(plain["session"]),
            begun_at=row.begun_at,
            touched_at=row.touched_at,
            wake_at=row.wake_at,
            said={int(message): words for message, words in plain["said"].items()},
            agreed=plain.get("agreed", {}),
            asked=plain.get("asked", {}),
            version=row.version,
        )
