"""What `voices backup`, `voices restore` and `voices identity` do for an operator."""

import argparse
import re
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bot import wiring
from bot.config import Settings
from bot.workshop import Refused
from storage import archive, backup, forgotten
from storage.sealing import Keys

NAME = "voices-{:%Y%m%dT%H%M%SZ}.age"
PATTERN = "voices-*.age"
LIST = "forgotten"
"""The name of the list of who left, where it lies beside backups."""


def make(settings: Settings, asked: argparse.Namespace) -> str:
    """Write a backup and bring the list of who left beside it; then drop the oldest where a number is to be kept."""
    keys = [*asked.keys, *re.split(r"[\s,]+", settings.backup_key or "")]
    keys = [key for key in keys if key]
    if not keys:
        raise Refused(
            "For which key? Say --for age1… or set VOICES_BACKUP_KEY; voices identity makes a pair."
        )
    now = datetime.now(UTC)
    path = Path(asked.to)
    if path.suffix != ".age":
        path /= NAME.format(now)
    if path.resolve().is_relative_to(settings.data_dir.resolve()):
        raise Refused(f"{path.parent} lies in the data folder and would be lost with it: choose another.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        backup.sweep(path.parent, PATTERN + archive.PART)
        made = backup.write(
            path,
            settings.database,
            settings.recordings,
            settings.data_dir,
            keys=keys,
            version=version("voices"),
            now=now,
        )
        left = backup.buried(settings.database) | forgotten.read(settings.forgotten)
        forgotten.add(path.parent / LIST, left)
    except (archive.ArchiveFault, forgotten.NoList) as fault:
        raise Refused(f"{fault}.") from fault
    except OSError as fault:
        raise Refused(
            f"{path.parent} cannot be written to ({fault.strerror}): choose another folder."
        ) from fault
    _drop_oldest(path, asked.keep)
    return f"{path}: {_what(made)}. The keys are not in it: keep {settings.key_file} safe, elsewhere."


def restore(settings: Settings, asked: argparse.Namespace) -> str:
    """Put a backup into an empty installation; who left since, as far as a list knows, leaves again."""
    path, identity = Path(asked.file), Path(asked.identity)
    keys = Keys.read(settings.key_file)
    wiring.make_room(settings.data_dir)
    try:
        left = forgotten.read(settings.forgotten) | forgotten.read(path.parent / LIST)
        for each in map(Path, asked.forgotten):
            if not each.exists():
                raise Refused(f"{each} is not there: name the list of who left.")
            left |= forgotten.read(each)
        made = backup.restore(
            path,
            settings.database,
            keys,
            settings.recordings,
            settings.data_dir,
            identity=identity,
            left=left,
        )
    except (archive.ArchiveFault, forgotten.NoList) as fault:
        raise Refused(f"{fault}.") from fault
    return f"Restored, as it was on {made.made_at[:16].replace('T', ' ')} UTC: {_what(made)}."


def identity(asked: argparse.Namespace) -> str:
    """Make a pair of keys for backups."""
    try:
        public = archive.make_identity(Path(asked.file))
    except archive.ArchiveFault as fault:
        raise Refused(f"{fault}.") from fault
    return (
        f"{public}\n"
        f"This is the public key: backups are made for it (VOICES_BACKUP_KEY). The private key is in {asked.file} and "
        "opens them: keep it away from this server, in two places."
    )


def _what(made: backup.Manifest) -> str:
    people, voices = made.rows["respondents"], made.rows["testimonies"]
    return f"{people} people, {voices} testimonies, {made.recordings} recordings"


def _drop_oldest(path: Path, keep: int | None) -> None:
    """Only once the new one is safe; a name of our form begins with its time."""
    if keep:
        for old in sorted(path.parent.glob(PATTERN))[:-keep]:
            if old != path:
                old.unlink()
