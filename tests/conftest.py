"""What tests everywhere lean on."""

from collections.abc import Iterator

import pytest

from tests.stores import SqliteFiles, sqlite_files


@pytest.fixture(scope="session")
def files() -> Iterator[SqliteFiles]:
    """Empty databases, each made when asked for."""
    with sqlite_files() as found:
        yield found
