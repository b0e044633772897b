"""Team, a deed: operators and leads invite and remove; who follows an invitation becomes a moderator."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum, auto
from uuid import uuid4

from bot import lane
from bot.circumstances import Circumstances, tell
from bot.hiding import on_cards, take_card
from bot.journal import Deed
from bot.linking import opening
from bot.outbox import Kind
from bot.people import Invitation, Moderator, Partner, Role
from bot.ports import Unit
from bot.speech import Button, Buttons, Message, Part, Sentence
from bot.standing import sees
from bot.testimony import moved

EXPIRES = timedelta(days=7)
"""How long an invitation may be used (S24)."""

TRIES = 5
"""Wrong invitation codes one address may try in an hour before every code is refused (S24)."""

EVERYBODYS_TRIES = 500
"""Wrong invitation codes all may try in an hour, whoever they are, before every code is refused (S24)."""

LONGEST = 40
"""Characters of a label: a button holds it."""

WELCOME = "Welcome. You now read voices for {partner}. What waits: /queue. Take the next one: /next."
ALONE = "Please read alone, and never copy, forward or photograph a voice. Everything you take and decide is noted."
ALREADY = "You already read voices for {partner}. What waits: /queue"
AUTHOR = (
    "Welcome. You write forms for {partner}. Send me one as an Excel file (XLSForm, as for KoboToolbox or ODK). "
    "Your forms: /forms"
)
CALLED = "In your team you go by {label}. Your leads see it."
READS = "Which languages do you read? Tap each of them."
GONE = "You no longer read voices for {partner}. Thank you for what you did. What you had open went back to the queue."


class UnknownPartner(LookupError):
    """No partner has this id."""


class Removal(Enum):
    """What became of a lead's wish to end a role."""

    DONE = auto()
    LAST_LEAD = auto()
    CHANGED = auto()
    NOT_FOUND = auto()


def invite(
    unit: Unit, partner: str, role: Role, now: datetime, *, by: str = "operator", label: str = ""
) -> str:
    """A one-time code of 128 bits (S24) by which one person becomes a moderator; see `link`. UnknownPartner.

    `by`: who invites, for the journal; `label`: how they will be called, cut to LONGEST characters of one line.
    """
    known = _partner(unit, partner)
    code = secrets.token_urlsafe(16)
    called = " ".join(label.split())[:LONGEST]
    invitation = Invitation(uuid4().hex, known.id, role, now + EXPIRES, label=called)
    unit.people.add_invitation(invitation, code)
    unit.journal.write(Deed(now, by, f"invited a {role}", f"invitation:{invitation.id}"))
    return code


def link(bot: str, code: str) -> str:
    """What an invited person opens; `bot` is the bot's username. The payload is 24 characters (Bot API: 64)."""
    return opening(bot, f"j-{code}")


def members(unit: Unit, partner: str) -> list[Moderator]:
    """The moderators of a partner. UnknownPartner."""
    return unit.people.moderators_of(_partner(unit, partner).id)


def remove(unit: Unit, here: Circumstances, moderator: str, *, by: str = "operator") -> Moderator:
    """End a role at once: what was open goes back to the queue and out of their chat, and they are told. `by`: who
    ends it, for the journal. LookupError: no such moderator.
    """
    found = unit.people.moderator(moderator)
    if found is None:
        raise LookupError(f"there is no moderator {moderator}")
    if not found.active:
        return found
    for testimony in unit.testimonies.claimed(found.id, partner=found.partner, now=here.now):
        unit.testimonies.save(
            replace(testimony, state=moved(testimony.state, "release"), claimed_by=None, claimed_until=None)
        )
        unit.journal.write(Deed(here.now, by, "released", f"testimony:{testimony.id}"))
    found = unit.people.save_moderator(replace(found, left_at=here.now, waiting={}, label=""))
    _clear(unit, here, found)
    lane.let_go(unit, here, found)
    unit.journal.write(Deed(here.now, by, "removed", f"moderator:{found.id}"))
    _say(unit, here, found, GONE, step="gone")
    return found


def _clear(unit: Unit, here: Circumstances, former: Moderator) -> None:
    """What they had to redact or to look at second waits again; no voice stays in their chat, but what another role of
    theirs may see (S43).
    """
    others = unit.people.moderators_at(former.address)
    for which in on_cards(unit, former.address):
        if unit.looks.claimed_by(which, here.now) == former.id:
            unit.looks.release(which)
        if not any(sees(unit, role, which) for role in others):
            take_card(unit, here, former.id, which)


def led(unit: Unit, roles: Sequence[Moderator], id: str) -> tuple[Moderator, Moderator] | None:
    """The role of these that leads, and the member of its team with this id; None where no team of theirs has it."""
    member = unit.people.moderator(id)
    if member is None or not member.active:
        return None
    return next(((role, member) for role in roles if role.leads(member.partner)), None)


def end(unit: Unit, here: Circumstances, roles: Sequence[Moderator], id: str, version: int) -> Removal:
    """A lead ends a role in a team of theirs, their own too, as long as somebody leads it afterwards."""
    found = led(unit, roles, id)
    if found is None:
        return Removal.NOT_FOUND
    lead, member = found
    unit.people.hold_partner(member.partner)  # of two leads who end each other's role one is told
    leads = [each for each in unit.people.moderators_of(member.partner) if each.leads(member.partner)]
    if all(each.id == member.id for each in leads):
        return Removal.LAST_LEAD
    if lead.id not in {each.id for each in leads}:
        return Removal.NOT_FOUND
    if member.version != version:
        return Removal.CHANGED
    remove(unit, here, member.id, by=f"moderator:{lead.id}")
    return Removal.DONE


def languages(here: Circumstances, role: Moderator) -> tuple[Part, ...]:
    """The question which languages somebody reads, each a switch."""
    known = [
        Button(
            here.name(code),
            f"r:gl{number}:{role.id}:{role.version}",
            literal=True,
            picked=code in role.languages,
        )
        for number, code in enumerate(here.languages)
    ]
    rows = tuple(tuple(known[at : at + 2]) for at in range(0, len(known), 2))
    done = Button("Done", f"r:gd:{role.id}", domain="desk")
    return Sentence(READS, domain="desk"), Buttons((*rows, (done,)))


def switch(
    unit: Unit, here: Circumstances, roles: Sequence[Moderator], role: Moderator, number: int
) -> Moderator:
    """Another language read, or one no longer, in all roles of this person; the role as it is now."""
    codes = list(here.languages)
    if not 0 <= number < len(codes):
        return role
    read = set(role.languages) ^ {codes[number]}
    kept = tuple(code for code in codes if code in read)
    saved = {each.id: unit.people.save_moderator(replace(each, languages=kept)) for each in roles}
    return saved[role.id]


def join(unit: Unit, here: Circumstances, address: str, code: str) -> Moderator | None:
    """An invitation link was followed: a moderator and a welcome.

    Whatever is wrong with it, the answer is the same; after TRIES wrong codes in an hour a good one is refused too, and
    after EVERYBODYS_TRIES of all together.
    """
    hour = here.now.strftime("%Y-%m-%dT%H")
    hers, everybodys = f"tries:{address}", "tries"
    tries, all_tries = (_tries(unit, mark, hour) for mark in (hers, everybodys))
    tired = tries >= TRIES or all_tries >= EVERYBODYS_TRIES
    invitation = None if tired else unit.people.use_invitation(code, here.now)
    roles = unit.people.moderators_at(address)
    if invitation is not None:
        spoken = next((role.language for role in roles), None) or here.language()
        joined = unit.people.add_moderator(
            address, invitation.partner, invitation.role, spoken, here.now, invitation.label
        )
        unit.journal.write(Deed(here.now, f"invitation:{invitation.id}", "joined", f"moderator:{joined.id}"))
        if not joined.reads:
            _say(unit, here, joined, AUTHOR)
            return joined
        before = next((role.languages for role in roles if role.languages), (spoken,))
        joined = unit.people.save_moderator(replace(joined, languages=joined.languages or before))
        _say(unit, here, joined, WELCOME, ALONE, CALLED)
        asked = languages(here, joined)
        _say(unit, here, joined, more=asked, step="languages")  # apart: a tap on it leaves the welcome alone
        return joined
    if roles:
        _say(unit, here, roles[0], ALREADY if roles[0].reads else AUTHOR)
        return None
    if tries < TRIES:  # one person alone cannot use up what all may try
        unit.marks.set(hers, f"{hour}|{tries + 1}", until=here.now + timedelta(hours=1))
        unit.marks.set(everybodys, f"{hour}|{all_tries + 1}")
    unit.journal.write(Deed(here.now, f"address:{address}", "refused", "invitation"))
    refused = Sentence(
        "This invitation does not work, or does not work any more. Please ask for another one.", domain="desk"
    )
    tell(unit, here, address, Message(here.language(), (refused,)))
    return None


def _tries(unit: Unit, mark: str, hour: str) -> int:
    """How many wrong codes were tried in this hour."""
    known, _, count = (unit.marks.get(mark) or "").partition("|")
    return int(count) if known == hour else 0


def _partner(unit: Unit, partner: str) -> Partner:
    found = next((each for each in unit.people.partners() if each.id == partner), None)
    if found is None:
        raise UnknownPartner(f"there is no partner {partner}")
    return found


def _say(
    unit: Unit,
    here: Circumstances,
    moderator: Moderator,
    *texts: str,
    more: tuple[Part, ...] = (),
    step: str = "0",
) -> None:
    values = {"partner": unit.people.partner(moderator.partner).name, "label": moderator.called}
    sentences = tuple(Sentence(text, values, domain="desk") for text in texts)
    message = Message(here.language(moderator.language), (*sentences, *more))
    tell(unit, here, moderator.address, message, kind=Kind.MODERATION, step=step)
