"""No question about testimonies can be asked without saying whose."""

import re

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from storage import codings, frames, queue, testimonies

SELF_CONTAINED = {
    "OLDER",
    "ORIGINS",
    "UNREAD",
}  # retention, by age; a breach, whoever's it is: ids and no word, for an operator


def test_every_question_about_testimonies_names_the_partner_or_the_respondent() -> None:
    """S20: default deny, in the statements themselves; a statement that forgets fails here."""
    questions = {
        name: re.sub(r"\s+", " ", str(statement.compile(dialect=sqlite.dialect())))
        for name, statement in (vars(testimonies) | vars(queue)).items()
        if isinstance(statement, (sa.Select, sa.Update)) and name.isupper() and not name.startswith("_")
    }
    assert set(questions) == {
        "GET",
        "OWN",
        "OF",
        "TOLD",
        "SAVE",
        "NEXT",
        "NEXT_RAN_OUT",
        "WAITING",
        "CLAIMED",
        "HOLD",
        "LINE",
        "LINE_RAN_OUT",
        "GROUPS",
        "WAIT",
        "MEDIAN",
        "FIND",
        "SEARCH",
        "TALLIES",
        "DECIDED_AT",
        "ERASE",
        "ORIGINS",
        "OLDER",
        "UNREAD",
    }
    open_to_all = {
        name
        for name, sql in questions.items()
        if not re.search(r"WHERE .*testimonies\.(partner|respondent) = \?", sql)
    }
    assert open_to_all == SELF_CONTAINED


def test_every_question_about_themes_names_the_partner_or_the_testimony() -> None:
    """S20: what voices were coded to, and by which frame."""
    questions = [
        re.sub(r"\s+", " ", str(statement.compile(dialect=sqlite.dialect())))
        for module in (codings, frames)
        for name, value in vars(module).items()
        for statement in (value if isinstance(value, tuple) else (value,))
        if isinstance(statement, (sa.Select, sa.Update, sa.Delete))
    ]
    assert len(questions) == 18
    assert [
        sql
        for sql in questions
        if not re.search(r"WHERE .*(\.partner = \?|\.testimony = \?|testimony IN \(SELECT)", sql)
    ] == []
