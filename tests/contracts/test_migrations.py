"""Migrations climb stairs, on both engines."""

import time
from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from storage.database import Database
from storage.opening import StoreFault, migrate
from storage.tables import metadata
from tests.stores import KEYS, Source, change, every_row


def _difference(url: str) -> list[object]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found: list[object] = compare_metadata(context, metadata)
    engine.dispose()
    return found


def _shape(url: str) -> dict[str, object]:
    """Columns, keys and indexes of every table, as the database tells them."""
    engine = sa.create_engine(url)
    inspector = sa.inspect(engine)
    shape: dict[str, object] = {
        table: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in columns],
            inspector.get_pk_constraint(table),
            sorted(inspector.get_foreign_keys(table), key=str),
            sorted(inspector.get_unique_constraints(table), key=str),
            sorted(_plain(index) for index in inspector.get_indexes(table)),
        )
        for table in inspector.get_table_names()
        if table != "alembic_version"
        for columns in [inspector.get_columns(table)]
    }
    engine.dispose()
    return shape


def _plain(index: Mapping[str, Any]) -> str:
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return str({**index, "dialect_options": options})


def test_up_down_up_ends_where_the_tables_are(source: Source) -> None:
    """R29: each revision goes up, down and up again; head equals the tables."""
    url = source.bare()
    migrate(url)
    first = _shape(url)
    migrate(url)
    assert _difference(url) == []
    migrate(url, "base")
    assert set(every_row(url)) == {"alembic_version"}
    migrate(url)
    assert _shape(url) == first
    source.drop(url)


def test_the_migrations_make_exactly_what_the_tables_say(source: Source) -> None:
    """R29: constraint by constraint, index by index."""
    migrated, made = source.bare(), source.bare()
    migrate(migrated)
    engine = sa.create_engine(made)
    metadata.create_all(engine)
    engine.dispose()
    assert _shape(migrated) == _shape(made)
    source.drop(migrated)
    source.drop(made)


def test_published_forms_are_kept_since_they_were_published_and_drafts_go_on_the_way_down(
    source: Source,
) -> None:
    """R29: 0002, before and after."""
    url = source.bare()
    migrate(url, "0001")
    change(
        url, "INSERT INTO forms (name, version, xml, current, published_at) VALUES ('a', '1', 'x', true, 7)"
    )
    migrate(url)
    assert every_row(url)["forms"] == [("a", "1", "x", True, 7, None, 7, None)]
    change(url, "INSERT INTO forms (name, version, xml, current, kept_at) VALUES ('a', '2', 'y', false, 8)")
    migrate(url, "0001")
    assert every_row(url)["forms"] == [("a", "1", "x", True, 7)]
    source.drop(url)


def test_forms_that_were_there_show_nothing_and_lose_nothing_on_the_way_down(source: Source) -> None:
    """R29: 0003, before and after."""
    url = source.bare()
    migrate(url, "0002")
    change(url, "INSERT INTO forms (name, version, xml, current, kept_at) VALUES ('a', '1', 'x', false, 7)")
    before = every_row(url)["forms"]
    migrate(url)
    assert (every_row(url)["forms"], every_row(url)["attachments"]) == (before, [])
    change(url, "INSERT INTO contents (digest, content, kept_at) VALUES ('d', 'c', 7)")
    change(
        url,
        "INSERT INTO attachments (form, version, name, digest, mime) VALUES ('a', '1', 'n', 'd', 'image/png')",
    )
    migrate(url, "0002")
    assert every_row(url)["forms"] == before
    source.drop(url)


def test_the_last_yes_about_a_purpose_becomes_a_permission_the_same_wherever_it_is_brought_up(
    source: Source,
) -> None:
    """R29, S31: 0006, before and after; the history stays as it was."""
    url = source.bare()
    migrate(url, "0004")
    change(url, "INSERT INTO partners (id, name, days, contact) VALUES ('atd', 'ATD', 7, '')")
    change(url, "INSERT INTO addresses (id, chat, made_at) VALUES ('a', 'c', 1)")
    change(
        url,
        "INSERT INTO respondents (id, address, partner, reachable, quiet, since, version)"
        " VALUES ('her', 'a', 'atd', true, false, 1, 0)",
    )
    change(
        url,
        "INSERT INTO testimonies (id, receipt, respondent, partner, form, form_version, language, country, sensitive,"
        " state, received_at, version) VALUES ('t', 'MG-7', 'her', 'atd', 'checkin', '1', 'fr', 'MG', false,"
        " 'accepted', 1, 0)",
    )
    words = [("keep", True), ("publish", True), ("quote", False), ("publish", False), ("quote", True)]
    for n, (purpose, granted) in enumerate(words, start=1):
        change(
            url,
            "INSERT INTO consents (n, testimony, purpose, granted, wording, language, at)"
            " VALUES (:n, 't', :purpose, :granted, 'w', 'fr', 1)",
            {"n": n, "purpose": purpose, "granted": granted},
        )
    before = every_row(url)
    migrate(url)
    kept = every_row(url)
    assert [row[7:] for row in kept["consents"]] == [("checkin", "")] * 5
    assert sorted((row[1], row[3]) for row in kept["permissions"]) == [("keep", 1), ("quote", 5)]
    migrate(url, "0004")
    assert every_row(url)["consents"] == before["consents"]
    migrate(url)
    assert every_row(url) == kept
    source.drop(url)


def test_roles_that_had_ended_and_codes_that_were_tried_count_from_the_migration(source: Source) -> None:
    """R29, S41: 0010, before and after."""
    url = source.bare()
    migrate(url, "0009")
    change(url, "INSERT INTO partners (id, name, days, contact) VALUES ('atd', 'ATD', 7, '')")
    change(url, "INSERT INTO addresses (id, chat, made_at) VALUES ('a', 'c', 1)")
    for role, active in (("moderator", False), ("lead", True)):
        change(
            url,
            "INSERT INTO moderators (id, address, partner, role, active, version)"
            " VALUES (:role, 'a', 'atd', :role, :active, 0)",
            {"role": role, "active": active},
        )
    for name in ("tries:a", "tries", "offset"):
        change(url, "INSERT INTO marks (name, value) VALUES (:name, 'x')", {"name": name})
    before = {name: sorted(rows) for name, rows in every_row(url).items()}
    began = time.time_ns() // 1000
    migrate(url)
    kept = every_row(url)
    left, until = ({row[0]: row[-1] for row in kept[name]} for name in ("moderators", "marks"))
    assert began <= left.pop("moderator") <= until.pop("tries:a") <= time.time_ns() // 1000
    assert (left, until) == ({"lead": None}, {"tries": None, "offset": None})
    migrate(url, "0009")
    assert {name: sorted(rows) for name, rows in every_row(url).items()} == before
    source.drop(url)


def test_an_unknown_kind_of_database_is_refused() -> None:
    for url in ("mysql://x/y", "sqlite://", "sqlite:///:memory:", "no url"):
        with pytest.raises(StoreFault):
            migrate(url)
        with pytest.raises(StoreFault):
            Database.open(url, KEYS)
