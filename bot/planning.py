"""What `voices campaign` does: campaigns from a file, counted, shown and moved, each in the name of a lead."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any

from bot import campaigning, planned, progress
from bot.campaign import (
    LONGEST,
    REMINDERS,
    Audience,
    Campaign,
    Count,
    Kind,
    NotAlone,
    NotNow,
    Schedule,
    Wording,
)
from bot.circumstances import Circumstances
from bot.journal import Deed
from bot.people import Moderator, Partner, Role
from bot.ports import Stale, Store, Unit
from bot.speech import Lines, Part, Sentence
from bot.workshop import Refused

WORDS = 600
"""Characters of an invitation, as in the chat."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

READER = "en"
"""The language of an operator's shell."""

SHORT = 8
"""Characters of an id that are shown, and enough to name a campaign by."""

MOVES: Mapping[str, Callable[[Unit, Circumstances, Moderator, Campaign], Campaign]] = {
    "start": campaigning.start,
    "offer": campaigning.offer,
    "approve": campaigning.approve,
    "pause": campaigning.pause,
    "resume": campaigning.resume,
    "cancel": campaigning.cancel,
}
"""What can be done with a campaign at a shell."""

KEYS = {
    "": ("form", "name", "audience", "schedule", "wordings", "reminders", "expires", "quota"),
    "audience": (
        *("languages", "countries", "regions", "associations", "themes", "roles", "changes", "forms"),
        *("answers", "told_within_days", "silent_for_days"),
    ),
    "schedule": ("kind", "at", "day", "until", "weekday", "day_of_month", "days_after"),
}
"""What stands in a file, table by table."""


@dataclass(slots=True)
class _File:
    """A file under way, and every mistake found in it: key, cause, remedy."""

    unit: Unit
    here: Circumstances
    partner: str
    told: Mapping[str, Any]
    mistakes: list[str] = field(default_factory=list)

    def wrong(self, key: str, cause: str, remedy: str) -> None:
        self.mistakes.append(f"{key}: {cause}. {remedy}.")

    def table(self, name: str) -> Mapping[str, Any]:
        """One table of it, with no key that nobody reads."""
        found = self.told.get(name, {}) if name else self.told
        if not isinstance(found, dict):
            self.wrong(name, "this is no table", f"Write it as [{name}]")
            return {}
        for key in found.keys() - set(KEYS[name]):
            place = f"{name}.{key}" if name else key
            self.wrong(place, "there is no such key", f"The keys here are {', '.join(KEYS[name])}")
        return found

    def number(self, table: str, key: str, default: int, least: int, most: int) -> int:
        """A whole number within bounds."""
        place = f"{table}.{key}" if table else key
        value = self.table_of(table).get(key, default)
        if type(value) is int and least <= value <= most:
            return value
        self.wrong(place, f"{value!r} is no number from {least} to {most}", f"Leave it out for {default}")
        return default

    def day(self, key: str) -> date | None:
        """A day, as 2026-12-01."""
        value = self.table_of("schedule").get(key)
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        if type(value) is date:
            return value
        if value is not None:
            self.wrong(f"schedule.{key}", f"{value!r} is no day", "Write it as 2026-12-01")
        return None

    def several(self, table: Mapping[str, Any], key: str, known: Sequence[str], what: str) -> tuple[str, ...]:
        """Words of a closed list."""
        place, value = f"audience.{key}", table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self.wrong(place, "this is no list of words", f'Write it as {key} = ["…"]')
            return ()
        for each in value:
            if each not in known:
                self.wrong(place, f"there is no {what} {each!r}", f"There are {', '.join(known) or 'none'}")
        return tuple(value)

    def table_of(self, name: str) -> Mapping[str, Any]:
        found = self.told.get(name, {}) if name else self.told
        return found if isinstance(found, dict) else {}


# -- from a file ------------------------------------------------------------------------------------------------------


def compose(unit: Unit, here: Circumstances, partner: Partner, lead: Moderator, text: str) -> Campaign:
    """A draft as a file says. Refused with all that is wrong with it, each with its key, cause and remedy."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise Refused(f"This is no TOML: {fault}.") from fault
    file = _File(unit, here, partner.id, told)
    file.table("")
    form = file.told.get("form", "checkin")
    forms = planned.forms(unit, partner.id)
    if form not in forms:
        file.wrong("form", f"there is no form {form!r}", f"There are {', '.join(forms)}")
    name = file.told.get("name", "")
    if not isinstance(name, str):
        file.wrong("name", "this is no text", 'Write it as name = "…"')
    fields = {
        "name": name,
        "audience": _audience(file),
        "schedule": _schedule(file),
        "wordings": _wordings(file),
        "reminders": file.number("", "reminders", 1, 0, REMINDERS),
        "expires": file.number("", "expires", 3, 1, LONGEST),
        "quota": file.number("", "quota", 0, 0, 10**9),
    }
    if file.mistakes:
        raise Refused("\n".join(file.mistakes))
    draft = campaigning.draft(unit, here, lead, form)
    _acted(unit, here, "composed", draft)
    return campaigning.change(unit, here, lead, draft, **fields)


def _audience(file: _File) -> Audience:
    table = file.table("audience")
    unit, here, partner = file.unit, file.here, file.partner
    regions = {each.name: each.countries for each in unit.associations.regions()}
    groups = {each.name: each.id for each in unit.associations.of(partner)}
    countries = list(table.get("countries", [])) if isinstance(table.get("countries", []), list) else []
    for each in countries:
        if not isinstance(each, str) or not here.catalogs.words(READER).country(each) or len(each) != 2:
            file.wrong("audience.countries", f"{each!r} is no country", "Write its two letters, as MG")
    for region in file.several(table, "regions", tuple(regions), "region"):
        countries += regions.get(region, ())
    associations = file.several(table, "associations", tuple(groups), "association")

    def coded(facet: str, what: str) -> tuple[str, ...]:
        return file.several(table, facet, planned.offered(unit, here, partner, facet), what)

    return Audience(
        languages=coded("languages", "language"),
        countries=tuple(dict.fromkeys(map(str, countries))),
        associations=tuple(groups[each] for each in associations if each in groups),
        forms=file.several(table, "forms", planned.forms(unit, partner), "form"),
        themes=coded("themes", "theme"),
        roles=coded("roles", "role"),
        changes=coded("changes", "change"),
        answers=dict(_answers(file, table)),
        within=file.number("audience", "told_within_days", 0, 0, 3650),
        silent=file.number("audience", "silent_for_days", 0, 0, 3650),
    )


def _answers(file: _File, table: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Earlier answers: the place of a question, and the values of which somebody gave one."""
    known = {each.ref: each.values for each in planned.asked(file.unit, file.partner)}
    told = table.get("answers", {})
    if not isinstance(told, dict):
        file.wrong("audience.answers", "this is no table", 'Write it as "/checkin/compared" = ["worse"]')
        return
    for ref, values in told.items():
        place = f"audience.answers.{ref}"
        if ref not in known:
            file.wrong(place, "there is no such question", f"There are {', '.join(known)}")
        elif not isinstance(values, list) or not set(map(str, values)) <= set(known[ref]):
            file.wrong(place, f"{values!r} are not among its answers", f"There are {', '.join(known[ref])}")
        else:
            yield ref, tuple(values)


def _schedule(file: _File) -> Schedule:
    table = file.table("schedule")
    kinds = [str(each) for each in Kind]
    kind = table.get("kind", "once")
    if kind not in kinds:
        file.wrong("schedule.kind", f"{kind!r} is none", f"There are {', '.join(kinds)}")
        kind = "once"
    at = table.get("at", "10:00")
    clock = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", at) if isinstance(at, str) else None
    if clock is None:
        file.wrong(
            "schedule.at", f"{at!r} is no time of day", "Write it as 10:00, by the clock of each person"
        )
    minute = 60 * int(clock[1]) + int(clock[2]) if clock else 600
    number = 0
    match kind:
        case "weekly":
            weekday = table.get("weekday")
            if weekday in WEEKDAYS:
                number = WEEKDAYS.index(weekday)
            else:
                file.wrong("schedule.weekday", f"{weekday!r} is none", f"There are {', '.join(WEEKDAYS)}")
        case "monthly":
            number = file.number("schedule", "day_of_month", 1, 1, 31)
        case "after":
            number = file.number("schedule", "days_after", 30, 1, 365)
    first = file.day("day")
    if first is None and kind == "once":
        file.wrong("schedule.day", "there is no day on which it asks", "Write it as 2026-12-01")
    return Schedule(
        Kind(kind), minute, first or file.here.now.date() + timedelta(days=1), file.day("until"), number
    )


def _wordings(file: _File) -> dict[str, Wording]:
    found: dict[str, Wording] = {}
    told = file.told.get("wordings", {})
    if not isinstance(told, dict) or not told:
        file.wrong("wordings", "nothing is written", 'Write [wordings.en] and under it a = "…"')
        return found
    for code, both in told.items():
        place = f"wordings.{code}"
        if code not in file.here.languages:
            file.wrong(place, "the bot does not speak this", f"It speaks {', '.join(file.here.languages)}")
        if not isinstance(both, dict) or not both.get("a") or both.keys() - {"a", "b"}:
            file.wrong(place, "there must be a, and there may be b", 'Write a = "…"')
        elif any(not isinstance(each, str) or len(each) > WORDS for each in both.values()):
            file.wrong(place, f"this is longer than {WORDS} characters", "Say it shorter")
        else:
            found[code] = Wording(both["a"].strip(), both.get("b", "").strip())
    return found


# -- what there is ----------------------------------------------------------------------------------------------------


def lines(unit: Unit, here: Circumstances) -> list[str]:
    """Every partner's campaigns."""
    return [
        f"{each.id[:SHORT]}  {each.state:9}  {partner.name}  {planned.named(unit, here, each, READER)}"
        for partner in unit.people.partners()
        for each in unit.campaigns.of(partner.id)
    ]


def shown(unit: Unit, here: Circumstances, which: str) -> str:
    """One campaign: its plan, what was counted, and how far it is."""
    campaign = find(unit, which)
    lead = Moderator(campaign.moderator, "", campaign.partner, Role.LEAD, READER)
    said = _plain(here, [Lines(tuple(planned.lines(unit, here, campaign, READER)))])
    if campaign.started_at is not None:
        said += _plain(here, progress.card(unit, here, campaign, lead))
    if campaign.counted is not None:
        said += ["", *told(here, campaign.counted)]
    return "\n".join([f"{campaign.id}  {campaign.state}", *said])


def told(here: Circumstances, plain: Mapping[str, Any]) -> list[str]:
    """What a dry run found: how many, by language; the table of cities; who is left out, and why."""
    found = Count.of(plain)
    languages = [f"  {code}  {people}" for code, people in found.languages.items()]
    cities = [
        f"  {here.catalogs.words(READER).city(each.zone) if each.zone else 'UTC':24}  {each.local:%Y-%m-%d %H:%M}"
        f"  {each.utc:%Y-%m-%d %H:%M}  {each.people}"
        for each in found.hours
    ]
    left = [f"  {progress.LEFT[reason]}: {people}" for reason, people in found.left.items()]
    return [
        f"Would be asked: {found.reached}",
        *languages,
        *(["City, their time, UTC, people:", *cities] if cities else []),
        *([f"Left out: {sum(found.left.values())}", *left] if left else []),
    ]


def find(unit: Unit, which: str) -> Campaign:
    """The campaign whose id begins so. Refused where there is none, or several."""
    every = [each for partner in unit.people.partners() for each in unit.campaigns.of(partner.id)]
    found = [each for each in every if each.id.startswith(which)] if len(which) >= 4 else []
    if len(found) != 1:
        raise Refused(f"No one campaign has an id that begins with {which}: voices campaign list shows them.")
    return found[0]


# -- what is done -----------------------------------------------------------------------------------------------------


def lead_of(unit: Unit, partner: str, named: str | None) -> Moderator:
    """The lead in whose name something is done: the one of this id, or the only one. Refused."""
    leads = [each for each in unit.people.moderators_of(partner) if each.leads(partner)]
    found = [each for each in leads if named is None or each.id.startswith(named)]
    if len(found) == 1:
        return found[0]
    if not leads:
        raise Refused("Nobody leads this partner’s team: voices team invite --role lead.")
    ids = ", ".join(f"{each.id[:SHORT]} ({each.called})" for each in leads)
    raise Refused(f"In whose name? Say --lead with one of: {ids}.")


def move(unit: Unit, here: Circumstances, which: str, what: str, named: str | None) -> str:
    """Do it, in the name of a lead; the journal says that an operator did. Refused, and why."""
    campaign = find(unit, which)
    lead = lead_of(unit, campaign.partner, named)
    try:
        after = MOVES[what](unit, here, lead, campaign)
    except NotAlone as fault:
        remedy = "voices campaign offer asks for it" if what == "start" else "say --lead with another one"
        raise Refused(f"This takes two: {fault}; {remedy}.") from fault
    except NotNow as fault:
        lack = f" {progress.LACKS[fault.lack]}" if fault.lack else ""
        raise Refused(f"Not now: {fault}.{lack}") from fault
    except Stale as fault:
        raise Refused("It changed meanwhile: look at it, and try again.") from fault
    _acted(unit, here, what, after)
    return f"{after.id[:SHORT]} is {after.state}."


async def count(store: Store, here: Circumstances, which: str) -> str:
    """The dry run of a draft, kept with it."""
    campaign = await store.transact(lambda unit: find(unit, which))
    try:
        found = await campaigning.count(store, here, campaign)
    except Stale as fault:
        raise Refused("It changed while it was counted: try again.") from fault
    return "\n".join(told(here, found.plain()))


async def new(
    store: Store,
    here: Circumstances,
    partner: Callable[[Unit], Partner],
    named: str | None,
    text: str,
    *,
    dry: bool,
) -> str:
    """A draft as a file says; `dry`: only what a dry run of it finds, nothing is kept."""

    def draft(unit: Unit) -> tuple[Moderator, Campaign]:
        whose = partner(unit)
        lead = lead_of(unit, whose.id, named)
        return lead, compose(unit, here, whose, lead, text)

    lead, made = await store.transact(draft)
    if not dry:
        return f"{made.id[:SHORT]} is a draft. Count its people: voices campaign count {made.id[:SHORT]}"
    found = await campaigning.count(store, here, made)
    await store.transact(partial(_drop, here=here, lead=lead, which=made.id))
    return "\n".join(told(here, found.plain()))


def _drop(unit: Unit, *, here: Circumstances, lead: Moderator, which: str) -> None:
    campaigning.discard(unit, here, lead, find(unit, which))


def _plain(here: Circumstances, parts: Sequence[Part]) -> list[str]:
    """The words of parts, a sentence a line."""
    said = [each for part in parts for each in (part.sentences if isinstance(part, Lines) else (part,))]
    return [here.say(each, READER) for each in said if isinstance(each, Sentence)]


def _acted(unit: Unit, here: Circumstances, verb: str, campaign: Campaign) -> None:
    """The lead's line in the journal follows or stands before it: it was an operator's hand."""
    unit.journal.write(Deed(here.now, "operator", verb, f"campaign:{campaign.id}"))
