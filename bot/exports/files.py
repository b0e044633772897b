"""Files of an export: for the owner of the account alone, and never over one that is there."""

import os
from pathlib import Path
from typing import BinaryIO


def opened(path: Path) -> BinaryIO:
    """A new file to write into (0600). FileExistsError where it is there; OSError."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def written(path: Path, content: bytes) -> None:
    """A new file with this in it."""
    with opened(path) as file:
        file.write(content)
