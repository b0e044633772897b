"""A backup as a file: whole or not at all; and the list of who left, which only grows."""

import json
import resource
import signal
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pyrage
import pytest

from storage import archive, backup, forgotten, opening
from storage.archive import ArchiveFault
from storage.forgotten import NoList
from storage.opening import StoreFault
from storage.sealing import Keys
from tests.releases import REVISIONS, House
from tests.stores import every_row

IDENTITY = pyrage.x25519.Identity.generate()
PUBLIC = [str(IDENTITY.to_public())]
NOW = datetime(2026, 11, 25, tzinfo=UTC)
MARK = "m" * 42


def telling(hashes: object) -> bytes:
    return json.dumps(hashes).encode()


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large"
    path.write_bytes(bytes(4_000_000))
    return path


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    path = tmp_path / "identity"
    path.write_text(str(IDENTITY))
    return path


def test_what_goes_in_comes_out_with_its_hash(tmp_path: Path, large: Path, identity: Path) -> None:
    """S50: a recording that was taken back while the backup was made is left out, and nothing else."""
    path, into = tmp_path / "b.age", tmp_path / "into"
    into.mkdir()
    archive.write(path, [("media/a", large), ("media/gone", tmp_path / "gone")], telling, PUBLIC)
    told, hashes = archive.read(path, identity, into)
    assert json.loads(told) == hashes
    assert list(hashes) == ["media/a"]
    assert (into / "media" / "a").read_bytes() == large.read_bytes()


def test_a_disk_that_is_full_leaves_no_half_backup(tmp_path: Path, large: Path) -> None:
    """S50, R24."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        with pytest.raises(ArchiveFault, match=r"cannot be written \(File too large\): make room"):
            archive.write(tmp_path / "b.age", [("media/a", large)], telling, PUBLIC)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [path.name for path in tmp_path.iterdir()] == ["large"]


def test_a_fault_while_members_are_made_leaves_no_half_backup(tmp_path: Path, large: Path) -> None:
    """S50."""

    def members() -> Iterator[tuple[str, Path]]:
        yield "media/a", large
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError, match="went away"):
        archive.write(tmp_path / "b.age", members(), telling, PUBLIC)
    assert [path.name for path in tmp_path.iterdir()] == ["large"]


@pytest.mark.parametrize("name", ["../out", "/etc/passwd", "media/../../out", "rows/a/b", "elsewhere/a"])
def test_a_forged_backup_writes_nothing_outside(tmp_path: Path, identity: Path, name: str) -> None:
    """S9, S50: whoever has the public key can make one; a member has a name we give, or the whole is refused."""
    plain = BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.size = 1
        tar.addfile(member, BytesIO(b"x"))
    path, into = tmp_path / "b.age", tmp_path / "into"
    into.mkdir()
    path.write_bytes(pyrage.encrypt(plain.getvalue(), [IDENTITY.to_public()]))
    with pytest.raises(ArchiveFault, match="is not a backup of Voices"):
        archive.read(path, identity, into)
    assert list(into.rglob("*")) == []
    assert not (tmp_path / "out").exists()


def test_a_link_in_a_forged_backup_is_refused(tmp_path: Path, identity: Path) -> None:
    """S9, S50."""
    plain = BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        member = tarfile.TarInfo("media/a")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(member)
    path = tmp_path / "b.age"
    path.write_bytes(pyrage.encrypt(plain.getvalue(), [IDENTITY.to_public()]))
    with pytest.raises(ArchiveFault, match="is not a backup of Voices"):
        archive.read(path, identity, tmp_path)


def test_a_key_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(ArchiveFault, match=r"age1nonsense… is not a public key"):
        archive.write(tmp_path / "b.age", [], telling, ["age1nonsense"])
    key = tmp_path / "key"
    archive.make_identity(key)
    with pytest.raises(ArchiveFault, match="is there already"):
        archive.make_identity(key)


def test_the_list_of_who_left_only_grows_and_survives_a_cut(tmp_path: Path) -> None:
    """S40: a line that was cut short when the power went swallows none that follow."""
    path = tmp_path / "elsewhere" / "forgotten"
    assert forgotten.read(path) == {}
    assert [forgotten.add(path, {f"{MARK}1": NOW}) for _ in range(2)] == [1, 0]
    assert path.stat().st_mode & 0o777 == 0o600
    with path.open("a") as file:
        file.write(f"{MARK}2 2026-1")
    assert forgotten.add(path, {f"{MARK}1": NOW, f"{MARK}3": NOW}) == 1
    assert forgotten.read(path) == {f"{MARK}1": NOW, f"{MARK}3": NOW}


def test_a_file_that_is_no_list_is_said(tmp_path: Path) -> None:
    """S40: nobody comes back because the wrong file was named."""
    for content in (b"Dear all\n", b"\xff\xfe"):
        (tmp_path / "letter").write_bytes(content)
        with pytest.raises(NoList, match="letter"):
            forgotten.read(tmp_path / "letter")


def test_a_database_that_gives_up_in_the_middle_is_said_and_nothing_is_restored(
    tmp_path: Path, identity: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S50, R24: as a full disk does."""
    house = House.unpacked(REVISIONS[-1], tmp_path / "house")
    house.as_backup(tmp_path / "b.age", PUBLIC[0])
    url = f"sqlite:///{tmp_path / 'voices.db'}"
    monkeypatch.setitem(opening.PRAGMAS, "max_page_count", 60)

    def restore() -> object:
        return backup.restore(
            tmp_path / "b.age",
            url,
            Keys.read(house.key),
            tmp_path / "media",
            tmp_path,
            identity=identity,
            left={},
        )

    with pytest.raises(StoreFault, match=r"gave up \(OperationalError\)"):
        restore()
    monkeypatch.undo()
    assert restore()
    assert len(every_row(url)["respondents"]) == 2
