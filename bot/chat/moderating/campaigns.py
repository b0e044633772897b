"""Campaigns of a team, for its leads: what runs, its card, starting by two, pausing and ending.

Verbs: j the list, j1 … its page, jn begin one, jn1 … with which form: these with the role that leads · jo one of them ·
ja ask a colleague · js start · jg approve · jb send back · jp pause · jr go on · jc cancel? · jy yes · jd copy · jm
name · jx discard: these with the campaign and its version
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot import campaigning, planned
from bot.campaign import Campaign, NotNow
from bot.chat.moderating.acting import Act, Handler, wait_for
from bot.chat.moderating.audience import whom
from bot.chat.moderating.leading import as_shown, change, here, leading, led, moved, show, written
from bot.chat.moderating.phrases import desk, say
from bot.circumstances import tell
from bot.outbox import Kind
from bot.people import Moderator
from bot.progress import PAGE, button, state_named
from bot.speech import Button, Buttons, Message, Part, Quote

NAME = 60
"""Characters of a campaign's name."""

NOTE = 500
"""Characters of what is said with one that is sent back."""


def begin(act: Act) -> None:
    """/campaigns: those of the team one leads; for who leads several, of which."""
    leading = [role for role in act.roles if role.leads(role.partner)]
    if len(leading) == 1:
        _list(act, leading[0], 0, in_place=False)
    elif leading:
        rows = tuple(
            (Button(act.unit.people.partner(role.partner).name, f"r:j:{role.id}", literal=True),)
            for role in leading
        )
        say(act.unit, act.here, act.role, desk("Which team?"), Buttons(rows))
    else:
        say(act.unit, act.here, act.role, desk("Campaigns are made by a lead of your team."))


def listed(act: Act) -> None:
    """A page of a team's campaigns."""
    if lead := leading(act):
        _list(act, lead, act.tapped.number or 0)


def new(act: Act) -> None:
    """Which form shall be asked?"""
    if lead := leading(act):
        forms = planned.forms(act.unit, lead.partner)
        number = act.tapped.number or 0
        if number and number <= len(forms):
            whom(act, lead, campaigning.draft(act.unit, act.here, lead, forms[number - 1]))
            return
        reader = act.here.language(lead.language)
        rows = [
            (
                Button(
                    planned.form_named(act.unit, act.here, form, reader), f"r:jn{at}:{lead.id}", literal=True
                ),
            )
            for at, form in enumerate(forms, 1)
        ]
        rows.append((Button("Back", f"r:j:{lead.id}", domain="desk"),))
        here(act, lead, desk("A new campaign. Which form shall people be asked?"), Buttons(tuple(rows)))


def opened(act: Act) -> None:
    """One campaign: its draft, or its card."""
    if found := led(act):
        show(act, *found)


def offer(act: Act) -> None:
    """Ask the other leads of the team to approve it."""
    if (found := as_shown(act)) is None:
        return
    lead, campaign = found
    others = _other_leads(act, lead)
    if not others:
        alone = desk("Nobody else leads your team. Invite a second lead first: /team")
        here(act, lead, alone, Buttons(((button("Back", "jo", campaign),),)))
        return
    offered = moved(act, lead, campaign, campaigning.offer)
    if offered is not None:
        for other in others:
            _ask(act, other, offered)


def start(act: Act) -> None:
    """It runs from now on."""
    if found := as_shown(act):
        moved(act, *found, campaigning.start)


def approve(act: Act) -> None:
    """A colleague's runs from now on; they are told."""
    if found := as_shown(act):
        lead, campaign = found
        if moved(act, lead, campaign, campaigning.approve):
            _tell_maker(act, lead, campaign, "Your campaign “{campaign}” was approved by {label}. It runs.")


def ask_why(act: Act) -> None:
    """What shall be changed? The next words go to whoever made it."""
    if found := as_shown(act):
        lead, campaign = found
        wait_for(replace(act, role=lead), "send back", campaign=campaign.id)
        asked = desk("What should be changed? Write one sentence; it goes to whoever made it.")
        here(act, lead, asked, Buttons(((button("Back", "jo", campaign),),)))


def send_back(act: Act) -> None:
    """The sentence with which it goes back was written."""
    if (found := written(act)) is None:
        return
    lead, campaign = found
    words = act.words.strip()[:NOTE]
    if back := moved(act, lead, campaign, campaigning.send_back):
        told = "“{campaign}” was sent back by {label}:"
        _tell_maker(act, lead, back, told, Quote(words))


def pause(act: Act) -> None:
    """Nothing of it goes out until it goes on."""
    if found := as_shown(act):
        moved(act, *found, campaigning.pause)


def resume(act: Act) -> None:
    """It goes on."""
    if found := as_shown(act):
        moved(act, *found, campaigning.resume)


def ask(act: Act) -> None:
    """Once more: shall it end?"""
    if found := as_shown(act):
        lead, campaign = found
        sure = desk(
            "Cancel it? Nobody else is asked; who was asked can still answer. It cannot be taken back."
        )
        yes = button("Yes, cancel it", "jy", campaign, style="danger")
        here(act, lead, sure, Buttons(((yes,), (button("Back", "jo", campaign),))))


def cancel(act: Act) -> None:
    """Yes: it ends now."""
    if found := as_shown(act):
        moved(act, *found, campaigning.cancel)


def copy(act: Act) -> None:
    """A new draft like it."""
    if found := led(act):
        lead, campaign = found
        show(act, lead, campaigning.copy(act.unit, act.here, lead, campaign))


def ask_name(act: Act) -> None:
    """The next words are its name."""
    if found := as_shown(act):
        lead, campaign = found
        wait_for(replace(act, role=lead), "campaign name", campaign=campaign.id)
        asked = desk("What do you want to call it? Only your team sees the name.")
        here(act, lead, asked, Buttons(((button("Back", "jo", campaign),),)))


def rename(act: Act) -> None:
    """Its name was written."""
    if found := written(act):
        lead, campaign = found
        name = " ".join(act.words.split())[:NAME]
        if changed := change(act, lead, campaign, name=name):
            show(act, lead, changed)


def discard(act: Act) -> None:
    """A draft is wanted no more."""
    if found := as_shown(act):
        lead, campaign = found
        try:
            campaigning.discard(act.unit, act.here, lead, campaign)
        except NotNow:
            show(act, lead, campaign)
        else:
            _list(act, lead, 0)


COMMANDS: Mapping[str, Handler] = {"campaigns": begin}
VERBS: Mapping[str, Handler] = {
    "j": listed,
    "jn": new,
    "jo": opened,
    "ja": offer,
    "js": start,
    "jg": approve,
    "jb": ask_why,
    "jp": pause,
    "jr": resume,
    "jc": ask,
    "jy": cancel,
    "jd": copy,
    "jm": ask_name,
    "jx": discard,
}
WORDS: Mapping[str, Handler] = {"send back": send_back, "campaign name": rename}


def _list(act: Act, lead: Moderator, page: int, *, in_place: bool = True) -> None:
    """What runs and is composed first, then what is over."""
    every = act.unit.campaigns.of(lead.partner)
    pages = max(1, -(-len(every) // PAGE))
    page = page if page < pages else 0
    reader = act.here.language(lead.language)
    rows = [
        (
            button(
                "{campaign} · {state}",
                "jo",
                each,
                values={
                    "campaign": planned.named(act.unit, act.here, each, reader),
                    "state": state_named(each.state),
                },
            ),
        )
        for each in every[page * PAGE : (page + 1) * PAGE]
    ]
    if pages > 1:
        rows.append((Button("More", f"r:j{(page + 1) % pages}:{lead.id}", domain="desk"),))
    rows.append((Button("New campaign", f"r:jn:{lead.id}", style="primary", domain="desk"),))
    head = desk("The campaigns of {partner}", partner=act.unit.people.partner(lead.partner).name)
    none = [] if every else [desk("There is none yet. A campaign asks people again who agreed to it.")]
    if in_place:
        here(act, lead, head, *none, Buttons(tuple(rows)))
    else:
        say(act.unit, act.here, lead, head, *none, Buttons(tuple(rows)))


def _other_leads(act: Act, lead: Moderator) -> Sequence[Moderator]:
    """Other people who lead the same team."""
    team = act.unit.people.moderators_of(lead.partner)
    return [each for each in team if each.leads(lead.partner) and each.address != lead.address]


def _ask(act: Act, other: Moderator, campaign: Campaign) -> None:
    """A colleague is asked to look at it and to approve it."""
    look = button("Look at it", "jo", campaign, style="primary")
    _tell(
        act, other, campaign, "A colleague asks you to approve a campaign: “{campaign}”.", Buttons(((look,),))
    )


def _tell_maker(act: Act, lead: Moderator, campaign: Campaign, text: str, *more: Part) -> None:
    """Whoever asked hears what became of it."""
    maker = act.unit.people.moderator(campaign.moderator)
    if maker is not None and maker.active:
        look = button("Look at it", "jo", campaign)
        _tell(act, maker, campaign, text, *more, Buttons(((look,),)), label=lead.called)


def _tell(act: Act, to: Moderator, campaign: Campaign, text: str, *more: Part, **values: str) -> None:
    reader = act.here.language(to.language)
    name = planned.named(act.unit, act.here, campaign, reader)
    message = Message(reader, (desk(text, campaign=name, **values), *more), protect=True)
    tell(act.unit, act.here, to.address, message, kind=Kind.MODERATION, step=f"tell:{to.id}")
