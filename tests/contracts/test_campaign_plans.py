"""What is asked of campaigns at each tick is found by an index, on both engines, however many were asked before."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage import audiences, checkins, rhythms, testimonies
from storage.postgresql import _POSTGRES

ASKED: dict[str, Any] = {
    "what is due": checkins.DUE,
    "what a later day came after": checkins.SUPERSEDED,
    "what closed before it went out": checkins._LATE,
    "what was handed over and is due": checkins.UNSAID,
    "what could not be said": checkins.STUCK,
    "what became of it": checkins.FOLLOW,
    "when people were written to": checkins.LATELY,
    "who is to be reminded": checkins.REMINDS,
    "how far a campaign is": checkins._NUMBERS,
    "when the first and the last of it are due": checkins._COMING,
    "how many were said lately": checkins._SAID,
    "how many answers it has": testimonies.ANSWERS,
    "whether anything of it is open": checkins._WAITS,
    "what of it is held": checkins._HOLD,
    "what of it goes on": checkins._RELEASE,
    "what of it is left": checkins._END,
    "what is planned for her": checkins._OF_HER,
    "what is as old as may be": checkins._OLDER,
    "an audience": audiences.OF,
    "some people": audiences.AMONG,
    "what they told": audiences.TOLD,
    "its themes": audiences.CODED,
    "whose day it is": rhythms.DUE,
    "who reads the digest": rhythms.READING,
}


def steps(url: str, statement: Any) -> list[str]:
    """How an engine goes about a statement, step by step."""
    if url.startswith("sqlite"):
        asked = statement.compile(dialect=sqlite.dialect())
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            values = tuple([None] * len(asked.positiontup or ()))
            return [str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", values)]
    asked = statement.compile(dialect=postgresql.dialect(paramstyle="numeric_dollar"))  # type: ignore[no-untyped-call]
    engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args={"options": _POSTGRES})
    with engine.connect() as connection:
        found = connection.exec_driver_sql(f"EXPLAIN (GENERIC_PLAN) {asked}")
        return [str(row[0]).strip() for row in found]


@pytest.mark.parametrize("name", ASKED)
def test_nothing_that_is_asked_at_a_tick_looks_at_every_row(name: str, url: str) -> None:
    found = steps(url, ASKED[name])
    assert found
    wide = [
        step
        for step in found
        if "Seq Scan" in step or (step.startswith("SCAN") and "json_each" not in step and "USING" not in step)
    ]
    assert wide == []


def test_where_nothing_is_due_a_tick_costs_one_look(url: str) -> None:
    """The index holds what is planned alone, by when it is due."""
    found = steps(url, checkins.DUE)
    assert sum("ix_checkins_due" in step for step in found) == 1
    assert not any("SORT" in step or "B-TREE" in step.upper() for step in found)
