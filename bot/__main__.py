"""The `voices` command: what an operator can ask. What is then done stands in `bot.operating`."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from bot import config, logs
from bot.exports.record import KINDS
from bot.people import Role
from bot.safe import FLOOR, LEAST

YEARS = range(2000, 2200)
"""Of which years a day can be meant: nothing here is older, and what is years away was mistyped."""

EXITS = (
    "Ends with 0 where all went well, 1 with one sentence where not, 2 where the command is not understood."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 where all went well, 1 with one sentence on standard error where not."""
    asked = parser().parse_args(arguments)
    try:
        settings = config.read(os.environ)
    except config.SettingsFault as fault:
        print(fault, file=sys.stderr)
        return 1
    logs.start(settings.log_level, settings.secrets)
    from bot import operating  # a second's worth of libraries that neither --help nor a wrong setting needs

    return operating.perform(asked.command, settings, asked)


def parser() -> argparse.ArgumentParser:
    """Every command, and what its help says."""
    top = argparse.ArgumentParser(
        prog="voices",
        description="People tell what they live through; partners read and answer. Settings come from the "
        "environment (VOICES_…): docs/settings.md. Where to begin: docs/operators.md.",
        epilog=EXITS,
    )
    commands = top.add_subparsers(required=True, metavar="command", dest="command")
    _command(commands, "run", "run the bot until it is stopped (Ctrl-C or SIGTERM)")
    demo = _command(commands, "demo", "play every part on one page: a pretend Telegram, no token needed")
    demo.add_argument("--port", type=int, default=8088, help="port of the page (8088); 0 takes a free one")
    demo.add_argument(
        "--voices", type=int, default=0, metavar="N", help="begin with so many invented voices (0)"
    )
    _command(
        commands,
        "doctor",
        "look at the set-up, change nothing, and say what is wrong and what to do",
        epilog="Each line begins with ✓ (well), ! (advice) or ✗ (wrong). Ends with 1 where something is wrong.",
    )
    _command(commands, "migrate", "bring the database to this version's shape (run does it too)")
    _backups(commands)
    _keys(commands)
    _command(commands, "retention", "how long what is held is kept, and what goes next")
    _journal(commands)
    _breach(commands)
    _team(commands)
    _lane(commands)
    _change(commands)
    _report(commands)
    _forms(commands)
    _exports(commands)
    _frames(commands)
    _campaigns(commands)
    _forward(commands)
    _words(commands)
    return top


def _team(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Who gathers voices, and who reads them."""
    people = _command(commands, "team", "partners, their local associations, and who reads for them")
    team = people.add_subparsers(required=True, metavar="what", dest="what")
    partner = _command(team, "partner", "name the partner whose volunteers read", "team partner")
    partner.add_argument("name", help="as people shall read it")
    partner.add_argument(
        "--contact", required=True, help="mail or web address where people reach the partner"
    )
    partner.add_argument("--days", type=int, default=7, help="within how many days a voice is read (7)")
    group = _command(
        team, "association", "add a local association, with a link of its own", "team association"
    )
    group.add_argument("name", help="as people shall read it")
    group.add_argument("--country", default="", help="its country's code (MG)")
    group.add_argument("--region", default="", help="the name of its region")
    load = _command(
        team,
        "load",
        "bring partners, associations and regions to what a TOML file says; as often as one likes",
        "team load",
    )
    load.add_argument("file", help="as deploy/partners.toml")
    links = _command(
        team,
        "links",
        "the links by which people come to a partner, an association or a campaign",
        "team links",
    )
    links.add_argument("--qr", metavar="FOLDER", help="write each as a code too: a picture, and an A4 sheet")
    invite = _command(team, "invite", "make a link by which one person becomes a moderator", "team invite")
    invite.add_argument(
        "--role",
        choices=[str(role) for role in Role],
        default=str(Role.MODERATOR),
        help="moderator reads what is not sensitive (the default), focal_point the sensitive too, "
        "lead as a moderator and invites and removes in the chat, author writes forms and reads nothing",
    )
    invite.add_argument(
        "--label", default="", help="what they are called in their team, at most 40 characters"
    )
    for each, why in ((group, "to whom it is joined"), (invite, "for whom they read")):
        each.add_argument("--partner", help=f"{why} (needed where there are several)")
    _command(team, "list", "who reads for whom", "team list")
    remove = _command(team, "remove", "take a moderator's right away, from the next tap on", "team remove")
    remove.add_argument("moderator", help="the id that `voices team list` shows")


def _lane(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """What the sensitive lane goes by."""
    lane = _command(commands, "lane", "what brings a voice into the sensitive lane, and who reads it there")
    what = lane.add_subparsers(required=True, metavar="what", dest="what")
    words = _command(
        what,
        "words",
        "take a partner's own danger words: a language of the file replaces that of the built-in list",
        "lane words",
    )
    lines = _command(
        what, "lines", "take a partner's own help lines, shown before the built-in ones", "lane lines"
    )
    for each in (words, lines):
        each.add_argument("file", help="a TOML file written as bot/dangerwords.toml or bot/helplines.toml")
        each.add_argument("--partner", help="whose it is (needed where there are several)")
    independent = _command(
        what,
        "independent",
        "name the partner whose focal points read what speaks of another partner's people",
        "lane independent",
    )
    independent.add_argument("partner", help="its name")


def _backups(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """What is kept against the loss of the machine."""
    backup = _command(
        commands, "backup", "write all that is kept into one encrypted file, beside a running bot"
    )
    backup.add_argument("--to", required=True, help="a folder, or a file ending in .age")
    backup.add_argument(
        "--for",
        dest="keys",
        action="append",
        default=[],
        metavar="KEY",
        help="a public key (age1…); more than once for several (the default: VOICES_BACKUP_KEY)",
    )
    backup.add_argument(
        "--keep",
        type=_count,
        metavar="N",
        help="drop all but the newest N backups of the folder (the default: none)",
    )
    restore = _command(commands, "restore", "put a backup into an empty installation")
    restore.add_argument("file", help="the backup")
    restore.add_argument("--identity", required=True, help="the file with the private key")
    restore.add_argument(
        "--forgotten",
        action="append",
        default=[],
        metavar="LIST",
        help="a list of who left since; those beside the backup and in the data folder are read anyway",
    )
    made = _command(commands, "identity", "make a pair of keys for backups")
    made.add_argument("file", help="where the private key is written; there is no such file yet")


def _keys(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """What keeps the key file young."""
    key = _command(commands, "key", "the key file").add_subparsers(required=True, metavar="what", dest="what")
    _command(
        key,
        "rotate",
        "give the key file another first key, which wraps all data keys anew, beside a running bot",
        "key rotate",
    )
    retire = _command(key, "retire", "take the older keys out of the key file", "key retire")
    retire.add_argument("--yes", action="store_true", help="backups made before can never be read again")


def _journal(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Who did what."""
    journal = _command(commands, "journal", "who did what to which thing, and when: the latest lines")
    journal.add_argument("--last", type=_count, default=40, metavar="N", help="so many lines (40)")
    what = journal.add_subparsers(metavar="what", dest="what")
    verify = _command(
        what,
        "verify",
        "say whether every line of the journal is as it was written",
        "journal verify",
        epilog="Ends with 0 where the chain holds, with 1 where it does not.",
    )
    verify.add_argument(
        "--head", default="", metavar="HASH", help="a head this command told earlier: it must still be there"
    )


def _breach(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """When somebody reached what is not theirs."""
    breach = _command(
        commands,
        "breach",
        "after a breach: whom it concerns, drafts for the authority and for them; and tell them (GDPR 33, 34)",
    )
    breach.add_argument(
        "--from",
        dest="since",
        type=_day,
        required=True,
        metavar="DATE",
        help="its first day (2026-01-31, UTC)",
    )
    breach.add_argument("--to", dest="until", type=_day, required=True, metavar="DATE", help="its last day")
    breach.add_argument(
        "--what",
        default="server",
        help="what was reached: database or backup (without the key file), server (with it: the default), token, "
        "moderator:ID, partner:NAME",
    )
    breach.add_argument(
        "--known",
        type=_moment,
        metavar="TIME",
        help="when it became known (2026-01-31T14:00, UTC; the default: now): the 72 hours count from then",
    )
    breach.add_argument(
        "--into", metavar="FOLDER", help="a new folder for the drafts (the default: breach-…)"
    )
    breach.add_argument("--notify", action="store_true", help="write to everybody it concerns, in the chat")
    breach.add_argument("--yes", action="store_true", help="do not ask before writing to them")


def _change(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """What check-ins say."""
    change = _command(
        commands, "change", "how many say of each theme, in each region, that it is better, the same or worse"
    )
    change.add_argument(
        "--from",
        dest="since",
        type=_day,
        required=True,
        metavar="DATE",
        help="the first day (2026-01-31, UTC)",
    )
    change.add_argument("--to", dest="until", type=_day, required=True, metavar="DATE", help="the last day")
    change.add_argument("--csv", metavar="FILE", help="write the table into a new file")
    change.add_argument(
        "--every",
        action="store_true",
        help="count every check-in (the default: each person's latest word on a theme)",
    )
    change.add_argument(
        "--least",
        type=_least,
        default=LEAST,
        metavar="N",
        help=f"tell no number behind which are fewer people ({LEAST}; {FLOOR} at least)",
    )
    change.add_argument("--partner", help="whose check-ins (needed where there are several)")


def _report(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """What is made of accepted voices."""
    report = _command(
        commands,
        "report",
        "make a report of accepted voices: a page, a PDF and a Word file, with every table its numbers come from",
    )
    report.add_argument(
        "--from",
        dest="since",
        type=_day,
        required=True,
        metavar="DATE",
        help="the first day of a month (2026-01-01)",
    )
    report.add_argument(
        "--to",
        dest="until",
        type=_day,
        required=True,
        metavar="DATE",
        help="the last day of a month that is over (2026-06-30)",
    )
    report.add_argument("--language", default="en", help="the code of the language it is written in (en)")
    report.add_argument(
        "--output", metavar="FOLDER", help="a new folder (the default: report-… with months and language)"
    )
    report.add_argument(
        "--least",
        type=_least,
        default=LEAST,
        metavar="N",
        help=f"tell no number behind which are fewer people ({LEAST}; {FLOOR} at least)",
    )
    whose = report.add_mutually_exclusive_group()
    whose.add_argument("--partner", help="whose voices (needed where there are several partners)")
    whose.add_argument("--all", action="store_true", help="the voices of all partners, in one report")


def _least(text: str) -> int:
    """Below how many people nothing is told."""
    if (number := _number(text)) < FLOOR:
        raise argparse.ArgumentTypeError(f"must be at least {FLOOR}: fewer could be recognised")
    return number


def _count(text: str) -> int:
    """A number of things, at least one; argparse says so where it is not."""
    if (number := _number(text)) < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None


def _forms(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """What authors do at a shell."""
    form = _command(commands, "form", "forms of a partner's own").add_subparsers(
        required=True, metavar="what", dest="what"
    )
    which = "a file (Excel, Markdown, CSV, XForm, .zip with its files), or the name of a built-in form"
    check = _command(
        form, "check", "say everything that is wrong with a form, or show how it is asked", "form check"
    )
    publish = _command(form, "publish", "make a form the one that begins", "form publish")
    _command(form, "list", "the partners' forms and their versions", "form list")
    withdraw = _command(form, "withdraw", "ask a form no more; what was answered stays", "form withdraw")
    replay = _command(
        form, "replay", "play written conversations and show what goes otherwise", "form replay"
    )
    play = _command(commands, "play", "answer a form here in the terminal; nothing is kept")
    for each in (check, publish, replay, play):
        each.add_argument("form", help=which)
    withdraw.add_argument("form", help="the name `voices form list` shows")
    for each in (check, play):
        each.add_argument("--language", help="the code of one language (the default: all, or the form's own)")
    for each in (publish, withdraw):
        each.add_argument("--partner", help="whose form it is (needed where there are several)")
    replay.add_argument("transcripts", nargs="+", help="text files, as beside the built-in forms")
    replay.add_argument("--update", action="store_true", help="write down what goes otherwise")


def _exports(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """What partners take out."""
    export = _command(
        commands,
        "export",
        "write what was told in a form into a new folder, where people allow that partners read it",
    )
    export.add_argument("folder", metavar="FOLDER", help="a new folder")
    export.add_argument("--form", required=True, help="its name: testimony, or one `voices form list` shows")
    export.add_argument("--partner", help="whose voices (needed where there are several)")
    export.add_argument(
        "--as",
        dest="kind",
        choices=list(KINDS),
        default="csv",
        help="; ".join(f"{name}: {what}" for name, what in KINDS.items()) + " (the default: csv)",
    )
    export.add_argument(
        "--since", type=_day, metavar="DATE", help="received on this day or later (2026-01-31, UTC)"
    )
    bring = _command(
        commands,
        "import",
        "bring in what people published elsewhere, from a workbook or a table; it is reviewed like any other voice",
    )
    bring.add_argument("file", metavar="FILE", help="a workbook (.xlsx, .xlsm) or a table (.csv)")
    bring.add_argument(
        "--columns",
        required=True,
        metavar="MAPPING",
        help="a TOML file, as deploy/import.toml: docs/import.md",
    )
    bring.add_argument("--partner", help="for whom it is read (needed where there are several)")
    what = bring.add_mutually_exclusive_group()
    what.add_argument("--dry-run", action="store_true", help="say what would come in, and keep nothing")
    what.add_argument(
        "--erase",
        action="store_true",
        help="the authors of these rows want it gone: erase what came in of theirs, for good",
    )
    _command(commands, "exports", "what partners took out, and by when every copy of it must be destroyed")


def _frames(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The themes voices are coded to."""
    frame = _command(commands, "frame", "the themes a partner's volunteers code voices to").add_subparsers(
        required=True, metavar="what", dest="what"
    )
    load = _command(
        frame, "load", "code by the frame in a file from now on; say what it changes", "frame load"
    )
    load.add_argument("file", help="a workbook (.xlsx, .csv: columns type, category, code), or Coda's JSON")
    _command(frame, "list", "the partners' frames and their versions", "frame list")
    export = _command(frame, "export", "write the frame a partner codes by into a file", "frame export")
    export.add_argument("--to", required=True, metavar="FILE", help="a new file, .xlsx or (for Coda) .json")
    agreement = _command(
        frame, "agreement", "how far two who coded the same voices agree, code by code", "frame agreement"
    )
    for each in (load, export, agreement):
        each.add_argument("--partner", help="whose frame it is (needed where there are several)")


def _campaigns(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Asking people again."""
    campaign = _command(
        commands, "campaign", "campaigns: asking people again who agreed to it"
    ).add_subparsers(required=True, metavar="what", dest="what")
    _command(campaign, "list", "every partner's campaigns, and how each stands", "campaign list")
    new = _command(campaign, "new", "make a draft as a TOML file says", "campaign new")
    new.add_argument("file", help="as deploy/campaign.toml")
    new.add_argument("--partner", help="whose it is (needed where there are several)")
    new.add_argument("--dry-run", action="store_true", help="say whom it would reach, and keep nothing")
    which = [
        _command(campaign, name, what, f"campaign {name}")
        for name, what in (
            ("show", "one campaign: its plan, whom it reaches, how far it is"),
            ("count", "the dry run: whom it would reach, city by city, and who is left out and why"),
            ("start", "start a draft that reaches few people"),
            ("offer", "ask the leads of the team to approve a draft"),
            ("approve", "start what waits for approval, in the name of another lead than whoever asked"),
            ("pause", "nothing of it goes out until it is resumed"),
            ("resume", "go on with a paused one"),
            ("cancel", "end it for good; who was asked may still answer"),
        )
    ]
    for each in which:
        each.add_argument("campaign", help="the id that `voices campaign list` shows")
    for each in (new, *which[2:]):
        each.add_argument("--lead", help="in which lead's name (their id; needed where there are several)")


def _forward(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Handing accepted voices on to data servers."""
    forward = _command(
        commands, "forward", "handing accepted voices on to ODK Central or KoboToolbox"
    ).add_subparsers(required=True, metavar="what", dest="what")
    add = _command(
        forward,
        "add",
        "take the data servers of a TOML file, or what changed of them; then erase the file",
        "forward add",
    )
    add.add_argument("file", help="as deploy/forward.toml, readable by you alone")
    _command(forward, "list", "the data servers, and how far each is", "forward list")
    _command(
        forward, "held", "what a server would not take, and what must be asked back there", "forward held"
    )
    for name, what in (
        ("pause", "nothing goes there until it is resumed"),
        ("resume", "go on with one that was paused, or that its server stopped"),
        ("remove", "nothing goes there any more; its address and secrets are kept no more"),
    ):
        each = _command(forward, name, what, f"forward {name}")
        each.add_argument("target", help="the id that `voices forward list` shows")
    for name, what in (
        ("again", "send again what is held"),
        ("done", "what is held was put right by hand; what had to be asked back was deleted there"),
    ):
        each = _command(forward, name, what, f"forward {name}")
        each.add_argument("which", help="the id that `voices forward held` shows, or of a server: all of it")
    form = _command(forward, "form", "write a form as XForm, to publish it on a data server", "forward form")
    form.add_argument("form", help="the name `voices form list` shows, or of a built-in form")
    form.add_argument("--to", required=True, metavar="FILE", help="a new file, .xml")


def _words(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """What translators do at a shell."""
    words = _command(commands, "words", "what the bot says, for translators").add_subparsers(
        required=True, metavar="what", dest="what"
    )
    _command(
        words, "renew", "bring the catalogs in locales/ to what English says; how far each is", "words renew"
    )
    out = _command(words, "out", "a form's texts as a PO catalog, on standard output", "words out")
    back = _command(words, "back", "a translated catalog back into an Excel workbook's columns", "words back")
    for each in (out, back):
        each.add_argument("form", help="the workbook")
    out.add_argument("--language", required=True, help="the code of the language to translate into")
    back.add_argument("catalog", help="the PO file")
    back.add_argument("--language", help="its code, where the file does not say it")
    back.add_argument("--output", help="another file to write (the default: the workbook itself)")


def _moment(written: str) -> datetime:
    """A moment as it was written, in UTC where no other zone stands with it."""
    try:
        moment = datetime.fromisoformat(written)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"{written!r} is no moment: write it as 2026-01-31T08:30") from None


def _day(written: str) -> datetime:
    """A day by its first moment (UTC)."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise argparse.ArgumentTypeError(f"{written!r} is no day: write it as 2026-01-31")
    return datetime.combine(day, time(), UTC)


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    help: str,
    command: str = "",
    *,
    epilog: str = EXITS,
) -> argparse.ArgumentParser:
    """One command; `command` is its full name where it is a part of another."""
    made = commands.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.", epilog=epilog)
    if command:
        made.set_defaults(command=command)
    return made


if __name__ == "__main__":
    sys.exit(main())
