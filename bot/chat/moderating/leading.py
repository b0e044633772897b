"""Leading: which campaign a lead's button or words are about, how it is shown, changed and moved; what steps share."""

from collections.abc import Callable, Sequence
from typing import Any

from bot import attending, campaigning
from bot.campaign import Campaign, NotAlone, NotNow, State
from bot.chat.moderating.acting import Act
from bot.chat.moderating.phrases import desk, say
from bot.circumstances import Circumstances
from bot.people import Moderator
from bot.ports import Stale, Unit
from bot.progress import PAGE, button
from bot.speech import Button, Buttons, Part, Sentence
from bot.standing import refuse

Move = Callable[[Unit, Circumstances, Moderator, Campaign], Campaign]


def leading(act: Act) -> Moderator | None:
    """The role a button names, where whoever taps has it and leads in it; else they are refused."""
    own = next((role for role in act.roles if role.id == act.which), None)
    if own is not None and own.leads(own.partner):
        return own
    refused(act, act.which)
    return None


def led(act: Act) -> tuple[Moderator, Campaign] | None:
    """The campaign a button names, and the role in which somebody leads the team it is of; else they are refused."""
    return _of_team(act, act.which)


def as_shown(act: Act) -> tuple[Moderator, Campaign] | None:
    """The same, where it is still as it was shown; else it is shown as it stands now (S23)."""
    found = led(act)
    if found is not None and found[1].version != act.version:
        show(act, *found)
        return None
    return found


def composed(act: Act) -> tuple[Moderator, Campaign] | None:
    """The same, where it is still a draft."""
    found = as_shown(act)
    if found is not None and found[1].state is not State.DRAFT:
        show(act, *found)
        return None
    return found


def written(act: Act) -> tuple[Moderator, Campaign] | None:
    """What written words are about; they are waited for no more."""
    return _of_team(act, str(act.waiting.get("campaign", "")))


def show(act: Act, lead: Moderator, campaign: Campaign) -> None:
    """The campaign as it stands now, kept up to date there."""
    attending.watch(act.unit, act.here, lead, campaign)


def here(act: Act, lead: Moderator, *parts: Part) -> None:
    """Something else in that place."""
    attending.leave(act.unit, act.here, lead)
    say(act.unit, act.here, lead, *parts, in_place=True)


def change(act: Act, lead: Moderator, campaign: Campaign, **fields: Any) -> Campaign | None:
    """The draft, changed; None where it is one no more, or was changed meanwhile: it is shown as it stands."""
    try:
        return campaigning.change(act.unit, act.here, lead, campaign, **fields)
    except (NotNow, Stale):
        show(act, lead, _now(act, campaign))
        return None


def moved(act: Act, lead: Moderator, campaign: Campaign, move: Move) -> Campaign | None:
    """The campaign after a move, shown; None where it does not move so: it is shown as it stands, which says why."""
    try:
        after = move(act.unit, act.here, lead, campaign)
    except (NotNow, NotAlone, Stale):
        show(act, lead, _now(act, campaign))
        return None
    show(act, lead, after)
    return after


def on(campaign: Campaign, following: str) -> tuple[Button, ...]:
    """On to what is asked next; to the draft where everything was asked already."""
    if campaign.languages and following != "he":
        return (button("Done", "jo", campaign, style="primary"),)
    return (to_draft(campaign), button("Next step", following, campaign, style="primary"))


def to_draft(campaign: Campaign) -> Button:
    """Back to the draft."""
    return button("Back", "jo", campaign)


def literal(act: Act, lead: Moderator, text: Sentence, verb: str, campaign: Campaign, **more: Any) -> Button:
    """A button whose sentence counts."""
    return button(act.here.say(text, read_by(act, lead)), verb, campaign, literal=True, **more)


def pairs(buttons: Sequence[Button]) -> list[tuple[Button, ...]]:
    """Two in a row."""
    return [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]


def under(rows: Sequence[tuple[Button, ...]], last: tuple[Button, ...]) -> Buttons:
    """Rows, and this one under them."""
    return Buttons((*rows, last))


def page_of(page: int, count: int) -> tuple[int, int]:
    """The page, or the first where there is none such; and how many there are."""
    pages = max(1, -(-count // PAGE))
    return (page if 0 <= page < pages else 0), pages


def read_by(act: Act, lead: Moderator) -> str:
    """The language in which a lead reads."""
    return act.here.language(lead.language)


def refused(act: Act, which: str) -> None:
    """Whatever it was, it is none of theirs; whether it exists is not said (S20)."""
    refuse(act.unit, act.here, act.role.address, f"campaign:{which}" if which else "campaign")
    say(act.unit, act.here, act.role, desk("Not found."))


def _of_team(act: Act, which: str) -> tuple[Moderator, Campaign] | None:
    for role in act.roles:
        if role.leads(role.partner) and (found := act.unit.campaigns.get(which, partner=role.partner)):
            return role, found
    refused(act, which)
    return None


def _now(act: Act, campaign: Campaign) -> Campaign:
    return act.unit.campaigns.get(campaign.id, partner=campaign.partner) or campaign
