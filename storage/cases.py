"""The cases of the sensitive lane, and what was done with them (assurance S34).

A query for a partner goes through the testimony: whoever may not see that does not see the case.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.cases import Case, CaseState, Outcome, Step, StepKind, Way
from bot.ports import Stale
from storage.isolation import house
from storage.rows import Rows, insert_once, this, word
from storage.tables import case_steps, cases, testimonies

NOTE = "case_steps.note"


def _where(*which: sa.ColumnElement[bool] | sa.TextClause) -> sa.Select[Any]:
    """Cases of such a kind, with what their testimony says of them."""
    every = sa.select(cases, testimonies.c.partner, testimonies.c.barred)
    return every.join(testimonies, testimonies.c.id == cases.c.testimony).where(*which)


_OPEN = sa.text("cases.state <> 'closed'")
_THEIRS = sa.and_(
    testimonies.c.partner == sa.bindparam("partner"),
    testimonies.c.barred.is_(sa.false()),
    testimonies.c.sensitive,
)
ADD = insert_once(cases, cases.c.code)
GET = _where(this(cases.c.testimony), _THEIRS)
OWN = _where(this(cases.c.testimony), testimonies.c.respondent == sa.bindparam("respondent"))
OF = _where(_OPEN, _THEIRS).order_by(cases.c.opened_at, cases.c.code)
DUE = house(
    _where(cases.c.remind_at <= sa.bindparam("now")).order_by(cases.c.remind_at).limit(sa.bindparam("most")),
    "time",
)
UNREAD = house(
    _where(
        _OPEN,
        sa.or_(
            sa.and_(testimonies.c.barred, cases.c.about != word("")),
            sa.and_(cases.c.read_at.is_(None), cases.c.remind_at.is_(None)),
        ),
    ),
    "lane",
)
SAVE = sa.update(cases).where(this(cases.c.testimony), cases.c.version == sa.bindparam("seen"))
_ADD_STEP = sa.insert(case_steps).inline()
_STEPS = sa.select(case_steps).where(this(case_steps.c.testimony)).order_by(case_steps.c.at, case_steps.c.id)
_ERASE_NOTES = sa.update(case_steps).where(this(case_steps.c.testimony)).values(note=None)
_END = (
    sa.update(cases)
    .where(this(cases.c.testimony))
    .values(
        state=word(CaseState.CLOSED),
        outcome=word(Outcome.WITHDRAWN),
        remind_at=None,
        holder=None,
        version=cases.c.version + 1,
    )
)
_DROP_STEPS = sa.delete(case_steps).where(this(case_steps.c.testimony))
_DROP = sa.delete(cases).where(this(cases.c.testimony))


class Cases(Rows):
    """The Cases port, and what leaving asks of it."""

    __slots__ = ()

    def add(self, case: Case) -> None:
        """Keep a case. Where its code is taken already, ValueError."""
        row = self._row(case) | {"testimony": case.testimony, "code": case.code}
        if not self._connection.execute(ADD, row).rowcount:
            raise ValueError(f"the code {case.code} is taken")

    def get(self, testimony: str, *, partner: str) -> Case | None:
        """One case whose words that partner's focal points may read."""
        return self._one(GET, {"this": testimony, "partner": partner})

    def own(self, testimony: str, *, respondent: str) -> Case | None:
        """The case of one of that respondent's testimonies."""
        return self._one(OWN, {"this": testimony, "respondent": respondent})

    def of(self, partner: str) -> list[Case]:
        """Those that are not closed, oldest first."""
        return [_case(row) for row in self._connection.execute(OF, {"partner": partner}).all()]

    def save(self, case: Case) -> Case:
        """Write with compare-and-set on `version`; Stale when someone was faster."""
        row = self._row(case) | {"this": case.testimony, "seen": case.version, "version": case.version + 1}
        if not self._connection.execute(SAVE, row).rowcount:
            raise Stale("the case changed meanwhile")
        return replace(case, version=case.version + 1)

    def due(self, now: datetime, limit: int = 100) -> list[Case]:
        """Those for which time speaks now, whoever's they are."""
        return [_case(row) for row in self._connection.execute(DUE, {"now": now, "most": limit}).all()]

    def unread(self) -> list[Case]:
        """Those nobody may see, or nobody has looked at and nothing more is said of."""
        return [_case(row) for row in self._connection.execute(UNREAD, {}).all()]

    def add_step(self, step: Step, *, respondent: str) -> None:
        """Keep what was done, its note sealed with the respondent's key."""
        note = self._seals.bytes_in(step.note.encode("utf-8", "surrogatepass"), NOTE, step.id, respondent)
        row = {
            "id": step.id,
            "testimony": step.testimony,
            "kind": str(step.kind),
            "at": step.at,
            "moderator": step.moderator,
            "wording": step.wording,
            "language": step.language,
            "note": note if step.note else None,
        }
        self._connection.execute(_ADD_STEP, row)

    def steps(self, testimony: str, *, respondent: str) -> list[Step]:
        """Oldest first."""
        rows = self._connection.execute(_STEPS, {"this": testimony}).all()
        return [
            Step(
                id=row.id,
                testimony=row.testimony,
                kind=StepKind(row.kind),
                at=row.at,
                moderator=row.moderator,
                wording=row.wording,
                language=row.language,
                note=self._note(row, respondent),
            )
            for row in rows
        ]

    def erase(self, testimony: str) -> None:
        """Its testimony is withdrawn: no note stays, and the case is over."""
        for statement in (_ERASE_NOTES, _END):
            self._connection.execute(statement, {"this": testimony})

    def drop(self, testimony: str) -> None:
        """Its testimony goes."""
        for statement in (_DROP_STEPS, _DROP):
            self._connection.execute(statement, {"this": testimony})

    def _note(self, row: Any, respondent: str) -> str:
        if row.note is None:
            return ""
        return self._seals.bytes_out(row.note, NOTE, row.id, respondent).decode("utf-8", "surrogatepass")

    def _one(self, statement: sa.Select[Any], values: dict[str, str]) -> Case | None:
        row = self._connection.execute(statement, values).first()
        return None if row is None else _case(row)

    def _row(self, case: Case) -> dict[str, Any]:
        return {
            "way": str(case.way),
            "state": str(case.state),
            "opened_at": case.opened_at,
            "read_at": case.read_at,
            "remind_at": case.remind_at,
            "reminded": case.reminded,
            "holder": case.holder,
            "about": " ".join(case.about),
            "outcome": str(case.outcome),
            "version": case.version,
        }


def _case(row: Any) -> Case:
    return Case(
        testimony=row.testimony,
        code=row.code,
        way=Way(row.way),
        opened_at=row.opened_at,
        remind_at=row.remind_at,
        partner=row.partner,
        barred=row.barred,
        state=CaseState(row.state),
        reminded=row.reminded,
        read_at=row.read_at,
        holder=row.holder,
        about=tuple(row.about.split()),
        outcome=row.outcome,
        version=row.version,
    )
