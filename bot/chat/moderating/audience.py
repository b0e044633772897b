"""Composing a campaign: which form it asks, and whom.

Each step stands in place of the one before. Verbs, each with the campaign and its version: hf its form, hf1 … this one
· hw whom, hw<n> one facet: a hundred times its number and the page · ht<n> tick one: a thousand times the facet and the
place · hp told in so many days, hp1 … · hs told nothing in so many days, hs1 … · hq earlier answers, hq<n> their page ·
ha<n> a question: a hundred times its place, and the answer that is ticked
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot import planned
from bot.campaign import Audience, Campaign
from bot.chat.moderating.acting import Act, Handler
from bot.chat.moderating.leading import (
    change,
    composed,
    here,
    literal,
    on,
    page_of,
    pairs,
    read_by,
    show,
    to_draft,
    under,
)
from bot.chat.moderating.phrases import desk
from bot.people import Moderator, Region
from bot.planned import FACETS, counted
from bot.progress import PAGE, button
from bot.speech import Lines

WITHIN = (0, 7, 30, 90, 180, 365)
"""Days in which people told something, or told nothing; 0 for any."""

FACET_NAMES = {
    "languages": "Languages",
    "countries": "Countries",
    "associations": "Associations",
    "themes": "Themes",
    "roles": "They speak as",
    "changes": "Their last check-in",
}
"""What the facets of an audience are called on a button."""


def form(act: Act) -> None:
    """Which form is asked; or the one that was tapped is."""
    if (found := composed(act)) is None:
        return
    lead, campaign = found
    names = planned.forms(act.unit, lead.partner)
    number = act.tapped.number or 0
    if number and number <= len(names):
        if changed := change(act, lead, campaign, form=names[number - 1]):
            show(act, lead, changed)
        return
    reader = read_by(act, lead)
    rows = [
        (
            button(
                planned.form_named(act.unit, act.here, name, reader),
                f"hf{at}",
                campaign,
                literal=True,
                picked=name == campaign.form,
            ),
        )
        for at, name in enumerate(names, 1)
    ]
    here(act, lead, desk("Which form shall people be asked?"), under(rows, (to_draft(campaign),)))


def audience(act: Act) -> None:
    """Whom it reaches; or the choices of one facet of it."""
    if (found := composed(act)) is None:
        return
    lead, campaign = found
    facet, page = divmod((act.tapped.number or 0) - 100, 100)
    if act.tapped.number is None or not 0 <= facet < len(FACETS):
        whom(act, lead, campaign)
    else:
        _facet(act, lead, campaign, facet, page)


def whom(act: Act, lead: Moderator, campaign: Campaign) -> None:
    """Everybody who agreed to be asked again, and what narrows that down."""
    facets = [
        button(FACET_NAMES[facet], f"hw{100 * at}", campaign)
        for at, facet in enumerate(FACETS, 1)
        if planned.offered(act.unit, act.here, campaign.partner, facet)
    ]
    more = [
        button("Told lately", "hp", campaign),
        button("Told nothing lately", "hs", campaign),
        button("Earlier answers", "hq", campaign),
    ]
    said = Lines(tuple(planned.whom(act.unit, act.here, campaign, read_by(act, lead))))
    narrow = desk("You can narrow it down, or go on.")
    here(act, lead, said, narrow, under(pairs([*facets, *more]), on(campaign, "hk")))


def tick(act: Act) -> None:
    """One of a facet is ticked, or no more."""
    if (found := composed(act)) is None:
        return
    lead, campaign = found
    facet, place = divmod((act.tapped.number or 0) - 1000, 1000)
    if not 0 <= facet < len(FACETS):
        whom(act, lead, campaign)
        return
    codes = planned.offered(act.unit, act.here, campaign.partner, FACETS[facet])
    regions = _regions(act, FACETS[facet])
    if place < len(regions):
        ticked = _region_ticked(campaign, regions[place].countries)
    elif place < len(regions) + len(codes):
        ticked = planned.chosen(campaign.audience, FACETS[facet], codes[place - len(regions)])
    else:
        whom(act, lead, campaign)
        return
    narrowed = _with(campaign.audience, **{FACETS[facet]: ticked})
    if changed := change(act, lead, campaign, audience=narrowed):
        _facet(act, lead, changed, facet, place // PAGE)


def within(act: Act) -> None:
    """In how many days they told something."""
    _days(act, "hp", "within", "Only people who told something in the last …")


def silent(act: Act) -> None:
    """In how many days they told nothing."""
    _days(act, "hs", "silent", "Only people who told nothing in the last …")


def questions(act: Act) -> None:
    """By which question people are chosen: a page of them."""
    if (found := composed(act)) is None:
        return
    lead, campaign = found
    every = list(planned.asked(act.unit, campaign.partner))
    page, pages = page_of(act.tapped.number or 0, len(every))
    reader = read_by(act, lead)
    rows = [
        (
            button(
                each.label(reader),
                f"ha{100 * at}",
                campaign,
                literal=True,
                picked=each.ref in campaign.audience.answers,
            ),
        )
        for at, each in list(enumerate(every, 1))[page * PAGE : (page + 1) * PAGE]
    ]
    if pages > 1:
        rows.append((button("More", f"hq{(page + 1) % pages}", campaign),))
    back = (button("Back", "hw", campaign),)
    here(act, lead, desk("By which earlier answer?"), under(rows, back))


def answer(act: Act) -> None:
    """The answers to a question; or the one that was tapped is ticked, or no more."""
    if (found := composed(act)) is None:
        return
    lead, campaign = found
    place, value = divmod(act.tapped.number or 0, 100)
    every = list(planned.asked(act.unit, campaign.partner))
    if not 0 < place <= len(every):
        whom(act, lead, campaign)
        return
    one = every[place - 1]
    if 0 < value <= len(one.values):
        answers = planned.answered(campaign.audience, one.ref, one.values[value - 1])
        changed = change(act, lead, campaign, audience=replace(campaign.audience, answers=answers))
        if changed is None:
            return
        campaign = changed
    reader = read_by(act, lead)
    chosen = campaign.audience.answers.get(one.ref, ())
    switches = [
        button(
            one.answer(each, reader), f"ha{100 * place + at}", campaign, literal=True, picked=each in chosen
        )
        for at, each in enumerate(one.values, 1)
    ]
    asked = desk("Who answered “{question}” with one of these:", question=one.label(reader))
    here(act, lead, asked, under(pairs(switches), (button("Back", "hq", campaign),)))


VERBS: Mapping[str, Handler] = {
    "hf": form,
    "hw": audience,
    "ht": tick,
    "hp": within,
    "hs": silent,
    "hq": questions,
    "ha": answer,
}


def _facet(act: Act, lead: Moderator, campaign: Campaign, facet: int, page: int) -> None:
    """The choices of one facet: regions first where it is countries."""
    name = FACETS[facet]
    reader = read_by(act, lead)
    codes = planned.offered(act.unit, act.here, campaign.partner, name)
    ticked = getattr(campaign.audience, name)
    choices = [
        (act.here.region_in(each.name, reader), bool(each.countries) and set(each.countries) <= set(ticked))
        for each in _regions(act, name)
    ]
    choices += [
        (planned.code_named(act.unit, act.here, campaign.partner, name, code, reader), code in ticked)
        for code in codes
    ]
    page, pages = page_of(page, len(choices))
    switches = [
        button(text, f"ht{1000 * (facet + 1) + at}", campaign, literal=True, picked=on)
        for at, (text, on) in list(enumerate(choices))[page * PAGE : (page + 1) * PAGE]
    ]
    rows = pairs(switches)
    if pages > 1:
        rows.append((button("More", f"hw{100 * (facet + 1) + (page + 1) % pages}", campaign),))
    here(act, lead, desk(FACET_NAMES[name]), under(rows, (button("Back", "hw", campaign),)))


def _regions(act: Act, facet: str) -> Sequence[Region]:
    return act.unit.associations.regions() if facet == "countries" else ()


def _region_ticked(campaign: Campaign, countries: Sequence[str]) -> tuple[str, ...]:
    """The countries with all of a region ticked, or none of them where all were."""
    before = campaign.audience.countries
    if set(countries) <= set(before):
        return tuple(each for each in before if each not in countries)
    return tuple(dict.fromkeys((*before, *countries)))


def _days(act: Act, verb: str, name: str, text: str) -> None:
    if (found := composed(act)) is None:
        return
    lead, campaign = found
    number = act.tapped.number or 0
    if 0 < number <= len(WITHIN):
        narrowed = _with(campaign.audience, **{name: WITHIN[number - 1]})
        if changed := change(act, lead, campaign, audience=narrowed):
            whom(act, lead, changed)
        return
    stands = getattr(campaign.audience, name)
    switches = [
        literal(
            act,
            lead,
            counted("{count} day", "{count} days", days) if days else desk("Any time"),
            f"{verb}{at}",
            campaign,
            picked=days == stands,
        )
        for at, days in enumerate(WITHIN, 1)
    ]
    here(act, lead, desk(text), under(pairs(switches), (button("Back", "hw", campaign),)))


def _with(audience: Audience, **facet: Any) -> Audience:
    return replace(audience, **facet)
