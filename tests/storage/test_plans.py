"""What is asked all day is found by an index, however much is kept."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from storage import everything, forwards, looks, outbox, people, queue, shown, testimonies, translations
from storage.opening import migrate

WAITING = "COVERING INDEX ix_testimonies_waiting (partner=? AND sensitive=?"
IN_STATE = "INDEX ix_testimonies_queue (partner=? AND sensitive=? AND state=?"
BY_LANGUAGE = "INDEX ix_testimonies_language (language=? AND partner=? AND sensitive=? AND state=?"
BY_COUNTRY = "INDEX ix_testimonies_country (country=? AND partner=? AND sensitive=? AND state=?"
QUEUE = [
    (queue.LINE, WAITING),
    (queue.GROUPS, WAITING),
    (queue.WAIT, WAITING),
    (queue.MEDIAN, WAITING),
    (testimonies.WAITING, WAITING),
    (testimonies.NEXT, WAITING.removeprefix("COVERING ")),
    (queue.LINE_RAN_OUT, IN_STATE),
    (queue.SEARCH[False, False], IN_STATE),
    (queue.SEARCH[True, False], f"{BY_LANGUAGE} AND received_at>?"),
    (queue.SEARCH[False, True], f"{BY_COUNTRY} AND received_at>?"),
    (queue.SEARCH[True, True], f"{BY_LANGUAGE} AND received_at>?"),
    (testimonies.NEXT_RAN_OUT, IN_STATE),
    (testimonies.CLAIMED, IN_STATE),
    (testimonies.OLDER, IN_STATE),
    (testimonies.ACCEPTED, IN_STATE),
    (testimonies.SET_ASIDE, IN_STATE),
    (forwards.LACKING, "INDEX ix_testimonies_told (partner=? AND form=? AND received_at>?"),
]

FROM_FEW: dict[sa.ClauseElement, tuple[str, str]] = {
    queue.TALLIES: (
        "decisions USING COVERING INDEX ix_decisions_moderator (moderator=? AND kind=? AND at>?)",
        "COVERING INDEX ix_testimonies_lane (id=?",
    ),
    queue.DECIDED_AT: (
        "decisions USING INDEX ix_decisions_moderator (moderator=? AND kind=? AND at=?",
        "(id=?",
    ),
    looks.WAITING: ("looks USING INDEX ix_looks_partner (partner=?)", "(id=?"),
}

BY_KEY = {
    "what was sent": outbox._SENT,
    "what is handed on next": forwards.NEXT,
    "who has a copy of hers": forwards.RECEIVERS,
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


@pytest.mark.parametrize(("statement", "by"), QUEUE)
def test_what_is_asked_of_the_queue_reads_no_voice_in_another_state(
    statement: sa.ClauseElement, by: str, tmp_path: Path
) -> None:
    steps = [step for step in plan(statement, tmp_path) if " testimonies " in f" {step} "]
    assert len(steps) == 1
    assert by in steps[0]


@pytest.mark.parametrize("statement", FROM_FEW)
def test_voices_that_few_rows_lead_to_are_read_one_by_one(
    statement: sa.ClauseElement, tmp_path: Path
) -> None:
    first, *then = [step for step in plan(statement, tmp_path) if step.startswith("SEARCH")]
    few, one = FROM_FEW[statement]
    assert few in first
    assert one in then[0]


ON_THE_WALL = [
    (shown.ALL, "USING COVERING INDEX ix_shown_wall (since>? AND since<?)"),
    (shown.ABOUT, "USING COVERING INDEX ix_shown_themes_wall (theme=? AND since<?)"),
    (shown.STALE[0], "USING COVERING INDEX ix_shown_rules (rules<?)"),
    (shown.STALE[1], "USING COVERING INDEX ix_shown_rules (rules>?)"),
    (shown.COUNTED, "USING COVERING INDEX ix_shown_counted"),
    (shown.THEMED, "USING COVERING INDEX ix_shown_themes_counted"),
]


@pytest.mark.parametrize(("statement", "by"), ON_THE_WALL)
def test_a_page_of_the_wall_is_read_from_its_index_in_its_order(
    statement: sa.ClauseElement, by: str, tmp_path: Path
) -> None:
    first, *then = plan(statement, tmp_path)
    assert by in first
    assert [step for step in then if "TEMP B-TREE" in step] == []


PUBLIC = {
    "renditions USING INDEX ix_renditions_waiting": translations.WAITING,
    "publications USING INDEX ix_publications_at": translations.WANTING,
}


@pytest.mark.parametrize("by", PUBLIC)
def test_what_is_to_be_translated_is_found_in_its_order_and_looked_at_one_by_one(
    by: str, tmp_path: Path
) -> None:
    first, *then = plan(PUBLIC[by], tmp_path)
    assert by in first
    assert [step for step in then if "ORDER BY" in step or step.startswith("SCAN testimonies")] == []
    assert any("testimonies USING INDEX sqlite_autoindex_testimonies_1 (id=?" in step for step in then)


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
