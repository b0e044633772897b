"""What is taken out for a partner, and what comes in: exports, earlier posts, the table of change, reports."""

import argparse
import asyncio
import csv
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from bot import changing, compiling, elsewhere, exporting, importing, reclaiming, wiring
from bot.change import Direction, Tally
from bot.chapters import Writer
from bot.clock import SystemClock
from bot.config import Settings
from bot.elsewhere import Post
from bot.exports import cells
from bot.exports.record import XFORM, Export
from bot.journal import Deed
from bot.operating.doing import Command, by_operator, in_store, moment, text_of, which, with_store
from bot.people import Partner
from bot.ports import Store, Unit
from bot.report import Ledger, Period
from bot.words import Catalogs
from bot.workshop import Refused
from dialogs.form import FormError
from dialogs.reading import guarded, sheets


def _export(settings: Settings, asked: argparse.Namespace) -> None:
    folder = Path(asked.folder)

    def whose(unit: Unit) -> Partner:
        partner = which(unit, asked.partner)
        own = {each.name for each in unit.forms.editions(partner.id)}
        if asked.form not in own and asked.form not in {form.name for form in wiring.builtin_forms()}:
            raise LookupError(f"{partner.name} has no form {asked.form}: voices form list.")
        return partner

    async def leave() -> exporting.Exported:
        async with wiring.opened_with_recordings(settings, SystemClock()) as (store, vault):
            partner = await store.transact(whose)
            words = Catalogs.read()
            return await exporting.export(
                store, vault, asked.form, partner, asked.since, folder, moment(), words, asked.kind
            )

    try:
        done = asyncio.run(leave())
    except LookupError as fault:
        raise Refused(str(fault)) from fault
    except FileExistsError as fault:
        raise Refused(f"{folder} is there already: name a new folder.") from fault
    except OSError as fault:
        also = f" Destroy what is in {folder}: it is broken off." if folder.exists() else ""
        raise Refused(f"{folder} cannot be written ({fault.strerror}): name another folder.{also}") from fault
    files = f" and {done.files} files of theirs" if asked.kind == XFORM else ""
    print(f"{done.voices} voices{files} are in {folder}. Destroy every copy by {done.until:%Y-%m-%d}.")
    if not done.voices and in_store(settings, lambda unit: len(unit.people.partners()) == 1):
        print("Nobody is asked whether a voice may be shared: there is one partner (docs/operators.md).")
    if done.stayed:
        print(f"{done.stayed} texts stayed here: names are not hidden in them yet (docs/moderators.md).")
    if done.missing:
        print(f"{done.missing} files are named there and not here: not fetched yet, or gone.")
    if done.unclean:
        print(
            f"{done.unclean} files stayed here: what is hidden in them cannot be taken out (docs/operators.md)."
        )


def _import(settings: Settings, asked: argparse.Namespace) -> None:
    by, rows = _rows_of(asked.file, text_of(asked.columns))

    def read(unit: Unit) -> tuple[Partner, list[Post]]:
        partner = which(unit, asked.partner)
        return partner, elsewhere.posts(rows, by, importing.known(unit, by_operator("import"), partner))

    async def bring(store: Store) -> str:
        partner, posts = await store.transact(read)
        here = by_operator(f"import:{moment().isoformat()}")
        if asked.erase:
            count = await importing.erase(store, here, partner, posts)
            return f"{count} people and all that came in of theirs are erased, and come in no more."
        done = await importing.bring_in(store, here, partner, by, posts, dry=asked.dry_run)
        return importing.told(done, partner, dry=asked.dry_run)

    print(with_store(settings, bring))


def _rows_of(file: str, mapping: str) -> tuple[elsewhere.Reader, Sequence[Sequence[str]]]:
    """How the file is to be read, and the rows of its sheet."""
    path = Path(file)
    kind = path.suffix.lower()
    if kind not in sheets.KINDS:
        raise Refused(f"{file} is no table: give one of these kinds of files: {', '.join(sheets.KINDS)}.")
    try:
        by = elsewhere.reader(mapping)
        found = elsewhere.sheet_of(guarded.read_sheets(path.read_bytes(), kind=kind), by)
    except OSError as fault:
        raise Refused(f"{file} cannot be read ({fault.strerror}).") from fault
    except (elsewhere.Unusable, FormError) as fault:
        raise Refused(str(fault)) from fault
    if len(found) >= sheets.MAX_ROWS:
        raise Refused(f"{file} has {sheets.MAX_ROWS} rows or more: bring them in as several files.")
    return by, found


def _exports(settings: Settings, _: argparse.Namespace) -> None:
    def read(unit: Unit) -> list[str]:
        return [
            f"{partner.name}  {each.form}  {each.kind}  {each.count} voices, by the {each.actor}"
            f"  made {each.made_at:%Y-%m-%d}  {_to_do(unit, each)}"
            for partner in unit.people.partners()
            for each in unit.exports.of(partner.id)
        ]

    print("\n".join(in_store(settings, read)) or "Nothing is out: voices export.")


def _to_do(unit: Unit, export: Export) -> str:
    """What is to be done about files that were taken out."""
    until = f"{export.expires_at:%Y-%m-%d}"
    if export.expires_at <= moment():
        return f"✗ must be destroyed since {until}: see that it is"
    if back := reclaiming.taken_back(unit, export):
        return f"✗ {back} of them may be shared no more: see that every copy is destroyed now"
    return f"destroy by {until}"


def _change(settings: Settings, asked: argparse.Namespace) -> None:
    until = asked.until + timedelta(days=1)
    if until <= asked.since:
        raise Refused("The last day (--to) lies before the first (--from).")

    def begin(unit: Unit) -> tuple[str, changing.Names]:
        partner = which(unit, asked.partner).id
        unit.journal.write(Deed(moment(), "operator", "counted change", f"partner:{partner}"))
        return partner, changing.names(unit)

    async def count(store: Store) -> tuple[Tally, changing.Names]:
        partner, names = await store.transact(begin)
        return await changing.counted(store, partner, asked.since, until, every=asked.every), names

    tally, names = with_store(settings, count)
    rows = tally.told(asked.least)
    table = [["theme", "region", *Direction]]
    for row in rows:
        counts = [f"under {asked.least}" if each is None else str(each) for each in row.counts]
        table.append([row.theme or "(on the whole)", names.regions.get(row.region, "elsewhere"), *counts])
    if asked.csv:
        try:
            with Path(asked.csv).open("x", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([[cells.guarded(each) for each in row] for row in table])
        except OSError as fault:
            raise Refused(f"{asked.csv} cannot be written ({fault.strerror}): name a new file.") from fault
        print(f"{len(rows)} rows are in {asked.csv}.")
    else:
        print("\n".join("  ".join(line) for line in table))
    left = len(tally.rows()) - len(rows)
    if left:
        print(f"{left} rows are left out: fewer than {asked.least} people said each of what is in them.")


def _report(settings: Settings, asked: argparse.Namespace) -> None:
    from bot.paper import folder  # Word takes a while to import, and only the report needs it

    catalogs = Catalogs.read()
    if asked.language not in {each.code for each in catalogs.ready}:
        codes = ", ".join(each.code for each in catalogs.ready)
        raise Refused(f"There is no report in {asked.language} yet: take one of {codes}.")

    months = f"{asked.since:%Y-%m}-{asked.until:%Y-%m}"
    where = Path(asked.output or f"report-{months}-{asked.language}")
    if where.exists():
        raise Refused(f"{where} is there already: name a new folder.")

    async def make(store: Store) -> Mapping[str, bytes]:
        period = Period(asked.since.date(), asked.until.date())
        partners = await store.transact(
            lambda unit: unit.people.partners() if asked.all else [which(unit, asked.partner)]
        )
        gathered = await compiling.compiled(store, catalogs, partners, period, moment(), least=asked.least)
        return folder.written(Writer(gathered, Ledger(gathered), catalogs, asked.language))

    files = with_store(settings, make)
    try:
        folder.write(where, files)
    except OSError as fault:
        raise Refused(f"{where} cannot be written ({fault.strerror}): name a new folder.") from fault
    print(
        f"The report is in {where}: begin with report.html. Count it anew: python3 {where / 'recompute.py'}"
    )


COMMANDS: Mapping[str, Command] = {
    "change": _change,
    "report": _report,
    "export": _export,
    "exports": _exports,
    "import": _import,
}
"""By what is asked."""
