"""Campaigns of partners. Every query names the partner, but for those by which time itself and links find them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from bot.campaign import AWAY, OVER, Audience, Campaign, Kind, Schedule, State, Wording
from bot.ports import Stale
from storage.isolation import house
from storage.rows import Rows, this, word
from storage.sealing import HOUSE
from storage.tables import campaigns

PLAN = "campaigns.plan"

_PARTNER = campaigns.c.partner == sa.bindparam("whose")
_ADD = sa.insert(campaigns)
_GET = sa.select(campaigns).where(this(campaigns.c.id), _PARTNER)
_RUNS = sa.case((campaigns.c.state.in_([word("cancelled"), word("ended")]), 1), else_=0)
_OF = (
    sa.select(campaigns)
    .where(_PARTNER)
    .order_by(_RUNS, sa.func.coalesce(campaigns.c.started_at, sa.literal_column("0")).desc(), campaigns.c.id)
)
_SAVED = ("moderator", "approved_by", "form", "state", "plan", "started_at", "ended_at", "version")
_SAVE = (
    sa.update(campaigns)
    .where(this(campaigns.c.id), _PARTNER, campaigns.c.version == sa.bindparam("seen"))
    .values({name: sa.bindparam(f"new_{name}") for name in _SAVED})
)
_DROP = sa.delete(campaigns).where(this(campaigns.c.id), _PARTNER, campaigns.c.state == word("draft"))
_BY_CODE = house(sa.select(campaigns).where(this(campaigns.c.code)), "link")
_NAMED = house(sa.select(campaigns).where(this(campaigns.c.id)), "row")
_STANDSTILL = house(sa.select(campaigns).where(this(campaigns.c.id)).with_for_update(read=True), "time")
_ENDED = house(sa.select(campaigns).where(campaigns.c.ended_at > sa.bindparam("since")), "time")
_STANDING = house(sa.select(campaigns).where(campaigns.c.state == sa.bindparam("state")), "time")
_PLANNED = house(
    sa.update(campaigns)
    .where(
        this(campaigns.c.id),
        campaigns.c.planned_day == sa.bindparam("was_day"),
        campaigns.c.planned_after == sa.bindparam("was_after"),
    )
    .values(planned_day=sa.bindparam("day"), planned_after=sa.bindparam("after")),
    "time",
)
_WATCHED = house(
    sa.select(campaigns).where(
        campaigns.c.card_address.is_not(None),
        campaigns.c.card_says != word(OVER),
    ),
    "time",
)
_WATCH = house(
    sa.update(campaigns)
    .where(this(campaigns.c.id))
    .values(
        card_address=sa.bindparam("address"),
        card_message=sa.bindparam("message"),
        card_says=sa.bindparam("says"),
    ),
    "row",
)
_LIES = house(
    sa.update(campaigns)
    .where(this(campaigns.c.id), campaigns.c.card_address == sa.bindparam("address"))
    .values(card_message=sa.bindparam("message")),
    "row",
)
_LEAVE = house(
    sa.update(campaigns)
    .where(
        campaigns.c.card_address == sa.bindparam("address"),
        campaigns.c.card_message == sa.bindparam("message"),
        campaigns.c.card_says != word(OVER),
    )
    .values(card_says=word(AWAY)),
    "row",
)


class Campaigns(Rows):
    """The Campaigns port."""

    __slots__ = ()

    def add(self, campaign: Campaign) -> None:
        """Keep a draft."""
        row = {"id": campaign.id, "partner": campaign.partner}
        self._connection.execute(_ADD, row | {"code": campaign.code} | self._row(campaign))

    def get(self, id: str, *, partner: str) -> Campaign | None:
        """One of that partner's."""
        row = self._connection.execute(_GET, {"this": id, "whose": partner}).first()
        return None if row is None else self._campaign(row)

    def of(self, partner: str) -> list[Campaign]:
        """All of a partner's: what runs first, then the newest."""
        return [self._campaign(row) for row in self._connection.execute(_OF, {"whose": partner}).all()]

    def save(self, campaign: Campaign) -> Campaign:
        """Write with compare-and-set on `version`; Stale when someone was faster. How far it is planned and where it is
        watched stay as they are.
        """
        row = self._row(campaign) | {"version": campaign.version + 1}
        which = {"this": campaign.id, "whose": campaign.partner, "seen": campaign.version}
        changes = {f"new_{name}": row[name] for name in _SAVED}
        if not self._connection.execute(_SAVE, which | changes).rowcount:
            raise Stale("the campaign changed meanwhile")
        return replace(campaign, version=campaign.version + 1)

    def drop(self, id: str, *, partner: str) -> None:
        """A draft goes; what ran stays."""
        self._connection.execute(_DROP, {"this": id, "whose": partner})

    def by_code(self, code: str) -> Campaign | None:
        """The one whose link somebody followed (S24)."""
        row = self._connection.execute(_BY_CODE, {"this": code}).first()
        return None if row is None else self._campaign(row)

    def named(self, id: str) -> Campaign | None:
        """One by its id, whoever's: where a check-in of it is at hand."""
        row = self._connection.execute(_NAMED, {"this": id}).first()
        return None if row is None else self._campaign(row)

    def standstill(self, id: str) -> Campaign | None:
        """The same, and it stays as it is until the transaction ends: who pauses it waits so long (R16)."""
        row = self._connection.execute(_STANDSTILL, {"this": id}).first()
        return None if row is None else self._campaign(row)

    def ended(self, since: datetime) -> list[Campaign]:
        """Everybody's that ended or were cancelled since then."""
        return [self._campaign(row) for row in self._connection.execute(_ENDED, {"since": since}).all()]

    def standing(self, state: State) -> list[Campaign]:
        """Everybody's that stand so."""
        return [
            self._campaign(row) for row in self._connection.execute(_STANDING, {"state": str(state)}).all()
        ]

    def planned(self, campaign: Campaign, day: str, after: str) -> bool:
        """So far it is expanded; False where another process was faster."""
        was_day, was_after = campaign.planned
        values = {"this": campaign.id, "day": day, "after": after, "was_day": was_day, "was_after": was_after}
        return self._connection.execute(_PLANNED, values).rowcount == 1

    def watched(self) -> list[Campaign]:
        """Everybody's that a lead watches, until its end was shown (OVER)."""
        return [self._campaign(row) for row in self._connection.execute(_WATCHED).all()]

    def watch(self, id: str, address: str, message: int, says: str) -> None:
        """It is watched in this message, which says this (a hash, COUNTING, AWAY or OVER)."""
        self._connection.execute(_WATCH, {"this": id, "address": address, "message": message, "says": says})

    def leave(self, address: str, message: int) -> None:
        """Something else stands in this message now."""
        self._connection.execute(_LEAVE, {"address": address, "message": message})

    def lies(self, id: str, address: str, message: int) -> None:
        """Where it is watched in this chat, that is this message now."""
        self._connection.execute(_LIES, {"this": id, "address": address, "message": message})

    def _row(self, campaign: Campaign) -> dict[str, Any]:
        return {
            "moderator": campaign.moderator,
            "approved_by": campaign.approved_by,
            "form": campaign.form,
            "state": str(campaign.state),
            "plan": self._seals.into(_plain(campaign), PLAN, campaign.id, HOUSE),
            "started_at": campaign.started_at,
            "ended_at": campaign.ended_at,
            "version": campaign.version,
        }

    def _campaign(self, row: Any) -> Campaign:
        plan = self._seals.out_of(row.plan, PLAN, row.id, HOUSE)
        return Campaign(
            id=row.id,
            partner=row.partner,
            moderator=row.moderator,
            form=row.form,
            name=plan["name"],
            audience=_audience(plan["audience"]),
            schedule=_schedule(plan["schedule"]),
            wordings={language: Wording(*both) for language, both in plan["wordings"].items()},
            expires=plan["expires"],
            reminders=plan["reminders"],
            quota=plan["quota"],
            code=row.code,
            state=State(row.state),
            approved_by=row.approved_by,
            planned=(row.planned_day, row.planned_after),
            counted=plan["counted"],
            card=None if row.card_address is None else (row.card_address, row.card_message),
            card_says=row.card_says,
            started_at=row.started_at,
            ended_at=row.ended_at,
            version=row.version,
        )


def _plain(campaign: Campaign) -> dict[str, Any]:
    when = campaign.schedule
    whom = campaign.audience
    return {
        "name": campaign.name,
        "audience": {name: getattr(whom, name) for name in Audience.__dataclass_fields__},
        "schedule": {
            "kind": str(when.kind),
            "minute": when.minute,
            "first": when.first.isoformat(),
            "last": when.last.isoformat() if when.last else None,
            "number": when.number,
        },
        "wordings": {language: (words.a, words.b) for language, words in campaign.wordings.items()},
        "expires": campaign.expires,
        "reminders": campaign.reminders,
        "quota": campaign.quota,
        "counted": campaign.counted,
    }


def _audience(plain: Mapping[str, Any]) -> Audience:
    return Audience(
        **{name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()}
        | {"answers": {ref: tuple(values) for ref, values in plain["answers"].items()}}
    )


def _schedule(plain: Mapping[str, Any]) -> Schedule:
    last = plain["last"]
    return Schedule(
        Kind(plain["kind"]),
        plain["minute"],
        date.fromisoformat(plain["first"]),
        date.fromisoformat(last) if last else None,
        plain["number"],
    )
