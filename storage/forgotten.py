"""The list of who left, beside the data and copied apart from it: keyed marks and days, nothing of anyone (S40).

A backup cannot know who leaves after it was made, nor what is withdrawn or no longer allowed; this list does. It only
ever grows.
"""

import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

_LINE = re.compile(r"([\w-]{43}) (\d{4}-\d\d-\d\d)")


class NoList(Exception):
    """A file is not a list of who left: one sentence that says so."""


def read(path: Path) -> dict[str, datetime]:
    """The marks, and the day of each; none where there is no file. A line that was cut short is passed over.

    NoList where nothing in the file is a mark, or it cannot be read.
    """
    try:
        lines = path.read_text("ascii").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise NoList(f"{path} cannot be read ({type(error).__name__}): name the list of who left") from error
    found = [line for each in lines if (line := _LINE.fullmatch(each))]
    if lines and not found:
        raise NoList(f"{path} is not a list of who left: name the file `forgotten`, or another copy of it")
    return {
        mark: datetime.fromisoformat(day).replace(tzinfo=UTC)
        for mark, day in (each.groups() for each in found)
    }


def add(path: Path, marks: Mapping[str, datetime]) -> int:
    """Add the marks that are not in the list yet; they are on the disk when this returns. How many."""
    new = {mark: at for mark, at in marks.items() if mark not in read(path)}
    if new:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "a+") as file:
            text = "".join(
                f"{mark} {at:%Y-%m-%d}\n" for mark, at in sorted(new.items(), key=lambda each: each[1])
            )
            # A line that was cut short when the power went must not swallow the next.
            file.write(text if _ends_a_line(path) else f"\n{text}")
            file.flush()
            os.fsync(file.fileno())
    return len(new)


def _ends_a_line(path: Path) -> bool:
    content = path.read_bytes()
    return not content or content.endswith(b"\n")
