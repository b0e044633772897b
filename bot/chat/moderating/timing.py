"""Composing a campaign: when it asks, by the clock of each person.

Verbs, each with the campaign and its version: hk how often, hk1 … so · hd on which day, hd<n> this one, hd100 … a page
of days · hl until when, hl1 … then · hh at which hour, hh<n> this one
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot.campaign import Campaign, Kind, Schedule
from bot.chat.moderating import wording
from bot.chat.moderating.acting import Act, Handler
from bot.chat.moderating.leading import (
    change,
    composed,
    here,
    literal,
    page_of,
    pairs,
    read_by,
    show,
    to_draft,
    under,
)
from bot.chat.moderating.phrases import desk
from bot.people import Moderator
from bot.planned import LAST, WEEK, clock, counted
from bot.progress import PAGE, button
from bot.speech import Button

KINDS = {
    Kind.ONCE: "Once",
    Kind.WEEKLY: "Every week",
    Kind.MONTHLY: "Every month",
    Kind.AFTER: "Days after they told",
}
"""How often a campaign asks."""

AFTER = (3, 7, 14, 30, 60, 90)
"""Days after which people can be asked who told something."""

MONTHLY = (1, 5, 10, 15, 20, 25, LAST)
"""Days of a month."""

AHEAD = 32
"""Days from which the day of a campaign can be chosen."""

UNTIL = (30, 90, 180, 365, 0)
"""Days after which a campaign that asks again and again ends; 0 for never."""

HOURS = range(8, 20)
"""Hours at which people can be asked: outside the quiet hours of whoever has not chosen others."""


def often(act: Act) -> None:
    """How often it asks; or as tapped, and then on which days."""
    if (found := composed(act)) is None:
        return
    lead, campaign = found
    number = act.tapped.number or 0
    kinds = list(KINDS)
    if 0 < number <= len(kinds):
        kind = kinds[number - 1]
        first = {Kind.WEEKLY: 0, Kind.MONTHLY: 1, Kind.AFTER: 30}.get(kind, 0)
        when = campaign.schedule
        if when.kind is not kind:
            tomorrow = act.here.now.date() + timedelta(days=1)
            when = Schedule(kind, when.minute, max(when.first, tomorrow), None, first)
        if changed := change(act, lead, campaign, schedule=when):
            _on_which(act, lead, changed, 0)
        return
    rows = [
        (button(text, f"hk{at}", campaign, picked=campaign.schedule.kind is kind),)
        for at, (kind, text) in enumerate(KINDS.items(), 1)
    ]
    asked = desk("How often? Everybody is asked by the clock of where they live.")
    here(act, lead, asked, under(rows, (to_draft(campaign),)))


def day(act: Act) -> None:
    """On which days; or on the one that was tapped, and then at which hour, or until when."""
    if (found := composed(act)) is None:
        return
    lead, campaign = found
    number = act.tapped.number
    when = campaign.schedule
    if number is None or number >= 100:
        _on_which(act, lead, campaign, (number or 100) - 100)
        return
    match when.kind:
        case Kind.ONCE:
            when = replace(when, first=act.here.now.date() + timedelta(days=number))
        case Kind.WEEKLY if number in WEEK:
            when = replace(when, number=number)
        case Kind.MONTHLY | Kind.AFTER if number:
            when = replace(when, number=number)
    if changed := change(act, lead, campaign, schedule=when):
        if when.kind is Kind.ONCE:
            _at_which(act, lead, changed)
        else:
            _until(act, lead, changed)


def until(act: Act) -> None:
    """Until when it asks again and again; or as tapped, and then at which hour."""
    if (found := composed(act)) is None:
        return
    lead, campaign = found
    number = act.tapped.number or 0
    if not 0 < number <= len(UNTIL):
        _until(act, lead, campaign)
        return
    days = UNTIL[number - 1]
    last = campaign.schedule.first + timedelta(days=days) if days else None
    if changed := change(act, lead, campaign, schedule=replace(campaign.schedule, last=last)):
        _at_which(act, lead, changed)


def hour(act: Act) -> None:
    """At which hour of each person's day; or at the one that was tapped, and then the words."""
    if (found := composed(act)) is None:
        return
    lead, campaign = found
    number = act.tapped.number
    if number is None or number not in HOURS:
        _at_which(act, lead, campaign)
    elif changed := change(act, lead, campaign, schedule=replace(campaign.schedule, minute=60 * number)):
        _go_on(act, lead, changed)


VERBS: Mapping[str, Handler] = {"hk": often, "hd": day, "hl": until, "hh": hour}


def _on_which(act: Act, lead: Moderator, campaign: Campaign, page: int) -> None:
    """Its days, as they are chosen for how often it asks."""
    when = campaign.schedule
    words = act.here.catalogs.words(read_by(act, lead))
    rows: list[tuple[Button, ...]]
    match when.kind:
        case Kind.ONCE:
            asked = desk("On which day?")
            page, pages = page_of(page, AHEAD)
            tomorrow = act.here.now.date() + timedelta(days=1)
            days = [tomorrow + timedelta(days=PAGE * page + number) for number in range(PAGE)]
            rows = pairs(
                [
                    button(
                        words.short_day(each),
                        f"hd{(each - act.here.now.date()).days}",
                        campaign,
                        literal=True,
                        picked=each == when.first,
                    )
                    for each in days
                ]
            )
            rows.append((button("Later", f"hd{100 + (page + 1) % pages}", campaign),))
        case Kind.WEEKLY:
            asked = desk("On which day of the week?")
            rows = pairs(
                [
                    button(
                        words.weekday(each), f"hd{each}", campaign, literal=True, picked=each == when.number
                    )
                    for each in WEEK
                ]
            )
        case Kind.MONTHLY:
            asked = desk("On which day of the month?")
            rows = pairs(
                [
                    literal(
                        act,
                        lead,
                        desk("Its last day") if each == LAST else desk("Day {number}", number=each),
                        f"hd{each}",
                        campaign,
                        picked=each == when.number,
                    )
                    for each in MONTHLY
                ]
            )
        case Kind.AFTER:
            asked = desk("How many days after they last told something?")
            rows = pairs(
                [
                    literal(
                        act,
                        lead,
                        counted("{count} day", "{count} days", each),
                        f"hd{each}",
                        campaign,
                        picked=each == when.number,
                    )
                    for each in AFTER
                ]
            )
    here(act, lead, asked, under(rows, (button("Back", "hk", campaign),)))


def _until(act: Act, lead: Moderator, campaign: Campaign) -> None:
    stands = campaign.schedule.last
    days = (stands - campaign.schedule.first).days if stands else 0
    switches = [
        literal(
            act,
            lead,
            counted("{count} day", "{count} days", each) if each else desk("Without an end"),
            f"hl{at}",
            campaign,
            picked=each == days,
        )
        for at, each in enumerate(UNTIL, 1)
    ]
    asked = desk("How long shall it go on?")
    here(act, lead, asked, under(pairs(switches), (button("Back", "hd", campaign),)))


def _at_which(act: Act, lead: Moderator, campaign: Campaign) -> None:
    hours = [
        button(
            clock(60 * each),
            f"hh{each}",
            campaign,
            literal=True,
            picked=60 * each == campaign.schedule.minute,
        )
        for each in HOURS
    ]
    rows = [tuple(hours[at : at + 3]) for at in range(0, len(hours), 3)]
    asked = desk("At which hour? By the clock of where each person lives, never in their quiet hours.")
    here(act, lead, asked, under(rows, (button("Back", "hd", campaign),)))


def _go_on(act: Act, lead: Moderator, campaign: Campaign) -> None:
    """On to the words; to the draft where some are written already."""
    if campaign.languages:
        show(act, lead, campaign)
    else:
        wording.languages(act, lead, campaign)
