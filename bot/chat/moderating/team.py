"""The team: who is in it, inviting, ending a role; and the languages somebody reads.

What a button is about is a role: one's own, or that of a member of a team one leads. Verbs: g the team · gi invite,
gi1 … as what · gn without a label · gr whose role, gr1 … further of them · ge end it, gy yes · gl languages, gl0 … one
of them · gd done
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot import standing, team
from bot.chat.moderating.acting import Act, Handler, wait_for
from bot.chat.moderating.phrases import desk, say
from bot.circumstances import tell
from bot.linking import NAME, inviting
from bot.outbox import Kind
from bot.people import Moderator, Role
from bot.speech import Button, Buttons, Day, Lines, Message, Sentence
from bot.team import Removal

ROLES: Mapping[Role, str] = {
    Role.MODERATOR: "Moderator",
    Role.FOCAL_POINT: "Focal point",
    Role.LEAD: "Lead",
    Role.AUTHOR: "Author",
}
"""What roles are called (context "role")."""

PAGE = 8
"""Members whose buttons stand under one message."""


def show(act: Act) -> None:
    """/team: the team one leads, or which; for others who they are in it and what they read."""
    leading = [role for role in act.roles if role.leads(role.partner)]
    if len(leading) == 1:
        _team(act, leading[0])
    elif leading:
        rows = tuple((_button(_partner(act, role), "g", role, literal=True),) for role in leading)
        say(act.unit, act.here, act.role, desk("Which team?"), Buttons(rows))
    else:
        own = tuple(
            desk(
                "{partner}: {role}. You go by {label}.",
                partner=_partner(act, role),
                role=_role(role.role),
                label=role.called,
            )
            for role in act.roles
        )
        read = Buttons(((_button("Languages I read", "gl", act.role),),))
        say(act.unit, act.here, act.role, Lines((*own, _reads(act, act.role))), read)


def one(act: Act) -> None:
    """The team of one of the roles in which somebody leads."""
    if lead := _leading(act):
        _team(act, lead, in_place=True)


def invite(act: Act) -> None:
    """As what; then what they shall be called."""
    if (lead := _leading(act)) is None:
        return
    number = act.tapped.number
    if number is None or not 1 <= number <= len(ROLES):
        asked = desk(
            "Invite as what? A moderator reads voices, a focal point the sensitive ones too, a lead also invites, an"
            " author writes forms."
        )
        roles = [
            (_button(label, f"gi{each}", lead, context="role"),)
            for each, label in enumerate(ROLES.values(), start=1)
        ]
        say(
            act.unit, act.here, lead, asked, Buttons((*roles, (_button("Cancel", "g", lead),))), in_place=True
        )
        return
    role = list(ROLES)[number - 1]
    wait_for(replace(act, role=lead), "label", role=str(role))
    asked = desk(
        "Write what you want to call them in your team, for example “Rakoto, Antananarivo”. They see it too."
    )
    rows = ((_button("Without a label", "gn", lead),), (_button("Cancel", "g", lead),))
    say(act.unit, act.here, lead, asked, Buttons(rows), in_place=True)


def invite_nameless(act: Act) -> None:
    """A link, and four random characters for a label. The second of two taps makes no second link (R6)."""
    if lead := _leading(act):
        if act.waiting.get("for") == "label":
            _invited(act, lead, Role(act.waiting["role"]), "")
        else:
            _team(act, lead, in_place=True)


def label(act: Act) -> None:
    """What they will be called was written: the link."""
    lead = act.unit.people.save_moderator(replace(act.role, waiting={}))
    if lead.leads(lead.partner):
        _invited(act, lead, Role(act.waiting["role"]), act.words)
    else:
        _refused(act)


def whose(act: Act) -> None:
    """Whose role is to end: a page of the team."""
    if (lead := _leading(act)) is None:
        return
    members = _members(act, lead)
    page = min(act.tapped.number or 0, (len(members) - 1) // PAGE)
    rows = [
        (
            Button(
                "{label} · {role}",
                f"r:ge:{each.id}:{each.version}",
                {"label": each.called, "role": _role(each.role)},
                domain="desk",
            ),
        )
        for each in members[page * PAGE : (page + 1) * PAGE]
    ]
    if len(members) > PAGE:
        following = (page + 1) % ((len(members) + PAGE - 1) // PAGE)
        rows.append((_button("More", f"gr{following}", lead),))
    asked = desk("Whose role shall end?")
    say(act.unit, act.here, lead, asked, Buttons((*rows, (_button("Cancel", "g", lead),))), in_place=True)


def ask(act: Act) -> None:
    """Once more: shall it end?"""
    found = team.led(act.unit, act.roles, act.which)
    if found is None:
        _refused(act)
        return
    lead, member = found
    asked = desk(
        "End the role of {label} ({role})? It counts from their next tap on; what they have open goes back to the"
        " queue.",
        label=member.called,
        role=_role(member.role),
    )
    sure = Button("Yes, end it", f"r:gy:{member.id}:{member.version}", style="danger", domain="desk")
    say(act.unit, act.here, lead, asked, Buttons(((sure,), (_button("Cancel", "g", lead),))), in_place=True)


def end(act: Act) -> None:
    """Yes: it ends now."""
    found = team.led(act.unit, act.roles, act.which)
    outcome = team.end(act.unit, act.here, act.roles, act.which, act.version)
    if found is None or outcome is Removal.NOT_FOUND:
        _refused(act)
        return
    lead, member = found
    match outcome:
        case Removal.CHANGED:
            ask(act)
        case Removal.LAST_LEAD:
            alone = desk("A team needs a lead. Invite a second one first.")
            say(act.unit, act.here, lead, alone, Buttons(((_button("Back", "g", lead),),)), in_place=True)
        case _ if member.id == lead.id:
            pass  # the deed said so
        case _:
            gone = desk("{label} is in the team no more.", label=member.called)
            say(act.unit, act.here, lead, gone, Buttons(((_button("Back", "g", lead),),)), in_place=True)


def languages(act: Act) -> None:
    """Which languages somebody reads; or the one that was tapped is switched."""
    own = _own(act)
    if own is None:
        _refused(act)
        return
    if act.tapped.number is not None and own.version == act.version:
        own = team.switch(act.unit, act.here, act.roles, own, act.tapped.number)
    say(act.unit, act.here, own, *team.languages(act.here, own), in_place=True)


def done(act: Act) -> None:
    """What was chosen, in one line."""
    own = _own(act)
    if own is None:
        _refused(act)
    else:
        say(act.unit, act.here, own, _reads(act, own), in_place=True)


COMMANDS: Mapping[str, Handler] = {"team": show}
VERBS: Mapping[str, Handler] = {
    "g": one,
    "gi": invite,
    "gn": invite_nameless,
    "gr": whose,
    "ge": ask,
    "gy": end,
    "gl": languages,
    "gd": done,
}
WORDS: Mapping[str, Handler] = {"label": label}


def _team(act: Act, lead: Moderator, *, in_place: bool = False) -> None:
    head = desk("The team of {partner}. You go by {label}.", partner=_partner(act, lead), label=lead.called)
    lines = Lines((head, *(_line(act, lead, each) for each in _members(act, lead))))
    deeds = (_button("Invite", "gi", lead), _button("End a role", "gr", lead))
    bot = act.unit.marks.get(NAME)
    room = Button("A room for your team", "", url=inviting(bot, lead.partner), domain="desk") if bot else None
    links = _button("Links and posters", "i", lead)
    rows = (deeds, (_button("Languages I read", "gl", lead),), (links,), (room,) if room else ())
    say(act.unit, act.here, lead, lines, Buttons(rows), in_place=in_place)


def _members(act: Act, lead: Moderator) -> Sequence[Moderator]:
    """By role, then by label."""
    order = list(ROLES)
    members = act.unit.people.moderators_of(lead.partner)
    return sorted(members, key=lambda each: (order.index(each.role), each.called, each.id))


def _line(act: Act, lead: Moderator, member: Moderator) -> Sentence:
    values = {"label": member.called, "role": _role(member.role)}
    if member.since is None:
        return desk("{label} · {role}", **values)
    values |= {"day": Day(member.since.date().isoformat())}
    if not member.languages:
        return desk("{label} · {role} · since {day}", **values)
    read = tuple(act.here.name_in(code, lead.language) for code in member.languages)
    return desk("{label} · {role} · since {day} · reads: {languages}", languages=read, **values)


def _reads(act: Act, role: Moderator) -> Sentence:
    read = tuple(act.here.name_in(code, role.language) for code in role.languages)
    return desk("You read: {languages}", languages=read) if read else desk("You read: any language")


def _invited(act: Act, lead: Moderator, role: Role, label: str) -> None:
    """The link goes out so that it can be passed on: in a message that may be copied."""
    by = f"moderator:{lead.id}"
    code = team.invite(act.unit, lead.partner, role, act.here.now, by=by, label=label)
    bot = act.unit.marks.get(NAME)
    told = desk(
        "An invitation for one person ({role}, {partner}). It works once, until {day}. Send it to nobody else: {link}",
        role=_role(role),
        partner=_partner(act, lead),
        day=Day((act.here.now + team.EXPIRES).date().isoformat()),
        link=team.link(bot, code) if bot else f"/start j-{code}",
    )
    message = Message(act.here.language(lead.language), (told,))
    tell(act.unit, act.here, lead.address, message, kind=Kind.MODERATION)


def _own(act: Act) -> Moderator | None:
    return next((role for role in act.roles if role.id == act.which), None)


def _leading(act: Act) -> Moderator | None:
    """The role a button names, where whoever taps has it and leads in it; else they are refused."""
    own = _own(act)
    if own is not None and own.leads(own.partner):
        return own
    _refused(act)
    return None


def _refused(act: Act) -> None:
    """Whatever it was, it is none of theirs; whether it exists is not said (S20)."""
    standing.refuse(act.unit, act.here, act.role.address, f"moderator:{act.which}" if act.which else "team")
    say(act.unit, act.here, act.role, desk("Not found."))


def _partner(act: Act, role: Moderator) -> str:
    return act.unit.people.partner(role.partner).name


def _role(role: Role) -> Sentence:
    return Sentence(ROLES[role], domain="desk", context="role")


def _button(text: str, verb: str, role: Moderator, **more: Any) -> Button:
    """A button about one of the own roles."""
    return Button(text, f"r:{verb}:{role.id}", domain="desk", **more)
