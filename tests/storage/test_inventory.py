"""The data inventory and the schema say the same."""

import re

import sqlalchemy as sa

from storage.inventory import OVERVIEW, PAGE, PURPOSES, held, overview, page
from storage.tables import Sensitivity, metadata
from tests.stores import sqlite_files


def test_the_page_is_what_the_tables_say() -> None:
    """S49: change a column and the page must be written again: python -m storage.inventory."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_the_inventory_is_the_schema_both_ways() -> None:
    """S49: inventory minus schema is empty, and schema minus inventory; read from a migrated database."""
    written = set()
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        table, *lines = section.splitlines()
        columns = [re.match(r"\| (\w+) \| (none|low|moderate|high|severe) \|", line) for line in lines]
        written |= {(table, match[1]) for match in columns if match}
    with sqlite_files() as source:
        engine = sa.create_engine(source.fresh())
        inspector = sa.inspect(engine)
        schema = {
            (table, column["name"])
            for table in inspector.get_table_names()
            for column in inspector.get_columns(table)
            if table != "alembic_version"
        }
        engine.dispose()
    assert written == schema


def test_every_column_says_why_it_is_there() -> None:
    """S49: a new column without an entry fails here."""
    reasons = [held(column) for table in metadata.tables.values() for column in table.columns]
    assert [each for each in reasons if not (each.purpose and each.retention)] == []


def test_what_could_do_severe_harm_is_sealed_and_what_is_sealed_is_bytes() -> None:
    """S2, S3: severe columns are sealed; only sealed columns hold bytes, but for what everybody may see."""
    columns = [column for table in metadata.tables.values() for column in table.columns]
    severe = {str(column) for column in columns if held(column).sensitivity is Sensitivity.SEVERE}
    sealed = {str(column) for column in columns if held(column).sealed}
    opaque = {str(column) for column in columns if isinstance(column.type, sa.LargeBinary)}
    assert severe <= sealed
    assert sealed == opaque - {"contents.content", "pictures.content"}


def test_no_table_counts_in_what_is_shown() -> None:
    """S21: ids that leave the house are random; counters order rows and stay inside."""
    counted = {
        str(table.autoincrement_column)
        for table in metadata.tables.values()
        if table.autoincrement_column is not None
    }
    assert counted == {"consents.n", "outbox.sequence"}


def test_every_table_serves_exactly_one_purpose() -> None:
    """S49: the record of processing leaves nothing out."""
    told = [table for purpose in PURPOSES for table in purpose.tables]
    assert sorted(told) == sorted(metadata.tables)


def test_the_overview_is_what_the_tables_say() -> None:
    """S49: python -m storage.inventory writes it; a retention that changes there changes here."""
    text = OVERVIEW.read_text(encoding="utf-8")
    assert text == overview(text)
    assert all(f"| {purpose.what} |" in text for purpose in PURPOSES)
