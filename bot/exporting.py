"""Exporting, a deed: what was told in a form leaves as submissions, as ODK's tools take them, where she allows it.

What was set aside or withdrawn never leaves. Every testimony that leaves is a line of the journal.
"""

import asyncio
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.journal import Deed
from bot.people import Partner
from bot.ports import Store, Unit, Vault
from bot.submissions import Submission, may_leave, submission
from bot.words import Catalogs


@dataclass(frozen=True, slots=True)
class Exported:
    """How much left: submissions, files, files that are named and not here (not fetched yet, or gone); and how many
    texts stayed, as names are not hidden in them yet.
    """

    submissions: int
    files: int
    missing: int
    stayed: int


async def export(
    store: Store,
    vault: Vault,
    form: str,
    partner: Partner,
    since: datetime | None,
    folder: Path,
    now: datetime,
    catalogs: Catalogs,
) -> Exported:
    """Write each submission as `<instanceID>/submission.xml` into a new folder, its files beside it.

    FileExistsError where the folder is there; OSError where it cannot be written. The journal is written first.
    """
    await asyncio.to_thread(folder.mkdir, 0o700)
    leaving = await store.transact(lambda unit: submissions(unit, form, partner.id, since, now, catalogs))
    written = missing = 0
    for each in leaving:
        own = folder / each.id
        await asyncio.to_thread(own.mkdir, 0o700)
        await asyncio.to_thread(_write, own / "submission.xml", each.xml.encode())
        for name, (medium, respondent) in each.files.items():
            content = await vault.get(medium, respondent)
            if content is None:
                missing += 1
            else:
                await asyncio.to_thread(_write, own / name, content)
                written += 1
    return Exported(len(leaving), written, missing, sum(each.stayed for each in leaving))


def submissions(
    unit: Unit, form: str, partner: str, since: datetime | None, now: datetime, catalogs: Catalogs
) -> list[Submission]:
    """Everything of a form that may leave, oldest first, each with its line in the journal."""
    found = []
    for testimony in unit.testimonies.told(form, partner=partner, since=since):
        if may_leave(unit, testimony):
            found.append(submission(unit, testimony, catalogs))
            unit.journal.write(Deed(now, "operator", "exported", f"testimony:{testimony.id}"))
    return found


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
