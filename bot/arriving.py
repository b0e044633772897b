"""Arriving, a deed: /start and links, the language, beginning again, stopping and coming back."""

from collections.abc import Mapping
from dataclasses import replace

from bot.campaign import Campaign, State
from bot.circumstances import Circumstances, reply
from bot.daytime import gently
from bot.greeting import ask_language, begin, begun_by, go_on_or_again, may_begin, menu, old_button
from bot.linking import CAMPAIGN
from bot.people import Respondent
from bot.ports import NOTHING, Unit
from bot.speech import Message, Part, Sentence
from bot.walking import GONE, drop, drop_loose, open_form, prefilled, saved, step
from bot.words import FALLBACK
from dialogs import event
from dialogs.form import Form

NOT_NOW = (
    "The questions behind this link are not asked at the moment. Thank you for coming. You can tell us how things are"
    " at any time."
)
"""To who comes by the link of a campaign that does not run."""


def start(unit: Unit, here: Circumstances, her: Respondent, link: str = "") -> None:
    """/start: choose a language, go on with what is open, begin at once, or choose from the menu.

    `link` is what a link carried: "p-<partner>" says for whom a voice is gathered, "a-<association>" by which local
    group too, "f-<form>" begins an author's form, "c-<code>" that of a campaign that runs; anything else is worth
    nothing.
    """
    kept = unit.sessions.of(her.id)
    campaign = _campaign_of(unit, link)
    form, asked = begun_by(unit, link), NOTHING
    by = _whose_link(unit, link) if kept is None else None
    partner, association = by or (her.partner, her.association)
    her = saved(unit, her, quiet=False, reachable=True, waiting={}, partner=partner, association=association)
    if by is not None and association:
        _say_by_whom(unit, here, her)
    if campaign is not None and _asks(unit, campaign):
        form, asked = campaign.form, _came_by(campaign)
        her = her if kept is not None else _speaks_to(unit, her, campaign)
    elif campaign is not None:
        reply(unit, here, her, Sentence(NOT_NOW), step="not now")
    if her.language is None:
        ask_language(unit, here, her, form=form or "testimony", asked=asked)
    elif kept is not None:
        go_on_or_again(unit, here, her, kept, form or "testimony", asked)
    elif form is not None:
        begin(unit, here, her, form, asked=asked)
    elif unit.testimonies.of(her.id):
        reply(unit, here, her, *menu("Good to see you again. What would you like to do?"))
    else:
        begin(unit, here, her, "testimony")


def choose_language(unit: Unit, here: Circumstances, her: Respondent, code: str) -> None:
    """A language was tapped: everything from here on is in it; what waited for it begins."""
    if code not in here.languages:
        old_button(unit, here, her)
        return
    first = her.language is None
    waiting = her.waiting if her.waiting.get("for") == "start" else {}
    form = waiting.get("form") if may_begin(unit, waiting.get("form")) else None
    asked = waiting.get("asked", NOTHING) if form is not None else NOTHING
    her = saved(unit, her, language=code, waiting={})
    moderators = unit.people.moderators_at(her.address)
    for moderator in moderators:
        unit.people.save_moderator(replace(moderator, language=code))
    lead: list[Part] = []
    if not first or moderators:
        lead.append(Sentence("From here on we write in {language}.", {"language": here.languages[code].name}))
    if code != FALLBACK and not here.languages[code].vouched_by:
        lead.append(
            Sentence(
                "These words were translated by a machine and nobody has checked them yet. Please forgive mistakes."
            )
        )
    kept = unit.sessions.of(her.id)
    if kept is not None:
        step(unit, here, her, kept, event.ChangedLanguage(code), lead=lead)
    elif moderators and form is None:
        reply(unit, here, her, *lead)
    elif form is not None or (first and not unit.testimonies.of(her.id)):
        begin(unit, here, her, form or "testimony", lead=lead, asked=asked)
    else:
        reply(unit, here, her, *lead, *menu("Good to see you again. What would you like to do?"))


def try_out(unit: Unit, here: Circumstances, her: Respondent, form: Form) -> None:
    """An author's draft in the chat: asked as it will be, nothing of it handed over."""
    kept = unit.sessions.of(her.id)
    if kept is not None:
        drop(unit, her, kept)
    if her.language is None:
        her = saved(unit, her, language=here.language())
    open_form(unit, here, her, form, prefilled(unit, here, her))


def leads_somewhere(unit: Unit, link: str) -> bool:
    """Whether what a link carried means anything: a partner's, or that of a form or a campaign that is asked."""
    campaign = _campaign_of(unit, link)
    return (
        begun_by(unit, link) is not None
        or _whose_link(unit, link) is not None
        or (campaign is not None and _asks(unit, campaign))
    )


def end_all(unit: Unit, here: Circumstances, form: str) -> None:
    """A form was withdrawn: whoever is answering it is told kindly (R22); what was begun is erased."""
    for kept in unit.sessions.asked(form):
        her = unit.people.respondent(kept.respondent)
        unit.sessions.drop(kept.id)
        if her is None:
            continue
        drop_loose(unit, her)
        if her.reachable and not her.quiet:
            message = Message(here.language(her.language), (Sentence(GONE),))
            gently(unit, here, her, message, step=f"ended:{her.id}", since=kept.touched_at)


def begin_again(unit: Unit, here: Circumstances, her: Respondent, tag: str) -> None:
    """Erase what was begun and begin anew; a button of an earlier session erases nothing."""
    kept = unit.sessions.of(her.id)
    if kept is None or kept.tag != tag:
        old_button(unit, here, her)
        return
    form = str(her.waiting.get("form"))
    asked: Mapping[str, str] = her.waiting.get("asked", NOTHING)
    drop(unit, her, kept)
    lead = [Sentence("What you had begun is erased. We start again.")]
    campaign = unit.campaigns.named(asked["campaign"]) if asked.get("campaign") else None
    if campaign is not None and not asked.get("checkin") and _asks(unit, campaign):
        her = _speaks_to(unit, her, campaign)
    if may_begin(unit, form):
        begin(unit, here, her, form, lead=lead, asked=asked)
    else:
        begin(unit, here, her, "testimony", lead=lead)


def stop(unit: Unit, here: Circumstances, her: Respondent) -> None:
    """/stop: nothing more from us unasked, what is queued too (S45); what she asked for before it still comes (S1). An
    open session is kept for a while.
    """
    her = saved(unit, her, quiet=True, waiting={})
    unit.outbox.cancel(her.address, here.now, unasked=True)
    kept = unit.sessions.of(her.id)
    if kept is None:
        reply(
            unit,
            here,
            her,
            Sentence("Done. We no longer write to you first. If you want to come back: /start"),
        )
    else:
        step(unit, here, her, kept, event.Stopped())


def resume(unit: Unit, here: Circumstances, her: Respondent) -> None:
    """/resume: the open question again."""
    her = saved(unit, her, quiet=False, waiting={})
    kept = unit.sessions.of(her.id)
    if kept is None:
        reply(unit, here, her, Sentence("There is nothing waiting to go on. To begin: /start"))
    else:
        step(unit, here, her, kept, event.Resumed())


def reached(unit: Unit, here: Circumstances, her: Respondent, reachable: bool) -> None:
    """She blocked the bot, or let it in again (R18): nothing is said; what was queued for a closed door is dropped."""
    saved(unit, her, reachable=reachable)
    if not reachable:
        unit.outbox.cancel(her.address, here.now)


def _whose_link(unit: Unit, link: str) -> tuple[str, str] | None:
    """Partner and association of a link; None where it is neither's."""
    match link.partition("-"):
        case ["p", _, partner] if partner in {each.id for each in unit.people.partners()}:
            return partner, ""
        case ["a", _, id] if (association := unit.associations.by_link(id)) is not None:
            return association.partner, association.id
    return None


def _campaign_of(unit: Unit, link: str) -> Campaign | None:
    """The campaign whose link it is; one that has not begun is nobody's yet."""
    code = link.removeprefix(CAMPAIGN)
    found = unit.campaigns.by_code(code) if code and link != code else None
    return None if found is not None and found.state in (State.DRAFT, State.WAITING) else found


def _asks(unit: Unit, campaign: Campaign) -> bool:
    """Whether whoever comes by its link is asked now."""
    return campaign.state is State.RUNNING and may_begin(unit, campaign.form)


def _came_by(campaign: Campaign) -> Mapping[str, str]:
    """What her session keeps of it: the testimony carries the campaign, and no check-in was answered."""
    return {"checkin": "", "campaign": campaign.id}


def _speaks_to(unit: Unit, her: Respondent, campaign: Campaign) -> Respondent:
    """Who comes by a campaign's link speaks to its partner; a local group of that partner stays with her."""
    association = her.association if her.partner == campaign.partner else ""
    return saved(unit, her, partner=campaign.partner, association=association)


def _say_by_whom(unit: Unit, here: Circumstances, her: Respondent) -> None:
    """She learns that the local group whose link she followed is noted with what she tells."""
    association = unit.associations.by_link(her.association)
    if association is not None:
        names = {"association": association.name, "partner": unit.people.partner(her.partner).name}
        told = Sentence(
            "You come by {association}, which works with {partner}. This is noted with what you tell.", names
        )
        reply(unit, here, her, told, step="by")
