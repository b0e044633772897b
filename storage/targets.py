"""The data servers of partners. How one is reached is sealed with the house's key: it is a secret or holds one."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.forward import Access, Standing, Target
from storage.isolation import house
from storage.rows import Rows, this, word
from storage.sealing import HOUSE
from storage.tables import targets

ACCESS = "targets.access"

_ADD = sa.insert(targets)
_OF = (
    sa.select(targets)
    .where(targets.c.partner == sa.bindparam("whose"))
    .order_by(targets.c.made_at, targets.c.id)
)
_DUE = house(
    sa.select(targets)
    .where(
        targets.c.standing == word("active"),
        sa.or_(targets.c.not_before.is_(None), targets.c.not_before <= sa.bindparam("now")),
    )
    .order_by(targets.c.made_at, targets.c.id),
    "time",
)
_STOPPED = house(
    sa.select(sa.func.count()).select_from(targets).where(targets.c.standing == word("stopped")), "count"
)
_SAVE = sa.update(targets).where(this(targets.c.id))
_MET = _SAVE.values(failures=sa.bindparam("count"), not_before=sa.bindparam("then"))
_STOP = _SAVE.where(targets.c.standing == word("active")).values(
    standing=word("stopped"), reason=sa.bindparam("why")
)
_DUE_NOW = house(
    sa.update(targets).where(targets.c.not_before > sa.bindparam("now")).values(not_before=None), "time"
)
_DROP = sa.delete(targets).where(this(targets.c.id))


class Targets(Rows):
    """The Targets port."""

    __slots__ = ()

    def add(self, target: Target) -> None:
        """Keep a new one."""
        fixed = {"id": target.id, "partner": target.partner, "form": target.form, "made_at": target.made_at}
        self._connection.execute(_ADD, fixed | self._row(target))

    def of(self, partner: str) -> list[Target]:
        """Those of a partner, the oldest first, those that were removed too."""
        return [self._target(row) for row in self._connection.execute(_OF, {"whose": partner}).all()]

    def due(self, now: datetime) -> list[Target]:
        """Everybody's that are active, and may be tried now."""
        return [self._target(row) for row in self._connection.execute(_DUE, {"now": now}).all()]

    def save(self, target: Target) -> None:
        """Write where it stands, how it is called and how it is reached; an empty `access` is kept no more."""
        self._connection.execute(_SAVE, self._row(target) | {"this": target.id})

    def met(self, id: str, failures: int, not_before: datetime | None) -> None:
        """Write how often in a row it could take nothing, and when it is tried again."""
        self._connection.execute(_MET, {"this": id, "count": failures, "then": not_before})

    def stopped(self) -> int:
        """How many are stopped, of everybody's."""
        count: int = self._connection.execute(_STOPPED).scalar()
        return count

    def stop(self, id: str, reason: str) -> None:
        """An active one is tried no more, until a person has looked at it."""
        self._connection.execute(_STOP, {"this": id, "why": reason})

    def set_back(self, by: timedelta, now: datetime) -> None:
        """The clock was set back by so much: each may be tried (R20)."""
        self._connection.execute(_DUE_NOW, {"now": now})

    def drop(self, id: str) -> None:
        """It is as if it had never been."""
        self._connection.execute(_DROP, {"this": id})

    def _row(self, target: Target) -> dict[str, Any]:
        access = target.access
        plain = [access.address, access.user, access.password, access.token]
        return {
            "name": target.name,
            "known_as": target.known_as,
            "access": self._seals.into(plain, ACCESS, target.id, HOUSE) if access.address else None,
            "standing": str(target.standing),
            "reason": target.reason,
            "failures": target.failures,
            "not_before": target.not_before,
        }

    def _target(self, row: Any) -> Target:
        plain = self._seals.out_of(row.access, ACCESS, row.id, HOUSE) if row.access else [""]
        return Target(
            id=row.id,
            partner=row.partner,
            form=row.form,
            name=row.name,
            access=Access(*plain),
            made_at=row.made_at,
            known_as=row.known_as,
            standing=Standing(row.standing),
            reason=row.reason,
            failures=row.failures,
            not_before=row.not_before,
        )
