"""A site for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.stores import SqliteFiles
from tests.web.stage import Site, served


@pytest.fixture
async def site(files: SqliteFiles) -> AsyncIterator[Site]:
    async with served(files) as found:
        yield found
