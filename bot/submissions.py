"""Submissions: a testimony as ODK's tools take it, and whether it may leave.

It leaves where its latest word on the purpose `share` is yes; what is sensitive never does, nor what was set aside or
withdrawn. Her own words leave as their redacted copy alone; a text without one stays (S31, S32, S36).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot import pixels
from bot.card import redacted
from bot.forward import instance_id
from bot.ports import Unit
from bot.redaction import Key, once, texts
from bot.testimony import State, Testimony
from bot.words import Catalogs
from dialogs import engine
from dialogs.form import Form, Kind
from dialogs.plan import generic

RECORDED = {Kind.AUDIO: ".oga", Kind.IMAGE: pixels.ENDING, Kind.VIDEO: ".mp4", Kind.FILE: ".bin"}
"""Questions answered by a file, and how the file's name ends where its type says nothing else."""
_ENDINGS = {
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "video/quicktime": ".mov",
    "application/pdf": ".pdf",
}


@dataclass(frozen=True, slots=True)
class Submission:
    """A testimony on its way out: its instanceID, its XML, and its files by name: recording and whose it is; how many
    texts stayed, and a digest of those that leave.
    """

    id: str
    xml: str
    files: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    stayed: int = 0
    words: str = ""


def may_leave(unit: Unit, testimony: Testimony) -> bool:
    """Whether she allows now that partners read it (S31), it was neither set aside nor withdrawn, and nobody but focal
    points need not (S34).
    """
    if testimony.sensitive or testimony.state in (State.SET_ASIDE, State.WITHDRAWN):
        return False
    return any(each.purpose == "share" and each.granted for each in unit.testimonies.consents(testimony.id))


def answers_of(form: Form, testimony: Testimony, copy: Mapping[Key, str]) -> dict[str, str]:
    """The answers that may leave: of her own words the redacted copy."""
    own = texts(form, testimony)
    return {
        ref: copy.get(ref, value)
        for ref, value in once(form, testimony.answers).items()
        if ref not in own or ref in copy
    }


def stayed(form: Form, testimony: Testimony, copy: Mapping[Key, str]) -> int:
    """How many of her own texts stay: names are not hidden in them yet."""
    return sum(ref not in copy for ref in texts(form, testimony) if ref in testimony.answers)


def submission(unit: Unit, testimony: Testimony, catalogs: Catalogs, known_as: str = "") -> Submission:
    """A testimony as it may leave now. `known_as`: the form's id where it goes to, "" where it is ours."""
    form = unit.forms.version(testimony.form, testimony.form_version)
    copy = redacted(unit, catalogs, testimony)
    kinds = {question.ref: question.kind for question in form.questions() if question.kind in RECORDED}
    names: dict[str, str] = {}
    for ref, value in testimony.answers.items():
        if (kind := kinds.get(generic(ref))) is not None:
            for medium in value.split():
                names[medium] = _name(unit, medium, generic(ref).rpartition("/")[2], kind, len(names))
    xml = engine.submission(
        form,
        answers_of(form, testimony, copy),
        testimony.language,
        testimony.received_at,
        id=instance_id(testimony.id),
        files=names,
        known_as=known_as,
    )
    told = {name: medium for medium, name in names.items() if f">{name}<" in xml}  # none that is not relevant
    files = {name: (medium, testimony.respondent) for name, medium in told.items()}
    return Submission(instance_id(testimony.id), xml, files, stayed(form, testimony, copy), _digest(copy))


def _name(unit: Unit, medium: str, question: str, kind: Kind, before: int) -> str:
    """A file's name: its question, its number among the files of the testimony, its type as its sender gave it; a photo
    leaves as a JPEG.
    """
    kept = unit.media.get(medium) if kind is not Kind.IMAGE else None
    ending = _ENDINGS.get(kept.mime, RECORDED[kind]) if kept else RECORDED[kind]
    return f"{question}-{before + 1}{ending}"


def _digest(copy: Mapping[Key, str]) -> str:
    return hashlib.sha256(json.dumps(sorted(copy.items())).encode()).hexdigest()
