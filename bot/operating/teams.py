"""Partners and associations, their links and posters, and who reads for them."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from bot import partnering, team, wiring
from bot.circumstances import Circumstances
from bot.config import Settings
from bot.linking import opening
from bot.operating.doing import Command, in_store, moment, which, with_store
from bot.people import Association, Moderator, Partner, Role
from bot.ports import Store, Unit
from bot.posters import poster, sheet
from bot.words import Catalogs
from bot.workshop import Refused


def _partner(settings: Settings, asked: argparse.Namespace) -> None:
    def add(unit: Unit) -> Partner:
        return partnering.add_partner(unit, asked.name, asked.contact, moment(), days=asked.days)

    made = in_store(settings, add)
    print(f"{made.name} reads each voice within {made.days} days and is reached at {made.contact}.")


def _association(settings: Settings, asked: argparse.Namespace) -> None:
    def add(unit: Unit) -> Association:
        partner = which(unit, asked.partner)
        more = {"country": asked.country.upper(), "region": asked.region}
        return partnering.add_association(unit, partner.id, asked.name, moment(), **more)

    made = in_store(settings, add)
    print(f"{made.name} is there. Its link: voices team links")


def _load(settings: Settings, asked: argparse.Namespace) -> None:
    try:
        text = Path(asked.file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{asked.file} cannot be read") from error
    done = in_store(settings, lambda unit: partnering.load(unit, text, moment()))
    print("\n".join(done) if done else "All of it was there already.")


def _links(settings: Settings, asked: argparse.Namespace) -> None:
    def read(unit: Unit) -> list[list[partnering.Way]]:
        return [partnering.ways(unit, each.id) for each in unit.people.partners()]

    async def read_and_name(store: Store) -> tuple[list[list[partnering.Way]], str | None]:
        return await store.transact(read), await wiring.name_of_bot(settings, store)

    partners, bot = with_store(settings, read_and_name)
    if asked.qr and not bot:
        raise Refused(
            "The bot's name is not known (set VOICES_TOKEN, or run the bot once), so there is no link."
        )
    for ways in partners:
        for way in ways:
            link = opening(bot, way.payload) if bot else f"/start {way.payload}"
            print(f"{'' if way is ways[0] else '  '}{way.name}  {link}")
            if asked.qr:
                write_posters(Path(asked.qr), way, link)


def write_posters(folder: Path, way: partnering.Way, link: str) -> None:
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
        partner = which(unit, asked.partner)
        return team.invite(unit, partner.id, role, moment(), label=asked.label), partner

    async def make_and_name(store: Store) -> tuple[str, Partner, str | None]:
        return *await store.transact(make), await wiring.name_of_bot(settings, store)

    code, partner, bot = with_store(settings, make_and_name)
    if bot is None:
        print(f"/start j-{code}")
        print(
            "The bot's name is not known (set VOICES_TOKEN, or run the bot once), so there is no link: "
            "whom you invite opens the bot and writes the line above to it."
        )
    else:
        print(team.link(bot, code))
    ends = moment() + team.EXPIRES
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

    print("\n".join(in_store(settings, read)))


def _member(member: Moderator) -> str:
    """A member of a team in one line; we hold no name of theirs."""
    since = f"  since {member.since:%Y-%m-%d}" if member.since else ""
    read = f"  reads {' '.join(member.languages)}" if member.languages else ""
    return f"{member.role}  {member.id}  {member.called}{since}{read}"


def _remove(settings: Settings, asked: argparse.Namespace) -> None:
    def end(unit: Unit) -> str:
        here = Circumstances(f"operator:{asked.moderator}", moment(), Catalogs.read())
        return unit.people.partner(team.remove(unit, here, asked.moderator).partner).name

    print(f"{asked.moderator} no longer reads for {in_store(settings, end)}.")


COMMANDS: Mapping[str, Command] = {
    "team partner": _partner,
    "team association": _association,
    "team load": _load,
    "team links": _links,
    "team invite": _invite,
    "team list": _list,
    "team remove": _remove,
}
"""By what is asked."""
