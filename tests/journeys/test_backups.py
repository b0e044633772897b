"""The loss of a machine, rehearsed: backups beside a running bot, and what comes of them elsewhere (S50, S40, R37)."""

import asyncio
import json
import re
import signal
import tarfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pyrage
import pytest

from bot.clock import SystemClock
from bot.returning import HELD_UP
from bot.wiring import opened
from sandbox import Sandbox
from sandbox.people import Person
from storage import forgotten
from storage.opening import migrate
from storage.sealing import Keys
from storage.tables import EPOCH
from storage.vault import Files
from tests.journeys.operating import STARTS, Said, Shell, stopped
from tests.journeys.places import Place, place
from tests.journeys.stage import open_house
from tests.journeys.test_voices import begins, first_line
from tests.releases import REVISIONS, House
from tests.stores import PostgresServer, change, every_row, postgres_server

pytestmark = pytest.mark.timeout(300)  # a dozen processes one after the other, on a busy machine
IDENTITY = pyrage.x25519.Identity.generate()
PUBLIC = str(IDENTITY.to_public())
RECORDING = b"canary of a recording " * 50
LEARNED = {"forms", "marks", "journal", "outbox"}
"""Tables to which opening the store adds what it has to say of itself."""


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, server: PostgresServer) -> PostgresServer | None:
    return server if request.param == "postgres" else None


@pytest.fixture
def here(tmp_path: Path, engine: PostgresServer | None) -> Iterator[Place]:
    """An empty place."""
    with place(tmp_path / "here", engine) as here:
        yield here


@pytest.fixture
def house(tmp_path: Path) -> House:
    """What the last release wrote."""
    return House.unpacked(REVISIONS[-1], tmp_path / "house")


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    path = tmp_path / "identity"
    path.write_text(f"{IDENTITY}\n")
    return path


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


def inside(path: Path) -> dict[str, bytes]:
    """What is in a backup, as any age tool and any tar tool have it."""
    plain = pyrage.decrypt(path.read_bytes(), [IDENTITY])
    with tarfile.open(fileobj=BytesIO(plain)) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]


def everything(place: Place) -> object:
    """All that could have been changed in a place: its files, and its tables."""
    files = {path: path.stat().st_mtime_ns for path in place.shell.folder.rglob("*") if path.is_file()}
    return files, every_row(place.url) if place.url.startswith("postgresql") else None


async def at_the_story(person: Person) -> None:
    await person.starts()
    await begins(person, "testimony", "en")
    await person.sees(first_line("testimony", "country", "en"), within=STARTS)
    await person.says("Madagascar")
    await person.sees(first_line("testimony", "story", "en"), within=STARTS)


async def tells(person: Person, story: str) -> None:
    await at_the_story(person)
    await person.says(story)
    await person.taps("Send", within=STARTS)
    await person.sees("MG-", within=STARTS)


# the drill


async def test_a_machine_is_lost_and_its_backup_takes_its_place(
    here: Place, tmp_path: Path, engine: PostgresServer | None, sandbox: Sandbox
) -> None:
    """S50, S40, R37: made beside a running bot; elsewhere all is there but who left since; she hears what happened;
    how much was lost is known; the bot goes on.
    """
    await open_house(here.settings)
    here.shell.speaks_to(sandbox)
    amina, noor, sita, lea = (sandbox.person(name) for name in ("Amina", "Noor", "Sita", "Lea"))
    out = tmp_path / "backups"
    made = await here.shell.voices("identity", "identity")
    public = made.out.splitlines()[0]
    assert (here.shell.folder / "identity").stat().st_mode & 0o777 == 0o600
    async with here.shell.running("run") as process:
        await sandbox.polled(STARTS)
        await tells(amina, "canary of a story")
        await tells(sita, "canary of one who leaves")
        await at_the_story(noor)
        await noor.sends_voice(RECORDING, seconds=5)
        await noor.sees("What is it about?", within=STARTS)
        for _ in range(STARTS):
            if list((here.data / "media").glob("[!.]*")):
                break
            await asyncio.sleep(1)
        said = await here.shell.voices("backup", "--to", str(out), VOICES_BACKUP_KEY=public)
        assert (said.code, said.err) == (0, "")
        (first,) = out.glob("voices-*.age")
        assert said.out == (
            f"{first}: 3 people, 2 testimonies, 1 recordings. "
            "The keys are not in it: keep var/keys/voices.key safe, elsewhere.\n"
        )
        await sita.says("/forget")
        await sita.taps("Erase everything", within=STARTS)
        await sita.taps("Yes, erase it all", within=STARTS)
        await sita.sees("Everything is erased", within=STARTS)
        await lea.starts()
        await lea.sees("Choose your language", within=STARTS)
        await sandbox.quiet()
        again = await here.shell.voices("backup", "--to", str(out / "later.age"), "--for", public)
        assert again.code == 0
        process.send_signal(signal.SIGKILL)
        await process.wait()

    with place(tmp_path / "there", engine) as there:
        there.takes_key(here.key)
        there.shell.speaks_to(sandbox)
        key = str(here.shell.folder / "identity")
        said = await there.shell.voices("restore", str(first), "--identity", key)
        assert said.code == 0
        assert said.out.splitlines()[0].endswith(" UTC: 3 people, 2 testimonies, 1 recordings.")
        rows = every_row(there.url)
        assert (len(rows["respondents"]), len(rows["testimonies"]), len(rows["sessions"])) == (2, 1, 1)
        assert "1 left again" in said.err
        async with there.shell.running("run") as process:
            await noor.sees(HELD_UP.text.partition(",")[0], within=STARTS)
            await noor.says("Send")
            await noor.sees("MG-", within=STARTS)
            await amina.says("/mine")
            await amina.sees("This is what you told us", within=STARTS)
            examined = (await there.shell.voices("doctor")).out
            assert (await stopped(process)).code == 0
        lost = re.search(r"! (\d+) updates were lost after the backup of", examined)
        assert lost is not None
        assert int(lost[1]) == 4, "three of Sita's and one of Lea's"
        assert "✓ the last backup was made 0 hours ago" in examined
        async with opened(there.settings, SystemClock()) as (store, _):
            (medium,) = await store.transact(
                lambda unit: [each for row in rows["respondents"] for each in unit.media.of(row[0])]
            )
            assert await Files(there.data / "media", store).get(medium.id, medium.respondent) == RECORDING


# what is in it


async def test_a_backup_holds_every_row_every_recording_and_no_key(
    here: Place, tmp_path: Path, house: House
) -> None:
    """S50, S3: as it is kept, sealed: no word, no key file; what the manifest says is what is there."""
    here.takes_key(house.key)
    house.as_database(here.url, here.data / "media")
    migrate(here.url)
    said = await here.shell.voices("backup", "--to", str(tmp_path / "b.age"), "--for", PUBLIC)
    assert said.code == 0
    members = inside(tmp_path / "b.age")
    told = json.loads(members.pop("manifest.json"))
    assert {name.partition("/")[0] for name in members} == {"rows", "media"}
    assert told["sha256"].keys() == members.keys()
    kept = {name: len(rows) for name, rows in every_row(here.url).items() if name != "alembic_version"}
    for told_after in ("marks", "journal"):  # when the backup was made is written down once it is
        kept[told_after] -= 1
    assert told["rows"] == kept
    assert {name: members[f"rows/{name}.jsonl"].count(b"\n") for name in kept} == kept
    keys = json.loads(house.key.read_text())
    everywhere = b"\n".join(members.values())
    for secret in ("rice costs twice", "first_name", "100000008", keys["indexing"], keys["locks"][0]["key"]):
        assert secret.encode() not in everywhere
    assert (tmp_path / "b.age").stat().st_mode & 0o777 == 0o600
    assert list(here.data.glob(".backup-*")) == []


async def test_several_keys_open_it_and_the_oldest_go(tmp_path: Path) -> None:
    """S50: rotation never takes the new one, nor what is no backup; the list of who left lies beside them."""
    shell = Shell(tmp_path)
    assert (await shell.voices("migrate")).code == 0
    other = pyrage.x25519.Identity.generate()
    out = tmp_path / "out"
    out.mkdir()
    for name in ("voices-20200101T000000Z.age", "voices-20250101T000000Z.age", "notes.txt"):
        (out / name).touch()
    both = f"{PUBLIC}, {other.to_public()}"
    change(
        f"sqlite:///{tmp_path}/var/data/voices.db",
        "INSERT INTO tombstones (mark, at) VALUES (:mark, 0)",
        {"mark": "m" * 43},
    )
    said = await shell.voices("backup", "--to", str(out), "--keep", "2", VOICES_BACKUP_KEY=both)
    assert (said.code, said.err) == (0, "")
    names = sorted(path.name for path in out.iterdir())
    assert names[:3] == ["forgotten", "notes.txt", "voices-20250101T000000Z.age"]
    assert re.fullmatch(r"voices-2\d{7}T\d{6}Z\.age", names[3])
    assert len(names) == 4
    for each in (IDENTITY, other):
        assert pyrage.decrypt((out / names[3]).read_bytes(), [each])
    assert forgotten.read(out / "forgotten") == {"m" * 43: EPOCH}


async def test_what_comes_from_one_engine_goes_into_the_other(
    tmp_path: Path, server: PostgresServer, house: House, identity: Path
) -> None:
    """S50: a SQLite file becomes a PostgreSQL database, and counting goes on where it was."""
    house.as_backup(tmp_path / "b.age", PUBLIC)
    kept = []
    for name, engine in (("file", None), ("server", server)):
        with place(tmp_path / name, engine) as there:
            there.takes_key(house.key)
            assert await restored(there, tmp_path / "b.age", identity) == 0
            kept.append({name: sorted(map(as_text, rows)) for name, rows in every_row(there.url).items()})
            change(
                there.url,
                "INSERT INTO consents (testimony, purpose, granted, wording, language, at, source, partners) "
                "SELECT id, 'share', true, 'w', 'en', 1, form, '' FROM testimonies",
            )
    assert [kept[0][name] for name in house.manifest["rows"].keys() - LEARNED] == [
        kept[1][name] for name in house.manifest["rows"].keys() - LEARNED
    ]


def as_text(row: tuple[object, ...]) -> str:
    """A row as both engines have it: SQLite's booleans are numbers."""
    return str([int(value) if isinstance(value, bool) else value for value in row])


async def restored(there: Place, path: Path, identity: Path, **more: str) -> int:
    return (await there.shell.voices("restore", str(path), "--identity", str(identity), **more)).code


# what goes wrong


async def test_a_damaged_backup_changes_nothing_and_is_named(
    here: Place, tmp_path: Path, house: House, identity: Path
) -> None:
    """S50: another key, a byte, a missing end, a file that is none, a newer release, another key file, none at all."""
    path = tmp_path / "b.age"
    house.as_backup(path, PUBLIC)
    whole = path.read_bytes()
    here.takes_key(house.key)
    before = everything(here)

    async def refused(sentence: str, named: Path = path, by: Path = identity) -> None:
        said = await here.shell.voices("restore", str(named), "--identity", str(by))
        assert said == Said(1, err=f"{sentence}\n")
        assert everything(here) == before

    stranger = tmp_path / "stranger"
    stranger.write_text(f"{pyrage.x25519.Identity.generate()}\n")
    await refused(
        f"{path} was made for another key than the one in {stranger}: name the file with its private key.",
        by=stranger,
    )
    await refused(
        f"{path} holds no private key (AGE-SECRET-KEY-…): name the file voices identity made.", by=path
    )
    changed = bytearray(whole)
    changed[len(whole) // 2] ^= 1
    for name, content in (
        ("flipped", bytes(changed)),
        ("cut", whole[:-1]),
        ("half", whole[: len(whole) // 2]),
    ):
        damaged = tmp_path / f"{name}.age"
        damaged.write_bytes(content)
        await refused(f"{damaged} was cut short or changed: take another copy of it.", damaged)
    letter = tmp_path / "letter.age"
    letter.write_bytes(b"Dear all")
    await refused(f"{letter} is not a backup of Voices: name another file.", letter)
    letter.write_bytes(pyrage.encrypt(b"Dear all", [IDENTITY.to_public()]))
    await refused(f"{letter} is not a backup of Voices: name another file.", letter)
    newer = tmp_path / "newer.age"
    house.as_backup(newer, PUBLIC, revision="9999", voices="7.0")
    await refused(
        f"{newer} was made by a newer version of Voices (7.0, revision 9999): install that version.", newer
    )
    wrong = tmp_path / "wrong.age"
    house.as_backup(wrong, PUBLIC, sha256={**house.manifest["sha256"], "rows/forms.jsonl": "0"})
    await refused(f"{wrong} does not hold what its manifest says: take another copy of it.", wrong)
    here.key.unlink()
    Keys.make(here.key)
    before = everything(here)
    await refused(
        "VOICES_KEY_FILE: this is not the key file with which the backup's data was sealed: put that one in its place."
    )
    here.key.unlink()
    before = everything(here)
    await refused(
        "VOICES_KEY_FILE: var/keys/voices.key is missing, and without it the data cannot be read: "
        "restore it from your copy."
    )
    here.takes_key(house.key)
    assert await restored(here, path, identity) == 0


async def test_where_there_is_data_nothing_is_restored(
    here: Place, tmp_path: Path, house: House, identity: Path
) -> None:
    """S50."""
    house.as_backup(tmp_path / "b.age", PUBLIC)
    assert (await here.shell.voices("migrate")).code == 0
    before = everything(here)
    said = await here.shell.voices("restore", str(tmp_path / "b.age"), "--identity", str(identity))
    assert said == Said(
        1,
        err="there is data already, and nothing is ever written over: restore into an empty data folder or "
        "database, or move what is there away.\n",
    )
    assert everything(here) == before


POINTS = ["unpacked", "shaped", "table:9", "recording", "filled", "committed"]


async def test_a_restore_that_was_killed_anywhere_is_begun_again(
    here: Place, tmp_path: Path, house: House, identity: Path
) -> None:
    """S50, R28: before the commit there is nothing, after it there is all; who left leaves before the bot speaks."""
    path = tmp_path / "b.age"
    house.as_backup(path, PUBLIC)
    here.takes_key(house.key)
    (noor,) = {row["respondent"] for row in house.rows("testimonies")}
    forgotten.add(tmp_path / "forgotten", {Keys.read(house.key).mark("respondent", noor): datetime.now(UTC)})
    for point in POINTS:
        assert await restored(here, path, identity, VOICES_FAILPOINT=f"restore.{point}") == 137
        rows = every_row(here.url)
        assert len(rows.get("respondents", [])) == (2 if point == "committed" else 0), point
    assert await restored(here, path, identity) == 1, "there is data already"
    assert (await here.shell.voices("migrate")).code == 0
    rows = every_row(here.url)
    assert [row[0] == noor for row in rows["respondents"]] == [False]
    assert rows["testimonies"] == []
    assert len(list((here.data / "media").iterdir())) == 1
