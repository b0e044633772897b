"""The file of /mydata: everything held about her as JSON, in words and row by row, for programs to read (S39)."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from bot.card import REASONS, lines, recordings
from bot.circumstances import Circumstances
from bot.people import Respondent
from bot.ports import Unit
from bot.speech import Document, Sentence
from bot.testimony import Decision, DecisionKind, Testimony
from dialogs import engine
from dialogs.form import Form

NAME = "voices-mydata.json"

FORMAT = "voices-mydata/1"
"""What the file says it is; another number once a program that reads it must know."""

LARGEST = 10 * 1024 * 1024
"""Bytes of the largest file; a table too large for it is left out, and named."""

NOTE = "kept back: what a reader noted for the team beside the reason"


def everything(unit: Unit, here: Circumstances, her: Respondent) -> tuple[Document, bool]:
    """The file, and whether it is whole.

    `told`: each testimony in her words and in canonical values, with what was agreed, asked and decided; `begun`: what
    is not sent yet; `held`: every table of the data inventory that holds something of hers.
    """
    held = unit.people.everything(her.id, besides=here.cause)
    _keep_notes_back(held)
    _leave_files_out(held)
    partner = unit.people.partner(her.partner)
    plain = {
        "format": FORMAT,
        "made_at": here.now.isoformat(),
        "language": here.language(her.language),
        "partner": {"name": partner.name, "contact": partner.contact},
        "told": [_told(unit, here, her, each, held) for each in unit.testimonies.of(her.id)],
        "begun": _begun(unit, here, her),
        "held": held,
        "left_out": {},
    }
    content = base64.b64encode(_fitting(plain)).decode()
    return Document(NAME, content), not plain["left_out"]


def _told(
    unit: Unit, here: Circumstances, her: Respondent, testimony: Testimony, held: Mapping[str, Any]
) -> dict[str, Any]:
    form = unit.forms.version(testimony.form, testimony.form_version)
    language = here.language(her.language)
    return {
        "receipt": testimony.receipt,
        "received_at": testimony.received_at.isoformat(),
        "state": str(testimony.state),
        "form": testimony.form,
        "form_version": testimony.form_version,
        "language": testimony.language,
        "country": testimony.country,
        "themes": list(testimony.themes),
        "sensitive": testimony.sensitive,
        "answers": _answers(form, testimony.answers, language),
        "recordings": recordings(form, testimony),
        "exchanges": [
            {"question": each.question, "answer": each.answer, "recordings": list(each.media)}
            for each in testimony.exchanges
        ],
        "consents": [
            {name: value for name, value in row.items() if name not in ("n", "testimony")}
            for row in held["consents"]["rows"]
            if row["testimony"] == testimony.id
        ],
        "photo_public": unit.pictures.of(testimony.id) is not None,
        "handed_on": unit.forwards.receivers(her.id, testimony.id),
        "decisions": [
            {
                "decided": str(each.kind),
                "at": each.at.isoformat(),
                "reason": _reason(here, testimony, each, language),
            }
            for each in unit.testimonies.decisions(testimony.id)
        ],
    }


def _begun(unit: Unit, here: Circumstances, her: Respondent) -> dict[str, Any] | None:
    """What was told so far in an open conversation."""
    kept = unit.sessions.of(her.id)
    if kept is None:
        return None
    form = unit.forms.version(kept.session.form, kept.session.version)
    answers = engine.answers(form, kept.session, here.now)
    return {
        "form": kept.session.form,
        "form_version": kept.session.version,
        "begun_at": kept.begun_at.isoformat(),
        "answers": _answers(form, answers, here.language(her.language)),
    }


def _answers(form: Form, answers: Mapping[str, str], language: str) -> list[dict[str, str]]:
    """Every answer: its canonical value, and for those that were asked the question and the answer in words."""
    worded = {line.ref: line for line in lines(form, answers, language)}
    return [
        {"name": ref, "value": value}
        | ({"question": line.label, "answer": line.words} if (line := worded.get(ref)) else {})
        for ref, value in answers.items()
    ]


def _reason(here: Circumstances, testimony: Testimony, decision: Decision, language: str) -> str:
    """Why, as she is told it."""
    if decision.kind is not DecisionKind.SET_ASIDE:
        return decision.reason
    told = REASONS.get(_category(decision.reason))
    return here.say(Sentence(told, {"receipt": testimony.receipt}), language) if told else ""


def _category(reason: str) -> str:
    """The reason without what a reader noted beside it."""
    return reason.partition(":")[0]


def _keep_notes_back(held: Mapping[str, Any]) -> None:
    """Why something was set aside is told; what a reader noted for the team beside it is theirs."""
    held["decisions"]["columns"]["reason"]["kept_back"] = NOTE
    for row in held["decisions"]["rows"]:
        if row["kind"] == DecisionKind.SET_ASIDE and row["reason"]:
            row["reason"] = _category(row["reason"])


def _leave_files_out(held: Mapping[str, Any]) -> None:
    """A file like this one that still waits to be sent is not told in this one."""
    for row in held["outbox"]["rows"]:
        if isinstance(row["message"], dict):
            for part in row["message"].get("parts", ()):
                if part.get("is") == Document.__name__:
                    part.pop("content", None)


def _fitting(plain: dict[str, Any]) -> bytes:
    """As JSON; where it is too large without the rows of the largest tables, which are counted as left out."""
    while len(packed := _packed(plain)) > LARGEST:
        rows = {name: table["rows"] for name, table in plain["held"].items() if table["rows"]}
        if not rows:
            break
        largest = max(rows, key=lambda name: len(_packed(rows[name])))
        plain["left_out"][largest] = len(rows[largest])
        plain["held"][largest]["rows"] = []
    return packed


def _packed(plain: Any) -> bytes:
    return json.dumps(plain, ensure_ascii=False, indent=1).encode("utf-8", "replace")
