"""Exporting, a deed: what was told in a form leaves as submissions, as ODK's tools take them, where she allows it.

A testimony leaves where its latest word on the purpose `share` is yes; what is sensitive never does, nor what was set
aside or withdrawn. Her own words leave as their redacted copy alone; a text without one stays (S32, S36). Every
testimony that leaves is a line of the journal.
"""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from bot.card import redacted
from bot.journal import Deed
from bot.people import Partner
from bot.ports import Store, Unit, Vault
from bot.redaction import once, texts
from bot.testimony import Testimony
from bot.words import Catalogs
from dialogs import engine
from dialogs.form import Kind
from dialogs.plan import generic

RECORDED = {Kind.AUDIO: ".oga", Kind.IMAGE: ".jpg", Kind.VIDEO: ".mp4", Kind.FILE: ".bin"}
"""Questions answered by a file, and how the file's name ends where its type says nothing else."""
_ENDINGS = {
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "image/png": ".png",
    "video/quicktime": ".mov",
    "application/pdf": ".pdf",
}


@dataclass(frozen=True, slots=True)
class Submission:
    """A testimony on its way out: its instanceID, its XML, and its files by name: recording and whose it is; how many
    texts stayed.
    """

    id: str
    xml: str
    files: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    stayed: int = 0


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
            found.append(_submission(unit, testimony, redacted(unit, catalogs, testimony)))
            unit.journal.write(Deed(now, "operator", "exported", f"testimony:{testimony.id}"))
    return found


def may_leave(unit: Unit, testimony: Testimony) -> bool:
    """Whether she allows now that partners read it (S31), and nobody but focal points need not (S34)."""
    allowed = {each.purpose for each in unit.testimonies.consents(testimony.id) if each.granted}
    return "share" in allowed and not testimony.sensitive


def instance_id(testimony: Testimony) -> str:
    """The same at every export, so that who has it already knows it; it says nothing of our own id."""
    return f"uuid:{uuid5(NAMESPACE_OID, testimony.id)}"


def _submission(unit: Unit, testimony: Testimony, copy: Mapping[str, str]) -> Submission:
    form = unit.forms.version(testimony.form, testimony.form_version)
    own = texts(form, testimony)
    answers = {
        ref: copy.get(ref, value)
        for ref, value in once(form, testimony.answers).items()
        if ref not in own or ref in copy
    }
    kinds = {question.ref: question.kind for question in form.questions() if question.kind in RECORDED}
    names: dict[str, str] = {}
    for ref, value in testimony.answers.items():
        if (kind := kinds.get(generic(ref))) is not None:
            for medium in value.split():
                names[medium] = _name(unit, medium, generic(ref).rpartition("/")[2], kind, len(names))
    xml = engine.submission(
        form,
        answers,
        testimony.language,
        testimony.received_at,
        id=instance_id(testimony),
        files=names,
    )
    files = {name: (medium, testimony.respondent) for medium, name in names.items()}
    stayed = sum(ref not in copy for ref in own if ref in testimony.answers)
    return Submission(instance_id(testimony), xml, files, stayed)


def _name(unit: Unit, medium: str, question: str, kind: Kind, before: int) -> str:
    """A file's name: its question, its number among the files of the testimony, its type."""
    kept = unit.media.get(medium)
    ending = _ENDINGS.get(kept.mime, RECORDED[kind]) if kept else RECORDED[kind]
    return f"{question}-{before + 1}{ending}"


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
