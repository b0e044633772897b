"""A new release begins where the one before it ended: nothing is lost, and whoever was in the middle goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import Sandbox
from storage.opening import knows
from tests.journeys.operating import STARTS, Said, stopped
from tests.journeys.places import Place, place
from tests.releases import REVISIONS, House
from tests.stores import PostgresServer, every_row, postgres_server


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def here(request: pytest.FixtureRequest, tmp_path: Path, server: PostgresServer) -> Iterator[Place]:
    with place(tmp_path / "here", server if request.param == "postgres" else None) as here:
        yield here


def test_every_revision_has_a_house_that_was_written_with_it() -> None:
    """R29: what is tried here is every shape a database of an earlier release can have."""
    assert [knows(revision) for revision in REVISIONS] == [True] * len(REVISIONS)


@pytest.mark.parametrize("revision", REVISIONS)
async def test_a_house_of_an_earlier_release_goes_on(revision: str, here: Place, tmp_path: Path) -> None:
    """R29, R22: every row is there; a voice told before is read; who was in the middle ends the form she began."""
    house = House.unpacked(revision, tmp_path / "house")
    here.takes_key(house.key)
    here.data.mkdir(mode=0o700)
    house.as_database(here.url, here.data / "media")
    before = {name: len(rows) for name, rows in every_row(here.url).items()}
    async with Sandbox() as sandbox:
        sandbox.world.updates.next_id = house.manifest["next_update"]
        rakoto, noor, amina, sita = (
            sandbox.person(name, started=True) for name in ("Rakoto", "Noor", "Amina", "Sita")
        )
        here.shell.speaks_to(sandbox)
        said = await here.shell.voices("migrate")
        assert said == Said(0, "The database has this version's shape.\n")
        after = {name: len(rows) for name, rows in every_row(here.url).items()}
        assert {name: after[name] for name in before if name not in {"forms", "marks"}} == {
            name: count for name, count in before.items() if name not in {"forms", "marks"}
        }
        async with here.shell.running("run") as process:
            await sandbox.polled(STARTS)
            await amina.says("The well is dry since March.")
            await amina.sees("Thank you, added", within=STARTS)
            await amina.says("Send")
            await amina.sees("MG-", within=STARTS)
            await rakoto.says("/next")
            card = await rakoto.sees("rice costs twice as much", within=STARTS)
            await rakoto.taps("Accept", on=card, within=STARTS)
            await noor.says("/mine")  # the news of it may wait for her morning
            await noor.sees("This is what you told us.", within=STARTS)
            await sita.starts()
            await sita.sees("Choose your language", within=STARTS)
            assert (await stopped(process)).code == 0
