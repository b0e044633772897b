"""After a breach: whom it concerns, and what they are told."""

import argparse
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from bot import warning, wiring
from bot.breach import Breach, Concerned, due
from bot.circumstances import Circumstances
from bot.config import Settings
from bot.operating.doing import Command, in_store, moment, with_store
from bot.people import Respondent
from bot.ports import Store, Unit
from bot.words import Catalogs
from bot.workshop import Refused

AT_ONCE = 200
"""People who are written to in one transaction."""


def _breach(settings: Settings, asked: argparse.Namespace) -> None:
    now = moment()
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
    breach, found, files = in_store(settings, find)
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

    with_store(settings, tell_all)


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


COMMANDS: Mapping[str, Command] = {
    "breach": _breach,
}
"""By what is asked."""
