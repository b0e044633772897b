"""What a zip file would unpack to, counted before anything is unpacked (assurance S10)."""

import zlib
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from dialogs.form import FormError, Issue
from dialogs.told import Told, told

MAX_PACKED = 5 * 1024 * 1024
MAX_UNPACKED = 20 * 1024 * 1024
MAX_ENTRIES = 200
MAX_RATIO = 100
_CHUNK = 64 * 1024


def refuse_bombs(data: bytes) -> None:
    """Raise FormError where a workbook is no zip file, or larger than the limits when unpacked.

    Sizes declared in the archive are not believed: every entry is unpacked piece by piece, and thrown away.
    """
    refuse_large(data)
    try:
        with ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise _refused(
                    told(
                        "The file holds {count} parts; at most {most} are read.",
                        count=len(entries),
                        most=MAX_ENTRIES,
                    )
                )
            if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
                raise _refused(told("The file is too large when unpacked."))
            total = 0
            for entry in entries:
                if entry.filename.lower().endswith("vbaproject.bin"):
                    raise _refused(told("The workbook holds macros."))
                with archive.open(entry) as part:
                    while piece := part.read(_CHUNK):
                        total += len(piece)
                        if total > MAX_UNPACKED or total > max(len(data), _CHUNK) * MAX_RATIO:
                            raise _refused(told("The file is too large when unpacked."))
    except (
        BadZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        zlib.error,
    ) as error:
        raise _refused(told("This is not a workbook ({error}).", error=type(error).__name__)) from error


def refuse_large(data: bytes) -> None:
    """Raise FormError where a file of any kind is larger than a form needs."""
    if len(data) > MAX_PACKED:
        raise _refused(
            told("The file has {count} bytes; at most {most} are read.", count=len(data), most=MAX_PACKED)
        )


def _refused(cause: Told) -> FormError:
    remedy = told("Save the workbook as .xlsx, without macros, and send it again.")
    return FormError(Issue(None, "", cause, remedy))
