"""What tests everywhere lean on."""

from collections.abc import Iterator

import pytest

from tests.stores import SqliteFiles, sqlite_files
from tests.watching import Watch


def pytest_configure(config: pytest.Config) -> None:
    """Every test is watched for what must not slip out."""
    config.pluginmanager.register(Watch(), "watch")


@pytest.fixture(scope="session")
def files() -> Iterator[SqliteFiles]:
    """Empty databases, each made when asked for."""
    with sqlite_files() as found:
        yield found
