"""A stage for each test: an empty, migrated SQLite database."""

from collections.abc import AsyncIterator

import pytest

from tests.deeds.stage import Stage
from tests.stores import NOW, SqliteFiles, opened


@pytest.fixture
async def stage(files: SqliteFiles) -> AsyncIterator[Stage]:
    url = files.fresh()
    async with opened(url) as store:
        yield await Stage(store, NOW, url=url).open()
    files.drop(url)


@pytest.fixture
async def alone(files: SqliteFiles) -> AsyncIterator[Stage]:
    """A stage with one partner."""
    url = files.fresh()
    async with opened(url) as store:
        yield await Stage(store, NOW, url=url).open(alone=True)
    files.drop(url)
