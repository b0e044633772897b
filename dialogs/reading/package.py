"""A .zip with a form and the files beside it: counted before it is unpacked, in memory and never to a disk."""

import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from unicodedata import normalize
from zipfile import BadZipFile, ZipFile, ZipInfo

from dialogs.form import FormError, Issue
from dialogs.told import Told, told

MAX_PACKED = 20 * 1024 * 1024
"""Bytes of the .zip: more is not handed to a bot (Bot API getFile)."""
MAX_UNPACKED = 60 * 1024 * 1024
MAX_FILES = 500

_LISTED = b"PK\x01\x02"
_MOST_LISTED = 10 * MAX_FILES
"""Entries up to which a .zip's list is read at all; a workbook inside that is stored as it is has a list of its own."""
_WORKBOOK = "[Content_Types].xml"
_XFORMS = b"http://www.w3.org/2002/xforms"
_HEAD = 4096
_CHUNK = 64 * 1024
_UTF_8 = 0x800
_BY_THE_WAY = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})
"""What systems put into a .zip without being asked, beside names that begin with a dot."""
_BROKEN = (BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error)


@dataclass(frozen=True, slots=True)
class Package:
    """A form, and the files beside it by name, without the folders they lay in."""

    form: bytes
    files: Mapping[str, bytes]


def is_package(data: bytes) -> bool:
    """Whether this is a .zip and no workbook (which is one too)."""
    if data.count(_LISTED) > _MOST_LISTED:
        return True
    try:
        with ZipFile(BytesIO(data)) as archive:
            return _WORKBOOK not in archive.namelist()
    except _BROKEN:
        return False


def unpack(data: bytes) -> Package:
    """The one form in a .zip and the files that go with it, in whatever folders they lie.

    Files and bytes are counted before anything is unpacked. Raises FormError, also for paths that lead out of the
    archive and for a file that is larger than it says.
    """
    if len(data) > MAX_PACKED:
        raise _refused(
            told("The file has {count} bytes; at most {most} are read.", count=len(data), most=MAX_PACKED)
        )
    if data.count(_LISTED) > _MOST_LISTED:
        raise _refused(_too_many(data.count(_LISTED)))
    try:
        with ZipFile(BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            names = [_path_of(entry) for entry in entries]
            if len(entries) > MAX_FILES:
                raise _refused(_too_many(len(entries)))
            if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
                raise _refused(_TOO_LARGE)
            return _sorted(_contents(archive, entries, names))
    except _BROKEN as error:
        cause = told("The .zip cannot be read ({error}).", error=type(error).__name__)
        raise _refused(cause) from error


def _contents(
    archive: ZipFile, entries: Iterable[ZipInfo], paths: Iterable[PurePosixPath]
) -> dict[str, bytes]:
    """Every file that is meant, by its name alone.

    Read piece by piece, an entry gives no more than the size it declares, however much is packed into it.
    """
    found: dict[str, bytes] = {}
    for entry, path in zip(entries, paths, strict=True):
        if any(part in _BY_THE_WAY or part.startswith(".") for part in path.parts):
            continue
        if path.name in found:
            raise _refused(told("The .zip holds two files “{file}”.", file=path.name))
        content = bytearray()
        with archive.open(entry) as part:
            while piece := part.read(_CHUNK):
                content += piece
        found[path.name] = bytes(content)
    return found


def _path_of(entry: ZipInfo) -> PurePosixPath:
    written = entry.filename
    if not entry.flag_bits & _UTF_8:  # many write UTF-8 and do not say so
        with suppress(UnicodeError):
            written = written.encode("cp437").decode("utf-8")
    path = PurePosixPath(normalize("NFC", written.replace("\\", "/")))
    if path.is_absolute() or ".." in path.parts or ":" in written:
        raise _refused(told("The .zip holds a path that leads out of it: “{path}”.", path=written))
    return path


def _sorted(found: dict[str, bytes]) -> Package:
    """Which of the files is the form."""
    forms = sorted(name for name, content in found.items() if _is_form(name, content))
    if not forms:
        raise _refused(told("There is no form in the .zip."))
    if len(forms) > 1:
        raise _refused(told("There are several forms in the .zip: {files}.", files=", ".join(forms)))
    return Package(found[forms[0]], {name: data for name, data in found.items() if name != forms[0]})


def _is_form(name: str, content: bytes) -> bool:
    kind = PurePosixPath(name).suffix.lower()
    return kind in {".xlsx", ".xlsm", ".xls", ".md"} or (kind == ".xml" and _XFORMS in content[:_HEAD])


def _too_many(count: int) -> Told:
    return told("The .zip holds {count} files; at most {most} are read.", count=count, most=MAX_FILES)


_TOO_LARGE = told("The .zip is larger than {most} MB when unpacked.", most=MAX_UNPACKED // 1024 // 1024)


def _refused(cause: Told) -> FormError:
    remedy = told("Put one form into the .zip, and beside it the files it names.")
    return FormError(Issue(None, "", cause, remedy))
