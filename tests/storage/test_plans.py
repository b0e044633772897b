"""What is asked all day is found by an index, however much is kept."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from storage import everything, outbox, people, queue, testimonies
from storage.opening import migrate

QUEUE = {
    **{name: getattr(testimonies, name) for name in ("NEXT", "NEXT_RAN_OUT", "WAITING", "CLAIMED", "OLDER")},
    **{name: getattr(queue, name) for name in ("LINE", "LINE_RAN_OUT", "GROUPS", "WAIT", "MEDIAN", "SEARCH")},
}

BY_KEY = {
    "what was sent": outbox._SENT,
    "the chats of those who are told": people._CHATS,
    "what waits for the end of a pause": outbox._NEXT_PAUSED,
}


def plan(statement: sa.ClauseElement, folder: Path) -> list[str]:
    """How SQLite goes about a statement, step by step."""
    migrate(f"sqlite:///{folder / 'voices.db'}")
    asked: Any = statement.compile(dialect=sqlite.dialect())
    with sqlite3.connect(folder / "voices.db") as driver:
        return [
            step
            for *_, step in driver.execute(f"EXPLAIN QUERY PLAN {asked}", [None] * len(asked.positiontup))
        ]


@pytest.mark.parametrize("name", QUEUE)
def test_what_is_asked_of_the_queue_reads_no_voice_in_another_state(name: str, tmp_path: Path) -> None:
    steps = [step for step in plan(QUEUE[name], tmp_path) if " testimonies " in f" {step} "]
    assert len(steps) == 1
    assert "ix_testimonies_queue (partner=? AND sensitive=? AND state=?" in steps[0]


@pytest.mark.parametrize("name", BY_KEY)
def test_what_is_known_by_its_keys_is_not_searched_for(name: str, tmp_path: Path) -> None:
    steps = plan(BY_KEY[name], tmp_path)
    assert steps
    assert [step for step in steps if step.startswith("SCAN") and "json_each" not in step] == []


@pytest.mark.parametrize("name", sorted(set(everything.HERS) - {"uploads"}))
def test_all_that_is_hers_is_found_without_a_look_at_anybody_elses(name: str, tmp_path: Path) -> None:
    """S39, S44: /mydata costs what she told, not what everybody did; forms that wait to be read are few."""
    for statement in everything.FIND[name]:
        steps = plan(statement, tmp_path)
        assert steps
        assert [step for step in steps if step.startswith("SCAN") and "json_each" not in step] == []
