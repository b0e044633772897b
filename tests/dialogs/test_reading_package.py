"""A .zip with a form and its files: whatever is in it, it is counted, unpacked in memory, and told from harm (S10)."""

import json
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from random import Random
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from dialogs.form import FormError
from dialogs.reading import package
from dialogs.reading.package import is_package, unpack
from tests.dialogs.bombs import workbook
from tests.pictures import packed, png

TABLE = b"| survey |\n| | type | name | label |\n| | text | a | A |\n"
XFORM = b'<?xml version="1.0"?><h:html xmlns="http://www.w3.org/2002/xforms"/>'
ROOT = Path(__file__).resolve().parents[2]


def refusal(data: bytes) -> str:
    with pytest.raises(FormError) as caught:
        unpack(data)
    return str(caught.value.issues[0].cause)


def forged(size: int, said: int) -> bytes:
    """A .zip whose one picture says it is smaller than it is."""
    data = packed({"f.md": TABLE, "a.png": b" " * size})
    return data.replace(size.to_bytes(4, "little"), said.to_bytes(4, "little"))


def overlapping(times: int, size: int) -> bytes:
    """A .zip whose list names one packed file many times over, so that it holds far more than it weighs."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("f.md", TABLE)
        archive.writestr("0.csv", b" " * size)
        first = archive.infolist()[-1]
        for number in range(1, times):
            again = ZipInfo(f"{number}.csv")
            for name in ("CRC", "compress_size", "file_size", "compress_type", "header_offset"):
                setattr(again, name, getattr(first, name))
            archive.filelist.append(again)
    return out.getvalue()


@pytest.mark.parametrize(
    "folders", [("", ""), ("", "media/"), ("census/", "census/census-media/"), ("a/b/", "c/")]
)
def test_the_form_and_its_files_may_lie_in_any_folder(folders: tuple[str, str]) -> None:
    form, media = folders
    data = packed({f"{form}census.md": TABLE, f"{media}a.png": png(), f"{media}places.xml": b"<root/>"})
    assert is_package(data)
    found = unpack(data)
    assert (found.form, dict(found.files)) == (TABLE, {"a.png": png(), "places.xml": b"<root/>"})


def test_a_workbook_is_no_package_and_may_lie_in_one() -> None:
    book = workbook(b"")
    assert not is_package(book)
    assert not is_package(b"PK\x03\x04" + b"\0" * 100)
    assert unpack(packed({"census.xlsx": book, "form.xml": b"<root/>"})).form == book


def test_an_xform_is_told_from_a_list_by_what_it_says() -> None:
    found = unpack(packed({"a.xml": b"<root><item/></root>", "b.xml": XFORM}))
    assert (found.form, set(found.files)) == (XFORM, {"a.xml"})


def test_what_systems_add_is_passed_over() -> None:
    parts = {"f.md": TABLE, "__MACOSX/._f.md": b"x", ".DS_Store": b"x", "media/Thumbs.db": b"x"}
    assert dict(unpack(packed(parts)).files) == {}


def test_a_name_is_one_name_however_its_accents_are_written() -> None:
    """A Mac writes letter and accent apart, and many programs write UTF-8 without saying so."""
    apart = packed({"f.md": TABLE, "mai\u0308s.png": png()})
    assert set(unpack(apart).files) == {"maïs.png"}
    unsaid = packed({"f.md": TABLE, "ma__s.png": png()}).replace(b"ma__s.png", "maïs.png".encode())
    assert set(unpack(unsaid).files) == {"maïs.png"}
    assert set(unpack(packed({"f.md": TABLE, "media\\a.png": png()})).files) == {"a.png"}


@pytest.mark.parametrize("path", ["../a.png", "media/../../a.png", "/etc/a.png", "..\\a.png", "C:\\a.png"])
def test_a_path_that_leads_out_is_refused(path: str) -> None:
    """S10: though nothing is ever written to a disk."""
    assert refusal(packed({"f.md": TABLE, path: png()})).startswith("The .zip holds a path that leads out")


def test_what_cannot_be_one_form_with_its_files_is_refused() -> None:
    assert refusal(packed({"a.png": png()})) == "There is no form in the .zip."
    assert refusal(packed({"a.md": TABLE, "b.xml": XFORM})) == (
        "There are several forms in the .zip: a.md, b.xml."
    )
    assert refusal(packed({"f.md": TABLE, "a/x.png": png(), "b/x.png": png(1)})) == (
        "The .zip holds two files “x.png”."
    )
    assert refusal(b"PK\x05\x06" + b"\0" * 4).startswith("The .zip cannot be read (BadZipFile)")
    locked = packed({"f.md": TABLE})
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = locked.index(mark) + at
        locked = locked[:place] + b"\x01" + locked[place + 1 :]
    assert refusal(locked) == "The .zip cannot be read (RuntimeError)."


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "600 files": (lambda: packed({"f.md": TABLE} | {f"{n}.csv": b"" for n in range(600)}), "holds 601 files"),
    "60,000 files": (lambda: packed({f"{n}": b"" for n in range(60_000)}), "holds 60,000 files"),
    "100 MB of nothing": (lambda: packed({"f.md": TABLE, "a.png": b" " * 100_000_000}), "larger than 60 MB"),
    "100 MB that say they are 1 kB": (lambda: forged(100_000_000, 1_000), "cannot be read (BadZipFile)"),
    "one file 400 times": (lambda: overlapping(400, 10_000_000), "larger than 60 MB"),
    "one file 400 times, said to be small": (
        lambda: overlapping(400, 10_000_000).replace(
            (10_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little")
        ),
        "cannot be read (BadZipFile)",
    ),
    "21 MB": (
        lambda: packed({"f.md": TABLE, "a.png": Random(1).randbytes(21_000_000)}),
        "at most 20,971,520 are read",
    ),
}
MEASURED = """
import json, resource, sys, time
from pathlib import Path
from dialogs.form import FormError
from dialogs.reading.package import is_package, unpack

data, cause = Path(sys.argv[1]).read_bytes(), ""
before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
try:
    assert is_package(data)
    unpack(data)
except FormError as error:
    cause = error.issues[0].cause
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
print(json.dumps([cause, time.monotonic() - began, grown]))
"""


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_goes_off(name: str, tmp_path: Path) -> None:
    """S10: entries and bytes are counted before anything is unpacked."""
    bomb = tmp_path / "bomb.zip"
    bomb.write_bytes(BOMBS[name][0]())
    command = [sys.executable, "-c", MEASURED, str(bomb)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    cause, seconds, grown = json.loads(told.stdout)
    assert BOMBS[name][1] in cause
    assert seconds < 10
    assert grown < package.MAX_UNPACKED
