"""What `voices form`, `voices play` and `voices words` do: for authors and translators at a shell."""

import argparse
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog

from bot import arriving, authoring, translating, wiring
from bot.circumstances import Circumstances
from bot.journal import Deed
from bot.people import Partner
from bot.ports import Edition, NotYours, Unit
from bot.words import Catalogs
from dialogs.form import Form
from dialogs.reading import po
from dialogs.shown import file_name
from dialogs.transcript import Playing, TranscriptError, differences, parse, play, rehearse


class Refused(Exception):
    """What was asked cannot be done: one sentence, or a list of what is wrong."""


# -- forms ------------------------------------------------------------------------------------------------------------


def check(asked: argparse.Namespace) -> None:
    """Read a form; everything wrong with it, or how it is asked."""
    form = form_of(asked.form)
    spoken = [asked.language] if asked.language else list(form.languages)
    for language in spoken:
        sys.stdout.write(f"{rehearse(form, language)}\n")
    sys.stdout.write(f"“{form.title or form.name}”, version {form.version or '—'}, can be asked.\n")


def form_of(named: str) -> Form:
    """The form in a file, or the built-in one of this name; Refused with everything that is wrong with it."""
    return read(named)[0]


def read(named: str) -> tuple[Form, Mapping[str, bytes]]:
    """As `form_of`, with what the form shows, by digest.

    Beside a file may lie the folder ODK and KoboToolbox make: of census.xlsx, census-media. Or the file is a .zip.
    """
    path = Path(named)
    if path.is_file():
        folder = path.with_name(f"{path.stem}-media")
        beside = sorted(folder.iterdir()) if folder.is_dir() else []
        reading = authoring.read(
            _bytes(path), {file_name(each.name): _bytes(each) for each in beside if each.is_file()}
        )
        advice = "\n".join(f"better: {issue}" for issue in reading.issues)
        if reading.form is None:
            raise Refused("\n".join(map(str, reading.issues)))
        if advice:
            sys.stderr.write(f"{advice}\n")
        return reading.form, reading.contents
    built_in = {form.name: form for form in wiring.builtin_forms()}
    if named not in built_in:
        raise Refused(f"{named} is no file, and no built-in form: {', '.join(built_in)}.")
    return built_in[named], {}


def publish(unit: Unit, partner: Partner, form: Form, contents: Mapping[str, bytes]) -> bool:
    """Publish a form of a partner's from the shell; False where this version was current already. Refused."""
    try:
        unit.forms.keep(form, partner.id, _now(), contents)
    except NotYours:
        raise Refused(f"“{form.name}” is the name of another form: choose another form_id.") from None
    changed = unit.forms.publish(form, _now())
    if changed:
        unit.journal.write(Deed(_now(), "operator", "published", f"form:{authoring.code_of(form)}"))
    return changed


def withdraw(unit: Unit, partner: Partner, name: str) -> None:
    """End a form of a partner's; whoever is answering it is told."""
    edition = next((each for each in unit.forms.editions(partner.id) if each.name == name), None)
    if edition is None:
        raise Refused(f"{partner.name} has no form {name}: voices form list.")
    unit.forms.withdraw(name, _now())
    unit.journal.write(Deed(_now(), "operator", "withdrew", f"form:{authoring.code_of(edition)}"))
    arriving.end_all(unit, Circumstances(f"operator:withdraw:{name}:{_now()}", _now(), Catalogs.read()), name)


def line_of(partner: Partner, edition: Edition) -> str:
    """One version of a form, for the list."""
    state = "published" if edition.current else "draft" if not edition.published else "replaced"
    return f"{partner.name}  {edition.name}  {edition.version}  {'withdrawn' if edition.withdrawn else state}"


# -- conversations ----------------------------------------------------------------------------------------------------


def play_here(asked: argparse.Namespace) -> None:
    """A conversation in the terminal: what is written is said; what stands in brackets is a button."""
    form = form_of(asked.form)
    playing = Playing.begin(form, asked.language or form.default_language)
    sys.stdout.write("Write your answer, [a button] or (skip) (back) (stop) … ; Ctrl-D ends.\n\n")
    answered = playing.written[2:]  # after the first line and her /start
    while True:
        sys.stdout.write("\n".join([*answered, "> "] if not playing.over else [*answered, ""]))
        sys.stdout.flush()
        line = "" if playing.over else sys.stdin.readline()
        if not line:
            return
        before = len(playing.written)
        try:
            playing.hear(1, line.strip())
            answered = playing.written[before + 2 :]  # after a blank line and hers
        except TranscriptError as error:
            answered = [error.reason]


def replay(asked: argparse.Namespace) -> None:
    """Play written conversations: what they say differently now is shown, or written down (`--update`)."""
    form = form_of(asked.form)
    changed = 0
    for path in map(Path, asked.transcripts):
        try:
            text = path.read_text("utf-8")
            difference = differences(form, text)
            if difference and asked.update:
                path.write_text(play(form, parse(text)).text, "utf-8")
        except (OSError, TranscriptError) as error:
            raise Refused(f"{path}: {error}") from error
        if difference:
            changed += 1
            sys.stdout.write(f"{path}\n{difference}\n")
    if changed and not asked.update:
        raise Refused(f"{changed} of {len(asked.transcripts)} go otherwise: read them, then --update.")


# -- words ------------------------------------------------------------------------------------------------------------


def words(asked: argparse.Namespace) -> None:
    """Bring every catalog to what English says; a table of how far each language is. Refused where one has faults."""
    faults = []
    sys.stdout.write(f"{'':<12}" + "".join(f"{audience:>12}" for audience in translating.AUDIENCES) + "\n")
    row: list[str] = []
    for each in translating.renew():
        done = each.entries - len(each.missing)
        row.append(f"{done}/{each.entries}")
        faults += [f"{each.language.english}, {each.audience}: {fault}" for fault in each.faults]
        if each.audience == translating.AUDIENCES[-1]:
            sys.stdout.write(f"{each.language.english:<12}" + "".join(f"{cell:>12}" for cell in row) + "\n")
            row = []
    if faults:
        raise Refused("\n".join(faults))


def words_out(asked: argparse.Namespace) -> None:
    """A form's texts as a PO catalog for one language, on standard output."""
    from dialogs.reading.xlsform import read_sheets

    path = Path(asked.form)
    sheets = read_sheets(_bytes(path), path.suffix)
    source = Catalog(header_comment=f"# The form {path.stem}, in English.")
    kept = {sheet: sheets[sheet] for sheet in ("survey", "choices")}
    po.gather(source, kept, form=path.stem, language=_language(sheets))
    sys.stdout.write(po.written(po.renewed(Catalog(), source, _known(asked.language))).decode())


def words_back(asked: argparse.Namespace) -> None:
    """A translated catalog back into a workbook, as columns beside those it has. Refused where it has faults."""
    from dialogs.reading.columns import add_columns
    from dialogs.reading.xlsform import read_sheets

    path = Path(asked.form)
    data = _bytes(path)
    catalog = po.read(Path(asked.catalog))
    faults = po.faults(catalog)
    if faults:
        raise Refused("\n".join(faults))
    code = _known(str(catalog.locale or asked.language or ""))
    translation = po.Translation(
        code, f"{Locale.parse(code, sep='-').english_name} ({code})", po.words_of(catalog)
    )
    language = _language(read_sheets(data, path.suffix))
    Path(asked.output or asked.form).write_bytes(add_columns(data, [translation], language=language))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from error


def _known(code: str) -> str:
    try:
        Locale.parse(code.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        raise Refused(f"“{code}” is no language code, as “sw” or “pt-BR” is.") from None
    return code.replace("_", "-")


def _language(sheets: dict[str, Any]) -> str:
    """The code of a workbook's own language."""
    from dialogs.reading.itext import language_code

    settings: dict[str, str] = next(iter(sheets["settings"]), {})
    return language_code(settings.get("default_language", "")) or "en"


def _now() -> datetime:
    return datetime.now(UTC)
