"""Both engines, one suite: each test runs on a SQLite file and on a real PostgreSQL."""

from collections.abc import AsyncIterator, Iterator

import pytest

from bot.people import Partner
from storage.database import Database
from tests.stores import Source, opened, postgres_server, sqlite_files


@pytest.fixture(scope="session")
def sqlite() -> Iterator[Source]:
    with sqlite_files() as source:
        yield source


@pytest.fixture(scope="session")
def postgres() -> Iterator[Source]:
    with postgres_server() as source:
        yield source


@pytest.fixture(params=["sqlite", "postgres"])
def source(request: pytest.FixtureRequest) -> Source:
    given: Source = request.getfixturevalue(request.param)
    return given


@pytest.fixture
def url(source: Source) -> Iterator[str]:
    """An empty, migrated database."""
    url = source.fresh()
    yield url
    source.drop(url)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Database]:
    """An open store with two partners."""
    async with opened(url) as database:
        await database.transact(lambda unit: unit.people.add_partner(Partner("atd", "ATD Fourth World")))
        await database.transact(lambda unit: unit.people.add_partner(Partner("omep", "OMEP", 14)))
        yield database
