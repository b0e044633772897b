"""What each command of `voices` does for an operator."""

import argparse
import asyncio
import contextlib
import csv
import gc
import logging
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from bot import (
    backups,
    changing,
    compiling,
    dangerwords,
    doctor,
    elsewhere,
    exporting,
    framing,
    helplines,
    importing,
    lane,
    partnering,
    planning,
    retention,
    rotating,
    targeting,
    team,
    verifying,
    warning,
    wiring,
    workshop,
)
from bot.breach import Breach, Concerned, due
from bot.change import Direction, Tally
from bot.chapters import Writer
from bot.circumstances import Circumstances
from bot.clock import SystemClock
from bot.config import Settings
from bot.elsewhere import Post
from bot.exports.record import XFORM
from bot.forward import Target
from bot.journal import Chain, Deed
from bot.linking import opening
from bot.people import Association, Moderator, Partner, Respondent, Role
from bot.ports import Store, Unit
from bot.posters import poster, sheet
from bot.report import Ledger, Period
from bot.words import Catalogs
from bot.workshop import Refused
from dialogs.form import FormError
from dialogs.reading import guarded, sheets

T = TypeVar("T")

AT_ONCE = 200
"""People who are written to in one transaction."""

log = logging.getLogger("voices")


def perform(command: str, settings: Settings, asked: argparse.Namespace) -> int:
    """Do what was asked; 0 where all went well, 1 with one sentence on standard error where not."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal without ✓ shows ?
    try:
        return COMMANDS[command](settings, asked) or 0
    except (Refused, dangerwords.BadList, helplines.BadLines) as fault:
        print(fault, file=sys.stderr)
    except wiring.Fault as fault:
        print(wiring.sentence(fault, settings), file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
    except (
        Exception
    ):  # the log says where, and never with the fault's words: they may be somebody's (S27, S51)
        log.exception(
            "voices %s met a fault nobody foresaw; please send these lines to whoever helps you", command
        )
    return 1


def _run(settings: Settings, _: argparse.Namespace) -> None:
    _forever(lambda stop: wiring.running(settings, stop=stop))


def _demo(_: Settings, asked: argparse.Namespace) -> None:
    from bot import demo  # the sandbox takes seconds to import, and only the demo needs it

    _forever(lambda stop: demo.show(stop, port=asked.port, voices=asked.voices))


def _doctor(settings: Settings, _: argparse.Namespace) -> int:
    return asyncio.run(doctor.examine(settings, sys.stdout))


def _migrate(settings: Settings, _: argparse.Namespace) -> None:
    _in_store(settings, lambda unit: None)
    print("The database has this version's shape.")


def _backup(settings: Settings, asked: argparse.Namespace) -> None:
    print(backups.make(settings, asked))


def _restore(settings: Settings, asked: argparse.Namespace) -> int:
    print(backups.restore(settings, asked))
    # who left leaves again, and people are told: before the bot speaks
    chain = _with_store(settings, verifying.verify)
    print(verifying.sentence(chain))
    print("Look at it with voices doctor, then start the bot.")
    return 0 if verifying.holds(chain) else 1


def _identity(_: Settings, asked: argparse.Namespace) -> None:
    print(backups.identity(asked))


def _key_rotate(settings: Settings, _: argparse.Namespace) -> None:
    print(asyncio.run(rotating.rotate(settings)))


def _key_retire(settings: Settings, asked: argparse.Namespace) -> None:
    print(asyncio.run(rotating.retire(settings, sure=asked.yes)))


def _retention(settings: Settings, _: argparse.Namespace) -> None:
    async def look() -> list[str]:
        lines = []
        async with wiring.opened(settings, SystemClock(), alone=False) as (store, _):
            for name, rule in retention.RULES.items():
                found = await store.transact(lambda unit, name=name: unit.held(name, _now()))  # type: ignore[misc]
                next_goes = f"the next goes on {found.first:%Y-%m-%d}" if found.first else "nothing goes"
                lines += [
                    f"{name}: {rule.days} days. {rule.of[0].upper()}{rule.of[1:]}.",
                    f"  {found.count} kept, {next_goes}, {found.soon} within 7 days",
                ]
        return lines

    print("\n".join(asyncio.run(look())))


def _journal(settings: Settings, asked: argparse.Namespace) -> None:
    def read(unit: Unit) -> list[Deed]:
        lines = unit.journal.read(asked.last)
        unit.journal.write(Deed(_now(), "operator", "read", "journal"))
        return lines

    for each in reversed(_in_store(settings, read)):
        print(f"{each.n:>7}  {each.at:%Y-%m-%d %H:%M:%S}  {each.actor}  {each.verb}  {each.object}")


def _journal_verify(settings: Settings, asked: argparse.Namespace) -> int:
    noted = asked.head.strip().lower()

    async def look() -> Chain:
        async with wiring.looked_at(settings) as store:
            if store is None:
                raise Refused("There is no data yet: voices run makes it.")
            return await verifying.verify(store, noted)

    chain = asyncio.run(look())
    print(verifying.sentence(chain, noted))
    return 0 if verifying.holds(chain, noted) else 1


def _breach(settings: Settings, asked: argparse.Namespace) -> None:
    now = _now()
    known_at = asked.known or now
    until = asked.until + timedelta(days=1)
    folder = Path(asked.into or f"breach-{asked.since:%Y%m%d}-{asked.until:%Y%m%d}")
    here = Circumstances("operator:breach", now, Catalogs.read())

    def find(unit: Unit) -> tuple[Breach, Concerned, dict[str, str]]:
        breach = Breach.read(unit, asked.what, asked.since, until)
        found = warning.concerned(unit, breach, now)
        return breach, found, warning.drafts(unit, here, breach, found, known_at, wiring.readable())

    if folder.exists():
        raise Refused(f"{folder} is there already: name a new folder with --into.")
    breach, found, files = _in_store(settings, find)
    try:
        _write_all(folder, files)
    except OSError as fault:
        raise Refused(
            f"{folder} cannot be written ({fault.strerror}): name another one with --into."
        ) from fault
    told = found.reachable
    print(
        f"{len(found.people)} people are concerned, {len(found.testimonies)} testimonies; "
        f"{found.gone} more are not held any more.\n"
        f"The authority must have heard of it by {due(known_at):%Y-%m-%d %H:%M} UTC.\n"
        f"Drafts are in {folder}: {', '.join(files)}.\n"
        f"{len(told)} can be written to here; {len(found.people) - len(told)} have blocked the bot."
    )
    if not asked.notify:
        print("Read the drafts, then call it again with --notify (and another --into): it writes to them.")
    elif asked.yes or _agreed(f"Write to {len(told)} people now? (yes/no) "):
        _notify(settings, breach, told, now)
        print("The messages are on their way; who got this one already does not get it twice.")
    else:
        raise Refused("Nobody was written to.")


def _notify(settings: Settings, breach: Breach, people: Sequence[Respondent], now: datetime) -> None:
    """Put the notice into the outbox, a few people at a time, so that a running bot goes on."""

    async def tell_all(store: Store) -> None:
        await store.transact(lambda unit: warning.warn(unit, breach, now))
        for first in range(0, len(people), AT_ONCE):
            some = people[first : first + AT_ONCE]
            await store.transact(partial(warning.tell, breach=breach, people=some, now=now))

    _with_store(settings, tell_all)


def _agreed(question: str) -> bool:
    """Whether whoever sits there says yes; nobody does where nobody sits there."""
    try:
        return input(question).strip().lower() == "yes"
    except EOFError:
        return False


def _write_all(folder: Path, files: Mapping[str, str]) -> None:
    """Into a new folder, for its owner alone."""
    folder.mkdir(0o700)
    for name, text in files.items():
        path = folder / name
        path.touch(0o600)
        path.write_text(text, encoding="utf-8")


def _partner(settings: Settings, asked: argparse.Namespace) -> None:
    def add(unit: Unit) -> Partner:
        return partnering.add_partner(unit, asked.name, asked.contact, _now(), days=asked.days)

    made = _in_store(settings, add)
    print(f"{made.name} reads each voice within {made.days} days and is reached at {made.contact}.")


def _association(settings: Settings, asked: argparse.Namespace) -> None:
    def add(unit: Unit) -> Association:
        partner = _which(unit, asked.partner)
        more = {"country": asked.country.upper(), "region": asked.region}
        return partnering.add_association(unit, partner.id, asked.name, _now(), **more)

    made = _in_store(settings, add)
    print(f"{made.name} is there. Its link: voices team links")


def _load(settings: Settings, asked: argparse.Namespace) -> None:
    try:
        text = Path(asked.file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{asked.file} cannot be read") from error
    done = _in_store(settings, lambda unit: partnering.load(unit, text, _now()))
    print("\n".join(done) if done else "All of it was there already.")


def _links(settings: Settings, asked: argparse.Namespace) -> None:
    def read(unit: Unit) -> list[list[partnering.Way]]:
        return [partnering.ways(unit, each.id) for each in unit.people.partners()]

    async def read_and_name(store: Store) -> tuple[list[list[partnering.Way]], str | None]:
        return await store.transact(read), await wiring.name_of_bot(settings, store)

    partners, bot = _with_store(settings, read_and_name)
    if asked.qr and not bot:
        raise Refused(
            "The bot's name is not known (set VOICES_TOKEN, or run the bot once), so there is no link."
        )
    for ways in partners:
        for way in ways:
            link = opening(bot, way.payload) if bot else f"/start {way.payload}"
            print(f"{'' if way is ways[0] else '  '}{way.name}  {link}")
            if asked.qr:
                _write_posters(Path(asked.qr), way, link)


def _write_posters(folder: Path, way: partnering.Way, link: str) -> None:
    """The code of a link as a picture, and as a sheet to print."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{way.payload}.png").write_bytes(poster(link, way.name))
        (folder / f"{way.payload}.svg").write_text(sheet(link, way.name), encoding="utf-8")
    except OSError as error:
        raise Refused(f"{folder} cannot be written") from error


def _invite(settings: Settings, asked: argparse.Namespace) -> None:
    role = Role(asked.role)

    def make(unit: Unit) -> tuple[str, Partner]:
        partner = _which(unit, asked.partner)
        return team.invite(unit, partner.id, role, _now(), label=asked.label), partner

    async def make_and_name(store: Store) -> tuple[str, Partner, str | None]:
        return *await store.transact(make), await wiring.name_of_bot(settings, store)

    code, partner, bot = _with_store(settings, make_and_name)
    if bot is None:
        print(f"/start j-{code}")
        print(
            "The bot's name is not known (set VOICES_TOKEN, or run the bot once), so there is no link: "
            "whom you invite opens the bot and writes the line above to it."
        )
    else:
        print(team.link(bot, code))
    ends = _now() + team.EXPIRES
    print(
        f"Makes one person a {role.replace('_', ' ')} of {partner.name}, once, until {ends:%Y-%m-%d %H:%M} UTC. "
        "Send it to that person alone."
    )


def _list(settings: Settings, _: argparse.Namespace) -> None:
    def read(unit: Unit) -> list[str]:
        lines = []
        for partner in unit.people.partners():
            readers = unit.people.moderators_of(partner.id)
            lines += [f"{partner.name}  {_member(each)}" for each in readers]
            if not readers:
                lines.append(f"{partner.name}  nobody reads yet: voices team invite")
        return lines

    print("\n".join(_in_store(settings, read)))


def _member(member: Moderator) -> str:
    """A member of a team in one line; we hold no name of theirs."""
    since = f"  since {member.since:%Y-%m-%d}" if member.since else ""
    read = f"  reads {' '.join(member.languages)}" if member.languages else ""
    return f"{member.role}  {member.id}  {member.called}{since}{read}"


def _remove(settings: Settings, asked: argparse.Namespace) -> None:
    def end(unit: Unit) -> str:
        here = Circumstances(f"operator:{asked.moderator}", _now(), Catalogs.read())
        return unit.people.partner(team.remove(unit, here, asked.moderator).partner).name

    print(f"{asked.moderator} no longer reads for {_in_store(settings, end)}.")


def _lane_words(settings: Settings, asked: argparse.Namespace) -> None:
    text = _text_of(asked.file)
    count = sum(map(len, dangerwords.read(text).values()))
    partner = _keep_guidance(settings, asked, lane.WORDS, text)
    print(f"{count} phrases of {partner} bring a voice into the sensitive lane.")


def _lane_lines(settings: Settings, asked: argparse.Namespace) -> None:
    text = _text_of(asked.file)
    count = len(helplines.read(text))
    partner = _keep_guidance(settings, asked, lane.LINES, text)
    print(f"{count} help lines of {partner} are shown before the others.")


def _lane_independent(settings: Settings, asked: argparse.Namespace) -> None:
    def choose(unit: Unit) -> None:
        partner = _which(unit, asked.partner)
        if not lane.focal_points(unit, partner.id):
            raise LookupError(f"{partner.name} has no focal point: voices team invite --role focal_point")
        unit.marks.set(lane.INDEPENDENT, partner.id)
        unit.journal.write(Deed(_now(), "operator", "named independent", f"partner:{partner.id}"))
        lane.hand_on(
            unit, Circumstances(f"operator:independent:{_now().isoformat()}", _now(), Catalogs.read())
        )

    _in_store(settings, choose)
    print(f"Focal points of {asked.partner} read what speaks of another partner's people.")


def _text_of(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise Refused(f"{file} cannot be read: name a TOML file in UTF-8.") from fault


def _keep_guidance(settings: Settings, asked: argparse.Namespace, kind: str, text: str) -> str:
    def keep(unit: Unit) -> str:
        partner = _which(unit, asked.partner)
        unit.guidance.set(partner.id, kind, text, _now())
        unit.journal.write(Deed(_now(), "operator", f"took {kind} of", f"partner:{partner.id}"))
        return partner.name

    return _in_store(settings, keep)


def _form_publish(settings: Settings, asked: argparse.Namespace) -> None:
    form, contents = workshop.read(asked.form)

    def publish(unit: Unit) -> str:
        partner = _which(unit, asked.partner)
        changed = workshop.publish(unit, partner, form, contents)
        return f"{form.name} {form.version} of {partner.name} {'is' if changed else 'was already'} published."

    print(_in_store(settings, publish))


def _form_list(settings: Settings, _: argparse.Namespace) -> None:
    def read(unit: Unit) -> list[str]:
        return [
            workshop.line_of(partner, edition)
            for partner in unit.people.partners()
            for edition in unit.forms.editions(partner.id)
        ]

    print("\n".join(_in_store(settings, read)) or "No partner has a form of its own yet: voices form publish")


def _form_withdraw(settings: Settings, asked: argparse.Namespace) -> None:
    _in_store(settings, lambda unit: workshop.withdraw(unit, _which(unit, asked.partner), asked.form))
    print(f"{asked.form} is asked no more.")


def _export(settings: Settings, asked: argparse.Namespace) -> None:
    folder = Path(asked.folder)

    def whose(unit: Unit) -> Partner:
        partner = _which(unit, asked.partner)
        own = {each.name for each in unit.forms.editions(partner.id)}
        if asked.form not in own and asked.form not in {form.name for form in wiring.builtin_forms()}:
            raise LookupError(f"{partner.name} has no form {asked.form}: voices form list.")
        return partner

    async def leave() -> exporting.Exported:
        async with wiring.opened_with_recordings(settings, SystemClock()) as (store, vault):
            partner = await store.transact(whose)
            words = Catalogs.read()
            return await exporting.export(
                store, vault, asked.form, partner, asked.since, folder, _now(), words, asked.kind
            )

    try:
        done = asyncio.run(leave())
    except LookupError as fault:
        raise Refused(str(fault)) from fault
    except FileExistsError as fault:
        raise Refused(f"{folder} is there already: name a new folder.") from fault
    except OSError as fault:
        raise Refused(f"{folder} cannot be written ({fault.strerror}): name another folder.") from fault
    files = f" and {done.files} files of theirs" if asked.kind == XFORM else ""
    print(f"{done.voices} voices{files} are in {folder}. Destroy every copy by {done.until:%Y-%m-%d}.")
    if done.stayed:
        print(f"{done.stayed} texts stayed here: names are not hidden in them yet (docs/moderators.md).")
    if done.missing:
        print(f"{done.missing} files are named there and not here: not fetched yet, or gone.")


def _import(settings: Settings, asked: argparse.Namespace) -> None:
    by, rows = _rows_of(asked.file, _text_of(asked.columns))

    def read(unit: Unit) -> tuple[Partner, list[Post]]:
        partner = _which(unit, asked.partner)
        return partner, elsewhere.posts(rows, by, importing.known(unit, _here("import"), partner))

    async def bring(store: Store) -> str:
        partner, posts = await store.transact(read)
        here = _here(f"import:{_now().isoformat()}")
        if asked.erase:
            count = await importing.erase(store, here, partner, posts)
            return f"{count} people and all that came in of theirs are erased, and come in no more."
        done = await importing.bring_in(store, here, partner, by, posts, dry=asked.dry_run)
        return importing.told(done, partner, dry=asked.dry_run)

    print(_with_store(settings, bring))


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
            f"  made {each.made_at:%Y-%m-%d}  "
            + (
                f"✗ must be destroyed since {each.expires_at:%Y-%m-%d}: see that it is"
                if each.expires_at <= _now()
                else f"destroy by {each.expires_at:%Y-%m-%d}"
            )
            for partner in unit.people.partners()
            for each in unit.exports.of(partner.id)
        ]

    print("\n".join(_in_store(settings, read)) or "Nothing is out: voices export.")


def _frame_load(settings: Settings, asked: argparse.Namespace) -> None:
    reading = framing.read(asked.file)

    def load(unit: Unit) -> str:
        here = Circumstances("operator:frame", _now(), Catalogs.read())
        return framing.load(unit, here, _which(unit, asked.partner), reading)

    print(_in_store(settings, load))


def _frame_list(settings: Settings, _: argparse.Namespace) -> None:
    def read(unit: Unit) -> list[str]:
        return [line for partner in unit.people.partners() for line in framing.lines(unit, partner)]

    print("\n".join(_in_store(settings, read)))


def _frame_export(settings: Settings, asked: argparse.Namespace) -> None:
    print(_in_store(settings, lambda unit: framing.export(unit, _which(unit, asked.partner), Path(asked.to))))


def _frame_agreement(settings: Settings, asked: argparse.Namespace) -> None:
    print(_in_store(settings, lambda unit: framing.agreement(unit, _which(unit, asked.partner))))


def _change(settings: Settings, asked: argparse.Namespace) -> None:
    until = asked.until + timedelta(days=1)

    def begin(unit: Unit) -> tuple[str, changing.Names]:
        partner = _which(unit, asked.partner).id
        unit.journal.write(Deed(_now(), "operator", "counted change", f"partner:{partner}"))
        return partner, changing.names(unit)

    async def count(store: Store) -> tuple[Tally, changing.Names]:
        partner, names = await store.transact(begin)
        return await changing.counted(store, partner, asked.since, until, every=asked.every), names

    tally, names = _with_store(settings, count)
    rows = tally.told(asked.least)
    table = [["theme", "region", *Direction]]
    for row in rows:
        counts = [f"under {asked.least}" if each is None else str(each) for each in row.counts]
        table.append([row.theme or "(on the whole)", names.regions.get(row.region, "elsewhere"), *counts])
    if asked.csv:
        try:
            with Path(asked.csv).open("x", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(table)
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
            lambda unit: unit.people.partners() if asked.all else [_which(unit, asked.partner)]
        )
        gathered = await compiling.compiled(store, catalogs, partners, period, _now(), least=asked.least)
        return folder.written(Writer(gathered, Ledger(gathered), catalogs, asked.language))

    files = _with_store(settings, make)
    try:
        folder.write(where, files)
    except OSError as fault:
        raise Refused(f"{where} cannot be written ({fault.strerror}): name a new folder.") from fault
    print(
        f"The report is in {where}: begin with report.html. Count it anew: python3 {where / 'recompute.py'}"
    )


def _campaign_list(settings: Settings, _: argparse.Namespace) -> None:
    read = _in_store(settings, lambda unit: planning.lines(unit, _here("campaign")))
    print("\n".join(read) or "There is no campaign yet: voices campaign new, or /campaigns in the chat.")


def _campaign_new(settings: Settings, asked: argparse.Namespace) -> None:
    text = _text_of(asked.file)

    async def make(store: Store) -> str:
        whose = partial(_which, name=asked.partner)
        return await planning.new(store, _here("campaign"), whose, asked.lead, text, dry=asked.dry_run)

    print(_with_store(settings, make))


def _campaign_show(settings: Settings, asked: argparse.Namespace) -> None:
    print(_in_store(settings, lambda unit: planning.shown(unit, _here("campaign"), asked.campaign)))


def _campaign_count(settings: Settings, asked: argparse.Namespace) -> None:
    print(_with_store(settings, lambda store: planning.count(store, _here("campaign"), asked.campaign)))


def _campaign_move(settings: Settings, asked: argparse.Namespace) -> None:
    def do(unit: Unit) -> str:
        return planning.move(unit, _here("campaign"), asked.campaign, asked.what, asked.lead)

    print(_in_store(settings, do))


def _forward_add(settings: Settings, asked: argparse.Namespace) -> None:
    def add(unit: Unit) -> list[Target]:
        return targeting.add(unit, targeting.read(Path(asked.file)), wiring.builtin_names(), _now())

    for each in _in_store(settings, add):
        print(
            f"{each.name} ({each.access.origin}) is given what is accepted of {each.form} and may be shared."
        )
    print(f"See that it answers: voices doctor. Then erase {asked.file}: it holds secrets.")


def _forward_list(settings: Settings, _: argparse.Namespace) -> None:
    print("\n".join(_in_store(settings, targeting.lines)) or "There is none yet: voices forward add")


def _forward_held(settings: Settings, _: argparse.Namespace) -> None:
    print("\n".join(_in_store(settings, targeting.held)) or "Nothing needs anybody.")


def _forward_stand(settings: Settings, asked: argparse.Namespace) -> None:
    stand, told = {
        "pause": (targeting.pause, "Nothing goes to {} until it is resumed."),
        "resume": (targeting.resume, "{} is given what waits for it."),
        "remove": (targeting.remove, "Nothing goes to {} any more."),
    }[asked.what]
    print(told.format(_in_store(settings, lambda unit: stand(unit, asked.target, _now()))))


def _forward_again(settings: Settings, asked: argparse.Namespace) -> None:
    count = _in_store(settings, lambda unit: targeting.again(unit, asked.which, _now()))
    print(f"Sent again: {count}.")


def _forward_done(settings: Settings, asked: argparse.Namespace) -> None:
    count = _in_store(settings, lambda unit: targeting.done(unit, asked.which, _now()))
    print(f"Settled: {count}.")


def _forward_form(settings: Settings, asked: argparse.Namespace) -> None:
    xml = _in_store(settings, lambda unit: targeting.source(unit, asked.form))
    try:
        with Path(asked.to).open("x", encoding="utf-8") as file:
            file.write(xml)
    except OSError as fault:
        raise Refused(f"{asked.to} cannot be written ({fault.strerror}): name a new file.") from fault
    print(f"{asked.form} is in {asked.to}: publish it there (docs/forwarding.md).")


def _here(what: str) -> Circumstances:
    return Circumstances(f"operator:{what}", _now(), Catalogs.read())


COMMANDS: Mapping[str, Callable[[Settings, argparse.Namespace], int | None]] = {
    "run": _run,
    "demo": _demo,
    "doctor": _doctor,
    "migrate": _migrate,
    "backup": _backup,
    "restore": _restore,
    "identity": _identity,
    "key rotate": _key_rotate,
    "key retire": _key_retire,
    "retention": _retention,
    "breach": _breach,
    "journal": _journal,
    "journal verify": _journal_verify,
    "team partner": _partner,
    "team association": _association,
    "team load": _load,
    "team links": _links,
    "team invite": _invite,
    "team list": _list,
    "team remove": _remove,
    "lane words": _lane_words,
    "lane lines": _lane_lines,
    "lane independent": _lane_independent,
    "change": _change,
    "report": _report,
    "form check": lambda _, asked: workshop.check(asked),
    "form publish": _form_publish,
    "form list": _form_list,
    "form withdraw": _form_withdraw,
    "export": _export,
    "exports": _exports,
    "import": _import,
    "frame load": _frame_load,
    "frame list": _frame_list,
    "frame export": _frame_export,
    "frame agreement": _frame_agreement,
    "campaign list": _campaign_list,
    "campaign new": _campaign_new,
    "campaign show": _campaign_show,
    "campaign count": _campaign_count,
    **dict.fromkeys((f"campaign {what}" for what in planning.MOVES), _campaign_move),
    "forward add": _forward_add,
    "forward list": _forward_list,
    "forward held": _forward_held,
    **dict.fromkeys(("forward pause", "forward resume", "forward remove"), _forward_stand),
    "forward again": _forward_again,
    "forward done": _forward_done,
    "forward form": _forward_form,
    "form replay": lambda _, asked: workshop.replay(asked),
    "play": lambda _, asked: workshop.play_here(asked),
    "words renew": lambda _, asked: workshop.words(asked),
    "words out": lambda _, asked: workshop.words_out(asked),
    "words back": lambda _, asked: workshop.words_back(asked),
}


def _forever(show: Callable[[asyncio.Event], contextlib.AbstractAsyncContextManager[object]]) -> None:
    """Keep something open until it stops by itself, or until SIGTERM or Ctrl-C."""

    async def lasting() -> None:
        stop = asyncio.Event()
        async with show(stop):
            _tidy()
            await stop.wait()

    async def until_stopped() -> None:
        task = asyncio.create_task(lasting())
        for each in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(each, task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    asyncio.run(until_stopped())


def _tidy() -> None:
    """Never look again for garbage among what was made to start (catalogs, forms, libraries), and less often after.

    An eighth of all a step costs, measured; what is thrown away in circles waits a little longer.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _which(unit: Unit, name: str | None) -> Partner:
    """The partner of this name, or the only one."""
    found = [each for each in unit.people.partners() if name in (None, each.name)]
    if len(found) != 1:
        names = ", ".join(each.name for each in unit.people.partners())
        raise LookupError(f"Which partner? Say --partner with one of: {names}.")
    return found[0]


def _in_store(settings: Settings, deed: Callable[[Unit], T]) -> T:
    """Do one deed in one transaction, also beside a running bot."""
    return _with_store(settings, lambda store: store.transact(deed))


def _with_store(settings: Settings, work: Callable[[Store], Coroutine[Any, Any, T]]) -> T:
    async def run() -> T:
        async with wiring.opened(settings, SystemClock(), alone=False) as (store, _):
            try:
                return await work(store)
            except (LookupError, ValueError) as refused:  # the deeds' own sentences
                raise Refused(str(refused)) from refused

    return asyncio.run(run())


def _now() -> datetime:
    return datetime.now(UTC)
