"""What `voices frame` does: a partner's code frame, read from a file, written into one, and how far coders agree."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from bot import codebook, coding, themes
from bot.agreement import Agreement
from bot.circumstances import Circumstances
from bot.frame import Change, Frame, FrameFault, changes, succeed
from bot.people import Partner
from bot.ports import Unit
from bot.workshop import Refused
from dialogs.form import FormError
from dialogs.reading import guarded, sheets

KINDS = (*sheets.KINDS, ".json")
WIDTH = 40
"""Characters of a name in a list."""


def read(named: str) -> Callable[[Circumstances], Frame]:
    """The frame in a file; given the languages, so that columns may name them. Refused with all that is wrong."""
    path = Path(named)
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise Refused(f"{named} is no code frame: give one of these kinds of files: {', '.join(KINDS)}.")
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise Refused(f"{named} cannot be read ({fault.strerror}).") from fault
    try:
        if kind == ".json":
            frame = codebook.from_coda(data.decode("utf-8", "replace"))
            return lambda here: frame
        rows = guarded.read_sheets(data, kind=kind)
    except (FrameFault, FormError) as fault:
        raise Refused(str(fault)) from fault
    return partial(_from_sheets, rows, path.stem)


def load(unit: Unit, here: Circumstances, partner: Partner, reading: Callable[[Circumstances], Frame]) -> str:
    """Code by this frame from now on; what it changes, in words. Refused with all that is wrong."""
    try:
        frame = reading(here)
        earlier = unit.frames.latest(partner.id, frame.name)
        new = succeed(frame, earlier)
        if not new.version:
            same = earlier is not None and replace(earlier, version="") == new
            new = replace(
                new, version=earlier.version if earlier and same else _next(unit, partner, frame.name)
            )
        changed = coding.load(unit, here, "operator", partner.id, new)
    except FrameFault as fault:
        raise Refused(str(fault)) from fault
    except ValueError as fault:
        raise Refused(f"{fault}: give it another version (sheet settings, or Version).") from fault
    if not changed:
        return f"{partner.name} codes by {new.name} {new.version} already."
    return _told(partner, new, changes(new, earlier))


def lines(unit: Unit, partner: Partner) -> list[str]:
    """Every version of a partner's frames."""
    current = themes.frame_of(unit, partner.id)
    kept = unit.frames.all(partner.id)
    shown = kept if any(each == current for each in kept) else [current, *kept]
    return [
        f"{partner.name}  {each.name}  {each.version}  {len(each.offered)} codes"
        f"{'  in use' if each == current else ''}"
        for each in shown
    ]


def export(unit: Unit, partner: Partner, to: Path) -> str:
    """Write the frame by which a partner codes, as a workbook or as Coda's JSON, by how the file is named. Refused."""
    frame = themes.frame_of(unit, partner.id)
    kind = to.suffix.lower()
    if kind not in (".xlsx", ".json"):
        raise Refused(f"{to} is named neither .xlsx nor .json.")
    content = (
        codebook.to_coda(frame).encode()
        if kind == ".json"
        else sheets.write_sheets(codebook.to_sheets(frame))
    )
    try:
        with to.open("xb") as file:
            file.write(content)
    except FileExistsError as fault:
        raise Refused(f"{to} is there already: name a new file.") from fault
    except OSError as fault:
        raise Refused(f"{to} cannot be written ({fault.strerror}).") from fault
    return f"{frame.name} {frame.version} with {len(frame.codes)} codes is in {to}."


def agreement(unit: Unit, partner: Partner) -> str:
    """Krippendorff's alpha of each code, and of all together."""
    agreed = themes.agreed(unit, partner.id)
    head = f"{partner.name}, {agreed.frame.name}. Voices coded by two: {agreed.overall.units}."
    if not agreed.overall.units:
        return f"{head} Nothing to compare yet."
    named = [(agreed.frame.named(code, "en"), each) for code, each in agreed.codes.items()]
    told = [_line(name, each) for name, each in [*sorted(named), ("all codes together", agreed.overall)]]
    return "\n".join(
        [head, "alpha  voices  code   (1: they always agree, 0: as by chance, -: none or all had it)", *told]
    )


def _from_sheets(rows: codebook.Sheets, name: str, here: Circumstances) -> Frame:
    called = {
        each: language.code
        for language in here.catalogs.languages
        for each in (language.name.casefold(), language.english.casefold(), language.code)
    }
    return codebook.from_sheets(rows, name, called)


def _next(unit: Unit, partner: Partner, name: str) -> str:
    """The version of a frame that does not say one: counted."""
    taken = {each.version for each in unit.frames.all(partner.id) if each.name == name}
    return next(version for number in range(1, len(taken) + 2) if (version := str(number)) not in taken)


def _told(partner: Partner, frame: Frame, change: Change) -> str:
    head = f"{partner.name} codes by {frame.name} {frame.version}: {len(frame.offered)} codes."
    named = [
        (word, ", ".join(frame.named(each, "en") for each in ids))
        for word, ids in (("new", change.added), ("renamed", change.renamed), ("retired", change.retired))
        if ids
    ]
    return "\n".join([head, *(f"{word}: {names}" for word, names in named)])


def _line(name: str, each: Agreement) -> str:
    alpha = "    -" if each.alpha is None else f"{each.alpha:5.2f}"
    short = name if len(name) <= WIDTH else f"{name[: WIDTH - 1]}…"
    return f"{alpha}  {each.units:6}  {short}"
