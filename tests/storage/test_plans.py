"""What is asked all day is found by an index, however many voices are kept."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.dialects import sqlite

from storage import testimonies
from storage.opening import migrate

QUEUE = ("NEXT", "NEXT_RAN_OUT", "WAITING", "CLAIMED", "COUNTS", "OLDER")


@pytest.mark.parametrize("name", QUEUE)
def test_what_is_asked_of_the_queue_reads_no_voice_in_another_state(name: str, tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path / 'voices.db'}")
    asked = getattr(testimonies, name).compile(dialect=sqlite.dialect())
    with sqlite3.connect(tmp_path / "voices.db") as driver:
        plan = driver.execute(f"EXPLAIN QUERY PLAN {asked}", [None] * len(asked.positiontup)).fetchall()
    steps = [step for *_, step in plan if " testimonies " in f" {step} "]
    assert len(steps) == 1
    assert "ix_testimonies_queue (partner=? AND sensitive=? AND state=?" in steps[0]
