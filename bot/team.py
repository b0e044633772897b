"""Team, a deed: operators add partners and invite moderators; who follows an invitation becomes one."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from bot.circumstances import Circumstances, tell
from bot.journal import Deed
from bot.outbox import Kind
from bot.people import Invitation, Moderator, Partner, Role
from bot.ports import Unit
from bot.speech import Message, Sentence
from bot.testimony import moved

EXPIRES = timedelta(days=7)
"""How long an invitation may be used (S24)."""

NAME = "name"
"""The mark that says under which username the bot last ran."""

TRIES = 5
"""Wrong invitation codes one address may try in an hour before every code is refused (S24)."""

EVERYBODYS_TRIES = 500
"""Wrong invitation codes all may try in an hour, whoever they are, before every code is refused (S24)."""

WELCOME = "Welcome. You now read voices for {partner}. What waits: /queue. Take the next one: /next."
ALONE = "Please read alone, and never copy, forward or photograph a voice. Everything you take and decide is noted."
ALREADY = "You already read voices for {partner}. What waits: /queue"
AUTHOR = (
    "Welcome. You write forms for {partner}. Send me one as an Excel file (XLSForm, as for KoboToolbox or ODK). "
    "Your forms: /forms"
)
GONE = "You no longer read voices for {partner}. Thank you for what you did. What you had open went back to the queue."


class UnknownPartner(LookupError):
    """No partner has this id."""


def add_partner(
    unit: Unit, name: str, contact: str, now: datetime, *, days: int = 7, id: str | None = None
) -> Partner:
    """A new partner, or a name for the one the first start made.

    `contact`: a mail or web address for people's questions; `days`: how soon a voice is read.

    ValueError: a name or contact is empty, days is less than one, or a partner of this name exists.
    """
    name, contact = name.strip(), contact.strip()
    if not name or not contact:
        raise ValueError("a partner needs a name and an address where people reach it")
    if days < 1:
        raise ValueError("a partner promises to read within at least one day")
    if any(each.name == name for each in unit.people.partners()):
        raise ValueError(f"there is a partner called {name} already")
    unnamed = next((each for each in unit.people.partners() if not each.contact), None)
    if unnamed is not None:
        partner = Partner(unnamed.id, name, days, contact)
        unit.people.save_partner(partner)
    else:
        partner = Partner(id or uuid4().hex, name, days, contact)
        unit.people.add_partner(partner)
    unit.journal.write(Deed(now, "operator", "added", f"partner:{partner.id}"))
    return partner


def invite(unit: Unit, partner: str, role: Role, now: datetime) -> str:
    """A one-time code of 128 bits (S24) by which one person becomes a moderator; see `link`. UnknownPartner."""
    known = _partner(unit, partner)
    code = secrets.token_urlsafe(16)
    invitation = Invitation(uuid4().hex, known.id, role, now + EXPIRES)
    unit.people.add_invitation(invitation, code)
    unit.journal.write(Deed(now, "operator", f"invited a {role}", f"invitation:{invitation.id}"))
    return code


def link(bot: str, code: str) -> str:
    """What an invited person opens; `bot` is the bot's username. The payload is 24 characters (Bot API: 64)."""
    return opening(bot, f"j-{code}")


def opening(bot: str, payload: str) -> str:
    """The address that opens the bot with a payload (Bot API: at most 64 of A-Z a-z 0-9 _ -)."""
    return f"https://t.me/{bot}?start={payload}"


def members(unit: Unit, partner: str) -> list[Moderator]:
    """The moderators of a partner. UnknownPartner."""
    return unit.people.moderators_of(_partner(unit, partner).id)


def remove(unit: Unit, here: Circumstances, moderator: str) -> Moderator:
    """End a role at once: what was open goes back to the queue, and they are told. LookupError: no such moderator."""
    found = unit.people.moderator(moderator)
    if found is None:
        raise LookupError(f"there is no moderator {moderator}")
    if not found.active:
        return found
    for testimony in unit.testimonies.claimed(found.id, partner=found.partner, now=here.now):
        unit.testimonies.save(
            replace(testimony, state=moved(testimony.state, "release"), claimed_by=None, claimed_until=None)
        )
        unit.journal.write(Deed(here.now, "operator", "released", f"testimony:{testimony.id}"))
    found = unit.people.save_moderator(replace(found, active=False, waiting={}))
    unit.journal.write(Deed(here.now, "operator", "removed", f"moderator:{found.id}"))
    _say(unit, here, found, GONE)
    return found


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
        joined = unit.people.add_moderator(address, invitation.partner, invitation.role, spoken, here.now)
        unit.journal.write(Deed(here.now, f"invitation:{invitation.id}", "joined", f"moderator:{joined.id}"))
        _say(unit, here, joined, *((WELCOME, ALONE) if joined.reads else (AUTHOR,)))
        return joined
    if roles:
        _say(unit, here, roles[0], ALREADY if roles[0].reads else AUTHOR)
        return None
    if tries < TRIES:  # one person alone cannot use up what all may try
        unit.marks.set(hers, f"{hour}|{tries + 1}")
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


def _say(unit: Unit, here: Circumstances, moderator: Moderator, *texts: str) -> None:
    values = {"partner": unit.people.partner(moderator.partner).name}
    sentences = tuple(Sentence(text, values, domain="desk") for text in texts)
    tell(
        unit,
        here,
        moderator.address,
        Message(here.language(moderator.language), sentences),
        kind=Kind.MODERATION,
    )
