"""What tests everywhere lean on."""

import os
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from tests.stores import SqliteFiles, sqlite_files
from tests.watching import Watch

SLOW = {"benchmarks", "faults", "journeys"}
"""Folders whose tests play with processes, and mostly wait for them."""


def pytest_configure(config: pytest.Config) -> None:
    """Every test is watched for what must not slip out."""
    config.pluginmanager.register(Watch(), "watch")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each worker begins with its share of what waits, and computes afterwards; module by module.

    `--dist worksteal` cuts the list into as many pieces as there are workers, and who has done a piece takes from the
    end of another's. In the order of the folders all journeys would be one worker's, and the last minutes its alone.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    modules = [list(tests) for _, tests in groupby(items, key=lambda item: item.path)]
    slow = [each for each in modules if _waits(each[0].path)]
    quick = [test for each in modules if not _waits(each[0].path) for test in each]
    piece = len(items) // workers
    items.clear()
    for worker in range(workers):
        hand = [test for each in slow[worker::workers] for test in each]
        rest = max(0, piece - len(hand))
        items += [*hand, *quick[:rest]]
        del quick[:rest]
    items += quick


def _waits(path: Path) -> bool:
    return path.parent.name in SLOW


@pytest.fixture(scope="session")
def files() -> Iterator[SqliteFiles]:
    """Empty databases, each made when asked for."""
    with sqlite_files() as found:
        yield found
